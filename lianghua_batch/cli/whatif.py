"""`whatif`: the ranking under other rules beside today's; nothing is written."""

from pathlib import Path

import click

from lianghua_batch.cli.messages import WrongUsage, say, sentence
from lianghua_batch.cli.options import FAULTY, folder_argument, format_option, period_option, root
from lianghua_batch.core import resources


@root.command()
@folder_argument
@click.option("--set", "rules", multiple=True)
@period_option
@format_option
def whatif(folder: Path, rules: tuple[str, ...], period, output_format: str) -> None:
    """Print the ranking under changed 参数 beside the present one."""
    from lianghua_batch.analysis import what_if
    from lianghua_batch.cli import output
    from lianghua_batch.pipeline import process

    if not rules:
        raise WrongUsage(resources.load("messages/compare")["whatif"]["wrong"]["none"])
    try:
        texts = what_if.requested(rules)
    except what_if.WrongRule as error:
        raise WrongUsage(str(error)) from None
    trial = process.process_trial(folder, period, texts, progress=output.progress("reading"))
    if trial.today.results is None:
        output.refuse(trial.today, output_format, sentence("no_trial"))
    if trial.refused:
        raise WrongUsage(str(what_if.refused(texts, trial.today.results)))
    if trial.then is None:
        _refuse_changed(trial, output_format)
    comparison = what_if.compare(texts, trial.today.results, trial.then)
    if output_format == "json":
        output.print_json(what_if.as_json(comparison))
        return
    from lianghua_batch.cli import whatif_view

    whatif_view.show(comparison, trial.today.unit_names)


def _refuse_changed(trial, output_format: str) -> None:
    """Print the errors that only the changed rules bring about, and end with exit code 1."""
    from lianghua_batch.cli import output

    if output_format == "json":
        summary = {"errors": len(trial.problems), "warnings": 0, "files": trial.today.files}
        output.print_json({"problems": [p.as_dict() for p in trial.problems], "summary": summary})
    else:
        output.print_problems(trial.problems, err=True, names=trial.today.unit_names)
        say(resources.load("messages/compare")["whatif"]["faulty"], err=True)
    raise click.exceptions.Exit(FAULTY)

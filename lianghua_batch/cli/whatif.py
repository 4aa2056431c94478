"""`whatif`: the ranking under other rules beside today's; nothing is written."""

from pathlib import Path

import click

from lianghua_batch.cli.messages import WrongUsage
from lianghua_batch.cli.options import FAULTY, FOLDER, format_option, period_option, root
from lianghua_batch.core import resources


@root.command(
    epilog="\b\n例：lianghua-batch whatif data --set 督查权重=30 --set 年末权重=70\n例：lianghua-batch whatif data --set 优秀比例上限=1/4 --period 2026"
)
@click.argument("folder", metavar="文件夹", type=FOLDER)
@click.option(
    "--set",
    "rules",
    multiple=True,
    metavar="参数=值",
    help="要改动的参数，名称和写法与考评方案的“参数”表相同。可以写多次。",
)
@period_option
@format_option
def whatif(folder: Path, rules: tuple[str, ...], period, form: str) -> None:
    """试算：假如改动考评方案的参数，总分、等次、名次会怎样变，与现在的并排列出。不写任何文件。"""
    from lianghua_batch.analysis import what_if
    from lianghua_batch.cli import output
    from lianghua_batch.pipeline import process

    if not rules:
        raise WrongUsage(resources.load("messages/compare")["whatif"]["wrong"]["none"])
    try:
        texts = what_if.requested(rules)
    except what_if.WrongRule as error:
        raise WrongUsage(str(error)) from None
    trial = process.process_trial(folder, period, texts, progress=output.progress("正在读取"))
    if trial.today.results is None:
        output.refuse(trial.today, form, "有错误，不能试算。")
    if trial.refused:
        raise WrongUsage(str(what_if.refused(texts, trial.today.results)))
    if trial.then is None:
        _refuse_changed(trial, form)
    comparison = what_if.compare(texts, trial.today.results, trial.then)
    if form == "json":
        output.print_json(what_if.as_json(comparison))
        return
    from lianghua_batch.cli import whatif_view

    whatif_view.show(comparison, trial.today.unit_names)


def _refuse_changed(trial, form: str) -> None:
    """Print the errors that only the changed rules bring about, and end with exit code 1."""
    from lianghua_batch.cli import output

    if form == "json":
        summary = {"errors": len(trial.problems), "warnings": 0, "files": trial.today.files}
        output.print_json({"problems": [p.as_dict() for p in trial.problems], "summary": summary})
    else:
        output.print_problems(trial.problems, err=True, names=trial.today.unit_names)
        click.echo(resources.load("messages/compare")["whatif"]["faulty"], err=True)
    raise click.exceptions.Exit(FAULTY)

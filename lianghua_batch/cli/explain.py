"""`explain`: what one score is made of, down to the cells."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lianghua_batch.cli.messages import WrongUsage, say, sentence
from lianghua_batch.cli.options import folder_argument, format_option, period_option, root
from lianghua_batch.cli.partial import final_or_draft, partial_option
from lianghua_batch.core import resources

if TYPE_CHECKING:
    from lianghua_batch.archive.sealed_scores import SealedScores
    from lianghua_batch.scoring.results import Outcome, Results

_NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@root.command()
@folder_argument
@click.argument("subject")
@period_option
@click.option("--depth", type=click.IntRange(0, 99))
@click.option("--xlsx", "workbook", type=_NEW_FILE)
@partial_option
@format_option
def explain(
    folder: Path,
    subject: str,
    period,
    depth: int | None,
    workbook: Path | None,
    partial: tuple[str, ...],
    output_format: str,
) -> None:
    """Print what the score of one member or unit is made of, down to the cells."""
    from lianghua_batch.analysis import explanation
    from lianghua_batch.cli import explain_view, output

    if workbook is not None:
        _check(workbook, folder)
    outcome = final_or_draft(folder, period, None, partial)
    sealed = None if partial else _sealed(folder, outcome)
    if sealed is not None:
        outcome = sealed.rescored
    if outcome.results is None:
        output.refuse(
            outcome, output_format, resources.load("messages/explain")["refused"]["draft" if partial else "final"]
        )
    top = explanation.explain(outcome.results, _subject(outcome.results, subject))
    remarks = [] if sealed is None else sealed.remarks(top.subject)
    if output_format == "json":
        output.print_json(explain_view.as_json(outcome.results, top, sealed))
    else:
        explain_view.show(outcome.results, top, depth, remarks=remarks)
    if workbook is not None:
        from lianghua_batch.report import explanation_file

        explanation_file.write(outcome.results, top, workbook, remarks)
        say(sentence("written", path=workbook), err=output_format == "json")


def _sealed(folder: Path, outcome: "Outcome") -> "SealedScores | None":
    """The scores of the period that the folder is about as they are sealed, if they are."""
    from lianghua_batch.archive import guard, sealed_scores

    seal = None if outcome.period is None else guard.seal_in_force(folder, outcome.period)
    try:
        return None if seal is None else sealed_scores.read(seal, outcome)
    except sealed_scores.Unexplained as reason:
        raise click.ClickException(str(reason)) from None


def _check(workbook: Path, folder: Path) -> None:
    """Refuse, before anything is read, a workbook that would replace another file."""
    from lianghua_batch.report import explanation_file

    try:
        explanation_file.check(workbook, folder)
    except explanation_file.WrongPlace as error:
        raise WrongUsage(str(error)) from None


def _subject(results: "Results", written: str) -> str:
    """The code of the subject that is meant; raises ClickException where none, several or an unscored one is of that name."""
    from lianghua_batch.analysis import explanation, explanation_unscored
    from lianghua_batch.model import roster_lookup

    roster, words = results.county.roster, resources.load("messages/explain")["subjects"]
    codes = roster_lookup.subjects_named(roster, written)
    if not codes:
        likely = roster.suggest_subject(written) or roster.unit_named_in_part(written)
        suggestion = words["suggestion"].format(code=likely) if likely else ""
        raise click.ClickException(words["unknown"].format(written=written, suggestion=suggestion))
    if len(codes) > 1:
        listed = [
            words["several"].format(count=len(codes), written=written),
            *(_candidate(roster, code) for code in codes),
        ]
        raise click.ClickException("\n".join(listed))
    try:
        explanation.find_result(results, codes[0])
    except explanation.Unscored:
        subject = roster_lookup.latest(roster, codes[0])
        facts = {
            "who": subject,
            "period": results.county.period,
            "reason": explanation_unscored.reason(results, codes[0]),
        }
        raise click.ClickException(words["unscored"].format_map(facts)) from None
    return codes[0]


def _candidate(roster, code: str) -> str:
    """One of several of a name, with the unit that he, she or it belongs to."""
    from lianghua_batch.model import roster_lookup

    words, home = resources.load("messages/explain")["subjects"], roster_lookup.home(roster, code)
    return words["one"].format(code=code, name=roster_lookup.latest(roster, code).name, home=home or words["nowhere"])

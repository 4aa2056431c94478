"""`explain`: what one score is made of, down to the cells."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lianghua_batch.cli import partial as drafting
from lianghua_batch.cli.messages import WrongUsage
from lianghua_batch.cli.options import FOLDER, format_option, period_option, root
from lianghua_batch.cli.partial import partial_option
from lianghua_batch.core import resources

if TYPE_CHECKING:
    from lianghua_batch.scoring.results import Results

_NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@root.command(
    epilog="\b\n例：lianghua-batch explain data DY0012 --period 2026\n例：lianghua-batch explain data 财政第一支部 --depth 2"
)
@click.argument("folder", metavar="文件夹", type=FOLDER)
@click.argument("subject", metavar="编号或全名")
@period_option
@click.option(
    "--depth",
    type=click.IntRange(0, 99),
    metavar="层数",
    help="屏幕上显示到第几层，不写则到月积分各维度、各评分人、各指标。",
)
@click.option(
    "--xlsx", "book", type=_NEW_FILE, metavar="文件", help="另外写出工作簿“计分明细”，逐级可以折叠，可以打印。"
)
@partial_option
@format_option
def explain(
    folder: Path, subject: str, period, depth: int | None, book: Path | None, partial: tuple[str, ...], form: str
) -> None:
    """说明一名党员、一个支部或党委的得分怎样得来：逐级列出各项，直到单元格，封顶和四舍五入单列，并核对各项之和。"""
    from lianghua_batch.analysis import explanation
    from lianghua_batch.cli import explain_view, output

    if book is not None:
        _check(book, folder)
    outcome = drafting.outcome(folder, period, None, partial)
    if outcome.results is None:
        output.refuse(outcome, form, resources.load("messages/explain")["refused"]["draft" if partial else "final"])
    top = explanation.explain(outcome.results, _scored(outcome.results, subject))
    if form == "json":
        output.print_json(explain_view.as_json(outcome.results, top))
    else:
        explain_view.show(outcome.results, top, depth)
    if book is not None:
        from lianghua_batch.report import explanation_file

        explanation_file.write(outcome.results, top, book)
        click.echo(f"已写出 {book}", err=form == "json")


def _check(book: Path, folder: Path) -> None:
    """A workbook that would harm others is refused before anything is read."""
    from lianghua_batch.report import explanation_file

    try:
        explanation_file.check(book, folder)
    except explanation_file.WrongPlace as error:
        raise WrongUsage(str(error)) from None


def _scored(results: "Results", written: str) -> str:
    """The code of the subject that is meant; who is not known, not the only one of the name or not scored is told so."""
    from lianghua_batch.analysis import explanation, explanation_unscored
    from lianghua_batch.model import roster_lookup

    roster, words = results.county.roster, resources.load("messages/explain")["subjects"]
    found = roster_lookup.subjects_named(roster, written)
    if not found:
        likely = roster.likely_subject(written)
        suggestion = words["suggestion"].format(code=likely) if likely else ""
        raise click.ClickException(words["unknown"].format(written=written, suggestion=suggestion))
    if len(found) > 1:
        listed = [words["several"].format(count=len(found), written=written), *(_one(roster, code) for code in found)]
        raise click.ClickException("\n".join(listed))
    try:
        explanation.find_result(results, found[0])
    except explanation.Unscored:
        who = roster_lookup.latest(roster, found[0])
        facts = {"who": who, "period": results.county.period, "reason": explanation_unscored.reason(results, found[0])}
        raise click.ClickException(words["unscored"].format_map(facts)) from None
    return found[0]


def _one(roster, code: str) -> str:
    """One of several of a name, with the unit that he, she or it belongs to."""
    from lianghua_batch.model import roster_lookup

    words, home = resources.load("messages/explain")["subjects"], roster_lookup.home(roster, code)
    return words["one"].format(code=code, name=roster_lookup.latest(roster, code).name, home=home or words["nowhere"])

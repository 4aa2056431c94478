"""`explain`: what one score is made of, down to the cells."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lianghua_batch import resources
from lianghua_batch.cli.options import FAULTY, FOLDER, format_option, period_option, root
from lianghua_batch.cli.wording import WrongUsage

if TYPE_CHECKING:
    from lianghua_batch.explaining import Node
    from lianghua_batch.results import Results

_NEW_FILE = click.Path(dir_okay=False, path_type=Path)
_WORKBOOK = ".xlsx"


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
@format_option
def explain(folder: Path, subject: str, period, depth: int | None, book: Path | None, form: str) -> None:
    """说明一名党员、一个支部或党委的得分怎样得来：逐级列出各项，直到单元格，封顶和四舍五入单列，并核对各项之和。"""
    from lianghua_batch import explaining, pipeline
    from lianghua_batch.cli import explanation_view, printing

    if book is not None and book.suffix.lower() != _WORKBOOK:
        raise WrongUsage(f"--xlsx 的文件名应以 {_WORKBOOK} 结尾，不是“{book.name}”")
    outcome = pipeline.process(folder, period, progress=printing.progress("正在读取"))
    if outcome.results is None:
        _refuse(outcome, form)
    top = explaining.explain(outcome.results, _scored(outcome.results, subject))
    if form == "json":
        printing.print_json(explanation_view.as_json(outcome.results, top))
    else:
        explanation_view.show(outcome.results, top, depth)
    if book is not None:
        click.echo(f"已写出 {_write(outcome.results, top, book)}", err=form == "json")


def _refuse(outcome, form: str) -> None:
    """Print every problem of data that cannot be scored, and end with exit code 1."""
    from lianghua_batch.cli import printing

    if form == "json":
        printing.print_json(printing.problems_as_json(outcome))
    else:
        printing.print_outcome(outcome, err=True)
        click.echo(f"{printing.summary_line(outcome)}有错误，不能计分，没有可以说明的得分。", err=True)
    raise click.exceptions.Exit(FAULTY)


def _scored(results: "Results", written: str) -> str:
    """The code of the subject that is meant; who is not known, not the only one of the name or not scored is told so."""
    from lianghua_batch import explaining, subjects

    roster, words = results.county.roster, resources.load("explain")["subjects"]
    found = subjects.meant(roster, written)
    if not found:
        likely = roster.likely_subject(written)
        suggestion = words["suggestion"].format(code=likely) if likely else ""
        raise click.ClickException(words["unknown"].format(written=written, suggestion=suggestion))
    if len(found) > 1:
        listed = [words["several"].format(count=len(found), written=written), *(_one(roster, code) for code in found)]
        raise click.ClickException("\n".join(listed))
    try:
        explaining.standing_of(results, found[0])
    except explaining.Unscored:
        who = subjects.latest(roster, found[0])
        facts = {"who": who, "period": results.county.period, "reason": _reason(results, found[0])}
        raise click.ClickException(words["unscored"].format_map(facts)) from None
    return found[0]


def _one(roster, code: str) -> str:
    """One of several of a name, with the unit that he, she or it belongs to."""
    from lianghua_batch import subjects

    words, home = resources.load("explain")["subjects"], subjects.home(roster, code)
    return words["one"].format(code=code, name=subjects.latest(roster, code).name, home=home or words["nowhere"])


def _reason(results: "Results", code: str) -> str:
    """Why a known member or unit has no score in the period."""
    from lianghua_batch.report import people
    from lianghua_batch.report.view import View

    words, county = resources.load("explain")["subjects"], results.county
    if code in county.roster.members:
        reasons = {member.id: reason for member, reason in people.unscored(View(results, ()))}
        return reasons.get(code, words["off_roster"])
    if not county.roster.exists(code, county.period.last_day):
        return words["gone"].format(day=county.period.last_day)
    return words["no_branches"]


def _write(results: "Results", top: "Node", book: Path) -> Path:
    """Write the tree as a workbook over the one that may be there; raises what `replacing` raises."""
    from dataclasses import replace

    from lianghua_batch import replacing, report, workbook_out
    from lianghua_batch.report import explanation
    from lianghua_batch.report.view import View

    sheet = explanation.build(View(results, ()), top)
    properties = replace(report.properties(results), title=str(sheet.title.cells[0].value))
    with replacing.replacement(book.parent) as beside:
        workbook_out.write(beside / book.name, [sheet], properties)
    return book

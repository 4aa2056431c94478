"""`status`: which unit has sent which form, and whom to remind."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lianghua_batch.cli.options import FAULTY, FOLDER, NEW_FOLDER, DayType, format_option, period_option, root
from lianghua_batch.core import resources

if TYPE_CHECKING:
    from lianghua_batch.validation.filing_status import Status


@root.command(name="status", epilog="\b\n例：lianghua-batch status data --period 2026Q1 --report")
@click.argument("folder", metavar="文件夹", type=FOLDER)
@period_option
@click.option("--as-of", type=DayType(), metavar="日期", help="按哪一天判断是否过了报送期限，不写为今天。")
@click.option("--report", is_flag=True, help="另外写出工作簿“报送状态.xlsx”，在 文件夹/输出/期间。")
@click.option("--out", type=NEW_FOLDER, metavar="文件夹", help="把工作簿写到这个文件夹（不必再写 --report）。")
@format_option
def follow(folder: Path, period, as_of: dt.date | None, report: bool, out: Path | None, form: str) -> None:
    """看哪个单位的哪张表已报、缺报、有误、重复、未到期，并列出各党委要催报的表。"""
    from lianghua_batch.cli import output
    from lianghua_batch.pipeline import process
    from lianghua_batch.validation import filing_status

    outcome = process.process(folder, period, out, progress=output.progress("正在读取"))
    if outcome.county is None:
        _refuse(outcome, form)
    told = filing_status.filing_status(outcome.county, outcome.problems, as_of or dt.date.today(), outcome.base_files)
    target = out or folder / resources.load("reading")["output_folder"] / str(told.period)
    written = _write(told, target) if report or out else None
    if form == "json":
        output.print_json(_as_json(told, written))
    else:
        from lianghua_batch.cli import status_view

        status_view.show(told)
        if written is not None:
            click.echo(f"已写出 {written}")
    if told.base_errors:
        hint = f"花名册、考评方案有 {told.base_errors} 条错误，以上情况可能不准，请先用 check 查看并改正。"
        click.echo(hint, err=True)


def _write(told: "Status", target: Path) -> Path:
    from lianghua_batch.report import status_report

    return status_report.write(told, target)


def _refuse(outcome, form: str) -> None:
    """Print why there is no telling whose forms are due, and end with exit code 1."""
    from lianghua_batch.cli import output

    if form == "json":
        output.print_json(output.problems_as_json(outcome))
    else:
        output.print_outcome(outcome, err=True)
        click.echo("花名册、考评方案读不出来，或不知道是哪个期间，无法说明报送情况。", err=True)
    raise click.exceptions.Exit(FAULTY)


def _as_json(told: "Status", written: Path | None) -> dict[str, Any]:
    """The whole matrix: every unit's every form that is due, with its state and its deadline."""
    from lianghua_batch.validation.filing_status import STATES

    states = resources.load("messages/status")["states"]
    return {
        "period": str(told.period),
        "as_of": told.as_of.isoformat(),
        "states": {state: states[state]["label"] for state in STATES},
        "units": [_unit(line, cohort.id) for cohort in told.cohorts for line in cohort.lines],
        "unplaced": [problem.as_dict() for problem in told.unplaced],
        "summary": {state: told.counts[state] for state in STATES},
        "file": None if written is None else str(written),
    }


def _unit(line, committee: str) -> dict[str, Any]:
    from lianghua_batch.core.form_definitions import definitions

    return {
        "id": line.unit.id,
        "name": line.unit.name,
        "level": line.unit.level,
        "committee": "" if line.unit.id == committee else committee,
        "forms": [
            {
                "form": entry.form,
                "label": definitions()[entry.form].label,
                "period": str(entry.period),
                "state": entry.state,
                "due_by": entry.due_by.isoformat(),
                "unsigned": entry.unsigned,
            }
            for entry in line.entries
        ],
    }

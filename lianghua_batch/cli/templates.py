"""`templates`: the forms that are due, for people to fill."""

import datetime as dt
from pathlib import Path

import click

from lianghua_batch.cli.options import FAULTY, FOLDER, PeriodType, root


@root.command(name="templates", epilog="\b\n例：lianghua-batch templates data --period 2026Q1")
@click.argument("folder", metavar="文件夹", type=FOLDER)
@click.option("--period", type=PeriodType(), help="期间，如 2026-03、2026Q1、2026H1、2026；不写则为本月。")
@click.option("--form", "form", metavar="表种", help="只生成一种表，如 月打分。")
@click.option("--unit", metavar="组织编号", help="只生成一个单位的表。")
def make_templates(folder: Path, period, form: str | None, unit: str | None) -> None:
    """生成应报的表：一个单位一个文件，名单和算得出的数已填好。已有的文件不会被覆盖。"""
    from lianghua_batch import forms
    from lianghua_batch.cli import output
    from lianghua_batch.core import periods

    today = dt.date.today()
    period = period or periods.Period(today.year, periods.MONTH, today.month)
    made = forms.due(folder, period, _form_named(form), unit, output.progress("正在生成"))
    if made.problems:
        output.print_problems(made.problems, err=True)
        raise click.exceptions.Exit(FAULTY)
    for path in made.written:
        click.echo(f"已生成 {path}")
    for path in made.skipped:
        click.echo(f"已有 {path}，没有改动", err=True)
    if not made.written and not made.skipped:
        click.echo(f"{period} 没有应报而未报的表。")


def _form_named(label: str | None) -> str | None:
    """The identifier of a form by its 表种."""
    from lianghua_batch.core.form_definitions import definitions

    if label is None:
        return None
    for form in definitions().values():
        if label in (form.label, form.name):
            return form.name
    known = "、".join(f.label for f in definitions().values())
    raise click.BadParameter(f"没有“{label}”这种表；表种有：{known}", param_hint="--form")

"""What several commands share: the group they belong to, and options for folder, period and output format."""

import datetime as dt
from pathlib import Path

import click

from lianghua_batch import __version__
from lianghua_batch.cli.messages import ChineseGroup

FAULTY = 1  # exit code: the data has errors
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NEW_FOLDER = click.Path(file_okay=False, path_type=Path)


class PeriodType(click.ParamType):
    """A period as people write it."""

    name = "期间"

    def convert(self, value, param, ctx):
        from lianghua_batch.core import periods

        period = periods.parse(value)
        if period is None:
            self.fail(f"期间“{value}”看不懂，请写成 2026Q1 或 2026 的样子", param, ctx)
        return period


class ScoredPeriodType(PeriodType):
    """A period that is scored: a quarter or a year."""

    def convert(self, value, param, ctx):
        period = super().convert(value, param, ctx)
        if not period.quarters or len(period.quarters) == 2:
            self.fail(f"“{value}”不是季度或年度，请写成 2026Q1 或 2026 的样子", param, ctx)
        return period


class DayType(click.ParamType):
    """A day as 2026-04-16."""

    name = "日期"

    def convert(self, value, param, ctx):
        try:
            return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
        except ValueError:
            return self.fail(f"日期“{value}”看不懂，请写成 2026-04-16 的样子", param, ctx)


period_option = click.option("--period", type=ScoredPeriodType(), help="考评期间，如 2026Q1、2026；不写则自动判断。")
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    metavar="text|json",
    help="输出格式，json 供程序读取。",
)


@click.group(cls=ChineseGroup, epilog="\b\n例：lianghua-batch run data/")
@click.version_option(__version__, message="%(prog)s %(version)s", help="显示版本。")
def root() -> None:
    """机关党建“三级量化”考评：读取各单位填报的表，核对、计分、排名。"""

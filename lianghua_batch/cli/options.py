"""What several commands share: the group of all commands, and parameters for folder, period and output format."""

import datetime as dt
import os
from pathlib import Path

import click

from lianghua_batch import __version__
from lianghua_batch.cli.messages import CommandGroup, sentence
from lianghua_batch.core import permissions

FAULTY = 1  # exit code: the data has errors
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NEW_FOLDER = click.Path(file_okay=False, path_type=Path)


class PeriodType(click.ParamType):
    """A period as people write it."""

    name = "period"

    def convert(self, value, param, ctx):
        from lianghua_batch.core import periods

        period = periods.parse(value)
        if period is None:
            self.fail(sentence("no_period", value=value), param, ctx)
        return period


class ScoredPeriodType(PeriodType):
    """A period that is scored: a quarter or a year."""

    def convert(self, value, param, ctx):
        period = super().convert(value, param, ctx)
        if not period.quarters or len(period.quarters) == 2:
            self.fail(sentence("no_scored_period", value=value), param, ctx)
        return period


class CheckedPeriodType(PeriodType):
    """A period that can be checked: a month, too."""

    def convert(self, value, param, ctx):
        period = super().convert(value, param, ctx)
        if len(period.months) == 6:
            self.fail(sentence("no_checked_period", value=value), param, ctx)
        return period


class DayType(click.ParamType):
    """A day as 2026-04-16."""

    name = "day"

    def convert(self, value, param, ctx):
        try:
            return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
        except ValueError:
            return self.fail(sentence("no_day", value=value), param, ctx)


def kept_private(ctx: click.Context, param: click.Parameter, source: Path) -> Path:
    """Have the command write nothing that is readable by somebody whom the data folder, or that of a file, keeps out."""
    before = os.umask(0)
    ctx.call_on_close(lambda: os.umask(before))
    os.umask(before | permissions.withheld(source if source.is_dir() else source.parent))
    return source


folder_argument = click.argument("folder", type=FOLDER, callback=kept_private)
period_option = click.option("--period", type=ScoredPeriodType())
format_option = click.option("--format", "output_format", type=click.Choice(["text", "json"]), default="text")


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def root(context: click.Context) -> None:
    """The group of all commands; without one it says what to do next in this folder."""
    if context.invoked_subcommand is None:
        from lianghua_batch.cli import next_step

        next_step.show(Path.cwd())

"""What `run` and `explain` share: --partial, and what checking and scoring a folder comes to, with it or without."""

from collections.abc import Sequence
from pathlib import Path

import click

from lianghua_batch.cli.messages import WrongUsage

partial_option = click.option(
    "--partial",
    is_flag=False,
    flag_value="",
    multiple=True,
    metavar="[单位=原因]",
    help="出草稿：有错误的单位不列入，其余照排；写 单位=原因 则把该单位作为暂缺。可以写多次。",
)


def outcome(folder: Path, period, out: Path | None, partial: Sequence[str]):
    """What checking and scoring comes to: all or nothing, or with --partial a draft."""
    from lianghua_batch.cli import output
    from lianghua_batch.pipeline import drafts, process

    progress = output.progress("正在读取")
    if not partial:
        return process.process(folder, period, out, progress)
    try:
        return process.process_draft(folder, period, _named(partial), out, progress)
    except drafts.UnknownUnit as error:
        raise WrongUsage(f"--partial 中的单位“{error}”在花名册中没有") from None
    except drafts.NotThere as error:
        raise WrongUsage(f"{error}在本期末不存在，本来就不参加排名，不用写在 --partial 中") from None


def _named(partial: Sequence[str]) -> dict[str, str]:
    """The units to be left out on purpose, each with its reason."""
    named = {}
    for written in filter(None, partial):
        unit, equals, reason = written.partition("=")
        if not (equals and unit.strip() and reason.strip()):
            raise WrongUsage(f"--partial 应单独放在最后，或写成 单位=原因，而不是“{written}”")
        named[unit.strip()] = reason.strip()
    return named

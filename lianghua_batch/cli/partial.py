"""What `run` and `explain` share: --partial, and checking and scoring a folder with it or without."""

from collections.abc import Sequence
from pathlib import Path

import click

from lianghua_batch.cli.messages import WrongUsage, sentence

partial_option = click.option("--partial", is_flag=False, flag_value="", multiple=True)


def final_or_draft(folder: Path, period, out: Path | None, partial: Sequence[str], *, anew: bool = False):
    """Check and score a folder: all or nothing, or with --partial a draft without the units that have errors.

    `anew`: all files are read, also those that have not changed since they were last read.
    """
    from lianghua_batch.cli import output
    from lianghua_batch.intake.kept_forms import KeptForms
    from lianghua_batch.pipeline import drafts, process

    progress, kept = output.progress("reading"), None if anew else KeptForms(folder)
    if not partial:
        return process.process(folder, period, out, progress, kept)
    try:
        return process.process_draft(folder, period, _left_out(partial), out, progress, kept)
    except drafts.UnknownUnit as error:
        raise WrongUsage(sentence("partial_unknown", unit=error)) from None
    except drafts.UnitNotInExistence as error:
        raise WrongUsage(sentence("partial_absent", unit=error)) from None


def _left_out(partial: Sequence[str]) -> dict[str, str]:
    """Return the units that are to be left out, each with the reason."""
    left_out = {}
    for written in filter(None, partial):
        unit, equals, reason = written.partition("=")
        if not (equals and unit.strip() and reason.strip()):
            raise WrongUsage(sentence("partial_malformed", value=written))
        left_out[unit.strip()] = reason.strip()
    return left_out

"""`init`: starts a year."""

import datetime as dt
import sys
from pathlib import Path

import click

from lianghua_batch.cli.messages import say, sentence
from lianghua_batch.cli.options import FAULTY, FOLDER, NEW_FOLDER, root


@root.command()
@click.argument("folder", type=NEW_FOLDER)
@click.option("--year", type=click.IntRange(2000, 2199))
@click.option("--county")
@click.option("--from", "old", type=FOLDER)
def init(folder: Path, year: int | None, county: str | None, old: Path | None) -> None:
    """Start a year: write 花名册 and 考评方案, new or from the year before."""
    from lianghua_batch import forms
    from lianghua_batch.cli import output

    before = None
    if old is not None:
        before, problems = forms.former_year(old)
        if before is None:
            output.print_problems(problems, err=True)
            say(sentence("nothing_carried_over", folder=old), err=True)
            raise click.exceptions.Exit(FAULTY)
    elif county is None and sys.stdin.isatty():
        county = click.prompt(sentence("which_county"), default="", show_default=False).strip() or None
    year = year or (dt.date.today().year if before is None else before.year + 1)
    try:
        written = forms.start_year(folder, year, county, before)
    except FileExistsError as error:
        raise click.ClickException(sentence("exists", path=error.filename)) from None
    for path in written:
        say(sentence("made", path=path))
    if before is not None:
        counts = {
            "units": len(before.rows["units"]),
            "members": len(before.rows["members"]),
            "seals": len(before.seals),
        }
        say(sentence("carried_over", year=before.year, **counts))
    say(sentence("year_started"))

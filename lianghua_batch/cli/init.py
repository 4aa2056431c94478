"""`init`: starts a year."""

import datetime as dt
from pathlib import Path

import click

from lianghua_batch.cli.messages import say, sentence
from lianghua_batch.cli.options import NEW_FOLDER, root


@root.command()
@click.argument("folder", type=NEW_FOLDER)
@click.option("--year", type=click.IntRange(2000, 2199))
def init(folder: Path, year: int | None) -> None:
    """Start a year: write 花名册 and 考评方案."""
    from lianghua_batch import forms

    try:
        written = forms.start_year(folder, year or dt.date.today().year)
    except FileExistsError as error:
        raise click.ClickException(sentence("exists", path=error.filename)) from None
    for path in written:
        say(sentence("made", path=path))
    say(sentence("year_started"))

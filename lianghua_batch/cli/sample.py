"""`sample`: a county that is filled already, to try things with."""

from pathlib import Path

import click

from lianghua_batch.cli.messages import WrongUsage, say, sentence
from lianghua_batch.cli.options import NEW_FOLDER, root


@root.command()
@click.argument("folder", type=NEW_FOLDER)
@click.option("--committees", type=click.IntRange(1, 500), default=2)
@click.option("--branches", type=click.IntRange(1, 5000), default=6)
@click.option("--members", type=click.IntRange(10, 500000), default=40)
@click.option("--seed", type=int, default=2026)
@click.option("--year", type=click.IntRange(2000, 2199), default=2026)
def sample(folder: Path, committees: int, branches: int, members: int, seed: int, year: int) -> None:
    """Write a synthetic county whose forms of a year are filled."""
    from lianghua_batch.core import atomic_files
    from lianghua_batch.forms import sample

    atomic_files.recover(folder)  # what a killed `sample` has left does not count as somebody's files
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(sentence("not_empty", folder=folder))
    from lianghua_batch.cli import output

    try:
        county = sample.county(committees, branches, members, seed, year, output.progress("making_sample"))
    except ValueError as error:
        raise WrongUsage(str(error)) from None
    written = sample.write(county, folder, output.progress("writing"))
    say(sentence("sample_made", count=len(written), folder=folder))

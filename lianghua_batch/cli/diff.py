"""`diff`: two results beside each other; nothing is written."""

from pathlib import Path

import click

from lianghua_batch.cli.messages import WrongUsage
from lianghua_batch.cli.options import format_option, root


@root.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@format_option
def diff(old: Path, new: Path, output_format: str) -> None:
    """Print what two published results differ in, and why."""
    from lianghua_batch.analysis import published
    from lianghua_batch.analysis.diff import as_json, compare
    from lianghua_batch.archive import published_reader
    from lianghua_batch.cli import diff_view, output

    try:
        differences = compare.compare(published_reader.read(old), published_reader.read(new))
    except (published.Unusable, compare.Incomparable) as error:
        raise WrongUsage(str(error)) from None
    if output_format == "json":
        output.print_json(as_json.as_json(differences))
    else:
        diff_view.show(differences)

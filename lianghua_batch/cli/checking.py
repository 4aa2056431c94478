"""`check`: what is wrong with the data, for people and for programs."""

from pathlib import Path

import click

from lianghua_batch.cli.options import FAULTY, FOLDER, format_option, period_option, root


@root.command(epilog="\b\n例：lianghua-batch check data --period 2026Q1")
@click.argument("folder", metavar="文件夹", type=FOLDER)
@period_option
@format_option
def check(folder: Path, period, form: str) -> None:
    """核对所有的表，列出全部问题：在哪个文件、哪个单元格、错在哪里、怎样改。不计分，不写任何文件。"""
    from lianghua_batch import pipeline
    from lianghua_batch.cli import printing

    outcome = pipeline.process(folder, period, progress=printing.progress("正在读取"))
    if form == "json":
        printing.print_json(printing.problems_as_json(outcome))
    else:
        printing.print_problems(outcome.problems, err=False)
        click.echo(printing.summary_line(outcome))
    if outcome.results is None:
        raise click.exceptions.Exit(FAULTY)

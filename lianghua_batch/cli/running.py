"""`run`: scores, ranks and publishes."""

from pathlib import Path

import click

from lianghua_batch import resources
from lianghua_batch.cli.options import FAULTY, FOLDER, NEW_FOLDER, format_option, period_option, root


@root.command(epilog="\b\n例：lianghua-batch run data/ --period 2026Q1")
@click.argument("folder", metavar="文件夹", type=FOLDER)
@period_option
@click.option(
    "--out",
    type=NEW_FOLDER,
    metavar="文件夹",
    help="输出文件夹，不写为 文件夹/输出/期间。",
)
@format_option
def run(folder: Path, period, out: Path | None, form: str) -> None:
    """核对、计分、排名：写出考评排名工作簿和 results.json。有错误则全部列出，不写任何结果。"""
    from lianghua_batch import pipeline
    from lianghua_batch.cli import printing

    outcome = pipeline.process(folder, period, out, progress=printing.progress("正在读取"))
    if outcome.results is None:
        _refuse(outcome, form)
    from lianghua_batch import publishing

    target = out or folder / resources.load("reading")["output_folder"] / str(outcome.period)
    published = publishing.publish(outcome.results, outcome.problems, target)
    if form == "json":
        report = {"period": str(outcome.period), "files": [str(p) for p in published]}
        printing.print_json(printing.problems_as_json(outcome) | report)
        return
    printing.print_problems(outcome.problems, err=True)
    click.echo(printing.summary_line(outcome))
    counts = outcome.results
    click.echo(
        f"{outcome.period}：党委 {len(counts.committees)} 个、支部 {len(counts.branches)} 个、"
        f"党员 {len(counts.members)} 名已排名。"
    )
    for path in published:
        click.echo(f"已写出 {path}")


def _refuse(outcome, form: str) -> None:
    """Print every problem of data that cannot be published, and end with exit code 1."""
    from lianghua_batch.cli import printing

    if form == "json":
        printing.print_json(printing.problems_as_json(outcome))
    else:
        printing.print_problems(outcome.problems, err=True)
        click.echo(f"{printing.summary_line(outcome)}有错误，没有写出任何结果。", err=True)
    raise click.exceptions.Exit(FAULTY)

"""`archive`: seals periods, lists and verifies seals, restores what is in them."""

import datetime as dt
from pathlib import Path

import click

from lianghua_batch.cli.messages import Group, WrongUsage
from lianghua_batch.cli.options import FAULTY, FOLDER, NEW_FOLDER, DayType, ScoredPeriodType, format_option, root
from lianghua_batch.core import locking

SOURCE = click.Path(exists=True, path_type=Path)
seal_period_option = click.option("--period", type=ScoredPeriodType(), help="哪一期的归档，如 2026Q1、2026。")


@root.group(cls=Group, epilog="\b\n例：lianghua-batch archive seal data --period 2026Q1")
def archive() -> None:
    """归档：封存一期的上报表和结果，日后核对、恢复。"""


@archive.command(epilog="\b\n例：lianghua-batch archive seal data --period 2026Q1 --by 张三")
@click.argument("folder", metavar="文件夹", type=FOLDER)
@click.option("--period", type=ScoredPeriodType(), required=True, help="封存哪一期，如 2026Q1、2026；必须写明。")
@click.option("--by", metavar="姓名", help="归档人，不写为本机的用户名。")
@click.option("--date", "day", type=DayType(), metavar="日期", help="归档日期，不写为今天。")
@format_option
def seal(folder: Path, period, by: str | None, day: dt.date | None, form: str) -> None:
    """封存一期：上报的表、考评方案、结果和清单，连同校验码，写到 文件夹/归档。有错误、或结果不是最新的，不能归档。

    还没有运行过 run 的，结果一并写出。
    """
    from lianghua_batch.archive import contents, inputs
    from lianghua_batch.archive import seal as sealing
    from lianghua_batch.cli import archive_view_archive_view as archive_view
    from lianghua_batch.cli import output as printing
    from lianghua_batch.cli import run_sealed as sealed_run
    from lianghua_batch.core import atomic_files as replacing
    from lianghua_batch.pipeline import process as pipeline

    if day is not None and day > dt.date.today():
        raise WrongUsage(f"归档日期 {day} 还没有到")
    with locking.exclusive(folder):
        replacing.recover(folder)
        files = inputs.read(folder)
        outcome = pipeline.process(folder, period, progress=printing.progress("正在读取"))
        if outcome.results is None:
            printing.refuse(outcome, form, "有错误，不能归档。")
        signature = sealed_run.signature(by, day)
        try:
            made, published = sealing.seal(folder, outcome, files, signature, printing.progress("正在核对"))
        except sealing.Refused as refused:
            raise click.ClickException(str(refused)) from None
        except contents.Altered as file:
            raise click.ClickException(str(sealing.refused("altered", file=file))) from None
    if form == "json":
        report = {"files": [str(path) for path in published], "sealed": archive_view.as_json(made)}
        printing.print_json(printing.problems_as_json(outcome) | report)
        return
    printing.print_outcome(outcome, err=True)
    click.echo(printing.summary_line(outcome))
    if published:
        click.echo(archive_view.published_too(made, len(published)))
    click.echo(archive_view.made(made))


@archive.command("list", epilog="\b\n例：lianghua-batch archive list data")
@click.argument("folder", metavar="文件夹", type=FOLDER)
@format_option
def list_seals(folder: Path, form: str) -> None:
    """列出归档：编号、期间、更正及原因、日期、归档人、校验码，以及异议和处理结果。只看清单，不核对内容。"""
    from lianghua_batch.archive import seals as shelf
    from lianghua_batch.archive import seals_sources as sources
    from lianghua_batch.cli import archive_view as archive_listing
    from lianghua_batch.cli import archive_view_archive_view as archive_view
    from lianghua_batch.cli import output as printing

    place = sources.shelf_of(folder)
    seals = shelf.seals(place)
    if not seals:
        raise click.ClickException(f"{sources.nothing('none', place=place)}。")
    if form == "json":
        printing.print_json({"seals": [archive_view.as_json(each) for each in seals]})
    else:
        archive_listing.show(seals)


@archive.command(
    epilog="\b\n例：lianghua-batch archive verify data\n    lianghua-batch archive verify data/归档/2026Q1.zip"
)
@click.argument("source", metavar="文件夹或归档文件", type=SOURCE)
@seal_period_option
@format_option
def verify(source: Path, period, form: str) -> None:
    """核对归档：每个文件是否完好，归档链是否连续，并用封存的上报表重新计分，逐个数字比较。有问题则全部列出。

    给出一个归档文件的，核对这一个；它前后的归档在旁边的，也核对归档链。
    """
    from lianghua_batch.archive import seals_sources as sources
    from lianghua_batch.archive import verify as verifying
    from lianghua_batch.cli import archive_verify_view as verify_view
    from lianghua_batch.cli import output as printing

    try:
        report = verifying.verify(source, period, printing.progress("正在核对"))
    except sources.NothingThere as nothing:
        raise click.ClickException(f"{nothing}。") from None
    if form == "json":
        printing.print_json(verify_view.as_json(report))
    else:
        verify_view.show(report)
    if report.findings:
        raise click.exceptions.Exit(FAULTY)


@archive.command(
    epilog="\b\n例：lianghua-batch archive restore data 恢复 --period 2026Q1\n"
    "    lianghua-batch archive restore 2026Q1.zip 恢复"
)
@click.argument("source", metavar="文件夹或归档文件", type=SOURCE)
@click.argument("target", metavar="新文件夹", type=NEW_FOLDER)
@seal_period_option
@click.option(
    "--amendment", type=click.IntRange(0, 9999), metavar="次数", help="恢复第几次更正，0 为最初的归档；不写为最后一次。"
)
@format_option
def restore(source: Path, target: Path, period, amendment: int | None, form: str) -> None:
    """恢复一期归档到新文件夹：上报的表、结果和以前各期的结果，可以在那里重新运行。先核对，归档有损坏的不恢复。"""
    from lianghua_batch.archive import restore as restoring
    from lianghua_batch.archive import seals_sources as sources
    from lianghua_batch.cli import archive_view as archive_listing
    from lianghua_batch.cli import output as printing

    try:
        restored = restoring.restore(source, target, period, amendment)
    except (sources.NothingThere, restoring.Misplaced) as reason:
        raise click.ClickException(f"{reason}。") from None
    except restoring.Damaged as damaged:
        if form == "json":
            printing.print_json(archive_listing.damaged_as_json(damaged))
        for line in [] if form == "json" else archive_listing.damaged_lines(damaged):
            click.echo(line, err=True)
        raise click.exceptions.Exit(FAULTY) from None
    if form == "json":
        printing.print_json(archive_listing.restored_as_json(restored))
        return
    for line in archive_listing.restored_lines(restored):
        click.echo(line)

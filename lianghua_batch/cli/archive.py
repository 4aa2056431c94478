"""`archive`: seals periods, lists and verifies seals, restores what is in them."""

import datetime as dt
from pathlib import Path

import click

from lianghua_batch.cli.messages import ChineseGroup, WrongUsage
from lianghua_batch.cli.options import FAULTY, FOLDER, NEW_FOLDER, DayType, ScoredPeriodType, format_option, root
from lianghua_batch.core import locking

SOURCE = click.Path(exists=True, path_type=Path)
seal_period_option = click.option("--period", type=ScoredPeriodType(), help="哪一期的归档，如 2026Q1、2026。")


@root.group(cls=ChineseGroup, epilog="\b\n例：lianghua-batch archive seal data --period 2026Q1")
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
    from lianghua_batch.archive import contents, inputs, seal_period
    from lianghua_batch.cli import archive_view, output, run_sealed
    from lianghua_batch.core import atomic_files
    from lianghua_batch.pipeline import process

    if day is not None and day > dt.date.today():
        raise WrongUsage(f"归档日期 {day} 还没有到")
    with locking.exclusive(folder):
        atomic_files.recover(folder)
        files = inputs.read(folder)
        outcome = process.process(folder, period, progress=output.progress("正在读取"))
        if outcome.results is None:
            output.refuse(outcome, form, "有错误，不能归档。")
        signature = run_sealed.signature(by, day)
        try:
            made, published = seal_period.seal(folder, outcome, files, signature, output.progress("正在核对"))
        except seal_period.Refused as refused:
            raise click.ClickException(str(refused)) from None
        except contents.FormAltered as file:
            raise click.ClickException(str(seal_period.refusal("altered", file=file))) from None
    if form == "json":
        report = {"files": [str(path) for path in published], "sealed": archive_view.as_json(made)}
        output.print_json(output.problems_as_json(outcome) | report)
        return
    output.print_outcome(outcome, err=True)
    click.echo(output.summary_line(outcome))
    if published:
        click.echo(archive_view.published_too(made, len(published)))
    click.echo(archive_view.made(made))


@archive.command("list", epilog="\b\n例：lianghua-batch archive list data")
@click.argument("folder", metavar="文件夹", type=FOLDER)
@format_option
def list_seals(folder: Path, form: str) -> None:
    """列出归档：编号、期间、更正及原因、日期、归档人、校验码，以及异议和处理结果。只看清单，不核对内容。"""
    from lianghua_batch.archive import seal_store
    from lianghua_batch.cli import archive_list_view, archive_view, output

    place = seal_store.find_archive(folder)
    seals = seal_store.seals(place)
    if not seals:
        raise click.ClickException(f"{seal_store.nothing_there('none', place=place)}。")
    if form == "json":
        output.print_json({"seals": [archive_view.as_json(each) for each in seals]})
    else:
        archive_list_view.show(seals)


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
    from lianghua_batch.archive import seal_store
    from lianghua_batch.archive import verify as verifying
    from lianghua_batch.cli import archive_verify_view, output

    try:
        report = verifying.verify(source, period, output.progress("正在核对"))
    except seal_store.NothingThere as nothing:
        raise click.ClickException(f"{nothing}。") from None
    if form == "json":
        output.print_json(archive_verify_view.as_json(report))
    else:
        archive_verify_view.show(report)
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
    from lianghua_batch.archive import seal_store
    from lianghua_batch.cli import archive_list_view, output

    try:
        restored = restoring.restore(source, target, period, amendment)
    except (seal_store.NothingThere, restoring.WrongTarget) as reason:
        raise click.ClickException(f"{reason}。") from None
    except restoring.DamagedSeal as damaged:
        if form == "json":
            output.print_json(archive_list_view.damaged_as_json(damaged))
        for line in [] if form == "json" else archive_list_view.damaged_lines(damaged):
            click.echo(line, err=True)
        raise click.exceptions.Exit(FAULTY) from None
    if form == "json":
        output.print_json(archive_list_view.restored_as_json(restored))
        return
    for line in archive_list_view.restored_lines(restored):
        click.echo(line)

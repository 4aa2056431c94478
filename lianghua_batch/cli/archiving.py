"""`archive`: seals periods, lists and verifies seals, restores what is in them."""

from pathlib import Path

import click

from lianghua_batch import locking
from lianghua_batch.cli.options import FOLDER, format_option, period_option, root
from lianghua_batch.cli.wording import Group


@root.group(cls=Group, epilog="\b\n例：lianghua-batch archive seal data --period 2026Q1")
def archive() -> None:
    """归档：封存一期的上报表和结果，日后核对、恢复。"""


@archive.command(epilog="\b\n例：lianghua-batch archive seal data --period 2026Q1 --by 张三")
@click.argument("folder", metavar="文件夹", type=FOLDER)
@period_option
@click.option("--by", metavar="姓名", help="归档人，不写为本机的用户名。")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="归档日期，不写为今天。")
@format_option
def seal(folder: Path, period, by: str | None, day, form: str) -> None:
    """封存一期：上报的表、考评方案、结果和清单，连同校验码，写到 文件夹/归档。有错误、或结果不是最新的，不能归档。"""
    from lianghua_batch import pipeline, replacing
    from lianghua_batch.archiving import contents, inputs, sealing
    from lianghua_batch.cli import archive_view, printing, sealed_run

    with locking.exclusive(folder):
        replacing.recover(folder)
        files = inputs.read(folder)
        outcome = pipeline.process(folder, period, progress=printing.progress("正在读取"))
        if outcome.results is None:
            printing.refuse(outcome, form, "有错误，不能归档。")
        signature = sealed_run.signature(by, day.date() if day else None)
        try:
            made = sealing.seal(folder, outcome, files, signature, printing.progress("正在核对"))
        except sealing.Refused as refused:
            raise click.ClickException(str(refused)) from None
        except contents.Altered as file:
            raise click.ClickException(str(sealing.refused("altered", file=file))) from None
    if form == "json":
        printing.print_json(printing.problems_as_json(outcome) | {"sealed": archive_view.as_json(made)})
        return
    printing.print_outcome(outcome, err=True)
    click.echo(printing.summary_line(outcome))
    click.echo(archive_view.made(made))

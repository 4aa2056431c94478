"""`init`: starts a year."""

import datetime as dt
from pathlib import Path

import click

from lianghua_batch.cli.options import NEW_FOLDER, root


@root.command(epilog="\b\n例：lianghua-batch init data --year 2026")
@click.argument("folder", metavar="文件夹", type=NEW_FOLDER)
@click.option("--year", type=click.IntRange(2000, 2199), metavar="年度", help="考评年度，不写为今年。")
def init(folder: Path, year: int | None) -> None:
    """开始一年：生成花名册和考评方案，填好即可使用。已有的文件不会被覆盖。"""
    from lianghua_batch import forms

    try:
        written = forms.start_year(folder, year or dt.date.today().year)
    except FileExistsError as error:
        raise click.ClickException(f"已有 {error.filename}，没有改动。请换一个文件夹，或先移走这个文件。") from None
    for path in written:
        click.echo(f"已生成 {path}")
    click.echo("下一步：填写花名册，核对考评方案，然后用 lianghua-batch templates 生成各单位的表。")

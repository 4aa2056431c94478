"""`sample`: a county that is filled already, to try things with."""

from pathlib import Path

import click

from lianghua_batch.cli.messages import WrongUsage
from lianghua_batch.cli.options import NEW_FOLDER, root


@root.command(epilog="\b\n例：lianghua-batch sample sample_county --committees 2 --branches 6 --members 40")
@click.argument("folder", metavar="文件夹", type=NEW_FOLDER)
@click.option("--committees", type=click.IntRange(1, 500), default=2, metavar="个数", help="党委个数，默认 2。")
@click.option("--branches", type=click.IntRange(1, 5000), default=6, metavar="个数", help="支部个数，默认 6。")
@click.option("--members", type=click.IntRange(10, 500000), default=40, metavar="人数", help="党员人数，默认 40。")
@click.option("--seed", type=int, default=2026, metavar="整数", help="随机种子，默认 2026；相同则生成相同的数据。")
@click.option("--year", type=click.IntRange(2000, 2199), default=2026, metavar="年度", help="考评年度，默认 2026。")
def sample(folder: Path, committees: int, branches: int, members: int, seed: int, year: int) -> None:
    """生成一个虚构的县，全年的表都已填好，供试用和培训。"""
    from lianghua_batch.core import atomic_files
    from lianghua_batch.forms import sample as sampling

    atomic_files.recover(folder)  # what a killed `sample` has left does not count as somebody's files
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} 不是空文件夹，没有改动。请换一个文件夹。")
    from lianghua_batch.cli import output

    try:
        county = sampling.county(committees, branches, members, seed, year, output.progress("正在编写"))
    except ValueError as error:
        raise WrongUsage(str(error)) from None
    written = sampling.write(county, folder, output.progress("正在写出"))
    click.echo(f"已生成 {len(written)} 个文件，在 {folder}")

"""Every command: its options in Chinese, one call into the package, what it prints, its exit code."""

import datetime as dt
from pathlib import Path

import click

from lianghua_batch import __version__, resources
from lianghua_batch.cli.wording import Group, WrongUsage

_FAULTY = 1
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class PeriodType(click.ParamType):
    """A period as people write it."""

    name = "期间"

    def convert(self, value, param, ctx):
        from lianghua_batch import periods

        period = periods.parse(value)
        if period is None:
            self.fail(f"期间“{value}”看不懂，请写成 2026Q1 或 2026 的样子", param, ctx)
        return period


class ScoredPeriodType(PeriodType):
    """A period that is scored: a quarter or a year."""

    def convert(self, value, param, ctx):
        period = super().convert(value, param, ctx)
        if not period.quarters or len(period.quarters) == 2:
            self.fail(f"“{value}”不是季度或年度，请写成 2026Q1 或 2026 的样子", param, ctx)
        return period


_period = click.option("--period", type=ScoredPeriodType(), help="考评期间，如 2026Q1、2026；不写则自动判断。")
_format = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    metavar="text|json",
    help="输出格式，json 供程序读取。",
)


@click.group(cls=Group, epilog="\b\n例：lianghua-batch run data/")
@click.version_option(__version__, message="%(prog)s %(version)s", help="显示版本。")
def root() -> None:
    """机关党建“三级量化”考评：读取各单位填报的表，核对、计分、排名。"""


@root.command(epilog="\b\n例：lianghua-batch init data --year 2026")
@click.argument("folder", metavar="文件夹", type=click.Path(file_okay=False, path_type=Path))
@click.option("--year", type=click.IntRange(2000, 2199), metavar="年度", help="考评年度，不写为今年。")
def init(folder: Path, year: int | None) -> None:
    """开始一年：生成花名册和考评方案，填好即可使用。已有的文件不会被覆盖。"""
    from lianghua_batch import templates

    try:
        written = templates.start_year(folder, year or dt.date.today().year)
    except FileExistsError as error:
        raise click.ClickException(f"已有 {error.filename}，没有改动。请换一个文件夹，或先移走这个文件。") from None
    for path in written:
        click.echo(f"已生成 {path}")
    click.echo("下一步：填写花名册，核对考评方案，然后用 lianghua-batch templates 生成各单位的表。")


@root.command(name="templates", epilog="\b\n例：lianghua-batch templates data --period 2026Q1")
@click.argument("folder", metavar="文件夹", type=_FOLDER)
@click.option("--period", type=PeriodType(), help="期间，如 2026-03、2026Q1、2026H1、2026；不写则为本月。")
@click.option("--form", "form", metavar="表种", help="只生成一种表，如 月打分。")
@click.option("--unit", metavar="组织编号", help="只生成一个单位的表。")
def make_templates(folder: Path, period, form: str | None, unit: str | None) -> None:
    """生成应报的表：一个单位一个文件，名单和算得出的数已填好。已有的文件不会被覆盖。"""
    from lianghua_batch import periods, templates
    from lianghua_batch.cli import printing

    today = dt.date.today()
    period = period or periods.Period(today.year, periods.MONTH, today.month)
    made = templates.due(folder, period, _form_named(form), unit, printing.progress("正在生成"))
    if made.problems:
        printing.print_problems(made.problems, err=True)
        raise click.exceptions.Exit(_FAULTY)
    for path in made.written:
        click.echo(f"已生成 {path}")
    for path in made.skipped:
        click.echo(f"已有 {path}，没有改动", err=True)
    if not made.written and not made.skipped:
        click.echo(f"{period} 没有应报而未报的表。")


def _form_named(label: str | None) -> str | None:
    """The identifier of a form by its 表种."""
    from lianghua_batch.forms import definitions

    if label is None:
        return None
    for form in definitions().values():
        if label in (form.label, form.name):
            return form.name
    known = "、".join(f.label for f in definitions().values())
    raise click.BadParameter(f"没有“{label}”这种表；表种有：{known}", param_hint="--form")


@root.command(epilog="\b\n例：lianghua-batch check data --period 2026Q1")
@click.argument("folder", metavar="文件夹", type=_FOLDER)
@_period
@_format
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
        raise click.exceptions.Exit(_FAULTY)


@root.command(epilog="\b\n例：lianghua-batch run data/ --period 2026Q1")
@click.argument("folder", metavar="文件夹", type=_FOLDER)
@_period
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="文件夹",
    help="输出文件夹，不写为 文件夹/输出/期间。",
)
@_format
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
    raise click.exceptions.Exit(_FAULTY)


@root.command(epilog="\b\n例：lianghua-batch sample sample_county --committees 2 --branches 6 --members 40")
@click.argument("folder", metavar="文件夹", type=click.Path(file_okay=False, path_type=Path))
@click.option("--committees", type=click.IntRange(1, 500), default=2, metavar="个数", help="党委个数，默认 2。")
@click.option("--branches", type=click.IntRange(1, 5000), default=6, metavar="个数", help="支部个数，默认 6。")
@click.option("--members", type=click.IntRange(10, 500000), default=40, metavar="人数", help="党员人数，默认 40。")
@click.option("--seed", type=int, default=2026, metavar="整数", help="随机种子，默认 2026；相同则生成相同的数据。")
@click.option("--year", type=click.IntRange(2000, 2199), default=2026, metavar="年度", help="考评年度，默认 2026。")
def sample(folder: Path, committees: int, branches: int, members: int, seed: int, year: int) -> None:
    """生成一个虚构的县，全年的表都已填好，供试用和培训。"""
    from lianghua_batch import sampling

    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} 不是空文件夹，没有改动。请换一个文件夹。")
    from lianghua_batch.cli import printing

    try:
        county = sampling.county(committees, branches, members, seed, year, printing.progress("正在编写"))
    except ValueError as error:
        raise WrongUsage(str(error)) from None
    written = sampling.write(county, folder, printing.progress("正在写出"))
    click.echo(f"已生成 {len(written)} 个文件，在 {folder}")

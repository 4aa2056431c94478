"""`whatif` and `diff`: results beside others, under changed rules or of another day. Neither writes anything."""

from pathlib import Path

import click

from lianghua_batch.cli.messages import WrongUsage
from lianghua_batch.cli.options import FAULTY, FOLDER, format_option, period_option, root
from lianghua_batch.core import resources


@root.command(
    epilog="\b\n例：lianghua-batch whatif data --set 督查权重=30 --set 年末权重=70\n例：lianghua-batch whatif data --set 优秀比例上限=1/4 --period 2026"
)
@click.argument("folder", metavar="文件夹", type=FOLDER)
@click.option(
    "--set",
    "rules",
    multiple=True,
    metavar="参数=值",
    help="要改动的参数，名称和写法与考评方案的“参数”表相同。可以写多次。",
)
@period_option
@format_option
def whatif(folder: Path, rules: tuple[str, ...], period, form: str) -> None:
    """试算：假如改动考评方案的参数，总分、等次、名次会怎样变，与现在的并排列出。不写任何文件。"""
    from lianghua_batch.analysis import what_if as trying
    from lianghua_batch.cli import output as printing
    from lianghua_batch.pipeline import process as pipeline

    if not rules:
        raise WrongUsage(resources.load("compare")["whatif"]["wrong"]["none"])
    try:
        texts = trying.requested(rules)
    except trying.WrongRule as error:
        raise WrongUsage(str(error)) from None
    trial = pipeline.process_trial(folder, period, texts, progress=printing.progress("正在读取"))
    if trial.today.results is None:
        printing.refuse(trial.today, form, "有错误，不能试算。")
    if trial.refused:
        raise WrongUsage(str(trying.refused(texts, trial.today.results)))
    if trial.then is None:
        _refuse_changed(trial, form)
    comparison = trying.compare(texts, trial.today.results, trial.then)
    if form == "json":
        printing.print_json(trying.as_json(comparison))
        return
    from lianghua_batch.cli import whatif_view

    whatif_view.show(comparison, trial.today.unit_names)


def _refuse_changed(trial, form: str) -> None:
    """Print the errors that only the changed rules bring about, and end with exit code 1."""
    from lianghua_batch.cli import output as printing

    if form == "json":
        summary = {"errors": len(trial.problems), "warnings": 0, "files": trial.today.files}
        printing.print_json({"problems": [p.as_dict() for p in trial.problems], "summary": summary})
    else:
        printing.print_problems(trial.problems, err=True, names=trial.today.unit_names)
        click.echo(resources.load("compare")["whatif"]["faulty"], err=True)
    raise click.exceptions.Exit(FAULTY)


@root.command(
    epilog="\b\n例：lianghua-batch diff 备份/2026Q1 data/输出/2026Q1\n例：lianghua-batch diff 旧/results.json 新/results.json --format json"
)
@click.argument("old", metavar="旧结果", type=click.Path(path_type=Path))
@click.argument("new", metavar="新结果", type=click.Path(path_type=Path))
@format_option
def diff(old: Path, new: Path, form: str) -> None:
    """比较两次结果：谁的总分、等次、名次变了，变在数据、规则还是名单。结果写文件夹（如 输出/2026Q1）或其中的 results.json。

    有没有差别，退出码都是 0。
    """
    from lianghua_batch.analysis.diff import compare as differences
    from lianghua_batch.analysis.diff import text_data as data
    from lianghua_batch.archive import published_reader as earlier
    from lianghua_batch.cli import diff_diff_view as diff_view
    from lianghua_batch.cli import output as printing

    try:
        found = differences.compare(earlier.read(old), earlier.read(new))
    except (earlier.Unusable, differences.Incomparable) as error:
        raise WrongUsage(str(error)) from None
    if form == "json":
        printing.print_json(data.as_json(found))
    else:
        diff_view.show(found)

"""`check`: what is wrong with the data, for people and for programs."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lianghua_batch.cli.messages import WrongUsage
from lianghua_batch.cli.options import FAULTY, FOLDER, NEW_FOLDER, format_option, period_option, root
from lianghua_batch.core import locking, resources

if TYPE_CHECKING:
    from lianghua_batch.report.check_report_files import WrittenFiles


@root.command(epilog="\b\n例：lianghua-batch check data --period 2026Q1\n例：lianghua-batch check data --annotate")
@click.argument("folder", metavar="文件夹", type=FOLDER)
@period_option
@click.option("--report", is_flag=True, help="另外写出工作簿“检查报告.xlsx”，在 文件夹/输出/期间。")
@click.option(
    "--annotate", is_flag=True, help="另外写出检查报告，和有错误的表的副本（在“批注”）：错误标红，警告标黄，注明原因。"
)
@click.option("--out", type=NEW_FOLDER, metavar="文件夹", help="把检查报告和批注写到这个文件夹（不必再写 --report）。")
@format_option
def check(folder: Path, period, report: bool, annotate: bool, out: Path | None, form: str) -> None:
    """核对所有的表，列出全部问题：在哪个文件、哪个单元格、错在哪里、怎样改。不计分，不改动任何上报的表。"""
    from lianghua_batch.cli import output
    from lianghua_batch.pipeline import process

    outputs = folder / resources.load("reading")["output_folder"]
    writes = report or annotate or out is not None
    if annotate and out is not None:
        _refuse_mingling(folder, outputs, out)
    with locking.exclusive(folder, out or outputs) if writes else nullcontext():
        outcome = process.process(folder, period, out, progress=output.progress("正在读取"))
        written = failure = None
        if writes:
            from lianghua_batch.report import check_report_files

            target = out or (outputs / str(outcome.period) if outcome.period else outputs)
            told = output.progress("正在批注")
            try:
                written = check_report_files.publish(outcome, folder, target, annotate=annotate, progress=told)
            except OSError as error:  # a report that is open in Excel: the problems are told all the same
                failure = error
    if form == "json":
        output.print_json(output.problems_as_json(outcome))
    else:
        output.print_outcome(outcome, err=False)
        click.echo(output.period_line(outcome, given=period is not None))
        click.echo(output.summary_line(outcome))
    if failure is not None:
        raise failure
    if written is not None:
        _tell(written, err=form == "json")
    if outcome.results is None:
        raise click.exceptions.Exit(FAULTY)


def _refuse_mingling(folder: Path, outputs: Path, out: Path) -> None:
    """Annotated copies are forms: none may come to lie among those that are read, nor these among the copies, which go."""
    data, target = folder.resolve(), out.resolve()
    copies = target / resources.load("report/check_report")["annotation"]["folder"]
    if (target.is_relative_to(data) and not target.is_relative_to(outputs.resolve())) or data.is_relative_to(copies):
        raise WrongUsage(
            f"--out 不能是 {out}：批注过的表会与上报的表混在一起。请写数据文件夹以外的文件夹，或不写 --out"
        )


def _tell(written: "WrittenFiles", *, err: bool) -> None:
    """Say what was written and where, and what was not."""
    click.echo(f"已写出 {written.report}", err=err)
    if written.folder is not None:
        click.echo(f"已写出 {written.folder}：批注过的表 {written.copies} 个，改好后放回原处", err=err)
    for file in written.too_large:
        click.echo(f"{file} 太大，没有批注，问题见检查报告。", err=True)
    for file in written.unlike:
        click.echo(f"{file} 的内容不能照原样写成副本，没有批注，问题见检查报告。", err=True)
    if written.kept is not None:
        click.echo(f"上次的批注中有改过而没有放回的表，已保存到 {written.kept}", err=True)

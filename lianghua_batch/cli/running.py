"""`run`: scores, ranks and publishes."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from lianghua_batch import locking, resources
from lianghua_batch.cli import drafting, wording
from lianghua_batch.cli.drafting import partial_option
from lianghua_batch.cli.options import FOLDER, NEW_FOLDER, format_option, period_option, root


@root.command(epilog="\b\n例：lianghua-batch run data/ --period 2026Q1")
@click.argument("folder", metavar="文件夹", type=FOLDER)
@period_option
@click.option(
    "--out",
    type=NEW_FOLDER,
    metavar="文件夹",
    help="输出文件夹，不写为 文件夹/输出/期间；草稿写到其中的“草稿”。",
)
@partial_option
@click.option(
    "--mask-names", is_flag=True, help="公示中党员的姓名只留首尾两个字（张＊三；两个字的为张＊），其他文件不变。"
)
@format_option
def run(folder: Path, period, out: Path | None, partial: tuple[str, ...], mask_names: bool, form: str) -> None:
    """核对、计分、排名：写出考评排名工作簿、公示、各单位的工作簿和 results.json。有错误则全部列出，不写任何结果。"""
    from lianghua_batch import history, publishing
    from lianghua_batch.cli import printing

    outputs = folder / resources.load("reading")["output_folder"]
    with ExitStack() as afterwards:
        with locking.exclusive(folder, out or outputs):
            outcome = drafting.outcome(folder, period, out, partial)
            if outcome.results is None:
                printing.refuse(outcome, form, "有错误，没有写出任何结果。")
            place = out or outputs / str(outcome.period)
            if outcome.results.draft:
                place /= resources.load("drafts")["folder"]
            earlier = history.in_outputs(outputs, outcome.period)
            published = publishing.publish(
                outcome.results,
                outcome.problems,
                place,
                earlier,
                mask_names=mask_names,
                progress=printing.progress("正在写出"),
            )
            afterwards.enter_context(_published_already())
        _tell(outcome, published, form)


@contextmanager
def _published_already() -> Iterator[None]:
    """What goes wrong in the telling does not undo what is published, and must not sound so."""
    try:
        yield
    except KeyboardInterrupt:
        raise click.ClickException(wording.PUBLISHED_INTERRUPTED) from None
    except OSError as error:
        raise click.ClickException(wording.published_untold(error)) from None


def _tell(outcome, published: Sequence[Path], form: str) -> None:
    """Print what was published."""
    from lianghua_batch import results
    from lianghua_batch.cli import printing

    if form == "json":
        report = {"period": str(outcome.period), "files": [str(p) for p in published]}
        if outcome.results.draft:
            report["draft"] = results.draft_as_json(outcome.results.draft)
        printing.print_json(printing.problems_as_json(outcome) | report)
        return
    printing.print_outcome(outcome, err=True)
    click.echo(printing.summary_line(outcome))
    counts = outcome.results
    click.echo(
        f"{outcome.period}：党委 {len(counts.committees)} 个、支部 {len(counts.branches)} 个、"
        f"党员 {len(counts.members)} 名已排名。"
    )
    if counts.draft:
        click.echo(f"草稿·不完整：未列入 {len(counts.draft.left_out)} 个单位，名次不是最终名次。")
        for each in counts.draft.left_out:
            click.echo(f"  {each.unit}：{each.reason}")
        if counts.draft.unassigned:
            click.echo(f"  另有 {counts.draft.unassigned} 处错误看不出是哪个单位的，可能影响任何单位。")
    for line in _written(published):
        click.echo(line)


def _written(published: Sequence[Path]) -> Iterator[str]:
    """The files that were written; the workbooks of units are too many to be named."""
    from lianghua_batch.report import unit_books

    folders = [path.parent for path in published if path.parent.name == unit_books.folder()]
    yield from (f"已写出 {path}" for path in published if path.parent not in folders)
    if folders:
        yield f"已写出 {folders[0]}：{len(folders)} 个工作簿"

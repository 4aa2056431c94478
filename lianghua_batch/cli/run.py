"""`run`: scores, ranks and publishes."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial as partial_function
from pathlib import Path

import click

from lianghua_batch.cli import messages
from lianghua_batch.cli import partial as drafting
from lianghua_batch.cli.options import FOLDER, NEW_FOLDER, format_option, period_option, root
from lianghua_batch.cli.partial import partial_option
from lianghua_batch.core import locking, resources


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
@click.option(
    "--amend", "reason", metavar="原因", help="更正已归档的期间：重新写出结果，另存一份编号的更正归档，原来的归档保留。"
)
@click.option("--by", metavar="姓名", help="更正人，不写为本机的用户名。")
@click.option("--dry-run", "preview", is_flag=True, help="与 --amend 同用：只看更正会改动什么，不写任何文件。")
@format_option
def run(
    folder: Path,
    period,
    out: Path | None,
    partial: tuple[str, ...],
    mask_names: bool,
    reason: str | None,
    by: str | None,
    preview: bool,
    form: str,
) -> None:
    """核对、计分、排名：写出考评排名工作簿、公示、各单位的工作簿和 results.json。有错误则全部列出，不写任何结果。

    已归档的期间，上报的表没有变化的，输出不改写；有变化的，要写明 --amend 原因。
    """
    from lianghua_batch.archive import guard, inputs
    from lianghua_batch.cli import output, run_sealed
    from lianghua_batch.core import atomic_files

    run_sealed.check_options(folder, reason, by, out, partial, preview)
    outputs = folder / resources.load("reading")["output_folder"]
    with ExitStack() as afterwards:
        with locking.exclusive(folder, out or outputs):
            atomic_files.recover(folder)  # where an amendment was broken off
            files = inputs.read(folder)
            outcome = drafting.outcome(folder, period, out, partial)
            seal = guard.seal_in_force(folder, outcome.period)
            outcome = run_sealed.guarded(outcome, files, seal, reason)
            if outcome.results is None:
                output.refuse(outcome, form, "有错误，没有写出任何结果。")
            if reason is not None:
                tell = run_sealed.amend(folder, outcome, files, seal, reason, by, mask_names, preview)
            elif seal is not None and out is None and outcome.results.draft is None:
                tell = run_sealed.keep(folder, outcome, seal)
            else:
                published = _publish(folder, outcome, out, mask_names, seal)
                tell = partial_function(_tell, outcome, published)
            afterwards.enter_context(_published_already())
        tell(form)


def _publish(folder: Path, outcome, out: Path | None, mask_names: bool, seal) -> Sequence[Path]:
    """Write what `run` leaves of a period that no seal holds, a draft, or a copy elsewhere."""
    from lianghua_batch.analysis.objections import linked
    from lianghua_batch.archive import guard, history
    from lianghua_batch.archive.seal_store import Seal
    from lianghua_batch.cli import output
    from lianghua_batch.report import publishing

    place = out or folder / resources.load("reading")["output_folder"] / str(outcome.period)
    if outcome.results.draft:
        place /= resources.load("messages/drafts")["folder"]
    elif (other := guard.sealed_period_at(folder, place)) is not None:
        raise messages.WrongUsage(f"{place} 是已归档的 {other} 的结果，不能写入。请换一个 --out")
    earlier = history.earlier_results(folder, outcome.period)
    progress = output.progress("正在写出")
    objections = linked(outcome.results.county, seal.manifest.objections) if isinstance(seal, Seal) else None
    return publishing.publish(
        outcome.results,
        outcome.problems,
        place,
        earlier,
        objections=objections,
        mask_names=mask_names,
        progress=progress,
    )


@contextmanager
def _published_already() -> Iterator[None]:
    """What goes wrong in the telling does not undo what is published, and must not sound so."""
    try:
        yield
    except KeyboardInterrupt:
        raise click.ClickException(messages.PUBLISHED_INTERRUPTED) from None
    except OSError as error:
        raise click.ClickException(messages.published_untold(error)) from None


def _tell(outcome, published: Sequence[Path], form: str) -> None:
    """Print what was published."""
    from lianghua_batch.cli import output
    from lianghua_batch.scoring import results

    if form == "json":
        report = {"period": str(outcome.period), "files": [str(p) for p in published]}
        if outcome.results.draft:
            report["draft"] = results.draft_as_json(outcome.results.draft)
        output.print_json(output.problems_as_json(outcome) | report)
        return
    output.print_outcome(outcome, err=True)
    click.echo(output.summary_line(outcome))
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
    from lianghua_batch.core import output_paths

    folders = [path.parent for path in published if path.parent.name == output_paths.folder()]
    yield from (f"已写出 {path}" for path in published if path.parent not in folders)
    if folders:
        yield f"已写出 {folders[0]}：{len(folders)} 个工作簿"

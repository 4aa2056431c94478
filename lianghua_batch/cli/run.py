"""`run`: scores, ranks and publishes."""

import functools
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from lianghua_batch.cli import messages
from lianghua_batch.cli.messages import say, sentence
from lianghua_batch.cli.options import NEW_FOLDER, folder_argument, format_option, period_option, root
from lianghua_batch.cli.partial import final_or_draft, partial_option
from lianghua_batch.core import locking, resources
from lianghua_batch.pipeline import last_run


@root.command()
@folder_argument
@period_option
@click.option("--out", type=NEW_FOLDER)
@partial_option
@click.option("--mask-names", is_flag=True)
@click.option("--amend", "reason")
@click.option("--by")
@click.option("--dry-run", "preview", is_flag=True)
@click.option("--no-cache", "anew", is_flag=True)
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
    anew: bool,
    output_format: str,
) -> None:
    """Score and rank, and publish the results, or print everything that is wrong."""
    began = time.monotonic()
    outputs = folder / resources.load("reading")["output_folder"]
    plainly = not (out or reason or by or preview or partial)
    if not plainly:
        from lianghua_batch.cli import run_sealed

        run_sealed.check_options(folder, reason, by, out, partial, preview)
    with ExitStack() as afterwards:
        with locking.exclusive(folder, out or outputs):
            command = f"run {period} {mask_names}"
            before = last_run.snapshot(folder) if plainly else None
            unchanged = last_run.published_alike(folder, command, before)
            if unchanged is not None and output_format == "text" and not anew:
                say(sentence("unchanged", **unchanged))
                return
            from lianghua_batch.archive import guard, inputs
            from lianghua_batch.cli import output, run_sealed
            from lianghua_batch.core import atomic_files

            atomic_files.recover(folder)  # where an amendment was broken off
            files = inputs.read(folder)
            outcome = final_or_draft(folder, period, out, partial, anew=anew)
            seal = guard.seal_in_force(folder, outcome.period)
            outcome = run_sealed.guarded(outcome, files, seal, reason)
            if outcome.results is None:
                output.refuse(outcome, output_format, sentence("not_scored"))
            if reason is not None:
                print_report = run_sealed.amend(folder, outcome, files, seal, reason, by, mask_names, preview)
            elif seal is not None and out is None and outcome.results.draft is None:
                print_report = run_sealed.keep(folder, outcome, seal)
            else:
                before_this = _results_before(outputs, outcome) if out is None else None
                published = _publish(folder, outcome, out, mask_names, seal)
                print_report = functools.partial(_print_published, outcome, published, before_this, began)
                last_run.record(folder, command, before, published[0].parent, _summary(outcome))
            afterwards.enter_context(_published_already())
        print_report(output_format)


def _results_before(outputs: Path, outcome) -> Mapping[str, object] | None:
    """results.json of the run before, where it can be read."""
    from lianghua_batch.analysis.published import Published
    from lianghua_batch.archive import published_reader

    before = published_reader.from_outputs(outputs, outcome.period)
    return before.results if isinstance(before, Published) else None


def _summary(outcome) -> Mapping[str, object]:
    """What a run says of its results where it need not compute them again."""
    from lianghua_batch.cli import output

    return {"period": str(outcome.period), "warnings": output.summary(outcome)["warnings"]}


def _publish(folder: Path, outcome, out: Path | None, mask_names: bool, seal) -> Sequence[Path]:
    """Write the results of a period that is not sealed, a draft, or a copy into another folder."""
    from lianghua_batch.analysis.objections import linked
    from lianghua_batch.archive import guard, history
    from lianghua_batch.archive.seal_store import Seal
    from lianghua_batch.cli import output
    from lianghua_batch.report import publishing

    place = out or folder / resources.load("reading")["output_folder"] / str(outcome.period)
    if outcome.results.draft:
        place /= resources.load("messages/drafts")["folder"]
    elif (other := guard.sealed_period_at(folder, place)) is not None:
        raise messages.WrongUsage(sentence("out_is_sealed", folder=place, period=other))
    earlier = history.earlier_results(folder, outcome.period)
    progress = output.progress("writing")
    objections = linked(outcome.results.county, seal.manifest.objections) if isinstance(seal, Seal) else None
    published = publishing.publish(
        outcome.results,
        outcome.problems,
        place,
        earlier,
        objections=objections,
        mask_names=mask_names,
        progress=progress,
    )
    if out is None and outcome.results.draft is None:
        last_run.record_published(place)
    return published


@contextmanager
def _published_already() -> Iterator[None]:
    """Say of what goes wrong while printing that the results are published all the same."""
    try:
        yield
    except KeyboardInterrupt:
        raise click.ClickException(sentence("interrupted_when_published")) from None
    except OSError as error:
        raise click.ClickException(messages.published_not_shown(error)) from None


def _print_published(outcome, published: Sequence[Path], before, began: float, output_format: str) -> None:
    """Print what was published, and what moved since the results `before`; `began`: when the command did."""
    from lianghua_batch.cli import output, run_summary
    from lianghua_batch.model.scheme import ORGANISATION
    from lianghua_batch.scoring import results

    if output_format == "json":
        report = {"period": str(outcome.period), "files": [str(p) for p in published]}
        if outcome.results.draft:
            report["draft"] = results.draft_as_json(outcome.results.draft)
        output.print_json(output.problems_as_json(outcome) | report)
        return
    output.print_outcome(outcome, err=True)
    say(output.summary_line(outcome))
    ranked = outcome.results
    counts = {"committees": len(ranked.committees), "branches": len(ranked.branches), "members": len(ranked.members)}
    say(sentence("ranked", period=outcome.period, **counts))
    if ranked.draft:
        say(sentence("draft", count=len(ranked.draft.left_out)))
        for each in ranked.draft.left_out:
            say(sentence("left_out", unit=each.unit, reason=each.reason))
        if ranked.draft.unassigned:
            say(sentence("unassigned", count=ranked.draft.unassigned))
    else:
        grades = [band.grade for band in ranked.county.scheme.bands[ORGANISATION]]
        for line in run_summary.lines(results.as_json(ranked), before, grades):
            say(line)
    for line in _written(published):
        say(line)
    say(sentence("took", seconds=max(round(time.monotonic() - began), 1)), err=True)


def _written(published: Sequence[Path]) -> Iterator[str]:
    """The files that were written; the workbooks of units are too many to be named."""
    from lianghua_batch.core import output_paths

    folders = [path.parent for path in published if path.parent.name == output_paths.folder()]
    yield from (sentence("written", path=path) for path in published if path.parent not in folders)
    if folders:
        yield sentence("unit_books_written", folder=folders[0], count=len(folders))

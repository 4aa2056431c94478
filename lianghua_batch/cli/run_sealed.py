"""What `run` does with a period that is sealed: only an amendment replaces anything."""

import datetime as dt
import getpass
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lianghua_batch.cli.messages import WrongUsage, say, sentence
from lianghua_batch.cli.options import FAULTY
from lianghua_batch.core import resources
from lianghua_batch.core.source_ref import readable

if TYPE_CHECKING:
    from lianghua_batch.analysis.diff.model import Differences
    from lianghua_batch.archive.amend import Amendment
    from lianghua_batch.archive.guard import KeptOutputs
    from lianghua_batch.archive.inputs import FormFiles
    from lianghua_batch.archive.seal_period import Signature
    from lianghua_batch.archive.seal_store import Seal, Unreadable
    from lianghua_batch.core.periods import Period
    from lianghua_batch.scoring.results import Outcome

Printer = Callable[[str], None]  # prints what was done, in an output format


def check_options(
    folder: Path, reason: str | None, by: str | None, out: Path | None, partial: Sequence[str], preview: bool
) -> None:
    """Refuse what --amend cannot go together with, and to write results among seals."""
    from lianghua_batch.archive import seal_names

    if out is not None and out.resolve().is_relative_to(seal_names.folder(folder).resolve()):
        raise WrongUsage(sentence("out_among_seals", out=out))
    if reason is None:
        if by is not None:
            raise WrongUsage(sentence("by_without_amend"))
        if preview:
            raise WrongUsage(sentence("dry_run_without_amend"))
        return
    if not plain(reason):
        raise WrongUsage(sentence("no_reason"))
    if out is not None:
        raise WrongUsage(sentence("amend_with_out"))
    if partial:
        raise WrongUsage(sentence("amend_with_partial"))


def signature(by: str | None, day: dt.date | None = None) -> "Signature":
    """Who seals, and when: this computer's user and today where none is given."""
    from lianghua_batch.archive.seal_period import Signature

    return Signature(plain(by or "") or plain(_user()), day or dt.date.today())


def plain(given: str) -> str:
    """What was typed as an option, on one line and without characters that do something on a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in readable(given)).split())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a system that knows nobody
        return resources.load("messages/archive")["nobody"]


def guarded(outcome: "Outcome", files: "FormFiles", seal: "Seal | Unreadable | None", reason: str | None) -> "Outcome":
    """The outcome with what departs from its seal as errors, unless it is a draft or is to amend the seal."""
    from lianghua_batch.archive import guard
    from lianghua_batch.archive.seal_store import Seal

    if seal is None:
        if reason is not None and outcome.results is not None:
            raise WrongUsage(sentence("not_sealed", period=outcome.period))
        return outcome
    is_draft = outcome.results is not None and outcome.results.draft is not None
    if is_draft or (reason is not None and isinstance(seal, Seal)):
        return outcome
    return guard.refuse_departures(outcome, files, seal)


def amend(
    folder: Path,
    outcome: "Outcome",
    files: "FormFiles",
    before: "Seal",
    reason: str,
    by: str | None,
    mask_names: bool,
    preview: bool,
) -> Printer:
    """Amend a sealed period, or with `preview` only work out what would change; return what prints it."""
    from lianghua_batch.archive import amend, contents, guard, seal_period
    from lianghua_batch.cli import output

    try:
        prepared = amend.prepare(folder, outcome, files, before, plain(reason), signature(by), mask_names=mask_names)
        if preview:
            return partial(_print_preview, outcome, prepared)
        seal, written = amend.make(folder, outcome, files, prepared, output.progress("writing"))
    except seal_period.Refused as refused:
        raise click.ClickException(str(refused)) from None
    except contents.FormAltered as file:
        raise click.ClickException(str(seal_period.refusal("altered", file=file))) from None
    also = guard.also_concerned(folder, files, outcome.period)
    return partial(_print_amended, outcome, also, seal, prepared.moved, written)


def _print_preview(outcome: "Outcome", prepared: "Amendment", output_format: str) -> None:
    from lianghua_batch.cli import archive_view, diff_view, output

    manifest = prepared.manifest
    if output_format == "json":
        report = {
            "period": str(outcome.period),
            "files": [],
            "changes": manifest.changes,
            "differences": manifest.differences,
        }
        output.print_json(output.problems_as_json(outcome) | report)
        return
    output.print_outcome(outcome, err=True)
    say(output.summary_line(outcome))
    for line in archive_view.changed_forms(manifest):
        say(line)
    diff_view.show(prepared.moved)
    say(archive_view.preview_message(manifest))


def _print_amended(
    outcome: "Outcome",
    also: Sequence["Period"],
    seal: "Seal",
    moved: "Differences",
    files: Sequence[Path],
    output_format: str,
) -> None:
    from lianghua_batch.cli import archive_view, diff_view, output

    if output_format == "json":
        report = {"period": str(outcome.period), "files": [str(path) for path in files]}
        report |= {"sealed": archive_view.as_json(seal), "also_concerned": [str(period) for period in also]}
        output.print_json(output.problems_as_json(outcome) | report)
        return
    output.print_outcome(outcome, err=True)
    say(output.summary_line(outcome))
    diff_view.show(moved)
    say(archive_view.sealed_message(seal))
    if also:
        say(archive_view.also_concerned(also))


def keep(folder: Path, outcome: "Outcome", seal: "Seal") -> Printer:
    """Leave a sealed period's outputs alone, but put back those that are gone; return what prints it."""
    from lianghua_batch.archive import bags, guard

    try:
        kept = guard.keep_outputs(folder, seal)
    except bags.BrokenBag as file:
        text = resources.load("messages/archive")["announced"]["not_put_back"].format(seal=seal.file, file=file)
        raise click.ClickException(text) from None
    return partial(_print_kept, outcome, seal, kept)


def _print_kept(outcome: "Outcome", seal: "Seal", kept: "KeptOutputs", output_format: str) -> None:
    from lianghua_batch.cli import archive_view, output

    outdated = [str(period) for period in kept.outdated]
    if output_format == "json":
        report = {"period": str(outcome.period), "files": list(kept.put_back), "altered": list(kept.altered)}
        report["outdated"] = outdated
        output.print_json(output.problems_as_json(outcome) | report | {"sealed": archive_view.as_json(seal)})
    else:
        output.print_outcome(outcome, err=True)
        say(output.summary_line(outcome))
        for line in archive_view.kept_outputs(seal, kept):
            say(line)
        if outdated:
            words = resources.load("messages/archive")["announced"]
            say(words["outdated"].format(periods=words["separator"].join(outdated), period=outcome.period))
    if kept.altered:
        raise click.exceptions.Exit(FAULTY)

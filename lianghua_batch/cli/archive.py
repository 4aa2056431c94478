"""`archive`: seals periods, lists and verifies seals, restores what is in them."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lianghua_batch.cli.messages import CommandGroup, WrongUsage, say, sentence
from lianghua_batch.cli.options import (
    FAULTY,
    NEW_FOLDER,
    DayType,
    ScoredPeriodType,
    folder_argument,
    format_option,
    kept_private,
    root,
)
from lianghua_batch.core import locking

if TYPE_CHECKING:
    from lianghua_batch.archive.seal_period import Signature
    from lianghua_batch.core.periods import Period

SOURCE = click.Path(exists=True, path_type=Path)
seal_period_option = click.option("--period", type=ScoredPeriodType())


@root.group(cls=CommandGroup)
def archive() -> None:
    """The group of what is done with seals."""


@archive.command()
@folder_argument
@click.option("--period", type=ScoredPeriodType(), required=True)
@click.option("--by")
@click.option("--date", "day", type=DayType())
@click.option("--early")
@format_option
def seal(folder: Path, period, by: str | None, day: dt.date | None, early: str | None, output_format: str) -> None:
    """Seal a period: its forms, rules, results and check codes."""
    from lianghua_batch.archive import contents, inputs, seal_period
    from lianghua_batch.cli import archive_view, output
    from lianghua_batch.core import atomic_files
    from lianghua_batch.pipeline import process

    if day is not None and day > dt.date.today():
        raise WrongUsage(sentence("day_to_come", day=day))
    signature = _signature(period, by, day, early)
    with locking.exclusive(folder):
        atomic_files.recover(folder)
        files = inputs.read(folder)
        outcome = process.process(folder, period, progress=output.progress("reading"))
        if outcome.results is None:
            output.refuse(outcome, output_format, sentence("not_sealable"))
        try:
            sealed, published = seal_period.seal(folder, outcome, files, signature, output.progress("checking"))
        except seal_period.Refused as refused:
            raise click.ClickException(str(refused)) from None
        except contents.FormAltered as file:
            raise click.ClickException(str(seal_period.refusal("altered", file=file))) from None
    if output_format == "json":
        report = {"files": [str(path) for path in published], "sealed": archive_view.as_json(sealed)}
        output.print_json(output.problems_as_json(outcome) | report)
        return
    output.print_outcome(outcome, err=True)
    say(output.summary_line(outcome))
    if published:
        say(archive_view.published_too(sealed, len(published)))
    say(archive_view.sealed_message(sealed))


def _signature(period: "Period", by: str | None, day: dt.date | None, early: str | None) -> "Signature":
    """Who seals and when; refused while the period lasts, unless a reason is given."""
    from lianghua_batch.archive import seal_period
    from lianghua_batch.cli import run_sealed

    reason = None if early is None else run_sealed.plain(early)
    if reason == "":
        raise WrongUsage(sentence("no_early_reason"))
    try:
        return seal_period.in_time(run_sealed.signature(by, day), period, reason)
    except seal_period.Refused as refused:
        raise click.ClickException(str(refused)) from None


@archive.command("list")
@folder_argument
@format_option
def list_seals(folder: Path, output_format: str) -> None:
    """Print every seal of a folder, without examining it."""
    from lianghua_batch.archive import seal_store
    from lianghua_batch.cli import archive_list_view, archive_view, output

    place = seal_store.find_archive(folder)
    seals = seal_store.seals(place)
    if not seals:
        raise click.ClickException(sentence("sentence", text=seal_store.nothing_there("none", place=place)))
    if output_format == "json":
        output.print_json({"seals": [archive_view.as_json(each) for each in seals]})
    else:
        archive_list_view.show(seals)


@archive.command()
@click.argument("source", type=SOURCE)
@seal_period_option
@format_option
def verify(source: Path, period, output_format: str) -> None:
    """Examine seals: check codes, the chain, and the scores recomputed; exit code 1 where something is wrong."""
    from lianghua_batch.archive import seal_store, verify
    from lianghua_batch.cli import archive_verify_view, output

    try:
        report = verify.verify(source, period, output.progress("checking"))
    except seal_store.NothingThere as nothing:
        raise click.ClickException(sentence("sentence", text=nothing)) from None
    if output_format == "json":
        output.print_json(archive_verify_view.as_json(report))
    else:
        archive_verify_view.show(report)
    if report.findings:
        raise click.exceptions.Exit(FAULTY)


@archive.command()
@click.argument("source", type=SOURCE, callback=kept_private)
@click.argument("target", type=NEW_FOLDER)
@seal_period_option
@click.option("--amendment", type=click.IntRange(0, 9999))
@format_option
def restore(source: Path, target: Path, period, amendment: int | None, output_format: str) -> None:
    """Restore a sealed period into a new folder."""
    from lianghua_batch.archive import restore, seal_store
    from lianghua_batch.cli import archive_list_view, output

    try:
        restored = restore.restore(source, target, period, amendment)
    except (seal_store.NothingThere, restore.WrongTarget) as reason:
        raise click.ClickException(sentence("sentence", text=reason)) from None
    except restore.DamagedSeal as damaged:
        if output_format == "json":
            output.print_json(archive_list_view.damaged_as_json(damaged))
        for line in [] if output_format == "json" else archive_list_view.damaged_lines(damaged):
            say(line, err=True)
        raise click.exceptions.Exit(FAULTY) from None
    if output_format == "json":
        output.print_json(archive_list_view.restored_as_json(restored))
        return
    for line in archive_list_view.restored_lines(restored):
        say(line)

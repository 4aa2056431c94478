"""`check`: what is wrong with the data, for people and for programs."""

import datetime as dt
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lianghua_batch.cli.messages import WrongUsage, say, sentence
from lianghua_batch.cli.options import (
    FAULTY,
    NEW_FOLDER,
    CheckedPeriodType,
    DayType,
    folder_argument,
    format_option,
    root,
)
from lianghua_batch.core import locking, resources

if TYPE_CHECKING:
    from lianghua_batch.report.check_report_files import WrittenFiles


@root.command()
@folder_argument
@click.option("--period", type=CheckedPeriodType())
@click.option("--as-of", type=DayType())
@click.option("--report", is_flag=True)
@click.option("--annotate", is_flag=True)
@click.option("--out", type=NEW_FOLDER)
@click.option("--no-cache", "anew", is_flag=True)
@format_option
def check(
    folder: Path,
    period,
    as_of: dt.date | None,
    report: bool,
    annotate: bool,
    out: Path | None,
    anew: bool,
    output_format: str,
) -> None:
    """Print everything that is wrong with the data; score nothing."""
    from lianghua_batch.cli import output
    from lianghua_batch.core.problems import errors
    from lianghua_batch.intake.kept_forms import KeptForms
    from lianghua_batch.pipeline import process
    from lianghua_batch.validation import completeness

    outputs = folder / resources.load("reading")["output_folder"]
    writes = report or annotate or out is not None
    if annotate and out is not None:
        _refuse_copies_among_forms(folder, outputs, out)
    with locking.exclusive(folder, out or outputs) if writes else nullcontext():
        kept = None if anew else KeptForms(folder)
        whole = process.process(folder, period, out, output.progress("reading"), kept)
        due = completeness.without_forms_not_due(whole.problems, as_of or dt.date.today())
        outcome = replace(whole, problems=tuple(due))
        written = failure = None
        if writes:
            from lianghua_batch.report import check_report_files

            target = out or (outputs / str(outcome.period) if outcome.period else outputs)
            try:
                written = check_report_files.publish(
                    outcome, folder, target, annotate=annotate, progress=output.progress("annotating")
                )
            except OSError as error:  # a report that is open in Excel: the problems are printed all the same
                failure = error
    if output_format == "json":
        output.print_json(output.problems_as_json(outcome))
    else:
        output.print_outcome(outcome, err=False)
        say(output.period_line(outcome, given=period is not None))
        if later := len(whole.problems) - len(due):
            say(sentence("not_due", count=later))
        say(output.summary_line(outcome))
    if failure is not None:
        raise failure
    if written is not None:
        _print_written(written, err=output_format == "json")
    if errors(outcome.problems):
        raise click.exceptions.Exit(FAULTY)


def _refuse_copies_among_forms(folder: Path, outputs: Path, out: Path) -> None:
    """Refuse a folder where annotated copies would be read as forms, or forms would be replaced as earlier copies are."""
    data, target = folder.resolve(), out.resolve()
    copies = target / resources.load("report/check_report")["annotation"]["folder"]
    if (target.is_relative_to(data) and not target.is_relative_to(outputs.resolve())) or data.is_relative_to(copies):
        raise WrongUsage(sentence("out_among_forms", out=out))


def _print_written(written: "WrittenFiles", *, err: bool) -> None:
    """Print what was written and where, and what was not."""
    say(sentence("written", path=written.report), err=err)
    if written.folder is not None:
        say(sentence("copies_written", folder=written.folder, count=written.copies), err=err)
    for file in written.too_large:
        say(sentence("too_large", file=file), err=True)
    for file in written.unlike:
        say(sentence("not_copied", file=file), err=True)
    if written.kept is not None:
        say(sentence("edited_copies_kept", folder=written.kept), err=True)

"""`check`: what is wrong with the data, for people and for programs."""

import datetime as dt
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lianghua_batch.cli.messages import WrongUsage, say, sentence
from lianghua_batch.cli.options import (
    FAULTY,
    FOLDER,
    NEW_FOLDER,
    CheckedPeriodType,
    DayType,
    format_option,
    kept_private,
    root,
)
from lianghua_batch.cli.subjects import units_called
from lianghua_batch.core import locking, resources

if TYPE_CHECKING:
    from lianghua_batch.core.periods import Period
    from lianghua_batch.report.check_report_files import WrittenFiles
    from lianghua_batch.scoring.results import Outcome


@root.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--base", type=FOLDER)
@click.option("--unit")
@click.option("--period", type=CheckedPeriodType())
@click.option("--as-of", type=DayType())
@click.option("--report", is_flag=True)
@click.option("--annotate", is_flag=True)
@click.option("--out", type=NEW_FOLDER)
@click.option("--no-cache", "anew", is_flag=True)
@format_option
@click.pass_context
def check(
    context: click.Context,
    paths: tuple[Path, ...],
    base: Path | None,
    unit: str | None,
    period,
    as_of: dt.date | None,
    report: bool,
    annotate: bool,
    out: Path | None,
    anew: bool,
    output_format: str,
) -> None:
    """Print everything that is wrong with the data, or with files before they are sent; score nothing."""
    folder = _only_folder(paths)
    if folder is None:
        if as_of or report or annotate or out or anew or unit:
            raise WrongUsage(sentence("for_folders_only"))
        _check_files(paths, base, period, output_format)
        return
    if base is not None:
        raise WrongUsage(sentence("base_for_files_only"))
    kept_private(context, context.command.params[0], folder)
    outputs = folder / resources.load("reading")["output_folder"]
    writes = report or annotate or out is not None
    if annotate and out is not None:
        _refuse_copies_among_forms(folder, outputs, out)
    with locking.exclusive(folder, out or outputs) if writes else nullcontext():
        outcome, later = _of_folder(folder, period, out, unit, as_of, anew)
        target = out or (outputs / str(outcome.period) if outcome.period else outputs)
        written, failure = _write(outcome, folder, target, annotate) if writes else (None, None)
    from lianghua_batch.cli import output

    facts = [
        output.period_line(outcome, given=period is not None),
        *([sentence("not_due", count=later)] if later else []),
    ]
    _print(outcome, output_format, facts)
    if failure is not None:
        raise failure
    if written is not None:
        _print_written(written, err=output_format == "json")
    _end(outcome)


def _of_folder(
    folder: Path, period: "Period | None", out: Path | None, unit: str | None, as_of: dt.date | None, anew: bool
) -> "tuple[Outcome, int]":
    """What is wrong with a folder, or with a unit's forms, and how many things in it are not due yet."""
    from lianghua_batch.cli import output
    from lianghua_batch.intake.kept_forms import KeptForms
    from lianghua_batch.pipeline import process
    from lianghua_batch.validation import completeness

    kept = None if anew else KeptForms(folder)
    whole = process.process(folder, period, out, output.progress("reading"), kept)
    whole = _with_last_year(folder, whole)
    due = completeness.without_forms_not_due(whole.problems, as_of or dt.date.today())
    outcome = replace(whole, problems=tuple(due))
    if unit is not None and outcome.county is not None:  # else it is not known which units there are
        units = units_called(outcome.county, unit)
        outcome = replace(outcome, problems=tuple(p for p in outcome.problems if p.unit in units))
    return outcome, len(whole.problems) - len(due)


def _with_last_year(folder: Path, outcome: "Outcome") -> "Outcome":
    """The outcome with the advice that the results of the year before give on 考评方案."""
    from lianghua_batch.archive import history
    from lianghua_batch.core import periods
    from lianghua_batch.core.problems import in_order
    from lianghua_batch.validation import scheme_advice

    if outcome.county is None:
        return outcome
    year = outcome.county.period.year
    before = history.earlier_results(folder, periods.year(year)).get(periods.year(year - 1))
    audit_trail = getattr(before, "audit_trail", None)
    if audit_trail is None:
        return outcome
    units = [*before.results["committees"], *before.results["branches"]]
    found = scheme_advice.idle(outcome.county, units, audit_trail["rules"]["indicators"])
    return replace(outcome, problems=tuple(in_order([*outcome.problems, *found])))


def _write(
    outcome: "Outcome", folder: Path, target: Path, annotate: bool
) -> "tuple[WrittenFiles | None, OSError | None]":
    """Write the report and the marked copies; a report that is open in Excel is told after the problems."""
    from lianghua_batch.cli import output
    from lianghua_batch.report import check_report_files

    progress = output.progress("annotating")
    try:
        return check_report_files.publish(outcome, folder, target, annotate=annotate, progress=progress), None
    except OSError as error:
        return None, error


def _print(outcome: "Outcome", output_format: str, facts: Sequence[str]) -> None:
    """Print the problems, for people with facts about the check and the counts."""
    from lianghua_batch.cli import output

    if output_format == "json":
        output.print_json(output.problems_as_json(outcome))
        return
    output.print_outcome(outcome, err=False)
    for fact in facts:
        say(fact)
    say(output.summary_line(outcome))


def _end(outcome: "Outcome") -> None:
    """End with exit code 1 where there is an error."""
    from lianghua_batch.core.problems import errors

    if errors(outcome.problems):
        raise click.exceptions.Exit(FAULTY)


def _only_folder(paths: tuple[Path, ...]) -> Path | None:
    """The one folder that is to be checked; None where it is files."""
    folders = [path for path in paths if path.is_dir()]
    if folders and len(paths) > 1:
        raise WrongUsage(sentence("folder_or_files", folder=folders[0]))
    return folders[0] if folders else None


def _check_files(paths: tuple[Path, ...], base: Path | None, period, output_format: str) -> None:
    """Print what is wrong with files before they are sent."""
    from lianghua_batch.cli import output
    from lianghua_batch.pipeline import process

    outcome = process.process_files(paths, base, period, output.progress("reading"))
    _print(outcome, output_format, [sentence("without_base")] if base is None else [])
    _end(outcome)


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

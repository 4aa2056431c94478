"""`status`: which unit has sent which form, and whom to remind."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lianghua_batch.cli.messages import say, sentence
from lianghua_batch.cli.options import FAULTY, NEW_FOLDER, DayType, folder_argument, format_option, period_option, root
from lianghua_batch.cli.subjects import units_called
from lianghua_batch.core import resources

if TYPE_CHECKING:
    from lianghua_batch.validation.filing_status import Status


@root.command()
@folder_argument
@period_option
@click.option("--unit")
@click.option("--as-of", type=DayType())
@click.option("--report", is_flag=True)
@click.option("--out", type=NEW_FOLDER)
@format_option
def status(
    folder: Path,
    period,
    unit: str | None,
    as_of: dt.date | None,
    report: bool,
    out: Path | None,
    output_format: str,
) -> None:
    """Print which form of which unit is filed, and whom to remind."""
    from lianghua_batch.cli import output
    from lianghua_batch.intake.kept_forms import KeptForms
    from lianghua_batch.pipeline import process
    from lianghua_batch.validation import filing_status

    outcome = process.process(folder, period, out, output.progress("reading"), KeptForms(folder))
    if outcome.county is None:
        _refuse(outcome, output_format)
    filing = filing_status.filing_status(outcome.county, outcome.problems, as_of or dt.date.today(), outcome.base_files)
    if unit is not None:
        filing = filing_status.of_units(filing, units_called(outcome.county, unit))
    target = out or folder / resources.load("reading")["output_folder"] / str(filing.period)
    written = _write(filing, target) if report or out else None
    if output_format == "json":
        output.print_json(_as_json(filing, written))
    else:
        from lianghua_batch.cli import status_view

        status_view.show(filing)
        if written is not None:
            say(sentence("written", path=written))
    if filing.base_errors:
        say(sentence("status_uncertain", count=filing.base_errors), err=True)


def _write(filing: "Status", target: Path) -> Path:
    from lianghua_batch.report import status_report

    return status_report.write(filing, target)


def _refuse(outcome, output_format: str) -> None:
    """Print why it is not known which forms are due, and end with exit code 1."""
    from lianghua_batch.cli import output

    if output_format == "json":
        output.print_json(output.problems_as_json(outcome))
    else:
        output.print_outcome(outcome, err=True)
        say(sentence("status_unknown"), err=True)
    raise click.exceptions.Exit(FAULTY)


def _as_json(filing: "Status", written: Path | None) -> dict[str, Any]:
    """The whole matrix: every unit's every form that is due, with its state and its deadline."""
    from lianghua_batch.validation.filing_status import STATES

    states = resources.load("messages/status")["states"]
    return {
        "period": str(filing.period),
        "as_of": filing.as_of.isoformat(),
        "states": {state: states[state]["label"] for state in STATES},
        "units": [_unit(line, cohort.id) for cohort in filing.cohorts for line in cohort.lines],
        "unregistered_findings": [finding.number for finding in filing.unregistered],
        "unplaced": [problem.as_dict() for problem in filing.unplaced],
        "summary": {state: filing.counts[state] for state in STATES},
        "file": None if written is None else str(written),
    }


def _unit(line, committee: str) -> dict[str, Any]:
    from lianghua_batch.core.form_definitions import definitions

    return {
        "id": line.unit.id,
        "name": line.unit.name,
        "level": line.unit.level,
        "committee": "" if line.unit.id == committee else committee,
        "forms": [
            {
                "form": entry.form,
                "label": definitions()[entry.form].label,
                "period": str(entry.period),
                "state": entry.state,
                "due_by": entry.due_by.isoformat(),
            }
            for entry in line.entries
        ],
    }

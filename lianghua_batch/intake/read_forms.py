"""One file's path → the forms in it. Runs in a worker process: of a table its records travel, not its cells."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from lianghua_batch.core import resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake import recognition, signatures
from lianghua_batch.intake.formats import workbook
from lianghua_batch.intake.formats.sheet_facts import Refusal
from lianghua_batch.intake.formats.zip_limits import Limits
from lianghua_batch.intake.grid import Grid
from lianghua_batch.intake.recognition import Recognised
from lianghua_batch.intake.record_reader import content, read_records


@dataclass(frozen=True)
class FormsRead:
    """What one file came to: its forms' sheets and what is wrong in it, or the refusal; `kind` and `digest` as in Reading."""

    kind: str
    sources: Sequence[Recognised] = ()
    problems: Sequence[Problem] = ()
    refusal: Refusal | None = None
    digest: str | None = None


def read(path: Path, file: str, limit: Limits, rules: Path | None) -> FormsRead:
    """Read one file, which problems will call `file`, by the installed rules or others; raises OSError where it cannot be opened."""
    _go_by(rules)
    reading = workbook.read(path, file, limit)
    sources, problems = recognise_all(reading.grids)
    return FormsRead(reading.kind, [_without_cells(s) for s in sources], problems, reading.refusal, reading.digest)


@cache
def _go_by(rules: Path | None) -> None:
    if rules is not None:
        resources.stand_in(rules)


def recognise_all(grids: Sequence[Grid]) -> tuple[list[Recognised], list[Problem]]:
    """Recognise every sheet of one file."""
    sources: list[Recognised] = []
    problems: list[Problem] = []
    for grid in grids:
        source, found = recognition.recognise(grid, definitions())
        problems += found
        if source is not None:
            sources.append(source)
            if grid.hidden:
                problems.append(problem(Code.HIDDEN_SHEET, grid.place()))
    if not sources and recognition.only_hidden(grids):
        problems.append(problem(Code.ONLY_HIDDEN_SHEETS, SourceRef(grids[0].file)))
    problems += recognition.foreign_sheets(sources)
    return signatures.with_signatures(sources), problems


def _without_cells(source: Recognised) -> Recognised:
    """The sheet with its records in place of its cells; what the scheme's dimensions are is not known yet, so columns that stand
    for them are read later."""
    if any(column.expand is not None for column in source.sheet.columns):
        return source
    heading_only = replace(source.grid, rows=source.grid.rows[: source.head_row + 1])
    return replace(source, grid=heading_only, records=read_records(source, source.sheet), content=content(source))

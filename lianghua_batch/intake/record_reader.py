"""A recognised sheet → its records; what stands in many cells of a column is read once."""

import hashlib
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import COUNT, NUMBER, Column, Sheet
from lianghua_batch.core.periods import Period
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.intake import merged_cells, table_rows, unseen
from lianghua_batch.intake.cell_values import Fault, as_shown, read
from lianghua_batch.intake.columns import columns_of
from lianghua_batch.intake.grid import Flaw, Grid, is_blank
from lianghua_batch.intake.labels import label_of
from lianghua_batch.intake.recognition import Recognised
from lianghua_batch.intake.sheet_records import Origin, SheetRecords

_BETWEEN_CELLS, _BETWEEN_COLUMNS = "\x1f", "\x1d"


def read_records(source: Recognised, sheet: Sheet) -> SheetRecords:
    """Type every record of a sheet; a cell that cannot be read is a problem and blank."""
    places, heading_problems = columns_of(source, sheet)
    problems = list(heading_problems)
    asked_about = {p.place.column for p in problems if p.code == Code.NEARLY_A_HEADING}
    rows, found = _record_rows(source, sheet, places, asked_about)
    problems += found
    problems += unseen.problems(source.grid, rows, sorted(places.values()))
    grid = merged_cells.resolved(source.grid, source.head_row, rows, places, sheet)
    cells: dict[str, list[object]] = {}
    faulty: set[tuple[int, str]] = set()
    texts: set[tuple[int, str]] = set()
    of_cells: list[Problem] = []
    for column in sheet.columns:
        if column.name not in places:
            cells[column.name] = [None] * len(rows)
            continue
        raws = _raws(grid, rows, places[column.name])
        cells[column.name], faults = _typed(raws, column, source.period)
        faulty.update((n, column.name) for n, fault in faults.items() if fault.code.is_error)
        of_cells += _problems(grid, rows, column, places[column.name], faults)
        written = {raw for raw in set(raws) if isinstance(raw, str) and not is_blank(raw)}
        if column.type == NUMBER and written:
            texts.update((n, column.name) for n, raw in enumerate(raws) if isinstance(raw, str) and raw in written)
    problems += _uncomputed_once(of_cells)
    if not rows and not source.form.optional:
        problems.append(problem(Code.NO_DATA_ROWS, grid.place(), form=source.form.label))
    counts, found = _counts(source)
    problems += found
    return SheetRecords(
        replace(_origin(source, places), counts=counts),
        array("l", [r + 1 for r in rows]),
        cells,
        frozenset(faulty),
        frozenset(texts),
        tuple(problems),
    )


def content(source: Recognised) -> str:
    """A fingerprint of a sheet's table as its clerk sees it, without blank rows and trailing blank columns.

    What one kind of file stores as 80 another stores as 80.0.
    """
    grid = source.grid
    every = range(source.head_row, len(grid.rows))
    blank = set(grid.blank_in(range(len(grid.columns)), every))
    rows = [r for r in every if r not in blank]
    digest = hashlib.sha256()
    for at in range(len(grid.columns)):
        if len(grid.blank_in([at], rows)) < len(rows):
            written = _BETWEEN_CELLS.join(_shown(_raws(grid, rows, at)))
            digest.update(f"{at}{_BETWEEN_COLUMNS}{written}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _shown(raws: Sequence[object]) -> Sequence[str]:
    if set(map(type, raws)) == {str}:
        return raws
    keys = _keys(raws)
    shown = {key: as_shown(raw) for key, raw in dict(zip(keys, raws, strict=True)).items()}
    return [shown[key] for key in keys]


def _origin(source: Recognised, places: Mapping[str, int]) -> Origin:
    label = source.labels.get("unit_name")
    return Origin(
        file=source.grid.file,
        sheet=source.grid.sheet,
        unit=source.unit,
        unit_name=as_shown(label.value) if label is not None and source.form.by_unit else None,
        period=source.period,
        head_row=source.head_row + 1,
        columns=places,
        labels={name: labelled.place for name, labelled in source.labels.items()},
        title=source.title,
    )


def _counts(source: Recognised) -> tuple[dict[str, int], list[Problem]]:
    """The whole numbers of a form's labelled cells; one that is none is a problem at its cell."""
    counts: dict[str, int] = {}
    problems = []
    for name in source.form.counts:
        label = source.labels.get(name)
        if label is None:
            continue
        try:
            counts[name] = read(label.value, Column(name, label_of(name), COUNT), source.period)
        except Fault as fault:
            words = {"value": as_shown(label.value), "suggestion": fault.suggestion}
            problems.append(problem(fault.code, label.place, **words, **fault.context))
    return counts, problems


def _record_rows(
    source: Recognised, sheet: Sheet, places: Mapping[str, int], asked_about: Collection[int | None]
) -> tuple[list[int], list[Problem]]:
    """The rows to read, and what else the sheet holds as problems. Below another heading nothing is read under this one."""
    body = table_rows.body_rows(source, sheet, places)
    headings = table_rows.other_headings(source, body.filled)
    problems = list(table_rows.above(source, sheet, places))
    problems += table_rows.without_record(source.grid, body.numbers)
    if not source.several:
        problems += table_rows.below(source, headings)
    if headings or source.several:
        end = next((r for r in headings if r in body.records), len(source.grid.rows))
        return [r for r in body.records if r < end], problems
    problems += table_rows.unnamed(source.grid, source.head_row, body.filled, set(places.values()))
    known = {*places.values(), *asked_about}
    problems += table_rows.deciding_columns_unread(source, sheet, places, body.records, known)
    return body.records, problems


def _raws(grid: Grid, rows: Sequence[int], at: int) -> list[object]:
    cells = grid.columns[at]
    return [cells[r] for r in rows]


def _keys(raws: Sequence[object]) -> Sequence[object]:
    """What tells the values of a column apart: 1, 1.0 and TRUE are equal but not the same value."""
    kinds = set(map(type, raws))
    return list(zip(map(type, raws), raws, strict=True)) if len(kinds & {bool, int, float}) > 1 else raws


def _typed(raws: Sequence[object], column: Column, period: Period | None) -> tuple[list[object], dict[int, Fault]]:
    """The values of a column's cells, and by number what is wrong with those that cannot be read."""
    keys = _keys(raws)
    readings = {key: _reading(raw, column, period) for key, raw in dict(zip(keys, raws, strict=True)).items()}
    values = list(map(readings.__getitem__, keys))
    if not any(isinstance(reading, Fault) for reading in readings.values()):
        return values, {}
    faults = {n: value for n, value in enumerate(values) if isinstance(value, Fault)}
    return [None if isinstance(value, Fault) else value for value in values], faults


def _reading(raw: object, column: Column, period: Period | None) -> object:
    """The value of a cell, None where it is blank, or the Fault."""
    if is_blank(raw):
        return None
    try:
        return read(raw, column, period)
    except Fault as fault:
        return fault


def _problems(
    grid: Grid, rows: Sequence[int], column: Column, at: int, faults: Mapping[int, Fault]
) -> Iterable[Problem]:
    for n, fault in faults.items():
        raw = grid.rows[rows[n]][at]
        if not (isinstance(raw, Flaw) and raw.repeats):
            place = grid.place(rows[n], at, column.label)
            yield problem(fault.code, place, value=as_shown(raw), suggestion=fault.suggestion, **fault.context)


def _uncomputed_once(problems: list[Problem]) -> list[Problem]:
    """The problems of one sheet; formulas that were never calculated are one mistake, however many cells show it."""
    cells = [p for p in problems if p.code == Code.UNCOMPUTED_FORMULA]
    if len(cells) < 2:
        return problems
    first = min(cells, key=lambda p: (p.place.row or 0, p.place.column or 0))
    sheet = problem(Code.UNCOMPUTED_SHEET, first.place, value=first.value, count=len(cells))
    return [*(p for p in problems if p.code != Code.UNCOMPUTED_FORMULA), sheet]

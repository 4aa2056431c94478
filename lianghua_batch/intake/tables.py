"""Recognised grids → typed tables: one a form's sheet, over all files, every row with its place."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import COUNT, DATE, NUMBER, Column, Sheet
from lianghua_batch.core.periods import Period
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake import merged_cells, table_rows, unseen
from lianghua_batch.intake.cell_values import Fault, as_shown, is_blank, read
from lianghua_batch.intake.columns import columns_of
from lianghua_batch.intake.grid import Flaw, Grid
from lianghua_batch.intake.recognition import Recognised
from lianghua_batch.intake.table_rows import body_rows

ORIGIN, ROW = "_origin", "_row"


@dataclass(frozen=True)
class Origin:
    """The sheet that rows came from: its place, unit and period, and where its columns stand (0-based)."""

    file: str
    sheet: str
    unit: str | None
    unit_name: str | None
    period: Period | None
    head_row: int
    columns: Mapping[str, int]
    labels: Mapping[str, SourceRef]
    title: str | None = None

    def place(self, row: int | None = None, column: int | None = None, heading: str | None = None) -> SourceRef:
        return SourceRef(self.file, self.sheet, row, column, heading)

    def label_place(self, name: str) -> SourceRef:
        return self.labels.get(name) or self.place()


@dataclass(frozen=True)
class Table:
    """All rows of one form's sheet.

    `frame` has the sheet's columns by identifier, typed (numbers in hundredths Int64, votes Int64, dates datetime64, the
    rest str; blank is NA), and two more: ORIGIN, which of `origins`, and ROW, the row's number in its sheet.
    `faulty` are the (index, column) of cells that could not be read: they are blank in `frame` and already reported; `texts`
    those that hold a number as text, which no formula adds up.
    """

    sheet: Sheet
    frame: pd.DataFrame
    origins: tuple[Origin, ...]
    faulty: frozenset[tuple[int, str]] = frozenset()
    texts: frozenset[tuple[int, str]] = frozenset()

    def ref(self, index: int, column: str | None = None) -> SourceRef:
        """Return the place of one cell, or of a whole row."""
        return self.place(self.frame.at[index, ORIGIN], self.frame.at[index, ROW], column)

    def place(self, origin_number: int, row: int, column: str | None) -> SourceRef:
        """Return the place of a cell or row of one of the origins."""
        origin = self.origins[origin_number]
        if column is None:
            return origin.place(int(row))
        return origin.place(int(row), origin.columns.get(column), self.sheet.label_of(column))

    def records(self) -> Iterator["Record"]:
        """Yield the rows one by one, blanks as None."""
        columns = {name: _cells(column) for name, column in self.frame.items()}
        for index, values in zip(self.frame.index, zip(*columns.values(), strict=True), strict=True):
            yield Record(self, index, dict(zip(columns, values, strict=True)))

    def take(self, keep: pd.Series) -> "Table":
        """Return the table with only the rows where `keep` is true."""
        return Table(self.sheet, self.frame[keep], self.origins, self.faulty, self.texts)


@dataclass(frozen=True)
class Record:
    """One row of a table."""

    table: Table
    index: int
    values: Mapping[str, object]

    def __getitem__(self, column: str) -> object:
        return self.values[column]

    def ref(self, column: str | None = None) -> SourceRef:
        return self.table.place(self.values[ORIGIN], self.values[ROW], column)

    @property
    def origin(self) -> Origin:
        return self.table.origins[self.values[ORIGIN]]


def _cells(column: pd.Series) -> list[object]:
    """The plain values of a column, blanks as None; of a whole frame at once it takes pandas longer, for few rows ten times."""
    return [None if blank else cell for cell, blank in zip(column.tolist(), column.isna().tolist(), strict=True)]


def _unit_name(source: Recognised) -> str | None:
    label = source.labels.get("unit_name")
    return as_shown(label.value) if label is not None and source.form.by_branch else None


class _Columns:
    """Collects the typed cells of one sheet definition over many grids."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.cells: dict[str, list[object]] = {c.name: [] for c in sheet.columns}
        self.origin: list[int] = []
        self.row: list[int] = []
        self.origins: list[Origin] = []
        self.faulty: set[tuple[int, str]] = set()
        self.texts: set[tuple[int, str]] = set()
        self.problems: list[Problem] = []

    def add(self, source: Recognised) -> None:
        places, problems = columns_of(source, self.sheet)
        self.problems += problems
        grid = source.grid
        self.origins.append(
            Origin(
                file=grid.file,
                sheet=grid.sheet,
                unit=source.unit,
                unit_name=_unit_name(source),
                period=source.period,
                head_row=source.head_row + 1,
                columns=places,
                labels={name: label.place for name, label in source.labels.items()},
                title=source.title,
            )
        )
        asked_about = {p.place.column for p in problems if p.code == Code.NEARLY_A_HEADING}
        rows = self._records(source, places, asked_about)
        self.problems += unseen.problems(grid, rows, sorted(places.values()))
        grid = merged_cells.resolved(grid, source.head_row, rows, places, self.sheet)
        before = len(self.problems)
        for column in self.sheet.columns:
            if column.name in places:
                self._read_column(grid, rows, column, places[column.name], source.period)
            else:
                self.cells[column.name] += [None] * len(rows)
        self.problems[before:] = _uncomputed_once(self.problems[before:])
        self.origin += [len(self.origins) - 1] * len(rows)
        self.row += (r + 1 for r in rows)
        if not rows:
            self.problems.append(problem(Code.NO_DATA_ROWS, grid.place(), form=source.form.label))

    def _records(self, source: Recognised, places: Mapping[str, int], asked_about: Collection[int | None]) -> list[int]:
        """The rows to read; what else the sheet holds are problems. Below another heading nothing is read under this one."""
        body = body_rows(source, self.sheet, places)
        headings = table_rows.other_headings(source, body.filled)
        self.problems += table_rows.above(source, self.sheet, places)
        self.problems += table_rows.without_record(source.grid, body.numbers)
        if not source.several:
            self.problems += table_rows.below(source, headings)
        if headings or source.several:
            end = next((r for r in headings if r in body.records), len(source.grid.rows))
            return [r for r in body.records if r < end]
        self.problems += table_rows.unnamed(source.grid, source.head_row, body.filled, set(places.values()))
        known = {*places.values(), *asked_about}
        self.problems += table_rows.deciding_columns_unread(source, self.sheet, places, body.records, known)
        return body.records

    def _read_column(self, grid: Grid, rows: list[int], column: Column, at: int, period: Period | None) -> None:
        """Read one column of one grid; equal cells are read once, for codes and wordings repeat by the thousand."""
        cells = self.cells[column.name]
        known: dict[tuple[type, object], object] = {}
        for r in rows:
            raw = grid.rows[r][at]
            if column.type == NUMBER and raw.__class__ is str:
                self.texts.add((len(cells), column.name))
            key = (raw.__class__, raw)  # 1, 1.0 and True are equal but not the same value
            if key in known:
                cells.append(known[key])
                continue
            value = None
            if not is_blank(raw):
                try:
                    value = known[key] = read(raw, column, period)
                except Fault as fault:
                    if fault.code.is_error:
                        self.faulty.add((len(cells), column.name))
                    if isinstance(raw, Flaw) and raw.repeats:
                        cells.append(None)
                        continue
                    place = grid.place(r, at, column.label)
                    self.problems.append(
                        problem(fault.code, place, value=as_shown(raw), suggestion=fault.suggestion, **fault.context)
                    )
            cells.append(value)

    def table(self) -> Table:
        data = {c.name: _series(self.cells[c.name], c) for c in self.sheet.columns}
        data[ORIGIN] = pd.Series(self.origin, dtype="int64")
        data[ROW] = pd.Series(self.row, dtype="int64")
        return Table(self.sheet, pd.DataFrame(data), tuple(self.origins), frozenset(self.faulty), frozenset(self.texts))


def _uncomputed_once(problems: list[Problem]) -> list[Problem]:
    """The problems of one sheet; formulas that were never calculated are one mistake, however many cells show it."""
    cells = [p for p in problems if p.code == Code.UNCOMPUTED_FORMULA]
    if len(cells) < 2:
        return problems
    first = min(cells, key=lambda p: (p.place.row or 0, p.place.column or 0))
    sheet = problem(Code.UNCOMPUTED_SHEET, first.place, value=first.value, count=len(cells))
    return [*(p for p in problems if p.code != Code.UNCOMPUTED_FORMULA), sheet]


def _series(cells: list[object], column: Column) -> pd.Series:
    if column.type in (NUMBER, COUNT):
        return pd.Series(cells, dtype="Int64")
    if column.type == DATE:
        return pd.Series(pd.to_datetime(pd.Series(cells, dtype=object)), dtype="datetime64[s]")
    return pd.Series(cells, dtype="str")


def extract(sources: Iterable[Recognised], sheet: Sheet) -> tuple[Table, list[Problem]]:
    """Type every row of the given grids, all of the sheet `sheet`; a cell that cannot be read is a problem and blank."""
    columns = _Columns(sheet)
    for source in sources:
        columns.add(source)
    return columns.table(), columns.problems

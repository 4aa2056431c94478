"""Recognised grids → typed tables: one a form's sheet, over all files, every row with its place."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from lianghua_batch import merges, resources
from lianghua_batch.columns import columns_of
from lianghua_batch.forms import CODE, COUNT, DATE, NAME, NUMBER, Column, Sheet
from lianghua_batch.grids import Flaw, Grid
from lianghua_batch.headings import Recognised
from lianghua_batch.periods import Period
from lianghua_batch.problems import Problem, problem
from lianghua_batch.provenance import SourceRef, column_letter
from lianghua_batch.values import Fault, is_blank, read, shown, squeeze

ORIGIN, ROW = "_origin", "_row"
_ROWS_NAMED = 5  # of many hidden rows, how many are named


@dataclass(frozen=True)
class Origin:
    """The sheet that rows came from: its place, whose form of which period, and where its columns stand (0-based)."""

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
    `faulty` are the (index, column) of cells that could not be read: they are blank in `frame` and already reported.
    """

    sheet: Sheet
    frame: pd.DataFrame
    origins: tuple[Origin, ...]
    faulty: frozenset[tuple[int, str]] = frozenset()

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
        plain = self.frame.astype(object).where(self.frame.notna(), None)
        names = list(plain.columns)
        for index, values in zip(plain.index, plain.itertuples(index=False, name=None), strict=True):
            yield Record(self, index, dict(zip(names, values, strict=True)))

    def take(self, keep: pd.Series) -> "Table":
        """Return the table with only the rows where `keep` is true."""
        return Table(self.sheet, self.frame[keep], self.origins, self.faulty)


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


def _data_rows(source: Recognised, sheet: Sheet, places: Mapping[str, int]) -> list[int]:
    """The 0-based rows below the heading that are records: not blank, not a sum, not a note."""
    words = resources.load("reading")
    totals, notes = frozenset(words["totals"]), tuple(words["notes"])
    mapped = list(places.values())
    identity = [c for c in sheet.columns if c.type in (CODE, NAME)] or [sheet.columns[0]]
    marked = [places[c.name] for c in identity if c.name in places]
    needed = [
        places[c.name] for c in sheet.columns if c.required and c.type not in (NUMBER, COUNT) and c.name in places
    ]
    rows = source.grid.rows
    headings = [(at, squeeze(str(rows[source.head_row][at]))) for at in mapped]
    return [
        r
        for r in range(source.head_row + 1, len(rows))
        if not all(is_blank(rows[r][at]) for at in mapped)
        and not _is_footer(rows[r], marked, needed, totals, notes)
        and not _is_heading_again(rows[r], headings)
    ]


def _is_heading_again(row: list[object], headings: list[tuple[int, str]]) -> bool:
    """Whether a row repeats the headings, as on a page that was copied under another."""
    again = 0
    for at, heading in headings:
        cell = row[at]
        if is_blank(cell):
            continue
        if not isinstance(cell, str) or squeeze(cell) != heading:
            return False
        again += 1
    return again > 1


def _is_footer(
    row: list[object], marked: list[int], needed: list[int], totals: frozenset[str], notes: tuple[str, ...]
) -> bool:
    """Whether a row is a sum or a note, not a record.

    Told by the cells that would say who or what it is about, at `marked`; where the word stands elsewhere, only if none of
    the cells that every record has, at `needed`, is filled: a record that lacks its code must not pass for a note.
    """
    first = next(at for at, cell in enumerate(row) if not is_blank(cell))
    for at, cell in enumerate(row):
        if not isinstance(cell, str) or not cell.strip():
            continue
        written = squeeze(cell)
        if written in totals or (at == first and written.startswith(notes)):
            return at in marked or all(is_blank(row[n]) for n in needed if n != at)
    return False


def _unnamed(grid: Grid, head_row: int, rows: list[int], known: set[int]) -> Iterator[Problem]:
    """Columns whose heading is blank or no text, with something under it."""
    heading = grid.rows[head_row]
    for c, cell in enumerate(heading):
        if c in known or isinstance(cell, Flaw) or (isinstance(cell, str) and not is_blank(cell)):
            continue
        if any(not is_blank(grid.rows[r][c]) for r in rows):
            yield problem("W111", grid.place(head_row, c), letter=column_letter(c))


def _unit_of(source: Recognised) -> str | None:
    label = source.labels.get("unit_id")
    return squeeze(shown(label.value)) if label is not None and source.form.by_branch else None


def _unit_name(source: Recognised) -> str | None:
    label = source.labels.get("unit_name")
    return shown(label.value) if label is not None and source.form.by_branch else None


class _Columns:
    """Collects the typed cells of one sheet definition over many grids."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.cells: dict[str, list[object]] = {c.name: [] for c in sheet.columns}
        self.origin: list[int] = []
        self.row: list[int] = []
        self.origins: list[Origin] = []
        self.faulty: set[tuple[int, str]] = set()
        self.problems: list[Problem] = []

    def add(self, source: Recognised) -> None:
        places, problems = columns_of(source, self.sheet)
        self.problems += problems
        grid = source.grid
        self.origins.append(
            Origin(
                file=grid.file,
                sheet=grid.sheet,
                unit=_unit_of(source),
                unit_name=_unit_name(source),
                period=source.period,
                head_row=source.head_row + 1,
                columns=places,
                labels={name: label.place for name, label in source.labels.items()},
                title=source.title,
            )
        )
        rows = _data_rows(source, self.sheet, places)
        hidden = [r + 1 for r in rows if r in grid.hidden_rows]
        if hidden:
            shown_rows = "、".join(map(str, hidden[:_ROWS_NAMED])) + ("等" if len(hidden) > _ROWS_NAMED else "")
            self.problems.append(problem("W109", grid.place(), count=len(hidden), rows=shown_rows))
        self.problems += _unnamed(grid, source.head_row, rows, set(places.values()))
        grid = merges.resolved(grid, source.head_row, rows, places, self.sheet)
        for column in self.sheet.columns:
            if column.name in places:
                self._read_column(grid, rows, column, places[column.name], source.period)
            else:
                self.cells[column.name] += [None] * len(rows)
        self.origin += [len(self.origins) - 1] * len(rows)
        self.row += (r + 1 for r in rows)
        if not rows:
            self.problems.append(problem("W104", grid.place(), form=source.form.label))

    def _read_column(self, grid: Grid, rows: list[int], column: Column, at: int, period: Period | None) -> None:
        """Read one column of one grid; equal cells are read once, for codes and wordings repeat by the thousand."""
        cells = self.cells[column.name]
        known: dict[tuple[type, object], object] = {}
        for r in rows:
            raw = grid.rows[r][at]
            key = (raw.__class__, raw)  # 1, 1.0 and True are equal but not the same value
            if key in known:
                cells.append(known[key])
                continue
            value = None
            if not is_blank(raw):
                try:
                    value = known[key] = read(raw, column, period)
                except Fault as fault:
                    self.faulty.add((len(cells), column.name))
                    place = grid.place(r, at, column.label)
                    self.problems.append(
                        problem(fault.code, place, value=shown(raw), suggestion=fault.suggestion, **fault.context)
                    )
            cells.append(value)

    def table(self) -> Table:
        data = {c.name: _series(self.cells[c.name], c) for c in self.sheet.columns}
        data[ORIGIN] = pd.Series(self.origin, dtype="int64")
        data[ROW] = pd.Series(self.row, dtype="int64")
        return Table(self.sheet, pd.DataFrame(data), tuple(self.origins), frozenset(self.faulty))


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

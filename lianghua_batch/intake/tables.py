"""The records of many sheets → typed tables: one a form's sheet, over all files, every row with its place."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, pairwise

import numpy as np
import pandas as pd

from lianghua_batch.core.form_definitions import COUNT, DATE, NUMBER, Column, Sheet
from lianghua_batch.core.problems import Problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake.recognition import Recognised
from lianghua_batch.intake.record_reader import read_records
from lianghua_batch.intake.sheet_records import Origin

ORIGIN, ROW = "_origin", "_row"


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
        at = self.frame.index.get_loc(index)
        origins, rows = self._places
        return self.place(origins[at], rows[at], column)

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        return self.frame[ORIGIN].to_numpy(), self.frame[ROW].to_numpy()

    @property
    def sheets(self) -> Iterator[tuple[int, slice]]:
        """The numbers of the origins that have rows, each with where these stand: one sheet's follow each other."""
        origins, _ = self._places
        starts = np.flatnonzero(np.diff(origins, prepend=-1))
        for start, end in pairwise([*starts.tolist(), len(origins)]):
            yield int(origins[start]), slice(start, end)

    def values(self, column: str) -> Sequence[object]:
        """The plain values of a column, blanks as None; of few rows they are used without pandas' detours."""
        if column not in self._values:
            cells = self.frame[column]
            blank = cells.isna().tolist()
            listed = cells.tolist()
            self._values[column] = (
                [None if b else c for c, b in zip(listed, blank, strict=True)] if any(blank) else listed
            )
        return self._values[column]

    @cached_property
    def _values(self) -> dict[str, Sequence[object]]:
        return {}

    def place(self, origin_number: int, row: int, column: str | None) -> SourceRef:
        """Return the place of a cell or row of one of the origins."""
        origin = self.origins[origin_number]
        if column is None:
            return origin.place(int(row))
        return origin.place(int(row), origin.columns.get(column), self.sheet.label_of(column))

    def records(self) -> Iterator["Record"]:
        """Yield the rows one by one, blanks as None."""
        columns = {name: self.values(name) for name in self.frame.columns}
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


def extract(sources: Iterable[Recognised], sheet: Sheet) -> tuple[Table, list[Problem]]:
    """Put the records of the given grids, all of the sheet `sheet`, together; a cell that could not be read is a problem and blank."""
    parts = [source.records or read_records(source, sheet) for source in sources]
    starts = [0, *accumulate(len(part.rows) for part in parts)]
    columns = {
        c.name: _typed(list(chain.from_iterable(part.cells[c.name] for part in parts)), c) for c in sheet.columns
    }
    columns[ORIGIN] = np.repeat(np.arange(len(parts)), [len(part.rows) for part in parts])
    columns[ROW] = np.concatenate([np.empty(0, "int64"), *(np.asarray(part.rows, "int64") for part in parts)])
    table = Table(
        sheet,
        pd.DataFrame(columns),
        tuple(part.origin for part in parts),
        frozenset((start + n, name) for start, part in zip(starts, parts, strict=False) for n, name in part.faulty),
        frozenset((start + n, name) for start, part in zip(starts, parts, strict=False) for n, name in part.texts),
    )
    return table, [p for part in parts for p in part.problems]


def _typed(cells: list[object], column: Column) -> pd.api.extensions.ExtensionArray:
    if column.type in (NUMBER, COUNT):
        return pd.array(cells, dtype="Int64")
    if column.type == DATE:
        days = {day: n for n, day in enumerate(dict.fromkeys(cells))}  # few, and each takes long to convert
        codes = np.fromiter(map(days.__getitem__, cells), dtype="int64", count=len(cells))
        return pd.array(np.array(list(days), dtype="datetime64[s]")[codes], dtype="datetime64[s]")
    return pd.array(cells, dtype="str")

"""The records of one sheet as typed columns: all that is kept of its cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lianghua_batch.core.periods import Period
from lianghua_batch.core.problems import Problem
from lianghua_batch.core.source_ref import SourceRef


@dataclass(frozen=True)
class Origin:
    """The sheet that rows came from: its place, unit and period, where its columns stand (0-based), and its labelled `counts`."""

    file: str
    sheet: str
    unit: str | None
    unit_name: str | None
    period: Period | None
    head_row: int
    columns: Mapping[str, int]
    labels: Mapping[str, SourceRef]
    title: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    def place(self, row: int | None = None, column: int | None = None, heading: str | None = None) -> SourceRef:
        return SourceRef(self.file, self.sheet, row, column, heading)

    def label_place(self, name: str) -> SourceRef:
        return self.labels.get(name) or self.place()


@dataclass(frozen=True)
class SheetRecords:
    """The records of one sheet: `cells` by column as `cell_values.read` reads them, blank ones None, and each one's row (1-based).

    `faulty` are the (record, column) of cells that could not be read: they are blank, and among `problems`; `texts` those that
    hold a number as text.
    """

    origin: Origin
    rows: Sequence[int]
    cells: Mapping[str, list[object]]
    faulty: frozenset[tuple[int, str]]
    texts: frozenset[tuple[int, str]]
    problems: tuple[Problem, ...]

"""A synthetic county as data: every form of a year, filled, as columns and rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lianghua_batch.core.periods import Period

Columns = tuple[str, ...]


@dataclass(frozen=True)
class FilledSheet:
    """One sheet of a form as it is filled: rows are kept as tuples, for there are hundreds of thousands.

    Values are str, int, Fraction, date or None; choices are identifiers. `unit` is the branch of a branch's form, `counts` the
    ballots in labelled cells.
    """

    form: str
    sheet: str
    period: Period
    columns: Columns
    values: Sequence[tuple]
    filled_by: str
    unit: str | None = None
    unit_name: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> list[dict[str, object]]:
        """The rows, column identifier → value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.values]


@dataclass(frozen=True)
class SampleCounty:
    """A county's year: its sheets, and who is in which special situation (codes of units or members)."""

    year: int
    scheme_name: str
    items: Mapping[str, Sequence[str]]
    sheets: tuple[FilledSheet, ...]
    situations: Mapping[str, tuple[str, ...]]

    def filled_sheets(self, form: str, sheet: str | None = None) -> list[FilledSheet]:
        """The filled sheets of one form, or of one of its sheets."""
        return [s for s in self.sheets if s.form == form and sheet in (None, s.sheet)]

    def rows(self, form: str, sheet: str | None = None) -> Iterator[dict[str, object]]:
        """All rows of a form, column identifier → value."""
        return (row for s in self.filled_sheets(form, sheet) for row in s.rows)


def filled(form: str, sheet: str, period: Period, rows: Sequence[Mapping[str, object]], **labels: str) -> FilledSheet:
    """Return a sheet of rows given as mappings; a column that a row lacks is blank."""
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    values = [tuple(row.get(name) for name in columns) for row in rows]
    return FilledSheet(form, sheet, period, columns, values, **labels)

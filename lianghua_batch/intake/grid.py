"""What a sheet holds before anyone knows what it means: cells at their true places."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cached_property
from itertools import zip_longest

from lianghua_batch.core.codes import Code
from lianghua_batch.core.periods import visible
from lianghua_batch.core.source_ref import SourceRef


def is_blank(raw: object) -> bool:
    """Whether a cell holds nothing that a person would see."""
    if not isinstance(raw, str):
        return raw is None
    if "!" <= raw[:1] <= "~" or "一" <= raw[:1] <= "鿿":  # nearly every cell, and there are millions
        return False
    return not visible(raw).strip()


@dataclass(frozen=True)
class Flaw:
    """A cell that shows no value of its own: `code` of the message catalogue, and what stands there (#N/A, =SUM(D4:G4)).

    `number_format` where that is to blame; `seen`: what is left to the eye where a part is struck out or raised;
    `repeats`: the same mistake is a problem at another cell already.
    """

    code: Code
    text: str
    number_format: str | None = None
    seen: str | None = None
    repeats: bool = False

    @property
    def context(self) -> dict[str, str]:
        """What its message needs besides."""
        words = {"format": self.number_format, "seen": self.seen}
        return {name: word for name, word in words.items() if word is not None}

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Percent:
    """A number that its cell shows as a percentage: stored 0.95, `points` 95, shown 95%."""

    points: Decimal

    def __str__(self) -> str:
        return f"{self.points:f}%"


@dataclass(frozen=True)
class Block:
    """Merged cells, 0-based and inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Grid:
    """One sheet of one file; `rows[r][c]` is the cell in row r+1, column c.

    Blank cells are '', those that show no value a Flaw, those shown as a percentage a Percent. Of merged cells the value
    stands in the first one. `hidden_rows` and `hidden_columns` are 0-based; `struck` and `white` cells are in a font that is
    struck out, or white on white.
    """

    file: str
    sheet: str
    rows: list[list[object]]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    merged: tuple[Block, ...] = ()
    hidden_columns: frozenset[int] = frozenset()
    struck: frozenset[tuple[int, int]] = frozenset()
    white: frozenset[tuple[int, int]] = frozenset()

    def __getstate__(self) -> dict[str, object]:
        return {field.name: getattr(self, field.name) for field in fields(self)}  # not what is worked out from them

    @cached_property
    def columns(self) -> list[tuple[object, ...]]:
        """The cells by column: what is asked of every cell is asked once of a column's distinct values."""
        return list(zip_longest(*self.rows, fillvalue=""))

    @cached_property
    def blanks(self) -> list[frozenset[object]]:
        """The distinct values of each column that are blank."""
        return [frozenset(filter(is_blank, set(cells))) for cells in self.columns]

    def blank_in(self, columns: Iterable[int], rows: Iterable[int]) -> list[int]:
        """Those of the rows that are blank in all these columns, 0-based."""
        left = list(rows)
        for at in columns:
            if not left:
                break
            cells, blanks = self.columns[at], self.blanks[at]
            left = [r for r in left if cells[r] in blanks] if blanks else []
        return left

    def place(self, row: int | None = None, column: int | None = None, heading: str | None = None) -> SourceRef:
        """Return the place of a 0-based row and column of this sheet."""
        return SourceRef(self.file, self.sheet, None if row is None else row + 1, column, heading)

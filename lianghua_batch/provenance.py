"""Where a value was filled in."""

from dataclasses import dataclass


def column_letter(index: int) -> str:
    """Return the letters of the 0-based column `index`: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, order=True)
class SourceRef:
    """A place in the forms: file (relative to the data folder), sheet, 1-based row, 0-based column; None where there is none."""

    file: str
    sheet: str | None = None
    row: int | None = None
    column: int | None = None
    heading: str | None = None

    @property
    def cell(self) -> str | None:
        """The cell's address such as D7; None where the place is no single cell."""
        if self.row is None or self.column is None:
            return None
        return f"{column_letter(self.column)}{self.row}"

    def __str__(self) -> str:
        return " ".join(part for part in (self.file, self.sheet, self.cell) if part)

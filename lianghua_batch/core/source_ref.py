"""Where a value was filled in."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


def file_name(path: Path, root: Path) -> str:
    """Write a file's place under `root` for people, also where its name is no UTF-8 (a zip unpacked on Linux)."""
    return readable(path.relative_to(root).as_posix())


def readable(given: str) -> str:
    """What the system gave as a path or an argument, as text; what part of a path is no UTF-8 is most likely GBK."""
    return "/".join(_readable_part(part) for part in given.split("/"))


def _readable_part(given: str) -> str:
    try:
        return given.encode("utf-8").decode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(given).decode("gb18030", "replace")


@lru_cache(maxsize=1024)
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

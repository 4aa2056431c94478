"""The ranking workbook as plain tables: what stands in which cell, in which style of schemas/report.yaml."""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

Value = str | int | Fraction | dt.date


@dataclass(frozen=True)
class Cell:
    """One cell: a text, a number or a date, its style, and how many columns it stretches over.

    `link` makes a text lead somewhere: internal:'sheet'!A1 or external:file.xlsx#'sheet'!A1, escaped for Excel.
    """

    value: Value
    style: str
    span: int = 1
    link: str | None = None


@dataclass(frozen=True)
class Row:
    """One row of cells from the left; `overlay` is a style laid over each of them, `height` in points.

    `new_page`: in print a page begins with it.
    """

    cells: tuple[Cell, ...]
    overlay: str | None = None
    height: float | None = None
    new_page: bool = False


@dataclass(frozen=True)
class Column:
    """One column: its heading (empty where the sheet has no heading row), the heading over a group, its width in characters.

    `most` is how wide it may grow with its content; None where it may not. `style` is its heading's.
    """

    heading: str
    width: float
    group: str | None = None
    most: float | None = None
    style: str = "heading"


@dataclass(frozen=True)
class Page:
    """How a sheet is printed: fitted to one page's width (and height), or at `scale` with page breaks before columns `breaks`."""

    orientation: str
    header: str
    footer: str
    one_page: bool = False
    scale: int | None = None
    breaks: tuple[int, ...] = ()
    repeated: int = 0


@dataclass(frozen=True)
class SheetTable:
    """One sheet: title and subtitles on top, then headings and rows, then notes.

    `frozen` columns and all heading rows stay in sight; the filter covers the first `filtered` rows.
    """

    key: str
    name: str
    title: Row
    subtitles: tuple[Row, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[Row, ...]
    page: Page
    frozen: int = 0
    filtered: int = 0
    heading_height: float | None = None
    tab: str | None = None

    @property
    def headed(self) -> bool:
        """Whether there is a heading row."""
        return any(c.heading for c in self.columns)

    @property
    def grouped(self) -> bool:
        """Whether there is a row of group headings over the heading row."""
        return any(c.group for c in self.columns)


@dataclass(frozen=True)
class Properties:
    """The workbook's document properties; `created` is the period's last day, so that equal results are equal bytes."""

    title: str
    subject: str
    category: str
    comments: str
    created: dt.date

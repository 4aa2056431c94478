"""A workbook as plain tables: the value of every cell, and its style by its name in schemas/report/workbook.yaml."""

import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction

Value = str | int | Fraction | dt.date
Key = Hashable  # identifies a cell for formulas, links and charts, whichever sheet of the workbook it is on


class Family(Enum):
    """The first part of a cell's key where that is not its unit's code; it equals no code that can be filled in a form."""

    BAND = auto()
    BONUS = auto()
    CHART = auto()
    MEMBER = auto()
    OVERVIEW = auto()
    PARAMETER = auto()
    QUARTER = auto()
    RANKING = auto()
    SCORECARD = auto()
    STEP_PLACES = auto()
    WORTH = auto()
    YEAR = auto()


@dataclass(frozen=True)
class Keys:
    """Several cells in their order: an area, or areas, of one sheet."""

    all: tuple[Key, ...]


@dataclass(frozen=True)
class Area(Keys):
    """Cells that a formula takes as one area without a gap: to count in it, or to pair it with another."""


@dataclass(frozen=True)
class Formula:
    """A formula of Excel, WPS and LibreOffice alike; each {name} in `text` stands for the cell or cells that `refs` has under that name.

    Several cells are taken in the order of their sheet, whatever their order in `refs`.
    """

    text: str
    refs: Mapping[str, Key | Keys]


@dataclass(frozen=True)
class Cell:
    """One cell: a text, a number or a date, its style, and how many columns it stretches over.

    `link` makes a text lead somewhere: internal:'sheet'!A1 or external:file.xlsx#'sheet'!A1, escaped for Excel; `to` to
    the cell of that key. `key` identifies the cell for others; `name` is a defined name of the workbook for it. `formula`
    computes `value`, which is stored beside it; where it refers to a cell that the workbook does not have, or is longer than
    Excel allows, only the value is written. `trend` draws the numbers of those cells as a sparkline.
    """

    value: Value
    style: str
    span: int = 1
    link: str | None = None
    key: Key | None = None
    formula: Formula | None = None
    name: str | None = None
    to: Key | None = None
    trend: Keys | None = None


@dataclass(frozen=True)
class Row:
    """One row of cells from the left; `overlay` is a style laid over each of them, `height` in points.

    `new_page`: in print a page begins with it. `level`: how deep it lies in an outline that can be folded.
    """

    cells: tuple[Cell, ...]
    overlay: str | None = None
    height: float | None = None
    new_page: bool = False
    level: int = 0


@dataclass(frozen=True)
class SheetColumn:
    """One column: its heading (empty where the sheet has no heading row), the heading over a group, its width in characters.

    `most` is how wide it may grow with its content; None where it may not. `style` is its heading's; `level` how deep it lies
    in an outline that can be folded.
    """

    heading: str
    width: float
    group: str | None = None
    most: float | None = None
    style: str = "heading"
    level: int = 0


@dataclass(frozen=True)
class Series:
    """One row of numbers of a chart: what it is called, its categories and values, and its colour, or one a point."""

    name: str
    categories: Keys
    values: Keys
    colour: str
    points: tuple[str, ...] = ()
    labelled: bool = False


@dataclass(frozen=True)
class Chart:
    """A native chart that covers `width`×`height` pixels from the top of `rows[row]` and column `column` on.

    `kind`: bar, column, line or radar; bars have their first category on top. `stacked`: the series' numbers are added up;
    `alike`: they are drawn at the same place, for each category has a number in one series only. `least`, `most`: the ends of the values' axis.
    `step` is between two of its lines. `number_format` is that of the axis, and of the labels where they have none of their
    own in `label_format`. `around` are the pixels left, above, right and below the plot; where None, as many as it takes.
    """

    kind: str
    title: str
    categories_title: str
    values_title: str
    series: tuple[Series, ...]
    row: int
    column: int
    width: int
    height: int
    stacked: bool = False
    alike: bool = False
    legend: bool = True
    least: Fraction | None = None
    most: Fraction | None = None
    number_format: str = "General"
    label_format: str | None = None
    step: Fraction | None = None
    around: tuple[int, int, int, int] | None = None


@dataclass(frozen=True)
class Bars:
    """Bars behind the numbers of one column, from `least` to `most`; both are the column's own where None."""

    column: int
    first: int
    last: int
    colour: str
    least: Fraction | None = None
    most: Fraction | None = None


@dataclass(frozen=True)
class Page:
    """How a sheet is printed: fitted to one page's width (and height), or at `scale` with page breaks before columns `breaks`.

    `margins` names those of schemas/report/workbook.yaml. `titled`: the title and the subtitles stand on every page, not only the headings.
    """

    orientation: str
    header: str
    footer: str
    one_page: bool = False
    scale: int | None = None
    breaks: tuple[int, ...] = ()
    repeated: int = 0
    margins: str = "margins"
    titled: bool = False


@dataclass(frozen=True)
class SheetTable:
    """One sheet: title and subtitles on top, then headings and rows, then notes.

    `frozen` columns and all heading rows stay in sight; the filter covers the first `filtered` rows. The rows of charts and
    bars are counted in `rows`. `opens`: the workbook opens with this sheet in front.
    """

    key: str
    name: str
    title: Row
    subtitles: tuple[Row, ...]
    columns: tuple[SheetColumn, ...]
    rows: tuple[Row, ...]
    notes: tuple[Row, ...]
    page: Page
    frozen: int = 0
    filtered: int = 0
    heading_height: float | None = None
    tab: str | None = None
    charts: tuple[Chart, ...] = ()
    bars: tuple[Bars, ...] = ()
    opens: bool = False

    @property
    def first_row(self) -> int:
        """At which row of the sheet, counted from 0, the first of `rows` stands."""
        return 1 + len(self.subtitles) + self.headed + self.grouped

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
    """The workbook's document properties; `created` is the period's last day, so that equal results are equal bytes.

    `custom`: further properties by name; `content_code`: the name of one with the check code of the sheets.
    """

    title: str
    subject: str
    category: str
    comments: str
    created: dt.date
    custom: tuple[tuple[str, str], ...] = ()
    content_code: str | None = None

"""The first row of a sheet: its title, and beside it a link back to 总览."""

from collections.abc import Sequence

from lianghua_batch.core import resources
from lianghua_batch.core.text_width import display_width
from lianghua_batch.report.layout import fitting
from lianghua_batch.report.layout.model import Cell, Key, Row, SheetColumn
from lianghua_batch.report.layout.styles import font_size
from lianghua_batch.report.view import View

_SHEETS_WITHOUT_LINK = ("cover", "overview")
_SIZE = 10.5  # points of a font whose half-width character takes a column's unit of width
_EDGE = 2  # characters


def title_key(sheet: str) -> Key:
    """The key of a sheet's title cell."""
    return (sheet,)


def title(view: View, sheet: str, columns: Sequence[SheetColumn], repeated: int = 0) -> Row:
    """A sheet's title over `columns`; where there is room for it the link stands left of it, and as much is left free on the right.

    Of a sheet that is broken into pages side by side it stands over the `repeated` columns, whole on every page.
    """
    if repeated:
        return _on_every_page(view, sheet, columns, repeated)
    text, span = view.titled(sheet), len(columns)
    layout = view.layout(sheet)
    style = layout.get("title_style", "title")
    height = layout.get("title_height", view.words["heights"]["title"])
    key = _key(view, sheet)
    cell = Cell(text, style, span, key=key)
    if not _has_link(view, sheet):
        return Row((cell,), height=height)
    left, right = _link_columns(columns), _link_columns(columns[::-1])
    needed = display_width(text) * font_size(style) / _SIZE + _EDGE
    for free in (right, 0):
        if span - left - free > 0 and _width(columns[left : span - free]) >= needed:
            blank = (Cell("", "blank", free),) if free else ()
            return Row((_link(view, left), Cell(text, style, span - left - free, key=key), *blank), height=height)
    return Row((cell,), height=height)


def _on_every_page(view: View, sheet: str, columns: Sequence[SheetColumn], repeated: int) -> Row:
    """The title over the first columns; the link stands right of it."""
    cell = Cell(view.titled(sheet), "title_left", repeated, key=_key(view, sheet))
    link = (_link(view, _link_columns(columns[repeated:])),) if _has_link(view, sheet) else ()
    (row,) = fitting.rows([Row((cell, *link))], columns, view.words["heights"]["title"])
    return row


def _key(view: View, sheet: str) -> Key | None:
    return title_key(sheet) if sheet in view.order else None


def _has_link(view: View, sheet: str) -> bool:
    """Whether the sheet links back to 总览: a unit's own workbook has none."""
    return sheet in view.order and sheet not in _SHEETS_WITHOUT_LINK


def _link(view: View, span: int) -> Cell:
    return Cell(view.words["back"], "back", span, to=title_key("overview"))


def _link_columns(columns: Sequence[SheetColumn]) -> int:
    """How many columns the link takes."""
    needed, taken = display_width(resources.load("report/workbook")["back"]), 0.0
    for number, column in enumerate(columns):
        if taken >= needed:
            return number
        taken += column.width
    return len(columns)


def _width(columns: Sequence[SheetColumn]) -> float:
    return sum(c.width for c in columns)

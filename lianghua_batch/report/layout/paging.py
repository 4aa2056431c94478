"""Page breaks between rows: no page ends with a heading line, and a small table stays on one page.

Elsewhere the printing program breaks the page where it is full. Page sizes here are Excel's: in another program, or with
another font, a page may hold more or less.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lianghua_batch.core import resources
from lianghua_batch.report.layout.model import Row, SheetColumn

_CHARACTER, _EDGES, _POINTS = 7, 5, 0.75  # pixels of a column: a character of its width, and its edges; points a pixel
_ROWS_WITH_HEADING = 2  # rows that must follow a heading line on its page
_SMALL = 0.5  # of a page: a table that takes no more is kept together


def paged(
    rows: Sequence[Row], columns: Sequence[SheetColumn], orientation: str, first: float, repeated: float
) -> tuple[Row, ...]:
    """Rows with page breaks before lines that head others, where these would end a page.

    `first` points of the first page are taken by what stands over the rows, `repeated` of every other one.
    """
    room = _room(columns, orientation)
    return tuple(_broken(rows, room, first, repeated))


def _room(columns: Sequence[SheetColumn], orientation: str) -> float:
    """How many points of rows a page takes at the scale that its width asks for."""
    page = resources.load("report/workbook")["page_points"][orientation]
    wide = sum(_CHARACTER * c.width + _EDGES for c in columns) * _POINTS
    return page["height"] / min(1, page["width"] / wide)


def _broken(rows: Sequence[Row], room: float, first: float, repeated: float) -> Iterator[Row]:
    used = first
    for at, row in enumerate(rows):
        begins = _heads(row) and (at == 0 or not _heads(rows[at - 1]))
        starts = row.new_page or (begins and used > repeated and used + _needed(rows, at, room) > room)
        height = row.height or 0
        used = repeated + height if starts or used + height > room else used + height
        yield replace(row, new_page=starts)


def _needed(rows: Sequence[Row], at: int, room: float) -> float:
    """The height of lines that head others and of what must stand on their page: some rows, or a small table to its end."""
    whole = sum(row.height or 0 for row in _table(rows, at))
    if 0 < whole <= room * _SMALL:
        return whole
    total, body_rows = 0.0, 0
    for row in rows[at:]:
        total += row.height or 0
        body_rows += not _heads(row)
        if body_rows == _ROWS_WITH_HEADING:
            break
    return total


def _table(rows: Sequence[Row], at: int) -> Sequence[Row]:
    """The rows of the table whose caption this is, the caption included; none where it is no caption."""
    if not _is(rows[at], "caption"):
        return ()
    end = next((n for n in range(at + 1, len(rows)) if _is(rows[n], "caption")), len(rows))
    return rows[at:end]


def _is(row: Row, style: str) -> bool:
    return bool(row.cells) and row.cells[0].style == style


def _heads(row: Row) -> bool:
    return any(_is(row, style) for style in resources.load("report/workbook")["heading_lines"])

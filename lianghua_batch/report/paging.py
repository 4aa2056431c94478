"""Where long sheets break into pages in print: a line that heads others does not end a page, and inner headings are repeated.

Breaks are placed by what a page of Excel takes; where the font is replaced by a wider one, a page takes more than that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lianghua_batch import resources
from lianghua_batch.report.model import Column, Row

_CHARACTER, _EDGES, _POINTS = 7, 5, 0.75  # pixels of a column: a character of its width, and its edges; points a pixel
_COMPANY = 2  # rows that stand under a heading line before a page may end


def paged(
    rows: Sequence[Row], columns: Sequence[Column], orientation: str, first: float, repeated: float
) -> tuple[Row, ...]:
    """Rows with page breaks, where they have lines that head others; else they are left to break where a page is full.

    `first` points of the first page are taken by what stands over the rows, `repeated` of every other one.
    """
    if not any(_heads(row) for row in rows):
        return tuple(rows)
    room = _room(columns, orientation)
    return tuple(_broken(rows, room, first, repeated))


def _room(columns: Sequence[Column], orientation: str) -> float:
    """How many points of rows a page takes at the scale that its width asks for."""
    page = resources.load("report")["page_points"][orientation]
    wide = sum(_CHARACTER * c.width + _EDGES for c in columns) * _POINTS
    return page["height"] / min(1, page["width"] / wide)


def _broken(rows: Sequence[Row], room: float, first: float, repeated: float) -> Iterator[Row]:
    used, heading = first, None
    for at, row in enumerate(rows):
        starts = row.new_page
        if not starts and used + _needed(rows, at) > room and used > repeated:
            starts = True
            if heading is not None and not _heads(row) and not repeated:
                yield replace(heading, new_page=True)
                used, starts = heading.height or 0, False
        if starts:
            used = repeated
        used += row.height or 0
        if _is_heading(row):
            heading = row
        elif _heads(row):
            heading = None
        yield replace(row, new_page=starts)


def _needed(rows: Sequence[Row], at: int) -> float:
    """A row's height; of one that heads others also theirs, as far as they must stand on its page."""
    total, company = 0.0, 0
    for row in rows[at:]:
        total += row.height or 0
        company += not _heads(row)
        if not _heads(rows[at]) or company == _COMPANY:
            break
    return total


def _heads(row: Row) -> bool:
    return bool(row.cells) and row.cells[0].style in resources.load("report")["heading_lines"]


def _is_heading(row: Row) -> bool:
    return bool(row.cells) and all(cell.style == "heading" for cell in row.cells)

"""Column widths, row heights and page breaks between columns, from the cells' texts and the size of their fonts."""

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from lianghua_batch.core import exact
from lianghua_batch.core.text_width import display_width
from lianghua_batch.report.layout.model import Cell, Row, SheetColumn, Value
from lianghua_batch.report.layout.styles import font_size, wraps

_CHARACTER, _EDGES = 7, 5  # pixels of a column: a character of its width, and its edges
_SIZE = 10.5  # points of a font whose half-width character takes just as much
_WHOLE, _TOGETHER = 4, 2  # a group of so many columns is not broken by a page; of a larger one so many stay together
_LINE, _PADDING = 1.4, 4  # points a line of one point of font; points above and below


def columns(given: Sequence[SheetColumn], listed: Sequence[Row]) -> tuple[SheetColumn, ...]:
    """Return the columns widened to their widest cell, at most to `most`."""
    widest = [0] * len(given)
    for row in listed:
        at = 0
        for cell in row.cells:
            if cell.span == 1 and given[at].most is not None and cell.style != "strip":
                widest[at] = max(widest[at], _widest_line(cell.value))
            at += cell.span
    return tuple(
        c if c.most is None else replace(c, width=min(max(c.width, content + 2), c.most))
        for c, content in zip(given, widest, strict=True)
    )


@lru_cache(maxsize=65536)
def _widest_line(value: Value) -> int:
    return max(display_width(line) for line in _display_text(value).split("\n"))


def _display_text(value: Value) -> str:
    """A value as text, close enough to how it is displayed to measure its width."""
    return exact.text(Fraction(value)) if isinstance(value, int | Fraction) else str(value)


def rows(listed: Sequence[Row], fitted: Sequence[SheetColumn], least: float) -> tuple[Row, ...]:
    """Rows of at least `least` points, high enough to show every wrapped cell whole."""
    widths = [c.width for c in fitted]
    return tuple(r if r.height is not None else replace(r, height=_row_height(r.cells, widths, least)) for r in listed)


def _row_height(cells: Sequence[Cell], widths: Sequence[float], least: float) -> float:
    at, needed = 0, least
    for cell in cells:
        if isinstance(cell.value, str) and wraps(cell.style):
            width = sum(widths[at : at + cell.span]) + (cell.span - 1) * _EDGES / _CHARACTER
            needed = max(needed, _height(cell.value, width, font_size(cell.style)))
        at += cell.span
    return needed


def heading_height(fitted: Sequence[SheetColumn], least: float) -> float:
    """The height of the heading row."""
    return max(least, *(_height(c.heading, c.width, font_size(c.style)) for c in fitted))


@lru_cache(maxsize=65536)
def _height(text: str, width: float, size: float) -> float:
    return sum(_lines(part, width * _SIZE / size) for part in text.split("\n")) * size * _LINE + _PADDING


def _lines(text: str, room: float) -> int:
    """How many lines a text takes; a wrapped line may end one half-width character early, before a Chinese one."""
    taken = display_width(text)
    return 1 if taken <= room else math.ceil(taken / max(room - 1, 1))


def scale_and_breaks(
    fitted: Sequence[SheetColumn], repeated: int, scales: Sequence[int], pixels: int
) -> tuple[int | None, tuple[int, ...]]:
    """The first of `scales` that needs the fewest pages side by side, each `pixels` wide at 100 %, and its page breaks."""
    found = [(scale, page_breaks(fitted, repeated, pixels * 100 / scale)) for scale in scales]
    return min(found, key=lambda choice: len(choice[1]), default=(None, ()))


def page_breaks(fitted: Sequence[SheetColumn], repeated: int, room: float) -> tuple[int, ...]:
    """Before which columns a new page begins, so that pages of `room` pixels with the repeated columns are filled.

    A small group stays whole; a larger one is broken where the page is full, with at least two of its columns on each side.
    """
    taken = [_CHARACTER * c.width + _EDGES for c in fitted]
    groups = _groups(fitted, repeated)
    breaks: list[int] = []
    first = repeated
    while True:
        used, at = sum(taken[:repeated]), first
        while at < len(taken) and (at == first or used + taken[at] <= room):
            used += taken[at]
            at += 1
        if at == len(taken):
            return tuple(breaks)
        start, end = next(group for group in groups if group[0] <= at < group[1])
        first = _break_in(start, end, at, first)
        breaks.append(first)


def _break_in(start: int, end: int, full: int, first: int) -> int:
    """Where a page that begins before column `first` and is full before `full` ends, if that is in the group start…end."""
    best = start if end - start <= _WHOLE else min(full, end - _TOGETHER)
    if best - start < _TOGETHER:
        best = start
    return best if best > first else full


def _groups(fitted: Sequence[SheetColumn], first: int) -> list[tuple[int, int]]:
    """Start and end of each run of columns, from `first` on, under one group heading."""
    edges = [i for i in range(first, len(fitted)) if i == first or fitted[i].group != fitted[i - 1].group]
    return list(zip(edges, [*edges[1:], len(fitted)], strict=True))

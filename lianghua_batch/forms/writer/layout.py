"""Where things stand on a printed form: widths of text, the row of labelled cells, heights of wrapped rows, safe names."""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_SHEET_NAME_LENGTH = 31
_FORBIDDEN_IN_SHEETS = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
_LABEL_MARGIN, _VALUE_MARGIN = 2, 2
_LINE, _PADDING = 1.4, 4  # points a line of one point of font; points above and below
_INSIDE = 2  # what borders and the indent take of a column's width


def display_width(text: str) -> int:
    """Return how many half-width characters a text takes in print; a Chinese one takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def lines(text: str, width: float, font_size: float = 11) -> int:
    """Return how many lines a text takes when wrapped in a column of `width` characters."""
    room = max((width - _INSIDE) * 11 / font_size, 2)
    return sum(max(math.ceil(display_width(part) / room), 1) for part in text.split("\n"))


def height(texts: Iterable[tuple[str, float]], font_size: float = 11, least: float = 20) -> float:
    """Return the height in points of a row that shows every (text, column width) whole."""
    most = max((lines(text, width, font_size) for text, width in texts), default=1)
    return max(most * font_size * _LINE + _PADDING, least)


@dataclass(frozen=True)
class LabelCell:
    """One labelled cell: its identifier, its row among the label rows, the columns (first, last) of the label and of the value."""

    name: str
    row: int
    label: tuple[int, int]
    value: tuple[int, int]


def place_labels(widths: Sequence[float], wanted: Sequence[tuple[str, float, float]]) -> list[LabelCell]:
    """Lay (identifier, label width, value width) side by side over the table's columns, in as many rows as they need.

    Each label and each value takes whole columns, at least one; the last value of a row reaches the table's edge.
    """
    cells: list[LabelCell] = []
    row = start = 0
    last = len(widths) - 1
    for name, label_width, value_width in wanted:
        label = _span(widths, start, label_width + _LABEL_MARGIN)
        value = _span(widths, label[1] + 1, value_width + _VALUE_MARGIN) if label and label[1] < last else None
        if value is None:
            if start:
                cells[-1] = LabelCell(cells[-1].name, row, cells[-1].label, (cells[-1].value[0], last))
                row, start = row + 1, 0
            label = _span(widths[:last], 0, label_width + _LABEL_MARGIN) or (0, 0)
            value = _span(widths, label[1] + 1, value_width + _VALUE_MARGIN) or (label[1] + 1, last)
        cells.append(LabelCell(name, row, label, value))
        start = value[1] + 1
    if cells:
        cells[-1] = LabelCell(cells[-1].name, row, cells[-1].label, (cells[-1].value[0], last))
    return cells


def _span(widths: Sequence[float], first: int, needed: float) -> tuple[int, int] | None:
    """The columns from `first` on that together are `needed` wide; None where they don't reach."""
    total = 0.0
    for index in range(first, len(widths)):
        total += widths[index]
        if total >= needed:
            return first, index
    return None


def sheet_names(wanted: Iterable[str]) -> list[str]:
    """Return names that Excel takes for sheets: without forbidden characters, at most 31 long, each once."""
    taken: set[str] = set()
    names = []
    for name in wanted:
        plain = name.translate(_FORBIDDEN_IN_SHEETS).strip("' ") or "_"
        candidate, number = plain[:_SHEET_NAME_LENGTH], 1
        while candidate.casefold() in taken:
            number += 1
            suffix = f"_{number}"
            candidate = plain[: _SHEET_NAME_LENGTH - len(suffix)] + suffix
        taken.add(candidate.casefold())
        names.append(candidate)
    return names

"""Where labelled cells stand over the table of a printed form."""

from collections.abc import Sequence
from dataclasses import dataclass

_LABEL_MARGIN, _VALUE_MARGIN = 2, 2


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

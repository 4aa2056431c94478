"""The chart of 成绩单: a unit beside its group's mean; for a committee that is compared with nobody, its branches' totals."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.report.layout.model import Cell, Chart, Family, Key, Keys, Row, Series, SheetTable
from lianghua_batch.report.unit_book import peer_group
from lianghua_batch.report.unit_book.peer_group import PeerGroup
from lianghua_batch.report.unit_book.view import UnitView

_STEP = 10  # the axis begins at a multiple of it


def key(component: str, column: str) -> Key:
    """The key of a cell of the table of components."""
    return (Family.SCORECARD, component, column)


def scorecard_chart(view: UnitView, components: Sequence[Any], among: PeerGroup, first: int) -> Chart | None:
    """The chart for a table whose heading is in row `first`; None where there is nothing to compare."""
    layout = view.layout("scorecard")["chart"]
    charted = [c for c in components if c.spec.get("charted") and c.peers.mean is not None]
    if among.kind is not None and len(charted) > 1:
        return _compared(view, layout, among, components, first)
    if view.result.unit.level == COMMITTEE and len(view.results.branches) > 1:
        return _branches(view, layout, first + len(components) + 1)
    return None


def _compared(view: UnitView, layout: Any, among: PeerGroup, components: Sequence[Any], first: int) -> Chart:
    names = [c.name for c in components if c.spec.get("charted")]
    values = [peer_group.as_published(view, c.score) for c in components if c.spec.get("charted")]
    values += [c.peers.mean for c in components if c.spec.get("charted") and c.peers.mean is not None]
    categories = Keys(tuple(key(n, "item") for n in names))
    series = tuple(
        Series(text, categories, Keys(tuple(key(n, column) for n in names)), colour, labelled=labelled)
        for text, column, colour, labelled in (
            (layout["own"], "own", layout["colours"]["own"], True),
            (layout["mean"][among.kind], "mean", layout["colours"]["mean"], False),
        )
    )
    beside = view.layout("scorecard")["beside"]
    return Chart(
        kind="bar" if beside else "column",
        title=layout["title"],
        categories_title="",
        values_title="",
        series=series,
        row=first if beside else first + len(components) + 1,
        column=beside or 0,
        width=layout["size"]["beside" if beside else "below"],
        height=_height(layout, len(components)) if beside else view.by_kind(layout["height"]),
        least=_least(values),
        number_format=view.number_format,
    )


def _branches(view: UnitView, layout: Any, row: int) -> Chart:
    """The committee's branches by rank, from their cells on 得分构成."""
    ids = [r.unit.id for r in view.results.branches]
    return Chart(
        kind="column",
        title=layout["branches"],
        categories_title="",
        values_title="",
        series=(
            Series(
                layout["total"],
                Keys(tuple((i, "name") for i in ids)),
                Keys(tuple((i, "total") for i in ids)),
                layout["colours"]["own"],
                labelled=True,
            ),
        ),
        row=row,
        column=0,
        width=layout["size"]["below"],
        height=view.by_kind(layout["height"]),
        legend=False,
        least=_least([r.scores.total.value for r in view.results.branches]),
        number_format=view.number_format,
    )


def _least(values: Sequence[Fraction]) -> Fraction:
    """Where the axis begins: so far below the lowest number that it has a bar too."""
    return max(Fraction(min(values) // _STEP * _STEP - _STEP), Fraction(0))


def _height(layout: Any, components: int) -> int:
    """As high as the table beside it."""
    return layout["row_pixels"] * components + layout["head_pixels"]


def room(view: UnitView, chart: Chart | None) -> Iterator[Row]:
    """Empty rows that a chart below the table covers."""
    if chart is not None and not chart.column:
        layout = view.layout("scorecard")
        rows = -(-chart.height // layout["chart"]["row_pixels"])
        width = layout["grid"]["columns"]
        yield from (Row((Cell("", "blank", width),), height=layout["row"]) for _ in range(rows))


def drawn(sheet: SheetTable, chart: Chart | None) -> SheetTable:
    """The sheet with its chart."""
    return replace(sheet, charts=() if chart is None else (chart,))

"""The block of 总览 on the units whose ranks changed most since the last period, or within the year."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Cell, Row
from lianghua_batch.report.sheets import places_gained
from lianghua_batch.report.sheets.distribution import LEVELS
from lianghua_batch.report.sheets.places_gained import UnitRankChange
from lianghua_batch.report.sheets.rankings import ranking_key
from lianghua_batch.report.view import View


def rows(view: View, layout: Mapping[str, Any], width: int) -> Iterable[Row]:
    """The units that rose on the left, those that fell on the right, committees before branches; or why there is no comparison."""
    block, kind = layout["moves"], places_gained.compared_with(view)
    before = str(view.period.previous)
    title = block["titles"].get(kind, block["titles"]["other"])
    yield sheet_table.band(title.format(before=before), width, "caption")
    found = {level: places_gained.level_changes(view, level) for level in LEVELS}
    mover_rows = [row for level in LEVELS for row in _level_rows(view, block, level, found[level])]
    yield from mover_rows
    if any(found.values()) and not mover_rows:
        yield sheet_table.band(block["still"], width, "note")
    if kind in block["sentences"]:
        yield sheet_table.band(block["sentences"][kind].format(before=before, reason=view.before), width, "note")


def _level_rows(view: View, block: Mapping[str, Any], level: str, found: Sequence[UnitRankChange]) -> Iterator[Row]:
    """The headings and rows of one level; nothing where no rank changed."""
    rising, falling = (places_gained.most(found, block["listed"][level], rising=side) for side in (True, False))
    specs, name = block["columns"], block["levels"][level]
    if rising or falling:
        sides = (side.format(level=name) for side in block["sides"].values())
        yield Row(sheet_table.side_headings(specs, sides, named="name"))
    empty = tuple(Cell("", "text", s["span"]) for s in specs)
    for at in range(max(len(rising), len(falling))):
        pair = (side[at] if at < len(side) else None for side in (rising, falling))
        cells = [tuple(_cell(view, block, spec, m) for spec in specs) if m else empty for m in pair]
        yield Row((*cells[0], *cells[1]))


def _cell(view: View, block: Mapping[str, Any], spec: Mapping[str, Any], change: UnitRankChange) -> Cell:
    if spec["name"] == "name":
        return replace(view.cell(change.name, spec["style"], spec["span"]), to=ranking_key(change.unit_id))
    if spec["name"] == "way":
        way = block["way"].format(before=change.rank_before, now=change.rank_now)
        return view.cell(way, spec["style"], spec["span"])
    return view.cell(getattr(change, spec["name"]), spec["style"], spec["span"])

"""The sheet 总览: one page for a leader; how many were ranked, how they are graded, who stands first and last."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from lianghua_batch.report import tables
from lianghua_batch.report.model import Cell, Column, Row, SheetTable
from lianghua_batch.report.people import unscored
from lianghua_batch.report.rankings import in_county, unit_value
from lianghua_batch.report.view import View
from lianghua_batch.results import UnitStanding
from lianghua_batch.scheme import MEMBER, ORGANISATION

LEVELS = ("committees", "branches")


def build(view: View) -> SheetTable:
    """The page, block under block, on a grid of narrow columns."""
    layout = view.layout("overview")
    width = layout["grid"]["columns"]
    levels = {"committees": in_county(view.results.committees), "branches": in_county(view.results.branches)}
    rows = [
        *_head(view, layout, width),
        *_cards(view, layout, levels),
        _blank(width),
        *_grades(view, layout, width, levels),
        *(_member_grades(view, layout, width) if view.is_year else ()),
        *(row for level in LEVELS for row in _first_and_last(view, layout, width, level, levels[level])),
        *(tables.band(view.fill(line), width, "note") for line in layout["lines"]),
        tables.band("", width, "note"),
        tables.band(layout["signature"], width, "signature"),
    ]
    columns = [Column("", layout["grid"]["width"])] * width
    return tables.sheet(view, "overview", columns, rows, subtitles=())


def _blank(width: int) -> Row:
    return Row((Cell("", "note", width),), height=8)


def _head(view: View, layout: Mapping[str, Any], width: int) -> Iterable[Row]:
    yield tables.band(view.fill(layout["period"]), width, "subtitle_centred")
    if not view.is_year:
        yield tables.band(view.words["monitoring"], width, "monitoring")
    yield tables.band(view.fill(layout["basis"]), width, "subtitle_centred")
    yield _blank(width)


def _cards(view: View, layout: Mapping[str, Any], levels: Mapping[str, Sequence[UnitStanding]]) -> Iterable[Row]:
    counts = {
        **{level: len(units) for level, units in levels.items()},
        "scored": len(view.results.members),
        "unscored": len(unscored(view)),
        "warnings": len(view.warnings),
    }
    cards = layout["cards"]
    yield Row(tuple(Cell(counts[c["name"]], "card_number", c["span"]) for c in cards), height=34)
    yield Row(tuple(Cell(c["heading"], "card_label", c["span"]) for c in cards), height=20)


# --- grades --------------------------------------------------------------------------------------------------------


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _bar(layout: Mapping[str, Any], share: Fraction | None) -> str:
    bar = layout["bar"]
    return bar["character"] * round((share or 0) * bar["length"])


def _shares(view: View, layout: Mapping[str, Any], spans: Mapping[str, int], part: int, whole: int) -> tuple[Cell, ...]:
    """How many, what share, and the share as a bar."""
    share = _share(part, whole)
    return (
        view.cell(part, "count", spans["count"]),
        view.cell(share, "share", spans["share"]),
        Cell(_bar(layout, share), "bar", spans["bar"]),
    )


def _grades(
    view: View, layout: Mapping[str, Any], width: int, levels: Mapping[str, Sequence[UnitStanding]]
) -> Iterable[Row]:
    """The units of both levels by grade."""
    block = layout["grades"]
    words, spans = view.by_kind(block), block["spans"]
    yield tables.band(words["title"], width, "caption")
    heads = [Cell(words["heading"], "heading", spans["grade"])]
    for level in LEVELS:
        name = block["levels"][level]
        heads.append(Cell(f"{name}{block['count']}", "heading", spans["count"]))
        heads.append(Cell(block["share"], "heading", spans["share"] + spans["bar"]))
    yield Row(tuple(heads))
    counts = {level: Counter(s.grade for s in units) for level, units in levels.items()}
    for band in view.scheme.bands[ORGANISATION]:
        cells = [view.cell(band.grade, "organisation_grade", spans["grade"])]
        for level in LEVELS:
            cells += _shares(view, layout, spans, counts[level][band.grade], len(levels[level]))
        yield Row(tuple(cells))
    yield _blank(width)


def _member_grades(view: View, layout: Mapping[str, Any], width: int) -> Iterable[Row]:
    """The scored members by 建议等次: the bands, then the statuses that are none."""
    block = layout["member_grades"]
    spans = block["spans"]
    counts = Counter(m.grade for m in view.results.members)
    bands = [b.grade for b in view.scheme.bands[MEMBER]]
    yield tables.band(block["title"], width, "caption")
    yield Row(
        (
            Cell(block["heading"], "heading", spans["grade"]),
            Cell(block["count"], "heading", spans["count"]),
            Cell(layout["grades"]["share"], "heading", spans["share"] + spans["bar"]),
        )
    )
    for grade in (*bands, *sorted(g for g in counts if g not in bands)):
        shares = _shares(view, layout, spans, counts[grade], len(view.results.members))
        yield Row((view.cell(grade, "member_grade", spans["grade"]), *shares))
    yield _blank(width)


# --- first and last ------------------------------------------------------------------------------------------------


def _first_and_last(
    view: View, layout: Mapping[str, Any], width: int, level: str, units: Sequence[UnitStanding]
) -> Iterable[Row]:
    """The first units on the left, the last on the right; none stands on both sides."""
    block = layout["rankings"]
    specs = block["columns"]
    first = units[: min(layout["listed"], (len(units) + 1) // 2)]
    last = units[max(len(first), len(units) - layout["listed"]) :]
    yield tables.band(block["levels"][level], width, "caption")
    half = sum(s["span"] for s in specs)
    yield Row((Cell(block["top"], "section", half), Cell(block["bottom"], "section", half)))
    yield Row(tables.spread_heading(specs) * 2)
    empty = tuple(Cell("", "text", s["span"]) for s in specs)
    for place in range(len(first)):
        pair = (group[place] if place < len(group) else None for group in (first, last))
        cells = [_unit(view, specs, s) if s is not None else empty for s in pair]
        yield Row((*cells[0], *cells[1]))
    beyond = (
        sum(s.rank_county == first[-1].rank_county for s in units[len(first) : len(units) - len(last)]) if first else 0
    )
    if beyond:
        yield tables.band(block["tied"].format(count=beyond, rank=first[-1].rank_county), width, "note")
    yield _blank(width)


def _unit(view: View, specs: Sequence[Mapping[str, Any]], standing: UnitStanding) -> tuple[Cell, ...]:
    return tables.spread(
        view, specs, lambda name: standing.rank_county if name == "rank" else unit_value(view, standing, name)
    )

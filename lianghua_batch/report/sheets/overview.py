"""The sheet 总览, one page for a leader: counts, grades, first and last units, largest rank changes, matters needing attention."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from lianghua_batch.analysis import explanation_unscored
from lianghua_batch.model.scheme import BRANCH, COMMITTEE, MEMBER, ORGANISATION
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Cell, Chart, Keys, Row, SheetColumn, SheetTable
from lianghua_batch.report.sheets import distribution, formulas, overview_attention, overview_movers
from lianghua_batch.report.sheets.cover import check_code
from lianghua_batch.report.sheets.distribution import LEVELS
from lianghua_batch.report.sheets.rankings import cell, ranking_key
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import UnitResult

_CHARACTER, _EDGES = 7, 5  # pixels of a column: a character of its width, and its edges
_PIXELS = Fraction(4, 3)  # a point
_RANK = {COMMITTEE: "rank", BRANCH: "rank_county"}  # columns of 得分构成: a committee has one rank only


def build(view: View) -> SheetTable:
    """The page, block under block, on a grid of narrow columns."""
    layout = view.layout("overview")
    width = layout["grid"]["columns"]
    rows = [*_head(view, layout, width), *_cards(view, layout), *_grades(view, layout, width)]
    gap = _blank(width, layout["heights"]["gap"])
    rows.append(gap)
    charts = _charts(view, layout, len(rows))
    rows += [_blank(width, layout["heights"]["chart"]), gap]
    for level in LEVELS:
        rows += [*_first_and_last(view, layout, width, level), gap]
    rows += [*overview_movers.rows(view, layout, width), gap]
    rows += [*overview_attention.rows(view, layout, width), gap]
    rows += (sheet_table.band(view.fill(line), width, "note") for line in layout["lines"])
    rows += [gap, sheet_table.band(layout["signature"], width, "signature"), gap]
    rows.append(sheet_table.band(layout["check_code"].format(check_code=check_code(view)), width, "check_code"))
    columns = [SheetColumn("", layout["grid"]["width"])] * width
    sheet = sheet_table.sheet(view, "overview", columns, rows, subtitles=())
    return replace(sheet, charts=charts, opens=True)


def _blank(width: int, height: float) -> Row:
    return Row((Cell("", "blank", width),), height=height)


def _head(view: View, layout: Mapping[str, Any], width: int) -> Iterable[Row]:
    yield sheet_table.band(view.fill(layout["period"]), width, "subtitle_centred")
    if not view.is_year:
        yield sheet_table.band(view.words["monitoring"], width, "monitoring")
    yield sheet_table.band(view.fill(layout["basis"]), width, "subtitle_centred")
    yield _blank(width, layout["heights"]["gap"])


def _cards(view: View, layout: Mapping[str, Any]) -> Iterable[Row]:
    counts = {
        "committees": len(view.results.committees),
        "branches": len(view.results.branches),
        "scored": len(view.results.members),
        "unscored": len(explanation_unscored.members(view.results)),
        "warnings": len(view.warnings),
    }
    cards, heights = layout["cards"], layout["heights"]
    yield Row(tuple(Cell(counts[c["name"]], "card_number", c["span"]) for c in cards), height=heights["card_number"])
    yield Row(tuple(Cell(c["heading"], "card_label", c["span"]) for c in cards), height=heights["card_label"])
    yield _blank(layout["grid"]["columns"], heights["gap"])


# --- grades --------------------------------------------------------------------------------------------------------


def _grades(view: View, layout: Mapping[str, Any], width: int) -> Iterable[Row]:
    """The units of both levels by grade; beside them, in a year, the members by 建议等次."""
    block = layout["grades"]
    yield sheet_table.band(view.by_kind(block)["title"], width, "caption")
    left = list(_unit_grades(view, block))
    right = list(_member_grades(view, block)) if view.is_year else []
    wide = sum(c.span for c in left[0])
    for at in range(max(len(left), len(right))):
        cells = left[at] if at < len(left) else (Cell("", "blank", wide),)
        if view.is_year:
            beyond = width - wide - block["members"]["spans"]["gap"]
            others = right[at] if at < len(right) else (Cell("", "blank", beyond),)
            cells = (*cells, Cell("", "blank", block["members"]["spans"]["gap"]), *others)
        yield Row(tuple(cells))


def _share(view: View, part: int, whole: Keys, total: int, part_key: object, span: int) -> Cell:
    """A count's share of the sum, as a formula."""
    if not total:
        return view.cell(None, "share", span)
    formula = formulas.guarded("{part}/SUM({whole})", {"part": part_key, "whole": whole})
    return view.cell(view.guarded(Fraction(part, total)), "share", span, formula=formula)


def _unit_grades(view: View, block: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    words, spans = view.by_kind(block), view.by_kind(block["spans"])
    heads = [Cell(words["heading"], "heading", spans["grade"])]
    for level in LEVELS:
        heads.append(Cell(block["count"].format(name=block["levels"][level]), "heading", spans["count"]))
        heads.append(Cell(block["share"], "heading", spans["share"]))
    yield tuple(heads)
    bands = view.scheme.bands[ORGANISATION]
    for index, band in enumerate(bands):
        key = distribution.grade_key(ORGANISATION, index)
        cells = [view.cell(band.grade, "organisation_grade", spans["grade"], key=key)]
        for level in LEVELS:
            count, formula = distribution.unit_count(view, level, index)
            count_key = distribution.count_key(level, index)
            whole = Keys(tuple(distribution.count_key(level, i) for i in range(len(bands))))
            total = len(getattr(view.results, level))
            cells.append(view.cell(count, "count", spans["count"], key=count_key, formula=formula))
            cells.append(_share(view, count, whole, total, count_key, spans["share"]))
        yield tuple(cells)


def _member_grades(view: View, block: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    """The scored members by 建议等次: the bands, then the statuses that are none."""
    words, spans = block["members"], block["members"]["spans"]
    yield (
        Cell(words["heading"], "heading", spans["grade"]),
        Cell(words["count"], "heading", spans["count"]),
        Cell(block["share"], "heading", spans["share"]),
    )
    listed = distribution.member_grades(view)
    whole = Keys(tuple(distribution.count_key("members", i) for i in range(len(listed))))
    for index, (grade, count) in enumerate(listed):
        count_key = distribution.count_key("members", index)
        yield (
            view.cell(grade, "member_grade", spans["grade"], key=distribution.grade_key(MEMBER, index)),
            view.cell(count, "count", spans["count"], key=count_key),
            _share(view, count, whole, len(view.results.members), count_key, spans["share"]),
        )


def _charts(view: View, layout: Mapping[str, Any], row: int) -> tuple[Chart, ...]:
    """The grades as charts, side by side."""
    drawn = [distribution.level_chart(view, level) for level in LEVELS]
    if view.is_year:
        drawn.append(distribution.members_chart(view))
    pixels = round(layout["grid"]["width"] * _CHARACTER) + _EDGES
    size = {"row": row, "height": int(layout["heights"]["chart"] * _PIXELS) - _EDGES}
    placed, column = [], 0
    for chart, span in zip(drawn, view.by_kind(layout["charts"]), strict=True):
        placed.append(replace(chart, column=column, width=span * pixels - _EDGES, **size))
        column += span
    return tuple(placed)


# --- first and last ------------------------------------------------------------------------------------------------


def _first_and_last(view: View, layout: Mapping[str, Any], width: int, level: str) -> Iterable[Row]:
    """The first units on the left, the last on the right, none on both sides."""
    block, units = layout["rankings"], distribution.ranked_units(view, level)
    specs = block["columns"]
    first = units[: min(block["listed"], (len(units) + 1) // 2)]
    last = units[max(len(first), len(units) - block["listed"]) :]
    yield sheet_table.band(block["levels"][level], width, "caption")
    yield Row(sheet_table.side_headings(specs, block["sides"].values()))
    empty = tuple(Cell("", "text", s["span"]) for s in specs)
    for place in range(len(first)):
        pair = (group[place] if place < len(group) else None for group in (first, last))
        cells = [tuple(_unit(view, spec, r) for spec in specs) if r is not None else empty for r in pair]
        yield Row((*cells[0], *cells[1]))
    beyond = (
        sum(r.rank_county == first[-1].rank_county for r in units[len(first) : len(units) - len(last)]) if first else 0
    )
    if beyond:
        yield sheet_table.band(block["tied"].format(count=beyond, rank=first[-1].rank_county), width, "note")


def _unit(view: View, spec: Mapping[str, Any], result: UnitResult) -> Cell:
    if spec["name"] == "name":
        named = view.cell(view.display_name(result.unit), spec["style"], spec["span"])
        return replace(named, to=ranking_key(result.unit.id))
    name = _RANK[result.unit.level] if spec["name"] == "rank" else spec["name"]
    return cell(view, result, name, spec["style"], spec["span"])

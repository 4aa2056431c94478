"""The sheet 图表: native charts of rankings, grades, parts of totals and quarters, laid out on pages two by two."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import zip_longest
from math import ceil
from typing import Any

from lianghua_batch.core import exact
from lianghua_batch.core.text_width import display_width
from lianghua_batch.model.scheme import ORGANISATION
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Cell, Chart, Keys, Row, Series, SheetColumn, SheetTable
from lianghua_batch.report.layout.styles import style
from lianghua_batch.report.sheets import chart_data, distribution, years
from lianghua_batch.report.sheets.quarters import summarised, summary_id
from lianghua_batch.report.sheets.rankings import cohorts, quarter_scores
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import UnitResult

_CHARACTER, _EDGES = 7, 5  # pixels of a column: a character of its width, and its edges
_PIXELS = Fraction(4, 3)  # a point
_ROUND, _TEN, _FINE = 20, 10, 5  # between lines of the axes of totals, of parts, of quarters
_FEW_LINES = 5  # of an axis of parts


@dataclass(frozen=True)
class ChartBlock:
    """One chart and the number of rows it covers; its place is set when the pages are laid out."""

    chart: Chart
    rows: int


@dataclass(frozen=True)
class Section:
    """The charts under one heading, in pairs side by side."""

    title: str
    pairs: tuple[tuple[ChartBlock | None, ...], ...]


def build(view: View) -> SheetTable:
    """Build the sheet; no page breaks inside a chart."""
    layout = view.layout("charts")
    grid = layout["grid"]
    columns = [SheetColumn("", grid["width"])] * grid["columns"]
    rows, charts = _laid_out(view, [s for s in _sections(view) if s.pairs])
    return replace(sheet_table.sheet(view, "charts", columns, rows), charts=charts)


def _sections(view: View) -> Iterator[Section]:
    words = view.layout("charts")["sections"]
    groups = cohorts(view.results.branches)
    yield _section(
        words["committees"],
        [
            *_unit_charts(view, "committees", "", view.results.committees),
            *_distributions(view),
            *_committee_lines(view, _quarters(view)),
        ],
    )
    yield _section(words["branches"], [b for c, ranked in groups for b in _unit_charts(view, "branches", c, ranked)])
    yield _section(words["trends"], [b for c, ranked in groups for b in _branch_trends(view, c, ranked)])
    yield _section(words["years"].format(lines=view.layout("charts")["lines"]), list(_year_lines(view)))


def _section(title: str, blocks: Sequence[ChartBlock]) -> Section:
    return Section(title, tuple(zip_longest(blocks[::2], blocks[1::2])))


# --- pages ---------------------------------------------------------------------------------------------------------


def _laid_out(view: View, sections: Sequence[Section]) -> tuple[list[Row], tuple[Chart, ...]]:
    """The rows of the sheet, empty but for the sections' headings, and the charts at their places on them."""
    layout = view.layout("charts")
    wide, room = layout["grid"]["columns"], layout["page"]["rows"]
    half = wide // 2
    rows: list[Row] = []
    charts: list[Chart] = []
    left = layout["page"]["first"]
    for section in sections:
        for number, pair in enumerate(section.pairs):
            high = max(block.rows for block in pair if block)
            last = section is sections[-1] and number == len(section.pairs) - 1
            starts = high + (number == 0) + (layout["page"]["notes"] if last else 0) > left
            left = room if starts else left
            if number == 0:
                rows.append(replace(sheet_table.band(section.title, wide, "caption"), new_page=starts))
                left, starts = left - 1, False
            for side, block in enumerate(pair):
                if block is not None:
                    size = {"width": _wide(view), "height": int(block.rows * layout["row"] * _PIXELS) - _EDGES}
                    charts.append(replace(block.chart, row=len(rows), column=side * half, **size))
            empty = Row((Cell("", "blank", wide),), height=layout["row"])
            rows += [replace(empty, new_page=starts and not at) for at in range(high)]
            left -= high
    return rows, tuple(charts)


# --- units: totals by grade, and their parts -------------------------------------------------------------


def _unit_charts(view: View, level: str, cohort: str, ranked: Sequence[UnitResult]) -> Iterator[ChartBlock]:
    """A chart of totals and one of their parts, for as many units at a time as are legible."""
    for part, chunk in _chunks(ranked, view.layout("charts")["bars"]["most"]):
        for kind in view.layout("charts")["kinds"][level]:
            title = _title(view, level, cohort, kind, part)
            yield _totals(view, level, title, chunk) if kind == "total" else _shares(view, level, title, chunk)


def _chunks(items: Sequence[UnitResult], most: int) -> Iterator[tuple[str, Sequence[UnitResult]]]:
    """Chunks of about equal size, at most `most`, each with its range of positions for the title; '' where there is only one."""
    if not items:
        return
    size = -(-len(items) // -(-len(items) // most))
    for first in range(0, len(items), size):
        chunk = items[first : first + size]
        yield (f"{first + 1}—{first + len(chunk)}" if len(items) > most else ""), chunk


def _totals(view: View, level: str, title: str, chunk: Sequence[UnitResult]) -> ChartBlock:
    series = tuple(_by_grade(view, chunk))
    least, most = _ends([r.scores.total.value for r in chunk])
    look = {"alike": True, "least": least, "most": most, "step": Fraction(_ROUND), "label_format": _format(view)}
    return _bars(view, level, title, "total", chunk, series, look)


def _shares(view: View, level: str, title: str, chunk: Sequence[UnitResult]) -> ChartBlock:
    least, most, step = _stacked_ends(view, chunk)
    look = {"stacked": True, "least": least, "most": most, "step": step}
    return _bars(view, level, title, "parts", chunk, tuple(_parts(view, chunk)), look)


def _bars(
    view: View,
    level: str,
    title: str,
    kind: str,
    chunk: Sequence[UnitResult],
    series: tuple[Series, ...],
    look: Mapping[str, Any],
) -> ChartBlock:
    layout = view.layout("charts")
    sizes, axes = layout["bars"], layout["axes"]
    widest = max(display_width(view.display_name(r.unit)) for r in chunk)
    left = min(sizes["around"]["left"] + sizes["character"] * widest, sizes["most_left"])
    around = (int(left), _above(view, title), sizes["around"]["right"], sizes["around"]["bottom"])
    chart = Chart("bar", title, axes[level], axes[kind], series, 0, 0, 0, 0, around=around, **look)
    return ChartBlock(chart, sizes["each"] * len(chunk) + sizes["more"] + _lines(view, title) - 1)


def _wide(view: View) -> int:
    """How many pixels a chart is wide: half the sheet."""
    grid = view.layout("charts")["grid"]
    return grid["columns"] // 2 * int(grid["width"] * _CHARACTER + _EDGES) - _EDGES


def _above(view: View, title: str) -> int:
    """The pixels above a plot: its title's lines and their margin."""
    sizes = view.layout("charts")["title_lines"]
    return sizes["around"] + _lines(view, title) * sizes["line"]


def _lines(view: View, title: str) -> int:
    return ceil(display_width(title) * view.layout("charts")["title_lines"]["character"] / _wide(view))


def _title(view: View, level: str, cohort: str, kind: str, part: str) -> str:
    layout = view.layout("charts")
    name = view.cohort_name(cohort) if level == "branches" else ""
    title = layout["titles"][level][kind].format(name=name)
    return title + (layout["part"].format(part=part) if part else "")


def _format(view: View) -> str:
    """The number format at 小数位 that hides zeros: a unit has a number in its grade's series only."""
    return f"{view.number_format};-{view.number_format};;"


def _names(chunk: Iterable[UnitResult]) -> Keys:
    return Keys(tuple(chart_data.key(r.unit.id, "name") for r in chunk))


def _by_grade(view: View, chunk: Sequence[UnitResult]) -> Iterator[Series]:
    for index, band in enumerate(view.scheme.bands[ORGANISATION]):
        values = Keys(tuple(chart_data.key(r.unit.id, "grade", index) for r in chunk))
        colour = style(view.grade_style(band.grade, ORGANISATION))["bg_color"]
        yield Series(band.grade, _names(chunk), values, colour, labelled=True)


def _parts(view: View, chunk: Sequence[UnitResult]) -> Iterator[Series]:
    colours = view.layout("charts")["part_colours"]
    for (name, label), colour in zip(view.layout("chart_data")["parts"].items(), colours, strict=False):
        values = Keys(tuple(chart_data.key(r.unit.id, "part", name) for r in chunk))
        yield Series(label, _names(chunk), values, colour)


def _ends(values: Sequence[Fraction]) -> tuple[Fraction | None, Fraction | None]:
    """The ends of an axis, so that charts beside each other can be compared: from zero, where nothing is below."""
    least = Fraction(0) if min(values) >= 0 else Fraction(min(values) // _ROUND * _ROUND)
    return least, Fraction(max(100, -(-max(values) // _ROUND) * _ROUND))


def _stacked_ends(view: View, chunk: Sequence[UnitResult]) -> tuple[Fraction, Fraction, Fraction]:
    """The ends of an axis of parts upon each other, and the step between its lines: not so many that they would be slanted."""
    names = view.layout("chart_data")["parts"]
    stacks = [[chart_data.part_value(view, r, name) or exact.ZERO for name in names] for r in chunk]
    below = min(sum(v for v in stack if v < 0) for stack in stacks)
    above = max(sum(v for v in stack if v > 0) for stack in stacks)
    step = _TEN if above - below <= _FEW_LINES * _TEN else _ROUND
    return Fraction(below // step * step), Fraction(max(1, -(-above // step)) * step), Fraction(step)


# --- grades --------------------------------------------------------------------------------------------------------


def _distributions(view: View) -> Iterator[ChartBlock]:
    rows = view.layout("charts")["height"]["distribution"]
    yield ChartBlock(distribution.units_chart(view), rows)
    if view.is_year:
        yield ChartBlock(distribution.members_chart(view), rows)


# --- quarters and years --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LineValues:
    """The points of a line chart: `name` selects titles and axes, `values` gives a unit's cells, `totals` their numbers."""

    name: str
    axis: str
    categories: Keys
    values: Callable[[str], Keys]
    totals: Callable[[str], Iterable[Fraction]]


def _quarters(view: View) -> LineValues:
    def totals(unit_id: str) -> list[Fraction]:
        return [r.scores.total.value for r in view.trends.unit_results(unit_id) if r is not None]

    categories = Keys(tuple(chart_data.quarter_key(q) for q in view.trends.quarters))
    return LineValues("trend", "quarter", categories, partial(quarter_scores, view), totals)


def _years(view: View) -> LineValues:
    def totals(unit_id: str) -> list[Fraction]:
        return [p.total for p in view.years.unit_places(unit_id) if p is not None and p.total is not None]

    categories = Keys(tuple(chart_data.year_key(p) for p in view.years.periods))
    return LineValues("years", "year", categories, partial(years.totals, view), totals)


def _committee_lines(view: View, values_by_period: LineValues) -> Iterator[ChartBlock]:
    charted = [r for r in view.results.committees if values_by_period.totals(r.unit.id)]
    for part, chunk in _chunks(charted, view.layout("charts")["lines"]):
        lines = [(view.display_name(r.unit), r.unit.id) for r in chunk]
        title = _title(view, "committees", "", values_by_period.name, part)
        yield _line_chart(view, values_by_period, title, lines, [r.unit.id for r in chunk])


def _branch_trends(view: View, cohort: str, ranked: Sequence[UnitResult]) -> Iterator[ChartBlock]:
    """A line for each branch, or where they are too many for mean, best and worst; nothing where none has a score."""
    charted = [r for r in ranked if view.trends.has(r.unit.id)]
    if not charted:
        return
    title = _title(view, "branches", cohort, "trend", "")
    lines = [(r.unit.name, r.unit.id) for r in charted]
    if summarised(view, ranked):
        layout = view.layout("quarters")
        lines = [(label, summary_id(cohort, name)) for name, label in layout["summaries"].items()]
        title += view.layout("charts")["summarised"].format(lines=layout["lines"])
    yield _line_chart(view, _quarters(view), title, lines, [r.unit.id for r in charted])


def _year_lines(view: View) -> Iterator[ChartBlock]:
    """The committees, and the branches of each small cohort; nothing without an earlier year."""
    if not view.years.looks_back:
        return
    values_by_period = _years(view)
    yield from _committee_lines(view, values_by_period)
    for cohort, ranked in cohorts(view.results.branches):
        if len(ranked) <= view.layout("charts")["lines"]:
            lines = [(r.unit.name, r.unit.id) for r in ranked]
            title = _title(view, "branches", cohort, values_by_period.name, "")
            yield _line_chart(view, values_by_period, title, lines, [r.unit.id for r in ranked])


def _line_chart(
    view: View, values_by_period: LineValues, title: str, lines: Sequence[tuple[str, str]], units: Iterable[str]
) -> ChartBlock:
    """A chart with the given lines (label and code); `units` are those whose totals set the ends of the axis."""
    layout = view.layout("charts")
    series = tuple(
        Series(name, values_by_period.categories, values_by_period.values(unit_id), colour)
        for (name, unit_id), colour in zip(lines, layout["line_colours"], strict=False)
    )
    axes, (least, most) = layout["axes"], _line_ends(values_by_period, units)
    sizes = layout["line_chart"]
    below = sizes["bottom"] + _legend(view, [name for name, _ in lines])
    around = (sizes["left"], _above(view, title), sizes["right"], below)
    look = {"least": least, "most": most, "step": Fraction(_FINE), "around": around}
    chart = Chart("line", title, axes[values_by_period.axis], axes[values_by_period.name], series, 0, 0, 0, 0, **look)
    return ChartBlock(chart, layout["height"]["trend"])


def _legend(view: View, names: Sequence[str]) -> int:
    """The height of a legend in pixels, with as many names in a line as the widest allows."""
    sizes = view.layout("charts")["line_chart"]["legend"]
    widest = max(sizes["mark"] + sizes["character"] * display_width(name) for name in names)
    return ceil(len(names) / max(1, _wide(view) // widest)) * sizes["line"]


def _line_ends(values_by_period: LineValues, units: Iterable[str]) -> tuple[Fraction, Fraction]:
    """The ends of the axis around the lines of a chart."""
    values = [total for unit in units for total in values_by_period.totals(unit)]
    return Fraction(min(values) // _FINE * _FINE), Fraction((max(values) // _FINE + 1) * _FINE)

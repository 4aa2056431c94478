"""The sheet 季度走势 of a year: every unit's score and rank in each quarter, and the change from the first to the last."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from lianghua_batch.core import exact
from lianghua_batch.core.periods import Period
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Cell, Keys, Row, SheetTable
from lianghua_batch.report.layout.sheet_table import Field, Item
from lianghua_batch.report.sheets import formulas, years
from lianghua_batch.report.sheets.rankings import cohorts, quarter_key, quarter_scores, ranking_key
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import UnitResult

_SUMMARIES: Mapping[str, tuple[str, Callable[[Sequence[Fraction]], Fraction]]] = {
    "mean": ("AVERAGE", exact.mean),
    "best": ("MAX", max),
    "worst": ("MIN", min),
}


def build(view: View) -> SheetTable:
    """The committees, then the branches cohort by cohort, in the order of the year's ranks; a quarter without a score is blank."""
    layout = view.layout("quarters")
    items = [Item(q, view.period_name(q)) for q in view.trends.quarters]
    fields = sheet_table.fields(view, layout["columns"], {"scores": items, "ranks": _ranks(view, layout, items)})
    groups = [(layout["committees"], "", view.results.committees)]
    groups += [(view.cohort_name(c), c, ranked) for c, ranked in cohorts(view.results.branches)]
    rows: list[Row] = []
    for number, (name, cohort, ranked) in enumerate(groups):
        if ranked:
            rows.append(sheet_table.band(layout["band"].format(name=name, count=len(ranked)), len(fields)))
            if number and summarised(view, ranked):
                rows += _summaries(view, layout, fields, cohort, ranked)
            rows += [Row(tuple(_cell(view, r, f) for f in fields), level=1) for r in ranked]
    rows += years.notice_without_sheet(view, len(fields))
    return sheet_table.sheet(view, "quarters", (f.column for f in fields), rows)


def _ranks(view: View, layout: Mapping[str, Any], items: Sequence[Item]) -> list[Item]:
    """The rank columns, under a heading that in a draft marks ranks as not final."""
    heading = layout["ranks"]
    group = view.stamped("rank", heading=heading) if view.results.draft else heading
    return [replace(item, overrides={"group": group}) for item in items]


def summarised(view: View, ranked: Sequence[UnitResult]) -> bool:
    """Whether a cohort has too many branches for a chart with a line each."""
    return len(ranked) > view.layout("quarters")["lines"]


def summary_id(cohort: str, name: str) -> str:
    """The stand-in for a unit's code in the keys of a cohort's mean, best and worst."""
    return f"{name} {cohort}"


def ranks_gained(view: View, unit_id: str) -> int | None:
    """By how many places a unit rose from the first quarter to the last; None where it was not ranked in both."""
    quarters = view.trends.unit_results(unit_id)
    return quarters[0].rank_county - quarters[-1].rank_county if quarters and quarters[0] and quarters[-1] else None


def _cell(view: View, result: UnitResult, field: Field) -> Cell:
    unit = result.unit
    if field.name == "id":
        return view.cell(unit.id, field.style)
    if field.name == "name":
        return replace(view.cell(view.display_name(unit), field.style), to=ranking_key(unit.id))
    if field.name == "trend":
        return Cell("", field.style, trend=quarter_scores(view, unit.id))
    if field.name == "change":
        return view.cell(ranks_gained(view, unit.id), field.style)
    quarter_result = view.trends.results.get((unit.id, field.item))
    key = quarter_key(unit.id, field.item) if field.name == "scores" else None
    if quarter_result is None:
        return Cell("", "gap", key=key)
    return view.cell(
        quarter_result.scores.total if field.name == "scores" else quarter_result.rank_county, field.style, key=key
    )


def _summaries(
    view: View, layout: Mapping[str, Any], fields: Sequence[Field], cohort: str, ranked: Sequence[UnitResult]
) -> Iterable[Row]:
    for name, label in layout["summaries"].items():
        cells = (_summary(view, f, name, label, cohort, ranked) for f in fields)
        yield Row(tuple(cells), level=1)


def _summary(view: View, field: Field, name: str, label: str, cohort: str, ranked: Sequence[UnitResult]) -> Cell:
    """One cell of a cohort's mean, best or worst, over those that have a score."""
    if field.name == "name":
        return Cell(label, "total_text")
    if field.name == "trend":
        return Cell("", field.style, trend=quarter_scores(view, summary_id(cohort, name)))
    if field.name != "scores":
        return Cell("", "gap")
    key = quarter_key(summary_id(cohort, name), field.item)
    values = _totals(view, field.item, ranked)
    if not values:
        return Cell("", "gap", key=key)
    function, summarise = _SUMMARIES[name]
    every = Keys(tuple(quarter_key(r.unit.id, field.item) for r in ranked))
    formula = formulas.guarded(f"{function}({{all}})", {"all": every})
    return view.cell(view.guarded(summarise(values)), field.style, key=key, formula=formula)


def _totals(view: View, quarter: Period, ranked: Sequence[UnitResult]) -> list[Fraction]:
    found = (view.trends.results.get((r.unit.id, quarter)) for r in ranked)
    return [r.scores.total.value for r in found if r is not None]

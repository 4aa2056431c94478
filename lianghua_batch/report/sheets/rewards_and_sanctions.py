"""The sheet 结果运用: for each reward or sanction the units it applies to, then the committees that could not be checked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lianghua_batch.analysis import lookback, rewards_and_sanctions
from lianghua_batch.analysis.published import Unusable
from lianghua_batch.analysis.rewards_and_sanctions import Measure, MeasureKind
from lianghua_batch.model.scores import Score
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Row, SheetTable, Value
from lianghua_batch.report.layout.sheet_table import Field
from lianghua_batch.report.sheets.rankings import unit_value
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import UnitResult


def build(view: View) -> SheetTable:
    """A section for each kind, also where it is empty, and those that could not be checked because earlier years are missing."""
    layout = view.layout("rewards_and_sanctions")
    fields = sheet_table.fields(view, layout["columns"], {})
    if view.results.draft:
        rows = [sheet_table.band(layout["draft"], len(fields), "text")]
    else:
        rows = [*_warnings(view, layout, len(fields)), *_sections(view, layout, fields)]
    return sheet_table.sheet(view, "rewards_and_sanctions", (f.column for f in fields), rows)


def _warnings(view: View, layout: Mapping[str, Any], width: int) -> Iterator[Row]:
    """Warnings of earlier years that are missing or unusable, and of grades of the document that the scheme does not have."""
    before = sorted(lookback.consecutive_years(view.period))
    for period in before:
        if isinstance(found := view.earlier.get(period), Unusable):
            yield sheet_table.band(layout["unusable"].format(period=period, reason=found), width, "monitoring")
    if absent := [str(period) for period in before if period not in view.earlier]:
        yield sheet_table.band(layout["absent"].format(years=view.listed(absent)), width, "monitoring")
    strange, is_all = rewards_and_sanctions.unknown_grades(view.scheme)
    if strange:
        text = layout["no_grades" if is_all else "some_grades"].format(grades=view.listed(strange))
        yield sheet_table.band(text, width, "monitoring")


def _sections(view: View, layout: Mapping[str, Any], fields: Sequence[Field]) -> Iterator[Row]:
    found = rewards_and_sanctions.rewards_and_sanctions(view.results, view.earlier)
    results = {r.unit.id: r for r in (*view.results.committees, *view.results.branches)}
    for kind in rewards_and_sanctions.measure_kinds():
        of_kind = [m for m in found.applying if m.kind == kind.name]
        yield _band(layout["section"], kind, of_kind, len(fields))
        yield from _rows(view, fields, results, of_kind)
        if not of_kind:
            yield sheet_table.band(layout["none"], len(fields), "text")
        unchecked = [m for m in found.unchecked if m.kind == kind.name]
        if unchecked:
            yield _band(layout["unchecked"], kind, unchecked, len(fields))
            yield from _rows(view, fields, results, unchecked)


def _band(template: str, kind: MeasureKind, listed: Sequence[Measure], width: int) -> Row:
    text = template.format(label=kind.label, count=len(listed), rule=kind.rule, clause=kind.clause)
    return sheet_table.band(text, width)


def _rows(
    view: View, fields: Sequence[Field], results: Mapping[str, UnitResult], listed: Sequence[Measure]
) -> Iterator[Row]:
    for measure in listed:
        result = results[measure.unit.id]
        yield sheet_table.row(view, fields, lambda f, m=measure, r=result: _value(view, m, r, f.name))


def _value(view: View, measure: Measure, result: UnitResult, name: str) -> Value | Score | None:
    if name == "reason":
        return measure.reason
    if name == "level":
        return view.choice("roster", "units", "level", measure.unit.level)
    if name == "cohort" and not result.cohort and result in view.results.committees:
        return ""
    return unit_value(view, result, name)

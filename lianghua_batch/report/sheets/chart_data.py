"""The sheet 图表数据: the numbers that charts are drawn from, as formulas over 得分构成, so that charts follow a changed cell."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from lianghua_batch.core import exact
from lianghua_batch.core.periods import Period
from lianghua_batch.model.scheme import COMMITTEE, ORGANISATION
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Cell, Family, Formula, Key, Row, SheetTable
from lianghua_batch.report.layout.sheet_table import Field, Item
from lianghua_batch.report.sheets import formulas
from lianghua_batch.report.sheets.rankings import cohorts, unit_value
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import BONUSES, UnitResult


def build(view: View) -> SheetTable:
    """One row for each unit: its total in its grade's column, and the total's parts; then the names of the quarters and years."""
    layout = view.layout("chart_data")
    bands = view.scheme.bands[ORGANISATION]
    fields = sheet_table.fields(
        view,
        layout["columns"],
        {
            "grades": [Item(index, band.grade) for index, band in enumerate(bands)],
            "parts": [Item(name, label) for name, label in layout["parts"].items()],
        },
    )
    listed = [*view.results.committees, *(r for _, ranked in cohorts(view.results.branches) for r in ranked)]
    rows = [Row(tuple(_cell(view, r, f) for f in fields)) for r in listed]
    if view.trends.quarters:
        rows.append(_quarters(view, layout, len(fields)))
    if view.years.looks_back:
        rows += (_year(view, layout, period, len(fields)) for period in view.years.periods)
    return sheet_table.sheet(view, "chart_data", (f.column for f in fields), rows)


def key(unit_id: str, *column: object) -> Key:
    """The key of a unit's cell: `column` is "name", "grade" and its index, or "part" and its name."""
    return (Family.CHART, unit_id, *column)


def quarter_key(quarter: object) -> Key:
    """The key of the cell with a quarter's name."""
    return (Family.CHART, "quarter", str(quarter))


def year_key(year: object) -> Key:
    """The key of the cell with a year's name."""
    return (Family.CHART, "year", str(year))


def grade_index(view: View, result: UnitResult) -> int:
    """The position of a unit's grade from the best."""
    return [b.grade for b in view.scheme.bands[ORGANISATION]].index(result.grade)


def _quarters(view: View, layout: Mapping[str, Any], width: int) -> Row:
    names = [Cell(view.period_name(q), "text_centred", key=quarter_key(q)) for q in view.trends.quarters]
    rest = [Cell("", "text")] * (width - 2 - len(names))
    return Row((Cell("", "text"), Cell(layout["quarters"], "name"), *names, *rest))


def _year(view: View, layout: Mapping[str, Any], year: Period, width: int) -> Row:
    """One row for each year: there may be more years than columns."""
    name = Cell(str(year), "text_centred", key=year_key(year))
    return Row((Cell("", "text"), Cell(layout["years"], "name"), name, *[Cell("", "text")] * (width - 3)))


def _cell(view: View, result: UnitResult, field: Field) -> Cell:
    unit = result.unit
    if field.name == "id":
        return view.cell(unit.id, field.style)
    if field.name == "name":
        return view.cell(view.display_name(unit), field.style, key=key(unit.id, "name"))
    if field.name == "grades":
        return _in_grade(view, result, field)
    return _part(view, result, field)


def _in_grade(view: View, result: UnitResult, field: Field) -> Cell:
    """The total in its grade's column; an empty text in the others, which charts draw as nothing."""
    unit, index = result.unit.id, field.item
    refs = {
        "grade": (unit, "grade"),
        "band": formulas.band_key(ORGANISATION, index, "grade"),
        "total": (unit, "total"),
    }
    formula = Formula('IF({grade}={band},{total},"")', refs)
    value = result.scores.total if index == grade_index(view, result) else ""
    return view.cell(value, field.style, key=key(unit, "grade", index), formula=formula)


def part_value(view: View, result: UnitResult, name: str) -> Fraction | None:
    """The part of a unit's total that comes from one kind of indicators or bonus; None where there is none (a quarter's committee)."""
    if name in BONUSES:
        return getattr(result.scores, name).value
    if view.is_year:
        return _kind_value(view, result, name)
    return None if result.unit.level == COMMITTEE else unit_value(view, result, name)


def _kind_value(view: View, result: UnitResult, kind: str) -> Fraction:
    """常规化 or 差异化: the subtotal at the weights of 考核组 and 年末考核."""
    rules, scores = view.scheme.parameters, result.scores.indicators
    share = rules.assessment_weight * rules.year_end_weight / exact.HUNDRED / exact.HUNDRED
    return sum((scores[i].value for i in _indicators_of_kind(view, result, kind)), exact.ZERO) * share


def _indicators_of_kind(view: View, result: UnitResult, kind: str) -> list[str]:
    return [i.id for i in view.scheme.indicators if i.kind == kind and i.id in result.scores.indicators]


def _part(view: View, result: UnitResult, field: Field) -> Cell:
    unit, name = result.unit.id, field.item
    own, value = key(unit, "part", name), part_value(view, result, name)
    if value is None:
        return Cell("", "gap", key=own)
    formula = formulas.reference((unit, name))
    if view.is_year and name not in BONUSES:
        formula = _kind_formula(unit, name) if _indicators_of_kind(view, result, name) else None
    return view.cell(view.guarded(value), field.style, key=own, formula=formula)


def _kind_formula(unit: str, kind: str) -> Formula:
    weights = formulas.parameters("assessment_weight", "year_end_weight")
    text = "{subtotal}*{assessment_weight}/100*{year_end_weight}/100"
    return formulas.guarded(text, {"subtotal": (unit, "kind", kind), **weights})

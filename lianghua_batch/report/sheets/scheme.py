"""The sheets 方案 and 方案（指标）: the rules in force, with their clauses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from lianghua_batch.core import exact, resources
from lianghua_batch.model.parameters import choice_labels
from lianghua_batch.model.scheme import Indicator, Project, Rule
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Row, SheetColumn, SheetTable, Value
from lianghua_batch.report.sheets import formulas
from lianghua_batch.report.view import View

Values = Mapping[str, Value | None]


@dataclass(frozen=True)
class SchemeRow:
    """One row of a section: its values by column, the style of its grade, and further options of its cells (model.Cell)."""

    values: Values
    grade_style: str = ""
    cell_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def build(view: View) -> SheetTable:
    """One table under another: bands, dimensions, ballot grades, parameters, projects."""
    layout = view.layout("scheme")
    width = layout["grid"]["columns"]
    dimensions = view.scheme.dimensions
    sections: dict[str, Iterable[SchemeRow]] = {
        "parameters": _rules(view),
        "for_formulas": [_step_places(view, layout)],
        "bands": _bands(view),
        "dimensions": (SchemeRow({"name": d.name, "full_marks": d.full_marks, "start": d.start}) for d in dimensions),
        "ballots": _ballots(view),
        "projects": (SchemeRow(_project(view, p)) for p in view.scheme.projects.values()),
    }
    rows: list[Row] = []
    for name, section in layout["sections"].items():
        rows += _section(view, section, width, sections[name])
    columns = [SheetColumn("", layout["grid"]["width"])] * width
    subtitles = [layout["source"]]
    return sheet_table.sheet(view, "scheme", columns, rows, subtitles=subtitles)


def _section(view: View, section: Mapping[str, Any], width: int, items: Iterable[SchemeRow]) -> Iterable[Row]:
    """A caption, the headings, and a row for each item; a grade cell has its item's style."""
    specs = section["columns"]
    yield sheet_table.band(section["title"], width, "caption")
    yield Row(sheet_table.spread_heading(specs))
    for item in items:
        styled = [{**s, "style": item.grade_style} if s["style"] == "band_grade" else s for s in specs]
        cells = sheet_table.spread(view, styled, item.values.__getitem__)
        cell_options = (item.cell_options.get(s["name"], {}) for s in specs)
        yield Row(tuple(replace(cell, **more) for cell, more in zip(cells, cell_options, strict=True)))
    yield sheet_table.band("", width, "note")


def _rules(view: View) -> Iterable[SchemeRow]:
    """Every 参数; its value cell has the 参数's label as a defined name, for use in formulas."""
    entries = {e["name"]: e for e in resources.load("rules/parameters")["parameters"]}
    for rule in view.scheme.rules:
        value = _parameter(entries[rule.name], getattr(view.scheme.parameters, rule.name), rule)
        values = {"label": rule.label, "value": value, "explanation": rule.explanation, "basis": rule.basis}
        yield SchemeRow(values, cell_options={"value": {"key": formulas.parameter_key(rule.name), "name": rule.label}})


def _parameter(entry: Mapping[str, Any], value: object, rule: Rule) -> Value:
    """A 参数's value as formulas need it: a number, the label of a choice, or a share as the text filled in."""
    if entry["type"] in ("yes_no", "choice"):
        return choice_labels(entry)[value]
    return rule.value if entry["type"] == "fraction" else Fraction(value)


def _step_places(view: View, layout: Mapping[str, Any]) -> SchemeRow:
    """The number of places that formulas round a ▣ number to, which follows from 取舍方式 and 小数位."""
    words = layout["step_places"]
    cell = {"key": formulas.STEP_PLACES, "name": words["label"], "formula": formulas.step_places()}
    return SchemeRow(
        {"label": words["label"], "value": Fraction(view.step_places), "explanation": words["explanation"]},
        cell_options={"value": cell},
    )


def _bands(view: View) -> Iterable[SchemeRow]:
    labels = view.choices("scheme", "bands", "scope")
    for scope, bands in view.scheme.bands.items():
        for index, band in enumerate(bands):
            values = {"scope": labels[scope], "grade": band.grade, "lower": band.lower}
            keys = {name: {"key": formulas.band_key(scope, index, name)} for name in ("grade", "lower")}
            yield SchemeRow(values, view.grade_style(band.grade, scope), keys)


def _ballots(view: View) -> Iterable[SchemeRow]:
    labels = view.choices("scheme", "ballot_grades", "scope")
    for scope, grades in view.scheme.ballots.items():
        for index, (grade, worth) in enumerate(grades.items()):
            values = {"scope": labels[scope], "grade": grade, "worth": worth}
            yield SchemeRow(values, cell_options={"worth": {"key": formulas.worth_key(scope, index)}})


def _hundredths(value: int | None) -> Value | None:
    return None if value is None else exact.from_hundredths(value)


def _project(view: View, project: Project) -> Values:
    return {
        "id": project.id,
        "dimension": project.dimension,
        "name": project.name,
        "points": _hundredths(project.points),
        "monthly_cap": _hundredths(project.monthly_cap),
        "yearly_cap": _hundredths(project.yearly_cap),
        "veto": project.row["veto"] if project.veto else "",
        "basis": project.basis or "",
    }


def indicators(view: View) -> SheetTable:
    """Every indicator of the scheme, those not in force included, in the scheme's order."""
    layout = view.layout("indicators")
    fields = sheet_table.fields(view, layout["columns"], {})
    filled = [_indicator(view, layout["arrow"], i) for i in view.scheme.indicators]
    rows = [sheet_table.row(view, fields, lambda f, v=values: v[f.name]) for values in filled]
    return sheet_table.sheet(view, "indicators", (f.column for f in fields), rows, filtered=len(rows))


def _indicator(view: View, arrow: str, indicator: Indicator) -> Values:
    chosen = ("level", "kind", "method", "metric", "review")
    return {
        "id": indicator.id,
        **{name: view.choice("scheme", "indicators", name, getattr(indicator, name)) for name in chosen},
        "applies_to": indicator.applies_to or "",
        "aspect": indicator.aspect or "",
        "name": indicator.name,
        "weight": indicator.weight,
        "standards": arrow.join(exact.short(v) for v in indicator.standards),
        "basis": indicator.basis or "",
    }

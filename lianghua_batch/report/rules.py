"""The sheets 方案 and 方案（指标）: the rules in force, with their clauses."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from lianghua_batch import exact, resources
from lianghua_batch.report import tables
from lianghua_batch.report.model import Column, Row, SheetTable, Value
from lianghua_batch.report.view import View
from lianghua_batch.scheme import Band, Indicator, Project

Values = Mapping[str, Value | None]


def build(view: View) -> SheetTable:
    """One table under another: bands, dimensions, ballot grades, parameters, projects."""
    layout = view.layout("scheme")
    width = layout["grid"]["columns"]
    sections: dict[str, Iterable[tuple[Values, str]]] = {
        "parameters": _plain(_rules(view)),
        "bands": _bands(view),
        "dimensions": _plain(
            {"name": d.name, "full_marks": d.full_marks, "start": d.start} for d in view.scheme.dimensions
        ),
        "ballots": _plain(_ballots(view)),
        "projects": _plain(_project(view, p) for p in view.scheme.projects.values()),
    }
    rows: list[Row] = []
    for name, section in layout["sections"].items():
        rows += _section(view, section, width, sections[name])
    columns = [Column("", layout["grid"]["width"])] * width
    subtitles = [layout["source"]]
    return tables.sheet(view, "scheme", columns, rows, subtitles=subtitles)


def _plain(rows: Iterable[Values]) -> Iterable[tuple[Values, str]]:
    return ((values, "") for values in rows)


def _section(view: View, section: Mapping[str, Any], width: int, items: Iterable[tuple[Values, str]]) -> Iterable[Row]:
    """A caption, the headings, and a row an item; a grade cell takes the style that comes with its item."""
    specs = section["columns"]
    yield replace(tables.band(section["title"], width, "caption"), new_page=section.get("new_page", False))
    yield Row(tables.spread_heading(specs))
    for values, grade_style in items:
        styled = [{**s, "style": grade_style} if s["style"] == "band_grade" else s for s in specs]
        yield Row(tables.spread(view, styled, values.__getitem__))
    yield tables.band("", width, "note")


def _rules(view: View) -> Iterable[Values]:
    names = ("label", "value", "explanation", "basis")
    return ({name: getattr(rule, name) for name in names} for rule in view.scheme.rules)


def _bands(view: View) -> Iterable[tuple[Values, str]]:
    labels = view.choices("scheme", "bands", "scope")
    for scope, bands in view.scheme.bands.items():
        for band in bands:
            yield _band(labels[scope], band), view.grade_style(band.grade, scope)


def _band(scope: str, band: Band) -> Values:
    return {"scope": scope, "grade": band.grade, "lower": band.lower}


def _ballots(view: View) -> Iterable[Values]:
    labels = view.choices("scheme", "ballot_grades", "scope")
    for scope, grades in view.scheme.ballots.items():
        for grade, worth in grades.items():
            yield {"scope": labels[scope], "grade": grade, "worth": worth}


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
        "veto": resources.load("reading")["yes_no"]["yes"][0] if project.veto else "",
        "basis": project.basis or "",
    }


def indicators(view: View) -> SheetTable:
    """Every indicator of the scheme, those not in force included, in the scheme's order."""
    layout = view.layout("indicators")
    shown = tables.fields(view, layout["columns"], {})
    filled = [_indicator(view, layout["arrow"], i) for i in view.scheme.indicators]
    rows = [tables.row(view, shown, lambda f, v=values: v[f.name]) for values in filled]
    return tables.sheet(view, "indicators", (f.column for f in shown), rows, filtered=len(rows))


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

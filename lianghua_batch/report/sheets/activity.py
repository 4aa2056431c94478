"""The sheet 成效统计: records, members and times of every 积分项目, and of every unit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lianghua_batch.analysis.activity import ProjectActivity, UnitActivity, activity
from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Row, SheetColumn, SheetTable, Value
from lianghua_batch.report.view import View

Values = Mapping[str, Value | None]


def build(view: View) -> SheetTable:
    """The 积分项目 by 维度, then the units committee by committee."""
    layout = view.layout("activity")
    width = layout["grid"]["columns"]
    found = activity(view.results)
    dimensions = [d.name for d in view.scheme.dimensions]
    quarters = view.results.county.period.quarters
    spread = layout["grid"]["spread"]  # the columns that the quarters share, and the dimensions
    headings = {
        "quarters": [view.period_name(q) for q in quarters],
        "dimensions": dimensions,
    }
    tables = {
        "projects": [_project(view, each, quarters) for each in _by_dimension(dimensions, found.projects)],
        "units": [_unit(view, each, dimensions) for each in _by_committee(view, found.units)],
    }
    rows: list[Row] = []
    for name, values in tables.items():
        section = layout["sections"][name]
        specs = _specs(section["columns"], headings, spread)
        rows += [
            sheet_table.band(section["title"], width, "caption"),
            sheet_table.band(section["note"], width, "note"),
            Row(sheet_table.spread_heading(specs)),
            *(Row(sheet_table.spread(view, specs, each.__getitem__)) for each in values),
            sheet_table.band("", width, "note"),
        ]
    return sheet_table.sheet(view, "activity", [SheetColumn("", layout["grid"]["width"])] * width, rows)


def _specs(columns: Sequence[Mapping[str, Any]], headings: Mapping[str, Sequence[str]], spread: int) -> list[Mapping]:
    """The columns of a section, one that is `each` replaced by one for every heading, together `spread` wide."""
    specs: list[Mapping[str, Any]] = []
    for spec in columns:
        if "each" not in spec:
            specs.append(spec)
            continue
        listed = headings[spec["each"]]
        spans = [spread // len(listed) + (n < spread % len(listed)) for n in range(len(listed))]
        specs += ({**spec, "name": h, "heading": h, "span": s} for h, s in zip(listed, spans, strict=True))
    return specs


def _by_dimension(dimensions: Sequence[str], listed: Iterable[ProjectActivity]) -> list[ProjectActivity]:
    return sorted(listed, key=lambda p: dimensions.index(p.project.dimension))


def _by_committee(view: View, listed: Sequence[UnitActivity]) -> Iterator[UnitActivity]:
    """Each committee before its branches, 机关工委直属 last."""
    committees = [each for each in listed if each.unit.level == COMMITTEE]
    for committee in committees:
        yield committee
        yield from (each for each in listed if each.unit.parent == committee.unit.id)
    ids = {each.unit.id for each in committees}
    yield from (each for each in listed if each.unit.id not in ids and each.unit.parent not in ids)


def _project(view: View, found: ProjectActivity, quarters: Sequence) -> Values:
    return {
        "dimension": found.project.dimension,
        "id": found.project.id,
        "name": found.project.name,
        "records": found.records,
        "members": found.members,
        **{view.period_name(q): found.by_quarter[q] for q in quarters},
    }


def _unit(view: View, found: UnitActivity, dimensions: Sequence[str]) -> Values:
    cohort = "" if found.unit.level == COMMITTEE else view.cohort_name(found.unit.parent or "")
    return {
        "cohort": cohort,
        "id": found.unit.id,
        "name": found.unit.name,
        "records": found.records,
        "members": found.members,
        **{name: found.by_dimension[name] for name in dimensions},
        "bonuses": found.bonuses,
        "bonus_points": found.bonus_points,
    }

"""The sheets 问题清单 and 整改台账: the findings of 督查, and the state of each 整改 on the period's last day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from lianghua_batch.analysis import rectification
from lianghua_batch.analysis.rectification import Counts, FoundProblem, Rectification
from lianghua_batch.core import exact
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Row, SheetTable, Value
from lianghua_batch.report.layout.sheet_table import Field
from lianghua_batch.report.view import View

_COUNTED = ("due", *rectification.STATES, "other_years")


def findings(view: View) -> SheetTable:
    """Every 督查打分 row with 存在问题, by unit, with its cell."""
    key = "findings"
    listed = rectification.findings(view.results.county)
    layout = view.layout(key)
    fields = sheet_table.fields(view, layout["columns"], {})
    filled = [_finding(view, finding) for finding in listed]
    rows = [sheet_table.row(view, fields, lambda f, v=values: v[f.name]) for values in filled]
    return _sheet(view, key, fields, rows)


def _sheet(view: View, key: str, fields: Sequence[Field], rows: Sequence[Row]) -> SheetTable:
    none = sheet_table.band(view.layout(key)["none"], len(fields), "text")
    return sheet_table.sheet(view, key, (f.column for f in fields), rows or [none], filtered=len(rows))


def _finding(view: View, finding: FoundProblem) -> Mapping[str, Value]:
    return {
        **_unit(finding.unit),
        "cohort": "" if finding.unit.level == COMMITTEE else view.cohort_name(finding.unit.parent or ""),
        "period": view.period_name(finding.period),
        "inspector": finding.inspector,
        "score": finding.score,
        "findings": finding.findings,
        "file": finding.source.file,
        "sheet": finding.source.sheet or "",
        "cell": finding.source.cell or "",
    }


def _unit(unit: Unit) -> Mapping[str, Value]:
    return {"unit_id": unit.id, "unit_name": unit.name}


# --- 整改台账 -------------------------------------------------------------------------------------------------------


def ledger(view: View) -> SheetTable:
    """Every 整改 under a line with its unit's counts, overdue ones first; above them the county's counts."""
    key = "rectification"
    listed = rectification.ledger(view.results.county)
    layout = view.layout(key)
    fields = sheet_table.fields(view, layout["columns"], {})
    counts = rectification.counts(view.results.county, view.results.scored, listed)
    rows = (
        [sheet_table.strip(_total(layout, counts), len(fields)), *_rows(view, fields, listed, counts)] if listed else []
    )
    return _sheet(view, key, fields, rows)


def _total(layout: Mapping[str, Any], counts: Sequence[Counts]) -> str:
    sums = {name: sum(getattr(c, name) for c in counts) for name in _COUNTED}
    return layout["all"].format(units=len(counts), **sums)


def _rows(
    view: View, fields: Sequence[Field], listed: Iterable[Rectification], counts: Iterable[Counts]
) -> Iterator[Row]:
    layout = view.layout("rectification")
    by_unit = {c.unit.id: c for c in counts}
    for unit_id, unit_entries in groupby(listed, key=lambda r: r.unit.id):
        yield sheet_table.strip(_unit_line(view, layout, by_unit[unit_id]), len(fields))
        yield from (_row(view, layout, fields, entry) for entry in unit_entries)


def _unit_line(view: View, layout: Mapping[str, Any], counts: Counts) -> str:
    rate = exact.text(view.scheme.final(counts.rate.value), view.scheme.parameters.places)
    numbers = {name: getattr(counts, name) for name in _COUNTED}
    return layout["unit"].format(name=counts.unit.name, id=counts.unit.id, rate=rate, **numbers)


def _row(view: View, layout: Mapping[str, Any], fields: Sequence[Field], entry: Rectification) -> Row:
    state = layout["states"][entry.state]
    values: Mapping[str, Value | None] = {
        **_unit(entry.unit),
        **{name: entry.row[name] or "" for name in ("issue", "origin", "measure", "owner")},
        "deadline": entry.deadline,
        "completed": entry.completed,
        "status": view.choice("rectification", "rectification", "status", entry.row["status"]),
        "state": state["label"],
        "days": entry.days or None,
    }
    styles = {"state": state["style"]}
    return Row(tuple(view.cell(values[f.name], styles.get(f.style, f.style)) for f in fields))

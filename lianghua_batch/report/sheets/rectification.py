"""The sheets 问题清单 and 整改台账: what 督查 found, and how far each 整改 was on the period's last day."""

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
    shown = sheet_table.fields(view, layout["columns"], {})
    filled = [_finding(view, its) for its in listed]
    rows = [sheet_table.row(view, shown, lambda f, v=values: v[f.name]) for values in filled]
    return _sheet(view, key, shown, rows)


def _sheet(view: View, key: str, shown: Sequence[Field], rows: Sequence[Row]) -> SheetTable:
    none = sheet_table.band(view.layout(key)["none"], len(shown), "text")
    return sheet_table.sheet(view, key, (f.column for f in shown), rows or [none], filtered=len(rows))


def _finding(view: View, its: FoundProblem) -> Mapping[str, Value]:
    return {
        **_unit(its.unit),
        "cohort": "" if its.unit.level == COMMITTEE else view.cohort_name(its.unit.parent or ""),
        "period": view.period_name(its.period),
        "inspector": its.inspector,
        "score": its.score,
        "findings": its.findings,
        "file": its.source.file,
        "sheet": its.source.sheet or "",
        "cell": its.source.cell or "",
    }


def _unit(unit: Unit) -> Mapping[str, Value]:
    return {"unit_id": unit.id, "unit_name": unit.name}


# --- 整改台账 -------------------------------------------------------------------------------------------------------


def ledger(view: View) -> SheetTable:
    """Every 整改 under a line with its unit's numbers, the overdue ones first; on top the numbers of all."""
    key = "rectification"
    listed = rectification.ledger(view.results.county)
    layout = view.layout(key)
    shown = sheet_table.fields(view, layout["columns"], {})
    counts = rectification.counts(view.results.county, view.results.scored, listed)
    rows = (
        [sheet_table.strip(_total(layout, counts), len(shown)), *_rows(view, shown, listed, counts)] if listed else []
    )
    return _sheet(view, key, shown, rows)


def _total(layout: Mapping[str, Any], counts: Sequence[Counts]) -> str:
    sums = {name: sum(getattr(c, name) for c in counts) for name in _COUNTED}
    return layout["all"].format(units=len(counts), **sums)


def _rows(
    view: View, shown: Sequence[Field], listed: Iterable[Rectification], counts: Iterable[Counts]
) -> Iterator[Row]:
    layout = view.layout("rectification")
    by_unit = {c.unit.id: c for c in counts}
    for unit_id, its in groupby(listed, key=lambda r: r.unit.id):
        yield sheet_table.strip(_unit_line(view, layout, by_unit[unit_id]), len(shown))
        yield from (_row(view, layout, shown, each) for each in its)


def _unit_line(view: View, layout: Mapping[str, Any], its: Counts) -> str:
    rate = exact.text(view.scheme.final(its.rate.value), view.scheme.parameters.places)
    numbers = {name: getattr(its, name) for name in _COUNTED}
    return layout["unit"].format(name=its.unit.name, id=its.unit.id, rate=rate, **numbers)


def _row(view: View, layout: Mapping[str, Any], shown: Sequence[Field], its: Rectification) -> Row:
    state = layout["states"][its.state]
    values: Mapping[str, Value | None] = {
        **_unit(its.unit),
        **{name: its.row[name] or "" for name in ("issue", "origin", "measure", "owner")},
        "deadline": its.deadline,
        "completed": its.completed,
        "status": view.choice("rectification", "rectification", "status", its.row["status"]),
        "state": state["label"],
        "days": its.days or None,
    }
    styles = {"state": state["style"]}
    return Row(tuple(view.cell(values[f.name], styles.get(f.style, f.style)) for f in shown))

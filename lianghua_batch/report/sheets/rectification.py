"""The sheets 问题清单 and 整改台账: what was found and taken up, and the state of each 整改 on the period's last day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lianghua_batch.analysis import rectification
from lianghua_batch.analysis.rectification import Counts, FoundProblem, Rectification
from lianghua_batch.core import exact
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Row, SheetTable, Value
from lianghua_batch.report.layout.sheet_table import Field
from lianghua_batch.report.view import View
from lianghua_batch.scoring.findings import round_of

_COUNTED = ("due", *rectification.STATES, "other_years", "unregistered")


def findings(view: View) -> SheetTable:
    """Every 存在问题 of 督查打分 and 监督员评分, by unit, with its number, what became of it, and its cell."""
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


def _finding(view: View, found: FoundProblem) -> Mapping[str, Value | None]:
    layout, finding, place = view.layout("findings"), found.finding, found.finding.row.ref("findings")
    return {
        **_unit(found.unit),
        "cohort": "" if found.unit.level == COMMITTEE else view.cohort_name(found.unit.parent or ""),
        "number": finding.number,
        "period": view.period_name(finding.period),
        "finder": finding.finder,
        "score": found.score,
        "findings": finding.text,
        "advice": finding.row["advice"] or "",
        "rectify_by": finding.rectify_by,
        "state": "" if found.state is None else layout["states"][found.state],
        "repeats": view.listed(_repeats(layout, found)),
        "file": place.file,
        "sheet": place.sheet or "",
        "cell": place.cell or "",
    }


def _repeats(layout: Mapping[str, Any], found: FoundProblem) -> Iterator[str]:
    """How often the unit has the problem, and how many units have it, where it is more than once."""
    if found.times > 1:
        yield layout["times"].format(count=found.times)
    if found.units > 1:
        yield layout["units"].format(count=found.units)


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
        [sheet_table.strip(_total(layout, counts), len(fields)), *_rows(view, fields, listed, counts)] if counts else []
    )
    return _sheet(view, key, fields, rows)


def _total(layout: Mapping[str, Any], counts: Sequence[Counts]) -> str:
    sums = {name: sum(getattr(c, name) for c in counts) for name in _COUNTED}
    return layout["all"].format(units=len(counts), **sums)


def _rows(
    view: View, fields: Sequence[Field], listed: Iterable[Rectification], counts: Sequence[Counts]
) -> Iterator[Row]:
    layout = view.layout("rectification")
    by_unit: dict[str, list[Rectification]] = {c.unit.id: [] for c in counts}
    for entry in listed:
        by_unit[entry.unit.id].append(entry)
    for unit_counts in counts:
        yield sheet_table.strip(_unit_line(view, layout, unit_counts), len(fields))
        yield from (_row(view, layout, fields, entry) for entry in by_unit[unit_counts.unit.id])


def _unit_line(view: View, layout: Mapping[str, Any], counts: Counts) -> str:
    rate = exact.text(view.scheme.final(counts.rate.value), view.scheme.parameters.places)
    numbers = {name: getattr(counts, name) for name in _COUNTED}
    return layout["unit"].format(name=counts.unit.name, id=counts.unit.id, rate=rate, **numbers)


def _row(view: View, layout: Mapping[str, Any], fields: Sequence[Field], entry: Rectification) -> Row:
    state = layout["states"][entry.state]
    values: Mapping[str, Value | None] = {
        **_unit(entry.unit),
        **{name: entry.row[name] or "" for name in ("issue", "origin", "measure", "owner")},
        "number": entry.number or "",
        "round": round_of(entry.row) if entry.row["issue_id"] is not None else None,
        "verdict": _verdict(view, entry.row),
        "deadline": entry.deadline,
        "completed": entry.completed,
        "status": view.choice("rectification", "rectification", "status", entry.row["status"]),
        "state": state["label"],
        "days": entry.days or None,
    }
    styles = {"state": state["style"]}
    return Row(tuple(view.cell(values[f.name], styles.get(f.style, f.style)) for f in fields))


def _verdict(view: View, row: Record) -> str:
    """What a 复查 found, and on which day."""
    listed = [view.choice("rectification", "rectification", "verdict", row["verdict"])] if row["verdict"] else []
    if row["reviewed"] is not None:
        listed.append(row["reviewed"].date().isoformat())
    return " ".join(listed)

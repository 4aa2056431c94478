"""The sheet 加减分明细: every 加减分 row, counted or not, with its cell; the counted amounts sum to the published numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lianghua_batch.core import exact
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.scheme import COMMITTEE, PASSED
from lianghua_batch.model.scores import Contribution
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Family, Key, Row, SheetTable, Value
from lianghua_batch.report.view import View, as_date
from lianghua_batch.scoring.results import UnitResult


@dataclass(frozen=True)
class BonusRow:
    """One row of the sheet: a filed row (`record`), or the amount that a cap cut (`limit`)."""

    unit_id: str
    kind: str
    amount: Fraction
    record: Record | None = None
    limit: Contribution | None = None


def build(view: View) -> SheetTable:
    """Units by level and code, each with its rows kind by kind in order of dates, then the amounts cut by caps."""
    layout = view.layout("bonus")
    fields = sheet_table.fields(view, layout["columns"], {})
    rows = []
    for entry in entries(view):
        values = _values(view, layout["counted"], entry)
        keys = {"points": _key(entry.record)} if entry.record else {}
        rows.append(Row(tuple(view.cell(values[f.name], f.style, key=keys.get(f.name)) for f in fields)))
    filtered = len(rows)
    return sheet_table.sheet(
        view, "bonus", (f.column for f in fields), rows or [_none(layout, len(fields))], filtered=filtered
    )


def _none(layout: Mapping[str, Any], columns: int) -> Row:
    return sheet_table.band(layout["none"], columns, "text")


def entries(view: View) -> list[BonusRow]:
    """Every filed row and every limit, in the order of the sheet."""
    kinds = list(view.choices("bonus", "bonus", "kind"))
    results = {r.unit.id: r for r in (*view.results.committees, *view.results.branches)}
    counted = {
        part.source: part.amount for r in results.values() for kind in kinds for part in getattr(r.scores, kind).parts
    }
    rows = [r for r in view.results.county.tables["bonus"].records() if _is_complete(view, r)]
    found = [BonusRow(r["unit_id"], r["kind"], counted.get(r.ref("points"), exact.ZERO), record=r) for r in rows]
    for result in results.values():
        found += _limits(result, kinds)
    return sorted(found, key=lambda e: _order(view, kinds, e))


def counted_keys(view: View, unit_id: str, kind: str) -> list[Key]:
    """The keys of the 分值 cells of a unit's counted rows of one kind."""
    rows = view.results.county.rows_by_unit("bonus").get(unit_id, ())
    return [_key(r) for r in rows if r["kind"] == kind and r["review"] == PASSED and r["points"] is not None]


def _key(row: Record) -> Key:
    return (Family.BONUS, row.index)


def _is_complete(view: View, row: Record) -> bool:
    """Whether a filed row is complete and of a ranked unit: a draft has rows with errors too."""
    county = view.results.county
    whole = all(row[name] is not None for name in ("kind", "points", "date", "review"))
    return whole and row["unit_id"] in county.roster.units and row["unit_id"] not in county.left_out


def _limits(result: UnitResult, kinds: list[str]) -> Iterator[BonusRow]:
    """Rows for the parts of a unit's bonus scores that are not filed but come from a cap."""
    for kind in kinds:
        for part in getattr(result.scores, kind).parts:
            if part.kind == "cap":
                yield BonusRow(result.unit.id, kind, part.amount, limit=part)


def _order(view: View, kinds: list[str], entry: BonusRow) -> tuple:
    is_branch = view.unit(entry.unit_id).level != COMMITTEE
    if entry.record is None:
        return (is_branch, entry.unit_id, kinds.index(entry.kind), True)
    return (is_branch, entry.unit_id, kinds.index(entry.kind), False, as_date(entry.record["date"]), entry.record.index)


def _values(view: View, words: Mapping[str, str], entry: BonusRow) -> Mapping[str, Value | None]:
    shared = {
        "unit_id": entry.unit_id,
        "unit_name": view.unit(entry.unit_id).name,
        "kind": view.choice("bonus", "bonus", "kind", entry.kind),
        "amount": entry.amount,
    }
    if entry.record is None:
        blank = dict.fromkeys(("date", "points"), None) | dict.fromkeys(
            ("basis", "review", "file", "sheet", "cell"), ""
        )
        return {**shared, **blank, "event": entry.limit.item, "basis": entry.limit.clause, "status": words["limit"]}
    row = entry.record
    place: SourceRef = row.ref("points")
    return {
        **shared,
        "date": as_date(row["date"]),
        "event": row["event"],
        "basis": row["basis"],
        "points": exact.from_hundredths(row["points"]),
        "review": view.choice("bonus", "bonus", "review", row["review"]),
        "status": _status(view, words, entry),
        "file": place.file,
        "sheet": place.sheet,
        "cell": place.cell,
    }


def _status(view: View, words: Mapping[str, str], entry: BonusRow) -> str:
    row = entry.record
    if row["review"] != PASSED:
        return words["rejected"].format(review=view.choice("bonus", "bonus", "review", row["review"]))
    if view.results.county.roster.unit(entry.unit_id, view.period.last_day) is None:
        return words["no_unit"]
    return words["counted"] if entry.amount else words["included"]

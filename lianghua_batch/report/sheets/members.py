"""The sheet 党员积分: the scored members by branch, then the members on the roster who were not scored, with the reason."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from lianghua_batch.analysis import explanation_unscored
from lianghua_batch.core import exact
from lianghua_batch.model.roster import Member
from lianghua_batch.model.scores import Score
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Cell, Row, SheetTable, Value
from lianghua_batch.report.layout.sheet_table import Field, Item
from lianghua_batch.report.sheets import formulas, member_formulas
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import MemberResult

_WHO = ("branch", "id", "name", "party_group", "class")


def build(view: View) -> SheetTable:
    """Members branch by branch in rank order, under a line that names the branch."""
    layout = view.layout("members")
    fields = sheet_table.fields(view, layout["columns"], _periods(view))
    rows: list[Row] = []
    for branch, ranked in groupby(view.results.members, key=lambda r: r.member.branch):
        rows.append(sheet_table.strip(_branch_text(view, layout, branch), len(fields)))
        listed = list(ranked)
        ids = [r.member.id for r in listed]
        rows += (_row(view, layout, fields, r, ids) for r in listed)
    scored = len(rows)
    absent = explanation_unscored.members(view.results)
    if absent:
        rows.append(sheet_table.band(layout["unscored"].format(count=len(absent)), len(fields)))
        rows += (_unscored_row(view, fields, member, reason) for member, reason in absent)
    return sheet_table.sheet(view, "members", (f.column for f in fields), rows, filtered=scored)


def _branch_text(view: View, layout: Mapping[str, Any], branch: str) -> str:
    """The line above a branch's members: its name, committee, number of scored members and their mean."""
    unit, result = view.unit(branch), view.branch_results.get(branch)
    mean = result.scores.member_mean if result else None
    return layout["branch"].format(
        name=unit.name,
        cohort=view.cohort_name(unit.parent or ""),
        count=view.member_counts[branch],
        mean=exact.text(view.scheme.final(mean.value), view.scheme.parameters.places)
        if mean
        else view.words["missing"],
    )


def _periods(view: View) -> Mapping[str, Sequence[Item]]:
    return {
        "months": [Item(m, view.period_name(m)) for m in view.period.months],
        "quarters": [Item(q, view.period_name(q)) for q in view.period.quarters],
    }


def _who(view: View, member: Member, name: str) -> str:
    if name == "class":
        return view.choice("roster", "members", "member_class", "probationary" if member.probationary else "full")
    return getattr(member, name)


def _row(
    view: View, layout: Mapping[str, Any], fields: Sequence[Field], result: MemberResult, branch: Sequence[str]
) -> Row:
    live = member_formulas.row_formulas(result, branch)
    cells = []
    for field in fields:
        column = field.name if field.item is None else str(field.item)
        value = _value(view, layout, result, field)
        key = formulas.member_key(result.member.id, column)
        cells.append(view.cell(value, field.style, key=key, formula=live.get(column)))
    return Row(tuple(cells), level=1)


def _value(view: View, layout: Mapping[str, Any], result: MemberResult, field: Field) -> Value | Score | None:
    quarter, year = result.quarters[-1], result.year
    if field.name in _WHO:
        return _who(view, result.member, field.name)
    if field.name == "months":
        return view.results.scored.months.get((result.member.id, field.item))
    if field.name == "quarters":
        return next((q.approved for q in result.quarters if q.period == field.item), None)
    if field.name in ("review", "total"):
        return getattr(year, field.name)
    if field.name == "quarter_points":
        return quarter.points
    if field.name == "percent":
        return quarter.percent
    if field.name == "adjustment":
        adjustment = quarter.row["adjustment"] if quarter.row is not None else None
        return exact.from_hundredths(adjustment) if adjustment is not None else None
    if field.name == "remark":
        return view.listed(remarks(view, layout, result))
    return getattr(result, field.name)


def remarks(view: View, layout: Mapping[str, Any], result: MemberResult) -> list[str]:
    """The remarks on one member's row."""
    words, member = layout["remarks"], result.member
    scored = view.results.scored
    found = []
    if view.is_year and scored.diary.vetoes.get(member.id):
        found.append(words["veto"])
    if result.held_back:
        found.append(words["held_back"])
    if view.is_year and len(result.quarters) < view.scheme.parameters.min_quarters:
        found.append(words["few_quarters"].format(count=len(result.quarters)))
    if not view.is_year and result.quarters[-1].row is not None:
        row = result.quarters[-1].row
        if row["adjustment"]:
            found.append(words["adjustment"].format(reason=row["adjustment_reason"]))
    exempt = [m for m in view.period.months if (member.id, m) in scored.eligibility.exempt]
    if exempt:
        found.append(words["exempt"].format(months=view.listed(view.period_name(m) for m in exempt)))
    return found


def _unscored_row(view: View, fields: Sequence[Field], member: Member, reason: str) -> Row:
    """The member's details, then the reason across the columns of numbers."""
    who = [f for f in fields if f.name in _WHO]
    cells = [view.cell(_who(view, member, f.name), f.style) for f in who]
    return Row((*cells, Cell(reason, "text", len(fields) - len(who))))

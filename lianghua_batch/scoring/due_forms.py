"""What is due from whom (spec §2, §4–§6): the forms of branches, and the rows about a unit in the forms of 机关工委."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.periods import MONTH, QUARTER, YEAR, Period
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Member, Unit
from lianghua_batch.model.scheme import COMMITTEE, Indicator
from lianghua_batch.scoring.eligibility import Scope
from lianghua_batch.scoring.raters import inspection_periods


class DueForm(NamedTuple):
    """One form of one unit for one period: filed by it, or with rows about it."""

    form: str
    unit: str
    period: Period


# --- forms of branches ---------------------------------------------------------------------------------------------


def by_calendar(county: County, branch: str) -> list[DueForm]:
    """The forms of a branch for every month, quarter and year at whose end it exists, with members or without (报送率)."""
    by_kind = {
        MONTH: county.period.months,
        QUARTER: county.period.quarters,
        YEAR: [county.period] if county.is_year else [],
    }
    return [
        DueForm(form.name, branch, period)
        for form in definitions().values()
        if form.by_branch and (form.name != "monthly_score" or scores_are_filed(county))
        for period in by_kind[form.periods[0]]
        if county.roster.exists(branch, period.last_day)
    ]


def by_members(county: County, scope: Scope) -> Iterator[DueForm]:
    """The forms of all branches that somebody needs: who takes part in a month, a quarter or a year."""
    monthly = ["daily_record", *(["monthly_score"] if scores_are_filed(county) else [])]
    for month in county.period.months:
        for branch in county.roster.branches_with_members(month.last_day):
            yield from (DueForm(form, branch, month) for form in monthly)
    for quarter in county.period.quarters:
        for branch in county.roster.branches_with_members(quarter.last_day):
            if in_quarter(county, scope, branch, quarter):
                yield DueForm("quarterly_summary", branch, quarter)
    if county.is_year:
        yield from _reviews(county, scope)


def scores_are_filed(county: County) -> bool:
    """Whether 月积分口径 asks for 月打分."""
    return county.scheme.parameters.month_basis == "group_score"


def in_quarter(county: County, scope: Scope, branch: str, quarter: Period) -> list[Member]:
    """The members whom a branch's 季汇总 is to hold: those of the quarter's last day with a month in scope."""
    return [m for m in county.roster.scored_in(branch, quarter.last_day) if scope.months_of(m.id, quarter)]


def in_year(county: County, scope: Scope, branch: str) -> list[Member]:
    """The members of a branch on the year's last day who have a quarter."""
    return [
        m
        for m in county.roster.scored_in(branch, county.period.last_day)
        if any(scope.months_of(m.id, q) and county.roster.scored(m.id, q.last_day) for q in county.period.quarters)
    ]


def _reviews(county: County, scope: Scope) -> Iterator[DueForm]:
    """年评议 of branches with a 正式党员 whom no other branch has reviewed."""
    reviewers: dict[str, set[str | None]] = defaultdict(set)
    for row in county.tables["annual_review"].records():
        reviewers[row["member_id"]].add(row.origin.unit)
    for branch in county.roster.branches_with_members(county.period.last_day):
        if any(not m.probationary and reviewers[m.id] <= {branch} for m in in_year(county, scope, branch)):
            yield DueForm("annual_review", branch, county.period)


# --- rows in the forms of 机关工委 ---------------------------------------------------------------------------------


def by_county(county: County, unit: Unit) -> Iterator[DueForm]:
    """The forms that are to have a row about a unit of the period's last day."""
    yield from (DueForm("inspection", unit.id, period) for period in inspection_periods(county, unit))
    if county.is_year:
        if indicators(county, unit):
            yield DueForm("indicator_value", unit.id, county.period)
        yield from (DueForm(form, unit.id, county.period) for form in ("supervisor_score", "satisfaction"))


def lacks_rows(county: County, unit: Unit, due: DueForm) -> bool:
    """Whether one of `by_county` has not all its rows."""
    if due.form == "inspection":
        return due.period in inspections_lacking(county, unit)
    if due.form == "indicator_value":
        return bool(indicators_lacking(county, unit))
    if due.form == "satisfaction":
        return bool(audiences_lacking(county, unit))
    return not county.rows_by_unit(due.form).get(unit.id)


def inspections(county: County, unit: Unit) -> list[Period]:
    """The periods of a unit's 督查; where it owes none of a year, which is an error, the year itself."""
    if unit.level == COMMITTEE and not county.is_year:
        return []
    return inspection_periods(county, unit) or [county.period]


def inspections_lacking(county: County, unit: Unit) -> list[Period]:
    """The periods of a unit's 督查 without a mark."""
    marked = {r.origin.period for r in county.rows_by_unit("inspection").get(unit.id, ())}
    return [period for period in inspections(county, unit) if period not in marked]


def indicators(county: County, unit: Unit) -> list[Indicator]:
    """The indicators whose 实际值 is filed for a unit."""
    applied = county.scheme.indicators_for(unit.id, unit.level, unit.group)
    return [indicator for indicator in applied if indicator.metric == "filed"]


def indicators_lacking(county: County, unit: Unit) -> list[Indicator]:
    """Those of `indicators` without a row."""
    filed = {r["indicator_id"] for r in county.rows_by_unit("indicator_value").get(unit.id, ())}
    return [indicator for indicator in indicators(county, unit) if indicator.id not in filed]


def audiences_lacking(county: County, unit: Unit) -> list[str]:
    """The 测评对象 without a row: 党员群众 for every unit, 服务对象 for those that must have them."""
    asked = {r["audience"] for r in county.rows_by_unit("satisfaction").get(unit.id, ())}
    always = county.scheme.parameters.without_clients == "error"
    wanted = ["masses", "clients"] if always or unit.service_window else ["masses"]
    return [audience for audience in wanted if audience not in asked]

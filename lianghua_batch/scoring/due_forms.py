"""Due forms (spec §2, §4–§6): what each branch must file, and which rows about a unit the forms of 机关工委 must have."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.periods import MONTH, QUARTER, YEAR, Period
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Member, Unit
from lianghua_batch.model.scheme import COMMITTEE, Indicator
from lianghua_batch.scoring.eligibility import Eligibility
from lianghua_batch.scoring.raters import inspection_periods


class DueForm(NamedTuple):
    """One form for one unit and period: filed by the unit, or with rows about it."""

    form: str
    unit: str
    period: Period


# --- forms of branches ---------------------------------------------------------------------------------------------


def by_calendar(county: County, branch: str) -> list[DueForm]:
    """Return the forms of a branch for every month, quarter and year at whose end it exists, with or without members (报送率)."""
    by_kind = {
        MONTH: county.period.months,
        QUARTER: county.period.quarters,
        YEAR: [county.period] if county.is_year else [],
    }
    return [
        DueForm(form.name, branch, period)
        for form in definitions().values()
        if form.by_branch and not form.optional and (form.name != "monthly_score" or scores_are_filed(county))
        for period in by_kind[form.periods[0]]
        if county.roster.exists(branch, period.last_day)
    ]


def by_members(county: County, eligibility: Eligibility) -> Iterator[DueForm]:
    """Yield the forms that branches must file because a member takes part in that month, quarter or year."""
    monthly = ["daily_record", *(["monthly_score"] if scores_are_filed(county) else [])]
    for month in county.period.months:
        for branch in county.roster.branches_with_members(month.last_day):
            yield from (DueForm(form, branch, month) for form in monthly)
    for quarter in county.period.quarters:
        for branch in county.roster.branches_with_members(quarter.last_day):
            if in_quarter(county, eligibility, branch, quarter):
                yield DueForm("quarterly_summary", branch, quarter)
    if county.is_year:
        yield from _reviews(county, eligibility)


def scores_are_filed(county: County) -> bool:
    """Whether 月积分口径 asks for 月打分."""
    return county.scheme.parameters.month_basis == "group_score"


def in_quarter(county: County, eligibility: Eligibility, branch: str, quarter: Period) -> list[Member]:
    """Return the members whom a branch's 季汇总 must hold: those of the quarter's last day with a month that counts."""
    return [m for m in county.roster.scored_in(branch, quarter.last_day) if eligibility.counted_months(m.id, quarter)]


def in_year(county: County, eligibility: Eligibility, branch: str) -> list[Member]:
    """Return the members of a branch on the year's last day who have a quarter that counts."""
    return [
        m
        for m in county.roster.scored_in(branch, county.period.last_day)
        if any(
            eligibility.counted_months(m.id, q) and county.roster.scored(m.id, q.last_day)
            for q in county.period.quarters
        )
    ]


def _reviews(county: County, eligibility: Eligibility) -> Iterator[DueForm]:
    """年评议 of branches with a 正式党员 whom no other branch has reviewed."""
    reviewers: dict[str, set[str | None]] = defaultdict(set)
    for row in county.tables["annual_review"].records():
        reviewers[row["member_id"]].add(row.origin.unit)
    for branch in county.roster.branches_with_members(county.period.last_day):
        if any(not m.probationary and reviewers[m.id] <= {branch} for m in in_year(county, eligibility, branch)):
            yield DueForm("annual_review", branch, county.period)


# --- rows in the forms of 机关工委 ---------------------------------------------------------------------------------


def by_county(county: County, unit: Unit) -> Iterator[DueForm]:
    """Yield the forms that must have a row about a unit that exists on the period's last day."""
    yield from (DueForm("inspection", unit.id, period) for period in inspection_periods(county, unit))
    if county.is_year:
        if indicators(county, unit):
            yield DueForm("indicator_value", unit.id, county.period)
        yield from (DueForm(form, unit.id, county.period) for form in ("supervisor_score", "satisfaction"))


def has_missing_rows(county: County, unit: Unit, due: DueForm) -> bool:
    """Whether a form of `by_county` lacks a row about the unit."""
    if due.form == "inspection":
        return due.period in missing_inspections(county, unit)
    if due.form == "indicator_value":
        return bool(missing_indicators(county, unit))
    if due.form == "satisfaction":
        return bool(missing_audiences(county, unit))
    return not county.rows_by_unit(due.form).get(unit.id)


def inspections(county: County, unit: Unit) -> list[Period]:
    """Return the periods of a unit's 督查; in a year without any, which is an error, the year itself."""
    if not county.period.quarters or (unit.level == COMMITTEE and not county.is_year):
        return []
    return inspection_periods(county, unit) or [county.period]


def missing_inspections(county: County, unit: Unit) -> list[Period]:
    """Return the periods of a unit's 督查 that have no mark."""
    marked = {r.origin.period for r in county.rows_by_unit("inspection").get(unit.id, ())}
    return [period for period in inspections(county, unit) if period not in marked]


def indicators(county: County, unit: Unit) -> list[Indicator]:
    """Return the indicators whose 实际值 must be filed for a unit."""
    applied = county.scheme.indicators_for(unit.id, unit.level, unit.group)
    return [indicator for indicator in applied if indicator.metric == "filed"]


def missing_indicators(county: County, unit: Unit) -> list[Indicator]:
    """Return those of `indicators` that have no row."""
    filed = {r["indicator_id"] for r in county.rows_by_unit("indicator_value").get(unit.id, ())}
    return [indicator for indicator in indicators(county, unit) if indicator.id not in filed]


def missing_audiences(county: County, unit: Unit) -> list[str]:
    """Return the 测评对象 that have no row: 党员群众 for every unit, 服务对象 and 述职评议 for those that must have them."""
    asked = {r["audience"] for r in county.rows_by_unit("satisfaction").get(unit.id, ())}
    always = county.scheme.parameters.without_clients == "error"
    wanted = ["masses", "clients"] if always or unit.service_window else ["masses"]
    applied = county.scheme.indicators_for(unit.id, unit.level, unit.group)
    if any(indicator.metric == "report_review" for indicator in applied):
        wanted.append("report_review")
    return [audience for audience in wanted if audience not in asked]

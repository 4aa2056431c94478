"""What is due and not there: forms, rows of members, ratings, 督查, actual values (spec §4–§6)."""

from collections.abc import Iterator, Mapping

from lianghua_batch.county import County
from lianghua_batch.forms import definitions
from lianghua_batch.periods import Period
from lianghua_batch.problems import Problem, problem
from lianghua_batch.provenance import SourceRef
from lianghua_batch.roster import Unit
from lianghua_batch.scheme import BRANCH, COMMITTEE
from lianghua_batch.scoring.members import Members, reviews_of
from lianghua_batch.scoring.raters import inspection_periods
from lianghua_batch.tables import Origin

NOWHERE = SourceRef("")  # a form that is not there has no place


def check(county: County, members: Members) -> list[Problem]:
    """Everything that is missing for the period."""
    problems = [*_diaries(county, members), *_months(county, members), *_quarters(county, members)]
    if county.is_year:
        problems += _reviews(county, members)
    for level in (BRANCH, COMMITTEE):
        for unit in county.roster.units_on(county.period.last_day, level):
            problems += _inspections(county, unit)
            if county.is_year:
                problems += _year_end(county, unit)
    return problems


def _missing_form(county: County, form: str, branch: str, period: Period) -> Problem:
    code = "W301" if form == "daily_record" else "E306"
    unit = county.roster.unit(branch, period.last_day)
    return problem(code, NOWHERE, unit=unit, period=period, form=definitions()[form].label)


def _origins(county: County, form: str) -> Mapping[tuple[str, Period], Origin]:
    return {(o.unit, o.period): o for o in county.tables[form].origins}


def _diaries(county: County, members: Members) -> Iterator[Problem]:
    for month in county.period.months:
        for branch in county.roster.branches_with_members(month.last_day):
            if ("daily_record", branch, month) not in county.filed:
                yield _missing_form(county, "daily_record", branch, month)


def _months(county: County, members: Members) -> Iterator[Problem]:
    """Every member-month due has its 月打分 row, unless 月积分口径 asks for none."""
    if county.scheme.parameters.month_basis != "group_score":
        return
    rows = county.rows_by_member("monthly_score")
    origins = _origins(county, "monthly_score")
    lacking: dict[tuple[str, Period], None] = {}
    for (member_id, month), member in members.scope.due.items():
        if not county.period.contains(month) or (member_id, member.branch, month) in rows:
            continue
        origin = origins.get((member.branch, month))
        if origin is None:
            lacking[member.branch, month] = None
        else:
            yield problem("E307", origin.place(), value=member_id, member=member, period=month)
    yield from (_missing_form(county, "monthly_score", *key) for key in lacking)


def _quarters(county: County, members: Members) -> Iterator[Problem]:
    """Every member with a month in scope stands in the quarter's 季汇总 of the branch of its last day, and nobody else."""
    rows = county.rows_by_member("quarterly_summary")
    origins = _origins(county, "quarterly_summary")
    for quarter in county.period.quarters:
        for branch in county.roster.branches_with_members(quarter.last_day):
            due = [
                m for m in county.roster.scored_in(branch, quarter.last_day) if members.scope.months_of(m.id, quarter)
            ]
            origin = origins.get((branch, quarter))
            if origin is None:
                if due:
                    yield _missing_form(county, "quarterly_summary", branch, quarter)
                continue
            for member in due:
                if (member.id, branch, quarter) not in rows:
                    yield problem("E317", origin.place(), value=member.id, member=member, period=quarter)
    for (member_id, branch, quarter), row in rows.items():
        member = county.roster.scored(member_id, quarter.last_day) if quarter else None
        if member is not None and member.branch == branch and not members.scope.months_of(member_id, quarter):
            yield problem("E318", row.ref("member_id"), value=member_id, member=member, period=quarter)


def _reviews(county: County, members: Members) -> Iterator[Problem]:
    """Every 正式党员 with a quarter has a 年评议, from whichever branch; who has no year needs none."""
    reviewed = {r["member_id"] for r in county.tables["annual_review"].records()}
    origins = _origins(county, "annual_review")
    day = county.period.last_day
    for branch in county.roster.branches_with_members(day):
        lacking = [
            m
            for m in county.roster.scored_in(branch, day)
            if not m.probationary
            and m.id not in reviewed
            and any(
                members.scope.months_of(m.id, q) and county.roster.scored(m.id, q.last_day)
                for q in county.period.quarters
            )
        ]
        origin = origins.get((branch, county.period))
        if origin is None and lacking:
            yield _missing_form(county, "annual_review", branch, county.period)
        elif origin is not None:
            yield from (problem("E319", origin.place(), value=m.id, member=m) for m in lacking)
    yield from _idle_reviews(county, members)


def _idle_reviews(county: County, members: Members) -> Iterator[Problem]:
    """年评议 rows of members who have no year: not taken part, left, or never scored."""
    with_vote = reviews_of(county)
    for row in county.tables["annual_review"].records():
        rows = county.roster.members.get(row["member_id"])
        if rows is None or row["member_id"] not in with_vote or row["member_id"] in members.years:
            continue
        if members.quarters_of(row["member_id"], county.period) and county.roster.scored(
            row["member_id"], county.period.last_day
        ):
            continue
        place = row.ref("member_id")
        yield problem("W307", place, value=row["member_id"], member=rows[-1], year=county.period.year)


def _inspections(county: County, unit: Unit) -> Iterator[Problem]:
    if not county.is_year and unit.level == COMMITTEE:
        return
    marked = {r.origin.period for r in county.rows_by_unit("inspection").get(unit.id, ())}
    owed = inspection_periods(county, unit)
    for period in owed or [county.period]:
        if period not in marked:
            yield problem("E326", NOWHERE, value=unit.id, unit=unit, period=period)


def _year_end(county: County, unit: Unit) -> Iterator[Problem]:
    filed = {r["indicator_id"] for r in county.rows_by_unit("indicator_value").get(unit.id, ())}
    for indicator in county.scheme.indicators_for(unit.id, unit.level, unit.group):
        if indicator.metric == "filed" and indicator.id not in filed:
            yield problem("E327", NOWHERE, value=indicator.id, unit=unit, indicator=indicator.id, name=indicator.name)
    if not county.rows_by_unit("supervisor_score").get(unit.id):
        yield problem("E331", NOWHERE, value=unit.id, unit=unit)
    audiences = {r["audience"] for r in county.rows_by_unit("satisfaction").get(unit.id, ())}
    required = ["masses"]
    if unit.service_window or county.scheme.parameters.without_clients == "error":
        required.append("clients")
    labels = definitions()["satisfaction"].sheet("satisfaction").column("audience").choices
    for audience in required:
        if audience not in audiences:
            yield problem("E332", NOWHERE, value=unit.id, unit=unit, audience=labels[audience])

"""What is due and not there: forms, rows of members, ratings, 督查, actual values (spec §4–§6)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from lianghua_batch.core import periods
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.periods import YEAR, Period
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake.sheet_records import Origin
from lianghua_batch.intake.tables import ORIGIN
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import BRANCH, COMMITTEE
from lianghua_batch.scoring import due_forms
from lianghua_batch.scoring.members import Members, review_scores

NOWHERE = SourceRef("")  # a form that is not there has no place


def check(county: County, members: Members) -> list[Problem]:
    """Everything that is missing for the period."""
    due = due_forms.by_members(county, members.eligibility)
    problems = [_missing_form(county, *form) for form in due if form not in county.filed]
    problems += [*_months(county, members), *_quarters(county, members)]
    if county.is_year:
        problems += _reviews(county, members)
    for level in (BRANCH, COMMITTEE):
        for unit in county.roster.units_on(county.period.last_day, level):
            problems += _inspections(county, unit)
            if county.is_year:
                problems += _year_end(county, unit)
    return problems


def _missing_form(county: County, form: str, branch: str, period: Period) -> Problem:
    code = Code.MISSING_DAILY_RECORD if form == "daily_record" else Code.MISSING_FORM
    unit = county.roster.unit(branch, period.last_day)
    return replace(problem(code, NOWHERE, unit=unit, period=period, form=definitions()[form].label), form=form)


def without_forms_not_due(problems: Iterable[Problem], day: dt.date) -> list[Problem]:
    """Leave out that a form, or a row of one, is missing that is in time after `day` still."""
    return [p for p in problems if not (p.form and not p.place.file and p.period and day <= _due_by(p))]


def _due_by(found: Problem) -> dt.date:
    return definitions()[found.form].due_by(periods.parse(found.period))


def _origins(county: County, form: str) -> Mapping[tuple[str, Period], Origin]:
    """The sheets of a form that have the member's column: without it no row of a member can be missing."""
    origins = county.tables[form].origins
    lacking = {(o.unit, o.period) for o in origins if "member_id" not in o.columns}
    return {(o.unit, o.period): o for o in origins if (o.unit, o.period) not in lacking}


def _rows_without_member(county: County, form: str) -> set[tuple[str, str | None, Period | None]]:
    """The names, each with its form's branch and period, of rows whose code is missing or unknown: such a member has a row."""
    table = county.tables[form]
    lost = table.frame[~table.frame["member_id"].isin(list(county.roster.members))].dropna(subset=["member_name"])
    named = zip(lost["member_name"], (table.origins[n] for n in lost[ORIGIN]), strict=True)
    return {(name, origin.unit, origin.period) for name, origin in named}


def _months(county: County, members: Members) -> Iterator[Problem]:
    """Every member-month due has its row in the branch's 月打分, unless 月积分口径 asks for none."""
    if not due_forms.scores_are_filed(county):
        return
    rows = county.rows_by_member("monthly_score")
    origins, unknown = _origins(county, "monthly_score"), _rows_without_member(county, "monthly_score")
    for (member_id, month), member in members.eligibility.due.items():
        origin = origins.get((member.branch, month))
        if origin is None or not county.period.contains(month) or (member_id, member.branch, month) in rows:
            continue
        if (member.name, member.branch, month) not in unknown:
            yield problem(Code.MISSING_MONTHLY_SCORE, origin.place(), value=member_id, member=member, period=month)


def _quarters(county: County, members: Members) -> Iterator[Problem]:
    """Every member with a month in scope stands in the 季汇总 of the branch of the quarter's last day, and nobody else."""
    rows = county.rows_by_member("quarterly_summary")
    unknown = _rows_without_member(county, "quarterly_summary")
    for (branch, quarter), origin in _origins(county, "quarterly_summary").items():
        for member in due_forms.in_quarter(county, members.eligibility, branch, quarter) if quarter else ():
            if (member.id, branch, quarter) not in rows and (member.name, branch, quarter) not in unknown:
                yield problem(
                    Code.MISSING_QUARTERLY_SUMMARY, origin.place(), value=member.id, member=member, period=quarter
                )
    for (member_id, branch, quarter), row in rows.items():
        member = county.roster.scored(member_id, quarter.last_day) if quarter else None
        if (
            member is not None
            and member.branch == branch
            and not members.eligibility.counted_months(member_id, quarter)
        ):
            yield problem(Code.NO_ELIGIBLE_MONTHS, row.ref("member_id"), value=member_id, member=member, period=quarter)


def _reviews(county: County, members: Members) -> Iterator[Problem]:
    """Every 正式党员 with a quarter has a 年评议, from whichever branch; who has no year needs none."""
    reviewed = {r["member_id"] for r in county.tables["annual_review"].records()}
    unknown = _rows_without_member(county, "annual_review")
    for (branch, year), origin in _origins(county, "annual_review").items():
        for member in due_forms.in_year(county, members.eligibility, branch):
            if not member.probationary and member.id not in reviewed and (member.name, branch, year) not in unknown:
                yield problem(Code.MISSING_ANNUAL_REVIEW, origin.place(), value=member.id, member=member)
    yield from _idle_reviews(county, members)


def _idle_reviews(county: County, members: Members) -> Iterator[Problem]:
    """年评议 rows of members who have no year: not taken part, left, or never scored."""
    with_vote = review_scores(county)
    for row in county.tables["annual_review"].records():
        rows = county.roster.members.get(row["member_id"])
        if rows is None or row["member_id"] not in with_vote or row["member_id"] in members.years:
            continue
        if members.member_quarters(row["member_id"], county.period) and county.roster.scored(
            row["member_id"], county.period.last_day
        ):
            continue
        now = county.roster.member(row["member_id"], county.period.last_day)
        if now is not None and not now.managed:
            continue  # such a member may be reviewed: it is shown, without a score
        place = row.ref("member_id")
        yield problem(
            Code.MEMBER_WITHOUT_YEAR_POINTS, place, value=row["member_id"], member=rows[-1], year=county.period.year
        )


def _inspections(county: County, unit: Unit) -> Iterator[Problem]:
    for period in due_forms.missing_inspections(county, unit):
        if period.kind == YEAR:  # founded after all of its 督查期次
            yield problem(
                Code.NO_INSPECTION_PERIOD, unit.row.ref("founded"), value=unit.start, unit=unit, period=period
            )
        else:
            yield _missing_rows("inspection", period, Code.MISSING_INSPECTION, unit)


def _missing_rows(form: str, period: Period, code: Code, unit: Unit, **words: object) -> Problem:
    """That a form of the county lacks a row about a unit."""
    return replace(problem(code, NOWHERE, **{"value": unit.id} | words, unit=unit, period=period), form=form)


def _year_end(county: County, unit: Unit) -> Iterator[Problem]:
    for indicator in county.scheme.indicators_for(unit.id, unit.level, unit.group):
        if indicator.metric == "tasks_done" and not county.rows_by_unit("task").get(unit.id):
            yield problem(Code.UNIT_WITHOUT_TASKS, indicator.row.ref("metric"), value=indicator.id, unit=unit)
    for indicator in due_forms.missing_indicators(county, unit):
        words = {"value": indicator.id, "indicator": indicator.id, "name": indicator.name}
        yield _missing_rows("indicator_value", county.period, Code.MISSING_INDICATOR_VALUE, unit, **words)
    if not county.rows_by_unit("supervisor_score").get(unit.id):
        yield _missing_rows("supervisor_score", county.period, Code.MISSING_SUPERVISOR_SCORE, unit)
    labels = definitions()["satisfaction"].sheet("satisfaction").column("audience").choices
    for audience in due_forms.missing_audiences(county, unit):
        words = {"audience": labels[audience]}
        yield _missing_rows("satisfaction", county.period, Code.MISSING_SATISFACTION, unit, **words)

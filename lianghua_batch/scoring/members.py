"""Members: 月积分 → 季度积分 → 审定积分 → 年度积分 → 年度综合分 (spec §4.3–4.5). What cannot be computed is absent and reported by the checks."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from lianghua_batch.core import exact, resources
from lianghua_batch.core.form_definitions import item_column
from lianghua_batch.core.periods import Period
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Member
from lianghua_batch.model.scheme import MEMBER
from lianghua_batch.model.scores import Contribution, Score, averaged, item_label, score, step_clause, taken, weighted
from lianghua_batch.scoring import formulas
from lianghua_batch.scoring.diary import Diary
from lianghua_batch.scoring.eligibility import Eligibility, Key


@dataclass(frozen=True)
class Quarter:
    """One member's quarter in the branch that holds him or her on its last day.

    `points` 季度积分, `approved` 审定积分, `percent` its 百分制 figure; `row` the 季汇总 row, None where it is missing: then
    `approved` and `percent` are what it would say without 支委会调整.
    """

    member: Member
    period: Period
    months: tuple[Score, ...]
    points: Score
    approved: Score
    percent: Score
    row: Record | None


@dataclass(frozen=True)
class Year:
    """One member's year: `review` is None for a 预备党员 without 年评议."""

    member: Member
    quarters: tuple[Quarter, ...]
    points: Score
    review: Score | None
    total: Score


@dataclass(frozen=True)
class Members:
    """All scores of the members of one period, with the eligibility and diary they were computed from."""

    eligibility: Eligibility
    diary: Diary
    months: Mapping[Key, Score]
    quarters: Mapping[Key, Quarter]
    years: Mapping[str, Year] = field(default_factory=dict)

    def years_in(self, branch: str) -> list[Year]:
        """The years of a branch's members, by code."""
        return self._years_by_branch.get(branch, [])

    @cached_property
    def _years_by_branch(self) -> dict[str, list[Year]]:
        found: dict[str, list[Year]] = defaultdict(list)
        for _, year in sorted(self.years.items()):
            found[year.member.branch].append(year)
        return dict(found)

    def member_quarters(self, member_id: str, period: Period) -> list[Quarter]:
        found = (self.quarters.get((member_id, q)) for q in period.quarters)
        return [q for q in found if q is not None]


def month_scores(county: County, eligibility: Eligibility, diary: Diary) -> dict[Key, Score]:
    """The 月积分 of every (member, month) that counts within the period, by 月积分口径."""
    by_group = county.scheme.parameters.month_basis == "group_score"
    filed = county.rows_by_member("monthly_score") if by_group else {}
    scores: dict[Key, Score] = {}
    for (member_id, month), member in eligibility.due.items():
        if not county.period.contains(month) or not eligibility.counts(member_id, month):
            continue
        if not by_group:
            scores[member_id, month] = diary.month_score(member_id, month)
            continue
        row = filed.get((member_id, member.branch, month))
        if row is not None and (parts := _dimension_parts(county, row)):
            scores[member_id, month] = score(county.scheme, member_id, "month_score", month, parts)
    return scores


def _dimension_parts(county: County, row: Record) -> list[Contribution]:
    """The dimensions of one 月打分 row; empty where one is missing."""
    names = [(d.name, item_column("dimension", d.name)) for d in county.scheme.dimensions]
    if any(row[column] is None for _, column in names):
        return []
    by = step_clause("month_score")
    return [_mark(name, exact.from_hundredths(row[column]), by, row.ref(column)) for name, column in names]


def _mark(name: str, mark: Fraction, by: str, cell: SourceRef) -> Contribution:
    return Contribution(name, mark, by, cell, kind="mark", held=mark)


def quarter_scores(county: County, eligibility: Eligibility, months: Mapping[Key, Score]) -> dict[Key, Quarter]:
    """The quarters of every member who takes part on the quarter's last day and has a month that counts."""
    quarters: dict[Key, Quarter] = {}
    filed = county.rows_by_member("quarterly_summary")
    for quarter in county.period.quarters:
        for branch in county.roster.branches_with_members(quarter.last_day):
            for member in county.roster.scored_in(branch, quarter.last_day):
                counted = eligibility.counted_months(member.id, quarter)
                scored = [months[member.id, m] for m in counted if (member.id, m) in months]
                if not counted or len(scored) != len(counted):
                    continue
                row = filed.get((member.id, branch, quarter))
                quarters[member.id, quarter] = _quarter(county, member, quarter, scored, row)
    return quarters


def _quarter(county: County, member: Member, period: Period, months: list[Score], row: Record | None) -> Quarter:
    scheme, by = county.scheme, step_clause("quarter_points")
    share = formulas.month_share(len(months), scheme.parameters)
    parts = [taken(m, f"{m.label} {m.period}", by, share) for m in months]
    points = score(scheme, member.id, "quarter_points", period, parts)
    by = step_clause("approved")
    parts = [taken(points, points.label, by)]
    if row is not None and row["adjustment"]:
        amount = exact.from_hundredths(row["adjustment"])
        cell = row.ref("adjustment")
        parts.append(Contribution(item_label("adjustment"), amount, by, cell, kind="adjustment", held=amount))
    approved = score(scheme, member.id, "approved", period, parts, final=True)
    by = step_clause("percent")
    item = approved.label if scheme.parameters.quarter_basis == "mean" else f"{approved.label}÷{len(months)}"
    part = taken(approved, item, by, formulas.percent_share(len(months), scheme.parameters))
    percent = score(scheme, member.id, "percent", period, [part])
    return Quarter(member, period, tuple(months), points, approved, percent, row)


def full_marks(county: County, months: int) -> Fraction:
    """The maximum of a quarter with so many counted months: 100, or 100 a month under 合计."""
    return exact.HUNDRED * (1 if county.scheme.parameters.quarter_basis == "mean" else months)


def year_scores(county: County, members: Members) -> dict[str, Year]:
    """The years of all who take part on the year's last day and have a quarter; a 正式党员 without 年评议 is absent."""
    reviews = review_scores(county)
    years: dict[str, Year] = {}
    last_day = county.period.last_day
    for branch in county.roster.branches_with_members(last_day):
        for member in county.roster.scored_in(branch, last_day):
            quarters = members.member_quarters(member.id, county.period)
            review = reviews.get(member.id)
            if not quarters or (review is None and not member.probationary):
                continue
            years[member.id] = _year(county, member, quarters, review)
    return years


def review_scores(county: County) -> dict[str, Score]:
    """The 评议得分 of every member with a 年评议 that has a vote; from any branch."""
    worths = county.scheme.ballots[MEMBER]
    found = {}
    for row in county.tables["annual_review"].records():
        if row["member_id"] is None:
            continue
        parts = ballot_parts(row, worths, step_clause("review"))
        if parts:
            found[row["member_id"]] = score(county.scheme, row["member_id"], "review", county.period, parts)
    return found


def ballot_parts(row: Record, worths: Mapping[str, Fraction], by: str) -> list[Contribution]:
    """The parts of Σ(票×折算分)/Σ票; empty for a row without a vote."""
    columns = {grade: item_column("votes", grade) for grade in worths}
    filled = {grade: None if row[column] is None else Fraction(int(row[column])) for grade, column in columns.items()}
    votes = {grade: held or exact.ZERO for grade, held in filled.items()}
    cast = sum(votes.values())
    if not cast:
        return []
    label = resources.load("rules/clauses")["reckoning"]["ballot"]
    return [
        Contribution(
            label.format(grade=grade, votes=votes[grade], worth=exact.short(worth), cast=cast),
            worth * share,
            by,
            row.ref(columns[grade]),
            kind="ballots",
            held=filled[grade],
        )
        for (grade, worth), share in zip(worths.items(), formulas.ballot_shares(list(votes.values())), strict=True)
    ]


def _year(county: County, member: Member, quarters: list[Quarter], review: Score | None) -> Year:
    scheme = county.scheme
    parts = averaged([q.percent for q in quarters], step_clause("points"))
    points = score(scheme, member.id, "points", county.period, parts)
    by = step_clause("member_total")
    if review is None:
        parts = [taken(points, points.label, by)]
    else:
        weights = formulas.member_weights(True, scheme.parameters)
        parts = [weighted(points, weights["points"], by), weighted(review, weights["review"], by)]
    total = score(scheme, member.id, "member_total", county.period, parts, final=True)
    return Year(member, tuple(quarters), points, review, total)

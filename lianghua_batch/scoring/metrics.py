"""数据来源 (spec §5.3): one function computes one metric of one unit; METRICS is the table of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from lianghua_batch.core import exact, periods
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.periods import Period
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import BRANCH
from lianghua_batch.model.scores import Contribution, Score, score, step_clause, taken, unrounded
from lianghua_batch.scoring import findings, formulas, raters
from lianghua_batch.scoring.due_forms import by_calendar
from lianghua_batch.scoring.findings import Ledger, completed_in_time
from lianghua_batch.scoring.members import Members


@dataclass(frozen=True)
class UnitFacts:
    """What metrics are computed from: the county, its members, and (for committees) its branches' 总分."""

    county: County
    members: Members
    branch_totals: Mapping[str, Score]

    @cached_property
    def ledger(self) -> Ledger:
        """The findings of 督查 and 监督员, and the problems of 整改台账."""
        return findings.read(self.county)

    def branches(self, unit: Unit) -> list[str]:
        """The unit itself if it is a branch, else the committee's branches at the period's end."""
        if unit.level == BRANCH:
            return [unit.id]
        return [b.id for b in self.county.branches_of(unit.id)]

    def scored_members(self, unit: Unit) -> list[Score]:
        """The 年度积分 of the unit's scored members, pooled over a committee's branches."""
        return [y.points for branch in self.branches(unit) for y in self.members.years_in(branch)]


def member_mean(facts: UnitFacts, unit: Unit) -> Score | None:
    """Mean of the unit's members' 年度积分; None where there is none."""
    scores = facts.scored_members(unit)
    return published_mean(facts, unit, "member_mean", scores) if scores else None


def branch_mean(facts: UnitFacts, unit: Unit) -> Score | None:
    """A committee's mean of its branches' 总分 by 党委汇总口径; None where it has no branch."""
    totals = [facts.branch_totals[b] for b in facts.branches(unit) if b in facts.branch_totals]
    if not totals:
        return None
    member_counts = {b: len(facts.members.years_in(b)) for b in facts.branches(unit)}
    return score(
        facts.county.scheme, unit.id, "branch_mean", facts.county.period, committee_parts(facts, totals, member_counts)
    )


def committee_parts(facts: UnitFacts, totals: list[Score], member_counts: Mapping[str, int]) -> list[Contribution]:
    """Return the parts of a committee's mean of branch scores by 党委汇总口径; `member_counts`: the scored members of each branch."""
    shares = formulas.branch_weights([t.subject for t in totals], member_counts, facts.county.scheme.parameters)
    whole = sum(shares.values())
    by = step_clause("branch_mean")
    return [
        taken(t, f"{t.subject} {shares[t.subject]}/{whole}", by, Fraction(shares[t.subject], whole)) for t in totals
    ]


@dataclass(frozen=True)
class Counted:
    """One thing that a rate counts, and whether it was `done`: a form, a member's month, a problem of 整改台账 by its last
    row, a finding that nobody took up, a row of 任务清单.

    `kind`: its item in schemas/rules/clauses.yaml where it was not done; `subject`: the code of its branch or member.
    """

    kind: str
    subject: str
    period: Period
    done: bool
    form: str | None = None
    row: Record | None = None


def _member_months(facts: UnitFacts, unit: Unit) -> Iterator[Counted]:
    """The member-months that count, and whether each has a diary record."""
    for branch in facts.branches(unit):
        for member, month in facts.members.eligibility.months_in_branch(branch):
            yield Counted("unrecorded", member, month, facts.members.diary.recorded(member, month))


def _due_forms(facts: UnitFacts, unit: Unit) -> Iterator[Counted]:
    """The period's due forms, and whether each was filed."""
    for branch in facts.branches(unit):
        for due in by_calendar(facts.county, branch):
            yield Counted("unfiled", branch, due.period, due in facts.county.filed, form=due.form)


def _due_rectifications(facts: UnitFacts, unit: Unit) -> Iterator[Counted]:
    """The unit's own 整改 due in the year, and whether they were done in time; under 督查问题未登记 = 计入未完成 also every finding
    that 整改台账 does not take up."""
    period = facts.county.period
    for issue in facts.ledger.issues.get(unit.id, ()):
        if _due_in(period, issue.last):
            yield Counted("unrectified", unit.id, period, issue.done, row=issue.last)
    if facts.county.scheme.parameters.unregistered_findings == "count":
        for finding in facts.ledger.unregistered(unit.id):
            yield Counted("unregistered", unit.id, finding.period, False, row=finding.row)


def _due_tasks(facts: UnitFacts, unit: Unit) -> Iterator[Counted]:
    """The unit's own tasks due in the year, and whether they were done in time."""
    period = facts.county.period
    for row in facts.county.rows_by_unit("task").get(unit.id, ()):
        if _due_in(period, row):
            yield Counted("undone_task", unit.id, period, completed_in_time(row), row=row)


def _due_in(period: Period, row: Record) -> bool:
    return row["deadline"] is not None and period.holds(row["deadline"].date())


_COUNTED: Mapping[str, Callable[[UnitFacts, Unit], Iterator[Counted]]] = {
    "record_coverage": _member_months,
    "filing_rate": _due_forms,
    "rectified": _due_rectifications,
    "tasks_done": _due_tasks,
}


def undone(facts: UnitFacts, unit: Unit, step: str) -> list[Counted]:
    """What a rate of the unit counts as not done; raises KeyError for a step that is no rate."""
    return [thing for thing in _COUNTED[step](facts, unit) if not thing.done]


def record_coverage(facts: UnitFacts, unit: Unit) -> Score:
    """Return 日记录覆盖率: the percentage of member-months that count which have a diary record."""
    return _rate(facts, unit, "record_coverage")


def filing_rate(facts: UnitFacts, unit: Unit) -> Score:
    """Return 报送率: the percentage of the year's due forms that were filed."""
    return _rate(facts, unit, "filing_rate")


def rectified(facts: UnitFacts, unit: Unit) -> Score:
    """Return 整改完成率: the percentage of the unit's own 整改 due in the year that were done in time."""
    return _rate(facts, unit, "rectified")


def tasks_done(facts: UnitFacts, unit: Unit) -> Score:
    """Return 任务完成率: the percentage of the unit's own tasks due in the year that were done in time."""
    return _rate(facts, unit, "tasks_done")


def report_review(facts: UnitFacts, unit: Unit) -> Score | None:
    """Return 述职评议得分 from the unit's row 述职评议 of 满意度测评; None where there is none."""
    return raters.satisfaction(facts.county, unit).get("report_review")


def branch_class_rises(facts: UnitFacts, unit: Unit) -> Score:
    """Return 支部类别进位数: how many of a committee's branches have a better 支部类别 on the period's last day than on the year's
    first; one without a class on either day is not counted."""
    county, by = facts.county, step_clause("branch_class_rises")
    year = periods.year(county.period.year)
    order = list(definitions()["roster"].sheet("units").column("branch_class").choices)
    parts = []
    for branch in county.branches_of(unit.id):
        before = county.roster.unit(branch.id, year.first_day)
        was, now = (None if each is None else each.details["branch_class"] for each in (before, branch))
        if was is not None and now is not None and order.index(now) < order.index(was):
            parts.append(Contribution(str(branch), Fraction(1), by, branch.row.ref("branch_class"), kind="class_rise"))
    return unrounded(unit.id, "branch_class_rises", county.period, parts)


METRICS: Mapping[str, Callable[[UnitFacts, Unit], Score | None]] = {
    "member_mean": member_mean,
    "branch_mean": branch_mean,
    "record_coverage": record_coverage,
    "filing_rate": filing_rate,
    "rectified": rectified,
    "tasks_done": tasks_done,
    "report_review": report_review,
    "branch_class_rises": branch_class_rises,
}


def published_mean(facts: UnitFacts, unit: Unit, step: str, scores: Iterable[Score]) -> Score:
    """The published mean of one or more scores of other subjects."""
    listed = list(scores)
    parts = [taken(s, s.subject, step_clause(step), Fraction(1, len(listed))) for s in listed]
    return score(facts.county.scheme, unit.id, step, facts.county.period, parts)


def _rate(facts: UnitFacts, unit: Unit, step: str) -> Score:
    """The percentage of the counted things that were done; 100 where there are none."""
    done = [thing.done for thing in _COUNTED[step](facts, unit)]
    part, whole = sum(done), len(done)
    value = Fraction(100 * part, whole) if whole else exact.HUNDRED
    parts = [Contribution(f"{part}÷{whole}×100" if whole else "0÷0", value, step_clause(step), kind="rate")]
    return score(facts.county.scheme, unit.id, step, facts.county.period, parts)

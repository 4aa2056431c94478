"""数据来源 (spec §5.3): one function computes one metric of one unit; METRICS is the table of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from lianghua_batch import exact
from lianghua_batch.contributions import Contribution, Score, score, step_clause, taken
from lianghua_batch.county import County
from lianghua_batch.roster import Unit
from lianghua_batch.scheme import BRANCH
from lianghua_batch.scoring.members import Members
from lianghua_batch.scoring.owed import by_calendar


@dataclass(frozen=True)
class Facts:
    """What metrics are computed from: the county, its members, and (for committees) its branches' 总分."""

    county: County
    members: Members
    branch_totals: Mapping[str, Score]

    def branches(self, unit: Unit) -> list[str]:
        """The unit itself if it is a branch, else the committee's branches at the period's end."""
        if unit.level == BRANCH:
            return [unit.id]
        return [b.id for b in self.county.branches_of(unit.id)]

    def scored_members(self, unit: Unit) -> list[Score]:
        """The 年度积分 of the unit's scored members, pooled over a committee's branches."""
        return [y.points for branch in self.branches(unit) for y in self.members.years_in(branch)]


def member_mean(facts: Facts, unit: Unit) -> Score | None:
    """Mean of the unit's members' 年度积分; None where there is none."""
    scores = facts.scored_members(unit)
    return mean_of(facts, unit, "member_mean", scores) if scores else None


def branch_mean(facts: Facts, unit: Unit) -> Score | None:
    """A committee's mean of its branches' 总分 by 党委汇总口径; None where it has no branch."""
    totals = [facts.branch_totals[b] for b in facts.branches(unit) if b in facts.branch_totals]
    if not totals:
        return None
    heads = {b: len(facts.members.years_in(b)) for b in facts.branches(unit)}
    return score(
        facts.county.scheme, unit.id, "branch_mean", facts.county.period, committee_parts(facts, totals, heads)
    )


def committee_parts(facts: Facts, totals: list[Score], heads: Mapping[str, int]) -> list[Contribution]:
    """Branch scores averaged 等权, or by `heads`, the members scored in each, 等权 where there are none."""
    by_members = facts.county.scheme.parameters.committee_mean == "by_members"
    shares = {t.subject: heads[t.subject] if by_members else 1 for t in totals}
    if not any(shares.values()):
        shares = dict.fromkeys(shares, 1)
    whole = sum(shares.values())
    by = step_clause("branch_mean")
    return [
        taken(t, f"{t.subject} {shares[t.subject]}/{whole}", by, Fraction(shares[t.subject], whole)) for t in totals
    ]


def record_coverage(facts: Facts, unit: Unit) -> Score:
    """Percent of the member-months in scope that have a record."""
    months = [key for branch in facts.branches(unit) for key in facts.members.scope.in_branch(branch)]
    return _rate(facts, unit, "record_coverage", sum(facts.members.diary.recorded(*k) for k in months), len(months))


def filing_rate(facts: Facts, unit: Unit) -> Score:
    """Percent of the year's due forms that are there."""
    due = [f for branch in facts.branches(unit) for f in by_calendar(facts.county, branch)]
    return _rate(facts, unit, "filing_rate", sum(f in facts.county.filed for f in due), len(due))


def rectified(facts: Facts, unit: Unit) -> Score:
    """Percent of the unit's own 整改 due in the year that were done in time."""
    rows = [
        r
        for r in facts.county.rows_by_unit("rectification").get(unit.id, ())
        if r["deadline"] is not None and facts.county.period.holds(r["deadline"].date())
    ]
    done = [r for r in rows if r["status"] == "done" and r["completed"] is not None]
    return _rate(facts, unit, "rectified", sum(r["completed"] <= r["deadline"] for r in done), len(rows))


METRICS: Mapping[str, Callable[[Facts, Unit], Score | None]] = {
    "member_mean": member_mean,
    "branch_mean": branch_mean,
    "record_coverage": record_coverage,
    "filing_rate": filing_rate,
    "rectified": rectified,
}


def mean_of(facts: Facts, unit: Unit, step: str, scores: Iterable[Score]) -> Score:
    """The published mean of one or more scores of other subjects."""
    listed = list(scores)
    parts = [taken(s, s.subject, step_clause(step), Fraction(1, len(listed))) for s in listed]
    return score(facts.county.scheme, unit.id, step, facts.county.period, parts)


def _rate(facts: Facts, unit: Unit, step: str, part: int, whole: int) -> Score:
    """part/whole in percent; a rate of nothing is 100."""
    value = Fraction(100 * part, whole) if whole else exact.HUNDRED
    parts = [Contribution(f"{part}÷{whole}×100" if whole else "0÷0", value, step_clause(step), kind="rate")]
    return score(facts.county.scheme, unit.id, step, facts.county.period, parts)

"""问题清单 and 整改台账: what 督查 and 监督员 found, whether it was taken up, and the state of each 整改 on the period's last day."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lianghua_batch.core import exact
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.model.scores import Score
from lianghua_batch.scoring import findings as found_by_raters
from lianghua_batch.scoring.findings import Finding, Issue, Ledger
from lianghua_batch.scoring.members import Members
from lianghua_batch.scoring.metrics import UnitFacts, rectified

OVERDUE, RETURNED, OPEN, LATE, ON_TIME = "overdue", "returned", "open", "late", "on_time"
STATES = (OVERDUE, RETURNED, OPEN, LATE, ON_TIME)  # in the order in which a unit's rows are listed
EARLIER = "earlier"  # a round that another one follows: it counts for nothing
UNREGISTERED = "unregistered"


@dataclass(frozen=True)
class FoundProblem:
    """One 存在问题 of 督查打分 or 监督员评分 with its `state`: that of the 整改 which takes it up, or UNREGISTERED; None in a quarter,
    which has no 整改台账.

    `times`: how often the period's forms have the same words of the unit; `units`: of how many units they have them.
    """

    unit: Unit
    finding: Finding
    score: Fraction | None
    state: str | None
    rounds: int
    times: int
    units: int


@dataclass(frozen=True)
class Rectification:
    """One 整改台账 row and its state on the period's last day.

    `number`: its 问题编号, that of the finding where it takes one up without naming it; `days`: how many days it is overdue, or was
    late, 0 for the others. What was completed after the period is still open.
    """

    unit: Unit
    row: Record
    number: str | None
    deadline: dt.date
    completed: dt.date | None
    state: str
    days: int

    @property
    def counts(self) -> bool:
        """Whether it stands for its problem: the last round."""
        return self.state != EARLIER


@dataclass(frozen=True)
class Counts:
    """One unit's numbers of 整改: `due` in the year, split by state, those due in other years, and the findings that nobody took up.

    `rate` is its 整改完成率 (spec §5.3).
    """

    unit: Unit
    due: int
    on_time: int
    late: int
    overdue: int
    returned: int
    open: int
    other_years: int
    unregistered: int
    rate: Score


def findings(county: County) -> tuple[FoundProblem, ...]:
    """Return every finding of the period, by level, unit, period and number."""
    ledger = found_by_raters.read(county)
    times = Counter((f.unit, found_by_raters.plain(f.text)) for f in ledger.findings)
    units = Counter(text for _, text in times)
    found = [
        _found(county, ledger, f, times[f.unit, found_by_raters.plain(f.text)], units[found_by_raters.plain(f.text)])
        for f in ledger.findings
        if _is_listed(county, f.unit)
    ]
    return tuple(sorted(found, key=lambda f: (*_order(f.unit), f.finding.period.first_day)))


def _found(county: County, ledger: Ledger, finding: Finding, times: int, units: int) -> FoundProblem:
    issue, mark = ledger.issue_of.get(finding.number), finding.row["score"]
    if issue is None:
        state = UNREGISTERED if county.is_year else None
    else:
        state = _rectification(county, issue, issue.last).state if _is_whole(issue.last) else None
    score = None if mark is None else exact.from_hundredths(mark)
    unit = county.roster.known_as(finding.unit, county.period.last_day)
    return FoundProblem(unit, finding, score, state, len(issue.rounds) if issue else 0, times, units)


def ledger(county: County) -> tuple[Rectification, ...]:
    """Return every 整改台账 row by unit, units with overdue ones first, within a unit the longest overdue first, rounds together."""
    issues = [
        issue
        for unit, listed in found_by_raters.read(county).issues.items()
        if _is_listed(county, unit)
        for issue in listed
    ]
    groups = [[_rectification(county, issue, row) for row in issue.rounds if _is_whole(row)] for issue in issues]
    groups = [group for group in groups if group]
    late = {group[-1].unit.id for group in groups if group[-1].state == OVERDUE}

    def order(group: list[Rectification]) -> tuple:
        last = group[-1]
        place, rank = last.row.ref("deadline"), (*STATES, EARLIER).index(last.state)
        return (last.unit.id not in late, *_order(last.unit), rank, -last.days, last.deadline, place)

    return tuple(entry for group in sorted(groups, key=order) for entry in group)


def counts(county: County, members: Members, listed: Sequence[Rectification]) -> tuple[Counts, ...]:
    """Return the numbers of every unit in `listed`, in its order, then of those that have only findings nobody took up."""
    facts = UnitFacts(county, members, {})
    due: Counter[tuple[str, str]] = Counter()
    total: Counter[str] = Counter()
    for entry in (r for r in listed if r.counts):
        total[entry.unit.id] += 1
        due[entry.unit.id, entry.state] += county.period.holds(entry.deadline)
    unregistered = Counter(f.unit for f in facts.ledger.unregistered() if county.is_year)
    units = {r.unit.id: r.unit for r in listed}
    for unit_id in sorted(unregistered):
        if _is_listed(county, unit_id):
            units.setdefault(unit_id, county.roster.known_as(unit_id, county.period.last_day))
    return tuple(
        Counts(
            unit,
            due=(whole := sum(due[unit.id, state] for state in STATES)),
            **{state: due[unit.id, state] for state in STATES},
            other_years=total[unit.id] - whole,
            unregistered=unregistered[unit.id],
            rate=rectified(facts, unit),
        )
        for unit in units.values()
    )


def _is_listed(county: County, unit_id: str) -> bool:
    """Whether it is a known unit, ranked or former, that no draft leaves out."""
    return unit_id in county.roster.units and unit_id not in county.left_out


def _is_whole(row: Record) -> bool:
    return row["deadline"] is not None and row["status"] is not None


def _order(unit: Unit) -> tuple[bool, str]:
    return unit.level != COMMITTEE, unit.id


def _rectification(county: County, issue: Issue, row: Record) -> Rectification:
    day = county.period.last_day
    deadline, filled = row["deadline"].date(), row["completed"]
    completed = filled.date() if filled is not None else None
    unit = county.roster.known_as(issue.unit, day)
    if row is not issue.last:
        return Rectification(unit, row, issue.number, deadline, completed, EARLIER, 0)
    if row["verdict"] == "returned":
        state, days = RETURNED, 0
    elif row["status"] == "done" and completed is not None and completed <= day:
        days = max((completed - deadline).days, 0)
        state = LATE if days else ON_TIME
    else:
        days = max((day - deadline).days, 0)
        state = OVERDUE if days else OPEN
    return Rectification(unit, row, issue.number, deadline, completed, state, days)

"""问题清单 and 整改台账: the problems that 督查 found, and the state of each 整改 on the period's last day."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lianghua_batch.core import exact
from lianghua_batch.core.periods import Period
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.model.scores import Score
from lianghua_batch.scoring.members import Members
from lianghua_batch.scoring.metrics import UnitFacts, rectified

OVERDUE, OPEN, LATE, ON_TIME = "overdue", "open", "late", "on_time"
STATES = (OVERDUE, OPEN, LATE, ON_TIME)  # in the order in which a unit's rows are listed


@dataclass(frozen=True)
class FoundProblem:
    """One 督查打分 row with a problem found."""

    unit: Unit
    period: Period
    inspector: str
    score: Fraction
    findings: str
    source: SourceRef


@dataclass(frozen=True)
class Rectification:
    """One 整改台账 row and its state on the period's last day.

    `days`: how many days it is overdue, or was late; 0 for the others. What was completed after the period is still open.
    """

    unit: Unit
    row: Record
    deadline: dt.date
    completed: dt.date | None
    state: str
    days: int


@dataclass(frozen=True)
class Counts:
    """One unit's numbers of 整改: `due` in the year, split by state, and those due in other years.

    `rate` is its 整改完成率 (spec §5.3): on_time of due.
    """

    unit: Unit
    due: int
    on_time: int
    late: int
    overdue: int
    open: int
    other_years: int
    rate: Score


def findings(county: County) -> tuple[FoundProblem, ...]:
    """Return every 督查打分 row of the period with 存在问题, by level, unit, period and 检查单位."""
    needed = ("inspector", "score", "findings")
    found = [
        FoundProblem(
            unit, r.origin.period, r["inspector"], exact.from_hundredths(r["score"]), r["findings"], r.ref("findings")
        )
        for unit, r in _rows(county, "inspection", needed)
    ]
    return tuple(sorted(found, key=lambda f: (*_order(f.unit), f.period.first_day, f.inspector)))


def ledger(county: County) -> tuple[Rectification, ...]:
    """Return every 整改台账 row by unit, units with overdue ones first, within a unit the longest overdue first."""
    day = county.period.last_day
    found = [_rectification(unit, row, day) for unit, row in _rows(county, "rectification", ("deadline", "status"))]
    late = {r.unit.id for r in found if r.state == OVERDUE}

    def order(r: Rectification) -> tuple:
        place = r.row.ref("deadline")
        return (r.unit.id not in late, *_order(r.unit), STATES.index(r.state), -r.days, r.deadline, place)

    return tuple(sorted(found, key=order))


def counts(county: County, members: Members, listed: Sequence[Rectification]) -> tuple[Counts, ...]:
    """Return the numbers of every unit in `listed`, in its order."""
    units = {r.unit.id: r.unit for r in listed}
    facts = UnitFacts(county, members, {})
    due = Counter((r.unit.id, r.state) for r in listed if county.period.holds(r.deadline))
    total = Counter(r.unit.id for r in listed)
    return tuple(
        Counts(
            unit,
            due=(whole := sum(due[unit.id, state] for state in STATES)),
            **{state: due[unit.id, state] for state in STATES},
            other_years=total[unit.id] - whole,
            rate=rectified(facts, unit),
        )
        for unit in units.values()
    )


def _rows(county: County, form: str, needed: Sequence[str]) -> Iterator[tuple[Unit, Record]]:
    """The complete rows of ranked and former units, without those that a draft leaves out."""
    for unit_id, rows in county.rows_by_unit(form).items():
        if unit_id not in county.roster.units or unit_id in county.left_out:
            continue
        unit = county.roster.known_as(unit_id, county.period.last_day)
        yield from ((unit, row) for row in rows if all(row[name] is not None for name in needed))


def _order(unit: Unit) -> tuple[bool, str]:
    return unit.level != COMMITTEE, unit.id


def _rectification(unit: Unit, row: Record, day: dt.date) -> Rectification:
    deadline, filled = row["deadline"].date(), row["completed"]
    completed = filled.date() if filled is not None else None
    if row["status"] == "done" and completed is not None and completed <= day:
        late = max((completed - deadline).days, 0)
        state, days = (LATE if late else ON_TIME), late
    else:
        overdue = max((day - deadline).days, 0)
        state, days = (OVERDUE if overdue else OPEN), overdue
    return Rectification(unit, row, deadline, completed, state, days)

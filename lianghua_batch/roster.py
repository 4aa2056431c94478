"""Who is where on which day, read from 花名册 (spec §1, §4.1). A span holds from its first day to the day before its end."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from lianghua_batch.problems import Problem, problem
from lianghua_batch.provenance import SourceRef
from lianghua_batch.scheme import BRANCH, COMMITTEE
from lianghua_batch.tables import Record, Table
from lianghua_batch.values import squeeze

_EARLIEST, _LATEST = dt.date.min, dt.date.max


@dataclass(frozen=True)
class Span:
    """A stretch of days: from `start` on (None: always), up to the day before `end` (None: open)."""

    start: dt.date | None
    end: dt.date | None

    def holds(self, day: dt.date) -> bool:
        return (self.start or _EARLIEST) <= day < (self.end or _LATEST)

    def overlaps(self, other: "Span") -> bool:
        return (self.start or _EARLIEST) < (other.end or _LATEST) and (other.start or _EARLIEST) < (self.end or _LATEST)


@dataclass(frozen=True)
class Unit(Span):
    """A 党组织 as one row of 花名册 describes it."""

    id: str
    name: str
    level: str
    parent: str | None
    service_window: bool
    group: str | None
    details: Mapping[str, object]
    row: Record

    @property
    def source(self) -> SourceRef:
        return self.row.ref("unit_id")

    def __str__(self) -> str:
        return f"{self.name}（{self.id}）"


@dataclass(frozen=True)
class Member(Span):
    """A 党员 as one row of 花名册 describes him or her."""

    id: str
    name: str
    branch: str
    party_group: str
    probationary: bool
    managed: bool
    unmanaged_reason: str | None
    row: Record

    @property
    def source(self) -> SourceRef:
        return self.row.ref("member_id")

    def __str__(self) -> str:
        return f"{self.name}（{self.id}）"


@dataclass(frozen=True)
class Roster:
    """All units and members over time, each code with its rows from the earliest to the latest."""

    units: Mapping[str, tuple[Unit, ...]]
    members: Mapping[str, tuple[Member, ...]]

    def unit(self, unit_id: str, day: dt.date) -> Unit | None:
        """The unit as it is on `day`, or None where it does not exist."""
        return next((u for u in self.units.get(unit_id, ()) if u.holds(day)), None)

    def named(self, unit_id: str) -> Unit:
        """Any row of a known code, the latest, for speaking of it."""
        return self.units[unit_id][-1]

    def units_on(self, day: dt.date, level: str) -> list[Unit]:
        """The units of one 层级 that exist on `day`, by code."""
        if day not in self._units_by_day:
            found = (self.unit(unit_id, day) for unit_id in sorted(self.units))
            self._units_by_day[day] = [u for u in found if u is not None]
        return [u for u in self._units_by_day[day] if u.level == level]

    def branches_of(self, committee: str, day: dt.date) -> list[Unit]:
        """The branches of a committee on `day`, by code."""
        return [u for u in self.units_on(day, BRANCH) if u.parent == committee]

    def exists(self, unit_id: str, day: dt.date) -> bool:
        """Whether the unit exists on `day`; before its founding and after its end it does not."""
        return self.unit(unit_id, day) is not None

    def existed_within(self, unit_id: str, first: dt.date, last: dt.date) -> bool:
        """Whether the unit existed on any day of first…last."""
        days = Span(first, last + dt.timedelta(days=1))
        return any(u.overlaps(days) for u in self.units.get(unit_id, ()))

    def member(self, member_id: str, day: dt.date) -> Member | None:
        """The member as registered on `day`, in a branch that exists that day; else None."""
        for row in self.members.get(member_id, ()):
            if row.holds(day):
                return row if self.exists(row.branch, day) else None
        return None

    def scored(self, member_id: str, day: dt.date) -> Member | None:
        """The member on `day` if he or she takes part in 积分管理."""
        row = self.member(member_id, day)
        return row if row is not None and row.managed else None

    def scored_in(self, branch: str, day: dt.date) -> list[Member]:
        """The members of a branch who take part in 积分管理 on `day`, by code."""
        return list(self._scored_on(day).get(branch, ()))

    def branches_with_members(self, day: dt.date) -> list[str]:
        """The codes of the branches that have a member in 积分管理 on `day`."""
        return sorted(self._scored_on(day))

    def _scored_on(self, day: dt.date) -> dict[str, list[Member]]:
        if day not in self._cache:
            by_branch: dict[str, list[Member]] = defaultdict(list)
            for member_id in sorted(self.members):
                row = self.scored(member_id, day)
                if row is not None:
                    by_branch[row.branch].append(row)
            self._cache[day] = by_branch
        return self._cache[day]

    @cached_property
    def _units_by_day(self) -> dict[dt.date, list[Unit]]:
        return {}

    @cached_property
    def _cache(self) -> dict[dt.date, dict[str, list[Member]]]:
        return {}

    @cached_property
    def groups(self) -> frozenset[str]:
        """Every 考评组 of the county."""
        return frozenset(squeeze(u.group) for rows in self.units.values() for u in rows if u.group)

    def names_of(self, unit_id: str) -> set[str]:
        """Every name that a unit has had, as names are compared."""
        return {squeeze(u.name) for u in self.units.get(unit_id, ())}


# --- reading -------------------------------------------------------------------------------------------------------


def read(units: Table, members: Table) -> tuple[Roster, list[Problem]]:
    """Build the roster; overlapping rows, unknown units and impossible dates are problems."""
    unit_rows = _by_id(_unit(r) for r in units.records() if _filled(r, "unit_id", "unit_name", "level"))
    member_rows = _by_id(_member(r) for r in members.records() if _filled(r, "member_id", "member_name", "branch_id"))
    roster = Roster(unit_rows, member_rows)
    problems = [p for rows in unit_rows.values() for p in _unit_problems(rows, roster)]
    problems += (p for rows in member_rows.values() for p in _member_problems(rows, roster))
    return roster, problems


def _filled(row: Record, *names: str) -> bool:
    return all(row[name] is not None for name in names)


def _by_id(rows: Iterable) -> dict:
    found = defaultdict(list)
    for row in rows:
        found[row.id].append(row)
    return {i: tuple(sorted(group, key=lambda r: (r.start or _EARLIEST, r.source))) for i, group in found.items()}


def _day(value: object) -> dt.date | None:
    return None if value is None else value.date()


def _unit(row: Record) -> Unit:
    return Unit(
        start=_day(row["founded"]),
        end=_day(row["dissolved"]),
        id=str(row["unit_id"]),
        name=str(row["unit_name"]),
        level=str(row["level"]),
        parent=row["parent_id"] if row["level"] == BRANCH else None,
        service_window=row["service_window"] == "yes",
        group=row["group"],
        details={k: row[k] for k in ("nature", "authority", "branch_class", "head", "email")},
        row=row,
    )


def _member(row: Record) -> Member:
    return Member(
        start=_day(row["joined"]),
        end=_day(row["left"]),
        id=str(row["member_id"]),
        name=str(row["member_name"]),
        branch=str(row["branch_id"]),
        party_group=str(row["party_group"] or ""),
        probationary=row["member_class"] == "probationary",
        managed=row["managed"] != "no",  # one that cannot be read is reported, and nothing else concluded from it
        unmanaged_reason=row["unmanaged_reason"],
        row=row,
    )


def _overlaps(rows: tuple) -> list[tuple]:
    return [(earlier, later) for earlier, later in pairwise(rows) if earlier.overlaps(later)]


def _unit_problems(rows: tuple[Unit, ...], roster: Roster) -> Iterable[Problem]:
    for row in rows:
        if row.start and row.end and row.end <= row.start:
            yield problem("E502", row.row.ref("dissolved"), value=row.end)
        if row.level != rows[0].level:
            yield problem("E512", row.row.ref("level"), value=row.id, unit=row)
        if row.parent is not None:
            parents = roster.units.get(row.parent)
            if parents is None:
                yield problem("E503", row.row.ref("parent_id"), value=row.parent)
            elif parents[0].level != COMMITTEE:
                yield problem("E504", row.row.ref("parent_id"), value=row.parent)
    for earlier, later in _overlaps(rows):
        yield problem("E501", later.source, value=later.id, unit=later, other=earlier.source)


def _member_problems(rows: tuple[Member, ...], roster: Roster) -> Iterable[Problem]:
    for row in rows:
        if row.start and row.end and row.end <= row.start:
            yield problem("E507", row.row.ref("left"), value=row.end)
        if row.name != rows[0].name:
            yield problem("E511", row.row.ref("member_name"), value=row.name, member=row.id, expected=rows[0].name)
        if row.id in roster.units:
            yield problem("E513", row.source, value=row.id, member=row.id)
        branch = roster.units.get(row.branch)
        if branch is None:
            yield problem("E508", row.row.ref("branch_id"), value=row.branch)
        elif branch[0].level != BRANCH:
            yield problem("E509", row.row.ref("branch_id"), value=row.branch)
        if not row.managed and row.unmanaged_reason is None:
            yield problem("E510", row.row.ref("unmanaged_reason"))
    for earlier, later in _overlaps(rows):
        yield problem("E506", later.source, value=later.id, member=later, other=earlier.source)

"""花名册: who belongs where on which day (spec §1, §4.1). A span holds from its first day to the day before its end."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd

from lianghua_batch.core import resources
from lianghua_batch.core.periods import Period
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.core.suggestions import Candidates
from lianghua_batch.intake.cell_values import compared, letters, squeeze
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.known_codes import KnownCodes
from lianghua_batch.model.scheme import BRANCH

EARLIEST, LATEST = dt.date.min, dt.date.max
Raters = Mapping[str, Callable[[str], str]]
_SHORTEST = 2  # characters that may begin many names


@dataclass(frozen=True)
class Span:
    """A stretch of days: from `start` on (None: always), up to the day before `end` (None: open)."""

    start: dt.date | None
    end: dt.date | None

    def holds(self, day: dt.date) -> bool:
        return (self.start or EARLIEST) <= day < (self.end or LATEST)

    @staticmethod
    def of(period: Period) -> "Span":
        """All days of a period."""
        return Span(period.first_day, period.last_day + dt.timedelta(days=1))

    @staticmethod
    def of_day(day: dt.date) -> "Span":
        """One day."""
        return Span(day, day + dt.timedelta(days=1))

    def covers(self, period: Period) -> bool:
        """Whether it holds every day of a period."""
        return self.holds(period.first_day) and self.holds(period.last_day)

    def overlaps(self, other: "Span") -> bool:
        return (self.start or EARLIEST) < (other.end or LATEST) and (other.start or EARLIEST) < (self.end or LATEST)


def _rater(codes: KnownCodes, written: str) -> str:
    """The code of whom a rater's name means, or else the name as it is compared."""
    found = codes.called(written)
    return next(iter(found)) if len(found) == 1 else compared(written).casefold()


def _is_part(one: str, other: str) -> bool:
    """Whether a text that is long enough begins the other, or holds it."""
    return bool(one and other) and (other in one or (len(one) > _SHORTEST and other.startswith(one)))


def _named(name: str, code: str) -> str:
    return resources.load("messages/problem_words")["named"].format(name=name, code=code)


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
        return _named(self.name, self.id)


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
        return _named(self.name, self.id)

    def is_called(self, name: str) -> bool:
        """Whether people who see the name take it for the member's."""
        return name == self.name or compared(name) == compared(self.name)


@dataclass(frozen=True)
class RowsOn:
    """For each of many days, the number in `rows` of the member's row that holds it; -1 where none does."""

    numbers: np.ndarray
    rows: Sequence[Member]

    @property
    def managed(self) -> np.ndarray:
        """Whether the member takes part in 积分管理 on the day."""
        return np.array([*(row.managed for row in self.rows), False])[self.numbers]

    @property
    def branches(self) -> np.ndarray:
        """The branch that the member is registered in on the day, or None."""
        return np.array([*(row.branch for row in self.rows), None], dtype=object)[self.numbers]


@dataclass(frozen=True)
class Roster:
    """All units and members over time, each code with its rows from the earliest to the latest."""

    units: Mapping[str, tuple[Unit, ...]]
    members: Mapping[str, tuple[Member, ...]]

    def unit(self, unit_id: str, day: dt.date) -> Unit | None:
        """The unit as it is on `day`, or None where it does not exist."""
        return next((u for u in self.units.get(unit_id, ()) if u.holds(day)), None)

    def named(self, unit_id: str) -> Unit:
        """The latest row of a known code, for its name."""
        return self.units[unit_id][-1]

    def known_as(self, unit_id: str, day: dt.date) -> Unit:
        """A unit of a known code as it is on `day`, or its latest row where it does not exist then."""
        return self.unit(unit_id, day) or self.named(unit_id)

    def cohort_name(self, committee: str, day: dt.date) -> str:
        """The name of a cohort: of its committee on `day`, or of the branches without one."""
        return self.known_as(committee, day).name if committee else resources.load("reading")["direct_cohort"]

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

    def rows_on(self, member_ids: pd.Series, days: pd.Series) -> "RowsOn":
        """The rows that hold many days, each a member's whose code stands beside it."""
        codes, known = pd.factorize(member_ids)
        of_known = [self.members.get(code, ()) for code in known]
        listed = [row for rows in of_known for row in rows]
        counts = np.array([*map(len, of_known), 0])
        first = np.cumsum(counts) - counts
        starts, ends = (
            np.array([*((getattr(row, name) or limit) for row in listed), EARLIEST], dtype="datetime64[D]")
            for name, limit in (("start", EARLIEST), ("end", LATEST))
        )
        on, found = days.to_numpy().astype("datetime64[D]"), np.full(len(codes), -1)
        for nth in range(counts.max()):
            numbers = np.where(counts > nth, first + nth, -1)[codes]
            found = np.where((found < 0) & (starts[numbers] <= on) & (on < ends[numbers]), numbers, found)
        return RowsOn(found, listed)

    def branches_within(self, member_id: str, days: Span) -> list[str]:
        """The branches, existing at the time, that the member is registered in on any of the days, the latest last."""
        rows = (row for row in self.members.get(member_id, ()) if row.overlaps(days))
        return [row.branch for row in rows if any(u.overlaps(days) for u in self.units.get(row.branch, ()))]

    def branch_throughout(self, member_id: str, period: Period) -> str | None:
        """The one branch, existing all the time, that the member is registered in on every day of a period; else None."""
        rows = [row for row in self.members.get(member_id, ()) if row.overlaps(Span.of(period))]
        units = self.units.get(rows[0].branch, ()) if len(rows) == 1 else ()
        lasting = all(any(each.covers(period) for each in among) for among in (rows, units))
        return rows[0].branch if units and lasting else None

    def registered(self, member_id: str, day: dt.date) -> Member | None:
        """The member as registered on `day`, or last before it."""
        rows = self.members.get(member_id, ())
        return next((row for row in reversed(rows) if row.start is None or row.start <= day), None)

    def members_of(self, branches: Collection[str], day: dt.date) -> dict[str, tuple[Member, ...]]:
        """The members who are registered in these branches on `day`, or were last before it, with all their rows."""
        if day not in self._last_branches:
            last = ((code, self.registered(code, day)) for code in self.members)
            self._last_branches[day] = {code: row.branch for code, row in last if row is not None}
        return {code: self.members[code] for code, branch in self._last_branches[day].items() if branch in branches}

    def scored(self, member_id: str, day: dt.date) -> Member | None:
        """The member on `day` if he or she takes part in 积分管理."""
        row = self.member(member_id, day)
        return row if row is not None and row.managed else None

    def members_on(self, day: dt.date) -> list[Member]:
        """Every member whom 花名册 holds in a branch on `day`, in 积分管理 or not, by code."""
        found = (self.member(member_id, day) for member_id in sorted(self.members))
        return [member for member in found if member is not None]

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
    def _last_branches(self) -> dict[dt.date, dict[str, str]]:
        return {}

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
        return {compared(u.name) for u in self.units.get(unit_id, ())}

    # --- codes and names as people write them -------------------------------------------------------------------------

    @cached_property
    def unit_codes(self) -> KnownCodes:
        return KnownCodes({code: {u.name for u in rows} for code, rows in self.units.items()})

    @cached_property
    def member_codes(self) -> KnownCodes:
        return KnownCodes({code: {m.name for m in rows} for code, rows in self.members.items()})

    @cached_property
    def raters(self) -> Raters:
        """By the column that says who marked, what is equal for two texts that mean the same rater."""
        return {"inspector": partial(_rater, self.unit_codes), "supervisor": partial(_rater, self.member_codes)}

    def called(self, written: str) -> list[str]:
        """The codes of the members whom a name means."""
        return list(self._by_member_name.get(compared(written), ()))

    @cached_property
    def _by_member_name(self) -> Mapping[str, dict[str, None]]:
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for code, rows in self.members.items():
            for row in rows:
                found[compared(row.name)][code] = None
        return dict(found)

    def nearly_named(self, written: str, unit_id: str) -> str | None:
        """The name of a unit that an inspector's is nearly, first of all of `unit_id`, whose name may stand in it or begin with it."""
        plain = letters(written)
        own = [u for u in self.units[unit_id] if _is_part(plain, letters(u.name))]
        near = unit_id if own else self._unit_names.suggest(compared(written))
        return None if near is None else self.named(near).name

    # --- suggestions for unknown codes -----------------------------------------------------------------------------------

    def suggest_unit(self, written: str, name: str | None = None, level: str | None = None) -> str | None:
        """The unit code that an unknown one probably stands for: a similar code, or the unit of the exact name beside it or in its place."""
        if level not in self._unit_codes:
            codes = (i for i, rows in self.units.items() if level in (None, rows[0].level))
            self._unit_codes[level] = Candidates(codes)
        named = (self._by_name.get(compared(n), set()) for n in (name, written) if n)
        found = {unit for units in named for unit in units if level in (None, self.units[unit][0].level)}
        if (alike := self._unit_codes[level].suggest(written)) is not None:
            found.add(alike)
        return found.pop() if len(found) == 1 else None

    def suggest_name(self, written: str, unit_id: str) -> str | None:
        """The unit's name, if among all units' names it is the most similar one."""
        return self.named(unit_id).name if self._unit_names.suggest(written) == unit_id else None

    def suggest_member(self, written: str, name: str | None, branch: str | None, day: dt.date | None) -> str | None:
        """The member code that an unknown one probably stands for: equal but for zeros and case, or of the only member of that name.

        The name is looked up in the branch on the day. Similar codes and names are never suggested: they may be other people's.
        """
        same = self._member_codes.same(written)
        found = {same} if same is not None and (name is None or self.members[same][0].is_called(name)) else set()
        if name is not None and day is not None:
            found |= {m.id for m in self._by_branch_and_name.get((branch, compared(name)), ()) if m.holds(day)}
        return found.pop() if len(found) == 1 else None

    def suggest_subject(self, written: str) -> str | None:
        """The unit or member that an unknown code probably stands for; for members only one that differs in zeros or case."""
        found = {self._member_codes.same(written), self.suggest_unit(written)} - {None}
        return found.pop() if len(found) == 1 else None

    def unit_named_in_part(self, written: str) -> str | None:
        """The only unit in whose name the written words stand, two characters at least; people leave out where a unit belongs."""
        part = compared(written)
        found = {code for code in self.units if part in compared(self.named(code).name)} if len(part) > 1 else set()
        return found.pop() if len(found) == 1 else None

    @cached_property
    def _unit_codes(self) -> dict[str | None, Candidates]:
        return {}

    @cached_property
    def _member_codes(self) -> Candidates:
        return Candidates(self.members.keys())

    @cached_property
    def _unit_names(self) -> Candidates:
        return Candidates({name: units for name, (units, *others) in self._by_name.items() if not others})

    @cached_property
    def _by_name(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for unit in self.units:
            for name in self.names_of(unit):
                found[name].add(unit)
        return dict(found)

    @cached_property
    def _by_branch_and_name(self) -> Mapping[tuple[str, str], list[Member]]:
        found: dict[tuple[str, str], list[Member]] = defaultdict(list)
        for rows in self.members.values():
            for row in rows:
                found[row.branch, compared(row.name)].append(row)
        return dict(found)

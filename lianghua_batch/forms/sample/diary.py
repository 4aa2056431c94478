"""日记录 of one member and year, and the 核算分 that it comes to, with 每月上限 and 每年上限 (spec §4.2)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lianghua_batch.core import exact, resources
from lianghua_batch.core.periods import Period
from lianghua_batch.forms.sample.people import Person
from lianghua_batch.forms.sample.random_source import RandomSource
from lianghua_batch.model.scheme import Scheme

COLUMNS = ("date", "member_id", "member_name", "project_id", "event", "points", "evidence", "recorder")
_FRIDAY = 4
Entry = tuple  # one record: the values of COLUMNS, 分值 in hundredths


@dataclass(frozen=True)
class Activity:
    """Something members do or fail to do: how often a month, how likely, and how it is written down."""

    project: str
    times: int
    chance: tuple[float, float]
    events: tuple[str, ...]
    evidence: str
    points: int | None
    days: tuple[int, int]
    weekend: bool

    def probability(self, diligence: float) -> float:
        low, high = self.chance
        return low + (high - low) * diligence


@dataclass(frozen=True)
class DiaryWriter:
    """Writes members' diaries by the scheme's 积分项目."""

    scheme: Scheme
    year: Period

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        return tuple(_activity(raw) for raw in resources.load("sample")["activities"])

    @cached_property
    def _months(self) -> tuple[tuple[Period, tuple[dt.date, ...]], ...]:
        return tuple((m, _days(m)) for m in self.year.months)

    def write(
        self, random: RandomSource, person: Person, unrecorded: float, recorders: Mapping[str, str]
    ) -> dict[int, list[Entry]]:
        """Return the member's records by month: on days in 积分管理, none in months of 免评.

        `unrecorded` is the chance that a month has none; `recorders` are the branches' 记录人.
        """
        diary: dict[int, list[Entry]] = {}
        for month, days in self._months:
            open_days = [d for d in days if person.scored_on(d)]
            if month.index in person.away or not open_days or (not person.core and random.chance(unrecorded)):
                continue
            entries = self._month(random, person, open_days, recorders)
            if person.vetoed_on in open_days:
                entries.append(self._veto(person, recorders))
            diary[month.index] = entries
        return diary

    def _month(
        self, random: RandomSource, person: Person, days: Sequence[dt.date], recorders: Mapping[str, str]
    ) -> list[Entry]:
        entries: list[Entry] = []
        for activity in self.activities:
            probability = activity.probability(person.diligence)
            if probability <= 0:
                continue
            unit = random.unit
            times = sum(unit() < probability for _ in range(activity.times))
            if times:
                entries += self._records(random, person, activity, times, days, recorders)
        return entries

    def _records(
        self,
        random: RandomSource,
        person: Person,
        activity: Activity,
        times: int,
        days: Sequence[dt.date],
        recorders: Mapping[str, str],
    ) -> list[Entry]:
        """So many records on different days: no two rows are the same."""
        first, last = activity.days
        fit = [d for d in days if first <= d.day <= last and (activity.weekend or d.weekday() <= _FRIDAY)]
        times = min(times, len(fit))
        if not times:
            return []
        start, step = random.below(len(fit)), len(fit) // times
        chosen = (fit[(start + step * n) % len(fit)] for n in range(times))
        return [
            (
                day,
                person.id,
                person.name,
                activity.project,
                random.pick(activity.events),
                activity.points,
                activity.evidence,
                recorders[person.scored_on(day).branch],
            )
            for day in chosen
        ]

    def _veto(self, person: Person, recorders: Mapping[str, str]) -> Entry:
        day, veto = person.vetoed_on, person.veto
        recorder = recorders[person.scored_on(day).branch]
        return (day, person.id, person.name, veto["project"], veto["event"], None, veto["evidence"], recorder)

    def computed(self, diary: Mapping[int, Sequence[Entry]]) -> dict[int, dict[str, int]]:
        """Return month → dimension → 核算分 in hundredths, for all twelve months."""
        running: dict[str, int] = defaultdict(int)
        return {month.index: self._computed_month(diary.get(month.index, ()), running) for month, _ in self._months}

    def _computed_month(self, entries: Sequence[Entry], running: dict[str, int]) -> dict[str, int]:
        sums: dict[str, int] = defaultdict(int)
        for entry in entries:
            project = self.scheme.projects[entry[3]]
            sums[project.id] += project.points if entry[5] is None else entry[5]
        values = {d.name: int(d.start * exact.HUNDRED) for d in self.scheme.dimensions}
        for project_id, raw in sums.items():
            project = self.scheme.projects[project_id]
            before = running[project_id]
            running[project_id] = _within(before + _within(raw, project.monthly_cap), project.yearly_cap)
            values[project.dimension] += running[project_id] - before
        full = {d.name: int(d.full_marks * exact.HUNDRED) for d in self.scheme.dimensions}
        return {name: max(0, min(full[name], value)) for name, value in values.items()}


def _days(month: Period) -> tuple[dt.date, ...]:
    return tuple(month.first_day.replace(day=n) for n in range(1, month.last_day.day + 1))


def _within(value: int, cap: int | None) -> int:
    return value if cap is None else max(-cap, min(cap, value))


def _activity(raw: Mapping[str, Any]) -> Activity:
    points = raw.get("points")
    return Activity(
        project=raw["project"],
        times=raw["times"],
        chance=tuple(raw["chance"]),
        events=tuple(raw["events"]),
        evidence=raw["evidence"],
        points=None if points is None else round(points * 100),
        days=tuple(raw.get("days", (1, 31))),
        weekend=raw.get("weekend", False),
    )

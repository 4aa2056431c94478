"""What a unit's raters give it: 督查, 指标完成, 监督员, 测评票, 加减分 and 整改, all near its quality (spec §5)."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from lianghua_batch.core import exact, resources
from lianghua_batch.core.periods import Period
from lianghua_batch.forms.sample.marks import votes
from lianghua_batch.forms.sample.random_source import RandomSource
from lianghua_batch.forms.sample.units import SampleUnit, date_in, person_name
from lianghua_batch.model.scheme import BRANCH, ORGANISATION, Indicator, Scheme

_MEASURE = re.compile(r"（([^（）]+)）$")


@dataclass(frozen=True)
class Inspection:
    """One 检查单位's mark of a unit."""

    inspector: str
    score: Fraction
    finding: str | None
    advice: str | None = None
    rectify_by: dt.date | None = None


@dataclass(frozen=True)
class Bonus:
    """One 加减分 entry."""

    kind: str
    points: Fraction
    date: dt.date
    event: str
    basis: str
    review: str


@dataclass(frozen=True)
class SampleRectification:
    """One round of the 整改 of a finding; `number`: its 问题编号."""

    number: str
    round: int
    issue: str
    measure: str
    deadline: dt.date
    completed: dt.date | None
    status: str
    reviewed: dt.date | None = None
    verdict: str | None = None

    @property
    def in_time(self) -> bool:
        return self.completed is not None and self.completed <= self.deadline


@dataclass(frozen=True)
class SampleTask:
    """One row of 任务清单."""

    task: str
    deadline: dt.date
    completed: dt.date | None
    status: str


@dataclass(frozen=True)
class Ratings:
    """All that is filed about one unit in the year; units that don't exist at its end have 督查 and 整改 alone."""

    inspections: Mapping[Period, tuple[Inspection, ...]]
    rectifications: tuple[SampleRectification, ...]
    actuals: Mapping[str, Fraction] = field(default_factory=dict)
    supervisors: tuple[tuple[str, Fraction], ...] = ()
    ballots: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    bonuses: tuple[Bonus, ...] = ()
    tasks: tuple[SampleTask, ...] = ()


@dataclass(frozen=True)
class Raters:
    """Rates units by the scheme; `pool` are the county's 党建监督员."""

    scheme: Scheme
    year: Period
    units: Sequence[SampleUnit]
    pool: Sequence[str]

    def rate(self, random: RandomSource, unit: SampleUnit) -> Ratings:
        words = resources.load("sample")
        inspections = {p: self._inspections(random, unit, p) for p in self._periods(unit)}
        if unit.level != BRANCH and self.scheme.parameters.committee_inspections == "first_half":
            # Both halves are drawn, so that a seed gives the same county under either 党委督查期次.
            inspections = {p: rows for p, rows in inspections.items() if p.index == 1}
        rectifications = self._rectifications(random, unit, inspections)
        if not unit.exists(self.year.last_day):
            return Ratings(inspections, rectifications)
        return Ratings(
            inspections=inspections,
            rectifications=rectifications,
            actuals=self._actuals(random, unit),
            supervisors=self._supervisors(random, unit, words["supervisors"]),
            ballots=self._ballots(random, unit, words),
            bonuses=self._bonuses(random, unit, words["bonuses"]),
            tasks=self._tasks(random, unit, words["tasks"]),
        )

    def _periods(self, unit: SampleUnit) -> list[Period]:
        """督查 is quarterly for a branch, half-yearly for a committee: the periods at whose end it exists."""
        periods = self.year.quarters if unit.level == BRANCH else self.year.halves
        return [p for p in periods if unit.exists(p.last_day)]

    def _inspections(self, random: RandomSource, unit: SampleUnit, period: Period) -> tuple[Inspection, ...]:
        words = resources.load("sample")
        habits = words["inspection"]
        peers = [u for u in self.units if u.level == unit.level and u.id != unit.id and u.exists(period.last_day)]
        chosen = sorted(_choose(random, peers, habits["inspectors"]), key=lambda u: u.id)  # as findings are numbered
        inspectors = [u.name for u in chosen] or [words["office"]]
        return tuple(self._inspection(random, unit, period, name, words) for name in inspectors)

    def _inspection(
        self,
        random: RandomSource,
        unit: SampleUnit,
        period: Period,
        inspector: str,
        words: Mapping[str, Any],
    ) -> Inspection:
        score = _mark(random, unit.quality, words["inspection"])
        if score >= words["findings_below"]:
            return Inspection(inspector, score, None)
        found = random.pick(words["findings"])
        after = dt.timedelta(days=words["rectification"]["after_days"])
        return Inspection(
            inspector, score, found["issue"], found["advice"], min(period.last_day + after, self.year.last_day)
        )

    def _rectifications(
        self, random: RandomSource, unit: SampleUnit, inspections: Mapping[Period, Sequence[Inspection]]
    ) -> tuple[SampleRectification, ...]:
        """The rounds of every finding, numbered as the program numbers them."""
        rows: list[SampleRectification] = []
        for period, inspected in inspections.items():
            found = (row for row in inspected if row.finding is not None)
            for place, row in enumerate(found, start=1):
                rows += self._rounds(random, unit, f"{unit.id}-{period}-{place}", row)
        return tuple(rows)

    def _rounds(
        self, random: RandomSource, unit: SampleUnit, number: str, found: Inspection
    ) -> list[SampleRectification]:
        """Done in time and closed, now and then only after it was sent back; or late, or not at all."""
        words = resources.load("sample")
        habits, deadline = words["rectification"], found.rectify_by
        measure = random.pick(words["measures"])
        first = SampleRectification(number, 1, found.finding, measure, deadline, None, "ongoing")
        if not random.chance(_interpolated(unit, habits["in_time"])):
            return [first if random.chance(0.6) else replace(first, status="open")]
        review = dt.timedelta(days=habits["review_days"])
        completed = deadline - random.whole(1, habits["after_days"] // 4) * dt.timedelta(days=1)
        done = replace(first, status="done", completed=completed, reviewed=completed + review, verdict="closed")
        if not random.chance(habits["sent_back"]):
            return [done]
        early = completed - 2 * review
        back = replace(done, completed=early, reviewed=early + review, verdict="returned")
        return [back, replace(done, round=2)]

    def _tasks(self, random: RandomSource, unit: SampleUnit, habits: Mapping[str, Any]) -> tuple[SampleTask, ...]:
        """The tasks of the unit's level, due through the year, most of them done in time by good units."""
        rows = []
        for text, day in zip(habits[unit.level], habits["due"], strict=True):
            deadline = date_in(self.year.year, [day], 0)
            if unit.founded is not None and deadline <= unit.founded:
                continue
            early = deadline - dt.timedelta(days=random.below(habits["early_days"]))
            in_time = random.chance(_interpolated(unit, habits["in_time"]))
            rows.append(SampleTask(text, deadline, early if in_time else None, "done" if in_time else "ongoing"))
        return tuple(rows)

    def _actuals(self, random: RandomSource, unit: SampleUnit) -> dict[str, Fraction]:
        """指标完成 of every indicator in force for the unit that is filed."""
        noise = resources.load("sample")["indicator_noise"]
        return {
            i.id: actual_for(i, unit.quality + random.bell() * noise)
            for i in self.scheme.indicators_for(unit.id, unit.level, unit.group)
            if i.metric == "filed"
        }

    def _supervisors(
        self, random: RandomSource, unit: SampleUnit, habits: Mapping[str, Any]
    ) -> tuple[tuple[str, Fraction], ...]:
        chosen = _choose(random, self.pool, habits["each"])
        return tuple((name, _mark(random, unit.quality, habits)) for name in chosen)

    def _ballots(self, random: RandomSource, unit: SampleUnit, words: Mapping[str, Any]) -> dict[str, dict[str, int]]:
        """党员群众 and 述职评议 always; 服务对象 of windows, and of some others, but not of the first that is none."""
        habits = words["ballots"]
        audiences = ["masses", "report_review"]
        first = next((u for u in self.units if u.level == unit.level and not u.window), None)
        if unit.window or (unit != first and random.chance(words["clients_of_others"])):
            audiences.append("clients")
        worths = self.scheme.ballots[ORGANISATION]
        return {a: votes(random, worths, random.whole(*habits[a]), unit.quality, habits["spread"]) for a in audiences}

    def _bonuses(self, random: RandomSource, unit: SampleUnit, habits: Mapping[str, Any]) -> tuple[Bonus, ...]:
        good = _interpolated(unit, [0, 1])
        found = [
            self._bonus(random, kind, habits[kind], good)
            for kind in ("individual", "dynamic")
            if random.chance(habits[kind]["chance"])
        ]
        return tuple(found)

    def _bonus(self, random: RandomSource, kind: str, habits: Mapping[str, Any], good: float) -> Bonus:
        words = resources.load("sample")
        up = random.chance(good)
        halves = 1 + random.below(int(2 * abs(habits["best"] if up else habits["worst"])))
        points = Fraction(halves if up else -halves, 2)
        event = random.pick(habits["events" if up else "faults"])
        review = "rejected" if up and random.chance(words["rejected_share"]) else "passed"
        return Bonus(kind, points, self._day(random), event, words["bonus_basis"], review)

    def discipline_case(self, random: RandomSource, day: dt.date | None) -> Bonus:
        """A 违纪 case of a day, or of any."""
        words = resources.load("sample")
        event = random.pick(words["bonuses"]["discipline"]["events"])
        points = -self.scheme.parameters.discipline_deduction
        return Bonus("discipline", points, day or self._day(random), event, words["discipline_basis"], "passed")

    def _day(self, random: RandomSource) -> dt.date:
        days = (self.year.last_day - self.year.first_day).days
        return self.year.first_day + dt.timedelta(days=random.below(days))


def supervisor_pool(random: RandomSource, units: int) -> list[str]:
    """The county's 党建监督员: as many as its size asks for, no two of one name."""
    low, high = resources.load("sample")["supervisors"]["pool"]
    names: dict[str, None] = {}
    while len(names) < max(low, min(high, units // 3)):
        names[person_name(random)] = None
    return list(names)


def _choose(random: RandomSource, items: Sequence, number: int) -> list:
    """So many different ones of the items, or all there are."""
    start = random.below(len(items)) if items else 0
    step = max(1, len(items) // number)
    return [items[(start + step * n) % len(items)] for n in range(min(number, len(items)))]


def _mark(random: RandomSource, quality: float, habits: Mapping[str, Any]) -> Fraction:
    """A mark of 0…100 around the quality, in the rater's steps."""
    steps = round((quality + random.bell() * habits["noise"]) / habits["step"])
    return exact.clip(steps * Fraction(str(habits["step"])), exact.ZERO, exact.HUNDRED)


def _interpolated(unit: SampleUnit, ends: Sequence[float]) -> float:
    """A chance between two, as the unit's quality is between the worst and the best."""
    low, high = resources.load("sample")["quality_range"]
    place = max(0.0, min(1.0, (unit.quality - low) / (high - low)))
    return ends[0] + (ends[1] - ends[0]) * place


# --- indicators ------------------------------------------------------------------------------------------------------


def actual_for(indicator: Indicator, wanted: float) -> Fraction:
    """Return the 实际值, as its measure is written, for which the indicator's 赋分方法 gives about `wanted` of 100."""
    measure = _measure(indicator)
    value = max(0.0, _inverse(_curve(indicator), wanted))
    step = Fraction(str(measure["step"]))
    written = round(value / measure["step"]) * step
    return min(written, Fraction(measure["max"])) if "max" in measure else written


def _measure(indicator: Indicator) -> Mapping[str, Any]:
    found = _MEASURE.search(indicator.name)
    return resources.load("sample")["measures_of"].get(found[1] if found else "", {"step": 0.5})


def _curve(indicator: Indicator) -> list[tuple[float, float]]:
    """Points (score, actual value) of the method's line, from the best to the worst."""
    method = resources.load("rules/metrics")["methods"][indicator.method]
    if indicator.method == "efficacy":
        scores = [method["base"] + method["span"], method["base"]]
    elif indicator.method == "five_level":
        scores = [float(c) * method["full"] for c in method["coefficients"]]
    else:
        return [(method["full"], float(method["full"])), (0, 0.0)]
    return list(zip(scores, map(float, indicator.standards), strict=True))


def _inverse(curve: Sequence[tuple[float, float]], wanted: float) -> float:
    """The actual value on the line: at most the best, and below the worst on its last stretch's direction."""
    if wanted >= curve[0][0]:
        return curve[0][1]
    for (high, better), (low, worse) in pairwise(curve):
        if wanted >= low or low == curve[-1][0]:
            return worse + (better - worse) * (wanted - low) / (high - low)
    raise AssertionError("a line has at least two points")

"""月打分, 季汇总 and 年评议 of one member as a careful branch fills them: near the 核算分, and adding up (spec §4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from lianghua_batch.core import exact, resources
from lianghua_batch.core.periods import Period
from lianghua_batch.forms.sample.people import Person
from lianghua_batch.forms.sample.random_source import RandomSource
from lianghua_batch.model.scheme import Dimension, Scheme


@dataclass(frozen=True)
class MonthMark:
    """One row of 月打分: dimension → hundredths, or why the month is 免评."""

    branch: str
    party_group: str
    dimensions: Mapping[str, int]
    exempt_reason: str | None
    remark: str | None

    @property
    def total(self) -> int:
        return sum(self.dimensions.values())


@dataclass(frozen=True)
class QuarterMark:
    """One row of 季汇总; `months` in hundredths, None where the month does not count."""

    branch: str
    months: tuple[int | None, ...]
    points: Fraction
    adjustment: Fraction | None
    reason: str | None

    @property
    def approved(self) -> Fraction:
        return self.points + (self.adjustment or 0)


@dataclass(frozen=True)
class Marker:
    """Marks members by the scheme and the sample's habits."""

    scheme: Scheme
    year: Period

    def months(
        self, random: RandomSource, person: Person, computed: Mapping[int, Mapping[str, int]]
    ) -> dict[int, MonthMark]:
        """The member's month rows, by month: where he or she is scored on its last day."""
        marks = {}
        reach = resources.load("sample")["marks"]["regard"]
        regard = {d.name: random.bell() * reach for d in self.scheme.dimensions}
        for month in self.year.months:
            stay = person.scored_on(month.last_day)
            if stay is None:
                continue
            reason = person.away.get(month.index)
            if reason is None:
                dimensions, remark = self._month(random, computed[month.index], regard)
            else:
                dimensions, remark = {}, None
            marks[month.index] = MonthMark(stay.branch, stay.party_group, dimensions, reason, remark)
        return marks

    def _month(
        self, random: RandomSource, computed: Mapping[str, int], regard: Mapping[str, float]
    ) -> tuple[dict[str, int], str | None]:
        words = resources.load("sample")
        tolerance = self.scheme.parameters.deviation_tolerance * 100
        given = {d.name: self._dimension(random, d, computed[d.name], regard[d.name]) for d in self.scheme.dimensions}
        gaps = [given[name] - computed[name] for name in given if abs(given[name] - computed[name]) > tolerance]
        if not gaps:
            return given, None
        return given, random.pick(words["departure_remarks"]["up" if gaps[0] > 0 else "down"])

    def _dimension(self, random: RandomSource, dimension: Dimension, computed: int, regard: float) -> int:
        """核算分 and `regard`, give or take, in steps; now and then beyond 打分偏离容差."""
        words = resources.load("sample")
        habits, departures = words["marks"], words["departures"]
        noise = regard + random.bell() * habits["noise"]
        if random.chance(departures["per_thousand"] / 1000):
            beyond = float(self.scheme.parameters.deviation_tolerance) + random.between(0.5, departures["beyond"])
            noise = -beyond if computed * 2 > dimension.full_marks * 100 else beyond
        step, full = habits["step"], float(dimension.full_marks)
        value = round((computed / 100 + noise) / step) * step
        return round(max(full * habits["floor"] / 100, min(full * habits["ceiling"] / 100, value)) * 100)

    def quarters(self, random: RandomSource, person: Person, months: Mapping[int, MonthMark]) -> dict[int, QuarterMark]:
        """The member's quarter rows, by quarter: where he or she is scored on its last day and a month counts."""
        marks = {}
        for quarter in self.year.quarters:
            stay = person.scored_on(quarter.last_day)
            totals = tuple(_counted(months.get(month.index)) for month in quarter.months)
            in_scope = [exact.from_hundredths(t) for t in totals if t is not None]
            if stay is None or not in_scope:
                continue
            points = self.scheme.publish(exact.mean(in_scope))
            adjustment, reason = self._adjustment(random, points)
            marks[quarter.index] = QuarterMark(stay.branch, totals, points, adjustment, reason)
        return marks

    def _adjustment(self, random: RandomSource, points: Fraction) -> tuple[Fraction | None, str | None]:
        """支委会调整 now and then, within its cap and the sample's floor and ceiling."""
        words = resources.load("sample")
        habits, bounds = words["adjustments"], words["marks"]
        if not random.chance(habits["per_thousand"] / 1000):
            return None, None
        up = random.chance(0.7)
        size = Fraction(str(random.pick(habits["sizes"])))
        amount = min(size, self.scheme.parameters.adjustment_cap) * (1 if up else -1)
        if not bounds["floor"] <= points + amount <= bounds["ceiling"]:
            return None, None
        return amount, random.pick(words["adjustment_reasons"]["up" if up else "down"])

    def year_points(self, quarters: Iterable[QuarterMark]) -> Fraction | None:
        """年度积分: the mean of the quarters' 审定积分; None without a quarter."""
        approved = [q.approved for q in quarters]
        return self.scheme.publish(exact.mean(approved)) if approved else None


def _counted(mark: MonthMark | None) -> int | None:
    return None if mark is None or mark.exempt_reason is not None else mark.total


def votes(
    random: RandomSource, worths: Mapping[str, Fraction], voters: int, centre: float, spread: float
) -> dict[str, int]:
    """Count votes by people whose opinions, 0…100, lie around `centre`: each takes one of the two nearest grades."""
    steps = sorted(((float(worth), grade) for grade, worth in worths.items()), reverse=True)
    counts = dict.fromkeys(worths, 0)
    for _ in range(voters):
        counts[_vote(random, steps, centre + random.bell() * spread)] += 1
    return counts


def _vote(random: RandomSource, steps: list[tuple[float, str]], opinion: float) -> str:
    for (high, better), (low, worse) in pairwise(steps):
        if opinion >= low:
            return better if random.chance((opinion - low) / (high - low)) else worse
    return steps[-1][1]

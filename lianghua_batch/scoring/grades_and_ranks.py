"""Grades and ranks (spec §4.6, §5.10–11): on published numbers, lower bounds inclusive, ties by 并列名次."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from lianghua_batch.core import resources
from lianghua_batch.model.scheme import MEMBER, Band, Scheme
from lianghua_batch.scoring.diary import Veto
from lianghua_batch.scoring.members import Year

T = TypeVar("T")


def grade(value: Fraction, bands: Sequence[Band]) -> str:
    """Return the grade of a published number: the first band, from the best, whose lower bound it reaches."""
    return next(b.grade for b in bands if b.lower is None or value >= b.lower)


def ranks(items: Iterable[T], value: Callable[[T], Fraction], scheme: Scheme) -> list[tuple[T, int]]:
    """Rank by `value`, highest first; equal values share a rank and keep the given order: 跳号 1, 2, 2, 4; 连号 1, 2, 2, 3."""
    ordered = sorted(items, key=value, reverse=True)
    ranked: list[tuple[T, int]] = []
    for place, item in enumerate(ordered, start=1):
        if ranked and value(ranked[-1][0]) == value(item):
            ranked.append((item, ranked[-1][1]))
        elif scheme.parameters.tie_ranks == "dense":
            ranked.append((item, ranked[-1][1] + 1 if ranked else 1))
        else:
            ranked.append((item, place))
    return ranked


def ranks_within(
    items: Iterable[T], cohort: Callable[[T], Hashable], value: Callable[[T], Fraction], scheme: Scheme
) -> list[tuple[T, int]]:
    """Rank within each cohort; cohorts in order of first appearance."""
    groups: dict[Hashable, list[T]] = defaultdict(list)
    for item in items:
        groups[cohort(item)].append(item)
    return [pair for group in groups.values() for pair in ranks(group, value, scheme)]


# What a grade rests on: the band of the total, or a rule that comes before or after the bands.
BAND, HELD_BACK, VETO, FEW_QUARTERS, PROBATIONARY = "band", "held_back", "veto", "few_quarters", "probationary"
GROUNDS = (BAND, HELD_BACK, VETO, FEW_QUARTERS, PROBATIONARY)


@dataclass(frozen=True)
class Graded:
    """A 等次 and what it rests on, one of GROUNDS; `held_back`: the best grade was reached but a quota left no place."""

    grade: str
    ground: str = BAND

    @property
    def held_back(self) -> bool:
        return self.ground == HELD_BACK


def member_grades(
    years: Mapping[str, Year], vetoes: Mapping[str, Sequence[Veto]], full_members: Mapping[str, int], scheme: Scheme
) -> dict[str, Graded]:
    """Suggest every scored member's grade: 预备 first, then a 一票否决 that leaves the lowest only, then too few quarters, then
    the bands under the other ceilings, and with 优秀比例上限 of each branch's `full_members` (spec §4.6)."""
    grades = {member_id: _member_grade(year, vetoes.get(member_id, ()), scheme) for member_id, year in years.items()}
    branches: dict[str, dict[str, Fraction]] = defaultdict(dict)
    for member_id, year in years.items():
        if grades[member_id].grade == scheme.bands[MEMBER][0].grade:
            branches[year.member.branch][member_id] = year.total.value
    for branch, totals in branches.items():
        places = math.floor(full_members.get(branch, 0) * scheme.parameters.top_share)
        grades |= dict.fromkeys(_beyond(totals, places), Graded(scheme.bands[MEMBER][1].grade, HELD_BACK))
    return grades


def _member_grade(year: Year, vetoes: Sequence[Veto], scheme: Scheme) -> Graded:
    """A member's grade before any quota."""
    statuses, grades = resources.load("reading")["statuses"], [band.grade for band in scheme.bands[MEMBER]]
    ceiling = max((grades.index(veto.grade) for veto in vetoes), default=0)
    if year.member.probationary:
        return Graded(statuses["not_graded"], PROBATIONARY)
    if vetoes and ceiling == len(grades) - 1:
        return Graded(grades[-1], VETO)
    if len(year.quarters) < scheme.parameters.min_quarters:
        return Graded(statuses["undetermined"], FEW_QUARTERS)
    reached = grade(year.total.value, scheme.bands[MEMBER])
    return Graded(grades[ceiling], VETO) if grades.index(reached) < ceiling else Graded(reached)


def unit_grades(
    totals: Mapping[str, Fraction], cohorts: Mapping[str, Hashable], bands: Sequence[Band], share: Fraction
) -> dict[str, Graded]:
    """Grade units by their published totals; of each cohort at most ⌊n × share⌋, at least one, get the best grade (spec §5.10)."""
    grades = {unit: Graded(grade(total, bands)) for unit, total in totals.items()}
    sizes = Counter(cohorts.values())
    for cohort, size in sizes.items():
        best = {u: t for u, t in totals.items() if cohorts[u] == cohort and grades[u].grade == bands[0].grade}
        places = max(1, math.floor(size * share))
        grades |= dict.fromkeys(_beyond(best, places), Graded(bands[1].grade, HELD_BACK))
    return grades


def _beyond(totals: Mapping[str, Fraction], places: int) -> list[str]:
    """Who is left without one of so many places; a tie across the limit is held back whole."""
    if len(totals) <= places:
        return []
    edge = sorted(totals.values(), reverse=True)[places]  # the best total without a place
    return [code for code, total in totals.items() if total <= edge]

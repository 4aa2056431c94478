"""Grades and ranks (spec §4.6, §5.10–11): on published numbers, lower bounds inclusive, ties by 并列名次."""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from lianghua_batch.core import resources
from lianghua_batch.model.scheme import MEMBER, Band, Scheme
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


@dataclass(frozen=True)
class MemberGrade:
    """A member's 建议等次; `held_back`: reached the best grade but 优秀比例上限 left no place."""

    grade: str
    held_back: bool = False


def member_grades(years: Mapping[str, Year], vetoes: Mapping[str, Sequence], scheme: Scheme) -> dict[str, MemberGrade]:
    """Suggest every scored member's grade: 预备 first, then 一票否决, then too few quarters, then the bands with 优秀比例上限."""
    statuses = resources.load("reading")["statuses"]
    bands = scheme.bands[MEMBER]
    grades: dict[str, MemberGrade] = {}
    for member_id, year in years.items():
        if year.member.probationary:
            given = statuses["not_graded"]
        elif vetoes.get(member_id):
            given = bands[-1].grade
        elif len(year.quarters) < scheme.parameters.min_quarters:
            given = statuses["undetermined"]
        else:
            given = grade(year.total.value, bands)
        grades[member_id] = MemberGrade(given)
    for member_id in _held_back(years, grades, scheme):
        grades[member_id] = MemberGrade(bands[1].grade, held_back=True)
    return grades


def _held_back(years: Mapping[str, Year], grades: Mapping[str, MemberGrade], scheme: Scheme) -> list[str]:
    """The members of the best grade beyond ⌊正式党员数 × 优秀比例上限⌋ of their branch; a tie across the limit is held back whole."""
    best = scheme.bands[MEMBER][0].grade
    branches: dict[str, list[str]] = defaultdict(list)
    full_members: dict[str, int] = defaultdict(int)
    for member_id, year in years.items():
        full_members[year.member.branch] += not year.member.probationary
        if grades[member_id].grade == best:
            branches[year.member.branch].append(member_id)
    out = []
    for branch, candidates in branches.items():
        places = math.floor(full_members[branch] * scheme.parameters.top_share)
        totals = sorted((years[m].total.value for m in candidates), reverse=True)
        if len(candidates) > places:
            edge = totals[places]  # the best total without a place; all with it or less are held back
            out += (m for m in candidates if years[m].total.value <= edge)
    return out

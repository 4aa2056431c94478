"""Changes of units' ranks and scores since the last period, or within a year since its first quarter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import UnitResult, published_text


@dataclass(frozen=True)
class UnitRankChange:
    """One unit's ranks among all of its level, and its scores, before and now."""

    unit_id: str
    name: str
    rank_before: int
    rank_now: int
    score_before: Fraction
    score_now: Fraction

    @property
    def places_gained(self) -> int:
        """By how many places the unit rose; negative where it fell."""
        return self.rank_before - self.rank_now

    @property
    def points(self) -> Fraction:
        return self.score_now - self.score_before


def compared_with(view: View) -> str:
    """What ranks are compared with, or why they are not: the name of a sentence of the layout."""
    if view.results.draft:
        return "draft"
    if isinstance(view.before, Published):
        return "since"
    if view.is_year:
        return "within_unusable" if isinstance(view.before, Unusable) else "within"
    return "unusable" if isinstance(view.before, Unusable) else "none"


def level_changes(view: View, level: str) -> list[UnitRankChange]:
    """The rank changes of a level's units that were ranked both times."""
    kind = compared_with(view)
    if kind == "since":
        return list(_since(view, level, view.before.results))
    return list(_within(view, level)) if kind.startswith("within") else []


def most(changes: Sequence[UnitRankChange], count: int, *, rising: bool) -> list[UnitRankChange]:
    """The `count` units that rose, or fell, by most places; among equals those whose score changed most."""
    sign = 1 if rising else -1
    found = [c for c in changes if c.places_gained * sign > 0]
    return sorted(found, key=lambda c: (-c.places_gained * sign, -c.points * sign, c.unit_id))[:count]


def _since(view: View, level: str, before: Mapping[str, Any]) -> Iterator[UnitRankChange]:
    earlier = {row["id"]: row for row in before[level]}
    for result in getattr(view.results, level):
        row = earlier.get(result.unit.id)
        if row is None or row["total"] is None:
            continue
        rank = row.get("rank_county") or row["rank"]  # committees have one rank only
        if rank is not None:
            total = Fraction(published_text(view.results.county, result.scores.total))
            yield _rank_change(result, rank, result.rank_county, Fraction(row["total"]), total)


def _within(view: View, level: str) -> Iterator[UnitRankChange]:
    for result in getattr(view.results, level):
        quarters = view.trends.unit_results(result.unit.id)
        if quarters and quarters[0] and quarters[-1]:
            first, last = quarters[0], quarters[-1]
            totals = (first.scores.total.value, last.scores.total.value)
            yield _rank_change(result, first.rank_county, last.rank_county, *totals)


def _rank_change(
    result: UnitResult, rank_before: int, rank_now: int, score_before: Fraction, score_now: Fraction
) -> UnitRankChange:
    return UnitRankChange(result.unit.id, result.unit.name, rank_before, rank_now, score_before, score_now)

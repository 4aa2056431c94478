"""Each ranked unit's 总分, 等次 and 名次 of last year, and their changes since (spec §7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.core import resources
from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import UnitResult, published_text

COMPARED, ABSENT, UNUSABLE, NEW = "compared", "absent", "unusable", "new"
_COMMITTEES, _BRANCHES = "committees", "branches"


@dataclass(frozen=True)
class LastYear:
    """A unit's result of last year and the changes since; None for what is unknown.

    `cohort`: the committee in which a branch was ranked; `places_gained`: the places it rose there, None where it now belongs
    to another. `rank_county`, `places_gained_county`: among all units of its level.
    """

    total: Fraction | None
    grade: str | None
    rank: int | None
    rank_county: int | None
    cohort: str
    gained: Fraction | None
    places_gained: int | None
    places_gained_county: int | None


def comparability(view: View, unit_id: str | None = None) -> str | None:
    """Whether last year's results are there, in general or for one unit, or why not; None in a quarter and in a draft."""
    if not view.is_year or view.results.draft:
        return None
    if isinstance(view.before, Published):
        return COMPARED if unit_id is None or unit_id in _rows(view) else NEW
    return UNUSABLE if isinstance(view.before, Unusable) else ABSENT


def last_year(view: View, result: UnitResult) -> LastYear | None:
    """A ranked unit's last year; None where it was not ranked then, or nothing is compared."""
    if comparability(view, result.unit.id) != COMPARED:
        return None
    row = _rows(view)[result.unit.id]
    total = None if row["total"] is None else Fraction(row["total"])
    now = Fraction(published_text(view.results.county, result.scores.total))
    rank, cohort = row["rank"], row.get("committee") or ""
    rank_county = rank if result.unit.level == COMMITTEE else row.get("rank_county")  # committees have one rank
    return LastYear(
        total=total,
        grade=row["grade"],
        rank=rank,
        rank_county=rank_county,
        cohort=cohort,
        gained=None if total is None else now - total,
        places_gained=_places_gained(rank, result.rank) if cohort == result.cohort else None,
        places_gained_county=_places_gained(rank_county, result.rank_county),
    )


def committee_name(view: View, last: LastYear) -> str:
    """Last year's name of the committee in which a branch was ranked then."""
    names = {row["id"]: row["name"] for row in view.before.results[_COMMITTEES]}
    return names.get(last.cohort, last.cohort) if last.cohort else resources.load("reading")["direct_cohort"]


def _places_gained(then: int | None, now: int) -> int | None:
    return None if then is None else then - now


def _rows(view: View) -> Mapping[str, Mapping[str, Any]]:
    """Last year's ranked units by code."""
    results = view.before.results
    return {row["id"]: row for kind in (_COMMITTEES, _BRANCHES) for row in results[kind]}

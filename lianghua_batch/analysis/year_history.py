"""How units stood over the years: this year's results, and those that were published of the years before it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from lianghua_batch.analysis import lookback
from lianghua_batch.analysis.lookback import Earlier
from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.core.periods import Period
from lianghua_batch.scoring.results import Results, written


@dataclass(frozen=True)
class YearPlace:
    """A unit's total, grade and rank among all of its level, of one year."""

    total: Fraction | None
    grade: str | None
    rank: int | None


@dataclass(frozen=True)
class Years:
    """The years from the first that has results to this one, and where each unit stood in each; who was not ranked has no place.

    `absent` and `unusable` are those of the years looked back on that have none, or none of use, oldest first.
    """

    periods: tuple[Period, ...] = ()
    places: Mapping[tuple[str, Period], YearPlace] | None = None
    absent: tuple[Period, ...] = ()
    unusable: tuple[tuple[Period, Unusable], ...] = ()

    def of(self, unit_id: str) -> tuple[YearPlace | None, ...]:
        """A unit's place in each year; None where it has none: a gap."""
        return tuple(self.places.get((unit_id, period)) for period in self.periods)

    @property
    def looks_back(self) -> bool:
        """Whether there is any year to stand beside this one."""
        return len(self.periods) > 1


def of_year(results: Results, earlier: Earlier) -> Years:
    """Return a year beside the years before it; of a draft or of a quarter there are none."""
    if results.draft is not None or not results.county.is_year:
        return Years()
    this = results.county.period
    before = sorted(lookback.wanted(this))
    there = {period: found for period in before if isinstance(found := earlier.get(period), Published)}
    first = min(there, default=this)
    return Years(
        periods=(*(period for period in before if period >= first), this),
        places=dict(chain(_before(there), _now(results))),
        absent=tuple(period for period in before if period not in earlier),
        unusable=tuple((period, its) for period in before if isinstance(its := earlier.get(period), Unusable)),
    )


def _before(there: Mapping[Period, Published]) -> Iterator[tuple[tuple[str, Period], YearPlace]]:
    for period, found in there.items():
        for kind, rank in (("committees", "rank"), ("branches", "rank_county")):  # committees have one rank only
            for row in found.results[kind]:
                total = None if row["total"] is None else Fraction(row["total"])
                yield (row["id"], period), YearPlace(total, row["grade"], row.get(rank))


def _now(results: Results) -> Iterator[tuple[tuple[str, Period], YearPlace]]:
    for standing in (*results.committees, *results.branches):
        total = Fraction(written(results.county, standing.scores.total))
        yield (standing.unit.id, results.county.period), YearPlace(total, standing.grade, standing.rank_county)

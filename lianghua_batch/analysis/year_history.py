"""Each unit's total, grade and rank year by year: this year's results after those published for earlier years."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from lianghua_batch.analysis import lookback
from lianghua_batch.analysis.lookback import Earlier
from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.core.periods import Period
from lianghua_batch.scoring.results import Results, published_text


@dataclass(frozen=True)
class YearPlace:
    """A unit's total, grade and county-wide rank in one year."""

    total: Fraction | None
    grade: str | None
    rank: int | None


@dataclass(frozen=True)
class YearHistory:
    """The years from the first with published results to this one, and each ranked unit's place by (code, year).

    `absent`, `unusable`: the earlier years within reach without results, or whose results cannot be read; oldest first.
    """

    periods: tuple[Period, ...] = ()
    places: Mapping[tuple[str, Period], YearPlace] | None = None
    absent: tuple[Period, ...] = ()
    unusable: tuple[tuple[Period, Unusable], ...] = ()

    def unit_places(self, unit_id: str) -> tuple[YearPlace | None, ...]:
        """A unit's place in each year; None where it was not ranked."""
        return tuple(self.places.get((unit_id, period)) for period in self.periods)

    @property
    def looks_back(self) -> bool:
        """Whether there is any earlier year."""
        return len(self.periods) > 1


def year_history(results: Results, earlier: Earlier) -> YearHistory:
    """Return a year with the years before it; empty for a draft and for a quarter."""
    if results.draft is not None or not results.county.is_year:
        return YearHistory()
    this = results.county.period
    before = sorted(lookback.earlier_periods(this))
    published = {period: found for period in before if isinstance(found := earlier.get(period), Published)}
    first = min(published, default=this)
    return YearHistory(
        periods=(*(period for period in before if period >= first), this),
        places=dict(chain(_before(published), _now(results))),
        absent=tuple(period for period in before if period not in earlier),
        unusable=tuple((period, error) for period in before if isinstance(error := earlier.get(period), Unusable)),
    )


def _before(published: Mapping[Period, Published]) -> Iterator[tuple[tuple[str, Period], YearPlace]]:
    for period, found in published.items():
        for kind, rank in (("committees", "rank"), ("branches", "rank_county")):  # committees have one rank only
            for row in found.results[kind]:
                total = None if row["total"] is None else Fraction(row["total"])
                yield (row["id"], period), YearPlace(total, row["grade"], row.get(rank))


def _now(results: Results) -> Iterator[tuple[tuple[str, Period], YearPlace]]:
    for result in (*results.committees, *results.branches):
        total = Fraction(published_text(results.county, result.scores.total))
        yield (result.unit.id, results.county.period), YearPlace(total, result.grade, result.rank_county)

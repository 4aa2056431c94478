"""How units moved within a year: the monitoring results of its quarters, computed from the year's own forms (spec §6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lianghua_batch.core.periods import Period
from lianghua_batch.scoring import organisation_quarter, results
from lianghua_batch.scoring.results import Results, UnitResult


@dataclass(frozen=True)
class Trends:
    """The quarters in their order, and every unit's standing in each; a unit without a score has none there: a gap."""

    quarters: tuple[Period, ...]
    standings: Mapping[tuple[str, Period], UnitResult]

    def of(self, unit_id: str) -> tuple[UnitResult | None, ...]:
        """A unit's standing in each quarter; None where it has no score."""
        return tuple(self.standings.get((unit_id, q)) for q in self.quarters)

    def has(self, unit_id: str) -> bool:
        """Whether a unit has a score in any quarter."""
        return any(self.of(unit_id))


def of_year(year: Results) -> Trends:
    """Return the quarters of a year's results, each exactly as a `run` for that quarter gives it."""
    quarters = tuple(year.county.period.quarters)
    return Trends(quarters, {(s.unit.id, q): s for q in quarters for s in _units(of_quarter(year, q))})


def of_quarter(year: Results, period: Period) -> Results:
    """Return what one quarter of a year came to; what is missing in it is a gap, not a problem."""
    county = replace(year.county, period=period)
    only = {key: its for key, its in year.scored.quarters.items() if its.period == period}
    members = replace(year.scored, quarters=only, years={})
    branches, committees, _ = organisation_quarter.organisation_quarters(county, members)
    return results.build(county, members, branches, committees)


def _units(of_period: Results) -> Iterable[UnitResult]:
    return (*of_period.committees, *of_period.branches)

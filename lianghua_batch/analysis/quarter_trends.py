"""The quarterly monitoring results of a year, computed again from the year's own forms (spec §6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lianghua_batch.core.periods import Period
from lianghua_batch.scoring import organisation_quarter, results
from lianghua_batch.scoring.results import Results, UnitResult


@dataclass(frozen=True)
class QuarterTrends:
    """The quarters in their order, and the result of each unit by (code, quarter); a unit without a score has no entry."""

    quarters: tuple[Period, ...]
    results: Mapping[tuple[str, Period], UnitResult]

    def unit_results(self, unit_id: str) -> tuple[UnitResult | None, ...]:
        """A unit's result in each quarter; None where it has no score."""
        return tuple(self.results.get((unit_id, q)) for q in self.quarters)

    def has(self, unit_id: str) -> bool:
        """Whether a unit has a score in any quarter."""
        return any(self.unit_results(unit_id))


def quarter_trends(year: Results) -> QuarterTrends:
    """Return all quarters of a year, each exactly as a `run` for that quarter gives it."""
    quarters = tuple(year.county.period.quarters)
    return QuarterTrends(quarters, {(s.unit.id, q): s for q in quarters for s in _units(quarter_results(year, q))})


def quarter_results(year: Results, period: Period) -> Results:
    """Return the results of one quarter of a year; missing data leave units out and are no problem."""
    county = replace(year.county, period=period)
    quarters = {key: quarter for key, quarter in year.scored.quarters.items() if quarter.period == period}
    members = replace(year.scored, quarters=quarters, years={})
    branches, committees, _ = organisation_quarter.organisation_quarters(county, members)
    return results.build(county, members, branches, committees)


def _units(quarter: Results) -> Iterable[UnitResult]:
    return (*quarter.committees, *quarter.branches)

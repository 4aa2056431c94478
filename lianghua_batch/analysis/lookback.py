"""Which earlier results a period looks back on: of the period before, or of a year several years before it."""

from collections.abc import Mapping

from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.core import periods, resources
from lianghua_batch.core.periods import YEAR, Period

# By period; one of which nothing was published is not there, one that cannot be used says why.
Earlier = Mapping[Period, Published | Unusable]


def earlier_periods(period: Period) -> tuple[Period, ...]:
    """Return the periods that are looked back on, the latest first."""
    if period.kind != YEAR:
        return (period.previous,)
    return _years(period, max(resources.load("messages/history")["years_before"], len(consecutive_years(period)), 1))


def consecutive_years(year: Period) -> tuple[Period, ...]:
    """Return the years before a year that the conditions of 结果运用 count, the latest first."""
    conditions = resources.load("rules/rewards")["adjustment"]["conditions"].values()
    return _years(year, max(condition["years"] for condition in conditions) - 1)


def _years(year: Period, count: int) -> tuple[Period, ...]:
    return tuple(periods.year(year.year - back) for back in range(1, count + 1))

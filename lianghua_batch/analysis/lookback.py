"""Which earlier results a period is compared with: a quarter with the quarter before, a year with several years before."""

from collections.abc import Mapping

from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.core import periods, resources
from lianghua_batch.core.periods import YEAR, Period

# Published results by period, or why they cannot be used; periods without results are absent.
Earlier = Mapping[Period, Published | Unusable]


def earlier_periods(period: Period) -> tuple[Period, ...]:
    """Return the earlier periods that a period is compared with, the latest first."""
    if period.kind != YEAR:
        return (period.previous,)
    return _years(period, max(resources.load("messages/history")["years_before"], len(consecutive_years(period)), 1))


def consecutive_years(year: Period) -> tuple[Period, ...]:
    """Return the earlier years that the conditions of 结果运用 over consecutive years need, the latest first."""
    conditions = resources.load("rules/rewards")["adjustment"]["conditions"].values()
    return _years(year, max(condition["years"] for condition in conditions) - 1)


def _years(year: Period, count: int) -> tuple[Period, ...]:
    return tuple(periods.year(year.year - back) for back in range(1, count + 1))

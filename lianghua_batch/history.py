"""The earlier results that a period looks back on: of the period before, and of the years that 结果运用 counts running."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from lianghua_batch import earlier, periods, resources
from lianghua_batch.earlier import Published, Unusable
from lianghua_batch.periods import YEAR, Period

# By period; one of which nothing was published is not there, one that cannot be used says why.
Earlier = Mapping[Period, Published | Unusable]


def wanted(period: Period) -> tuple[Period, ...]:
    """Return the periods that are looked back on, the latest first."""
    if period.kind != YEAR:
        return (period.previous,)
    conditions = resources.load("uses")["adjustment"]["conditions"].values()
    running = max(condition["years"] for condition in conditions)  # this year included
    return tuple(periods.year(period.year - back) for back in range(1, max(running, 2)))


def in_outputs(outputs: Path, period: Period) -> Earlier:
    """Return what there is of the periods wanted in the folder 输出; its own place is not told in why something is of no use."""
    found = {before: _of_period(outputs, before) for before in wanted(period)}
    return {before: each for before, each in found.items() if each is not None}


def _of_period(outputs: Path, period: Period) -> Published | Unusable | None:
    found = earlier.published(outputs, period)
    if isinstance(found, Unusable):
        return _unusable(str(found), outputs)
    if found is not None and found.results["period"] != str(period):
        facts = {"path": found.path, "period": found.results["period"], "wanted": period}
        return _unusable(resources.load("history")["other_period"].format_map(facts), outputs)
    return None if found is None else replace(found, basis=None)  # nobody asks what it rests on


def _unusable(reason: str, outputs: Path) -> Unusable:
    """A reason that reads the same wherever the data lies: it goes into workbooks."""
    return Unusable(reason.replace(str(outputs), outputs.name))

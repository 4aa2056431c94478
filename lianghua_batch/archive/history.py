"""The earlier results that a period looks back on: of the period before, or of a year several years before it."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from lianghua_batch.archive import published_reader, seal_names, seal_store
from lianghua_batch.archive.published_reader import Published, Unusable
from lianghua_batch.core import periods, resources
from lianghua_batch.core.periods import YEAR, Period

# By period; one of which nothing was published is not there, one that cannot be used says why.
Earlier = Mapping[Period, Published | Unusable]


def wanted(period: Period) -> tuple[Period, ...]:
    """Return the periods that are looked back on, the latest first."""
    if period.kind != YEAR:
        return (period.previous,)
    return _years(period, max(resources.load("history")["years_before"], len(counted_running(period)), 1))


def counted_running(year: Period) -> tuple[Period, ...]:
    """Return the years before a year that the conditions of 结果运用 count, the latest first."""
    conditions = resources.load("uses")["adjustment"]["conditions"].values()
    return _years(year, max(condition["years"] for condition in conditions) - 1)


def _years(year: Period, count: int) -> tuple[Period, ...]:
    return tuple(periods.year(year.year - back) for back in range(1, count + 1))


def of(data: Path, period: Period) -> Earlier:
    """Return what there is of the periods wanted in a data folder: what is sealed, else what lies in 输出.

    The data folder's own place is not told in why something is of no use.
    """
    seals = seal_store.seals(seal_names.folder(data))
    outputs = data / resources.load("reading")["output_folder"]
    found = {}
    for before in wanted(period):
        seal = seal_store.in_force(seals, before)
        found[before] = published_reader.published(outputs, before) if seal is None else published_reader.sealed(seal)
    return {before: _usable(each, before, data) for before, each in found.items() if each is not None}


def _usable(found: Published | Unusable, period: Period, data: Path) -> Published | Unusable:
    """What was found, or why it is of no use."""
    if isinstance(found, Unusable):
        return _unusable(str(found), data)
    if found.results["period"] != str(period):
        facts = {"path": found.path, "period": found.results["period"], "wanted": period}
        return _unusable(resources.load("history")["other_period"].format_map(facts), data)
    return replace(found, left_aside=found.left_aside and _placeless(found.left_aside, data))


def _unusable(reason: str, data: Path) -> Unusable:
    return Unusable(_placeless(reason, data))


def _placeless(reason: str, data: Path) -> str:
    """A reason that reads the same wherever the data lies: it goes into workbooks."""
    return reason.replace(f"{data}{os.sep}", "")

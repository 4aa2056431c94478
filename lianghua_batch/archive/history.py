"""Reads the earlier results that a period is compared with: the sealed ones, else those in 输出."""

import os
from dataclasses import replace
from pathlib import Path

from lianghua_batch.analysis.lookback import Earlier, earlier_periods
from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.archive import published_reader, seal_names, seal_store
from lianghua_batch.core import resources
from lianghua_batch.core.periods import Period


def earlier_results(data: Path, period: Period) -> Earlier:
    """Return the results of the earlier periods that a period is compared with: the sealed ones, else those in 输出.

    Reasons why results cannot be used do not name the data folder.
    """
    seals = seal_store.seals(seal_names.folder(data))
    outputs = data / resources.load("reading")["output_folder"]
    found = {}
    for before in earlier_periods(period):
        seal = seal_store.in_force(seals, before)
        found[before] = (
            published_reader.from_outputs(outputs, before) if seal is None else published_reader.from_seal(seal)
        )
    return {before: _usable(each, before, data) for before, each in found.items() if each is not None}


def _usable(found: Published | Unusable, period: Period, data: Path) -> Published | Unusable:
    """What was found, or why it cannot be used."""
    if isinstance(found, Unusable):
        return _unusable(str(found), data)
    if found.results["period"] != str(period):
        facts = {"path": found.path, "period": found.results["period"], "wanted": period}
        return _unusable(resources.load("messages/history")["other_period"].format_map(facts), data)
    return replace(found, audit_trail_fault=found.audit_trail_fault and _placeless(found.audit_trail_fault, data))


def _unusable(reason: str, data: Path) -> Unusable:
    return Unusable(_placeless(reason, data))


def _placeless(reason: str, data: Path) -> str:
    """The reason without the data folder's path: it goes into workbooks, which must not depend on it."""
    return reason.replace(f"{data}{os.sep}", "")

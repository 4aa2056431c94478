"""The published numbers of one row of results.json that are others: what can be told even where nothing says why."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lianghua_batch import resources
from lianghua_batch.contributions import step_label
from lianghua_batch.differences.model import Component
from lianghua_batch.moves import MEMBERS

_OF_MEMBERS = ("months", "quarters", "points", "review")
_OF_UNITS = (
    "member_mean",
    "indicators",
    "assessment",
    "supervisors",
    "masses",
    "clients",
    "year_end",
    "inspections",
    "inspection",
    "annual",
    "individual",
    "dynamic",
    "discipline",
)
_SEVERAL = {
    "months": "month_score",
    "quarters": "approved",
    "indicators": "indicator",
    "inspections": "inspection_period",
}


_BY_PERIOD = ("months", "quarters", "inspections")


def named(kind: str, same_period: bool) -> list[str]:
    """The numbers of a list's rows that can be compared: of two periods none that is one of a month or a quarter."""
    names = _OF_MEMBERS if kind == MEMBERS else _OF_UNITS
    return [name for name in names if same_period or name not in _BY_PERIOD]


def moved(names: Iterable[str], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Component]:
    """Those of the numbers that are others or are there on one side only."""
    for name in names:
        if name in _SEVERAL:
            before, after = old.get(name) or {}, new.get(name) or {}
            words = resources.load("compare")["diff"]["of_several"]
            for key in {**before, **after}:
                if before.get(key) != after.get(key):
                    label = words.format(step=step_label(_SEVERAL[name]), key=key)
                    yield Component(f"{name}.{key}", label, before.get(key), after.get(key))
        elif old.get(name) != new.get(name):
            yield Component(name, step_label(name), old.get(name), new.get(name))

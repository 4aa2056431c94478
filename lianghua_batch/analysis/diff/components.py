"""The changed numbers of one row of results.json, which are known even without an audit trail."""

from collections.abc import Iterator, Mapping
from typing import Any

from lianghua_batch.analysis.diff.model import Component
from lianghua_batch.analysis.rank_changes import MEMBERS
from lianghua_batch.core import resources
from lianghua_batch.core.periods import YEAR
from lianghua_batch.model.scores import step_label

# The numbers of a row with their steps; a quarter has some of them under the key of another step of the year.
_MEMBERS_YEAR = {"months": "month_score", "quarters": "approved", "points": "points", "review": "review"}
_MEMBERS_QUARTER = {"months": "month_score", "points": "approved"}
_UNITS_YEAR = {
    "member_mean": "member_mean",
    "indicators": "indicator",
    "assessment": "assessment",
    "supervisors": "supervisors",
    "masses": "masses",
    "clients": "clients",
    "year_end": "year_end",
    "inspections": "inspection_period",
    "inspection": "inspection",
    "annual": "annual",
    "individual": "individual",
    "dynamic": "dynamic",
    "discipline": "discipline",
}
_UNITS_QUARTER = {"member_mean": "member_mean", "inspection": "inspection_period"}
_SEVERAL = ("months", "quarters", "indicators", "inspections")


def row_steps(kind: str, period_kind: str) -> Mapping[str, str]:
    """Return the numbers in a list's rows with their steps."""
    if kind == MEMBERS:
        return _MEMBERS_YEAR if period_kind == YEAR else _MEMBERS_QUARTER
    return _UNITS_YEAR if period_kind == YEAR else _UNITS_QUARTER


def changed_components(named: Mapping[str, str], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Component]:
    """Yield those of the `named` numbers (with their steps) that changed or are on one side only."""
    for name, step in named.items():
        if name in _SEVERAL:
            before, after = old.get(name) or {}, new.get(name) or {}
            words = resources.load("messages/compare")["diff"]["one_of_several"]
            for key in {**before, **after}:
                if before.get(key) != after.get(key):
                    label = words.format(step=step_label(step), key=key)
                    yield Component(f"{name}.{key}", label, before.get(key), after.get(key))
        elif old.get(name) != new.get(name):
            yield Component(name, step_label(step), old.get(name), new.get(name))

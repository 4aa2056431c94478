"""Numbers that units lack because of other errors: only the cause is told."""

from collections.abc import Iterable

from lianghua_batch.core.problems import Problem
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import BRANCH
from lianghua_batch.scoring import due_forms as owed
from lianghua_batch.scoring.eligibility import Scope

_NO_MEMBERS, _NO_METRIC = "E336", "E337"


def left_out(problems: Iterable[Problem], county: County, scope: Scope) -> list[Problem]:
    """Leave out that a unit lacks a number which its forms, or its branches, would give it: what they lack is told already."""
    return [p for p in problems if not _would_be_there(p, county, scope)]


def _would_be_there(found: Problem, county: County, scope: Scope) -> bool:
    """Whether the number is missing only because a month, a review or a branch's score is."""
    if found.code not in (_NO_MEMBERS, _NO_METRIC):
        return False
    unit = county.roster.unit(found.unit, county.period.last_day)
    branches = _branches(county, unit)
    if found.code == _NO_METRIC and county.scheme.indicator[found.value].metric == "branch_mean":
        return bool(branches)
    return any(_scored(county, scope, branch) for branch in branches)


def _branches(county: County, unit: Unit) -> list[str]:
    return [unit.id] if unit.level == BRANCH else [b.id for b in county.branches_of(unit.id)]


def _scored(county: County, scope: Scope, branch: str) -> bool:
    """Whether the branch has a member who is to be scored in the period."""
    if county.is_year:
        return bool(owed.in_year(county, scope, branch))
    return bool(owed.in_quarter(county, scope, branch, county.period))

"""晋位升级: branches whose 支部类别 differs from the year before, by the 计分依据.json of that year."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lianghua_batch.analysis.lookback import Earlier
from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.model.scheme import BRANCH
from lianghua_batch.scoring.results import Results, UnitResult

COMPARED = "compared"
# Why nothing is compared: no results of last year, or unreadable ones; no 计分依据.json beside them, or an unreadable one; one
# written by a version that did not record 支部类别; no branch had a class then; none has one now.
ABSENT, UNUSABLE, NO_BASIS, LEFT_ASIDE, UNRECORDED = "absent", "unusable", "no_basis", "left_aside", "unrecorded"
BLANK_BEFORE, BLANK_NOW = "blank_before", "blank_now"
UP, DOWN, SAME = "up", "down", "same"
NEW, NONE_BEFORE, NONE_NOW, NONE = "new", "none_before", "none_now", "none"

_KEY = "branch_class"


@dataclass(frozen=True)
class FormerBranch:
    """A branch that was ranked last year and is not now."""

    id: str
    name: str
    was: str | None


@dataclass(frozen=True)
class BranchClassChange:
    """A ranked branch's 支部类别 last year and now; `kind`: UP, DOWN, SAME, or which of the two is missing."""

    result: UnitResult
    was: str | None
    now: str | None
    kind: str

    @property
    def steps(self) -> int:
        """By how many classes it rose (negative: fell); 0 where it stayed or a class is missing."""
        return _steps(self.was, self.now) if self.kind in (UP, DOWN) else 0


@dataclass(frozen=True)
class BranchClassChanges:
    """Every ranked branch's change by code, and the branches ranked last year only.

    `status`: COMPARED, or why nothing is compared; then only `now` of each change is known. `reason`: that in words, where a
    file is at fault. `before`: last year's class by code of all branches ranked then.
    """

    status: str
    changes: Mapping[str, BranchClassChange]
    before: Mapping[str, str | None] = field(default_factory=dict)
    former: tuple[FormerBranch, ...] = ()
    reason: str | None = None

    @property
    def compared(self) -> bool:
        return self.status == COMPARED


def classes() -> tuple[str, ...]:
    """Return the 支部类别 that 花名册 allows, the best first."""
    return tuple(definitions()["roster"].sheet("units").column(_KEY).choices)


def branch_class_changes(results: Results, earlier: Earlier) -> BranchClassChanges | None:
    """Return the changes of a year's ranked branches; None for a draft, for a quarter, and where the county uses no classes."""
    if results.draft is not None or not results.county.is_year:
        return None
    status, before, reason = _before(earlier.get(results.county.period.previous))
    now = {s.unit.id: s.unit.details.get(_KEY) for s in results.branches}
    if not any(now.values()):
        if not any(branch["class"] for branch in before.values()):
            return None
        status = BLANK_NOW
    if status != COMPARED:
        before = {}
    was = {code: branch["class"] for code, branch in before.items()}
    changes = {s.unit.id: _change(s, was, now[s.unit.id]) for s in results.branches}
    former = tuple(FormerBranch(i, b["name"], b["class"]) for i, b in sorted(before.items()) if i not in now)
    return BranchClassChanges(status, changes, was, former, reason)


def _before(found: Published | Unusable | None) -> tuple[str, Mapping[str, Mapping[str, str | None]], str | None]:
    """The status, last year's name and class by branch, and the reason in words where a file is at fault."""
    if found is None:
        return ABSENT, {}, None
    if isinstance(found, Unusable):
        return UNUSABLE, {}, str(found)
    if found.audit_trail is None:
        return (NO_BASIS, {}, None) if found.audit_trail_fault is None else (LEFT_ASIDE, {}, found.audit_trail_fault)
    units = {code: unit for code, unit in found.audit_trail["units"].items() if unit["level"] == BRANCH}
    if not any(_KEY in unit for unit in units.values()):
        return UNRECORDED, {}, None
    branches = {code: {"name": unit["name"], "class": unit.get(_KEY)} for code, unit in units.items()}
    return (COMPARED if any(branch["class"] for branch in branches.values()) else BLANK_BEFORE), branches, None


def _change(result: UnitResult, before: Mapping[str, str | None], now: str | None) -> BranchClassChange:
    was = before.get(result.unit.id)
    if was is None or now is None:
        kind = NONE if was is now else NONE_NOW if now is None else NONE_BEFORE
        return BranchClassChange(result, was, now, kind if result.unit.id in before else NEW)
    steps = _steps(was, now)
    return BranchClassChange(result, was, now, UP if steps > 0 else DOWN if steps < 0 else SAME)


def _steps(was: str, now: str) -> int:
    order = classes()
    return order.index(was) - order.index(now)

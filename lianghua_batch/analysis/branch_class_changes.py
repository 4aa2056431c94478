"""晋位升级: whose 支部类别 is another one than the year before, as far as 计分依据 of that year tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lianghua_batch.analysis.lookback import Earlier
from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.model.scheme import BRANCH
from lianghua_batch.scoring.results import Results, UnitResult

COMPARED = "compared"
# Why nothing is compared: no last year; of no use; nothing beside it that says what it rests on, or of no use; written before
# 支部类别 was; nobody had one; nobody has one now.
ABSENT, UNUSABLE, NO_BASIS, LEFT_ASIDE, UNRECORDED = "absent", "unusable", "no_basis", "left_aside", "unrecorded"
BLANK_BEFORE, BLANK_NOW = "blank_before", "blank_now"
UP, DOWN, SAME = "up", "down", "same"
NEW, NONE_BEFORE, NONE_NOW, NONE = "new", "none_before", "none_now", "none"

_KEY = "branch_class"


@dataclass(frozen=True)
class Gone:
    """A branch that was ranked last year and is not now."""

    id: str
    name: str
    was: str | None


@dataclass(frozen=True)
class ClassMove:
    """A ranked branch's 支部类别 last year and now; `kind` says which way it went, or what is lacking."""

    result: UnitResult
    was: str | None
    now: str | None
    kind: str

    @property
    def steps(self) -> int:
        """By how many classes it rose, or, negative, fell; 0 where it did not, or cannot be told."""
        return _steps(self.was, self.now) if self.kind in (UP, DOWN) else 0


@dataclass(frozen=True)
class ClassMoves:
    """Every ranked branch's move by code, and who is gone; where nothing is compared, `told` says why, and only `now` is known.

    `before` are last year's classes by code, of all who were ranked then.
    """

    told: str
    moves: Mapping[str, ClassMove]
    before: Mapping[str, str | None] = field(default_factory=dict)
    gone: tuple[Gone, ...] = ()
    reason: str | None = None

    @property
    def compared(self) -> bool:
        return self.told == COMPARED


def classes() -> tuple[str, ...]:
    """Return the classes that 花名册 knows, the best first."""
    return tuple(definitions()["roster"].sheet("units").column(_KEY).choices)


def class_changes(results: Results, earlier: Earlier) -> ClassMoves | None:
    """Return the moves of a year's ranked branches; None of a draft, of a quarter, or where the county uses no classes."""
    if results.draft is not None or not results.county.is_year:
        return None
    told, before, reason = _before(earlier.get(results.county.period.previous))
    now = {s.unit.id: s.unit.details.get(_KEY) for s in results.branches}
    if not any(now.values()):
        if not any(its["class"] for its in before.values()):
            return None
        told = BLANK_NOW
    if told != COMPARED:
        before = {}
    was = {code: its["class"] for code, its in before.items()}
    moves = {s.unit.id: _move(s, was, now[s.unit.id]) for s in results.branches}
    gone = tuple(Gone(code, its["name"], its["class"]) for code, its in sorted(before.items()) if code not in now)
    return ClassMoves(told, moves, was, gone, reason)


def _before(found: Published | Unusable | None) -> tuple[str, Mapping[str, Mapping[str, str | None]], str | None]:
    """Whether last year's classes are known, or why not; name and class of each branch then; the reason in words."""
    if found is None:
        return ABSENT, {}, None
    if isinstance(found, Unusable):
        return UNUSABLE, {}, str(found)
    if found.basis is None:
        return (NO_BASIS, {}, None) if found.left_aside is None else (LEFT_ASIDE, {}, found.left_aside)
    units = {code: its for code, its in found.basis["units"].items() if its["level"] == BRANCH}
    if not any(_KEY in its for its in units.values()):
        return UNRECORDED, {}, None
    branches = {code: {"name": its["name"], "class": its.get(_KEY)} for code, its in units.items()}
    return (COMPARED if any(its["class"] for its in branches.values()) else BLANK_BEFORE), branches, None


def _move(result: UnitResult, before: Mapping[str, str | None], now: str | None) -> ClassMove:
    was = before.get(result.unit.id)
    if was is None or now is None:
        kind = NONE if was is now else NONE_NOW if now is None else NONE_BEFORE
        return ClassMove(result, was, now, kind if result.unit.id in before else NEW)
    steps = _steps(was, now)
    return ClassMove(result, was, now, UP if steps > 0 else DOWN if steps < 0 else SAME)


def _steps(was: str, now: str) -> int:
    order = classes()
    return order.index(was) - order.index(now)

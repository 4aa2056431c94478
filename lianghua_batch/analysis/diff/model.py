"""What two results differ in: who moved, by which parts, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from lianghua_batch.analysis.rank_changes import RankChange
from lianghua_batch.core import exact

# Why a score changed: the forms, the scheme, who is where; a rounding that fell out otherwise; or nothing that is known.
DATA, RULE, ROSTER, ROUNDING, OTHER = "data", "rule", "roster", "rounding", "other"


@dataclass(frozen=True)
class Reason:
    """One signed part of the change of a score: of which kind, what changed in words, how much that makes, through whom."""

    kind: str
    what: str
    amount: Fraction
    whom: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cause:
    """Why a grade or a rank is another one: a code, and in words."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Component:
    """A published number that is another one."""

    name: str
    label: str
    was: str | None
    now: str | None


@dataclass(frozen=True)
class UnitChange:
    """One unit or member that is not in both results as it was.

    `reasons` sum to the change of the total exactly; None where it cannot be attributed: a side is missing, or its 计分依据.
    """

    rank_change: RankChange
    components: tuple[Component, ...]
    reasons: tuple[Reason, ...] | None = None
    grade_cause: Cause | None = None
    rank_cause: Cause | None = None


@dataclass(frozen=True)
class RuleChange:
    """One rule that is another one; None on the side where it is not."""

    what: str
    was: str | None
    now: str | None


@dataclass(frozen=True)
class DiffHead:
    """Which results these are."""

    name: str
    period: str
    scheme: str
    tool: str


@dataclass(frozen=True)
class Differences:
    """All that two results differ in; `notes` say what could not be told and why.

    `rules` is None where 计分依据 is missing on a side; `branches` is how the branches are called.
    """

    old: DiffHead
    new: DiffHead
    notes: tuple[str, ...]
    rules: tuple[RuleChange, ...] | None
    roster: tuple[RuleChange, ...]
    counts: Mapping[str, Mapping[str, int]]
    changes: Mapping[str, tuple[UnitChange, ...]]
    branches: Mapping[str, str]

    @property
    def none(self) -> bool:
        """Whether the results say the same."""
        return not (self.rules or self.roster or any(self.changes.values()))


def scaled(reasons: Iterable[Reason], share: Fraction) -> list[Reason]:
    """The reasons of a score as they count in one that takes `share` of it."""
    return [replace(reason, amount=reason.amount * share) for reason in reasons]


def merged(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Reasons of one wording as one, without those that make nothing; the largest first, roundings last."""
    found: dict[tuple[str, str], Reason] = {}
    for reason in reasons:
        known = found.get((reason.kind, reason.what))
        if known is not None:
            whom = tuple(dict.fromkeys((*known.whom, *reason.whom)))
            reason = replace(reason, amount=known.amount + reason.amount, whom=whom)
        found[reason.kind, reason.what] = reason
    listed = [reason for reason in found.values() if reason.amount]
    return tuple(sorted(listed, key=lambda r: (r.kind == ROUNDING, -abs(r.amount))))


def total(reasons: Iterable[Reason]) -> Fraction:
    """What reasons sum to."""
    return sum((reason.amount for reason in reasons), exact.ZERO)

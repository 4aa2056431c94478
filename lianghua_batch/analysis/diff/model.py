"""The differences of two results: who changed, in which numbers, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from lianghua_batch.analysis.rank_changes import RankChange
from lianghua_batch.core import exact

# Why a score changed: the forms, the scheme, 花名册, another rounding, or an unknown cause.
DATA, RULE, ROSTER, ROUNDING, OTHER = "data", "rule", "roster", "rounding", "other"


@dataclass(frozen=True)
class Reason:
    """One signed part of a score's change: its kind, what changed in words, the amount, and the codes of the units or members it came through."""

    kind: str
    what: str
    amount: Fraction
    whom: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cause:
    """Why a grade or a rank changed: a code, and the sentence."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Component:
    """A published number that changed."""

    name: str
    label: str
    was: str | None
    now: str | None


@dataclass(frozen=True)
class UnitChange:
    """One unit or member that differs between the results.

    `reasons` sum to the change of the total exactly; None where a side or an audit trail is missing.
    """

    rank_change: RankChange
    components: tuple[Component, ...]
    reasons: tuple[Reason, ...] | None = None
    grade_cause: Cause | None = None
    rank_cause: Cause | None = None


@dataclass(frozen=True)
class RuleChange:
    """One changed rule; None on a side that does not have it."""

    what: str
    was: str | None
    now: str | None


@dataclass(frozen=True)
class ComparedFile:
    """One of the two results: its file, period, scheme and the version that wrote it."""

    name: str
    period: str
    scheme: str
    tool: str


@dataclass(frozen=True)
class Differences:
    """All differences of two results; `notes` say what could not be compared and why.

    `rules` is None where an audit trail is missing; `branches`: the names of the branches by code.
    """

    old: ComparedFile
    new: ComparedFile
    notes: tuple[str, ...]
    rules: tuple[RuleChange, ...] | None
    roster: tuple[RuleChange, ...]
    counts: Mapping[str, Mapping[str, int]]
    changes: Mapping[str, tuple[UnitChange, ...]]
    branches: Mapping[str, str]

    @property
    def is_empty(self) -> bool:
        """Whether the results are equal."""
        return not (self.rules or self.roster or any(self.changes.values()))


def scaled(reasons: Iterable[Reason], share: Fraction) -> list[Reason]:
    """Return the reasons of a score as they count in a score that takes `share` of it."""
    return [replace(reason, amount=reason.amount * share) for reason in reasons]


def merged(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return the reasons with equal wordings added up, without zero amounts; the largest first, roundings last."""
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
    """Return the sum of the reasons' amounts."""
    return sum((reason.amount for reason in reasons), exact.ZERO)

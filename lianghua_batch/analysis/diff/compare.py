"""Compares two results (`diff`): what differs and why. `sentences` writes the differences for people, `as_json` for programs."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from lianghua_batch.analysis import rank_changes
from lianghua_batch.analysis.diff import components, grade_and_rank, members, rules
from lianghua_batch.analysis.diff.model import ComparedFile, Component, Differences, Reason, UnitChange
from lianghua_batch.analysis.diff.sides import Pair, Side
from lianghua_batch.analysis.diff.units import Attribution
from lianghua_batch.analysis.published import Published
from lianghua_batch.analysis.rank_changes import BRANCHES, KINDS, MEMBERS, RankChange
from lianghua_batch.core import exact, periods, resources

__all__ = ["Incomparable", "compare"]


class Incomparable(ValueError):
    """A year and a quarter, which have no numbers in common; str() is the sentence for the user."""


def compare(old: Published, new: Published) -> Differences:
    """Return the differences of two results, with reasons where they are of one period and both have their audit trail; raises Incomparable."""
    was, now = (each.results["period"] for each in (old, new))
    if periods.parse(was).kind != periods.parse(now).kind:
        raise Incomparable(resources.load("messages/compare")["diff"]["incomparable"].format(was=was, now=now))
    sides = Side(old.results, old.audit_trail), Side(new.results, new.audit_trail)
    known = Pair(*sides) if old.audit_trail is not None and new.audit_trail is not None else None
    listed = {kind: rank_changes.rank_changes(old.results, new.results, kind) for kind in KINDS}
    comparison = _SamePeriodComparison(sides, known, listed) if was == now else _Comparison(sides, listed)
    return Differences(
        old=_compared_file(old),
        new=_compared_file(new),
        notes=tuple(_notes(old, new)),
        rules=None if known is None else tuple(rules.rule_changes(known)),
        roster=tuple(rules.roster_changes(*sides, listed)),
        counts={kind: rank_changes.counts(changes) for kind, changes in listed.items()},
        changes={kind: tuple(comparison.changes(kind)) for kind in KINDS},
        branches={rank_change.id: rank_change.latest.name for rank_change in listed[BRANCHES]},
    )


def _compared_file(published: Published) -> ComparedFile:
    results = published.results
    return ComparedFile(str(published.path), results["period"], results["scheme"], results["tool"])


def _notes(old: Published, new: Published) -> Iterator[str]:
    """What the comparison cannot show, and why."""
    words = resources.load("messages/compare")["diff"]["notes"]
    if old.results["period"] != new.results["period"]:
        yield words["periods"].format(was=old.results["period"], now=new.results["period"])
    for published in (old, new):
        if published.audit_trail_fault is not None:
            yield words["left_aside"].format(reason=published.audit_trail_fault)
        elif published.audit_trail is None:
            yield words["no_basis"].format(path=published.path, name=resources.load("reading")["basis_name"])
    if old.results["tool"] != new.results["tool"]:
        yield words["tools"].format(was=old.results["tool"], now=new.results["tool"])


class _Comparison:
    """The changes of each list between two periods: totals, grades and ranks."""

    pair: Pair | None = None

    def __init__(self, sides: tuple[Side, Side], listed: Mapping[str, list[RankChange]]) -> None:
        self.sides, self.listed = sides, listed
        self._names = {code: row["name"] for side in sides for code, row in side.units.items()}

    def changes(self, kind: str) -> list[UnitChange]:
        """Every unit or member that differs, the largest changes of the total first; members by branch."""
        found = list(self._changes(kind))
        return sorted(
            found, key=lambda c: (c.rank_change.latest.cohort if kind == MEMBERS else "", _size(c), c.rank_change.id)
        )

    def _changes(self, kind: str) -> Iterator[UnitChange]:
        cohorts = _by_cohort(self.listed[kind])
        for rank_change in self.listed[kind]:
            parts = self.components(kind, rank_change) if rank_change.on_both_sides else ()
            if rank_change.changed or parts:
                yield self._change(kind, rank_change, parts, cohorts[rank_change.latest.cohort])

    def _change(
        self, kind: str, rank_change: RankChange, parts: tuple[Component, ...], cohort: list[RankChange]
    ) -> UnitChange:
        return UnitChange(
            rank_change=rank_change,
            components=parts,
            reasons=self.reasons(kind, rank_change),
            grade_cause=grade_and_rank.grade_cause(self.pair, kind, rank_change) if self.pair else None,
            rank_cause=grade_and_rank.rank_cause(self.pair, kind, rank_change, cohort, self._names),
        )

    def components(self, kind: str, rank_change: RankChange) -> tuple[Component, ...]:
        """The published numbers that changed; none between two periods, where all do."""
        return ()

    def reasons(self, kind: str, rank_change: RankChange) -> tuple[Reason, ...] | None:
        """Why the total changed; None where that cannot be known."""
        return None


class _SamePeriodComparison(_Comparison):
    """For results of one period also the changed numbers and, with both audit trails, the reasons."""

    def __init__(self, sides: tuple[Side, Side], pair: Pair | None, listed: Mapping[str, list[RankChange]]) -> None:
        super().__init__(sides, listed)
        self.pair = pair
        self._units = Attribution(pair) if pair else None

    def components(self, kind: str, rank_change: RankChange) -> tuple[Component, ...]:
        named = components.row_steps(kind, periods.parse(self.sides[1].results["period"]).kind)
        return tuple(components.changed_components(named, *(side.rows[kind][rank_change.id] for side in self.sides)))

    def reasons(self, kind: str, rank_change: RankChange) -> tuple[Reason, ...] | None:
        if self._units is None or rank_change.difference is None:
            return None
        return (
            members.total_reasons(self.pair, rank_change.id)
            if kind == MEMBERS
            else self._units.total_reasons(rank_change.id)
        )


def _size(change: UnitChange) -> tuple[bool, Fraction]:
    difference = change.rank_change.difference
    return difference is None, -abs(difference or exact.ZERO)


def _by_cohort(listed: Iterable[RankChange]) -> dict[str, list[RankChange]]:
    found: dict[str, list[RankChange]] = {}
    for rank_change in listed:
        found.setdefault(rank_change.latest.cohort, []).append(rank_change)
    return found

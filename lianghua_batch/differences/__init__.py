"""What two results differ in, and why (`diff`): `compare` puts it together; telling, data write it for people and programs."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from lianghua_batch import exact, moves, resources
from lianghua_batch.differences import components, people, rules, standing
from lianghua_batch.differences.model import Change, Differences, Head, Reason
from lianghua_batch.differences.sides import Pair, Side
from lianghua_batch.differences.units import Attribution
from lianghua_batch.moves import BRANCHES, KINDS, MEMBERS, Move
from lianghua_batch.published_shape import Published

__all__ = ["compare"]


def compare(old: Published, new: Published) -> Differences:
    """Compare two results; the changes of the same period are attributed where both have their 计分依据."""
    sides = Side(old.results, old.basis), Side(new.results, new.basis)
    known = Pair(*sides) if old.basis is not None and new.basis is not None else None
    same_period = old.results["period"] == new.results["period"]
    listed = {kind: moves.moves(old.results, new.results, kind) for kind in KINDS}
    told = _Told(sides, known, listed, same_period)
    return Differences(
        old=_head(old),
        new=_head(new),
        notes=tuple(_notes(old, new, same_period)),
        rules=None if known is None else tuple(rules.changes(known)),
        roster=tuple(rules.roster(*sides, listed)),
        counts={kind: moves.counts(its) for kind, its in listed.items()},
        changes={kind: tuple(told.changes(kind)) for kind in KINDS},
        branches={move.id: move.latest.name for move in listed[BRANCHES]},
    )


def _head(published: Published) -> Head:
    said = published.results
    return Head(str(published.path), said["period"], said["scheme"], said["tool"])


def _notes(old: Published, new: Published, same_period: bool) -> Iterator[str]:
    """What could not be told, and why."""
    words = resources.load("compare")["diff"]["notes"]
    if not same_period:
        yield words["periods"].format(was=old.results["period"], now=new.results["period"])
    for published in (old, new):
        if published.left_aside is not None:
            yield words["left_aside"].format(reason=published.left_aside)
        elif published.basis is None:
            yield words["no_basis"].format(path=published.path, name=resources.load("reading")["basis_name"])
    if old.results["tool"] != new.results["tool"]:
        yield words["tools"].format(was=old.results["tool"], now=new.results["tool"])


class _Told:
    """Tells the changes of each list; why, only where the sides are `known` and of the same period."""

    def __init__(
        self, sides: tuple[Side, Side], known: Pair | None, listed: Mapping[str, list[Move]], same_period: bool
    ) -> None:
        self.sides, self.listed, self.same_period = sides, listed, same_period
        self.pair = known if same_period else None
        self._units = Attribution(known) if self.pair else None
        self._names = {code: row["name"] for side in sides for code, row in side.units.items()}

    def changes(self, kind: str) -> list[Change]:
        """Everybody who differs, those whose total changed most first; members branch by branch."""
        found = list(self._changes(kind))
        return sorted(found, key=lambda c: (c.move.latest.cohort if kind == MEMBERS else "", _size(c), c.move.id))

    def _changes(self, kind: str) -> Iterator[Change]:
        cohorts = _by_cohort(self.listed[kind])
        names = components.named(kind, self.same_period)
        old, new = (side.rows[kind] for side in self.sides)
        for move in self.listed[kind]:
            parts = tuple(components.moved(names, old[move.id], new[move.id])) if move.on_both_sides else ()
            if move.moved or parts:
                yield self._change(kind, move, parts, cohorts[move.latest.cohort])

    def _change(self, kind: str, move: Move, parts: tuple, cohort: list[Move]) -> Change:
        return Change(
            move=move,
            components=parts,
            reasons=self._reasons(kind, move),
            grade_cause=standing.grade_cause(self.pair, kind, move) if self.pair else None,
            rank_cause=standing.rank_cause(self.pair, kind, move, cohort, self._names),
        )

    def _reasons(self, kind: str, move: Move) -> tuple[Reason, ...] | None:
        """Why the total changed; None where nobody can tell."""
        if self._units is None or move.difference is None:
            return None
        return people.of_total(self.pair, move.id) if kind == MEMBERS else self._units.of_total(move.id)


def _size(change: Change) -> tuple[bool, Fraction]:
    difference = change.move.difference
    return difference is None, -abs(difference or exact.ZERO)


def _by_cohort(listed: Iterable[Move]) -> dict[str, list[Move]]:
    found: dict[str, list[Move]] = {}
    for move in listed:
        found.setdefault(move.latest.cohort, []).append(move)
    return found

"""Two results side by side, as they are published: whose total, grade or rank is another one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lianghua_batch.core import exact

COMMITTEES, BRANCHES, MEMBERS = "committees", "branches", "members"
KINDS = (COMMITTEES, BRANCHES, MEMBERS)
_COHORT = {COMMITTEES: None, BRANCHES: "committee", MEMBERS: "branch"}


@dataclass(frozen=True)
class RankedRow:
    """Where one unit or member stands in one result; `cohort` is whom it is ranked among, `total` a member's 审定积分 in a quarter."""

    name: str
    cohort: str
    total: Fraction | None
    grade: str | None
    rank: int | None
    rank_county: int | None = None


@dataclass(frozen=True)
class RankChange:
    """One unit or member in both results; on a side where it is not ranked, None."""

    id: str
    was: RankedRow | None
    now: RankedRow | None

    @property
    def latest(self) -> RankedRow:
        return self.now or self.was

    @property
    def on_both_sides(self) -> bool:
        return self.was is not None and self.now is not None

    @property
    def difference(self) -> Fraction | None:
        """How much the total changed; None where there are not two."""
        if not self.on_both_sides or self.was.total is None or self.now.total is None:
            return None
        return self.now.total - self.was.total

    @property
    def climbed(self) -> int | None:
        """How many places it went up, or, negative, down."""
        return _climbed(self.was and self.was.rank, self.now and self.now.rank)

    @property
    def climbed_county(self) -> int | None:
        """The same for the county-wide rank of a branch."""
        return _climbed(self.was and self.was.rank_county, self.now and self.now.rank_county)

    @property
    def regraded(self) -> bool:
        return self.on_both_sides and self.was.grade != self.now.grade

    @property
    def reranked(self) -> bool:
        return self.on_both_sides and (self.was.rank, self.was.rank_county) != (self.now.rank, self.now.rank_county)

    @property
    def rescored(self) -> bool:
        return self.on_both_sides and self.was.total != self.now.total

    @property
    def moved(self) -> bool:
        """Whether anything is different, its name and whom it is ranked among included."""
        return self.was != self.now


def _climbed(was: int | None, now: int | None) -> int | None:
    return None if was is None or now is None else was - now


def moves(old: Mapping[str, Any], new: Mapping[str, Any], kind: str) -> list[RankChange]:
    """Everybody of one list of two results.json, in the new order: by cohort, rank and code; who is gone comes last."""
    before = {row["id"]: _standing(row, kind) for row in old[kind]}
    after = {row["id"]: _standing(row, kind) for row in new[kind]}
    found = [RankChange(code, before.get(code), after.get(code)) for code in {**before, **after}]
    return sorted(found, key=lambda m: (m.now is None, m.latest.cohort, m.latest.rank or 0, m.id))


def _standing(row: Mapping[str, Any], kind: str) -> RankedRow:
    cohort = _COHORT[kind]
    total = row.get("total")
    if total is None and kind == MEMBERS:
        total = row["points"]
    return RankedRow(
        name=row["name"],
        cohort=(row.get(cohort) or "") if cohort else "",
        total=None if total is None else Fraction(total),
        grade=row.get("grade"),
        rank=row["rank"],
        rank_county=row.get("rank_county"),
    )


def counts(listed: Iterable[RankChange]) -> dict[str, int]:
    """How many there are on both sides, and of how many total, grade and rank are others."""
    both = [m for m in listed if m.on_both_sides]
    return {
        "compared": len(both),
        "totals": sum(m.rescored for m in both),
        "grades": sum(m.regraded for m in both),
        "ranks": sum(m.reranked for m in both),
    }


def as_json(move: RankChange, kind: str) -> dict[str, Any]:
    """One move of a list for a program: whom it is ranked among, both sides, the difference as a string, places climbed."""
    found: dict[str, Any] = {"id": move.id, "name": move.latest.name}
    if cohort := _COHORT[kind]:
        found[cohort] = move.latest.cohort
    found |= {"was": _side(move.was), "now": _side(move.now)}
    difference = move.difference
    return found | {
        "difference": None if difference is None else exact.text(difference),
        "climbed": move.climbed,
        "regraded": move.regraded,
    }


def _side(standing: RankedRow | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    side = {
        "total": None if standing.total is None else exact.text(standing.total),
        "grade": standing.grade,
        "rank": standing.rank,
    }
    return side if standing.rank_county is None else side | {"rank_county": standing.rank_county}

"""Two published results compared unit by unit: changes of total, grade and rank."""

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
    """One unit's or member's row in one result; `cohort`: the committee or branch it is ranked within, `total`: a member's 审定积分 in a quarter."""

    name: str
    cohort: str
    total: Fraction | None
    grade: str | None
    rank: int | None
    rank_county: int | None = None


@dataclass(frozen=True)
class RankChange:
    """One unit or member in both results; None on a side where it is not ranked."""

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
        """Change of the total; None where a side has none."""
        if not self.on_both_sides or self.was.total is None or self.now.total is None:
            return None
        return self.now.total - self.was.total

    @property
    def places_gained(self) -> int | None:
        """Places gained within its cohort; negative: lost."""
        return _places_gained(self.was and self.was.rank, self.now and self.now.rank)

    @property
    def county_places_gained(self) -> int | None:
        """Places gained in a branch's county-wide rank."""
        return _places_gained(self.was and self.was.rank_county, self.now and self.now.rank_county)

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
    def changed(self) -> bool:
        """Whether anything differs, name and cohort included."""
        return self.was != self.now


def _places_gained(was: int | None, now: int | None) -> int | None:
    return None if was is None or now is None else was - now


def rank_changes(old: Mapping[str, Any], new: Mapping[str, Any], kind: str) -> list[RankChange]:
    """Return one list of two results.json paired by code, in the new order (cohort, rank, code); those no longer ranked come last."""
    before = {row["id"]: _ranked_row(row, kind) for row in old[kind]}
    after = {row["id"]: _ranked_row(row, kind) for row in new[kind]}
    found = [RankChange(code, before.get(code), after.get(code)) for code in {**before, **after}]
    return sorted(found, key=lambda m: (m.now is None, m.latest.cohort, m.latest.rank or 0, m.id))


def _ranked_row(row: Mapping[str, Any], kind: str) -> RankedRow:
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
    """Return how many are ranked on both sides, and how many of them changed in total, grade and rank."""
    both = [m for m in listed if m.on_both_sides]
    return {
        "compared": len(both),
        "totals": sum(m.rescored for m in both),
        "grades": sum(m.regraded for m in both),
        "ranks": sum(m.reranked for m in both),
    }


def as_json(change: RankChange, kind: str) -> dict[str, Any]:
    """Return one change as `--format json` gives it: cohort, both sides, the difference as a string, places gained."""
    found: dict[str, Any] = {"id": change.id, "name": change.latest.name}
    if cohort := _COHORT[kind]:
        found[cohort] = change.latest.cohort
    found |= {"was": _side(change.was), "now": _side(change.now)}
    difference = change.difference
    return found | {
        "difference": None if difference is None else exact.text(difference),
        "climbed": change.places_gained,
        "regraded": change.regraded,
    }


def _side(row: RankedRow | None) -> dict[str, Any] | None:
    if row is None:
        return None
    side = {
        "total": None if row.total is None else exact.text(row.total),
        "grade": row.grade,
        "rank": row.rank,
    }
    return side if row.rank_county is None else side | {"rank_county": row.rank_county}

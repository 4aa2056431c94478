"""The results of each ranked unit that its message may contain: its own numbers and ranks, nobody else's."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lianghua_batch.model.scheme import BRANCH, COMMITTEE


@dataclass(frozen=True)
class RankAmong:
    """A rank among `count` units, and whether another has the same."""

    rank: int
    count: int
    tied: bool


@dataclass(frozen=True)
class UnitRanking:
    """One ranked unit: `cohort` is its place among the branches of `committee` (a name, "" of those without), None of a committee."""

    unit: str
    name: str
    level: str
    total: str | None
    grade: str | None
    committee: str | None
    cohort: RankAmong | None
    county: RankAmong | None


def unit_rankings(results: Mapping[str, Any]) -> list[UnitRanking]:
    """Return the ranked units of results.json in its order, committees first."""
    committees, branches = results["committees"], results["branches"]
    names = {row["id"]: row["name"] for row in committees}
    ranks = Counter(row.get("rank") for row in committees)
    found = [_unit_ranking(row, COMMITTEE, None, None, _place(row.get("rank"), ranks)) for row in committees]
    in_county = Counter(row.get("rank_county") for row in branches)
    in_cohort: dict[str, Counter[int | None]] = defaultdict(Counter)
    for row in branches:
        in_cohort[_cohort(row)][row.get("rank")] += 1
    for row in branches:
        cohort = _cohort(row)
        places = _place(row.get("rank"), in_cohort[cohort]), _place(row.get("rank_county"), in_county)
        found.append(_unit_ranking(row, BRANCH, names.get(cohort, cohort), *places))
    return found


def _cohort(row: Mapping[str, Any]) -> str:
    return row.get("committee") or ""


def _unit_ranking(
    row: Mapping[str, Any], level: str, committee: str | None, cohort: RankAmong | None, county: RankAmong | None
) -> UnitRanking:
    return UnitRanking(row["id"], row["name"], level, row["total"], row["grade"], committee, cohort, county)


def _place(rank: int | None, ranks: Counter[int | None]) -> RankAmong | None:
    """A rank among the ranks of the units it is compared with."""
    return None if rank is None else RankAmong(rank, ranks.total() - ranks[None], ranks[rank] > 1)

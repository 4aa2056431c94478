"""What `run` says of its results at the end: how many of each 等次, first and last, and what moved since the run before."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lianghua_batch.analysis.rank_changes import BRANCHES, COMMITTEES, counts, rank_changes
from lianghua_batch.cli.messages import listed, sentence

_MOST_NAMED = 3
_RANKS = {COMMITTEES: "rank", BRANCHES: "rank_county"}


def lines(published: Mapping[str, Any], before: Mapping[str, Any] | None, grades: Sequence[str]) -> Iterator[str]:
    """Yield the lines; `published` and `before` are results.json of now and of the run before, `grades` the 等次 from the best down."""
    for kind, rank in _RANKS.items():
        if published[kind]:
            yield _standing(published[kind], kind, rank, grades)
    if before is not None:
        yield _moved([counts(rank_changes(before, published, kind)) for kind in _RANKS])


def _standing(units: Sequence[Mapping[str, Any]], kind: str, rank: str, grades: Sequence[str]) -> str:
    """How many units of a level have each 等次, and which are first and last where not all are."""
    held = Counter(unit["grade"] for unit in units)
    counted = listed(f"{grade} {held[grade]}" for grade in grades if held[grade])
    places = {unit[rank] for unit in units}
    if len(places) == 1:
        return sentence(f"alike_{kind}", grades=counted)
    first, last = (_named([u for u in units if u[rank] == place]) for place in (min(places), max(places)))
    return sentence(f"standing_{kind}", grades=counted, first=first, last=last)


def _named(units: Sequence[Mapping[str, Any]]) -> str:
    """The units of one place, the first of them where they are many."""
    names = listed(unit["name"] for unit in units[:_MOST_NAMED])
    total = units[0]["total"]
    key = "of_one_place" if len(units) <= _MOST_NAMED else "of_one_place_and_others"
    return sentence(key, names=names, count=len(units), total=total)


def _moved(levels: Sequence[Mapping[str, int]]) -> str:
    moved = {what: sum(level[what] for level in levels) for what in ("totals", "grades", "ranks")}
    return sentence("moved", **moved) if any(moved.values()) else sentence("not_moved")

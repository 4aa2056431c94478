"""Whether marks crowd just above the bound of a grade: more of them than just below it, and than a little further up."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lianghua_batch.analysis.statistics import settings
from lianghua_batch.model.scheme import MEMBER, ORGANISATION, Band
from lianghua_batch.scoring.results import Results

BRANCHES, COMMITTEES, MEMBERS = "branches", "committees", "members"


@dataclass(frozen=True)
class Crowd:
    """How many of `numbers` marks lie just below a grade's bound, just above it, and one step further up."""

    grade: str
    bound: Fraction
    numbers: int
    below: int
    above: int
    beyond: int

    @property
    def share(self) -> Fraction:
        """The share of the marks that lie just above."""
        return Fraction(self.above, self.numbers)

    @property
    def striking(self) -> bool:
        """Whether there are so many more just above than on both sides that it needs attention."""
        rules = settings("crowding")
        return self.above >= max(rules["least"], rules["times"] * self.below) and self.above > self.beyond


def crowds(marks: Sequence[Fraction], bands: Sequence[Band]) -> tuple[Crowd, ...]:
    """Return the marks around each grade bound, the best grade first; a bound without a mark near it is left out."""
    width, ordered = Fraction(settings("crowding")["width"]), sorted(marks)
    found = []
    for band in bands:
        if band.lower is None:
            continue
        below, above, beyond = (
            bisect_left(ordered, start + width) - bisect_left(ordered, start)
            for start in (band.lower - width, band.lower, band.lower + width)
        )
        if below or above:
            found.append(Crowd(band.grade, band.lower, len(marks), below, above, beyond))
    return tuple(found)


def crowds_of_totals(results: Results) -> dict[str, tuple[Crowd, ...]]:
    """Return the crowds among the units' 总分, and in a year among the members' 年度综合分, by list (COMMITTEES, BRANCHES, MEMBERS)."""
    bands = results.county.scheme.bands
    found = {
        COMMITTEES: crowds([s.scores.total.value for s in results.committees], bands[ORGANISATION]),
        BRANCHES: crowds([s.scores.total.value for s in results.branches], bands[ORGANISATION]),
        MEMBERS: crowds([m.year.total.value for m in results.members if m.year is not None], bands[MEMBER]),
    }
    return {group: listed for group, listed in found.items() if listed}

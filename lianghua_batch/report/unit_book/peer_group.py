"""The group that a unit is compared with: its cohort, or the county where the cohort is so small that a mean would reveal others' numbers."""

from dataclasses import dataclass
from fractions import Fraction

from lianghua_batch.core import exact
from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.model.scores import Score
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import UnitResult, published_text

COHORT, COUNTY = "cohort", "county"
PUBLIC = "total"  # published for all units, in 公示


@dataclass(frozen=True)
class PeerFigures:
    """A group's mean and highest number; None where it would reveal another unit's number."""

    mean: Fraction | None
    best: Fraction | None


@dataclass(frozen=True)
class PeerGroup:
    """The units that a unit is compared with, itself included; `kind` is COHORT or COUNTY, None where neither is large enough."""

    kind: str | None
    ranked: tuple[UnitResult, ...]
    cohort_size: int


def level(view: View, result: UnitResult) -> tuple[UnitResult, ...]:
    """All ranked units of a unit's level."""
    return view.results.committees if result.unit.level == COMMITTEE else view.results.branches


def cohort(view: View, result: UnitResult) -> tuple[UnitResult, ...]:
    """The units that a unit is ranked among."""
    return tuple(r for r in level(view, result) if r.cohort == result.cohort)


def group(view: View, result: UnitResult) -> PeerGroup:
    """Choose whom to compare a unit with; `view` is of the whole county."""
    near, every = cohort(view, result), level(view, result)
    least = view.sheets["scorecard"]["others"]["mean"]
    choices = ((COHORT, near), (COUNTY, every)) if result.unit.level != COMMITTEE else ((COUNTY, every),)
    for kind, ranked in choices:
        if len(ranked) > least:
            return PeerGroup(kind, ranked, len(near))
    return PeerGroup(None, near, len(near))


def peer_figures(view: View, among: PeerGroup, result: UnitResult, name: str) -> PeerFigures:
    """The group's figures for one score of a unit; for scores that are not public only where enough others have it."""
    everybody = [r for r in among.ranked if getattr(r.scores, name) is not None]
    others = sum(r.unit.id != result.unit.id for r in everybody)
    values = [as_published(view, getattr(r.scores, name)) for r in everybody]
    needed = view.sheets["scorecard"]["others"]
    return PeerFigures(
        view.scheme.final(exact.mean(values)) if others >= needed["mean"] else None,
        max(values) if others >= needed["best"] or (name == PUBLIC and others) else None,
    )


def as_published(view: View, score: Score) -> Fraction:
    """A score as results.json has it."""
    return Fraction(published_text(view.results.county, score))

"""The group that a unit is compared with: its cohort, or the county where the cohort is so small that a mean would reveal others' numbers."""

from collections.abc import Sequence
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
        if _reveals_nobody(ranked, result, least):
            return PeerGroup(kind, ranked, len(near))
    return PeerGroup(None, near, len(near))


def _reveals_nobody(among: Sequence[UnitResult], result: UnitResult, least: int) -> bool:
    """Whether a figure of these units tells nobody who sees it a single unit's number: neither the unit itself, nor its committee,
    which has the workbooks of all its branches too."""
    others, outside = _unknown(among, result)
    return others >= least and (outside == 0 or outside >= least)


def _unknown(among: Sequence[UnitResult], result: UnitResult) -> tuple[int, int]:
    """How many of these units a unit does not see, and how many its committee does not."""
    others = sum(r.unit.id != result.unit.id for r in among)
    if result.unit.level == COMMITTEE or not result.cohort:
        return others, others
    return others, sum(r.cohort != result.cohort for r in among)


def _tells_by_lacking(among: Sequence[UnitResult], result: UnitResult, least: int) -> bool:
    """Whether a figure would tell the number of a unit that is not in it: of a single one without 服务对象, all others' figures
    leave what its 党员群众 gave."""
    return any(0 < count < least for count in _unknown(among, result))


def peer_figures(view: View, among: PeerGroup, result: UnitResult, name: str) -> PeerFigures:
    """The group's figures for one score of a unit; for scores that are not public only where enough others have it."""
    needed = view.sheets["scorecard"]["others"]
    if name in needed["never"]:
        return PeerFigures(None, None)
    everybody = [r for r in among.ranked if getattr(r.scores, name) is not None]
    if _tells_by_lacking([r for r in among.ranked if getattr(r.scores, name) is None], result, needed["mean"]):
        return PeerFigures(None, None)
    values = [as_published(view, getattr(r.scores, name)) for r in everybody]
    public = name == PUBLIC and len(everybody) > 1
    return PeerFigures(
        view.scheme.final(exact.mean(values)) if _reveals_nobody(everybody, result, needed["mean"]) else None,
        max(values) if public or _reveals_nobody(everybody, result, needed["best"]) else None,
    )


def as_published(view: View, score: Score) -> Fraction:
    """A score as results.json has it."""
    return Fraction(published_text(view.results.county, score))

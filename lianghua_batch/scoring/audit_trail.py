"""What results rest on, for 计分依据.json: the rules in force, who was where, and every part of every unit's scores, exactly.

Two such files tell why results differ. Numbers are written as fractions («81», «245/3»), for nothing in them is rounded.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from lianghua_batch.core import resources
from lianghua_batch.model.scheme import BRANCH, MEMBER, Indicator, Scheme
from lianghua_batch.model.scores import Contribution, Score, item_label
from lianghua_batch.scoring import results
from lianghua_batch.scoring.results import MemberResult, Results, UnitResult

BASIS_FORMAT = 2  # of 计分依据.json; one of another format is of no use


# What a member's grade rests on: the band of the total, or what goes before it.
BAND, HELD_BACK, VETO, FEW_QUARTERS, PROBATIONARY = "band", "held_back", "veto", "few_quarters", "probationary"


GROUNDS = (BAND, HELD_BACK, VETO, FEW_QUARTERS, PROBATIONARY)


def basis_check_code(basis: Mapping[str, Any]) -> str:
    """Return the sha-256 of what 计分依据.json says, its own check code left out."""
    said = {name: value for name, value in basis.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode("utf-8")).hexdigest()


_BY_PERIOD = "inspection_period"  # the one step that a unit has several of, one a period


def as_text(outcome: Results) -> str:
    """Return the text of 计分依据.json, whole; the same results always give the same text."""
    return json.dumps(as_json(outcome), ensure_ascii=False, indent=1) + "\n"


def as_json(outcome: Results) -> dict[str, Any]:
    """Return what 计分依据.json holds; `results_sha256` says to which results.json it belongs, `sha256` that nobody changed it."""
    units = sorted((*outcome.committees, *outcome.branches), key=lambda s: s.unit.id)
    members = sorted(outcome.members, key=lambda m: m.member.id)
    found = {
        "format": BASIS_FORMAT,
        "period": str(outcome.county.period),
        "results_sha256": results.check_code(outcome),
        "rules": _rules(outcome.county.scheme),
        "units": {result.unit.id: _unit(result) for result in units},
        "members": {m.member.id: _member(m, outcome) for m in members},
    }
    return found | {"sha256": basis_check_code(found)}


# --- rules ---------------------------------------------------------------------------------------------------------


def _rules(scheme: Scheme) -> dict[str, Any]:
    return {
        "parameters": {rule.label: rule.value for rule in scheme.rules},
        "bands": {
            scope: {band.grade: _exact(band.lower) for band in bands} for scope, bands in sorted(scheme.bands.items())
        },
        "dimensions": {
            d.name: {"full_marks": _exact(d.full_marks), "start": _exact(d.start)} for d in scheme.dimensions
        },
        "projects": {
            project.id: {
                "dimension": project.dimension,
                "name": project.name,
                "points": _exact(Fraction(project.points, 100)),
                "monthly_cap": _hundredths(project.monthly_cap),
                "yearly_cap": _hundredths(project.yearly_cap),
                "veto": project.veto,
            }
            for project in scheme.projects.values()
        },
        "indicators": {indicator.id: _indicator(indicator) for indicator in scheme.indicators},
        "ballots": {
            scope: {grade: _exact(worth) for grade, worth in worths.items()}
            for scope, worths in sorted(scheme.ballots.items())
        },
    }


def _indicator(indicator: Indicator) -> dict[str, Any]:
    return {
        "name": indicator.name,
        "level": indicator.level,
        "applies_to": indicator.applies_to,
        "kind": indicator.kind,
        "weight": _exact(indicator.weight),
        "method": indicator.method,
        "standards": [_exact(value) for value in indicator.standards],
        "metric": indicator.metric,
        "counts": indicator.counts,
    }


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _hundredths(value: int | None) -> str | None:
    return None if value is None else str(Fraction(value, 100))


# --- units and members ---------------------------------------------------------------------------------------------


def _unit(result: UnitResult) -> dict[str, Any]:
    unit, total = result.unit, result.scores.total
    classed = {"branch_class": unit.details["branch_class"]} if unit.level == BRANCH else {}
    return {
        "name": unit.name,
        "level": unit.level,
        "parent": unit.parent,
        "group": unit.group,
        **classed,
        "total": score_key(total),
        "scores": dict(_scores(total, {})),
    }


def _scores(score: Score, told: dict[str, None]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A score and all of the same unit that it is made of, each once."""
    if score_key(score) in told:
        return
    told[score_key(score)] = None
    yield score_key(score), {"value": str(score.value), "parts": [_part(part, score) for part in score.parts]}
    for part in score.parts:
        if part.of is not None and part.of.subject == score.subject:
            yield from _scores(part.of, told)


def score_key(score: Score) -> str:
    """What a score is called among those of its unit: its step, with the indicator or the period where there are several."""
    if score.item is not None:
        return f"{score.step}:{score.item}"
    return f"{score.step}:{score.period}" if score.step == _BY_PERIOD else score.step


def _part(part: Contribution, whole: Score) -> dict[str, Any]:
    """One part; what it is taken from is named by its key, with whose it is where that is somebody else's."""
    found: dict[str, Any] = {"item": _name(part), "amount": str(part.amount)}
    if part.of is not None:
        key = score_key(part.of)
        found["of"] = key if part.of.subject == whole.subject else f"{part.of.subject}/{key}"
    if part.kind is not None:
        found["kind"] = part.kind
    if part.share is not None:
        found["share"] = str(part.share)
    if part.held is not None:
        found["held"] = str(part.held)
    return found


def _name(part: Contribution) -> str:
    """A part's words; a rater is called the same whether dropped or not."""
    return part.item.removesuffix(f"（{item_label('dropped')}）") if part.kind == "dropped" else part.item


def _member(result: MemberResult, outcome: Results) -> dict[str, Any]:
    adjustments = {
        str(quarter.period): str(total)
        for quarter in result.quarters
        if (total := sum((p.amount for p in quarter.approved.parts if p.kind == "adjustment"), Fraction(0)))
    }
    return {
        "branch": result.member.branch,
        "probationary": result.member.probationary,
        "adjustments": adjustments,
        "votes": _votes(result, outcome.county.scheme),
        "ground": _ground(result, outcome),
    }


def _votes(result: MemberResult, scheme: Scheme) -> dict[str, str] | None:
    """The votes of 年评议, grade by grade in the order of 测评等级; None where there are none."""
    review = result.year and result.year.review
    if review is None:
        return None
    ballots = (part for part in review.parts if part.kind == "ballots")
    return {grade: str(part.held or 0) for grade, part in zip(scheme.ballots[MEMBER], ballots, strict=True)}


def _ground(result: MemberResult, outcome: Results) -> str | None:
    """What the grade rests on (spec §4.6): the total's band, or what goes before it; None in a quarter, which has no grades."""
    statuses = resources.load("reading")["statuses"]
    by_status = {statuses["not_graded"]: PROBATIONARY, statuses["undetermined"]: FEW_QUARTERS}
    if result.grade is None:
        return None
    if result.grade in by_status:
        return by_status[result.grade]
    if result.member.id in outcome.scored.diary.vetoes:
        return VETO
    return HELD_BACK if result.held_back else BAND

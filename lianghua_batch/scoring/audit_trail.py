"""The audit trail of results, 计分依据.json: the rules in force, who was where, every part of every unit's scores, and which sheets
the county's own forms were read from.

Comparing two audit trails shows why results differ. Numbers are exact fractions («81», «245/3»).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.model.county import CountySheet
from lianghua_batch.model.scheme import BRANCH, MEMBER, Indicator, Project, Scheme
from lianghua_batch.model.scores import Contribution, Score
from lianghua_batch.scoring.raters import dropped_label
from lianghua_batch.scoring.results import MemberResult, Results, UnitResult, check_code

AUDIT_TRAIL_FORMAT = 2  # a 计分依据.json with another number cannot be read

_BY_PERIOD = "inspection_period"  # the one step of which a unit has a score for each of several periods


def as_text(results: Results) -> str:
    """Return the whole text of 计分依据.json; the same results always give the same text."""
    return json.dumps(as_json(results), ensure_ascii=False, indent=1) + "\n"


def as_json(results: Results) -> dict[str, Any]:
    """Return the content of 计分依据.json; `results_sha256` names the results.json it belongs to, `sha256` is its own check code."""
    units = sorted((*results.committees, *results.branches), key=lambda s: s.unit.id)
    members = sorted(results.members, key=lambda m: m.member.id)
    found = {
        "format": AUDIT_TRAIL_FORMAT,
        "period": str(results.county.period),
        "results_sha256": check_code(results),
        "rules": _rules(results.county.scheme),
        "units": {result.unit.id: _unit(result) for result in units},
        "members": {m.member.id: _member(m, results) for m in members},
        "county_sheets": [_county_sheet(sheet) for sheet in results.county.county_sheets],
    }
    return found | {"sha256": audit_trail_check_code(found)}


def audit_trail_check_code(audit_trail: Mapping[str, Any]) -> str:
    """Return the sha-256 of the content of 计分依据.json without its own check code."""
    content = {name: value for name, value in audit_trail.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode("utf-8")).hexdigest()


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
                "veto": _veto(project, scheme),
            }
            for project in scheme.projects.values()
        },
        "indicators": {indicator_key(i): _indicator(i) for i in scheme.indicators},
        "ballots": {
            scope: {grade: _exact(worth) for grade, worth in worths.items()}
            for scope, worths in sorted(scheme.ballots.items())
        },
    }


def _veto(project: Project, scheme: Scheme) -> bool | str:
    """Whether a 积分项目 has 一票否决; the grade where it leaves a better one than the lowest."""
    lowest = scheme.bands[MEMBER][-1].grade
    return project.veto if project.veto not in (None, lowest) else project.veto is not None


def indicator_key(indicator: Indicator) -> str:
    """Return an indicator's key among the rules: its code, after the unit's where a unit declared it."""
    return f"{indicator.applies_to}/{indicator.id}" if indicator.declared else indicator.id


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


def _county_sheet(read: CountySheet) -> dict[str, Any]:
    """What a form of the county was read from; a difference in it explains no score, but who may have filled it."""
    names = {"form": definitions()[read.form].label, "period": None if read.period is None else str(read.period)}
    return {**names, "file": read.place.file, "sheet": read.place.sheet, "rows": read.rows}


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
        **({"ground": result.graded.ground} if result.graded.held_back else {}),
        "total": score_key(total),
        "scores": dict(_scores(total, {})),
    }


def _scores(score: Score, written: dict[str, None]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A score and all scores of the same unit below it, each once."""
    if score_key(score) in written:
        return
    written[score_key(score)] = None
    yield score_key(score), {"value": str(score.value), "parts": [_part(part, score) for part in score.parts]}
    for part in score.parts:
        if part.score is not None and part.score.subject == score.subject:
            yield from _scores(part.score, written)


def score_key(score: Score) -> str:
    """Return a score's key among those of its unit: the step, with the indicator or the period where there are several."""
    if score.item is not None:
        return f"{score.step}:{score.item}"
    return f"{score.step}:{score.period}" if score.step == _BY_PERIOD else score.step


def _part(part: Contribution, whole: Score) -> dict[str, Any]:
    """One part; the score it comes from is named by its key, after the subject where that is another one."""
    found: dict[str, Any] = {"item": _name(part), "amount": str(part.amount)}
    if part.score is not None:
        key = score_key(part.score)
        found["of"] = key if part.score.subject == whole.subject else f"{part.score.subject}/{key}"
    if part.kind is not None:
        found["kind"] = part.kind
    if part.share is not None:
        found["share"] = str(part.share)
    if part.held is not None:
        found["held"] = str(part.held)
    return found


def _name(part: Contribution) -> str:
    """A part's label; a rater has the same label whether dropped or not."""
    return part.item.removesuffix(dropped_label("")) if part.kind == "dropped" else part.item


def _member(result: MemberResult, results: Results) -> dict[str, Any]:
    adjustments = {
        str(quarter.period): str(total)
        for quarter in result.quarters
        if (total := sum((p.amount for p in quarter.approved.parts if p.kind == "adjustment"), Fraction(0)))
    }
    return {
        "branch": result.member.branch,
        "probationary": result.member.probationary,
        "adjustments": adjustments,
        "votes": _votes(result, results.county.scheme),
        "ground": None if result.graded is None else result.graded.ground,
    }


def _votes(result: MemberResult, scheme: Scheme) -> dict[str, str] | None:
    """The votes of 年评议 by grade, in the order of 测评等级; None without a 年评议."""
    review = result.year and result.year.review
    if review is None:
        return None
    ballots = (part for part in review.parts if part.kind == "ballots")
    return {grade: str(part.held or 0) for grade, part in zip(scheme.ballots[MEMBER], ballots, strict=True)}

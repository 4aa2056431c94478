"""The shape that 计分依据.json must have, so that comparing it with another one can rely on every part of it."""

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any

from lianghua_batch.core import periods, resources
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.periods import YEAR, Period
from lianghua_batch.intake.cell_values import Fault
from lianghua_batch.model.parameters import parameter_value
from lianghua_batch.scoring.grades_and_ranks import GROUNDS

_NUMBER = re.compile(r"-?\d{1,500}(/[1-9]\d{0,499})?", re.ASCII)
_SCOPES = ("organisation", "member")
_MEMBER_SCORES = ("points", "percent")  # scores of members, which have no parts in it
_HOLDING = ("rater", "dropped", "bonus")  # kinds of parts whose cells are not blank
Check = Callable[[Any], bool]
Values = Mapping[str, Any]


def audit_trail_fault(audit_trail: Values, results: Values) -> str | None:
    """Return where (as «units.ZB1.total») an audit trail is not one that belongs to these results; None where it is sound."""
    return next(_faults(audit_trail, results), None)


def _faults(audit_trail: Values, results: Values) -> Iterator[str]:
    """The faults part by part: each part may rely on the earlier ones."""
    period = periods.parse(results["period"])
    yield from _rule_faults(audit_trail.get("rules"))
    yield from _member_faults(audit_trail, results["members"], period)
    yield from _unit_faults(audit_trail, results, period)


# --- values --------------------------------------------------------------------------------------------------------


def _number(value: object) -> bool:
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None


def _optional(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _text(value: object) -> bool:
    return isinstance(value, str)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _each(check: Check) -> Check:
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


def _fields(place: str, value: object, checks: Mapping[str, Check]) -> Iterator[str]:
    """The fields that are missing or wrong in a row; the row itself where it is no mapping."""
    if not isinstance(value, dict):
        yield place
        return
    wrong = (name for name, check in checks.items() if name not in value or not check(value[name]))
    yield from (f"{place}.{name}" if place else name for name in wrong)


# --- rules ---------------------------------------------------------------------------------------------------------


_ROWS: Mapping[str, Mapping[str, Check]] = {
    "dimensions": {"full_marks": _number, "start": _number},
    "projects": {
        "dimension": _text,
        "name": _text,
        "points": _number,
        "monthly_cap": _optional(_number),
        "yearly_cap": _optional(_number),
        "veto": _flag,
    },
    "indicators": {
        "name": _text,
        "level": _text,
        "applies_to": _optional(_text),
        "kind": _text,
        "weight": _number,
        "method": lambda value: _text(value) and value in resources.load("rules/metrics")["methods"],
        "standards": lambda value: isinstance(value, list) and all(map(_number, value)),
        "metric": _text,
        "counts": _flag,
    },
}


def _rule_faults(rules: Any) -> Iterator[str]:
    by_scope: Mapping[str, Check] = {
        "bands": lambda bands: bool(bands) and _each(_optional(_number))(bands),
        "ballots": lambda worths: bool(worths) and _each(_number)(worths),
    }
    yield from _fields("rules", rules, {"parameters": _each(_text), **dict.fromkeys((*by_scope, *_ROWS), _each(_any))})
    yield from (f"rules.parameters.{label}" for label in _unreadable(rules["parameters"]))
    for table, check in by_scope.items():
        yield from _fields(f"rules.{table}", rules[table], dict.fromkeys(_SCOPES, check))
    for table, checks in _ROWS.items():
        for code, row in rules[table].items():
            yield from _fields(f"rules.{table}.{code}", row, checks)
    yield from (f"rules.indicators.{code}" for code, row in rules["indicators"].items() if not _has_standards(row))


def _any(value: object) -> bool:
    return True


def _unreadable(texts: Mapping[str, str]) -> Iterator[str]:
    for entry in resources.load("rules/parameters")["parameters"]:
        try:
            parameter_value(entry, texts.get(entry["label"], ""))
        except Fault:
            if entry["label"] in texts:  # an older version's may lack one that came later
                yield entry["label"]


def _has_standards(indicator: Values) -> bool:
    """Whether the 标准值 are as many as the 赋分方法 needs, and no two neighbours the same."""
    standards = [Fraction(value) for value in indicator["standards"]]
    needs = resources.load("rules/metrics")["methods"][indicator["method"]]["needs"]
    return len(standards) == len(needs) and all(a != b for a, b in pairwise(standards))


# --- members -------------------------------------------------------------------------------------------------------


def _member_faults(audit_trail: Values, rows: Sequence[Values], period: Period) -> Iterator[str]:
    grades = list(audit_trail["rules"]["ballots"]["member"])
    checks: Mapping[str, Check] = {
        "branch": _text,
        "probationary": _flag,
        "adjustments": _each(_number),
        "votes": _optional(lambda votes: _each(_number)(votes) and list(votes) == grades and _cast(votes.values())),
        "ground": lambda ground: ground in (GROUNDS if period.kind == YEAR else (None,)),
    }
    yield from _fields("", audit_trail, {"members": _each(_any)})
    for row in rows:
        place = f"members.{row['id']}"
        yield from _fields(place, audit_trail["members"].get(row["id"]), checks)
        if not _has_quarters(row, period) or (row.get("review") is None) != (
            audit_trail["members"][row["id"]]["votes"] is None
        ):
            yield place


def _cast(votes: Any) -> bool:
    """Whether anybody voted."""
    counts = [Fraction(count) for count in votes]
    return min(counts) >= 0 and sum(counts) > 0


def _has_quarters(row: Values, period: Period) -> bool:
    """Whether a member's published row has its points, and its quarters their months."""
    quarters, months = row.get("quarters"), row.get("months")
    if not quarters or not months or row["points"] is None or (period.kind == YEAR and row.get("total") is None):
        return False
    known = {str(quarter): quarter for quarter in period.quarters}
    return all(
        quarter in known and approved is not None and any(months.get(str(m)) for m in known[quarter].months)
        for quarter, approved in quarters.items()
    )


# --- units ---------------------------------------------------------------------------------------------------------


def _unit_faults(audit_trail: Values, results: Values, period: Period) -> Iterator[str]:
    rows = [*results["committees"], *results["branches"]]
    whole = "total" if period.kind == YEAR else "quarter_total"
    checks: Mapping[str, Check] = {
        "name": _text,
        "level": _text,
        "parent": _optional(_text),
        "group": _optional(_text),
        "total": lambda value: value == whole,
        "scores": lambda scores: _each(_any)(scores) and whole in scores,
    }
    yield from _fields("", audit_trail, {"units": _each(_any)})
    for row in rows:
        unit = audit_trail["units"].get(row["id"])
        yield from _fields(f"units.{row['id']}", unit, checks)
        if isinstance(unit, dict) and not _has_class(unit):
            yield f"units.{row['id']}.branch_class"
    units = {row["id"]: audit_trail["units"][row["id"]]["scores"] for row in rows}
    members = {row["id"] for row in results["members"]}
    for unit, scores in units.items():
        for key, score in scores.items():
            yield from (f"units.{unit}.{key}" for _ in _score_faults(score))
    for unit, scores in units.items():
        for key, score in scores.items():
            if not (
                _is_sound(unit, key, score, scores, audit_trail["rules"]) and _refers(score, scores, members, units)
            ):
                yield f"units.{unit}.{key}"
    if _circular(units):
        yield "units"


def _has_class(unit: Values) -> bool:
    """Whether 支部类别 is one that 花名册 allows, or none; units written by older versions lack the key."""
    found = unit.get("branch_class")
    return found is None or (_text(found) and found in _classes())


def _classes() -> Container[str]:
    return definitions()["roster"].sheet("units").column("branch_class").choices


def _score_faults(score: Any) -> Iterator[str]:
    """The faults of one score by itself."""
    checks: Mapping[str, Check] = {"item": _text, "amount": _number}
    allowed: Mapping[str, Check] = {"of": _text, "kind": _text, "share": _number, "held": _number}
    yield from _fields("", score, {"value": _number, "parts": lambda parts: isinstance(parts, list)})
    for part in score["parts"]:
        yield from _fields("", part, checks)
        yield from (name for name, check in allowed.items() if name in part and not check(part[name]))


def _is_sound(unit: str, key: str, score: Values, scores: Values, rules: Values) -> bool:
    """Whether a score has the parts that one of its step has."""
    step, _, item = key.partition(":")
    parts = score["parts"]
    if any(part.get("kind") in _HOLDING and "held" not in part for part in parts):
        return False
    if step == "indicator":
        indicator = rules["indicators"].get(f"{unit}/{item}") or rules["indicators"].get(item)
        return indicator is not None and bool(parts) and _comes_from(parts[0], indicator)
    if any("of" in part and "share" not in part for part in parts):
        return False
    if step in ("masses", "clients"):
        votes = [part.get("held", "0") for part in parts if part.get("kind") == "ballots"]
        return len(votes) == len(rules["ballots"]["organisation"]) and _cast(votes)
    return step != "discipline" or "individual" in scores


def _comes_from(part: Values, indicator: Values) -> bool:
    """Whether an indicator's points come from its 数据来源."""
    if indicator["metric"] == "filed":
        return "held" in part and "of" not in part
    return part.get("of") == indicator["metric"]


def _refers(score: Values, scores: Values, members: Container[str], units: Mapping[str, Values]) -> bool:
    """Whether every score that this one comes from is there."""
    for part in (part for part in score["parts"] if "of" in part):
        owner, foreign, key = part["of"].partition("/")
        if foreign and key in _MEMBER_SCORES:
            known = owner in members and Fraction(part["share"]) != 0
        else:
            known = key in units.get(owner, ()) if foreign else part["of"] in scores
        if not known:
            return False
    return True


def _circular(units: Mapping[str, Values]) -> bool:
    """Whether a score comes, through others, from itself."""
    graph = {
        (unit, key): [_owner_and_key(unit, part["of"]) for part in score["parts"] if "of" in part]
        for unit, scores in units.items()
        for key, score in scores.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return True
    return False


def _owner_and_key(unit: str, score_key: str) -> tuple[str, str]:
    """The subject and the key of a score named in a part of a unit's score."""
    owner, foreign, key = score_key.partition("/")
    return (owner, key) if foreign else (unit, score_key)

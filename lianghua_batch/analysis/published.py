"""Published results as read from their files, and the shape that results.json must have to be used (spec §8)."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lianghua_batch.core import periods
from lianghua_batch.core.periods import QUARTER, YEAR, Period

_NUMBER = re.compile(r"-?\d{1,9}\.\d{2}", re.ASCII)  # as results.json writes numbers


class Unusable(Exception):
    """A path has no usable final results; str() is the sentence that says why and what to do."""


class Absent(Unusable):
    """There is nothing at the path."""


@dataclass(frozen=True)
class Published:
    """Final results as read from a file, with their audit trail: None where 计分依据.json is missing or, as `audit_trail_fault`
    says in a sentence, cannot be used."""

    path: Path
    results: Mapping[str, Any]
    audit_trail: Mapping[str, Any] | None
    audit_trail_fault: str | None = None


@dataclass(frozen=True)
class Correction:
    """The amendment by which a sealed period stands: its number, why, and what it moved (as `diff --format json`)."""

    number: int
    reason: str | None
    differences: Mapping[str, Any] | None


@dataclass(frozen=True)
class Publication:
    """A period's results in force: the folder with its files, the results and their check code.

    `recorded`: the sha-256 of every file by its path in `folder`, as the seal in force has them or else the run that wrote these
    results; empty where no run recorded them. `correction`: that of the seal in force, if any.
    """

    period: Period
    folder: Path
    results: Mapping[str, Any]
    check_code: str
    is_sealed: bool = False
    recorded: Mapping[str, str] = field(default_factory=dict)
    correction: Correction | None = None


def results_fault(results: object) -> str | None:
    """Return where (as «branches[3].total») a parsed JSON value is not shaped like results.json; None where it is."""
    return next(_faults(results), None)


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _number(value: object) -> bool:
    return value is None or (isinstance(value, str) and _NUMBER.fullmatch(value) is not None)


def _numbers(value: object) -> bool:
    return value is None or (isinstance(value, dict) and all(map(_number, value.values())))


def _rank(value: object) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _grade(value: object) -> bool:
    return value is None or _text(value)


def _scored(period: Period | None) -> bool:
    return period is not None and period.kind in (QUARTER, YEAR)


Check = Callable[[object], bool]
# The keys that a row must have, by list; any other may be absent or null, as in a quarter.
_NEEDED: Mapping[str, Mapping[str, Check]] = {
    "members": {"id": _text, "name": _text, "branch": _text, "points": _number, "rank": _rank},
    "branches": {"id": _text, "name": _text, "total": _number, "grade": _grade, "rank": _rank},
    "committees": {"id": _text, "name": _text, "total": _number, "grade": _grade, "rank": _rank},
}
_SCORES = (
    "review member_mean assessment supervisors masses clients year_end inspection annual individual dynamic discipline"
)
_ALLOWED: Mapping[str, Check] = {
    **dict.fromkeys(("total", *_SCORES.split()), _number),
    "months": _numbers,
    "quarters": _numbers,
    "indicators": _numbers,
    "inspections": _numbers,
    "committee": lambda value: isinstance(value, str),
    "grade": _grade,
    "rank_county": _rank,
}


def _faults(results: object) -> Iterator[str]:
    if not isinstance(results, dict):
        yield "{}"
        return
    period = results.get("period")
    if not isinstance(period, str) or not _scored(periods.parse(period)):
        yield "period"
    for name in ("scheme", "tool"):
        if not _text(results.get(name)):
            yield name
    for kind, needed in _NEEDED.items():
        rows = results.get(kind)
        if not isinstance(rows, list):
            yield kind
            continue
        seen: set[str] = set()
        for number, row in enumerate(rows):
            yield from (f"{kind}[{number}]{place}" for place in _row_faults(row, needed, seen))


def _row_faults(row: Any, needed: Mapping[str, Check], seen: set[str]) -> Iterator[str]:
    """The faults of one row; its code must not have been `seen` before."""
    if not isinstance(row, dict):
        yield ""
        return
    for name, check in needed.items():
        if name not in row or not check(row[name]):
            yield f".{name}"
    for name, check in _ALLOWED.items():
        if name in row and not check(row[name]):
            yield f".{name}"
    if _text(row.get("id")):
        if row["id"] in seen:
            yield ".id"
        seen.add(row["id"])

"""Published results, and what their file must look like to be compared (spec §8): the keys that are relied on, and their types."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lianghua_batch.core import periods
from lianghua_batch.core.periods import QUARTER, YEAR, Period


class Unusable(Exception):
    """There are no final results to be had from a path; str() is the sentence that says why and what to do."""


class Absent(Unusable):
    """There is nothing at the path."""


_NUMBER = re.compile(r"-?\d{1,9}\.\d{2}", re.ASCII)


@dataclass(frozen=True)
class Published:
    """Final results as they stand in a file, and what they rest on: `basis` is None where 计分依据.json is not there or of no
    use; `left_aside` says in a sentence why it is of no use."""

    path: Path
    results: Mapping[str, Any]
    basis: Mapping[str, Any] | None
    left_aside: str | None = None


@dataclass(frozen=True)
class Correction:
    """The amendment by which a sealed period stands: its number, why, and what it moved (as `diff --format json`)."""

    number: int
    reason: str | None
    differences: Mapping[str, Any] | None


@dataclass(frozen=True)
class Publication:
    """What is in force of a period: where its files lie, its results, their check code, and what sealed them.

    `sealed`: the sha-256 of every sealed file by its place in `folder`, None where the period is not sealed; `correction`: of
    the seal in force, None where there is none.
    """

    period: Period
    folder: Path
    results: Mapping[str, Any]
    check_code: str
    sealed: Mapping[str, str] | None = None
    correction: Correction | None = None


def results_fault(results: object) -> str | None:
    """Return where (as «branches[3].total») a parsed JSON value departs from the shape of results.json; None where nowhere."""
    return next(_departures(results), None)


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
# A key that a row must have, by list; every other one may be absent or null, as in a quarter.
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


def _departures(results: object) -> Iterator[str]:
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
            yield from (f"{kind}[{number}]{place}" for place in _of_a_row(row, needed, seen))


def _of_a_row(row: Any, needed: Mapping[str, Check], seen: set[str]) -> Iterator[str]:
    """Where one row departs; its code must not have been `seen` before."""
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

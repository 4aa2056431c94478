"""Long lists of problems for people: in the order to mend them, by unit, many of one kind in one column as one line."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lianghua_batch.core import periods, resources
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.periods import MONTH, QUARTER, Period
from lianghua_batch.core.problems import ERROR, Problem, in_order
from lianghua_batch.core.source_ref import SourceRef

BASE, GENERAL, COUNTY, UNIT = "base", "general", "county", "unit"
_LEAST_SPAN = 3  # periods that are written «first to last»


def _words() -> Mapping[str, Any]:
    return resources.load("report/check_report")["grouping"]


@dataclass(frozen=True)
class ProblemLine:
    """One line of a list: a problem, or several of one kind of which the first speaks for the others."""

    problems: tuple[Problem, ...]

    @property
    def first(self) -> Problem:
        return self.problems[0]

    @property
    def count(self) -> int:
        return len(self.problems)

    @property
    def spot(self) -> str:
        """Where in the sheet: D5, «第 7 行», or of many «D5、D6、D7 等 120 处»; empty where there is nothing to point at."""
        if self._by_periods or (self.count == 1 and self._marks == (self.first.value,)):
            return ""
        if self.count == 1:
            return next(iter(self._marks), "")
        words = _words()
        named = words["separator"].join(self._marks[: words["first"]])
        return words["places" if named else "unnamed"].format(first=named, count=self.count)

    @property
    def place(self) -> str:
        """File, sheet and spot; of a form that is not there, that it is missing."""
        place = self.first.place
        head = place.file or _words()["missing" if self.first.unit else "nowhere"]
        return " ".join(part for part in (head, place.sheet, self.spot) if part)

    @property
    def value(self) -> str | None:
        """The value as filled, or the first of several."""
        values = list(dict.fromkeys(p.value for p in self.problems if p.value is not None))
        if len(values) < 2:
            return values[0] if values else None
        words = _words()
        named = words["separator"].join(values[: words["first"]])
        return words["values"].format(first=named) if len(values) > words["first"] else named

    @property
    def message(self) -> str:
        """What is wrong; where that differs from cell to cell, the first cell's as an example."""
        if self._by_periods:
            period = self.first.period or ""
            return self.first.message.replace(period, spans(p.period for p in self.problems if p.period), 1)
        if len({p.message for p in self.problems}) == 1 or not self._marks:
            return self.first.message
        return _words()["example"].format(text=self.first.message, place=self._marks[0])

    @property
    def remedy(self) -> str:
        return self.first.remedy

    @property
    def suggestion(self) -> str | None:
        """The likely value if it is the same for all."""
        return self.first.suggestion if len({p.suggestion for p in self.problems}) == 1 else None

    @cached_property
    def _by_periods(self) -> bool:
        return self.count > 1 and len({_apart_from_period(p) for p in self.problems}) == 1 and not self.first.place.file

    @cached_property
    def _marks(self) -> tuple[str, ...]:
        """What distinguishes the problems: their cells, else rows, else values."""
        marks = (_row_of(p.place) or (p.value if not p.place.row else None) for p in self.problems)
        return tuple(dict.fromkeys(mark for mark in marks if mark))


def _row_of(place: SourceRef) -> str | None:
    return place.cell or (_words()["row"].format(row=place.row) if place.row else None)


def suggestion_text(line: ProblemLine) -> str:
    """The suggestion as a question; empty where the remedy names it already."""
    if not line.suggestion or re.search(rf"(?<![\w.-]){re.escape(line.suggestion)}(?![\w.-])", line.remedy, re.ASCII):
        return ""
    return resources.load("report/check_report")["suggestion"].format(suggestion=line.suggestion)


@dataclass(frozen=True)
class UnitProblems:
    """The lines of 花名册 and 考评方案 (BASE), of no unit (GENERAL), of one form of the county (COUNTY), or of one unit (UNIT)."""

    kind: str
    unit: str | None
    entries: tuple[ProblemLine, ...]
    form: str | None = None

    @property
    def errors(self) -> int:
        return sum(e.count for e in self.entries if e.first.severity == ERROR)

    @property
    def warnings(self) -> int:
        return sum(e.count for e in self.entries) - self.errors

    @property
    def files(self) -> frozenset[str]:
        return frozenset(e.first.place.file for e in self.entries if e.first.place.file)

    def title(self, names: Mapping[str, str]) -> str:
        """What the group is called, a unit by its name."""
        words = resources.load("report/check_report")["groups"]
        if self.kind != UNIT:
            return words[self.kind].format(form=definitions()[self.form].label if self.form else "")
        return words["unit" if self.unit in names else "unnamed"].format(unit=self.unit, name=names.get(self.unit))


def by_unit(problems: Iterable[Problem], base_files: frozenset[str] = frozenset()) -> list[UnitProblems]:
    """Return all problems grouped by unit: those of `base_files` (花名册, 考评方案) first, for they cause others, then the county's
    forms, then unit by unit."""
    prefixes = tuple(_words()["base_codes"])
    found: dict[tuple[int, str, str | None, str | None], list[Problem]] = defaultdict(list)
    for p in in_order(problems):
        if p.place.file in base_files or p.code[1:].startswith(prefixes):
            found[0, BASE, None, None].append(p)
        elif p.form is not None and not definitions()[p.form].by_unit:
            found[2, COUNTY, None, p.form].append(p)
        elif p.unit is None:
            found[1, GENERAL, None, None].append(p)
        else:
            found[3, UNIT, p.unit, None].append(p)
    ordered = sorted(found, key=lambda key: (key[0], key[2] or "", definitions()[key[3]].order if key[3] else 0))
    return [
        UnitProblems(kind, unit, tuple(problem_lines(found[key])), form)
        for key in ordered
        for _, kind, unit, form in [key]
    ]


def problem_lines(problems: Sequence[Problem]) -> list[ProblemLine]:
    """Make one line of more than `most` problems of one kind in one column of a sheet, and of what one unit lacks, where the first of them stood."""
    most = _words()["most"]
    alike: dict[tuple, list[Problem]] = defaultdict(list)
    for p in problems:
        alike[_kind(p)].append(p)
    lacking: dict[tuple, int] = defaultdict(int)
    for p in problems:
        lacking[_owner(p)] += len(alike[_kind(p)]) == 1
    entries: dict[tuple, list[Problem]] = defaultdict(list)
    for number, p in enumerate(problems):
        kind, owner = _kind(p), _owner(p)
        if p.place.file:
            key = kind if len(alike[kind]) > most else (number,)
        else:
            key = owner if len(alike[kind]) == 1 and lacking[owner] > most else kind
        entries[key].append(p)
    return [ProblemLine(tuple(found)) for found in entries.values()]


def _kind(p: Problem) -> tuple:
    """What makes one line: the same fault in the same column; or the same form that the same unit has not sent, of any period."""
    if p.place.file:
        return (p.code, p.place.file, p.place.sheet, p.place.heading)
    return (p.code, p.unit, _apart_from_period(p))


def _owner(p: Problem) -> tuple:
    return (p.code, p.unit, p.place.file)


def _apart_from_period(p: Problem) -> str:
    return p.message.replace(p.period, "", 1) if p.period else p.message


def spans(written: Iterable[str]) -> str:
    """Write periods in a row, three or more that follow each other as «2026-01 至 2026-03»."""
    words = _words()
    listed: list[list[Period]] = []
    for period in sorted({p for p in map(periods.parse, written) if p is not None}, key=lambda p: p.first_day):
        if listed and _follows(listed[-1][-1], period):
            listed[-1].append(period)
        else:
            listed.append([period])
    parts: list[str] = []
    for run in listed:
        if len(run) < _LEAST_SPAN:
            parts += map(str, run)
        else:
            parts.append(words["span"].format(first=run[0], last=run[-1]))
    return words["separator"].join(parts)


def _follows(first: Period, second: Period) -> bool:
    """Whether the second is the next month or quarter."""
    same = first.kind == second.kind and first.kind in (MONTH, QUARTER)
    return same and (second.first_day - first.last_day).days == 1

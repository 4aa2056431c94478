"""What 督查 and 监督员 found, numbered, and how 整改台账 takes it up in rounds (spec §5.3 «Findings and their rectification»)."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from lianghua_batch.core import resources
from lianghua_batch.core.periods import Period
from lianghua_batch.intake.cell_values import compared
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Roster

_FINDERS = {"inspection": "inspector", "supervisor_score": "supervisor"}  # the column that says who found it, by form


@dataclass(frozen=True)
class Finding:
    """One 存在问题 cell: its number, unit, period and words, and its row in 督查打分 or 监督员评分."""

    number: str
    unit: str
    period: Period
    text: str
    row: Record

    @property
    def form(self) -> str:
        return self.row.table.sheet.form

    @property
    def finder(self) -> str:
        """Who found it: the 检查单位, or the 监督员."""
        return str(self.row[_FINDERS[self.form]])

    @property
    def rectify_by(self) -> dt.date | None:
        """The 整改时限 that was set."""
        day = self.row["rectify_by"]
        return None if day is None else day.date()


@dataclass(frozen=True)
class Issue:
    """One problem of 整改台账: its rounds in order, and the finding that it takes up, if any."""

    rounds: tuple[Record, ...]
    finding: Finding | None = None

    @property
    def last(self) -> Record:
        """The last round, which decides."""
        return self.rounds[-1]

    @property
    def unit(self) -> str:
        return self.last["unit_id"]

    @property
    def number(self) -> str | None:
        """Its 问题编号: the finding's, or the unit's own one."""
        return self.finding.number if self.finding else self.last["issue_id"]

    @property
    def done(self) -> bool:
        """Whether its last round was completed in time and not sent back."""
        row = self.last
        return row["verdict"] != "returned" and completed_in_time(row)


def completed_in_time(row: Record) -> bool:
    """Whether a row of 整改台账 or 任务清单 is 已完成 with a 完成日期 not after its 完成时限."""
    days = (row["completed"], row["deadline"])
    return row["status"] == "done" and None not in days and row["completed"] <= row["deadline"]


@dataclass(frozen=True)
class Ledger:
    """All findings of the period's forms by unit, period and number, and all problems of 整改台账 by unit."""

    findings: Sequence[Finding]
    issues: Mapping[str, Sequence[Issue]]

    @cached_property
    def by_number(self) -> Mapping[str, Finding]:
        """The findings by number, compared as codes are."""
        return {finding.number.casefold(): finding for finding in self.findings}

    @cached_property
    def issue_of(self) -> Mapping[str, Issue]:
        """By a finding's number, the problem of 整改台账 that takes it up."""
        listed = (issue for issues in self.issues.values() for issue in issues)
        return {issue.finding.number: issue for issue in listed if issue.finding is not None}

    def unregistered(self, unit: str | None = None) -> list[Finding]:
        """The findings, of one unit or of all, that 整改台账 does not take up."""
        return [f for f in self.findings if unit in (None, f.unit) and f.number not in self.issue_of]


def read(county: County) -> Ledger:
    """Number the findings of the period's forms, and join 整改台账 to them."""
    found = sorted(_findings(county), key=lambda f: (f.unit, f.period.last_day, str(f.period)))
    by_number = {finding.number.casefold(): finding for finding in found}
    numbered: dict[tuple[str, str], list[Record]] = defaultdict(list)
    alone: list[Record] = []
    for unit, rows in county.rows_by_unit("rectification").items():
        for row in rows:
            if row["issue_id"] is None:
                alone.append(row)
            else:
                numbered[unit, row["issue_id"].casefold()].append(row)
    issues: dict[str, list[Issue]] = defaultdict(list)
    for (unit, number), rows in numbered.items():
        finding = by_number.get(number)
        own = finding if finding is not None and finding.unit == unit else None
        issues[unit].append(Issue(tuple(sorted(rows, key=round_of)), own))
    taken = {issue.finding.number for listed in issues.values() for issue in listed if issue.finding is not None}
    open_findings: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in found:
        if finding.number not in taken:
            open_findings[finding.unit, plain(finding.text)].append(finding)
    for row in sorted(alone, key=lambda r: r.ref("unit_id")):
        left = open_findings.get((row["unit_id"], plain(row["issue"] or "")))
        issues[row["unit_id"]].append(Issue((row,), left.pop(0) if left else None))
    return Ledger(found, dict(issues))


def round_of(row: Record) -> int:
    """The 轮次 of a row; blank is the first."""
    return 1 if row["round"] is None else int(row["round"])


def plain(text: str) -> str:
    """A problem's words as they are compared: without spaces and invisible characters."""
    return compared(text)


def same_issue(written: str, finding: str) -> bool:
    """Whether 整改台账's words are those of a finding: one within the other, or what stands before 等 within it."""
    one, other = plain(written), plain(finding)
    begun, others, _ = one.partition(resources.load("reading")["and_others"])
    return one in other or other in one or bool(others and begun and begun in other)


def says_none(text: str) -> bool:
    """Whether 存在问题 says that there is none."""
    return bool(_none().fullmatch(compared(text)))


@cache
def _none() -> re.Pattern[str]:
    return re.compile(resources.load("reading")["no_findings"])


def names_finding(number: str, roster: Roster) -> bool:
    """Whether a 问题编号 is shaped like those that the program gives: of a unit, a period and a number."""
    match = re.fullmatch(resources.load("reading")["finding_number"], number)
    return match is not None and roster.unit_codes.find(match[1]) in roster.units


def _findings(county: County) -> Iterator[Finding]:
    """The findings of each unit and period, numbered in the order of who found them, as compared, and of the sheets."""
    groups: dict[tuple[str, Period], list[tuple[str, Record]]] = defaultdict(list)
    for form, column in _FINDERS.items():
        compare = county.roster.raters[column]
        for row in county.tables[form].records():
            text, unit, finder = row["findings"], row["unit_id"], row[column]
            if text is None or unit is None or row.origin.period is None or says_none(text):
                continue
            groups[unit, row.origin.period].append(("" if finder is None else compare(finder), row))
    for (unit, period), rows in groups.items():
        rows.sort(key=lambda pair: (pair[0], pair[1].ref("findings")))
        for n, (_, row) in enumerate(rows, start=1):
            yield Finding(f"{unit}-{period}-{n}", unit, period, row["findings"], row)

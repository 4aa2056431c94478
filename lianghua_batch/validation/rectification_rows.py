"""整改台账 against what was found: numbers, words, rounds and time limits, and findings that nobody took up (spec §5.3)."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.county import County
from lianghua_batch.scoring import findings
from lianghua_batch.scoring.findings import Issue, Ledger


def check(county: County) -> Iterator[Problem]:
    """All problems between 督查打分, 监督员评分 and 整改台账; a quarter has no 整改台账."""
    if not county.is_year:
        return
    ledger = findings.read(county)
    rows = county.tables["rectification"].records()
    yield from _numbers(county, ledger, list(rows))
    for issues in ledger.issues.values():
        for issue in issues:
            yield from _rounds(issue)
            yield from _deadline(issue)
            yield from _completed_before_found(issue)
    yield from _unregistered(county, ledger)


def _numbers(county: County, ledger: Ledger, rows: list[Record]) -> Iterator[Problem]:
    """Row by row: the number is of a finding of the unit, with its words, or one of the unit's own."""
    owners: dict[str, Record] = {}
    rounds: dict[tuple[str, int], Record] = {}
    for row in rows:
        number, unit = row["issue_id"], row["unit_id"]
        if number is None:
            if findings.round_of(row) > 1:
                yield problem(Code.ROUND_WITHOUT_NUMBER, row.ref("round"), value=row["round"])
            continue
        place, key = row.ref("issue_id"), number.casefold()
        finding, first = ledger.by_number.get(key), owners.setdefault(key, row)
        if finding is not None and finding.unit != unit:
            words = {"unit": county.roster.named(finding.unit), "other": finding.row.ref("findings")}
            yield problem(Code.FINDING_OF_ANOTHER_UNIT, place, value=number, **words)
        elif finding is not None and row["issue"] is not None and not findings.same_issue(row["issue"], finding.text):
            words = {"number": number, "text": finding.text, "other": finding.row.ref("findings")}
            yield problem(Code.ISSUE_IS_ANOTHER, row.ref("issue"), value=row["issue"], **words)
        elif finding is None and findings.names_finding(number, county.roster):
            yield problem(Code.UNKNOWN_FINDING, place, value=number)
        elif first["unit_id"] != unit:
            yield problem(Code.NUMBER_OF_TWO_UNITS, place, value=number, other=first.ref("issue_id"))
        same = rounds.setdefault((key, findings.round_of(row)), row)
        if same is not row and first["unit_id"] == unit and not _equal(row, same):  # an equal row counts once
            words = {"key": f"{number} {row.table.sheet.label_of('round')} {findings.round_of(row)}"}
            yield problem(Code.DUPLICATE_KEY, place, value=number, other=same.ref("issue_id"), **words)


def _equal(one: Record, other: Record) -> bool:
    return all(one[column.name] == other[column.name] for column in one.table.sheet.columns)


def _rounds(issue: Issue) -> Iterator[Problem]:
    """What was sent back has a next round, what was closed has none, and no round is left out."""
    rounds: dict[int, Record] = {}
    for row in issue.rounds:
        if not _equal(row, rounds.setdefault(findings.round_of(row), row)):
            return  # which of the two is right is asked where they stand
    for before, after in pairwise(rounds.values()):
        number, place = findings.round_of(after), after.ref("round")
        if before["verdict"] == "closed":
            yield problem(Code.ROUND_AFTER_CLOSING, place, value=number, number=issue.number)
        elif number > findings.round_of(before) + 1:
            words = {"number": issue.number, "before": findings.round_of(before)}
            yield problem(Code.ROUND_LEFT_OUT, place, value=number, **words)
    if issue.last["verdict"] == "returned":
        words = {"issue": issue.number or issue.last["issue"], "round": findings.round_of(issue.last)}
        yield problem(Code.RETURNED_WITHOUT_NEXT_ROUND, issue.last.ref("verdict"), **words)


def _deadline(issue: Issue) -> Iterator[Problem]:
    """A 完成时限 later than the 整改时限 that was set: the ledger's own decides, so it is said."""
    limit = issue.finding and issue.finding.rectify_by
    for row in issue.rounds if limit is not None else ():
        day = row["deadline"]
        if day is not None and findings.round_of(row) == 1 and day.date() > limit:
            other = issue.finding.row.ref("rectify_by")
            yield problem(Code.DEADLINE_AFTER_FINDINGS, row.ref("deadline"), value=day.date(), limit=limit, other=other)


def _completed_before_found(issue: Issue) -> Iterator[Problem]:
    """A 完成日期 of the year, before the period in which the problem was found."""
    for row in issue.rounds if issue.finding is not None else ():
        day, found = row["completed"], issue.finding.period
        if day is not None and day.year == found.year and day.date() < found.first_day:
            yield problem(Code.COMPLETED_BEFORE_FOUND, row.ref("completed"), value=day.date(), period=found)


def _unregistered(county: County, ledger: Ledger) -> Iterator[Problem]:
    """Findings of ranked units that 整改台账 does not take up, by 督查问题未登记."""
    rule = county.scheme.parameters.unregistered_findings
    codes = {
        "count": Code.FINDING_COUNTED_UNDONE,
        "notice": Code.FINDING_UNREGISTERED,
        "error": Code.FINDING_MUST_BE_REGISTERED,
    }
    by_unit = defaultdict(list)
    for finding in ledger.unregistered() if rule in codes else ():
        by_unit[finding.unit].append(finding)
    for unit_id, listed in by_unit.items():
        unit = county.roster.unit(unit_id, county.period.last_day)
        for finding in listed if unit is not None else ():
            place, words = finding.row.ref("findings"), {"number": finding.number, "unit": unit}
            yield problem(codes[rule], place, value=finding.text, **words)

"""Votes against the ballots that were given out and came back, and against the people who may vote (spec §4.7, §5.4)."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake import labels
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.county import County

RETURNED, ISSUED, EXPECTED = "returned", "issued", "expected"
COUNTS = (EXPECTED, ISSUED, RETURNED)  # in the order of the form's columns
_CAST = "cast"


def check(county: County) -> Iterator[Problem]:
    """All problems of the votes of 满意度测评 and 年评议."""
    for row in county.tables["satisfaction"].records():
        yield from _satisfaction(county, row)
    if county.is_year:
        yield from _reviews(county)


def _satisfaction(county: County, row: Record) -> Iterator[Problem]:
    votes = _votes(row)
    places = {name: row.ref(name) for name in COUNTS}
    counts = {name: row[name] for name in COUNTS if row[name] is not None}
    if votes is not None:
        places[_CAST], counts[_CAST] = row.ref(row.table.sheet.expanded[0].name), votes
    yield from _out_of_order(counts, places)
    if county.scheme.parameters.ballot_counts == "required" and county.is_year:
        for name in COUNTS:
            if row[name] is None and (row.index, name) not in row.table.faulty:
                yield problem(Code.MISSING_BALLOT_COUNT, row.ref(name))


def _votes(row: Record) -> int | None:
    """Σ票 of a row; None where a vote could not be read."""
    columns = [c.name for c in row.table.sheet.expanded]
    unread = any((row.index, name) in row.table.faulty for name in columns)
    return None if unread or not columns else sum(int(row[name] or 0) for name in columns)


def _out_of_order(counts: Mapping[str, int], places: Mapping[str, SourceRef]) -> Iterator[Problem]:
    """Σ票 ≤ 收回票 ≤ 发出票 ≤ 应到, of those that are filled: each with the next one."""
    filled = [name for name in (_CAST, RETURNED, ISSUED, EXPECTED) if name in counts]
    for less, more in pairwise(filled):
        if counts[less] > counts[more]:
            code = Code.MORE_BALLOTS_THAN_PEOPLE if more == EXPECTED else Code.INVALID_BALLOT
            words = {"value": counts[less], "less": _label(less), "more": _label(more), "limit": counts[more]}
            yield problem(code, places[less], **words)


def _label(name: str) -> str:
    return labels.votes_label() if name == _CAST else labels.label_of(name)


def _reviews(county: County) -> Iterator[Problem]:
    """年评议: its labelled counts, and the votes of each member against 收回票 and the 正式党员 of the branch."""
    table, day = county.tables["annual_review"], county.period.last_day
    for origin in table.origins:
        yield from _out_of_order(origin.counts, {name: origin.label_place(name) for name in COUNTS})
    full_members: dict[str, int] = {}
    for member in county.roster.members_on(day):
        full_members[member.branch] = full_members.get(member.branch, 0) + (not member.probationary)
    for row in table.records():
        votes, origin = _votes(row), row.origin
        if votes is None or not table.sheet.expanded:
            continue
        place = row.ref(table.sheet.expanded[0].name)
        limit = next((origin.counts[name] for name in (RETURNED, ISSUED, EXPECTED) if name in origin.counts), None)
        voters = full_members.get(origin.unit or "")
        if limit is not None and votes > limit:
            name = next(n for n in (RETURNED, ISSUED, EXPECTED) if n in origin.counts)
            yield problem(Code.INVALID_BALLOT, place, value=votes, less=_label(_CAST), more=_label(name), limit=limit)
        elif voters is not None and votes > voters:
            unit = county.roster.unit(origin.unit, day)
            yield problem(Code.MORE_VOTES_THAN_MEMBERS, place, value=votes, unit=unit, limit=voters)

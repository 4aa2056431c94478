"""花名册 → Roster: units and members over time, every row checked (spec §1, §4.1)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from lianghua_batch.core.codes import Code
from lianghua_batch.core.look_alikes import code_points
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.intake.cell_values import compared
from lianghua_batch.intake.tables import Record, Table
from lianghua_batch.model import known_codes
from lianghua_batch.model.roster import EARLIEST, Member, Roster, Unit
from lianghua_batch.model.scheme import BRANCH, COMMITTEE


def read(units: Table, members: Table) -> tuple[Roster, list[Problem]]:
    """Build the roster; overlapping rows, unknown units and impossible dates are problems."""
    units, members = _with_own_codes(units, members)
    unit_rows = _by_id(_unit(r) for r in units.records() if _filled(r, "unit_id", "unit_name", "level"))
    member_rows = _by_id(_member(r) for r in members.records() if _filled(r, "member_id", "member_name", "branch_id"))
    roster = Roster(unit_rows, member_rows)
    problems = [p for rows in unit_rows.values() for p in _unit_problems(rows, roster)]
    problems += (p for rows in member_rows.values() for p in _member_problems(rows, roster))
    return roster, problems + list(_namesakes(roster))


def _with_own_codes(units: Table, members: Table) -> tuple[Table, Table]:
    """The tables with every code as it is written first."""
    of_units = known_codes.of_columns(units, "unit_id", "unit_name")
    of_members = known_codes.of_columns(members, "member_id")
    units = known_codes.resolved(units, {"unit_id": of_units, "parent_id": of_units})
    return units, known_codes.resolved(members, {"member_id": of_members, "branch_id": of_units})


def _filled(row: Record, *names: str) -> bool:
    return all(row[name] is not None for name in names)


def _by_id(rows: Iterable) -> dict:
    found = defaultdict(list)
    for row in rows:
        found[row.id].append(row)
    return {i: tuple(sorted(group, key=lambda r: (r.start or EARLIEST, r.source))) for i, group in found.items()}


def _day(value: object) -> dt.date | None:
    return None if value is None else value.date()


def _unit(row: Record) -> Unit:
    return Unit(
        start=_day(row["founded"]),
        end=_day(row["dissolved"]),
        id=str(row["unit_id"]),
        name=str(row["unit_name"]),
        level=str(row["level"]),
        parent=row["parent_id"] if row["level"] == BRANCH else None,
        service_window=row["service_window"] == "yes",
        group=row["group"],
        details={k: row[k] for k in ("nature", "authority", "branch_class", "head", "email")},
        row=row,
    )


def _member(row: Record) -> Member:
    return Member(
        start=_day(row["joined"]),
        end=_day(row["left"]),
        id=str(row["member_id"]),
        name=str(row["member_name"]),
        branch=str(row["branch_id"]),
        party_group=str(row["party_group"] or ""),
        probationary=row["member_class"] == "probationary",
        managed=_managed(row),
        unmanaged_reason=row["unmanaged_reason"],
        row=row,
    )


def _managed(row: Record) -> bool:
    """Whether the member takes part in 积分管理; an unreadable cell counts as no where a 不参加原因 stands beside it."""
    if (row.index, "managed") in row.table.faulty:
        return row["unmanaged_reason"] is None
    return row["managed"] != "no"


def _overlaps(rows: tuple) -> list[tuple]:
    return [(earlier, later) for earlier, later in pairwise(rows) if earlier.overlaps(later)]


def _unit_problems(rows: tuple[Unit, ...], roster: Roster) -> Iterable[Problem]:
    for row in rows:
        if row.start and row.end and row.end <= row.start:
            yield problem(Code.DISSOLVED_BEFORE_FOUNDED, row.row.ref("dissolved"), value=row.end)
        if row.level != rows[0].level:
            yield problem(Code.LEVEL_OF_UNIT_CHANGES, row.row.ref("level"), value=row.id, unit=row)
        if row.level == COMMITTEE and row.row["parent_id"] is not None:
            yield problem(Code.COMMITTEE_WITH_PARENT, row.row.ref("parent_id"), value=row.row["parent_id"], unit=row)
        if row.parent is not None:
            parents = roster.units.get(row.parent)
            if parents is None:
                likely = roster.suggest_unit(row.parent, level=COMMITTEE)
                yield problem(Code.UNKNOWN_PARENT, row.row.ref("parent_id"), value=row.parent, suggestion=likely)
            elif parents[0].level != COMMITTEE:
                yield problem(Code.PARENT_IS_NO_COMMITTEE, row.row.ref("parent_id"), value=row.parent)
    for earlier, later in _overlaps(rows):
        yield problem(Code.UNIT_ROWS_OVERLAP, later.source, value=later.id, unit=later, other=earlier.source)


def _member_problems(rows: tuple[Member, ...], roster: Roster) -> Iterable[Problem]:
    for row in rows:
        if row.start and row.end and row.end <= row.start:
            yield problem(Code.LEFT_BEFORE_JOINED, row.row.ref("left"), value=row.end)
        if not row.is_called(rows[0].name):
            yield problem(
                Code.MEMBER_ID_OF_TWO_NAMES,
                row.row.ref("member_name"),
                value=row.name,
                member=row.id,
                expected=rows[0].name,
                points=code_points(row.name, rows[0].name),
            )
        if row.id in roster.units:
            yield problem(Code.MEMBER_ID_IS_UNIT_ID, row.source, value=row.id, member=row.id)
        branch = roster.units.get(row.branch)
        if branch is None:
            likely = roster.suggest_unit(row.branch, level=BRANCH)
            yield problem(Code.UNKNOWN_BRANCH_OF_MEMBER, row.row.ref("branch_id"), value=row.branch, suggestion=likely)
        elif branch[0].level != BRANCH:
            yield problem(Code.MEMBER_OF_COMMITTEE, row.row.ref("branch_id"), value=row.branch)
        if not row.managed and row.unmanaged_reason is None:
            yield problem(Code.UNMANAGED_WITHOUT_REASON, row.row.ref("unmanaged_reason"))
    for earlier, later in _overlaps(rows):
        yield problem(Code.MEMBER_ROWS_OVERLAP, later.source, value=later.id, member=later, other=earlier.source)


def _namesakes(roster: Roster) -> Iterable[Problem]:
    """Two members of one name in one branch at the same time: a warning on the second, for their codes are easily mixed up."""
    alike: dict[tuple[str, str], list[Member]] = defaultdict(list)
    for row in sorted((r for rows in roster.members.values() for r in rows), key=lambda r: r.source):
        alike[row.branch, compared(row.name)].append(row)
    for (branch, _), rows in alike.items():
        reported: set[str] = set()
        for n, row in enumerate(rows):
            first = next((r for r in rows[:n] if r.id != row.id and r.overlaps(row)), None)
            if first is not None and row.id not in reported:
                reported.add(row.id)
                unit = roster.named(branch) if branch in roster.units else None
                words = {"branch": unit or branch, "name": row.name, "first": first.id, "second": row.id}
                yield problem(Code.MEMBERS_OF_SAME_NAME, row.row.ref("member_name"), value=row.name, unit=unit, **words)

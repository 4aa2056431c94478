"""Rows about members: known, rightly named, in the form's branch on the day, dated within the form's period (spec §4)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from lianghua_batch.core import exact, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import item_column
from lianghua_batch.core.look_alikes import code_points
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake.sheet_records import Origin
from lianghua_batch.intake.tables import ORIGIN, Record, Table
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Member, Roster


def check(county: County) -> list[Problem]:
    """All problems of 日记录, 月打分, 季汇总 and 年评议 rows against 花名册 and the scheme."""
    tables = county.tables
    problems = list(diary_rows(county, tables["daily_record"]))
    problems += _opposite_points(county, tables["daily_record"])
    for form in ("monthly_score", "quarterly_summary"):
        listed = tables[form].take(~_rightly_registered(county, tables[form], _last_days(tables[form])))
        problems += (p for row in listed.records() for p in _member_of_form(county, row))
    months = tables["monthly_score"]
    problems += (p for row in months.take(~_adds_up(county, months)).records() for p in _monthly_row(county, row))
    return problems + list(_reviews(county, tables["annual_review"]))


def diary_rows(county: County, table: Table) -> Iterator[Problem]:
    """Problems of 日记录 rows."""
    for row in table.take(_doubtful(county, table)).records():
        yield from _diary_row(county, row)


def _doubtful(county: County, table: Table) -> pd.Series:
    """Which 日记录 rows may be wrong: of hundreds of thousands few are left to look at one by one."""
    frame = table.frame
    projects = county.scheme.projects.keys() | county.scheme.unread_projects
    days = frame["date"].to_numpy().astype("datetime64[D]")
    inside = (_days_of_forms(table, "first_day") <= days) & (days <= _days_of_forms(table, "last_day"))
    known = frame["project_id"].isna() | frame["project_id"].isin([code for code in projects if code is not None])
    return ~(known & inside & _rightly_registered(county, table, frame["date"]))


def _days_of_forms(table: Table, name: str) -> np.ndarray:
    """By row, the first or last day of its form's period."""
    days = np.array([*(getattr(o.period, name, None) for o in table.origins), None], dtype="datetime64[D]")
    return days[table.frame[ORIGIN]]


def _last_days(table: Table) -> pd.Series:
    return pd.Series(_days_of_forms(table, "last_day").astype("datetime64[s]"), index=table.frame.index)


def _rightly_registered(county: County, table: Table, days: pd.Series) -> pd.Series:
    """Which rows are of a member, rightly named, who takes part in 积分管理 in the form's branch on the row's day."""
    roster, frame = county.roster, table.frame
    registered = roster.rows_on(frame["member_id"], days)
    units = np.array([*(o.unit if o.unit in roster.units else None for o in table.origins), None], dtype=object)
    here = registered.managed & (registered.branches == units[frame[ORIGIN]])
    return (frame["member_name"].isna() | _rightly_named(roster, frame)) & here


def _rightly_named(roster: Roster, frame: pd.DataFrame) -> pd.Series:
    """Whether people who see a row's name take it for that of the member of its code."""
    pairs = frame.groupby(["member_id", "member_name"], sort=False, dropna=False).ngroup()
    firsts = ~pairs.duplicated()
    listed = zip(pairs[firsts], frame.loc[firsts, "member_id"], frame.loc[firsts, "member_name"], strict=True)
    named = (each for each in listed if isinstance(each[2], str) and each[1] in roster.members)
    right = {n for n, code, name in named if roster.members[code][0].is_called(name)}
    return pairs.isin(right)


def _diary_row(county: County, row: Record) -> Iterator[Problem]:
    roster, scheme, origin = county.roster, county.scheme, row.origin
    member_id, name, project_id = row["member_id"], row["member_name"], row["project_id"]
    day = None if row["date"] is None else row["date"].date()
    if project_id is not None and project_id not in scheme.projects and project_id not in scheme.unread_projects:
        suggestion = scheme.suggest_project(project_id)
        yield problem(Code.UNKNOWN_PROJECT, row.ref("project_id"), value=project_id, suggestion=suggestion)
    if day is not None and origin.period is not None and not origin.period.holds(day):
        day = None
    if member_id is None:
        return
    rows = roster.members.get(member_id)
    if rows is None:
        yield _unknown(county, row.ref("member_id"), member_id, name, origin, day)
        return
    if name is not None and not rows[0].is_called(name):
        yield _wrong_name(row.ref("member_name"), name, rows, origin.unit)
    if day is None or origin.unit not in roster.units:
        return
    current = next((each for each in rows if each.holds(day)), None)
    if current is None or current.branch != origin.unit:
        yield _elsewhere(row.ref("member_id"), rows[0], roster, origin.unit, day)
    elif not current.managed:
        yield problem(Code.MEMBER_UNMANAGED_ON_DAY, row.ref("member_id"), value=member_id, member=current)


def _opposite_points(county: County, table: Table) -> Iterator[Problem]:
    """A deduction that is a 积分项目 of addition, or the other way round: the sign or the project is probably wrong."""
    projects = county.scheme.projects
    worth = table.frame["project_id"].map({i: p.points for i, p in projects.items()}).astype("Int64")
    opposite = (table.frame["points"] * worth < 0).fillna(False).astype(bool)
    for index in table.frame.index[opposite]:
        project = projects[table.frame.at[index, "project_id"]]
        given, expected = (
            exact.short(exact.from_hundredths(n)) for n in (table.frame.at[index, "points"], project.points)
        )
        values = {"project": project.id, "name": project.name, "expected": expected}
        yield problem(Code.OPPOSITE_SIGNS, table.ref(index, "points"), value=given, **values)


def _unknown(
    county: County, place: SourceRef, member_id: str, name: str | None, origin: Origin, day: dt.date | None = None
) -> Problem:
    """A code that 花名册 does not have, with the one that it was probably meant for, if code and name do not disagree."""
    day = day or (None if origin.period is None else origin.period.last_day)
    suggestion = county.roster.suggest_member(member_id, name, origin.unit, day)
    by_code = county.roster.suggest_member(member_id, None, None, None)
    suggestion = suggestion if by_code in (None, suggestion) else None
    outsider = not _was_in(county.roster.members.get(suggestion, ()), origin.unit)
    return problem(
        Code.UNKNOWN_MEMBER, place, value=member_id, suggestion=suggestion, outsider=suggestion is not None and outsider
    )


def _was_in(rows: Iterable[Member], unit: str | None) -> bool:
    """Whether 花名册 ever held a member in a branch, which then knows him."""
    return any(row.branch == unit for row in rows)


def _wrong_name(place: SourceRef, name: str, rows: Sequence[Member], unit: str | None) -> Problem:
    member = rows[0]
    words = {"expected": member.name, "points": code_points(name, member.name)}
    outsider = not _was_in(rows, unit)
    return problem(Code.MEMBER_NAME_DIFFERS, place, value=name, member=member.id, outsider=outsider, **words)


def _elsewhere(place: SourceRef, member: Member, roster: Roster, unit: str, day: dt.date) -> Problem:
    """The member is registered somewhere else on the day, or nowhere."""
    current = next((row for row in roster.members[member.id] if row.holds(day)), None)
    if current is None:
        where = resources.load("messages/problem_words")["outside_roster"]
    else:
        where = str(roster.named(current.branch)) if current.branch in roster.units else current.branch
    words = {"member": member, "day": day, "where": where}
    outsider = current is not None or not _was_in(roster.members[member.id], unit)
    return problem(Code.MEMBER_NOT_IN_UNIT, place, value=member.id, unit=roster.named(unit), outsider=outsider, **words)


def _known(county: County, row: Record) -> tuple[Member, ...] | None:
    return county.roster.members.get(row["member_id"])


def _code_and_name(county: County, row: Record) -> Iterator[Problem]:
    if row["member_id"] is None:
        return
    rows = _known(county, row)
    if rows is None:
        found = _unknown(county, row.ref("member_id"), row["member_id"], row["member_name"], row.origin)
        taken = (found.suggestion, row.origin.unit, row.origin.period) in county.rows_by_member(row.table.sheet.form)
        yield replace(found, suggestion=None) if taken else found  # the form has one row a member
    elif row["member_name"] is not None and not rows[0].is_called(row["member_name"]):
        yield _wrong_name(row.ref("member_name"), row["member_name"], rows, row.origin.unit)


def _member_of_form(county: County, row: Record) -> Iterator[Problem]:
    """A 月打分 or 季汇总 row: its member is in the form's branch on the period's last day."""
    yield from _code_and_name(county, row)
    origin, rows = row.origin, _known(county, row)
    if rows is None or origin.unit not in county.roster.units or origin.period is None:
        return
    day = origin.period.last_day
    current = next((r for r in rows if r.holds(day)), None)
    if current is None or current.branch != origin.unit:
        yield _elsewhere(row.ref("member_id"), rows[0], county.roster, origin.unit, day)
    elif not current.managed:
        yield problem(Code.UNMANAGED_MEMBER, row.ref("member_id"), value=current.id, member=current)


def _adds_up(county: County, table: Table) -> pd.Series:
    """Which 月打分 rows have every dimension within 满分 and no 合计 or the right one, all of them as numbers."""
    frame, dimensions = table.frame, county.scheme.dimensions
    marks = [(frame[item_column("dimension", d.name)], d.hundredths[1]) for d in dimensions]
    right = frame["exempt_reason"].isna() & ~frame.index.isin([index for index, _ in table.texts])
    for cells, full_marks in marks:
        right &= cells.notna() & (cells <= full_marks).fillna(False).astype(bool)
    total = sum((cells for cells, _ in marks), pd.Series(0, index=frame.index, dtype="Int64"))
    return right & (frame["sum"].isna() | (frame["sum"] == total).fillna(False).astype(bool))


def _monthly_row(county: County, row: Record) -> Iterator[Problem]:
    """The dimensions of one 月打分 row: there unless 免评, within 满分, adding up to 合计."""
    dimensions = [(d, item_column("dimension", d.name)) for d in county.scheme.dimensions]
    filled = [(d, column) for d, column in dimensions if row[column] is not None]
    # Else a dimension is missing or unreadable in 考评方案, which is an error there, and every form would seem wrong for it.
    all_known = county.rules_sound or sum(d.hundredths[1] for d, _ in dimensions) == 100 * exact.HUNDRED
    if row["exempt_reason"] is not None:
        if filled:
            _, column = filled[0]
            value = exact.short(exact.from_hundredths(row[column]))
            yield problem(Code.SCORES_OF_EXEMPT_MEMBER, row.ref(column), value=value)
        return
    if county.scheme.parameters.month_basis == "group_score":
        for _, column in dimensions:
            if row[column] is None and (row.index, column) not in row.table.faulty:
                place = row.ref(column)
                if place.column is not None:
                    yield problem(Code.MISSING_VALUE, place)
    for dimension, column in filled if all_known else ():
        if row[column] > dimension.hundredths[1]:
            value, limit = exact.short(exact.from_hundredths(row[column])), exact.short(dimension.full_marks)
            yield problem(Code.ABOVE_FULL_MARKS, row.ref(column), value=value, limit=limit)
    if row["sum"] is not None and len(filled) == len(dimensions) and all_known:
        yield from _sum(county, row, [column for _, column in filled])


def _sum(county: County, row: Record, dimensions: Sequence[str]) -> Iterator[Problem]:
    """合计 of a 月打分 row against its dimensions; a number as text, which a formula leaves out, is the cause and not the sum."""
    expected = sum(row[column] for column in dimensions)
    rounded = exact.half_up(exact.from_hundredths(expected), county.scheme.parameters.places)
    given = exact.from_hundredths(row["sum"])
    texts = [column for column in dimensions if (row.index, column) in row.table.texts]
    if texts and given == exact.from_hundredths(expected - sum(row[column] for column in texts)):
        for column in texts:
            value = exact.short(exact.from_hundredths(row[column]))
            yield problem(Code.NUMBER_AS_TEXT, row.ref(column), value=value)
    elif given not in (exact.from_hundredths(expected), rounded):
        written = exact.short(exact.from_hundredths(expected))
        place = row.ref("sum")
        yield problem(Code.SUM_DIFFERS, place, value=exact.short(given), expected=written, suggestion=written)


def _reviews(county: County, table: Table) -> Iterable[Problem]:
    """年评议 rows: known and rightly named, one a member over all branches, at least one vote."""
    first: dict[str, Record] = {}
    for row in table.records():
        yield from _code_and_name(county, row)
        member_id = row["member_id"]
        if member_id is None:
            continue
        other = first.get(member_id)
        if other is not None and other.origin.unit != row.origin.unit:  # else a doubled key, or a form sent twice
            member = county.roster.members[member_id][0] if member_id in county.roster.members else member_id
            yield problem(
                Code.DUPLICATE_ANNUAL_REVIEW,
                row.ref("member_id"),
                value=member_id,
                member=member,
                other=other.ref("member_id"),
            )
        first.setdefault(member_id, row)
        columns = [c.name for c in table.sheet.expanded]
        if columns and all(row[c] is not None for c in columns) and not any(row[c] for c in columns):
            yield problem(Code.NO_VOTES, row.ref(columns[0]))

"""Rows of 活动记录: known projects, people who are clear and in the branch that day, nothing counted twice (spec §2, §4.2)."""

from collections.abc import Iterator

from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.intake.cell_values import compared
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.county import County
from lianghua_batch.scoring import activities
from lianghua_batch.scoring.activities import Attendance, Doubt


def check(county: County) -> Iterator[Problem]:
    """All problems of 活动记录 against 花名册, the scheme and 日记录."""
    table = county.tables["activity_record"]
    if table.frame.empty:
        return
    for row in table.records():
        yield from _row(county, row)
    yield from _repeated(list(table.records()))
    written = county.tables["daily_record"].frame[["member_id", "date", "project_id"]]
    diary = set(written.itertuples(index=False, name=None)) if not written.empty else set()
    for attendance in activities.attendances(county):
        for doubt in attendance.doubts:
            yield _doubt(county, attendance.row, doubt)
        yield from _also_in_diary(county, attendance, diary)


def _row(county: County, row: Record) -> Iterator[Problem]:
    scheme, faulty = county.scheme, row.table.faulty
    for column in ("project_id", "absent_project"):
        code = row[column]
        if code is not None and code not in scheme.projects and code not in scheme.unread_projects:
            suggestion = scheme.suggest_project(code)
            yield problem(Code.UNKNOWN_PROJECT, row.ref(column), value=code, suggestion=suggestion)
    if row["attendance"] == "listed" and row["present"] is None and (row.index, "present") not in faulty:
        yield problem(Code.NOBODY_LISTED, row.ref("present"))
    if row["attendance"] == "all" and row["present"] is not None:
        yield problem(Code.LISTED_BESIDE_ALL, row.ref("present"), value=row["present"])
    if row["absent_project"] is not None and row["absent"] is None and (row.index, "absent") not in faulty:
        yield problem(Code.NOBODY_ABSENT, row.ref("absent_project"), value=row["absent_project"])


def _repeated(rows: list[Record]) -> Iterator[Problem]:
    """The same 日期, 项目编号 and 事由 twice in a branch."""
    firsts: dict[tuple, Record] = {}
    for row in rows:
        key = (row.origin.unit, row["date"], row["project_id"], compared(str(row["event"] or "")))
        first = firsts.setdefault(key, row)
        if first is not row and None not in (row["date"], row["project_id"], row["event"]):
            yield problem(Code.REPEATED_ACTIVITY, row.ref("event"), value=row["event"], other=first.ref("event"))


def _doubt(county: County, row: Record, doubt: Doubt) -> Problem:
    place, roster, words = row.ref(doubt.column), county.roster, {"value": doubt.written}
    if doubt.kind == activities.ELSEWHERE:
        member, unit = roster.members[doubt.member][0], roster.named(row.origin.unit)
        return problem(Code.PERSON_NOT_IN_BRANCH, place, **words, member=member, unit=unit, day=row["date"].date())
    if doubt.kind == activities.UNMANAGED:
        return problem(Code.MEMBER_UNMANAGED_ON_DAY, place, **words, member=roster.members[doubt.member][0])
    codes = {
        activities.UNKNOWN: Code.UNKNOWN_PERSON,
        activities.UNCLEAR: Code.UNCLEAR_PERSON,
        activities.TWICE: Code.PERSON_TWICE,
    }
    return problem(codes[doubt.kind], place, **words)


def _also_in_diary(county: County, attendance: Attendance, diary: set[tuple]) -> Iterator[Problem]:
    """Who has an entry of the same day and project in 日记录 too: it would count twice."""
    row = attendance.row
    for column, project, members in (
        ("project_id", row["project_id"], attendance.present),
        ("absent_project", row["absent_project"], attendance.absent),
    ):
        both = [member for member in members if (member, row["date"], project) in diary]
        if both:
            member = county.roster.members[both[0]][0]
            words = {"value": project, "member": member, "count": len(both)}
            yield problem(Code.ACTIVITY_ALSO_IN_DIARY, row.ref(column), **words)

"""活动记录 (spec §2, §4.2): who took part in each meeting, and the diary entries that this makes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from lianghua_batch.core import resources
from lianghua_batch.intake.sheet_records import Origin
from lianghua_batch.intake.tables import ORIGIN, ROW, Record, Table
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Roster

PRESENT, ABSENT = "present", "absent"  # the columns that name people
UNKNOWN, UNCLEAR, TWICE, ELSEWHERE, UNMANAGED = "unknown", "unclear", "twice", "elsewhere", "unmanaged"
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Doubt:
    """What is wrong with one person of a cell: `kind`, the column, as written, and the code that was found, if any."""

    kind: str
    column: str
    written: str
    member: str | None = None


@dataclass(frozen=True)
class Attendance:
    """Who took part in one row of 活动记录 and who was absent, by code, and the doubts about the people it names."""

    row: Record
    present: tuple[str, ...]
    absent: tuple[str, ...]
    doubts: tuple[Doubt, ...]


def attendances(county: County) -> Iterator[Attendance]:
    """Read who took part in every row of 活动记录 whose day and branch are known."""
    for row in county.tables["activity_record"].records():
        origin = row.origin
        if row["date"] is not None and origin.unit in county.roster.units:
            yield _attendance(row, county.roster)


def _attendance(row: Record, roster: Roster) -> Attendance:
    named: dict[str, list[str]] = {}
    doubts: list[Doubt] = []
    seen: set[str] = set()
    for column in (PRESENT, ABSENT):
        named[column] = []
        for written in _people(row[column], roster):
            member, doubt = _person(written, row, roster)
            kind = TWICE if doubt is None and member in seen else doubt
            if kind is not None:
                doubts.append(Doubt(kind, column, written, member))
            if kind is None:
                named[column].append(member)
            if member is not None:
                seen.add(member)
    present = named[PRESENT]
    if row["attendance"] == "all":
        away = {doubt.member for doubt in doubts} | set(named[ABSENT])
        here = roster.scored_in(row.origin.unit, row["date"].date())
        present = [member.id for member in here if member.id not in away]
    return Attendance(row, tuple(present), tuple(named[ABSENT]), tuple(doubts))


def _people(cell: object, roster: Roster) -> list[str]:
    """The people whom a cell names, parted by commas and the like, or by spaces; code and name together are one."""
    if cell is None:
        return []
    marks = resources.load("reading")["between_people"]
    parts = [part.strip() for part in re.split(f"[{re.escape(marks)}]", str(cell)) if part.strip()]
    found: list[str] = []
    for part in parts:
        whole = roster.member_codes.find(part) in roster.members or roster.called(part)
        found += [part] if whole else _with_names(_SPACES.split(part), roster)
    return found


def _with_names(words: Sequence[str], roster: Roster) -> list[str]:
    """The words of a cell, a code and its name after it taken together."""
    found: list[str] = []
    for word in words:
        both = f"{found[-1]} {word}" if found else word
        if found and found[-1] in roster.members and roster.member_codes.find(both) == found[-1]:
            found[-1] = both
        else:
            found.append(word)
    return found


def _person(written: str, row: Record, roster: Roster) -> tuple[str | None, str | None]:
    """The code of a person, and what is wrong: not known, not clear, not in the branch that day, not in 积分管理."""
    day, branch = row["date"].date(), row.origin.unit
    code: str | None = roster.member_codes.find(written)
    if code not in roster.members:
        alike = roster.called(written)
        here = [c for c in alike if (now := roster.member(c, day)) is not None and now.branch == branch]
        if len(here) > 1 or (not here and len(alike) > 1):
            return None, UNCLEAR
        code = (here or alike or [None])[0]
    if code is None:
        return None, UNKNOWN
    now = roster.member(code, day)
    if now is None or now.branch != branch:
        return code, ELSEWHERE
    return code, None if now.managed else UNMANAGED


def with_entries(county: County) -> Table:
    """日记录 with an entry for each who took part in an activity or, with 缺席项目, was absent; it points at the activity's cell."""
    diary = county.tables["daily_record"]
    activities = county.tables["activity_record"]
    if activities.frame.empty:
        return diary
    count = len(diary.origins)
    origins = [*diary.origins]
    for origin in activities.origins:
        origins += (_origin(origin, "project_id"), _origin(origin, "absent_project"))
    entries = [
        {
            "date": a.row["date"],
            "member_id": member,
            "project_id": project,
            ORIGIN: count + 2 * at + away,
            ROW: row_number,
        }
        for a in attendances(county)
        for at, row_number in [(a.row.values[ORIGIN], a.row.values[ROW])]
        for away, project, members in ((0, a.row["project_id"], a.present), (1, a.row["absent_project"], a.absent))
        for member in members
        if project is not None
    ]
    if not entries:
        return diary
    more = pd.DataFrame(entries).reindex(columns=diary.frame.columns).astype(diary.frame.dtypes)
    return replace(diary, frame=pd.concat([diary.frame, more], ignore_index=True), origins=tuple(origins))


def _origin(origin: Origin, column: str) -> Origin:
    """An activity's sheet as a diary's, whose cells are those of one column."""
    at: Mapping[str, int] = {
        name: origin.columns[column] for name in ("points", "project_id") if column in origin.columns
    }
    return replace(origin, columns=at)

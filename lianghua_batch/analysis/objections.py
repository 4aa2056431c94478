"""异议登记 of a period: each objection with its state: open, concluded, or amended by which amendment (spec §10)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lianghua_batch.analysis.diff import sentences
from lianghua_batch.analysis.diff.model import Differences
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.county import County

OPEN, CONCLUDED, AMENDED = "open", "concluded", "amended"
_SAME = ("subject", "objection", "raised")


@dataclass(frozen=True)
class Objection:
    """One row of 异议登记: `subject` is a code, `name` its name, `unit` the unit itself or the member's branch.

    `moved`: what the amendment with the number `amendment` changed for the subject, in words.
    """

    subject: str
    name: str | None
    unit: str | None
    text: str
    raised: dt.date | None
    conclusion: str | None
    reviewed: dt.date | None
    handler: str | None
    place: SourceRef
    state: str = OPEN
    amendment: int | None = None
    moved: str | None = None

    @property
    def is_members(self) -> bool:
        """Whether it is about a member."""
        return self.unit != self.subject

    def as_json(self) -> dict[str, Any]:
        """For 归档清单."""
        return {
            "subject": self.subject,
            "name": self.name,
            "objection": self.text,
            "raised": _as_text(self.raised),
            "conclusion": self.conclusion,
            "reviewed": _as_text(self.reviewed),
            "handler": self.handler,
            "place": str(self.place),
            "state": self.state,
            "amendment": self.amendment,
            "moved": self.moved,
        }


def linked(
    county: County,
    known: Iterable[Mapping[str, Any]] = (),
    amendment: int = 0,
    moved: Differences | None = None,
) -> tuple[Objection, ...]:
    """Return the objections of a county's period in the order of their rows; `known` are the rows in the seal before.

    With an `amendment`, objections concluded since that seal are linked to it where the score, grade or rank of their subject
    changed (`moved`); those settled by an earlier amendment stay linked to that one.
    """
    settled = {_key(row): row for row in known}
    changed_subjects = _change_texts(moved) if moved is not None else {}
    listed = (_objection(record, county) for record in county.tables["objection"].records() if _is_due(record, county))
    return tuple(_linked(each, settled.get(_key(each.as_json())), amendment, changed_subjects) for each in listed)


def open_ones(rows: Iterable[Mapping[str, Any]]) -> int:
    """How many objections of a 归档清单 have no 复核结论."""
    return sum(row.get("state") == OPEN for row in rows)


def _is_due(record: Record, county: County) -> bool:
    """Whether a row is of this period and complete; a draft also has rows with errors."""
    whole = record["subject_id"] is not None and record["objection"] is not None
    return record.origin.period == county.period and whole


def _objection(record: Record, county: County) -> Objection:
    subject = record["subject_id"]
    name, unit = _who(subject, county)
    return Objection(
        subject=subject,
        name=name,
        unit=unit,
        text=record["objection"],
        raised=_day(record["raised"]),
        conclusion=record["conclusion"],
        reviewed=_day(record["reviewed"]),
        handler=record["handler"],
        place=record.ref("subject_id"),
    )


def _who(subject: str, county: County) -> tuple[str | None, str | None]:
    """The name of the subject, and the unit that it is or belongs to."""
    roster, last_day = county.roster, county.period.last_day
    if subject in roster.units:
        return roster.known_as(subject, last_day).name, subject
    if (member := roster.registered(subject, last_day)) is not None:
        return member.name, member.branch
    later = roster.members.get(subject, ())  # joins after the period, or is not in 花名册
    return (later[-1].name if later else None), None


def _day(value: Any) -> dt.date | None:
    return None if value is None else value.date()


def _as_text(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _key(row: Mapping[str, Any]) -> tuple:
    return tuple(row.get(name) for name in _SAME)


def _change_texts(moved: Differences) -> dict[str, str]:
    """The changes of every unit and member that changed, in words, by code."""
    return {
        change.rank_change.id: sentences.rank_change_text(change.rank_change)
        for listed in moved.changes.values()
        for change in listed
        if change.rank_change.changed
    }


def _linked(
    each: Objection, known: Mapping[str, Any] | None, amendment: int, changed_subjects: Mapping[str, str]
) -> Objection:
    if each.conclusion is None:
        return each
    settled = known is not None and known.get("conclusion") == each.conclusion
    if settled and known.get("state") == AMENDED:
        return replace(each, **{name: known.get(name) for name in ("state", "amendment", "moved")})
    if amendment and not settled and each.subject in changed_subjects:
        return replace(each, state=AMENDED, amendment=amendment, moved=changed_subjects[each.subject])
    return replace(each, state=CONCLUDED)

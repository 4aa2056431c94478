"""异议登记 of a period: each objection with what became of it: open, concluded, or amended and by which amendment (spec §10)."""

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
    """One row of 异议登记: of what its subject is called, `unit` is the unit itself or a member's branch.

    `moved` says in words what the `amendment` of that number changed for the subject.
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
    """Return the objections of a county's period in the order of their rows; `known` are those that a seal tells of.

    With an `amendment` those concluded since that seal are linked to it where the score, grade or rank of their subject
    `moved`; what an earlier amendment settled stays linked to that one.
    """
    settled = {_key(row): row for row in known}
    told = _told(moved) if moved is not None else {}
    listed = (_objection(record, county) for record in county.tables["objection"].records() if _is_due(record, county))
    return tuple(_linked(each, settled.get(_key(each.as_json())), amendment, told) for each in listed)


def open_ones(rows: Iterable[Mapping[str, Any]]) -> int:
    """How many of the objections that a 归档清单 tells of have no 复核结论."""
    return sum(row.get("state") == OPEN for row in rows)


def _is_due(record: Record, county: County) -> bool:
    """Whether a row is of this very period; in a draft rows with errors are there too."""
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
    """What the subject is called, and the unit that it is or belongs to."""
    roster, last_day = county.roster, county.period.last_day
    if subject in roster.units:
        return roster.known_as(subject, last_day).name, subject
    if (member := roster.registered(subject, last_day)) is not None:
        return member.name, member.branch
    later = roster.members.get(subject, ())  # who joins after the period, or whom 花名册 does not know
    return (later[-1].name if later else None), None


def _day(value: Any) -> dt.date | None:
    return None if value is None else value.date()


def _as_text(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _key(row: Mapping[str, Any]) -> tuple:
    return tuple(row.get(name) for name in _SAME)


def _told(moved: Differences) -> dict[str, str]:
    """What became of everybody who moved, in words."""
    return {
        change.rank_change.id: sentences.standing(change.rank_change)
        for listed in moved.changes.values()
        for change in listed
        if change.rank_change.changed
    }


def _linked(each: Objection, known: Mapping[str, Any] | None, amendment: int, told: Mapping[str, str]) -> Objection:
    if each.conclusion is None:
        return each
    settled = known is not None and known.get("conclusion") == each.conclusion
    if settled and known.get("state") == AMENDED:
        return replace(each, **{name: known.get(name) for name in ("state", "amendment", "moved")})
    if amendment and not settled and each.subject in told:
        return replace(each, state=AMENDED, amendment=amendment, moved=told[each.subject])
    return replace(each, state=CONCLUDED)

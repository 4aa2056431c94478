"""The text of a message: subject, plain text and simple HTML, for one unit's results or the whole ranking."""

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lianghua_batch.core import resources
from lianghua_batch.core.periods import YEAR, Period
from lianghua_batch.mail import sanitise
from lianghua_batch.mail.messages import Text
from lianghua_batch.mail.settings import Settings
from lianghua_batch.mail.unit_results import RankAmong, UnitRanking
from lianghua_batch.model.scheme import BRANCH, COMMITTEE

_OPERATORS = "operators"


@dataclass(frozen=True)
class _Content:
    """The content of a message before it is plain text or HTML."""

    subject: str
    greeting: str
    opening: str
    corrected: str | None
    numbers: tuple[tuple[str, str], ...]
    attached: str
    to_do: tuple[str, ...]
    contact: str | None


def unit_text(
    ranking: UnitRanking, period: Period, file: str, settings: Settings | None, *, corrected: str | None
) -> Text:
    """Return the message to one unit: its own numbers only. `file` is the attachment's name, `corrected` the sentences on a correction."""
    words = _words()
    opening = words["opening"][_kind(period)].format(period_label=_label(period))
    attached = words["attached"][ranking.level].format(file=file)
    numbers = tuple((term, sanitise.name(value)) for term, value in _numbers(ranking, period))
    unit = sanitise.name(ranking.name)
    return _letter_text(unit, ranking.level, opening, numbers, attached, period, settings, corrected)


def ranking_text(
    rankings: list[UnitRanking], period: Period, file: str, settings: Settings, *, corrected: str | None
) -> Text:
    """Return the message to the operators with the whole ranking."""
    words = _words()
    counts = {level: sum(s.level == level for s in rankings) for level in (COMMITTEE, BRANCH)}
    attached = words["attached"][_OPERATORS].format(file=file, committees=counts[COMMITTEE], branches=counts[BRANCH])
    opening = words["operators_opening"].format(period_label=_label(period))
    return _letter_text(words["everyone"], _OPERATORS, opening, (), attached, period, settings, corrected)


def _letter_text(
    unit: str,
    who: str,
    opening: str,
    numbers: tuple[tuple[str, str], ...],
    attached: str,
    period: Period,
    settings: Settings | None,
    corrected: str | None,
) -> Text:
    words = _words()
    mark = words["corrected_mark"] if corrected else ""
    contact = settings.contact if settings else None
    content = _Content(
        subject=words["subject"].format(unit=unit, period_label=_label(period), mark=mark),
        greeting=words["operators_greeting" if who == _OPERATORS else "greeting"].format(unit=unit),
        opening=opening,
        corrected=corrected,
        numbers=numbers,
        attached=attached,
        to_do=tuple(line.format(until=_until(settings)) for line in words["to_do"][who]),
        contact=words["contact"].format(contact=contact) if contact else None,
    )
    return Text(content.subject, "\n".join(_plain(content)), "\n".join(_html(content)))


def _words() -> Mapping[str, Any]:
    return resources.load("messages/mail")


def _kind(period: Period) -> str:
    return "year" if period.kind == YEAR else "quarter"


def _label(period: Period) -> str:
    words = _words()
    ordinal = words["ordinals"][period.index - 1]
    return words["period_labels"][_kind(period)].format(year=period.year, ordinal=ordinal)


def _until(settings: Settings | None) -> str:
    words, until = _words()["until"], settings.objections_until if settings else None
    return words["given"].format(until=until) if until else words["plain"]


def _numbers(ranking: UnitRanking, period: Period) -> Iterator[tuple[str, str]]:
    """The unit's score, grade and places, each under its term."""
    words = _words()
    terms = words["terms"][_kind(period)]
    yield terms["total"], ranking.total or words["missing"]
    yield terms["grade"], ranking.grade or words["missing"]
    places = words["place"]["separator"].join(_places(ranking))
    yield words["place_term"], places or words["missing"]


def _places(ranking: UnitRanking) -> Iterator[str]:
    words = _words()
    if ranking.cohort is not None:
        sentence = words["place"]["cohort" if ranking.committee else "direct"]
        committee = sanitise.name(ranking.committee or "")
        yield sentence.format(committee=committee, count=ranking.cohort.count, rank=_rank(ranking.cohort))
    if ranking.county is not None:
        kind = words["kinds_of_units"][ranking.level]
        yield words["place"]["county"].format(count=ranking.county.count, kind=kind, rank=_rank(ranking.county))


def _rank(place: RankAmong) -> str:
    return _words()["place"]["tied" if place.tied else "rank"].format(rank=place.rank)


# --- plain and HTML ------------------------------------------------------------------------------------------------


def _plain(content: _Content) -> Iterator[str]:
    yield from (content.greeting, "", content.opening)
    if content.corrected:
        yield content.corrected
    if content.numbers:
        yield ""
        yield from (_words()["number_line"].format(term=term, value=value) for term, value in content.numbers)
    yield from ("", content.attached, "", _words()["to_do_title"])
    yield from (f"{number}. {line}" for number, line in enumerate(content.to_do, start=1))
    yield ""
    if content.contact:
        yield content.contact
    yield from (_words()["closing"], "")


def _html(content: _Content) -> Iterator[str]:
    """The same as HTML with inline styles, without external resources."""
    styles, escape = _words()["html"], html.escape
    yield f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(content.subject)}</title></head>'
    yield f'<body style="{styles["page"]}">'
    yield f"<p>{escape(content.greeting)}</p>\n<p>{escape(content.opening)}</p>"
    if content.corrected:
        yield f'<p style="{styles["corrected"]}">{escape(content.corrected)}</p>'
    if content.numbers:
        yield f'<table style="{styles["table"]}">'
        for term, value in content.numbers:
            cells = (
                f'<th style="{styles["term"]}">{escape(term)}</th><td style="{styles["value"]}">{escape(value)}</td>'
            )
            yield f"<tr>{cells}</tr>"
        yield "</table>"
    yield f"<p>{escape(content.attached)}</p>\n<p>{escape(_words()['to_do_title'])}</p>\n<ol>"
    yield from (f"<li>{escape(line)}</li>" for line in content.to_do)
    yield "</ol>"
    if content.contact:
        yield f"<p>{escape(content.contact)}</p>"
    yield f'<p style="{styles["note"]}">{escape(_words()["closing"])}</p>\n</body></html>\n'

"""The summary of every letter, and of those who get none, before and after sending."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lianghua_batch.core import resources
from lianghua_batch.mail import send
from lianghua_batch.mail.plan import DueLetter, Plan
from lianghua_batch.mail.send import Result

_AGAIN = ("refused", "deferred")  # states of the ledger in which a letter is sent again
_DONE = frozenset({"due", "corrected", "again", "sent", "sent_now", "sent_before"})  # a person has nothing to do


@dataclass(frozen=True)
class SummaryLine:
    """One letter, or a unit that gets none (`address` None): its status in schemas/messages/mail.yaml, and the values for its text."""

    unit: str
    name: str
    address: str | None
    status: str
    facts: Mapping[str, str]
    due: DueLetter | None = None

    @property
    def label(self) -> str:
        """The status in words."""
        return resources.load("messages/mail")["statuses"][self.status]["label"].format_map(self.facts)

    @property
    def style(self) -> str:
        """How a terminal shows the status."""
        return resources.load("messages/mail")["statuses"][self.status]["style"]

    @property
    def unit_label(self) -> str:
        """The unit by code and name."""
        return f"{self.unit} {self.name}" if self.unit else self.name


@dataclass(frozen=True)
class MailSummary:
    """All lines of a period; `sent`: they are of a round of sending."""

    period: str
    lines: tuple[SummaryLine, ...]
    sent: bool

    @property
    def counts(self) -> Counter[str]:
        """How many lines have each status; `unsent` are those that did not go out and can be sent again."""
        counts = Counter(line.status for line in self.lines)
        counts["unsent"] = counts["deferred"] + counts["waiting"]
        if not self.sent:
            counts["due"] += counts["corrected"] + counts["again"]
        return counts

    @property
    def complete(self) -> bool:
        """Whether everyone who should get something does."""
        return all(line.status in _DONE for line in self.lines)

    @property
    def uncertain(self) -> tuple[SummaryLine, ...]:
        return tuple(line for line in self.lines if line.status == "uncertain")


def before(plan: Plan) -> MailSummary:
    """Return the summary before sending."""
    return _summary(plan, None)


def after(plan: Plan, results: Mapping[str, Result]) -> MailSummary:
    """Return the summary after a round of sending; `results` by key."""
    return _summary(plan, results)


def _summary(plan: Plan, results: Mapping[str, Result] | None) -> MailSummary:
    lines = [_line(due, results) for due in plan.due]
    lines += (
        SummaryLine(each.unit, each.name, None, "kept_back", {"reason": each.why.reason, "remedy": each.why.remedy})
        for each in plan.kept_back
    )
    return MailSummary(str(plan.period), tuple(lines), results is not None)


def _line(due: DueLetter, results: Mapping[str, Result] | None) -> SummaryLine:
    letter = due.letter
    status, reply = _status(due) if results is None or not due.to_send else _outcome(results[letter.key])
    if results is not None and status == "sent":
        status = "sent_before"
    return SummaryLine(letter.unit, letter.name, letter.address, status, {"reply": reply}, due)


def _status(due: DueLetter) -> tuple[str, str]:
    if due.arrived:
        return "sent", ""
    if due.uncertain:
        return send.UNCERTAIN, ""
    if due.last is not None and due.last.state in _AGAIN:
        return "again", due.last.reply
    return ("corrected" if due.corrects else "due"), ""


def _outcome(result: Result) -> tuple[str, str]:
    return result.state, result.reply


def as_json(summary: MailSummary, outbox: Path | None, stopped: str | None) -> dict[str, Any]:
    """Return the JSON object."""
    counts = summary.counts
    names = (
        ("sent_now", "sent_before", "refused", "unsent", "uncertain", "kept_back")
        if summary.sent
        else ("due", "sent", "uncertain", "kept_back")
    )
    return {
        "period": summary.period,
        "messages": [_message(line) for line in summary.lines if line.due is not None],
        "kept_back": [_kept_back(line) for line in summary.lines if line.due is None],
        "summary": {name: counts[name] for name in names},
        "outbox": None if outbox is None else str(outbox),
        "stopped": stopped,
    }


def _message(line: SummaryLine) -> dict[str, Any]:
    letter = line.due.letter
    return {
        "unit": line.unit or None,
        "name": line.name,
        "address": line.address,
        "status": line.status,
        "reply": line.facts["reply"] or None,
        "corrects": line.due.corrects,
        "subject": letter.text.subject,
        "attachment": letter.attachment.name,
        "sha256": letter.attachment.sha256,
    }


def _kept_back(line: SummaryLine) -> dict[str, Any]:
    return {"unit": line.unit or None, "name": line.name, **line.facts}


def uncertain_lines(summary: MailSummary) -> Iterator[str]:
    """Yield what to do about uncertain letters, then each of them by its name for --settle."""
    words, unknown = resources.load("messages/mail")["uncertain"], summary.uncertain
    letters_per_unit = Counter(line.unit for line in unknown)
    subjects = [f"{_unit(line)}:{line.address}" if letters_per_unit[line.unit] > 1 else _unit(line) for line in unknown]
    if subjects:
        yield words["title"].format(subject=subjects[0])
    for subject, line in zip(subjects, unknown, strict=True):
        yield words["line"].format(subject=subject, name=line.name if line.unit else "", address=line.address)


def _unit(line: SummaryLine) -> str:
    return line.unit or line.name

"""Who gets what of a period, and who does not and why: from 输出, 花名册, the settings and the ledger; nothing is sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lianghua_batch.analysis.published import Publication
from lianghua_batch.core import mail_addresses, output_paths, resources
from lianghua_batch.core.periods import Period
from lianghua_batch.mail import attachments, corrections, letter_text, messages
from lianghua_batch.mail.attachments import ExpectedWorkbook, NotSent
from lianghua_batch.mail.ledger import History, LedgerEntry
from lianghua_batch.mail.messages import Attachment, Envelope, Letter
from lianghua_batch.mail.settings import RFC2231, Sender, Settings
from lianghua_batch.mail.unit_results import UnitRanking, unit_rankings
from lianghua_batch.model.roster import Roster, Unit


@dataclass(frozen=True)
class DueLetter:
    """A letter, its last entry in the ledger, and whether it corrects an earlier one."""

    letter: Letter
    last: LedgerEntry | None
    corrects: bool

    @property
    def arrived(self) -> bool:
        return self.last is not None and self.last.arrived

    @property
    def uncertain(self) -> bool:
        return self.last is not None and self.last.uncertain

    @property
    def to_send(self) -> bool:
        """Whether the next round sends it."""
        return not (self.arrived or self.uncertain)


@dataclass(frozen=True)
class KeptBack:
    """A unit (`unit` "" for the whole county), or one of its addresses, that gets nothing."""

    unit: str
    name: str
    why: NotSent


@dataclass(frozen=True)
class Plan:
    """The plan of one period: letters in the order of the units, committees first, the operators' last."""

    period: Period
    due: tuple[DueLetter, ...]
    kept_back: tuple[KeptBack, ...]
    envelope: Envelope
    folder: Path


def plan(publication: Publication, roster: Roster, settings: Settings | None, history: History) -> Plan:
    """Return who gets what of a period's results."""
    period, ranked = publication.period, unit_rankings(publication.results)
    planner = _Planner(publication, settings, history, roster)
    found: list[DueLetter | KeptBack] = []
    paths = output_paths.paths(((s.unit, s.name) for s in ranked), period)
    for ranking, path in zip(ranked, paths, strict=True):
        found += planner.unit_letters(ranking, path)
    if settings is not None and settings.operators:
        found += planner.operator_letters(ranked, settings)
    due = tuple(each for each in found if isinstance(each, DueLetter))
    return Plan(
        period, due, tuple(e for e in found if isinstance(e, KeptBack)), _envelope(settings), publication.folder
    )


def _envelope(settings: Settings | None) -> Envelope:
    if settings is None:
        return Envelope(Sender(**resources.load("messages/mail")["placeholder"]), None, RFC2231)
    return Envelope(settings.sender, settings.reply_to, settings.attachment_names)


@dataclass(frozen=True)
class _Planner:
    """Plans the letters of one period."""

    publication: Publication
    settings: Settings | None
    history: History
    roster: Roster

    @property
    def period(self) -> Period:
        return self.publication.period

    def unit_letters(self, ranking: UnitRanking, path: str) -> Iterator[DueLetter | KeptBack]:
        """A unit's letters, one for each address, or why there are none."""
        registered = self._registered(ranking)
        if isinstance(registered, NotSent):
            yield KeptBack(ranking.unit, ranking.name, registered)
            return
        place = registered.row.ref("email")
        written = mail_addresses.split(registered.details["email"])
        valid = [address for address in written if mail_addresses.valid(address)]
        for address in written:
            if address not in valid:
                yield KeptBack(
                    ranking.unit, ranking.name, attachments.reason("bad_address", address=address, place=place)
                )
        if not written:
            yield KeptBack(ranking.unit, ranking.name, attachments.reason("no_address", place=place))
        if not valid:
            return
        book = self._workbook(ranking.unit, path)
        if isinstance(book, NotSent):
            yield KeptBack(ranking.unit, ranking.name, book)
            return
        for address in valid:
            yield self._due(ranking.unit, ranking.name, address, book, [ranking])

    def _registered(self, ranking: UnitRanking) -> Unit | NotSent:
        """The unit's row of 花名册 on the period's last day, if it is the same unit as in the results."""
        day = self.period.last_day
        unit = self.roster.unit(ranking.unit, day)
        if unit is None or unit.level != ranking.level:
            return attachments.reason("not_there", day=day)
        if unit.name != ranking.name:
            return attachments.reason("renamed", code=ranking.unit, day=day, name=unit.name)
        return unit

    def operator_letters(self, ranked: list[UnitRanking], settings: Settings) -> Iterator[DueLetter | KeptBack]:
        """The whole ranking to every operator, or why it is not sent."""
        path = resources.load("reading")["ranking_name"].format(period=self.period)
        name = resources.load("messages/mail")["everyone"]
        book = self._workbook(None, path)
        if isinstance(book, NotSent):
            yield KeptBack("", name, book)
            return
        for address in settings.operators:
            yield self._due("", name, address, book, ranked)

    def _workbook(self, unit: str | None, path: str) -> Attachment | NotSent:
        recorded = self.publication.recorded.get(path)
        expected = ExpectedWorkbook(unit, str(self.period), recorded, self.publication.is_sealed)
        return attachments.fetch(self.publication.folder, path, expected)

    def _due(self, unit: str, name: str, address: str, book: Attachment, rankings: list[UnitRanking]) -> DueLetter:
        period, key = str(self.period), self._key(unit, address, book)
        corrects = self.history.has_other(key, period, unit, address)
        if unit:
            corrected = corrections.unit_sentences(self.publication.correction, unit) if corrects else None
            text = letter_text.unit_text(rankings[0], self.period, book.name, self.settings, corrected=corrected)
        else:
            corrected = corrections.ranking_sentences(self.publication.correction) if corrects else None
            text = letter_text.ranking_text(rankings, self.period, book.name, self.settings, corrected=corrected)
        return DueLetter(Letter(period, unit, name, address, text, book, key), self.history.entry(key), corrects)

    def _key(self, unit: str, address: str, book: Attachment) -> str:
        """A letter's key; content that was replaced by another and now applies again gets a new one."""
        period = str(self.period)
        key, last = messages.key(period, unit, address, book), self.history.last(period, unit, address)
        if last is None or last.key == key:
            return key
        if last.sha256 == book.sha256:
            return last.key
        before = self.history.entry(key)
        again = before is not None and before.tried
        return messages.key(period, unit, address, book, after=last.key) if again else key

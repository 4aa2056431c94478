"""--settle: a person confirms whether letters arrived of which the ledger does not know it."""

import datetime as dt
from collections.abc import Sequence

from lianghua_batch.core import resources
from lianghua_batch.mail import ledger
from lianghua_batch.mail.ledger import History, LedgerEntry


class WrongConfirmation(Exception):
    """A confirmation that cannot be used; str() says why."""


def confirmed_entries(
    confirmations: Sequence[str], history: History, period: str | None, now: dt.datetime
) -> list[LedgerEntry]:
    """Return the ledger entries for confirmations, each «单位=已收到» or «单位:地址=未收到»; raises WrongConfirmation.

    Without a period they apply to the uncertain letters of all periods.
    """
    words, entries = resources.load("messages/mail")["confirm"], {}
    for written in confirmations:
        subject, received = _word(written)
        letters = _matching(subject, [e for e in history.uncertain() if period in (None, e.period)])
        if not letters:
            raise WrongConfirmation(words["nothing"].format(unit=subject))
        if any(entry.key in entries for entry in letters):
            raise WrongConfirmation(words["twice"].format(unit=subject))
        entries |= {entry.key: entry for entry in ledger.confirmed(letters, now, received)}
    return list(entries.values())


def _word(written: str) -> tuple[str, bool]:
    words = resources.load("messages/mail")
    subject, _, word = (part.strip() for part in written.rpartition("="))
    if not subject or word not in words["confirmations"].values():
        raise WrongConfirmation(words["confirm"]["form"].format(written=written))
    return subject, word == words["confirmations"]["received"]


def _matching(subject: str, uncertain: list[LedgerEntry]) -> list[LedgerEntry]:
    """The entries that a subject names: exactly, or else ignoring case."""
    exactly = [entry for entry in uncertain if subject in _names(entry)]
    return exactly or [e for e in uncertain if subject.lower() in (name.lower() for name in _names(e))]


def _names(entry: LedgerEntry) -> tuple[str, str]:
    """The two names of an entry: its unit, or the unit and the address."""
    unit = entry.unit or resources.load("messages/mail")["everyone"]
    return unit, f"{unit}:{entry.address}"


def sentence(entry: LedgerEntry) -> str:
    """Return the sentence that reports a recorded confirmation."""
    words = resources.load("messages/mail")
    word = words["confirmations"]["received" if entry.received else "missing"]
    unit = entry.unit or entry.name
    return words["confirm"]["recorded"].format(period=entry.period, unit=unit, address=entry.address, word=word)

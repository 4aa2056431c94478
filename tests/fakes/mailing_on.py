"""Sends what a ledger does not say is sent: `mailing_on.py LETTERS LEDGER PORT`, a process that a test kills and starts again."""

import pickle
import sys
from pathlib import Path

from lianghua_batch.mail import ledger
from lianghua_batch.mail.send import Round
from lianghua_batch.mail.settings import Pace, Server
from lianghua_batch.mail.smtp import SmtpSession


def main(prepared: str, file: str, port: str) -> None:
    """Send, as `mail --send` does when it knows what is due."""
    envelope, letters = pickle.loads(Path(prepared).read_bytes())
    history = ledger.read(Path(file))
    known = {letter.key: history.entry(letter.key) for letter in letters}
    due = [each for each in letters if (last := known[each.key]) is None or not (last.arrived or last.uncertain)]
    server = Server("localhost", int(port), "none", None, None, 5)
    with ledger.writing(Path(file)) as writer:
        Round(due, envelope, Pace(6000, 3, 0)).run(SmtpSession(server), writer)


if __name__ == "__main__":
    main(*sys.argv[1:])

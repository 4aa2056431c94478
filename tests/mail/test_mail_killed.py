"""A sending that is killed at any moment and started again: everybody gets exactly one message, or is listed as uncertain.

KILLS=50 python -m pytest tests/mail/test_mail_killed.py kills more often.
"""

import os
import pickle
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from fakes import mailing_on
from fakes.post_office import MAIL, RCPT, PostOffice, post_office

from lianghua_batch.mail import ledger, messages
from lianghua_batch.mail.messages import Attachment, Envelope, Letter, Text
from lianghua_batch.mail.settings import Sender

KILLS = int(os.environ.get("KILLS", "8"))
ENVELOPE = Envelope(Sender("县直机关工委", "jggw@example.cn"), None, "rfc2231")
SENDER = Path(mailing_on.__file__)
PATIENCE = 30  # seconds


@pytest.fixture
def office():
    with post_office() as found:
        found.slow = 0.003
        yield found


def letter(number: int) -> Letter:
    unit, address = f"ZB{number:03}", f"zb{number:03}@example.cn"
    book = Attachment(f"{unit}.xlsx", f"{unit} 的工作簿".encode() * 500)
    key = messages.key("2026", unit, address, book)
    return Letter("2026", unit, "支部", address, Text(unit, unit, unit), book, key)


def started(folder: Path, office: PostOffice) -> subprocess.Popen:
    command = [sys.executable, str(SENDER), str(folder / "letters"), str(folder / "邮件记录.jsonl"), str(office.port)]
    return subprocess.Popen(command)


def killed(process: subprocess.Popen, office: PostOffice) -> bool:
    """Kill it a moment after some step or other of the conversation; False where it was done before."""
    steps = len(office.commands) + random.randint(0, 20)
    until = time.monotonic() + PATIENCE
    while len(office.commands) < steps and process.poll() is None and time.monotonic() < until:
        time.sleep(0.0005)
    time.sleep(random.uniform(0, 0.006))
    done = process.poll() is not None
    process.kill()
    process.wait()
    return not done


@pytest.mark.slow
def test_killed_again_and_again_nobody_gets_it_twice(tmp_path, office):
    everyone = [letter(number) for number in range(6 * KILLS)]
    (tmp_path / "letters").write_bytes(pickle.dumps((ENVELOPE, everyone)))
    kills = 0
    while kills < KILLS:
        assert killed(started(tmp_path, office), office), "all was sent before the last kill"
        kills += 1
    assert started(tmp_path, office).wait(PATIENCE) == 0
    history = ledger.read(tmp_path / "邮件记录.jsonl")
    copies = Counter(office.addresses)
    uncertain = {entry.address for entry in history.uncertain()}
    for each in everyone:
        if each.address in uncertain:
            assert copies[each.address] <= 1, each.unit
        else:
            assert copies[each.address] == 1, each.unit
            assert history.entry(each.key).state == "sent"
    assert len(uncertain) <= KILLS
    assert len({str(received.message["Message-ID"]) for received in office.received}) == len(office.received)


@pytest.mark.slow
def test_killed_between_the_content_and_its_answer(tmp_path, office):
    """The worst moment: the server has the message, and nobody wrote that down. It is listed, not sent again."""
    (tmp_path / "letters").write_bytes(pickle.dumps((ENVELOPE, [letter(1), letter(2)])))
    process = started(tmp_path, office)
    office.at_content = process.kill
    process.wait(PATIENCE)
    office.at_content = lambda: None
    until = time.monotonic() + PATIENCE
    while not office.received and time.monotonic() < until:  # the server takes it although nobody waits for the answer
        time.sleep(0.001)
    assert started(tmp_path, office).wait(PATIENCE) == 0
    assert office.addresses == ["zb001@example.cn", "zb002@example.cn"]
    history = ledger.read(tmp_path / "邮件记录.jsonl")
    assert [(entry.unit, entry.state) for entry in history.latest.values()] == [("ZB001", "sending"), ("ZB002", "sent")]


@pytest.mark.slow
def test_killed_before_the_content_it_is_sent_by_the_next(tmp_path, office):
    (tmp_path / "letters").write_bytes(pickle.dumps((ENVELOPE, [letter(1)])))
    for step in (MAIL, RCPT):
        process = started(tmp_path, office)
        steps = office.commands.count(step)
        office.slow = 0.5
        while office.commands.count(step) == steps and process.poll() is None:
            time.sleep(0.0005)
        process.kill()
        process.wait()
    office.slow = 0.0
    assert started(tmp_path, office).wait(PATIENCE) == 0
    assert office.addresses == ["zb001@example.cn"]
    assert ledger.read(tmp_path / "邮件记录.jsonl").uncertain() == []


def test_sending_loads_nothing_heavy():
    script = "import sys, mailing_on; print(*[n for n in ('pandas', 'openpyxl', 'xlsxwriter', 'pandera') if n in sys.modules])"
    found = subprocess.run([sys.executable, "-c", script], cwd=SENDER.parent, capture_output=True, text=True)
    assert (found.returncode, found.stdout.strip()) == (0, ""), found.stderr

"""邮件记录.jsonl: who was sent what. A line is written, and on the disk, before a message's content goes out and after the answer.

Lines are only ever added. The last one may be torn where the process was killed while writing it; its message had not
gone out yet. The next writer ends it with a mark. Any other unreadable line makes the whole ledger unusable, for it would
no longer be known who got what.
"""

import datetime as dt
import errno
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from lianghua_batch.core import resources

BEGAN = "began"  # a round of sending
SENDING, SENT, REFUSED, DEFERRED, SETTLED = "sending", "sent", "refused", "deferred", "settled"
_STATES = (SENDING, SENT, REFUSED, DEFERRED, SETTLED)


class BrokenLedger(Exception):
    """A line of a ledger cannot be read."""

    def __init__(self, path: Path, line: int) -> None:
        super().__init__(str(path), line)
        self.path, self.line = path, line


@dataclass(frozen=True)
class LedgerEntry:
    """The state of one letter at one time; `received` is a person's confirmation of an uncertain one."""

    state: str
    time: str
    key: str
    period: str
    unit: str
    name: str
    address: str
    message_id: str = ""
    reply: str = ""
    received: bool | None = None
    sha256: str = ""  # of the workbook

    @property
    def tried(self) -> bool:
        """Whether the unit has it, or may have it."""
        return self.arrived or self.uncertain

    @property
    def arrived(self) -> bool:
        """Whether the unit has it: the server accepted it, or a person confirmed it."""
        return self.state == SENT or (self.state == SETTLED and bool(self.received))

    @property
    def uncertain(self) -> bool:
        """Whether it may have gone out or not."""
        return self.state == SENDING


@dataclass(frozen=True)
class History:
    """The latest entry of every letter, by key, in the order in which their contents last went out."""

    latest: Mapping[str, LedgerEntry]

    def entry(self, key: str) -> LedgerEntry | None:
        return self.latest.get(key)

    def has_other(self, key: str, period: str, unit: str, address: str) -> bool:
        """Whether other content of the same period and unit was, or may have been, sent to the address."""
        return any(entry.key != key for entry in self._tried.get((period, unit, address.lower()), ()))

    def last(self, period: str, unit: str, address: str) -> LedgerEntry | None:
        """The last entry sent, or possibly sent, to the address for a period and unit."""
        return next(reversed(self._tried.get((period, unit, address.lower()), ())), None)

    @cached_property
    def _tried(self) -> Mapping[tuple[str, str, str], list[LedgerEntry]]:
        found: dict[tuple[str, str, str], list[LedgerEntry]] = defaultdict(list)
        for entry in self.latest.values():
            if entry.tried:
                found[entry.period, entry.unit, entry.address.lower()].append(entry)
        return found

    def uncertain(self) -> list[LedgerEntry]:
        """The entries of letters of which it is not known whether they went out."""
        return [e for e in self.latest.values() if e.uncertain]


def path(folder: Path) -> Path:
    """The path of a data folder's ledger."""
    return folder / resources.load("reading")["mail_ledger_name"]


def read(file: Path) -> History:
    """Read a ledger; a missing one is empty. Raises BrokenLedger, or OSError."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return History({})
    latest: dict[str, LedgerEntry] = {}
    for entry in _entries(content, file):
        if entry.state == SENDING:
            latest.pop(entry.key, None)  # to the end
        latest[entry.key] = entry
    return History(latest)


def _entries(content: bytes, file: Path) -> Iterator[LedgerEntry]:
    mark = resources.load("messages/mail")["torn_mark"].encode("utf-8")
    *lines, last = content.split(b"\n")
    for number, line in enumerate(lines, start=1):
        if line.rstrip().endswith(mark) or not line.strip():
            continue
        record = _parsed(line)
        if record is None:
            raise BrokenLedger(file, number)
        if record["state"] != BEGAN:
            yield LedgerEntry(**record)
    if last and (record := _parsed(last)) is not None and record["state"] != BEGAN:  # complete but for the line end
        yield LedgerEntry(**record)


def _parsed(line: bytes) -> dict[str, Any] | None:
    """A line's record; None where it is not one that this program writes."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or record.get("state") not in (*_STATES, BEGAN):
        return None
    if record["state"] == BEGAN:
        return record
    needed = ("state", "time", "key", "period", "unit", "name", "address")
    texts = (*needed, "message_id", "reply", "sha256")
    known = set(record) <= {*texts, "received"} and all(name in record for name in needed)
    well_typed = all(isinstance(record.get(name, ""), str) for name in texts)
    received = (
        isinstance(record.get("received"), bool) if record["state"] == SETTLED else record.get("received") is None
    )
    return record if known and well_typed and received else None


class LedgerWriter:
    """An open ledger; a line is on the disk when `add` returns."""

    def __init__(self, descriptor: int, file: Path) -> None:
        self._descriptor, self._file = descriptor, file

    def add(self, entry: LedgerEntry) -> None:
        """Add a line; raises OSError, which names the file."""
        record = {name: value for name, value in asdict(entry).items() if value not in ("", None) or name == "unit"}
        self._write(record)

    def begin(self, time: dt.datetime, **facts: object) -> None:
        """Add the line that a round begins: where that fails, nothing must be sent."""
        self._write({"state": BEGAN, "time": time.isoformat(timespec="seconds"), **facts})

    def _write(self, record: Mapping[str, object]) -> None:
        self._append(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n")

    def _append(self, line: bytes) -> None:
        try:
            if os.write(self._descriptor, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(self._descriptor)
        except OSError as error:
            error.filename = str(self._file)
            raise

    def end_torn_line(self) -> None:
        """Give a last line without an end its mark and its end."""
        content = self._file.read_bytes()
        if content and not content.endswith(b"\n"):
            torn = _parsed(content.rpartition(b"\n")[2]) is None
            mark = resources.load("messages/mail")["torn_mark"] if torn else ""
            self._append(mark.encode("utf-8") + b"\n")


@contextmanager
def writing(file: Path) -> Iterator[LedgerWriter]:
    """Open a ledger for adding lines, creating it if needed; raises OSError, which names the file."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    descriptor = os.open(file, flags, 0o666)
    try:
        writer = LedgerWriter(descriptor, file)
        writer.end_torn_line()
        _sync_folder(file.parent)
        yield writer
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Sync the folder too, so that a new ledger's name is on the disk, where the system supports it."""
    if os.name != "nt":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS):
                raise
        finally:
            os.close(descriptor)


def confirmed(entries: Iterable[LedgerEntry], time: dt.datetime, received: bool) -> list[LedgerEntry]:
    """Return uncertain entries as a person confirmed them."""
    now = time.isoformat(timespec="seconds")
    return [replace(e, state=SETTLED, time=now, reply="", received=received) for e in entries]

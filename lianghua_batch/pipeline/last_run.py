"""Whether anything has changed since a period was published: the folder's files by their content, the program and its rules."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lianghua_batch.core import installed, locking


@dataclass(frozen=True)
class Snapshot:
    """What a run rests on: every file of a data folder by its path in it, as a hash, and the program as installed."""

    files: Mapping[str, str]
    program: str


def snapshot(folder: Path) -> Snapshot | None:
    """Take the snapshot of a data folder; None where a file cannot be read."""
    try:
        files = {path.relative_to(folder).as_posix(): _hash(path) for path in _files(folder, set())}
    except OSError:
        return None
    return Snapshot(files, installed.fingerprint())


def published_alike(folder: Path, command: str, now: Snapshot | None) -> Mapping[str, Any] | None:
    """The summary of the last run by the same command line, where nothing has changed since; else None."""
    try:
        last = json.loads(_record(folder, command).read_text(encoding="utf-8"))
        same = now is not None and last["program"] == now.program and last["files"] == now.files
        return last["summary"] if same else None
    except (OSError, ValueError, KeyError, TypeError):  # none, or no record of this program
        return None


def record(folder: Path, command: str, before: Snapshot | None, out: Path, summary: Mapping[str, Any]) -> None:
    """Keep what was published into `out` from a folder that was as `before`; nothing is kept in a folder that takes no file."""
    if before is None:
        return
    place = f"{out.relative_to(folder).as_posix()}/"
    files = {name: digest for name, digest in before.files.items() if not name.startswith(place)}
    try:
        files |= {path.relative_to(folder).as_posix(): _hash(path) for path in _files(out, set())}
    except OSError:
        return
    kept = {"program": before.program, "files": files, "summary": summary}
    installed.keep(folder, _record(folder, command).name, json.dumps(kept))


def record_published(out: Path) -> None:
    """Keep, beside `out`, the check codes of what a run wrote into it: `mail` sends only what bears them. Raises OSError."""
    codes = {path.relative_to(out).as_posix(): _hash(path) for path in _files(out, set())}
    installed.keep(out.parent, _published_record(out).name, json.dumps(codes))


def published(out: Path) -> Mapping[str, str]:
    """Return the check codes of what the last run wrote into `out`, by their places in it; none where none are kept."""
    try:
        codes = json.loads(_published_record(out).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return codes if isinstance(codes, dict) else {}


def _published_record(out: Path) -> Path:
    return out.parent / installed.OWN_FOLDER / f"published_{out.name}.json"


def _record(folder: Path, command: str) -> Path:
    return folder / installed.OWN_FOLDER / f"{hashlib.sha256(command.encode()).hexdigest()[:16]}.json"


def _files(folder: Path, entered: set[str]) -> Iterator[Path]:
    """Every file below a folder but what the program keeps for itself; a linked folder is entered once."""
    entered.add(os.path.realpath(folder))
    for entry in os.scandir(folder):
        if entry.name in (installed.OWN_FOLDER, locking.NAME):
            continue
        if entry.is_dir():
            if os.path.realpath(entry.path) not in entered:
                yield from _files(Path(entry.path), entered)
        else:
            yield Path(entry.path)


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

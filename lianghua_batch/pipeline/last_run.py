"""Whether anything has changed since a period was published: the folder's files by their content, the program and its rules."""

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lianghua_batch import __version__
from lianghua_batch.core import locking, resources

_FOLDER = ".lianghua-batch"  # in the data folder; safe to delete


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
    return Snapshot(files, _program())


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
    target = _record(folder, command)
    try:
        files |= {path.relative_to(folder).as_posix(): _hash(path) for path in _files(out, set())}
        target.parent.mkdir(exist_ok=True)
        new = target.with_suffix(".new")
        new.write_text(json.dumps({"program": before.program, "files": files, "summary": summary}), encoding="utf-8")
        new.replace(target)
    except OSError:
        return


def _record(folder: Path, command: str) -> Path:
    return folder / _FOLDER / f"{hashlib.sha256(command.encode()).hexdigest()[:16]}.json"


def _files(folder: Path, entered: set[str]) -> Iterator[Path]:
    """Every file below a folder but what the program keeps for itself; a linked folder is entered once."""
    entered.add(os.path.realpath(folder))
    for entry in os.scandir(folder):
        if entry.name in (_FOLDER, locking.NAME):
            continue
        if entry.is_dir():
            if os.path.realpath(entry.path) not in entered:
                yield from _files(Path(entry.path), entered)
        else:
            yield Path(entry.path)


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _program() -> str:
    """The program and its rules as installed, by version, and size and time of each file."""
    digest = hashlib.sha256(f"{__version__} {sys.version}".encode())
    for folder in (Path(__file__).parents[1], resources.folder("schemas")):
        for path in sorted((*folder.rglob("*.py"), *folder.rglob("*.yaml"))):
            facts = path.stat()
            digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()

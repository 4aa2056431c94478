"""One at a time in a folder: a lock file, held by the system as long as the process lives, however that ends."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lianghua_batch.core import signals

NAME = ".lianghua-batch.lock"
_PATIENCE = 0.3  # seconds; one that is just ending is waited for
_held: set[Path] = set()  # folders that this process holds: it may enter them again


class Busy(Exception):
    """Another process is working in `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.folder = folder


@contextmanager
def exclusive(*folders: Path) -> Iterator[None]:
    """Hold the first of the folders that takes a lock file; raises Busy where another process holds it.

    Where none takes one (read-only, not there, a file system without locks) nothing is held: whether writing is possible
    is for the writing to find out.
    """
    held = None
    try:
        with signals.held_back():
            held = _first(folders)
        yield
    finally:
        if held is not None:
            with signals.held_back():
                _release(*held)


def holds(folder: Path) -> bool:
    """Whether this process holds the lock of a folder: in a folder that takes no lock file nothing is held."""
    return folder.resolve() in _held


def _first(folders: Iterable[Path]):
    """Take the first lock that can be had, unless this process has one already; return it and its folder, or None."""
    for folder in folders:
        if folder.resolve() in _held:
            return None
        lock = _lock(folder)
        if lock is not None:
            _held.add(folder.resolve())
            return lock, folder
    return None


def _lock(folder: Path):
    """Take the lock of a folder; None where it takes none."""
    from filelock import FileLock, Timeout

    if not folder.is_dir():
        return None
    lock = FileLock(folder / NAME, timeout=_PATIENCE, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        raise Busy(folder) from None
    except OSError:
        return None
    return lock


def _release(lock, folder: Path) -> None:
    _held.discard(folder.resolve())
    # Removed while it is held: a process that has opened it already sees that it has no name any more and tries again.
    # On Windows a file that is open cannot be removed; there filelock itself removes it.
    if os.name != "nt":
        with suppress(OSError):
            (folder / NAME).unlink()
    lock.release()

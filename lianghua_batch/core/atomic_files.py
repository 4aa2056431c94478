"""Files come to stand in a folder all together or not at all, whatever happens on the way: an error, Ctrl-C, a killed process.

New files are made in a staging folder, hidden inside the target. Only when all are complete and on the disk, the old ones
are kept there too, a journal says what is about to change, and each new file takes the place of its old one in one step.
Removing the journal is the moment from which the new ones stand. A journal that is found later was left by a process that
was killed in between: whoever writes next first puts back what it names. A staging folder without a journal is simply removed.

Others may be able to put something into the folder too: no link in it is followed, and of a journal no name that leads out of it.
"""

import errno
import json
import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath

from lianghua_batch.core import locking, signals

_SUFFIX = ".writing"
_JOURNALLED = ("folders", "added", "replaced", "removed")
_NO_SYNC = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)  # of file systems that cannot sync
_STAGING_NAME = re.compile(rf"\.[0-9a-f]{{8}}{re.escape(_SUFFIX)}")


class NotPutBack(OSError):
    """New files could not be completed and old ones not be put back; `kept` is where these wait for the next attempt."""

    kept: Path


@contextmanager
def replacement(
    out: Path,
    *,
    overwrite: bool = True,
    whole: Collection[str] = (),
    gone: Collection[str] = (),
    durable: bool = True,
) -> Iterator[Path]:
    """Yield an empty folder; what is written into it comes to stand in `out` (made if need be), all of it or nothing.

    `overwrite=False`: raises FileExistsError, nothing changed, where a file is there already. `whole`: sub-folders whose
    other files go; `gone`: files that go, by their place in `out`. `durable=False`: a power cut may take what was written, which is faster where that can be made again.
    Raises OSError, which names the file in `out`, and locking.Busy where another process is writing there.
    """
    # From the exchange until all is tidy no signal interrupts: it takes a moment, and what is reported of it must be true.
    with ExitStack() as undisturbed, ExitStack() as last:
        _refuse_links(_below_held(out))
        made = _make_folders(out)
        last.callback(_remove_if_empty, made)
        last.enter_context(locking.exclusive(out))
        _settle(out)
        staging = _Staging(out / f".{secrets.token_hex(4)}{_SUFFIX}", out)
        try:
            staging.new.mkdir(parents=True)
            yield staging.new
            undisturbed.enter_context(signals.unheard())
            staging.commit(overwrite, whole, gone, durable)
        except OSError as error:
            staging.name_for_people(error)
            raise
        finally:
            undisturbed.enter_context(signals.held_back())
            staging.clear()


def recover(out: Path) -> None:
    """Put back and clear away what a killed process left in `out`; raises OSError where that cannot be done."""
    if out.is_dir():
        with locking.exclusive(out):
            _settle(out)


def _settle(out: Path) -> None:
    """What `recover` does, for who holds the folder."""
    for folder in sorted(out.iterdir()):
        if _STAGING_NAME.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink():
            left = _Staging(folder, out)
            with signals.held_back():
                left.put_back()
                left.clear()


class _Staging:
    """The staging folder: where the files of one replacement wait: `new` ones to be moved out, `old` ones in case they have to be put back."""

    def __init__(self, folder: Path, out: Path) -> None:
        self.new, self._old = folder / "new", folder / "old"
        self._folder, self._out, self._journal = folder, out, folder / "journal.json"

    def commit(self, overwrite: bool, whole: Collection[str], gone: Collection[str], durable: bool) -> None:
        """Move the new files out; where one cannot be moved all is put back as it was."""
        added, replaced, removed = self._plan(overwrite, whole, gone)
        if durable:
            for name in (*added, *replaced):
                _sync(self.new / name)
        for name in (*replaced, *removed):
            self._keep(name)
        folders = {folder for name in added for folder in _missing((self._out / name).parent)}
        made = sorted(folder.relative_to(self._out).as_posix() for folder in folders)
        self._write_journal(dict(zip(_JOURNALLED, (made, added, replaced, removed), strict=True)))
        try:
            for name in added:
                (self._out / name).parent.mkdir(parents=True, exist_ok=True)
                _move(self.new / name, self._out / name, overwrite)
            for name in replaced:
                os.replace(self.new / name, self._out / name)
            for name in removed:
                os.unlink(self._out / name)
            for folder in {self._out, *((self._out / name).parent for name in (*added, *replaced, *removed))}:
                _sync_folder(folder)
            self._journal.unlink()
            _sync_folder(self._folder)
        finally:
            self.put_back()

    def _plan(
        self, overwrite: bool, whole: Collection[str], gone: Collection[str]
    ) -> tuple[list[str], list[str], list[str]]:
        """The names that are added, replaced and removed."""
        names = _files(self.new, self.new)
        folders = {folder for name in (*names, *gone) for folder in PurePosixPath(name).parents} - {PurePosixPath()}
        _refuse_links(self._out / folder for folder in sorted(folders | set(map(PurePosixPath, whole))))
        replaced = [name for name in names if os.path.lexists(self._out / name)]
        for name in replaced:
            if (self._out / name).is_dir():  # not ours to move away
                raise _error(errno.EISDIR, self._out / name)
            if not overwrite:
                raise _error(errno.EEXIST, self._out / name)
        outdated = [n for folder in whole for n in _files(self._out / folder, self._out) if "/." not in n]  # not .nfs…
        outdated += (n for n in gone if os.path.lexists(self._out / n) and not (self._out / n).is_dir())
        return [n for n in names if n not in set(replaced)], replaced, [n for n in outdated if n not in set(names)]

    def _keep(self, name: str) -> None:
        """Keep the old file: as a second name, or as a copy where there are none.

        On Windows always as a copy: a second name of a file that is open in Excel could not be removed.
        """
        kept = self._old / name
        kept.parent.mkdir(parents=True, exist_ok=True)
        if os.name != "nt":
            with suppress(OSError):
                os.link(self._out / name, kept)
                return
        shutil.copy2(self._out / name, kept)
        _sync(kept)

    def _write_journal(self, names: dict[str, list[str]]) -> None:
        draft = self._journal.with_suffix(".draft")
        draft.write_text(json.dumps(names), encoding="utf-8")
        _sync(draft)
        for folder in (self._old, self.new, self._folder):
            _sync_folder(folder)
        os.replace(draft, self._journal)
        _sync_folder(self._folder)

    def _read_journal(self) -> dict[str, list[str]]:
        """The journal; what in it is none of ours was put there by somebody else and is left out."""
        try:
            names = json.loads(self._journal.read_text(encoding="utf-8"))
            return {kind: [name for name in names[kind] if self._is_inside(name)] for kind in _JOURNALLED}
        except (ValueError, KeyError, TypeError):
            return {kind: [] for kind in _JOURNALLED}

    def _is_inside(self, name: str) -> bool:
        """Whether a name leads to a place in the folder, through no link."""
        place = Path(name)
        folders = (self._out / parent for parent in place.parents if parent != Path())
        inside = not place.anchor and ".." not in place.parts and "\0" not in name
        return inside and not any(folder.is_symlink() for folder in folders)

    def put_back(self) -> None:
        """If there is a journal, make all as it was before; doing so again after an interruption is harmless."""
        if not self._journal.exists():
            return
        try:
            names = self._read_journal()
            for name in names["added"]:
                if self._has_moved(name):
                    (self._out / name).unlink(missing_ok=True)
            for name in names["replaced"]:
                if self._has_moved(name) and os.path.lexists(self._old / name):
                    os.replace(self._old / name, self._out / name)
            for name in names["removed"]:
                if not os.path.lexists(self._out / name) and os.path.lexists(self._old / name):
                    os.replace(self._old / name, self._out / name)
            _remove_if_empty([self._out / name for name in names["folders"]])
            self._journal.unlink()
        except OSError as error:
            self.name_for_people(error)
            failure = NotPutBack(error.errno, error.strerror, error.filename, getattr(error, "winerror", None))
            failure.kept = self._folder
            raise failure from error

    def _has_moved(self, name: str) -> bool:
        """Whether a new file stands in its place: it has left the staging folder, or has its second name there already."""
        new, target = self.new / name, self._out / name
        return not new.exists() or (target.exists() and os.path.samefile(new, target))

    def clear(self) -> None:
        """Remove the staging folder, unless old files still wait in it to be put back."""
        if not self._journal.exists():
            shutil.rmtree(self._folder, ignore_errors=True)

    def name_for_people(self, error: OSError) -> None:
        """Make an error name the file as it is, or will be, in the target, not in the staging folder."""
        name = error.filename2 or error.filename
        path = Path(name) if isinstance(name, str | os.PathLike) else self._out
        for inside in (self.new, self._old):
            if path.is_relative_to(inside):
                path = self._out / path.relative_to(inside)
        if path.is_relative_to(self._folder):
            path = self._out
        error.filename, error.filename2 = str(path), None


def _below_held(out: Path) -> list[Path]:
    """Of a folder and those above it the ones in the folder that this process holds, which are the program's own."""
    held = next((folder for folder in out.parents if locking.holds(folder)), None)
    return [] if held is None else [path for path in (out, *out.parents) if held in path.parents]


def _refuse_links(folders: Iterable[Path]) -> None:
    """Raise OSError where one of the folders is a link: what is written or removed there would be somewhere else."""
    for folder in folders:
        if folder.is_symlink():
            raise _error(errno.ELOOP, folder)


def _error(number: int, path: Path) -> OSError:
    return OSError(number, os.strerror(number), str(path))


def _files(folder: Path, root: Path) -> list[str]:
    """The files under a folder, as paths from `root`, in a stable order."""
    return sorted(path.relative_to(root).as_posix() for path in folder.rglob("*") if not path.is_dir())


def _move(source: Path, target: Path, overwrite: bool) -> None:
    """Move a file to a name that no file had; where one has got it meanwhile, raises FileExistsError unless `overwrite`."""
    if overwrite:
        os.replace(source, target)
    elif os.name == "nt":
        os.rename(source, target)  # which overwrites nothing there
    else:
        try:
            os.link(source, target)
        except FileExistsError:
            raise
        except OSError:  # no second names here: the name is taken, empty, before the file takes its place
            target.open("xb").close()
            os.replace(source, target)
        else:
            os.unlink(source)


def _missing(folder: Path) -> list[Path]:
    """Which of a folder and those above it are not there, the outermost first."""
    return [path for path in (folder, *folder.parents) if not path.exists()][::-1]


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; return the new ones, the outermost first."""
    made: list[Path] = []
    try:
        for path in _missing(folder):
            path.mkdir(exist_ok=True)
            made.append(path)
        folder.mkdir(exist_ok=True)  # raises where a file has the name
    except OSError:
        _remove_if_empty(made)
        raise
    return made


def _remove_if_empty(folders: list[Path]) -> None:
    for folder in reversed(folders):
        with suppress(OSError):
            folder.rmdir()


def _sync(path: Path) -> None:
    """Have a file on the disk before its name is given away: a full disk or a failing one may show only here."""
    with path.open("r+b" if os.name == "nt" else "rb") as stream:
        try:
            os.fsync(stream.fileno())
        except OSError as error:
            if error.errno not in _NO_SYNC:
                error.filename = str(path)
                raise


def _sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system knows of that."""
    if os.name != "nt":
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

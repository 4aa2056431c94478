"""Which files under a data folder are to be read."""

from collections.abc import Iterator
from pathlib import Path, PurePath

from lianghua_batch.core import os_errors, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef, file_name

# What the program itself keeps in a data folder.
_OWN_FOLDERS, _OWN_FILES = ("output_folder", "archive_folder"), ("mail_settings_name", "mail_ledger_name")


def find(root: Path, out: Path | None = None) -> tuple[list[Path], list[Problem]]:
    """Return the regular files under `root` in a stable order; 输出, 归档 and editors' temporary files are passed over.

    So are the settings and the ledger of `mail` in `root` itself, and what the program itself wrote into `out`, but nothing
    else there: forms may lie in that folder too. A folder that cannot be listed is a problem; one that is linked into itself
    is entered once.
    """
    words = resources.load("reading")
    reserved = {root / words[name] for name in _OWN_FOLDERS}
    own = {root / words[name] for name in _OWN_FILES}
    if out is not None:
        draft = out / resources.load("messages/drafts")["folder"]
        own |= {folder / words[name] for folder in (out, draft) for name in ("results_name", "basis_name")}
    problems: list[Problem] = []
    files = _files(root, root, {folder.resolve() for folder in reserved}, problems)
    return [path for path in files if not _passed_over(path.name) and path not in own], problems


def may_hold_forms(path: PurePath) -> bool:
    """Whether a file of this path under a data folder would be read, by its names alone."""
    words = resources.load("reading")
    own = {words[name] for name in (*_OWN_FOLDERS, *_OWN_FILES)}
    hidden = any(part.startswith(".") for part in path.parts[:-1])
    return not hidden and path.parts[0] not in own and not _passed_over(path.name)


def _passed_over(name: str) -> bool:
    """Whether it is an editor's temporary file, or what the system left."""
    words = resources.load("reading")
    return name.startswith(tuple(words["temporary_prefixes"])) or name.lower() in words["ignored_names"]


def _files(folder: Path, root: Path, entered: set[Path], problems: list[Problem]) -> Iterator[Path]:
    """Files of a folder and its sub-folders; `entered` are those that are not to be entered (again)."""
    entered.add(folder.resolve())
    try:
        listed = sorted(folder.iterdir(), key=lambda p: p.name)
    except OSError as error:
        if folder == root:
            raise
        problems.append(
            problem(Code.UNREADABLE_FILE, SourceRef(file_name(folder, root)), reason=os_errors.reason(error))
        )
        return
    for path in listed:
        if path.is_dir():
            if path.resolve() not in entered and not path.name.startswith("."):
                yield from _files(path, root, entered, problems)
        elif path.is_file():
            yield path

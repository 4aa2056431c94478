"""Bytes → cells: files to grids of cells at their true places, or the problem that says why not."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from lianghua_batch.core import os_errors, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef, file_name
from lianghua_batch.intake import parser_pool
from lianghua_batch.intake.formats import file_type, zip_limits
from lianghua_batch.intake.formats.sheet_facts import Reading
from lianghua_batch.intake.formats.zip_limits import Limits
from lianghua_batch.intake.grid import Grid
from lianghua_batch.intake.kept_forms import KeptForms
from lianghua_batch.intake.read_forms import FormsRead
from lianghua_batch.intake.recognition import Recognised

__all__ = ["Limits", "read", "read_all", "recognise_all"]


def read_all(
    paths: Iterable[Path], root: Path, limit: Limits | None = None
) -> Iterator[tuple[list[Grid], list[Problem]]]:
    """Read files under `root` and yield, in their order, each one's worksheets and problems; nothing that a file holds stops it."""
    files = [(path, file_name(path, root)) for path in paths]
    for (path, file), reading in zip(files, parser_pool.read_grids(files, limit or zip_limits.limits()), strict=True):
        unread = _unread(path, file, reading)
        yield ([], unread) if unread else (list(reading.grids), [])


def recognise_all(
    paths: Iterable[Path], root: Path, kept: KeptForms | None = None
) -> Iterator[tuple[list[Recognised], list[Problem]]]:
    """`read_all` for the forms that the files hold, with what is wrong in them; those `kept` from before are not read again."""
    files = [(path, file_name(path, root)) for path in paths]
    known = {} if kept is None else {path: kept.find(path, file) for path, file in files}
    answers = parser_pool.read_forms([each for each in files if known.get(each[0]) is None], zip_limits.limits())
    for path, file in files:
        reading = known.get(path) or next(answers)
        if kept is not None:
            kept.keep(file, reading)
        unread = _unread(path, file, reading)
        yield ([], unread) if unread else (list(reading.sources), list(reading.problems))
    if kept is not None:
        kept.save()


def _unread(path: Path, file: str, reading: Reading | FormsRead | OSError) -> list[Problem]:
    """Why a file could not be read; nothing where it was."""
    place = SourceRef(file)
    if isinstance(reading, OSError):
        return [problem(Code.UNREADABLE_FILE, place, reason=os_errors.reason(reading))]
    refusal = reading.refusal
    if refusal is None:
        return []
    if path.suffix.lower() not in resources.load("reading")["suffixes"]:
        return [problem(Code.OTHER_FILE_NOT_READ, place, kind=file_type.kind_label(reading.kind))]
    return [problem(refusal.code, SourceRef(file, refusal.sheet), **refusal.context)]


def read(path: Path, root: Path) -> tuple[list[Grid], list[Problem]]:
    """Read every worksheet of one file."""
    (reading,) = read_all(
        [path], root
    )  # to its end: a generator dropped before would stop the workers of other readings
    return reading

"""Bytes → cells: files to grids of cells at their true places, or the problem that says why not."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from lianghua_batch.core import os_errors, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef, file_name
from lianghua_batch.intake import parser_pool
from lianghua_batch.intake.formats import file_type, zip_limits
from lianghua_batch.intake.formats.zip_limits import Limits
from lianghua_batch.intake.grid import Grid

__all__ = ["Limits", "read", "read_all"]


def read_all(
    paths: Iterable[Path], root: Path, limit: Limits | None = None
) -> Iterator[tuple[list[Grid], list[Problem]]]:
    """Read files under `root` and yield, in their order, each one's worksheets and problems; nothing that a file holds stops it."""
    files = [(path, file_name(path, root)) for path in paths]
    for (path, file), reading in zip(files, parser_pool.read_all(files, limit or zip_limits.limits()), strict=True):
        place = SourceRef(file)
        if isinstance(reading, OSError):
            yield [], [problem(Code.UNREADABLE_FILE, place, reason=os_errors.reason(reading))]
        elif reading.refusal is None:
            yield list(reading.grids), []
        elif path.suffix.lower() not in resources.load("reading")["suffixes"]:
            yield [], [problem(Code.OTHER_FILE_NOT_READ, place, kind=file_type.kind_label(reading.kind))]
        else:
            refusal = reading.refusal
            yield [], [problem(refusal.code, SourceRef(file, refusal.sheet), **refusal.context)]


def read(path: Path, root: Path) -> tuple[list[Grid], list[Problem]]:
    """Read every worksheet of one file."""
    (reading,) = read_all(
        [path], root
    )  # to its end: a generator dropped before would stop the workers of other readings
    return reading

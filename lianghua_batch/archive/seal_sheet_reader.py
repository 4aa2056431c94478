"""Reads the check code that stands on a 归档单, in a worker: whoever forges one may forge what kills its reader."""

import atexit
from functools import cache
from pathlib import Path

from lianghua_batch.core import resources
from lianghua_batch.core.worker_pool import Task, WorkerPool
from lianghua_batch.intake.formats import fallback_readers, file_type, zip_limits


def stated_code(path: Path) -> str | None:
    """The check code on a sheet, in small letters without spaces; None where none can be read. Raises OSError."""
    (answer,) = _pool().answers([(path,)])
    if isinstance(answer, OSError):
        raise answer
    return answer if isinstance(answer, str) else None


@cache
def _pool() -> WorkerPool:
    limit = zip_limits.limits()
    pool = WorkerPool(Task(__name__, "read", limit.seconds, limit.memory_bytes))
    atexit.register(pool.stop)
    return pool


def read(path: Path) -> str | None:
    """`stated_code` in the process that calls it."""
    limit, layout = zip_limits.limits(), resources.load("report/archive_sheet")["sheet"]
    if path.stat().st_size > limit.file_bytes:
        return None
    content = path.read_bytes()
    zip_limits.parts(content, limit)
    label = layout["codes"]["archive"]
    for sheet in fallback_readers.READERS[file_type.XLSX](content):
        for row in sheet.rows if sheet.name == layout["name"] else ():
            filled = [str(cell) for cell in row if cell != ""]
            if filled[:1] == [label]:
                return "".join("".join(filled[1:]).split()).lower()
    return None

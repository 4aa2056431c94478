"""Files are parsed in worker processes under a memory and a time limit: one that dies takes nothing but its file along."""

import atexit
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from lianghua_batch.core.codes import Code
from lianghua_batch.core.worker_pool import Failed, Task, WorkerDied, WorkerPool
from lianghua_batch.intake.formats.sheet_facts import Reading, Refusal, reason
from lianghua_batch.intake.formats.zip_limits import Limits, megabytes


def read_all(files: Iterable[tuple[Path, str]], limit: Limits) -> Iterator[Reading | OSError]:
    """Read each (path, name for problems) in a worker and yield its Reading, in the order given; an OSError is yielded too."""
    if requests := [(path, file, limit) for path, file in files]:
        for answer in _pool(limit).answers(requests):
            yield _reading(answer, limit)


def _reading(answer: object, limit: Limits) -> Reading | OSError:
    """What was read, or why it was not."""
    if isinstance(answer, WorkerDied):
        how = (
            reason("late", seconds=f"{limit.seconds:g}")
            if answer.late
            else reason("died", memory=megabytes(limit.memory_bytes))
        )
    elif isinstance(answer, Failed):
        how = reason("failed", error=answer.name)
    else:
        return answer
    return Reading("", refusal=Refusal(Code.READER_FAILED, how=how))


@cache
def _pool(limit: Limits) -> WorkerPool:
    """The pool of this process for these limits; kept, for starting a worker takes longer than reading a form."""
    pool = WorkerPool(Task("lianghua_batch.intake.formats.workbook", "read", limit.seconds, limit.memory_bytes))
    atexit.register(pool.stop)
    return pool

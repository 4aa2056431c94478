"""Files are parsed in worker processes under a memory and a time limit: one that dies takes nothing but its file along."""

import atexit
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from lianghua_batch.core.codes import Code
from lianghua_batch.core.worker_pool import Failed, Task, WorkerDied, WorkerPool
from lianghua_batch.core.worker_process import allowed_memory
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
        return Reading("", refusal=_refusal_of_dead(answer, limit))
    if isinstance(answer, Failed):
        return Reading("", refusal=Refusal(Code.READER_FAILED, how=reason("failed", error=answer.name)))
    return answer


def _refusal_of_dead(worker: WorkerDied, limit: Limits) -> Refusal:
    """Why a worker did not come back: its file took too long or too much, or this machine allows less than any file may take."""
    if worker.late:
        return Refusal(Code.READER_FAILED, how=reason("late", seconds=f"{limit.seconds:g}"))
    allowed = allowed_memory(limit.memory_bytes)
    if allowed < limit.memory_bytes:
        return Refusal(Code.MACHINE_SHORT_OF_MEMORY, memory=megabytes(allowed))
    return Refusal(Code.READER_FAILED, how=reason("died", memory=megabytes(limit.memory_bytes)))


@cache
def _pool(limit: Limits) -> WorkerPool:
    """The pool of this process for these limits; kept, for starting a worker takes longer than reading a form."""
    pool = WorkerPool(Task("lianghua_batch.intake.formats.workbook", "read", limit.seconds, limit.memory_bytes))
    atexit.register(pool.stop)
    return pool

"""Files are parsed in worker processes under a memory and a time limit: one that dies takes nothing but its file along."""

import atexit
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from lianghua_batch.core import resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.worker_pool import Failed, Task, WorkerDied, WorkerPool, cores
from lianghua_batch.core.worker_process import allowed_memory
from lianghua_batch.intake.formats.sheet_facts import Reading, Refusal, reason
from lianghua_batch.intake.formats.zip_limits import Limits, megabytes
from lianghua_batch.intake.read_forms import FormsRead

_AHEAD = 16  # files read for each worker ahead of whoever takes them: what they hold waits in memory


def read_grids(files: Iterable[tuple[Path, str]], limit: Limits) -> Iterator[Reading | OSError]:
    """Read each (path, name for problems) in a worker and yield its Reading, in the order given; an OSError is yielded too."""
    task = Task("lianghua_batch.intake.formats.workbook", "read", limit.seconds, limit.memory_bytes)
    for answer in _answers(task, [(path, file, limit) for path, file in files]):
        refusal = _refusal(answer, limit)
        yield answer if refusal is None else Reading("", refusal=refusal)


def read_forms(files: Iterable[tuple[Path, str]], limit: Limits) -> Iterator[FormsRead | OSError]:
    """`read_grids` for the forms that the files hold."""
    definitions()  # before the threads that receive the answers could each make their own
    task = Task("lianghua_batch.intake.read_forms", "read", limit.seconds, limit.memory_bytes)
    for answer in _answers(task, [(path, file, limit, resources.standing_in()) for path, file in files]):
        refusal = _refusal(answer, limit)
        yield answer if refusal is None else FormsRead("", refusal=refusal)


def _answers(task: Task, requests: Sequence[tuple]) -> Iterator[object]:
    return _pool(task).answers(requests, ahead=_AHEAD * cores()) if requests else iter(())


def _refusal(answer: object, limit: Limits) -> Refusal | None:
    """Why a file was not read, where its worker did not answer for it."""
    if isinstance(answer, WorkerDied):
        return _refusal_of_dead(answer, limit)
    if isinstance(answer, Failed):
        return Refusal(Code.READER_FAILED, how=reason("failed", error=answer.name))
    return None


def _refusal_of_dead(worker: WorkerDied, limit: Limits) -> Refusal:
    """Why a worker did not come back: its file took too long or too much, or this machine allows less than any file may take."""
    if worker.late:
        return Refusal(Code.READER_FAILED, how=reason("late", seconds=f"{limit.seconds:g}"))
    allowed = allowed_memory(limit.memory_bytes)
    if allowed < limit.memory_bytes:
        return Refusal(Code.MACHINE_SHORT_OF_MEMORY, memory=megabytes(allowed))
    return Refusal(Code.READER_FAILED, how=reason("died", memory=megabytes(limit.memory_bytes)))


@cache
def _pool(task: Task) -> WorkerPool:
    """The pool of this process for a task; kept, for starting a worker takes longer than reading a form."""
    pool = WorkerPool(task)
    atexit.register(pool.stop)
    return pool

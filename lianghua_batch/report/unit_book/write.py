"""Writes many workbooks into a folder, several at a time where there are so many that it pays."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from lianghua_batch.core import worker_pool
from lianghua_batch.core.worker_pool import Failed, Task, WorkerDied, WorkerPool
from lianghua_batch.report.layout.model import Properties, SheetTable
from lianghua_batch.report.writer import workbook

Content = tuple[Sequence[SheetTable], Properties | None]
Progress = Callable[[int, int], None]
Book = tuple[str, Callable[[], Content]]  # its path in the folder, and a function that builds its sheets

_WRITE_TASK = Task("lianghua_batch.report.writer.workbook", "write")
_FEW = 12  # books: starting workers takes as long as writing so many
_AHEAD = (
    20  # books built for each worker ahead of writing: the first, the ranking, takes as long to write as so many others
)


class UnitBookFailed(RuntimeError):
    """A worker failed with a defect of the program; the text is its traceback."""


def write_books(folder: Path, books: Iterable[Book], progress: Progress | None = None) -> None:
    """Write every book at its path under `folder`; raises OSError, which names the file. Equal books are equal bytes."""
    listed = list(books)
    report_progress = progress or (lambda done, whole: None)
    for path in {(folder / name).parent for name, _ in listed}:
        path.mkdir(parents=True, exist_ok=True)
    if len(listed) <= _FEW or worker_pool.cores() == 1:
        for done, (name, make) in enumerate(listed, start=1):
            workbook.write(folder / name, *make())
            report_progress(done, len(listed))
        return
    _write_together(folder, listed, report_progress)


def _write_together(folder: Path, books: Sequence[Book], report_progress: Progress) -> None:
    """Build the sheets in this process, one book after another, while the workers write the finished ones."""
    workers = WorkerPool(_WRITE_TASK)
    first, second = itertools.tee((folder / name, *make()) for name, make in books)
    try:
        for done, answer in enumerate(workers.answers(first, ahead=_AHEAD * worker_pool.cores()), start=1):
            request = next(second)
            if isinstance(answer, OSError):
                raise answer
            if isinstance(answer, Failed):
                raise UnitBookFailed(answer.trace)
            if isinstance(answer, WorkerDied):  # perhaps for lack of memory for several at once
                workbook.write(*request)
            report_progress(done, len(books))
    finally:
        workers.stop()

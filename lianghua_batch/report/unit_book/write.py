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
Book = tuple[str, Callable[[], Content]]  # its path in the folder, and what makes its sheets when its turn has come

_WRITE_TASK = Task("lianghua_batch.report.writer.workbook", "write")
_FEW = 12  # books: to start a crew takes as long as writing them
_AHEAD = 20  # books made for each worker before one is written: the first, the ranking, takes as long as so many


class UnitBookFailed(RuntimeError):
    """A worker met an error of the program's own; the text is its trace."""


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
    """The sheets are made here, one book after another, while the crew writes those that are."""
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

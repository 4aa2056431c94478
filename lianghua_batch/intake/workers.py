"""Worker processes that parse files under a memory and a time limit: one that dies takes nothing but its file along.

Plain subprocesses, not multiprocessing: that would run the caller's own script again in every worker.
"""

import atexit
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path

from lianghua_batch.intake.packages import Limits, megabytes
from lianghua_batch.intake.reading import Reading, Refusal, reason
from lianghua_batch.intake.worker import receive, send

_MOST_WORKERS = 8
_START = "import sys; sys.path[:] = {path!r}; from lianghua_batch.intake.worker import main; main()"


def read_all(files: Iterable[tuple[Path, str]], limit: Limits) -> Iterator[Reading | OSError]:
    """Read each (path, name for problems) in a worker and yield its Reading, in the order given; an OSError is yielded too."""
    crew = _crew(limit)
    threads = ThreadPoolExecutor(crew.size)
    try:
        yield from threads.map(crew.read, *zip(*files, strict=True)) if (files := list(files)) else ()
    except BaseException:  # broken off: whoever is still reading is stopped, or leaving would wait for them
        crew.stop()
        raise
    finally:
        threads.shutdown(cancel_futures=True)


class _Worker:
    """One worker process, started when it is first needed and again after it died."""

    def __init__(self, limit: Limits) -> None:
        self._limit = limit
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, path: Path, file: str) -> Reading | OSError:
        if self._process is not None and self._process.poll() is not None:
            self.stop()  # it died while idle: not this file's fault
        process = self._process = self._process or _start()
        late = threading.Event()
        timer = threading.Timer(self._limit.seconds, lambda: (late.set(), process.kill()))
        timer.daemon = True
        timer.start()
        try:
            send(process.stdin, (os.fspath(path), file, self._limit))
            answer = receive(process.stdout)
        except (EOFError, OSError):  # it died; the next file gets a new one
            self.stop()
            answer = Reading("", refusal=Refusal("E127", how=self._death(late.is_set())))
        finally:
            timer.cancel()
        if isinstance(answer, str):
            return Reading("", refusal=Refusal("E127", how=reason("failed", error=answer)))
        return answer

    def _death(self, late: bool) -> str:
        if late:
            return reason("late", seconds=f"{self._limit.seconds:g}")
        return reason("died", memory=megabytes(self._limit.memory_bytes))

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            with suppress(OSError):  # what was still to be sent goes nowhere
                process.stdin.close()
            process.stdout.close()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _START.format(path=sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "RUST_BACKTRACE": "0"},  # printing one takes memory, and without memory it never ends
    )


class _Crew:
    """The workers of this process; each file goes to one that is idle."""

    def __init__(self, limit: Limits) -> None:
        self.size = min(os.cpu_count() or 1, _MOST_WORKERS)
        self._all = [_Worker(limit) for _ in range(self.size)]
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        for worker in self._all:
            self._idle.put(worker)

    def read(self, path: Path, file: str) -> Reading | OSError:
        worker = self._idle.get()
        try:
            return worker.read(path, file)
        finally:
            self._idle.put(worker)

    def stop(self) -> None:
        for worker in self._all:
            worker.stop()


@cache
def _crew(limit: Limits) -> _Crew:
    """The crew of this process for these limits; kept, for starting a worker takes longer than reading a form."""
    crew = _Crew(limit)
    atexit.register(crew.stop)
    return crew

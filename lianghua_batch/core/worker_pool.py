"""Worker processes that answer requests side by side: one that dies takes nothing but its request along.

Plain subprocesses, not multiprocessing: that would run the caller's own script again in every worker.
"""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from lianghua_batch.core import worker_process
from lianghua_batch.core.worker_process import Failed, receive, send

__all__ = ["Failed", "Task", "WorkerDied", "WorkerPool"]

_MOST_WORKERS = 8
# What a worker may know of its environment.
_ENVIRONMENT = frozenset(
    [
        "COMSPEC",
        "DYLD_LIBRARY_PATH",
        "HOME",
        "LANG",
        "LANGUAGE",
        "LD_LIBRARY_PATH",
        "NUMBER_OF_PROCESSORS",
        "PATH",
        "PATHEXT",
        "SYSTEMDRIVE",
        "SYSTEMROOT",
        "TEMP",
        "TMP",
        "TMPDIR",
        "TZ",
        "USERPROFILE",
        "VIRTUAL_ENV",
        "WINDIR",
    ]
)
_ENVIRONMENT_BEGINS = ("LC_", "MKL_", "OMP_", "OPENBLAS_", "PYTHON")
_START = "import sys; sys.path[:] = {path!r}; from lianghua_batch.core.worker_process import work; work(*{arguments!r})"


@dataclass(frozen=True)
class Task:
    """What the workers of a pool do: call `function` of `module`, within `seconds` a request and `memory_bytes` a worker.

    The system may not be able to bound memory (Windows).
    """

    module: str
    function: str
    seconds: float | None = None
    memory_bytes: int | None = None


@dataclass(frozen=True)
class WorkerDied:
    """The answer where the worker died of a request, or was stopped because it took too long (`late`)."""

    late: bool


def cores() -> int:
    """How many workers can be at work at the same time."""
    return min(os.cpu_count() or 1, _MOST_WORKERS)


class WorkerPool:
    """As many workers as there are cores; each request goes to one that is idle, and starts it where it is the first."""

    def __init__(self, task: Task) -> None:
        self._all = [_Worker(task) for _ in range(cores())]
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        for worker in self._all:
            self._idle.put(worker)

    def answers(self, requests: Iterable[tuple], ahead: int | None = None) -> Iterator[object]:
        """Yield each request's answer, in the order given: what the function returned, the OSError that it raised, Failed or WorkerDied.

        Not more than `ahead` requests are taken before the first answer. Where it is broken off the workers are stopped.
        """
        threads = ThreadPoolExecutor(len(self._all))
        waiting: deque[Future[object]] = deque()
        try:
            for request in requests:
                waiting.append(threads.submit(self._ask, request))
                if ahead is not None and len(waiting) >= ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BaseException:  # whoever is still at work is stopped, or leaving would wait for them
            self.stop()
            raise
        finally:
            threads.shutdown(cancel_futures=True)

    def _ask(self, request: tuple) -> object:
        worker = self._idle.get()
        try:
            return worker.answer(request)
        finally:
            self._idle.put(worker)

    def stop(self) -> None:
        """End the workers; a later request starts them again."""
        for worker in self._all:
            worker.stop()


class _Worker:
    """One worker process, started when it is first needed and again after it died."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._process: subprocess.Popen[bytes] | None = None

    def answer(self, request: tuple) -> object:
        if self._process is not None and self._process.poll() is not None:
            self.stop()  # it died while idle: not this request's fault
        process = self._process = self._process or _start(self._task)
        late = threading.Event()
        timer = self._timer(process, late)
        try:
            send(process.stdin, request)
            return receive(process.stdout)
        except (EOFError, OSError):  # it died; the next request gets a new one
            self.stop()
            return WorkerDied(late.is_set())
        finally:
            if timer is not None:
                timer.cancel()

    def _timer(self, process: subprocess.Popen[bytes], late: threading.Event) -> threading.Timer | None:
        if self._task.seconds is None:
            return None
        timer = threading.Timer(self._task.seconds, lambda: (late.set(), _kill(process)))
        timer.daemon = True
        timer.start()
        return timer

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _kill(process)
            process.wait()
            with suppress(OSError):  # what was still to be sent goes nowhere
                process.stdin.close()
            process.stdout.close()


def _start(task: Task) -> subprocess.Popen[bytes]:
    arguments = (task.module, task.function, task.memory_bytes)
    return subprocess.Popen(
        [sys.executable, "-c", _START.format(path=sys.path, arguments=arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if _is_harmless(name)}
        | {"RUST_BACKTRACE": "0"},  # printing one takes memory, and without memory it never ends
        **_own_group(),
    )


def _is_harmless(variable: str) -> bool:
    """Whether a worker is given an environment variable: what the system and Python need, no password."""
    return variable.upper() in _ENVIRONMENT or variable.upper().startswith(_ENVIRONMENT_BEGINS)


def _own_group() -> dict[str, int]:
    """A worker of the main process leads a group, in which those that it starts itself end with it."""
    return {"process_group": 0} if os.name == "posix" and not worker_process.is_worker() else {}


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a worker, and those that it started."""
    if _own_group():
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()

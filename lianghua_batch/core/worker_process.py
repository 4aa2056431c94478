"""What a worker process runs: answers one request after another, as asked on its standard input, until that is closed."""

import gc
import importlib
import os
import pickle
import signal
import struct
import sys
from dataclasses import dataclass
from typing import BinaryIO

_LENGTH = struct.Struct(">Q")
_here: list[str] = []  # the module that this process works for


@dataclass(frozen=True)
class Failed:
    """The answer where the function raised what is no OSError: the error's name, and where it came from."""

    name: str
    trace: str


def send(stream: BinaryIO, value: object) -> None:
    """Write one value, its length before it; raises BrokenPipeError where the reader is gone."""
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def receive(stream: BinaryIO) -> object:
    """Read one value; raises EOFError where the other side is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    content = stream.read(length)
    if len(content) < length:
        raise EOFError
    return _unpickled(content)


def _unpickled(content: bytes) -> object:
    """The value, read without garbage collection, which would take ten times as long as the reading."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return pickle.loads(content)
    finally:
        if collecting:
            gc.enable()


def work(module: str, function: str, memory_bytes: int | None) -> None:
    """Answer each request, the function's arguments, with what it returns, with the OSError that it raised, or with Failed."""
    _here.append(module)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the main process, which then closes our input
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a parser prints must not get between the answers
    called = getattr(importlib.import_module(module), function)
    if memory_bytes is not None:
        _limit_memory(memory_bytes)
    gc.set_threshold(100_000)  # cells are no garbage, and looking for some among them takes longer than reading them
    while True:
        try:
            arguments = receive(sys.stdin.buffer)
        except EOFError:
            return
        send(answers, _answer(called, arguments))


def is_worker() -> bool:
    """Whether this process is a worker itself."""
    return bool(_here)


def _answer(called, arguments: tuple) -> object:
    """Whatever one request raises is its answer, and the next one is answered too."""
    try:
        return called(*arguments)
    except OSError as error:
        return error
    except Exception as error:
        import traceback

        return Failed(type(error).__name__, traceback.format_exc())


def allowed_memory(wanted: int) -> int:
    """Return how many bytes a worker may use of those wanted: the system may allow a process less."""
    try:
        import resource
    except ImportError:  # Windows
        return wanted
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def _limit_memory(most: int) -> None:
    """Bound the address space where the system can (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    allowed = allowed_memory(most)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

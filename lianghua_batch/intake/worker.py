"""What a worker process runs: reads one file after another, as asked on its standard input, until that is closed."""

import os
import pickle
import signal
import struct
import sys
from pathlib import Path
from typing import BinaryIO

from lianghua_batch.intake.packages import Limits

_LENGTH = struct.Struct(">Q")


def send(stream: BinaryIO, value: object) -> None:
    """Write one value, its length before it; raises BrokenPipeError where nobody reads any more."""
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
    return pickle.loads(content)


def main() -> None:
    """Answer each (path, file, limits) with its Reading, or with the exception that reading it raised."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the main process, which then closes our input
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a parser prints must not get between the answers
    from lianghua_batch.intake import workbooks

    limited = False
    while True:
        try:
            path, file, limit = receive(sys.stdin.buffer)
        except EOFError:
            return
        if not limited:
            _limit_memory(limit)
            limited = True
        try:
            answer = workbooks.read(Path(path), file, limit)
        except Exception as error:
            # The last guard: whatever a parser makes of hostile bytes is told of this file, and the next one is read.
            answer = error if isinstance(error, OSError) else type(error).__name__
        send(answers, answer)


def _limit_memory(limit: Limits) -> None:
    """Bound the address space where the system can; without it (Windows) the limits of packages.py are all there is."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (limit.memory_bytes, limit.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

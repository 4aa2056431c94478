"""Ctrl-C and SIGTERM: a KeyboardInterrupt that is not lost on the way, and blocks at whose end it waits."""

import _thread
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

_ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)
_PAUSE = 0.02  # seconds


def listen() -> None:
    """Make Ctrl-C, SIGTERM and a closed terminal one KeyboardInterrupt; what is ignored (nohup) stays so.

    Inside an import it waits: there it may come out as another error, or be printed and forgotten. Where Python prints and
    forgets it elsewhere (a destructor, a callback) it is raised again.
    """
    for number in _ENDING:
        if signal.getsignal(number) in _DEFAULTS:
            signal.signal(number, _interrupt)
    sys.unraisablehook = _unraisable


def _interrupt(number: int, frame) -> None:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            _thread.start_new_thread(_again, (number,))  # takes no lock that what is interrupted might hold
            return
        frame = frame.f_back
    raise KeyboardInterrupt


def _again(number: int) -> None:
    time.sleep(_PAUSE)
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident, number)  # wakes it, wherever it waits
    else:
        signal.raise_signal(number)


def _unraisable(found) -> None:
    if found.exc_type is KeyboardInterrupt:
        _thread.start_new_thread(_again, (signal.SIGINT,))
    else:
        sys.__unraisablehook__(found)


def ignore() -> None:
    """Ignore these signals from here on: for the end of the program."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


def leave_to_parent() -> None:
    """Make a worker process ignore Ctrl-C, which goes to its parent too; the parent can still stop it."""
    ignore()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def held_back() -> Iterator[None]:
    """Hold signals back until the block is done."""
    waiting: list[int] = []
    with _handled(lambda number, _: waiting.append(number)):
        yield
    if waiting:
        signal.raise_signal(waiting[0])


def unheard() -> AbstractContextManager[None]:
    """Ignore signals during a block after which there is nothing left to interrupt."""
    return _handled(signal.SIG_IGN)


@contextmanager
def _handled(handler) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # signals come to the main thread only
        yield
        return
    before = {number: signal.signal(number, handler) for number in _ENDING}
    try:
        yield
    finally:
        for number, former in before.items():
            if former is not None:  # None: not installed by Python, which cannot put it back
                signal.signal(number, former)

"""Scores the forms of a seal in processes of their own: neither forms nor rules that lie in a seal have power over this one."""

import atexit
import time
from functools import cache
from pathlib import Path

from lianghua_batch.archive.findings import verify_messages
from lianghua_batch.archive.recompute_worker import Rescored
from lianghua_batch.core.periods import Period
from lianghua_batch.core.worker_pool import Task, WorkerPool


def under_installed(forms: Path, period: Period) -> tuple[Rescored | None, float]:
    """The forms scored under the installed rules, None where that fails, and how many seconds it took."""
    begun = time.monotonic()
    (answer,) = _installed().answers([(None, forms, str(period))])
    return _rescored(answer), time.monotonic() - begun


def under_sealed(rules: Path, forms: Path, period: Period, usual_seconds: float) -> Rescored | None:
    """The forms scored under rules that whoever made the seal may have written: in no more than a few times the usual time."""
    limit = verify_messages()["sealed_rules"]
    pool = _pool(max(limit["seconds"], limit["times"] * usual_seconds))
    try:
        (answer,) = pool.answers([(rules, forms, str(period))])
    finally:
        pool.stop()  # it goes by those rules from here on
    return _rescored(answer)


@cache
def _installed() -> WorkerPool:
    """Kept, for every seal of an archive is scored under the installed rules."""
    pool = _pool(None)
    atexit.register(pool.stop)
    return pool


def _pool(seconds: float | None) -> WorkerPool:
    task = ("lianghua_batch.archive.recompute_worker", "rescore_under")
    return WorkerPool(Task(*task, seconds, verify_messages()["sealed_rules"]["memory_bytes"]))


def _rescored(answer: object) -> Rescored | None:
    return answer if isinstance(answer, Rescored) else None

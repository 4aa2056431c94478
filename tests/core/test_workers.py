"""Workers: what they know of the environment, and that nothing goes on working once they are ended."""

import os
import time

import pytest

from lianghua_batch.core.worker_pool import Task, WorkerDied, WorkerPool


def answer(task: Task, *request: object) -> object:
    pool = WorkerPool(task)
    try:
        (found,) = pool.answers([request])
    finally:
        pool.stop()
    return found


@pytest.mark.parametrize("name", ["LIANGHUA_SMTP_PASSWORD", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "HTTPS_PROXY"])
def test_a_worker_knows_no_secret(monkeypatch, name):
    monkeypatch.setenv(name, "暗号9183")
    assert answer(Task("os", "getenv"), name) is None


def test_a_worker_knows_what_the_system_needs(monkeypatch):
    monkeypatch.setenv("LC_TIME", "C.UTF-8")
    assert answer(Task("os", "getenv"), "LC_TIME") == "C.UTF-8"
    assert answer(Task("os", "getenv"), "PATH") == os.environ["PATH"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no groups of processes")
def test_what_a_worker_started_ends_with_it(tmp_path):
    """A worker starts one of its own, which never ends; the first one's time is up."""
    place = tmp_path / "who"
    script = f"import os, time; open({str(place)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    assert answer(Task("subprocess", "run", seconds=3.0), ["python3", "-c", script]) == WorkerDied(late=True)
    deadline = time.monotonic() + 10
    while _lives(int(place.read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _lives(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

"""Seconds and memory of each stage of checking and scoring a county.

python benchmarks/stages.py county 2026
"""

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from lianghua_batch.core import periods
from lianghua_batch.pipeline import load_county, process
from lianghua_batch.report import publishing
from lianghua_batch.validation import form_owner

STAGES = (
    (process, "recognise_all", "files read and recognised"),
    (load_county, "county", "tables put together and validated"),
    (form_owner, "check", "forms' owners checked"),
    (process, "_score_members", "members scored"),
    (process, "judge", "checked, members scored"),
    (process, "rank", "units scored and ranked"),
    (publishing, "write", "workbooks written"),
)


def _timed(name: str, stage: Callable) -> Callable:
    def timed(*arguments, **named):
        begun = time.perf_counter()
        result = stage(*arguments, **named)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{name:36} {time.perf_counter() - begun:7.2f} s {memory:7.0f} MB")
        return result

    return timed


def main(folder: Path, period: str, out: Path) -> None:
    """Check, score and publish a county, and say of each stage what it took."""
    for module, name, words in STAGES:
        setattr(module, name, _timed(words, getattr(module, name)))
    outcome = process.process(folder, periods.parse(period))
    if outcome.results is not None:
        publishing.publish(outcome.results, outcome.problems, out)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as written:
        main(Path(sys.argv[1]), sys.argv[2], Path(written))

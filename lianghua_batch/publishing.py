"""Writes a period's outputs: all of them beside the place first, then each moved over the old one in a single step."""

import errno
import json
import os
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

from lianghua_batch import report, resources, results, workbook_out
from lianghua_batch.problems import Problem
from lianghua_batch.results import Results


def publish(outcome: Results, problems: Sequence[Problem], out: Path) -> list[Path]:
    """Write the ranking workbook and results.json into `out` and return their paths; what was there stays until both are complete."""
    words = resources.load("reading")
    out.mkdir(parents=True, exist_ok=True)
    workshop = out / f".{secrets.token_hex(6)}.writing"  # not mkdtemp: its files would stay private on a shared drive
    workshop.mkdir()
    try:
        ranking = words["ranking_name"].format(period=outcome.county.period)
        workbook_out.write(workshop / ranking, report.build(outcome, problems), report.properties(outcome))
        _write_json(workshop / words["results_name"], outcome)
        names = [ranking, words["results_name"]]
        _replace_all(workshop, out, names)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    return [out / name for name in names]


def _replace_all(workshop: Path, out: Path, names: Sequence[str]) -> None:
    """Move the new files over the old ones; if one cannot be moved (open in Excel), the old ones are put back."""
    done: list[str] = []
    try:
        for name in names:
            if (out / name).is_dir():  # not ours to move away
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(out / name))
            if (out / name).exists():
                os.replace(out / name, workshop / f"{name}.old")
            done.append(name)
            os.replace(workshop / name, out / name)
    except OSError as error:
        for moved in done:
            if (workshop / f"{moved}.old").exists():
                os.replace(workshop / f"{moved}.old", out / moved)
            else:
                (out / moved).unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(out / name)) from error


def _write_json(path: Path, outcome: Results) -> None:
    text = json.dumps(results.as_json(outcome), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")

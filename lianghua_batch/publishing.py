"""Writes a period's outputs: all of them beside the place first, then each moved over the old one in a single step."""

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from lianghua_batch import report, resources, results, workbook_out
from lianghua_batch.problems import Problem
from lianghua_batch.results import Results


def publish(outcome: Results, problems: Sequence[Problem], out: Path) -> list[Path]:
    """Write the ranking workbook and results.json into `out` and return their paths; what was there stays until both are complete."""
    words = resources.load("reading")
    out.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=".", suffix=".writing", dir=out))
    try:
        ranking = words["ranking_name"].format(period=outcome.county.period)
        workbook_out.write(workshop / ranking, report.build(outcome, problems), report.properties(outcome))
        _write_json(workshop / words["results_name"], outcome)
        names = [
            ranking,
            words["results_name"],
        ]  # the workbook first: it is the one that a spreadsheet program may hold open
        for name in names:
            os.replace(workshop / name, out / name)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    return [out / name for name in names]


def _write_json(path: Path, outcome: Results) -> None:
    text = json.dumps(results.as_json(outcome), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")

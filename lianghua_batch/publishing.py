"""Writes a period's outputs, all of them or none (replacing)."""

import json
from collections.abc import Sequence
from pathlib import Path

from lianghua_batch import replacing, report, resources, results, workbook_out
from lianghua_batch.problems import Problem
from lianghua_batch.results import Results


def publish(outcome: Results, problems: Sequence[Problem], out: Path) -> list[Path]:
    """Write the ranking workbook and results.json into `out` and return their paths; what was there stays until both are complete."""
    words = resources.load("reading")
    name = words["draft_name"] if outcome.draft else words["ranking_name"]
    ranking = name.format(period=outcome.county.period)
    with replacing.replacement(out) as workshop:
        workbook_out.write(workshop / ranking, report.build(outcome, problems), report.properties(outcome))
        _write_json(workshop / words["results_name"], outcome)
    return [out / ranking, out / words["results_name"]]


def _write_json(path: Path, outcome: Results) -> None:
    text = json.dumps(results.as_json(outcome), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")

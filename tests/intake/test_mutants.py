"""One cell of a sound county changed at a time: whatever says something else has a problem or another, plausible result.

A few on every run; CELL_MUTANTS=3000 in the environment makes it as many and prints the table of docs/testing.md.
"""

import json
import os
import random
from collections import Counter
from functools import cache

import pytest
from fakes.cell_mutants import InMemory, Judged, Mutant, mutants

from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.intake.cell_values import squeeze

MANY = int(os.environ.get("CELL_MUTANTS", "39"))
IN_ROW, ELSEWHERE, OTHER_RESULT, SAME_RESULT = (
    "a problem in its row",
    "an error elsewhere",
    "another result",
    "the same",
)


def came_to(memory: InMemory, mutant: Mutant, judged: Judged) -> str:
    """What a changed cell led to."""
    grid = memory.grids[mutant.sheet]
    news = set(judged.problems) - set(memory.sound.problems)
    if any((p.place.file, p.place.sheet, p.place.row) == (grid.file, grid.sheet, mutant.row + 1) for p in news):
        return IN_ROW
    if judged.numbers is None:
        return ELSEWHERE
    return SAME_RESULT if judged.published == memory.sound.published else OTHER_RESULT


def is_silent(memory: InMemory, mutant: Mutant, judged: Judged, outcome: str) -> bool:
    """Whether nothing shows that a cell says something else, or a number moved though it says the same."""
    if mutant.changes:
        return outcome == SAME_RESULT or (outcome == OTHER_RESULT and not is_plausible(judged.numbers))
    return outcome == ELSEWHERE or (outcome == OTHER_RESULT and _plain(judged.numbers) != _plain(memory.sound.numbers))


def _plain(numbers: str) -> str:
    """The results but for spaces in names, which are printed as they are written."""
    return squeeze(numbers)


def is_plausible(numbers: str) -> bool:
    """Whether every total is one that can be, and every rank one of so many."""
    found = json.loads(numbers)
    rows = [row for kind in ("members", "branches", "committees") for row in found[kind]]
    totals = [float(row["total"]) for row in rows if row["total"] is not None]
    return all(-13 <= total <= 110 for total in totals) and all(1 <= row["rank"] <= len(rows) for row in rows)


@cache
def memory_of(form: str) -> InMemory:
    """The county that a form is tried in: where 日记录 counts, or else where 月打分 does."""
    return _memory(by_diary=form in ("daily_record", "activity_record"))


@cache
def _memory(by_diary: bool) -> InMemory:
    return InMemory(by_diary)


@pytest.mark.slow
@pytest.mark.parametrize("form", definitions())
def test_a_cell_that_says_something_else_is_told_or_shows(form):
    memory = memory_of(form)
    assert memory.sound.numbers is not None and {p.code for p in memory.sound.problems} <= {"W104"}
    table, silent = Counter(), []
    for mutant in mutants(memory, form, random.Random(2026), -(-MANY // len(definitions()))):
        judged = memory.changed(mutant.sheet, mutant.row, mutant.column, mutant.value)
        outcome = came_to(memory, mutant, judged)
        table[mutant.kind, mutant.changes, outcome] += 1
        if is_silent(memory, mutant, judged, outcome):
            silent.append(f"{outcome}: {mutant.written}")
    for (kind, changes, outcome), count in sorted(table.items()):
        print("MUTANTS", form, kind, "changes" if changes else "same", outcome, count, sep="\t")
    print("SILENT", form, *silent, sep="\n")
    assert silent == []

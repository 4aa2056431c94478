"""A county with broken workbooks: whatever is broken is named or means the same as before, and the rest is read.

A few mutants on every run; MUTANTS=2000 in the environment makes it as many (docs/testing.md).
"""

import os
import random
from functools import cache
from pathlib import Path

import pytest
from factories import County
from fakes.mutants import Mutant, mutant

from lianghua_batch.core import periods
from lianghua_batch.pipeline import process
from lianghua_batch.scoring import results

QUARTER = periods.parse("2026Q1")
MANY = int(os.environ.get("MUTANTS", "48"))
AT_ONCE = 4  # mutants in one folder: each must be silent from the others


@cache
def sound() -> results.Outcome:
    """What the county comes to with nothing broken."""
    return process.process(_folder(), QUARTER)


@cache
def _folder() -> Path:
    from tempfile import mkdtemp

    return County().only("2026Q1").write(Path(mkdtemp()))


def rows_read(outcome: results.Outcome) -> dict[str, int]:
    """How many rows of each file stand in the county's tables."""
    counts: dict[str, int] = {}
    for table in outcome.county.tables.values():
        for number in table.frame["_origin"]:
            counts[table.origins[number].file] = counts.get(table.origins[number].file, 0) + 1
    return counts


def broken(seed: int) -> dict[str, Mutant]:
    """Up to four broken files, by name."""
    rng = random.Random(seed)
    found = (mutant(_folder(), rng) for _ in range(rng.randint(1, AT_ONCE)))
    return {each.file: each for each in found}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(MANY))
def test_broken_files_are_named_and_the_others_read(tmp_path, seed):
    County().only("2026Q1").write(tmp_path)
    mutants = broken(seed)
    for file, each in mutants.items():
        (tmp_path / file).write_bytes(each.content)
    outcome = process.process(tmp_path, QUARTER)
    before_that = {(p.code, p.place) for p in sound().problems}
    named = {p.place.file for p in outcome.problems if (p.code, p.place) not in before_that}
    silent = {file: each.how for file, each in mutants.items() if file not in named}
    known = outcome.county is not None
    assert not [how for f, how in silent.items() if mutants[f].must_be_named and (known or not mutants[f].a_code)], (
        silent
    )
    assert (outcome.results is None) == any(p.severity == "error" for p in outcome.problems)
    if len(silent) == len(mutants):  # nothing said of any: then nothing may have changed
        assert results.as_json(outcome.results) == results.as_json(sound().results), silent
    if known:
        before, after = rows_read(sound()), rows_read(outcome)
        assert {f: n for f, n in after.items() if f not in named} == {f: n for f, n in before.items() if f not in named}

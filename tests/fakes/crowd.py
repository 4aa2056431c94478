"""A county of fifteen committees and a hundred branches, for what must stay readable and on one page."""

from functools import cache

from factories import judged

from lianghua_batch.forms import sample
from lianghua_batch.scoring.results import Results


@cache
def crowd() -> Results:
    """The year of the big county, scored from data that was never written."""
    found, problems = judged(sample.county(committees=15, branches=100, members=200, seed=5, year=2026), "2026")
    assert {p.code for p in problems} == {"W506"}  # its branches have two members each
    return found

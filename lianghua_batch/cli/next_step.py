"""Without a command: what to do next in this folder."""

import datetime as dt
import shlex
from collections.abc import Iterator
from pathlib import Path

from lianghua_batch.cli.messages import say, sentence
from lianghua_batch.core import resources


def show(here: Path) -> None:
    """Print in a few lines what is due, missing, faulty or not sealed in a folder or its data/, and the command for each."""
    for line in _lines(here):
        say(line)


def _lines(here: Path) -> Iterator[str]:
    from lianghua_batch.cli import output
    from lianghua_batch.core.problems import errors
    from lianghua_batch.intake import discovery
    from lianghua_batch.intake.kept_forms import KeptForms
    from lianghua_batch.pipeline import process
    from lianghua_batch.validation import completeness

    folder = next((f for f in (here / "data", here) if f.is_dir() and discovery.find(f)[0]), None)
    if folder is None:
        yield sentence("next_nothing", folder=here)
        yield sentence("next_start")
        return
    outcome = process.process(folder, None, progress=output.progress("reading"), kept=KeptForms(folder))
    whose = {"folder": shlex.quote(str(folder.relative_to(here)) if folder != here else "."), "period": outcome.period}
    if outcome.period is None:
        yield sentence("next_without_period", **whose)
        return
    due = completeness.without_forms_not_due(outcome.problems, dt.date.today())
    missing = [p for p in errors(due) if not p.place.file]
    wrong = len(errors(due)) - len(missing)
    yield sentence("next_found", files=outcome.files, later=len(outcome.problems) - len(due), **whose)
    if wrong:
        yield sentence("next_wrong", count=wrong, **whose)
    if missing:
        yield sentence("next_missing", count=len(missing), **whose)
    if not wrong and not missing:
        yield from _after_checking(folder, outcome, whose)


def _after_checking(folder: Path, outcome, whose: dict[str, object]) -> Iterator[str]:
    """What is left of a period without errors: to run it, to look at the results and send them, to seal it."""
    from lianghua_batch.archive import guard

    words = resources.load("reading")
    results = folder / words["output_folder"] / str(outcome.period) / words["results_name"]
    if guard.seal_in_force(folder, outcome.period) is not None:
        yield sentence("next_sealed", **whose)
    elif results.is_file():
        yield sentence("next_published", **whose)
    elif outcome.results is not None:
        yield sentence("next_run", **whose)

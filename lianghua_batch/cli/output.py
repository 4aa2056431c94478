"""What commands print: problems for people and for programs, progress on stderr."""

import json
import sys
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NoReturn

import click

from lianghua_batch.cli.messages import say, sentence
from lianghua_batch.cli.options import FAULTY
from lianghua_batch.core import plain_text
from lianghua_batch.core.problems import Problem, errors
from lianghua_batch.pipeline.process import Progress
from lianghua_batch.scoring.results import Outcome
from lianghua_batch.validation import grouping
from lianghua_batch.validation.grouping import ProblemLine


def progress(task: str) -> Progress:
    """Return a callback that shows on a terminal's stderr how far a long task is: the sentence `task`, done/all."""

    doing = sentence(task)

    def show(done: int, whole: int) -> None:
        if sys.stderr.isatty() and (done == whole or done % 50 == 0):
            click.echo(f"\r{doing} {done}/{whole}", nl=done == whole, err=True)

    return show


def entry_line(entry: ProblemLine) -> str:
    """One line of a list: code, place, value, what is wrong, what to do."""
    first = entry.first
    is_news = first.value is not None and first.value not in first.message
    value = sentence("problem_value", value=entry.value) if is_news else ""
    facts = {"code": first.code, "place": entry.place, "message": entry.message, "remedy": entry.remedy}
    return sentence("problem", value=value, suggestion=grouping.suggestion_text(entry), **facts)


def summary(outcome: Outcome) -> dict[str, int]:
    """Count errors, warnings and files."""
    wrong = len(errors(outcome.problems))
    return {"errors": wrong, "warnings": len(outcome.problems) - wrong, "files": outcome.files}


def summary_line(outcome: Outcome) -> str:
    """The counts in a sentence."""
    return sentence("summary", **summary(outcome))


def period_line(outcome: Outcome, *, given: bool) -> str:
    """Which period was checked, and how another one is."""
    if outcome.period is None:
        return sentence("period_unknown")
    return sentence("period_given" if given else "period_found", period=outcome.period)


def print_problems(
    problems: Iterable[Problem],
    *,
    err: bool,
    base_files: frozenset[str] = frozenset(),
    names: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Print every problem, many of one kind folded: a table on a terminal, else one a line."""
    groups = grouping.by_unit(problems, base_files)
    stream = sys.stderr if err else sys.stdout
    if groups and stream.isatty():
        from lianghua_batch.cli import terminal

        if terminal.shows_tables(stream):
            terminal.print_groups(groups, names, stream)
            return
    for entry in (e for group in groups for e in group.entries):
        say(plain_text.one_line(entry_line(entry)), err=err)


def print_outcome(outcome: Outcome, *, err: bool) -> None:
    """Print every problem of a checked folder."""
    print_problems(outcome.problems, err=err, base_files=outcome.base_files, names=outcome.unit_names)


def print_json(value: Any) -> None:
    """Print machine-readable output on stdout, in UTF-8 whatever the console's code page is."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    say(plain_text.escaped(json.dumps(value, ensure_ascii=False, indent=2)))


def problems_as_json(outcome: Outcome) -> dict[str, Any]:
    """What `--format json` prints of problems (spec §9)."""
    return {"problems": [p.as_dict() for p in outcome.problems], "summary": summary(outcome)}


def refuse(outcome: Outcome, output_format: str, consequence: str) -> NoReturn:
    """Print every problem of data that cannot be worked with and the sentence of consequence; end with exit code 1."""
    if output_format == "json":
        print_json(problems_as_json(outcome))
    else:
        print_outcome(outcome, err=True)
        say(f"{summary_line(outcome)}{consequence}", err=True)
    raise click.exceptions.Exit(FAULTY)

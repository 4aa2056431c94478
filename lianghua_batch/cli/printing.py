"""What commands print: problems for people and for programs, progress on stderr."""

import json
import sys
from collections.abc import Iterable
from typing import Any

import click

from lianghua_batch.pipeline import Outcome, Progress
from lianghua_batch.problems import Problem, errors


def progress(doing: str) -> Progress:
    """Return a callback that shows on a terminal's stderr how far a long task is: «正在读取 50/104»."""

    def show(done: int, whole: int) -> None:
        if sys.stderr.isatty() and (done == whole or done % 50 == 0):
            click.echo(f"\r{doing} {done}/{whole}", nl=done == whole, err=True)

    return show


def problem_line(problem: Problem) -> str:
    """One problem on one line: code, place, value, what is wrong, what to do."""
    place = " ".join(p for p in (problem.place.file, problem.place.sheet, problem.place.cell) if p) or "（缺报）"
    value = f"“{problem.value}”：" if problem.value is not None and problem.value not in problem.message else ""
    suggestion = f"（是否为“{problem.suggestion}”？）" if problem.suggestion else ""
    return f"[{problem.code}] {place}：{value}{problem.message}。{problem.remedy}{suggestion}。"


def summary(outcome: Outcome) -> dict[str, int]:
    """Count errors, warnings and files."""
    wrong = len(errors(outcome.problems))
    return {"errors": wrong, "warnings": len(outcome.problems) - wrong, "files": outcome.files}


def summary_line(outcome: Outcome) -> str:
    """The counts in a sentence."""
    counts = summary(outcome)
    return f"共读取 {counts['files']} 个文件，错误 {counts['errors']} 条，警告 {counts['warnings']} 条。"


def print_problems(problems: Iterable[Problem], *, err: bool) -> None:
    """Print every problem, one a line."""
    for problem in problems:
        click.echo(problem_line(problem), err=err)


def print_json(value: Any) -> None:
    """Print machine-readable output on stdout, in UTF-8 whatever the console's code page is."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def problems_as_json(outcome: Outcome) -> dict[str, Any]:
    """What `--format json` prints of problems (spec §9)."""
    return {"problems": [p.as_dict() for p in outcome.problems], "summary": summary(outcome)}

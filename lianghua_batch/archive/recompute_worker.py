"""Scores a folder of sealed forms: in this process under the installed rules, or in a worker under those of a seal."""

from dataclasses import dataclass
from pathlib import Path

from lianghua_batch.core import periods, resources
from lianghua_batch.core.problems import errors
from lianghua_batch.pipeline import process
from lianghua_batch.scoring import audit_trail, results


@dataclass(frozen=True)
class Rescored:
    """The texts of results.json and 计分依据.json computed from the forms, None where there are errors."""

    results: str | None
    audit_trail: str | None
    errors: tuple[str, ...] = ()


def rescore(folder: Path, period: str) -> Rescored:
    """Check and score a folder for one period, such as 2026Q1."""
    outcome = process.process(folder, periods.parse(period))
    if outcome.results is None:
        return Rescored(None, None, tuple(f"{p.place} {p.message}".strip() for p in errors(outcome.problems)))
    return Rescored(results.as_text(outcome.results), audit_trail.as_text(outcome.results))


def rescore_under(schemas: Path, folder: Path, period: str) -> Rescored:
    """Do so under the rules of another folder schemas; only in a process that has not loaded its own yet."""
    resources.stand_in(schemas)
    return rescore(folder, period)

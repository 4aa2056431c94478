"""Scores a folder of sealed forms, under the installed rules or those of a seal; runs in a worker."""

from dataclasses import dataclass
from pathlib import Path

from lianghua_batch.core import periods, resources
from lianghua_batch.core.problems import errors
from lianghua_batch.pipeline import process
from lianghua_batch.scoring import audit_trail, results


@dataclass(frozen=True)
class Rescored:
    """The texts of results.json and 计分依据.json computed from the forms, None where errors leave nothing to rank; `errors` are
    all of them, also those that only forbid publishing."""

    results: str | None
    audit_trail: str | None
    errors: tuple[str, ...] = ()


def rescore(folder: Path, period: str) -> Rescored:
    """Check and score a folder for one period, such as 2026Q1."""
    outcome = process.process_regardless(folder, periods.parse(period))
    found = tuple(f"{p.place} {p.message}".strip() for p in errors(outcome.problems))
    if outcome.results is None:
        return Rescored(None, None, found)
    return Rescored(results.as_text(outcome.results), audit_trail.as_text(outcome.results), found)


def rescore_under(schemas: Path | None, folder: Path, period: str) -> Rescored:
    """Do so under the rules of another folder schemas, if one is given; only in a process that has not loaded its own yet."""
    if schemas is not None:
        resources.stand_in(schemas)
    return rescore(folder, period)

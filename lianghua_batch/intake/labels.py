"""The labelled cells above a table: a label and its value in the next filled cell, or both in one cell around a colon (spec §2)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from lianghua_batch.core import periods, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.core.suggestions import Candidates
from lianghua_batch.intake.cell_values import as_shown, squeeze, tidy
from lianghua_batch.intake.grid import Grid, is_blank

_COLON = ":"


@dataclass(frozen=True)
class Labelled:
    """A labelled cell's value and its place."""

    value: object
    place: SourceRef


@cache
def _names() -> Mapping[str, str]:
    """What a label may be called → its identifier."""
    entries = resources.load("reading")["labels"]
    return {
        squeeze(name): identifier
        for identifier, entry in entries.items()
        for name in (entry["label"], *entry["aliases"])
    }


def label_of(identifier: str) -> str:
    """What a label is called."""
    return resources.load("reading")["labels"][identifier]["label"]


def votes_label() -> str:
    """What the votes of a row together are called."""
    return resources.load("reading")["votes"]


def find(grid: Grid, rows: Iterable[int]) -> dict[str, list[Labelled]]:
    """Every filled label of the given rows by identifier, in reading order."""
    found: dict[str, list[Labelled]] = defaultdict(list)
    for r in rows:
        for c, name, inside in _labels(grid, r):
            if inside:
                found[_names()[name]].append(Labelled(inside, grid.place(r, c, name)))
                continue
            at = _value_column(grid, r, c)
            if at is not None:
                found[_names()[name]].append(Labelled(_without_colon(grid.rows[r][at]), grid.place(r, at, name)))
    return dict(found)


def _labels(grid: Grid, row: int) -> Iterator[tuple[int, str, str]]:
    """The labels of a row: column, name, what stands behind its colon."""
    for c, cell in enumerate(grid.rows[row]):
        if isinstance(cell, str):
            name, _, inside = squeeze(cell).partition(_COLON)
            if name in _names():
                yield c, name, inside


def rows_with(grid: Grid, first: int, identifier: str) -> list[int]:
    """The rows from `first` on that hold the label, filled or not."""
    found: set[int] = set()
    for cells in grid.columns:
        texts = (cell for cell in set(cells[first:]) if isinstance(cell, str))
        named = {text for text in texts if _names().get(squeeze(text).partition(_COLON)[0]) == identifier}
        if named:
            found.update(r for r in range(first, len(cells)) if cells[r] in named)
    return sorted(found)


def none_in(grid: Grid, row: int) -> bool:
    """Whether no cell of a row is a label."""
    return next(_labels(grid, row), None) is None


def _value_column(grid: Grid, row: int, label: int) -> int | None:
    """The next filled cell, one that holds a colon only passed over; None where that is another label or there is none."""
    for c in range(label + 1, len(grid.rows[row])):
        cell = grid.rows[row][c]
        if is_blank(cell) or (isinstance(cell, str) and squeeze(cell) == _COLON):
            continue
        is_label = isinstance(cell, str) and squeeze(cell).partition(_COLON)[0] in _names()
        return None if is_label else c
    return None


def _without_colon(cell: object) -> object:
    return tidy(cell).lstrip(f"{_COLON} ") if isinstance(cell, str) and tidy(cell).startswith(_COLON) else cell


def empty(grid: Grid, rows: Iterable[int], identifier: str) -> SourceRef | None:
    """Where the value of an unfilled label belongs; None where there is no such label."""
    for r in rows:
        for c, name, inside in _labels(grid, r):
            if _names()[name] == identifier and not inside and _value_column(grid, r, c) is None:
                return grid.place(r, _cell_beside(grid, r, c), name)
    return None


def _cell_beside(grid: Grid, row: int, label: int) -> int:
    """The column beside a label, or its own where the next one is taken: there the value goes behind a colon."""
    merged = next((b for b in grid.merged if b.top <= row <= b.bottom and b.left <= label <= b.right), None)
    beside = (merged.right if merged else label) + 1
    cells = grid.rows[row]
    if beside < len(cells) and isinstance(cells[beside], str) and squeeze(cells[beside]) == _COLON:
        beside += 1
    return label if beside < len(cells) and not is_blank(cells[beside]) else beside


def contradictions(found: Mapping[str, Sequence[Labelled]], wanted: Iterable[str]) -> list[Problem]:
    """Labels that stand twice with different values."""
    problems = []
    for identifier in wanted:
        first, *others = found.get(identifier, [None])
        other = next((o for o in others if _meaning(identifier, o) != _meaning(identifier, first)), None)
        if other is not None:
            values = {"first": value_and_cell(first), "second": value_and_cell(other)}
            problems.append(
                problem(
                    Code.CONFLICTING_LABELS,
                    other.place,
                    value=as_shown(other.value),
                    label=label_of(identifier),
                    **values,
                )
            )
    return problems


def _meaning(identifier: str, cell: Labelled) -> object:
    period = periods.parse(cell.value) if identifier == "period" else None
    return period or squeeze(as_shown(cell.value))


def value_and_cell(cell: Labelled) -> str:
    """A labelled cell's value and address."""
    return f"{as_shown(cell.value)}（{cell.place.cell}）"


def missing(grid: Grid, rows: Iterable[int], identifier: str) -> Problem:
    """The problem of a label that is not there, at the cell of one that is nearly it."""
    place, written = nearest(grid, rows, identifier)
    return problem(Code.MISSING_LABEL, place, suggestion=written, label=label_of(identifier))


def nearest(grid: Grid, rows: Iterable[int], identifier: str) -> tuple[SourceRef, str | None]:
    """The cell of a label that is nearly the missing one, and its text; else the sheet and None."""
    known = Candidates(_names())
    for r in rows:
        for c, cell in enumerate(grid.rows[r]):
            written = squeeze(cell).partition(_COLON)[0] if isinstance(cell, str) else ""
            if written and written not in _names() and known.suggest(written) == identifier:
                return grid.place(r, c, label_of(identifier)), written
    return grid.place(), None

"""Where a sheet's columns stand: its heading row against the form's definition (spec §2)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import Column, Sheet
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.suggestions import Candidates
from lianghua_batch.intake.grid import Flaw
from lianghua_batch.intake.recognition import Recognised, heading, headings_of


def columns_of(source: Recognised, sheet: Sheet) -> tuple[dict[str, int], list[Problem]]:
    """Where each column of the sheet stands in this grid (0-based); missing, doubled and extra headings as problems."""
    grid, row = source.grid, source.head_row
    written = headings_of(grid.rows[row])
    problems: list[Problem] = []
    places: dict[str, int] = {}
    known: set[int] = set()
    for column in sheet.columns:
        names = _names(column)
        hits = [c for c, name in enumerate(written) if name in names]
        known.update(hits)
        if hits:
            places[column.name] = hits[0]
        problems += (
            problem(Code.DUPLICATE_COLUMN, grid.place(row, c, column.label), value=written[c]) for c in hits[1:]
        )
    problems += (
        problem(cell.code, grid.place(row, c), value=cell, **cell.context)
        for c, cell in enumerate(grid.rows[row])
        if isinstance(cell, Flaw)
    )
    extra = {c: name for c, name in enumerate(written) if name and c not in known}
    return places, problems + _absent_and_extra(source, [c for c in sheet.columns if c.name not in places], extra)


def _names(column: Column) -> set[str]:
    return {heading(name) for name in (column.label, *column.aliases)}


def _absent_and_extra(source: Recognised, absent: Sequence[Column], extra: Mapping[int, str]) -> list[Problem]:
    """Missing columns that must be there, and unknown headings; a heading that was probably meant for a missing column is one problem with it."""
    suggested = _suggest_columns(absent, extra)
    grid, row = source.grid, source.head_row
    problems: list[Problem] = []
    named: set[int] = set()
    for column in absent:
        at = next((c for c, label in suggested.items() if label == column.label), None)
        if column.must_have:
            named.add(at)
            place, suggestion = grid.place(row, at, column.label), None if at is None else column.label
            problems.append(problem(Code.MISSING_COLUMN, place, value=extra.get(at), suggestion=suggestion))
    for c, name in extra.items():
        if c not in named:
            code = Code.UNREAD_COLUMN if suggested.get(c) is None else Code.NEARLY_A_HEADING
            problems.append(problem(code, grid.place(row, c, name), value=name, suggestion=suggested.get(c)))
    return problems


def _suggest_columns(absent: Iterable[Column], extra: Mapping[int, str]) -> dict[int, str]:
    """Which missing column each unknown heading was probably meant for; two for one column are neither."""
    names = Candidates({name: column.label for column in absent for name in _names(column)})
    claims: dict[str, list[int]] = defaultdict(list)
    for c, name in extra.items():
        label = names.suggest(name)
        if label is not None:
            claims[label].append(c)
    return {columns[0]: label for label, columns in claims.items() if len(columns) == 1}

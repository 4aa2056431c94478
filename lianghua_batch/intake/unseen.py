"""Records that a person who looks at the sheet would not see, or would take for deleted: they count, and it is said (spec §2)."""

from collections.abc import Collection, Iterator, Sequence

from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import column_letter
from lianghua_batch.intake import table_rows
from lianghua_batch.intake.grid import Grid, is_blank


def problems(grid: Grid, rows: Sequence[int], columns: Sequence[int]) -> Iterator[Problem]:
    """Warn of records (0-based `rows`) that are hidden, struck out or white, and of hidden `columns` of theirs that hold anything."""
    of_kinds = (
        (Code.HIDDEN_ROWS, [r for r in rows if r in grid.hidden_rows] if grid.hidden_rows else []),
        (Code.STRUCK_ROWS, _rows_with(grid, rows, columns, grid.struck)),
        (Code.WHITE_ROWS, _rows_with(grid, rows, columns, grid.white)),
    )
    for code, found in of_kinds:
        if found:
            yield problem(code, grid.place(), count=len(found), rows=table_rows.rows_named(found))
    hidden = [c for c in columns if c in grid.hidden_columns and len(grid.blank_in([c], rows)) < len(rows)]
    if hidden:
        yield problem(Code.HIDDEN_COLUMNS, grid.place(), letters="、".join(column_letter(c) for c in hidden))


def _rows_with(
    grid: Grid, rows: Sequence[int], columns: Sequence[int], marked: Collection[tuple[int, int]]
) -> list[int]:
    """The rows with a filled cell that is marked."""
    if not marked:
        return []
    return [r for r in rows if any((r, c) in marked and not is_blank(grid.rows[r][c]) for c in columns)]

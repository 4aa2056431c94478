"""Merged cells in a table: their value counts for every row that they cover where that can mean only one thing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import COUNT, NUMBER, Column, Sheet
from lianghua_batch.intake.cell_values import as_shown
from lianghua_batch.intake.grid import Block, Flaw, Grid, is_blank


def resolved(grid: Grid, head_row: int, rows: Sequence[int], places: Mapping[str, int], sheet: Sheet) -> Grid:
    """Return the grid with merged cells of its records resolved; `rows` are the records' rows, `places` their columns.

    Down one column a name, code, date, choice or text counts for each row (一个党小组一格); a number may be
    each one's or all of theirs, and across columns of the table the meaning is unclear too: then it is a Flaw.
    """
    columns = {at: sheet.column(name) for name, at in places.items()}
    changed = dict(_changes(grid, [b for b in grid.merged if b.bottom > head_row], set(rows), columns))
    if not changed:
        return grid
    own = {row for row, _ in changed}
    cells = [list(row) if r in own else row for r, row in enumerate(grid.rows)]
    for (r, c), value in changed.items():
        cells[r][c] = value
    return replace(grid, rows=cells)


def _changes(
    grid: Grid, blocks: Iterable[Block], rows: set[int], columns: Mapping[int, Column]
) -> Iterator[tuple[tuple[int, int], object]]:
    for block in blocks:
        covered = [r for r in range(block.top, block.bottom + 1) if r in rows]
        across = [c for c in range(block.left, block.right + 1) if c in columns]
        value = grid.rows[block.top][block.left] if block.top < len(grid.rows) else ""
        if not across or not covered or is_blank(value) or (len(across) == 1 and len(covered) == 1):
            continue
        clear = len(across) == 1 and block.top in rows and columns[across[0]].type not in (NUMBER, COUNT)
        first = Flaw(Code.UNCLEAR_MERGED_CELL, as_shown(value))
        cells = [(r, c) for r in covered for c in across]
        yield from ((at, value if clear else replace(first, repeats=at != cells[0])) for at in cells)

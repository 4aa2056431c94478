"""What a sheet holds that is not under its heading: records above it, a second heading below it, cells beside the table (spec §2)."""

from collections.abc import Iterable, Iterator, Mapping

from lianghua_batch.core.form_definitions import ANY, CODE, NAME, TEXT, Column, Sheet
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import column_letter
from lianghua_batch.intake import labels
from lianghua_batch.intake.cell_values import Fault, is_blank, read, squeeze
from lianghua_batch.intake.grid import Flaw, Grid
from lianghua_batch.intake.recognition import Recognised, fits

_ROWS_NAMED = 5  # of many rows, how many are named


def rows_named(rows: Iterable[int]) -> str:
    """Write the numbers of 0-based rows, of many the first ones."""
    listed = [r + 1 for r in rows]
    return "、".join(map(str, listed[:_ROWS_NAMED])) + ("等" if len(listed) > _ROWS_NAMED else "")


def above(source: Recognised, sheet: Sheet, places: Mapping[str, int]) -> list[Problem]:
    """Rows above the heading that are another heading of the form or look like records: one error."""
    found = [
        r
        for r in range(source.head_row)
        if fits(source.form, source.grid.rows[r])
        or (labels.none_in(source.grid, r) and _like_a_record(source.grid.rows[r], sheet, places, source))
    ]
    if not found:
        return []
    row = source.grid.rows[found[0]]
    first = next(c for c, cell in enumerate(row) if not is_blank(cell))
    return [problem("E131", source.grid.place(found[0], first), row=rows_named(found))]


def _like_a_record(row: list[object], sheet: Sheet, places: Mapping[str, int], source: Recognised) -> bool:
    """Whether at least three cells stand under headings, a code or a name among them, and one says so by what it holds.

    What it holds is a number, date or choice in its column; or everything that a record must have is there.
    """
    filled = [sheet.column(name) for name, at in places.items() if at < len(row) and not is_blank(row[at])]
    if len(filled) < 3 or not any(c.type in (CODE, NAME) or c is sheet.columns[0] for c in filled):
        return False
    needed = [c for c in sheet.columns if c.required]
    return all(c in filled for c in needed) or any(_reads(row[places[c.name]], c, source) for c in filled)


def _reads(cell: object, column: Column, source: Recognised) -> bool:
    if column.type in (CODE, NAME, TEXT, ANY):  # these read anything
        return False
    try:
        read(cell, column, source.period)
    except Fault:
        return False
    return True


def other_headings(source: Recognised, rows: Iterable[int]) -> list[int]:
    """The rows that are another heading of the form; its own heading once more is not among `rows`."""
    names = {squeeze(name) for sheet in source.form.sheets for c in sheet.columns for name in (c.label, *c.aliases)}
    grid = source.grid
    hits = (r for r in rows if sum(cell.__class__ is str and squeeze(cell) in names for cell in grid.rows[r]) > 1)
    return [r for r in hits if fits(source.form, grid.rows[r])]


def below(source: Recognised, headings: Iterable[int]) -> Iterator[Problem]:
    """The other headings below the heading, as errors."""
    for r in headings:
        first = next(c for c, cell in enumerate(source.grid.rows[r]) if not is_blank(cell))
        yield problem("E132", source.grid.place(r, first), row=r + 1)


def unnamed(grid: Grid, head_row: int, rows: Iterable[int], known: set[int]) -> Iterator[Problem]:
    """Columns whose heading is blank or no text, with something under it."""
    listed = list(rows)
    for c, cell in enumerate(grid.rows[head_row]):
        if c in known or isinstance(cell, Flaw) or (isinstance(cell, str) and not is_blank(cell)):
            continue
        if any(not is_blank(grid.rows[r][c]) for r in listed):
            yield problem("W111", grid.place(head_row, c), letter=column_letter(c))

"""Builds a workbook that has only the values of grids, for originals that openpyxl cannot write."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from openpyxl.cell.cell import ERROR_CODES, Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from lianghua_batch.core import resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.text_width import display_width, sheet_names
from lianghua_batch.intake.grid import Flaw, Grid, Percent
from lianghua_batch.report.annotated.cell_comments import legible

_LONGEST = 32767
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NARROWEST, _WIDEST = 8, 40
_MEASURED = 200  # rows that a column's width is taken from


def book(grids: Sequence[Grid]) -> tuple[Workbook, dict[str, str]]:
    """Write every grid as a sheet, each value at its place; merged cells, hidden rows and sheets stay so.

    Returns also the sheets' names in it by the original's: Excel allows fewer names than other programs.
    """
    made = Workbook()
    made.remove(made.active)
    titles = dict(zip((g.sheet for g in grids), sheet_names([g.sheet for g in grids]), strict=True))
    for grid in grids:
        _fill(made.create_sheet(titles[grid.sheet]), grid)
    return made, titles


def _fill(page: Worksheet, grid: Grid) -> None:
    for r, row in enumerate(grid.rows, start=1):
        for c, value in enumerate(row, start=1):
            if value not in ("", None):
                _write(page.cell(r, c), value)
    for row in grid.hidden_rows:
        page.row_dimensions[row + 1].hidden = True
    for block in grid.merged:
        page.merge_cells(
            start_row=block.top + 1, end_row=block.bottom + 1, start_column=block.left + 1, end_column=block.right + 1
        )
    for column, width in enumerate(_widths(page.iter_cols(max_row=min(page.max_row, _MEASURED))), start=1):
        page.column_dimensions[get_column_letter(column)].width = width
    if grid.hidden:
        page.sheet_state = "hidden"
    page.page_setup.paperSize = resources.load("report/workbook")["paper"]
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _write(cell: Cell, value: object) -> None:
    """Write a value with its type; a text stays text even where it looks like a number or a formula."""
    if isinstance(value, Percent):
        cell.value = value.points / Decimal(100)
        cell.number_format = "0.00%"
    elif isinstance(value, Flaw) and value.code == Code.ERROR_VALUE:
        cell.value = (
            value.text if value.text in ERROR_CODES else "#VALUE!"
        )  # Excel opens no file with one it does not know
    elif isinstance(value, Flaw) and value.number_format is not None:
        cell.value = _number(value.text)
        cell.number_format = value.number_format
    elif isinstance(value, Flaw):
        cell.value = _text(value.text)
    elif isinstance(value, str):
        cell.value = _text(value)
        cell.data_type = "s"
        cell.number_format = "@"
    else:
        cell.value = value
        if isinstance(value, dt.date) and not (isinstance(value, dt.datetime) and value.time() != dt.time()):
            cell.number_format = "yyyy-mm-dd"


def _number(text: str) -> Decimal | str:
    """The number in a text, or the text itself."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return _text(text)


def _text(text: str) -> str:
    """A text as it is stored: what looks like an escape (_x000D_) must not be taken for one."""
    return _ESCAPE.sub("_x005F_", legible(text)[:_LONGEST])


def _widths(columns: Iterable[Iterable[Cell | MergedCell]]) -> Iterable[float]:
    for cells in columns:
        widest = max((display_width(str(c.value)) for c in cells if c.value is not None), default=0)
        yield min(max(widest + 2, _NARROWEST), _WIDEST)

"""Readers for files that the first one cannot open: openpyxl for .xlsx, xlrd for .xls."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import xlrd

from lianghua_batch.intake.formats import file_type
from lianghua_batch.intake.grid import Block


@dataclass(frozen=True)
class RawSheet:
    """A worksheet as a reader gives it: rows of cells from A1 on, blank ones ''."""

    name: str
    rows: list[list[object]]
    hidden: bool
    merged: tuple[Block, ...]


def _openpyxl(content: bytes) -> Iterator[RawSheet]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    for sheet in book.worksheets:
        rows = [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]
        merged = tuple(
            Block(m.min_row - 1, m.min_col - 1, m.max_row - 1, m.max_col - 1) for m in sheet.merged_cells.ranges
        )
        yield RawSheet(sheet.title, rows, sheet.sheet_state != "visible", merged)


def _xlrd(content: bytes) -> Iterator[RawSheet]:
    book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO(), formatting_info=True)

    def value(cell: xlrd.sheet.Cell) -> object:
        if cell.ctype == xlrd.XL_CELL_DATE:
            return xlrd.xldate_as_datetime(cell.value, book.datemode)
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        return "" if cell.ctype == xlrd.XL_CELL_ERROR else cell.value

    for sheet in book.sheets():
        rows = [[value(cell) for cell in sheet.row(r)] for r in range(sheet.nrows)]
        merged = tuple(Block(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells)
        yield RawSheet(sheet.name, rows, sheet.visibility != 0, merged)


READERS: Mapping[str, Callable[[bytes], Iterator[RawSheet]]] = {file_type.XLSX: _openpyxl, file_type.XLS: _xlrd}

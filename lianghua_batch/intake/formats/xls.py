"""Facts of an .xls or .et that its reader does not pass on."""

import os
import struct
from collections.abc import Mapping

import xlrd
from xlrd.compdoc import CompDocError
from xlrd.sheet import Sheet

from lianghua_batch.core.codes import Code
from lianghua_batch.intake.formats.number_formats import matters
from lianghua_batch.intake.formats.sheet_facts import SheetFacts
from lianghua_batch.intake.grid import Flaw

_BLANK = frozenset({xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK})
_ERRORS = xlrd.error_text_from_code | {0x2B: "#GETTING_DATA"}  # the latter since Excel 2007
# What xlrd raises where a file contradicts itself.
_DAMAGE = (
    CompDocError,
    struct.error,
    AssertionError,
    AttributeError,
    ArithmeticError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def facts(content: bytes) -> dict[str, SheetFacts]:
    """Return the facts of every worksheet by its name, of the hidden rows those that hold anything; or raise XLRDError.

    There are no uncomputed formulas among them: with every formula BIFF stores a result.
    """
    try:
        return _facts(content)
    except _DAMAGE as error:
        raise xlrd.XLRDError(f"{type(error).__name__}: {error}") from error


def error_text(code: int) -> str:
    """What stands in a cell for a stored error code, the same in BIFF8 and BIFF12."""
    return _ERRORS.get(code, "#N/A")


def _facts(content: bytes) -> dict[str, SheetFacts]:
    with (
        open(os.devnull, "w", encoding="utf-8") as silence,
        xlrd.open_workbook(
            file_contents=content,
            formatting_info=True,
            on_demand=True,  # one sheet in memory at a time
            ragged_rows=True,  # one cell far to the right does not widen every row
            ignore_workbook_corruption=True,  # report tools write such; Excel and the reader of the values take them
            logfile=silence,
        ) as book,
    ):
        formats = _formats(book)
        found = {}
        for name in book.sheet_names():
            found[name] = _in_sheet(book.sheet_by_name(name), formats)
            book.unload_sheet(name)
        return found


def _formats(book: xlrd.Book) -> dict[int, str]:
    """The number formats that matter, by the number of the cell style."""
    codes = {n: book.format_map[style.format_key].format_str for n, style in enumerate(book.xf_list)}
    return {n: code for n, code in codes.items() if matters(code)}


def _in_sheet(sheet: Sheet, formats: Mapping[int, str]) -> SheetFacts:
    flaws, number_formats, filled = {}, {}, set()
    for row in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(row)):
            if kind in _BLANK:
                continue
            filled.add(row)
            style = sheet.cell_xf_index(row, column)
            if kind == xlrd.XL_CELL_ERROR:
                flaws[row, column] = Flaw(Code.ERROR_VALUE, error_text(sheet.cell_value(row, column)))
            elif kind == xlrd.XL_CELL_NUMBER and style in formats:
                number_formats[row, column] = formats[style]
    hidden = {row for row, look in sheet.rowinfo_map.items() if look.hidden}
    return SheetFacts(flaws, number_formats, frozenset(hidden & filled))

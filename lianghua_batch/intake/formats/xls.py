"""Facts of an .xls or .et that its reader does not pass on."""

import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import xlrd
from xlrd.compdoc import CompDocError
from xlrd.formatting import Font
from xlrd.formula import FormulaError
from xlrd.sheet import Colinfo, Rowinfo, Sheet

from lianghua_batch.core.codes import Code
from lianghua_batch.intake.formats import rich_text
from lianghua_batch.intake.formats.number_formats import matters
from lianghua_batch.intake.formats.rich_text import Run
from lianghua_batch.intake.formats.sheet_facts import LEAST_HEIGHT, LEAST_WIDTH, SheetFacts
from lianghua_batch.intake.grid import Flaw

_WHITE, _SUPERSCRIPT = (1, 9), 1
_TWIPS, _OF_A_CHARACTER = 20, 256  # in which BIFF measures heights and widths
_BLANK = frozenset({xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK})
_ERRORS = xlrd.error_text_from_code | {0x2B: "#GETTING_DATA"}  # the latter since Excel 2007
# What xlrd raises where a file contradicts itself.
_DAMAGE = (
    CompDocError,
    FormulaError,
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
        formats, found = _formats(book), {}
        for name in book.sheet_names():
            found[name] = _in_sheet(book, book.sheet_by_name(name), formats)
            book.unload_sheet(name)
        return found


def _formats(book: xlrd.Book) -> dict[int, str]:
    """The number formats that matter, by the number of the cell style."""
    codes = {n: book.format_map[style.format_key].format_str for n, style in enumerate(book.xf_list)}
    return {n: code for n, code in codes.items() if matters(code)}


def _in_sheet(book: xlrd.Book, sheet: Sheet, formats: Mapping[int, str]) -> SheetFacts:
    flaws, number_formats, filled = {}, {}, set()
    struck, white = set(), set()
    for row in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(row)):
            if kind in _BLANK:
                continue
            filled.add(row)
            place, style = (row, column), sheet.cell_xf_index(row, column)
            font = book.font_list[book.xf_list[style].font_index]
            if font.struck_out:
                struck.add(place)
            if font.colour_index in _WHITE and not book.xf_list[style].background.fill_pattern:
                white.add(place)
            runs = sheet.rich_text_runlist_map.get(place)
            if kind == xlrd.XL_CELL_ERROR:
                flaws[place] = Flaw(Code.ERROR_VALUE, error_text(sheet.cell_value(row, column)))
            elif kind == xlrd.XL_CELL_NUMBER and style in formats:
                number_formats[place] = formats[style]
            elif runs and (flaw := rich_text.flaw(_runs(book, font, sheet.cell_value(row, column), runs))) is not None:
                flaws[place] = flaw
    return SheetFacts(
        flaws,
        number_formats,
        frozenset(_hidden(sheet.rowinfo_map, "height", LEAST_HEIGHT * _TWIPS) & filled),
        hidden_columns=frozenset(_hidden(sheet.colinfo_map, "width", LEAST_WIDTH * _OF_A_CHARACTER)),
        struck=frozenset(struck),
        white=frozenset(white),
    )


def _hidden(lines: Mapping[int, Rowinfo | Colinfo], size: str, least: int) -> set[int]:
    """The rows or columns that are hidden, or too low or narrow to be read."""
    return {n for n, line in lines.items() if line.hidden or getattr(line, size) < least}


def _runs(book: xlrd.Book, font: Font, text: str, runs: Sequence[tuple[int, int]]) -> Iterator[Run]:
    """A text's runs from where each font begins; before the first one the cell's own font holds."""
    starts = [(0, font), *((start, book.font_list[number]) for start, number in runs)]
    for (start, used), (end, _) in pairwise([*starts, (len(text), font)]):
        yield Run(text[start:end], struck=bool(used.struck_out), raised=used.escapement == _SUPERSCRIPT)

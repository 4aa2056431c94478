"""Writes plain tables as a workbook: every style, width and print setting that they name, and no formula."""

import datetime as dt
import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from lianghua_batch import resources, xlsx_closing
from lianghua_batch.report.model import Cell, Properties, Row, SheetTable
from lianghua_batch.report.styles import style

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
_LONGEST_TEXT = 32767  # characters that a cell holds
_FIXED_DATE = dt.date(2018, 9, 1)  # where no period is given: equal sheets stay equal bytes


def write(path: Path, sheets: Sequence[SheetTable], properties: Properties | None = None) -> None:
    """Write the sheets as one workbook at `path`, replacing what is there; raises OSError where that cannot be written."""
    stream = io.BytesIO()
    base = resources.load("report")["base"]
    # Column widths are counted in digits of the workbook's own font: it must be the one that the cells are in.
    normal = {name: base[name] for name in ("font_name", "font_size")}
    book = xlsxwriter.Workbook(stream, {**_OPTIONS, "default_format_properties": normal})
    _describe(book, properties)
    styles = Styles(book)
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet.name), styles, sheet)
    xlsx_closing.close(book)
    path.write_bytes(stream.getvalue())


def _describe(book: Workbook, properties: Properties | None) -> None:
    created = properties.created if properties else _FIXED_DATE
    described: dict[str, Any] = {"created": dt.datetime.combine(created, dt.time())}
    if properties:
        described |= {name: getattr(properties, name) for name in ("title", "subject", "category", "comments")}
    book.set_properties(described)


class Styles:
    """The workbook's formats, made once a style and overlay."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, str | None], Format] = {}

    def __call__(self, name: str, overlay: str | None = None) -> Format:
        if (name, overlay) not in self._made:
            found = {**resources.load("report")["base"], **style(name), **(style(overlay) if overlay else {})}
            self._made[name, overlay] = self._book.add_format(found)
        return self._made[name, overlay]


def _write_sheet(page: Worksheet, styles: Styles, sheet: SheetTable) -> None:
    heights = resources.load("report")["heights"]
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.width)
    below = _write_top(page, styles, sheet, heights)
    first = below
    for row in sheet.rows:
        _write_row(page, styles, row, below)
        below += 1
    if sheet.filtered:
        page.autofilter(first - 1, 0, first + sheet.filtered - 1, len(sheet.columns) - 1)
    if sheet.headed:
        page.freeze_panes(first, sheet.frozen)
        page.repeat_rows(first - (2 if sheet.grouped else 1), first - 1)
    for note in sheet.notes:
        _write_row(page, styles, note, below)
        below += 1
    page.ignore_errors(
        {"number_stored_as_text": f"A1:{xlsxwriter.utility.xl_rowcol_to_cell(below, len(sheet.columns))}"}
    )
    page.set_h_pagebreaks([first + at for at, row in enumerate(sheet.rows) if row.new_page])
    _print_setup(page, sheet)


def _write_top(page: Worksheet, styles: Styles, sheet: SheetTable, heights: dict[str, float]) -> int:
    """Write title, subtitles and headings; return the row under them."""
    at = 0
    for row in (sheet.title, *sheet.subtitles):
        _write_row(page, styles, row, at)
        at += 1
    if not sheet.headed:
        return at
    if sheet.grouped:
        _write_groups(page, styles, sheet, at)
        page.set_row(at, heights["subtitle"])
        at += 1
    for column_at, column in enumerate(sheet.columns):
        if not sheet.grouped or column.group:
            page.write_string(at, column_at, column.heading, styles(column.style))
    page.set_row(at, sheet.heading_height)
    return at + 1


def _write_groups(page: Worksheet, styles: Styles, sheet: SheetTable, at: int) -> None:
    """Write the group headings over their columns; a column without a group has its heading over both rows."""
    heading = styles("heading")
    start = 0
    for end in range(1, len(sheet.columns) + 1):
        group = sheet.columns[start].group
        if (
            end < len(sheet.columns)
            and group is not None
            and sheet.columns[end].group == group
            and end not in sheet.page.breaks
        ):
            continue
        if group is None:
            page.merge_range(at, start, at + 1, start, sheet.columns[start].heading, heading)
        elif end - start > 1:
            page.merge_range(at, start, at, end - 1, group, heading)
        else:
            page.write_string(at, start, group, heading)
        start = end


def _write_row(page: Worksheet, styles: Styles, row: Row, at: int) -> None:
    if row.height is not None:
        page.set_row(at, row.height)
    column = 0
    for cell in row.cells:
        look = styles(cell.style, row.overlay)
        if cell.span > 1:
            page.merge_range(at, column, at, column + cell.span - 1, "", look)
        _write_cell(page, at, column, cell, look)
        column += cell.span


def _write_cell(page: Worksheet, row: int, column: int, cell: Cell, look: Format) -> None:
    """Write a value as what it is: a text that begins with = stays a text, a number is the double nearest to it."""
    value = cell.value
    if cell.link and value:
        page.write_url(row, column, cell.link, look, str(value)[:_LONGEST_TEXT])
    elif isinstance(value, str):
        if value:
            page.write_string(row, column, value[:_LONGEST_TEXT], look)
        else:
            page.write_blank(row, column, None, look)
    elif isinstance(value, int | Fraction):
        page.write_number(row, column, float(value), look)
    else:
        page.write_datetime(row, column, value, look)


def _print_setup(page: Worksheet, sheet: SheetTable) -> None:
    words, setup = resources.load("report"), sheet.page
    margins = words["margins"]
    page.set_paper(words["paper"])
    page.set_portrait() if setup.orientation == "portrait" else page.set_landscape()
    page.set_margins(**{side: margins[side] for side in ("left", "right", "top", "bottom")})
    page.set_header(setup.header, {"margin": margins["header"]})
    page.set_footer(setup.footer, {"margin": margins["footer"]})
    page.center_horizontally()
    if setup.scale:
        page.set_print_scale(setup.scale)
        page.set_v_pagebreaks(list(setup.breaks))
    else:
        page.fit_to_pages(1, 1 if setup.one_page else 0)
    if setup.repeated:
        page.repeat_columns(0, setup.repeated - 1)
    if sheet.tab:
        page.set_tab_color(sheet.tab)

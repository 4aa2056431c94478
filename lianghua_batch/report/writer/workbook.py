"""Writes plain tables as a workbook: with their styles, widths, formulas, charts and print settings."""

import datetime as dt
import hashlib
import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from lianghua_batch.core import resources, xlsx_close
from lianghua_batch.report.layout.addresses import Addresses
from lianghua_batch.report.layout.model import Cell, Properties, Row, SheetTable
from lianghua_batch.report.layout.styles import style
from lianghua_batch.report.writer import charts

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
_LONGEST_TEXT, _LONGEST_PROPERTY = 32767, 255  # characters that a cell and one of the workbook's properties hold
_FIXED_DATE = dt.date(2018, 9, 1)  # without a period: equal sheets give equal bytes


def write(path: Path, sheets: Sequence[SheetTable], properties: Properties | None = None) -> None:
    """Write the sheets as one workbook at `path`, replacing what is there; raises OSError where that cannot be written."""
    stream = io.BytesIO()
    base = resources.load("report/workbook")["base"]
    # Column widths are counted in digits of the workbook's own font: it must be the one that the cells are in.
    normal = {name: base[name] for name in ("font_name", "font_size")}
    book = xlsxwriter.Workbook(stream, {**_OPTIONS, "default_format_properties": normal})
    _describe(book, properties)
    if properties is not None and properties.content_code is not None:
        book.set_custom_property(properties.content_code, _content_code(sheets), "text")
    addresses = Addresses(sheets)
    for name, place in sorted(addresses.names.items()):
        book.define_name(name, place)
    styles = Styles(book)
    for sheet in sheets:
        page = book.add_worksheet(sheet.name, worksheet_class=_Page)
        SheetWriter(page, sheet, styles, addresses).write()
        charts.insert(book, page, sheet, addresses)
    xlsx_close.close(book)
    path.write_bytes(stream.getvalue())


def _content_code(sheets: Sequence[SheetTable]) -> str:
    """The check code of plain tables: equal for equal ones, whatever else is in the results."""
    digest = hashlib.sha256()
    for sheet in sheets:
        digest.update(repr(sheet).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


class _Page(Worksheet):
    """A worksheet whose formulas go into the file as they are: none has a function that Excel 2010 lacks, and looking for all of
    these in every formula takes a third of the time of writing it."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


def _describe(book: Workbook, properties: Properties | None) -> None:
    created = properties.created if properties else _FIXED_DATE
    described: dict[str, Any] = {"created": dt.datetime.combine(created, dt.time())}
    if properties:
        described |= {name: getattr(properties, name) for name in ("title", "subject", "category", "comments")}
        for name, value in properties.custom:
            book.set_custom_property(name, value[:_LONGEST_PROPERTY], "text")
    book.set_properties(described)


class Styles:
    """The workbook's formats, made once a style and overlay."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, str | None], Format] = {}

    def __call__(self, name: str, overlay: str | None = None) -> Format:
        if (name, overlay) not in self._made:
            found = {**resources.load("report/workbook")["base"], **style(name), **(style(overlay) if overlay else {})}
            self._made[name, overlay] = self._book.add_format(found)
        return self._made[name, overlay]


class SheetWriter:
    """Writes one sheet."""

    def __init__(self, page: Worksheet, sheet: SheetTable, styles: Styles, addresses: Addresses) -> None:
        self._page, self._sheet, self._styles, self._addresses = page, sheet, styles, addresses
        self._heights: dict[str, float] = resources.load("report/workbook")["heights"]

    def write(self) -> None:
        """Write the cells and the settings for display and print."""
        page, sheet = self._page, self._sheet
        for at, column in enumerate(sheet.columns):
            page.set_column(at, at, column.width, None, {"level": column.level})
        for at, row in enumerate((sheet.title, *sheet.subtitles)):
            self._row(row, at)
        if sheet.headed:
            self._headings(1 + len(sheet.subtitles))
        first = sheet.first_row
        for at, row in enumerate((*sheet.rows, *sheet.notes), start=first):
            self._row(row, at)
        if sheet.filtered:
            page.autofilter(first - 1, 0, first + sheet.filtered - 1, len(sheet.columns) - 1)
        if sheet.headed:
            page.freeze_panes(first, sheet.frozen)
            page.repeat_rows(0 if sheet.page.titled else first - (2 if sheet.grouped else 1), first - 1)
        below = first + len(sheet.rows) + len(sheet.notes)
        corner = xlsxwriter.utility.xl_rowcol_to_cell(below, len(sheet.columns))
        page.ignore_errors({"number_stored_as_text": f"A1:{corner}", "formula_differs": f"A1:{corner}"})
        page.set_h_pagebreaks([first + at for at, row in enumerate(sheet.rows) if row.new_page])
        page.outline_settings(visible=True, symbols_below=False, symbols_right=False)
        if sheet.opens:
            page.activate()
        self._bars()
        _print_setup(page, sheet)

    def _bars(self) -> None:
        for bars in self._sheet.bars:
            rule: dict[str, Any] = {
                "type": "data_bar",
                "bar_color": bars.colour,
                "bar_solid": True,
                "data_bar_2010": True,
            }
            for side, bound in (("min", bars.least), ("max", bars.most)):
                if bound is not None:
                    rule |= {f"{side}_type": "num", f"{side}_value": float(bound)}
            first = self._sheet.first_row
            self._page.conditional_format(first + bars.first, bars.column, first + bars.last, bars.column, rule)

    def _headings(self, at: int) -> None:
        sheet = self._sheet
        if sheet.grouped:
            self._groups(at)
            self._page.set_row(at, self._heights["subtitle"])
            at += 1
        for column_at, column in enumerate(sheet.columns):
            if not sheet.grouped or column.group:
                self._page.write_string(at, column_at, column.heading, self._styles(column.style))
        self._page.set_row(at, sheet.heading_height)

    def _groups(self, at: int) -> None:
        """Write the group headings over their columns; a column without a group has its heading over both rows."""
        columns, heading = self._sheet.columns, self._styles("heading")
        start = 0
        for end in range(1, len(columns) + 1):
            group = columns[start].group
            if (
                end < len(columns)
                and group is not None
                and columns[end].group == group
                and end not in self._sheet.page.breaks
            ):
                continue
            if group is None:
                self._page.merge_range(at, start, at + 1, start, columns[start].heading, heading)
            elif end - start > 1:
                self._page.merge_range(at, start, at, end - 1, group, heading)
            else:
                self._page.write_string(at, start, group, heading)
            start = end

    def _row(self, row: Row, at: int) -> None:
        if row.height is not None or row.level:
            self._page.set_row(at, row.height, None, {"level": row.level})
        column = 0
        for cell in row.cells:
            look = self._styles(cell.style, row.overlay)
            if cell.span > 1:
                self._page.merge_range(at, column, at, column + cell.span - 1, "", look)
            self._cell(at, column, cell, look)
            column += cell.span

    def _cell(self, row: int, column: int, cell: Cell, look: Format) -> None:
        """Write a value with its type: a text that begins with = stays text, a number becomes the nearest double."""
        page, value = self._page, cell.value
        link = cell.link or (self._addresses.link(cell.to) if cell.to is not None else None)
        formula = self._addresses.formula(cell.formula, self._sheet.name) if cell.formula else None
        if formula is not None:
            page.write_formula(row, column, formula, look, value if isinstance(value, str) else float(value))
        elif link and value:
            page.write_url(row, column, link, look, str(value)[:_LONGEST_TEXT])
        elif isinstance(value, str):
            if value:
                page.write_string(row, column, value[:_LONGEST_TEXT], look)
            else:
                page.write_blank(row, column, None, look)
        elif isinstance(value, int | Fraction):
            page.write_number(row, column, float(value), look)
        else:
            page.write_datetime(row, column, value, look)
        if cell.trend is not None and (area := self._addresses.area(cell.trend)):
            page.add_sparkline(
                row, column, {"range": area.replace("$", ""), **resources.load("report/workbook")["trend"]}
            )


def _print_setup(page: Worksheet, sheet: SheetTable) -> None:
    words, setup = resources.load("report/workbook"), sheet.page
    margins = words[setup.margins]
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

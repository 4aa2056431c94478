"""Writes forms as workbooks for people to fill in: what is written here, reading gives back as the same values (spec §9 templates)."""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lianghua_batch.core import resources, text_width
from lianghua_batch.core.form_definitions import ANY, CHOICE, NUMBER, TEXT, YES_NO, Column, form_of
from lianghua_batch.core.source_ref import column_letter
from lianghua_batch.forms.writer import instructions_page, layout, workings_page
from lianghua_batch.forms.writer.book import Book
from lianghua_batch.forms.writer.data_validation import CellRules, number
from lianghua_batch.forms.writer.model import FormSheet, Formula, Reference, Workings

_BLANK = " "  # a formula's cached blank: an empty one would read as a formula that was never calculated


def write(
    path: Path, sheets: Sequence[FormSheet], *, instructions: bool = True, references: Sequence[Reference] = ()
) -> None:
    """Write the workbook `path`, whose folder exists; raises OSError where it cannot."""
    path.write_bytes(render(sheets, instructions=instructions, references=references))


def render(
    sheets: Sequence[FormSheet],
    *,
    instructions: bool = True,
    references: Sequence[Reference] = (),
    workings: Workings | None = None,
) -> bytes:
    """Return the workbook of the given sheets; the same sheets give the same bytes."""
    stream = io.BytesIO()
    book = Book(stream)
    wanted = [s.name or s.sheet.label for s in sheets]
    pages = text_width.sheet_names([*wanted, book.layout["instructions"]["sheet"], book.layout["lists_sheet"]])
    book.lists_name = pages[-1]
    for form_sheet, name in zip(sheets, pages, strict=False):
        _SheetWriter(book, form_sheet, name).write()
    if workings is not None:
        workings_page.write(book, workings)
    if instructions:
        instructions_page.write(book, pages[-2], [s.sheet for s in sheets], references)
    book.close()
    return stream.getvalue()


class _SheetWriter:
    """Writes one FormSheet from top to bottom."""

    def __init__(self, book: Book, form_sheet: FormSheet, name: str) -> None:
        self.book, self.form_sheet, self.columns = book, form_sheet, form_sheet.sheet.columns
        self.layout = book.layout
        self.page = book.workbook.add_worksheet(name)
        # The usual height of rows, without fixing that of any row as set_default_row would: rows must grow with their text.
        self.page.default_row_height = self.page.original_row_height = self.layout["row_pixels"]
        overrides = self.layout["widths"].get(form_sheet.sheet.name, {})
        self.widths = [overrides.get(c.name, c.width) for c in self.columns]
        self.index = {c.name: i for i, c in enumerate(self.columns)}
        self.head_row = 0
        self._rules = CellRules(form_sheet, self.layout, book.list_source)

    def write(self) -> None:
        for index, (column, width) in enumerate(zip(self.columns, self.widths, strict=True)):
            beyond = self.book.format(self.layout["types"][column.type], self.layout["styles"]["beyond"])
            self.page.set_column(index, index, width, beyond)
        row = self._title()
        row = self._labels(row)
        row = self._legend(row)
        self._headings(row)
        last = self._rows()
        self._validate(last)
        self._finish(last)

    def _row_height(self, row: int, texts: Sequence[tuple[str, float]], size: float = 11, least: float = 20) -> None:
        """Give a row above the table its height; every cell of it is locked."""
        self.page.set_row(row, text_width.height(texts, size, least), self.book.style("margin"))

    def _merge(self, row: int, first: int, last: int, text: str, style: Any) -> None:
        if last > first:
            self.page.merge_range(row, first, row, last, "", style)
        self._text(row, first, text, style)

    def _text(self, row: int, column: int, text: str, style: Any) -> None:
        if text:
            self.page.write_string(row, column, text, style)
        else:
            self.page.write_blank(row, column, None, style)

    def _title(self) -> int:
        title = self.form_sheet.title or self.form_sheet.sheet.title
        size = self.layout["styles"]["title"]["font_size"]
        self._row_height(0, [(title, sum(self.widths))], size, 32)
        self._merge(0, 0, len(self.columns) - 1, title, self.book.style("title"))
        return 1

    def _labels(self, first_row: int) -> int:
        values = self._label_values()
        names = self._label_names()
        least = {"unit_name": 22, "filled_by": 8}
        wanted = [
            (i, text_width.display_width(names[i]), max(text_width.display_width(v), least.get(i, 8)))
            for i, v in values.items()
        ]
        cells = layout.place_labels(self.widths, wanted)
        for row in {first_row + c.row for c in cells}:
            self._row_height(row, [])
        for cell in cells:
            row, value = first_row + cell.row, values[cell.name]
            self._merge(row, *cell.label, names[cell.name], self.book.style("label"))
            locked = value and cell.name != "filled_by"
            self._merge(row, *cell.value, value, self.book.style("label_value" if locked else "label_open"))
            if cell.name == "period" and not value:
                hint = self._rules.prompt(self.layout["texts"]["period_input"])
                self.page.data_validation(row, cell.value[0], row, cell.value[0], hint)
        return first_row + cells[-1].row + 1

    def _label_names(self) -> dict[str, str]:
        """What the labels are called; on a form that any unit files 组织编号 instead of 支部编号."""
        key = "label" if form_of(self.form_sheet.sheet).by_branch else "any_unit"
        labels = resources.load("reading")["labels"]
        return {name: entry.get(key, entry["label"]) for name, entry in labels.items()}

    def _label_values(self) -> dict[str, str]:
        form = form_of(self.form_sheet.sheet)
        names = ["form", *(["unit_id", "unit_name"] if form.by_unit else []), "period", *form.counts, "filled_by"]
        given = {"form": form.label, **self.form_sheet.labels}
        return {name: "" if given.get(name) is None else str(given[name]) for name in names}

    def _legend(self, row: int) -> int:
        text = self.layout["texts"]["legend" if self.form_sheet.formulas else "legend_plain"]
        self._row_height(row, [(text, sum(self.widths))], 9, 16)
        self._merge(
            row, 0, len(self.columns) - 1, text, self.book.format(self.layout["styles"]["legend"], {"text_wrap": True})
        )
        return row + 1

    def _headings(self, row: int) -> None:
        self.head_row = row
        self._row_height(row, [(c.label, w) for c, w in zip(self.columns, self.widths, strict=True)], 11, 24)
        for index, column in enumerate(self.columns):
            style = "heading_required" if column.must_have else "heading"
            self.page.write_string(row, index, column.label, self.book.style(style))

    # --- the table ---------------------------------------------------------------------------------------------------

    def _style(self, column: Column) -> Any:
        settings = self.layout
        parts = [
            settings["types"][column.type],
            settings["styles"]["computed" if column.name in self.form_sheet.formulas else "cell"],
        ]
        if column.type == NUMBER and self.form_sheet.number_format:
            parts.append({"num_format": self.form_sheet.number_format})
        return self.book.format(*parts)

    @property
    def _any_text(self) -> Any:
        """The format of a text in a column of any type: 1/3 must not become a date."""
        return self.book.format(self.layout["types"][ANY], self.layout["styles"]["cell"], {"num_format": "@"})

    def _rows(self) -> int:
        """Write the rows and the spare ones; return the last row's number (0-based)."""
        styles = [self._style(c) for c in self.columns]
        row = self.head_row
        for values in (*self.form_sheet.rows, *([{}] * self.form_sheet.spare_rows)):
            row += 1
            for index, column in enumerate(self.columns):
                self._cell(row, index, column, values.get(column.name), styles[index])
            self._data_height(row, values)
        for (index, name), text in self.form_sheet.notes.items():
            self.page.write_comment(self.head_row + 1 + index, self.index[name], text, self.layout["comment"])
        return row

    def _data_height(self, row: int, values: Mapping[str, object]) -> None:
        """Give only rows whose texts wrap a height: the others grow as they are typed in, spaced by their row's larger font."""
        texts = [
            (str(values[c.name]), width)
            for c, width in zip(self.columns, self.widths, strict=True)
            if c.type == TEXT and values.get(c.name) is not None
        ]
        if any(text_width.lines(text, width) > 1 for text, width in texts):
            self.page.set_row(row, text_width.height(texts), self.book.style("row"))
        else:
            self.page.set_row(row, None, self.book.style("row"))

    def _cell(self, row: int, index: int, column: Column, value: object, style: Any) -> None:
        formula = self._formula(row, column)
        if formula is not None:
            cached = _BLANK if value is None else number(value)
            self.page.write_formula(row, index, "=" + formula(lambda name: self._address(row, name)), style, cached)
        elif value is None or value == "":
            self.page.write_blank(row, index, None, style)
        elif column.type in (CHOICE, YES_NO):
            self.page.write_string(row, index, column.choices[value], style)
        elif isinstance(value, str):
            self.page.write_string(row, index, value, self._any_text if column.type == ANY else style)
        elif isinstance(value, dt.date):
            self.page.write_datetime(row, index, value, style)
        else:
            self.page.write_number(row, index, number(value), style)

    def _formula(self, row: int, column: Column) -> Formula | None:
        sheet = self.form_sheet
        return sheet.cell_formulas.get((row - self.head_row - 1, column.name)) or sheet.formulas.get(column.name)

    def _address(self, row: int, name: str) -> str:
        return f"{column_letter(self.index[name])}{row + 1}"

    def _validate(self, last: int) -> None:
        beyond = last + (self.layout["validated_beyond"] if self.form_sheet.spare_rows else 0)
        for first_row, last_row, column, options in self._rules.cells(self.head_row + 1, beyond):
            self.page.data_validation(first_row, column, last_row, column, options)

    # --- the sheet as a whole ----------------------------------------------------------------------------------------

    def _finish(self, last: int) -> None:
        page, right = self.page, len(self.columns) - 1
        page.freeze_panes(self.head_row + 1, 0)
        if last - self.head_row >= self.layout["autofilter_from"]:
            page.autofilter(self.head_row, 0, last, right)
        page.ignore_errors(
            {"number_stored_as_text": f"A1:{column_letter(right)}{last + 1 + self.layout['validated_beyond']}"}
        )
        allowed = ("format_columns", "format_rows", "insert_rows", "delete_rows", "sort", "autofilter")
        page.protect("", dict.fromkeys(allowed, True))
        signatures = self.layout["signatures"]
        signature = signatures.get(self.form_sheet.sheet.form, signatures["default"])
        self.book.setup_page(page, self._landscape, signature, self.head_row)
        page.print_area(0, 0, last, right)

    @property
    def _landscape(self) -> bool:
        if self.form_sheet.landscape is not None:
            return self.form_sheet.landscape
        return (
            self.form_sheet.sheet.name not in self.layout["portrait"]
            and sum(self.widths) > self.layout["landscape_from"]
        )

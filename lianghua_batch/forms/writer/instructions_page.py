"""The page of instructions (填表说明) of a workbook of forms: what each form is for, who files it when, what each column takes."""

from collections.abc import Mapping, Sequence
from typing import Any

from lianghua_batch.core import resources, text_width
from lianghua_batch.core.form_definitions import NUMBER, Column, Form, Sheet, form_of
from lianghua_batch.forms.writer.book import Book
from lianghua_batch.forms.writer.data_validation import number_range
from lianghua_batch.forms.writer.model import Reference


def write(book: Book, name: str, sheets: Sequence[Sheet], references: Sequence[Reference]) -> None:
    """Add the page to the workbook: one section a form's sheet, then the reference tables; reading passes it over."""
    _InstructionsPage(book, name).write(sheets, references)


class _InstructionsPage:
    """Writes the page of instructions from top to bottom."""

    def __init__(self, book: Book, name: str) -> None:
        self.book = book
        self.words: Mapping[str, Any] = book.layout["instructions"]
        self.widths = self.words["widths"]
        self.page = book.workbook.add_worksheet(name)
        self.row = 0

    def write(self, sheets: Sequence[Sheet], references: Sequence[Reference]) -> None:
        for index, width in enumerate(self.widths):
            self.page.set_column(index, index, width)
        self._across(self.words["title"], "title", _font_size(self.book, "title"))
        self._pair(resources.load("reading")["labels"]["form"]["label"], self.words["sheet"])
        source = resources.load("rules/clauses")["source"]
        for text in self.words["general"]:
            self._across(text.format(source=source), "words")
        for sheet in {(s.form, s.name): s for s in sheets}.values():
            self._form(form_of(sheet), sheet)
        for reference in references:
            self._reference(reference)
        self.book.setup_page(self.page, landscape=False, signature="")
        self.page.protect("", {"format_columns": True, "format_rows": True})

    def _section(self, title: str) -> None:
        self.row += 1
        self._across(title, "section", _font_size(self.book, "section"))

    def _across(self, text: str, style: str, size: float = 11) -> None:
        self.page.set_row(self.row, text_width.height([(text, sum(self.widths))], size, 18))
        self.page.merge_range(self.row, 0, self.row, len(self.widths) - 1, "", self.book.style(style))
        self.page.write_string(self.row, 0, text, self.book.style(style))
        self.row += 1

    def _pair(self, term: str, text: str) -> None:
        self.page.set_row(self.row, text_width.height([(text, sum(self.widths[1:]))], 11, 18))
        self.page.write_string(self.row, 0, term, self.book.style("term"))
        self.page.merge_range(self.row, 1, self.row, len(self.widths) - 1, "", self.book.style("words"))
        self.page.write_string(self.row, 1, text, self.book.style("words"))
        self.row += 1

    def _form(self, form: Form, sheet: Sheet) -> None:
        words = self.words
        several = len(form.sheets) > 1
        name = words["sheet_of"].format(form=form.label, sheet=sheet.label) if several else form.label
        self._section(name)
        kinds = words["period_joiner"].join(words["period"][p] for p in form.periods)
        texts = {
            "purpose": form.purpose,
            "filed_by": words["filed_by"][form.filed_by],
            "period": kinds,
            "due": form.due,
            "clause": resources.load("rules/clauses")["clauses"][form.clause]["label"],
        }
        for key, text in texts.items():
            self._pair(words["terms"][key], text)
        rows = [(c.label, self._needed(c), self._allowed(c), c.note) for c in sheet.columns]
        self._table(words["headings"], rows, self.widths)

    def _needed(self, column: Column) -> str:
        if column.required:
            return self.words["required"]
        return self.words["conditional" if column.required_heading else "optional"]

    def _allowed(self, column: Column) -> str:
        words = self.words
        text = words["allowed"][column.type].format(
            choices=words["choice_joiner"].join(column.choices.values()),
            range=number_range(self.book.layout["texts"], column.min, column.max) if column.type == NUMBER else "",
        )
        return words["from_list"].format(allowed=text) if column.list else text

    def _table(self, headings: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[float]) -> None:
        for index, heading in enumerate(headings):
            self.page.write_string(self.row, index, heading, self.book.style("table_heading"))
        self.page.set_row(self.row, 20)
        for row in rows:
            self.row += 1
            texts = ["" if cell is None else str(cell) for cell in row]
            self.page.set_row(self.row, text_width.height(zip(texts, widths, strict=False), 11, 18))
            for index, text in enumerate(texts):
                style = self.book.style("table_centre" if index < 2 else "table_text")
                self.page.write_string(self.row, index, text, style)
        self.row += 1

    def _reference(self, reference: Reference) -> None:
        self._section(reference.title)
        self._table(reference.headings, reference.rows, self.widths)


def _font_size(book: Book, style: str) -> float:
    """Return the font size of a style."""
    return book.layout["styles"][style]["font_size"]

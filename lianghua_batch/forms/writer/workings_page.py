"""The sheet of workings of a workbook of forms: what its sums are made of, for whoever wants to follow them."""

from fractions import Fraction

from lianghua_batch.core import resources
from lianghua_batch.forms.writer.book import Book
from lianghua_batch.forms.writer.data_validation import number
from lianghua_batch.forms.writer.model import Workings


def write(book: Book, workings: Workings) -> None:
    """Add the sheet to the workbook: its name as 表种, by which reading passes it over, a title, headings, and the rows from row 4."""
    page = book.workbook.add_worksheet(workings.name)
    last = len(workings.headings) - 1
    for index in range(len(workings.headings)):
        page.set_column(index, index, workings.widths[min(index, len(workings.widths) - 1)])
    page.write_string(0, 0, resources.load("reading")["labels"]["form"]["label"], book.style("label"))
    page.write_string(0, 1, workings.name, book.style("label_value"))
    page.merge_range(1, 0, 1, last, workings.title, book.style("legend"))
    for index, heading in enumerate(workings.headings):
        page.write_string(2, index, heading, book.style("heading"))
    for row, values in enumerate(workings.rows, start=3):
        for index, value in enumerate(values):
            _cell(book, page, row, index, value)
    page.freeze_panes(3, 2)
    page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
    book.setup_page(page, landscape=True, signature="", repeat_to=2)


def _cell(book: Book, page, row: int, index: int, value: object) -> None:
    if isinstance(value, str) and value.startswith("="):
        page.write_formula(row, index, value, book.style("computed"), 0)
    elif isinstance(value, Fraction):
        page.write_number(row, index, number(value), book.style("computed"))
    elif value is None:
        page.write_blank(row, index, None, book.style("computed"))
    else:
        page.write_string(row, index, str(value), book.style("computed"))

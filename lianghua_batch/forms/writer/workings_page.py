"""The sheet of workings of a workbook of forms: what its sums are made of, for whoever wants to follow them."""

from fractions import Fraction
from typing import Any

from lianghua_batch.core import resources
from lianghua_batch.forms.writer.book import Book
from lianghua_batch.forms.writer.data_validation import number
from lianghua_batch.forms.writer.model import Workings


def write(book: Book, workings: Workings) -> None:
    """Add the sheet to the workbook: its name as 表种, by which reading passes it over, a title, headings, and the rows from row 4."""
    page = book.workbook.add_worksheet(workings.name)
    last = workings.shown - 1
    for index in range(len(workings.headings)):
        hidden = {"hidden": True} if index >= workings.shown else {}
        page.set_column(index, index, workings.widths[min(index, len(workings.widths) - 1)], None, hidden)
    page.write_string(0, 0, resources.load("reading")["labels"]["form"]["label"], book.style("label"))
    page.write_string(0, 1, workings.name, book.style("label_value"))
    page.merge_range(1, 0, 1, last, workings.title, book.style("legend"))
    for index, heading in enumerate(workings.headings):
        page.write_string(2, index, heading, book.style("heading"))
    for row, values in enumerate(workings.rows, start=3):
        for index, value in enumerate(values):
            _cell(book, page, row, index, value)
    page.freeze_panes(3, 2)
    page.autofilter(2, 0, 2 + workings.counted, last)
    page.print_area(0, 0, 2 + workings.counted, last)
    page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
    book.setup_page(page, landscape=True, signature="", repeat_to=2)


def _cell(book: Book, page: Any, row: int, index: int, value: object) -> None:
    if isinstance(value, str) and value.startswith("="):
        page.write_formula(row, index, value, _numbers(book), 0)
    elif isinstance(value, Fraction):
        page.write_number(row, index, number(value), _numbers(book))
    elif value is None:
        page.write_blank(row, index, None, book.style("computed"))
    else:
        page.write_string(row, index, str(value), book.style("computed"))


def _numbers(book: Book) -> Any:
    """Numbers of which most are 0, and say nothing then."""
    return book.format(book.layout["styles"]["computed"], {"num_format": "General;-General;;@"})

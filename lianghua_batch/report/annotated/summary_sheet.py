"""The first sheet of an annotated copy: the file's problems with links to the cells, and how to proceed."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from lianghua_batch.core import resources
from lianghua_batch.core.text_width import height
from lianghua_batch.intake.cell_values import squeeze
from lianghua_batch.report.annotated.cell_comments import dress, legible
from lianghua_batch.validation.grouping import ProblemLine

_TOP_ROWS = 5  # rows at the top in which the sheet has its label
_WIDTH_OF_NOTES = 0.9  # of the table's width: what a wrapped line over merged columns can really use


def put_first(book: Workbook, file: str, entries: Sequence[ProblemLine], notes: Sequence[str]) -> None:
    """Insert the sheet before all others, replacing an earlier one."""
    words = resources.load("report/check_report")["annotation"]["sheet"]
    for page in [page for page in book.worksheets if is_ours(page.iter_rows(max_row=_TOP_ROWS, values_only=True))]:
        book.remove(page)
    page = book.create_sheet(words["name"], 0)
    below = _write_top(page, words, file, notes)
    _write_table(page, words, entries, below)
    _set_up(page, words, below)
    book.active = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is page  # sheets that are selected together are typed into together


def is_ours(rows: Iterable[Sequence[object]]) -> bool:
    """Whether a sheet with these rows is such a list of problems."""
    words = resources.load("report/check_report")["annotation"]["sheet"]
    for row in islice(rows, _TOP_ROWS):
        texts = [squeeze(str(value)) for value in row[: len(words["columns"])] if value not in (None, "")]
        if texts[:2] == [_form_label(), words["name"]]:
            return True
    return False


def _form_label() -> str:
    return resources.load("reading")["labels"]["form"]["label"]


def _write_top(page: Worksheet, words: Mapping[str, Any], file: str, notes: Sequence[str]) -> int:
    """Title, labelled cells and notes; returns the row of the headings."""
    last, styles = len(words["columns"]), words["styles"]
    width = sum(c["width"] for c in words["columns"])
    _write(page, 1, 1, words["title"], styles["title"], last)
    page.row_dimensions[1].height = 32
    for column, (text, style, span) in {
        1: (_form_label(), "label", 1),
        2: (words["name"], "value", 2),
        4: (words["file"], "label", 1),
        5: (file, "value", last - 4),
    }.items():
        _write(page, 2, column, text, styles[style], span)
    page.row_dimensions[2].height = 20
    row = 3
    for note in notes:
        _write(page, row, 1, note, styles["note"], last)
        page.row_dimensions[row].height = height([(note, width * _WIDTH_OF_NOTES)], 10, 18)
        row += 1
    return row


def _write_table(page: Worksheet, words: Mapping[str, Any], entries: Sequence[ProblemLine], row: int) -> None:
    severities = resources.load("report/check_report")["severities"]
    styles = words["styles"]
    for column, spec in enumerate(words["columns"], start=1):
        _write(page, row, column, spec["heading"], styles["heading"])
        page.column_dimensions[get_column_letter(column)].width = spec["width"]
    page.row_dimensions[row].height = 24
    for number, entry in enumerate(entries, start=1):
        place = entry.first.place
        values = {
            "number": number,
            "code": entry.first.code,
            "severity": severities[entry.first.severity],
            "sheet": place.sheet,
            "cell": entry.spot,
            "column": place.heading,
            "value": entry.value,
            "message": entry.message,
            "remedy": entry.remedy,
            "suggestion": entry.suggestion,
        }
        for column, spec in enumerate(words["columns"], start=1):
            name = spec["name"]
            style = {"severity": entry.first.severity, "cell": "link"}.get(name)
            style = style or ("centred" if name in words["centred"] else "text")
            _write(page, row + number, column, values[name], styles[style])
        _link(page, row + number, words, entry)
        texts = [(str(values[c["name"]] or ""), c["width"]) for c in words["columns"]]
        page.row_dimensions[row + number].height = height(texts, 10, 18)


def _link(page: Worksheet, row: int, words: Mapping[str, Any], entry: ProblemLine) -> None:
    """Link the cell's address, or without one the sheet's name, to the place of the problem."""
    place = entry.first.place
    if place.sheet is None or place.sheet not in page.parent.sheetnames:
        return
    names = [c["name"] for c in words["columns"]]
    cell = page.cell(row, names.index("cell" if entry.spot else "sheet") + 1)
    sheet = place.sheet.replace("'", "''")
    target = place.cell or f"A{place.row or 1}"
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!{target}")
    dress(cell, words["styles"]["link"])


def _write(page: Worksheet, row: int, column: int, value: object, style: str, span: int = 1) -> None:
    """Write a value, a text as a text even where it begins with =."""
    cell = page.cell(row, column)
    if isinstance(value, str):
        cell.value = legible(value)
        cell.data_type = "s"
    else:
        cell.value = value
    for at in range(column, column + span):
        dress(page.cell(row, at), style)
    if span > 1:
        page.merge_cells(start_row=row, end_row=row, start_column=column, end_column=column + span - 1)


def _set_up(page: Worksheet, words: Mapping[str, Any], head: int) -> None:
    """A4 landscape one page wide, headings on every page and always in sight."""
    report = resources.load("report/workbook")
    last = get_column_letter(len(words["columns"]))
    page.freeze_panes = page.cell(head + 1, 1)
    page.auto_filter.ref = f"A{head}:{last}{max(page.max_row, head)}"
    page.print_title_rows = f"{head}:{head}"
    page.page_setup.paperSize = report["paper"]
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    for side, margin in report["margins"].items():
        setattr(page.page_margins, side, margin)
    page.sheet_properties.tabColor = "FFC00000"

"""The sheet 封面: title, period, issuer and date, and a table of contents with links and purposes."""

from collections.abc import Iterable, Mapping
from typing import Any

from lianghua_batch.report.layout import sheet_table, title_row
from lianghua_batch.report.layout.model import Cell, Row, SheetColumn, SheetTable
from lianghua_batch.report.view import View

_CHECK_CODE_DIGITS = 16  # digits of 结果校验码 that are enough to tell two results apart by eye


def build(view: View) -> SheetTable:
    """The cover of the workbook and its table of contents."""
    layout = view.layout("cover")
    columns = [SheetColumn("", width) for width in layout["columns"].values()]
    rows = [*_front(view, layout, len(columns)), *_contents(view, layout, len(columns))]
    return sheet_table.sheet(view, "cover", columns, rows, subtitles=())


def check_code(view: View) -> str:
    """The first digits of 结果校验码, as printed."""
    return view.check_code[:_CHECK_CODE_DIGITS]


def _line(text: str, style: str, width: int, height: float | None) -> Row:
    return Row((Cell(text, style, width),), height=height)


def _front(view: View, layout: Mapping[str, Any], width: int) -> Iterable[Row]:
    heights = layout["heights"]
    yield _line(view.fill(layout["period"]), "cover_period", width, heights["period"])
    yield _line("", "blank", width, heights["between"])
    for line in layout["lines"]:
        yield _line(line, "cover_line", width, heights["line"])
    yield _line("", "blank", width, heights["below"])


def _contents(view: View, layout: Mapping[str, Any], width: int) -> Iterable[Row]:
    yield _line(layout["contents"], "cover_caption", width, layout["heights"]["contents"])
    yield Row(tuple(Cell(heading, "contents_heading") for heading in layout["headings"]))
    purposes = {**layout["purposes"], **layout.get("other_purposes", {})}
    for number, key in enumerate((k for k in view.order if k != "cover"), start=1):
        yield Row(
            (
                Cell(number, "contents_number"),
                Cell(view.layout(key)["name"], "contents_link", to=title_row.title_key(key)),
                Cell(purposes.get(key, ""), "contents_text"),
            )
        )
    yield _line("", "blank", width, layout["row"])
    for line in layout["basis"]:
        yield _line(view.fill(line, check_code=check_code(view)), "note", width, None)

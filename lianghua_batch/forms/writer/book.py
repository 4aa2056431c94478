"""A workbook of forms being written: its formats, page set-up and hidden lists."""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

from lianghua_batch.core import resources, xlsx_close
from lianghua_batch.core.source_ref import column_letter

_LIST_LENGTH = 255  # Excel's limit of a drop-down that is not a range


class Book:
    """A workbook being written: its formats, each made once, and its hidden sheet of long drop-down lists."""

    def __init__(self, stream: io.BytesIO) -> None:
        import xlsxwriter

        self.layout = resources.load("templates")
        self.workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
        self.workbook.set_properties({"created": dt.datetime.combine(self.layout["created"], dt.time())})
        self.lists_name = self.layout["lists_sheet"]
        self._formats: dict[tuple, Any] = {}
        self._lists: dict[tuple[str, ...], int] = {}

    def format(self, *parts: Mapping[str, Any]) -> Any:
        """Return the format of the base style overlaid with `parts`."""
        properties = dict(self.layout["base"])
        for part in parts:
            properties |= part
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(properties)
        return self._formats[key]

    def style(self, name: str) -> Any:
        return self.format(self.layout["styles"][name])

    def list_source(self, values: Sequence[str]) -> Sequence[str] | str:
        """Return what a drop-down of these values refers to: themselves, or their column of the hidden sheet if they are long."""
        plain = tuple(values)
        if len(",".join(plain)) <= _LIST_LENGTH and not any(c in v for v in plain for c in ',"'):
            return list(plain)
        column = self._lists.setdefault(plain, len(self._lists))
        letter = column_letter(column)
        return f"='{self.lists_name}'!${letter}$2:${letter}${len(plain) + 1}"

    def setup_page(self, page: Any, landscape: bool, signature: str, repeat_to: int | None = None) -> None:
        """A4, one page wide, page numbers below; every page repeats the rows up to `repeat_to` (0-based)."""
        page.set_paper(self.layout["paper"])
        if landscape:
            page.set_landscape()
        page.set_margins(**self.layout["margins"])
        page.fit_to_pages(1, 0)
        page.center_horizontally()
        if repeat_to is not None:
            page.repeat_rows(0, repeat_to)
        page.set_footer(f"&L{signature}&R{self.layout['page_number']}")

    def close(self) -> None:
        if self._lists:
            self._write_lists()
        xlsx_close.close(self.workbook)

    def _write_lists(self) -> None:
        page = self.workbook.add_worksheet(self.lists_name)
        label = resources.load("reading")["labels"]["form"]["label"]
        for values, column in self._lists.items():
            for row, value in enumerate(values, start=1):
                page.write_string(row, column, value)
        page.write_string(0, 0, label)
        page.write_string(0, 1, self.layout["lists_sheet"])
        page.hide()

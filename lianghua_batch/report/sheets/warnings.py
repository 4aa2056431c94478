"""The sheet 提示: every warning with its place and remedy, many of one kind in one column as one line."""

from collections.abc import Mapping

from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import SheetTable
from lianghua_batch.report.view import View
from lianghua_batch.validation import grouping
from lianghua_batch.validation.grouping import ProblemLine


def build(view: View) -> SheetTable:
    """All warnings in the order of the checks."""
    layout = view.layout("warnings")
    fields = sheet_table.fields(view, layout["columns"], {})
    listed = [_values(line) for line in grouping.problem_lines(view.warnings)]
    rows = [sheet_table.row(view, fields, lambda f, v=values: v[f.name]) for values in listed]
    filtered = len(rows)
    if not rows:
        rows = [sheet_table.band(layout["none"], len(fields), "text")]
    return sheet_table.sheet(view, "warnings", (f.column for f in fields), rows, filtered=filtered)


def _values(line: ProblemLine) -> Mapping[str, str]:
    """The line's fields as the command line prints them; empty where it has none."""
    place = line.first.place
    return {
        "code": line.first.code,
        "file": place.file,
        "sheet": place.sheet or "",
        "cell": line.spot if place.file else "",
        "column": place.heading or "",
        "value": line.value or "",
        "message": line.message,
        "remedy": line.remedy,
    }

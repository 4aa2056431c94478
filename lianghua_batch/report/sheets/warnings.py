"""The sheet 提示: every warning with its place and remedy."""

from collections.abc import Mapping

from lianghua_batch.core.problems import Problem
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import SheetTable
from lianghua_batch.report.view import View


def build(view: View) -> SheetTable:
    """All warnings in the order of the checks."""
    layout = view.layout("warnings")
    fields = sheet_table.fields(view, layout["columns"], {})
    listed = [_values(p) for p in view.warnings]
    rows = [sheet_table.row(view, fields, lambda f, v=values: v[f.name]) for values in listed]
    filtered = len(rows)
    if not rows:
        rows = [sheet_table.band(layout["none"], len(fields), "text")]
    return sheet_table.sheet(view, "warnings", (f.column for f in fields), rows, filtered=filtered)


def _values(problem: Problem) -> Mapping[str, str]:
    """The problem's fields as the command line prints them; empty where it has none."""
    return {name: value or "" for name, value in problem.as_dict().items()}

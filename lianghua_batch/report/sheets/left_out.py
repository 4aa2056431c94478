"""The sheet 未列入单位 of a draft: who is missing, and why."""

from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import SheetTable
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import LeftOut


def build(view: View) -> SheetTable:
    """The units left out by code, then the committees that are incomplete for it."""
    layout = view.layout("left_out")
    shown = sheet_table.fields(view, layout["columns"], {})
    left_out = view.results.draft.left_out
    rows = [sheet_table.row(view, shown, lambda f, each=each: _value(view, each, f.name)) for each in left_out]
    names = view.listed(unit.name for unit in view.results.draft.incomplete)
    last = layout["incomplete"].format(names=names) if names else layout["complete"]
    rows.append(sheet_table.band(last, len(shown), "text"))
    if view.results.draft.unassigned:
        rows.append(sheet_table.band(view.stamped("unassigned"), len(shown), "text"))
    return sheet_table.sheet(view, "left_out", (f.column for f in shown), rows, filtered=len(left_out))


def _value(view: View, each: LeftOut, name: str) -> str:
    unit = each.unit
    values = {
        "id": unit.id,
        "name": unit.name,
        "level": view.choice("roster", "units", "level", unit.level),
        "parent": view.cohort_name(unit.parent) if unit.parent else "",
        "reason": each.reason,
    }
    return values[name]

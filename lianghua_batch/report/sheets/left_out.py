"""The sheet 未列入单位 of a draft: the units left out, with the reason."""

from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import SheetTable
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import LeftOut


def build(view: View) -> SheetTable:
    """The units left out by code, then the committees that are incomplete without them."""
    layout = view.layout("left_out")
    fields = sheet_table.fields(view, layout["columns"], {})
    left_out = view.results.draft.left_out
    rows = [
        sheet_table.row(view, fields, lambda f, missing=missing: _value(view, missing, f.name)) for missing in left_out
    ]
    names = view.listed(unit.name for unit in view.results.draft.incomplete)
    last = layout["incomplete"].format(names=names) if names else layout["complete"]
    rows.append(sheet_table.band(last, len(fields), "text"))
    if view.results.draft.unassigned:
        rows.append(sheet_table.band(view.stamped("unassigned"), len(fields), "text"))
    return sheet_table.sheet(view, "left_out", (f.column for f in fields), rows, filtered=len(left_out))


def _value(view: View, missing: LeftOut, name: str) -> str:
    unit = missing.unit
    values = {
        "id": unit.id,
        "name": unit.name,
        "level": view.choice("roster", "units", "level", unit.level),
        "parent": view.cohort_name(unit.parent) if unit.parent else "",
        "reason": missing.reason,
    }
    return values[name]

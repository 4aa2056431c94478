"""The sheet 数据来源: which file and sheet every form of the county was read from."""

from collections.abc import Mapping

from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.model.county import CountySheet
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import SheetTable, Value
from lianghua_batch.report.view import View


def build(view: View) -> SheetTable:
    """A row a sheet, form by form."""
    layout = view.layout("county_sheets")
    fields = sheet_table.fields(view, layout["columns"], {})
    listed = [_values(view, read) for read in view.results.county.county_sheets]
    rows = [sheet_table.row(view, fields, lambda f, v=values: v[f.name]) for values in listed]
    return sheet_table.sheet(view, "county_sheets", (f.column for f in fields), rows, filtered=len(rows))


def _values(view: View, read: CountySheet) -> Mapping[str, Value]:
    form = definitions()[read.form]
    return {
        "form": form.label,
        "part": form.sheet(read.name).label if len(form.sheets) > 1 else "",
        "period": "" if read.period is None else view.period_name(read.period),
        "file": read.place.file,
        "sheet": read.place.sheet or "",
        "rows": read.rows,
    }

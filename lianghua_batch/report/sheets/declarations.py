"""The sheet 差异化申报审核: what units declared as their 差异化 指标, and what their superior put in its place."""

from collections.abc import Iterator, Mapping
from typing import Any

from lianghua_batch.core import exact
from lianghua_batch.model.declared_indicators import DeclaredRow
from lianghua_batch.model.scheme import Indicator
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import SheetTable, Value
from lianghua_batch.report.view import View

STANDARDS = ("satisfactory", "unacceptable", "level_1", "level_2", "level_3", "level_4", "level_5")


def build(view: View) -> SheetTable:
    """A row for each declared indicator, by unit."""
    layout = view.layout("declarations")
    fields = sheet_table.fields(view, layout["columns"], {})
    listed = sorted((i for i in view.scheme.indicators if i.declared), key=lambda i: (i.level, i.applies_to, i.id))
    rows = []
    for n, indicator in enumerate(listed):
        values = _values(view, layout, indicator)
        begins = n and indicator.applies_to != listed[n - 1].applies_to
        rows.append(sheet_table.row(view, fields, lambda f, v=values: v[f.name], "begins" if begins else None))
    return sheet_table.sheet(view, "declarations", (f.column for f in fields), rows, filtered=len(rows))


def _values(view: View, layout: Mapping[str, Any], indicator: Indicator) -> Mapping[str, Value | None]:
    row = indicator.row
    assert isinstance(row, DeclaredRow)
    reviewed, place = row.reviewed, row.ref("indicator_id")
    return {
        "unit_id": indicator.applies_to,
        "unit_name": view.unit(indicator.applies_to).name,
        "id": indicator.id,
        "name": indicator.name,
        "weight": exact.from_hundredths(row.values["weight"]),
        "method": view.choice("scheme", "indicators", "method", indicator.method),
        "standards": view.listed(_standards(row, row.values, layout)),
        "review": view.choice("scheme", "indicators", "review", indicator.review) if reviewed else layout["unreviewed"],
        "changed": view.listed(_changed(row, layout)),
        "opinion": (reviewed["opinion"] if reviewed else None) or "",
        "remark": row["remark"] or "",
        "file": place.file,
        "cell": place.cell or "",
    }


def _standards(row: DeclaredRow, values: Mapping[str, object], layout: Mapping[str, Any]) -> Iterator[str]:
    """The standard values as they were declared."""
    for name in STANDARDS:
        if values.get(name) is not None:
            yield layout["value"].format(name=row.table.sheet.label_of(name), value=_short(values[name]))


def _changed(row: DeclaredRow, layout: Mapping[str, Any]) -> Iterator[str]:
    """The values that the superior put in the place of declared ones."""
    for name in ("weight", *STANDARDS):
        if row[name] != row.values[name]:
            facts = {"name": row.table.sheet.label_of(name), "was": _short(row.values[name]), "now": _short(row[name])}
            yield layout["change"].format(**facts)


def _short(hundredths: object) -> str:
    return "" if hundredths is None else exact.short(exact.from_hundredths(hundredths))

"""The sheet 异议处理: the period's objections with their conclusions, and the amendments that followed."""

from collections.abc import Mapping
from typing import Any

from lianghua_batch.analysis.objections import Objection
from lianghua_batch.model.scheme import BRANCH
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Row, SheetTable, Value
from lianghua_batch.report.layout.sheet_table import Field
from lianghua_batch.report.view import View


def build(view: View) -> SheetTable:
    """The view's objections in the order of 异议登记."""
    layout = view.layout("objections")
    fields = sheet_table.fields(view, layout["columns"], {})
    rows = [_row(view, layout, fields, objection) for objection in view.objections]
    return sheet_table.sheet(view, "objections", (f.column for f in fields), rows, filtered=len(rows))


def _row(view: View, layout: Mapping[str, Any], fields: tuple[Field, ...], objection: Objection) -> Row:
    state = layout["states"][objection.state]
    values: Mapping[str, Value | None] = {
        "subject": objection.subject,
        "name": objection.name or "",
        "home": _home(view, objection),
        "text": objection.text,
        "raised": objection.raised,
        "conclusion": objection.conclusion or "",
        "reviewed": objection.reviewed,
        "handler": objection.handler or "",
        "outcome": state["label"].format(amendment=objection.amendment, moved=objection.moved),
    }
    styles = {"outcome": state["style"]}
    return Row(tuple(view.cell(values[f.name], styles.get(f.style, f.style)) for f in fields))


def _home(view: View, objection: Objection) -> str:
    """A member's branch, a branch's committee; a committee has none."""
    if objection.unit is None:
        return ""
    unit = view.unit(objection.unit)
    if objection.is_members:
        return unit.name
    return view.cohort_name(unit.parent or "") if unit.level == BRANCH else ""

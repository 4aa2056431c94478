"""The sheet 异议处理: every objection of the period with its conclusion, and whether an amendment followed from it."""

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
    shown = sheet_table.fields(view, layout["columns"], {})
    rows = [_row(view, layout, shown, each) for each in view.objections]
    return sheet_table.sheet(view, "objections", (f.column for f in shown), rows, filtered=len(rows))


def _row(view: View, layout: Mapping[str, Any], shown: tuple[Field, ...], its: Objection) -> Row:
    state = layout["states"][its.state]
    values: Mapping[str, Value | None] = {
        "subject": its.subject,
        "name": its.name or "",
        "home": _home(view, its),
        "text": its.text,
        "raised": its.raised,
        "conclusion": its.conclusion or "",
        "reviewed": its.reviewed,
        "handler": its.handler or "",
        "outcome": state["label"].format(amendment=its.amendment, moved=its.moved),
    }
    styles = {"outcome": state["style"]}
    return Row(tuple(view.cell(values[f.name], styles.get(f.style, f.style)) for f in shown))


def _home(view: View, its: Objection) -> str:
    """A member's branch, a branch's committee; a committee has none."""
    if its.unit is None:
        return ""
    unit = view.unit(its.unit)
    if its.is_members:
        return unit.name
    return view.cohort_name(unit.parent or "") if unit.level == BRANCH else ""

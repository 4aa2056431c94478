"""The sheet 计分明细: one subject's score as a tree that can be folded, every number with its rule, its clause and its cell."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lianghua_batch.analysis import explanation_summary
from lianghua_batch.analysis.explanation import Node, TreeRow, tree_rows
from lianghua_batch.core import resources
from lianghua_batch.model.scores import Score
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Row, SheetTable, Value
from lianghua_batch.report.layout.sheet_table import Field
from lianghua_batch.report.view import View


def build(view: View, top: Node, remarks: Sequence[str] = ()) -> SheetTable:
    """Build the sheet from a tree of analysis.explanation.explain for the view's results, with `remarks` in its head."""
    layout = view.layout("explanation")
    fields = sheet_table.fields(view, layout["columns"], {})
    head = explanation_summary.summarise(view.results, top.subject)
    rows = [_row(view, layout, fields, line, top.subject) for line in tree_rows(top)]
    sentences = [_literal(text) for text in (*explanation_summary.sentences(head), *remarks)]
    sheet = sheet_table.sheet(view, "explanation", (f.column for f in fields), rows, subtitles=sentences)
    cell = sheet.title.cells[0]
    titled = layout["titled"].format(name=head.name, id=head.id, title=cell.value)
    return replace(sheet, title=replace(sheet.title, cells=(replace(cell, value=titled),)))


def _row(view: View, layout: Mapping[str, Any], fields: tuple[Field, ...], line: TreeRow, subject: str) -> Row:
    values = _values(layout, line, subject)
    look = layout["looks"][_kind(line)]
    styles = {"label": look["label"]} | dict.fromkeys(("value", "amount", "in_total"), look["value"])
    cells = tuple(view.cell(values[f.name], styles.get(f.name, f.style)) for f in fields)
    return Row(cells, level=min(line.level, layout["foldable"]))


def _kind(line: TreeRow) -> str:
    if line.level == 0:
        return "top"
    if line.in_total is None:
        return "basis"
    return "sum" if line.node.children else "leaf"


def _values(layout: Mapping[str, Any], line: TreeRow, subject: str) -> dict[str, Value | Score | None]:
    node, words = line.node, resources.load("messages/explain")
    place = node.source
    label = words["basis"].format(label=node.label) if line.is_basis else node.label
    elsewhere = layout["elsewhere"].format(subject=node.subject) if node.subject != subject else ""
    return {
        "label": layout["indent"] * line.level + label,
        "value": node.value,
        "amount": None if line.is_basis else node.amount,
        "in_total": line.in_total,
        "rule": node.rule,
        "clause": node.clause,
        "file": place.file if place else elsewhere,
        "sheet": (place.sheet or "") if place else "",
        "cell": (place.cell or "") if place else "",
    }


def _literal(text: str) -> str:
    """A text with its braces escaped, so that `fill` leaves it as it is."""
    return text.replace("{", "{{").replace("}", "}}")

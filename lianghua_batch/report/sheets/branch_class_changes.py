"""The sheet 晋位升级 of a year: branches by class, the branches whose class changed, and those for which this is unknown."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lianghua_batch.analysis.branch_class_changes import BranchClassChange, BranchClassChanges, classes
from lianghua_batch.core import resources
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Cell, Row, SheetTable
from lianghua_batch.report.layout.sheet_table import Field
from lianghua_batch.report.sheets import branch_class
from lianghua_batch.report.sheets.branch_class import COMPARABLE, label
from lianghua_batch.report.sheets.rankings import cell, in_county, ranking_key
from lianghua_batch.report.view import View

_CLASSES = (*classes(), None)


def build(view: View) -> SheetTable:
    """The counts, then the branches by section; where the years cannot be compared, the reason and the branches without a class."""
    layout, found = view.layout("branch_class_changes"), view.branch_class_changes
    fields = sheet_table.fields(view, layout["columns"], {})
    listed = [found.changes[r.unit.id] for r in in_county(view.results.branches)]
    rows = [*_counts(view, layout, found, len(fields))]
    if found.compared:
        rows += (sheet_table.band(text, len(fields), "note") for text in _summary(view, layout, found))
        moved = sorted((m for m in listed if m.steps), key=lambda m: -m.steps)
        rows += _section(view, fields, layout["moved"], moved)
        rows += _section(view, fields, layout["others"], [m for m in listed if m.kind not in COMPARABLE])
    else:
        facts = {"reason": found.reason, "basis": resources.load("reading")["basis_name"], **_years(view)}
        rows.insert(0, sheet_table.band(layout["sentences"][found.status].format(**facts), len(fields), "monitoring"))
        rows += _section(view, fields, layout["unclassed"], [m for m in listed if m.now is None])
    columns = (replace(f.column, heading="") for f in fields)
    return sheet_table.sheet(view, "branch_class_changes", columns, rows)


def _years(view: View) -> Mapping[str, str]:
    return {"period": str(view.period), "before": str(view.period.previous)}


def _counts(view: View, layout: Mapping[str, Any], found: BranchClassChanges, width: int) -> Iterator[Row]:
    """The number of branches in each class: this year's, and where known last year's."""
    words = layout["counts"]
    span = width - len(_CLASSES) - 1
    now = Counter(change.now for change in found.changes.values())
    yield sheet_table.band(words["caption"], width, "caption")
    names = [*(label(view, c) for c in _CLASSES), words["total"]]
    yield Row((Cell(words["heading"], "heading", span), *(Cell(name, "heading") for name in names)))
    if found.compared:
        before = Counter(found.before.values())
        difference = {c: now[c] - before[c] for c in _CLASSES}
        yield _count(view, words["last"], before, span, "count")
        yield _count(view, words["this"], now, span, "count")
        yield _count(view, words["difference"], difference, span, "signed_plain")
    else:
        yield _count(view, words["this"], now, span, "count")


def _count(view: View, heading: str, counts: Mapping[str | None, int], span: int, style: str) -> Row:
    numbers = [*(counts[c] for c in _CLASSES), sum(counts[c] for c in _CLASSES)]
    return Row((Cell(heading.format(**_years(view)), "text", span), *(view.cell(n, style) for n in numbers)))


def _summary(view: View, layout: Mapping[str, Any], found: BranchClassChanges) -> Iterator[str]:
    """The numbers of branches that rose, fell and stayed, and the branches that are gone."""
    counts = Counter(change.kind for change in found.changes.values())
    others = sum(count for kind, count in counts.items() if kind not in COMPARABLE)
    yield layout["summary_others" if others else "summary"].format(
        **{kind: counts[kind] for kind in COMPARABLE}, others=others
    )
    if found.former:
        names = (layout["gone_name"].format(name=g.name, id=g.id, was=label(view, g.was)) for g in found.former)
        yield layout["gone"].format(count=len(found.former), names=view.listed(names))


def _section(
    view: View, fields: Sequence[Field], words: Mapping[str, str], changes: Sequence[BranchClassChange]
) -> Iterator[Row]:
    """The branches under a caption; without any the layout's sentence for none, or nothing."""
    if not changes and "none" not in words:
        return
    yield sheet_table.band(words["caption"].format(count=len(changes)), len(fields), "caption")
    if not changes:
        yield sheet_table.band(words["none"], len(fields), "text")
        return
    yield Row(tuple(Cell(f.column.heading, "heading") for f in fields))
    yield from (Row(tuple(_cell(view, change, f) for f in fields)) for change in changes)


def _cell(view: View, change: BranchClassChange, field: Field) -> Cell:
    result = change.result
    if field.name in branch_class.COLUMNS:
        return branch_class.cell(view, result.unit.id, field)
    if field.name == "name":
        return replace(view.cell(view.display_name(result.unit), field.style), to=ranking_key(result.unit.id))
    return cell(view, result, field.name, field.style)

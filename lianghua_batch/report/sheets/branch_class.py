"""A branch's 支部类别 and its change since last year, as cells and as a sentence: for 晋位升级, 支部排名 and 成绩单."""

from collections.abc import Callable, Mapping

from lianghua_batch.analysis.branch_class_changes import DOWN, SAME, UP, BranchClassChange
from lianghua_batch.report.layout.model import Cell
from lianghua_batch.report.layout.sheet_table import Field
from lianghua_batch.report.view import View

COMPARABLE = (UP, DOWN, SAME)


def label(view: View, branch_class: str | None) -> str:
    """The label of a class; a blank one has a label too."""
    blank = view.sheets["branch_class_changes"]["blank"]
    return blank if branch_class is None else view.choice("roster", "units", "branch_class", branch_class)


def _classes_cell(view: View, change: BranchClassChange, field: Field) -> Cell:
    """Last year's and this year's class, or one where they are the same."""
    if change.kind not in COMPARABLE:
        return view.cell(None, field.style)
    was, now = label(view, change.was), label(view, change.now)
    return view.cell(
        now if was == now else view.sheets["branch_class_changes"]["way"].format(was=was, now=now), field.style
    )


def _change_cell(view: View, change: BranchClassChange, field: Field) -> Cell:
    if not view.branch_class_changes.compared:
        return view.cell(None, field.style)
    kind = view.sheets["branch_class_changes"]["kinds"][change.kind]
    return Cell(kind["label"], kind["style"])


def _class_cell(view: View, branch_class: str | None, field: Field) -> Cell:
    return view.cell(None if branch_class is None else label(view, branch_class), field.style)


_CELLS: Mapping[str, Callable[[View, BranchClassChange, Field], Cell]] = {
    "classes": _classes_cell,
    "class_move": _change_cell,
    "move": _change_cell,
    "was": lambda view, change, field: _class_cell(view, change.was, field),
    "now": lambda view, change, field: _class_cell(view, change.now, field),
}
COLUMNS = tuple(_CELLS)


def cell(view: View, unit_id: str, field: Field) -> Cell:
    """The cell of one of COLUMNS of a ranked branch."""
    return _CELLS[field.name](view, view.branch_class_changes.changes[unit_id], field)


def sentence(view: View, unit_id: str) -> str | None:
    """The sentence of 成绩单 about a branch's class; None for a committee, and for a branch without a class in both years."""
    change = view.branch_class_changes and view.branch_class_changes.changes.get(unit_id)
    if change is None or (change.was is None and change.now is None):
        return None
    words = view.sheets["branch_class_changes"]["card"]
    kind = (
        "not_compared"
        if not view.branch_class_changes.compared
        else "compared"
        if change.kind in COMPARABLE
        else "lacking"
    )
    way = view.sheets["branch_class_changes"]["kinds"][change.kind]["label"]
    return words[kind].format(was=label(view, change.was), now=label(view, change.now), move=way)

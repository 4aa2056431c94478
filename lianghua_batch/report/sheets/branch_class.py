"""A branch's 支部类别 and where it moved, as cells and in words: for 晋位升级, 支部排名 and 成绩单."""

from collections.abc import Callable, Mapping

from lianghua_batch.analysis.branch_class_changes import DOWN, SAME, UP, ClassMove
from lianghua_batch.report.layout.model import Cell
from lianghua_batch.report.layout.sheet_table import Field
from lianghua_batch.report.view import View

COMPARABLE = (UP, DOWN, SAME)


def label(view: View, branch_class: str | None) -> str:
    """What a class is called; a blank one as such."""
    blank = view.sheets["class_moves"]["blank"]
    return blank if branch_class is None else view.choice("roster", "units", "branch_class", branch_class)


def _classes(view: View, move: ClassMove, field: Field) -> Cell:
    """Both classes, or the one where it is still the same."""
    if move.kind not in COMPARABLE:
        return view.cell(None, field.style)
    was, now = label(view, move.was), label(view, move.now)
    return view.cell(now if was == now else view.sheets["class_moves"]["way"].format(was=was, now=now), field.style)


def _move(view: View, move: ClassMove, field: Field) -> Cell:
    if not view.class_moves.compared:
        return view.cell(None, field.style)
    kind = view.sheets["class_moves"]["kinds"][move.kind]
    return Cell(kind["label"], kind["style"])


def _class(view: View, branch_class: str | None, field: Field) -> Cell:
    return view.cell(None if branch_class is None else label(view, branch_class), field.style)


_CELLS: Mapping[str, Callable[[View, ClassMove, Field], Cell]] = {
    "classes": _classes,
    "class_move": _move,
    "move": _move,
    "was": lambda view, move, field: _class(view, move.was, field),
    "now": lambda view, move, field: _class(view, move.now, field),
}
COLUMNS = tuple(_CELLS)


def cell(view: View, unit_id: str, field: Field) -> Cell:
    """The cell of one of COLUMNS of a ranked branch."""
    return _CELLS[field.name](view, view.class_moves.moves[unit_id], field)


def sentence(view: View, unit_id: str) -> str | None:
    """What 成绩单 says of a unit's class; None of a committee, and where there is nothing to say."""
    move = view.class_moves and view.class_moves.moves.get(unit_id)
    if move is None or (move.was is None and move.now is None):
        return None
    words = view.sheets["class_moves"]["card"]
    kind = "not_compared" if not view.class_moves.compared else "compared" if move.kind in COMPARABLE else "lacking"
    way = view.sheets["class_moves"]["kinds"][move.kind]["label"]
    return words[kind].format(was=label(view, move.was), now=label(view, move.now), move=way)

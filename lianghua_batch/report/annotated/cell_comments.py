"""Marks the faulty cells of an opened workbook with a colour and a comment; earlier marks are replaced."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from lianghua_batch.core import resources
from lianghua_batch.core.problems import ERROR, Problem
from lianghua_batch.core.text_width import display_width
from lianghua_batch.report.layout.styles import style

_BORDERS = {1: "thin", 2: "medium"}


def solid(colour: str) -> PatternFill:
    """A fill of one colour: RRGGBB, with # or without."""
    return PatternFill("solid", fgColor=f"FF{colour.lstrip('#')}")


def dress(cell: Cell, name: str) -> None:
    """Give a cell a style of report/workbook.yaml."""
    look = {**resources.load("report/workbook")["base"], **style(name)}
    cell.font = _font(look)
    cell.alignment = Alignment(
        horizontal=look.get("align"),
        vertical="center" if look.get("valign") == "vcenter" else None,
        wrap_text=look.get("text_wrap"),
        indent=look.get("indent", 0),
    )
    if "bg_color" in look:
        cell.fill = solid(look["bg_color"])
    if "border" in look:
        side = Side(_BORDERS[look["border"]], color=f"FF{look['border_color'].lstrip('#')}")
        cell.border = Border(left=side, right=side, top=side, bottom=side)


def _font(look: Mapping[str, Any]) -> Font:
    colour = look.get("font_color")
    return Font(
        name=look["font_name"],
        size=look["font_size"],
        bold=look.get("bold"),
        underline="single" if look.get("underline") else None,
        color=f"FF{colour.lstrip('#')}" if colour else None,
    )


def mark(book: Workbook, problems: Iterable[Problem]) -> bool:
    """Mark every cell that has a problem; return whether there were so many that some got a colour without a comment."""
    by_sheet: dict[str, list[Problem]] = defaultdict(list)
    for p in problems:
        if p.place.sheet is not None and p.place.row is not None:
            by_sheet[p.place.sheet].append(p)
    capped = False
    for page in book.worksheets:
        _unmark(page)
        if page.title in by_sheet:
            capped |= _mark_page(page, by_sheet[page.title])
    return capped


def _mark_page(page: Worksheet, problems: Iterable[Problem]) -> bool:
    words = resources.load("report/check_report")["annotation"]
    by_cell: dict[str, list[Problem]] = defaultdict(list)
    coloured: dict[str, list[Problem]] = defaultdict(list)
    for p in problems:
        cells = _cells(page, p)
        by_cell[cells[0].coordinate].append(p)
        for cell in cells:
            coloured[cell.coordinate].append(p)
    for place, cell_problems in coloured.items():
        page[place].fill = solid(words["fills"][_worst(cell_problems)])
    for place, cell_problems in list(by_cell.items())[: words["most_comments"]]:
        _comment(page[place], cell_problems, words)
    return len(by_cell) > words["most_comments"]


def _worst(problems: Iterable[Problem]) -> str:
    return min((p.severity for p in problems), key=lambda severity: severity != ERROR)


def _cells(page: Worksheet, p: Problem) -> list[Cell]:
    """The cells of a problem: its cell, a row's filled cells, or for a missing heading the row's first one."""
    place = p.place
    if place.column is not None:
        return [_anchor(page, page.cell(place.row, place.column + 1))]
    filled = [_anchor(page, cell) for cell in page[place.row] if cell.value is not None]
    if not filled:
        return [_anchor(page, page.cell(place.row, 1))]
    return filled[:1] if place.heading else filled


def _anchor(page: Worksheet, cell: Cell | MergedCell) -> Cell:
    """The cell itself, or the first of the merged ones that it belongs to, which alone holds a value."""
    if not isinstance(cell, MergedCell):
        return cell
    block = next(b for b in page.merged_cells.ranges if cell.coordinate in b)
    return page.cell(block.min_row, block.min_col)


# --- comments ------------------------------------------------------------------------------------------------------


def _comment(cell: Cell, problems: Iterable[Problem], words: Mapping[str, Any]) -> None:
    """Write the problems in the cell's comment; somebody's earlier comment stays above them."""
    sentences = "\n".join(_sentence(p, words) for p in problems)
    ours = f"{words['mark']}\n{sentences}"
    theirs = cell.comment
    text = f"{theirs.text.rstrip()}\n{ours}" if theirs is not None else ours
    cell.comment = _sized(Comment(text, theirs.author if theirs is not None else words["author"]), words)


def _sentence(p: Problem, words: Mapping[str, Any]) -> str:
    suggestion = p.suggestion and resources.load("report/check_report")["suggestion"].format(suggestion=p.suggestion)
    return legible(
        words["comment"].format(code=p.code, message=p.message, remedy=p.remedy, suggestion=suggestion or "")
    )


def legible(text: str) -> str:
    """A text without the control characters that a workbook cannot hold."""
    return "".join(c for c in text if c in "\n\t" or (ord(c) >= 0x20 and not 0xD800 <= ord(c) <= 0xDFFF))


def _sized(comment: Comment, words: Mapping[str, Any]) -> Comment:
    """The comment with a box that shows its whole text."""
    size = words["comment_size"]
    lines = sum(max(math.ceil(display_width(part) / size["characters"]), 1) for part in comment.text.split("\n"))
    comment.width = size["width"]
    comment.height = min((lines + 1) * size["line"], size["most"])
    return comment


def _unmark(page: Worksheet) -> None:
    """Remove an earlier annotation: the program's part of comments, and the colour of their cells."""
    words = resources.load("report/check_report")["annotation"]
    ours = {solid(colour).fgColor.rgb for colour in words["fills"].values()}
    for cell in (c for row in page.iter_rows() for c in row if c.comment is not None):
        theirs, mark_, _ = cell.comment.text.partition(words["mark"])
        if not mark_ and cell.comment.author != words["author"]:
            _sized(cell.comment, words)  # openpyxl has forgotten the box's size
            continue
        cell.comment = _sized(Comment(theirs.rstrip(), cell.comment.author), words) if theirs.strip() else None
        if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in ours:
            cell.fill = PatternFill()

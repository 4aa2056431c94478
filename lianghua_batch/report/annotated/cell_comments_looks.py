"""The styles of schemas/report.yaml (xlsxwriter's words) as openpyxl takes them."""

from collections.abc import Mapping
from typing import Any

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from lianghua_batch.core import resources
from lianghua_batch.report.layout.styles import style

_BORDERS = {1: "thin", 2: "medium"}


def solid(colour: str) -> PatternFill:
    """A fill of one colour: RRGGBB, with # or without."""
    return PatternFill("solid", fgColor=f"FF{colour.lstrip('#')}")


def dress(cell: Cell, name: str) -> None:
    """Give a cell a style of report.yaml."""
    look = {**resources.load("report")["base"], **style(name)}
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

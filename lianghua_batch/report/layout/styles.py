"""The styles of schemas/report/workbook.yaml: xlsxwriter format properties by name, `like` resolved."""

from functools import cache
from typing import Any

from lianghua_batch.core import resources


@cache
def style(name: str) -> dict[str, Any]:
    """Return all properties of a style, those of the one it is `like` included; the caller must not change them."""
    own = dict(resources.load("report/workbook")["styles"][name])
    like = own.pop("like", None)
    return {**(style(like) if like else {}), **own}


@cache
def wraps(name: str) -> bool:
    """Whether a text in this style goes on in the next line."""
    return bool(style(name).get("text_wrap"))


@cache
def font_size(name: str) -> float:
    """The size of a style's font in points."""
    return style(name).get("font_size") or resources.load("report/workbook")["base"]["font_size"]

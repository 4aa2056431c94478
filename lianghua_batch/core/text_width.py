"""How wide and high text is in print, and names that Excel takes for sheets."""

import math
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_SHEET_NAME_LENGTH = 31


_FORBIDDEN_IN_SHEETS = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))


_LINE, _PADDING = 1.4, 4  # points a line of one point of font; points above and below


_INSIDE = 2  # what borders and the indent take of a column's width


@lru_cache(maxsize=65536)
def display_width(text: str) -> int:
    """Return how many half-width characters a text takes in print; a Chinese one takes two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def lines(text: str, width: float, font_size: float = 11) -> int:
    """Return how many lines a text takes when wrapped in a column of `width` characters."""
    room = max((width - _INSIDE) * 11 / font_size, 2)
    return sum(max(math.ceil(display_width(part) / room), 1) for part in text.split("\n"))


def height(texts: Iterable[tuple[str, float]], font_size: float = 11, least: float = 20) -> float:
    """Return the height in points of a row that shows every (text, column width) whole."""
    most = max((lines(text, width, font_size) for text, width in texts), default=1)
    return max(most * font_size * _LINE + _PADDING, least)


def sheet_names(wanted: Iterable[str]) -> list[str]:
    """Return names that Excel takes for sheets: without forbidden characters, at most 31 long, each once."""
    taken: set[str] = set()
    names = []
    for name in wanted:
        plain = name.translate(_FORBIDDEN_IN_SHEETS).strip("' ") or "_"
        candidate, number = plain[:_SHEET_NAME_LENGTH], 1
        while candidate.casefold() in taken:
            number += 1
            suffix = f"_{number}"
            candidate = plain[: _SHEET_NAME_LENGTH - len(suffix)] + suffix
        taken.add(candidate.casefold())
        names.append(candidate)
    return names

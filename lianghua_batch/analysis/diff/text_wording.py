"""The words that reasons are put in."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from lianghua_batch.core import exact, resources


def words() -> Mapping[str, Any]:
    """The sentences of reasons."""
    return resources.load("compare")["diff"]["reasons"]


def plain(value: object) -> str:
    """What 计分依据 says of a rule, for a sentence: a number, several, a word of ours, a text, nothing."""
    told = words()
    if isinstance(value, list):
        return told["and"].join(map(plain, value)) or told["none"]
    if value is None:
        return told["none"]
    if str(value) in told["values"]:
        return told["values"][str(value)]
    try:
        return exact.short(Fraction(str(value)))
    except (ValueError, ZeroDivisionError):
        return str(value)


def number(value: Fraction | None) -> str:
    """A number for a sentence, or that there is none."""
    return words()["none"] if value is None else exact.short(value)


def moved(was: Mapping[str, Fraction], now: Mapping[str, Fraction]) -> str:
    """What is new, gone or another number, by name."""
    told = words()
    listed = (
        told["moved"].format(what=name, was=number(was.get(name)), now=number(now.get(name)))
        for name in {**was, **now}
        if was.get(name) != now.get(name)
    )
    return told["separator"].join(listed)


def part(what: str, parts: str) -> str:
    """A score, and what of it is another one."""
    return words()["part"].format(what=what, parts=parts)

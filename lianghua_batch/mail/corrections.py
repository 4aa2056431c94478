"""The sentences on a correction in a message: what changed for the unit itself, and nothing about others."""

from collections.abc import Mapping
from typing import Any

from lianghua_batch.analysis.published import Correction
from lianghua_batch.core import resources
from lianghua_batch.mail import sanitise

_FIELDS = ("total", "grade", "rank")


def unit_sentences(correction: Correction | None, unit: str) -> str:
    """Return the sentences for one unit; `correction` is the amendment in force, None where there is none."""
    words = resources.load("messages/mail")["correction"]
    if correction is None or correction.differences is None:
        return words["again"]
    rows = (row for kind in ("committees", "branches") for row in correction.differences[kind])
    change = next((row for row in rows if row["id"] == unit), None)
    if change is None or _side(change["was"]) == _side(change["now"]):
        return words["same"].format(number=correction.number)
    return words["moved"].format(
        number=correction.number, was=_values_text(change["was"]), now=_values_text(change["now"])
    )


def ranking_sentences(correction: Correction | None) -> str:
    """Return the sentences for those who get the whole ranking."""
    words = resources.load("messages/mail")["correction"]
    if correction is None or correction.reason is None:
        return words["again"]
    return words["why"].format(number=correction.number, reason=sanitise.name(correction.reason))


def _side(side: Mapping[str, Any] | None) -> tuple | None:
    return None if side is None else tuple(side.get(name) for name in _FIELDS)


def _values_text(side: Mapping[str, Any] | None) -> str:
    words = resources.load("messages/mail")["correction"]
    if side is None:
        return words["nothing"]
    values = {name: side.get(name) for name in _FIELDS if side.get(name) is not None}
    return words["separator"].join(words["fields"][name].format(value=value) for name, value in values.items())

"""What a corrected message says of the correction: what it changed for the unit itself, and nothing of others."""

from collections.abc import Mapping
from typing import Any

from lianghua_batch.archive.manifests import Manifest
from lianghua_batch.core import resources
from lianghua_batch.mail import sanitise

_SHOWN = ("total", "grade", "rank")


def of_unit(seal: Manifest | None, unit: str) -> str:
    """Return the sentences for one unit; `seal` is what is in force, None where the period is not sealed."""
    words = resources.load("mail")["correction"]
    if seal is None or seal.differences is None:
        return words["again"]
    change = next((c for kind in ("committees", "branches") for c in seal.differences[kind] if c["id"] == unit), None)
    if change is None or _side(change["was"]) == _side(change["now"]):
        return words["same"].format(number=seal.amendment)
    return words["moved"].format(number=seal.amendment, was=_told(change["was"]), now=_told(change["now"]))


def of_ranking(seal: Manifest | None) -> str:
    """Return the sentences for who gets the whole ranking."""
    words = resources.load("mail")["correction"]
    if seal is None or seal.reason is None:
        return words["again"]
    return words["why"].format(number=seal.amendment, reason=sanitise.name(seal.reason))


def _side(side: Mapping[str, Any] | None) -> tuple | None:
    return None if side is None else tuple(side.get(name) for name in _SHOWN)


def _told(side: Mapping[str, Any] | None) -> str:
    words = resources.load("mail")["correction"]
    if side is None:
        return words["nothing"]
    shown = {name: side.get(name) for name in _SHOWN if side.get(name) is not None}
    return words["separator"].join(words["shown"][name].format(value=value) for name, value in shown.items())

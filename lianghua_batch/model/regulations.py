"""The Party regulations that rules rest on, as they are cited: schemas/rules/regulations.yaml."""

from collections.abc import Mapping
from functools import cache

from lianghua_batch.core import resources


def cited(text: str) -> str:
    """Return a text in which {identifier} of a regulation is its title and year, marked where its words were not seen."""
    return text.format_map(_names())


@cache
def _names() -> Mapping[str, str]:
    stored = resources.load("rules/regulations")
    return {
        identifier: stored["named"]["seen" if entry["seen"] else "unseen"].format_map(entry)
        for identifier, entry in stored["regulations"].items()
    }

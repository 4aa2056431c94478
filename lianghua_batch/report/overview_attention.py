"""On 总览: what is missing or needs attention."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lianghua_batch.report import returning, tables
from lianghua_batch.report.model import Cell, Key, Row
from lianghua_batch.report.view import View


def rows(view: View, layout: Mapping[str, Any], width: int) -> Iterable[Row]:
    """A line for each kind of thing, with a link to where it is told in full; one that says so where there is none."""
    words = layout["attention"]
    yield tables.band(words["title"], width, "caption")
    lines = list(_lines(view, words)) or [(words["none"], None)]
    for text, key in lines:
        yield Row((Cell(text, "attention_link" if key else "attention", width, to=key),))


def _lines(view: View, words: Mapping[str, Any]) -> Iterator[tuple[str, Key | None]]:
    draft = view.results.draft
    if draft:
        if draft.left_out:
            names = [each.unit.name for each in draft.left_out]
            yield _listed(view, words, "left_out", names), returning.key_of("left_out")
        if draft.unassigned:
            yield view.stamped("unassigned"), None
        if draft.incomplete:
            yield _listed(view, words, "incomplete", [u.name for u in draft.incomplete]), None
    if view.warnings:
        kinds = view.listed(words["kind"].format(name=name, count=count) for name, count in _kinds(view, words))
        text = words["warnings"].format(count=len(view.warnings), kinds=kinds)
        yield text, returning.key_of("warnings")
    without = [s.unit.name for s in view.results.branches if not view.member_counts[s.unit.id]]
    if without:
        yield _listed(view, words, "without_members", without), None


def _kinds(view: View, words: Mapping[str, Any]) -> list[tuple[str, int]]:
    """How many warnings are about what, as their codes say."""
    counts = Counter(warning.code[1] for warning in view.warnings)
    return [(words["kinds"][digit], count) for digit, count in sorted(counts.items())]


def _listed(view: View, words: Mapping[str, Any], sentence: str, names: Sequence[str]) -> str:
    """A sentence that counts units and names the first of them."""
    shown = view.listed(names[: words["names"]])
    if len(names) > words["names"]:
        shown = words["more"].format(names=shown)
    return words[sentence].format(count=len(names), names=shown)

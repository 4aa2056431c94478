"""The blocks of 归档单 on changes: what an amendment amends and why, which results changed, and the objections."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lianghua_batch.analysis.objections import open_ones
from lianghua_batch.analysis.rank_changes import BRANCHES, COMMITTEES, KINDS, MEMBERS
from lianghua_batch.archive import seal_sheet_blocks
from lianghua_batch.archive.manifests import Manifest
from lianghua_batch.archive.seal_sheet_blocks import Words, labelled, more, shortened
from lianghua_batch.core import resources
from lianghua_batch.report.layout.model import Row

_SIDES = ("total", "grade", "rank", "rank_county")


def rows(manifest: Manifest) -> Iterator[Row]:
    """The rows of an amendment: what it amends, why, and which results changed."""
    yield from _why(manifest)
    yield from _moved(manifest.differences)


# --- why -----------------------------------------------------------------------------------------------------------


def _why(manifest: Manifest) -> Iterator[Row]:
    words = seal_sheet_blocks.layout()["amendment"]
    yield seal_sheet_blocks.caption(words["caption"])
    yield labelled((words["amends"], seal_sheet_blocks.reference_text(manifest.amends)), style="code_lines")
    yield labelled((words["reason"], shortened(manifest.reason, words["most_reason"])))
    changed = False
    for kind, label in words["kinds"].items():
        named = _named(manifest.changes[kind], words)
        for at, name in enumerate(named[: words["most"]]):
            changed = True
            first = label.format(count=len(named)) if at == 0 else ""
            yield labelled((first, shortened(name, words["most_name"])), style="text_small")
        if len(named) > words["most"]:
            yield labelled(("", more(len(named) - words["most"], words["what"])), style="text_small")
    if not changed:
        yield labelled((words["forms"], words["unchanged"]), style="text_small")


def _named(forms: Sequence[str] | Mapping[str, str], words: Words) -> list[str]:
    """The file names; of moved files the old and the new one."""
    if isinstance(forms, Mapping):
        return [words["moved"].format(was=was, now=now) for was, now in forms.items()]
    return list(forms)


# --- what moved ----------------------------------------------------------------------------------------------------


def _moved(differences: Mapping[str, Any]) -> Iterator[Row]:
    words = seal_sheet_blocks.layout()["moved"]
    yield seal_sheet_blocks.caption(words["caption"])
    yield from _rules(differences, words["rules"])
    if not any(differences[kind] for kind in KINDS):
        yield seal_sheet_blocks.full_width(words["none"])
        return
    yield from _units([*differences[COMMITTEES], *differences[BRANCHES]], words)
    if differences[MEMBERS]:
        yield seal_sheet_blocks.full_width(_members(differences, words), "text_small")


def _rules(differences: Mapping[str, Any], words: Words) -> Iterator[Row]:
    """The first few changed rules and rows of 花名册."""
    found = [*(differences["rules"] or ()), *differences["roster"]]
    texts = [shortened(_rule(each, words), words["most_text"]) for each in found[: words["most"]]]
    if len(found) > words["most"]:
        texts.append(more(len(found) - words["most"], words["what"]))
    for at, text in enumerate(texts):
        yield labelled((words["label"] if at == 0 else "", text), style="text_small")


def _rule(change: Mapping[str, str | None], words: Words) -> str:
    if change["was"] is None and change["now"] is None:
        return change["what"]
    word = "added" if change["was"] is None else "removed" if change["now"] is None else "moved"
    return words[word].format_map(change)


def _units(changes: Sequence[Mapping[str, Any]], words: Words) -> Iterator[Row]:
    """Committees, then branches: totals, grades and ranks before and after; the rest is counted."""
    moved = [change for change in changes if change["was"] != change["now"]]
    if moved:
        yield seal_sheet_blocks.headings(words["columns"])
    for change in moved[: words["most"]]:
        values = {"id": change["id"], "name": change["name"], **{side: _side(change, side, words) for side in _SIDES}}
        yield seal_sheet_blocks.column_values(words["columns"], values)
    if len(moved) > words["most"]:
        yield seal_sheet_blocks.full_width(more(len(moved) - words["most"], words["what"]), "text_small")
    if moved:
        yield seal_sheet_blocks.full_width(words["reading"], "text_small")
    if len(changes) > len(moved):
        yield seal_sheet_blocks.full_width(words["same"].format(count=len(changes) - len(moved)), "text_small")


def _side(change: Mapping[str, Any], name: str, words: Words) -> str:
    was, now = ((change[side] or {}).get(name) for side in ("was", "now"))
    if was is None and now is None:  # a committee has no rank but the county's
        return ""
    return _text(now) if was == now else words["sides"].format(was=_text(was), now=_text(now))


def _text(value: object) -> str:
    return resources.load("report/workbook")["missing"] if value is None else str(value)


def _members(differences: Mapping[str, Any], words: Words) -> str:
    members = differences[MEMBERS]
    return words["members"].format(
        **differences["summary"][MEMBERS],
        come=sum(change["was"] is None for change in members),
        gone=sum(change["now"] is None for change in members),
    )


# --- objections ----------------------------------------------------------------------------------------------------


def objections(manifest: Manifest) -> Iterator[Row]:
    """Every objection of the period with its outcome, or a line that there are none."""
    words, listed = seal_sheet_blocks.layout()["objections"], manifest.objections
    yield seal_sheet_blocks.caption(words["caption"].format(count=len(listed), open=open_ones(listed)))
    if not listed:
        yield seal_sheet_blocks.full_width(words["none"], "text_small")
        return
    yield seal_sheet_blocks.headings(words["columns"])
    for each in listed:
        yield _objection(each, words)


def _objection(each: Mapping[str, Any], words: Words) -> Row:
    state = words["states"][each["state"]]
    values = {name: each[name] or "" for name in ("objection", "raised", "conclusion", "reviewed", "handler")}
    values["subject"] = words["subject"].format(subject=each["subject"], name=each["name"] or "").rstrip()
    values["outcome"] = state["label"].format(amendment=each["amendment"], moved=each["moved"])
    cut = {c["name"]: shortened(values[c["name"]], c["most"]) for c in words["columns"] if "most" in c}
    return seal_sheet_blocks.column_values(words["columns"], {**values, **cut}, {"outcome": state["style"]})

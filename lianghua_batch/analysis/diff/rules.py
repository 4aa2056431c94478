"""The rules, and the facts of 花名册, that differ between two results."""

from collections.abc import Iterator, Mapping
from typing import Any

from lianghua_batch.analysis.diff.model import RuleChange
from lianghua_batch.analysis.diff.sentences import value_text
from lianghua_batch.analysis.diff.sides import Pair, Side
from lianghua_batch.analysis.rank_changes import BRANCHES, COMMITTEES, KINDS, MEMBERS, RankChange
from lianghua_batch.core import resources


def rule_changes(pair: Pair) -> Iterator[RuleChange]:
    """Yield every rule that changed, as it stands in 考评方案."""
    old, new = pair.old.rules.texts, pair.new.rules.texts
    for label in {**old["parameters"], **new["parameters"]}:
        was, now = old["parameters"].get(label), new["parameters"].get(label)
        if was != now:
            yield RuleChange(label, was, now)
    words = resources.load("messages/compare")["diff"]["rules"]
    for scope, label in words["scopes"].items():
        for table in ("bands", "ballots"):
            yield from _values(words[table], label, old[table][scope], new[table][scope])
    for table in ("dimensions", "projects", "indicators"):
        yield from _rows(words[table], old[table], new[table])


def _values(title: str, scope: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[RuleChange]:
    """The changed values of one 对象 of a table with one value a name."""
    for name in {**old, **new}:
        if name not in old or name not in new or old[name] != new[name]:
            yield RuleChange(title.format(scope=scope, name=name), _side(old, name), _side(new, name))


def _side(values: Mapping[str, Any], name: str) -> str | None:
    return value_text(values[name]) if name in values else None


def _rows(words: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[RuleChange]:
    """The new and removed rows of a table, and every changed field."""
    for code in {**old, **new}:
        was, now = old.get(code), new.get(code)
        title = words["row"].format(code=code, name=(now or was).get("name", ""))
        if was is None or now is None:
            there = words["there"]
            yield RuleChange(title, None if was is None else there, None if now is None else there)
            continue
        for field, label in words["fields"].items():
            if was[field] != now[field]:
                yield RuleChange(f"{title} {label}", value_text(was[field]), value_text(now[field]))


# --- 花名册 --------------------------------------------------------------------------------------------------------


def roster_changes(old: Side, new: Side, rank_changes: Mapping[str, list[RankChange]]) -> Iterator[RuleChange]:
    """Yield the units and members on one side only, and those with another name or another superior unit."""
    words = resources.load("messages/compare")["diff"]["roster"]
    names = {**{code: row["name"] for code, row in old.units.items()}, **{c: r["name"] for c, r in new.units.items()}}
    for kind in KINDS:
        for rank_change in rank_changes[kind]:
            title = words[kind].format(id=rank_change.id, name=rank_change.latest.name)
            if not rank_change.on_both_sides:
                yield RuleChange(
                    title, *(words["listed"] if side else None for side in (rank_change.was, rank_change.now))
                )
                continue
            if rank_change.was.name != rank_change.now.name:
                yield RuleChange(title, rank_change.was.name, rank_change.now.name)
            if rank_change.was.cohort != rank_change.now.cohort:
                yield RuleChange(title, *(_cohort(side.cohort, names) for side in (rank_change.was, rank_change.now)))
    if old.audit_trail is not None and new.audit_trail is not None:
        yield from _facts(Pair(old, new), rank_changes, words)


def _cohort(code: str, names: Mapping[str, str]) -> str:
    return names.get(code, code) if code else resources.load("reading")["direct_cohort"]


def _facts(pair: Pair, rank_changes: Mapping[str, list[RankChange]], words: Mapping[str, str]) -> Iterator[RuleChange]:
    """The facts that only the audit trail has: a unit's 考评组, a member's 党员类别."""
    for kind in (COMMITTEES, BRANCHES):
        for rank_change in (m for m in rank_changes[kind] if m.on_both_sides):
            was, now = (side.unit(rank_change.id)["group"] for side in (pair.old, pair.new))
            if was != now:
                title = words["group"].format(unit=words[kind].format(id=rank_change.id, name=rank_change.latest.name))
                yield RuleChange(title, value_text(was), value_text(now))
    for rank_change in (m for m in rank_changes[MEMBERS] if m.on_both_sides):
        was, now = (side.member(rank_change.id)["probationary"] for side in (pair.old, pair.new))
        if was != now:
            title = words[MEMBERS].format(id=rank_change.id, name=rank_change.latest.name)
            yield RuleChange(title, *(words["probationary" if side else "full"] for side in (was, now)))

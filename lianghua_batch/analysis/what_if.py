"""What-if: the 参数 to try, and the results under them beside today's."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lianghua_batch.analysis import rank_changes
from lianghua_batch.analysis.rank_changes import KINDS, MEMBERS, RankChange
from lianghua_batch.core import exact, resources
from lianghua_batch.core.suggestions import suggest
from lianghua_batch.intake.cell_values import Fault, anything, squeeze, tidy
from lianghua_batch.model.parameter_loader import suggest_value
from lianghua_batch.model.parameters import allowed_values, parameter_value
from lianghua_batch.scoring import results
from lianghua_batch.scoring.members import Quarter
from lianghua_batch.scoring.results import Results


class WrongRule(ValueError):
    """A 参数=值 that no 考评方案 could hold; str() is the sentence that says what is allowed."""


@dataclass(frozen=True)
class RuleSetting:
    """One 参数 that is changed, its 值 as filled and as asked for, and its 依据."""

    label: str
    was: str
    now: str
    basis: str


@dataclass(frozen=True)
class Comparison:
    """Today's results beside those under changed rules; `notes`: effects of the changes that a ranking does not show."""

    period: str
    settings: tuple[RuleSetting, ...]
    notes: tuple[str, ...]
    rank_changes: Mapping[str, list[RankChange]]

    def by_branch(self) -> dict[str, list[RankChange]]:
        """The members' changes by branch."""
        found: dict[str, list[RankChange]] = {}
        for change in self.rank_changes[MEMBERS]:
            found.setdefault(change.latest.cohort, []).append(change)
        return found


def requested(written: Iterable[str]) -> dict[str, str]:
    """Return the requested texts by the 参数's labels; raises WrongRule for a 参数 or value that cannot be."""
    entries = {squeeze(e["label"]): e for e in resources.load("rules/parameters")["parameters"]}
    texts: dict[str, str] = {}
    for each in written:
        name, equals, value = (part.strip() for part in tidy(each).partition("="))
        if not (name and equals and value):
            raise _wrong("shape", written=each)
        entry = entries.get(squeeze(name))
        if entry is None:
            labels = [e["label"] for e in entries.values()]
            raise _wrong("unknown", name=name, meant=_meant(suggest(name, labels)), labels=_texts()["and"].join(labels))
        if entry["label"] in texts:
            raise _wrong("twice", name=entry["label"])
        texts[entry["label"]] = _value(entry, anything(value))
    return texts


def _value(entry: Mapping[str, Any], value: str) -> str:
    try:
        parameter_value(entry, value)
    except Fault:
        meant = _meant(suggest_value(entry, value))
        raise _wrong("value", name=entry["label"], value=value, kind=allowed_values(entry), meant=meant) from None
    return value


def refused(texts: Mapping[str, str], today: Results) -> WrongRule:
    """Return what is wrong with rules whose values are allowed each: weights that do not sum to 100, and which to set as well."""
    catalogue = resources.load("rules/parameters")
    labels = {e["name"]: e["label"] for e in catalogue["parameters"]}
    entries = {e["label"]: e for e in catalogue["parameters"]}
    values = {labels[name]: getattr(today.county.scheme.parameters, name) for name in labels}
    values |= {label: parameter_value(entries[label], text) for label, text in texts.items()}
    sentences = []
    for group in ([labels[name] for name in names] for names in catalogue["hundreds"]):
        total = sum((values[label] for label in group), exact.ZERO)
        if total != exact.HUNDRED:
            others = [label for label in group if label not in texts]
            sentences.append(_unbalanced(group, values, total, others))
    return WrongRule(_texts()["separator"].join(sentences))


def _unbalanced(group: list[str], values: Mapping[str, Any], total: Fraction, others: list[str]) -> str:
    """That weights do not sum to 100, and which of the `others` (not requested) to set as well; of a single one its value."""
    words = _texts()
    terms = " + ".join(f"{label} {exact.short(values[label])}" for label in group)
    facts = {"terms": terms, "total": exact.short(total)}
    left = exact.HUNDRED - sum((values[label] for label in group if label not in others), exact.ZERO)
    if not others or left < 0:
        return words["weights_all"].format(**facts)
    if len(others) == 1:
        return words["weight"].format(**facts, name=others[0], value=exact.short(left))
    return words["weights"].format(**facts, others=words["and"].join(others), left=exact.short(left))


def _meant(value: str | None) -> str:
    return "" if value is None else _texts()["meant"].format(value=value)


def _wrong(why: str, **words: str) -> WrongRule:
    return WrongRule(_texts()[why].format(**words))


def _texts() -> Mapping[str, str]:
    return resources.load("messages/compare")["whatif"]["wrong"]


# --- side by side --------------------------------------------------------------------------------------------------


def compare(texts: Mapping[str, str], today: Results, then: Results) -> Comparison:
    """Return the results of one county under its own and under other rules side by side."""
    filled = {rule.label: rule for rule in today.county.scheme.rules}
    changes = tuple(RuleSetting(label, filled[label].value, text, filled[label].basis) for label, text in texts.items())
    old, new = results.as_json(today), results.as_json(then)
    listed = {kind: rank_changes.rank_changes(old, new, kind) for kind in KINDS}
    return Comparison(str(today.county.period), changes, tuple(_notes(today, then)), listed)


def _notes(today: Results, then: Results) -> Iterator[str]:
    """The effects of changed 参数 that a ranking does not show: on checking the forms, and on how forms were filled."""
    words = resources.load("messages/compare")["whatif"]["notes"]
    adjusted = sum(any(_is_adjusted(quarter) for quarter in member.quarters) for member in today.members)
    for entry in resources.load("rules/parameters")["parameters"]:
        old, new = (getattr(side.county.scheme.parameters, entry["name"]) for side in (today, then))
        note = entry.get("in_trial")
        if note is not None and old != new and (adjusted or note != "adjustments"):
            yield words[note].format(label=entry["label"], count=adjusted)


def _is_adjusted(quarter: Quarter) -> bool:
    return any(part.kind == "adjustment" for part in quarter.approved.parts)


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Return the whole comparison for a program."""
    changes = [{"parameter": c.label, "was": c.was, "now": c.now, "basis": c.basis} for c in comparison.settings]
    return {
        "period": comparison.period,
        "changes": changes,
        "notes": list(comparison.notes),
        "summary": {kind: rank_changes.counts(listed) for kind, listed in comparison.rank_changes.items()},
        **{kind: [rank_changes.as_json(m, kind) for m in listed] for kind, listed in comparison.rank_changes.items()},
    }

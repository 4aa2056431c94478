"""Why a unit's total changed: traced step by step, each part with its share, down to the forms, rules and people."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from lianghua_batch.analysis.diff import leaves, members, weights
from lianghua_batch.analysis.diff.leaves import rounding_reason
from lianghua_batch.analysis.diff.model import DATA, OTHER, ROUNDING, RULE, Reason, merged, scaled, total
from lianghua_batch.analysis.diff.sentences import reason_words, score_text, value_text
from lianghua_batch.analysis.diff.sides import Pair, Side, SideRules, TrailPart, TrailScore
from lianghua_batch.analysis.diff.weights import MEMBER_MEAN, Step
from lianghua_batch.core import exact
from lianghua_batch.scoring import efficacy

_MEMBER_SCORES = ("points", "percent")  # which have no parts in the audit trail


class Attribution:
    """Finds the reasons why scores changed; they are kept by score, since committees are made of branches."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self._reasons: dict[tuple[str, str], tuple[Reason, ...]] = {}

    def total_reasons(self, unit: str) -> tuple[Reason, ...]:
        """Return why a unit's total changed; the reasons sum to the change exactly."""
        return self.score_reasons(unit, self.pair.new.unit(unit)["total"])

    def score_reasons(self, unit: str, key: str) -> tuple[Reason, ...]:
        """Return why one score changed that the unit has on both sides."""
        if (unit, key) not in self._reasons:
            self._reasons[unit, key] = self._whole(unit, key)
        return self._reasons[unit, key]

    def _whole(self, unit: str, key: str) -> tuple[Reason, ...]:
        """The reasons of the parts, of the rounding, and an unexplained rest."""
        old, new = self.pair.old.score(unit, key), self.pair.new.score(unit, key)
        found = self._parts(unit, key, old, new)
        found.append(rounding_reason(self.pair, new.rounding - old.rounding))
        rest = new.value - old.value - total(found)
        return merged([*found, Reason(OTHER, reason_words()["other"], rest)])

    def _parts(self, unit: str, key: str, old: TrailScore, new: TrailScore) -> list[Reason]:
        straight = leaves.leaf_reasons(self.pair, unit, key)
        if straight is not None:
            return list(straight)
        if key.startswith("indicator:"):
            return self._indicator(unit, key, old, new)
        return self._shares(weights.step(self.pair, unit, key))

    # --- shares ----------------------------------------------------------------------------------------------------

    def _shares(self, step: Step) -> list[Reason]:
        """Δvalue×old share, then Δshare×new value, split into what facts and what rules changed of the share."""
        found: list[Reason] = []
        foreign: list[Reason] = []
        for key in {**step.old, **step.new}:
            was, now = step.old.get(key), step.new.get(key)
            old_share = was.share if was else exact.ZERO
            new_share = now.share if now else exact.ZERO
            value = _value(self.pair.new, step.unit, now) if now else _value(self.pair.old, step.unit, was)
            if was and now:
                reasons = scaled(self._part_reasons(step.unit, was, now), old_share)
                (foreign if "/" in key else found).extend(reasons)
            middle = weights.middle_share(step, key)
            if middle != old_share:
                found.append(weights.facts_reason(step, key, value * (middle - old_share)))
            if new_share != middle:
                found.append(weights.rules_reason(step, key, value * (new_share - middle)))
        return [*found, *(_merge_members(foreign) if step.name == MEMBER_MEAN else foreign)]

    def _part_reasons(self, unit: str, was: TrailPart, now: TrailPart) -> Iterable[Reason]:
        """Why the score changed that a part comes from."""
        owner, foreign, key = was.score_key.partition("/")
        if not foreign:
            return self.score_reasons(unit, was.score_key)
        if key not in _MEMBER_SCORES:
            return self._branch(owner, key)
        change = _value(self.pair.new, unit, now) - _value(self.pair.old, unit, was)
        return members.mean_reasons(self.pair, owner, change) if change else ()

    def _branch(self, branch: str, key: str) -> list[Reason]:
        """A branch's total in its committee's score: one reason a kind; roundings share one wording."""
        old, new = self.pair.old.score(branch, key), self.pair.new.score(branch, key)
        sides = {"was": exact.text(old.value), "now": exact.text(new.value)}
        what = reason_words()["branch_total"].format(branch=branch, name=self.pair.name(branch), **sides)
        by_kind: dict[str, Fraction] = {}
        for reason in self.score_reasons(branch, key):
            by_kind[reason.kind] = by_kind.get(reason.kind, exact.ZERO) + reason.amount
        return [
            Reason(kind, reason_words()["rounding"] if kind == ROUNDING else what, amount, (branch,))
            for kind, amount in by_kind.items()
        ]

    # --- indicators ------------------------------------------------------------------------------------------------

    def _indicator(self, unit: str, key: str, old: TrailScore, new: TrailScore) -> list[Reason]:
        """The new number under the old rules, then under the new ones; a computed number is traced further."""
        code = key.partition(":")[2]
        was, now = (side.rules.indicator(unit, code) for side in (self.pair.old, self.pair.new))
        clip = self.pair.changed("clip_efficacy")
        changed = [_indicator_change_text(self.pair, unit, code, was, now)] if was != now else []
        rule = reason_words()["separator"].join([*changed, *([self.pair.parameters_text(clip)] if clip else [])])
        x_old, x_new = _actual(self.pair.old.score, unit, old), _actual(self.pair.new.score, unit, new)
        middle = _indicator_points(x_new, was, self.pair.old.rules) if was["metric"] == now["metric"] else old.raw
        if middle is None:  # the old 赋分方法 does not take the new number: it was made for the new one
            middle = old.raw
        found = [Reason(RULE, rule, new.raw - middle)]
        if middle == old.raw or x_old == x_new:
            return found
        source_key = new.parts[0].score_key
        if source_key is None:
            sides = {"was": exact.short(x_old), "now": exact.short(x_new)}
            what = reason_words()["moved"].format(what=weights.indicator_name(self.pair, unit, code), **sides)
            return [Reason(DATA, what, middle - old.raw), *found]
        slope = (middle - old.raw) / (x_new - x_old)
        return [*scaled(self.score_reasons(unit, source_key), slope), *found]


def _indicator_points(x: Fraction, indicator: Mapping[str, Any], rules: SideRules) -> Fraction | None:
    """An indicator's points for an actual value; None where its 赋分方法 does not take that value."""
    method = indicator["method"]
    d = efficacy.efficacy_score(method, x, [Fraction(s) for s in indicator["standards"]])
    return (
        None
        if d is None
        else sum(efficacy.points(method, d, Fraction(indicator["weight"]), rules.values.clip_efficacy))
    )


def _value(side: Side, unit: str, part: TrailPart) -> Fraction:
    """The value of the score that a part comes from; a branch's share may be 0."""
    owner, foreign, key = part.score_key.partition("/")
    if not foreign:
        return side.score(unit, part.score_key).value
    return part.amount / part.share if key in _MEMBER_SCORES else side.score(owner, key).value


def _actual(score_at: Callable[[str, str], TrailScore | None], unit: str, indicator: TrailScore) -> Fraction:
    """The number that an indicator's points come from: a filled one, or a score."""
    first = indicator.parts[0]
    return first.held if first.score_key is None else score_at(unit, first.score_key).value


def _merge_members(reasons: list[Reason]) -> list[Reason]:
    """The members' DATA reasons as one, with the number of members; other reasons unchanged."""
    data = [reason for reason in reasons if reason.kind == DATA and reason.amount]
    if not data:
        return reasons
    whom = tuple(dict.fromkeys(code for reason in data for code in reason.whom))
    merged_reason = Reason(DATA, reason_words()["members"].format(count=len(whom)), total(data), whom)
    return [merged_reason, *(reason for reason in reasons if reason.kind != DATA)]


def _indicator_change_text(pair: Pair, unit: str, code: str, was: dict, now: dict) -> str:
    """The changed fields of an indicator, in words."""
    words = reason_words()
    fields = words["indicator_fields"]
    parts = []
    for name, label in fields.items():
        if was[name] != now[name]:
            parts.append(words["moved"].format(what=label, was=value_text(was[name]), now=value_text(now[name])))
    return score_text(weights.indicator_name(pair, unit, code), words["separator"].join(parts))

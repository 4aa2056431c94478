"""Why a unit's total changed: followed down from step to step, every part with its share, to the forms, rules and people."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from lianghua_batch.analysis.diff import leaves, members, weights
from lianghua_batch.analysis.diff.leaves import rounded
from lianghua_batch.analysis.diff.model import DATA, OTHER, ROUNDING, RULE, Reason, merged, scaled, total
from lianghua_batch.analysis.diff.sentences import part, plain, words
from lianghua_batch.analysis.diff.sides import Pair, Part, ScorePart, Side, SideRules
from lianghua_batch.analysis.diff.weights import MEMBER_MEAN, Step
from lianghua_batch.core import exact
from lianghua_batch.scoring import efficacy

_OF_MEMBERS = ("points", "percent")  # of which 计分依据 has no parts


class Attribution:
    """Tells why scores changed; what was told once of a score is kept, for committees are made of branches."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self._told: dict[tuple[str, str], tuple[Reason, ...]] = {}

    def of_total(self, unit: str) -> tuple[Reason, ...]:
        """The reasons of the change of a unit's total, which they sum to exactly."""
        return self.of_score(unit, self.pair.new.unit(unit)["total"])

    def of_score(self, unit: str, key: str) -> tuple[Reason, ...]:
        """The reasons of the change of one score that a unit has on both sides."""
        if (unit, key) not in self._told:
            self._told[unit, key] = self._whole(unit, key)
        return self._told[unit, key]

    def _whole(self, unit: str, key: str) -> tuple[Reason, ...]:
        """The reasons of the parts, of the rounding, and what nothing explains."""
        old, new = self.pair.old.node(unit, key), self.pair.new.node(unit, key)
        found = self._parts(unit, key, old, new)
        found.append(rounded(self.pair, new.rounding - old.rounding))
        rest = new.value - old.value - total(found)
        return merged([*found, Reason(OTHER, words()["other"], rest)])

    def _parts(self, unit: str, key: str, old: ScorePart, new: ScorePart) -> list[Reason]:
        straight = leaves.reasons(self.pair, unit, key)
        if straight is not None:
            return list(straight)
        if key.startswith("indicator:"):
            return self._indicator(unit, key, old, new)
        return self._shares(weights.step(self.pair, unit, key))

    # --- shares ----------------------------------------------------------------------------------------------------

    def _shares(self, step: Step) -> list[Reason]:
        """Δvalue×old share, then what the facts and the rules changed of the share, at the new value."""
        found: list[Reason] = []
        of_others: list[Reason] = []
        for key in {**step.old, **step.new}:
            was, now = step.old.get(key), step.new.get(key)
            old_share = was.share if was else exact.ZERO
            new_share = now.share if now else exact.ZERO
            value = _value(self.pair.new, step.unit, now) if now else _value(self.pair.old, step.unit, was)
            if was and now:
                reasons = scaled(self._of(step.unit, was, now), old_share)
                (of_others if "/" in key else found).extend(reasons)
            middle = weights.between(step, key)
            if middle != old_share:
                found.append(weights.by_facts(step, key, value * (middle - old_share)))
            if new_share != middle:
                found.append(weights.by_rules(step, key, value * (new_share - middle)))
        return [*found, *(_members_folded(of_others) if step.name == MEMBER_MEAN else of_others)]

    def _of(self, unit: str, was: Part, now: Part) -> Iterable[Reason]:
        """Why the score that a part is taken from changed."""
        owner, foreign, key = was.of.partition("/")
        if not foreign:
            return self.of_score(unit, was.of)
        if key not in _OF_MEMBERS:
            return self._branch(owner, key)
        change = _value(self.pair.new, unit, now) - _value(self.pair.old, unit, was)
        return members.of_mean(self.pair, owner, change) if change else ()

    def _branch(self, branch: str, key: str) -> list[Reason]:
        """A branch's total as a committee takes it: one reason a kind, its roundings with all others."""
        old, new = self.pair.old.node(branch, key), self.pair.new.node(branch, key)
        sides = {"was": exact.text(old.value), "now": exact.text(new.value)}
        what = words()["branch_total"].format(branch=branch, name=self.pair.name(branch), **sides)
        by_kind: dict[str, Fraction] = {}
        for reason in self.of_score(branch, key):
            by_kind[reason.kind] = by_kind.get(reason.kind, exact.ZERO) + reason.amount
        return [
            Reason(kind, words()["rounding"] if kind == ROUNDING else what, amount, (branch,))
            for kind, amount in by_kind.items()
        ]

    # --- indicators ------------------------------------------------------------------------------------------------

    def _indicator(self, unit: str, key: str, old: ScorePart, new: ScorePart) -> list[Reason]:
        """The new number under the old rules, then under the new ones; a computed number is followed further down."""
        code = key.partition(":")[2]
        was, now = (side.rules.said["indicators"][code] for side in (self.pair.old, self.pair.new))
        clip = self.pair.changed("clip_efficacy")
        changed = [_indicator_moved(code, self.pair, was, now)] if was != now else []
        rule = words()["separator"].join([*changed, *([self.pair.parameters_text(clip)] if clip else [])])
        x_old, x_new = _actual(self.pair.old.node, unit, old), _actual(self.pair.new.node, unit, new)
        middle = _indicated(x_new, was, self.pair.old.rules) if was["metric"] == now["metric"] else old.raw
        if middle is None:  # the old 赋分方法 does not take the new number: it was made for the new one
            middle = old.raw
        found = [Reason(RULE, rule, new.raw - middle)]
        if middle == old.raw or x_old == x_new:
            return found
        of = new.parts[0].of
        if of is None:
            sides = {"was": exact.short(x_old), "now": exact.short(x_new)}
            what = words()["moved"].format(what=weights.indicator_name(self.pair, code), **sides)
            return [Reason(DATA, what, middle - old.raw), *found]
        slope = (middle - old.raw) / (x_new - x_old)
        return [*scaled(self.of_score(unit, of), slope), *found]


def _indicated(x: Fraction, indicator: Mapping[str, Any], rules: SideRules) -> Fraction | None:
    """An indicator's points of an actual value; None where its 赋分方法 does not take that."""
    method = indicator["method"]
    d = efficacy.efficacy_score(method, x, [Fraction(s) for s in indicator["standards"]])
    return (
        None
        if d is None
        else sum(efficacy.points(method, d, Fraction(indicator["weight"]), rules.values.clip_efficacy))
    )


def _value(side: Side, unit: str, part: Part) -> Fraction:
    """The score that a part is taken from; a branch may count nothing."""
    owner, foreign, key = part.of.partition("/")
    if not foreign:
        return side.node(unit, part.of).value
    return part.amount / part.share if key in _OF_MEMBERS else side.node(owner, key).value


def _actual(node: Callable[[str, str], ScorePart | None], unit: str, indicator: ScorePart) -> Fraction:
    """The number that an indicator's points come from: filled, or a score."""
    first = indicator.parts[0]
    return first.held if first.of is None else node(unit, first.of).value


def _members_folded(reasons: list[Reason]) -> list[Reason]:
    """The members' reasons of one kind as one, with how many they are; their rules and roundings as they are."""
    data = [reason for reason in reasons if reason.kind == DATA and reason.amount]
    if not data:
        return reasons
    whom = tuple(dict.fromkeys(code for reason in data for code in reason.whom))
    folded = Reason(DATA, words()["members"].format(count=len(whom)), total(data), whom)
    return [folded, *(reason for reason in reasons if reason.kind != DATA)]


def _indicator_moved(code: str, pair: Pair, was: dict, now: dict) -> str:
    """What of an indicator's row is another one."""
    told = words()
    fields = told["indicator_fields"]
    parts = []
    for name, label in fields.items():
        if was[name] != now[name]:
            parts.append(told["moved"].format(what=label, was=plain(was[name]), now=plain(now[name])))
    return part(weights.indicator_name(pair, code), told["separator"].join(parts))

"""Scores that take fixed shares of others: what each share would be under the old rules with the new facts, and what it is called
when a share changed by either."""

from dataclasses import dataclass
from fractions import Fraction

from lianghua_batch.analysis.diff.model import DATA, ROSTER, RULE, Reason
from lianghua_batch.analysis.diff.sentences import words
from lianghua_batch.analysis.diff.sides import Pair, Part, ScorePart
from lianghua_batch.core import exact
from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.scoring import formulas

MEMBER_MEAN = "member_mean"
_BRANCHES = ("branch_mean", "quarter_total")
# The 参数 that give a step its shares, and of which kind it is when the facts change them.
_RULES = {
    "annual": ("inspection_weight", "year_end_weight"),
    "year_end": ("assessment_weight", "supervisors_weight", "masses_weight", "clients_weight"),
    "inspection": ("committee_inspections",),
    "branch_mean": ("committee_mean",),
    "quarter_total": ("quarter_points_weight", "quarter_inspection_weight"),
}
_FACTS = {"year_end": DATA}
_FOR_WHOM = ("level", "applies_to", "counts")  # by which an indicator of 考评方案 applies to a unit
_FACTS_TEXTS = {"year_end": "clients", "inspection": "inspections", "quarter_total": "scored_members"}


@dataclass(frozen=True)
class Step:
    """One step of a unit that both sides have, its parts by the key of the score that each is taken from."""

    pair: Pair
    unit: str
    name: str
    old: dict[str, Part]
    new: dict[str, Part]

    @property
    def of_branches(self) -> bool:
        """Whether it is a committee's mean of its branches."""
        return self.name in _BRANCHES and any("/" in key for key in (*self.old, *self.new))


def step(pair: Pair, unit: str, key: str) -> Step:
    """The step `key` of a unit."""
    old, new = (_taken(side.node(unit, key)) for side in (pair.old, pair.new))
    return Step(pair, unit, key, old, new)


def _taken(node: ScorePart) -> dict[str, Part]:
    return {part.of: part for part in node.parts if part.of is not None}


def between(step: Step, key: str) -> Fraction:
    """The share of one part under the old rules with the new facts."""
    was, now = (side[key].share if key in side else exact.ZERO for side in (step.old, step.new))
    if step.name == "assessment":
        return was if _set_by_rules(step, key) else now
    changed = step.pair.changed(*rules_of(step))
    if not changed:
        return now
    if step.name == "inspection":
        return was
    rules = step.pair.old.rules.values
    if step.of_branches:
        weights_by_branch = formulas.branch_weights([_owner(of) for of in step.new], step.pair.new.member_counts, rules)
        return Fraction(weights_by_branch.get(_owner(key), 0), sum(weights_by_branch.values()) or 1)
    if step.name == "year_end":
        return formulas.year_end_weights("clients" in step.new, rules).get(key, exact.ZERO) / 100
    if step.name == "quarter_total":
        score = key.partition(":")[0]
        weights = formulas.quarter_weights(MEMBER_MEAN in step.new, rules)
        return weights.get("inspection" if score == "inspection_period" else score, exact.ZERO) / 100
    return was


def rules_of(step: Step) -> tuple[str, ...]:
    """The 参数 that give a step its shares."""
    if step.name == "inspection" and step.pair.new.unit(step.unit)["level"] != COMMITTEE:
        return ()  # 督查 of a branch is that of all quarters
    return ("committee_mean",) if step.of_branches else _RULES.get(step.name, ())


def _owner(of: str) -> str:
    return of.partition("/")[0]


def _set_by_rules(step: Step, key: str) -> bool:
    """Whether an indicator that only one side has is there by 考评方案, not by what unit it is."""
    indicator = key.partition(":")[2]
    was, now = (side.rules.said["indicators"].get(indicator) for side in (step.pair.old, step.pair.new))
    return was is None or now is None or any(was[field] != now[field] for field in _FOR_WHOM)


# --- in words ------------------------------------------------------------------------------------------------------


def by_facts(step: Step, key: str, amount: Fraction) -> Reason:
    """A share that other facts changed: who is there to be averaged or asked."""
    return Reason(_FACTS.get(step.name, ROSTER), _facts_text(step, key), amount)


def by_rules(step: Step, key: str, amount: Fraction) -> Reason:
    """A share that other rules changed."""
    if step.name == "assessment":
        told = words()["indicator_new" if key in step.new else "indicator_gone"]
        return Reason(RULE, told.format(indicator=indicator_name(step.pair, key.partition(":")[2])), amount)
    return Reason(RULE, step.pair.parameters_text(step.pair.changed(*rules_of(step))), amount)


def indicator_name(pair: Pair, code: str) -> str:
    """An indicator as it is spoken of."""
    sides = (side.rules.said["indicators"] for side in (pair.new, pair.old))
    name = next((indicators[code]["name"] for indicators in sides if code in indicators), "")
    return words()["indicator"].format(code=code, name=name)


def _facts_text(step: Step, key: str) -> str:
    told = words()
    if step.name == "assessment":
        text = told["indicator_applies" if key in step.new else "indicator_no_more"]
        return text.format(indicator=indicator_name(step.pair, key.partition(":")[2]))
    if step.name == MEMBER_MEAN:
        return _come_and_gone(step, told["members_changed"], told["members_same"])
    if step.of_branches:
        return _come_and_gone(step, told["branches_changed"], told["branches_same"])
    return told[_FACTS_TEXTS.get(step.name, "other")]


def _come_and_gone(step: Step, changed: str, same: str) -> str:
    """Who came and who went; the first few by name."""
    told = words()
    listed = []
    for word, codes in ((told["came"], step.new.keys() - step.old), (told["gone"], step.old.keys() - step.new)):
        if codes:
            owners = sorted(map(_owner, codes))
            names = told["and"].join(f"{step.pair.name(c)}（{c}）" for c in owners[: told["names_most"]])
            more = told["and_more"].format(count=len(owners)) if len(owners) > told["names_most"] else ""
            listed.append(word.format(names=names + more))
    return changed.format(who=told["separator"].join(listed)) if listed else same

"""Scores that take fixed shares of other scores: each share under the old rules with the new facts, and the reasons for its change."""

from dataclasses import dataclass
from fractions import Fraction

from lianghua_batch.analysis.diff.model import DATA, ROSTER, RULE, Reason
from lianghua_batch.analysis.diff.sentences import reason_words
from lianghua_batch.analysis.diff.sides import Pair, TrailPart, TrailScore
from lianghua_batch.core import exact
from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.scoring import formulas

MEMBER_MEAN = "member_mean"
_BRANCHES = ("branch_mean", "quarter_total")
# The 参数 that determine a step's shares; the kind of reason where facts change them (else ROSTER).
_RULES = {
    "annual": ("inspection_weight", "year_end_weight"),
    "year_end": ("assessment_weight", "supervisors_weight", "masses_weight", "clients_weight"),
    "inspection": ("committee_inspections",),
    "branch_mean": ("committee_mean",),
    "quarter_total": ("quarter_points_weight", "quarter_inspection_weight"),
}
_FACTS = {"year_end": DATA}
_APPLICABILITY = ("level", "applies_to", "counts")  # the columns that decide whether an indicator applies to a unit
_FACTS_TEXTS = {"year_end": "clients", "inspection": "inspections", "quarter_total": "scored_members"}


@dataclass(frozen=True)
class Step:
    """One step of a unit on both sides, its parts by the key of the score that each comes from."""

    pair: Pair
    unit: str
    name: str
    old: dict[str, TrailPart]
    new: dict[str, TrailPart]

    @property
    def is_branch_mean(self) -> bool:
        """Whether it is a committee's mean of its branches."""
        return self.name in _BRANCHES and any("/" in key for key in (*self.old, *self.new))


def step(pair: Pair, unit: str, key: str) -> Step:
    """Return the step `key` of a unit."""
    old, new = (_taken(side.score(unit, key)) for side in (pair.old, pair.new))
    return Step(pair, unit, key, old, new)


def _taken(score: TrailScore) -> dict[str, TrailPart]:
    return {part.score_key: part for part in score.parts if part.score_key is not None}


def middle_share(step: Step, key: str) -> Fraction:
    """Return the share of one part under the old rules with the new facts."""
    was, now = (side[key].share if key in side else exact.ZERO for side in (step.old, step.new))
    if step.name == "assessment":
        return was if _set_by_rules(step, key) else now
    changed = step.pair.changed(*step_parameters(step))
    if not changed:
        return now
    if step.name == "inspection":
        return was
    rules = step.pair.old.rules.values
    if step.is_branch_mean:
        weights_by_branch = formulas.branch_weights(
            [_owner(score_key) for score_key in step.new], step.pair.new.member_counts, rules
        )
        return Fraction(weights_by_branch.get(_owner(key), 0), sum(weights_by_branch.values()) or 1)
    if step.name == "year_end":
        return formulas.year_end_weights("clients" in step.new, rules).get(key, exact.ZERO) / 100
    if step.name == "quarter_total":
        score = key.partition(":")[0]
        weights = formulas.quarter_weights(MEMBER_MEAN in step.new, rules)
        return weights.get("inspection" if score == "inspection_period" else score, exact.ZERO) / 100
    return was


def step_parameters(step: Step) -> tuple[str, ...]:
    """Return the 参数 that determine a step's shares."""
    if step.name == "inspection" and step.pair.new.unit(step.unit)["level"] != COMMITTEE:
        return ()  # 督查 of a branch is that of all quarters
    return ("committee_mean",) if step.is_branch_mean else _RULES.get(step.name, ())


def _owner(score_key: str) -> str:
    return score_key.partition("/")[0]


def _set_by_rules(step: Step, key: str) -> bool:
    """Whether an indicator that only one side has is there by 考评方案, not by what unit it is."""
    indicator = key.partition(":")[2]
    was, now = (side.rules.indicator(step.unit, indicator) for side in (step.pair.old, step.pair.new))
    return was is None or now is None or any(was[field] != now[field] for field in _APPLICABILITY)


# --- in words ------------------------------------------------------------------------------------------------------


def facts_reason(step: Step, key: str, amount: Fraction) -> Reason:
    """Return the reason for a share that facts changed: who is averaged, or who was asked."""
    return Reason(_FACTS.get(step.name, ROSTER), _facts_text(step, key), amount)


def rules_reason(step: Step, key: str, amount: Fraction) -> Reason:
    """Return the reason for a share that rules changed."""
    if step.name == "assessment":
        text = reason_words()["indicator_new" if key in step.new else "indicator_gone"]
        return Reason(RULE, text.format(indicator=indicator_name(step.pair, step.unit, key.partition(":")[2])), amount)
    return Reason(RULE, step.pair.parameters_text(step.pair.changed(*step_parameters(step))), amount)


def indicator_name(pair: Pair, unit: str, code: str) -> str:
    """Return the code and name of a unit's indicator, in words."""
    sides = (side.rules.indicator(unit, code) for side in (pair.new, pair.old))
    name = next((indicator["name"] for indicator in sides if indicator is not None), "")
    return reason_words()["indicator"].format(code=code, name=name)


def _facts_text(step: Step, key: str) -> str:
    words = reason_words()
    if step.name == "assessment":
        text = words["indicator_applies" if key in step.new else "indicator_no_more"]
        return text.format(indicator=indicator_name(step.pair, step.unit, key.partition(":")[2]))
    if step.name == MEMBER_MEAN:
        return _come_and_gone(step, words["members_changed"], words["members_same"])
    if step.is_branch_mean:
        return _come_and_gone(step, words["branches_changed"], words["branches_same"])
    return words[_FACTS_TEXTS.get(step.name, "other")]


def _come_and_gone(step: Step, changed: str, same: str) -> str:
    """Who came and who left, the first few by name."""
    words = reason_words()
    listed = []
    for word, codes in ((words["came"], step.new.keys() - step.old), (words["gone"], step.old.keys() - step.new)):
        if codes:
            owners = sorted(map(_owner, codes))
            names = words["and"].join(
                words["owner"].format(name=step.pair.name(c), code=c) for c in owners[: words["names_most"]]
            )
            more = words["and_more"].format(count=len(owners)) if len(owners) > words["names_most"] else ""
            listed.append(word.format(names=names + more))
    return changed.format(who=words["separator"].join(listed)) if listed else same

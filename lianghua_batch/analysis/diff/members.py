"""Why a member's points changed: 月积分, 支委会调整, 评议, or the rules that combine them."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from lianghua_batch.analysis.diff import leaves, sentences
from lianghua_batch.analysis.diff.leaves import with_rounding
from lianghua_batch.analysis.diff.model import DATA, ROSTER, RULE, Reason, scaled
from lianghua_batch.analysis.diff.sentences import reason_words
from lianghua_batch.analysis.diff.sides import Pair, Side
from lianghua_batch.analysis.rank_changes import MEMBERS
from lianghua_batch.core import exact, periods
from lianghua_batch.core.periods import YEAR
from lianghua_batch.model.scheme import MEMBER, Parameters
from lianghua_batch.model.scores import step_label
from lianghua_batch.scoring import formulas

# How many roundings may lie between a figure and the numbers that explain it: its own, those of earlier steps, and those of
# published numbers, which under 末级 are rounded though the figure was computed from the exact ones.
_ROUNDINGS = {
    "percent": 3,  # 季度积分, 审定积分 and its own; or 月积分 and 审定积分
    "approved": 5,  # three 月积分, 季度积分 and its own
    "points": 1,
    "review": 1,
    "total": 3,  # 年度积分, 评议得分 and its own
}
# The columns of 考评方案 that determine 月积分 under 日记录核算; 党小组打分 takes the marks as they are.
_COMPUTED_FROM = {
    "dimensions": ("full_marks", "start"),
    "projects": ("dimension", "points", "monthly_cap", "yearly_cap"),
}


def total_reasons(pair: Pair, member: str) -> tuple[Reason, ...]:
    """Return why a member's 年度综合分, or in a quarter 审定积分, changed; the reasons sum to the change exactly."""
    rows = _rows(pair, member)
    if periods.parse(pair.new.results["period"]).kind != YEAR:
        change = _number(rows[1]["points"]) - _number(rows[0]["points"])
        return with_rounding(pair, _approved_reasons(pair, member), change, _ROUNDINGS["approved"])
    change = _number(rows[1]["total"]) - _number(rows[0]["total"])
    return with_rounding(pair, _weighted_reasons(pair, member), change, _ROUNDINGS["total"])


def mean_reasons(pair: Pair, member: str, change: Fraction) -> tuple[Reason, ...]:
    """Return why a member's figure in 党员积分均分 changed by `change`: 年度积分, or a quarter's 百分制 figure."""
    return with_rounding(pair, _points_reasons(pair, member), change, _ROUNDINGS["points"])


def _rows(pair: Pair, member: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return pair.old.rows[MEMBERS][member], pair.new.rows[MEMBERS][member]


def _number(written: str | None) -> Fraction:
    return exact.ZERO if written is None else Fraction(written)


# --- the year ------------------------------------------------------------------------------------------------------


def _weighted_reasons(pair: Pair, member: str) -> list[Reason]:
    """年度积分 and 评议得分, each with its weight: Δvalue×old weight, then what the weights changed."""
    rows = _rows(pair, member)
    reviewed = [row["review"] is not None for row in rows]
    old, new = pair.old.rules.values, pair.new.rules.values
    shares = [_shares(rules, has) for rules, has in ((old, reviewed[0]), (old, reviewed[1]), (new, reviewed[1]))]
    points = [_number(row["points"]) for row in rows]
    review = [
        _number((row if has else other)["review"]) for row, other, has in zip(rows, rows[::-1], reviewed, strict=True)
    ]
    found = scaled(
        with_rounding(pair, _points_reasons(pair, member), points[1] - points[0], _ROUNDINGS["points"]), shares[0][0]
    )
    found += scaled(_review_reasons(pair, member, review[1] - review[0]), shares[0][1])
    facts = reason_words()["reviewed" if reviewed[1] else "not_reviewed"]
    rule = pair.parameters_text(pair.changed("points_weight", "review_weight"))
    for value, (was, middle, now) in zip((points[1], review[1]), zip(*shares, strict=True), strict=True):
        found.append(Reason(ROSTER, facts, value * (middle - was), (member,)))
        found.append(Reason(RULE, rule, value * (now - middle), (member,)))
    return found


def _shares(rules: Parameters, reviewed: bool) -> tuple[Fraction, Fraction]:
    """The shares of 年度积分 and 评议得分."""
    weights = formulas.member_weights(reviewed, rules)
    return weights["points"] / 100, weights.get("review", exact.ZERO) / 100


def _review_reasons(pair: Pair, member: str, change: Fraction) -> tuple[Reason, ...]:
    """Why a 评议得分 changed: votes and 折算分; no reasons where one side has none."""
    votes = [side.votes(member) for side in (pair.old, pair.new)]
    if None in votes:
        return ()
    reasons = leaves.vote_reasons(pair, MEMBER, step_label("review"), *votes)
    return with_rounding(pair, (replace(reason, whom=(member,)) for reason in reasons), change, _ROUNDINGS["review"])


def _points_reasons(pair: Pair, member: str) -> list[Reason]:
    """Why 年度积分, the mean of the quarters' 百分制 figures, changed: common quarters first, then those of one side only."""
    was, now = (_percents(side, member) for side in (pair.old, pair.new))
    common = [quarter for quarter in now if quarter in was]
    found: list[Reason] = []
    for quarter in common:
        found += scaled(_percent_reasons(pair, member, quarter, now[quarter] - was[quarter]), Fraction(1, len(was)))
    alone = exact.mean(now.values()) - exact.mean(was.values())
    alone -= sum(((now[q] - was[q]) / len(was) for q in common), exact.ZERO)
    what = reason_words()["quarters"].format(was=len(was), now=len(now))
    return [*found, Reason(ROSTER, what, alone, (member,))]


# --- a quarter -----------------------------------------------------------------------------------------------------


def _percents(side: Side, member: str) -> dict[str, Fraction]:
    """A member's 百分制 figures by quarter."""
    row, rules = side.rows[MEMBERS][member], side.rules
    shares = {q: formulas.percent_share(len(_months(row, q)), rules.values) for q in row["quarters"]}
    return {q: rules.rounded(_number(approved) * shares[q]) for q, approved in row["quarters"].items()}


def _months(row: Mapping[str, Any], quarter: str) -> dict[str, Fraction]:
    months = map(str, periods.parse(quarter).months)
    return {month: _number(row["months"][month]) for month in months if row["months"].get(month) is not None}


def _percent_reasons(pair: Pair, member: str, quarter: str, change: Fraction) -> tuple[Reason, ...]:
    """Why one 百分制 figure changed."""
    return with_rounding(pair, _month_reasons(pair, member, quarter), change, _ROUNDINGS["percent"])


def _approved_reasons(pair: Pair, member: str) -> list[Reason]:
    """Why a quarter's 审定积分 changed, which under 合计 is a sum of months and not their mean."""
    quarter = pair.new.results["period"]
    months = [_months(row, quarter) for row in _rows(pair, member)]
    old, new = pair.old.rules.values, pair.new.rules.values
    was, middle, now = _times(old, months[0]), _times(old, months[1]), _times(new, months[1])
    percent = _percent(months[1], _adjustment(pair.new, member, quarter), new)
    rule = pair.parameters_text(pair.changed("quarter_basis"))
    return [
        *scaled(_month_reasons(pair, member, quarter), was),
        Reason(DATA, reason_words()["months_counted"], percent * (middle - was), (member,)),
        Reason(RULE, rule, percent * (now - middle), (member,)),
    ]


def _times(rules: Parameters, months: Mapping[str, Fraction]) -> Fraction:
    """审定积分 ÷ 百分制 figure for these months."""
    return 1 / formulas.percent_share(len(months), rules)


def _percent(months: Mapping[str, Fraction], adjustment: Fraction, rules: Parameters) -> Fraction:
    """A 百分制 figure before roundings."""
    points = sum(months.values(), exact.ZERO) * formulas.month_share(len(months), rules)
    return (points + adjustment) * formulas.percent_share(len(months), rules)


def _month_reasons(pair: Pair, member: str, quarter: str) -> list[Reason]:
    """Why a 百分制 figure changed, before roundings: months, 支委会调整, 季度积分口径."""
    was, now = (_months(row, quarter) for row in _rows(pair, member))
    adjustments = [_adjustment(side, member, quarter) for side in (pair.old, pair.new)]
    old, new = pair.old.rules.values, pair.new.rules.values
    before = _percent(was, adjustments[0], old)
    with_months = _percent(now, adjustments[0], old)
    with_data = _percent(now, adjustments[1], old)
    after = _percent(now, adjustments[1], new)
    words = reason_words()
    sides = {"was": exact.short(adjustments[0]), "now": exact.short(adjustments[1])}
    adjusted = words["moved"].format(what=words["adjustment"].format(quarter=quarter), **sides)
    return [
        _months_reason(pair, member, was, now, with_months - before),
        Reason(DATA, adjusted, with_data - with_months, (member,)),
        Reason(RULE, pair.parameters_text(pair.changed("quarter_basis")), after - with_data, (member,)),
    ]


def _adjustment(side: Side, member: str, quarter: str) -> Fraction:
    return _number(side.member(member)["adjustments"].get(quarter))


def _months_reason(
    pair: Pair, member: str, was: Mapping[str, Fraction], now: Mapping[str, Fraction], amount: Fraction
) -> Reason:
    """The reason that other 月积分 are; where the rules of 月积分 changed too, marks and rules cannot be told apart."""
    words, rules = reason_words(), _rules_of_months(pair)
    if rules:
        return Reason(RULE, words["months_by_rules"].format(rules=words["and"].join(rules)), amount, (member,))
    in_order = ({month: each[month] for month in sorted(each)} for each in (was, now))
    return Reason(
        DATA, sentences.score_text(step_label("month_score"), sentences.changes_text(*in_order)), amount, (member,)
    )


def _rules_of_months(pair: Pair) -> list[str]:
    """The changed rules of 考评方案 that determine 月积分 under the 月积分口径, in words."""
    changed = pair.changed("month_basis")
    if changed:
        return [pair.parameters_text(changed)]
    tables = reason_words()["tables"]
    if pair.new.rules.values.month_basis == "group_score":  # marks are summed, one a dimension
        counts = {len(side.rules.texts["dimensions"]) for side in (pair.old, pair.new)}
        return [tables["dimensions"]] if len(counts) > 1 else []
    return [tables[table] for table, fields in _COMPUTED_FROM.items() if pair.table_changed(table, fields)]

"""Why a member's points changed: months, 支委会调整, 评议, and the rules by which they are put together."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from lianghua_batch.analysis.diff import leaves, sentences
from lianghua_batch.analysis.diff.leaves import settled
from lianghua_batch.analysis.diff.model import DATA, ROSTER, RULE, Reason, scaled
from lianghua_batch.analysis.diff.sentences import words
from lianghua_batch.analysis.diff.sides import Pair, Side
from lianghua_batch.analysis.rank_changes import MEMBERS
from lianghua_batch.core import exact, periods
from lianghua_batch.core.periods import YEAR
from lianghua_batch.model.scheme import MEMBER, Parameters
from lianghua_batch.model.scores import step_label
from lianghua_batch.scoring import formulas

# How many roundings lie at most between a figure and what it is told by: its own, those of the steps before it, and those of
# published numbers, which under 末级 are rounded though the figure comes from them as they were.
_ROUNDINGS = {
    "percent": 3,  # 季度积分, 审定积分 and its own; or 月积分 and 审定积分
    "approved": 5,  # three 月积分, 季度积分 and its own
    "points": 1,
    "review": 1,
    "total": 3,  # 年度积分, 评议得分 and its own
}
# What of 考评方案 makes 月积分 under 日记录核算; 党小组打分 takes the marks as they are.
_COMPUTED_FROM = {
    "dimensions": ("full_marks", "start"),
    "projects": ("dimension", "points", "monthly_cap", "yearly_cap"),
}


def of_total(pair: Pair, member: str) -> tuple[Reason, ...]:
    """Why a member's 年度综合分, or in a quarter 审定积分, changed; the reasons sum to the change exactly."""
    rows = _rows(pair, member)
    if periods.parse(pair.new.results["period"]).kind != YEAR:
        change = _number(rows[1]["points"]) - _number(rows[0]["points"])
        return settled(pair, _of_approved(pair, member), change, _ROUNDINGS["approved"])
    change = _number(rows[1]["total"]) - _number(rows[0]["total"])
    return settled(pair, _weighted(pair, member), change, _ROUNDINGS["total"])


def of_mean(pair: Pair, member: str, change: Fraction) -> tuple[Reason, ...]:
    """Why the figure changed by so much that a member brings to 党员积分均分: 年度积分, or a quarter's 百分制 figure."""
    return settled(pair, _of_points(pair, member), change, _ROUNDINGS["points"])


def _rows(pair: Pair, member: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return pair.old.rows[MEMBERS][member], pair.new.rows[MEMBERS][member]


def _number(written: str | None) -> Fraction:
    return exact.ZERO if written is None else Fraction(written)


# --- the year ------------------------------------------------------------------------------------------------------


def _weighted(pair: Pair, member: str) -> list[Reason]:
    """年度积分 and 评议得分, each with its weight: Δvalue×old weight, then what the weights changed."""
    rows = _rows(pair, member)
    reviewed = [row["review"] is not None for row in rows]
    old, new = pair.old.rules.values, pair.new.rules.values
    shares = [_shares(rules, has) for rules, has in ((old, reviewed[0]), (old, reviewed[1]), (new, reviewed[1]))]
    points = [_number(row["points"]) for row in rows]
    review = [
        _number((row if has else other)["review"]) for row, other, has in zip(rows, rows[::-1], reviewed, strict=True)
    ]
    found = scaled(settled(pair, _of_points(pair, member), points[1] - points[0], _ROUNDINGS["points"]), shares[0][0])
    found += scaled(_reviewed(pair, member, review[1] - review[0]), shares[0][1])
    facts = words()["reviewed" if reviewed[1] else "not_reviewed"]
    rule = pair.parameters_text(pair.changed("points_weight", "review_weight"))
    for value, (was, middle, now) in zip((points[1], review[1]), zip(*shares, strict=True), strict=True):
        found.append(Reason(ROSTER, facts, value * (middle - was), (member,)))
        found.append(Reason(RULE, rule, value * (now - middle), (member,)))
    return found


def _shares(rules: Parameters, reviewed: bool) -> tuple[Fraction, Fraction]:
    """What 年度积分 and 评议得分 count."""
    weights = formulas.member_weights(reviewed, rules)
    return weights["points"] / 100, weights.get("review", exact.ZERO) / 100


def _reviewed(pair: Pair, member: str, change: Fraction) -> tuple[Reason, ...]:
    """What other votes, and what other 折算分, make of a 评议得分; nothing where one side has none."""
    votes = [side.votes(member) for side in (pair.old, pair.new)]
    if None in votes:
        return ()
    reasons = leaves.by_votes(pair, MEMBER, step_label("review"), *votes)
    return settled(pair, (replace(reason, whom=(member,)) for reason in reasons), change, _ROUNDINGS["review"])


def _of_points(pair: Pair, member: str) -> list[Reason]:
    """The mean of the quarters' 百分制 figures: those of both sides, then the quarters that one side has alone."""
    was, now = (_percents(side, member) for side in (pair.old, pair.new))
    common = [quarter for quarter in now if quarter in was]
    found: list[Reason] = []
    for quarter in common:
        found += scaled(_of_quarter(pair, member, quarter, now[quarter] - was[quarter]), Fraction(1, len(was)))
    alone = exact.mean(now.values()) - exact.mean(was.values())
    alone -= sum(((now[q] - was[q]) / len(was) for q in common), exact.ZERO)
    what = words()["quarters"].format(was=len(was), now=len(now))
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


def _of_quarter(pair: Pair, member: str, quarter: str, change: Fraction) -> tuple[Reason, ...]:
    """Why one 百分制 figure changed."""
    return settled(pair, _formed(pair, member, quarter), change, _ROUNDINGS["percent"])


def _of_approved(pair: Pair, member: str) -> list[Reason]:
    """Why a quarter's 审定积分 changed, which under 合计 is a sum of months and not their mean."""
    quarter = pair.new.results["period"]
    months = [_months(row, quarter) for row in _rows(pair, member)]
    old, new = pair.old.rules.values, pair.new.rules.values
    was, middle, now = _times(old, months[0]), _times(old, months[1]), _times(new, months[1])
    percent = _percent(months[1], _adjustment(pair.new, member, quarter), new)
    rule = pair.parameters_text(pair.changed("quarter_basis"))
    return [
        *scaled(_formed(pair, member, quarter), was),
        Reason(DATA, words()["months_counted"], percent * (middle - was), (member,)),
        Reason(RULE, rule, percent * (now - middle), (member,)),
    ]


def _times(rules: Parameters, months: Mapping[str, Fraction]) -> Fraction:
    """How many times its 百分制 figure a 审定积分 of these months is."""
    return 1 / formulas.percent_share(len(months), rules)


def _percent(months: Mapping[str, Fraction], adjustment: Fraction, rules: Parameters) -> Fraction:
    """A 百分制 figure before roundings."""
    points = sum(months.values(), exact.ZERO) * formulas.month_share(len(months), rules)
    return (points + adjustment) * formulas.percent_share(len(months), rules)


def _formed(pair: Pair, member: str, quarter: str) -> list[Reason]:
    """What the months, 支委会调整 and 季度积分口径 change of a 百分制 figure, before roundings."""
    was, now = (_months(row, quarter) for row in _rows(pair, member))
    adjustments = [_adjustment(side, member, quarter) for side in (pair.old, pair.new)]
    old, new = pair.old.rules.values, pair.new.rules.values
    before = _percent(was, adjustments[0], old)
    with_months = _percent(now, adjustments[0], old)
    with_data = _percent(now, adjustments[1], old)
    after = _percent(now, adjustments[1], new)
    told = words()
    sides = {"was": exact.short(adjustments[0]), "now": exact.short(adjustments[1])}
    adjusted = told["moved"].format(what=told["adjustment"].format(quarter=quarter), **sides)
    return [
        _by_months(pair, member, was, now, with_months - before),
        Reason(DATA, adjusted, with_data - with_months, (member,)),
        Reason(RULE, pair.parameters_text(pair.changed("quarter_basis")), after - with_data, (member,)),
    ]


def _adjustment(side: Side, member: str, quarter: str) -> Fraction:
    return _number(side.member(member)["adjustments"].get(quarter))


def _by_months(
    pair: Pair, member: str, was: Mapping[str, Fraction], now: Mapping[str, Fraction], amount: Fraction
) -> Reason:
    """What other 月积分 make; where the rules that make 月积分 changed too, nobody can tell them apart."""
    told, rules = words(), _rules_of_months(pair)
    if rules:
        return Reason(RULE, told["months_by_rules"].format(rules=told["and"].join(rules)), amount, (member,))
    in_order = ({month: each[month] for month in sorted(each)} for each in (was, now))
    return Reason(DATA, sentences.part(step_label("month_score"), sentences.moved(*in_order)), amount, (member,))


def _rules_of_months(pair: Pair) -> list[str]:
    """What of 考评方案 that makes 月积分 is another one, in words: of what 月积分口径 does not read, nothing."""
    changed = pair.changed("month_basis")
    if changed:
        return [pair.parameters_text(changed)]
    tables = words()["tables"]
    if pair.new.rules.values.month_basis == "group_score":  # marks are summed, one a dimension
        counts = {len(side.rules.said["dimensions"]) for side in (pair.old, pair.new)}
        return [tables["dimensions"]] if len(counts) > 1 else []
    return [tables[table] for table, fields in _COMPUTED_FROM.items() if pair.read_otherwise(table, fields)]

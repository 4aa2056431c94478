"""Why a member's points changed: months, 支委会调整, 评议, and the rules by which they are put together."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from lianghua_batch import exact, periods
from lianghua_batch.contributions import step_label
from lianghua_batch.differences import formulas
from lianghua_batch.differences.leaves import words
from lianghua_batch.differences.model import DATA, ROSTER, RULE, Reason, merged, scaled, total
from lianghua_batch.differences.sides import Pair, Side
from lianghua_batch.moves import MEMBERS
from lianghua_batch.periods import YEAR

_OF_MONTHS = ("month_basis",)
_TABLES_OF_MONTHS = ("dimensions", "projects")
_OF_ROUNDING = ("places", "rounding")


def of_total(pair: Pair, member: str) -> tuple[Reason, ...]:
    """Why a member's 年度综合分, or in a quarter 审定积分, changed; the reasons sum to the change exactly."""
    rows = _rows(pair, member)
    if periods.parse(pair.new.results["period"]).kind != YEAR:
        change = _number(rows[1]["points"]) - _number(rows[0]["points"])
        return _settled(pair, _of_approved(pair, member), change)
    change = _number(rows[1]["total"]) - _number(rows[0]["total"])
    return _settled(pair, _weighted(pair, member), change)


def of_mean(pair: Pair, member: str, change: Fraction) -> tuple[Reason, ...]:
    """Why the figure changed by so much that a member brings to 党员积分均分: 年度积分, or a quarter's 百分制 figure."""
    return _settled(pair, _of_points(pair, member), change)


def _settled(pair: Pair, reasons: Iterable[Reason], change: Fraction) -> tuple[Reason, ...]:
    """The reasons, and what roundings make besides: published numbers are rounded, the change may be that of others."""
    listed = list(reasons)
    rest = change - total(listed)
    rules = pair.changed(*_OF_ROUNDING)
    text = pair.parameters_text(rules) if rules else words()["rounding"]
    return merged([*listed, Reason(RULE if rules else "rounding", text, rest)])


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
    shares = [_year_shares(rules, has) for rules, has in ((old, reviewed[0]), (old, reviewed[1]), (new, reviewed[1]))]
    points = [_number(row["points"]) for row in rows]
    review = [
        _number((row if has else other)["review"]) for row, other, has in zip(rows, rows[::-1], reviewed, strict=True)
    ]
    found = scaled(_settled(pair, _of_points(pair, member), points[1] - points[0]), shares[0][0])
    found.append(_reviewed(pair, member, review, shares[0][1]))
    rule = pair.parameters_text(pair.changed("points_weight", "review_weight"))
    for values, (was, middle, now) in ((points, [s[0] for s in shares]), (review, [s[1] for s in shares])):
        found.append(
            Reason(
                ROSTER, words()["reviewed" if reviewed[1] else "not_reviewed"], values[1] * (middle - was), (member,)
            )
        )
        found.append(Reason(RULE, rule, values[1] * (now - middle), (member,)))
    return found


def _year_shares(rules: Mapping[str, Any], reviewed: bool) -> tuple[Fraction, Fraction]:
    """What 年度积分 and 评议得分 count (spec §4.5)."""
    if not reviewed:
        return Fraction(1), exact.ZERO
    return rules["points_weight"] / 100, rules["review_weight"] / 100


def _reviewed(pair: Pair, member: str, review: list[Fraction], share: Fraction) -> Reason:
    """What other votes, or other 折算分, make of a 评议得分."""
    worths = [side.rules.worths("member") for side in (pair.old, pair.new)]
    told = words()
    sides = {"was": exact.text(review[0]), "now": exact.text(review[1])}
    what = told["moved"].format(what=step_label("review"), **sides)
    if worths[0] != worths[1]:
        return Reason(RULE, told["worths_of_members"], (review[1] - review[0]) * share, (member,))
    return Reason(DATA, what, (review[1] - review[0]) * share, (member,))


def _of_points(pair: Pair, member: str) -> list[Reason]:
    """The mean of the quarters' 百分制 figures: those of both sides, then the quarters that one side has alone."""
    figures = [_percents(side, member) for side in (pair.old, pair.new)]
    if not all(figures):
        return []
    was, now = figures
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
    found = {}
    for quarter, approved in row["quarters"].items():
        count = len(_months(row, quarter)) if rules.values["quarter_basis"] == "sum" else 1
        found[quarter] = _number(approved) if count == 1 else rules.rounded(_number(approved) / count)
    return found


def _months(row: Mapping[str, Any], quarter: str) -> dict[str, Fraction]:
    months = map(str, periods.parse(quarter).months)
    return {month: _number(row["months"][month]) for month in months if row["months"].get(month) is not None}


def _of_quarter(pair: Pair, member: str, quarter: str, change: Fraction) -> tuple[Reason, ...]:
    """Why one 百分制 figure changed."""
    return _settled(pair, _formed(pair, member, quarter), change)


def _of_approved(pair: Pair, member: str) -> list[Reason]:
    """Why a quarter's 审定积分 changed, which under 合计 is a sum of months and not their mean."""
    (quarter,) = pair.new.rows[MEMBERS][member]["quarters"] or (None,)
    if quarter is None:
        return []
    months = len(_months(pair.new.rows[MEMBERS][member], quarter))
    old, new = pair.old.rules.values, pair.new.rules.values
    was = _times(old, len(_months(pair.old.rows[MEMBERS][member], quarter)))
    middle, now = _times(old, months), _times(new, months)
    percent = _percents(pair.new, member)[quarter]
    rule = pair.parameters_text(pair.changed("quarter_basis"))
    return [
        *scaled(_formed(pair, member, quarter), was),
        Reason(DATA, words()["months_counted"], percent * (middle - was), (member,)),
        Reason(RULE, rule, percent * (now - middle), (member,)),
    ]


def _times(rules: Mapping[str, Any], months: int) -> Fraction:
    """How many times its 百分制 figure a 审定积分 of so many months is."""
    return Fraction(months if rules["quarter_basis"] == "sum" else 1)


def _formed(pair: Pair, member: str, quarter: str) -> list[Reason]:
    """What the months, 支委会调整 and 季度积分口径 change of a 百分制 figure, before roundings."""
    rows = _rows(pair, member)
    months = [_months(row, quarter) for row in rows]
    adjustments = [_adjustment(side, member, quarter) for side in (pair.old, pair.new)]
    if not all(months):
        return []
    old, new = pair.old.rules.values, pair.new.rules.values
    listed = [list(m.values()) for m in months]
    before = formulas.quarter_percent(listed[0], adjustments[0], old)
    with_months = formulas.quarter_percent(listed[1], adjustments[0], old)
    with_data = formulas.quarter_percent(listed[1], adjustments[1], old)
    after = formulas.quarter_percent(listed[1], adjustments[1], new)
    told = words()
    sides = {"was": exact.short(adjustments[0]), "now": exact.short(adjustments[1])}
    adjusted = told["moved"].format(what=told["adjustment"].format(quarter=quarter), **sides)
    return [
        _by_months(pair, member, months, with_months - before),
        Reason(DATA, adjusted, with_data - with_months, (member,)),
        Reason(RULE, pair.parameters_text(pair.changed("quarter_basis")), after - with_data, (member,)),
    ]


def _adjustment(side: Side, member: str, quarter: str) -> Fraction:
    return _number(side.member(member)["adjustments"].get(quarter))


def _by_months(pair: Pair, member: str, months: list[dict[str, Fraction]], amount: Fraction) -> Reason:
    """What other 月积分 make; where the rules of 月积分 changed too, nobody can tell them apart."""
    told = words()
    rules = pair.changed(*_OF_MONTHS)
    if rules or pair.said_otherwise(*_TABLES_OF_MONTHS):
        texts = [pair.parameters_text(rules)] if rules else []
        texts += [told["tables"][t] for t in _TABLES_OF_MONTHS if pair.said_otherwise(t)]
        return Reason(RULE, told["months_by_rules"].format(rules=told["and"].join(texts)), amount, (member,))
    was, now = months
    parts = [
        told["moved"].format(what=month, was=_shown(was.get(month)), now=_shown(now.get(month)))
        for month in sorted({**was, **now})
        if was.get(month) != now.get(month)
    ]
    what = told["part"].format(what=step_label("month_score"), parts=told["separator"].join(parts))
    return Reason(DATA, what, amount, (member,))


def _shown(value: Fraction | None) -> str:
    return words()["none"] if value is None else exact.short(value)

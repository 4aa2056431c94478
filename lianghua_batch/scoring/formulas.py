"""The formulas of spec §4–§6 on bare numbers: scoring puts their results together with cells, `diff` asks what one side's rules
make of the other side's data. An indicator's points stand in efficacy.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from lianghua_batch.core import exact
from lianghua_batch.model.scheme import Parameters

_LEAST_TRIMMED = 3  # of two marks none would be left


# --- marks, votes, 加减分 ------------------------------------------------------------------------------------------


def rater_shares(marks: Sequence[Fraction], rules: Parameters) -> list[Fraction]:
    """Return each rater's share in the mean: from 去极值人数 on one lowest and one highest count nothing (spec §5.4)."""
    dropped: set[int] = set()
    if rules.trim_from and len(marks) >= max(rules.trim_from, _LEAST_TRIMMED):
        order = sorted(range(len(marks)), key=lambda at: marks[at])
        dropped = {order[0], order[-1]}
    kept = len(marks) - len(dropped)
    return [exact.ZERO if at in dropped else Fraction(1, kept) for at in range(len(marks))]


def ballot_shares(votes: Sequence[Fraction]) -> list[Fraction]:
    """Return each grade's share of the votes, of which there is at least one."""
    cast = sum(votes, exact.ZERO)
    return [vote / cast for vote in votes]


def weighed(values: Sequence[Fraction], shares: Sequence[Fraction]) -> Fraction:
    """Return the sum of values times their shares."""
    return sum((value * share for value, share in zip(values, shares, strict=True)), exact.ZERO)


def capped(points: Sequence[Fraction], cap: Fraction) -> Fraction:
    """Return the sum of 加减分 within ±cap: the sum is capped, not the entries."""
    return exact.clip(sum(points, exact.ZERO), -cap, cap)


def discipline_spared(individual: Fraction, rules: Parameters) -> Fraction:
    """Return the part of 违纪扣分 that is given back because 违纪计入上限 puts it and 个性化 under one cap (spec §5.8)."""
    if not rules.discipline_capped:
        return exact.ZERO
    together = individual - rules.discipline_deduction
    return capped([together], rules.individual_cap) - together


# --- members -------------------------------------------------------------------------------------------------------


def month_share(months: int, rules: Parameters) -> Fraction:
    """Return the share of each of the counted months in 季度积分 (季度积分口径)."""
    return Fraction(1, months) if rules.quarter_basis == "mean" else Fraction(1)


def percent_share(months: int, rules: Parameters) -> Fraction:
    """Return 百分制 figure ÷ 审定积分 (spec §4.4)."""
    return Fraction(1) if rules.quarter_basis == "mean" else Fraction(1, months)


def member_weights(reviewed: bool, rules: Parameters) -> dict[str, Fraction]:
    """Return the percentages of 年度积分 and 评议得分 in 年度综合分; without 年评议 it is 年度积分 alone (spec §4.5)."""
    return {"points": rules.points_weight, "review": rules.review_weight} if reviewed else {"points": exact.HUNDRED}


# --- units ---------------------------------------------------------------------------------------------------------


def year_end_weights(has_clients: bool, rules: Parameters) -> dict[str, Fraction]:
    """Return the four raters' percentages; without 服务对象 its percentage goes to 党员群众 (spec §5.5)."""
    weights = {
        "assessment": rules.assessment_weight,
        "supervisors": rules.supervisors_weight,
        "masses": rules.masses_weight,
        "clients": rules.clients_weight,
    }
    if not has_clients:
        weights["masses"] += weights.pop("clients")
    return weights


def annual_weights(rules: Parameters) -> dict[str, Fraction]:
    """Return the percentages of 督查均分 and 年末考核分 in 年度考核分."""
    return {"inspection": rules.inspection_weight, "year_end": rules.year_end_weight}


def quarter_weights(has_members: bool, rules: Parameters) -> dict[str, Fraction]:
    """Return the percentages of 党员积分均分 and 督查得分 in a branch's 季度得分; without scored members it is 督查得分 alone (spec §6)."""
    if not has_members:
        return {"inspection": exact.HUNDRED}
    return {"member_mean": rules.quarter_points_weight, "inspection": rules.quarter_inspection_weight}


def branch_weights(branches: Sequence[str], scored: Mapping[str, int], rules: Parameters) -> dict[str, int]:
    """Return each branch's weight in its committee's mean: 1, or under 按党员数 the number of its `scored` members (1 where all are 0)."""
    weights = {branch: scored[branch] if rules.committee_mean == "by_members" else 1 for branch in branches}
    return weights if any(weights.values()) else dict.fromkeys(weights, 1)

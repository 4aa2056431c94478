"""The few formulas that tell apart what the forms and what the rules changed: one side's rules on the other side's data."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from lianghua_batch import exact
from lianghua_batch.scoring.efficacy import beyond, value_of

Values = Mapping[str, Any]  # the 参数 by name


def rated(marks: Sequence[Fraction], rules: Values) -> Fraction:
    """The mean of raters' marks, without one highest and one lowest from 去极值人数 on (spec §5.4)."""
    ordered = sorted(marks)
    if rules["trim_from"] and len(ordered) >= max(rules["trim_from"], 3):
        ordered = ordered[1:-1]
    return exact.mean(ordered)


def voted(votes: Sequence[Fraction], worths: Sequence[Fraction]) -> Fraction:
    """Σ(票×折算分)/Σ票."""
    return sum((v * w for v, w in zip(votes, worths, strict=True)), exact.ZERO) / sum(votes)


def capped(points: Sequence[Fraction], cap: Fraction) -> Fraction:
    """A sum of 加减分 within ±cap."""
    return exact.clip(sum(points, exact.ZERO), -cap, cap)


def disciplined(individual: Sequence[Fraction], cases: int, rules: Values) -> Fraction:
    """What 违纪 takes, beside the entries of 个性化 (spec §5.8)."""
    if not cases:
        return exact.ZERO
    if not rules["discipline_capped"]:
        return -rules["discipline_deduction"]
    alone, cap = capped(individual, rules["individual_cap"]), rules["individual_cap"]
    return exact.clip(alone - rules["discipline_deduction"], -cap, cap) - alone


def indicated(x: Fraction, indicator: Mapping[str, Any], rules: Values) -> Fraction | None:
    """An indicator's points of an actual value; None where its 赋分方法 does not take that."""
    d = value_of(indicator["method"], x, [Fraction(s) for s in indicator["standards"]])
    if d is None:
        return None
    return (d + beyond(indicator["method"], d, rules["clip_efficacy"])) * Fraction(indicator["weight"]) / 100


def quarter_percent(months: Sequence[Fraction], adjustment: Fraction, rules: Values) -> Fraction:
    """A member's 百分制 figure of a quarter, before roundings (spec §4.4)."""
    if rules["quarter_basis"] == "mean":
        return exact.mean(months) + adjustment
    return (sum(months, exact.ZERO) + adjustment) / len(months)


def year_end_shares(has_clients: bool, rules: Values) -> dict[str, Fraction]:
    """The four raters' weights (spec §5.5)."""
    weights = {name: rules[f"{name}_weight"] / 100 for name in ("assessment", "supervisors", "masses", "clients")}
    if not has_clients:
        weights["masses"] += weights.pop("clients")
    return weights


def quarter_shares(has_mean: bool, rules: Values) -> tuple[Fraction, Fraction]:
    """What 党员积分均分 and 督查 count in a branch's quarter (spec §6)."""
    if not has_mean:
        return exact.ZERO, Fraction(1)
    return rules["quarter_points_weight"] / 100, rules["quarter_inspection_weight"] / 100


def branch_shares(branches: Sequence[str], heads: Mapping[str, int], rules: Values) -> dict[str, Fraction]:
    """What each branch counts in its committee's mean (党委汇总口径)."""
    weights = {b: heads[b] if rules["committee_mean"] == "by_members" else 1 for b in branches}
    if not any(weights.values()):
        weights = dict.fromkeys(weights, 1)
    return {b: Fraction(weight, sum(weights.values())) for b, weight in weights.items()}

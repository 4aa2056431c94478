"""功效系数法 (spec §5.2, 文件二（二）): how far an indicator's actual value earns its weight."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from lianghua_batch.core import exact, resources


def efficacy(x: Fraction, satisfactory: Fraction, unacceptable: Fraction) -> Fraction:
    """Return d = 60 + 40·(x − 不允许值)/(满意值 − 不允许值), unclipped; 满意值 < 不允许值 means smaller is better."""
    method = resources.load("rules/metrics")["methods"]["efficacy"]
    return method["base"] + method["span"] * (x - unacceptable) / (satisfactory - unacceptable)


def five_level(x: Fraction, standards: Sequence[Fraction]) -> Fraction:
    """Return d by 五档功效: the coefficient interpolated between the standard values 优秀…较差, ×100; worse than 较差值 is 0."""
    method = resources.load("rules/metrics")["methods"]["five_level"]
    coefficients = [Fraction(c) for c in method["coefficients"]]
    sign = 1 if standards[0] > standards[-1] else -1
    if sign * x >= sign * standards[0]:
        return coefficients[0] * method["full"]
    for (better, high), (worse, low) in pairwise(zip(standards, coefficients, strict=True)):
        if sign * x >= sign * worse:
            return (low + (high - low) * (x - worse) / (better - worse)) * method["full"]
    return exact.ZERO


def direct(x: Fraction) -> Fraction | None:
    """Return d = x by 直接赋分; None where x lies outside 0…100."""
    full = resources.load("rules/metrics")["methods"]["direct"]["full"]
    return x if 0 <= x <= full else None


def efficacy_score(method: str, x: Fraction, standards: Sequence[Fraction]) -> Fraction | None:
    """Return d of one indicator by its 赋分方法, before 功效系数截断; None where the method does not take x."""
    if method == "efficacy":
        return efficacy(x, *standards)
    if method == "five_level":
        return five_level(x, standards)
    return direct(x)


def beyond(method: str, d: Fraction, clipped: bool) -> Fraction:
    """Return what 功效系数截断, where in force, adds to d or takes from it to bring it into 0…100."""
    return exact.clip(d, exact.ZERO, exact.HUNDRED) - d if clipped and method == "efficacy" else exact.ZERO


def points(method: str, d: Fraction, weight: Fraction, clipped: bool) -> tuple[Fraction, Fraction]:
    """Return d as points of an indicator's 权重, and what 功效系数截断 adds to them or takes away."""
    return d * weight / 100, beyond(method, d, clipped) * weight / 100

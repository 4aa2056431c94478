"""Statistics in exact fractions, without floating point, so that every figure can be checked to the last digit."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from lianghua_batch.core import exact, resources

_SCALE = 10**12  # a root is cut off after 12 decimals, far beyond what is shown


def settings(part: str) -> dict[str, Any]:
    """Return the thresholds and verdict labels of one part of schemas/rules/analysis.yaml."""
    return resources.load("rules/analysis")[part]


def root(value: Fraction) -> Fraction:
    """Return the square root of a number that is not negative, cut off after 12 decimals: any rounding to fewer is right."""
    return Fraction(math.isqrt(value.numerator * _SCALE**2 // value.denominator), _SCALE)


def spread(values: Sequence[Fraction]) -> Fraction:
    """Return the population standard deviation of one or more numbers."""
    return root(_covariance(values, values))


def correlation(first: Sequence[Fraction], second: Sequence[Fraction]) -> Fraction | None:
    """Return Pearson's correlation; None where there is no number or either side is always the same."""
    if not first:
        return None
    variances = _covariance(first, first) * _covariance(second, second)
    if not variances:
        return None
    shared = _covariance(first, second)
    size = root(shared**2 / variances)
    return size if shared >= 0 else -size


def _covariance(first: Sequence[Fraction], second: Sequence[Fraction]) -> Fraction:
    a, b = exact.mean(first), exact.mean(second)
    return exact.mean([(x - a) * (y - b) for x, y in zip(first, second, strict=True)])

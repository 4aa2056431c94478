"""Exact numbers: what a cell holds is hundredths (int), what is computed is a Fraction; a float decides nothing (spec §3)."""

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

ZERO = Fraction(0)
HUNDRED = Fraction(100)


@lru_cache(maxsize=65536)
def from_hundredths(value: int) -> Fraction:
    """Return the number that `value` hundredths are."""
    return Fraction(int(value), 100)


def half_up(value: Fraction, places: int) -> Fraction:
    """Round to `places` decimals, ties away from zero as Excel's ROUND does (四舍五入)."""
    scale = 10**places
    if scale % value.denominator == 0:  # it has no more decimals, as nearly every number here
        return value
    scaled = abs(value) * scale
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, scale)


def total(values: Iterable[Fraction]) -> Fraction:
    """Return the sum of numbers; of none it is 0."""
    listed = list(values)
    if any(100 % value.denominator for value in listed):
        return sum(listed, ZERO)
    return from_hundredths(sum(value.numerator * (100 // value.denominator) for value in listed))


def mean(values: Iterable[Fraction]) -> Fraction:
    """Return the arithmetic mean of one or more numbers; of none it is a ZeroDivisionError."""
    numbers = list(values)
    return total(numbers) / len(numbers)


def clip(value: Fraction, low: Fraction, high: Fraction) -> Fraction:
    """Return `value` limited to low…high."""
    return max(low, min(high, value))


def text(value: Fraction, places: int = 2) -> str:
    """Write a number with exactly `places` decimals, rounded half-up: '88.50'."""
    rounded = half_up(value, places)
    scaled = int(abs(rounded) * 10**places)
    sign = "-" if rounded < 0 else ""
    whole, part = divmod(scaled, 10**places)
    return f"{sign}{whole}.{part:0{places}d}" if places else f"{sign}{whole}"


def short(value: Fraction) -> str:
    """Write a number for a sentence: up to two decimals, without trailing zeros: '88.5', '20'."""
    written = text(value, 2)
    return written.rstrip("0").rstrip(".")

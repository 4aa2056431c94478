"""What roundings make of a change, and how much they can make of it at most."""

from collections.abc import Iterable
from fractions import Fraction

from lianghua_batch.analysis.diff.model import OTHER, ROUNDING, RULE, Reason, merged, total
from lianghua_batch.analysis.diff.sides import Pair
from lianghua_batch.analysis.diff.text_wording import words

_RULES = ("places", "rounding")


def rounded(pair: Pair, amount: Fraction) -> Reason:
    """What rounding adds or takes more than before: by its rules, if they are others."""
    changed = pair.changed(*_RULES)
    if changed:
        return Reason(RULE, pair.parameters_text(changed), amount)
    return Reason(ROUNDING, words()["rounding"], amount)


def settled(pair: Pair, reasons: Iterable[Reason], change: Fraction, roundings: int) -> tuple[Reason, ...]:
    """The reasons, and what is left of the change: what so many roundings a side can make, or else nobody knows what."""
    listed = list(reasons)
    rest = change - total(listed)
    most = roundings * (pair.old.rules.half_unit + pair.new.rules.half_unit)
    return merged([*listed, rounded(pair, rest) if abs(rest) <= most else Reason(OTHER, words()["other"], rest)])

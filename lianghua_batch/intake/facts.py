"""What a sheet says beyond its values: cells without one, number formats that change what is shown, hidden rows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from lianghua_batch.grids import Flaw, Percent

Place = tuple[int, int]  # 0-based row and column

_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ZEROS = re.compile(r"^0{2,}$")


@dataclass(frozen=True)
class Facts:
    """Of one sheet: `flaws` where a cell shows no value of its own, the number formats that matter of cells that hold a
    number, rows that are hidden (0-based)."""

    flaws: Mapping[Place, Flaw] = field(default_factory=dict)
    formats: Mapping[Place, str] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()


def matters(number_format: str) -> bool:
    """Whether a number format shows another number than is stored: a percentage (0.0%), or a code's leading zeros (000000)."""
    plain = _QUOTED.sub("", number_format.partition(";")[0])
    return "%" in plain or bool(_ZEROS.match(plain))


def shown_as(stored: object, number_format: str) -> object:
    """What a number looks like in a format that matters: 0.95 → Percent(95), 1 in 000000 → '000001'; others stay as stored."""
    if isinstance(stored, bool) or not isinstance(stored, int | float):
        return stored
    plain = _QUOTED.sub("", number_format.partition(";")[0])
    number = Decimal(format(stored, ".15g"))
    if not number.is_finite():
        return stored
    if "%" in plain:
        return Percent((number * 100).normalize())
    if number == number.to_integral_value() and number >= 0:
        return str(int(number)).zfill(len(plain))
    return stored

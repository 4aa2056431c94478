"""What a sheet says beyond its values: cells without one, number formats that change what is shown, hidden rows, merged cells."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lianghua_batch.intake.grid import Block, Flaw

Place = tuple[int, int]  # 0-based row and column


@dataclass(frozen=True)
class Facts:
    """Of one sheet: `flaws` where a cell shows no value of its own, the number formats that matter of cells that hold a
    number, rows that are hidden (0-based), merged cells where the reader of the values does not tell them."""

    flaws: Mapping[Place, Flaw] = field(default_factory=dict)
    formats: Mapping[Place, str] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    merged: tuple[Block, ...] = ()

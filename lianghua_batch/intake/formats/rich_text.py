"""Text of which a part is struck out or raised: what the eye takes from it is not what its letters say in a row."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lianghua_batch.core.codes import Code
from lianghua_batch.intake.grid import Flaw

_NUMBER = re.compile(r"[+-]?[\d.,]+%?分?")


@dataclass(frozen=True)
class Run:
    """Letters of one look."""

    text: str
    struck: bool = False
    raised: bool = False


def flaw(runs: Iterable[Run]) -> Flaw | None:
    """Return what is wrong with a cell's text: an old figure struck out beside the new one, or a footnote's mark glued to a number."""
    listed = list(runs)
    whole = "".join(run.text for run in listed)
    if any(run.struck and run.text.strip() for run in listed):
        return Flaw(Code.STRUCK_TEXT, whole, seen="".join(run.text for run in listed if not run.struck))
    seen = "".join(run.text for run in listed if not run.raised)
    if seen != whole and _NUMBER.fullmatch(seen.strip()):
        return Flaw(Code.RAISED_TEXT, whole, seen=seen)
    return None

"""What reading one file comes to: its sheets, or why it cannot be taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lianghua_batch.core import resources
from lianghua_batch.core.codes import Code
from lianghua_batch.intake.grid import Block, Flaw, Grid

Place = tuple[int, int]  # 0-based row and column
# Points and characters: rows and columns below are as good as hidden.
LEAST_HEIGHT, LEAST_WIDTH = 4, 1


@dataclass(frozen=True)
class SheetFacts:
    """Of one sheet: `flaws` where a cell shows no value of its own, the number formats that matter of cells that hold a
    number, rows and columns that are hidden (0-based), merged cells where the reader of the values does not tell them, and
    cells in a font that is struck out or white on white."""

    flaws: Mapping[Place, Flaw] = field(default_factory=dict)
    formats: Mapping[Place, str] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    merged: tuple[Block, ...] = ()
    hidden_columns: frozenset[int] = frozenset()
    struck: frozenset[Place] = frozenset()
    white: frozenset[Place] = frozenset()


class Refusal(Exception):
    """The whole file cannot be read; carries what `problem` needs."""

    def __init__(self, code: Code, sheet: str | None = None, **context: object) -> None:
        super().__init__(code, sheet, context)
        self.code = code
        self.sheet = sheet
        self.context = context

    def __reduce__(self) -> tuple:
        return (_refusal, (self.code, self.sheet, self.context))


def _refusal(code: Code, sheet: str | None, context: dict[str, object]) -> Refusal:
    return Refusal(code, sheet, **context)


def reason(key: str, **context: object) -> str:
    """Return why a file is refused, in the words of schemas/reading.yaml."""
    return resources.load("reading")["reasons"][key].format_map(context)


@dataclass(frozen=True)
class Reading:
    """What one file came to: its sheets, or the refusal; `kind` is what its bytes are (kinds.kind_of), `digest` their hash."""

    kind: str
    grids: tuple[Grid, ...] = ()
    refusal: Refusal | None = None
    digest: str | None = None

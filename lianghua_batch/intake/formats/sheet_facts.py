"""What reading one file comes to: its sheets, or why it cannot be taken."""

from dataclasses import dataclass

from lianghua_batch.core import resources
from lianghua_batch.intake.grid import Grid


class Refusal(Exception):
    """The whole file cannot be read; carries what `problem` needs to say so."""

    def __init__(self, code: str, sheet: str | None = None, **context: object) -> None:
        super().__init__(code, sheet, context)
        self.code = code
        self.sheet = sheet
        self.context = context

    def __reduce__(self) -> tuple:
        return (_refusal, (self.code, self.sheet, self.context))


def _refusal(code: str, sheet: str | None, context: dict[str, object]) -> Refusal:
    return Refusal(code, sheet, **context)


def reason(key: str, **context: object) -> str:
    """What a refusal says of why, in the words of schemas/reading.yaml."""
    return resources.load("reading")["reasons"][key].format_map(context)


@dataclass(frozen=True)
class Reading:
    """What one file came to: its sheets, or the refusal; `kind` is what its bytes are (kinds.kind_of)."""

    kind: str
    grids: tuple[Grid, ...] = ()
    refusal: Refusal | None = None

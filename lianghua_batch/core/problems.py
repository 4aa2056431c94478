"""Problems: what is wrong with the data, where, and what to do. Their texts stand in schemas/messages/problems.yaml."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from lianghua_batch.core import resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.source_ref import SourceRef

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Problem:
    """One problem (spec §9): a stable code, its place, the value as filled, what is wrong and what to do.

    `unit` and `period` are those of the form or row that it is about, as far as known: a missing form has no place.
    `other_unit` is a second unit that it concerns. `outsider`: it says something of a member who is not in the form's branch. `form`: the form that is missing, or the county's form that it stands in.
    """

    code: Code
    place: SourceRef
    message: str
    remedy: str
    value: str | None = None
    suggestion: str | None = None
    unit: str | None = None
    period: str | None = None
    other_unit: str | None = None
    form: str | None = None
    outsider: bool = False

    @property
    def for_unit(self) -> "Problem":
        """The problem as the form's unit may read it: of a member of another branch neither name nor branch."""
        if not self.outsider:
            return self
        return replace(self, **resources.load("messages/problem_words")["outsider"], suggestion=None)

    @property
    def units(self) -> frozenset[str]:
        """Every unit that it concerns."""
        return frozenset({self.unit, self.other_unit} - {None})

    @property
    def severity(self) -> str:
        return ERROR if Code(self.code).is_error else WARNING

    def as_dict(self) -> dict[str, Any]:
        """Return the problem as `--format json` prints it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "file": self.place.file or None,
            "sheet": self.place.sheet,
            "cell": self.place.cell,
            "column": self.place.heading,
            "value": self.value,
            "message": self.message,
            "remedy": self.remedy,
            "suggestion": self.suggestion,
        }


class Identified(Protocol):
    """What a problem needs of a unit: its 组织编号, and its text in sentences."""

    @property
    def id(self) -> str: ...


def problem(
    code: Code,
    place: SourceRef,
    *,
    value: object = None,
    suggestion: str | None = None,
    unit: Identified | None = None,
    period: object = None,
    other_unit: Identified | None = None,
    outsider: bool = False,
    **words: object,
) -> Problem:
    """Make the problem `code` of the catalogue: of `unit` in `period`, concerning `other_unit` too, where these are known.

    Its sentences are filled with the place's {heading}, {value}, {suggestion}, {unit}, {period}, and `words`.
    """
    entry = resources.load("messages/problems")[code]
    standard = {"heading": place.heading, "value": value, "suggestion": suggestion, "unit": unit, "period": period}
    filled = {name: _shortened(word) for name, word in (standard | words).items()}
    return Problem(
        code=code,
        place=place,
        message=entry["message"].format_map(filled),
        remedy=entry["remedy"].format_map(filled),
        value=None if value is None else _shortened(str(value)),
        suggestion=suggestion,
        unit=None if unit is None else unit.id,
        period=None if period is None else str(period),
        other_unit=None if other_unit is None else other_unit.id,
        outsider=outsider,
    )


def _shortened(word: object) -> object:
    """What fills a sentence; of what no sentence has room for, its beginning."""
    words = resources.load("messages/problem_words")["cut"]
    text = str(word)
    return (
        word if len(text) <= words["most"] else words["text"].format(beginning=text[: words["most"]], count=len(text))
    )


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Return those that forbid publishing."""
    return [p for p in problems if p.severity == ERROR]


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return them without repetition, errors first, then by file, sheet, row and column."""
    return sorted(
        dict.fromkeys(problems),
        key=lambda p: (
            p.severity == WARNING,
            p.place.file,
            p.place.sheet or "",
            p.place.row or 0,
            p.place.column or 0,
            p.code,
            p.message,
        ),
    )

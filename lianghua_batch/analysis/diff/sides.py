"""One of the two results with what it rests on, its numbers as Fractions, its rules by name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from lianghua_batch.analysis.rank_changes import BRANCHES, COMMITTEES, KINDS
from lianghua_batch.core import exact, resources
from lianghua_batch.model.parameters import default_text, parameter_value
from lianghua_batch.model.scheme import Parameters


@dataclass(frozen=True)
class Part:
    """One part of a score as 计分依据 has it; `of` is the key of the score that it is taken from."""

    item: str
    amount: Fraction
    of: str | None
    kind: str | None
    share: Fraction | None
    held: Fraction | None


@dataclass(frozen=True)
class ScorePart:
    """One score and its parts."""

    value: Fraction
    parts: tuple[Part, ...]

    def parts_of(self, *kinds: str) -> list[Part]:
        return [part for part in self.parts if part.kind in kinds]

    @property
    def rounding(self) -> Fraction:
        return sum((part.amount for part in self.parts_of("rounding")), exact.ZERO)

    @property
    def raw(self) -> Fraction:
        """The value before its rounding."""
        return self.value - self.rounding


@dataclass(frozen=True)
class SideRules:
    """The rules in force: the whole text of 计分依据's, and the 参数 as values."""

    said: Mapping[str, Any]
    values: Parameters

    def bands(self, scope: str) -> Mapping[str, Fraction | None]:
        """Grades with their lower bounds, the best first."""
        return {grade: None if low is None else Fraction(low) for grade, low in self.said["bands"][scope].items()}

    def worths(self, scope: str) -> Mapping[str, Fraction]:
        return {grade: Fraction(worth) for grade, worth in self.said["ballots"][scope].items()}

    def rounded(self, value: Fraction) -> Fraction:
        """A number as the next step uses it (取舍方式, 小数位)."""
        return value if self.values.rounding == "final_only" else exact.half_up(value, self.values.places)

    @property
    def half_unit(self) -> Fraction:
        """The most that one rounding makes."""
        return Fraction(1, 2 * 10**self.values.places)


class Side:
    """Results and what they rest on; `basis` is None where that is missing."""

    def __init__(self, results: Mapping[str, Any], basis: Mapping[str, Any] | None) -> None:
        self.results = results
        self.basis = basis
        self._nodes: dict[tuple[str, str], ScorePart | None] = {}

    @cached_property
    def rows(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        """The rows of each list by code."""
        return {kind: {row["id"]: row for row in self.results[kind]} for kind in KINDS}

    @cached_property
    def rules(self) -> SideRules:
        """The rules; only where there is a basis."""
        said = self.basis["rules"]
        entries = resources.load("rules/parameters")["parameters"]
        texts = said["parameters"]  # an older version's may lack one that came later
        values = {e["name"]: parameter_value(e, texts.get(e["label"], default_text(e))) for e in entries}
        return SideRules(said, Parameters(**values))

    @cached_property
    def member_counts(self) -> Counter[str]:
        """How many scored members each branch has."""
        return Counter(row["branch"] for row in self.results["members"])

    def name(self, code: str) -> str | None:
        """What a unit or member is called."""
        return next((rows[code]["name"] for rows in self.rows.values() if code in rows), None)

    def unit(self, code: str) -> Mapping[str, Any]:
        """The facts of a unit that 花名册 says."""
        return self.basis["units"][code]

    def member(self, code: str) -> Mapping[str, Any]:
        return self.basis["members"][code]

    def votes(self, code: str) -> list[Fraction] | None:
        """A member's votes in 年评议, grade by grade; None where there are none."""
        said = self.member(code)["votes"]
        return None if said is None else [Fraction(count) for count in said.values()]

    def node(self, unit: str, key: str) -> ScorePart | None:
        """One score of a unit; None where it has no such score."""
        if (unit, key) not in self._nodes:
            said = self.basis["units"][unit]["scores"].get(key)
            self._nodes[unit, key] = None if said is None else _node(said)
        return self._nodes[unit, key]

    @property
    def units(self) -> Mapping[str, Mapping[str, Any]]:
        """The rows of all committees and branches."""
        return {**self.rows[COMMITTEES], **self.rows[BRANCHES]}


def _node(said: Mapping[str, Any]) -> ScorePart:
    return ScorePart(Fraction(said["value"]), tuple(_part(part) for part in said["parts"]))


def _part(said: Mapping[str, Any]) -> Part:
    return Part(
        item=said["item"],
        amount=Fraction(said["amount"]),
        of=said.get("of"),
        kind=said.get("kind"),
        share=_fraction(said.get("share")),
        held=_fraction(said.get("held")),
    )


def _fraction(said: str | None) -> Fraction | None:
    return None if said is None else Fraction(said)


@dataclass(frozen=True)
class Pair:
    """Both sides, each with its basis."""

    old: Side
    new: Side

    def changed(self, *names: str) -> list[str]:
        """Those of the 参数 that are others."""
        old, new = self.old.rules.values, self.new.rules.values
        return [name for name in names if getattr(old, name) != getattr(new, name)]

    def read_otherwise(self, table: str, fields: Sequence[str]) -> bool:
        """Whether a table of 考评方案 has other rows, or other values in these fields."""
        old, new = (
            {code: [row[field] for field in fields] for code, row in side.rules.said[table].items()}
            for side in (self.old, self.new)
        )
        return old != new

    def parameters_text(self, names: list[str]) -> str:
        """How 参数 changed, in words."""
        words = resources.load("messages/compare")["diff"]
        labels = {e["name"]: e["label"] for e in resources.load("rules/parameters")["parameters"]}
        was, now = self.old.rules.said["parameters"], self.new.rules.said["parameters"]
        listed = (words["moved"].format(what=labels[n], was=was.get(labels[n]), now=now.get(labels[n])) for n in names)
        return words["and"].join(listed)

    def name(self, code: str) -> str:
        """What a unit or member is called now, or else was."""
        return self.new.name(code) or self.old.name(code) or code

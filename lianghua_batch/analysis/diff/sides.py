"""The two results that are compared, each with its audit trail: numbers as Fractions, rules by name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from lianghua_batch.analysis.rank_changes import BRANCHES, COMMITTEES, KINDS
from lianghua_batch.core import exact, resources
from lianghua_batch.model.parameters import parameter_value, value_of
from lianghua_batch.model.scheme import Parameters


@dataclass(frozen=True)
class TrailPart:
    """One part of a score as the audit trail has it; `score_key`: the key of the score that it comes from, if any."""

    item: str
    amount: Fraction
    score_key: str | None
    kind: str | None
    share: Fraction | None
    held: Fraction | None


@dataclass(frozen=True)
class TrailScore:
    """One score and its parts as the audit trail has them."""

    value: Fraction
    parts: tuple[TrailPart, ...]

    def parts_by_kind(self, *kinds: str) -> list[TrailPart]:
        return [part for part in self.parts if part.kind in kinds]

    @property
    def rounding(self) -> Fraction:
        return sum((part.amount for part in self.parts_by_kind("rounding")), exact.ZERO)

    @property
    def raw(self) -> Fraction:
        """The value before its rounding."""
        return self.value - self.rounding


@dataclass(frozen=True)
class SideRules:
    """The rules in force: `texts` as the audit trail has them, `values` of the 参数."""

    texts: Mapping[str, Any]
    values: Parameters

    def indicator(self, unit: str, code: str) -> Mapping[str, Any] | None:
        """An indicator of a unit: its own declared one, else that of 考评方案; None where there is none."""
        indicators = self.texts["indicators"]
        return indicators.get(f"{unit}/{code}") or indicators.get(code)

    def bands(self, scope: str) -> Mapping[str, Fraction | None]:
        """Grades with their lower bounds, the best first."""
        return {grade: None if low is None else Fraction(low) for grade, low in self.texts["bands"][scope].items()}

    def worths(self, scope: str) -> Mapping[str, Fraction]:
        return {grade: Fraction(worth) for grade, worth in self.texts["ballots"][scope].items()}

    def rounded(self, value: Fraction) -> Fraction:
        """A number as the next step uses it (取舍方式, 小数位)."""
        return value if self.values.rounding == "final_only" else exact.half_up(value, self.values.places)

    @property
    def half_unit(self) -> Fraction:
        """The largest amount that one rounding can add or take."""
        return Fraction(1, 2 * 10**self.values.places)


class Side:
    """Results with their audit trail, which is None where it is missing; then only `rows`, `name` and `units` can be asked."""

    def __init__(self, results: Mapping[str, Any], audit_trail: Mapping[str, Any] | None) -> None:
        self.results = results
        self.audit_trail = audit_trail
        self._scores: dict[tuple[str, str], TrailScore | None] = {}

    @cached_property
    def rows(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        """The rows of each list by code."""
        return {kind: {row["id"]: row for row in self.results[kind]} for kind in KINDS}

    @cached_property
    def rules(self) -> SideRules:
        """The rules; only with an audit trail."""
        rules = self.audit_trail["rules"]
        entries = resources.load("rules/parameters")["parameters"]
        texts = rules["parameters"]  # an older version's may lack one that came later
        values = {
            e["name"]: parameter_value(e, texts[e["label"]])
            if e["label"] in texts
            else value_of(e, "absent" if "absent" in e else "default")
            for e in entries
        }
        return SideRules(rules, Parameters(**values))

    @cached_property
    def member_counts(self) -> Counter[str]:
        """The number of scored members of each branch."""
        return Counter(row["branch"] for row in self.results["members"])

    def name(self, code: str) -> str | None:
        """The name of a unit or member; None where it is in no list."""
        return next((rows[code]["name"] for rows in self.rows.values() if code in rows), None)

    def unit(self, code: str) -> Mapping[str, Any]:
        """The facts of a unit that the audit trail takes from 花名册."""
        return self.audit_trail["units"][code]

    def member(self, code: str) -> Mapping[str, Any]:
        return self.audit_trail["members"][code]

    def votes(self, code: str) -> list[Fraction] | None:
        """A member's votes in 年评议, grade by grade; None where there are none."""
        votes = self.member(code)["votes"]
        return None if votes is None else [Fraction(count) for count in votes.values()]

    def score(self, unit: str, key: str) -> TrailScore | None:
        """One score of a unit; None where it has no such score."""
        if (unit, key) not in self._scores:
            written = self.audit_trail["units"][unit]["scores"].get(key)
            self._scores[unit, key] = None if written is None else _score(written)
        return self._scores[unit, key]

    @property
    def units(self) -> Mapping[str, Mapping[str, Any]]:
        """The rows of all committees and branches."""
        return {**self.rows[COMMITTEES], **self.rows[BRANCHES]}


def _score(written: Mapping[str, Any]) -> TrailScore:
    return TrailScore(Fraction(written["value"]), tuple(_part(part) for part in written["parts"]))


def _part(written: Mapping[str, Any]) -> TrailPart:
    return TrailPart(
        item=written["item"],
        amount=Fraction(written["amount"]),
        score_key=written.get("of"),
        kind=written.get("kind"),
        share=_fraction(written.get("share")),
        held=_fraction(written.get("held")),
    )


def _fraction(written: str | None) -> Fraction | None:
    return None if written is None else Fraction(written)


@dataclass(frozen=True)
class Pair:
    """Both sides, each with its audit trail."""

    old: Side
    new: Side

    def changed(self, *names: str) -> list[str]:
        """Those of these 参数 that differ."""
        old, new = self.old.rules.values, self.new.rules.values
        return [name for name in names if getattr(old, name) != getattr(new, name)]

    def table_changed(self, table: str, fields: Sequence[str]) -> bool:
        """Whether a table of 考评方案 has other rows, or other values in these fields."""
        old, new = (
            {code: [row[field] for field in fields] for code, row in side.rules.texts[table].items()}
            for side in (self.old, self.new)
        )
        return old != new

    def parameters_text(self, names: list[str]) -> str:
        """The changes of these 参数 in words."""
        words = resources.load("messages/compare")["diff"]
        labels = {e["name"]: e["label"] for e in resources.load("rules/parameters")["parameters"]}
        was, now = self.old.rules.texts["parameters"], self.new.rules.texts["parameters"]
        listed = (words["moved"].format(what=labels[n], was=was.get(labels[n]), now=now.get(labels[n])) for n in names)
        return words["and"].join(listed)

    def name(self, code: str) -> str:
        """The new name of a unit or member, or else the old one."""
        return self.new.name(code) or self.old.name(code) or code

"""Scores and their parts: every ▣ number is the sum of its contributions, caps and roundings included."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from lianghua_batch.core import exact, resources
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.model.scheme import Scheme

WHOLE = Fraction(1)


@dataclass(frozen=True)
class Contribution:
    """One signed part of a score: its label, amount and clause, and where it comes from: a cell (`source`) or another `score`.

    `kind`: which of the items in schemas/rules/clauses.yaml it is, where it comes from no score. `held`: the number that the cell
    at `source` holds, None where that is blank. `share`: what share of `score` it is; None where it is no fixed part of
    it, as an indicator's points of a rate. `entry`: the row that brought it in, where `source` is the cell of a rule.
    """

    item: str
    amount: Fraction
    clause: str
    source: SourceRef | None = None
    score: "Score | None" = None
    kind: str | None = None
    held: Fraction | None = None
    share: Fraction | None = None
    entry: SourceRef | None = None


@dataclass(frozen=True)
class Score:
    """One ▣ number: the code of its subject, its step (schemas/rules/clauses.yaml), its period, and its parts, which sum to `value` exactly."""

    subject: str
    step: str
    period: str
    value: Fraction
    parts: tuple[Contribution, ...]
    item: str | None = None

    @property
    def label(self) -> str:
        return step_label(self.step)


def step_label(step: str) -> str:
    """Return a step's Chinese name."""
    return resources.load("rules/clauses")["steps"][step]["label"]


def step_rule(step: str) -> str:
    """Return how a step's number comes about, in words."""
    return resources.load("rules/clauses")["steps"][step]["rule"]


def step_clause(step: str) -> str:
    """Return the clause that a step rests on, as it is cited."""
    catalogue = resources.load("rules/clauses")
    return catalogue["clauses"][catalogue["steps"][step]["clause"]]["label"]


def clause(name: str) -> str:
    """Return a clause as it is cited."""
    return resources.load("rules/clauses")["clauses"][name]["label"]


def item_label(name: str) -> str:
    """Return the Chinese name of a contribution that is no cell of its own, such as a rounding."""
    return resources.load("rules/clauses")["items"][name]["label"]


def item_rule(name: str) -> str:
    """Return how such a contribution comes about, in words."""
    return resources.load("rules/clauses")["items"][name]["rule"]


def total(parts: Iterable[Contribution]) -> Fraction:
    """Return the exact sum of contributions."""
    return exact.total(p.amount for p in parts)


def score(
    scheme: Scheme,
    subject: str,
    step: str,
    period: object,
    parts: Iterable[Contribution],
    *,
    final: bool = False,
    item: str | None = None,
) -> Score:
    """Sum `parts` into a published score; what rounding adds or takes is a part of its own. `final` numbers round under 末级 too."""
    listed = tuple(parts)
    raw = total(listed)
    value = scheme.final(raw) if final else scheme.publish(raw)
    if value != raw:
        listed += (Contribution(item_label("rounding"), value - raw, clause("choice"), kind="rounding"),)
    return Score(subject, step, str(period), value, listed, item)


def unrounded(subject: str, step: str, period: object, parts: Iterable[Contribution]) -> Score:
    """Sum `parts` into a number that the spec does not mark ▣: 考核组分 and the 加减分, which enter the next step as they are."""
    listed = tuple(parts)
    return Score(subject, step, str(period), total(listed), listed)


def averaged(scores: Iterable[Score], by: str) -> list[Contribution]:
    """Return the parts of a plain mean of one or more scores."""
    listed = list(scores)
    return [taken(s, f"{s.label} {s.item or s.period}", by, Fraction(1, len(listed))) for s in listed]


def taken(part: Score, item: str, by: str, share: Fraction = WHOLE) -> Contribution:
    """Return a contribution that is a fixed share of a score, or all of it."""
    return Contribution(item, part.value * share, by, score=part, share=share)


def weighted(part: Score, weight: Fraction, by: str) -> Contribution:
    """Return a contribution that is `weight` percent of a score."""
    return taken(part, f"{part.label}×{exact.short(weight)}%", by, weight / 100)


def limited(
    parts: list[Contribution], low: Fraction, high: Fraction, item: str, by: str, source: SourceRef | None = None
) -> list[Contribution]:
    """Return `parts`, and where their sum lies outside low…high a part for what the limit adds or takes; `source`: the cell of `high`."""
    raw = total(parts)
    value = exact.clip(raw, low, high)
    if value == raw:
        return parts
    held = high if source is not None else None
    return [*parts, Contribution(item_label(item), value - raw, by, source, kind=item, held=held)]

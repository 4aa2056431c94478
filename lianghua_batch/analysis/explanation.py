"""One subject's score as a tree (spec §9): what it is the sum of, down to the cells, with caps and roundings as items of their own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from operator import attrgetter

from lianghua_batch.core import exact, resources
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.model.roster_lookup import latest
from lianghua_batch.model.scores import (
    WHOLE,
    Contribution,
    Score,
    item_label,
    item_rule,
    step_clause,
    step_label,
    step_rule,
)
from lianghua_batch.scoring import metrics
from lianghua_batch.scoring.metrics import Counted
from lianghua_batch.scoring.results import MemberResult, Results, UnitResult

Standing = MemberResult | UnitResult


class Unscored(LookupError):
    """The subject has no score in the period."""


@dataclass(frozen=True)
class Node:
    """One number of the tree.

    `value` is the number itself: a score, or what the cell at `source` holds; None where there is neither, or the cell is
    blank. `amount` is what it adds to the number above; `share` is what part of `value` that is, None where it is no fixed
    part. The amounts of the `children` sum to `value` exactly. Each `basis` is a number that this one was judged by or
    computed from: its tree explains, but does not sum to it. `name` is what kind of number it is, of which `rule` and
    `clause` speak; `subject` whose it is.
    """

    label: str
    amount: Fraction
    value: Fraction | None
    name: str
    rule: str
    clause: str
    subject: str
    period: str
    source: SourceRef | None = None
    share: Fraction | None = None
    children: tuple["Node", ...] = ()
    basis: tuple["Node", ...] = ()

    @property
    def held(self) -> Fraction | None:
        """The number in the cell at `source`."""
        return self.value if self.source is not None else None


@dataclass(frozen=True)
class TreeRow:
    """A node where it stands: how far below the top, what it comes to in the top score (None under a basis), if it is a basis."""

    node: Node
    level: int
    in_total: Fraction | None
    is_basis: bool = False


def explain(results: Results, subject: str) -> Node:
    """The tree of a member's, branch's or committee's published score; raises Unscored.

    It goes down to the cells. The score of another subject (a branch's members, a committee's branches) is a leaf: it has a
    tree of its own.
    """
    top = score_of(standing_of(results, subject))
    return _Tree(results, subject).of_score(top, top.label, top.value, WHOLE)


def leaves(top: Node) -> Iterator[tuple[Node, Fraction]]:
    """Every leaf of a tree with what it comes to in the top score; these amounts sum to it."""
    return ((line.node, line.in_total) for line in lines(top) if line.in_total is not None and not line.node.children)


def leaves_total(top: Node) -> Fraction:
    """The exact sum of the leaves, which is to be the score."""
    return sum((amount for _, amount in leaves(top)), exact.ZERO)


def lines(top: Node) -> Iterator[TreeRow]:
    """Every node in reading order: itself, what it is the sum of, what it was judged by."""
    return _lines(top, 0, top.amount, WHOLE)


def _lines(
    node: Node, level: int, in_total: Fraction | None, scale: Fraction, is_basis: bool = False
) -> Iterator[TreeRow]:
    """`scale`: what one point of the node's value comes to in the top score."""
    yield TreeRow(node, level, in_total, is_basis)
    for child in node.children:
        its = None if in_total is None else child.amount * scale
        yield from _lines(child, level + 1, its, scale * (child.share or exact.ZERO))
    for basis in node.basis:
        yield from _lines(basis, level + 1, None, exact.ZERO, is_basis=True)


def standing_of(results: Results, subject: str) -> Standing:
    """Where a subject stands among its kind; raises Unscored."""
    for member in results.members:
        if member.member.id == subject:
            return member
    for unit in (*results.branches, *results.committees):
        if unit.unit.id == subject:
            return unit
    raise Unscored(subject)


def score_of(standing: Standing) -> Score:
    """The score by which a subject is ranked: 年度综合分 or 百分制积分, 总分 or 季度得分."""
    if isinstance(standing, UnitResult):
        return standing.scores.total
    return standing.year.total if standing.year is not None else standing.quarters[-1].percent


@dataclass(frozen=True)
class _Tree:
    """Makes the nodes of one subject's tree."""

    results: Results
    subject: str

    def of_score(self, score: Score, label: str, amount: Fraction, share: Fraction | None) -> Node:
        children = tuple(self._of_part(score, part) for part in score.parts)
        return self._bare(score, label, amount, share=share, children=children)

    def _bare(self, score: Score, label: str, amount: Fraction, **more: object) -> Node:
        """A score's node without what is below it."""
        return Node(
            label=label,
            amount=amount,
            value=score.value,
            name=step_label(score.step),
            rule=step_rule(score.step),
            clause=step_clause(score.step),
            subject=score.subject,
            period=score.period,
            **more,
        )

    def _of_part(self, whole: Score, part: Contribution) -> Node:
        if part.of is None or part.share is None:
            return self._leaf(whole, part)
        if part.of.subject != self.subject:
            return self._bare(part.of, self._named(part), part.amount, share=part.share)
        return self.of_score(part.of, part.item, part.amount, part.share)

    def _leaf(self, whole: Score, part: Contribution) -> Node:
        """A cell, a cap or rounding, or an indicator's points of a number that was computed."""
        label = part.item
        if part.entry is not None:
            label = resources.load("messages/explain")["entry"].format(item=label, place=part.entry)
        basis = part.of or self._diary(whole, part)
        judged_by = (self.of_score(basis, basis.label, exact.ZERO, None),) if basis is not None else ()
        return Node(
            label=label,
            amount=part.amount,
            value=part.held,
            name=item_label(part.kind),
            rule=item_rule(part.kind),
            clause=part.clause,
            subject=whole.subject,
            period=whole.period,
            source=part.source,
            basis=judged_by or tuple(self._undone(whole, part)),
        )

    def _diary(self, whole: Score, part: Contribution) -> Score | None:
        """The 核算分 beside the mark of a dimension, where the diary has a record of it in the month."""
        if part.kind != "mark":
            return None
        county, diary = self.results.county, self.results.scored.diary
        dimension = next(d for d in county.scheme.dimensions if d.name == part.item)
        month = next(m for m in county.months if str(m) == whole.period)
        found = diary.dimension_score(whole.subject, month, dimension)
        return found if len(found.parts) > 1 else None

    def _undone(self, whole: Score, part: Contribution) -> Iterator[Node]:
        """What a rate counted as not done, a member's months on one line."""
        if part.kind != "rate":
            return
        county = self.results.county
        facts = metrics.UnitFacts(county, self.results.scored, {})
        unit = county.roster.unit(whole.subject, county.period.last_day)
        listed = sorted(metrics.undone(facts, unit, whole.step), key=attrgetter("subject"))
        for _, things in groupby(listed, key=lambda t: (t.subject, t.form, t.row and t.row.ref())):
            told = list(things)
            kind = told[0].kind
            yield Node(
                label=self._told(kind, told),
                amount=exact.ZERO,
                value=None,
                name=item_label(kind),
                rule=item_rule(kind),
                clause=part.clause,
                subject=whole.subject,
                period=whole.period,
            )

    def _told(self, kind: str, things: Sequence[Counted]) -> str:
        words, first = resources.load("messages/explain"), things[0]
        periods = words["periods_separator"].join(str(thing.period) for thing in things)
        facts = {"subject": first.subject, "name": self._name(first.subject), "periods": periods}
        if first.form is not None:
            facts["form"] = definitions()[first.form].label
        if first.row is not None:
            completed = first.row["completed"]
            facts |= {
                "event": first.row["issue"],
                "deadline": first.row["deadline"].date(),
                "completed": words["blank"] if completed is None else completed.date(),
                "place": first.row.ref("completed"),
            }
        return words["undone"][kind].format_map(facts)

    def _named(self, part: Contribution) -> str:
        """Another subject's code with the name beside it, and what share it has where the item says so."""
        code = part.of.subject
        return f"{code} {self._name(code)}{part.item.removeprefix(code)}"

    def _name(self, code: str) -> str:
        return latest(self.results.county.roster, code).name

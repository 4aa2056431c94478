"""One subject's score as a tree (spec §9): each number is the sum of its children, down to the cells; caps and roundings are items too."""

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

SubjectResult = MemberResult | UnitResult


class Unscored(LookupError):
    """The subject has no score in the period."""


@dataclass(frozen=True)
class Node:
    """One number of the tree.

    `value`: a score, or the number in the cell at `source`; None for a blank cell or where there is neither. `amount`: what it
    adds to its parent; `share`: amount ÷ value, None where that is no fixed share. The amounts of `children` sum to `value`
    exactly. `basis`: numbers that this one was judged by or computed from, which do not sum to it. `name`: the kind of number,
    which `rule` and `clause` explain; `subject`: the code of the member or unit it belongs to.
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
    """A node in reading order: its depth below the top, its amount in the top score (None under a basis), whether it is a basis."""

    node: Node
    level: int
    in_total: Fraction | None
    is_basis: bool = False


def explain(results: Results, subject: str) -> Node:
    """Return the tree of a member's, branch's or committee's published score; raises Unscored.

    The score of another subject (a branch's members, a committee's branches) is a leaf: it has a tree of its own.
    """
    top = ranking_score(find_result(results, subject))
    return _Tree(results, subject).score_node(top, top.label, top.value, WHOLE)


def tree_leaves(top: Node) -> Iterator[tuple[Node, Fraction]]:
    """Yield every leaf with its amount in the top score; these amounts sum to the score."""
    return ((row.node, row.in_total) for row in tree_rows(top) if row.in_total is not None and not row.node.children)


def leaves_total(top: Node) -> Fraction:
    """Return the exact sum of the leaves, which must equal the score."""
    return sum((amount for _, amount in tree_leaves(top)), exact.ZERO)


def tree_rows(top: Node) -> Iterator[TreeRow]:
    """Yield every node in reading order: the node, its children, then its basis."""
    return _rows(top, 0, top.amount, WHOLE)


def _rows(
    node: Node, level: int, in_total: Fraction | None, scale: Fraction, is_basis: bool = False
) -> Iterator[TreeRow]:
    """Yield one node and all below it; `scale` is what one point of its value amounts to in the top score."""
    yield TreeRow(node, level, in_total, is_basis)
    for child in node.children:
        child_in_total = None if in_total is None else child.amount * scale
        yield from _rows(child, level + 1, child_in_total, scale * (child.share or exact.ZERO))
    for basis in node.basis:
        yield from _rows(basis, level + 1, None, exact.ZERO, is_basis=True)


def find_result(results: Results, subject: str) -> SubjectResult:
    """Return the result of a member, branch or committee; raises Unscored."""
    for member in results.members:
        if member.member.id == subject:
            return member
    for unit in (*results.branches, *results.committees):
        if unit.unit.id == subject:
            return unit
    raise Unscored(subject)


def ranking_score(result: SubjectResult) -> Score:
    """Return the score by which a subject is ranked: 年度综合分 or 百分制积分, 总分 or 季度得分."""
    if isinstance(result, UnitResult):
        return result.scores.total
    return result.year.total if result.year is not None else result.quarters[-1].percent


# By what a rate counts as not done: the columns that say what it is, until when, and where it shows.
_ROW_COLUMNS = {
    "unrectified": ("issue", "deadline", "completed"),
    "undone_task": ("task", "deadline", "completed"),
    "unregistered": ("findings", "rectify_by", "findings"),
}


@dataclass(frozen=True)
class _Tree:
    """Builds the nodes of one subject's tree."""

    results: Results
    subject: str

    def score_node(self, score: Score, label: str, amount: Fraction, share: Fraction | None) -> Node:
        children = tuple(self._part_node(score, part) for part in score.parts)
        return self._node(score, label, amount, share=share, children=children)

    def _node(self, score: Score, label: str, amount: Fraction, **more: object) -> Node:
        """The node of a score without its children."""
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

    def _part_node(self, whole: Score, part: Contribution) -> Node:
        if part.score is None or part.share is None:
            return self._leaf_node(whole, part)
        if part.score.subject != self.subject:
            return self._node(part.score, self._other_subject_label(part), part.amount, share=part.share)
        return self.score_node(part.score, part.item, part.amount, part.share)

    def _leaf_node(self, whole: Score, part: Contribution) -> Node:
        """A node without children: a cell, a cap or rounding, or the points an indicator gives for a computed number."""
        label = part.item
        if part.entry is not None:
            label = resources.load("messages/explain")["entry"].format(item=label, place=part.entry)
        basis = part.score or self._diary(whole, part)
        judged_by = (self.score_node(basis, basis.label, exact.ZERO, None),) if basis is not None else ()
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
        """The things a rate counted as not done; all months of one member, and all periods of one form, in one node."""
        if part.kind != "rate":
            return
        county = self.results.county
        facts = metrics.UnitFacts(county, self.results.scored, {})
        unit = county.roster.unit(whole.subject, county.period.last_day)
        listed = sorted(metrics.undone(facts, unit, whole.step), key=attrgetter("subject"))
        for _, things in groupby(listed, key=lambda t: (t.subject, t.form, t.row and t.row.ref())):
            group = list(things)
            kind = group[0].kind
            yield Node(
                label=self._undone_label(kind, group),
                amount=exact.ZERO,
                value=None,
                name=item_label(kind),
                rule=item_rule(kind),
                clause=part.clause,
                subject=whole.subject,
                period=whole.period,
            )

    def _undone_label(self, kind: str, things: Sequence[Counted]) -> str:
        words, first = resources.load("messages/explain"), things[0]
        periods = words["periods_separator"].join(str(thing.period) for thing in things)
        facts = {"subject": first.subject, "name": self._name(first.subject), "periods": periods}
        if first.form is not None:
            facts["form"] = definitions()[first.form].label
        if first.row is not None:
            event, deadline, place = _ROW_COLUMNS[kind]
            days = {"deadline": first.row[deadline], "completed": first.row.values.get("completed")}
            facts |= {"event": first.row[event], "place": first.row.ref(place)}
            facts |= {name: words["blank"] if day is None else day.date() for name, day in days.items()}
        return words["undone"][kind].format_map(facts)

    def _other_subject_label(self, part: Contribution) -> str:
        """Another subject's code and name, and its share where the item states one."""
        code = part.score.subject
        return f"{code} {self._name(code)}{part.item.removeprefix(code)}"

    def _name(self, code: str) -> str:
        return latest(self.results.county.roster, code).name

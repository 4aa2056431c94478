"""各单位/: one workbook a ranked unit, holding only what that unit may see (spec §8)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from lianghua_batch.analysis.explanation import Node, explain
from lianghua_batch.analysis.lookback import Earlier
from lianghua_batch.analysis.objections import Objection
from lianghua_batch.core import output_paths, resources
from lianghua_batch.core.problems import Problem
from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.model.scores import item_label, step_label
from lianghua_batch.report.layout.model import Properties, SheetTable
from lianghua_batch.report.sheets import (
    bonuses,
    composition,
    explanation,
    members,
    objections,
    rankings,
    rectification,
    warnings,
)
from lianghua_batch.report.unit_book import scorecard
from lianghua_batch.report.unit_book.view import UnitView, unit_view
from lianghua_batch.report.view import View, whole_view
from lianghua_batch.scoring.results import Results, UnitResult

__all__ = ["UnitBook", "unit_books"]

_SHEETS: Mapping[str, Callable[[UnitView], SheetTable]] = {
    "explanation": lambda view: _explanation(view),
    "members": members.build,
    "branches_by_committee": rankings.branches_by_committee,
    "composition_branches": composition.branches,
    "bonus": bonuses.build,
    "rectification": rectification.ledger,
    "findings": rectification.findings,
    "objections": objections.build,
    "warnings": warnings.build,
}


@dataclass(frozen=True)
class UnitBook:
    """One unit's workbook: its path in the output folder; `content` builds its sheets."""

    path: str
    view: View
    result: UnitResult

    def content(self) -> tuple[tuple[SheetTable, ...], Properties]:
        """Return its sheets, 成绩单 first, and its properties."""
        view = unit_view(self.view, self.result)
        others = tuple(_SHEETS[key](view) for key in _order(view)[1:])
        return (scorecard.build(view, others), *others), _properties(view)


def unit_books(
    results: Results,
    problems: Sequence[Problem],
    earlier: Earlier | None = None,
    filed: tuple[Objection, ...] | None = None,
) -> list[UnitBook]:
    """Return `books_of` results and problems; for the arguments see `view.whole_view`."""
    return books_of(whole_view(results, problems, earlier, filed))


def books_of(view: View) -> list[UnitBook]:
    """Return the workbooks of all ranked units, committees first; each lists its own unit's warnings and objections only."""
    results = view.results
    ranked = sorted((*results.committees, *results.branches), key=lambda r: (r.unit.level != COMMITTEE, r.unit.id))
    paths = output_paths.paths(((r.unit.id, r.unit.name) for r in ranked), results.county.period)
    return [UnitBook(path, view, r) for path, r in zip(paths, ranked, strict=True)]


def _order(view: UnitView) -> Sequence[str]:
    return [key for key in view.by_kind(view.sheets["unit_books"]["order"][_level(view)]) if view.has(key)]


def _level(view: UnitView) -> str:
    return "committee" if view.result.unit.level == COMMITTEE else "branch"


def _explanation(view: UnitView) -> SheetTable:
    """The unit's explanation tree from the whole county's results (ranks need all units), without what the unit may not see."""
    results = view.whole.results
    hidden = {step_label(step) for step in view.sheets["unit_books"]["not_explained"][_level(view)]}
    unlisted = {item_label(item) for item in view.sheets["unit_books"]["not_listed"][_level(view)]}
    tree = _cut(explain(results, view.result.unit.id), hidden, unlisted)
    return explanation.build(replace(view, results=results), tree)


def _cut(node: Node, hidden: Collection[str], unlisted: Collection[str]) -> Node:
    """The tree with the nodes named in `hidden` made leaves and those named in `unlisted`, which are in no sum, removed."""
    if node.name in hidden:
        return replace(node, children=(), basis=())
    children, basis = (
        [_cut(n, hidden, unlisted) for n in nodes if n.name not in unlisted] for nodes in (node.children, node.basis)
    )
    return replace(node, children=tuple(children), basis=tuple(basis))


def _properties(view: UnitView) -> Properties:
    facts = {"unit": view.result.unit.id, "period": str(view.period)}
    return Properties(
        title=view.fill(view.sheets["unit_books"]["title"]),
        subject=view.fill("{period_label}"),
        category=resources.load("reading")["own_category"],
        comments=view.fill(view.layout("overview")["basis"]),
        created=view.period.last_day,
        custom=tuple((name, facts[key]) for key, name in view.sheets["unit_books"]["properties"].items()),
        content_code=view.sheets["unit_books"]["content_code"],
    )

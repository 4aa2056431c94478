"""The ranking workbook as plain tables (spec §8): Results and problems in, sheets with style names out; nothing is written."""

from collections.abc import Callable, Mapping, Sequence

from lianghua_batch import resources
from lianghua_batch.problems import WARNING, Problem
from lianghua_batch.report import bonuses, composition, left_out, overview, people, rankings, rules, warnings
from lianghua_batch.report.model import Cell, Column, Page, Properties, Row, SheetTable
from lianghua_batch.report.view import View
from lianghua_batch.results import Results

__all__ = ["Cell", "Column", "Page", "Properties", "Row", "SheetTable", "build", "properties"]

_SHEETS: Mapping[str, Callable[[View], SheetTable]] = {
    "overview": overview.build,
    "committees": rankings.committees,
    "branches": rankings.branches,
    "branches_by_committee": rankings.branches_by_committee,
    "members": people.build,
    "composition_committees": composition.committees,
    "composition_branches": composition.branches,
    "bonus": bonuses.build,
    "scheme": rules.build,
    "indicators": rules.indicators,
    "warnings": warnings.build,
    "left_out": left_out.build,
}


def build(results: Results, problems: Sequence[Problem]) -> tuple[SheetTable, ...]:
    """Return the sheets of a year's or a quarter's ranking workbook, in their order; of `problems` the warnings are listed."""
    view = View(results, tuple(p for p in problems if p.severity == WARNING))
    first, *others = view.by_kind(view.words["order"])
    draft = [view.words["order"]["draft"]] if results.draft else []
    return tuple(_SHEETS[key](view) for key in (first, *draft, *others))


def properties(results: Results) -> Properties:
    """Return the workbook's document properties."""
    view = View(results, ())
    return Properties(
        title=view.titled("overview"),
        subject=view.fill("{period_label}"),
        category=resources.load("reading")["own_category"],
        comments=view.fill(view.layout("overview")["basis"]),
        created=view.period.last_day,
    )

"""The ranking workbook as plain tables (spec §8): Results and problems in, sheets with style names out; nothing is written."""

from collections.abc import Callable, Mapping, Sequence

from lianghua_batch.analysis.lookback import Earlier
from lianghua_batch.analysis.objections import Objection
from lianghua_batch.core import resources
from lianghua_batch.core.problems import Problem
from lianghua_batch.report.layout.model import Properties, SheetTable
from lianghua_batch.report.sheets import (
    activity,
    bonuses,
    branch_class_changes,
    chart_data,
    charts,
    composition,
    county_sheets,
    cover,
    declarations,
    indicator_scores,
    left_out,
    members,
    objections,
    overview,
    quarters,
    rankings,
    ratings,
    rectification,
    rewards_and_sanctions,
    scheme,
    statistics,
    warnings,
    years,
)
from lianghua_batch.report.view import View, whole_view
from lianghua_batch.scoring.results import Results

_SHEETS: Mapping[str, Callable[[View], SheetTable]] = {
    "cover": cover.build,
    "overview": overview.build,
    "committees": rankings.committees,
    "branches": rankings.branches,
    "branches_by_committee": rankings.branches_by_committee,
    "branch_class_changes": branch_class_changes.build,
    "charts": charts.build,
    "quarters": quarters.build,
    "years": years.build,
    "members": members.build,
    "composition_committees": composition.committees,
    "composition_branches": composition.branches,
    "bonus": bonuses.build,
    "indicator_scores": indicator_scores.build,
    "ratings": ratings.marks,
    "ballots": ratings.ballots,
    "rewards_and_sanctions": rewards_and_sanctions.build,
    "rectification": rectification.ledger,
    "findings": rectification.findings,
    "objections": objections.build,
    "activity": activity.build,
    "indicator_analysis": statistics.indicators,
    "rater_analysis": statistics.raters,
    "scheme": scheme.build,
    "indicators": scheme.indicators,
    "declarations": declarations.build,
    "county_sheets": county_sheets.build,
    "warnings": warnings.build,
    "left_out": left_out.build,
    "chart_data": chart_data.build,
}


def build(
    results: Results,
    problems: Sequence[Problem],
    earlier: Earlier | None = None,
    filed: tuple[Objection, ...] | None = None,
) -> tuple[SheetTable, ...]:
    """Return `sheets` of results and problems.

    For the arguments see `view.whole_view`.
    """
    return sheets(whole_view(results, problems, earlier, filed))


def sheets(view: View) -> tuple[SheetTable, ...]:
    """Return the sheets of a year's or a quarter's ranking workbook, in their order."""
    return tuple(_SHEETS[key](view) for key in view.order)


def properties(results: Results) -> Properties:
    """Return the workbook's document properties."""
    view = View(results, ())
    facts = {**view.facts, "check_code": view.check_code}
    return Properties(
        title=view.titled("overview"),
        subject=view.fill("{period_label}"),
        category=resources.load("reading")["own_category"],
        comments=view.fill(view.layout("overview")["basis"]),
        created=view.period.last_day,
        custom=tuple((name, str(facts[key])) for key, name in view.words["properties"].items()),
    )

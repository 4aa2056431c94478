"""The sheets 党委排名, 支部排名 and 支部排名（按党委）: units by rank, with the components of their totals.

Every number is a formula that refers to the cell of 得分构成 with the unit and the column's name as its key.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

from lianghua_batch.core import exact
from lianghua_batch.core.periods import Period
from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.model.scores import Score
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Bars, Cell, Family, Formula, Key, Keys, Row, SheetTable, Value
from lianghua_batch.report.layout.sheet_table import Field
from lianghua_batch.report.sheets import branch_class, formulas, year_on_year
from lianghua_batch.report.view import View
from lianghua_batch.scoring.organisation_year import OrganisationYear
from lianghua_batch.scoring.results import UnitResult

_PLAIN = ("id", "cohort", "branch_count", "member_count")  # columns that are not on 得分构成
# Last year's columns and their fields of LastYear; of those that are changes the number changed and the formula.
_LAST_YEAR = {
    "last_total": "total",
    "gained": "gained",
    "last_grade": "grade",
    "last_rank": "rank",
    "places_gained": "places_gained",
    "last_rank_county": "rank_county",
    "places_gained_county": "places_gained_county",
}
_CHANGES = {
    "gained": ("total", "ROUND({{now}}-{then},2)"),
    "places_gained": ("rank", "{then}-{{now}}"),
    "places_gained_county": ("rank_county", "{then}-{{now}}"),
}
_STEP = 10  # bars begin one ten below that of the lowest total, so that it has a bar too

Getter = Callable[[View, UnitResult], Value | Score | None]


def _member_count(view: View, result: UnitResult) -> int:
    branches = view.branches_of(result.unit.id) if result.unit.level == COMMITTEE else [result.unit.id]
    return sum(view.member_counts[b] for b in branches)


def _part(result: UnitResult, name: str) -> Value | None:
    """The unrounded amount that one score adds to the total; None where it is no part of it."""
    score = getattr(result.scores, name)
    return next((p.amount for p in result.scores.total.parts if score is not None and p.score is score), None)


_VALUES: dict[str, Getter] = {
    "rank": lambda _, r: r.rank,
    "rank_county": lambda _, r: r.rank_county,
    "id": lambda _, r: r.unit.id,
    "name": lambda view, r: view.display_name(r.unit),
    "cohort": lambda view, r: view.cohort_name(r.cohort),
    "grade": lambda _, r: r.grade,
    "branch_count": lambda view, r: len(view.branches_of(r.unit.id)),
    "member_count": _member_count,
    "member_mean_part": lambda _, s: _part(s, "member_mean"),
    "inspection_part": lambda _, s: _part(s, "inspection"),
}


def unit_value(view: View, result: UnitResult, name: str) -> Value | Score | None:
    """The value of a unit's column `name`: by the table above, else the score of that name."""
    getter = _VALUES.get(name)
    return getter(view, result) if getter else getattr(result.scores, name)


def in_county(ranked: Sequence[UnitResult]) -> list[UnitResult]:
    """Units by their rank among all of their level; within a tie by 年末考核分, then 组织编号 (spec §5.11)."""

    def order(result: UnitResult) -> tuple:
        scores = result.scores
        year_end = scores.year_end.value if isinstance(scores, OrganisationYear) else exact.ZERO
        return (result.rank_county, -year_end, result.unit.id)

    return sorted(ranked, key=order)


def cohorts(ranked: Sequence[UnitResult]) -> list[tuple[str, list[UnitResult]]]:
    """The cohorts with their units in rank order; the one without a committee comes last."""
    groups = [(cohort, list(units)) for cohort, units in groupby(ranked, key=lambda r: r.cohort)]
    return sorted(groups, key=lambda group: group[0] == "")


def ranking_key(unit_id: str, column: str = "name") -> Key:
    """The key of a unit's cell in 党委排名 or 支部排名."""
    return (Family.RANKING, unit_id) if column == "name" else (Family.RANKING, unit_id, column)


def quarter_key(unit_id: str, quarter: Period) -> Key:
    """The key of the cell of 季度走势 with a unit's score in a quarter."""
    return (Family.QUARTER, unit_id, str(quarter))


def quarter_scores(view: View, unit_id: str) -> Keys:
    """A unit's scores in the year's quarters."""
    return Keys(tuple(quarter_key(unit_id, q) for q in view.trends.quarters))


def cell(view: View, result: UnitResult, name: str, style: str, span: int = 1) -> Cell:
    """The cell with a unit's value, as a formula that refers to 得分构成."""
    formula = None if name in _PLAIN else formulas.reference((result.unit.id, name))
    return view.cell(unit_value(view, result, name), style, span, formula=formula)


def _cell(view: View, result: UnitResult, field: Field, *, keyed: bool) -> Cell:
    """A cell of a ranking; with `keyed` it has a key for links and charts."""
    key = ranking_key(result.unit.id, field.name) if keyed else None
    if field.name == "name":
        named = view.cell(view.display_name(result.unit), field.style)
        return replace(named, key=key, to=(result.unit.id, "name"))
    if field.name == "trend":
        return Cell("", field.style, trend=quarter_scores(view, result.unit.id))
    if field.name in _LAST_YEAR:
        return _last_year_cell(view, result, field, key)
    if field.name in branch_class.COLUMNS:
        return replace(branch_class.cell(view, result.unit.id, field), key=key)
    return replace(cell(view, result, field.name, field.style), key=key)


def _last_year_cell(view: View, result: UnitResult, field: Field, key: Key | None) -> Cell:
    """A number of last year, or its change, as a formula over this year's number in 得分构成.

    No formula refers to its own row, for sorting the sheet would break it.
    """
    last = year_on_year.last_year(view, result)
    value = None if last is None else getattr(last, _LAST_YEAR[field.name])
    if field.name not in _CHANGES or value is None:
        return view.cell(value, field.style, key=key)
    name, text = _CHANGES[field.name]
    then = exact.short(Fraction(getattr(last, name)))
    return view.cell(
        value, field.style, key=key, formula=Formula(text.format(then=then), {"now": (result.unit.id, name)})
    )


def _fields(view: View, key: str) -> tuple[Field, ...]:
    """The columns of a ranking, with last year's where last year's results are there."""
    layout = view.layout(key)
    specs = list(layout["columns"])
    if year_on_year.comparability(view) == year_on_year.COMPARED:
        before = layout["last_year"]
        group = before["group"].format(period=view.period.previous)
        moves = view.branch_class_changes is not None and view.branch_class_changes.compared
        listed = [*before["columns"], *(before.get("class_columns", ()) if moves else ())]
        specs += ({**spec, "group": group} for spec in listed)
    return sheet_table.fields(view, specs, {})


def _rows(
    view: View, fields: Sequence[Field], ranked: Sequence[UnitResult], *, keyed: bool, level: int = 0
) -> list[Row]:
    return [Row(tuple(_cell(view, r, f, keyed=keyed) for f in fields), level=level) for r in ranked]


def _bars(view: View, fields: Sequence[Field], ranked: Sequence[UnitResult], rows: int) -> tuple[Bars, ...]:
    """Data bars behind the totals."""
    column = next(i for i, f in enumerate(fields) if f.name == "total")
    if not ranked:
        return ()
    totals = [r.scores.total.value for r in ranked]
    least = Fraction(min(totals) // _STEP * _STEP - _STEP)
    return (Bars(column, 0, rows - 1, view.words["bar_colour"], least, max(totals)),)


def _ranking(view: View, key: str, ranked: Sequence[UnitResult]) -> SheetTable:
    fields = _fields(view, key)
    rows = _rows(view, fields, ranked, keyed=True)
    sheet = sheet_table.sheet(view, key, (f.column for f in fields), rows, filtered=len(rows))
    return replace(sheet, bars=_bars(view, fields, ranked, len(rows)))


def committees(view: View) -> SheetTable:
    """All committees by rank."""
    return _ranking(view, "committees", view.results.committees)


def branches(view: View) -> SheetTable:
    """All branches by rank in the county, each with its committee and its official rank there."""
    return _ranking(view, "branches", in_county(view.results.branches))


def branches_by_committee(view: View) -> SheetTable:
    """The branches committee by committee, by official rank; 机关工委直属 are a cohort of their own."""
    key = "branches_by_committee"
    layout = view.layout(key)
    left_out = layout.get("without", ())
    fields = sheet_table.fields(view, [c for c in layout["columns"] if c["name"] not in left_out], {})
    rows: list[Row] = []
    for cohort, ranked in cohorts(view.results.branches):
        text = layout["cohort"].format(name=view.cohort_name(cohort), count=len(ranked))
        rows += [sheet_table.band(text, len(fields)), *_rows(view, fields, ranked, keyed=False, level=1)]
    sheet = sheet_table.sheet(view, key, (f.column for f in fields), rows)
    return replace(sheet, bars=_bars(view, fields, view.results.branches, len(sheet.rows)))

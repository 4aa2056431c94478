"""The sheet 指标得分明细: every 指标 of every unit, from the actual value and its cell to the points, as formulas (spec §5.2–5.3)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, zip_longest
from typing import Any

from lianghua_batch.core import exact, resources
from lianghua_batch.model.scheme import Indicator
from lianghua_batch.model.scores import Score, step_rule
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Cell, Formula, Key, Keys, Row, SheetTable, Value
from lianghua_batch.report.layout.sheet_table import Field, Item
from lianghua_batch.report.sheets import formulas
from lianghua_batch.report.sheets.rankings import cohorts
from lianghua_batch.report.view import View
from lianghua_batch.scoring.efficacy import beyond, efficacy_score
from lianghua_batch.scoring.results import UnitResult

_CHOICES = ("kind", "method", "metric")


def key(unit: str, indicator: str, column: str) -> Key:
    """The key of a cell of the sheet."""
    return (unit, "indicator_details", indicator, column)


def ordered(view: View) -> list[UnitResult]:
    """The ranked units as the detail sheets list them: committees, then branches by committee and rank."""
    branches = [r for _, ranked in cohorts(view.results.branches) for r in ranked]
    return [*view.results.committees, *branches]


def build(view: View) -> SheetTable:
    """One row for each indicator of each ranked unit, in the scheme's order."""
    layout = view.layout("indicator_scores")
    fields = sheet_table.fields(view, layout["columns"], {"standards": _standards(layout)})
    listed = ordered(view)
    rows: list[Row] = []
    for result in listed:
        for number, indicator in enumerate(_indicators(view, result)):
            overlay = "begins" if rows and not number else None
            rows.append(Row(tuple(_cells(view, layout, fields, result, indicator)), overlay))
    return sheet_table.sheet(view, "indicator_scores", (f.column for f in fields), rows, filtered=len(rows))


def _standards(layout: Mapping[str, Any]) -> Sequence[Item]:
    return [Item(index, heading=heading) for index, heading in enumerate(layout["standards"])]


def _indicators(view: View, result: UnitResult) -> Iterator[Indicator]:
    return (
        i
        for i in view.scheme.indicators_for(result.unit.id, result.unit.level, result.unit.group)
        if i.id in result.scores.indicators
    )


def _cells(
    view: View, layout: Mapping[str, Any], fields: Sequence[Field], result: UnitResult, indicator: Indicator
) -> Iterator[Cell]:
    score = result.scores.indicators[indicator.id]
    values = _values(view, layout, result, indicator, score)
    live = _formulas(view, result, indicator, score)
    for field in fields:
        name = _standard(field.item) if field.name == "standards" else field.name
        cell_key = key(result.unit.id, indicator.id, name)
        yield view.cell(values[name], field.style, key=cell_key, formula=live.get(name))


def _standard(index: int) -> str:
    """The name of the column of a method's index-th standard value."""
    return f"standard{index}"


def _values(
    view: View, layout: Mapping[str, Any], result: UnitResult, indicator: Indicator, score: Score
) -> Mapping[str, Value | Score | None]:
    metric = score.parts[0].score
    actual = metric.value if metric else _filed(view, result, indicator)
    place = score.parts[0].source if metric is None else None
    choices = {name: view.choice("scheme", "indicators", name, getattr(indicator, name)) for name in _CHOICES}
    coefficient = efficacy_score(indicator.method, actual, indicator.standards)
    coefficient += beyond(indicator.method, coefficient, view.scheme.parameters.clip_efficacy)
    return {
        "unit_id": result.unit.id,
        "unit_name": result.unit.name,
        "id": indicator.id,
        "name": indicator.name,
        "weight": indicator.weight,
        **dict(zip_longest(map(_standard, range(len(layout["standards"]))), indicator.standards)),
        **choices,
        "actual": view.guarded(actual),
        "coefficient": view.guarded(coefficient),
        "points": score,
        "computed": _computed(view, layout, metric) if metric else "",
        "file": place.file if place else "",
        "sheet": place.sheet if place else "",
        "cell": place.cell if place else "",
    }


def _filed(view: View, result: UnitResult, indicator: Indicator) -> Fraction:
    return exact.from_hundredths(view.actual_values[result.unit.id, indicator.id]["actual"])


def _computed(view: View, layout: Mapping[str, Any], metric: Score) -> str:
    """How a computed actual value is derived: a rate with its counts, a mean with its rule, the branches' mean with 党委汇总口径."""
    if metric.parts and metric.parts[0].kind == "rate":
        counts, nothing = metric.parts[0].item, layout["nothing"]
        return nothing["words"] if counts == nothing["counts"] else counts
    if metric.step == "branch_mean":
        return layout["branch_mean"][view.scheme.parameters.committee_mean]
    return step_rule(metric.step)


# --- formulas ------------------------------------------------------------------------------------------------------


def _formulas(view: View, result: UnitResult, indicator: Indicator, score: Score) -> Mapping[str, Formula]:
    """The formulas of one row by column."""
    refs: dict[str, Key | Keys] = {
        name: key(result.unit.id, indicator.id, name) for name in ("actual", "weight", "coefficient")
    }
    found = {
        "coefficient": _METHODS[indicator.method](refs, _standard_keys(result, indicator)),
        "points": formulas.published("{weight}*{coefficient}/100", refs),
    }
    if indicator.metric == "member_mean":
        found["actual"] = formulas.reference((result.unit.id, "member_mean"))
    elif indicator.metric == "branch_mean":
        branches = [b for b in view.branches_of(result.unit.id) if b in view.branch_results]
        heads = [(b, "member_count") for b in branches]
        found["actual"] = formulas.published(*formulas.branch_mean([(b, "total") for b in branches], heads))
    return found


def _standard_keys(result: UnitResult, indicator: Indicator) -> dict[str, Key | Keys]:
    names = map(_standard, range(len(indicator.standards)))
    return {name: key(result.unit.id, indicator.id, name) for name in names}


def _efficacy(refs: Mapping[str, Key | Keys], standards: Mapping[str, Key | Keys]) -> Formula:
    method = resources.load("rules/metrics")["methods"]["efficacy"]
    text = f"{method['base']}+{method['span']}*({{actual}}-{{standard1}})/({{standard0}}-{{standard1}})"
    clipped = f"IF({formulas.is_chosen('clip_efficacy', True)},MAX(0,MIN({method['full']},{text})),{text})"
    return formulas.guarded(clipped, {**refs, **standards, **formulas.parameters("clip_efficacy")})


def _five_level(refs: Mapping[str, Key | Keys], standards: Mapping[str, Key | Keys]) -> Formula:
    """Interpolated between standard values; the sign of ({x}-{y})*(first-last) says which is better, rising or falling."""
    method = resources.load("rules/metrics")["methods"]["five_level"]
    marks = [exact.short(Fraction(c) * method["full"]) for c in method["coefficients"]]
    names = list(standards)

    def reaches(name: str) -> str:
        return f"({{actual}}-{{{name}}})*({{{names[0]}}}-{{{names[-1]}}})>=0"

    text = f"IF({reaches(names[0])},{marks[0]},"
    for (better, high), (worse, low) in pairwise(zip(names, marks, strict=True)):
        between = f"{low}+({high}-{low})*({{actual}}-{{{worse}}})/({{{better}}}-{{{worse}}})"
        text += f"IF({reaches(worse)},{between},"
    return formulas.guarded(text + "0" + ")" * len(names), {**refs, **standards})


def _direct(refs: Mapping[str, Key | Keys], _: Mapping[str, Key | Keys]) -> Formula:
    return formulas.reference(refs["actual"])


_METHODS: Mapping[str, Callable[[Mapping[str, Key | Keys], Mapping[str, Key | Keys]], Formula]] = {
    "efficacy": _efficacy,
    "five_level": _five_level,
    "direct": _direct,
}

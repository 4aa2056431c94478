"""What a form takes from the scheme: formulas, limits, decimals, the tables that stand beside it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from lianghua_batch.core import exact, resources
from lianghua_batch.core.form_definitions import Sheet, item_column
from lianghua_batch.forms.writer import FormSheet, Formula, Reference
from lianghua_batch.model.scheme import Scheme

MONTH_COLUMNS = ("month_1", "month_2", "month_3")


def scheme_layout(sheet: Sheet, scheme: Scheme) -> dict[str, object]:
    """Return what the scheme sets for a sheet's cells, as fields of FormSheet: formulas, limits, decimals."""
    if sheet.form == "monthly_score":
        maxima = {item_column("dimension", d.name): d.full_marks for d in scheme.dimensions}
        return {"formulas": {"sum": _sum_formula(scheme)}, "maxima": maxima}
    if sheet.form == "quarterly_summary":
        cap = scheme.parameters.adjustment_cap
        return {
            "formulas": quarter_formulas(scheme),
            "number_format": "0" + ("." + "0" * scheme.parameters.places if scheme.parameters.places else ""),
            "minima": {"adjustment": -cap},
            "maxima": {"adjustment": cap},
        }
    return {}


def dimension_columns(scheme: Scheme) -> list[str]:
    return [item_column("dimension", d.name) for d in scheme.dimensions]


def _sum_formula(scheme: Scheme) -> Formula:
    columns = dimension_columns(scheme)
    first, last = columns[0], columns[-1]
    return lambda cell: f'IF(COUNT({cell(first)}:{cell(last)})=0,"",SUM({cell(first)}:{cell(last)}))'


def quarter_points(scheme: Scheme, months: Sequence[Fraction | None], needed: int) -> Fraction | None:
    """The value of the formula of 季度积分: the mean or sum of the months, at 小数位; nothing before `needed` are there."""
    known = [m for m in months if m is not None]
    if len(known) < needed:
        return None
    mean = scheme.parameters.quarter_basis == "mean"
    return scheme.final(exact.mean(known) if mean else sum(known, exact.ZERO))


def quarter_formulas(scheme: Scheme, needed: Formula = lambda cell: "1") -> dict[str, Formula]:
    """季度积分 and 审定积分 = 季度积分 + 支委会调整, blank before `needed` months are there.

    Under 末级 审定积分 is made of the unrounded 季度积分, as scoring does it (spec §3).
    """
    function = "AVERAGE" if scheme.parameters.quarter_basis == "mean" else "SUM"
    each_step, places = scheme.parameters.rounding == "each_step", scheme.parameters.places

    def once_there(cell: Callable[[str], str], amount: str) -> str:
        return f'IF(COUNT({_months(cell)})<{needed(cell)},"",ROUND({amount},{places}))'

    def points(cell: Callable[[str], str]) -> str:
        return once_there(cell, f"{function}({_months(cell)})")

    def approved(cell: Callable[[str], str]) -> str:
        base = cell("quarter_points") if each_step else f"{function}({_months(cell)})"
        return once_there(cell, f"{base}+{cell('adjustment')}")

    return {"quarter_points": points, "approved": approved}


def _months(cell: Callable[[str], str]) -> str:
    return f"{cell(MONTH_COLUMNS[0])}:{cell(MONTH_COLUMNS[-1])}"


def references(scheme: Scheme, sheets: Sequence[FormSheet]) -> list[Reference]:
    """The scheme's tables that people need beside these sheets: the 积分项目 beside a 日记录."""
    if any(s.sheet.form == "daily_record" for s in sheets):
        words = resources.load("templates")["project_table"]
        return [Reference(words["title"], words["headings"], list(_project_rows(scheme, words)))]
    return []


def _project_rows(scheme: Scheme, words: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    for project in scheme.projects.values():
        caps = {"monthly": project.monthly_cap, "yearly": project.yearly_cap}
        parts = [words[k].format(cap=exact.short(exact.from_hundredths(v))) for k, v in caps.items() if v is not None]
        remarks = [project.dimension, *parts, *([words["veto"]] if project.veto else [])]
        points = exact.short(exact.from_hundredths(project.points))
        yield project.id, points, project.name, words["joiner"].join(remarks)

"""The formulas of one member's row in 党员积分, by column: from the months to the number that the member is ranked by (spec §4.4–§4.5)."""

from collections.abc import Mapping, Sequence

from lianghua_batch.report.layout.model import Formula, Key, Keys
from lianghua_batch.report.sheets import formulas
from lianghua_batch.scoring.members import Quarter
from lianghua_batch.scoring.results import MemberResult


def row_formulas(result: MemberResult, branch: Sequence[str]) -> Mapping[str, Formula]:
    """The formulas of a member's row; `branch` are the codes of all members of the branch in the order of the sheet."""
    member_id = result.member.id
    ranked_by = "total" if result.year else "percent"
    among = [formulas.member_key(m, ranked_by) for m in branch]
    steps = _year(result) if result.year else _quarter(member_id, result.quarters[-1])
    return {**steps, "rank": formulas.rank(formulas.member_key(member_id, ranked_by), among)}


def _months(member_id: str, quarter: Quarter) -> Keys:
    return Keys(tuple(formulas.member_key(member_id, month.period) for month in quarter.months))


def _year(result: MemberResult) -> Mapping[str, Formula]:
    member_id = result.member.id
    refs: dict[str, Key | Keys] = {}
    percents = []
    for number, quarter in enumerate(result.quarters):
        refs |= {
            f"q{number}": formulas.member_key(member_id, str(quarter.period)),
            f"m{number}": _months(member_id, quarter),
        }
        percents.append(formulas.percent(f"q{number}", f"m{number}"))
    refs |= {"step_places": formulas.STEP_PLACES, **formulas.parameters("quarter_basis")}
    return {"points": formulas.member_points(percents, refs), "total": formulas.member_total(member_id)}


def _quarter(member_id: str, quarter: Quarter) -> Mapping[str, Formula]:
    months = {"months": _months(member_id, quarter), **formulas.parameters("quarter_basis")}
    whole = f"IF({formulas.is_chosen('quarter_basis', 'sum')},SUM({{months}}),AVERAGE({{months}}))"
    own = {name: formulas.member_key(member_id, name) for name in ("quarter_points", "adjustment", "points")}
    percent = formulas.percent("points", "months")
    return {
        "quarter_points": formulas.published(whole, months),
        "points": formulas.final("{quarter_points}+N({adjustment})", own),
        "percent": formulas.published(percent, {**own, **months, "step_places": formulas.STEP_PLACES}),
    }

"""The formulas of one unit's row in 得分构成 by cell key: every step from the filled values to 等次 and 名次."""

from collections.abc import Mapping, Sequence

from lianghua_batch.model.scheme import COMMITTEE, ORGANISATION
from lianghua_batch.report.layout.model import Formula, Key
from lianghua_batch.report.sheets import formulas, indicator_scores, ratings
from lianghua_batch.report.sheets.bonuses import counted_keys
from lianghua_batch.report.view import View
from lianghua_batch.scoring.organisation_year import OrganisationYear
from lianghua_batch.scoring.results import BONUSES, UnitResult


def unit_formulas(view: View, result: UnitResult, listed: Sequence[UnitResult]) -> Mapping[Key, Formula]:
    """The formulas of a unit's row; `listed` are all units of the sheet in its order."""
    unit, total = result.unit.id, (result.unit.id, "total")
    steps = _year(view, result) if isinstance(result.scores, OrganisationYear) else _quarter(view, result)
    found = {(unit, name): formula for name, formula in steps.items()}
    if isinstance(result.scores, OrganisationYear):
        found |= _indicators(result)
    cohort = [r for r in listed if r.cohort == result.cohort]
    return found | {
        (unit, "grade"): formulas.grade(total, ORGANISATION, view.scheme.bands[ORGANISATION]),
        (unit, "rank"): formulas.rank(total, [(r.unit.id, "total") for r in cohort]),
        (unit, "rank_county"): formulas.rank(total, [(r.unit.id, "total") for r in listed]),
    }


def _year(view: View, result: UnitResult) -> Mapping[str, Formula]:
    scores, unit = result.scores, result.unit.id
    found = {
        "assessment": formulas.plain_sum([(unit, "indicator", i) for i in scores.indicators]),
        "supervisors": ratings.mean_of_marks(scores.supervisors),
        "masses": ratings.mean_of_votes(scores.masses),
        "year_end": formulas.year_end(unit),
        "inspection": formulas.mean([(unit, str(p)) for p in scores.inspections]),
        "annual": formulas.annual(unit),
        "total": formulas.total(unit),
        **{str(p): ratings.mean_of_marks(score) for p, score in scores.inspections.items()},
        **_bonuses(view, result),
        **_members(view, result, "points"),
    }
    if scores.clients is not None:
        found["clients"] = ratings.mean_of_votes(scores.clients)
    return found


def _indicators(result: UnitResult) -> Mapping[Key, Formula]:
    """Each 指标得分, taken from its row on 指标得分明细."""
    unit = result.unit.id
    return {
        (unit, "indicator", i): formulas.reference(indicator_scores.key(unit, i, "points"))
        for i in result.scores.indicators
    }


def _bonuses(view: View, result: UnitResult) -> Mapping[str, Formula]:
    """个性化, 动态化 and 违纪 from their rows on 加减分明细; without a row there is nothing to compute."""
    rows = {kind: counted_keys(view, result.unit.id, kind) for kind in BONUSES}
    *capped, case = BONUSES
    found = {kind: formulas.bonus(kind, rows[kind]) for kind in capped if rows[kind]}
    return found | ({case: formulas.discipline(result.unit.id)} if rows[case] else {})


def _members(view: View, result: UnitResult, column: str) -> Mapping[str, Formula]:
    """党员积分均分 over the members on 党员积分; a unit without one has none."""
    members = view.members_of(result.unit)
    if result.scores.member_mean is None:
        return {}
    return {"member_mean": formulas.mean([formulas.member_key(m, column) for m in members])}


def _quarter(view: View, result: UnitResult) -> Mapping[str, Formula]:
    scores, unit = result.scores, result.unit.id
    if result.unit.level == COMMITTEE:
        branches = [b for b in view.branches_of(unit) if b in view.branch_results]
        heads = [(b, "member_count") for b in branches]
        return {"total": formulas.final(*formulas.branch_mean([(b, "total") for b in branches], heads))}
    found = {"inspection": ratings.mean_of_marks(scores.inspection)}
    if scores.member_mean is None:  # 督查 alone counts, whole
        whole = formulas.reference((unit, "inspection"))
        return {
            **found,
            "inspection_part": whole,
            "total": formulas.final("{part}", {"part": (unit, "inspection_part")}),
        }
    return {
        **found,
        **_members(view, result, "percent"),
        "member_mean_part": formulas.quarter_part(unit, "member_mean", "quarter_points_weight"),
        "inspection_part": formulas.quarter_part(unit, "inspection", "quarter_inspection_weight"),
        "total": formulas.quarter_total(unit),
    }

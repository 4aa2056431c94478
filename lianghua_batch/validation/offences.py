"""处分 in 日记录 against 违纪 in 加减分: what costs a member the grade costs the branch its points (spec §5.8)."""

from collections.abc import Iterator

from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.model.county import County
from lianghua_batch.model.scheme import PASSED
from lianghua_batch.scoring.diary import Diary


def check(county: County, diary: Diary) -> Iterator[Problem]:
    """Counted 一票否决 entries of branches that have no 违纪 row with 审核 = 通过 in the year; a quarter has no 加减分."""
    if not county.is_year:
        return
    must = county.scheme.parameters.offence_without_case == "error"
    code = Code.OFFENCE_MUST_HAVE_CASE if must else Code.OFFENCE_WITHOUT_CASE
    bonuses = county.rows_by_unit("bonus")
    for member_id, vetoes in diary.vetoes.items():
        for veto in vetoes:
            unit = county.roster.unit(veto.branch, county.period.last_day)
            cases = bonuses.get(veto.branch or "", ())
            if unit is not None and not any(r["kind"] == "discipline" and r["review"] == PASSED for r in cases):
                member = county.roster.members[member_id][-1]
                yield problem(code, veto.place, value=member_id, member=member, unit=unit)

"""What one unit may see (spec §8, §11): a branch its own numbers and members, a committee its own and its branches' numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from lianghua_batch.analysis.branch_class_changes import BranchClassChanges
from lianghua_batch.analysis.quarter_trends import QuarterTrends
from lianghua_batch.analysis.year_history import YearHistory
from lianghua_batch.model.county import County
from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import UnitResult

_UNIT_COLUMN = "unit_id"  # in the forms that 机关工委 files for all units


@dataclass(frozen=True)
class UnitView(View):
    """The view for a unit's own workbook: `results` hold only what the unit may see, `whole` is the county's view, for comparisons."""

    whole: View | None = None
    result: UnitResult | None = None

    def layout(self, key: str) -> Mapping[str, Any]:
        """The sheet's layout, with the overrides for a unit's own workbook."""
        return {**super().layout(key), **self.sheets["unit_books"]["sheets"].get(key, {})}

    @cached_property
    def facts(self) -> dict[str, object]:
        unit = self.result.unit.name
        document = self.sheets["unit_books"]["document"].format(document=self.words["document"], unit=unit)
        return {**super().facts, "unit": unit, "document": document}

    @property
    def order(self) -> tuple[str, ...]:
        """Empty: a unit's own workbook has no 总览 to link back to."""
        return ()

    @property
    def trends(self) -> QuarterTrends:
        return self.whole.trends

    @property
    def years(self) -> YearHistory:
        return self.whole.years

    @property
    def branch_class_changes(self) -> BranchClassChanges | None:
        return self.whole.branch_class_changes


def unit_view(whole: View, result: UnitResult) -> UnitView:
    """Return the view of a ranked unit: of members and rows of forms only those of itself and, for a committee, its branches."""
    results, unit = whole.results, result.unit
    if unit.level == COMMITTEE:
        committees, branches = (result,), tuple(b for b in results.branches if b.cohort == unit.id)
    else:
        committees, branches = (), (result,)
    own = frozenset({unit.id, *(b.unit.id for b in branches)})
    restricted = replace(
        results,
        county=_county(results.county, own),
        members=tuple(m for m in results.members if m.member.branch in own),
        branches=branches,
        committees=committees,
    )
    warnings = tuple(p for p in whole.warnings if p.unit == unit.id)
    objections = tuple(o for o in whole.objections if o.unit == unit.id)
    return UnitView(restricted, warnings, whole.earlier, objections, whole, result)


def _county(county: County, own: frozenset[str]) -> County:
    """The county with only these units' rows of the county's forms, and only the members who are, or were last, in them.

    The branches' forms stay whole: a member's own earlier months may stand in another branch's.
    """
    tables = {
        name: table.take(table.frame[_UNIT_COLUMN].isin(own)) if _UNIT_COLUMN in table.frame else table
        for name, table in county.tables.items()
    }
    members = county.roster.members_of(own, county.period.last_day)
    return replace(county, tables=tables, roster=replace(county.roster, members=members))

"""One county's checked inputs for one period: the rules, the people, the rows, and which forms are there."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from lianghua_batch.core import periods
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.periods import Period
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake.tables import Record, Table
from lianghua_batch.model.roster import Roster, Unit
from lianghua_batch.model.scheme import BRANCH, Scheme


@dataclass(frozen=True)
class CountySheet:
    """One sheet that a form of the county was read from: `name` is the form's sheet, `rows` how many records it had."""

    form: str
    name: str
    period: Period | None
    place: SourceRef
    rows: int


@dataclass(frozen=True)
class County:
    """The input of scoring.

    `tables`: one table for each single-sheet form; `earlier`: 月打分 from before the period, for 免评 only. Where not
    `rules_sound`, the scheme has errors, and nothing computed by it is reported as a problem. `duplicated`: sheets left out
    because an equal one was filed too; `county_sheets`: what every form of the county was read from, 花名册 and 考评方案 too;
    `left_out`: the units a draft omits.
    """

    period: Period
    scheme: Scheme
    rules_sound: bool
    roster: Roster
    tables: Mapping[str, Table]
    earlier: Table
    duplicated: frozenset[SourceRef] = frozenset()
    county_sheets: tuple[CountySheet, ...] = ()
    left_out: frozenset[str] = frozenset()

    def units(self, level: str) -> list[Unit]:
        """The units of one 层级 that are scored: those that exist on the period's last day and are not left out."""
        return [u for u in self.roster.units_on(self.period.last_day, level) if u.id not in self.left_out]

    def branches_of(self, committee: str) -> list[Unit]:
        """The branches of a committee that are scored."""
        return [u for u in self.units(BRANCH) if u.parent == committee]

    @property
    def is_year(self) -> bool:
        return self.period.kind == periods.YEAR

    def scheme_label(self, column: str, value: str) -> str:
        """The label of an indicator's choice, such as its 数据来源, 层级 or 类别."""
        return definitions()["scheme"].sheet("indicators").column(column).choices[value]

    @cached_property
    def months(self) -> list[Period]:
        """The months from January to the period's end: 每年上限 runs over all of them."""
        return [m for m in periods.year(self.period.year).months if m.last_day <= self.period.last_day]

    @cached_property
    def filed(self) -> frozenset[tuple[str, str, Period]]:
        """The forms that branches have filed: (form, branch, period); with 活动记录 日记录 is filed too."""
        filed = {
            (name, origin.unit, origin.period)
            for name, table in self.tables.items()
            for origin in table.origins
            if origin.unit is not None and origin.period is not None
        }
        also = {("daily_record", unit, period) for name, unit, period in filed if name == "activity_record"}
        return frozenset(filed | also)

    def rows_by_member(self, form: str) -> Mapping[tuple[str, str, Period], Record]:
        """The rows of a branch form by (member, branch of the form, period of the form)."""
        return self._indexed(form, _by_member)

    def rows_by_unit(self, form: str) -> Mapping[str, list[Record]]:
        """The rows of a county form by unit."""
        return self._indexed(form, _by_unit)

    def _indexed(self, form: str, index: Callable[[Table], Mapping]) -> Mapping:
        if (form, index) not in self._indexes:
            self._indexes[form, index] = index(self.tables[form])
        return self._indexes[form, index]

    @cached_property
    def _indexes(self) -> dict[tuple[str, Callable], Mapping]:
        return {}


def _by_member(table: Table) -> dict[tuple[str, str, Period], Record]:
    return {(r["member_id"], r.origin.unit, r.origin.period): r for r in table.records() if r["member_id"] is not None}


def _by_unit(table: Table) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for row in table.records():
        if row["unit_id"] is not None:
            found[row["unit_id"]].append(row)
    return dict(found)

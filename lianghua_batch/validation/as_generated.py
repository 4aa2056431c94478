"""Whether the numbers of an unsigned form are those that `templates` writes: 核算分, 月积分 and what follows (spec §2)."""

from collections.abc import Mapping

from lianghua_batch.core import exact
from lianghua_batch.core.form_definitions import item_column
from lianghua_batch.intake.tables import ORIGIN, Record, Table
from lianghua_batch.model.county import County
from lianghua_batch.model.scores import Score
from lianghua_batch.scoring import diary, eligibility, members
from lianghua_batch.scoring.eligibility import Key

_MONTH_COLUMNS = ("month_1", "month_2", "month_3")


def changed(county: County, table: Table) -> set[int]:
    """The numbers of the table's origins, none of them among the county's forms, in which somebody has put another number."""
    in_scope = eligibility.member_eligibility(county)
    entries = diary.tally(county, in_scope)
    if table.sheet.form == "monthly_score":
        found = (row for row in table.records() if not _as_started_or_computed(row, entries))
    else:
        months = members.month_scores(county, in_scope, entries)
        found = (row for row in table.records() if not _follows(row, months))
    return {row[ORIGIN] for row in found}


def _as_started_or_computed(row: Record, entries: diary.Diary) -> bool:
    """Whether a 月打分 row has the 核算分 of its month, or 起始分 as before the 日记录 came."""
    for dimension in entries.scheme.dimensions:
        filled = row[item_column("dimension", dimension.name)]
        computed = entries.dimension_value(row["member_id"], row.origin.period, dimension)
        if filled is not None and exact.from_hundredths(filled) not in (computed, dimension.start):
            return False
    return True


def _follows(row: Record, months: Mapping[Key, Score]) -> bool:
    """Whether a 季汇总 row has the 月积分 that are known, and 审定积分 as 季度积分."""
    for column, month in zip(_MONTH_COLUMNS, row.origin.period.months, strict=True):
        score = months.get((row["member_id"], month))
        if row[column] is not None and (score is None or exact.from_hundredths(row[column]) != score.value):
            return False
    return row["approved"] == row["quarter_points"]

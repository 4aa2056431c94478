"""A 日记录 whose 期间 is another month than its dates: one wrong label, not a wrong date in every row."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lianghua_batch.core import periods, resources
from lianghua_batch.core.periods import Period
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake.cell_values import Fault, date, is_blank
from lianghua_batch.intake.columns import columns_of
from lianghua_batch.intake.recognition import Recognised


@dataclass(frozen=True)
class OtherMonth:
    """The month of more than half of a diary's dates, where it is not the labelled one: `hits` of `count` rows."""

    month: Period
    hits: int
    count: int

    def problem(self, place: SourceRef, labelled: Period) -> Problem:
        """Return the error of the label."""
        values = {"count": self.count, "hits": self.hits, "other": self.month}
        return problem("E134", place, value=labelled, suggestion=str(self.month), **values)


def other_month(days: Iterable[dt.date], labelled: Period) -> OtherMonth | None:
    """The other month that more than half of the days are in, if they are enough to tell."""
    months = Counter((day.year, day.month) for day in days)
    count = months.total()
    if count < resources.load("reading")["other_month_from"]:
        return None
    (year, month), hits = months.most_common(1)[0]
    found = Period(year, periods.MONTH, month)
    return OtherMonth(found, hits, count) if 2 * hits > count and not labelled.contains(found) else None


def of_source(source: Recognised) -> OtherMonth | None:
    """The other month of a diary that is not read yet."""
    places, _ = columns_of(source, source.sheet)
    at = places.get("date")
    if at is None or source.period is None:
        return None
    days = (_day(row[at], source.period) for row in source.grid.rows[source.head_row + 1 :])
    return other_month((day for day in days if day is not None), source.period)


def _day(cell: object, period: Period) -> dt.date | None:
    try:
        return None if is_blank(cell) or not isinstance(cell, str | int | float | dt.date) else date(cell, period)
    except Fault:
        return None

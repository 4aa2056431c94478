"""What is wrong with a row whatever 花名册 and 考评方案 say: told in the first round, while those may have errors themselves."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.intake import period_selection
from lianghua_batch.intake.cell_suggestions import suggest_year
from lianghua_batch.intake.tables import ORIGIN, Record, Table


def check(tables: Mapping[str, Table]) -> Iterator[Problem]:
    """All problems that a row, or a diary's label, has by itself."""
    for name in period_selection.DIARIES:
        yield from _diary_dates(tables[name])
    for name, rule in _ROW_RULES.items():
        yield from (p for row in tables[name].records() for p in rule(row))


def _diary_dates(table: Table) -> Iterator[Problem]:
    """日记录 rows dated outside their form's month; where most are of another one, its 期间."""
    days = table.frame["date"].dropna().dt.date.groupby(table.frame[ORIGIN])
    labelled = ((n, group, table.origins[n].period) for n, group in days)
    months = {n: period_selection.other_month(group, period) for n, group, period in labelled if period is not None}
    for n, month in months.items():
        if month is not None:
            yield month.problem(table.origins[n].label_place("period"), table.origins[n].period)
    outside = _outside(table) & ~table.frame[ORIGIN].isin([n for n, month in months.items() if month is not None])
    for row in table.take(outside).records():
        day, period = row["date"].date(), row.origin.period
        suggestion = suggest_year(day, period)
        yield problem(Code.DATE_OUTSIDE_PERIOD, row.ref("date"), value=day, suggestion=suggestion, period=period)


def _outside(table: Table) -> pd.Series:
    """Which rows have a date that does not lie in their form's period; of hundreds of thousands few."""
    days = table.frame["date"].to_numpy().astype("datetime64[D]")
    first, last = (
        np.array([*(getattr(o.period, name, None) for o in table.origins), None], dtype="datetime64[D]")[
            table.frame[ORIGIN]
        ]
        for name in ("first_day", "last_day")
    )
    return pd.Series((days < first) | (days > last), index=table.frame.index)


def _quarterly_row(row: Record) -> Iterator[Problem]:
    if row["adjustment"] and row["adjustment_reason"] is None and not _unread(row, "adjustment_reason"):
        yield problem(Code.ADJUSTMENT_WITHOUT_REASON, row.ref("adjustment_reason"))


def _ballots(row: Record) -> Iterator[Problem]:
    columns = [c.name for c in row.table.sheet.expanded]
    if columns and not any(row[c] for c in columns) and not _unread(row, *columns):
        yield problem(Code.NO_VOTES, row.ref(columns[0]))


def _completed(row: Record) -> Iterator[Problem]:
    """整改台账 and 任务清单: 已完成 has its date."""
    if row["status"] == "done" and row["completed"] is None and not _unread(row, "completed"):
        yield problem(Code.COMPLETED_WITHOUT_DATE, row.ref("completed"))


def _objection(row: Record) -> Iterator[Problem]:
    if _unread(row, "raised", "conclusion", "reviewed"):
        return
    reviewed, raised = row["reviewed"], row["raised"]
    if row["conclusion"] is not None and reviewed is None:
        yield problem(Code.CONCLUSION_WITHOUT_DATE, row.ref("reviewed"))
    elif row["conclusion"] is None and reviewed is not None:
        yield problem(Code.DATE_WITHOUT_CONCLUSION, row.ref("conclusion"))
    if reviewed is not None and raised is not None and reviewed < raised:
        yield problem(Code.REVIEWED_BEFORE_RAISED, row.ref("reviewed"), value=reviewed.date(), raised=raised.date())


def _unread(row: Record, *columns: str) -> bool:
    """Whether one of the cells could not be read: that has its own error."""
    return any((row.index, column) in row.table.faulty for column in columns)


_ROW_RULES = {
    "quarterly_summary": _quarterly_row,
    "satisfaction": _ballots,
    "rectification": _completed,
    "task": _completed,
    "objection": _objection,
}

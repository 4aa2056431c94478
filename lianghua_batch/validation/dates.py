"""Dates of the county's forms: in the form's year or near it, and in the order in which things happen (spec §2, §5)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import pandas as pd

from lianghua_batch.core import resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import DATE, definitions
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.intake import period_selection
from lianghua_batch.intake.cell_suggestions import suggest_year
from lianghua_batch.intake.tables import ORIGIN, Record, Table

_HELD_TO_YEAR = {"bonus": "date", "supervisor_score": "date"}  # the column that must lie in the form's year, by form


def check(tables: Mapping[str, Table]) -> Iterator[Problem]:
    """All problems of the dates in forms that the county files."""
    for name, table in tables.items():
        if definitions()[name].by_unit:
            continue
        columns = [c.name for c in table.sheet.columns if c.type == DATE]
        mislabelled = _other_years(table, [c.name for c in table.sheet.columns if c.type == DATE and not c.ahead])
        for number, found in mislabelled.items():
            origin = table.origins[number]
            yield found.problem(origin.label_place("period"), origin.period)
        for row in table.records() if columns else ():
            if row.origin.period is not None and row.values[ORIGIN] not in mislabelled:
                yield from _row(row, columns)


def of_roster(tables: Mapping[str, Table], year: int) -> Iterator[Problem]:
    """Dates of 花名册 years after the form's: nothing of the year depends on them; dates of long ago are right there."""
    for table in tables.values():
        for column in (c.name for c in table.sheet.columns if c.type == DATE):
            for index, day in table.frame[column].dropna().items():
                if day.year - year > resources.load("reading")["sensible_years"]:
                    yield problem(Code.DATE_FAR_AHEAD, table.ref(index, column), value=day.date(), year=year)


def _other_years(table: Table, columns: list[str]) -> dict[int, period_selection.OtherYear]:
    """By origin, the one year of all its dates, where its label names another one."""
    if not columns or not period_selection.holds_year_of_dates(definitions()[table.sheet.form]):
        return {}
    days = defaultdict(list)
    for number, *cells in table.frame[[ORIGIN, *columns]].itertuples(index=False, name=None):
        days[number] += [day.date() for day in cells if not pd.isna(day)]
    labelled = ((number, listed, table.origins[number].period) for number, listed in days.items())
    found = {n: period_selection.other_year(listed, period) for n, listed, period in labelled if period is not None}
    return {n: year for n, year in found.items() if year is not None}


def _row(row: Record, columns: list[str]) -> Iterator[Problem]:
    """One row whose form's 期间 may be right."""
    year = row.origin.period.year
    held = _HELD_TO_YEAR.get(row.table.sheet.form)
    far = set()
    for column in columns:
        day = row[column]
        if day is None or day.year == year:
            continue
        code = Code.DATE_OUTSIDE_YEAR if column == held else Code.DATE_TOO_FAR
        if column == held or abs(day.year - year) > resources.load("reading")["sensible_years"]:
            far.add(column)
            suggestion = suggest_year(day.date(), row.origin.period)
            yield problem(code, row.ref(column), value=day.date(), suggestion=suggestion, year=year)
    if "deadline" in columns and "completed" in columns and not far:
        yield from _deadline(row, year)


def _deadline(row: Record, year: int) -> Iterator[Problem]:
    """A 完成时限 that leaves the row out of the year's rate, a 完成日期 after it, which counts as not completed, or before the year."""
    deadline, completed = row["deadline"], row["completed"]
    if deadline is None:
        return
    if deadline.year != year:
        yield problem(Code.DEADLINE_OUTSIDE_YEAR, row.ref("deadline"), value=deadline.date(), year=year)
    elif row["status"] == "done" and completed is not None and completed > deadline:
        place = row.ref("completed")
        yield problem(Code.COMPLETED_TOO_LATE, place, value=completed.date(), deadline=deadline.date())
    elif completed is not None and completed.year < year:
        yield problem(Code.COMPLETED_BEFORE_YEAR, row.ref("completed"), value=completed.date(), year=year)

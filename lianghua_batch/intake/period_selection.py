"""Which period a folder is about, and which recognised sheets that period looks at (spec §6, §8)."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from lianghua_batch.core import periods, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import DATE, Form
from lianghua_batch.core.periods import Period
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake.recognition import Recognised
from lianghua_batch.intake.record_reader import read_records

BASE = ("roster", "scheme")
DIARIES = ("daily_record", "activity_record")  # their earlier months count towards limits of the whole year


@dataclass(frozen=True)
class OtherMonth:
    """The month of more than half of a diary's dates, where it is not the labelled one: `hits` of `count` rows."""

    month: Period
    hits: int
    count: int

    def problem(self, place: SourceRef, labelled: Period) -> Problem:
        """Return the error of the label."""
        values = {"count": self.count, "hits": self.hits, "other": self.month}
        return problem(Code.DATES_OF_ANOTHER_MONTH, place, value=labelled, suggestion=str(self.month), **values)


def other_month(days: Iterable[dt.date], labelled: Period) -> OtherMonth | None:
    """The other month that more than half of the days are in, if there are enough of them."""
    months = Counter((day.year, day.month) for day in days)
    count = months.total()
    if count < resources.load("reading")["other_month_from"]:
        return None
    (year, month), hits = months.most_common(1)[0]
    found = Period(year, periods.MONTH, month)
    return OtherMonth(found, hits, count) if 2 * hits > count and not labelled.contains(found) else None


def month_of_most_dates(source: Recognised) -> OtherMonth | None:
    """The other month of a diary that is not read yet."""
    return None if source.period is None else other_month(_days(source), source.period)


@dataclass(frozen=True)
class OtherYear:
    """The year in which all dates of a county form lie, where it is not the labelled one."""

    year: Period
    count: int

    def problem(self, place: SourceRef, labelled: Period) -> Problem:
        """Return the error of the label."""
        values = {"count": self.count, "other": self.year}
        return problem(Code.DATES_OF_ANOTHER_YEAR, place, value=labelled, suggestion=str(self.year), **values)


def holds_year_of_dates(form: Form) -> bool:
    """Whether all dates of a form belong to its year: of a yearly form of the county, the base forms excepted."""
    return not form.by_unit and form.periods == (periods.YEAR,) and form.name not in BASE


def other_year(days: Iterable[dt.date], labelled: Period) -> OtherYear | None:
    """The one other year that all the days are in, if there are enough of them."""
    years = Counter(day.year for day in days)
    count = years.total()
    if len(years) != 1 or count < resources.load("reading")["other_year_from"] or labelled.year in years:
        return None
    return OtherYear(periods.year(next(iter(years))), count)


def _year_of_dates(source: Recognised) -> OtherYear | None:
    """The other year of a county form that is not read yet."""
    if not holds_year_of_dates(source.form):
        return None
    return other_year(_days(source), source.period)


def _days(source: Recognised) -> Iterator[dt.date]:
    """All dates of a sheet."""
    records = source.records or read_records(source, source.sheet)
    columns = (records.cells[c.name] for c in source.sheet.columns if c.type == DATE and not c.ahead)
    return (day for day in chain.from_iterable(columns) if day is not None)


def choose_period(sources: Iterable[Recognised]) -> Period | None:
    """The period that a folder is about: the year if it has a 年评议 or 指标完成, else the latest quarter with a 季汇总 (spec §8)."""
    found = [(s.form.name, s.period) for s in sources if s.period is not None and not s.unfilled]
    years = [p for form, p in found if form in ("annual_review", "indicator_value")]
    if years:
        return max(years, key=lambda p: p.year)
    quarters = [p for form, p in found if form == "quarterly_summary"]
    return max(quarters, key=lambda p: (p.year, p.index), default=None)


def common_period(sources: Iterable[Recognised]) -> Period | None:
    """The smallest period that holds those of all the forms; None where no form has one, or they lie in two years."""
    found = {s.period for s in sources if s.period is not None and s.form.name not in BASE}
    if len({period.year for period in found}) != 1:
        return None
    year = periods.year(next(iter(found)).year)
    holding = (p for p in (*year.months, *year.quarters, year) if all(p.contains(each) for each in found))
    return next(holding)


@dataclass(frozen=True)
class Selected:
    """The sheets that one period takes: those it judges, and 月打分 of earlier months, of which only 免评 is used; and those that it
    would judge if anybody had filled them.
    """

    judged: Sequence[Recognised]
    earlier: Sequence[Recognised]
    unfilled: Sequence[Recognised]


def select(sources: Iterable[Recognised], period: Period) -> tuple[Selected, list[Problem]]:
    """Take the sheets of the period; those of another year are left with a warning, those of the same year's other periods without."""
    judged, earlier, unfilled, problems = [], [], [], []
    for source in sources:
        sheet_period, form = source.period, source.form.name
        if sheet_period is None:
            if form in BASE:
                judged.append(source)
        elif _is_judged(form, sheet_period, period):
            (unfilled if source.unfilled else judged).append(source)
        elif (wrong := _wrong_label(source, period)) is not None:
            problems.append(wrong)
        elif sheet_period.year != period.year:
            problems.append(problem(Code.FORM_OF_ANOTHER_PERIOD, source.labels["period"].place, value=sheet_period))
        elif sheet_period.last_day < period.first_day and form == "monthly_score":
            earlier.append(source)
    return Selected(judged, earlier, unfilled), problems


def files(sources: Iterable[Recognised], period: Period) -> frozenset[str]:
    """Return the files that hold a sheet which the period takes."""
    selected, _ = select(sources, period)
    return frozenset(source.grid.file for source in (*selected.judged, *selected.earlier))


def _is_judged(form: str, sheet_period: Period, period: Period) -> bool:
    """Whether a form of `sheet_period` is one that a run for `period` looks at: 日记录 counts towards limits of the whole year."""
    if sheet_period.year != period.year:
        return False
    return (
        form in BASE or period.contains(sheet_period) or (sheet_period.last_day < period.first_day and form in DIARIES)
    )


def _wrong_label(source: Recognised, period: Period) -> Problem | None:
    """The error of a 日记录 or a county form that is left out for its 期间, though its dates belong to the period."""
    year = _year_of_dates(source)
    if year is not None and _is_judged(source.form.name, year.year, period):
        return replace(year.problem(source.labels["period"].place, source.period), period=str(year.year))
    found = month_of_most_dates(source) if source.form.name in DIARIES else None
    if found is None or not _is_judged(source.form.name, found.month, period):
        return None
    wrong = found.problem(source.labels["period"].place, source.period)
    return replace(wrong, unit=source.unit, period=str(found.month))


def problems_of_period(problems: Iterable[Problem], sources: Iterable[Recognised], period: Period) -> list[Problem]:
    """Leave out the problems of recognising sheets that `select` would not take."""
    names = {(s.grid.file, s.grid.sheet): s.form.name for s in sources}
    return [
        p
        for p in problems
        if p.period is None or _is_judged(names.get((p.place.file, p.place.sheet), ""), periods.parse(p.period), period)
    ]

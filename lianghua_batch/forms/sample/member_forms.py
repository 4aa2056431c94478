"""The branches' forms of a year: every member's 日记录, 月打分, 季汇总 and 年评议, by branch and period."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from lianghua_batch.core import exact, resources
from lianghua_batch.core.form_definitions import definitions, item_column
from lianghua_batch.core.periods import Period
from lianghua_batch.forms.sample import diary
from lianghua_batch.forms.sample.marks import Marker, MonthMark, QuarterMark, votes
from lianghua_batch.forms.sample.model import FilledSheet
from lianghua_batch.forms.sample.people import Person
from lianghua_batch.forms.sample.random_source import RandomSource
from lianghua_batch.forms.sample.tie import Figures
from lianghua_batch.forms.sample.units import SampleUnit, date_in
from lianghua_batch.model.scheme import BRANCH, MEMBER, Scheme

Progress = Callable[[int, int], None]
_MEMBER, _PROJECT = diary.COLUMNS.index("member_id"), diary.COLUMNS.index("project_id")
_MEETING_COLUMNS = ("date", "project_id", "event", "attendance", "absent", "evidence", "recorder")
Table = dict[tuple[str, int], list[tuple]]  # (branch, number of the month or quarter) → rows


@dataclass
class _BranchTotals:
    """What one branch's members come to over the year."""

    points: list[Fraction] = field(default_factory=list)
    recorded_months: int = 0
    months: int = 0


@dataclass(frozen=True)
class MemberForms:
    """The rows of the branches' forms, and each branch's figures at the year's end."""

    diaries: Table
    meetings: Table
    months: Table
    quarters: Table
    reviews: Mapping[str, list[tuple]]
    figures: Mapping[str, Figures]
    voters: Mapping[str, int]


def fill(
    random: RandomSource,
    scheme: Scheme,
    year: Period,
    units: Sequence[SampleUnit],
    people: Sequence[Person],
    progress: Progress | None = None,
) -> MemberForms:
    """Fill the forms of every member's year, one member after the other."""
    diary_writer, marker = diary.DiaryWriter(scheme, year), Marker(scheme, year)
    branches = {u.id: u for u in units if u.level == BRANCH}
    recorders = {u.id: u.head for u in branches.values()}
    diaries, months, quarters = defaultdict(list), defaultdict(list), defaultdict(list)
    reviews: dict[str, list[tuple]] = defaultdict(list)
    totals: dict[str, _BranchTotals] = defaultdict(_BranchTotals)
    voters = _voters(people, year)
    for done, person in enumerate(people, start=1):
        written = diary_writer.write(random, person, _unrecorded(branches[person.stays[0].branch]), recorders)
        monthly = marker.months(random, person, diary_writer.computed(written))
        quarterly = marker.quarters(random, person, monthly)
        for month, entries in written.items():
            for entry in entries:
                diaries[person.scored_on(entry[0]).branch, month].append(_diary_row(entry))
        for month, mark in monthly.items():
            months[mark.branch, month].append(_month_row(scheme, person, mark))
            _count_month(totals[mark.branch], mark, month in written)
        for quarter, mark in quarterly.items():
            quarters[mark.branch, quarter].append(_quarter_row(person, mark))
        points, stay = marker.year_points(quarterly.values()), person.scored_on(year.last_day)
        if points is not None and stay is not None:
            totals[stay.branch].points.append(points)
            if not stay.probationary:
                branch = (person.scored_on(review_day(year)) or stay).branch
                reviews[branch].append(_review_row(random, scheme, person, points, voters[branch]))
        if progress is not None:
            progress(done, len(people))
    figures = {b: Figures(t.points, t.recorded_months, t.months) for b, t in totals.items()}
    meetings = _meetings(diaries, people)
    return MemberForms(_by_date(diaries), meetings, months, quarters, reviews, figures, voters)


def _meetings(diaries: Table, people: Sequence[Person]) -> Table:
    """Take what members did together out of the diaries, as one row of 活动记录 a branch and month."""
    words = resources.load("sample")["meetings"]
    ever_there: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        for branch in {stay.branch for stay in person.stays}:
            ever_there[branch].append(person)
    found: Table = {}
    for (branch, month), rows in diaries.items():
        own = [row for row in rows if row[_PROJECT] == words["project"]]
        if len(own) < words["least"]:
            continue
        day, *_, evidence, recorder = min(own)
        there = [p.id for p in ever_there[branch] if (stay := p.scored_on(day)) is not None and stay.branch == branch]
        present = {row[_MEMBER] for row in own} & set(there)
        absent = words["separator"].join(m for m in there if m not in present) or None
        event = min(own)[_PROJECT + 1]
        found[branch, month] = [(day, words["project"], event, "all", absent, evidence, recorder)]
        diaries[branch, month] = [r for r in rows if r not in own or r[_MEMBER] not in present]
    return found


def review_day(year: Period):
    """The day on which branches hold 民主评议: a branch reviews those whom it has then."""
    return date_in(year.year, [resources.load("sample")["review_on"]], 0)


def _voters(people: Sequence[Person], year: Period) -> Mapping[str, int]:
    """How many vote in each branch's 民主评议: the 正式党员 whom it has then, but no more than it has at the year's end."""
    rolls = []
    for day in (review_day(year), year.last_day):
        stays = (p.on_roll(day) for p in people)
        rolls.append(Counter(s.branch for s in stays if s is not None and not s.probationary))
    then, last = rolls
    return {branch: max(1, min(count, last[branch])) for branch, count in then.items()}


def _unrecorded(unit: SampleUnit) -> float:
    """The chance that one of the branch's members has a month without a record."""
    words = resources.load("sample")
    (low, high), (worst, best) = words["quality_range"], words["unrecorded"]
    place = max(0.0, min(1.0, (unit.quality - low) / (high - low)))
    return worst + (best - worst) * place


def _count_month(branch: _BranchTotals, mark: MonthMark, recorded: bool) -> None:
    if mark.exempt_reason is None:
        branch.months += 1
        branch.recorded_months += recorded


def number(hundredths: int) -> int | Fraction:
    """Return hundredths as the number that a cell holds."""
    whole, part = divmod(hundredths, 100)
    return whole if part == 0 else exact.from_hundredths(hundredths)


def _plain(value: Fraction) -> int | Fraction:
    return int(value) if value.denominator == 1 else value


def _diary_row(entry: diary.Entry) -> tuple:
    day, member_id, name, project, event, points, evidence, recorder = entry
    return (day, member_id, name, project, event, None if points is None else number(points), evidence, recorder)


def _by_date(diaries: Table) -> Table:
    return {key: sorted(rows, key=lambda row: row[:5]) for key, rows in diaries.items()}


def _month_row(scheme: Scheme, person: Person, mark: MonthMark) -> tuple:
    given = [mark.dimensions.get(d.name) for d in scheme.dimensions]
    cells = [None if v is None else number(v) for v in given]
    total = number(mark.total) if mark.dimensions else None
    return (person.id, person.name, mark.party_group, *cells, total, mark.exempt_reason, mark.remark)


def _quarter_row(person: Person, mark: QuarterMark) -> tuple:
    months = (None if m is None else number(m) for m in mark.months)
    adjustment = None if mark.adjustment is None else _plain(mark.adjustment)
    approved = _plain(mark.approved)
    return (person.id, person.name, *months, _plain(mark.points), adjustment, mark.reason, approved)


def _review_row(random: RandomSource, scheme: Scheme, person: Person, points: Fraction, voters: int) -> tuple:
    worths = scheme.ballots[MEMBER]
    counts = votes(random, worths, voters, float(points), resources.load("sample")["review_spread"])
    return (person.id, person.name, *counts.values())


# --- sheets ----------------------------------------------------------------------------------------------------------


def sheets(scheme: Scheme, year: Period, units: Sequence[SampleUnit], forms: MemberForms) -> Iterator[FilledSheet]:
    """Yield the branches' filled sheets, branch by branch, in the order of the year; without a row none is filed."""
    dimensions = tuple(item_column("dimension", d.name) for d in scheme.dimensions)
    ballots = tuple(item_column("votes", grade) for grade in scheme.ballots[MEMBER])
    member_columns = ("member_id", "member_name")
    month_columns = (*member_columns, "party_group", *dimensions, "sum", "exempt_reason", "remark")
    quarter_columns = (
        *member_columns,
        *(f"month_{n}" for n in range(1, 4)),
        *("quarter_points", "adjustment", "adjustment_reason", "approved"),
    )
    for unit in units:
        for month in year.months:
            key = (unit.id, month.index)
            yield from _sheet("daily_record", month, unit, diary.COLUMNS, forms.diaries.get(key))
            yield from _sheet("activity_record", month, unit, _MEETING_COLUMNS, forms.meetings.get(key))
            yield from _sheet("monthly_score", month, unit, month_columns, forms.months.get(key))
        for quarter in year.quarters:
            rows = forms.quarters.get((unit.id, quarter.index))
            yield from _sheet("quarterly_summary", quarter, unit, quarter_columns, rows)
        counts = dict.fromkeys(definitions()["annual_review"].counts, forms.voters.get(unit.id, 0))
        yield from _sheet("annual_review", year, unit, (*member_columns, *ballots), forms.reviews.get(unit.id), counts)


def _sheet(
    form: str,
    period: Period,
    unit: SampleUnit,
    columns: tuple[str, ...],
    rows: Sequence[tuple] | None,
    counts: Mapping[str, int] | None = None,
) -> Iterator[FilledSheet]:
    if rows:
        yield FilledSheet(form, form, period, columns, rows, unit.head, unit.id, unit.name, counts or {})

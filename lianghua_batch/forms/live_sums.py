"""The sums of a quarter's workbook as formulas: 核算分 from its 日记录 and 活动记录, 季汇总's months from its 月打分 (spec §9 templates).

A sheet of workings beside them has a row a member and 积分项目: what was recorded in each month and what the caps leave of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lianghua_batch.core import exact, resources
from lianghua_batch.core.form_definitions import item_column
from lianghua_batch.core.periods import QUARTER, Period
from lianghua_batch.core.source_ref import column_letter
from lianghua_batch.forms.prefilled import FormFacts
from lianghua_batch.forms.prefilled_layout import MONTH_COLUMNS, quarter_formulas
from lianghua_batch.forms.writer import FormSheet, Formula, Workings
from lianghua_batch.model.roster import Member
from lianghua_batch.model.scheme import Dimension, Project

_FIRST_ROW = 4  # of the workings: after the labels and the headings
_LAST_ROW = 5000  # of 日记录 and 月打分, that is looked at: whole columns take a spreadsheet long
_LAST_ACTIVITY = 200  # of 活动记录: several a day
_FIXED = 9  # columns before those of the months
_LISTS = ("present", "absent")  # columns of 活动记录 that name people


def add(facts: FormFacts, sheets: Sequence[FormSheet]) -> tuple[list[FormSheet], Workings | None]:
    """Return a branch's sheets of a quarter with their sums as formulas, and the workings; others as they are, without.

    Months that are filed already keep their values; where one lies after a month that is not, nothing is computed here.
    """
    book = _Book({(s.sheet.form, s.period): s for s in sheets})
    months = [m for m in facts.county.period.months if ("daily_record", m) in book.sheets]
    scored = [m for m in months if ("monthly_score", m) in book.sheets]
    if facts.county.period.kind != QUARTER or not scored or months != list(facts.county.period.months[-len(months) :]):
        return list(sheets), None
    people = _people(facts, book, scored)
    if len({_as_counted(code) for code in people}) < len(people):  # a spreadsheet takes 01 and 1 for one code
        return list(sheets), None
    workings = _Workings(facts, book, months)
    page = workings.page(people)
    live = {m: workings.dimension_formulas(book.sheets["monthly_score", m]) for m in scored}
    found = []
    for sheet in sheets:
        if sheet.sheet.form == "monthly_score":
            sheet = _computed_marks(sheet, live[sheet.period])
        if sheet.sheet.form == "quarterly_summary":
            sheet = _months_of_the_book(facts, sheet, book, scored)
        found.append(sheet)
    return found, page


@dataclass(frozen=True)
class _Book:
    """The sheets of a workbook by form and period."""

    sheets: Mapping[tuple[str, Period], FormSheet]

    def column(self, form: str, period: Period, column: str) -> str:
        """The rows of a sheet that are looked at, of one column."""
        letter = self.letter(form, period, column)
        return f"{self.place(form, period)}${letter}$1:${letter}${_LAST_ROW}"

    def activities(self, period: Period, column: str) -> str:
        """The rows of 活动记录 that are looked at, of one column."""
        return f"{self.place('activity_record', period)}{_rows(self.letter('activity_record', period, column))}"

    def letter(self, form: str, period: Period, column: str) -> str:
        return column_letter([c.name for c in self.sheets[form, period].sheet.columns].index(column))

    def place(self, form: str, period: Period) -> str:
        return f"{_quoted(self.sheets[form, period].name)}!"


def _rows(letter: str) -> str:
    return f"${letter}${_FIRST_ROW}:${letter}${_LAST_ACTIVITY}"


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _as_counted(code: str) -> str:
    """A code as conditions of a spreadsheet compare it."""
    return str(int(code)) if code.isascii() and code.isdigit() else code.casefold()


def _people(facts: FormFacts, book: _Book, months: Sequence[Period]) -> dict[str, Member]:
    """Those who stand in any 月打分 of the workbook."""
    listed = [row["member_id"] for m in months for row in book.sheets["monthly_score", m].rows]
    last = months[-1].last_day
    roster = facts.county.roster
    return {code: roster.member(code, last) or roster.members[code][-1] for code in dict.fromkeys(listed)}


# --- the workings ----------------------------------------------------------------------------------------------------


class _Workings:
    """The sheet of workings of one workbook, and the formulas that refer to it."""

    def __init__(self, facts: FormFacts, book: _Book, months: Sequence[Period]) -> None:
        self.facts, self.book, self.months = facts, book, months
        self.words = resources.load("templates")["workings"]
        self.projects: Sequence[Project] = list(facts.county.scheme.projects.values())
        self.last_row = _FIRST_ROW

    def page(self, people: Mapping[str, Member]) -> Workings:
        """A row a member and project: what is known of both, and two columns a month."""
        headings = [*self.words["headings"]]
        for month in self.months:
            headings += (text.format(month=month) for text in self.words["month_headings"])
        for month in self.months:
            headings += (text.format(month=month) for text in self.words["list_headings"])
        rows: list[list[object]] = []
        for code, member in people.items():
            for project in self.projects:
                row = _FIRST_ROW + len(rows)
                rows.append([*self._known(code, member, project), *self._sums(row, member)])
        self.last_row += max(len(rows) - 1, 0)
        width = _FIXED + 2 * len(self.months)
        rows += ([None] * width for _ in range(_LAST_ACTIVITY - _FIRST_ROW + 1 - len(rows)))
        for row, values in enumerate(rows[: _LAST_ACTIVITY - _FIRST_ROW + 1], start=_FIRST_ROW):
            values += (f"={self._people(row, month, column)}" for month in self.months for column in _LISTS)
        counted = self.last_row - _FIRST_ROW + 1
        return Workings(self.words["sheet"], self.words["title"], headings, rows, self.words["widths"], counted, width)

    def _known(self, code: str, member: Member, project: Project) -> list[object]:
        before = sum(
            self.facts.diary.added(code, month).get(project.id, 0)
            for month in self.facts.county.months
            if month.last_day < self.months[0].first_day
        )
        amounts = (project.points, project.monthly_cap, project.yearly_cap, before)
        values = [None if a is None else exact.from_hundredths(a) for a in amounts]
        return [code, member.name, project.id, project.name, project.dimension, *values]

    def _sums(self, row: int, member: Member) -> list[str]:
        """The formulas of one row: of each month what is recorded, and what the caps leave of it."""
        found: list[str] = []
        for n, month in enumerate(self.months):
            raw, monthly, yearly = (f"{letter}{row}" for letter in (self._raw(n), "$G", "$H"))
            capped = f'IF({monthly}="",{raw},MAX(-{monthly},MIN({monthly},{raw})))'
            before = "+".join([f"$I{row}", *(f"{self._added(k)}{row}" for k in range(n))])
            within = f"MAX(-{yearly},MIN({yearly},{before}+{capped}))-({before})"
            found += (f"={self._recorded(row, month, member)}", f'=ROUND(IF({yearly}="",{capped},{within}),2)')
        return found

    @staticmethod
    def _raw(n: int) -> str:
        return column_letter(_FIXED + 2 * n)

    @staticmethod
    def _added(n: int) -> str:
        return column_letter(_FIXED + 2 * n + 1)

    def _recorded(self, row: int, month: Period, member: Member) -> str:
        """What 日记录 and 活动记录 have of the row's member and project; a blank 分值 is that of 考评方案."""
        code, points, project = (
            self.book.column("daily_record", month, c) for c in ("member_id", "points", "project_id")
        )
        own = f"{code},$A{row},{project},$C{row}"
        diary = f'SUMIFS({points},{own})+$F{row}*COUNTIFS({own},{points},"")'
        if ("activity_record", month) not in self.book.sheets:
            return diary
        held, attendance, absent_project, date = (
            self.book.activities(month, c) for c in ("project_id", "attendance", "absent_project", "date")
        )
        present, absent = (self._is_named(row, month, column) for column in _LISTS)
        choices = self.book.sheets["activity_record", month].sheet.column("attendance").choices
        since = f"*({date}>={_date(member)})" if member.start is not None and month.holds(member.start) else ""
        everybody = f'({attendance}="{choices["all"]}")*(1-{absent}){since}'
        listed = f'({attendance}="{choices["listed"]}")*{present}'
        there = f"SUMPRODUCT(({held}=$C{row})*({everybody}+{listed}))"
        away = f"SUMPRODUCT(({absent_project}=$C{row})*{absent})"
        return f"{diary}+$F{row}*({there}+{away})"

    def _is_named(self, row: int, month: Period, column: str) -> str:
        """Whether each list names the row's member, by code or name; 1 or 0."""
        lists = _rows(
            column_letter(_FIXED + 2 * len(self.months) + 2 * self.months.index(month) + _LISTS.index(column))
        )
        return "SIGN(" + "+".join(f'ISNUMBER(SEARCH("、"&${by}{row}&"、",{lists}))' for by in "AB") + ")"

    def _people(self, row: int, month: Period, column: str) -> str:
        """The people of one row of 活动记录, each between two 、."""
        if ("activity_record", month) not in self.book.sheets:
            return '""'
        words, letter = resources.load("reading"), self.book.letter("activity_record", month, column)
        parted = f"{self.book.place('activity_record', month)}${letter}{row}"
        for mark in (*words["between_people"].replace("、", ""), " ", "\u3000"):
            parted = f'SUBSTITUTE({parted},"{mark}","、")'
        return f'"、"&SUBSTITUTE({parted},CHAR(10),"、")&"、"'

    def dimension_formulas(self, sheet: FormSheet) -> dict[str, Formula]:
        """By a 月打分's columns the formula of 核算分: 起始分 and what the workings add, within 0…满分."""
        added = self._added(self.months.index(sheet.period))
        page, last = _quoted(self.words["sheet"]), self.last_row

        def cells(letter: str) -> str:
            return f"${letter}${_FIRST_ROW}:${letter}${last}"

        def formula(dimension: Dimension) -> Formula:
            start, full = exact.short(dimension.start), exact.short(dimension.full_marks)
            sums = (
                f'SUMIFS({page}!{cells(added)},{page}!{cells("A")},{{member}},{page}!{cells("E")},"{dimension.name}")'
            )
            text = f"ROUND(MAX(0,MIN({full},{start}+{sums})),2)"
            return lambda cell: text.format(member=cell("member_id"))

        return {item_column("dimension", d.name): formula(d) for d in self.facts.county.scheme.dimensions}


def _date(member: Member) -> str:
    return f"DATE({member.start.year},{member.start.month},{member.start.day})"


# --- the sheets that show them -----------------------------------------------------------------------------------------


def _computed_marks(sheet: FormSheet, formulas: Mapping[str, Formula]) -> FormSheet:
    """月打分 with 核算分 in every mark, until 党小组 writes its own."""
    rows = range(len(sheet.rows))
    note = resources.load("templates")["prefilled"]["computed_live"]
    notes = {place: text for place, text in sheet.notes.items() if place[1] not in formulas}
    notes |= {(0, column): note for column in formulas}
    return replace(sheet, cell_formulas={(n, c): f for n in rows for c, f in formulas.items()}, notes=notes)


def _months_of_the_book(facts: FormFacts, sheet: FormSheet, book: _Book, months: Sequence[Period]) -> FormSheet:
    """季汇总 whose months are the 合计 of the 月打分 beside it; a month with 免评原因 is left out."""
    scheme, formulas = facts.county.scheme, dict(sheet.cell_formulas)
    places = scheme.parameters.places if scheme.parameters.rounding == "each_step" else 2
    columns = dict(zip(facts.county.period.months, MONTH_COLUMNS, strict=True))
    listed = {m: {r["member_id"] for r in book.sheets["monthly_score", m].rows} for m in months}
    for index, row in enumerate(sheet.rows):
        counted = len(facts.eligibility.counted_months(row["member_id"], sheet.period))
        here = [
            m for m in months if row["member_id"] in listed[m]
        ]  # what another branch gave is known when it is filed
        formulas |= {(index, columns[m]): _month_formula(book, m, places) for m in here}
        needed = _needed(book, here, counted)
        formulas |= {(index, name): f for name, f in quarter_formulas(scheme, needed).items()}
    return replace(sheet, cell_formulas=formulas)


def _month_formula(book: _Book, month: Period, places: int) -> Formula:
    code, total, exempt = (book.column("monthly_score", month, c) for c in ("member_id", "sum", "exempt_reason"))

    def formula(cell) -> str:
        member = cell("member_id")
        there = f'COUNTIFS({code},{member},{total},">=0")'
        excused = f'COUNTIFS({code},{member},{exempt},"?*")'
        return f'IF(OR({there}=0,{excused}>0),"",ROUND(SUMIFS({total},{code},{member}),{places}))'

    return formula


def _needed(book: _Book, months: Sequence[Period], counted: int) -> Formula:
    """How many months must be there: those that count, without those that are exempt in this workbook; at least one."""

    def formula(cell) -> str:
        excused = "".join(
            f"-COUNTIFS({book.column('monthly_score', m, 'member_id')},{cell('member_id')},"
            f'{book.column("monthly_score", m, "exempt_reason")},"?*")'
            for m in months
        )
        return f"MAX(1,{counted}{excused})"

    return formula

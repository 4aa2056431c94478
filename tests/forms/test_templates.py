"""Blank and pre-filled forms: what is written reads back the same, is up to date, asks for no more than is due, overwrites nothing."""

import datetime as dt
import io
import string
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianghua_batch import forms
from lianghua_batch.core import exact, form_definitions, periods, resources, text_width
from lianghua_batch.core.form_definitions import ANY, CHOICE, CODE, COUNT, DATE, NAME, NUMBER, YES_NO, Column, Sheet
from lianghua_batch.core.problems import errors
from lianghua_batch.forms import prefilled_layout, writer
from lianghua_batch.forms.writer import FormSheet
from lianghua_batch.intake import discovery
from lianghua_batch.intake.cell_values import is_no_name
from lianghua_batch.intake.tables import extract
from lianghua_batch.model import default_scheme
from lianghua_batch.pipeline import load_county, process
from lianghua_batch.validation import scheme_rules

EXPANDED = {
    name: form_definitions.expand(f, default_scheme.scheme().items)
    for name, f in form_definitions.definitions().items()
}
SHEETS = [pytest.param(s, id=f"{s.form}-{s.name}") for form in EXPANDED.values() for s in form.sheets]
DIMENSIONS = [f"dimension:{d.name}" for d in default_scheme.scheme().dimensions]
JANUARY, FIRST_QUARTER, YEAR = periods.parse("2026-01"), periods.parse("2026Q1"), periods.parse("2026")
PERIODS = {"month": JANUARY, "quarter": FIRST_QUARTER, "year": YEAR}


def sheet_of(form: str) -> Sheet:
    return EXPANDED[form].sheets[0]


def read_back(path: Path, sheet: Sheet) -> list[dict[str, object]]:
    """The rows of one sheet definition as the program reads them; numbers in hundredths, blanks as None."""
    sources, problems = process.recognise_all([path], path.parent)
    assert not errors(problems), problems
    table, problems = extract([s for s in sources if s.sheet.name == sheet.name], sheet)
    assert not errors(problems), problems
    return [{c.name: row[c.name] for c in sheet.columns} for row in table.records()]


# --- a form that is written reads back equal -----------------------------------------------------------------------

LETTERS = "张王李赵党员支部一二三·()=+-@'0123456789ABC"  # without full-width forms, which reading makes half-width
TEXTS = st.text(LETTERS, min_size=1, max_size=30).filter(lambda text: any(c.isalnum() for c in text))  # «==» is a line
CELLS = {
    CODE: st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=8),
    NAME: st.text(LETTERS, min_size=1, max_size=5).filter(lambda name: not is_no_name(name)),
    COUNT: st.integers(0, 10**6),
    DATE: st.dates(dt.date(1950, 1, 1), dt.date(2100, 12, 31)),
    ANY: st.one_of(
        st.sampled_from(["1/3", "H1+H2", "是", "007"]), st.integers(0, 10000).map(lambda n: Fraction(n, 100))
    ),
}


def cells(column: Column) -> st.SearchStrategy:
    """Values that a clerk may put into a column."""
    if column.type in (CHOICE, YES_NO):
        return st.sampled_from(list(column.choices))
    if column.type == NUMBER:
        low = -(10**7) if column.min is None else column.min * 100
        high = 10**7 if column.max is None else column.max * 100
        return st.integers(low, high).map(lambda n: Fraction(n, 100))
    return CELLS.get(column.type, TEXTS)


def rows(sheet: Sheet) -> st.SearchStrategy:
    """Tables of a sheet: the first column is always filled, any other may be blank."""
    row = {c.name: cells(c) if i == 0 else st.none() | cells(c) for i, c in enumerate(sheet.columns)}
    return st.lists(st.fixed_dictionaries(row), min_size=1, max_size=6)


def as_read(value: object, column: Column) -> object:
    """What reading makes of a written value."""
    if value is None:
        return None
    if column.type == NUMBER:
        return int(value * 100)
    if column.type == DATE:
        return dt.datetime.combine(value, dt.time())
    if column.type == ANY and isinstance(value, Fraction):
        return exact.short(value)
    return value


@pytest.mark.slow
@pytest.mark.parametrize("sheet", SHEETS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_round_trip(sheet: Sheet, tmp_path: Path, data: st.DataObject) -> None:
    written = data.draw(rows(sheet))
    path = tmp_path / "表.xlsx"
    labels = {"unit_id": "01", "period": PERIODS[EXPANDED[sheet.form].periods[0]]}
    writer.write(path, [FormSheet(sheet, labels, written)])
    expected = [{c.name: as_read(row[c.name], c) for c in sheet.columns} for row in written]
    assert read_back(path, sheet) == expected


def test_labels_read_back(tmp_path: Path) -> None:
    labels = {"unit_id": "007", "unit_name": "=第一支部", "period": JANUARY, "filled_by": "张三"}
    path = tmp_path / "表.xlsx"
    writer.write(path, [FormSheet(sheet_of("monthly_score"), labels, [{"member_id": "001"}], title="月打分表")])
    (source,), problems = process.recognise_all([path], tmp_path)
    assert not problems
    assert {name: label.value for name, label in source.labels.items()} == {
        "form": "月打分", "unit_id": "007", "unit_name": "=第一支部", "period": "2026-01", "filled_by": "张三"
    }  # fmt: skip
    assert source.title == "月打分表"


def test_same_sheets_same_bytes() -> None:
    sheets = [FormSheet(sheet_of("daily_record"), {"period": JANUARY}, [{"date": dt.date(2026, 1, 5)}], spare_rows=3)]
    assert writer.render(sheets) == writer.render(sheets)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["月打分 2026-03", "月打分 2026-03"], ["月打分 2026-03", "月打分 2026-03_2"]),
        (["a/b:c", "'x'", ""], ["a_b_c", "x", "_"]),
        (["很" * 40], ["很" * 31]),
    ],
)
def test_sheet_names_that_excel_takes(names: list[str], expected: list[str]) -> None:
    assert text_width.sheet_names(names) == expected


# --- the committed blank forms -------------------------------------------------------------------------------------


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", list(form_definitions.definitions()))
def test_blank_form_is_up_to_date(name: str) -> None:
    committed = resources.folder("templates_xlsx") / forms.blank_names()[name]
    fresh = forms.blank_workbook(form_definitions.definitions()[name])
    assert parts(committed.read_bytes()) == parts(fresh), "run python -m lianghua_batch.forms"


def test_no_blank_form_is_left_over() -> None:
    files = {p.name for p in resources.folder("templates_xlsx").glob("*.xlsx")}
    assert files == set(forms.blank_names().values())


@pytest.mark.parametrize("name", list(form_definitions.definitions()))
def test_blank_form_is_recognised(name: str) -> None:
    """It lacks only what its office fills in above the table."""
    folder = resources.folder("templates_xlsx")
    sources, problems = process.recognise_all([folder / forms.blank_names()[name]], folder)
    assert [s.sheet.name for s in sources] == [s.name for s in form_definitions.definitions()[name].sheets]
    assert {p.code for p in problems} <= {"E107"}


# --- the start of a year -------------------------------------------------------------------------------------------


def test_start_year_gives_a_sound_scheme(tmp_path: Path) -> None:
    written = forms.start_year(tmp_path, 2026)
    assert sorted(p.name for p in written) == ["考评方案.xlsx", "花名册.xlsx"]
    sources, problems = process.recognise_all(written, tmp_path)
    county, found = load_county.county(sources, YEAR)
    assert {p.code for p in [*problems, *found]} == {"W104"}  # 花名册 is empty yet
    assert {p.code for p in scheme_rules.check(county)} == {"E514"}  # for the same reason
    assert {s.period for s in sources} == {YEAR}
    default = default_scheme.scheme()
    assert county.scheme.name == default.name
    assert county.scheme.parameters == default.parameters
    assert county.scheme.ballots == default.ballots
    assert [i.id for i in county.scheme.indicators] == [i.id for i in default.indicators]
    assert county.scheme.projects.keys() == default.projects.keys()


def test_every_parameter_says_what_it_is_and_where_from() -> None:
    assert all(row["explanation"] and row["basis"] for row in default_scheme.rows()["parameters"])


@pytest.mark.parametrize("there", ["花名册.xlsx", "考评方案.xlsx"])
def test_start_year_overwrites_nothing(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_bytes(b"mine")
    with pytest.raises(FileExistsError) as error:
        forms.start_year(tmp_path, 2026)
    assert error.value.filename == str(tmp_path / there)
    assert [p.name for p in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_bytes() == b"mine"


# --- the forms that are due ----------------------------------------------------------------------------------------

UNITS = [
    {"unit_id": "01", "unit_name": "财政局机关党委", "level": "committee", "service_window": "yes"},
    {"unit_id": "0101", "unit_name": "办公室/预算支部", "level": "branch", "parent_id": "01", "service_window": "no"},
    {"unit_id": "0102", "unit_name": "国库支部", "level": "branch", "parent_id": "01", "service_window": "yes"},
]
MEMBERS = [
    {"member_id": "001", "member_name": "=张三", "branch_id": "0101", "member_class": "full", "managed": "yes"},
    {"member_id": "002", "member_name": "李四", "branch_id": "0101", "member_class": "probationary", "managed": "yes"},
    {"member_id": "003", "member_name": "王五", "branch_id": "0101", "member_class": "full", "managed": "no"},
    {"member_id": "004", "member_name": "赵六", "branch_id": "0102", "member_class": "full", "managed": "yes"},
]


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A folder with a 考评方案 and a 花名册 of one 党委, two 支部 and four members; 王五 is not scored, 赵六 joins in February."""
    forms.start_year(tmp_path, 2026)
    units, members = EXPANDED["roster"].sheets
    people = [
        row | {"party_group": "第一党小组", "unmanaged_reason": "离休" if row["managed"] == "no" else None}
        for row in MEMBERS
    ]
    people[3]["joined"] = dt.date(2026, 2, 1)
    labels = {"period": YEAR}
    writer.write(tmp_path / "花名册.xlsx", [FormSheet(units, labels, UNITS), FormSheet(members, labels, people)])
    return tmp_path


def file(root: Path, form: str, period: str, data: list[Mapping[str, object]], unit: str | None = "0101") -> None:
    """File a form of a 支部, or with unit None of 机关工委."""
    labels = {"unit_id": unit, "period": period}
    writer.write(root / f"{form}{period}{unit}.xlsx", [FormSheet(sheet_of(form), labels, data)])


def file_months(root: Path) -> None:
    """支部 0101 files January to March: 核算分 21 for =张三 in 政治合格 in January, the group's marks 88, 88.5 and 90."""
    entry = {"member_id": "001", "member_name": "=张三", "project_id": "Z01", "event": "三会一课"}
    for month, marks in ((1, [22] * 4), (2, [22, 22, 22, Fraction(45, 2)]), (3, [22, 22, 23, 23])):
        file(root, "daily_record", f"2026-0{month}", [entry | {"date": dt.date(2026, month, 6)}])
        row = dict(zip(DIMENSIONS, marks, strict=True))
        people = [{"member_id": m["member_id"], "member_name": m["member_name"]} | row for m in MEMBERS[:2]]
        file(root, "monthly_score", f"2026-0{month}", people)


def names(paths: tuple[Path, ...]) -> list[str]:
    return [p.name for p in paths]


def sheets_in(path: Path) -> list[str]:
    return [ws.title for ws in openpyxl.load_workbook(path) if ws.title not in ("填表说明", "取值表")]


BRANCH_BOOK, OTHER_BOOK, COUNTY_BOOK = "0101_办公室_预算支部.xlsx", "0102_国库支部.xlsx", "机关工委.xlsx"


def test_due_month(county: Path) -> None:
    """日记录 and 月打分 of who is there on the month's last day; 赵六 is not yet."""
    made = forms.due(county, JANUARY)
    assert names(made.written) == [BRANCH_BOOK] and not made.skipped and not made.problems
    (path,) = made.written
    assert path.parent == county / "填报" / "2026-01"
    assert sheets_in(path) == ["日记录 2026-01", "月打分 2026-01"]
    (first, second) = read_back(path, sheet_of("monthly_score"))
    assert (first["member_id"], first["member_name"], first["party_group"]) == ("001", "=张三", "第一党小组")
    assert second["member_id"] == "002"
    assert [first[d] for d in DIMENSIONS] == [2000] * 4 and first["sum"] == 8000


def test_month_is_filled_with_what_the_diary_comes_to(county: Path) -> None:
    file_months(county)
    (county / "monthly_score2026-010101.xlsx").unlink()
    (path,) = forms.due(county, JANUARY).written
    assert sheets_in(path) == ["月打分 2026-01"]
    (first, second) = read_back(path, sheet_of("monthly_score"))
    assert [first[d] for d in DIMENSIONS] == [2050, 2000, 2000, 2000] and first["sum"] == 8050
    assert [second[d] for d in DIMENSIONS] == [2000] * 4
    page = openpyxl.load_workbook(path).active
    head = next(r for r in range(1, 12) if page.cell(r, 1).value == "党员编号")
    assert page.cell(head + 1, 4).comment.text == "日记录核算分 20.5"
    assert page.cell(head + 1, 8).value == f'=IF(COUNT(D{head + 1}:G{head + 1})=0,"",SUM(D{head + 1}:G{head + 1}))'


def test_no_month_scores_are_due_under_the_diaries_alone(county: Path) -> None:
    book = openpyxl.load_workbook(county / "考评方案.xlsx")
    for row in book["参数"].iter_rows():
        if row[0].value == "月积分口径":
            row[1].value = "日记录核算"
    book.save(county / "考评方案.xlsx")
    (path,) = forms.due(county, JANUARY).written
    assert sheets_in(path) == ["日记录 2026-01"]


def test_due_quarter_takes_what_is_filed(county: Path) -> None:
    file_months(county)
    made = forms.due(county, FIRST_QUARTER)
    assert names(made.written) == [BRANCH_BOOK, OTHER_BOOK, COUNTY_BOOK]
    branch, other, office = made.written
    assert sheets_in(branch) == ["季汇总 2026Q1"]
    (row, _) = read_back(branch, sheet_of("quarterly_summary"))
    assert [row[f"month_{i}"] for i in (1, 2, 3)] == [8800, 8850, 9000]
    assert row["quarter_points"] == row["approved"] == 8883
    a_month = ("日记录", "活动记录", "月打分")
    assert sheets_in(other) == [f"{f} 2026-0{m}" for m in (2, 3) for f in a_month] + ["季汇总 2026Q1", "核算"]
    (row,) = read_back(other, sheet_of("quarterly_summary"))
    assert [row[f"month_{i}"] for i in (1, 2, 3)] == [None] * 3 and row["approved"] is None
    inspected = read_back(office, sheet_of("inspection"))
    assert [(r["unit_id"], r["unit_name"], r["score"]) for r in inspected] == [
        ("0101", "办公室/预算支部", None),
        ("0102", "国库支部", None),
    ]


def test_quarter_waits_for_all_its_months(county: Path) -> None:
    """Two filed months of three give no 季度积分 yet, or it would not agree with the third."""
    file_months(county)
    (county / "monthly_score2026-020101.xlsx").unlink()
    made = forms.due(county, FIRST_QUARTER, form="quarterly_summary", unit="0101")
    (row, _) = read_back(made.written[0], sheet_of("quarterly_summary"))
    assert [row[f"month_{i}"] for i in (1, 2, 3)] == [8800, None, 9000]
    assert row["quarter_points"] is None and row["approved"] is None


def test_due_half_is_the_inspection_of_committees(county: Path) -> None:
    (path,) = forms.due(county, periods.parse("2026H1")).written
    assert sheets_in(path) == ["督查打分 2026H1"]
    assert [r["unit_id"] for r in read_back(path, sheet_of("inspection"))] == ["01"]
    assert not forms.due(county, periods.parse("2026H2")).written  # 党委督查期次 = H1


def test_due_year_is_everything_that_is_not_filed(county: Path) -> None:
    file_months(county)
    file(county, "supervisor_score", "2026", [{"unit_id": "01", "supervisor": "钱七", "score": 90}], unit=None)
    branch, other, office = forms.due(county, YEAR).written
    assert len(sheets_in(branch)) == 9 * 2 + 4 + 1
    assert len(sheets_in(other)) == 11 * 2 + 4 + 1
    assert [r["member_id"] for r in read_back(branch, sheet_of("annual_review"))] == ["001", "002"]
    expected = ["督查打分 2026Q1", "督查打分 2026Q2", "督查打分 2026Q3", "督查打分 2026Q4", "督查打分 2026H1"]
    expected += [f"{f} 2026" for f in ("指标完成", "监督员评分", "满意度测评", "加减分", "整改台账", "任务清单")]
    assert sheets_in(office) == expected
    assert [r["unit_id"] for r in read_back(office, sheet_of("supervisor_score"))] == ["0101", "0102"]
    audiences = [(r["unit_id"], r["audience"]) for r in read_back(office, sheet_of("satisfaction"))]
    assert audiences == [
        ("01", "masses"), ("01", "clients"), ("01", "report_review"),
        ("0101", "masses"), ("0101", "report_review"),
        ("0102", "masses"), ("0102", "clients"), ("0102", "report_review"),
    ]  # fmt: skip
    asked = [(r["unit_id"], r["indicator_id"]) for r in read_back(office, sheet_of("indicator_value"))]
    filed = [i for i in default_scheme.scheme().indicators if i.metric == "filed" and i.counts]
    assert len(asked) == len(set(asked)) == sum(1 if i.level == "committee" else 2 for i in filed)


@pytest.mark.parametrize("period", ["2026-02", "2026Q1", "2026"])
def test_prefilled_forms_are_sound_but_for_what_is_left_to_fill(county: Path, period: str) -> None:
    forms.due(county, periods.parse(period))
    paths, _ = discovery.find(county)
    sources, problems = process.recognise_all(paths, county)
    assert {s.form.name for s in sources if s.unfilled} >= {"daily_record", "monthly_score"}
    sources = [
        replace(s, unsigned=None, unfilled=False) for s in sources
    ]  # as if their clerks had signed them as they are
    read, found = load_county.county(sources, periods.parse(period))
    _, judged = process.judge(read)
    left_to_fill = {"E201", "E321", "E326", "E337", "E352"}  # empty cells, no votes or marks, and what needs them
    assert {p.code for p in errors([*problems, *found, *judged])} <= left_to_fill


def test_existing_forms_are_left_alone(county: Path) -> None:
    mine = county / "填报" / "2026-02" / BRANCH_BOOK
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    made = forms.due(county, periods.parse("2026-02"))
    assert names(made.written) == [OTHER_BOOK] and made.skipped == (mine,)
    assert mine.read_bytes() == b"mine"
    again = forms.due(county, periods.parse("2026-02"))
    assert not again.written and names(again.skipped) == [BRANCH_BOOK, OTHER_BOOK]


@pytest.mark.parametrize(
    ("form", "unit", "expected"),
    [
        (None, "0102", {OTHER_BOOK: 1 + 6 + 1}),
        (None, "01", {BRANCH_BOOK: 1 + 9 + 1, OTHER_BOOK: 1 + 6 + 1}),
        ("daily_record", None, {"0101_办公室_预算支部_日记录.xlsx": 3, "0102_国库支部_日记录.xlsx": 2}),
        ("inspection", None, {"机关工委_督查打分.xlsx": 1}),
        ("objection", None, {"机关工委_异议登记.xlsx": 1}),
    ],
)
def test_due_of_one_unit_or_form(county: Path, form: str | None, unit: str | None, expected: dict[str, int]) -> None:
    made = forms.due(county, FIRST_QUARTER, form=form, unit=unit)
    assert {p.name: len(sheets_in(p)) for p in made.written} == expected


def test_one_form_made_early_does_not_keep_the_others_from_being_made(county: Path) -> None:
    forms.due(county, FIRST_QUARTER, form="daily_record", unit="0101")
    made = forms.due(county, FIRST_QUARTER, unit="0101")
    assert names(made.written) == [BRANCH_BOOK] and not made.skipped


def test_without_a_sound_roster_nothing_is_written(tmp_path: Path) -> None:
    forms.start_year(tmp_path, 2026)
    assert [p.code for p in forms.due(tmp_path, JANUARY).problems] == ["E514"]  # nobody is registered yet
    (tmp_path / "花名册.xlsx").unlink()
    made = forms.due(tmp_path, JANUARY)
    assert [p.code for p in made.problems] == ["E115"] and not made.written
    units, members = EXPANDED["roster"].sheets
    unknown = [MEMBERS[0] | {"branch_id": "09", "party_group": "一"}]
    writer.write(tmp_path / "花名册.xlsx", [FormSheet(units, {}, UNITS), FormSheet(members, {}, unknown)])
    made = forms.due(tmp_path, JANUARY)
    assert [p.code for p in made.problems] == ["E508"] and not made.written
    assert not (tmp_path / "填报").exists()


def test_errors_of_other_forms_do_not_stand_in_the_way(county: Path) -> None:
    file(county, "daily_record", "2026-01", [{"member_id": "999", "member_name": "无名"}], unit="0102")
    assert forms.due(county, JANUARY).written


def test_unknown_unit_is_a_problem(county: Path) -> None:
    assert [p.code for p in forms.due(county, JANUARY, unit="09").problems] == ["E110"]


# --- what the sheets look like -------------------------------------------------------------------------------------


@pytest.fixture
def monthly(county: Path) -> openpyxl.worksheet.worksheet.Worksheet:
    (path,) = forms.due(county, JANUARY).written
    return openpyxl.load_workbook(path)["月打分 2026-01"]


def test_heads_are_locked_and_cells_are_not(monthly) -> None:
    head = next(r for r in range(1, 12) if monthly.cell(r, 1).value == "党员编号")
    assert monthly.protection.sheet and monthly.protection.password is None
    assert not monthly.protection.sort and not monthly.protection.insertRows  # False: not forbidden
    assert all(cell.protection.locked for row in monthly.iter_rows(1, head) for cell in row if cell.value is not None)
    assert not any(cell.protection.locked for row in monthly.iter_rows(head + 1) for cell in row)
    assert monthly.freeze_panes == f"A{head + 1}"


def test_prints_on_a4(monthly) -> None:
    assert str(monthly.page_setup.paperSize) == "9"
    assert monthly.page_setup.orientation == "landscape"
    assert monthly.page_setup.fitToWidth is None or monthly.page_setup.fitToWidth == 1
    assert str(monthly.page_setup.fitToHeight) == "0"
    assert monthly.print_title_rows == "$1:$5"
    assert "&P" in monthly.oddFooter.right.text


def test_dimensions_are_limited_to_their_full_marks(monthly) -> None:
    (rule,) = [v for v in monthly.data_validations.dataValidation if "D6" in v.cells]
    assert (rule.type, rule.formula1, rule.formula2) == ("decimal", "0", "25")
    assert rule.prompt == EXPANDED["monthly_score"].sheets[0].column(DIMENSIONS[0]).note


def test_drop_downs(county: Path) -> None:
    book = openpyxl.load_workbook(forms.due(county, JANUARY).written[0])
    rules_of = book["日记录 2026-01"].data_validations.dataValidation
    lists = {str(v.cells).split(":")[0][0]: v.formula1 for v in rules_of if v.type == "list"}
    assert set(lists) == {"B", "C", "D"}  # 党员编号, 姓名, 项目编号
    assert "Z01" in lists["D"] and lists["B"] == '"001,002"'
    (dates,) = [v for v in rules_of if v.type == "date"]
    assert float(dates.formula1) == (dt.date(2026, 1, 1) - dt.date(1899, 12, 30)).days
    assert float(dates.formula2) == (dt.date(2026, 1, 31) - dt.date(1899, 12, 30)).days
    units = openpyxl.load_workbook(resources.folder("templates_xlsx") / forms.blank_names()["roster"])["党组织"]
    offered = {v.formula1 for v in units.data_validations.dataValidation if v.type == "list"}
    assert {'"党委,支部"', '"是,否"', '"一类,二类,三类,四类"'} <= offered


def test_long_lists_stand_on_a_hidden_sheet(tmp_path: Path) -> None:
    codes = [f"PROJECT-{i:03d}" for i in range(100)]
    path = tmp_path / "表.xlsx"
    form = FormSheet(
        sheet_of("daily_record"), {"unit_id": "1", "period": JANUARY}, lists={"projects": codes}, spare_rows=2
    )
    writer.write(path, [form])
    book = openpyxl.load_workbook(path)
    assert book["取值表"].sheet_state == "hidden"
    assert [c.value for c in book["取值表"]["A"]][1:] == codes
    sources, problems = process.recognise_all([path], tmp_path)
    assert len(sources) == 1 and not problems


def test_choices_of_parameters_are_drop_downs() -> None:
    path = resources.folder("templates_xlsx") / forms.blank_names()["scheme"]
    page = openpyxl.load_workbook(path)["参数"]
    row = next(r for r in range(1, 60) if page.cell(r, 1).value == "取舍方式")
    (rule,) = [v for v in page.data_validations.dataValidation if f"B{row}" in v.cells]
    assert rule.formula1 == '"逐级,末级"'


def test_required_headings_are_marked_by_colour_only(monthly) -> None:
    by_label = {cell.value: cell.font.color.rgb for cell in monthly[5] if cell.value}
    required = {c.label for c in sheet_of("monthly_score").columns if c.must_have}
    assert {label for label, colour in by_label.items() if colour == "FFC00000"} == required


def test_text_that_looks_like_a_formula_stays_text(county: Path) -> None:
    page = openpyxl.load_workbook(forms.due(county, JANUARY).written[0])["月打分 2026-01"]
    cell = next(c for row in page.iter_rows() for c in row if c.value == "=张三")
    assert cell.data_type in ("s", "inlineStr")


def test_instructions_name_every_column(county: Path) -> None:
    page = openpyxl.load_workbook(forms.due(county, JANUARY).written[0])["填表说明"]
    words = {cell.value for row in page.iter_rows() for cell in row if cell.value}
    for form in ("daily_record", "monthly_score"):
        assert {c.label for c in sheet_of(form).columns} <= words
        assert EXPANDED[form].due in words and EXPANDED[form].purpose in words
    assert {p.name for p in default_scheme.scheme().projects.values()} <= words  # the 积分项目 beside the 日记录


@given(
    months=st.lists(st.none() | st.integers(0, 10000).map(lambda n: Fraction(n, 100)), min_size=3, max_size=3),
    needed=st.integers(1, 3),
)
def test_quarter_points_are_the_mean_of_the_months_once_all_are_there(months: list, needed: int) -> None:
    known = [m for m in months if m is not None]
    points = prefilled_layout.quarter_points(default_scheme.scheme(), months, needed)
    if len(known) < needed:
        assert points is None
    else:
        assert abs(points - exact.mean(known)) <= Fraction(1, 200)

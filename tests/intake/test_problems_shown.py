"""What a cell shows is what counts; where that cannot be told, the cell is named. Nothing becomes another number in silence."""

import datetime as dt

import openpyxl
import pytest
from factories import County, complaints
from fakes.hostile import members, zipped
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from lianghua_batch.core import periods
from lianghua_batch.pipeline import process
from lianghua_batch.scoring import results

QUARTER = periods.parse("2026Q1")


@pytest.fixture
def county(tmp_path):
    county = County().only("2026Q1")
    county.write(tmp_path)
    return county


def edited(path, edit):
    """Change a workbook as with a spreadsheet program."""
    book = openpyxl.load_workbook(path)
    edit(book)
    book.save(path)


def told_after(folder, file, edit):
    edited(folder / file, edit)
    return complaints(process.process(folder, QUARTER))


def scores(folder):
    outcome = process.process(folder, QUARTER)
    assert complaints(outcome) == []
    return results.as_json(outcome.results)


INSPECTION = "督查/2026Q1.xlsx"


def test_a_cell_formatted_as_a_percentage_counts_as_it_is_shown(county, tmp_path):
    before = scores(tmp_path)

    def as_percentages(book):
        for cell in ("D4", "D5"):
            book["督查打分"][cell] = 0.9
            book["督查打分"][cell].number_format = "0.00%"

    edited(tmp_path / INSPECTION, as_percentages)
    assert scores(tmp_path) == before


def test_a_percentage_of_more_than_two_decimals_is_shown_as_filled(county, tmp_path):
    def percentage(book):
        book["督查打分"]["D4"] = 0.912345
        book["督查打分"]["D4"].number_format = "0%"

    assert told_after(tmp_path, INSPECTION, percentage) == [
        "E203 督查/2026Q1.xlsx 督查打分 D4[91.2345%]：“得分”最多两位小数。请四舍五入到两位小数。（91.23？）"
    ]


def test_votes_are_no_percentages(tmp_path):
    county = County()
    path = county.write(tmp_path) / "年末/测评.xlsx"

    def share(book):
        book.active["C4"] = 0.5
        book.active["C4"].number_format = "0%"

    edited(path, share)
    outcome = process.process(tmp_path, periods.parse("2026"))
    assert complaints(outcome)[0] == (
        "E206 年末/测评.xlsx 满意度测评 C4[50%]：“优秀票”应为不小于 0 的整数。请填写票数，没有填 0。"
    )


def test_a_number_shown_with_leading_zeros_is_its_code(county, tmp_path):
    before = scores(tmp_path)

    def as_numbers(book):
        for row, number in enumerate((1, 2, 3), start=4):
            cell = book["月打分"].cell(row, 1)
            assert cell.value == f"{number:03}"
            cell.value, cell.number_format = number, "000"

    edited(tmp_path / "ZB1/2026-01.xlsx", as_numbers)
    assert scores(tmp_path) == before


@pytest.mark.parametrize(
    ("number_format", "stored"),
    [
        ('"满;"0%', 0.9),
        ("[<=1]0%;0", 0.9),
        ("[<=1]0%;0", 90),
        ('0%;-0%;"-"', 0.9),
        ("0.00;[Red]-0.00%", 90),
        ("0,", 90000),
        ("0!.0,", 900000),
        ("0!.0", 900),
        ('0"分"', 90),
        ('0"分(满分100)"', 90),
        ('_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', 90),
        ("0000.00", 90),
        ("0.0E+00", 90),
        ("# ?/?", 90),
        ("¥#,##0.00;[Red]¥#,##0.00", 90),
    ],
)
def test_a_number_counts_as_its_format_shows_it(county, tmp_path, number_format, stored):
    before = scores(tmp_path)

    def formatted(book):
        book["督查打分"]["D4"] = stored
        book["督查打分"]["D4"].number_format = number_format

    edited(tmp_path / INSPECTION, formatted)
    assert scores(tmp_path) == before


@pytest.mark.parametrize(
    ("number_format", "stored"),
    [
        ("0,", 90400),
        ('0.0,"千"', 90000),
        ('0"5"', 9),
        ('[=90]"满分";0', 90),
        (";;;", 90),
        ("0.00;0.00", -90),
        ("\\-0", 90),
        ("0.0%%", 0.009),
    ],
)
def test_a_format_whose_number_cannot_be_told_is_named(county, tmp_path, number_format, stored):
    def formatted(book):
        book["督查打分"]["D4"] = stored
        book["督查打分"]["D4"].number_format = number_format

    assert told_after(tmp_path, INSPECTION, formatted) == [
        f"E215 督查/2026Q1.xlsx 督查打分 D4[{stored}]：数字格式使显示的数与存储的数不同（{number_format}）。请把单元格设为常规格式，填写实际的数。"
    ]


def test_a_code_counts_with_the_text_that_its_format_adds(county, tmp_path):
    before = scores(tmp_path)

    def as_numbers(book):
        for row in (4, 5):
            cell = book["督查打分"].cell(row, 1)
            cell.value, cell.number_format = int(cell.value.removeprefix("ZB")), '"ZB"0'

    edited(tmp_path / INSPECTION, as_numbers)
    assert scores(tmp_path) == before


def test_an_error_that_does_not_say_which(county, tmp_path):
    path = tmp_path / INSPECTION
    parts = members(path.read_bytes())
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    start, end = sheet.index('<c r="D4"'), sheet.index("</c>", sheet.index('<c r="D4"')) + 4
    parts["xl/worksheets/sheet1.xml"] = (sheet[:start] + '<c r="D4" t="e"/>' + sheet[end:]).encode()
    path.write_bytes(zipped(parts))
    assert complaints(process.process(tmp_path, QUARTER)) == [
        "E210 督查/2026Q1.xlsx 督查打分 D4[]：单元格是错误值。请改正公式或直接填写数值。"
    ]


@pytest.mark.parametrize(("written", "shown"), [("1e999", "inf"), ("NaN", "nan"), ("-1e999", "-inf")])
def test_a_number_that_is_none(county, tmp_path, written, shown):
    path = tmp_path / INSPECTION
    parts = members(path.read_bytes())
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    cell = sheet[sheet.index('r="D4"') :].partition("</c>")[0]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(cell, cell.replace("<v>90</v>", f"<v>{written}</v>")).encode()
    path.write_bytes(zipped(parts))
    assert complaints(process.process(tmp_path, QUARTER)) == [
        f"E202 督查/2026Q1.xlsx 督查打分 D4[{shown}]：“得分”应为数字。请填写阿拉伯数字，不带文字。"
    ]


def test_a_formula_of_a_text_that_was_never_calculated(county, tmp_path):
    path = tmp_path / INSPECTION
    parts = members(path.read_bytes())
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    cell = sheet[sheet.index('<c r="D4"') :].partition("</c>")[0]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(cell, '<c r="D4" t="str"><f>E4</f>').encode()
    path.write_bytes(zipped(parts))
    assert complaints(process.process(tmp_path, QUARTER)) == [
        "E213 督查/2026Q1.xlsx 督查打分 D4[=E4]：公式未计算。请用 Excel 或 WPS 打开并保存一次。"
    ]


def test_a_number_formatted_as_a_date_is_no_number(county, tmp_path):
    def date(book):
        book["督查打分"]["D4"].number_format = "yyyy-mm-dd"

    assert told_after(tmp_path, INSPECTION, date) == [
        "E202 督查/2026Q1.xlsx 督查打分 D4[1900-03-30]：“得分”应为数字。请填写阿拉伯数字，不带文字。"
    ]


def test_dates_counted_from_1904(county, tmp_path):
    diary = county.form("日记录", 支部编号="ZB1", 期间="2026-01")
    diary.add(日期=dt.date(2026, 1, 6), 党员编号="001", 姓名="甲一", 项目编号="Z01", 事由="参加党员大会")
    county.write(tmp_path)
    before = process.process(tmp_path, QUARTER)

    def from_1904(book):
        book.epoch = CALENDAR_MAC_1904

    edited(tmp_path / "ZB1/2026-01.xlsx", from_1904)
    after = process.process(tmp_path, QUARTER)
    assert results.as_json(after.results) == results.as_json(before.results)


def test_a_group_named_once_for_several_rows(county, tmp_path):
    before = scores(tmp_path)

    def merge(book):
        for row in (5, 6):
            book["党员"].cell(row, 4).value = None
        book["党员"].merge_cells("D4:D6")

    edited(tmp_path / "花名册.xlsx", merge)
    assert scores(tmp_path) == before


def test_one_number_for_several_rows(county, tmp_path):
    def merge(book):
        book["督查打分"].merge_cells("D4:D5")

    assert told_after(tmp_path, INSPECTION, merge) == [
        "E214 督查/2026Q1.xlsx 督查打分 D4[90]：“得分”是合并单元格，看不出是哪一行、哪一列的。请取消合并，逐行填写。",
    ]


def test_one_cell_over_several_columns(county, tmp_path):
    def merge(book):
        book["督查打分"].merge_cells("B4:C4")

    assert told_after(tmp_path, INSPECTION, merge) == [
        "E214 督查/2026Q1.xlsx 督查打分 B4[财政第一支部]：“组织名称”是合并单元格，看不出是哪一行、哪一列的。请取消合并，逐行填写。",
    ]


def test_merged_titles_and_labels_are_no_matter(county, tmp_path):
    before = scores(tmp_path)
    edited(tmp_path / INSPECTION, lambda book: book["督查打分"].merge_cells("A1:E1"))
    assert scores(tmp_path) == before


def test_hidden_rows_are_read_and_pointed_out(county, tmp_path):
    before = scores(tmp_path)

    def hide(book):
        book["督查打分"].row_dimensions[5].hidden = True
        book["督查打分"].row_dimensions[9].hidden = True  # nothing stands there

    edited(tmp_path / INSPECTION, hide)
    outcome = process.process(tmp_path, QUARTER)
    assert complaints(outcome) == [
        "W109 督查/2026Q1.xlsx 督查打分：有 1 行是隐藏的（第 5 行），已照常读取。请取消隐藏核对，不应上报的请删去。"
    ]
    assert results.as_json(outcome.results) == before


def test_hidden_sheets_are_read_and_pointed_out(county, tmp_path):
    def hide(book):
        book["日记录"].sheet_state = "hidden"

    assert told_after(tmp_path, "ZB1/2026-01.xlsx", hide) == [
        "W108 ZB1/2026-01.xlsx 日记录：工作表是隐藏的，已照常读取。请取消隐藏核对，不应上报的请删去。"
    ]


def test_a_column_without_a_name(county, tmp_path):
    def unnamed(book):
        book["督查打分"]["G4"] = "这里也写了"

    assert told_after(tmp_path, INSPECTION, unnamed) == [
        "W111 督查/2026Q1.xlsx 督查打分 G3：列 G 没有可读的列名，但有内容，没有读取。请补上列名，或删去内容。"
    ]


def test_headings_repeated_in_the_middle_of_a_table(county, tmp_path):
    before = scores(tmp_path)
    edited(tmp_path / INSPECTION, lambda book: _repeat(book["督查打分"]))
    assert scores(tmp_path) == before


def _repeat(sheet):
    sheet.insert_rows(5, 2)
    for column in range(1, 6):
        sheet.cell(6, column).value = sheet.cell(3, column).value


def test_characters_that_nobody_sees(county, tmp_path):
    before = scores(tmp_path)

    def invisible(book):
        sheet = book["督查打分"]
        sheet["A4"] = "\u200bZB1\ufeff"
        sheet["B4"] = "财政\u200d第一支部"
        sheet["D4"] = "90\u200b"
        sheet["D3"] = "得\u200b分"
        sheet["A9"] = "\u200b"

    edited(tmp_path / INSPECTION, invisible)
    assert scores(tmp_path) == before


@pytest.mark.slow
def test_a_million_blank_rows_under_the_table(county, tmp_path):
    before = scores(tmp_path)
    path = tmp_path / INSPECTION
    parts = members(path.read_bytes())
    blank = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (r, r) for r in range(10, 1_000_000, 7))
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", blank + b"</sheetData>")
    path.write_bytes(zipped(parts))
    assert scores(tmp_path) == before

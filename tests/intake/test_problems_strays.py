"""What a sheet holds besides one table under one heading: it is told, or it is a note and passed over."""

import copy
import datetime as dt

import openpyxl
import pytest
from factories import County, FilledForm, complaints

from lianghua_batch.core import periods
from lianghua_batch.pipeline import process

BONUS = ["组织编号", "类别", "分值", "日期", "事由", "依据", "审核"]
LABELS = ["表种", "加减分", "期间", "2026"]


def bonus(unit: str, points: float = -3, **cells) -> list[object]:
    row = dict(zip(BONUS, [unit, "违纪", points, dt.date(2026, 5, 1), "受处分", "文件", "通过"], strict=True))
    return list((row | cells).values())


def told_of(county: County, folder, *rows: list, merged: tuple[str, ...] = (), hidden=None) -> list[str]:
    """What is told of a workbook whose one sheet is 加减分 as given, and of another that is hidden."""
    county.drop("加减分")
    county.write(folder)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "加减分"
    for row in rows:
        sheet.append(row)
    for block in merged:
        sheet.merge_cells(block)
    if hidden is not None:
        second = book.create_sheet("二")
        second.sheet_state = "hidden"
        for row in hidden:
            second.append(row)
    book.save(folder / "年末/加减分.xlsx")
    return complaints(process.process(folder, periods.parse("2026")))


def above(rows: str, cell: str) -> str:
    return f"E131 年末/加减分.xlsx 加减分 {cell}：表头上方第 {rows} 行像是数据，没有读取。请把数据移到表头下方。"


# --- above the heading ---------------------------------------------------------------------------------------------


def test_a_record_above_the_heading(year, tmp_path):
    assert told_of(year, tmp_path, ["加减分"], LABELS, bonus("ZB1"), BONUS, bonus("ZB2")) == [above("3", "A3")]


def test_a_heading_sorted_into_the_middle(county, tmp_path):
    form = county.form("日记录", 支部编号="ZB1", 期间="2026-01")
    form.rows = [dict(zip(form.headings, form.headings, strict=True))]
    for day in range(5, 12):
        form.add(日期=dt.date(2026, 1, day), 党员编号="001", 姓名="甲一", 项目编号="Z01", 事由=f"学习{day}")
    grid = form.grid()
    form.grid = lambda: [*grid[:2], *grid[4:], grid[3]]
    assert county.complaints(tmp_path, "2026Q1")[0] == (
        "E131 ZB1/2026-01.xlsx 日记录 A3：表头上方第 3、4、5、6、7等 行像是数据，没有读取。请把数据移到表头下方。"
    )


@pytest.mark.parametrize("labels", [[], [LABELS]])
@pytest.mark.parametrize("other", [{"事由": "事由摘要"}, {"审核": "审核意见"}])
def test_a_first_table_whose_heading_fits_less(year, tmp_path, labels, other):
    first = [other.get(heading, heading) for heading in BONUS]
    told = told_of(year, tmp_path, ["加减分"], LABELS, first, bonus("ZB1"), [], *labels, BONUS, bonus("ZB2"))
    assert told == [above("3、4", "A3")]


@pytest.mark.parametrize(
    "row",
    [
        ["填报单位：县直机关工委", None, "单位：分", None, "2026年5月"],
        ["加减分登记表", "县直机关工委", "2026年", None, "内部资料"],
        ["填表人", "张三", 3, "填报日期", dt.date(2026, 5, 1)],
        [None, None, None, dt.date(2026, 5, 1), "打印"],
    ],
)
def test_titles_and_labels_are_no_records(year, tmp_path, row):
    assert told_of(year, tmp_path, ["加减分"], LABELS, row, BONUS, bonus("ZB2")) == []


# --- below and beside ----------------------------------------------------------------------------------------------


def test_another_heading_below(year, tmp_path):
    turned = [*BONUS[3:], *BONUS[:3]]
    row = [*bonus("ZB2")[3:], *bonus("ZB2")[:3]]
    assert told_of(year, tmp_path, ["加减分"], LABELS, BONUS, bonus("ZB1"), [], turned, row) == [
        "E132 年末/加减分.xlsx 加减分 A6：第 6 行像是另一个表头。请拆成两张工作表。"
    ]


def test_another_heading_below_and_to_the_right(year, tmp_path):
    away = [None] * 8
    rows = [BONUS, bonus("ZB1"), [], [*away, *BONUS], [*away, *bonus("ZB2")]]
    assert told_of(year, tmp_path, ["加减分"], LABELS, *rows) == [
        "E132 年末/加减分.xlsx 加减分 I6：第 6 行像是另一个表头。请拆成两张工作表。"
    ]


def test_the_same_heading_again_is_passed_over(year, tmp_path):
    assert told_of(year, tmp_path, ["加减分"], LABELS, BONUS, bonus("ZB1"), BONUS, bonus("ZB2")) == []


def test_a_second_table_with_its_labels(year, tmp_path):
    rows = [BONUS, bonus("ZB1"), [], ["整改台账"], ["表种", "整改台账", "期间", "2026"], ["组织编号", "问题"]]
    assert told_of(year, tmp_path, ["加减分"], LABELS, *rows) == [
        "E133 年末/加减分.xlsx 加减分 B7[整改台账]：工作表里有两张表（加减分（B2） 和 整改台账（B7））。请拆成两张工作表。"
    ]


def test_a_second_table_with_its_labels_to_the_right(year, tmp_path):
    away = [None] * 8
    rows = [BONUS, bonus("ZB1"), [], [*away, *LABELS], [*away, *BONUS], [*away, *bonus("ZB2")]]
    assert told_of(year, tmp_path, ["加减分"], LABELS, *rows) == [
        "E133 年末/加减分.xlsx 加减分 J6[加减分]：工作表里有两张表（加减分（B2） 和 加减分（J6））。请拆成两张工作表。"
    ]


def test_a_form_under_what_is_for_people(year, tmp_path):
    assert told_of(year, tmp_path, ["加减分"], ["表种", "填表说明"], LABELS, BONUS, bonus("ZB1")) == [
        "E133 年末/加减分.xlsx 加减分 B3[加减分]：工作表里有两张表（填表说明（B2） 和 加减分（B3））。请拆成两张工作表。"
    ]


def test_instructions_that_name_a_form_are_none(year, tmp_path):
    rows = [LABELS, BONUS, bonus("ZB1")]
    hidden = [["表种", "填表说明"], ["表种", "加减分"], ["一事一行，审核通过才计分。"]]
    assert told_of(year, tmp_path, ["加减分"], *rows, hidden=hidden) == []


def test_cells_beside_the_table_in_rows_without_a_record(year, tmp_path):
    rows = [BONUS, bonus("ZB1"), [], [*[None] * 8, "ZB2", -3], ["合计", *[None] * 9, -3]]
    assert told_of(year, tmp_path, ["加减分"], LABELS, *rows) == [
        f"W111 年末/加减分.xlsx 加减分 {c}3：列 {c} 没有可读的列名，但有内容，没有读取。请补上列名，或删去内容。"
        for c in "IJ"
    ]


def test_a_hidden_sheet_with_a_whole_heading(year, tmp_path):
    rows = [LABELS, BONUS, bonus("ZB1")]
    assert told_of(year, tmp_path, *rows, hidden=[["期间", "2026"], BONUS, bonus("ZB2")]) == [
        "E103 年末/加减分.xlsx 二：工作表像是“加减分”，但缺少“表种”。请在表头上方填写“表种”和“加减分”。"
    ]


# --- notes ---------------------------------------------------------------------------------------------------------


NOTES = [
    "支部书记（签字）：张三　　2026年8月1日",
    "单位（盖章）",
    "以上情况属实。",
    "1.本表一式两份",
    "2、本表由支部填写",
    "共11人",
    "审核人签字：",
    "填报单位 财政局",
]


@pytest.mark.parametrize("heading", ["党员编号", "姓名", "合计"])
def test_signatures_and_notes_under_a_table(county, tmp_path, heading):
    form = county.form("月打分", 支部编号="ZB1", 期间="2026-01")
    form.rows += [{heading: note} for note in NOTES]
    form.rows += [{"党员编号": "填表人：张三", "姓名": "审核人：李四", "免评原因": "2026年2月1日"}]
    assert county.complaints(tmp_path, "2026Q1") == []


@pytest.mark.parametrize("written", ["签字", "审核人", "填报单位", "共3人", "（签字）"])
def test_a_record_is_no_note_for_its_first_word(county, tmp_path, written):
    county.form("督查打分").rows.append({"组织编号": written, "组织名称": "某支部", "检查单位": "互检一组", "得分": 80})
    assert [line[:4] for line in county.complaints(tmp_path, "2026Q1")] == ["E322"]


def test_a_row_under_a_merged_code_is_no_note(year, tmp_path):
    rows = [BONUS, bonus("ZB1"), [None, None, -5, None, "签字背书造假", None, None]]
    told_of(year, tmp_path, ["加减分"], LABELS, *rows, merged=("A4:A5", "B4:B5", "D4:D5", "F4:F5", "G4:G5"))
    county = process.process(tmp_path, periods.parse("2026")).county
    assert county.tables["bonus"].frame["points"].tolist() == [-300, -500]


# --- whose and when ------------------------------------------------------------------------------------------------


def form_of(month: str, branch: str = "ZB1", form: str = "月打分") -> FilledForm:
    return County().form(form, 支部编号=branch, 期间=month)


def test_what_recognition_finds_is_told_of_the_unit_and_the_period(county, tmp_path):
    county.form("月打分", 支部编号="ZB1", 期间="2026-01").headings = ["甲", "乙"]
    county.form("月打分", 支部编号="ZB2", 期间="2026-01").form = "月打分表"
    county.form("月打分", 支部编号="ZB2", 期间="2026-02").labels["期间"] = "二月"
    found = county.process(tmp_path, "2026Q1").problems
    assert {(p.code, p.unit, p.period) for p in found if p.code.startswith("E1")} == {
        ("E104", "ZB1", "2026-01"),
        ("E102", "ZB2", "2026-01"),
        ("E108", "ZB2", None),
    }


def test_what_recognition_finds_in_other_periods_is_not_told(county, tmp_path):
    may, june = form_of("2026-05"), form_of("2026-06")
    may.headings = ["甲", "乙"]
    june.labels.pop("支部编号")
    county.forms += [may, june]
    assert county.complaints(tmp_path, "2026Q1") == []


def test_a_roster_without_its_heading_is_told_in_every_period(county, tmp_path):
    county.form("花名册", "姓名").headings = ["甲", "乙"]
    assert (
        "E104 花名册.xlsx 党员：没有找到“花名册”的表头行。请保留模板的表头，至少应有：组织编号、组织名称、层级、窗口单位。"
        in county.complaints(tmp_path, "2026Q1")
    )


def test_a_period_with_a_character_that_nobody_sees(county, tmp_path):
    county.form("月打分", 支部编号="ZB1", 期间="2026-01").labels["期间"] = "2026\u200b-01"
    assert county.complaints(tmp_path, "2026Q1") == []


# --- the wrong month, the same people twice ------------------------------------------------------------------------


def diary(county: County, month: str, days: list[dt.date]) -> FilledForm:
    form = county.form("日记录", 支部编号="ZB1", 期间=month)
    for day in days:
        form.add(日期=day, 党员编号="001", 姓名="甲一", 项目编号="Z01", 事由=f"学习{day.day}")
    return form


def test_a_diary_of_another_month_than_its_dates(county, tmp_path):
    diary(county, "2026-03", [dt.date(2026, 1, 5), dt.date(2026, 1, 6), dt.date(2026, 1, 7), dt.date(2026, 2, 7)])
    assert county.complaints(tmp_path, "2026Q1") == [
        "E134 ZB1/2026-03.xlsx 日记录 H2[2026-03]：本表 4 行日期中 3 行在 2026-01，期间可能填错。请核对期间；期间无误的，请把其他月份的记录移到相应月份的表。（2026-01？）"
    ]


def test_two_dates_do_not_say_that_the_label_is_wrong(county, tmp_path):
    diary(county, "2026-03", [dt.date(2026, 1, 5), dt.date(2026, 1, 6)])
    assert [line[:4] for line in county.complaints(tmp_path, "2026Q1")] == ["E304", "E304"]


@pytest.mark.parametrize("written", ["2025-01", "2026-06"])
def test_a_diary_labelled_with_a_period_that_is_not_judged(county, tmp_path, written):
    diary(county, "2026-01", [dt.date(2026, 1, day) for day in (5, 6, 7)]).labels["期间"] = written
    assert county.complaints(tmp_path, "2026Q1")[0] == (
        f"E134 ZB1/2026-01.xlsx 日记录 H2[{written}]：本表 3 行日期中 3 行在 2026-01，期间可能填错。请核对期间；期间无误的，请把其他月份的记录移到相应月份的表。（2026-01？）"
    )


def test_a_diary_of_another_year_with_its_dates(county, tmp_path):
    diary(county, "2026-01", [dt.date(2025, 1, day) for day in (5, 6, 7)]).labels["期间"] = "2025-01"
    assert (
        "W105 ZB1/2026-01.xlsx 日记录 H2[2025-01]：期间 2025-01 不在本次考评期间之内，未读取。如属本期，请改正期间。"
        in (county.complaints(tmp_path, "2026Q1"))
    )


def test_two_lists_of_the_same_people(county, tmp_path):
    for heading, changed in (("姓名", "姓名"), ("层级", "组织名称")):
        again = copy.deepcopy(county.form("花名册", heading))
        again.file, again.rows[0][changed] = "花名册（新）.xlsx", "改过"
        county.forms.append(again)
    assert county.complaints(tmp_path, "2026Q1") == [
        f"E515 花名册（新）.xlsx {sheet}：“花名册”的“{sheet}”有两份，另一份在 花名册.xlsx {sheet}。请只保留正确的一份。"
        for sheet in ("党员", "党组织")
    ]


def test_a_list_of_other_people_is_read_with_the_first(county, tmp_path):
    more = copy.deepcopy(county.form("花名册", "姓名"))
    more.file, more.rows = "花名册（二）.xlsx", more.rows[3:]
    county.form("花名册", "姓名").rows[3:] = []
    county.forms.append(more)
    assert county.complaints(tmp_path, "2026Q1") == []


def test_a_copy_that_stores_its_numbers_in_another_way(county, tmp_path):
    again = copy.deepcopy(county.form("督查打分"))
    again.file = "督查/另存.xlsx"
    again.rows = [row | {"得分": str(row["得分"])} for row in again.rows]
    county.forms.append(again)
    assert county.complaints(tmp_path, "2026Q1") == [
        "W103 督查/另存.xlsx 督查打分：与 督查/2026Q1.xlsx 督查打分 的内容完全相同，只计一次。请删去多余的一份。"
    ]

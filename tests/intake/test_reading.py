"""Forms are found by what they say: wherever the file, the sheet, the table, its rows and its columns stand."""

import copy
import datetime as dt
import random
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
import xlsxwriter
from factories import DIMENSIONS, MEMBERS, County, FilledForm, complaints
from hypothesis import given, settings
from hypothesis import strategies as st

from lianghua_batch.core import form_definitions, periods
from lianghua_batch.intake import recognition
from lianghua_batch.intake.grid import Grid
from lianghua_batch.intake.tables import Table, extract
from lianghua_batch.pipeline import process
from lianghua_batch.report import publishing
from lianghua_batch.scoring import results


@pytest.fixture
def county():
    return distinct()


def distinct(period: str = "2026Q1") -> County:
    """A county in which every number is another one, so that a cell read in another's place shows."""
    county = County().only(period)
    county.set_rule("打分偏离容差", 25)
    sums: dict[tuple[str, str], list[float]] = {}
    for n, form in enumerate(f for f in county.forms if f.form == "月打分"):
        month = periods.parse(form.labels["期间"])
        for k, row in enumerate(form.rows):
            row.update(zip(DIMENSIONS, (20 + k, 19 - n % 7, 15 + n % 7 * 1.25 + k, 21 + n % 3), strict=True))
            row["合计"] = sum(row[d] for d in DIMENSIONS)
            sums.setdefault((row["党员编号"], f"{month.year}Q{(month.index + 2) // 3}"), []).append(row["合计"])
    for form in county.forms:
        if form.form == "季汇总":
            for k, row in enumerate(form.rows):
                months = sums[row["党员编号"], form.labels["期间"]]
                points = round(sum(months) / 3 + 1e-9, 2)
                row.update(zip(("第一月", "第二月", "第三月"), months, strict=True))
                row.update(季度积分=points, 支委会调整=k, 调整原因="支委会讨论", 审定积分=points + k)
        if form.form == "日记录":
            day = periods.parse(form.labels["期间"]).first_day + dt.timedelta(days=5)
            code, name = next(iter(MEMBERS[form.labels["支部编号"]].items()))
            form.add(日期=day, 党员编号=code, 姓名=name, 项目编号="Z01", 事由="参加党员大会", 分值=0.5)
        for k, row in enumerate(form.rows):
            row.update({h: row[h] - k * 1.75 for h in ("得分", "实际值") if h in row})
            row.update({h: row[h] + k for h in ("合格票", "一般票") if h in row})
            row.update({"优秀票": 3 - k} if form.form == "年评议" else {})  # no more votes than members
    return county


@cache
def as_it_was_filled(period: str = "2026Q1") -> dict:
    with TemporaryDirectory() as folder:
        return scored(distinct(period), Path(folder), period)


def scored(county: County, folder: Path, period: str = "2026Q1") -> dict:
    """The results of a county that must be read without a word."""
    outcome = county.process(folder, period)
    assert complaints(outcome) == []
    return results.as_json(outcome.results)


def january(county, form="月打分"):
    return county.form(form, 支部编号="ZB1", 期间="2026-01")


def lay_out(form: FilledForm, *above: list, rows=None, head=None) -> None:
    """Fill the form in by hand: what stands above, the headings, the rows."""
    body = [[r.get(h) for h in form.headings] for r in form.rows] if rows is None else rows
    form.grid = lambda: [*above, form.headings if head is None else head, *body]


# --- files and sheets ----------------------------------------------------------------------------------------------


def test_neither_the_files_name_nor_its_folder_matters(county, tmp_path):
    names = {form.file: f"新建文件夹 ({n % 3})/报表/{n}（最终版）副本.XLSX" for n, form in enumerate(county.forms)}
    for form in county.forms:
        form.file = names[form.file]
    assert scored(county, tmp_path) == as_it_was_filled()


@pytest.mark.parametrize("suffix", [".xls", ".et", ".xlsm", ".ods"])
def test_a_files_ending_need_not_be_the_right_one(county, tmp_path, suffix):
    january(county).file = f"一月{suffix}"
    assert scored(county, tmp_path) == as_it_was_filled()


def test_one_file_may_hold_all_forms_of_branches_and_another_all_of_the_county_in_any_order(county, tmp_path):
    random.Random(7).shuffle(county.forms)
    for n, form in enumerate(county.forms):
        form.file, form.sheet = "支部.xlsx" if "支部编号" in form.labels else "全县.xlsx", f"Sheet{n}"
    assert scored(county, tmp_path) == as_it_was_filled()


def test_hidden_sheets_are_read_if_they_are_forms_and_passed_over_if_not(county, tmp_path):
    county.write(tmp_path)
    book = openpyxl.load_workbook(tmp_path / "ZB1/2026-01.xlsx")
    book["日记录"].sheet_state = "hidden"
    book["月打分"].sheet_state = "visible"
    book.create_sheet("元数据").append(["form", "monthly_score", "version", "1"])
    book["元数据"].sheet_state = "veryHidden"
    book.save(tmp_path / "ZB1/2026-01.xlsx")
    outcome = process.process(tmp_path, periods.parse("2026Q1"))
    assert complaints(outcome) == [
        "W108 ZB1/2026-01.xlsx 日记录：工作表是隐藏的，已照常读取。请取消隐藏核对，不应上报的请删去。"
    ]
    assert results.as_json(outcome.results) == as_it_was_filled()


def test_sheets_for_people_are_passed_over(county, tmp_path):
    for n, kind in enumerate(("填表说明", "取值表", "填表 说明")):
        sheet = FilledForm("ZB1/2026-01.xlsx", kind, "表头 说明", [["党员编号", "见花名册"]])
        sheet.sheet = f"说明{n}"
        county.forms.insert(0, sheet)
    assert scored(county, tmp_path) == as_it_was_filled()


def test_what_the_program_wrote_and_what_editors_leave_behind_is_passed_over(county, tmp_path):
    rubbish = ("输出/2026Q1/考评排名_2026Q1.xlsx", "归档/2026Q1.zip", "归档/旧/月打分.xlsx", ".git/config")
    for name in (*rubbish, "~$花名册.xlsx", ".~lock.花名册.xlsx#", "ZB1/~$2026-01.xlsx", "ZB1/._2026-01.xlsx"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"no workbook")
    assert scored(county, tmp_path) == as_it_was_filled()


def test_a_folder_of_that_name_further_down_is_read(county, tmp_path):
    january(county).file = "ZB1/输出/一月.xlsx"
    assert scored(county, tmp_path) == as_it_was_filled()


def test_what_was_written_to_a_given_folder_is_passed_over(county, tmp_path):
    first = county.process(tmp_path, "2026Q1")
    publishing.publish(first.results, first.problems, tmp_path / "结果")
    outcome = process.process(tmp_path, periods.parse("2026Q1"), tmp_path / "结果")
    assert complaints(outcome) == []


def test_a_quarter_takes_its_own_forms_and_the_years_earlier_records(tmp_path):
    county = County()
    for period in ("2026-02", "2026-05", "2026-08"):
        county.form("月打分", 支部编号="ZB1", 期间=period).row(党员编号="001")["合计"] = 1
        record = {"日期": f"{period}-06", "党员编号": "001", "姓名": "甲一", "项目编号": "Z9", "事由": "学习"}
        county.form("日记录", 支部编号="ZB1", 期间=period).add(**record)
    for period in ("2026Q1", "2026Q4"):
        county.drop("督查打分", 期间=period)
    assert [c.split("[")[0] for c in county.complaints(tmp_path, "2026Q2")] == [
        "E305 ZB1/2026-02.xlsx 日记录 D4",
        "E305 ZB1/2026-05.xlsx 日记录 D4",
        "E310 ZB1/2026-05.xlsx 月打分 H4",
    ]


# --- copies --------------------------------------------------------------------------------------------------------


def copy_of(form: FilledForm, file: str) -> FilledForm:
    again = copy.deepcopy(form)
    again.file, again.sheet = file, "副本"
    return again


@pytest.mark.parametrize("kind", ["月打分", "督查打分", "花名册", "考评方案"])
def test_the_same_content_counts_once(county, tmp_path, kind):
    originals = [f for f in county.forms if f.form == kind and f.labels["期间"] in ("2026-01", "2026Q1", "2026")]
    for n, form in enumerate(originals):
        county.forms.append(copy_of(form, f"重复/{n}.xlsx"))
    outcome = county.process(tmp_path, "2026Q1")
    assert [p.code for p in outcome.problems] == ["W103"] * len(originals)
    assert results.as_json(outcome.results) == as_it_was_filled()


def test_blank_rows_and_another_title_make_no_other_content(county, tmp_path):
    again = copy_of(january(county), "ZB1/再报.xlsx")
    labels = again.grid()[1]
    filled = [[r.get(h) for h in again.headings] for r in again.rows]
    lay_out(again, ["一月打分（再报）"], [], labels, [], rows=[filled[0], [], [None, " "], *filled[1:], []])
    county.forms.append(again)
    assert county.complaints(tmp_path, "2026Q1") == [
        "W103 ZB1/再报.xlsx 副本：与 ZB1/2026-01.xlsx 月打分 的内容完全相同，只计一次。请删去多余的一份。"
    ]


def test_one_form_may_be_spread_over_files_where_nobody_owns_it(county, tmp_path):
    inspection = county.form("督查打分")
    other = copy_of(inspection, "督查/第二组.xlsx")
    other.rows, inspection.rows = inspection.rows[1:], inspection.rows[:1]
    county.forms.append(other)
    assert scored(county, tmp_path) == as_it_was_filled()


# --- above the table -----------------------------------------------------------------------------------------------

LABELLED = {
    "each-in-a-row": [["表种", "月打分"], ["支部编号", "ZB1"], ["期间", "2026-01"]],
    "a-gap-between": [["表种", None, "月打分", None, "支部编号", " ", "ZB1", "期间", None, None, "2026-01"]],
    "with-colons": [["表种：", "月打分", "支部编号:", "ZB1", "期间 ：", "2026-01"]],
    "in-one-cell": [["表种：月打分", "支部编号: ZB1", None, "期间：2026年1月"]],
    "other-names": [["表类型", "月打分", "党支部编号", "ZB1", "考评 期间", "2026-01", "填报人", "张三"]],
    "a-label-left-empty": [["表种", "月打分", "支部名称", None, "支部编号", "ZB1", "期间", "2026-01"]],
    "under-the-form's-name": [
        ["林西县机关党建"],
        ["财政第一支部", "月打分表"],
        ["表种", "月打分", "支部编号", "ZB1"],
        ["期间", "2026-01"],
    ],
    "spaces-inside": [["表 种", " 月 打 分 ", "支部\n编号", "Z B1", "期　间", "2026 年 1 月"]],
}


@pytest.mark.parametrize("above", LABELLED.values(), ids=LABELLED)
def test_labelled_cells_may_stand_anywhere_above_the_headings(county, tmp_path, above):
    lay_out(january(county), *above)
    assert scored(county, tmp_path) == as_it_was_filled()


@pytest.mark.parametrize(
    "written",
    [
        "2026-01",
        "2026年1月",
        "2026年01月份",
        "2026.1",
        "2026/1",
        "２０２６－０１",
        "202601",
        202601,
        dt.date(2026, 1, 1),
    ],
)
def test_a_months_form_with_its_period_in_every_writing(county, tmp_path, written):
    january(county).labels["期间"] = written
    assert scored(county, tmp_path) == as_it_was_filled()


def test_quarters_and_years_in_words_and_as_numbers(county, tmp_path):
    county.form("季汇总", 支部编号="ZB1").labels["期间"] = "2026年第一季度"
    county.form("季汇总", 支部编号="ZB2").labels["期间"] = "2026 年 1 季度"
    county.form("督查打分").labels["期间"] = "2026-q1"
    county.form("花名册", "姓名").labels["期间"] = 2026
    county.form("花名册", "层级").labels["期间"] = "2026年度"
    del county.form("考评方案", "参数").labels["期间"]
    assert scored(county, tmp_path) == as_it_was_filled()


def test_a_branch_whose_code_was_typed_as_a_number(county, tmp_path):
    for form in county.forms:
        for row in form.rows:
            row.update({k: "101" for k, v in row.items() if v == "ZB1"})
        if form.labels.get("支部编号") == "ZB1":
            form.labels["支部编号"] = 101
    assert {m["branch"] for m in scored(county, tmp_path)["members"]} == {"101", "ZB2"}


# --- the table -----------------------------------------------------------------------------------------------------


def test_headings_by_other_names_with_spaces_and_line_breaks(county, tmp_path):
    def rename(form, **names):
        form.headings = [names.get(h, h) for h in form.headings]
        form.rows = [{names.get(h, h): cell for h, cell in row.items()} for row in form.rows]

    rename(county.form("花名册", "层级"), 组织编号="党组织编号", 上级编号="上级\n党组织编号", 组织名称="单位 名称")
    rename(county.form("花名册", "姓名"), 支部编号="所在支部编号", 积分管理="积分管理\n")
    rename(january(county), 党员编号="党员\n编号", 政治合格="政治\r\n合格", 作用发挥合格="作用发挥　合格")
    rename(january(county, "日记录"), 项目编号="积分项目编号", 事由="事由（具体事项）")
    assert scored(county, tmp_path) == as_it_was_filled()


def test_optional_columns_that_are_not_there_read_as_blank(county, tmp_path):
    optional = "合计 免评原因 说明 第一月 第二月 第三月 季度积分 存在问题 单位性质 考评组 启用日期 撤销日期 转入日期 转出日期 依据 方面 适用单位"
    for form in county.forms:
        form.headings = [h for h in form.headings if h not in optional.split()]
    assert scored(county, tmp_path) == as_it_was_filled()


def test_sums_notes_and_signatures_under_the_table_are_no_members(county, tmp_path):
    sheet = january(county)
    filled = [[r.get(h) for h in sheet.headings] for r in sheet.rows]
    footer = [
        ["合　计", None, None, 63, 57, 48, 63, 231],
        [None, "平均", None, 21],
        [],
        ["注：满分为 25 分。"],
        ["填表人：张三", None, None, "审核人：李四"],
    ]
    lay_out(sheet, sheet.grid()[1], rows=filled + footer)
    assert scored(county, tmp_path) == as_it_was_filled()


def test_a_sum_whose_word_stands_in_an_extra_column(county, tmp_path):
    sheet = january(county)
    sheet.headings = ["序号", *sheet.headings]
    for n, row in enumerate(sheet.rows, start=1):
        row["序号"] = n
    sheet.add(序号="合计", 政治合格=63, 合计=231)
    assert [c[:4] for c in county.complaints(tmp_path, "2026Q1")] == ["W101"]


def test_who_filled_the_form_in_may_stand_under_it(county, tmp_path):
    january(county).add(党员编号="填表人", 姓名="张三")
    assert scored(county, tmp_path) == as_it_was_filled()


def test_rows_keep_their_true_numbers(county, tmp_path):
    sheet = january(county)
    filled = [[None, None, *(r.get(h) for h in sheet.headings)] for r in sheet.rows]
    filled[2][3] = "甲叁"
    filled[1][6] = 26
    labels = [None, None, None, *sheet.grid()[1]]
    lay_out(
        sheet,
        [],
        ["党员月打分"],
        [],
        labels,
        [],
        rows=[[], filled[0], [], [], filled[1], filled[2]],
        head=[None, None, *sheet.headings],
    )
    said = [c for c in county.complaints(tmp_path, "2026Q1") if "2026-01" in c]
    assert said == [
        "E309 ZB1/2026-01.xlsx 月打分 G11[26]：“执行纪律合格”26 超过满分 25。请填写不大于 25 的数。",
        "E310 ZB1/2026-01.xlsx 月打分 J11[77]：合计 77 不等于各维度之和 84。请核对各维度得分和合计。（84？）",
        "E302 ZB1/2026-01.xlsx 月打分 D12[甲叁]：003 的姓名是“甲三”，不是“甲叁”。请核对党员编号和姓名。",
    ]


def test_cells_as_clerks_write_them(county, tmp_path):
    county.form("花名册", "姓名").row(党员编号="001").update(姓名="甲　一", 党员类别="正式党员", 支部编号=" ZB1 ")
    county.form("花名册", "层级").row(组织编号="ZB1")["层级"] = "党支部"
    for form in county.forms:
        if form.form in ("月打分", "季汇总"):
            for row in form.rows:
                row["党员编号"] = f" {row['党员编号']}".translate(str.maketrans("0123456789", "０１２３４５６７８９"))
                row["姓名"] = " ".join(row["姓名"])
                row.update({h: f"{row[h]}分" for h in ("第一月", "政治合格") if h in row})
                row.update({h: str(row[h]).replace(".", "．") for h in ("合计", "季度积分") if h in row})
    assert scored(county, tmp_path) == as_it_was_filled()


def test_dates_of_records_as_clerks_write_them(county, tmp_path):
    diary = january(county, "日记录")
    written = [
        dt.datetime(2026, 1, 6, 9, 30),
        "2026-01-06",
        "2026/1/6",
        "2026.1.6",
        "2026年1月6日",
        "20260106",
        20260106,
        46028,
        "1月6日",
        "２０２６－１－６",
    ]
    for n, day in enumerate(written):
        diary.add(日期=day, 党员编号="002", 姓名="甲二", 项目编号="Z01", 事由=f"第{n}次")
    outcome = county.process(tmp_path, "2026Q1")
    frame = outcome.results.county.tables["daily_record"].frame
    assert [d.date() for d in frame[frame["member_id"] == "002"]["date"]] == [dt.date(2026, 1, 6)] * len(written)


def test_formulas_are_read_by_their_values(county, tmp_path):
    county.write(tmp_path)
    sheet = january(county)
    book = xlsxwriter.Workbook(tmp_path / "ZB1/2026-01.xlsx")
    for form in (january(county, "日记录"), sheet):
        page = book.add_worksheet(form.form)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for r, line in enumerate(form.grid()):
            for c, cell in enumerate(line):
                if isinstance(cell, dt.date):
                    page.write_datetime(r, c, dt.datetime.combine(cell, dt.time()), day)
                elif form is sheet and r > 2 and c == 7:
                    page.write_formula(r, c, f"=SUM(D{r + 1}:G{r + 1})", None, cell)
                elif cell is not None:
                    page.write(r, c, cell)
    book.close()
    outcome = process.process(tmp_path, periods.parse("2026Q1"))
    assert complaints(outcome) == []
    assert results.as_json(outcome.results) == as_it_was_filled()


def test_the_columns_of_the_dimensions_follow_the_scheme(tmp_path):
    county = County().only("2026Q1")
    dimensions = [f"{d}性" for d in ("政治", "时代", "原则", "战斗", "模范")]
    county.form("考评方案", "满分").rows = [
        dict(zip(("维度", "满分", "起始分"), (d, 20, 16), strict=True)) for d in dimensions
    ]
    for row in county.form("考评方案", "项目名称").rows:
        row["维度"] = dimensions[0]
    for form in county.forms:
        if form.form == "月打分":
            form.headings = ["党员编号", "姓名", *dimensions[::-1], "合计"]
            for row in form.rows:
                row.update(dict.fromkeys(dimensions, 16))
    assert {m["points"] for m in scored(county, tmp_path)["members"]} == {"80.00"}


# --- properties ----------------------------------------------------------------------------------------------------

SUMMARY = form_definitions.definitions()["quarterly_summary"].sheets[0]
ROWS = [
    {
        "党员编号": "001",
        "姓名": "甲一",
        "第一月": 81.5,
        "季度积分": 80,
        "支委会调整": -1,
        "调整原因": "群众反映",
        "审定积分": 79,
    },
    {"党员编号": "0020", "姓名": "甲二", "第二月": "79.25", "审定积分": 79.25},
    {"党员编号": "ZB-3", "姓名": "欧阳三", "第三月": 0, "审定积分": 100},
]


def read_rows(rows: list[list]) -> tuple[Table, list[list]]:
    """The one sheet of 季汇总 that the rows are, as a table, and the rows as a grid has them."""
    width = max(len(row) for row in rows)
    grid = [["" if cell is None else cell for cell in [*row, *[None] * (width - len(row))]] for row in rows]
    source, problems = recognition.recognise(Grid("任意.xlsx", "Sheet1", grid), form_definitions.definitions())
    assert problems == []
    table, found = extract([source], SUMMARY)
    assert {p.code for p in found} <= {"W101"}
    return table, grid


def decorate(heading: str, how: int) -> str:
    middle = len(heading) // 2
    return [heading, f" {heading}\n", f"{heading[:middle]}\n{heading[middle:]}", "　".join(heading)][how]


layouts = st.fixed_dictionaries(
    {
        "order": st.permutations([c.label for c in SUMMARY.columns]),
        "extra": st.integers(0, 9),
        "left": st.integers(0, 3),
        "above": st.lists(st.sampled_from([[], ["季汇总表"], ["", ""], ["财政第一支部", "", "制"]]), max_size=4),
        "gaps": st.lists(st.integers(0, 2), min_size=len(ROWS) + 1, max_size=len(ROWS) + 1),
        "decoration": st.integers(0, 3),
        "rows": st.permutations(ROWS),
    }
)


@given(layouts)
def test_every_layout_says_the_same_and_every_value_knows_its_cell(layout):
    order = list(layout["order"])
    order.insert(layout["extra"], "备注栏")
    indent = [""] * layout["left"]
    blank = [[*indent, " "]]
    sheet = [*layout["above"], [*indent, "表种", "季汇总", "", "支部编号", "ZB1", "期间", "2026Q1"]]
    sheet += [*blank * layout["gaps"][-1], [*indent, *(decorate(h, layout["decoration"]) for h in order)]]
    for row, gap in zip(layout["rows"], layout["gaps"], strict=False):
        sheet += [*blank * gap, [*indent, *(row.get(h) for h in order)]]
    table, grid = read_rows(sheet)
    assert [r["member_id"] for r in table.records()] == [row["党员编号"] for row in layout["rows"]]
    for record, row in zip(table.records(), layout["rows"], strict=True):
        for column in SUMMARY.columns:
            place = record.ref(column.name)
            assert grid[place.row - 1][place.column] == ("" if row.get(column.label) is None else row[column.label])
            expected = row.get(column.label)
            if expected is not None and column.type == form_definitions.NUMBER:
                expected = round(float(expected) * 100)
            assert record[column.name] == expected


@pytest.mark.parametrize(
    ("form", "sheet", "column", "alias"),
    [
        (form.label, sheet, column, alias)
        for form in form_definitions.definitions().values()
        for sheet in form.sheets
        for column in sheet.columns
        for alias in column.aliases
    ],
)
def test_a_column_is_found_by_each_of_its_other_names(form, sheet, column, alias):
    heads = [alias if c is column else c.label for c in sheet.columns if c.expand is None]
    grid = Grid(
        "任意.xlsx", "Sheet1", [["表种", form, *[""] * (len(heads) - 2)], heads, ["001", *[""] * (len(heads) - 1)]]
    )
    source, _ = recognition.recognise(grid, form_definitions.definitions())
    table, _ = extract([source], sheet)
    assert table.origins[0].columns[column.name] == heads.index(alias)


@pytest.mark.slow
@pytest.mark.parametrize(("period", "examples"), [("2026Q1", 6), ("2026", 2)])
def test_neither_the_order_of_files_nor_of_rows_changes_a_result(period, examples):
    @settings(max_examples=examples, deadline=None)
    @given(st.randoms(use_true_random=False))
    def shuffled(rng):
        county = distinct(period)
        names = [f"{n:03}.xlsx" for n in range(len(county.forms))]
        rng.shuffle(names)
        for form, name in zip(county.forms, names, strict=True):
            form.file = name
            if form.sheet != "等次":  # bounds out of order are pointed out
                rng.shuffle(form.rows)
        with TemporaryDirectory() as folder:
            assert scored(county, Path(folder), period) == as_it_was_filled(period)

    shuffled()

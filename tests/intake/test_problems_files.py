"""Problems of files: what cannot be opened, is no form, stands twice, is missing, or belongs to another period."""

import os
import zipfile
from pathlib import Path

import openpyxl
import pytest
from factories import County, complaints
from fakes.hostile import zipped

from lianghua_batch.core import periods
from lianghua_batch.pipeline import process
from lianghua_batch.report import publishing


def test_a_workbook_cut_short_by_the_mail(county, tmp_path):
    county.write(tmp_path)
    whole = (tmp_path / "ZB1/2026Q1.xlsx").read_bytes()
    (tmp_path / "ZB1/2026Q1.xlsx").write_bytes(whole[: len(whole) // 2])
    outcome = process.process(tmp_path, periods.parse("2026Q1"))
    assert complaints(outcome) == [
        "E306 ：财政第一支部（ZB1） 缺 2026Q1 的“季汇总”。请 财政第一支部（ZB1） 补报。",
        "E101 ZB1/2026Q1.xlsx：文件已损坏，打不开。请用 Excel 或 WPS 打开修复，另存为 .xlsx 后重报。",
    ]


def test_a_workbook_damaged_in_the_middle(county, tmp_path):
    county.write(tmp_path)
    path = tmp_path / "ZB1/2026Q1.xlsx"
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    start = part.header_offset + 30 + len(part.filename) + 20
    whole = path.read_bytes()
    path.write_bytes(whole[:start] + bytes([255]) * 200 + whole[start + 200 :])
    outcome = process.process(tmp_path, periods.parse("2026Q1"))
    assert [c for c in complaints(outcome) if c.startswith("E101")] == [
        "E101 ZB1/2026Q1.xlsx：文件已损坏，打不开。请用 Excel 或 WPS 打开修复，另存为 .xlsx 后重报。"
    ]


def test_a_file_that_is_no_workbook_is_only_mentioned(county, tmp_path):
    (tmp_path / "ZB1").mkdir()
    (tmp_path / "ZB1" / "会议记录.docx").write_bytes(zipped({"word/document.xml": b"<document/>"}))
    (tmp_path / "ZB1" / "无后缀").write_bytes(b"")
    assert county.complaints(tmp_path, "2026Q1") == [
        "W106 ZB1/会议记录.docx：不是 Excel 工作簿（Word 文档），未读取。如是上报的表，请另存为 .xlsx 后重报。",
        "W106 ZB1/无后缀：不是 Excel 工作簿（空文件），未读取。如是上报的表，请另存为 .xlsx 后重报。",
    ]


def test_a_workbook_under_a_name_of_its_own_is_read(county, tmp_path):
    county.write(tmp_path)
    (tmp_path / "ZB1/2026Q1.xlsx").rename(tmp_path / "ZB1/季汇总.dat")
    (tmp_path / "ZB2/2026Q1.xlsx").rename(tmp_path / "ZB2/季汇总.xls")
    assert complaints(process.process(tmp_path, periods.parse("2026Q1"))) == []


def test_what_the_program_wrote_is_known_wherever_it_lies(county, tmp_path):
    outcome = county.process(tmp_path, "2026Q1")
    publishing.publish(outcome.results, outcome.problems, tmp_path / "发出去的")
    unread = "不是 Excel 工作簿（JSON 文件），未读取。如是上报的表，请另存为 .xlsx 后重报。"
    own = "这是本程序写出的结果，未读取。请把它移到“输出”文件夹。"
    units = ("DW1_财政局机关党委", "ZB1_财政第一支部", "ZB2_财政第二支部")
    assert complaints(process.process(tmp_path, periods.parse("2026Q1"))) == [
        f"W106 发出去的/results.json：{unread}",
        f"W110 发出去的/公示_2026Q1.xlsx：{own}",
        *(f"W110 发出去的/各单位/{unit}_考评结果_2026Q1.xlsx：{own}" for unit in units),
        "W110 发出去的/考评排名_2026Q1.xlsx：这是本程序写出的结果，未读取。请把它移到“输出”文件夹。",
        f"W106 发出去的/计分依据.json：{unread}",
    ]


def test_a_draft_in_which_nobody_remains(county, tmp_path):
    outcome = process.process_draft(county.write(tmp_path), periods.parse("2026Q1"), {"ZB1": "换届", "ZB2": "换届"})
    assert outcome.results is None
    assert complaints(outcome) == ["E603 ：没有可以排名的单位。请先改正错误，或减少暂缺的单位。"]


def test_results_and_forms_may_lie_in_one_folder(county, tmp_path):
    outcome = county.process(tmp_path, "2026Q1")
    publishing.publish(outcome.results, outcome.problems, tmp_path / "ZB1")
    again = process.process(tmp_path, periods.parse("2026Q1"), tmp_path / "ZB1")
    assert complaints(again) == []
    assert again.files == outcome.files + 5  # the ranking, 公示 and a book for each of three units


def test_a_folder_linked_into_itself_is_entered_once(county, tmp_path):
    county.write(tmp_path)
    (tmp_path / "ZB1" / "回到上面").symlink_to(tmp_path, target_is_directory=True)
    assert complaints(process.process(tmp_path, periods.parse("2026Q1"))) == []


def test_a_file_whose_name_is_not_utf_8_is_named_as_people_read_it(county, tmp_path):
    county.write(tmp_path)
    Path(os.fsdecode(os.fsencode(tmp_path) + "/扫描件.xlsx".encode("gbk"))).write_bytes(b"")
    assert complaints(process.process(tmp_path, periods.parse("2026Q1"))) == [
        "E121 扫描件.xlsx：文件是空的。请重新导出或重报。"
    ]


def test_a_folder_without_a_file(tmp_path):
    assert complaints(process.process(tmp_path, None)) == [
        "E117 ：文件夹中没有可读的表格文件。请确认文件夹正确，并放入填好的表。",
    ]


def test_a_folder_without_a_file_for_a_given_period(tmp_path):
    assert complaints(process.process(tmp_path, periods.parse("2026Q1"))) == [
        "E115 ：没有找到“考评方案”。请放入 2026 年的“考评方案”（可用 init 生成）。",
        "E115 ：没有找到“花名册”。请放入 2026 年的“花名册”（可用 init 生成）。",
        "E117 ：文件夹中没有可读的表格文件。请确认文件夹正确，并放入填好的表。",
    ]


def test_a_folder_that_does_not_say_which_period_it_is_about(county, tmp_path):
    county.drop("季汇总", 支部编号="ZB1")
    county.drop("季汇总", 支部编号="ZB2")
    outcome = process.process(county.write(tmp_path), None)
    assert complaints(outcome) == [
        "E602 ：不知道考评哪个期间。请放入季汇总或年评议，或用 --period 指定。",
    ]
    assert outcome.period is None


def test_no_roster_and_no_scheme(county, tmp_path):
    for form in [f for f in county.forms if f.form in ("花名册", "考评方案")]:
        county.forms.remove(form)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E115 ：没有找到“考评方案”。请放入 2026 年的“考评方案”（可用 init 生成）。",
        "E115 ：没有找到“花名册”。请放入 2026 年的“花名册”（可用 init 生成）。",
    ]


def test_sheets_of_the_roster_and_the_scheme_that_are_missing(county, tmp_path):
    county.drop("花名册", "姓名")
    county.drop("考评方案", "指标编号")
    county.drop("考评方案", "折算分")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E116 考评方案.xlsx：“考评方案”没有“指标”表。请补上“指标”工作表，表头与模板一致。",
        "E116 考评方案.xlsx：“考评方案”没有“测评等级”表。请补上“测评等级”工作表，表头与模板一致。",
        "E116 花名册.xlsx：“花名册”没有“党员”表。请补上“党员”工作表，表头与模板一致。",
    ]


def test_a_form_whose_kind_is_unknown(county, tmp_path):
    county.form("督查打分").form = "督查评分表"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E326 [ZB1]：财政第一支部（ZB1） 缺 2026Q1 的督查打分。请补上检查单位和得分。",
        "E326 [ZB2]：财政第二支部（ZB2） 缺 2026Q1 的督查打分。请补上检查单位和得分。",
        "E102 督查/2026Q1.xlsx 督查打分 B2[督查评分表]：表种“督查评分表”不认识。请把“表种”改为 18 种表之一的名称。",
    ]


def test_a_sheet_that_looks_like_a_form_but_does_not_say_so(county, tmp_path):
    summary = county.form("季汇总", 支部编号="ZB1")
    summary.grid = lambda: [
        ["党员积分季汇总"],
        summary.headings,
        *([r.get(h) for h in summary.headings] for r in summary.rows),
    ]
    assert county.complaints(tmp_path, "2026Q1") == [
        "E306 ：财政第一支部（ZB1） 缺 2026Q1 的“季汇总”。请 财政第一支部（ZB1） 补报。",
        "E103 ZB1/2026Q1.xlsx 季汇总：工作表像是“季汇总”，但缺少“表种”。请在表头上方填写“表种”和“季汇总”。",
    ]


def test_a_sheet_that_is_no_form(county, tmp_path):
    county.write(tmp_path)
    book = openpyxl.load_workbook(tmp_path / "督查/2026Q1.xlsx")
    book.create_sheet("草稿").append(["电话", "12345"])
    book.create_sheet("空表")
    book.save(tmp_path / "督查/2026Q1.xlsx")
    assert complaints(process.process(tmp_path, periods.parse("2026Q1"))) == [
        "W102 督查/2026Q1.xlsx 草稿：工作表没有“表种”，未读取。如是上报的表，请在表头上方填写“表种”。",
    ]


def test_a_form_without_its_heading_row(county, tmp_path):
    county.form("督查打分").headings = ["组织编号", "名称", "检查人", "得分"]
    assert county.complaints(tmp_path, "2026Q1") == [
        "E326 [ZB1]：财政第一支部（ZB1） 缺 2026Q1 的督查打分。请补上检查单位和得分。",
        "E326 [ZB2]：财政第二支部（ZB2） 缺 2026Q1 的督查打分。请补上检查单位和得分。",
        "E104 督查/2026Q1.xlsx 督查打分：没有找到“督查打分”的表头行。请保留模板的表头，至少应有：组织编号、组织名称、检查单位、得分。",
    ]


def test_columns_that_must_be_there(county, tmp_path):
    county.form("督查打分").headings.remove("检查单位")
    county.form("月打分", 支部编号="ZB2", 期间="2026-02").headings.remove("品德合格")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E105 ZB2/2026-02.xlsx 月打分：缺少必填的列“品德合格”。请补上列“品德合格”，列名与模板一致。",
        "E105 督查/2026Q1.xlsx 督查打分：缺少必填的列“检查单位”。请补上列“检查单位”，列名与模板一致。",
    ]


def test_columns_that_stand_twice(county, tmp_path):
    county.form("督查打分").headings += ["得分"]
    county.form("月打分", 支部编号="ZB2", 期间="2026-02").headings.insert(3, "说 明")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E106 ZB2/2026-02.xlsx 月打分 K3[说明]：列“说明”出现了两次。请删去或改名其中一列。",
        "E106 督查/2026Q1.xlsx 督查打分 F3[得分]：列“得分”出现了两次。请删去或改名其中一列。",
    ]


def test_columns_that_nobody_asked_for(county, tmp_path):
    county.form("督查打分").headings.insert(1, "序号")
    county.form("月打分", 支部编号="ZB2", 期间="2026-02").headings += ["联系\n电话"]
    assert county.complaints(tmp_path, "2026Q1") == [
        "W101 ZB2/2026-02.xlsx 月打分 K3[联系电话]：多出的列“联系电话”没有读取。请确认该列不含应上报的内容。",
        "W101 督查/2026Q1.xlsx 督查打分 B3[序号]：多出的列“序号”没有读取。请确认该列不含应上报的内容。",
    ]


def test_labels_that_say_two_things(county, tmp_path):
    county.form("月打分", 支部编号="ZB1", 期间="2026-01").labels["组织编号"] = "ZB2"
    county.form("季汇总", 支部编号="ZB1").labels["考评期间"] = "2026年第二季度"
    county.form("督查打分").labels["所属期间"] = "2026年第一季度"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E118 ZB1/2026-01.xlsx 月打分 J2[ZB2]：“支部编号”有两个不同的值：ZB1（D2） 和 ZB2（J2）。请只保留正确的一个。",
        "E118 ZB1/2026Q1.xlsx 季汇总 J2[2026年第二季度]：“期间”有两个不同的值：2026Q1（H2） 和 2026年第二季度（J2）。请只保留正确的一个。",
    ]


def test_a_colon_in_a_cell_of_its_own_is_passed_over(county, tmp_path):
    form = county.form("督查打分")
    table = form.grid()[2:]
    form.grid = lambda: [["表种", "：", "督查打分"], ["期间", ":", None, "：2026Q1"], *table]
    assert county.complaints(tmp_path, "2026Q1") == []


def test_a_label_beside_another_label_is_blank(county, tmp_path):
    form = county.form("督查打分")
    table = form.grid()[2:]
    form.grid = lambda: [["表种", "督查打分", "期间", "填表人：张三"], [], *table]
    assert [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E10")] == [
        "E107 督查/2026Q1.xlsx 督查打分：缺少“期间”。请在表头上方填写“期间”。",
    ]


def test_labelled_cells_that_must_be_there(county, tmp_path):
    del county.form("督查打分").labels["期间"]
    del county.form("季汇总", 支部编号="ZB1").labels["支部编号"]
    county.form("月打分", 支部编号="ZB2", 期间="2026-02").labels |= {"支部编号": None, "期间": None}
    assert county.complaints(tmp_path, "2026Q1") == [
        "E306 ：财政第一支部（ZB1） 缺 2026Q1 的“季汇总”。请 财政第一支部（ZB1） 补报。",
        "E306 ：财政第二支部（ZB2） 缺 2026-02 的“月打分”。请 财政第二支部（ZB2） 补报。",
        "E326 [ZB1]：财政第一支部（ZB1） 缺 2026Q1 的督查打分。请补上检查单位和得分。",
        "E326 [ZB2]：财政第二支部（ZB2） 缺 2026Q1 的督查打分。请补上检查单位和得分。",
        "E107 ZB1/2026Q1.xlsx 季汇总：缺少“支部编号”。请在表头上方填写“支部编号”。",
        "E107 ZB2/2026-02.xlsx 月打分：缺少“支部编号”。请在表头上方填写“支部编号”。",
        "E107 ZB2/2026-02.xlsx 月打分：缺少“期间”。请在表头上方填写“期间”。",
        "E107 督查/2026Q1.xlsx 督查打分：缺少“期间”。请在表头上方填写“期间”。",
    ]


def test_a_period_that_nobody_can_read(county, tmp_path):
    county.form("督查打分").labels["期间"] = "一季度"
    county.form("季汇总", 支部编号="ZB1").labels["期间"] = "2026Q5"
    county.form("月打分", 支部编号="ZB2", 期间="2026-02").labels["期间"] = "2026年13月"
    county.form("花名册", "姓名").labels["期间"] = "本年"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E306 ：财政第一支部（ZB1） 缺 2026Q1 的“季汇总”。请 财政第一支部（ZB1） 补报。",
        "E306 ：财政第二支部（ZB2） 缺 2026-02 的“月打分”。请 财政第二支部（ZB2） 补报。",
        "E326 [ZB1]：财政第一支部（ZB1） 缺 2026Q1 的督查打分。请补上检查单位和得分。",
        "E326 [ZB2]：财政第二支部（ZB2） 缺 2026Q1 的督查打分。请补上检查单位和得分。",
        "E108 ZB1/2026Q1.xlsx 季汇总 H2[2026Q5]：期间“2026Q5”看不懂。请写成 2026Q1 的样子。",
        "E108 ZB2/2026-02.xlsx 月打分 H2[2026年13月]：期间“2026年13月”看不懂。请写成 2026-03 的样子。",
        "E108 督查/2026Q1.xlsx 督查打分 D2[一季度]：期间“一季度”看不懂。请写成 2026Q1 的样子。",
        "E108 花名册.xlsx 党员 D2[本年]：期间“本年”看不懂。请写成 2026 的样子。",
    ]


def test_a_period_of_the_wrong_kind(county, tmp_path):
    county.form("督查打分").labels["期间"] = "2026年"
    county.form("季汇总", 支部编号="ZB1").labels["期间"] = "2026-03"
    county.form("月打分", 支部编号="ZB2", 期间="2026-02").labels["期间"] = "2026年第一季度"
    county.form("花名册", "姓名").labels["期间"] = "2026上半年"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E306 ：财政第一支部（ZB1） 缺 2026Q1 的“季汇总”。请 财政第一支部（ZB1） 补报。",
        "E306 ：财政第二支部（ZB2） 缺 2026-02 的“月打分”。请 财政第二支部（ZB2） 补报。",
        "E326 [ZB1]：财政第一支部（ZB1） 缺 2026Q1 的督查打分。请补上检查单位和得分。",
        "E326 [ZB2]：财政第二支部（ZB2） 缺 2026Q1 的督查打分。请补上检查单位和得分。",
        "E109 ZB1/2026Q1.xlsx 季汇总 H2[2026-03]：“季汇总”的期间“2026-03”应为季度。请改为 2026Q1 的样子。",
        "E109 ZB2/2026-02.xlsx 月打分 H2[2026Q1]：“月打分”的期间“2026Q1”应为月份。请改为 2026-03 的样子。",
        "E109 督查/2026Q1.xlsx 督查打分 D2[2026]：“督查打分”的期间“2026”应为季度或半年。请改为 2026Q1 的样子。",
        "E109 花名册.xlsx 党员 D2[2026H1]：“花名册”的期间“2026H1”应为年度。请改为 2026 的样子。",
    ]


def test_two_different_forms_of_one_branch_and_month(county, tmp_path):
    again = County().form("月打分", 支部编号="ZB1", 期间="2026-02")
    again.file = "补报/二月.xlsx"
    again.rows[0]["说明"] = "补充说明"
    county.forms.append(again)
    assert [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E113")] == [
        "E113 补报/二月.xlsx 月打分 A4[001]：财政第一支部（ZB1） 的“月打分”（2026-02）有两份写着党员 甲一（001） 等 3 名："
        "ZB1/2026-02.xlsx 月打分 A4 和 补报/二月.xlsx 月打分 A4。请只保留正确的一份；分开填报的，同一名党员只写在一份里。"
    ]


def test_the_same_form_sent_twice_counts_once(county, tmp_path):
    again = County().form("月打分", 支部编号="ZB1", 期间="2026-02")
    again.file = "ZB1/2026-02（副本）.xlsx"
    county.forms.append(again)
    assert county.complaints(tmp_path, "2026Q1") == [
        "W103 ZB1/2026-02（副本）.xlsx 月打分：与 ZB1/2026-02.xlsx 月打分 的内容完全相同，只计一次。请删去多余的一份。",
    ]


def test_a_form_without_a_row(county, tmp_path):
    county.form("督查打分").rows.clear()
    county.form("考评方案", "项目名称").rows.clear()
    assert county.complaints(tmp_path, "2026Q1") == [
        "E326 [ZB1]：财政第一支部（ZB1） 缺 2026Q1 的督查打分。请补上检查单位和得分。",
        "E326 [ZB2]：财政第二支部（ZB2） 缺 2026Q1 的督查打分。请补上检查单位和得分。",
        "W104 督查/2026Q1.xlsx 督查打分：“督查打分”没有数据行。请确认本期确实没有可填的内容。",
        "W104 考评方案.xlsx 积分项目：“考评方案”没有数据行。请确认本期确实没有可填的内容。",
    ]


def test_a_form_of_another_year(county, tmp_path):
    late = County().form("月打分", 支部编号="ZB1", 期间="2026-02")
    late.file, late.labels = "旧表/一月.xlsx", {**late.labels, "期间": "2025年1月"}
    old = County().form("花名册", "姓名")
    old.file, old.labels = "旧表/花名册.xlsx", {"期间": "2025"}
    county.forms += [late, old]
    assert county.complaints(tmp_path, "2026Q1") == [
        "W105 旧表/一月.xlsx 月打分 H2[2025-01]：期间 2025-01 不在本次考评期间之内，未读取。如属本期，请改正期间。",
        "W105 旧表/花名册.xlsx 党员 D2[2025]：期间 2025 不在本次考评期间之内，未读取。如属本期，请改正期间。",
    ]


# --- files that are passed over ------------------------------------------------------------------------------------


def test_a_name_that_begins_with_a_dot_hides_no_form(county, tmp_path):
    county.form("月打分", 支部编号="ZB1", 期间="2026-01").file = "ZB1/.2026-01.xlsx"
    assert county.complaints(tmp_path, "2026Q1") == []


@pytest.mark.parametrize("name", ["~$2026-01.xlsx", ".~2026-01.xlsx", "._2026-01.xlsx", ".DS_Store"])
def test_what_office_programs_leave_beside_a_form_is_passed_over(county, tmp_path, name):
    county.write(tmp_path)
    (tmp_path / "ZB1" / name).write_bytes(b"\0")
    assert complaints(process.process(tmp_path, periods.parse("2026Q1"))) == []


def test_a_workbook_whose_filled_sheets_are_all_hidden_is_pointed_out(county, tmp_path):
    county.write(tmp_path)
    book = openpyxl.Workbook()
    book.create_sheet("数据").append(["甲一", 20])
    book["数据"].sheet_state = "hidden"
    book.save(tmp_path / "ZB1/另一份.xlsx")
    assert complaints(process.process(tmp_path, periods.parse("2026Q1"))) == [
        "W115 ZB1/另一份.xlsx：填了内容的工作表都是隐藏的，没有一张读得出“表种”，未读取。如是上报的表，请取消隐藏，在表头上方填写“表种”。"
    ]


# --- forms of the county in a branch's workbook --------------------------------------------------------------------


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
@pytest.mark.parametrize("form", ["加减分", "督查打分", "满意度测评"])
def test_a_form_of_the_county_in_a_branchs_workbook_stops_the_run(tmp_path, state, form):
    county = County()
    moved = county.form(form)
    moved.file, moved.sheet = "ZB1/2026Q1.xlsx", "附"
    county.write(tmp_path)
    book = openpyxl.load_workbook(tmp_path / "ZB1/2026Q1.xlsx")
    book["附"].sheet_state = state
    book.save(tmp_path / "ZB1/2026Q1.xlsx")
    outcome = process.process(tmp_path, periods.parse("2026"))
    assert [c for c in complaints(outcome) if c.startswith("E")] == [
        f"E143 ZB1/2026Q1.xlsx 附：“{form}”是县里的表，不能放在ZB1的“季汇总”（工作表 季汇总）所在的文件里。"
        "请删去这张工作表；确由县里填报的，请另存为单独的文件。"
    ]
    assert next(p for p in outcome.problems if p.code == "E143").unit == "ZB1"


@pytest.mark.parametrize("form", ["花名册", "考评方案"])
def test_the_base_forms_in_a_branchs_workbook_stop_the_run_too(tmp_path, form):
    county = County().only("2026Q1")
    for each in county.forms:
        each.file = "ZB1/2026Q1.xlsx" if each.form == form else each.file
    errors = [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E")]
    assert errors and all(c.startswith("E143 ZB1/2026Q1.xlsx") and f"“{form}”是县里的表" in c for c in errors)

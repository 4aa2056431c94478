"""What is nearly right is asked about: headings, labels, codes, names, numbers in words, days, and what Excel made a date."""

import datetime as dt

import pytest
from factories import BRANCHES


def january(county, form="月打分", branch="ZB1"):
    return county.form(form, 支部编号=branch, 期间="2026-01")


def record(county, **cells):
    diary = county.form("日记录", 支部编号="ZB1", 期间=cells.pop("month", "2026-03"))
    diary.add(**{"日期": "2026-03-05", "党员编号": "001", "姓名": "甲一", "项目编号": "Z01", "事由": "学习", **cells})


def rename(form, **names):
    """Change headings, the rows' cells going with them."""
    form.headings = [names.get(h, h) for h in form.headings]
    form.rows = [{names.get(h, h): cell for h, cell in row.items()} for row in form.rows]


# --- headings and labels -------------------------------------------------------------------------------------------


def test_headings_that_must_be_there_by_nearly_their_names(county, tmp_path):
    rename(county.form("督查打分"), 检查单位="检察单位")
    rename(january(county), 品德合格="品德合规")
    rename(county.form("季汇总", 支部编号="ZB2"), 审定积分="审定分", 党员编号="党员编码")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E105 ZB1/2026-01.xlsx 月打分 F3[品德合规]：缺少必填的列“品德合格”。请补上列“品德合格”，列名与模板一致。（品德合格？）",
        "E105 ZB2/2026Q1.xlsx 季汇总 A3[党员编码]：缺少必填的列“党员编号”。请补上列“党员编号”，列名与模板一致。（党员编号？）",
        "E105 ZB2/2026Q1.xlsx 季汇总 I3[审定分]：缺少必填的列“审定积分”。请补上列“审定积分”，列名与模板一致。（审定积分？）",
        "E105 督查/2026Q1.xlsx 督查打分 C3[检察单位]：缺少必填的列“检查单位”。请补上列“检查单位”，列名与模板一致。（检查单位？）",
    ]


def test_headings_of_optional_columns_by_nearly_their_names(county, tmp_path):
    rename(january(county), 免评原因="免评缘因")
    rename(county.form("督查打分"), 存在问题="存在的问题")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E136 ZB1/2026-01.xlsx 月打分 I3[免评缘因]：列“免评缘因”像是“免评原因”，没有读取。"
        "请改为“免评原因”；确是另一列的，请换一个不相近的列名。（免评原因？）",
        "E136 督查/2026Q1.xlsx 督查打分 E3[存在的问题]：列“存在的问题”像是“存在问题”，没有读取。"
        "请改为“存在问题”；确是另一列的，请换一个不相近的列名。（存在问题？）",
    ]


def test_an_extra_heading_that_is_like_a_column_that_is_there_is_only_extra(county, tmp_path):
    county.form("督查打分").headings += ["检察单位"]
    assert county.complaints(tmp_path, "2026Q1") == [
        "W101 督查/2026Q1.xlsx 督查打分 F3[检察单位]：多出的列“检察单位”没有读取。请确认该列不含应上报的内容。",
    ]


def test_of_two_headings_that_could_be_the_column_neither_is_asked_about(county, tmp_path):
    form = county.form("督查打分")
    rename(form, 检查单位="检察单位")
    form.headings += ["检查部位"]
    assert county.complaints(tmp_path, "2026Q1") == [
        "E105 督查/2026Q1.xlsx 督查打分：缺少必填的列“检查单位”。请补上列“检查单位”，列名与模板一致。",
        "W101 督查/2026Q1.xlsx 督查打分 C3[检察单位]：多出的列“检察单位”没有读取。请确认该列不含应上报的内容。",
        "W101 督查/2026Q1.xlsx 督查打分 F3[检查部位]：多出的列“检查部位”没有读取。请确认该列不含应上报的内容。",
    ]


@pytest.mark.parametrize("written", ["月打分表", "党员月打分", "月 打 份 分"])
def test_a_kind_of_form_that_is_nearly_one(county, tmp_path, written):
    january(county).form = written
    assert county.complaints(tmp_path, "2026Q1")[-1] == (
        f"E102 ZB1/2026-01.xlsx 月打分 B2[{written}]：表种“{written}”不认识。请把“表种”改为 18 种表之一的名称。（月打分？）"
    )


def test_labels_that_are_nearly_right(county, tmp_path):
    form = county.form("季汇总", 支部编号="ZB1")
    form.labels = {"支部编码": "ZB1", "支部名称": "财政第一支部", "所属时期：2026Q1": None}
    assert [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E107")] == [
        "E107 ZB1/2026Q1.xlsx 季汇总 C2：缺少“支部编号”。请在表头上方填写“支部编号”。（支部编码？）",
        "E107 ZB1/2026Q1.xlsx 季汇总 G2：缺少“期间”。请在表头上方填写“期间”。（所属时期？）",
    ]


def test_a_label_of_the_kind_of_form_that_is_nearly_right(county, tmp_path):
    form = county.form("督查打分")
    table = form.grid()[2:]
    form.grid = lambda: [["表类", "督查打分", "期间", "2026Q1"], *table]
    assert [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E103")] == [
        "E103 督查/2026Q1.xlsx 督查打分 A1：工作表像是“督查打分”，但缺少“表种”。请在表头上方填写“表种”和“督查打分”。（表类？）",
    ]


# --- codes and names of units --------------------------------------------------------------------------------------


def longer(county):
    """The branches' codes with three figures, as a county with a hundred has them."""
    for form in county.forms:
        for cells in (*form.rows, form.labels):
            cells.update({k: {"ZB1": "ZB001", "ZB2": "ZB002"}[v] for k, v in cells.items() if v in BRANCHES})
    return county


@pytest.mark.parametrize("written", ["ZB1", "ＺＢ１", "ZBO01", "ZB0O1", "ZB00l", "ZN001", "BZ001", "ZB-001"])
def test_a_units_code_with_a_slip(county, tmp_path, written):
    longer(county).form("督查打分").row(组织编号="ZB001")["组织编号"] = written
    (told,) = [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E322")]
    assert told.endswith("在花名册中没有。请改为花名册中的组织编号。（ZB001？）")


@pytest.mark.parametrize("written", ["ZB003", "ZB0011", "ZB01O", "1", "XX001"])
def test_a_units_code_that_could_be_another_or_none(county, tmp_path, written):
    longer(county).form("督查打分").row(组织编号="ZB001").update(组织编号=written, 组织名称="税务支部")
    (told,) = [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E322")]
    assert told.endswith("在花名册中没有。请改为花名册中的组织编号。")


def test_a_unit_by_the_exact_name_beside_its_code(county, tmp_path):
    county.form("督查打分").row(组织编号="ZB1")["组织编号"] = "财政1"
    assert [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E322")] == [
        "E322 督查/2026Q1.xlsx 督查打分 A4[财政1]：组织编号“财政1”在花名册中没有。请改为花名册中的组织编号。（ZB1？）",
    ]


def test_a_name_in_the_place_of_the_code(county, tmp_path):
    county.form("花名册", "层级").row(组织编号="ZB1")["上级编号"] = "财政局 机关党委"
    county.form("花名册", "姓名").row(党员编号="004")["支部编号"] = "财政第二支部"
    indicators = county.form("考评方案", "指标编号")
    indicators.rows += [{**indicators.row(指标编号="B1"), "指标编号": "B3", "适用单位": "财政第一支部"}]
    told = county.complaints(tmp_path, "2026Q1")
    assert [c for c in told if c[:4] in ("E503", "E508", "E414")] == [
        "E414 考评方案.xlsx 指标 C8[财政第一支部]：适用单位“财政第一支部”既不是组织编号，也不是考评组。请填写花名册中的组织编号或考评组，或留空。（ZB1？）",
        "E508 花名册.xlsx 党员 C7[财政第二支部]：支部编号“财政第二支部”在花名册的党组织中没有。请填写支部的组织编号。（ZB2？）",
        "E503 花名册.xlsx 党组织 D5[财政局机关党委]：上级编号“财政局机关党委”在花名册中没有。请填写所属党委的组织编号；机关工委直属的留空。（DW1？）",
    ]


def test_the_code_of_a_committee_on_a_branchs_form_with_the_branchs_name(county, tmp_path):
    january(county, "日记录").labels["支部编号"] = "DW1"
    assert county.complaints(tmp_path, "2026Q1")[0] == (
        "E111 ZB1/2026-01.xlsx 日记录 D2[DW1]：“DW1”是党委，本表由支部填报。请改为支部的组织编号。（ZB1？）"
    )


def test_a_code_and_a_name_that_disagree_are_not_asked_about(county, tmp_path):
    county.form("督查打分").row(组织编号="ZB1").update(组织编号="ZB01", 组织名称="财政第二支部")
    (told,) = [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E322")]
    assert told.endswith("在花名册中没有。请改为花名册中的组织编号。")


def test_a_units_name_that_is_nearly_right(county, tmp_path):
    county.form("季汇总", 支部编号="ZB1").labels["支部名称"] = "财政第1党支部"
    county.form("督查打分").row(组织编号="ZB1")["组织名称"] = "财政第一支布"
    county.form("督查打分").row(组织编号="ZB2")["组织名称"] = "财政第三支部"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E112 ZB1/2026Q1.xlsx 季汇总 F2[财政第1党支部]：“财政第1党支部”不是 ZB1 的名称，花名册中是“财政第一支部”。请核对支部编号和支部名称。（财政第一支部？）",
        "E323 督查/2026Q1.xlsx 督查打分 B4[财政第一支布]：ZB1 的名称是“财政第一支部”，不是“财政第一支布”。请核对组织编号和组织名称。（财政第一支部？）",
        "E323 督查/2026Q1.xlsx 督查打分 B5[财政第三支部]：ZB2 的名称是“财政第二支部”，不是“财政第三支部”。请核对组织编号和组织名称。",
    ]


def test_a_group_that_is_nearly_one(county, tmp_path):
    county.form("花名册", "层级").row(组织编号="ZB1")["考评组"] = "机关第一组"
    indicators = county.form("考评方案", "指标编号")
    indicators.rows += [{**indicators.row(指标编号="B1"), "指标编号": "B3", "适用单位": "机关一组"}]
    assert [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E414")] == [
        "E414 考评方案.xlsx 指标 C8[机关一组]：适用单位“机关一组”既不是组织编号，也不是考评组。请填写花名册中的组织编号或考评组，或留空。（机关第一组？）",
    ]


# --- what the scheme calls things ----------------------------------------------------------------------------------


def test_words_of_the_scheme_that_are_nearly_right(year, tmp_path):
    year.form("考评方案", "参数").row(参数="打分偏离容差")["参数"] = "打分偏差容差"
    year.form("考评方案", "项目编号").row(项目编号="Z01")["维度"] = "政治合规"
    year.form("指标完成").row(组织编号="ZB1", 指标编号="B1")["指标编号"] = "b01"
    record(year, 项目编号="ZO1")
    told = year.complaints(tmp_path, "2026")
    assert [c for c in told if c[:4] in ("E305", "E328", "E401", "E409")] == [
        "E305 ZB1/2026-03.xlsx 日记录 D4[ZO1]：项目编号“ZO1”不在考评方案的积分项目中。请填写考评方案中的项目编号。（Z01？）",
        "E328 年末/指标完成.xlsx 指标完成 B6[b01]：指标编号“b01”不在考评方案中。请填写考评方案中的指标编号。（B1？）",
        "E401 考评方案.xlsx 参数 A22[打分偏差容差]：参数“打分偏差容差”不认识。请改为方案规定的参数名称。（打分偏离容差？）",
        "E409 考评方案.xlsx 积分项目 B4[政治合规]：积分项目的维度“政治合规”不在党员维度中。请填写党员维度表中的维度。（政治合格？）",
    ]


def test_choices_that_are_nearly_right(county, tmp_path):
    indicators = county.form("考评方案", "赋分方法")
    indicators.row(指标编号="W1").update(赋分方法="直接赋值", 审核="未通过", 数据来源="填报数")
    county.form("花名册", "姓名").row(党员编号="001").update(党员类别="正式党", 积分管理="是的")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E208 考评方案.xlsx 指标 H4[直接赋值]：“赋分方法”只能填：功效系数、五档功效、直接赋分。请从下拉列表中选择。（直接赋分？）",
        "E208 考评方案.xlsx 指标 P4[填报数]：“数据来源”只能填：填报、党员积分均分、支部得分均分、日记录覆盖率、报送率、整改完成率、任务完成率、述职评议得分、支部类别进位数。请从下拉列表中选择。（填报？）",
        "E208 考评方案.xlsx 指标 Q4[未通过]：“审核”只能填：通过、不通过、待审。请从下拉列表中选择。",
        "E208 花名册.xlsx 党员 E4[正式党]：“党员类别”只能填：正式、预备。请从下拉列表中选择。（正式？）",
        "E208 花名册.xlsx 党员 F4[是的]：“积分管理”只能填：是、否。请从下拉列表中选择。",
    ]


# --- people --------------------------------------------------------------------------------------------------------


def test_a_member_by_a_code_without_its_zeros_or_by_the_very_name(county, tmp_path):
    january(county).row(党员编号="001")["党员编号"] = 1
    january(county).row(党员编号="002")["党员编号"] = "110"
    record(county, 党员编号="３", 姓名="甲三")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E301 ZB1/2026-01.xlsx 月打分 A4[1]：党员编号“1”在花名册中没有。请核对编号；新党员请先登记花名册。（001？）",
        "E301 ZB1/2026-01.xlsx 月打分 A5[110]：党员编号“110”在花名册中没有。请核对编号；新党员请先登记花名册。（002？）",
        "E301 ZB1/2026-03.xlsx 日记录 B4[3]：党员编号“3”在花名册中没有。请核对编号；新党员请先登记花名册。（003？）",
    ]


def test_a_member_is_never_matched_by_likeness(county, tmp_path):
    record(county, 党员编号="0O1")
    record(county, 党员编号="l01", 姓名="甲-一")
    record(county, 党员编号="1", 姓名="甲二")  # 001 is 甲一
    record(county, 党员编号="777", 姓名="乙一")  # of the other branch
    record(county, 党员编号="001", 姓名="甲依")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E301 ZB1/2026-03.xlsx 日记录 B4[0O1]：党员编号“0O1”在花名册中没有。请核对编号；新党员请先登记花名册。（001？）",
        "E301 ZB1/2026-03.xlsx 日记录 B5[l01]：党员编号“l01”在花名册中没有。请核对编号；新党员请先登记花名册。",
        "E301 ZB1/2026-03.xlsx 日记录 B6[1]：党员编号“1”在花名册中没有。请核对编号；新党员请先登记花名册。",
        "E301 ZB1/2026-03.xlsx 日记录 B7[777]：党员编号“777”在花名册中没有。请核对编号；新党员请先登记花名册。",
        "E302 ZB1/2026-03.xlsx 日记录 C8[甲依]：001 的姓名是“甲一”，不是“甲依”。请核对党员编号和姓名。",
    ]


def test_of_two_members_of_one_name_neither_is_asked_about(county, tmp_path):
    county.form("花名册", "姓名").row(党员编号="002")["姓名"] = "甲一"
    record(county, 党员编号="777")
    (told,) = [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E301")]
    assert told.endswith("请核对编号；新党员请先登记花名册。")


# --- numbers and days ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("九十", "90"),
        ("九十五点五", "95.5"),
        ("八十分", "80"),
        ("约85", "85"),
        ("85 左右", "85"),
        ("得分：85", "85"),
        ("8O.5", "80.5"),
        ("85。5", "85.5"),
        ("一百", "100"),
        ("壹佰", "100"),
    ],
)
def test_numbers_in_words_and_among_words(county, tmp_path, written, meant):
    county.form("督查打分").row(组织编号="ZB1")["得分"] = written
    assert county.complaints(tmp_path, "2026Q1") == [
        f"E202 督查/2026Q1.xlsx 督查打分 D4[{written}]：“得分”应为数字。请填写阿拉伯数字，不带文字。（{meant}？）"
    ]


@pytest.mark.parametrize("written", ["85或86", "8 5", "85以上", "八十多", "优秀", "一般", "85.555", "八十五分半", "8²"])
def test_words_that_are_no_single_number(county, tmp_path, written):
    county.form("督查打分").row(组织编号="ZB1")["得分"] = written
    assert county.complaints(tmp_path, "2026Q1")[0].endswith(("不带文字。", "（85.56？）"))


@pytest.mark.parametrize(
    "written", ["3.5", 3.5, "3月5号上午", "３月５日", "3/5", "5号", "26.3.5", "2026年3月5号 星期四下午"]
)
def test_days_that_can_only_be_one(county, tmp_path, written):
    record(county, 日期=written)
    told = county.complaints(tmp_path, "2026Q1")
    assert told in (
        [],
        [
            f"E207 ZB1/2026-03.xlsx 日记录 A4[{written}]：“日期”不是可以识别的日期。请写成 2026-03-05 的样子。（2026-03-05？）"
        ],
    )


@pytest.mark.parametrize("written", ["2026/2/30", "2.5", 3.1, "3月5日至6日", "上周五", "3月", "5", "3月32日"])
def test_days_that_could_be_any(county, tmp_path, written):
    record(county, 日期=written)
    assert county.complaints(tmp_path, "2026Q1") == [
        f"E207 ZB1/2026-03.xlsx 日记录 A4[{written}]：“日期”不是可以识别的日期。请写成 2026-03-05 的样子。"
    ]


def test_what_excel_took_for_a_date(county, tmp_path):
    county.set_rule("优秀比例上限", dt.date(2026, 1, 3))
    january(county).row(党员编号="001")["党员编号"] = dt.datetime(2026, 1, 2)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E211 ZB1/2026-01.xlsx 月打分 A4[2026-01-02]：“党员编号”应为编号。请按花名册或考评方案填写编号，单元格设为文本格式。（1-2？）",
        "E403 考评方案.xlsx 参数 B27[2026-01-03]：参数“优秀比例上限”应为0 至 1 之间的分数（文本）。请改正，例如 1/3。（1/3？）",
    ]


def test_values_of_parameters_that_are_nearly_right(county, tmp_path):
    county.set_rule("月积分口径", "党小组评分")
    county.set_rule("支委会调整上限", "五分")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E403 考评方案.xlsx 参数 B21[党小组评分]：参数“月积分口径”应为党小组打分、日记录核算 之一。请改正，例如 党小组打分。（党小组打分？）",
        "E403 考评方案.xlsx 参数 B24[五分]：参数“支委会调整上限”应为不小于 0 的数。请改正，例如 5。（5？）",
    ]

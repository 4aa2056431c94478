"""Problems of single cells: not filled, not readable, out of range, not allowed, doubled; each at its cell, with what was filled in."""

import datetime as dt

import pytest
from factories import County


def january(county, form="月打分", branch="ZB1"):
    return county.form(form, 支部编号=branch, 期间="2026-01")


def test_cells_that_must_be_filled(county, tmp_path):
    county.form("督查打分").row(组织编号="ZB1").update(组织名称=None, 检查单位="　", 得分=None)
    january(county).row(党员编号="001")["品德合格"] = " "
    county.form("季汇总", 支部编号="ZB1").row(党员编号="002")["审定积分"] = None
    january(county, "日记录").add(党员编号="001", 姓名="甲一", 项目编号="Z01")
    county.form("花名册", "姓名").row(党员编号="006")["党员类别"] = None
    county.form("花名册", "层级").row(组织编号="DW1")["窗口单位"] = None
    assert county.complaints(tmp_path, "2026Q1") == [
        "E201 ZB1/2026-01.xlsx 日记录 A4：“日期”没有填写。请填写“日期”。",
        "E201 ZB1/2026-01.xlsx 日记录 E4：“事由”没有填写。请填写“事由”。",
        "E201 ZB1/2026-01.xlsx 月打分 F4：“品德合格”没有填写。请填写“品德合格”。",
        "E201 ZB1/2026Q1.xlsx 季汇总 I5：“审定积分”没有填写。请填写“审定积分”。",
        "E201 督查/2026Q1.xlsx 督查打分 B4：“组织名称”没有填写。请填写“组织名称”。",
        "E201 督查/2026Q1.xlsx 督查打分 C4：“检查单位”没有填写。请填写“检查单位”。",
        "E201 督查/2026Q1.xlsx 督查打分 D4：“得分”没有填写。请填写“得分”。",
        "E201 花名册.xlsx 党员 E9：“党员类别”没有填写。请填写“党员类别”。",
        "E201 花名册.xlsx 党组织 F4：“窗口单位”没有填写。请填写“窗口单位”。",
    ]


def test_numbers_that_are_no_numbers(county, tmp_path):
    january(county).row(党员编号="001").update(
        政治合格="二十", 执行纪律合格="约20", 品德合格=True, 作用发挥合格=dt.date(2026, 1, 20)
    )
    county.form("督查打分").row(组织编号="ZB1")["得分"] = "9o"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E202 ZB1/2026-01.xlsx 月打分 D4[二十]：“政治合格”应为数字。请填写阿拉伯数字，不带文字。（20？）",
        "E202 ZB1/2026-01.xlsx 月打分 E4[约20]：“执行纪律合格”应为数字。请填写阿拉伯数字，不带文字。（20？）",
        "E202 ZB1/2026-01.xlsx 月打分 F4[TRUE]：“品德合格”应为数字。请填写阿拉伯数字，不带文字。",
        "E202 ZB1/2026-01.xlsx 月打分 G4[2026-01-20]：“作用发挥合格”应为数字。请填写阿拉伯数字，不带文字。",
        "E202 督查/2026Q1.xlsx 督查打分 D4[9o]：“得分”应为数字。请填写阿拉伯数字，不带文字。（90？）",
    ]


def test_numbers_with_more_than_two_decimals(county, tmp_path):
    county.form("督查打分").row(组织编号="ZB1")["得分"] = 90.125
    county.form("督查打分").row(组织编号="ZB2")["得分"] = "89.9949"
    january(county).row(党员编号="001")["合计"] = 80.005
    assert county.complaints(tmp_path, "2026Q1") == [
        "E203 ZB1/2026-01.xlsx 月打分 H4[80.005]：“合计”最多两位小数。请四舍五入到两位小数。（80.01？）",
        "E203 督查/2026Q1.xlsx 督查打分 D4[90.125]：“得分”最多两位小数。请四舍五入到两位小数。（90.13？）",
        "E203 督查/2026Q1.xlsx 督查打分 D5[89.9949]：“得分”最多两位小数。请四舍五入到两位小数。（89.99？）",
    ]


def test_numbers_out_of_range(county, tmp_path):
    county.form("督查打分").row(组织编号="ZB1")["得分"] = -0.01
    county.form("督查打分").row(组织编号="ZB2")["得分"] = 100.01
    county.form("考评方案", "项目编号").row(项目编号="Z01")["每月上限"] = -3
    county.form("考评方案", "折算分").row(对象="组织", 等级="优秀")["折算分"] = 120
    assert county.complaints(tmp_path, "2026Q1") == [
        "E204 督查/2026Q1.xlsx 督查打分 D4[-0.01]：“得分”不得小于 0。请填写不小于 0 的数。",
        "E205 督查/2026Q1.xlsx 督查打分 D5[100.01]：“得分”不得大于 100。请填写不大于 100 的数。",
        "E205 考评方案.xlsx 测评等级 C4[120]：“折算分”不得大于 100。请填写不大于 100 的数。",
        "E204 考评方案.xlsx 积分项目 E4[-3]：“每月上限”不得小于 0。请填写不小于 0 的数。",
    ]


def test_numbers_beyond_all_bounds(county, tmp_path):
    county.form("督查打分").row(组织编号="ZB1")["得分"] = 1e15
    county.form("督查打分").row(组织编号="ZB2")["得分"] = "-" + "9" * 40
    assert county.complaints(tmp_path, "2026Q1") == [
        "E212 督查/2026Q1.xlsx 督查打分 D4[1e+15]：“得分”的数太大。请核对后填写。",
        "E212 督查/2026Q1.xlsx 督查打分 D5[-9999999999999999999999999999999999999999]：“得分”的数太大。请核对后填写。",
    ]


def test_votes_that_cannot_be_counted(tmp_path):
    county = County().only("2026")
    votes = county.form("年评议", 支部编号="ZB1").row(党员编号="001")
    votes.update(优秀票=10.5, 合格票=-1, 基本合格票="三", 不合格票=None)
    county.form("满意度测评").row(组织编号="ZB2").update(良好票="1票", 一般票=1e14)
    assert county.complaints(tmp_path, "2026") == [
        "E206 ZB1/年评议.xlsx 年评议 C4[10.5]：“优秀票”应为不小于 0 的整数。请填写票数，没有填 0。",
        "E206 ZB1/年评议.xlsx 年评议 D4[-1]：“合格票”应为不小于 0 的整数。请填写票数，没有填 0。",
        "E206 ZB1/年评议.xlsx 年评议 E4[三]：“基本合格票”应为不小于 0 的整数。请填写票数，没有填 0。（3？）",
        "E201 ZB1/年评议.xlsx 年评议 F4：“不合格票”没有填写。请填写“不合格票”。",
        "E206 年末/测评.xlsx 满意度测评 D6[1票]：“良好票”应为不小于 0 的整数。请填写票数，没有填 0。（1？）",
        "E212 年末/测评.xlsx 满意度测评 E6[100000000000000]：“一般票”的数太大。请核对后填写。",
    ]


@pytest.mark.parametrize("huge", ["1000000000000", 1e12])
def test_a_number_is_too_big_however_it_is_written(county, tmp_path, huge):
    january(county, "日记录").add(
        日期="2026-01-06", 党员编号="001", 姓名="甲一", 项目编号="Z01", 事由="参加党员大会", 分值=huge
    )
    codes = [c.split("[")[0] for c in county.complaints(tmp_path, "2026Q1")]
    assert codes == ["E212 ZB1/2026-01.xlsx 日记录 F4"]


def test_dates_that_are_no_dates(county, tmp_path):
    written = ["2026-02-30", "上周一", "05/13/2026", "2026-01", "13月1日", "1026-01-05", 12, 46027.5, True]
    for n, day in enumerate(written):
        january(county, "日记录").add(日期=day, 党员编号="001", 姓名="甲一", 项目编号="Z01", 事由=f"第{n}次")
    shown = ["2026-02-30", "上周一", "05/13/2026", "2026-01", "13月1日", "1026-01-05", "12", "46027.5", "TRUE"]
    assert county.complaints(tmp_path, "2026Q1") == [
        f"E207 ZB1/2026-01.xlsx 日记录 A{row}[{day}]：“日期”不是可以识别的日期。请写成 2026-03-05 的样子。"
        for row, day in enumerate(shown, start=4)
    ]


def test_words_that_the_form_does_not_offer(county, tmp_path):
    county.form("花名册", "姓名").row(党员编号="001")["党员类别"] = "积极分子"
    county.form("花名册", "层级").row(组织编号="DW1").update(单位性质="企业", 窗口单位="√")
    county.form("考评方案", "项目编号").row(项目编号="Z01")["一票否决"] = "有"
    county.form("考评方案", "赋分方法").row(指标编号="W1")["审核"] = "同意"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E208 考评方案.xlsx 指标 Q4[同意]：“审核”只能填：通过、不通过、待审。请从下拉列表中选择。",
        "E421 考评方案.xlsx 积分项目 G4[有]：一票否决“有”不是可以填的词。"
        "请填 是、否、合格、基本合格、不合格 之一；“是”即最低等次，填等次即最高只能评这个等次。",
        "E208 花名册.xlsx 党员 E4[积极分子]：“党员类别”只能填：正式、预备。请从下拉列表中选择。",
        "E208 花名册.xlsx 党组织 E4[企业]：“单位性质”只能填：机关、事业单位、国有企业。请从下拉列表中选择。",
        "E208 花名册.xlsx 党组织 F4[√]：“窗口单位”只能填：是、否。请从下拉列表中选择。",
    ]


def test_an_unreadable_answer_is_not_taken_for_no(county, tmp_path):
    county.form("花名册", "姓名").row(党员编号="001")["积分管理"] = "参加"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E208 花名册.xlsx 党员 F4[参加]：“积分管理”只能填：是、否。请从下拉列表中选择。"
    ]


def test_rows_that_stand_twice(county, tmp_path):
    sheet = january(county)
    sheet.rows.append(dict(sheet.rows[0]))
    county.form("督查打分").add(组织编号="ZB2", 组织名称="财政第二支部", 检查单位="互检一组", 得分=80)
    county.form("考评方案", "参数").add(参数="小数位", 值=2)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E209 ZB1/2026-01.xlsx 月打分 A7[001]：党员编号 001 重复，另见 ZB1/2026-01.xlsx 月打分 A4。请删去或更正重复的行。",
        "E209 督查/2026Q1.xlsx 督查打分 A6[ZB2 互检一组]：组织编号、检查单位 ZB2 互检一组 重复，另见 督查/2026Q1.xlsx 督查打分 A5。"
        "请删去或更正重复的行。",
        "E209 考评方案.xlsx 参数 A35[小数位]：参数 小数位 重复，另见 考评方案.xlsx 参数 A28。请删去或更正重复的行。",
    ]


def test_an_error_value_pasted_as_text(county, tmp_path):
    county.form("督查打分").row(组织编号="ZB1").update(得分=" #N/A", 组织名称="#CALC!")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E210 督查/2026Q1.xlsx 督查打分 B4[#CALC!]：单元格是错误值。请改正公式或直接填写数值。",
        "E210 督查/2026Q1.xlsx 督查打分 D4[ #N/A]：单元格是错误值。请改正公式或直接填写数值。",
    ]


def test_a_formula_that_failed(county, tmp_path):
    county.form("督查打分").row(组织编号="ZB1")["得分"] = "#REF!"
    entry = {"日期": "2026-01-06", "党员编号": "001", "姓名": "甲一", "项目编号": "Z01", "事由": "参加党员大会"}
    january(county, "日记录").add(**entry, 分值="#VALUE!")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E210 ZB1/2026-01.xlsx 日记录 F4[#VALUE!]：单元格是错误值。请改正公式或直接填写数值。",
        "E210 督查/2026Q1.xlsx 督查打分 D4[#REF!]：单元格是错误值。请改正公式或直接填写数值。",
    ]


def test_a_formula_that_no_program_has_calculated(county, tmp_path):
    january(county).row(党员编号="002")["合计"] = "=SUM(D5:G5)"
    county.form("督查打分").row(组织编号="ZB2")["得分"] = "=90+1"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E213 ZB1/2026-01.xlsx 月打分 H5[=SUM(D5:G5)]：公式未计算。请用 Excel 或 WPS 打开并保存一次。",
        "E213 督查/2026Q1.xlsx 督查打分 D5[=90+1]：公式未计算。请用 Excel 或 WPS 打开并保存一次。",
    ]


def test_codes_that_are_no_codes(county, tmp_path):
    january(county).row(党员编号="001")["党员编号"] = 1.5
    january(county, "月打分", "ZB2").row(党员编号="004")["党员编号"] = dt.date(2026, 1, 4)
    county.form("督查打分").row(组织编号="ZB2")["组织编号"] = True
    assert county.complaints(tmp_path, "2026Q1") == [
        "E326 [ZB2]：财政第二支部（ZB2） 缺 2026Q1 的督查打分。请补上检查单位和得分。",
        "E211 ZB1/2026-01.xlsx 月打分 A4[1.5]：“党员编号”应为编号。请按花名册或考评方案填写编号，单元格设为文本格式。",
        "E211 ZB2/2026-01.xlsx 月打分 A4[2026-01-04]：“党员编号”应为编号。请按花名册或考评方案填写编号，单元格设为文本格式。（1-4？）",
        "E211 督查/2026Q1.xlsx 督查打分 A5[TRUE]：“组织编号”应为编号。请按花名册或考评方案填写编号，单元格设为文本格式。",
    ]


def test_records_that_differ_in_what_cannot_be_read_are_not_the_same(county, tmp_path):
    for day in ("上周一", "上周二"):
        january(county, "日记录").add(日期=day, 党员编号="001", 姓名="甲一", 项目编号="Z01", 事由="参加党员大会")
    assert [c[:4] for c in county.complaints(tmp_path, "2026Q1")] == ["E207", "E207"]


def test_the_same_record_twice(county, tmp_path):
    record = {"日期": dt.date(2026, 1, 6), "党员编号": "001", "姓名": "甲一", "项目编号": "Z01", "事由": "参加党员大会"}
    january(county, "日记录").rows += [
        dict(record),
        {**record, "日期": "2026年1月6日"},
        {**record, "党员编号": "002", "姓名": "甲二"},
    ]
    january(county, "日记录").add(**record)
    assert county.complaints(tmp_path, "2026Q1") == [
        "W201 ZB1/2026-01.xlsx 日记录 B5[001]：与第 4 行的内容完全相同（日记录），两行都计算在内。如系重复登记，请删去一行。",
        "W201 ZB1/2026-01.xlsx 日记录 B7[001]：与第 4 行的内容完全相同（日记录），两行都计算在内。如系重复登记，请删去一行。",
    ]

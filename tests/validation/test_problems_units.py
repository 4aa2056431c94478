"""Problems of units: which branch a form is of, and rows about branches and committees."""

import datetime as dt

from factories import County, FilledForm


def bonus(county, unit="ZB1", kind="个性化", points=2, day=dt.date(2026, 5, 1), review="通过"):
    form = county.form("加减分")
    form.headings = ["组织编号", "类别", "分值", "日期", "事由", "依据", "审核"]
    form.add(组织编号=unit, 类别=kind, 分值=points, 日期=day, 事由="获市级表彰", 依据="市委文件", 审核=review)


def rectification(county, unit="ZB1", **more):
    form = county.form("整改台账")
    form.add(**{"组织编号": unit, "问题": "记录不全", "完成时限": dt.date(2026, 6, 30), "状态": "整改中", **more})


def test_forms_of_a_branch_that_the_roster_does_not_know(county, tmp_path):
    county.form("季汇总", 支部编号="ZB1").labels |= {"支部编号": "ZB3", "支部名称": "财政第三支部"}
    county.form("月打分", 支部编号="ZB2", 期间="2026-01").labels["支部编号"] = 2
    assert county.complaints(tmp_path, "2026Q1") == [
        "E306 ：财政第一支部（ZB1） 缺 2026Q1 的“季汇总”。请 财政第一支部（ZB1） 补报。",
        "E306 ：财政第二支部（ZB2） 缺 2026-01 的“月打分”。请 财政第二支部（ZB2） 补报。",
        "E110 ZB1/2026Q1.xlsx 季汇总 D2[ZB3]：支部编号“ZB3”在花名册中没有。请改为花名册中的组织编号。（ZB1？）",
        "E110 ZB2/2026-01.xlsx 月打分 D2[2]：支部编号“2”在花名册中没有。请改为花名册中的组织编号。（ZB2？）",
    ]


def test_a_branch_form_sent_in_for_a_committee(county, tmp_path):
    county.form("日记录", 支部编号="ZB1", 期间="2026-01").labels |= {"支部编号": "DW1", "支部名称": "财政局机关党委"}
    assert county.complaints(tmp_path, "2026Q1") == [
        "E111 ZB1/2026-01.xlsx 日记录 D2[DW1]：“DW1”是党委，本表由支部填报。请改为支部的组织编号。",
        "W301 ：财政第一支部（ZB1） 没有报 2026-01 的日记录（未报），核算分按起始分计。请 财政第一支部（ZB1） 补报，或确认当月没有记录。",
    ]


def test_a_branch_by_the_name_of_another(county, tmp_path):
    county.form("季汇总", 支部编号="ZB1").labels["支部名称"] = "财政第二支部"
    county.form("月打分", 支部编号="ZB2", 期间="2026-01").labels["支部名称"] = "财政 第二支部"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E112 ZB1/2026Q1.xlsx 季汇总 F2[财政第二支部]：“财政第二支部”不是 ZB1 的名称，花名册中是“财政第一支部”。请核对支部编号和支部名称。",
    ]


def test_forms_of_units_before_they_were_founded(county, tmp_path):
    county.form("花名册", "层级").row(组织编号="ZB2")["启用日期"] = dt.date(2026, 2, 1)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E114 ZB2/2026-01.xlsx 日记录 D2[ZB2]：财政第二支部（ZB2） 在 2026-01 不存在，不应填报“日记录”。请核对支部编号、期间和花名册的启用、撤销日期。",
        "E114 ZB2/2026-01.xlsx 月打分 D2[ZB2]：财政第二支部（ZB2） 在 2026-01 不存在，不应填报“月打分”。请核对支部编号、期间和花名册的启用、撤销日期。",
        "E312 ZB2/2026Q1.xlsx 季汇总 C4[80]：“第一月”80 与计算结果 （空：当月不参评） 不符。请按月打分（日记录）核对后更正。",
        "E312 ZB2/2026Q1.xlsx 季汇总 C5[80]：“第一月”80 与计算结果 （空：当月不参评） 不符。请按月打分（日记录）核对后更正。",
        "E312 ZB2/2026Q1.xlsx 季汇总 C6[80]：“第一月”80 与计算结果 （空：当月不参评） 不符。请按月打分（日记录）核对后更正。",
    ]


def test_rows_of_units_that_the_roster_does_not_know(year, tmp_path):
    year.form("督查打分", 期间="2026Q1").add(组织编号="ZB9", 组织名称="卫健支部", 检查单位="互检一组", 得分=90)
    year.form("指标完成").add(组织编号="ZB9", 指标编号="B1", 实际值=90)
    year.form("监督员评分").add(组织编号="ZB01", 监督员="监督员甲", 得分=90)
    year.form("满意度测评").add(组织编号="ZB9", 测评对象="党员群众", 优秀票=10)
    bonus(year, unit="ZB9")
    rectification(year, unit="ZB9")
    assert year.complaints(tmp_path, "2026") == [
        "E322 年末/加减分.xlsx 加减分 A4[ZB9]：组织编号“ZB9”在花名册中没有。请改为花名册中的组织编号。",
        "E322 年末/指标完成.xlsx 指标完成 A10[ZB9]：组织编号“ZB9”在花名册中没有。请改为花名册中的组织编号。",
        "E322 年末/整改.xlsx 整改台账 A4[ZB9]：组织编号“ZB9”在花名册中没有。请改为花名册中的组织编号。",
        "E322 年末/测评.xlsx 满意度测评 A7[ZB9]：组织编号“ZB9”在花名册中没有。请改为花名册中的组织编号。",
        "E322 年末/监督员.xlsx 监督员评分 A7[ZB01]：组织编号“ZB01”在花名册中没有。请改为花名册中的组织编号。（ZB1？）",
        "E322 督查/2026Q1.xlsx 督查打分 A6[ZB9]：组织编号“ZB9”在花名册中没有。请改为花名册中的组织编号。",
    ]


def test_a_unit_by_another_name(county, tmp_path):
    county.form("督查打分").row(组织编号="ZB1")["组织名称"] = "财政一支部"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E323 督查/2026Q1.xlsx 督查打分 B4[财政一支部]：ZB1 的名称是“财政第一支部”，不是“财政一支部”。请核对组织编号和组织名称。（财政第一支部？）",
    ]


def test_inspections_of_the_wrong_level(year, tmp_path):
    year.form("督查打分", 期间="2026Q1").add(组织编号="DW1", 组织名称="财政局机关党委", 检查单位="互检二组", 得分=90)
    year.form("督查打分", 期间="2026H1").add(组织编号="ZB1", 组织名称="财政第一支部", 检查单位="互检二组", 得分=90)
    assert year.complaints(tmp_path, "2026") == [
        "E324 督查/2026Q1.xlsx 督查打分 A6[DW1]：财政局机关党委（DW1） 是党委，2026Q1 的督查打分只填支部。请核对组织编号和期间。",
        "E324 督查/上半年.xlsx 督查打分 A5[ZB1]：财政第一支部（ZB1） 是支部，2026H1 的督查打分只填党委。请核对组织编号和期间。",
    ]


def test_inspections_of_a_period_that_the_scheme_does_not_count(year, tmp_path):
    late = County().form("督查打分", 期间="2026H1")
    late.file, late.labels = "督查/下半年.xlsx", {"期间": "2026H2"}
    year.forms.append(late)
    assert year.complaints(tmp_path, "2026") == [
        "W309 督查/下半年.xlsx 督查打分 A4[DW1]：财政局机关党委（DW1） 2026H2 的督查打分不计入（考评方案的党委督查期次没有这一期）。请核对期间；要计入的请更改考评方案的党委督查期次。",
    ]
    year.set_rule("党委督查期次", "H1+H2")
    assert year.complaints(tmp_path / "both", "2026") == []


def test_units_that_inspect_themselves(county, tmp_path):
    county.form("督查打分").row(组织编号="ZB1")["检查单位"] = "ZB1"
    county.form("督查打分").row(组织编号="ZB2")["检查单位"] = "财政第二 支部"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E325 督查/2026Q1.xlsx 督查打分 C4[ZB1]：财政第一支部（ZB1） 不能检查自己。请由其他单位互检打分。",
        "E325 督查/2026Q1.xlsx 督查打分 C5[财政第二支部]：财政第二支部（ZB2） 不能检查自己。请由其他单位互检打分。",
    ]


def test_values_of_indicators(year, tmp_path):
    indicators = year.form("考评方案", "指标编号")
    indicators.row(指标编号="B2").update(审核="待审", 权重=20)
    indicators.rows += [
        {
            **indicators.row(指标编号="B2"),
            "指标编号": "B3",
            "指标名称": "支部指标3",
            "审核": "通过",
            "权重": 40,
            "数据来源": "报送率",
        },
    ]
    values = year.form("指标完成")
    values.row(组织编号="ZB1", 指标编号="B1")["指标编号"] = "C1"
    values.row(组织编号="ZB2", 指标编号="B1")["实际值"] = 100.5
    values.row(组织编号="DW1", 指标编号="W1")["实际值"] = -0.5
    values.rows += [
        {"组织编号": "ZB1", "指标编号": "B1", "实际值": 80},
        {"组织编号": "ZB1", "指标编号": "W1", "实际值": 80},
        {"组织编号": "ZB2", "指标编号": "B3", "实际值": 80},
    ]
    assert year.complaints(tmp_path, "2026") == [
        "E330 年末/指标完成.xlsx 指标完成 C4[-0.5]：指标 W1 直接赋分，实际值 -0.5 不在 0 至 100 之间。请填写 0 至 100 的得分。",
        "E328 年末/指标完成.xlsx 指标完成 B6[C1]：指标编号“C1”不在考评方案中。请填写考评方案中的指标编号。",
        "E330 年末/指标完成.xlsx 指标完成 C8[100.5]：指标 B1 直接赋分，实际值 100.5 不在 0 至 100 之间。请填写 0 至 100 的得分。",
        "E329 年末/指标完成.xlsx 指标完成 B11[W1]：指标 W1 不适用于 财政第一支部（ZB1）。请核对组织编号和指标编号。",
        "E340 年末/指标完成.xlsx 指标完成 B12[B3]：指标 B3 由程序计算（数据来源为报送率），不填报。请删去这一行。",
        "W306 年末/指标完成.xlsx 指标完成 B7[B2]：指标 B2 未审核通过，这一行不采用。请确认后删去这一行。",
        "W306 年末/指标完成.xlsx 指标完成 B9[B2]：指标 B2 未审核通过，这一行不采用。请确认后删去这一行。",
        "W402 考评方案.xlsx 指标 Q7[B2]：差异化指标 B2 待审，暂不计分。请在年末考核前审核。",
    ]


def test_bonuses_of_another_year(year, tmp_path):
    bonus(year, day=dt.date(2025, 12, 31))
    bonus(year, unit="DW1", day="2027.1.1")
    assert year.complaints(tmp_path, "2026") == [
        "E333 年末/加减分.xlsx 加减分 D4[2025-12-31]：日期 2025-12-31 不在 2026 年之内。请改正日期，或记入相应年份的表。（2026-12-31？）",
        "E333 年末/加减分.xlsx 加减分 D5[2027-01-01]：日期 2027-01-01 不在 2026 年之内。请改正日期，或记入相应年份的表。（2026-01-01？）",
    ]


def test_a_deduction_that_is_not_the_schemes(year, tmp_path):
    bonus(year, kind="违纪", points=-2)
    bonus(year, unit="DW1", kind="违纪", points=3)
    bonus(year, unit="ZB2", kind="违纪", points=-3)
    assert year.complaints(tmp_path, "2026") == [
        "E334 年末/加减分.xlsx 加减分 C4[-2]：违纪的分值应为 -3，不是 -2。请改为 -3。（-3？）",
        "E334 年末/加减分.xlsx 加减分 C5[3]：违纪的分值应为 -3，不是 3。请改为 -3。（-3？）",
    ]


def test_a_bonus_that_nobody_has_reviewed_yet(year, tmp_path):
    bonus(year, review="待审")
    bonus(year, review="不通过")
    assert year.complaints(tmp_path, "2026") == [
        "W304 年末/加减分.xlsx 加减分 G4[待审]：待审的加减分不计分。请在年末考核前审核为“通过”或“不通过”。",
    ]


def test_a_rectification_done_on_no_day(year, tmp_path):
    rectification(year, 状态="已完成")
    rectification(year, 状态="已完成", 完成日期="5月")
    rectification(year, 状态="已完成", 完成日期=dt.date(2026, 5, 5))
    assert year.complaints(tmp_path, "2026") == [
        "E335 年末/整改.xlsx 整改台账 G4：状态为已完成而没有完成日期。请填写完成日期，或更正状态。",
        "E207 年末/整改.xlsx 整改台账 G5[5月]：“完成日期”不是可以识别的日期。请写成 2026-03-05 的样子。",
    ]


def test_rows_of_units_outside_their_time(year, tmp_path):
    branches = year.form("花名册", "层级")
    branches.add(
        组织编号="ZB0", 组织名称="旧支部", 层级="支部", 上级编号="DW1", 窗口单位="否", 撤销日期=dt.date(2026, 1, 1)
    )
    branches.add(
        组织编号="ZB3", 组织名称="短支部", 层级="支部", 上级编号="DW1", 窗口单位="否", 撤销日期=dt.date(2026, 2, 1)
    )
    for unit, name in (("ZB0", "旧支部"), ("ZB3", "短支部")):
        year.form("督查打分", 期间="2026Q1").add(组织编号=unit, 组织名称=name, 检查单位="互检一组", 得分=90)
        year.form("监督员评分").add(组织编号=unit, 监督员="监督员甲", 得分=90)
        rectification(year, unit=unit)
    assert year.complaints(tmp_path, "2026") == [
        "E338 年末/整改.xlsx 整改台账 A4[ZB0]：旧支部（ZB0） 在 2026 不存在。请核对组织编号，或花名册的启用、撤销日期。",
        "E338 年末/监督员.xlsx 监督员评分 A7[ZB0]：旧支部（ZB0） 在 2026 不存在。请核对组织编号，或花名册的启用、撤销日期。",
        "E338 督查/2026Q1.xlsx 督查打分 A6[ZB0]：旧支部（ZB0） 在 2026Q1 不存在。请核对组织编号，或花名册的启用、撤销日期。",
        "W308 年末/监督员.xlsx 监督员评分 A8[ZB3]：短支部（ZB3） 在 2026 期末不存在，这一行不采用。请核对组织编号，或花名册的启用、撤销日期。",
        "W308 督查/2026Q1.xlsx 督查打分 A7[ZB3]：短支部（ZB3） 在 2026Q1 期末不存在，这一行不采用。请核对组织编号，或花名册的启用、撤销日期。",
    ]


def test_an_objection_of_nobody(county, tmp_path):
    objections = County().form("加减分")
    objections.file, objections.form, objections.labels = "异议.xlsx", "异议登记", {"期间": "2026Q1"}
    objections.headings = ["对象编号", "异议内容", "提出日期"]
    for subject in ("ZB1", "001", "0001"):
        objections.add(对象编号=subject, 异议内容="得分有误", 提出日期=dt.date(2026, 4, 20))
    county.forms.append(objections)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E339 异议.xlsx 加减分 A6[0001]：对象编号“0001”在花名册中没有。请填写组织编号或党员编号。（001？）",
    ]


def test_an_objection_reviewed_on_no_day_or_before_it_was_raised(county, tmp_path):
    heads = "对象编号 异议内容 提出日期 复核结论 复核日期"
    raised = dt.date(2026, 4, 20)
    rows = [
        ["ZB1", "得分有误", raised, None, None],
        ["ZB2", "得分有误", raised, "维持原结果", dt.date(2026, 4, 20)],
        ["001", "得分有误", raised, "维持原结果", None],
        ["002", "得分有误", raised, None, dt.date(2026, 4, 22)],
        ["003", "得分有误", raised, "维持原结果", dt.date(2026, 4, 19)],
        ["004", "得分有误", raised, "维持原结果", "四月"],
    ]
    county.forms.append(FilledForm("异议.xlsx", "异议登记", heads, rows, 期间="2026Q1"))
    assert county.complaints(tmp_path, "2026Q1") == [
        "E207 异议.xlsx 异议登记 E9[四月]：“复核日期”不是可以识别的日期。请写成 2026-03-05 的样子。",
        "W312 异议.xlsx 异议登记 E6：有复核结论而没有复核日期。请填写复核日期。",
        "W313 异议.xlsx 异议登记 D7：有复核日期而没有复核结论。请填写复核结论；还没有复核的，请删去复核日期。",
        "W314 异议.xlsx 异议登记 E8[2026-04-19]：复核日期 2026-04-19 早于提出日期 2026-04-20。请核对这两个日期。",
    ]

"""One slip is one problem: what merely follows from it is not told besides, and comes back if it is still wrong after mending."""

import copy
import datetime as dt

import pytest
from factories import BRANCHES, MEMBERS, County

from lianghua_batch.core import periods
from lianghua_batch.pipeline import process


def monthly(county, branch="ZB1", period="2026-01"):
    return county.form("月打分", 支部编号=branch, 期间=period)


def record(county, member, name, day="2026-01-06", branch="ZB1", **more):
    diary = county.form("日记录", 支部编号=branch, 期间=day[:7])
    diary.add(**{"日期": day, "党员编号": member, "姓名": name, "项目编号": "Z01", "事由": "学习", **more})


def codes(told: list[str]) -> list[str]:
    return [line[:4] for line in told]


# --- a form under another branch's 支部编号 --------------------------------------------------------------------------

STRAYED = "本表 3 名党员中 3 名在 {branch}，支部编号可能填错。请核对支部编号；确在本支部的，请先更正花名册。"


def test_forms_that_two_branches_labelled_with_each_others_code(county, tmp_path):
    first, second = monthly(county, "ZB1"), monthly(county, "ZB2")
    first.labels |= {"支部编号": "ZB2"}
    second.labels |= {"支部编号": "ZB1", "支部名称": "财政第一支部"}
    assert county.complaints(tmp_path, "2026Q1") == [
        f"E119 ZB1/2026-01.xlsx 月打分 D2[ZB2]：{STRAYED.format(branch='财政第一支部（ZB1）')}（ZB1？）",
        f"E119 ZB2/2026-01.xlsx 月打分 D2[ZB1]：{STRAYED.format(branch='财政第二支部（ZB2）')}（ZB2？）",
    ]


@pytest.mark.parametrize("form", ["季汇总", "年评议"])
def test_a_form_under_the_code_of_a_branch_that_has_sent_its_own(tmp_path, form):
    county = County().only("2026")
    period = "2026Q1" if form == "季汇总" else "2026"
    strayed = county.form(form, 支部编号="ZB2", 期间=period)
    strayed.labels["支部编号"] = "ZB1"
    file = strayed.file
    assert county.complaints(tmp_path, "2026") == [
        f"E119 {file} {form} D2[ZB1]：本表 3 名党员中 3 名在 财政第二支部（ZB2），支部编号可能填错。请核对支部编号；确在本支部的，请先更正花名册。（ZB2？）",
    ]


def test_a_diary_under_the_code_of_another_branch(county, tmp_path):
    for member, name in MEMBERS["ZB2"].items():
        record(county, member, name)
        record(county, member, name, day="2026-01-07")
    record(county, "001", "甲一")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E119 ZB1/2026-01.xlsx 日记录 D2[ZB1]：本表 4 名党员中 3 名在 财政第二支部（ZB2），支部编号可能填错。请核对支部编号；确在本支部的，请先更正花名册。（ZB2？）",
        "E303 ZB1/2026-01.xlsx 日记录 B10[001]：甲一（001） 2026-01-06 不在 财政第二支部（ZB2），在财政第一支部（ZB1）。请核对支部编号、日期和花名册的转入、转出日期。",
        "W301 ：财政第一支部（ZB1） 没有报 2026-01 的日记录（未报），核算分按起始分计。请 财政第一支部（ZB1） 补报，或确认当月没有记录。",
    ]


def branch_closes(county, day="2026-05-21"):
    """ZB2 is dissolved on that day; its members are in ZB1 from then on."""
    county.form("花名册", "层级").row(组织编号="ZB2")["撤销日期"] = day
    people = county.form("花名册", "党员编号")
    for member in MEMBERS["ZB2"]:
        before = people.row(党员编号=member)
        people.add(**(before | {"支部编号": "ZB1", "转入日期": day}))
        before["转出日期"] = day


def test_the_last_diary_of_a_branch_that_closes_in_the_month_is_its_own(tmp_path):
    county = County().only("2026-05")
    branch_closes(county)
    for member, name in MEMBERS["ZB2"].items():
        record(county, member, name, day="2026-05-06", branch="ZB2")
    record(county, "004", "乙一", day="2026-05-22", branch="ZB1")
    assert [p for p in county.complaints(tmp_path, "2026Q2") if "日记录 " in p and p[0] == "E"] == []


def test_the_last_diary_of_a_branch_under_the_code_of_its_heir_is_still_named(tmp_path):
    county = County().only("2026-05")
    branch_closes(county)
    for member, name in MEMBERS["ZB2"].items():
        record(county, member, name, day="2026-05-06", branch="ZB1")
    assert codes(p for p in county.complaints(tmp_path, "2026Q2") if "日记录 D2" in p) == ["E119"]


def test_a_review_by_the_branch_that_its_members_were_in_for_half_the_year_is_its_own(tmp_path):
    county = County().only("2026")
    branch_closes(county, day="2026-07-01")
    assert [p for p in county.complaints(tmp_path, "2026") if "年评议.xlsx" in p and "E119" in p] == []


def test_a_few_members_of_another_branch_are_named_one_by_one(county, tmp_path):
    for member, name in list(MEMBERS["ZB2"].items())[:2]:
        record(county, member, name)
    assert codes(county.complaints(tmp_path, "2026Q1")) == ["E303", "E303"]


def test_half_of_a_form_is_not_enough_to_call_it_another_branchs(county, tmp_path):
    for branch in MEMBERS:
        for member, name in MEMBERS[branch].items():
            record(county, member, name)
    assert codes(county.complaints(tmp_path, "2026Q1")) == ["E303", "E303", "E303"]


# --- one wrong 月打分 cell -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"政治合格": 26}, ["E309", "E310", "E311"]),
        ({"政治合格": 10, "合计": 70}, ["E311"]),
        ({"政治合格": 21}, ["E310"]),
        ({"政治合格": -1, "合计": 59, "说明": "违纪"}, ["E204"]),
        ({"政治合格": "二十一"}, ["E202"]),
        ({"政治合格": 20.125}, ["E203"]),
        ({"免评原因": "借调"}, ["E308"]),
        ({"政治合格": 21, "合计": 81, "姓名": "甲二"}, ["E302"]),
    ],
)
def test_a_wrong_month_is_not_held_against_the_summary(county, tmp_path, cells, told):
    monthly(county).row(党员编号="001").update(cells)
    assert sorted(codes(county.complaints(tmp_path, "2026Q1"))) == told


def test_the_summary_is_judged_again_once_the_month_is_mended(county, tmp_path):
    monthly(county).row(党员编号="001").update(政治合格=21, 合计=81)
    assert codes(county.complaints(tmp_path, "2026Q1")) == ["E312", "E312", "E313"]


def test_the_summary_of_others_and_its_other_rules_are_judged_all_the_same(county, tmp_path):
    monthly(county).row(党员编号="001")["政治合格"] = 21
    summary = county.form("季汇总", 支部编号="ZB1")
    summary.row(党员编号="001").update(支委会调整=9, 审定积分=101)
    summary.row(党员编号="002")["第一月"] = 81
    assert codes(county.complaints(tmp_path, "2026Q1")) == ["E310", "E315", "E316", "E314", "E312"]


def test_a_record_under_a_wrong_code_is_not_held_against_its_members_month(county, tmp_path):
    record(county, "1", "甲一", 项目编号="J09")
    monthly(county).row(党员编号="001").update(执行纪律合格=10, 合计=70)
    county.form("季汇总", 支部编号="ZB1").row(党员编号="001").update(第一月=70, 季度积分=76.67, 审定积分=76.67)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E301 ZB1/2026-01.xlsx 日记录 B4[1]：党员编号“1”在花名册中没有。请核对编号；新党员请先登记花名册。（001？）",
    ]


def test_a_wrong_record_is_not_held_against_the_month(county, tmp_path):
    record(county, "001", "甲一", 分值="减十分", 项目编号="J09")
    monthly(county).row(党员编号="001").update(执行纪律合格=10, 合计=70)
    county.form("季汇总", 支部编号="ZB1").row(党员编号="001").update(第一月=70, 季度积分=76.67, 审定积分=76.67)
    record(county, "002", "甲二", 项目编号="J90")
    monthly(county).row(党员编号="002").update(执行纪律合格=10, 合计=70)
    county.form("季汇总", 支部编号="ZB1").row(党员编号="002").update(第一月=70, 季度积分=76.67, 审定积分=76.67)
    assert codes(county.complaints(tmp_path, "2026Q1")) == ["E202", "E305"]


# --- forms sent twice, columns and codes that are missing ------------------------------------------------------------


@pytest.mark.parametrize("form", ["月打分", "日记录", "季汇总", "年评议"])
def test_a_form_sent_twice_is_one_problem(tmp_path, form):
    county = County().only("2026")
    period = {"季汇总": "2026Q1", "年评议": "2026"}.get(form, "2026-01")
    for member, name in MEMBERS["ZB1"].items():
        record(county, member, name, 分值=0)
    again = copy.deepcopy(county.form(form, 支部编号="ZB1", 期间=period))
    again.file = "补报/再报.xlsx"
    changed = {
        "月打分": {"政治合格": 21, "合计": 81},
        "日记录": {"事由": "参加活动"},
        "年评议": {"优秀票": 2, "合格票": 1},
    }
    again.rows[0].update(changed.get(form, {"支委会调整": 1, "调整原因": "表现突出", "审定积分": 81}))
    county.forms.append(again)
    other, cell = county.form(form, 支部编号="ZB1", 期间=period).file, "B4" if form == "日记录" else "A4"
    assert county.complaints(tmp_path, "2026") == [
        f"E113 补报/再报.xlsx {form} {cell}[001]：财政第一支部（ZB1） 的“{form}”（{period}）有两份写着党员 甲一（001） 等 3 名："
        f"{other} {form} {cell} 和 补报/再报.xlsx {form} {cell}。请只保留正确的一份；分开填报的，同一名党员只写在一份里。",
    ]


def test_two_schemes_are_one_problem_a_sheet(county, tmp_path):
    again = copy.deepcopy(county.form("考评方案", "下限"))
    again.file = "旧/考评方案.xlsx"
    again.row(对象="组织", 等次="优秀")["下限"] = 92
    county.forms.append(again)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E416 考评方案.xlsx 等次：2026 年的考评方案有两份，另一份在 旧/考评方案.xlsx 等次。请只保留一份。",
    ]


def test_a_form_without_the_column_of_codes_lacks_nobody(county, tmp_path):
    monthly(county).headings[0] = "序号"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E105 ZB1/2026-01.xlsx 月打分：缺少必填的列“党员编号”。请补上列“党员编号”，列名与模板一致。",
        "W101 ZB1/2026-01.xlsx 月打分 A3[序号]：多出的列“序号”没有读取。请确认该列不含应上报的内容。",
    ]


def test_a_member_whose_row_has_a_wrong_code_does_not_lack_a_row(year, tmp_path):
    monthly(year).row(党员编号="001")["党员编号"] = "0O1"
    year.form("季汇总", 支部编号="ZB1", 期间="2026Q2").row(党员编号="002")["党员编号"] = None
    year.form("年评议", 支部编号="ZB2").row(党员编号="004")["党员编号"] = "4"
    assert year.complaints(tmp_path, "2026") == [
        "E301 ZB1/2026-01.xlsx 月打分 A4[0O1]：党员编号“0O1”在花名册中没有。请核对编号；新党员请先登记花名册。（001？）",
        "E201 ZB1/2026Q2.xlsx 季汇总 A5：“党员编号”没有填写。请填写“党员编号”。",
        "E301 ZB2/年评议.xlsx 年评议 A4[4]：党员编号“4”在花名册中没有。请核对编号；新党员请先登记花名册。（004？）",
    ]


# --- numbers that are lacking for another reason ---------------------------------------------------------------------


@pytest.mark.parametrize("lacking", ["年评议", "月打分"])
def test_an_indicator_that_lacks_its_number_because_a_form_is_missing(year, tmp_path, lacking):
    indicators = year.form("考评方案", "指标编号")
    for code in ("B2", "W2"):
        indicators.row(指标编号=code)["数据来源"] = "党员积分均分"
    values = year.form("指标完成")
    values.rows = [r for r in values.rows if r["指标编号"] not in ("B2", "W2")]
    for branch in BRANCHES:
        dropped = [f for f in year.forms if f.form == lacking and f.labels["支部编号"] == branch]
        for form in dropped[:1]:
            year.forms.remove(form)
    period = "2026" if lacking == "年评议" else "2026-01"
    assert year.complaints(tmp_path, "2026") == [
        f"E306 ：财政第一支部（ZB1） 缺 {period} 的“{lacking}”。请 财政第一支部（ZB1） 补报。",
        f"E306 ：财政第二支部（ZB2） 缺 {period} 的“{lacking}”。请 财政第二支部（ZB2） 补报。",
    ]


def test_a_committee_whose_branches_have_no_score_for_another_reason(year, tmp_path):
    year.form("考评方案", "指标编号").row(指标编号="W2")["数据来源"] = "支部得分均分"
    values = year.form("指标完成")
    values.rows.remove(values.row(组织编号="DW1", 指标编号="W2"))
    year.form("监督员评分").rows = [r for r in year.form("监督员评分").rows if r["组织编号"] == "DW1"]
    assert codes(year.complaints(tmp_path, "2026")) == ["E331", "E331"]


def test_a_branch_without_members_in_the_quarter_only_because_a_form_is_missing(county, tmp_path):
    county.set_rule("无参评党员时", "报错")
    county.drop("月打分", 支部编号="ZB2", 期间="2026-01")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E306 ：财政第二支部（ZB2） 缺 2026-01 的“月打分”。请 财政第二支部（ZB2） 补报。",
    ]


def test_a_computed_number_that_direct_marking_cannot_take(year, tmp_path):
    year.form("考评方案", "指标编号").row(指标编号="W2")["数据来源"] = "支部得分均分"
    values = year.form("指标完成")
    values.rows.remove(values.row(组织编号="DW1", 指标编号="W2"))
    for row in values.rows:
        row["实际值"] = 100
    for form in year.forms:
        for row in form.rows if form.form in ("督查打分", "监督员评分") else ():
            row["得分"] = 100
    bonuses = year.form("加减分")
    for branch in BRANCHES:
        bonuses.add(
            组织编号=branch, 类别="个性化", 分值=5, 日期=dt.date(2026, 5, 1), 事由="表彰", 依据="文件", 审核="通过"
        )
    assert year.complaints(tmp_path, "2026") == [
        "E341 考评方案.xlsx 指标 H5[105]：指标 W2 直接赋分，财政局机关党委（DW1） 的“支部得分均分”105 不在 0 至 100 之间。请在考评方案中为该指标改用其他赋分方法（功效系数、五档功效）。",
    ]


# --- the scheme ------------------------------------------------------------------------------------------------------


def test_an_indicator_that_cannot_be_read_is_one_problem(year, tmp_path):
    year.form("考评方案", "指标编号").row(指标编号="B1")["权重"] = "六十"
    assert year.complaints(tmp_path, "2026") == [
        "E202 考评方案.xlsx 指标 G6[六十]：“权重”应为数字。请填写阿拉伯数字，不带文字。（60？）",
    ]


def test_a_project_that_cannot_be_read_is_one_problem(county, tmp_path):
    county.form("考评方案", "项目编号").row(项目编号="Z01")["分值"] = "加一分"
    for member, name in MEMBERS["ZB1"].items():
        record(county, member, name)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E202 考评方案.xlsx 积分项目 D4[加一分]：“分值”应为数字。请填写阿拉伯数字，不带文字。（1？）",
    ]


def test_a_lower_bound_that_cannot_be_read_is_one_problem(county, tmp_path):
    county.form("考评方案", "下限").row(对象="组织", 等次="良好")["下限"] = "八十五"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E202 考评方案.xlsx 等次 C5[八十五]：“下限”应为数字。请填写阿拉伯数字，不带文字。（85？）",
    ]


# --- without 花名册 or 考评方案 --------------------------------------------------------------------------------------


def faulty_cells(county):
    monthly(county).row(党员编号="001").update(政治合格="二十", 合计=-1)
    county.form("督查打分").row(组织编号="ZB1").update(得分=101, 检查单位=None)
    county.form("季汇总", 支部编号="ZB2").rows[1]["党员编号"] = None


CELLS = [
    "E201 ZB2/2026Q1.xlsx 季汇总 A5：“党员编号”没有填写。请填写“党员编号”。",
    "E201 督查/2026Q1.xlsx 督查打分 C4：“检查单位”没有填写。请填写“检查单位”。",
    "E205 督查/2026Q1.xlsx 督查打分 D4[101]：“得分”不得大于 100。请填写不大于 100 的数。",
]
MARKS = "E202 ZB1/2026-01.xlsx 月打分 D4[二十]：“政治合格”应为数字。请填写阿拉伯数字，不带文字。（20？）"
SUM = "E204 ZB1/2026-01.xlsx 月打分 H4[-1]：“合计”不得小于 0。请填写不小于 0 的数。"


def test_without_the_roster_all_cells_are_checked(county, tmp_path):
    faulty_cells(county)
    county.drop("花名册", "层级")
    county.form("花名册", "姓名").row(党员编号="001")["党员类别"] = None
    county.form("考评方案", "下限").row(对象="组织", 等次="良好")["下限"] = 90
    assert county.complaints(tmp_path, "2026Q1") == [
        MARKS,
        SUM,
        *CELLS,
        "E406 考评方案.xlsx 等次 C5[90]：组织等次的下限 90 重复。请使各档下限不同。",
        "E116 花名册.xlsx：“花名册”没有“党组织”表。请补上“党组织”工作表，表头与模板一致。",
        "E201 花名册.xlsx 党员 E4：“党员类别”没有填写。请填写“党员类别”。",
    ]


@pytest.mark.parametrize("absent", ["满分", None])
def test_without_the_scheme_all_cells_are_checked_but_those_of_its_own_columns(county, tmp_path, absent):
    faulty_cells(county)
    missing = "E115 ：没有找到“考评方案”。请放入 2026 年的“考评方案”（可用 init 生成）。"
    if absent is None:
        county.forms = [f for f in county.forms if f.form != "考评方案"]
    else:
        county.drop("考评方案", absent)
        missing = "E116 考评方案.xlsx：“考评方案”没有“党员维度”表。请补上“党员维度”工作表，表头与模板一致。"
    county.form("花名册", "姓名").row(党员编号="001")["支部编号"] = "ZB9"
    told = county.complaints(tmp_path, "2026Q1")
    assert missing in told
    assert [c for c in told if c != missing] == [
        SUM,
        *CELLS,
        "E508 花名册.xlsx 党员 C4[ZB9]：支部编号“ZB9”在花名册的党组织中没有。请填写支部的组织编号。",
    ]


def test_a_draft_leaves_both_branches_of_a_strayed_form_out(county, tmp_path):
    county.form("花名册", "层级").add(组织编号="ZB3", 组织名称="离退休支部", 层级="支部", 上级编号="DW1", 窗口单位="否")
    county.form("督查打分").add(组织编号="ZB3", 组织名称="离退休支部", 检查单位="互检一组", 得分=90)
    monthly(county, "ZB2").labels["支部编号"] = "ZB1"
    outcome = process.process_draft(county.write(tmp_path), periods.parse("2026Q1"), {})
    assert {each.unit.id for each in outcome.results.draft.left_out} == {"ZB1", "ZB2"}

"""What follows from an error is not told besides: unread cells, wrong base forms, diaries that a 每年上限 carries over."""

import datetime as dt

import pytest
from factories import MEMBERS, County, complaints, told

from lianghua_batch.cli import output
from lianghua_batch.core import form_definitions
from lianghua_batch.validation import filing_status
from lianghua_batch.validation.grouping import ProblemLine


def monthly(county, branch="ZB1"):
    return county.form("月打分", 支部编号=branch, 期间="2026-01")


def without_warnings(told_lines):
    return [line for line in told_lines if line.startswith("E")]


# --- unread cells and codes ----------------------------------------------------------------------------------------


def test_approved_points_are_not_judged_where_the_adjustment_cannot_be_read(county, tmp_path):
    row = county.form("季汇总", 支部编号="ZB1").row(党员编号="001")
    row.update(支委会调整="五", 调整原因="表现突出", 审定积分=85)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E202 ZB1/2026Q1.xlsx 季汇总 G4[五]：“支委会调整”应为数字。请填写阿拉伯数字，不带文字。（5？）",
    ]


def test_a_code_and_a_name_of_two_members_are_not_asked_about(county, tmp_path):
    monthly(county).row(党员编号="001").update(党员编号="1", 姓名="甲二")
    (found,) = [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E301")]
    assert found == "E301 ZB1/2026-01.xlsx 月打分 A4[1]：党员编号“1”在花名册中没有。请核对编号；新党员请先登记花名册。"


def test_a_member_who_has_a_row_is_not_meant_by_another(county, tmp_path):
    monthly(county).add(**monthly(county).row(党员编号="001") | {"党员编号": "1"})
    assert county.complaints(tmp_path, "2026Q1") == [
        "E301 ZB1/2026-01.xlsx 月打分 A7[1]：党员编号“1”在花名册中没有。请核对编号；新党员请先登记花名册。",
    ]


def test_words_for_an_excused_member_among_the_scores(county, tmp_path):
    marks = {"政治合格": "免评", "执行纪律合格": "/", "品德合格": "-", "作用发挥合格": "—"}
    monthly(county).row(党员编号="001").update(marks | {"合计": None})
    assert county.complaints(tmp_path, "2026Q1") == [
        f"E216 ZB1/2026-01.xlsx 月打分 {cell}4[{mark}]：“{heading}”填的是“{mark}”。如是免评，请在“免评原因”中填写，各维度留空。"
        for cell, (heading, mark) in zip("DEFG", marks.items(), strict=True)
    ]


# --- 每年上限 ------------------------------------------------------------------------------------------------------


def with_records(project):
    county = County().only("2026")
    county.set_rule("月积分口径", "日记录核算")
    for month in (1, 4):
        diary = county.form("日记录", 支部编号="ZB1", 期间=f"2026-0{month}")
        cells = {"日期": dt.date(2026, month, 6), "党员编号": "001", "姓名": "甲一", "事由": "学习"}
        diary.add(**cells, 项目编号=project if month == 1 else "Z01")
    county.form("季汇总", 支部编号="ZB1", 期间="2026Q2").row(党员编号="001").update(第一月=79, 季度积分=79, 审定积分=79)
    return county


def test_later_months_are_not_judged_by_a_diary_with_an_error_before_a_yearly_cap(tmp_path):
    expected = [
        "E305 ZB1/2026-01.xlsx 日记录 D4[Q77]：项目编号“Q77”不在考评方案的积分项目中。请填写考评方案中的项目编号。"
    ]
    assert without_warnings(with_records("Q77").complaints(tmp_path, "2026Q2")) == expected


def test_later_months_are_judged_once_the_diary_is_mended_or_where_there_is_no_cap(tmp_path):
    mended = without_warnings(with_records("Z01").complaints(tmp_path / "mended", "2026Q2"))
    assert [c[:4] for c in mended] == ["E312", "E312", "E313"]
    county = with_records("Q77")
    county.form("考评方案", "每年上限").row(项目编号="Z01")["每年上限"] = None
    uncapped = without_warnings(county.complaints(tmp_path / "uncapped", "2026Q2"))
    assert [c[:4] for c in uncapped] == ["E305", "E312", "E312", "E313"]


# --- 花名册 and 考评方案 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sheet", "heading"), [("党员", "党员编号"), ("党员", "姓名"), ("党组织", "组织编号")])
def test_a_roster_without_a_column_is_not_held_against_anyone(county, tmp_path, sheet, heading):
    form = county.form("花名册", "姓名" if sheet == "党员" else "层级")
    form.headings[form.headings.index(heading)] = "某列"
    monthly(county).row(党员编号="001")["合计"] = "八十多"
    found = [c for c in county.complaints(tmp_path, "2026Q1") if not c.startswith("W101")]
    assert [c[:4] for c in found] == ["E202", "E105", "W405"]
    assert found[-1] == "W405 花名册.xlsx：花名册有错误，与它的核对没有进行。请先改正。"


@pytest.mark.parametrize(("heading", "value"), [("维度", None), ("满分", "二十五"), ("满分", None)])
def test_an_unreadable_dimension_is_not_held_against_anyone(county, tmp_path, heading, value):
    county.form("考评方案", "起始分").rows[3][heading] = value
    outcome = county.process(tmp_path, "2026Q1")
    assert {p.place.file for p in outcome.problems if p.message not in _START} == {"考评方案.xlsx"}
    assert [told(p) for p in outcome.problems if p.code == "W405"] == [
        "W405 考评方案.xlsx：考评方案有错误，与它的核对没有进行。请先改正。"
    ]


_START = tuple(f"“{form}”没有数据行" for form in ("日记录", "加减分", "整改台账"))


def test_a_missing_dimension_is_not_held_against_anyone(county, tmp_path):
    county.form("考评方案", "起始分").rows.pop()
    assert county.complaints(tmp_path, "2026Q1") == [
        "E407 考评方案.xlsx 党员维度 B4[75]：各维度满分合计应为 100，现为 75。请调整满分，使合计为 100。",
    ]


@pytest.mark.parametrize("reason", [None, "长期患病"])
def test_taking_part_that_cannot_be_read_is_one_problem(county, tmp_path, reason):
    county.form("花名册", "姓名").row(党员编号="001").update(积分管理="√", 不参加原因=reason)
    if reason:
        for form in (f for f in county.forms if f.form in ("月打分", "季汇总") and f.labels["支部编号"] == "ZB1"):
            form.rows.remove(form.row(党员编号="001"))
    assert county.complaints(tmp_path, "2026Q1") == [
        "E208 花名册.xlsx 党员 F4[√]：“积分管理”只能填：是、否。请从下拉列表中选择。",
    ]


# --- whose a form is -----------------------------------------------------------------------------------------------


def test_a_strayed_form_is_its_true_branchs_and_none_of_the_labelled_ones(county, tmp_path):
    monthly(county, "ZB2").labels["支部编号"] = "ZB1"
    outcome = county.process(tmp_path, "2026Q1")
    (found,) = [p for p in outcome.problems if p.severity == "error"]
    assert (found.code, found.unit, found.other_unit) == ("E119", "ZB2", "ZB1")
    told_of = filing_status.filing_status(outcome.county, outcome.problems, dt.date(2027, 3, 1), outcome.base_files)
    label = form_definitions.definitions()["monthly_score"].label
    states = {
        (line.unit.id, e.state)
        for line in told_of.lines
        for e in line.entries
        if form_definitions.definitions()[e.form].label == label and str(e.period) == "2026-01"
    }
    assert states == {("ZB1", filing_status.FILED), ("ZB2", filing_status.FAULTY)}


def test_a_form_under_the_code_of_a_committee_is_checked_as_its_members_branchs(county, tmp_path):
    monthly(county).labels |= {"支部编号": "DW1"}
    assert county.complaints(tmp_path, "2026Q1") == [
        "E111 ZB1/2026-01.xlsx 月打分 D2[DW1]：“DW1”是党委，本表由支部填报。请改为支部的组织编号。（ZB1？）",
    ]


def test_a_form_under_the_code_of_a_committee_of_nobody_in_particular(county, tmp_path):
    form = monthly(county)
    form.labels |= {"支部编号": "DW1", "支部名称": "财政局机关党委"}
    form.rows = form.rows[:1]
    assert MEMBERS["ZB1"]
    assert county.complaints(tmp_path, "2026Q1") == [
        "E306 ：财政第一支部（ZB1） 缺 2026-01 的“月打分”。请 财政第一支部（ZB1） 补报。",
        "E111 ZB1/2026-01.xlsx 月打分 D2[DW1]：“DW1”是党委，本表由支部填报。请改为支部的组织编号。",
    ]


# --- remedies ------------------------------------------------------------------------------------------------------


def test_a_share_beside_standard_values_of_tens(tmp_path):
    county = County().only("2026")
    indicator = county.form("考评方案", "指标编号").row(指标编号="B1")
    indicator.update(赋分方法="功效系数", 满意值=95, 不允许值=60)
    values = county.form("指标完成")
    values.row(组织编号="ZB1", 指标编号="B1")["实际值"] = 0.95
    assert county.complaints(tmp_path, "2026") == [
        "W311 年末/指标完成.xlsx 指标完成 C6[0.95]：实际值 0.95 小于 1，而标准值在 60 以上。如是百分数，请填 95 而不是 0.95。（95？）",
    ]
    indicator.update(满意值=1, 不允许值=0)
    assert county.complaints(tmp_path / "shares", "2026") == []


def test_a_remedy_that_says_it_already_is_not_followed_by_the_question(tmp_path):
    county = County().only("2026")
    bonus = {"组织编号": "ZB1", "类别": "违纪", "日期": dt.date(2026, 5, 6), "事由": "处分", "审核": "通过"}
    county.form("加减分").add(**bonus, 分值=-2)
    county.form("季汇总", 支部编号="ZB1", 期间="2026Q1").row(党员编号="001").update(季度积分=81)
    outcome = county.process(tmp_path, "2026")
    lines = {p.code: output.entry_line(ProblemLine((p,))) for p in outcome.problems}
    assert complaints(outcome)
    assert lines["E334"].endswith("请改为 -3。")
    assert lines["E312"].endswith("请按月打分（日记录）核对后更正（是否为“80”？）。")

"""One form of a branch and period in several sheets: one a 党小组 is one form; a member in two is an error (spec §2)."""

import copy
import datetime as dt

import pytest
from factories import MEMBERS, County, complaints, told

from lianghua_batch.core import periods
from lianghua_batch.pipeline import process
from lianghua_batch.scoring import results

PERIODS = {"日记录": "2026-01", "月打分": "2026-01", "季汇总": "2026Q1", "年评议": "2026"}


def with_diary() -> County:
    county = County().only("2026")
    for branch, members in MEMBERS.items():
        diary = county.form("日记录", 支部编号=branch, 期间="2026-01")
        for code, name in members.items():
            diary.add(日期=dt.date(2026, 1, 6), 党员编号=code, 姓名=name, 项目编号="Z01", 事由="学习", 分值=0.5)
    return county


def split(county: County, form: str, file: str = "ZB1/第二党小组.xlsx"):
    """Move the last member of ZB1's form to a form of its own; return that."""
    first = county.form(form, 支部编号="ZB1", 期间=PERIODS[form])
    second = copy.deepcopy(first)
    first.rows, second.rows = first.rows[:-1], second.rows[-1:]
    second.file, second.sheet = file, f"{form}2"
    county.forms.append(second)
    return second


@pytest.mark.parametrize("form", PERIODS)
def test_parts_without_a_common_member_are_one_form(tmp_path, form):
    whole = with_diary().process(tmp_path / "whole", "2026")
    county = with_diary()
    split(county, form)
    parts = county.process(tmp_path / "parts", "2026")
    assert complaints(parts) == []
    assert results.as_json(parts.results) == results.as_json(whole.results)


@pytest.mark.parametrize("form", PERIODS)
def test_a_member_in_two_parts_is_an_error_that_names_both_places(tmp_path, form):
    county = with_diary()
    second = split(county, form)
    first = county.form(form, 支部编号="ZB1", 期间=PERIODS[form])
    second.rows.append(copy.deepcopy(first.row(党员编号="002")))
    column = "B" if form == "日记录" else "A"
    assert county.complaints(tmp_path, "2026") == [
        f"E113 ZB1/第二党小组.xlsx {form}2 {column}5[002]：财政第一支部（ZB1） 的“{form}”（{PERIODS[form]}）有两份写着党员 甲二（002）："
        f"{first.file} {form} {column}5 和 ZB1/第二党小组.xlsx {form}2 {column}5。请只保留正确的一份；分开填报的，同一名党员只写在一份里。"
    ]


def test_one_code_in_other_case_and_width_is_one_member(tmp_path):
    county = County().only("2026Q1")
    for form in county.forms:
        for row in form.rows:
            if row.get("党员编号") == "001":
                row["党员编号"] = "a1"
    again = copy.deepcopy(county.form("月打分", 支部编号="ZB1", 期间="2026-01"))
    again.file, again.rows = "补.xlsx", [again.rows[0] | {"党员编号": "Ａ1", "政治合格": 21, "合计": 81}]
    county.forms.append(again)
    assert [c.split("：")[0] for c in county.complaints(tmp_path, "2026Q1")] == ["E113 补.xlsx 月打分 A4[a1]"]


def test_two_forms_of_one_month_while_another_is_missing_ask_about_the_period(tmp_path):
    county = County().only("2026Q1")
    county.form("月打分", 支部编号="ZB1", 期间="2026-02").labels["期间"] = "2026-01"
    found = [c for c in county.complaints(tmp_path, "2026Q1") if not c.startswith("W103")]
    assert found == [
        "E306 ：财政第一支部（ZB1） 缺 2026-02 的“月打分”。请 财政第一支部（ZB1） 补报。"
    ]  # a copy, cell for cell
    county.form("月打分", 支部编号="ZB1", 期间="2026-01").rows[0].update(政治合格=21, 合计=81)
    assert county.complaints(tmp_path, "2026Q1")[-1] == (
        "E113 ZB1/2026-02.xlsx 月打分 H2[2026-01]：财政第一支部（ZB1） 的“月打分”（2026-01）有两份写着党员 甲一（001） 等 3 名："
        "ZB1/2026-01.xlsx 月打分 A4 和 ZB1/2026-02.xlsx 月打分 A4；2026-02 的没有报，请核对是否期间填错。"
        "请只保留正确的一份；分开填报的，同一名党员只写在一份里。（2026-02？）"
    )


def test_a_member_whom_no_part_holds_is_missing_once(tmp_path):
    county = with_diary()
    split(county, "月打分").rows.clear()
    errors = [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E")]
    assert errors == [
        "E307 ZB1/第二党小组.xlsx 月打分2[003]：甲三（003） 缺 2026-01 的月打分。请补上该党员的一行；确属免评的填写免评原因。"
    ]


# --- what is wrong by itself is told in the first round --------------------------------------------------------------


def with_local_errors() -> County:
    county = County().only("2026")
    summary = county.form("季汇总", 支部编号="ZB1", 期间="2026Q1")
    summary.row(党员编号="001").update(支委会调整=1, 审定积分=81)
    diary = county.form("日记录", 支部编号="ZB1", 期间="2026-02")
    diary.add(日期=dt.date(2026, 3, 6), 党员编号="001", 姓名="甲一", 项目编号="Z01", 事由="学习", 分值=0)
    county.form("整改台账").add(组织编号="ZB1", 问题="缺记录", 完成时限=dt.date(2026, 5, 1), 状态="已完成")
    county.form("满意度测评").row(组织编号="ZB1").update(优秀票=0)
    county.form("加减分").add(
        组织编号="ZB1", 类别="个性化", 分值=1, 日期=dt.date(2025, 5, 1), 事由="表彰", 依据="文件", 审核="通过"
    )
    return county


LOCAL = ["E304", "E316", "E333", "E335", "E321"]


@pytest.mark.parametrize("spoilt", ["nothing", "a 参数", "no 花名册", "no 考评方案", "a month"])
def test_what_a_row_has_wrong_by_itself_is_told_in_the_first_round(tmp_path, spoilt):
    county = with_local_errors()
    if spoilt == "a 参数":
        county.set_rule("督查权重", 30)
    elif spoilt == "no 花名册":
        county.forms = [f for f in county.forms if f.form != "花名册"]
    elif spoilt == "no 考评方案":
        county.forms = [f for f in county.forms if f.form != "考评方案"]
    elif spoilt == "a month":
        county.form("月打分", 支部编号="ZB1", 期间="2026-01").row(党员编号="001")["合计"] = 99
    codes = [c[:4] for c in county.complaints(tmp_path, "2026")]
    votes_unread = spoilt == "no 考评方案"  # what a ballot is called stands in it
    assert [code for code in LOCAL if code in codes] == [c for c in LOCAL if not (votes_unread and c == "E321")]


def test_what_was_left_unchecked_for_a_wrong_month_is_named(tmp_path):
    county = County().only("2026Q1")
    county.form("月打分", 支部编号="ZB1", 期间="2026-01").row(党员编号="001")["合计"] = 99
    county.form("季汇总", 支部编号="ZB1").row(党员编号="001")["季度积分"] = 70
    outcome = process.process(county.write(tmp_path), periods.parse("2026Q1"))
    assert [told(p) for p in outcome.problems if p.code == "W319"] == [
        "W319 ZB1/2026Q1.xlsx 季汇总：本表的数没有全部核对：依据的月打分、日记录中有错误。请先改正。"
    ]
    assert [c[:4] for c in complaints(outcome)] == ["E310"]

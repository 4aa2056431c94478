"""`check`: which problems are whose, a month, forms that are not due yet, 花名册 and 考评方案 alone, warnings of times before."""

import datetime as dt

import pytest
from factories import County, complaints, told
from helpers import invoke

from lianghua_batch.core import periods
from lianghua_batch.pipeline import process
from lianghua_batch.validation import grouping


def groups(outcome) -> dict[str, list[str]]:
    """The codes under each heading of the list."""
    listed = grouping.by_unit(outcome.problems, outcome.base_files)
    return {g.title(outcome.unit_names): [e.first.code for e in g.entries if e.first.code != "W104"] for g in listed}


# --- whose a problem is --------------------------------------------------------------------------------------------


def test_problems_of_a_form_of_the_county_are_under_it_and_not_under_a_branch(tmp_path):
    county = County().only("2026")
    county.form("督查打分", 期间="2026Q1").row(组织编号="ZB1")["得分"] = "优"
    marks = county.form("监督员评分")
    marks.rows.remove(marks.row(组织编号="ZB2"))
    county.form("月打分", 支部编号="ZB1", 期间="2026-01").row(党员编号="001")["合计"] = 99
    found = {title: codes for title, codes in groups(county.process(tmp_path, "2026")).items() if codes}
    assert found == {
        "县里填报的“督查打分”": ["E202"],
        "县里填报的“监督员评分”": ["E331"],
        "财政第一支部（ZB1）": ["E310", "W319"],
    }


def test_a_form_of_the_county_in_a_branchs_workbook_is_the_branchs_problem(tmp_path):
    county = County().only("2026Q1")
    county.form("督查打分").file = "ZB1/2026Q1.xlsx"
    assert groups(county.process(tmp_path, "2026Q1"))["财政第一支部（ZB1）"] == ["E143"]


# --- a month -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["2026-02", "2026年2月"])
def test_a_month_is_checked_by_itself(tmp_path, written):
    county = County().only("2026Q1")
    county.form("月打分", 支部编号="ZB1", 期间="2026-02").row(党员编号="001")["合计"] = 99
    county.form("月打分", 支部编号="ZB1", 期间="2026-03").row(党员编号="001")["合计"] = 99
    county.drop("月打分", 支部编号="ZB2", 期间="2026-02")
    county.drop("季汇总", 支部编号="ZB2")
    done = invoke("check", county.write(tmp_path), "--period", written, "--as-of", "2026-04-30")
    assert done.exit_code == 1
    assert [line.split("]")[0] for line in done.stdout.splitlines() if line.startswith("[E")] == ["[E310", "[E306"]
    assert "考评期间：2026-02。" in done.stdout


def test_a_sound_month_without_督查_and_季汇总_is_sound(tmp_path):
    county = County().only("2026-02")
    done = invoke("check", county.write(tmp_path), "--period", "2026-02")
    assert (done.exit_code, done.stdout.splitlines()[-2:]) == (
        0,
        ["考评期间：2026-02。", "共读取 4 个文件，错误 0 条，警告 2 条。"],
    )


# --- not due yet ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "missing"), [("2026-04-10", 0), ("2026-04-11", 2), ("2026-04-15", 2), ("2026-04-16", 3)]
)
def test_forms_that_are_not_due_yet_are_not_missing(tmp_path, day, missing):
    county = County().only("2026Q1")
    county.drop("督查打分")  # due on 10 April, both rows of it
    county.drop("季汇总", 支部编号="ZB2")  # on 15 April
    done = invoke("check", county.write(tmp_path), "--period", "2026Q1", "--as-of", day)
    lines = done.stdout.splitlines()
    assert sum(line.startswith(("[E306]", "[E326]")) for line in lines) == missing
    assert done.exit_code == (1 if missing else 0)
    not_due = f"另有 {3 - missing} 项（表或表中的一行）还没有到期，没有列为缺报。"
    assert (not_due in lines) == (missing < 3)


def test_a_form_that_is_not_due_yet_is_checked_where_it_is_there(tmp_path):
    county = County().only("2026Q1")
    county.form("季汇总", 支部编号="ZB2").row(党员编号="004")["审定积分"] = 120
    done = invoke("check", county.write(tmp_path), "--period", "2026Q1", "--as-of", "2026-03-01")
    assert done.exit_code == 1 and "E314" in done.stdout


def test_run_waits_for_forms_that_are_not_due_yet(tmp_path):
    county = County().only("2026Q1")
    county.drop("季汇总", 支部编号="ZB2")
    assert "E306" in invoke("run", county.write(tmp_path), "--period", "2026Q1").output


# --- 花名册 and 考评方案 alone -----------------------------------------------------------------------------------------


def test_without_a_period_花名册_and_考评方案_are_checked(tmp_path):
    county = County()
    county.forms = [f for f in county.forms if f.form in ("花名册", "考评方案")]
    county.form("花名册", "姓名").row(党员编号="001")["支部编号"] = "ZB9"
    county.form("花名册", "姓名").row(党员编号="002")["党员类别"] = "不明"
    county.set_rule("督查权重", 30)
    assert [c[:4] for c in complaints(process.process(county.write(tmp_path), None))] == [
        "E602",
        "E404",
        "E508",
        "E208",
    ]


def test_a_year_that_has_only_begun_is_sound_but_for_its_period(tmp_path):
    county = County()
    county.forms = [f for f in county.forms if f.form in ("花名册", "考评方案")]
    outcome = process.process(county.write(tmp_path), None)
    assert [told(p) for p in outcome.problems] == [
        "E602 ：不知道考评哪个期间。请放入季汇总或年评议，或用 --period 指定。"
    ]


# --- times before --------------------------------------------------------------------------------------------------


def test_warnings_of_the_quarter_before_do_not_come_back_and_errors_do(tmp_path):
    county = County().only("2026H1")
    diary = county.form("日记录", 支部编号="ZB1", 期间="2026-02")
    row = {"日期": dt.date(2026, 2, 6), "党员编号": "001", "姓名": "甲一", "项目编号": "Z01", "事由": "学习", "分值": 0}
    diary.rows += [dict(row), dict(row)]
    first = process.process(county.write(tmp_path), periods.parse("2026Q1"))
    assert [c[:4] for c in complaints(first)] == ["W201"]
    second = process.process(tmp_path, periods.parse("2026Q2"))
    assert complaints(second) == []
    assert not any(p.place.file == "ZB1/2026-02.xlsx" for p in second.problems)
    diary.rows[0]["项目编号"] = "Q77"
    assert [c[:4] for c in county.complaints(tmp_path, "2026Q2")] == ["E305"]

"""Which form has come from whom: states, deadlines, the matrix on a terminal, as data and as a workbook, the list to chase."""

import datetime as dt
import json
import re
from collections import Counter

import openpyxl
import pytest
from click.testing import CliRunner
from factories import ROOT, County
from helpers import files_in

from lianghua_batch.cli import status_view
from lianghua_batch.cli.app import root
from lianghua_batch.core import form_definitions, periods, resources
from lianghua_batch.pipeline import process
from lianghua_batch.validation import filing_status
from lianghua_batch.validation.filing_status import FAULTY, FILED, MISSING, PENDING, TWICE
from lianghua_batch.validation.reminders import reminders

MANUAL = (ROOT / "docs" / "使用手册.md").read_text(encoding="utf-8")
LATER = "2027-02-01"


def told(county, folder, period="2026Q1", as_of=LATER):
    """The status of a county that is written into `folder`."""
    outcome = county.process(folder, period)
    return filing_status.filing_status(
        outcome.county, outcome.problems, dt.date.fromisoformat(as_of), outcome.base_files
    )


def states(county, folder, period="2026Q1", as_of=LATER):
    """The state of every form as {unit form period: state}, those that are there and right left out."""
    lines = told(county, folder, period, as_of).lines
    entries = (
        (f"{line.unit.id} {form_definitions.definitions()[e.form].label} {e.period}", e.state)
        for line in lines
        for e in line.entries
    )
    return {what: state for what, state in entries if state != FILED}


def run(*call):
    return CliRunner().invoke(root, ["status", *map(str, call)], catch_exceptions=False)


def branch_form(county, form, branch, period):
    return county.form(form, 支部编号=branch, 期间=period)


# --- states --------------------------------------------------------------------------------------------------------


def test_all_that_is_due_from_a_complete_year_is_there(year, tmp_path):
    found = told(year, tmp_path, "2026")
    assert found.counts == Counter({FILED: 76})
    assert {line.unit.id: line.counts().total() for line in found.lines} == {"DW1": 4, "ZB1": 36, "ZB2": 36}
    assert [(form_definitions.definitions()[f].label, len(p)) for f, p in found.columns.items()] == [
        ("日记录", 12),
        ("月打分", 12),
        ("季汇总", 4),
        ("年评议", 1),
        ("督查打分", 5),
        ("指标完成", 1),
        ("监督员评分", 1),
        ("满意度测评", 1),
    ]


def test_forms_that_are_not_there(county, tmp_path):
    county.drop("日记录", 支部编号="ZB2", 期间="2026-02")
    county.drop("月打分", 支部编号="ZB1", 期间="2026-01")
    county.drop("季汇总", 支部编号="ZB2")
    county.form("督查打分").rows.pop(0)
    assert states(county, tmp_path) == {
        "ZB1 月打分 2026-01": MISSING,
        "ZB1 督查打分 2026Q1": MISSING,
        "ZB2 日记录 2026-02": MISSING,
        "ZB2 季汇总 2026Q1": MISSING,
    }


def test_rows_that_are_not_there(year, tmp_path):
    year.form("指标完成").rows.pop(0)  # one of the two of DW1
    year.form("督查打分", 期间="2026Q3").rows.pop(1)
    year.drop("督查打分", 期间="2026H1")
    year.form("监督员评分").rows.pop(1)
    year.form("满意度测评").rows.pop(2)
    assert states(year, tmp_path, "2026") == {
        "DW1 督查打分 2026H1": MISSING,
        "DW1 指标完成 2026": MISSING,
        "ZB1 监督员评分 2026": MISSING,
        "ZB2 督查打分 2026Q3": MISSING,
        "ZB2 满意度测评 2026": MISSING,
    }


def test_a_window_unit_without_its_clients(year, tmp_path):
    year.form("花名册", "组织编号").row(组织编号="ZB1")["窗口单位"] = "是"
    assert states(year, tmp_path, "2026") == {"ZB1 满意度测评 2026": MISSING}


def test_errors_make_the_form_or_the_row_faulty(year, tmp_path):
    branch_form(year, "月打分", "ZB1", "2026-05").row(党员编号="001")["合计"] = 79
    branch_form(year, "季汇总", "ZB2", "2026Q2").rows.pop(0)
    year.form("督查打分", 期间="2026Q4").row(组织编号="ZB2")["得分"] = 101
    year.form("监督员评分").row(组织编号="DW1")["得分"] = "九十"
    assert states(year, tmp_path, "2026") == {
        "ZB1 月打分 2026-05": FAULTY,
        "ZB2 季汇总 2026Q2": FAULTY,
        "ZB2 督查打分 2026Q4": FAULTY,
        "DW1 监督员评分 2026": FAULTY,
    }


def test_a_missing_heading_makes_all_rows_of_a_countys_form_faulty(county, tmp_path):
    county.form("督查打分").headings.remove("得分")
    assert states(county, tmp_path) == {"ZB1 督查打分 2026Q1": FAULTY, "ZB2 督查打分 2026Q1": FAULTY}


def test_warnings_make_nothing_faulty(county, tmp_path):
    branch_form(county, "月打分", "ZB1", "2026-01").headings.append("自己加的列")
    assert states(county, tmp_path) == {}


def test_two_different_forms_are_told_as_that_whatever_else_is_wrong_in_them(county, tmp_path):
    again = branch_form(County(), "月打分", "ZB1", "2026-02")
    again.file, again.rows[0]["合计"] = "另一份.xlsx", 79
    county.forms.append(again)
    assert states(county, tmp_path) == {"ZB1 月打分 2026-02": TWICE}


def test_a_copy_counts_as_sent_twice_unless_it_is_faulty(county, tmp_path):
    for month in ("2026-01", "2026-02"):
        if month == "2026-02":
            branch_form(county, "月打分", "ZB1", month).rows[0]["合计"] = 79
        again = County.copy(county).form("月打分", 支部编号="ZB1", 期间=month)
        again.file = f"副本{month}.xlsx"
        county.forms.append(again)
    assert states(county, tmp_path) == {"ZB1 月打分 2026-01": TWICE, "ZB1 月打分 2026-02": FAULTY}


def test_a_copy_of_a_countys_form_concerns_all_in_it(county, tmp_path):
    again = County.copy(county).form("督查打分")
    again.file = "副本.xlsx"
    county.forms.append(again)
    assert states(county, tmp_path) == {"ZB1 督查打分 2026Q1": TWICE, "ZB2 督查打分 2026Q1": TWICE}


# --- what is due ---------------------------------------------------------------------------------------------------


def test_without_group_scores_none_is_due(county, tmp_path):
    county.set_rule("月积分口径", "日记录核算")
    county.forms = [f for f in county.forms if f.form != "月打分"]
    assert list(told(county, tmp_path).columns) == ["daily_record", "quarterly_summary", "inspection"]


def test_a_branch_without_members_owes_no_forms_but_is_inspected(county, tmp_path):
    for row in county.form("花名册", "姓名").rows:
        if row["支部编号"] == "ZB2":
            row.update(积分管理="否", 不参加原因="离退休")
    county.forms = [f for f in county.forms if f.labels.get("支部编号") != "ZB2"]
    found = {line.unit.id: [e.form for e in line.entries] for line in told(county, tmp_path).lines}
    assert found["ZB2"] == ["inspection"]


def test_a_unit_founded_after_every_inspection_owes_none(year, tmp_path):
    organisations = year.form("花名册", "组织编号")
    organisations.add(组织编号="DW2", 组织名称="新党委", 层级="党委", 窗口单位="否", 启用日期=dt.date(2026, 8, 1))
    found = {line.unit.id: [e.form for e in line.entries] for line in told(year, tmp_path, "2026").lines}
    assert found["DW2"] == ["indicator_value", "supervisor_score", "satisfaction"]


def test_a_form_that_is_not_due_but_there_is_shown(county, tmp_path):
    county.set_rule("月积分口径", "日记录核算")
    county.forms = [f for f in county.forms if f.form != "月打分" or f.labels["期间"] == "2026-01"]
    assert told(county, tmp_path).columns["monthly_score"] == [periods.parse("2026-01")]


def test_a_branch_that_was_dissolved_owes_what_was_before(year, tmp_path):
    year.form("花名册", "组织编号").row(组织编号="ZB2")["撤销日期"] = dt.date(2026, 6, 1)
    for row in year.form("花名册", "姓名").rows:
        if row["支部编号"] == "ZB2":
            row["转出日期"] = dt.date(2026, 6, 1)
    later = [str(p) for p in periods.year(2026).months[5:]] + ["2026Q2", "2026Q3", "2026Q4", "2026"]
    year.forms = [f for f in year.forms if not (f.labels.get("支部编号") == "ZB2" and f.labels["期间"] in later)]
    year.drop("月打分", 支部编号="ZB2", 期间="2026-05")
    found = told(year, tmp_path, "2026")
    line = next(line for line in found.lines if line.unit.id == "ZB2")
    assert [(e.form, str(e.period)) for e in line.entries if e.state == MISSING] == [("monthly_score", "2026-05")]
    assert line.counts() == {FILED: 10, MISSING: 1}


def test_units_stand_under_their_committee_and_those_without_one_last(county, tmp_path):
    organisations = county.form("花名册", "组织编号")
    organisations.row(组织编号="ZB1")["上级编号"] = None
    organisations.add(组织编号="DW2", 组织名称="空党委", 层级="党委", 窗口单位="否")
    found = told(county, tmp_path)
    assert [(c.name, c.headed, [line.unit.id for line in c.lines]) for c in found.cohorts] == [
        ("财政局机关党委（DW1）", True, ["DW1", "ZB2"]),
        ("空党委（DW2）", True, ["DW2"]),
        ("机关工委直属", False, ["ZB1"]),
    ]


# --- deadlines -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "period", "last"),
    [
        ("daily_record", "2026-03", "2026-04-05"),
        ("monthly_score", "2026-12", "2027-01-10"),
        ("quarterly_summary", "2026Q4", "2027-01-15"),
        ("annual_review", "2026", "2027-01-15"),
        ("inspection", "2026H1", "2026-07-10"),
        ("rectification", "2026", "2026-12-31"),
    ],
)
def test_the_last_day_on_which_a_form_is_in_time(form, period, last):
    assert form_definitions.definitions()[form].due_by(periods.parse(period)) == dt.date.fromisoformat(last)


def test_deadlines_agree_with_what_clerks_are_told():
    for form in form_definitions.definitions().values():
        if form.deadline is not None:
            assert form.deadline["months"] == 1 and re.search(r"次年 1 月|次月|结束后", form.due), form.name
            assert f"{form.deadline['day']} 日" in form.due, form.name


def test_what_is_not_there_is_missing_from_the_day_after_the_deadline(county, tmp_path):
    county.drop("月打分", 支部编号="ZB1", 期间="2026-03")
    what = "ZB1 月打分 2026-03"
    assert states(county, tmp_path, as_of="2026-04-10") == {what: PENDING}
    assert states(county, tmp_path, as_of="2026-04-11") == {what: MISSING}


def test_a_quarter_that_has_just_begun(county, tmp_path):
    base = ("花名册", "考评方案")
    county.forms = [f for f in county.forms if f.form in base]
    assert told(county, tmp_path, as_of="2026-02-06").counts == {MISSING: 2, PENDING: 14}  # 日记录 of January


# --- the terminal --------------------------------------------------------------------------------------------------


def spoilt(county):
    """One form missing twice, one faulty, one there twice, one file damaged."""
    county.drop("月打分", 支部编号="ZB1", 期间="2026-01")
    county.drop("月打分", 支部编号="ZB1", 期间="2026-02")
    county.drop("日记录", 支部编号="ZB1", 期间="2026-03")
    branch_form(county, "月打分", "ZB1", "2026-03").rows[0]["合计"] = 79
    again = branch_form(County(), "日记录", "ZB2", "2026-02")
    again.file = "副本.xlsx"
    county.forms.append(again)
    county.form("督查打分").rows.pop(0)
    return county


def written(county, folder):
    """The county in a folder, with a file that is none."""
    county.write(folder)
    (folder / "收到.xlsx").write_bytes(b"PK\x03\x04")
    return folder


def lines(text):
    return [line.rstrip() for line in text.splitlines()]


def test_what_is_printed(county, tmp_path):
    found = run(written(spoilt(county), tmp_path), "--period", "2026Q1", "--as-of", "2026-04-01")
    assert found.exit_code == 0
    assert lines(found.stdout) == [
        "2026Q1 报送情况（截至 2026-04-01）",
        "单位                日记录           月打分         季汇总  督查打分",
        "",
        "DW1 财政局机关党委",
        "ZB1 财政第一支部    已报 2 未到期 1  有误 1 缺报 2  已报 1  未到期 1",
        "ZB2 财政第二支部    重复 1           已报 3         已报 1  已报 1",
        "",
        "催报",
        "财政局机关党委（DW1）",
        "  ZB1 财政第一支部　缺报　月打分：2026-01、2026-02",
        "  ZB1 财政第一支部　有误　月打分：2026-03",
        "  ZB2 财政第二支部　重复　日记录：2026-02",
        "读不出来、认不出是谁的文件（可能就是缺报的表）",
        "  收到.xlsx：文件已损坏，打不开。请用 Excel 或 WPS 打开修复，另存为 .xlsx 后重报。",
        "应报 16 项：有误 1，重复 1，缺报 2，未到期 2，已报 10。",
    ]


def test_the_manuals_example_is_what_is_printed(county, tmp_path):
    county.drop("月打分", 支部编号="ZB1", 期间="2026-01")
    county.drop("月打分", 支部编号="ZB1", 期间="2026-02")
    branch_form(county, "月打分", "ZB1", "2026-03").rows[0]["合计"] = 79
    county.drop("季汇总", 支部编号="ZB1")
    again = branch_form(County(), "日记录", "ZB2", "2026-02")
    again.file = "副本.xlsx"
    county.forms.append(again)
    found = run(county.write(tmp_path), "--period", "2026Q1", "--as-of", "2026-04-11")
    assert "\n".join(lines(found.stdout)) in MANUAL


def test_on_a_narrow_terminal_counts_and_headings_take_two_lines(county, tmp_path, capsys):
    status_view.show(told(spoilt(county), tmp_path, as_of="2026-04-01"), width=46)
    assert lines(capsys.readouterr().out)[:8] == [
        "2026Q1 报送情况（截至 2026-04-01）",
        "                                      督查",
        "单位           日记录   月打分 季汇总 打分",
        "",
        "DW1 财政局机..",
        "ZB1 ..第一支部 已报 2   有误 1 已报 1 未到期 1",
        "               未到期 1 缺报 2",
        "ZB2 ..第二支部 重复 1   已报 3 已报 1 已报 1",
    ]


def test_colours_on_a_terminal_only(county, tmp_path):
    call = ["status", str(written(spoilt(county), tmp_path)), "--period", "2026Q1", "--as-of", "2026-04-01"]
    assert "\x1b[" not in CliRunner().invoke(root, call).stdout
    coloured = CliRunner(env={"FORCE_COLOR": "1", "NO_COLOR": None, "TERM": "xterm-256color"}).invoke(root, call).stdout
    for colour, text in (("1;31", "有误 1"), ("35", "重复 1"), ("33", "缺报 2"), ("32", "已报 3"), ("90", "未到期 1")):
        assert f"\x1b[{colour}m{text}" in coloured, text


def test_nothing_to_chase(county, tmp_path):
    found = run(county.write(tmp_path), "--period", "2026Q1", "--as-of", LATER)
    assert lines(found.stdout)[-4:] == ["", "催报", "  没有要催报的表。", "应报 16 项：已报 16。"]


def test_many_periods_are_folded(year, tmp_path):
    year.forms = [f for f in year.forms if f.form != "月打分" or f.labels["期间"] in ("2026-01", "2026-05")]
    year.forms = [f for f in year.forms if f.form != "监督员评分"]
    found = run(year.write(tmp_path), "--period", "2026", "--as-of", LATER)
    line = "　缺报　月打分：2026-02 至 2026-04、2026-06 至 2026-12"
    assert [row for row in lines(found.stdout) if "缺报　" in row] == [
        f"  ZB1 财政第一支部{line}",
        f"  ZB2 财政第二支部{line}",
        "  缺报　监督员评分 2026：全部 3 个单位",
    ]


def test_without_a_period_it_is_judged_as_for_the_other_commands(county, tmp_path):
    assert lines(run(county.write(tmp_path), "--as-of", LATER).stdout)[0] == "2026Q1 报送情况（截至 2027-02-01）"


# --- as data -------------------------------------------------------------------------------------------------------


def test_the_matrix_as_data(county, tmp_path):
    spoilt(county)
    county.forms = [f for f in county.forms if f.form not in ("日记录", "季汇总")]
    found = run(written(county, tmp_path), "--period", "2026Q1", "--as-of", "2026-04-01", "--format", "json")
    assert found.exit_code == 0
    data = json.loads(found.stdout)
    unplaced = data.pop("unplaced")
    assert [(p["code"], p["file"], p["severity"]) for p in unplaced] == [("E101", "收到.xlsx", "error")]
    units = {unit["id"]: unit for unit in data.pop("units")}
    assert data == {
        "period": "2026Q1",
        "as_of": "2026-04-01",
        "states": {"faulty": "有误", "twice": "重复", "missing": "缺报", "pending": "未到期", "filed": "已报"},
        "summary": {"faulty": 1, "twice": 0, "missing": 6, "pending": 5, "filed": 4},
        "unregistered_findings": [],
        "file": None,
    }
    assert units["DW1"] == {"id": "DW1", "name": "财政局机关党委", "level": "committee", "committee": "", "forms": []}
    assert (units["ZB1"]["level"], units["ZB1"]["committee"]) == ("branch", "DW1")
    keys = ("form", "label", "period", "state", "due_by")
    assert units["ZB1"]["forms"][3:] == [
        dict(zip(keys, values, strict=True))
        for values in (
            ("monthly_score", "月打分", "2026-01", "missing", "2026-02-10"),
            ("monthly_score", "月打分", "2026-02", "missing", "2026-03-10"),
            ("monthly_score", "月打分", "2026-03", "faulty", "2026-04-10"),
            ("quarterly_summary", "季汇总", "2026Q1", "pending", "2026-04-15"),
            ("inspection", "督查打分", "2026Q1", "pending", "2026-04-10"),
        )
    ]


# --- what cannot be told -------------------------------------------------------------------------------------------


def test_without_a_roster_nothing_can_be_told(county, tmp_path):
    county.forms = [f for f in county.forms if f.form != "花名册"]
    found = run(county.write(tmp_path), "--period", "2026Q1", "--report")
    assert found.exit_code == 1
    assert found.stdout == ""
    assert "E115" in found.stderr
    assert lines(found.stderr)[-1] == "花名册、考评方案读不出来，或不知道是哪个期间，无法说明报送情况。"
    assert not (tmp_path / "输出").exists()


def test_without_a_roster_the_problems_are_data_too(county, tmp_path):
    county.forms = [f for f in county.forms if f.form != "花名册"]
    found = run(county.write(tmp_path), "--period", "2026Q1", "--format", "json")
    assert found.exit_code == 1
    assert "E115" in [p["code"] for p in json.loads(found.stdout)["problems"]]


def test_without_any_form_the_period_has_to_be_given(county, tmp_path):
    county.forms = [f for f in county.forms if f.form in ("花名册", "考评方案")]
    found = run(county.write(tmp_path))
    assert found.exit_code == 1
    assert "E602" in found.stderr


def test_errors_of_the_roster_are_pointed_out(county, tmp_path):
    county.form("花名册", "姓名").row(党员编号="001")["积分管理"] = "也许"
    found = run(county.write(tmp_path), "--period", "2026Q1", "--as-of", LATER)
    assert found.exit_code == 0
    assert found.stderr == "花名册、考评方案有 1 条错误，以上情况可能不准，请先用 check 查看并改正。\n"


def test_a_day_that_is_none_is_a_wrong_call(county, tmp_path):
    found = CliRunner().invoke(root, ["status", str(county.write(tmp_path)), "--as-of", "4月1日"])
    assert found.exit_code == 2
    assert "日期“4月1日”看不懂，请写成 2026-04-16 的样子" in found.output


# --- the workbook --------------------------------------------------------------------------------------------------


def values(sheet):
    """The rows of a sheet without the blank cells at their ends; a merged cell's value stands in the first one."""
    rows = []
    for row in sheet.iter_rows(values_only=True):
        cells = [c.date().isoformat() if isinstance(c, dt.datetime) else c for c in row]
        while cells and cells[-1] is None:
            cells.pop()
        rows.append(cells)
    return rows


def quarter(cells):
    """日记录 and 月打分 of three months, 季汇总, 督查打分."""
    return cells.split()


def report(county, folder, period, as_of, *more):
    found = run(written(county, folder), "--period", period, "--as-of", as_of, "--report", *more)
    assert found.exit_code == 0, found.output
    path = lines(found.stdout)[-1].removeprefix("已写出 ")
    return path, openpyxl.load_workbook(path)


def test_the_workbook_of_a_quarter(county, tmp_path):
    path, book = report(spoilt(county), tmp_path, "2026Q1", "2026-04-01")
    assert path == str(tmp_path / "输出" / "2026Q1" / "报送状态.xlsx")
    assert book.sheetnames == ["报送情况", "催报"]
    assert values(book["报送情况"]) == [
        ["2026年第一季度报送情况"],
        ["截至 2026-04-01，应报 16 项：有误 1，重复 1，缺报 2，未到期 2，已报 10。"],
        [
            "已报（没有错误）；未到期（报送期限还没有过）；缺报（过了报送期限）；重复（同一张表报了两份）；"
            "有误（已报，但有错误，见 check）；空白：不应报。"
        ],
        [
            "组织编号",
            "组织名称",
            "合计",
            *[None] * 4,
            "日记录",
            None,
            None,
            "月打分",
            None,
            None,
            "季汇总",
            "督查\n打分",
        ],
        [None, None, "有误", "重复", "缺报", "未到期", "已报", "1月", "2月", "3月", "1月", "2月", "3月"],
        ["DW1", "财政局机关党委"],
        ["ZB1", "财政第一支部", 1, None, 2, 2, 3, *quarter("已报 已报 未到期 缺报 缺报 有误 已报 未到期")],
        ["ZB2", "财政第二支部", None, 1, None, None, 7, *quarter("已报 重复 已报 已报 已报 已报 已报 已报")],
    ]
    assert values(book["催报"]) == [
        ["2026年第一季度催报单"],
        ["截至 2026-04-01。缺报的请尽快补报；有误的请按退回的问题更正原表重报；重复的请只保留正确的一份。"],
        ["组织编号", "组织名称", "负责人", "情况", "表种", "期间", "报送期限"],
        ["财政局机关党委（DW1）　缺报 2，有误 1，重复 1"],
        ["ZB1", "财政第一支部", None, "缺报", "月打分", "2026-01、2026-02", "2026-02-10"],
        ["ZB1", "财政第一支部", None, "有误", "月打分", "2026-03", "2026-04-10"],
        ["ZB2", "财政第二支部", None, "重复", "日记录", "2026-02", "2026-03-05"],
        ["读不出来、认不出是谁的文件（可能就是缺报的表）　1 处"],
        ["收到.xlsx", None, None, "文件已损坏，打不开。请用 Excel 或 WPS 打开修复，另存为 .xlsx 后重报。"],
        ["一行有几个期间的，报送期限写最早的一个。"],
    ]


def test_every_state_has_its_colour_and_the_heading_of_its_sum_too(county, tmp_path):
    _, book = report(spoilt(county), tmp_path, "2026Q1", "2026-04-01")
    sheet = book["报送情况"]
    colours = {}
    for cell in (
        c for row in sheet.iter_rows(min_row=5) for c in row if c.value in ("有误", "重复", "缺报", "未到期", "已报")
    ):
        colours.setdefault(cell.value, set()).add(cell.fill.fgColor.rgb)
    assert colours == {
        "有误": {"FFC00000"},
        "重复": {"FFB4A0D2"},
        "缺报": {"FFFFD966"},
        "未到期": {"FFF2F2F2"},
        "已报": {"FFE2EFDA"},
    }


def test_the_workbook_of_a_year_has_marks_and_fits_the_page(year, tmp_path):
    year.drop("月打分", 支部编号="ZB1", 期间="2026-02")
    year.drop("监督员评分")
    _, book = report(year, tmp_path, "2026", LATER)
    sheet = book["报送情况"]
    rows = values(sheet)
    assert rows[0] == ["2026年度报送情况"]
    assert rows[2][0].startswith("√ 已报（没有错误）；未 未到期（")
    assert [h for h in rows[3] if h] == [
        *("组织编号", "组织名称", "合计", "日记录", "月打分", "季汇总", "年评议", "督查打分"),
        *("指标\n完成", "监督员\n评分", "满意度\n测评"),
    ]
    months, quarters = [f"{i}\n月" for i in range(1, 13)], [f"{q}\n季" for q in "一二三四"]
    assert rows[4][7:] == [*months, *months, *quarters, None, *quarters, "上半年"]
    assert rows[6] == [
        *("ZB1", "财政第一支部", None, None, 2, None, 34),
        *(["√"] * 12 + ["√", "缺", *["√"] * 10] + ["√"] * 4 + ["√"] + ["√"] * 4 + [None] + ["√", "缺", "√"]),
    ]
    page = sheet.page_setup
    assert (page.orientation, page.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage and page.fitToHeight == 0  # one page wide
    assert sheet.freeze_panes == "C6"
    assert sheet.print_title_rows == "$4:$5"
    assert (book["催报"].page_setup.orientation, book["催报"].freeze_panes) == ("portrait", "A4")
    assert ["全部 3 个单位", None, None, "缺报", "监督员评分", "2026", "2027-01-15"] in values(book["催报"])


def test_whom_to_ask_stands_beside_what_is_missing(county, tmp_path):
    organisations = county.form("花名册", "组织编号")
    organisations.headings.append("负责人")
    organisations.row(组织编号="ZB1")["负责人"] = "张三"
    _, book = report(spoilt(county), tmp_path, "2026Q1", "2026-04-01")
    assert [row[2] for row in values(book["催报"]) if row[0] == "ZB1"] == ["张三", "张三"]


def test_the_workbook_goes_elsewhere_and_takes_the_old_ones_place(county, tmp_path):
    out = tmp_path / "通报"
    out.mkdir()
    (out / "报送状态.xlsx").write_bytes(b"old")
    found = run(county.write(tmp_path / "data"), "--period", "2026Q1", "--as-of", LATER, "--out", out)
    assert lines(found.stdout)[-1] == f"已写出 {out / '报送状态.xlsx'}"
    assert openpyxl.load_workbook(out / "报送状态.xlsx").sheetnames == ["报送情况", "催报"]
    assert [p.name for p in out.iterdir()] == ["报送状态.xlsx"]
    assert not (tmp_path / "data" / "输出").exists()


def test_the_same_day_gives_the_same_bytes(county, tmp_path):
    folder = county.write(tmp_path / "data")
    books = []
    for name in ("a", "b"):
        run(folder, "--period", "2026Q1", "--as-of", LATER, "--out", tmp_path / name)
        books.append((tmp_path / name / "报送状态.xlsx").read_bytes())
    assert books[0] == books[1]


def test_the_workbook_is_not_taken_for_a_form(county, tmp_path):
    folder = county.write(tmp_path)
    run(folder, "--period", "2026Q1", "--as-of", LATER, "--out", folder / "通报")
    outcome = process.process(folder, periods.parse("2026Q1"))
    assert [p for p in outcome.problems if "报送状态" in p.place.file and p.severity == "error"] == []
    assert outcome.results is not None


def test_without_report_nothing_is_written(county, tmp_path):
    folder = county.write(tmp_path)
    before = files_in(folder)
    run(folder, "--period", "2026Q1", "--as-of", LATER)
    assert files_in(folder) == before


# --- the list ------------------------------------------------------------------------------------------------------


def test_the_list_holds_what_is_missing_first_then_what_is_wrong(year, tmp_path):
    branch_form(year, "日记录", "ZB1", "2026-01").headings.remove("事由")
    year.drop("年评议", 支部编号="ZB1")
    year.drop("季汇总", 支部编号="ZB1", 期间="2026Q4")
    found = told(year, tmp_path, "2026")
    assert [
        (r.state, r.form, [str(p) for p in r.periods], str(r.due_by)) for c in found.cohorts for r in reminders(c)
    ] == [
        (MISSING, "quarterly_summary", ["2026Q4"], "2027-01-15"),
        (MISSING, "annual_review", ["2026"], "2027-01-15"),
        (FAULTY, "daily_record", ["2026-01"], "2026-02-05"),
    ]


def test_a_form_that_nobody_filled_is_missing_and_one_that_nobody_signed_is_faulty(county, tmp_path):
    branch_form(county, "月打分", "ZB2", "2026-03").labels["填表人"] = None
    summary = branch_form(county, "季汇总", "ZB2", "2026Q1")
    summary.labels["填表人"] = None
    summary.rows[0]["支委会调整"] = 0
    found = told(county, tmp_path)
    assert [(r.unit.id, r.state, r.form) for c in found.cohorts for r in reminders(c)] == [
        ("ZB2", MISSING, "monthly_score"),
        ("ZB2", FAULTY, "quarterly_summary"),
    ]


def test_every_state_has_its_words_and_looks():
    words = resources.load("messages/status")["states"]
    assert tuple(words) == filing_status.STATES
    assert len({words[state]["mark"] for state in filing_status.STATES}) == len(filing_status.STATES)
    assert all(w["style"] in resources.load("report/workbook")["styles"] for w in words.values())

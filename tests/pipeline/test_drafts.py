"""Drafts: units with errors are left out and named, the others are ranked, and nothing in it passes for final."""

import datetime as dt
import json

import openpyxl
import pytest
from click.testing import CliRunner
from factories import County, told

from lianghua_batch.cli.app import root
from lianghua_batch.core import periods
from lianghua_batch.pipeline import process
from lianghua_batch.report import publishing
from lianghua_batch.scoring import results

QUARTER = periods.parse("2026Q1")


@pytest.fixture
def county():
    return County()


def draft(county, folder, period="2026Q1", **named):
    return process.process_draft(county.only(period).write(folder), periods.parse(period), named)


def left_out(outcome):
    return {each.unit.id: each.reason for each in outcome.results.draft.left_out}


def spoil(county, branch="ZB1", month="2026-01"):
    """One cell of a branch's 月打分 that cannot be read."""
    county.form("月打分", 支部编号=branch, 期间=month).row(党员编号="001" if branch == "ZB1" else "004")["品德合格"] = (
        "好"
    )


def move_to_other_branch(county, day):
    """The member 001 of ZB1 is in ZB2 from that day on."""
    people = county.form("花名册", "姓名")
    row = people.row(党员编号="001")
    people.add(**{**row, "支部编号": "ZB2", "转入日期": day})
    row["转出日期"] = day


def test_a_branch_with_errors_is_left_out_and_its_committee_incomplete(county, tmp_path):
    spoil(county)
    outcome = draft(county, tmp_path)
    assert left_out(outcome) == {"ZB1": "数据有 1 处错误"}
    assert [unit.id for unit in outcome.results.draft.incomplete] == ["DW1"]
    assert [s.unit.id for s in outcome.results.branches] == ["ZB2"]
    assert {m.member.branch for m in outcome.results.members} == {"ZB2"}
    assert [told(p) for p in outcome.problems if p.severity == "error"] == [
        "E202 ZB1/2026-01.xlsx 月打分 F4[好]：“品德合格”应为数字。请填写阿拉伯数字，不带文字。"
    ]


def test_the_others_score_as_if_nothing_were_wrong(county, tmp_path):
    whole = results.as_json(process.process(county.copy().only("2026Q1").write(tmp_path / "a"), QUARTER).results)
    spoil(county)
    part = results.as_json(draft(county, tmp_path / "b").results)
    for kind in ("members", "branches"):
        scored = [{k: v for k, v in row.items() if "rank" not in k} for row in part[kind]]
        assert scored == [
            {k: v for k, v in row.items() if "rank" not in k}
            for row in whole[kind]
            if "ZB2" in (row["id"], row.get("branch"))
        ]


def test_no_rank_passes_for_final(county, tmp_path):
    spoil(county)
    written = results.as_json(draft(county, tmp_path).results)
    assert written["draft"] == {
        "left_out": [{"id": "ZB1", "name": "财政第一支部", "reason": "数据有 1 处错误"}],
        "incomplete": ["DW1"],
        "unassigned_errors": 0,
    }
    rows = [*written["members"], *written["branches"], *written["committees"]]
    assert {row["rank"] for row in rows} == {None}
    assert [row["provisional_rank"] for row in rows] == [1, 1, 1, 1, 1]
    assert [row["incomplete"] for row in written["committees"]] == [True]


def test_every_sheet_says_that_it_is_a_draft(county, tmp_path):
    spoil(county)
    outcome = draft(county, tmp_path)
    path, _ = publishing.publish(outcome.results, outcome.problems, tmp_path / "草稿")
    for sheet in openpyxl.load_workbook(path):
        assert any(str(cell.value).startswith("【草稿·不完整】") for cell in sheet[1])
        texts = [cell.value for row in sheet.iter_rows(max_row=3) for cell in row if cell.value]
        assert (
            "草稿·不完整：未列入 1 个单位，见“未列入单位”；名次只是已列入单位之间的，不是最终名次，不得公布。" in texts
        )
        assert "名次" not in [cell.value for row in sheet.iter_rows(max_row=6) for cell in row if sheet.title != "总览"]
        assert "【草稿·不完整】" in sheet.oddHeader.left.text
    listed = openpyxl.load_workbook(path)["未列入单位"]
    rows = [[cell.value for cell in row if cell.value] for row in listed.iter_rows(min_row=4)]
    assert ["ZB1", "财政第一支部", "支部", "财政局机关党委", "数据有 1 处错误"] in rows
    assert ["因此不完整的党委：财政局机关党委"] in rows


def test_a_unit_left_out_on_purpose(county, tmp_path):
    outcome = draft(county, tmp_path, ZB2="正在换届")
    assert left_out(outcome) == {"ZB2": "暂缺：正在换届"}
    assert [s.unit.id for s in outcome.results.branches] == ["ZB1"]
    assert [unit.id for unit in outcome.results.draft.incomplete] == ["DW1"]


def test_with_nothing_wrong_the_results_are_final(county, tmp_path):
    outcome = draft(county, tmp_path)
    assert outcome.results.draft is None
    assert "draft" not in results.as_json(outcome.results)


def test_a_form_that_is_missing_leaves_its_branch_out(county, tmp_path):
    county.drop("月打分", 支部编号="ZB2", 期间="2026-02")
    assert left_out(draft(county, tmp_path)) == {"ZB2": "数据有 1 处错误"}


def test_a_committee_with_errors_is_left_out_and_its_branches_stay(county, tmp_path):
    county.form("监督员评分").row(组织编号="DW1")["得分"] = 900
    outcome = draft(county, tmp_path, "2026")
    assert left_out(outcome) == {"DW1": "数据有 1 处错误"}
    assert [s.unit.id for s in outcome.results.branches] == ["ZB1", "ZB2"]
    assert outcome.results.committees == ()


def test_a_branch_whose_member_was_scored_in_a_faulty_one_is_left_out_too(county, tmp_path):
    move_to_other_branch(county, dt.date(2026, 2, 1))
    year = periods.year(2026)
    for form, period in (*(("月打分", m) for m in year.months[1:]), *(("季汇总", q) for q in year.quarters)):
        old = county.form(form, 支部编号="ZB1", 期间=str(period))
        moved = old.row(党员编号="001")
        old.rows.remove(moved)
        county.form(form, 支部编号="ZB2", 期间=str(period)).rows.append(moved)
    assert draft(county.copy(), tmp_path / "good", "2026").results.draft is None
    county.form("月打分", 支部编号="ZB1", 期间="2026-03").row(党员编号="002")["品德合格"] = "好"
    only_then = draft(county.copy(), tmp_path / "later", "2026")
    assert left_out(only_then) == {"ZB1": "数据有 1 处错误"}  # the member had left before that month
    spoil(county, month="2026-01")
    assert left_out(draft(county, tmp_path / "bad", "2026"))["ZB2"] == (
        "有党员的成绩出自 财政第一支部（ZB1），该单位的表有错误或暂缺"
    )


def test_a_committee_without_a_ranked_branch_says_so(county, tmp_path):
    scheme = county.form("考评方案", "指标编号")
    scheme.row(指标编号="W1")["数据来源"] = "支部得分均分"
    values = county.form("指标完成")
    values.rows = [row for row in values.rows if row["指标编号"] != "W1"]
    outcome = draft(county, tmp_path, "2026", ZB1="正在换届", ZB2="资料被借走")
    assert outcome.results is None
    assert [told(p) for p in outcome.problems if p.severity == "error"] == [
        "E603 ：没有可以排名的单位。请先改正错误，或减少暂缺的单位。"
    ]


def test_an_error_that_is_of_all_units_of_a_sheet_leaves_all_of_them_out(county, tmp_path):
    form = county.form("指标完成")
    form.headings[form.headings.index("实际值")] = "实际完成"
    outcome = draft(county, tmp_path, "2026")
    assert outcome.results is None
    assert "E603" in [p.code for p in outcome.problems]


@pytest.mark.parametrize(
    "wrong",
    [
        {"组织编号": "ZB9"},
        {"组织编号": None},
        {"组织编号": "ZB1", "类别": "违记"},
        {"组织编号": "ZB1", "分值": "约三分"},
        {"组织编号": "ZB1", "日期": "2026-02-30"},
        {"组织编号": "ZB1", "审核": "同意"},
    ],
)
def test_a_wrong_row_of_bonuses_is_never_final(county, tmp_path, wrong):
    row = {
        "组织编号": "ZB2",
        "类别": "个性化",
        "分值": 1,
        "日期": dt.date(2026, 5, 1),
        "事由": "获县级表彰",
        "依据": "文件",
        "审核": "通过",
    }
    county.form("加减分").add(**row)
    county.form("加减分").add(**row | wrong)
    outcome = draft(county, tmp_path, "2026")
    assert outcome.results.draft is not None
    publishing.publish(outcome.results, outcome.problems, tmp_path / "草稿")
    if wrong["组织编号"] == "ZB1":
        assert left_out(outcome) == {"ZB1": "数据有 1 处错误"}
    else:
        assert (left_out(outcome), outcome.results.draft.unassigned) == ({}, 1)
        assert results.as_json(outcome.results)["branches"][0]["rank"] is None


def test_an_error_of_a_branch_that_is_gone_is_never_final(county, tmp_path):
    county.form("花名册", "层级").row(组织编号="ZB1")["撤销日期"] = dt.date(2026, 3, 1)
    for code in ("001", "002", "003"):
        county.form("花名册", "姓名").row(党员编号=code)["转出日期"] = dt.date(2026, 3, 1)
    county.drop("季汇总", 支部编号="ZB1", 期间="2026Q1")
    county.drop("月打分", 支部编号="ZB1", 期间="2026-03")
    county.drop("日记录", 支部编号="ZB1", 期间="2026-03")
    inspection = county.form("督查打分", 期间="2026Q1")
    inspection.rows.remove(inspection.row(组织编号="ZB1"))
    assert draft(county.copy(), tmp_path / "good").results.draft is None
    spoil(county)
    outcome = draft(county, tmp_path / "bad")
    assert (left_out(outcome), outcome.results.draft.unassigned) == ({}, 1)


def test_a_diary_of_another_branch_that_has_errors_leaves_the_member_s_branch_out(county, tmp_path):
    county.set_rule("月积分口径", "日记录核算")
    move_to_other_branch(county, dt.date(2026, 1, 15))
    old, new = (county.form("季汇总", 支部编号=branch, 期间="2026Q1") for branch in ("ZB1", "ZB2"))
    moved = old.row(党员编号="001")
    old.rows.remove(moved)
    new.rows.append(moved)
    county.form("日记录", 支部编号="ZB1", 期间="2026-01").add(
        日期=dt.date(2026, 1, 6), 党员编号="001", 姓名="甲一", 项目编号="J01", 事由="无故缺席", 分值="二十"
    )
    assert set(left_out_or_all(draft(county, tmp_path))) == {"ZB1", "ZB2"}


def left_out_or_all(outcome):
    """Who is left out; where nobody remains, everybody."""
    return left_out(outcome) if outcome.results else [u.id for u in outcome.county.units("branch")]


def test_a_draft_never_replaces_results_in_a_folder_of_ones_own(county, tmp_path):
    county.only("2026Q1").write(tmp_path / "data")
    assert run(tmp_path / "data", "--out", tmp_path / "x").exit_code == 0
    before = (tmp_path / "x/results.json").read_bytes()
    assert run(tmp_path / "data", "--out", tmp_path / "x", "--partial", "ZB1=换届").exit_code == 0
    assert (tmp_path / "x/results.json").read_bytes() == before
    assert json.loads((tmp_path / "x/草稿/results.json").read_text("utf-8"))["draft"]["incomplete"] == ["DW1"]


def test_a_unit_that_is_gone_need_not_be_left_out(county, tmp_path):
    county.form("花名册", "层级").row(组织编号="ZB2")["撤销日期"] = dt.date(2026, 3, 1)
    county.only("2026Q1").write(tmp_path)
    done = run(tmp_path, "--partial", "ZB2=撤销")
    assert done.exit_code == 2


def run(*arguments):
    return CliRunner().invoke(root, ["run", *map(str, arguments)])


def test_the_command_writes_a_draft_beside_what_is_published(county, tmp_path):
    county.only("2026Q1").write(tmp_path)
    assert run(tmp_path, "--period", "2026Q1").exit_code == 0
    before = (tmp_path / "输出/2026Q1/results.json").read_bytes()
    spoil(county)
    county.write(tmp_path)
    assert run(tmp_path, "--period", "2026Q1").exit_code == 1
    done = run(tmp_path, "--period", "2026Q1", "--partial")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1:] == [
        "2026Q1：党委 1 个、支部 1 个、党员 3 名已排名。",
        "草稿·不完整：未列入 1 个单位，名次不是最终名次。",
        "  财政第一支部（ZB1）：数据有 1 处错误",
        f"已写出 {tmp_path}/输出/2026Q1/草稿/考评排名_2026Q1_草稿.xlsx",
        f"已写出 {tmp_path}/输出/2026Q1/草稿/results.json",
    ]
    assert (tmp_path / "输出/2026Q1/results.json").read_bytes() == before


def test_the_command_leaves_units_out_on_purpose(county, tmp_path):
    county.only("2026Q1").write(tmp_path)
    done = run(tmp_path, "--partial", "财政第二支部=正在换届", "--out", tmp_path / "给领导看", "--format", "json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["draft"] == {
        "left_out": [{"id": "ZB2", "name": "财政第二支部", "reason": "暂缺：正在换届"}],
        "incomplete": ["DW1"],
        "unassigned_errors": 0,
    }
    assert (
        json.loads((tmp_path / "给领导看/草稿/results.json").read_text("utf-8"))["branches"][0]["provisional_rank"] == 1
    )


@pytest.mark.parametrize("written", ["ZB9=撤销", "ZB1", "ZB1=", "=换届"])
def test_a_unit_that_cannot_be_left_out(county, tmp_path, written):
    county.only("2026Q1").write(tmp_path)
    done = run(tmp_path, "--partial", written)
    assert isinstance(done.exception, SystemExit) and done.exit_code == 2
    assert not (tmp_path / "输出").exists()


@pytest.mark.parametrize(
    ("form", "heading", "key", "column", "value"),
    [
        ("花名册", "姓名", {"党员编号": "002"}, "支部编号", "ZB9"),
        ("花名册", "姓名", {"党员编号": "002"}, "党员类别", "候补"),
        ("考评方案", "下限", {"等次": "优秀", "对象": "组织"}, "下限", "九十"),
    ],
)
def test_with_a_wrong_roster_or_scheme_there_is_no_draft(county, tmp_path, form, heading, key, column, value):
    county.form(form, heading).row(**key)[column] = value
    outcome = draft(county, tmp_path)
    assert outcome.results is None
    assert any(p.severity == "error" for p in outcome.problems)

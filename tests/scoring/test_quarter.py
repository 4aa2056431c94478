"""The quarter's monitoring (spec §6): 支部季度得分, 党委季度得分, ranks, and which forms a quarter looks at."""

import datetime as dt
from pathlib import Path

import pytest
from factories import MEMBERS, County, complaints

from lianghua_batch.scoring import results

Q1 = "2026Q1"
DIMENSIONS = ("政治合格", "执行纪律合格", "品德合格", "作用发挥合格")


def published(county: County, folder: Path, period: str = Q1) -> dict[str, dict]:
    """What results.json says, by code: members, branches and committees."""
    outcome = county.process(folder, period)
    assert outcome.results is not None, complaints(outcome)
    rows = results.as_json(outcome.results)
    return {row["id"]: row for level in ("members", "branches", "committees") for row in rows[level]}


def give(county: County, branch: str, **points: float) -> None:
    """The members of a branch (m001=95) have so many points in each month of the quarter."""
    for form in county.forms:
        if form.labels.get("支部编号") == branch and form.form in ("月打分", "季汇总"):
            for member, value in points.items():
                row = form.row(党员编号=member[1:])
                if form.form == "月打分":
                    row.update(dict.fromkeys(DIMENSIONS, value / 4), 合计=value)
                else:
                    row.update(第一月=value, 第二月=value, 第三月=value, 季度积分=value, 审定积分=value)


def inspected(county: County, branch: str, *marks: float) -> None:
    """The branch's 督查 of the quarter: one mark an 检查单位."""
    form = county.form("督查打分", 期间=Q1)
    name = form.row(组织编号=branch)["组织名称"]
    form.rows = [r for r in form.rows if r["组织编号"] != branch]
    for n, mark in enumerate(marks, start=1):
        form.add(组织编号=branch, 组织名称=name, 检查单位=f"互检{n}组", 得分=mark)


def without_members(county: County, branch: str) -> None:
    """A branch of retired members: they take no part in 积分管理, and it sends no forms."""
    for row in county.form("花名册", "党员编号").rows:
        if row["支部编号"] == branch:
            row.update(积分管理="否", 不参加原因="离退休")
    county.forms = [f for f in county.forms if f.labels.get("支部编号") != branch]


def units(county: County) -> list[dict]:
    return county.form("花名册", "组织编号").rows


def second_committee(county: County) -> None:
    """DW2, without a branch so far."""
    units(county).append({**units(county)[0], "组织编号": "DW2", "组织名称": "税务局机关党委"})


# --- the formulas --------------------------------------------------------------------------------------------------


def test_a_branch_is_half_its_members_and_half_its_inspection(county, tmp_path):
    give(county, "ZB1", m001=81, m002=82, m003=82)
    inspected(county, "ZB1", 90, 91, 91)
    branch = published(county, tmp_path)["ZB1"]
    assert branch["member_mean"] == "81.67"  # 245 ÷ 3
    assert branch["inspection"] == "90.67"  # 272 ÷ 3
    assert branch["total"] == "86.17"  # (81.67 + 90.67) ÷ 2
    assert branch["grade"] == "良好"


@pytest.mark.parametrize("rounding", ["逐级", "末级"])
@pytest.mark.parametrize(
    ("mark", "total", "grade"),
    [(100, "90.00", "优秀"), (99.99, "90.00", "优秀"), (99.98, "89.99", "良好"), (59, "69.50", "较差")],
)
def test_the_bands_apply_to_the_published_number(county, tmp_path, rounding, mark, total, grade):
    county.set_rule("取舍方式", rounding)
    inspected(county, "ZB1", mark)  # (80 + mark) ÷ 2; of 99.99 it is 89.995
    branch = published(county, tmp_path)["ZB1"]
    assert (branch["total"], branch["grade"]) == (total, grade)


@pytest.mark.parametrize("rounding", ["逐级", "末级"])
def test_the_bands_apply_to_the_published_number_of_a_committee(county, tmp_path, rounding):
    county.set_rule("取舍方式", rounding)
    inspected(county, "ZB1", 100)
    inspected(county, "ZB2", 99.98)
    committee = published(county, tmp_path)["DW1"]  # (90 + 89.99) ÷ 2
    assert (committee["total"], committee["grade"]) == ("90.00", "优秀")


def test_a_committee_is_the_mean_of_its_branches(county, tmp_path):
    inspected(county, "ZB1", 90.02)
    found = published(county, tmp_path)
    assert (found["ZB1"]["total"], found["ZB2"]["total"]) == ("85.01", "85.00")
    assert found["DW1"]["total"] == "85.01"  # 85.005
    assert (found["DW1"]["member_mean"], found["DW1"]["rank"]) == (None, 1)


def test_a_branch_without_scored_members_has_its_inspection_alone(county, tmp_path):
    without_members(county, "ZB2")
    inspected(county, "ZB2", 88)
    found = published(county, tmp_path)
    assert (found["ZB2"]["member_mean"], found["ZB2"]["total"]) == (None, "88.00")
    assert found["DW1"]["total"] == "86.50"  # (85 + 88) ÷ 2


def test_a_committee_without_branches_has_no_quarter(county, tmp_path):
    second_committee(county)
    found = published(county, tmp_path)
    assert "DW2" not in found
    assert found["DW1"]["rank"] == 1


# --- ranks ---------------------------------------------------------------------------------------------------------


def test_members_are_ranked_in_their_branch(county, tmp_path):
    give(county, "ZB1", m001=78, m002=84, m003=84)
    found = published(county, tmp_path)
    assert [(found[m]["points"], found[m]["rank"]) for m in MEMBERS["ZB1"]] == [
        ("78.00", 3),
        ("84.00", 1),
        ("84.00", 1),
    ]
    assert [found[m]["rank"] for m in MEMBERS["ZB2"]] == [1, 1, 1]
    assert (found["001"]["grade"], found["001"]["total"], found["001"]["review"]) == (None, None, None)


def test_members_are_ranked_by_the_figure_out_of_100(county, tmp_path):
    county.set_rule("季度积分口径", "合计")
    for row in county.form("季汇总", 支部编号="ZB1").rows:
        row.update(季度积分=240, 审定积分=240)
    for row in county.form("季汇总", 支部编号="ZB2").rows:
        row.update(季度积分=240, 审定积分=240)
    month = county.form("月打分", 支部编号="ZB1", 期间="2026-01").row(党员编号="001")
    month.update(dict.fromkeys(DIMENSIONS), 合计=None, 免评原因="长期患病")
    county.form("季汇总", 支部编号="ZB1").row(党员编号="001").update(第一月=None, 季度积分=160, 审定积分=160)
    found = published(county, tmp_path)
    assert (found["001"]["points"], found["002"]["points"]) == ("160.00", "240.00")
    assert (found["001"]["rank"], found["002"]["rank"]) == (1, 1)  # 160 ÷ 2 = 240 ÷ 3
    assert found["ZB1"]["member_mean"] == "80.00"


def test_branches_are_ranked_in_their_cohort_and_in_the_county(county, tmp_path):
    second_committee(county)
    rows = units(county)
    rows.append({**rows[1], "组织编号": "ZB0", "组织名称": "老干部支部", "上级编号": None})
    next(r for r in rows if r["组织编号"] == "ZB2")["上级编号"] = "DW2"
    county.form("督查打分", 期间=Q1).add(组织编号="ZB0", 组织名称="老干部支部", 检查单位="互检一组", 得分=86)
    inspected(county, "ZB1", 80)
    found = published(county, tmp_path)
    # ZB0, without members and without committee, 86; ZB2 85; ZB1 80
    ranks = {
        code: (found[code]["total"], found[code]["committee"], found[code]["rank"]) for code in ("ZB0", "ZB1", "ZB2")
    }
    assert ranks == {"ZB0": ("86.00", "", 1), "ZB1": ("80.00", "DW1", 1), "ZB2": ("85.00", "DW2", 1)}
    assert [found[code]["rank_county"] for code in ("ZB0", "ZB1", "ZB2")] == [1, 3, 2]
    assert [(found[code]["total"], found[code]["rank"]) for code in ("DW1", "DW2")] == [("80.00", 2), ("85.00", 1)]


def test_ties_are_listed_by_code(county, tmp_path):
    outcome = county.process(tmp_path, Q1)
    assert [(b.unit.id, b.rank) for b in outcome.results.branches] == [("ZB1", 1), ("ZB2", 1)]


# --- units over time -----------------------------------------------------------------------------------------------


def test_a_branch_founded_after_the_quarter_is_not_ranked(county, tmp_path):
    without_members(county, "ZB2")
    next(r for r in units(county) if r["组织编号"] == "ZB2")["启用日期"] = dt.date(2026, 4, 1)
    form = county.form("督查打分", 期间=Q1)
    form.rows = [r for r in form.rows if r["组织编号"] != "ZB2"]
    found = published(county, tmp_path)
    assert "ZB2" not in found
    assert found["DW1"]["total"] == "85.00"


@pytest.mark.parametrize(("end", "ranked"), [(dt.date(2026, 4, 1), True), (dt.date(2026, 3, 31), False)])
def test_the_last_day_of_the_quarter_decides(county, tmp_path, end, ranked):
    without_members(county, "ZB2")
    next(r for r in units(county) if r["组织编号"] == "ZB2")["撤销日期"] = end  # the first day without it
    assert ("ZB2" in published(county, tmp_path)) is ranked


@pytest.mark.parametrize(("quarter", "committee"), [("2026Q2", "DW1"), ("2026Q3", "DW2")])
def test_a_branch_that_moves_is_ranked_where_it_is_on_the_last_day(tmp_path, quarter, committee):
    county = County().only(quarter)
    second_committee(county)
    row = next(r for r in units(county) if r["组织编号"] == "ZB2")
    units(county).append({**row, "上级编号": "DW2", "启用日期": dt.date(2026, 7, 1)})
    row["撤销日期"] = dt.date(2026, 7, 1)
    found = published(county, tmp_path, quarter)
    assert found["ZB2"]["committee"] == committee
    assert ("DW2" in found) is (committee == "DW2")


# --- the forms of a quarter ----------------------------------------------------------------------------------------


def test_forms_of_other_periods_are_neither_needed_nor_judged(tmp_path):
    county = County()
    county.form("监督员评分").row(组织编号="ZB1")["得分"] = 900
    county.form("月打分", 支部编号="ZB1", 期间="2026-06").row(党员编号="001")["合计"] = 99
    county.drop("季汇总", 支部编号="ZB2", 期间="2026Q4")
    assert published(county, tmp_path / "all") == published(County().only(Q1), tmp_path / "only")


def test_the_quarter_of_a_member_in_results(county, tmp_path):
    member = published(county, tmp_path)["001"]
    assert member["months"] == {"2026-01": "80.00", "2026-02": "80.00", "2026-03": "80.00"}
    assert member["quarters"] == {Q1: "80.00"}
    assert (member["points"], member["branch"]) == ("80.00", "ZB1")

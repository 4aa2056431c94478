"""Members (spec §4): who counts in which month and where, and 月积分 → 季度积分 → 审定积分 → 年度积分 → 年度综合分."""

import datetime as dt
from pathlib import Path

import pytest
from factories import BRANCHES, MEMBERS, County, complaints

from lianghua_batch.core import periods
from lianghua_batch.scoring import results

DIMENSIONS = ("政治合格", "执行纪律合格", "品德合格", "作用发挥合格")


@pytest.fixture
def county() -> County:
    return County()


def published(county: County, folder: Path, period: str = "2026") -> dict[str, dict]:
    """What results.json says, by code: members, branches and committees."""
    outcome = county.process(folder, period)
    assert outcome.results is not None, complaints(outcome)
    rows = results.as_json(outcome.results)
    return {row["id"]: row for level in ("members", "branches", "committees") for row in rows[level]}


def branch_forms(county: County, form: str, branch: str, since: str = "2026-01-01", until: str = "2026-12-31") -> list:
    """A branch's forms of one 表种 whose period ends within the given days."""
    first, last = dt.date.fromisoformat(since), dt.date.fromisoformat(until)
    mine = [f for f in county.forms if f.form == form and f.labels.get("支部编号") == branch]
    return [f for f in mine if first <= periods.parse(f.labels["期间"]).last_day <= last]


def give(county: County, member: str, branch: str, *months: float, since: str = "2026-01-01") -> None:
    """The member's 月打分 of as many months from `since` on as given; 季汇总's optional figures are left blank."""
    for form, total in zip(branch_forms(county, "月打分", branch, since), months, strict=False):
        each, rest = divmod(round(100 * total), 4)
        marks = [(each + rest) / 100, *[each / 100] * 3]
        form.row(党员编号=member).update(zip(DIMENSIONS, marks, strict=True), 合计=total)
    for row in (r for form in branch_forms(county, "季汇总", branch) for r in form.rows if r["党员编号"] == member):
        row.update(第一月=None, 第二月=None, 第三月=None, 季度积分=None)


def approve(county: County, member: str, branch: str, **points: float) -> None:
    """The member's 审定积分 by quarter: Q1=81.67."""
    for quarter, value in points.items():
        county.form("季汇总", 支部编号=branch, 期间=f"2026{quarter}").row(党员编号=member)["审定积分"] = value


def absent(county: County, member: str, branch: str, since: str = "2026-01-01", until: str = "2026-12-31") -> None:
    """Take the member out of the branch's forms of those days."""
    for name in ("月打分", "季汇总", "年评议"):
        for form in branch_forms(county, name, branch, since, until):
            form.rows = [r for r in form.rows if r["党员编号"] != member]


def transfer(county: County, member: str, source: str, target: str, day: str) -> None:
    """Close the member's row in 花名册, open one in the other branch, and let that branch fill the forms from then on."""
    people = county.form("花名册", "党员编号")
    row = people.row(党员编号=member)
    row["转出日期"] = dt.date.fromisoformat(day)
    people.add(**{**row, "支部编号": target, "转入日期": row["转出日期"], "转出日期": None})
    for name in ("月打分", "季汇总"):
        for form in branch_forms(county, name, source, since=day):
            moved = form.row(党员编号=member)
            form.rows.remove(moved)
            county.form(name, 支部编号=target, 期间=form.labels["期间"]).add(**moved)


def exempt(county: County, member: str, branch: str, *months: str) -> None:
    """免评 in the given months: blank dimensions and a reason."""
    for month in months:
        row = county.form("月打分", 支部编号=branch, 期间=month).row(党员编号=member)
        row.update(dict.fromkeys(DIMENSIONS), 合计=None, 免评原因="长期患病")


# --- from the month to the year ------------------------------------------------------------------------------------


def test_the_figures_of_a_member(county, tmp_path):
    give(county, "001", "ZB1", 81, 82, 82)
    approve(county, "001", "ZB1", Q1=81.67)  # 245 ÷ 3 = 81.666…
    county.form("年评议", 支部编号="ZB1").row(党员编号="001").update(优秀票=7, 合格票=2, 基本合格票=0, 不合格票=1)
    member = published(county, tmp_path)["001"]
    assert [member["months"][f"2026-0{n}"] for n in (1, 2, 3, 4)] == ["81.00", "82.00", "82.00", "80.00"]
    assert member["quarters"] == {"2026Q1": "81.67", "2026Q2": "80.00", "2026Q3": "80.00", "2026Q4": "80.00"}
    assert member["points"] == "80.42"  # (81.67 + 3×80) ÷ 4 = 80.4175
    assert member["review"] == "90.00"  # (7×100 + 2×80 + 1×40) ÷ 10
    assert member["total"] == "82.34"  # 80.42×80% + 90×20% = 64.336 + 18


@pytest.mark.parametrize(("adjustment", "approved"), [(2.5, 84.17), (-5, 76.67)])
def test_the_branch_committee_adjusts_a_quarter(county, tmp_path, adjustment, approved):
    give(county, "001", "ZB1", 81, 82, 82)
    approve(county, "001", "ZB1", Q1=approved)  # 81.67 ± 支委会调整
    row = county.form("季汇总", 支部编号="ZB1", 期间="2026Q1").row(党员编号="001")
    row.update(支委会调整=adjustment, 调整原因="支委会研究")
    member = published(county.only("2026Q1"), tmp_path, "2026Q1")["001"]
    assert member["points"] == f"{approved:.2f}"


def test_the_mean_of_a_branch_and_of_its_committee(county, tmp_path):
    give(county, "001", "ZB1", *[81] * 12)
    approve(county, "001", "ZB1", Q1=81, Q2=81, Q3=81, Q4=81)
    units = published(county, tmp_path)
    assert units["ZB1"]["member_mean"] == "80.33"  # (81 + 80 + 80) ÷ 3
    assert units["ZB2"]["member_mean"] == "80.00"
    assert units["DW1"]["member_mean"] == "80.17"  # 481 ÷ 6, the members pooled


def test_dimensions_and_worths_are_the_scheme_s_own(county, tmp_path):
    dimensions = {
        "政治合格": 30,
        "执行纪律合格": 30,
        "品德合格": 20,
        "作用发挥合格": 10,
        "廉洁自律": 10,
    }  # five of them
    scheme = county.form("考评方案", "满分")
    scheme.rows = [{"维度": d, "满分": full, "起始分": 0.8 * full} for d, full in dimensions.items()]
    for form in (f for f in county.forms if f.form == "月打分"):
        form.headings = ["党员编号", "姓名", *dimensions, "合计", "免评原因"]
        for row in form.rows:
            row.update({d: 0.8 * full for d, full in dimensions.items()})
    row = county.form("月打分", 支部编号="ZB1", 期间="2026-01").row(党员编号="001")
    row.update(政治合格=29, 廉洁自律=7, 合计=84)  # 29 + 24 + 16 + 8 + 7, each within 5 of its 起始分
    for summary in branch_forms(county, "季汇总", "ZB1", until="2026-03-31"):
        summary.row(党员编号="001").update(第一月=84, 季度积分=81.33, 审定积分=81.33)
    worths = county.form("考评方案", "折算分")
    worths.row(对象="党员", 等级="合格")["折算分"] = 75
    county.form("年评议", 支部编号="ZB1").row(党员编号="001").update(优秀票=1, 合格票=1)
    member = published(county, tmp_path)["001"]
    assert (member["months"]["2026-01"], member["quarters"]["2026Q1"]) == ("84.00", "81.33")
    assert member["review"] == "87.50"  # (100 + 75) ÷ 2


# --- 免评 ----------------------------------------------------------------------------------------------------------


def test_an_exempt_month_counts_for_nothing(county, tmp_path):
    give(county, "001", "ZB1", 81, 82, 84)
    exempt(county, "001", "ZB1", "2026-02")
    approve(county, "001", "ZB1", Q1=82.5)  # (81 + 84) ÷ 2
    member = published(county.only("2026Q1"), tmp_path, "2026Q1")["001"]
    assert member["months"] == {"2026-01": "81.00", "2026-03": "84.00"}
    assert member["points"] == "82.50"


def test_who_is_exempt_for_a_whole_quarter_has_no_quarter(county, tmp_path):
    exempt(county, "001", "ZB1", "2026-04", "2026-05", "2026-06")
    summary = county.form("季汇总", 支部编号="ZB1", 期间="2026Q2")
    summary.rows.remove(summary.row(党员编号="001"))
    give(county, "001", "ZB1", *[84] * 3, since="2026-07-01")
    approve(county, "001", "ZB1", Q3=84)
    member = published(county, tmp_path)["001"]
    assert list(member["quarters"]) == ["2026Q1", "2026Q3", "2026Q4"]
    assert member["points"] == "81.33"  # (80 + 84 + 80) ÷ 3


def test_who_is_exempt_all_year_has_no_year(county, tmp_path):
    exempt(county, "001", "ZB1", *(str(m) for m in periods.year(2026).months))
    for name in ("季汇总", "年评议"):
        for form in branch_forms(county, name, "ZB1"):
            form.rows = [r for r in form.rows if r["党员编号"] != "001"]
    found = published(county, tmp_path)
    assert "001" not in found  # a 正式党员 without a year needs no 年评议 either
    assert found["ZB1"]["member_mean"] == "80.00"


# --- transfers, joining, leaving -----------------------------------------------------------------------------------


def test_a_transfer_takes_the_months_along(county, tmp_path):
    give(county, "001", "ZB1", 90, 81, 81)
    transfer(county, "001", "ZB1", "ZB2", "2026-02-15")  # January in ZB1; on the last of February in ZB2
    approve(county, "001", "ZB2", Q1=84)  # (90 + 81 + 81) ÷ 3
    found = published(county, tmp_path)
    member = found["001"]
    assert (member["branch"], member["quarters"]["2026Q1"]) == ("ZB2", "84.00")
    assert member["points"] == "81.00"  # (84 + 3×80) ÷ 4; 年评议 stayed in ZB1
    assert member["review"] == "100.00"
    assert found["ZB1"]["member_mean"] == "80.00"
    assert found["ZB2"]["member_mean"] == "80.25"  # (81 + 3×80) ÷ 4


def test_the_last_day_of_the_month_decides(county, tmp_path):
    transfer(county, "001", "ZB1", "ZB2", "2026-01-31")  # 转出日期 is the first day no longer there
    found = published(county.only("2026Q1"), tmp_path, "2026Q1")
    assert (found["001"]["branch"], found["001"]["months"]["2026-01"]) == ("ZB2", "80.00")


def test_a_transfer_in_december_moves_the_year(county, tmp_path):
    give(county, "001", "ZB1", *[84] * 12)
    approve(county, "001", "ZB1", Q1=84, Q2=84, Q3=84, Q4=84)
    transfer(county, "001", "ZB1", "ZB2", "2026-12-31")
    found = published(county, tmp_path)
    assert (found["001"]["branch"], found["001"]["points"], found["001"]["rank"]) == ("ZB2", "84.00", 1)
    assert [found[m]["rank"] for m in ("002", "003", "004")] == [1, 1, 2]
    assert (found["ZB1"]["member_mean"], found["ZB2"]["member_mean"]) == ("80.00", "81.00")


def test_a_member_who_joins(county, tmp_path):
    county.form("花名册", "党员编号").row(党员编号="001")["转入日期"] = dt.date(2026, 5, 10)
    absent(county, "001", "ZB1", until="2026-04-30")
    give(county, "001", "ZB1", 75, 76, since="2026-05-01")
    approve(county, "001", "ZB1", Q2=75.5)  # (75 + 76) ÷ 2
    member = published(county, tmp_path)["001"]
    assert min(member["months"]) == "2026-05"
    assert list(member["quarters"]) == ["2026Q2", "2026Q3", "2026Q4"]
    assert member["points"] == "78.50"  # (75.5 + 80 + 80) ÷ 3


def leaves(county: County) -> County:
    """001 leaves on 15 August: the first half year and July are scored, no later quarter and no year."""
    county.form("花名册", "党员编号").row(党员编号="001")["转出日期"] = dt.date(2026, 8, 15)
    absent(county, "001", "ZB1", since="2026-08-01")
    return county


def test_a_member_who_leaves_has_no_year(county, tmp_path):
    found = published(leaves(county), tmp_path)
    assert "001" not in found
    assert [found[m]["rank"] for m in ("002", "003")] == [1, 1]


@pytest.mark.parametrize(("quarter", "scored"), [("2026Q2", True), ("2026Q3", False)])
def test_a_member_who_leaves_has_quarters_until_then(county, tmp_path, quarter, scored):
    assert ("001" in published(leaves(county).only(quarter), tmp_path, quarter)) is scored


def test_a_member_who_comes_back(county, tmp_path):
    people = county.form("花名册", "党员编号")
    row = people.row(党员编号="001")
    people.add(**{**row, "转入日期": dt.date(2026, 8, 1)})
    row["转出日期"] = dt.date(2026, 5, 15)
    absent(county, "001", "ZB1", since="2026-05-01", until="2026-07-31")
    county.form("季汇总", 支部编号="ZB1", 期间="2026Q3").row(党员编号="001")["第一月"] = None  # July
    member = published(county, tmp_path)["001"]
    assert [m for m in member["months"] if "2026-04" < m < "2026-08"] == []
    assert list(member["quarters"]) == ["2026Q1", "2026Q3", "2026Q4"]


# --- 预备党员, 积分管理 ---------------------------------------------------------------------------------------------


def test_a_probationary_member_without_review(county, tmp_path):
    county.form("花名册", "党员编号").row(党员编号="001")["党员类别"] = "预备"
    reviews = county.form("年评议", 支部编号="ZB1")
    reviews.rows.remove(reviews.row(党员编号="001"))
    member = published(county, tmp_path)["001"]
    assert (member["review"], member["total"], member["grade"]) == (None, "80.00", "不评定等次")
    assert member["rank"] == 3  # the other two have 84.00


def test_a_probationary_member_with_review(county, tmp_path):
    county.form("花名册", "党员编号").row(党员编号="001")["党员类别"] = "预备"
    member = published(county, tmp_path)["001"]
    assert (member["review"], member["total"], member["grade"]) == ("100.00", "84.00", "不评定等次")
    assert member["rank"] == 1


def test_a_member_outside_points_is_never_scored(county, tmp_path):
    give(county, "002", "ZB1", *[81] * 12)
    approve(county, "002", "ZB1", Q1=81, Q2=81, Q3=81, Q4=81)
    county.form("花名册", "党员编号").row(党员编号="001").update(积分管理="否", 不参加原因="离退休")
    absent(county, "001", "ZB1")
    found = published(county, tmp_path)
    assert "001" not in found
    assert found["ZB1"]["member_mean"] == "80.50"  # of two members


def test_points_may_begin_within_a_quarter(county, tmp_path):
    people = county.form("花名册", "党员编号")
    row = people.row(党员编号="001")
    people.add(**{**row, "转入日期": dt.date(2026, 3, 10)})
    row.update(积分管理="否", 不参加原因="长期出国", 转出日期=dt.date(2026, 3, 10))
    absent(county, "001", "ZB1", until="2026-02-28")
    county.form("季汇总", 支部编号="ZB1", 期间="2026Q1").row(党员编号="001").update(第一月=None, 第二月=None)
    member = published(county.only("2026Q1"), tmp_path, "2026Q1")["001"]
    assert member["months"] == {"2026-03": "80.00"}
    assert member["points"] == "80.00"


def test_points_that_end_within_a_quarter_leave_no_quarter(county, tmp_path):
    people = county.form("花名册", "党员编号")
    row = people.row(党员编号="001")
    people.add(**{**row, "积分管理": "否", "不参加原因": "长期出国", "转入日期": dt.date(2026, 3, 10)})
    row["转出日期"] = dt.date(2026, 3, 10)
    absent(county, "001", "ZB1", since="2026-03-01")
    assert "001" not in published(county.only("2026Q1"), tmp_path, "2026Q1")


def test_every_member_of_the_small_county_is_worked_out_alike(county, tmp_path):
    found = published(county, tmp_path)
    for branch in BRANCHES:
        for member in MEMBERS[branch]:  # 80×80% + 100×20% = 84
            row = found[member]
            assert (row["points"], row["total"], row["grade"]) == ("80.00", "84.00", "合格")

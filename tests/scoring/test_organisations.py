"""The year of branches and committees (spec §5): 指标, 数据来源, raters, 督查, 加减分, 总分, and units that come and go."""

import datetime as dt
from pathlib import Path

import pytest
from factories import BRANCHES, County, FilledForm, complaints

from lianghua_batch.core import periods
from lianghua_batch.scoring import results

QUARTERS = ("2026Q1", "2026Q2", "2026Q3", "2026Q4")
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


def errors(county: County, folder: Path) -> list[str]:
    outcome = county.process(folder, "2026")
    assert outcome.results is None
    return [p.message for p in outcome.problems if p.severity == "error"]


def unit(county: County, code: str) -> dict:
    return county.form("花名册", "组织编号").row(组织编号=code)


def votes(county: County, code: str, audience: str, *counts: int) -> None:
    form = county.form("满意度测评")
    form.rows = [r for r in form.rows if (r["组织编号"], r["测评对象"]) != (code, audience)]
    form.add(
        组织编号=code, 测评对象=audience, **dict(zip(("优秀票", "良好票", "一般票", "较差票"), counts, strict=True))
    )


def inspected(county: County, branch: str, quarter: str, *marks: float) -> None:
    """One mark an 检查单位, instead of what stands there."""
    form = county.form("督查打分", 期间=quarter)
    form.rows = [r for r in form.rows if r["组织编号"] != branch]
    for n, mark in enumerate(marks, start=1):
        form.add(组织编号=branch, 组织名称=BRANCHES[branch], 检查单位=f"互检{n}组", 得分=mark)


def bonus(county: County, kind: str, *points: float, review: str = "通过", code: str = "ZB1") -> None:
    for n, value in enumerate(points, start=1):
        row = {"日期": dt.date(2026, 6, n), "事由": f"{kind}{n}", "依据": "文件", "审核": review}
        county.form("加减分").add(组织编号=code, 类别=kind, 分值=value, **row)


def measured(county: County, metric: str, level: str = "支部") -> None:
    """All that a level's 考核组分 measures is one 数据来源, taken as it is: 常规化 100, 差异化 0, 直接赋分."""
    county.set_rule("常规化权重", 100)
    county.set_rule("差异化权重", 0)
    indicators, actual = county.form("考评方案", "指标编号"), county.form("指标完成")
    indicators.rows = [{**r, "权重": 100} for r in indicators.rows if r["类别"] == "常规化"]
    source = next(r for r in indicators.rows if r["层级"] == level)
    source["数据来源"] = metric
    kept = {r["指标编号"] for r in indicators.rows} - {source["指标编号"]}
    actual.rows = [r for r in actual.rows if r["指标编号"] in kept]


# --- the straight line ---------------------------------------------------------------------------------------------


def test_the_figures_of_a_branch(county, tmp_path):
    for n, actual in ((1, 88.88), (2, 77.77)):
        county.form("指标完成").row(组织编号="ZB1", 指标编号=f"B{n}")["实际值"] = actual
    county.form("监督员评分").row(组织编号="ZB1")["得分"] = 85
    county.form("监督员评分").add(组织编号="ZB1", 监督员="监督员乙", 得分=86)
    county.form("监督员评分").add(组织编号="ZB1", 监督员="监督员丙", 得分=86)
    votes(county, "ZB1", "党员群众", 4, 3, 2, 2)
    votes(county, "ZB1", "服务对象", 0, 1, 1, 1)
    inspected(county, "ZB1", "2026Q1", 90, 91, 91)
    inspected(county, "ZB1", "2026Q2", 88)
    zb1 = published(county, tmp_path)["ZB1"]
    assert zb1["indicators"] == {"B1": "53.33", "B2": "31.11"}  # 60×88.88% = 53.328, 40×77.77% = 31.108
    assert zb1["assessment"] == "84.44"
    assert zb1["supervisors"] == "85.67"  # 257 ÷ 3
    assert zb1["masses"] == "81.36"  # (4×100 + 3×85 + 2×70 + 2×50) ÷ 11 = 895 ÷ 11
    assert zb1["clients"] == "68.33"  # (85 + 70 + 50) ÷ 3
    assert zb1["year_end"] == "83.97"  # 42.22 + 34.268 + 4.068 + 3.4165 = 83.9725
    assert zb1["inspections"] == {"2026Q1": "90.67", "2026Q2": "88.00", "2026Q3": "90.00", "2026Q4": "90.00"}
    assert zb1["inspection"] == "89.67"  # 358.67 ÷ 4 = 89.6675
    assert zb1["annual"] == "85.11"  # 17.934 + 67.176
    assert (zb1["total"], zb1["grade"]) == ("85.11", "良好")


def test_the_figures_of_a_committee(county, tmp_path):
    county.form("督查打分", 期间="2026H1").row(组织编号="DW1")["得分"] = 70
    county.form("监督员评分").row(组织编号="DW1")["得分"] = 80
    dw1 = published(county, tmp_path)["DW1"]
    assert dw1["indicators"] == {"W1": "54.00", "W2": "36.00"}
    assert dw1["year_end"] == "87.00"  # 45 + 32 + 10×100%
    assert (dw1["inspections"], dw1["inspection"]) == ({"2026H1": "70.00"}, "70.00")
    assert (dw1["total"], dw1["grade"], dw1["rank"]) == ("83.60", "一般", 1)  # 14 + 69.6


def test_a_scheme_without_grades_to_vote_for_is_an_error(county, tmp_path):
    form = county.form("考评方案", "折算分")
    form.rows = [r for r in form.rows if r["对象"] == "党员"]
    assert "“测评等级”中没有组织的行" in errors(county, tmp_path)


def test_a_window_unit_needs_its_clients(county, tmp_path):
    unit(county, "ZB1")["窗口单位"] = "是"
    assert errors(county, tmp_path) == ["财政第一支部（ZB1） 没有服务对象测评"]


def test_which_indicators_count_for_which_unit(county, tmp_path):
    unit(county, "ZB2")["考评组"] = "窗口组"
    indicators, actual = county.form("考评方案", "指标编号"), county.form("指标完成")
    own = indicators.row(指标编号="B2")
    own["适用单位"] = "ZB1"
    indicators.add(**{**own, "指标编号": "B3", "适用单位": "窗口组"})
    indicators.add(**{**own, "指标编号": "B4", "适用单位": None, "审核": "待审"})
    indicators.add(**{**own, "指标编号": "B5", "适用单位": None, "审核": "不通过"})
    row = actual.row(组织编号="ZB2", 指标编号="B2")
    row.update(指标编号="B3", 实际值=50)
    found = published(county, tmp_path)
    assert found["ZB1"]["indicators"] == {"B1": "54.00", "B2": "36.00"}
    assert found["ZB2"]["indicators"] == {"B1": "54.00", "B3": "20.00"}


# --- 加减分 --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "counted"),
    [((6, -2), "4.00"), ((3, 4), "5.00"), ((-3, -4), "-5.00"), ((0.25, 0.5), "0.75"), ((), "0.00")],
    ids=["the sum, not the entries", "at most 5", "at least -5", "as they are", "none"],
)
@pytest.mark.parametrize(("kind", "key"), [("个性化", "individual"), ("动态化", "dynamic")])
def test_bonuses_are_limited_as_sums(county, tmp_path, kind, key, points, counted):
    bonus(county, kind, *points)
    zb1 = published(county, tmp_path)["ZB1"]
    assert zb1[key] == counted
    assert float(zb1["total"]) == pytest.approx(90.8 + float(counted))


def test_only_what_has_passed_review_counts(county, tmp_path):
    bonus(county, "个性化", 1)
    bonus(county, "个性化", 2, review="待审")
    bonus(county, "动态化", -2, review="不通过")
    bonus(county, "违纪", -3, review="待审")
    zb1 = published(county, tmp_path)["ZB1"]
    assert (zb1["individual"], zb1["dynamic"], zb1["discipline"]) == ("1.00", "0.00", "0.00")


def test_discipline_is_taken_once(county, tmp_path):
    bonus(county, "违纪", -3, -3, -3)
    bonus(county, "个性化", -5)
    found = published(county, tmp_path)
    assert (found["ZB1"]["discipline"], found["ZB1"]["total"]) == ("-3.00", "82.80")  # 90.8 − 5 − 3, outside the caps
    assert found["ZB2"]["discipline"] == "0.00"


def test_a_total_may_pass_100(county, tmp_path):
    for n in (1, 2):
        county.form("指标完成").row(组织编号="ZB1", 指标编号=f"B{n}")["实际值"] = 100
    bonus(county, "个性化", 5)
    bonus(county, "动态化", 5)
    assert published(county, tmp_path)["ZB1"]["total"] == "104.80"  # .2×90 + .8×(50 + 36 + 10) = 94.8, + 10


# --- 数据来源 ------------------------------------------------------------------------------------------------------


def give(county: County, member: str, branch: str, points: int) -> None:
    """The member has so many points in every month of the year."""
    for form in county.forms:
        if form.labels.get("支部编号") == branch and form.form in ("月打分", "季汇总"):
            row = form.row(党员编号=member)
            if form.form == "月打分":
                row.update(dict.fromkeys(DIMENSIONS, points / 4), 合计=points)
            else:
                row.update(第一月=points, 第二月=points, 第三月=points, 季度积分=points, 审定积分=points)


def test_member_mean_as_an_indicator(county, tmp_path):
    give(county, "001", "ZB1", 90)
    measured(county, "党员积分均分")
    found = published(county, tmp_path)
    assert found["ZB1"]["indicators"] == {"B1": "83.33"}  # (90 + 80 + 80) ÷ 3
    assert found["ZB2"]["indicators"] == {"B1": "80.00"}


def test_member_mean_of_a_committee_pools_its_members(county, tmp_path):
    give(county, "001", "ZB1", 90)
    measured(county, "党员积分均分", "党委")
    assert published(county, tmp_path)["DW1"]["indicators"] == {"W1": "81.67"}  # 490 ÷ 6


def test_branch_mean(county, tmp_path):
    bonus(county, "个性化", 1)
    measured(county, "支部得分均分", "党委")
    found = published(county, tmp_path)
    assert (found["ZB1"]["total"], found["ZB2"]["total"]) == ("91.80", "90.80")
    assert found["DW1"]["indicators"] == {"W1": "91.30"}


@pytest.mark.parametrize(("level", "code", "rate"), [("支部", "ZB1", "25.00"), ("党委", "DW1", "12.50")])
def test_record_coverage(county, tmp_path, level, code, rate):
    # 001 has records in six months and 002 in three: 9 of 36 member-months, of 72 in the committee
    for member, name, months in (("001", "甲一", range(1, 7)), ("002", "甲二", range(1, 4))):
        for month in months:
            diary = county.form("日记录", 支部编号="ZB1", 期间=f"2026-{month:02}")
            for day in (5, 6):  # two records of a month are one
                row = {"日期": dt.date(2026, month, day), "党员编号": member, "姓名": name}
                diary.add(**row, 项目编号="Z01", 事由="学习", 分值=0.1)
    measured(county, "日记录覆盖率", level)
    assert list(published(county, tmp_path)[code]["indicators"].values()) == [rate]


@pytest.mark.parametrize(("level", "code", "rate"), [("支部", "ZB1", "93.10"), ("党委", "DW1", "96.55")])
def test_filing_rate(county, tmp_path, level, code, rate):
    for month in ("2026-01", "2026-02"):  # 27 of 12 日记录 + 12 月打分 + 4 季汇总 + 1 年评议; 56 of 58 in the committee
        county.drop("日记录", 支部编号="ZB1", 期间=month)
    measured(county, "报送率", level)
    assert list(published(county, tmp_path)[code]["indicators"].values()) == [rate]


def test_filing_rate_without_monthly_scores(county, tmp_path):
    county.set_rule("月积分口径", "日记录核算")
    county.forms = [f for f in county.forms if f.form != "月打分"]
    for month in ("2026-01", "2026-02"):
        county.drop("日记录", 支部编号="ZB1", 期间=month)
    measured(county, "报送率")
    assert published(county, tmp_path)["ZB1"]["indicators"] == {"B1": "88.24"}  # 15 of 17


def test_rectification_rate(county, tmp_path):
    def issue(code: str, deadline: dt.date, status: str, completed: dt.date | None = None) -> None:
        county.form("整改台账").add(组织编号=code, 问题="记录不全", 完成时限=deadline, 完成日期=completed, 状态=status)

    may = dt.date(2026, 5, 31)
    issue("ZB1", may, "已完成", may)  # in time, on the last day
    issue("ZB1", may, "已完成", dt.date(2026, 6, 1))  # late
    issue("ZB1", may, "整改中")
    issue("ZB1", dt.date(2027, 1, 31), "未整改")  # not due in the year
    measured(county, "整改完成率")
    found = published(county, tmp_path)
    assert found["ZB1"]["indicators"] == {"B1": "33.33"}
    assert found["ZB2"]["indicators"] == {"B1": "100.00"}  # a rate of nothing


def test_member_mean_of_nobody_is_an_error(county, tmp_path):
    for row in county.form("花名册", "党员编号").rows:
        row.update(积分管理="否" if row["支部编号"] == "ZB2" else "是", 不参加原因="离退休")
    county.forms = [f for f in county.forms if f.labels.get("支部编号") != "ZB2"]
    measured(county, "党员积分均分")
    assert errors(county, tmp_path) == ["财政第二支部（ZB2） 的指标 B1 需要“党员积分均分”，但没有这个数"]


# --- units over time -----------------------------------------------------------------------------------------------


def without(county: County, branch: str, since: str = "0001-01-01", before: str = "9999-12-31") -> None:
    """Take out the branch's forms, and its 督查, of the periods that end on or after `since` and before `before`."""

    def gone(form: FilledForm) -> bool:
        return since <= periods.parse(form.labels["期间"]).last_day.isoformat() < before

    county.forms = [f for f in county.forms if not (f.labels.get("支部编号") == branch and gone(f))]
    for form in (county.form("督查打分", 期间=quarter) for quarter in QUARTERS):
        if gone(form):
            form.rows = [r for r in form.rows if r["组织编号"] != branch]


def test_a_branch_founded_in_the_year_owes_what_it_could(county, tmp_path):
    unit(county, "ZB2")["启用日期"] = dt.date(2026, 7, 1)
    without(county, "ZB2", before="2026-07-01")
    inspected(county, "ZB2", "2026Q4", 91)
    measured(county, "报送率")
    found = published(county, tmp_path)
    assert found["ZB2"]["inspections"] == {"2026Q3": "90.00", "2026Q4": "91.00"}
    assert found["ZB2"]["inspection"] == "90.50"
    assert found["ZB2"]["indicators"] == {"B1": "100.00"}  # 6 + 6 + 2 + 1 forms were due
    assert list(found["004"]["quarters"]) == ["2026Q3", "2026Q4"]


def test_a_dissolved_branch_is_not_ranked_in_the_year(county, tmp_path):
    unit(county, "ZB2")["撤销日期"] = dt.date(2026, 10, 1)
    without(county, "ZB2", since="2026-10-01")
    for form in (county.form("指标完成"), county.form("监督员评分"), county.form("满意度测评")):
        form.rows = [r for r in form.rows if r["组织编号"] != "ZB2"]
    for row in county.form("花名册", "党员编号").rows:
        row["转出日期"] = dt.date(2026, 10, 1) if row["支部编号"] == "ZB2" else None
    measured(county, "支部得分均分", "党委")
    found = published(county, tmp_path)
    assert "ZB2" not in found and "004" not in found
    assert found["DW1"]["indicators"] == {"W1": found["ZB1"]["total"]}


def second_committee(county: County) -> None:
    """DW2, rated as DW1 is, without a branch so far."""
    county.form("花名册", "组织编号").add(**{**unit(county, "DW1"), "组织编号": "DW2", "组织名称": "税务局机关党委"})
    for name in ("指标完成", "监督员评分", "满意度测评"):
        form = county.form(name)
        form.rows += [{**r, "组织编号": "DW2"} for r in form.rows if r["组织编号"] == "DW1"]
    form = county.form("督查打分", 期间="2026H1")
    form.add(**{**form.row(组织编号="DW1"), "组织编号": "DW2", "组织名称": "税务局机关党委", "得分": 80})


def test_a_committee_without_branches_has_a_year_of_its_own(county, tmp_path):
    second_committee(county)
    found = published(county, tmp_path)
    assert (found["DW2"]["member_mean"], found["DW2"]["total"], found["DW2"]["rank"]) == (None, "88.80", 2)


def test_a_committee_without_branches_has_no_branch_mean(county, tmp_path):
    second_committee(county)
    measured(county, "支部得分均分", "党委")
    assert errors(county, tmp_path) == ["税务局机关党委（DW2） 的指标 W1 需要“支部得分均分”，但没有这个数"]


def test_a_committee_founded_after_the_first_half_has_no_inspection(county, tmp_path):
    second_committee(county)
    unit(county, "DW2")["启用日期"] = dt.date(2026, 7, 1)
    form = county.form("督查打分", 期间="2026H1")
    form.rows = [r for r in form.rows if r["组织编号"] != "DW2"]
    assert errors(county, tmp_path) == ["税务局机关党委（DW2） 在 2026 年的督查期次结束时都不存在，没有督查均分"]


def test_a_branch_that_moves_counts_where_it_is_at_the_end(county, tmp_path):
    second_committee(county)
    row = unit(county, "ZB2")
    county.form("花名册", "组织编号").add(**{**row, "上级编号": "DW2", "启用日期": dt.date(2026, 7, 1)})
    row["撤销日期"] = dt.date(2026, 7, 1)
    give(county, "004", "ZB2", 90)
    found = published(county, tmp_path)
    assert [(found[b]["committee"], found[b]["rank"]) for b in BRANCHES] == [("DW1", 1), ("DW2", 1)]
    assert (found["DW1"]["member_mean"], found["DW2"]["member_mean"]) == ("80.00", "83.33")
    assert len(found["ZB2"]["inspections"]) == 4  # of both halves of the year


def test_branches_under_no_committee_are_ranked_among_themselves(county, tmp_path):
    unit(county, "ZB2")["上级编号"] = None
    bonus(county, "个性化", -1, code="ZB2")
    found = published(county, tmp_path)
    assert [(found[b]["committee"], found[b]["rank"], found[b]["rank_county"]) for b in BRANCHES] == [
        ("DW1", 1, 1),
        ("", 1, 2),
    ]


def test_within_a_tie_the_better_year_end_is_listed_first(county, tmp_path):
    county.form("监督员评分").row(组织编号="ZB1")["得分"] = 89  # 年末考核分 90.6 instead of 91
    for quarter in QUARTERS:
        inspected(county, "ZB1", quarter, 91.6)  # 18.32 + 72.48 = 18 + 72.8 = 90.8
    outcome = county.process(tmp_path, "2026")
    listed = [(b.unit.id, b.rank, str(b.scores.year_end.value)) for b in outcome.results.branches]
    assert listed == [("ZB2", 1, "91"), ("ZB1", 1, "453/5")]


def test_within_a_tie_of_equals_the_code_decides(county, tmp_path):
    outcome = county.process(tmp_path, "2026")
    assert [(b.unit.id, b.rank, b.rank_county) for b in outcome.results.branches] == [("ZB1", 1, 1), ("ZB2", 1, 1)]

"""日记录核算分 (spec §4.2): 起始分 20 each, points, 每月上限 and 每年上限, 0…满分; whose rows count, and in which month."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from factories import MEMBERS, County, complaints

from lianghua_batch.core import exact, periods
from lianghua_batch.scoring import results
from lianghua_batch.scoring.results import Outcome

NAMES = {code: name for members in MEMBERS.values() for code, name in members.items()}
PROJECTS = [  # 项目编号, 维度, 项目名称, 分值, 每月上限, 每年上限
    ("X00", "品德合格", "没有上限", 1, None, None),
    ("X02", "品德合格", "每月至多二分", -1, 2, None),
    ("X05", "品德合格", "每年至多五分", 3, None, 5),
    ("X06", "品德合格", "全年扣至多五分", -3, None, 5),
]


@pytest.fixture
def county() -> County:
    """月积分口径 = 日记录核算, without 月打分, so that a member's months are what the diary comes to: 4×20 + points."""
    county = County()
    county.set_rule("月积分口径", "日记录核算")
    county.forms = [f for f in county.forms if f.form != "月打分"]
    form = county.form("考评方案", "项目编号")
    form.rows += [dict(zip(form.headings, project, strict=False)) for project in PROJECTS]
    return county


def record(county: County, date: str, project: str, *points: float | None, member="001", branch="ZB1") -> None:
    """One 日记录 row for each of `points`; None leaves 分值 blank."""
    day = dt.date.fromisoformat(date)
    form = county.form("日记录", 支部编号=branch, 期间=date[:7])
    for n, value in enumerate(points):
        row = {"日期": day, "党员编号": member, "姓名": NAMES[member], "项目编号": project}
        form.add(**row, 事由=f"第{n}件", 分值=value)


def expect(county: County, quarter: str, *months: float | None, member: str = "001", branch: str = "ZB1") -> None:
    """Fill the quarter's 季汇总 with these months and their mean; a run refuses figures that it does not compute itself."""
    counted = [Decimal(str(m)) for m in months if m is not None]
    mean = float((sum(counted) / len(counted)).quantize(Decimal("0.01"), ROUND_HALF_UP))
    row = county.form("季汇总", 支部编号=branch, 期间=quarter).row(党员编号=member)
    row.update(zip(("第一月", "第二月", "第三月"), months, strict=True), 季度积分=mean, 审定积分=mean)


def run(county: County, folder: Path, period: str = "2026Q1") -> Outcome:
    outcome = county.process(folder, period)
    assert outcome.results is not None, complaints(outcome)
    return outcome


def months(outcome: Outcome, member: str = "001") -> list[str]:
    rows = results.as_json(outcome.results)["members"]
    return list(next(row for row in rows if row["id"] == member)["months"].values())


def test_without_records_every_dimension_keeps_its_start(county, tmp_path):
    assert months(run(county.only("2026Q1"), tmp_path)) == ["80.00", "80.00", "80.00"]


def test_points_are_added_and_taken(county, tmp_path):
    record(county, "2026-01-05", "X00", 2.5)
    record(county, "2026-01-06", "J01", -1)
    expect(county, "2026Q1", 81.5, 80, 80)
    assert months(run(county.only("2026Q1"), tmp_path)) == ["81.50", "80.00", "80.00"]


def test_blank_points_are_the_projects(county, tmp_path):
    record(county, "2026-01-05", "Z01", None)  # 参加党员大会 +1
    record(county, "2026-01-06", "J01", None)  # 无故缺席 −2
    record(county, "2026-02-05", "Z01", None, 0)  # 0 is filled, not blank
    expect(county, "2026Q1", 79, 81, 80)
    assert months(run(county.only("2026Q1"), tmp_path)) == ["79.00", "81.00", "80.00"]


@pytest.mark.parametrize(
    ("points", "month"),
    [
        ((1, 1), 82),
        ((1, 1, 1), 82),  # +3, and the month's limit is 2
        ((-1, -1, -1), 78),  # −3, and the limit is −2
        ((3, -2), 81),  # the sum is limited, not the entries: 3 − 2, not 2 − 2
    ],
)
def test_monthly_limit_of_a_project(county, tmp_path, points, month):
    record(county, "2026-01-05", "X02", *points)
    expect(county, "2026Q1", month, 80, 80)
    assert months(run(county.only("2026Q1"), tmp_path))[0] == f"{month}.00"


def test_yearly_limit_over_the_months(county, tmp_path):
    # X05 stands at 3, then at 5 of 6, then stays at 5; it falls to 1, and so there is room for 3 again: 4; +3 is limited to 5.
    for month, points in zip(("01", "02", "03", "04", "05", "06"), (3, 3, 3, -4, 3, 3), strict=True):
        record(county, f"2026-{month}-10", "X05", points)
    expect(county, "2026Q1", 83, 82, 80)
    expect(county, "2026Q2", 76, 83, 81)
    found = months(run(county, tmp_path, "2026"))
    assert found[:6] == ["83.00", "82.00", "80.00", "76.00", "83.00", "81.00"]


def test_yearly_limit_downwards(county, tmp_path):
    for month, points in zip(("01", "02", "03"), (-3, -3, 2), strict=True):
        record(county, f"2026-{month}-10", "X06", points)
    expect(county, "2026Q1", 77, 78, 82)  # −3, −5 of −6, −3
    assert months(run(county.only("2026Q1"), tmp_path)) == ["77.00", "78.00", "82.00"]


def test_both_limits_of_a_project(county, tmp_path):
    # 参加党员大会: 3 a month, 10 a year, four a month: 3, 3, 3 and in April what is left, 1.
    for month in ("01", "02", "03", "04"):
        record(county, f"2026-{month}-10", "Z01", None, None, None, None)
    expect(county, "2026Q1", 83, 83, 83)
    expect(county, "2026Q2", 81, 80, 80)
    outcome = run(county, tmp_path, "2026Q2")  # a later quarter looks at the earlier diaries
    assert months(outcome) == ["81.00", "80.00", "80.00"]
    entries = outcome.results.scored.diary.dimension_score(
        "001", periods.parse("2026-04"), outcome.results.county.scheme.dimensions[0]
    )
    parts = [(p.item, exact.short(p.amount)) for p in entries.parts]
    assert parts == [
        ("起始分", "20"),
        *[("Z01 参加党员大会", "1")] * 4,
        ("超过每月上限 Z01", "-1"),
        ("超过每年上限 Z01", "-2"),
    ]


@pytest.mark.parametrize(
    ("points", "month"),
    [
        ((9,), 85),  # 29 is limited to the dimension's 25
        ((-30,), 60),  # −10 to 0
        ((9, -6), 83),  # the sum is limited: 20 + 9 − 6, not 25 − 6
    ],
)
def test_a_dimension_stays_within_0_and_its_full_marks(county, tmp_path, points, month):
    record(county, "2026-01-05", "X00", *points)
    expect(county, "2026Q1", month, 80, 80)
    assert months(run(county.only("2026Q1"), tmp_path))[0] == f"{month}.00"


def exempt_in_february(county: County) -> County:
    """X05 is worth 3 a month and 5 a year; 001 is 免评 in February, whose 月打分 says so and nothing else."""
    for month in ("01", "02", "03", "04"):
        record(county, f"2026-{month}-10", "X05", None)
    form = County().form("月打分", 支部编号="ZB1", 期间="2026-02")
    form.rows = [{"党员编号": "001", "姓名": "甲一", "免评原因": "长期患病"}]
    county.forms.append(form)
    expect(county, "2026Q1", 83, None, 82)  # 3, February not at all, and in March the 2 that are left
    return county


@pytest.mark.parametrize(
    ("period", "found"),
    [
        ("2026Q1", ["83.00", "82.00"]),
        ("2026", ["83.00", "82.00", *["80.00"] * 9]),
        ("2026Q2", ["80.00", "80.00", "80.00"]),
    ],
)
def test_an_exempt_month_leaves_the_yearly_limit_alone(county, tmp_path, period, found):
    assert months(run(exempt_in_february(county), tmp_path, period)) == found


@pytest.mark.parametrize(("period", "april"), [("2026", 2), ("2026Q2", 0)])
def test_an_exempt_month_is_the_same_in_the_year_and_in_a_later_quarter(county, tmp_path, period, april):
    exempt_in_february(county)
    march = county.form("日记录", 支部编号="ZB1", 期间="2026-03")
    march.rows = []  # so 3 by the end of March if February counts for nothing, and 5 if it counted
    expect(county, "2026Q1", 83, None, 80)
    expect(county, "2026Q2", 82, 80, 80)
    assert months(run(county, tmp_path, period))[april] == "82.00"


def test_rows_of_a_member_outside_points_count_for_nothing(county, tmp_path):
    people = county.form("花名册", "党员编号")
    row = people.row(党员编号="001")
    people.add(**{**row, "转入日期": dt.date(2026, 3, 16)})
    row.update(积分管理="否", 不参加原因="长期出国", 转出日期=dt.date(2026, 3, 16))
    record(county, "2026-03-10", "X00", 2)  # not yet
    record(county, "2026-03-20", "X00", 1)  # counts
    expect(county, "2026Q1", None, None, 81)
    outcome = run(county.only("2026Q1"), tmp_path)
    assert months(outcome) == ["81.00"]
    assert [(p.code, p.place.cell) for p in outcome.problems if p.code == "W302"] == [("W302", "B4")]


def test_rows_of_both_branches_count_in_the_month_of_a_transfer(county, tmp_path):
    people = county.form("花名册", "党员编号")
    row = people.row(党员编号="001")
    people.add(**{**row, "支部编号": "ZB2", "转入日期": dt.date(2026, 2, 15)})
    row["转出日期"] = dt.date(2026, 2, 15)
    summary = county.form("季汇总", 支部编号="ZB1", 期间="2026Q1")
    moved = summary.row(党员编号="001")
    summary.rows.remove(moved)
    county.form("季汇总", 支部编号="ZB2", 期间="2026Q1").add(**moved)
    record(county, "2026-02-14", "X02", 2)  # the last day in ZB1
    record(county, "2026-02-15", "X02", 1, branch="ZB2")  # the first in ZB2; together 3, the month's limit is 2
    expect(county, "2026Q1", 80, 82, 80, branch="ZB2")
    assert months(run(county.only("2026Q1"), tmp_path)) == ["80.00", "82.00", "80.00"]


def test_identical_rows_both_count_with_a_warning(county, tmp_path):
    record(county, "2026-01-05", "X00", 1)
    record(county, "2026-01-05", "X00", 1)
    expect(county, "2026Q1", 82, 80, 80)
    outcome = run(county.only("2026Q1"), tmp_path)
    assert months(outcome)[0] == "82.00"
    assert [p.place.cell for p in outcome.problems if p.code == "W201"] == ["B5"]


def test_a_branch_without_diary_has_the_start(county, tmp_path):
    county.drop("日记录", 支部编号="ZB1", 期间="2026-01")
    outcome = run(county.only("2026Q1"), tmp_path)
    assert months(outcome)[0] == "80.00"
    assert [p.message for p in outcome.problems if p.code == "W301"] == [
        "财政第一支部（ZB1） 没有报 2026-01 的日记录（未报），核算分按起始分计"
    ]


def test_under_group_scores_the_diary_only_checks(tmp_path):
    county = County()
    record(county, "2026-01-05", "Z01", 1, 1)  # 22 computed, 20 given: within 打分偏离容差
    assert months(run(county.only("2026Q1"), tmp_path))[0] == "80.00"

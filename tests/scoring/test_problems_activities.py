"""活动记录 (spec §2, §4.2): a row is a diary entry of everyone who took part, and of those absent where 缺席项目 is filled."""

import datetime as dt
from pathlib import Path

import pytest
from factories import County, FilledForm, complaints

from lianghua_batch.scoring import results

HEADS = "日期 项目编号 事由 参加 人员 缺席 缺席项目"
DAY = dt.date(2026, 2, 10)


def activity(county: County, *rows: list, name: str = "活动", heads: str = HEADS) -> None:
    """Add a 活动记录 of 财政第一支部 for February."""
    labels = {"支部编号": "ZB1", "支部名称": "财政第一支部", "期间": "2026-02"}
    form = FilledForm(f"ZB1/{name}.xlsx", "活动记录", heads, list(rows), **labels)
    county.forms.append(form)


@pytest.fixture
def county() -> County:
    """The first quarter, 月积分 by 日记录: 20 in each dimension; Z01 is +1 (每月上限 3, 每年上限 10), J01 −2."""
    county = County().only("2026Q1")
    county.set_rule("月积分口径", "日记录核算")
    county.forms = [f for f in county.forms if f.form != "月打分"]
    return county


def expect(county: County, **february: int) -> None:
    """Fill 季汇总 of 财政第一支部 with these months: a run refuses what it does not compute itself."""
    for member, value in february.items():
        mean = round((160 + value) / 3, 2)
        row = county.form("季汇总", 支部编号="ZB1", 期间="2026Q1").row(党员编号=member.removeprefix("m"))
        row.update(第一月=80, 第二月=value, 第三月=80, 季度积分=mean, 审定积分=mean)


def run(county: County, folder: Path) -> dict[str, str]:
    """February's 月积分 of 财政第一支部's members."""
    outcome = county.process(folder, "2026Q1")
    assert outcome.results is not None, complaints(outcome)
    rows = results.as_json(outcome.results)["members"]
    return {row["id"]: row["months"]["2026-02"] for row in rows if row["branch"] == "ZB1"}


def test_all_but_those_absent(county, tmp_path):
    activity(county, [DAY, "Z01", "党员大会", "全体", None, "003", "J01"])
    expect(county, m001=81, m002=81, m003=78)
    assert run(county, tmp_path) == {"001": "81.00", "002": "81.00", "003": "78.00"}


def test_absent_without_an_entry(county, tmp_path):
    activity(county, [DAY, "Z01", "党员大会", "全体", None, "甲三", None])
    expect(county, m001=81, m002=81, m003=80)
    assert run(county, tmp_path) == {"001": "81.00", "002": "81.00", "003": "80.00"}


@pytest.mark.parametrize(
    "people", ["001、002", "甲一，甲二", "甲一 甲二", "001 甲一;002 甲二", "001 甲一 002 甲二", "001\n甲二"]
)
def test_people_as_clerks_list_them(county, tmp_path, people):
    activity(county, [DAY, "Z01", "党小组会", "名单", people, None, None])
    expect(county, m001=81, m002=81)
    assert run(county, tmp_path) == {"001": "81.00", "002": "81.00", "003": "80.00"}


def test_a_monthly_cap_holds_over_both_forms(county, tmp_path):
    diary = county.form("日记录", 支部编号="ZB1", 期间="2026-02")
    for day in (1, 2):
        diary.add(日期=dt.date(2026, 2, day), 党员编号="001", 姓名="甲一", 项目编号="Z01", 事由="上党课")
    activity(county, *([dt.date(2026, 2, day), "Z01", "党员大会", "名单", "001", None, None] for day in (10, 11)))
    expect(county, m001=83)
    assert run(county, tmp_path)["001"] == "83.00"


def test_with_an_activity_record_the_diary_is_filed(county, tmp_path):
    county.drop("日记录", 支部编号="ZB1", 期间="2026-02")
    activity(county, [DAY, "Z01", "党员大会", "全体", None, None, None])
    expect(county, m001=81, m002=81, m003=81)
    assert county.complaints(tmp_path, "2026Q1") == []


def test_nobody_owes_an_activity_record(county, tmp_path):
    assert county.complaints(tmp_path, "2026Q1") == []


CASES = [
    (
        [DAY, "Z01", "党员大会", "名单", "001、009", None, None],
        "E353 ZB1/活动.xlsx 活动记录 E4[009]：花名册中没有“009”。请写党员编号或全名，几个人用顿号分开。",
    ),
    (
        [DAY, "Z01", "党员大会", "名单", "001、甲一", None, None],
        "E355 ZB1/活动.xlsx 活动记录 E4[甲一]：“甲一”在这一行写了两次。请只写一次；参加和缺席不能是同一个人。",
    ),
    (
        [DAY, "Z01", "党员大会", "名单", "001、002", "甲二", None],
        "E355 ZB1/活动.xlsx 活动记录 F4[甲二]：“甲二”在这一行写了两次。请只写一次；参加和缺席不能是同一个人。",
    ),
    (
        [DAY, "Z01", "党员大会", "全体", None, "乙一", None],
        "E356 ZB1/活动.xlsx 活动记录 F4[乙一]：乙一（004） 2026-02-10 不在 财政第一支部（ZB1）。请核对名单和花名册。",
    ),
    (
        [DAY, "Z01", "党员大会", "名单", None, None, None],
        "E357 ZB1/活动.xlsx 活动记录 E4：参加填的是名单，没有写人员。请在人员中写参加的党员；全支部参加的请填“全体”。",
    ),
    (
        [DAY, "Z01", "党员大会", "全体", "001", None, None],
        "E358 ZB1/活动.xlsx 活动记录 E4[001]：参加填的是全体，又写了人员。请删去人员；只有这些人参加的请填“名单”。",
    ),
    (
        [DAY, "Z99", "党员大会", "全体", None, None, None],
        "E305 ZB1/活动.xlsx 活动记录 B4[Z99]：项目编号“Z99”不在考评方案的积分项目中。请填写考评方案中的项目编号。",
    ),
    (
        [dt.date(2026, 3, 10), "Z01", "党员大会", "全体", None, None, None],
        "E304 ZB1/活动.xlsx 活动记录 A4[2026-03-10]：日期 2026-03-10 不在本表期间 2026-02 之内。请改正日期，或记入相应月份的表。",
    ),
]


@pytest.mark.parametrize(("row", "expected"), CASES)
def test_a_faulty_row_is_one_problem_at_its_cell(county, tmp_path, row, expected):
    activity(county, row)
    assert county.complaints(tmp_path, "2026Q1") == [expected]


def test_two_of_one_name_need_their_codes(county, tmp_path):
    county.form("花名册", "党员编号").row(党员编号="002")["姓名"] = "甲一"
    for form in county.forms:
        for row in form.rows:
            if row.get("党员编号") == "002" and "姓名" in row:
                row["姓名"] = "甲一"
    activity(county, [DAY, "Z01", "党员大会", "名单", "甲一", None, None])
    found = [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E")]
    assert found == ["E354 ZB1/活动.xlsx 活动记录 E4[甲一]：有几名党员都叫“甲一”，不知是哪一名。请改写党员编号。"]


def test_what_is_in_the_diary_too_is_said(county, tmp_path):
    diary = county.form("日记录", 支部编号="ZB1", 期间="2026-02")
    diary.add(日期=DAY, 党员编号="001", 姓名="甲一", 项目编号="Z01", 事由="党员大会")
    activity(county, [DAY, "Z01", "党员大会", "全体", None, None, None])
    expect(county, m001=82, m002=81, m003=81)
    assert county.complaints(tmp_path, "2026Q1") == [
        "W331 ZB1/活动.xlsx 活动记录 B4[Z01]：甲一（001） 等 1 人当天的 Z01 在日记录中也有，会计算两次。请核对，只留一处。"
    ]


def test_the_same_activity_twice_is_said(county, tmp_path):
    activity(
        county,
        [DAY, "Z01", "党员大会", "名单", "001", None, None],
        [DAY, "Z01", "党员 大会", "名单", "002", None, None],
    )
    expect(county, m001=81, m002=81)
    assert county.complaints(tmp_path, "2026Q1") == [
        "W333 ZB1/活动.xlsx 活动记录 C5[党员 大会]：这次活动另有一行，见 ZB1/活动.xlsx 活动记录 C4，两行都计算在内。如系重复登记，请删去一行。"
    ]


def test_the_same_rows_in_two_files_are_an_error(county, tmp_path):
    row = [DAY, "Z01", "党员大会", "全体", None, None, None]
    activity(county, row)
    activity(county, row, [dt.date(2026, 2, 11), "Z01", "上党课", "全体", None, None, None], name="活动（更正）")
    found = [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E")]
    assert len(found) == 1
    assert found[0].startswith("E142 ZB1/活动（更正）.xlsx 活动记录 A4")


def test_an_absence_without_people_is_said(county, tmp_path):
    activity(county, [DAY, "Z01", "党员大会", "全体", None, None, "J01"])
    expect(county, m001=81, m002=81, m003=81)
    assert county.complaints(tmp_path, "2026Q1") == [
        "W332 ZB1/活动.xlsx 活动记录 G4[J01]：填了缺席项目 J01，没有写缺席的人。请写缺席的党员，或删去缺席项目。"
    ]


def test_an_entry_points_at_its_activity(county, tmp_path):
    activity(county, [DAY, "Z01", "党员大会", "全体", None, "003", "J01"])
    expect(county, m001=81, m002=81, m003=78)
    outcome = county.process(tmp_path, "2026Q1")
    months = outcome.results.scored.months
    month = next(m for _, m in months if str(m) == "2026-02")
    entries = [p.entry for d in months["003", month].parts for p in d.score.parts if p.kind == "default_record"]
    assert [f"{e.file} {e.sheet} {e.cell}" for e in entries] == ["ZB1/活动.xlsx 活动记录 G4"]

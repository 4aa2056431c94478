"""Problems of the roster: units and members over time."""

import datetime as dt

import pytest


def units(county):
    return county.form("花名册", "层级")


def members(county):
    return county.form("花名册", "姓名")


def test_rows_of_a_unit_that_overlap(county, tmp_path):
    units(county).row(组织编号="ZB2")["撤销日期"] = dt.date(2026, 3, 2)
    units(county).rows.append({**units(county).row(组织编号="ZB2"), "启用日期": dt.date(2026, 3, 1), "撤销日期": None})
    assert county.complaints(tmp_path, "2026Q1") == [
        "E501 花名册.xlsx 党组织 A7[ZB2]：财政第二支部（ZB2） 的两行时间重叠，另见 花名册.xlsx 党组织 A6。请核对启用日期和撤销日期。",
    ]


def test_rows_of_a_unit_that_follow_each_other(county, tmp_path):
    units(county).row(组织编号="ZB2")["撤销日期"] = dt.date(2026, 3, 1)
    units(county).rows.append({**units(county).row(组织编号="ZB2"), "启用日期": dt.date(2026, 3, 1), "撤销日期": None})
    assert county.complaints(tmp_path, "2026Q1") == []


def test_a_unit_that_ended_before_it_began(county, tmp_path):
    units(county).add(
        组织编号="ZB3", 组织名称="税务支部", 层级="支部", 窗口单位="否", 启用日期="2026-02-01", 撤销日期="2026年2月1日"
    )
    assert county.complaints(tmp_path, "2026Q1") == [
        "E502 花名册.xlsx 党组织 I7[2026-02-01]：撤销日期不晚于启用日期。请核对启用日期和撤销日期。",
    ]


def test_branches_under_nobody_or_under_a_branch(county, tmp_path):
    units(county).row(组织编号="ZB1")["上级编号"] = "DW9"
    units(county).row(组织编号="ZB2")["上级编号"] = "ZB1"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E503 花名册.xlsx 党组织 D5[DW9]：上级编号“DW9”在花名册中没有。请填写所属党委的组织编号；机关工委直属的留空。",
        "E504 花名册.xlsx 党组织 D6[ZB1]：上级 ZB1 不是党委。请填写所属党委的组织编号。",
    ]


def test_a_branch_that_outlives_its_committee(county, tmp_path):
    units(county).row(组织编号="DW1")["撤销日期"] = dt.date(2026, 3, 31)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E505 花名册.xlsx 党组织 D5[DW1]：财政第一支部（ZB1） 的上级 DW1 在 2026-03-31 不存在。请为该支部另起一行，填写新的上级编号。",
        "E505 花名册.xlsx 党组织 D6[DW1]：财政第二支部（ZB2） 的上级 DW1 在 2026-03-31 不存在。请为该支部另起一行，填写新的上级编号。",
    ]


def test_rows_of_a_member_that_overlap(county, tmp_path):
    members(county).row(党员编号="001")["转出日期"] = dt.date(2026, 3, 2)
    members(county).rows.append(
        {**members(county).row(党员编号="001"), "转入日期": dt.date(2026, 3, 1), "转出日期": None}
    )
    assert county.complaints(tmp_path, "2026Q1") == [
        "E506 花名册.xlsx 党员 A10[001]：甲一（001） 的两行时间重叠，另见 花名册.xlsx 党员 A4。请核对转入日期和转出日期。",
    ]


def test_a_member_who_left_before_coming(county, tmp_path):
    members(county).add(
        党员编号="007",
        姓名="丙一",
        支部编号="ZB1",
        党小组="第一党小组",
        党员类别="正式",
        积分管理="是",
        转入日期="2026.3.1",
        转出日期="2026/2/28",
    )
    assert county.complaints(tmp_path, "2026Q1") == [
        "E507 花名册.xlsx 党员 I10[2026-02-28]：转出日期不晚于转入日期。请核对转入日期和转出日期。",
    ]


def test_members_of_an_unknown_branch_or_of_a_committee(county, tmp_path):
    group = {"党小组": "第一党小组", "党员类别": "正式", "积分管理": "否", "不参加原因": "离退休"}
    members(county).add(党员编号="007", 姓名="丙一", 支部编号="ZB9", **group)
    members(county).add(党员编号="008", 姓名="丙二", 支部编号="DW1", **group)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E508 花名册.xlsx 党员 C10[ZB9]：支部编号“ZB9”在花名册的党组织中没有。请填写支部的组织编号。",
        "E509 花名册.xlsx 党员 C11[DW1]：“DW1”是党委，党员应编入支部。请填写支部的组织编号。",
    ]


def test_a_member_who_takes_no_part_for_no_reason(county, tmp_path):
    members(county).add(
        党员编号="007", 姓名="丙一", 支部编号="ZB1", 党小组="第一党小组", 党员类别="正式", 积分管理="否"
    )
    assert county.complaints(tmp_path, "2026Q1") == [
        "E510 花名册.xlsx 党员 G10：积分管理为否而没有不参加原因。请填写不参加原因。",
    ]


def test_one_code_for_two_people(county, tmp_path):
    members(county).add(
        党员编号="001",
        姓名="丙一",
        支部编号="ZB2",
        党小组="第一党小组",
        党员类别="正式",
        积分管理="否",
        不参加原因="离退休",
        转入日期="2025-01-01",
        转出日期="2025-12-31",
    )
    members(county).row(党员编号="001", 姓名="甲一")["转入日期"] = "2026-01-01"
    assert [c for c in county.complaints(tmp_path, "2026Q1") if "花名册.xlsx" in c] == [
        "E511 花名册.xlsx 党员 B4[甲一]：同一党员编号 001 有两个姓名：“甲一”和“丙一”。请核对，两个人不能共用一个编号。",
    ]


def test_a_code_that_was_a_branch_and_is_a_committee(county, tmp_path):
    units(county).add(组织编号="DW1", 组织名称="财政局支部", 层级="支部", 窗口单位="否", 撤销日期="2025-12-31")
    units(county).row(组织编号="DW1", 层级="党委")["启用日期"] = "2026-01-01"
    assert [c for c in county.complaints(tmp_path, "2026Q1") if c.startswith("E512")] == [
        "E512 花名册.xlsx 党组织 C4[DW1]：财政局机关党委（DW1） 的层级前后不一致。请另用新的组织编号。",
    ]


def test_a_member_with_the_code_of_a_unit(county, tmp_path):
    members(county).add(
        党员编号="ZB2",
        姓名="丙一",
        支部编号="ZB1",
        党小组="第一党小组",
        党员类别="正式",
        积分管理="否",
        不参加原因="离退休",
    )
    assert county.complaints(tmp_path, "2026Q1") == [
        "E513 花名册.xlsx 党员 A10[ZB2]：党员编号 ZB2 与组织编号重复。请使党员编号与组织编号不同。",
    ]


def test_members_left_behind_when_their_branch_ended(county, tmp_path):
    units(county).row(组织编号="ZB2")["撤销日期"] = dt.date(2026, 3, 1)
    members(county).row(党员编号="005")["转出日期"] = dt.date(2026, 3, 1)
    members(county).row(党员编号="006").update(积分管理="否", 不参加原因="离退休")
    county.forms = [
        f for f in county.forms if f.labels.get("支部编号") != "ZB2" or f.labels["期间"] in ("2026-01", "2026-02")
    ]
    for month in ("2026-01", "2026-02"):
        county.form("月打分", 支部编号="ZB2", 期间=month).rows.pop()
    county.form("督查打分").rows.pop()
    assert county.complaints(tmp_path, "2026Q1") == [
        "W501 花名册.xlsx 党员 C7[004]：乙一（004） 所在的 财政第二支部（ZB2） 自 2026-03-01 起不存在，此后不计分。请填写转出日期，或另起一行登记新的支部。",
    ]


def test_two_members_of_one_name_in_one_branch(county, tmp_path):
    members(county).row(党员编号="003")["姓名"] = "甲 一"
    members(county).row(党员编号="004")["姓名"] = "甲一"  # in another branch
    members(county).rows += [
        {**members(county).row(党员编号="002"), "党员编号": "007", "转出日期": dt.date(2026, 1, 1), "积分管理": "是"},
    ]
    members(county).row(党员编号="002")["转入日期"] = dt.date(2026, 1, 1)  # the other 甲二 had left
    for form in county.forms:
        for row in form.rows:
            row.update({"姓名": "甲一"} if row.get("党员编号") in ("003", "004") else {})
    assert county.complaints(tmp_path, "2026Q1") == [
        "W502 花名册.xlsx 党员 B6[甲一]：财政第一支部（ZB1） 有两名“甲一”：001 和 003。请核对各表中这两人的编号。",
    ]


def test_a_committee_with_a_superior(county, tmp_path):
    units(county).row(组织编号="DW1")["上级编号"] = "GW"
    assert county.complaints(tmp_path, "2026Q1") == [
        "W503 花名册.xlsx 党组织 D4[GW]：财政局机关党委（DW1） 是党委，上级编号 GW 不采用。请核对层级；党委的上级编号请留空。",
    ]


def test_a_roster_without_any_unit(county, tmp_path):
    units(county).rows.clear()
    county.forms = [f for f in county.forms if f.form in ("花名册", "考评方案")]
    assert county.complaints(tmp_path, "2026Q1") == [
        "E514 ：花名册中没有 2026-03-31 存在的党组织。请先登记党组织，核对启用日期和撤销日期。",
        "E508 花名册.xlsx 党员 C4[ZB1]：支部编号“ZB1”在花名册的党组织中没有。请填写支部的组织编号。",
        "E508 花名册.xlsx 党员 C5[ZB1]：支部编号“ZB1”在花名册的党组织中没有。请填写支部的组织编号。",
        "E508 花名册.xlsx 党员 C6[ZB1]：支部编号“ZB1”在花名册的党组织中没有。请填写支部的组织编号。",
        "E508 花名册.xlsx 党员 C7[ZB2]：支部编号“ZB2”在花名册的党组织中没有。请填写支部的组织编号。",
        "E508 花名册.xlsx 党员 C8[ZB2]：支部编号“ZB2”在花名册的党组织中没有。请填写支部的组织编号。",
        "E508 花名册.xlsx 党员 C9[ZB2]：支部编号“ZB2”在花名册的党组织中没有。请填写支部的组织编号。",
        "W104 花名册.xlsx 党组织：“花名册”没有数据行。请确认本期确实没有可填的内容。",
    ]


def test_a_roster_whose_every_unit_has_ended(county, tmp_path):
    for row in units(county).rows:
        row["撤销日期"] = "2026-03-31"
    members(county).rows.clear()
    county.forms = [f for f in county.forms if f.form in ("花名册", "考评方案")]
    assert county.complaints(tmp_path, "2026Q1") == [
        "E514 ：花名册中没有 2026-03-31 存在的党组织。请先登记党组织，核对启用日期和撤销日期。",
        "W104 花名册.xlsx 党员：“花名册”没有数据行。请确认本期确实没有可填的内容。",
    ]


@pytest.mark.parametrize(
    ("sheet", "key", "heading"),
    [("层级", {"组织编号": "ZB2"}, "撤销日期"), ("姓名", {"党员编号": "004"}, "转出日期")],
)
def test_a_date_far_ahead_is_pointed_out(county, tmp_path, sheet, key, heading):
    form = county.form("花名册", sheet)
    form.row(**key)[heading] = dt.date(2062, 3, 5)
    assert county.complaints(tmp_path, "2026Q1") == [
        f"W505 花名册.xlsx {form.sheet} {form.cell(heading, **key)}[2062-03-05]：“{heading}”2062-03-05 比 2026 年晚得多，本年不起作用。"
        "请核对年份；没有撤销、转出的请留空。"
    ]

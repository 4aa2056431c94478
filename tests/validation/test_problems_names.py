"""Names and codes as people see and write them: what is the same person, unit or project, and what is not."""

import pytest
from factories import County

from lianghua_batch.core.source_ref import readable


@pytest.fixture
def county():
    return County().only("2026Q1")


def january(county):
    return county.form("月打分", 支部编号="ZB1", 期间="2026-01")


def renamed(county, name):
    """甲一 under another name everywhere."""
    for form in county.forms:
        for row in form.rows:
            row.update({k: name for k, v in row.items() if v == "甲一"})
    return county


@pytest.mark.parametrize(
    "written",
    [
        "阿拉坦·其其格", "阿拉坦•其其格", "阿拉坦・其其格", "阿拉坦‧其其格", "阿拉坦其其格", "阿拉坦 · 其其格", "阿拉坦．其其格",
        "阿拉坦\u034f·其其格", "阿拉坦\ufe00·其其格", "\U000e0100阿拉坦·其其格", "阿拉坦·其其格\u3164", "阿拉坦·其\u2800其格", "\ufffc阿拉坦·其其格",
        "阿拉坦·其其格\ue5e5", "阿拉坦·\x7f其其格", "阿拉坦\u00ad·其其格",
    ],
)  # fmt: skip
def test_names_that_people_see_as_the_same(county, tmp_path, written):
    january(renamed(county, "阿拉坦·其其格")).row(党员编号="001")["姓名"] = written
    assert county.complaints(tmp_path, "2026Q1") == []


def test_names_that_only_look_alike_are_told_by_their_code_points(county, tmp_path):
    january(renamed(county, "\U00020bb7日嘎拉")).row(党员编号="001")["姓名"] = "吉日嘎拉"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E302 ZB1/2026-01.xlsx 月打分 B4[吉日嘎拉]：001 的姓名是“\U00020bb7日嘎拉”，不是“吉日嘎拉”（“吉”是 U+5409、“\U00020bb7”是 U+20BB7）。请核对党员编号和姓名。",
    ]


@pytest.mark.parametrize("written", ["001 甲一", "001甲一", "甲一（001）", "００１　甲一"])
def test_a_members_code_with_the_name_beside_it(county, tmp_path, written):
    january(county).row(党员编号="001")["党员编号"] = written
    assert county.complaints(tmp_path, "2026Q1") == []


def test_a_members_code_with_anothers_name(county, tmp_path):
    january(county).row(党员编号="001")["党员编号"] = "001 甲二"
    assert [c[:4] for c in county.complaints(tmp_path, "2026Q1")] == ["E301"]


@pytest.mark.parametrize("written", ["zb1", "ＺＢ１", "ZB1 财政第一支部", "财政第一支部（ZB1）", "Zb1"])
def test_a_units_code_in_other_case_or_with_its_name(county, tmp_path, written):
    county.form("督查打分").row(组织编号="ZB1")["组织编号"] = written
    january(county).labels["支部编号"] = written
    county.form("花名册", "姓名").row(党员编号="001")["支部编号"] = written
    assert county.complaints(tmp_path, "2026Q1") == []


def test_a_units_code_with_anothers_name(county, tmp_path):
    county.form("督查打分").row(组织编号="ZB1")["组织编号"] = "ZB1 财政第二支部"
    assert "E322" in [c[:4] for c in county.complaints(tmp_path, "2026Q1")]


@pytest.mark.parametrize("written", ["z01", "Ｚ01", "Z01 {name}"])
def test_a_projects_code_in_other_case_or_with_its_name(county, tmp_path, written):
    project = county.form("考评方案", "每月上限").row(项目编号="Z01")
    diary = county.form("日记录", 支部编号="ZB1", 期间="2026-01")
    row = {"日期": "2026-01-06", "党员编号": "001", "姓名": "甲一", "事由": "参加党员大会"}
    diary.add(**row, 项目编号=written.format(name=project["项目名称"]))
    assert county.complaints(tmp_path, "2026Q1") == []


def test_what_only_people_would_call_blank_is_blank(county, tmp_path):
    county.form("督查打分").row(组织编号="ZB1")["检查单位"] = "\u3164\u2800"
    assert [c[:4] for c in county.complaints(tmp_path, "2026Q1")] == ["E201"]


def test_a_part_of_a_path_in_gbk_leaves_the_others():
    gbk = "督查".encode("gbk").decode("utf-8", "surrogateescape")
    assert readable(f"年末/{gbk}/一季度.xlsx") == "年末/督查/一季度.xlsx"

"""`check` for files before they are sent, and for one unit; `status` for one unit (spec §9)."""

import json
from pathlib import Path

import pytest
from factories import County
from helpers import invoke


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """The first quarter of the small county, with a 月打分 that lacks a name and one of another branch with a wrong one."""
    county = County().only("2026Q1")
    county.form("月打分", 支部编号="ZB1", 期间="2026-02").row(党员编号="001")["姓名"] = None
    county.form("月打分", 支部编号="ZB2", 期间="2026-03").row(党员编号="005")["姓名"] = "乙四"
    return county.write(tmp_path_factory.mktemp("data"))


def errors(result) -> list[str]:
    return [line for line in result.output.splitlines() if line.startswith("[E")]


def test_a_file_by_itself(data):
    result = invoke("check", data / "ZB1/2026-02.xlsx")
    assert errors(result) == ["[E201] 2026-02.xlsx 月打分 B4：“姓名”没有填写。请填写“姓名”。"]
    assert (
        "没有写 --base：编号、姓名是否在册，核算分、权重对不对，要有县里的花名册和考评方案才能核对。" in result.output
    )
    assert "共读取 1 个文件，错误 1 条，警告 1 条。" in result.output
    assert result.exit_code == 1


def test_a_file_as_if_it_lay_in_a_folder(data, tmp_path):
    """What is wrong with the branch's other forms, and with the form that it replaces, does not matter."""
    county = County().only("2026Q1")
    county.forms = [f for f in county.forms if f.file == "ZB1/2026-02.xlsx"]
    county.form("月打分").row(党员编号="002")["姓名"] = "甲四"
    sent = county.write(tmp_path) / "ZB1/2026-02.xlsx"
    result = invoke("check", sent, "--base", data)
    assert errors(result) == ["[E302] 2026-02.xlsx 月打分 B5：002 的姓名是“甲二”，不是“甲四”。请核对党员编号和姓名。"]
    assert "没有写 --base" not in result.output


def test_a_right_file(data, tmp_path):
    county = County().only("2026Q1")
    county.forms = [f for f in county.forms if f.file == "ZB1/2026-02.xlsx"]
    result = invoke("check", county.write(tmp_path) / "ZB1/2026-02.xlsx", "--base", data, "--format", "json")
    found = json.loads(result.output)
    assert [p["code"] for p in found["problems"]] == ["W104"]  # nothing was recorded in the month
    assert found["summary"] == {"errors": 0, "warnings": 1, "files": 1}
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["ZB1/2026-02.xlsx", "ZB1"], "是文件夹；一次只能核对一个文件夹，或者几个文件"),
        (["ZB1/2026-02.xlsx", "--annotate"], "核对文件时只能用 --base、--period、--format"),
        ([".", "--base", "ZB1"], "--base 只用于核对文件；核对文件夹时不用写"),
        (["没有.xlsx"], "没有.xlsx"),
        (["ZB1/2026-02.xlsx", "--base", "ZB1/2026-02.xlsx"], "--base"),
        ([".", "--unit", "ZB9", "--period", "2026Q1"], "花名册中没有单位“ZB9”"),
    ],
)
def test_wrong_calls(data, monkeypatch, words, sentence):
    monkeypatch.chdir(data)
    result = invoke("check", *words)
    assert result.exit_code == 2
    assert sentence in "".join([result.output, str(result.exception)])


@pytest.mark.parametrize("unit", ["ZB1", "zb1", "财政第一支部"])
def test_one_unit(data, unit):
    result = invoke("check", data, "--period", "2026Q1", "--unit", unit, "--no-cache")
    assert errors(result) == ["[E201] ZB1/2026-02.xlsx 月打分 B4：“姓名”没有填写。请填写“姓名”。"]


def test_a_committee_with_its_branches(data):
    result = invoke("check", data, "--period", "2026Q1", "--unit", "DW1", "--no-cache")
    assert [line[:6] for line in errors(result)] == ["[E201]", "[E302]"]


def test_status_of_one_unit(data):
    result = invoke("status", data, "--period", "2026Q1", "--unit", "ZB2", "--as-of", "2027-02-01", "--format", "json")
    assert [line["id"] for line in json.loads(result.output)["units"]] == ["ZB2"]

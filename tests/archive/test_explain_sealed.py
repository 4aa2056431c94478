"""`explain` of a sealed period speaks of the sealed numbers, and says where today's forms give others."""

import json

import openpyxl
import pytest
from factories import County
from fakes.archive_county import invoke

Q1 = "2026Q1"
SEALED = "2026Q1 已归档（2026Q1.zip，2026-04-20），以下说明归档的得分，出处是归档的表"


@pytest.fixture
def sealed(tmp_path):
    """The small county's first quarter, sealed."""
    county = County().only(Q1)
    invoke(
        "archive", "seal", county.write(tmp_path / "data"), "--period", Q1, "--by", "经办人甲", "--date", "2026-04-20"
    )
    return county


def explained(folder, *options) -> str:
    return invoke("explain", folder, "001", "--period", Q1, *options).output


def test_the_same_numbers_are_said_to_be_the_same(sealed, tmp_path):
    lines = explained(tmp_path / "data").splitlines()
    assert lines[lines.index(SEALED) :][:2] == [SEALED, "现在的表算出的与归档的相同"]


def test_other_numbers_of_today_stand_beside_the_sealed_ones(sealed, tmp_path):
    sealed.form("月打分", 支部编号="ZB1", 期间="2026-01").row(党员编号="001").update(政治合格=14, 合计=74, 说明="补录")
    sealed.form("季汇总", 支部编号="ZB1").row(党员编号="001").update(第一月=74, 季度积分=78, 审定积分=78)
    sealed.write(tmp_path / "data")
    output = explained(tmp_path / "data")
    assert SEALED in output and "各项之和 80.00 ＝" in output
    moved = "月积分 2026-01 归档 80.00，现在 74.00；审定积分 2026Q1 归档 80.00，现在 78.00；审定积分 归档 80.00，现在 78.00；名次 归档 1，现在 3"
    assert f"现在的表算出的不同：{moved}\n" in output
    found = json.loads(explained(tmp_path / "data", "--format", "json"))
    assert (found["score"], found["sealed"]["file"], found["sealed"]["rescored"]) == ("80.00", "2026Q1.zip", [])
    assert {"what": "审定积分", "was": "80.00", "now": "78.00"} in found["sealed"]["today"]


def test_errors_of_today_do_not_hide_the_sealed_numbers(sealed, tmp_path):
    sealed.drop("月打分", 支部编号="ZB1", 期间="2026-01")
    sealed.form("季汇总", 支部编号="ZB1").row(党员编号="001")["姓名"] = "甲"
    sealed.write(tmp_path / "data")
    (tmp_path / "data/ZB1/2026-01.xlsx").write_bytes(b"")
    output = explained(tmp_path / "data")
    assert SEALED in output and "条错误，算不出得分，不能与归档的比较" in output
    assert json.loads(explained(tmp_path / "data", "--format", "json"))["sealed"]["today"] is None


def test_the_workbook_says_so_too(sealed, tmp_path):
    book = tmp_path / "说明.xlsx"
    explained(tmp_path / "data", "--xlsx", book)
    texts = [cell.value for row in openpyxl.load_workbook(book).active.iter_rows(max_row=8) for cell in row]
    assert SEALED in texts


def test_a_period_that_is_not_sealed_is_explained_as_ever(tmp_path):
    folder = County().only(Q1).write(tmp_path / "data")
    assert "归档" not in explained(folder)
    assert json.loads(explained(folder, "--format", "json"))["sealed"] is None


def test_a_seal_that_cannot_be_read_is_no_reason_to_speak_of_other_numbers(sealed, tmp_path):
    (tmp_path / "data/归档/2026Q1.zip").write_bytes(b"nothing")
    output = invoke("explain", tmp_path / "data", "001", "--period", Q1, code=1).output
    assert "2026Q1.zip" in output and "计入上级" not in output

"""`init --from`: the people and units of the last day, the scheme, and the seals of the year before (spec §9)."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from factories import County
from helpers import invoke

from lianghua_batch.core import periods
from lianghua_batch.pipeline import process


def read(folder: Path, period: str = "2027Q1"):
    """The county of a folder that `init` made."""
    return process.process(folder, periods.parse(period)).county


@pytest.fixture
def old(tmp_path) -> Path:
    """2026, with a branch that was dissolved in July, and members who left, moved and became 正式 in the year."""
    county = County().only("2026Q1")
    units = county.form("花名册", "组织编号")
    units.add(
        组织编号="ZB9", 组织名称="旧支部", 层级="支部", 上级编号="DW1", 窗口单位="否", 撤销日期=dt.date(2026, 7, 1)
    )
    people = county.form("花名册", "党员编号")
    people.row(党员编号="001")["转出日期"] = dt.date(2026, 5, 1)  # left
    people.row(党员编号="002")["转出日期"] = dt.date(2026, 6, 1)  # moved to the other branch
    moved = {**people.row(党员编号="002"), "支部编号": "ZB2", "转入日期": dt.date(2026, 6, 1), "转出日期": None}
    people.rows.append(moved)
    return county.write(tmp_path / "2026")


def test_people_and_units_of_the_last_day(old, tmp_path):
    result = invoke("init", tmp_path / "2027", "--from", old)
    assert result.exit_code == 0, result.output
    assert "从 2026 年带来：单位 3 行，党员 5 名，归档 0 个文件。差异化指标都已改为待审。" in result.output
    roster = read(tmp_path / "2027").roster
    assert sorted(roster.units) == ["DW1", "ZB1", "ZB2"]
    assert {code: rows[0].branch for code, rows in roster.members.items()} == {
        "002": "ZB2",
        "003": "ZB1",
        "004": "ZB2",
        "005": "ZB2",
        "006": "ZB2",
    }


def test_the_scheme_with_differential_indicators_to_be_reviewed_again(old, tmp_path):
    invoke("init", tmp_path / "2027", "--from", old)
    before, after = read(old, "2026Q1").scheme, read(tmp_path / "2027").scheme
    assert after.parameters == before.parameters
    assert after.bands["member"][0].grade == before.bands["member"][0].grade
    assert {i.id: i.review for i in after.indicators} == {
        "W1": "passed",
        "W2": "pending",
        "B1": "passed",
        "B2": "pending",
    }


def test_the_period_stands_on_every_sheet(old, tmp_path):
    invoke("init", tmp_path / "2027", "--from", old)
    for name in ("花名册", "考评方案"):
        for sheet in openpyxl.load_workbook(tmp_path / "2027" / f"{name}.xlsx"):
            cells = [str(cell.value) for row in sheet.iter_rows(max_row=4) for cell in row if cell.value is not None]
            assert "2026" not in cells
            if "期间" in cells:
                assert "2027" in cells


def test_the_next_quarter_needs_nothing_but_its_forms(old, tmp_path):
    """The turn of the year causes no error of its own."""
    invoke("init", tmp_path / "2027", "--from", old)
    result = invoke("check", tmp_path / "2027", "--period", "2027Q1", "--as-of", "2027-01-02")
    assert "错误 0 条" in result.output


def test_a_faulty_year_is_not_carried_over(old, tmp_path):
    county = County().only("2026Q1")
    county.set_rule("小数位", 7)
    faulty = county.write(tmp_path / "faulty")
    result = invoke("init", tmp_path / "2027", "--from", faulty)
    assert result.exit_code == 1
    assert "参数“小数位”应为" in result.output
    assert not (tmp_path / "2027").exists()


def test_the_countys_name(tmp_path):
    invoke("init", tmp_path / "new", "--year", "2026", "--county", "青山县")
    assert read(tmp_path / "new", "2026Q1").scheme.name == "青山县机关党建“三级量化”考评方案"

"""A code of another branch's member in a branch's form is no way to learn who that is (docs/security.md)."""

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from factories import County

from lianghua_batch.cli.app import root


def copies(county: County, folder: Path) -> tuple[str, str]:
    """What the operator reads on the screen, and all that stands in the marked copies."""
    data = county.write(folder)
    said = CliRunner().invoke(root, ["check", str(data), "--period", "2026Q1", "--annotate"]).output
    marked = [path for path in data.rglob("*.xlsx") if "输出" in path.parts and path.name == "2026-01.xlsx"]
    assert marked
    texts = []
    for path in marked:
        for sheet in openpyxl.load_workbook(path):
            for row in sheet.iter_rows():
                for cell in row:
                    texts += [str(cell.value), cell.comment.text if cell.comment else ""]
    return said, "\n".join(texts)


@pytest.mark.parametrize(("code", "name"), [("004", "甲一"), ("004", "谁"), ("004", None), ("OO4", "谁")])
@pytest.mark.parametrize("form", ["日记录", "月打分"])
def test_a_foreign_code_tells_neither_name_nor_branch(tmp_path, form, code, name):
    county = County().only("2026Q1")
    rows = county.form(form, 支部编号="ZB1", 期间="2026-01")
    if form == "月打分":
        rows.rows[0] |= {"党员编号": code, "姓名": name}
    else:
        rows.add(日期="2026-01-06", 党员编号=code, 姓名=name, 项目编号="Z01", 事由="学习", 分值=1)
    said, marked = copies(county, tmp_path / "data")
    assert not {"乙一", "ZB2", "财政第二支部"} & {word for word in ("乙一", "ZB2", "财政第二支部") if word in marked}
    if code == "004":
        assert "不是本支部党员" in marked
        assert "财政第二支部（ZB2）" in said  # the operator sees all


def test_an_own_member_under_a_wrong_name_is_named(tmp_path):
    county = County().only("2026Q1")
    county.form("月打分", 支部编号="ZB1", 期间="2026-01").rows[0]["姓名"] = "甲幺"
    _, marked = copies(county, tmp_path / "data")
    assert "001 的姓名是“甲一”，不是“甲幺”" in marked

"""Small files that would fill memory or never end: one problem each, and a bounded worker (docs/security.md)."""

import io
import zipfile

import openpyxl
import pytest
from factories import County, line
from fakes import hostile

from lianghua_batch.core import periods
from lianghua_batch.pipeline import process


def problems_of(folder, name: str, content: bytes) -> list[str]:
    data = County().only("2026Q1").write(folder)
    (data / name).write_bytes(content)
    outcome = process.process(data, periods.parse("2026Q1"))
    return [line(p) for p in outcome.problems if p.place.file == name]


def many_large_sheets(count: int) -> bytes:
    """Each sheet has two cells, so far apart that it is just allowed for one."""
    book = openpyxl.Workbook()
    for n in range(count):
        sheet = book.create_sheet(f"表{n}")
        sheet["A1"], sheet.cell(1_000_000, 16).value = "a", "b"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_cells_are_counted_a_workbook(tmp_path):
    (found,) = problems_of(tmp_path, "大.xlsx", many_large_sheets(14))
    assert found.startswith("E126 大.xlsx")


@pytest.mark.slow
def test_long_values_are_cut_and_not_compared(tmp_path):
    """A small file in which every value has 32,000 characters."""
    county = County().only("2026Q1")
    form = county.form("日记录", 支部编号="ZB1", 期间="2026-01")
    for n in range(40):
        form.add(
            日期="2026-01-06", 党员编号="0" * 32000 + str(n), 姓名="甲" * 32000, 项目编号="Z" * 32000, 事由="学", 分值=1
        )
    outcome = process.process(county.write(tmp_path), periods.parse("2026Q1"))
    assert outcome.results is None
    assert max(len(p.message) + len(p.value or "") for p in outcome.problems) < 1000


@pytest.mark.slow
def test_many_styles_are_read(tmp_path):
    content = hostile.workbook()
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        styles = book.read("xl/styles.xml").decode()
    formats = "".join(f'<numFmt numFmtId="{n}" formatCode="0.{"0" * 20}"/>' for n in range(200, 60000))
    grown = styles.replace("<fonts", f'<numFmts count="59800">{formats}</numFmts><fonts', 1)
    assert len(problems_of(tmp_path, "样.xlsx", hostile.with_parts(content, xl__styles_dot_xml=grown.encode()))) == 1

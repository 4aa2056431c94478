"""Small files that would fill memory or never end: one problem each, and a bounded worker (docs/security.md)."""

import io
import subprocess
import sys
import time
import zipfile

import openpyxl
import psutil
import pytest
from factories import County, line
from fakes import hostile

from lianghua_batch.core import periods
from lianghua_batch.pipeline import process

GIGABYTE = 1024**3


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


def long_values() -> County:
    """A county with a small file in which every value has 32,000 characters."""
    county = County().only("2026Q1")
    form = county.form("日记录", 支部编号="ZB1", 期间="2026-01")
    for n in range(40):
        form.add(
            日期="2026-01-06", 党员编号="0" * 32000 + str(n), 姓名="甲" * 32000, 项目编号="Z" * 32000, 事由="学", 分值=1
        )
    return county


def many_styles() -> bytes:
    """59,800 number formats."""
    content = hostile.workbook()
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        styles = book.read("xl/styles.xml").decode()
    formats = "".join(f'<numFmt numFmtId="{n}" formatCode="0.{"0" * 20}"/>' for n in range(200, 60000))
    grown = styles.replace("<fonts", f'<numFmts count="59800">{formats}</numFmts><fonts', 1)
    return hostile.with_parts(content, xl__styles_dot_xml=grown.encode())


def test_cells_are_counted_a_workbook(tmp_path):
    (found,) = problems_of(tmp_path, "大.xlsx", many_large_sheets(14))
    assert found.startswith("E126 大.xlsx")


def half_a_million_rows() -> bytes:
    """A form that is nothing but texts, six in each of 540,000 rows, written as Excel never does: every text in its cell."""
    rows = "".join(
        f'<row r="{n}">'
        + "".join(f'<c r="{c}{n}" t="inlineStr"><is><t>字{n}</t></is></c>' for c in "ABCDEF")
        + "</row>"
        for n in range(1, 540_001)
    )
    return hostile.with_sheet(hostile.sheet_of(rows))


@pytest.mark.slow
def test_a_sheet_with_half_a_million_rows_of_text_is_refused(tmp_path):
    (found,) = problems_of(tmp_path, "字.xlsx", half_a_million_rows())
    assert found.startswith("E124 字.xlsx：文件太大：3240000 个填了内容的单元格，超过 1000000 个。")


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [lambda: many_large_sheets(14), half_a_million_rows, lambda: None, many_styles, hostile.bomb],
    ids=["14 large sheets", "half a million rows", "long values", "many styles", "a bomb"],
)
def test_no_file_takes_a_gigabyte(tmp_path, content):
    """All processes of `check --annotate` together, looked at while they run."""
    attack = content()
    folder = (long_values() if attack is None else County().only("2026Q1")).write(tmp_path)
    if attack is not None:
        (folder / "坏.xlsx").write_bytes(attack)
    command = [sys.executable, "-m", "lianghua_batch", "check", str(folder), "--period", "2026Q1", "--annotate"]
    most, checking = 0, psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while checking.poll() is None:
        most = max(most, sum(map(held, [checking, *checking.children(recursive=True)])))
        time.sleep(0.05)
    assert checking.returncode in (0, 1)
    assert 0 < most < GIGABYTE


def held(process: psutil.Process) -> int:
    """Bytes of memory that are a process's own; 0 where it has ended."""
    try:
        return process.memory_full_info().uss
    except psutil.Error:
        return 0


@pytest.mark.slow
def test_long_values_are_cut_and_not_compared(tmp_path):
    outcome = process.process(long_values().write(tmp_path), periods.parse("2026Q1"))
    assert outcome.results is None
    assert max(len(p.message) + len(p.value or "") for p in outcome.problems) < 1000


@pytest.mark.slow
def test_many_styles_are_read(tmp_path):
    assert len(problems_of(tmp_path, "样.xlsx", many_styles())) == 1

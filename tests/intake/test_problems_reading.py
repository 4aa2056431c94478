"""Problems of files that cannot be read: each is named with its cause, and nothing that it holds ends the run."""

import subprocess
import sys
from pathlib import Path

import pytest
from factories import told
from fakes.hostile import (
    bomb,
    compound_file,
    doubled_member,
    far_cell,
    half_encrypted_zip,
    many_members,
    protected_workbook,
    sheet_of,
    with_doctype,
    with_sheet,
    without_sheets,
    workbook,
    zipped,
)
from fakes.odd_workbooks import ods_file, xlsb_workbook

from lianghua_batch.intake import read_files as intake
from lianghua_batch.intake.formats.zip_limits import limits

PAGE = "<html><table><tr><td>姓名</td></tr></table></html>"
DAMAGED = "文件已损坏，打不开。请用 Excel 或 WPS 打开修复，另存为 .xlsx 后重报。"
CASES = {
    "empty": (b"", "E121 月打分.xlsx：文件是空的。请重新导出或重报。"),
    "only-zeros": (bytes(5000), "E121 月打分.xlsx：文件是空的。请重新导出或重报。"),
    "csv": (
        "姓名,得分\n甲一,80\n".encode("gbk"),
        "E123 月打分.xlsx：不是 Excel 工作簿（CSV 文本）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "csv-with-bom": (
        b"\xef\xbb\xbf" + "姓名,得分".encode(),
        "E123 月打分.xlsx：不是 Excel 工作簿（CSV 文本）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "csv-utf16": (
        "姓名\t得分".encode("utf-16"),
        "E123 月打分.xlsx：不是 Excel 工作簿（CSV 文本）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "text": (
        "会议记录".encode(),
        "E123 月打分.xlsx：不是 Excel 工作簿（文本文件）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "web-page": (
        PAGE.encode(),
        "E123 月打分.xlsx：不是 Excel 工作簿（网页）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "web-archive": (
        b"MIME-Version: 1.0\r\n",
        "E123 月打分.xlsx：不是 Excel 工作簿（网页）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "xml-spreadsheet": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "E123 月打分.xlsx：不是 Excel 工作簿（XML 电子表格）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "pdf": (
        b"%PDF-1.7\n",
        "E123 月打分.xlsx：不是 Excel 工作簿（PDF 文件）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "word": (
        zipped({"word/document.xml": b"<d/>"}),
        "E123 月打分.xlsx：不是 Excel 工作簿（Word 文档）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "old-word": (
        compound_file("WordDocument"),
        "E123 月打分.xlsx：不是 Excel 工作簿（Word 文档）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "wps": (
        compound_file("WpsContents"),
        "E123 月打分.xlsx：不是 Excel 工作簿（WPS 或 Office 的其他文档）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "very-old-excel": (
        b"\x09\x04\x06\x00\x00\x00\x10\x00",
        "E123 月打分.xlsx：不是 Excel 工作簿（Excel 4 以前的工作簿）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "archive": (
        zipped({"月打分.xlsx": workbook()}),
        "E123 月打分.xlsx：不是 Excel 工作簿（压缩包）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "rar": (
        b"Rar!\x1a\x07\x00",
        "E123 月打分.xlsx：不是 Excel 工作簿（压缩包）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "photo": (
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        "E123 月打分.xlsx：不是 Excel 工作簿（图片）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "bytes": (
        b"\x01\x00\xfe\x9b" * 50,
        "E123 月打分.xlsx：不是 Excel 工作簿（不认识的文件）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "password": (protected_workbook(), "E122 月打分.xlsx：文件设有打开密码。请取消打开密码后重报。"),
    "zip-password": (half_encrypted_zip(), "E122 月打分.xlsx：文件设有打开密码。请取消打开密码后重报。"),
    "broken-off": (workbook()[:2000], f"E101 月打分.xlsx：{DAMAGED}"),
    "half-a-download": (b"PK\x03\x04 half a download", f"E101 月打分.xlsx：{DAMAGED}"),
    "old-excel-without-its-book": (compound_file("Workbook"), f"E101 月打分.xlsx：{DAMAGED}"),
    "sheet-missing": (zipped({"xl/workbook.xml": b"<workbook/>"}), f"E101 月打分.xlsx：{DAMAGED}"),
    "sheet-breaks-off": (
        with_sheet(sheet_of('<row r="1"><c r="A1"><v>1</v></c></row>')[:-30]),
        f"E101 月打分.xlsx：{DAMAGED}",
    ),
    **{
        name: (with_sheet(sheet_of(rows)), f"E101 月打分.xlsx：{DAMAGED}")
        for name, rows in {
            "row-stands-twice": '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>3</v></c></row>',
            "cell-stands-twice": '<row r="1" hidden="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
            "cell-in-another-row": '<row r="1" hidden="1"><c r="A2"><v>1</v></c></row>',
            "two-values": '<row r="1"><c r="A1"><v>9</v><v>5</v></c></row>',
            "value-in-cdata": '<row r="1"><c r="A1"><v><![CDATA[95]]></v></c></row>',
            "value-with-a-comment": '<row r="1"><c r="A1"><v>9<!-- -->5</v></c></row>',
        }.items()
    },
    "two-sheets-of-one-name": (
        ods_file(
            2 * '<table:table table:name="S"><table:table-row><table:table-cell office:value-type="float"'
            ' office:value="1"/></table:table-row></table:table>'
        ),
        f"E101 月打分.xlsx：{DAMAGED}",
    ),
    "sheet-stands-twice": (doubled_member(), f"E101 月打分.xlsx：{DAMAGED}"),
    "text-that-is-not-there": (
        with_sheet(sheet_of('<row r="1"><c r="A1" t="s"><v>999</v></c></row>')),
        f"E101 月打分.xlsx：{DAMAGED}",
    ),
    "bomb": (bomb(), "E124 月打分.xlsx：文件太大：70 MB，超过 64 MB。请删去多余的内容，另存为 .xlsx 后重报。"),
    "many-members": (
        many_members(),
        "E124 月打分.xlsx：文件太大：10010 个部件，超过 10000 个。请删去多余的内容，另存为 .xlsx 后重报。",
    ),
    "doctype": (
        with_doctype(),
        "E125 月打分.xlsx：文件中有不应有的内容（xl/worksheets/sheet1.xml 中的 DOCTYPE）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "doctype-utf16": (
        with_doctype("utf-16"),
        "E125 月打分.xlsx：文件中有不应有的内容（xl/worksheets/sheet1.xml 中的 DOCTYPE）。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。",
    ),
    "far-cell": (
        far_cell(),
        "E126 月打分.xlsx Sheet1：工作表用到了 XFD1048576，大得不合常理。请删去表格以外多余的行列，另存后重报。",
    ),
    "no-such-row": (
        far_cell("A2000000"),
        "E126 月打分.xlsx Sheet1：工作表用到了 2000000，大得不合常理。请删去表格以外多余的行列，另存后重报。",
    ),
    "no-such-column": (
        far_cell("ZZZ1"),
        "E126 月打分.xlsx Sheet1：工作表用到了 ZZZ1，大得不合常理。请删去表格以外多余的行列，另存后重报。",
    ),
    "xlsb-from-1904": (
        xlsb_workbook({"月打分": [["日期"], [46082]]}, date1904=True),
        "E130 月打分.xlsx：.xlsb 工作簿使用 1904 年日期系统，日期读不准。请另存为 .xlsx 后重报。",
    ),
    "ods-repeated-without-end": (
        ods_file(
            '<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576">'
            '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
            "</table:table-row></table:table>"
        ),
        f"E101 月打分.xlsx：{DAMAGED}",
    ),
    "unknown-encoding": (
        with_sheet(sheet_of('<row hidden="1"/>').replace('version="1.0"', 'version="1.0" encoding="klingon"')),
        f"E101 月打分.xlsx：{DAMAGED}",
    ),
    "no-sheet": (without_sheets(), "E128 月打分.xlsx：文件中没有工作表。请把表填在工作表中重报。"),
    "blank": (with_sheet(sheet_of("")), "E129 月打分.xlsx：工作簿是空白的。请填写后重报，不用的文件请删去。"),
}


def read(content: bytes, folder: Path, name: str = "月打分.xlsx", **changed: object) -> list[str]:
    """What reading one file complains of; `changed` are limits other than the usual ones."""
    (folder / name).write_bytes(content)
    limit = limits().__class__(**{**limits().__dict__, **changed})
    ((_, problems),) = intake.read_all([folder / name], folder, limit)
    return [told(p) for p in problems]


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_cannot_be_read(tmp_path, case):
    content, told_of_it = CASES[case]
    assert read(content, tmp_path) == [told_of_it]


def test_every_bad_file_is_named_and_every_good_one_read(county, tmp_path):
    for n, (content, _) in enumerate(CASES.values()):
        folder = tmp_path / "收到的" / f"{n:02}"
        folder.mkdir(parents=True)
        (folder / "月打分.xlsx").write_bytes(content)
    outcome = county.process(tmp_path, "2026Q1")
    bad = {p.place.file: p.code for p in outcome.problems if p.place.file.startswith("收到的")}
    assert bad == {f"收到的/{n:02}/月打分.xlsx": text[:4] for n, (_, text) in enumerate(CASES.values())}
    others = [p for p in outcome.problems if not p.place.file.startswith("收到的")]
    assert {p.code for p in others} == {"W104"}  # what the small county always says: no form of it was lost


def test_a_file_that_is_too_large_is_not_even_opened(tmp_path):
    assert read(workbook(), tmp_path, file_bytes=1000) == [
        "E124 月打分.xlsx：文件太大：0 MB，超过 0 MB。请删去多余的内容，另存为 .xlsx 后重报。"
    ]


def test_a_file_that_takes_too_long(tmp_path):
    rows = [[n, *range(20)] for n in range(3000)]
    assert read(workbook(rows), tmp_path, seconds=0.01) == [
        "E127 月打分.xlsx：文件读不了：超过 0.01 秒没有读完。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。"
    ]


def test_a_file_that_kills_its_reader_is_named_and_the_next_one_is_read(tmp_path):
    for name in ("1.xlsx", "3.xlsx"):
        (tmp_path / name).write_bytes(workbook())
    long = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in (1, 1_000_000))
    (tmp_path / "2.xlsx").write_bytes(with_sheet(sheet_of(long)))
    limit = limits().__class__(**{**limits().__dict__, "memory_bytes": 110 << 20})
    read_files = list(intake.read_all([tmp_path / f"{n}.xlsx" for n in (1, 2, 3)], tmp_path, limit))
    assert [[told(p) for p in problems] for _, problems in read_files] == [
        [],
        [
            "E127 2.xlsx：文件读不了：读取程序中止，内存用量可能超过 110 MB。请用 Excel 或 WPS 打开，另存为 .xlsx 后重报。"
        ],
        [],
    ]
    assert [len(grids) for grids, _ in read_files] == [1, 0, 1]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no process's memory so")
def test_a_machine_that_allows_less_memory_than_a_file_may_take_is_not_the_files_fault(tmp_path):
    long = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in (1, 1_000_000))
    (tmp_path / "1.xlsx").write_bytes(with_sheet(sheet_of(long)))
    (tmp_path / "2.xlsx").write_bytes(workbook())
    script = """
import pathlib, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (130 << 20, 130 << 20))
from lianghua_batch.intake import read_files
folder = pathlib.Path(sys.argv[1])
for _, problems in read_files.read_all(sorted(folder.iterdir()), folder):
    print(*(f"{p.code} {p.place}：{p.message}。{p.remedy}。" for p in problems), sep="\\n")
"""
    ended = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script, tmp_path], capture_output=True, encoding="utf-8", check=True
    )
    assert ended.stdout.splitlines() == [
        "E138 1.xlsx：没有读完：本机只许读取程序用 130 MB 内存。请关闭其他程序，或放宽内存限制后再试。",
        "",
    ]


def test_a_file_that_vanishes_while_it_is_read(tmp_path):
    ((grids, problems),) = intake.read_all([tmp_path / "月打分.xlsx"], tmp_path)
    assert (grids, [told(p) for p in problems]) == (
        [],
        ["E120 月打分.xlsx：文件读不出来：不存在（可能已被移走或改名）。请检查文件是否还在、能否打开。"],
    )

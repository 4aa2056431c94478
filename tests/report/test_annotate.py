"""`check --annotate`: copies of faulty workbooks with the faults marked, which can be corrected and put back."""

import io
import math
import re
import shutil
import struct
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import openpyxl
import pytest
import xlsxwriter
import xlwt
from click.testing import Result
from factories import SAMPLE, County
from fakes import odd_workbooks
from fakes.office import converted, needs_office
from helpers import files_in, invoke
from openpyxl.comments import Comment

from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake import read_files
from lianghua_batch.intake.grid import Flaw, Grid
from lianghua_batch.report import annotated as annotation

RED, YELLOW = "FFFF7C80", "FFFFEB84"
FILE = "ZB1/2026-01.xlsx"
TOLD = "【核对】\n[E202] “政治合格”应为数字。请填写阿拉伯数字，不带文字。"


def check(folder: Path, *options: str):
    return invoke("check", folder, "--period", "2026Q1", *options)


def copies(folder: Path) -> list[str]:
    """The copies, by their names under 批注."""
    return sorted(name for name in files_in(folder / "输出/2026Q1/批注") if name.endswith(("xlsx", "xlsm")))


def copy_of(folder: Path, name: str = FILE) -> Path:
    return folder / "输出/2026Q1/批注" / name


def without_remarks() -> County:
    """A quarter without a single problem: in every 日记录 one row."""
    county = County().only("2026Q1")
    for form in county.forms:
        if form.form == "日记录":
            member, name = ("001", "甲一") if form.labels["支部编号"] == "ZB1" else ("004", "乙一")
            day = f"{form.labels['期间']}-06"
            form.add(日期=day, 党员编号=member, 姓名=name, 项目编号="J01", 事由="缺席", 分值=0)
    return county


def with_faults(folder: Path) -> Path:
    """A quarter of which one form has two errors in two cells and one warning."""
    county = without_remarks()
    month = county.form("月打分", 支部编号="ZB1", 期间="2026-01")
    month.row(党员编号="001")["政治合格"] = "二零"
    month.row(党员编号="002")["姓名"] = "甲贰"
    month.headings.append("备注")
    return county.write(folder / "数据")


@pytest.fixture
def faulty(tmp_path):
    return with_faults(tmp_path)


@dataclass(frozen=True)
class Checked:
    """A folder that has been annotated, what it held before, and what was told."""

    folder: Path
    before: dict[str, bytes]
    told: Result

    @property
    def book(self) -> openpyxl.Workbook:
        return openpyxl.load_workbook(copy_of(self.folder))


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    folder = with_faults(tmp_path_factory.mktemp("县"))
    before = files_in(folder)
    (folder / "坏.xlsx").write_bytes(b"PK\x03\x04" + "坏".encode())
    return Checked(folder, before, check(folder, "--annotate"))


def fill(path: Path, sheet: str, **cells: object) -> None:
    """Correct cells as a clerk does, in the file itself."""
    book = openpyxl.load_workbook(path)
    for place, value in cells.items():
        book[sheet][place] = value
    book.save(path)


# --- what is marked ------------------------------------------------------------------------------------------------


def test_only_faulty_workbooks_that_can_be_read_are_copied_and_no_original_is_touched(checked):
    out = checked.folder / "输出/2026Q1"
    assert checked.told.exit_code == 1
    assert checked.told.stdout.splitlines()[-2:] == [
        f"已写出 {out / '检查报告.xlsx'}",
        f"已写出 {out / '批注'}：批注过的表 1 个，改好后放回原处",
    ]
    assert copies(checked.folder) == [FILE]
    now = files_in(checked.folder)
    assert {name: content for name, content in now.items() if name in checked.before} == checked.before
    report = openpyxl.load_workbook(out / "检查报告.xlsx")["问题清单"]
    assert [row[3].value for row in report.iter_rows() if row[3].value][1:] == [
        "坏.xlsx",
        *[FILE] * 3,
        "ZB1/2026Q1.xlsx",  # left unchecked
    ]


def test_faulty_cells_are_red_doubtful_ones_yellow_and_say_what_is_wrong(checked):
    sheet = checked.book["月打分"]
    marked = {
        cell.coordinate: (cell.fill.fgColor.rgb, cell.comment.author, cell.comment.text)
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment is not None
    }
    assert marked == {
        "D4": (RED, "核对", f"{TOLD.removesuffix('。')}（是否为“20”？）。"),
        "B5": (RED, "核对", "【核对】\n[E302] 002 的姓名是“甲二”，不是“甲贰”。请核对党员编号和姓名。"),
        "K3": (YELLOW, "核对", "【核对】\n[W101] 多出的列“备注”没有读取。请确认该列不含应上报的内容。"),
    }
    assert sheet["D5"].fill.fill_type is None


def test_the_first_sheet_lists_the_files_problems_with_links(checked):
    book = checked.book
    assert book.sheetnames == ["核对意见", "日记录", "月打分"]
    assert book.active.title == "核对意见"
    assert [page.title for page in book if page.sheet_view.tabSelected] == ["核对意见"]
    sheet = book["核对意见"]
    rows = ["｜".join(str(c) for c in row if c is not None) for row in sheet.iter_rows(values_only=True)]
    assert rows == [
        "核对意见",
        f"表种｜核对意见｜文件｜{FILE}",
        "标红的单元格是错误，标黄的是警告，把鼠标放上去可以看到说明；点下表的“单元格”可以直接到那里。",
        "在本文件里改好、保存，按原来的文件名放回数据文件夹的原处。这张表、颜色和批注都不用删。",
        "序号｜代码｜性质｜工作表｜单元格｜列｜填写的值｜问题｜处理办法｜建议值",
        "1｜E202｜错误｜月打分｜D4｜政治合格｜二零｜“政治合格”应为数字｜请填写阿拉伯数字，不带文字｜20",
        "2｜E302｜错误｜月打分｜B5｜姓名｜甲贰｜002 的姓名是“甲二”，不是“甲贰”｜请核对党员编号和姓名",
        "3｜W101｜警告｜月打分｜K3｜备注｜备注｜多出的列“备注”没有读取｜请确认该列不含应上报的内容",
    ]
    assert [sheet.cell(row, 5).hyperlink.location for row in (6, 7, 8)] == ["'月打分'!D4", "'月打分'!B5", "'月打分'!K3"]
    assert sheet.freeze_panes == "A6"
    assert sheet.print_title_rows == "$5:$5"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)


def test_rows_that_are_missing_are_listed_with_a_link_to_the_sheet(tmp_path):
    county = without_remarks()
    month = county.form("月打分", 支部编号="ZB1", 期间="2026-01")
    month.rows.remove(month.row(党员编号="003"))
    check(county.write(tmp_path), "--annotate")
    sheet = openpyxl.load_workbook(copy_of(tmp_path))["核对意见"]
    assert [sheet.cell(6, column).value for column in (2, 4, 5, 7, 8)] == [
        "E307",
        "月打分",
        None,
        "003",
        "甲三（003） 缺 2026-01 的月打分",
    ]
    assert sheet.cell(6, 4).hyperlink.location == "'月打分'!A1"


# --- what is kept --------------------------------------------------------------------------------------------------


def annotated(content: bytes, *problems: Problem, name: str = "a.xlsx", folder: Path) -> Path:
    """The copy of a workbook of these bytes with these problems."""
    path = folder / name
    path.write_bytes(content)
    grids, _ = read_files.read(path, folder)
    copy = annotation.annotated(content, PurePosixPath(name), grids, problems)
    target = folder / "批注" / (f"{path.stem}.xlsx" if copy.converted else name)
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(copy.content)
    return target


def fault(place: str, sheet: str = "表", code: str = "E202", heading: str = "政治合格", **context) -> Problem:
    column, row = openpyxl.utils.cell.coordinate_from_string(place)
    index = openpyxl.utils.column_index_from_string(column) - 1
    return problem(code, SourceRef("a.xlsx", sheet, row, index, heading), **context)


def same_cells(original: Path, copy: Path) -> bool:
    """Whether the program reads the same cells from a copy as from the original."""
    before, _ = read_files.read(original, original.parent)
    after, _ = read_files.read(copy, copy.parent)

    def shape(grids: list[Grid]) -> list[tuple]:
        return [(g.sheet, g.rows, g.hidden, g.hidden_rows, set(g.merged)) for g in grids if g.sheet != "核对意见"]

    return bool(before) and shape(before) == shape(after)


def elaborate() -> bytes:
    """A workbook with everything that a form may have: formats, formulas, lists, names, comments, print set-up."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet, lists = book.add_worksheet("表"), book.add_worksheet("取值'表")
    bold, day, share, code, free = (
        book.add_format(options)
        for options in (
            {"bold": True, "bg_color": "#DDEBF7"},
            {"num_format": "yyyy-mm-dd"},
            {"num_format": "0%"},
            {"num_format": "000000"},
            {"locked": False},
        )
    )
    sheet.write_rich_string("A1", "甲", bold, "乙", "丙")
    sheet.write_formula("A2", "=1+1", bold, 2)
    sheet.write_formula("B2", '="x"&"y"', None, "xy")
    sheet.write_formula("C2", "=1/0", None, "#DIV/0!")
    sheet.write_formula("D2", "=1=1", None, True)
    sheet.write_array_formula("E2:E3", "{=ROW(A1:A2)}", None, 1)
    sheet.write_number("A3", 20260305, day)
    sheet.write_number("B3", 46086, day)
    sheet.write_number("C3", 0.95, share)
    sheet.write_number("D3", 12, code)
    sheet.write_string("A4", "=1+1", free)
    sheet.write_string("B4", "  两行\n字 ")
    sheet.merge_range("C4:D5", "合并")
    sheet.set_row(6, 30, None, {"hidden": True})
    sheet.write("A7", "藏")
    sheet.write_comment("C4", "请核实", {"author": "张三"})
    sheet.write_comment("F9", "别处的批注", {"author": "张三"})
    sheet.data_validation("A10:A20", {"validate": "list", "source": "='取值''表'!$A$1:$A$2"})
    sheet.conditional_format("A1:B2", {"type": "cell", "criteria": ">", "value": 1, "format": bold})
    sheet.set_column("A:A", 33)
    sheet.freeze_panes(2, 1)
    sheet.set_landscape()
    sheet.set_footer("&L签字：")
    sheet.print_area("A1:F9")
    sheet.repeat_rows(0, 1)
    sheet.protect("1234")
    book.define_name("全县", "='表'!$A$1")
    lists.write_column("A1", ["是", "否"])
    lists.hide()
    book.close()
    return stream.getvalue()


def test_the_cells_of_a_copy_are_those_of_the_original(tmp_path):
    """Formulas with what they came to, error values, numbers that are no date, hidden rows, merged cells."""
    copy = annotated(elaborate(), fault("B4"), folder=tmp_path)
    assert same_cells(tmp_path / "a.xlsx", copy)


def test_looks_lists_names_and_print_setup_are_kept(tmp_path):
    copy = openpyxl.load_workbook(_quietly(annotated(elaborate(), fault("B4"), folder=tmp_path)))
    sheet = copy["表"]
    assert copy.sheetnames == ["核对意见", "表", "取值'表"]
    assert copy["取值'表"].sheet_state == "hidden"
    assert (sheet["A2"].font.bold, sheet["A2"].fill.fgColor.rgb, sheet["A2"].value) == (True, "FFDDEBF7", "=1+1")
    assert [(str(v.sqref), v.formula1) for v in sheet.data_validations.dataValidation] == [
        ("A10:A20", "'取值''表'!$A$1:$A$2")
    ]
    assert [str(area.sqref) for area in sheet.conditional_formatting] == ["A1:B2"]
    assert round(sheet.column_dimensions["A"].width) == 34
    assert (sheet.freeze_panes, sheet.page_setup.orientation) == ("B3", "landscape")
    assert (sheet.print_area, sheet.print_title_rows) == ("'表'!$A$1:$F$9", "$1:$2")
    assert sheet.oddFooter.left.text == "签字："
    assert (sheet.protection.sheet, sheet.protection.password) == (True, "CC3D")
    assert copy.defined_names["全县"].attr_text == "'表'!$A$1"
    assert not sheet["A4"].protection.locked
    assert sheet["F9"].comment.text == "别处的批注"


def _quietly(path: Path) -> io.BytesIO:
    """The file's bytes, read by an openpyxl that does not warn of a number that is no date."""
    warnings.filterwarnings("ignore", message="Cell A3 is marked as a date")
    return io.BytesIO(path.read_bytes())


def test_of_merged_cells_the_first_is_marked_and_an_earlier_comment_stays(tmp_path):
    copy = annotated(elaborate(), fault("D5"), fault("D5", code="E201"), folder=tmp_path)
    cell = openpyxl.load_workbook(_quietly(copy))["表"]["C4"]
    assert cell.fill.fgColor.rgb == RED
    assert cell.comment.author == "张三"
    assert cell.comment.text == f"请核实\n{TOLD}\n[E201] “政治合格”没有填写。请填写“政治合格”。"


def test_drop_downs_that_excel_keeps_in_an_extension_are_kept(tmp_path):
    """What Excel makes of a list on another sheet when it saves."""
    extension = (
        '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
        'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
        '<x14:dataValidations count="1" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
        '<x14:dataValidation type="list" allowBlank="1" showErrorMessage="1">'
        "<x14:formula1><xm:f>'取值''表'!$A$1:$A$2</xm:f></x14:formula1><xm:sqref>A10:A20 C1</xm:sqref>"
        "</x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
    )
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(elaborate())) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = re.sub(rb"<dataValidations.*</dataValidations>", b"", part)
                part = part.replace(b"</worksheet>", extension.encode())
            new.writestr(name, part)
    copy = openpyxl.load_workbook(_quietly(annotated(content.getvalue(), fault("B4"), folder=tmp_path)))
    (kept,) = copy["表"].data_validations.dataValidation
    assert (str(kept.sqref), kept.formula1, kept.type) == ("A10:A20 C1", "'取值''表'!$A$1:$A$2", "list")


def test_a_macro_workbook_stays_one(tmp_path):
    """With .xlsm the content must say that macros may be in it, or Excel does not open the file."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(elaborate())) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "[Content_Types].xml":
                part = part.replace(b"openxmlformats-officedocument.spreadsheetml.sheet.main", b"x").replace(
                    b"application/vnd.x+xml", b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
                )
            new.writestr(name, part)
        new.writestr("xl/vbaProject.bin", b"macros")
    copy = annotated(content.getvalue(), fault("B4"), name="a.xlsm", folder=tmp_path)
    with zipfile.ZipFile(copy) as archive:
        assert archive.read("xl/vbaProject.bin") == b"macros"
        assert b"application/vnd.ms-excel.sheet.macroEnabled.main+xml" in archive.read("[Content_Types].xml")
        assert len(set(archive.namelist())) == len(archive.namelist())
    assert same_cells(tmp_path / "a.xlsm", copy)


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["ZB001_县教育局机关党支部", "督查", "年末"])
def test_the_cells_of_the_sample_stay_the_same(folder, tmp_path):
    names = sorted((SAMPLE / folder).glob("*.xlsx"))[-2:]
    for path in names:
        sheet = openpyxl.load_workbook(path).sheetnames[-1]
        copy = annotated(path.read_bytes(), fault("A6", sheet=sheet), name=path.name, folder=tmp_path)
        assert same_cells(path, copy), path.name


def test_texts_that_begin_with_an_equals_sign_stay_texts(tmp_path):
    copy = annotated(elaborate(), fault("A4", value="=1+1\x01"), folder=tmp_path)
    sheet = openpyxl.load_workbook(_quietly(copy))["核对意见"]
    assert (sheet["G6"].value, sheet["G6"].data_type) == ("=1+1", "s")


# --- other kinds of workbooks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["xls", "xlsb", "ods"])
def test_of_other_kinds_an_xlsx_with_the_values_is_made(kind, tmp_path):
    sheets = {"表": [["001", 2.5, None, "二十"], [odd_workbooks.percent(0.95), "两\n行", "=1", 12]]}
    content = getattr(odd_workbooks, f"{kind}_workbook")(sheets)
    copy = annotated(content, fault("D1"), name=f"一月.{kind}", folder=tmp_path)
    assert copy.name == "一月.xlsx"
    assert same_cells(tmp_path / f"一月.{kind}", copy)
    book = openpyxl.load_workbook(copy)
    assert (book["表"]["D1"].fill.fgColor.rgb, book["表"]["D1"].comment.text) == (RED, TOLD)
    assert book["核对意见"]["A4"].value == (
        f"原文件是 .{kind} 格式，这里只有各单元格的值，没有原来的格式。"
        f"在本文件里改好、保存，放到原文件所在的文件夹，并删去原来的 一月.{kind}。"
    )


def test_a_converted_copy_does_not_take_another_files_name(faulty):
    sheets = {"月打分": [["表种", "月打分"], ["党员编号", "姓名"], ["001", "甲一"]]}
    (faulty / "ZB1/2026-01.xls").write_bytes(odd_workbooks.xls_workbook(sheets))
    check(faulty, "--annotate")
    assert copies(faulty) == [FILE, "ZB1/2026-01（xls）.xlsx"]


def test_long_sheet_names_are_shortened(tmp_path):
    name = "很" * 40
    copy = annotated(
        odd_workbooks.ods_workbook({name: [["甲"]]}), fault("A1", sheet=name), name="a.ods", folder=tmp_path
    )
    book = openpyxl.load_workbook(copy)
    assert book.sheetnames == ["核对意见", "很" * 31]
    assert book["很" * 31]["A1"].fill.fgColor.rgb == RED


def test_of_a_workbook_with_links_over_whole_columns_only_the_values_are_taken(tmp_path):
    """Each cell under a link would become an object: 17 billion of them in a sheet."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(elaborate())) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet2.xml":
                link = b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks><pageMargins '
                part = part.replace(b"<pageMargins ", link)
            new.writestr(name, part)
    copy = annotated(content.getvalue(), fault("B4"), folder=tmp_path)
    assert openpyxl.load_workbook(copy)["核对意见"]["A4"].value == (
        "原文件的格式不能照原样保留，这里只有各单元格的值。在本文件里改好、保存，按原来的文件名放回数据文件夹的原处。"
    )


def rewritten(content: bytes, *changes: tuple[str, str], part: str = "") -> bytes:
    """A workbook with texts replaced in its XML: in all parts, or in those whose name begins with `part`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            inside = old.read(name)
            if name.startswith(part) and name.endswith((".xml", ".rels")):
                for before, after in changes:
                    inside = inside.replace(before.encode(), after.encode())
            new.writestr(name, inside)
    return stream.getvalue()


def strict(content: bytes) -> bytes:
    """A workbook as Excel saves it as “Strict Open XML 电子表格”: other namespaces, which openpyxl does not know."""
    return rewritten(
        content,
        ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"),
        (
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            "http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
    )


def with_cells(cells: str) -> bytes:
    """A workbook of one sheet, whose first row has these cells (as XML)."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.add_worksheet("表")
    book.close()
    row = f'<sheetData><row r="1">{cells}</row></sheetData>'
    return rewritten(stream.getvalue(), ("<sheetData/>", row), part="xl/worksheets/")


def test_of_a_strict_workbook_all_values_are_taken(tmp_path):
    copy = annotated(strict(elaborate()), fault("B4"), folder=tmp_path)
    assert same_cells(tmp_path / "a.xlsx", copy)
    book = openpyxl.load_workbook(_quietly(copy))
    assert book.sheetnames == ["核对意见", "表", "取值'表"]
    assert book["表"]["B4"].fill.fgColor.rgb == RED
    assert book["核对意见"]["A4"].value.startswith("原文件的格式不能照原样保留，这里只有各单元格的值。")


def test_the_copy_of_a_strict_form_put_back_has_the_same_problems(faulty):
    (faulty / FILE).write_bytes(strict((faulty / FILE).read_bytes()))
    told = check(faulty, "--annotate").stdout
    assert "ZB1/2026-01.xlsx 月打分 D4" in told
    shutil.copy(copy_of(faulty), faulty / FILE)
    assert check(faulty, "--annotate").stdout == told


@pytest.mark.parametrize(
    "cells",
    [
        '<c r="A1" t="str"><f>B1</f><v></v></c><c r="B1"><v>1</v></c>',
        '<c r="A1" t="str"><f>B1</f></c><c r="B1"><v>1</v></c>',
        '<c r="A1" t="str"><f>"a&lt;"</f><v>a&lt;</v></c>',
        "<c r='A1'><f>B1+1</f><v>95</v></c><c r='B1'><v>94</v></c>",
        '<c r = "A1" ><f>B1+1</f><v  >95</v ></c><c r="B1"><v>94</v></c>',
        '<c r="A1" t="d"><v>2026-03-05</v></c><c r="B1" t="d"><v>2026-03-05T08:30:00</v></c>',
    ],
)
def test_unusual_cells_are_carried_as_they_are(cells, tmp_path):
    copy = annotated(with_cells(cells), fault("B1"), folder=tmp_path)
    after, _ = read_files.read(copy, tmp_path)
    before, _ = read_files.read(tmp_path / "a.xlsx", tmp_path)
    (rows,) = [g.rows for g in after if g.sheet == "表"]
    assert [value for value in rows[0] if value != ""] == [value for value in before[0].rows[0] if value != ""]
    assert openpyxl.load_workbook(copy)["核对意见"]["A4"].value.startswith("在本文件里改好")


@pytest.mark.parametrize(
    "cells",
    [
        '<c r="A1"><v> 95 </v></c>',
        '<c r="A1"><v>9,5</v></c>',
        '<c r="A1" t="d"><v>2026-03-05T00:00:00Z</v></c>',
        '<c r="A1" t="inlineStr"><is><t>a_x005F_x000D_b</t></is></c>',
        '<c r="A1" t="inlineStr"><is><t>00</t><t>1</t></is></c>',
    ],
)
def test_what_openpyxl_would_read_as_something_else_is_taken_by_its_value(cells, tmp_path):
    copy = annotated(with_cells(cells), fault("A1"), folder=tmp_path)
    assert same_cells(tmp_path / "a.xlsx", copy)
    assert openpyxl.load_workbook(copy)["核对意见"]["A4"].value.startswith("原文件的格式不能照原样保留")


def test_errors_that_excel_does_not_know_stay_errors(tmp_path):
    content = odd_workbooks.ods_workbook({"表": [["x"]]})
    (tmp_path / "a.ods").write_bytes(content)
    grid = Grid("a.ods", "表", [[Flaw("E210", "Err:522"), Flaw("E213", "=A1+1"), Flaw("E215", "95.5", "aaaa")]])
    copy = annotation.annotated(content, PurePosixPath("a.ods"), [grid], [fault("A1")])
    sheet = openpyxl.load_workbook(io.BytesIO(copy.content))["表"]
    assert [(sheet[c].value, sheet[c].data_type) for c in ("A1", "B1")] == [("#VALUE!", "e"), ("=A1+1", "f")]
    assert (sheet["C1"].value, sheet["C1"].number_format) == (95.5, "aaaa")


def test_a_workbook_that_no_copy_reads_like_has_none(tmp_path):
    """A mark that is no number at all, as only a program can write it into an .xls."""
    county = without_remarks()
    form = county.form("月打分", 支部编号="ZB1", 期间="2026-01")
    form.rows[0]["政治合格"] = 77.123456789
    folder = county.write(tmp_path)
    path = folder / FILE
    book = xlwt.Workbook()
    for sheet in openpyxl.load_workbook(path):
        page = book.add_sheet(sheet.title)
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    page.write(cell.row - 1, cell.column - 1, cell.value)
    content = io.BytesIO()
    book.save(content)
    path.unlink()
    path.with_suffix(".xls").write_bytes(
        content.getvalue().replace(struct.pack("<d", 77.123456789), struct.pack("<d", math.nan))
    )
    done = check(folder, "--annotate")
    assert done.exit_code == 1
    said = f"{FILE[:-5]}.xls 的内容不能照原样写成副本，没有批注，问题见检查报告。\n"
    assert done.stderr == said


def test_a_number_that_none_is_has_no_copy():
    grid = Grid("a.xls", "表", [[float("nan")]])
    copy = annotation.annotated(b"", PurePosixPath("a.xls"), [grid], [fault("A1")])
    assert copy is annotation.NoCopy.UNLIKE


def test_a_form_with_warnings_alone_has_no_copy(tmp_path):
    county = without_remarks()
    county.form("月打分", 支部编号="ZB1", 期间="2026-01").headings.append("备注")
    folder = county.write(tmp_path)
    done = check(folder, "--annotate")
    assert done.exit_code == 0
    assert "警告 1 条" in done.stdout
    assert copies(folder) == []


def test_a_huge_workbook_has_no_copy():
    grid = Grid("a.xlsx", "表", [["x"] * 1001] * 2000)
    copy = annotation.annotated(b"", PurePosixPath("a.xlsx"), [grid], [fault("A1")])
    assert copy is annotation.NoCopy.TOO_LARGE


# --- putting back --------------------------------------------------------------------------------------------------


def test_a_corrected_copy_put_back_is_clean(faulty):
    check(faulty, "--annotate")
    copy = copy_of(faulty)
    fill(copy, "月打分", D4=20, B5="甲二", K3=None)
    shutil.copy(copy, faulty / FILE)
    done = check(faulty, "--annotate")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "考评期间：2026Q1。",
        "共读取 11 个文件，错误 0 条，警告 0 条。",
        f"已写出 {faulty / '输出/2026Q1/检查报告.xlsx'}",
    ]
    assert [p.name for p in (faulty / "输出/2026Q1").iterdir()] == ["检查报告.xlsx"]


def test_a_copy_put_back_as_it_is_has_the_same_problems(faulty):
    told = check(faulty, "--annotate").stdout
    shutil.copy(copy_of(faulty), faulty / FILE)
    assert check(faulty, "--annotate").stdout == told


def test_marks_of_an_earlier_time_are_replaced(faulty):
    check(faulty, "--annotate")
    copy = copy_of(faulty)
    book = openpyxl.load_workbook(copy)
    sheet = book["月打分"]
    sheet["B5"] = "甲二"
    sheet["D4"].comment = Comment("这是去年的\n" + sheet["D4"].comment.text, "李四")
    book.save(copy)
    shutil.copy(copy, faulty / FILE)
    check(faulty, "--annotate")
    book = openpyxl.load_workbook(copy)
    assert book.sheetnames == ["核对意见", "日记录", "月打分"]
    assert [row[1] for row in book["核对意见"].iter_rows(min_row=6, values_only=True)] == ["E202", "W101"]
    sheet = book["月打分"]
    assert sheet["D4"].comment.text.count("【核对】") == 1
    assert sheet["D4"].comment.text.startswith("这是去年的\n【核对】\n[E202]")
    assert (sheet["B5"].comment, sheet["B5"].fill.fill_type) == (None, None)


def test_a_sheet_of_that_name_that_is_somebodys_own_is_left(tmp_path):
    content = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.title = "核对意见"
    book.active["A1"] = "会议记录"
    book.create_sheet("表")["A1"] = "x"
    book.save(content)
    copy = openpyxl.load_workbook(annotated(content.getvalue(), fault("A1"), folder=tmp_path))
    assert copy.sheetnames == ["核对意见1", "核对意见", "表"]
    assert copy["核对意见"]["A1"].value == "会议记录"


def test_copies_that_are_no_longer_due_go(faulty):
    check(faulty, "--annotate")
    fill(faulty / FILE, "月打分", D4=20, B5="甲二", K3=None)
    fill(faulty / "ZB2/2026Q1.xlsx", "季汇总", I4="八十")
    check(faulty, "--annotate")
    assert copies(faulty) == ["ZB2/2026Q1.xlsx"]
    assert not copy_of(faulty).parent.exists()


def test_a_copy_that_somebody_has_worked_on_is_not_lost(faulty):
    check(faulty, "--annotate")
    fill(copy_of(faulty), "月打分", D4=20)
    worked_on = copy_of(faulty).read_bytes()
    done = check(faulty, "--annotate")
    kept = faulty / "输出/2026Q1/批注_未放回"
    assert done.stderr == f"上次的批注中有改过而没有放回的表，已保存到 {kept}\n"
    assert files_in(kept) == {FILE: worked_on}
    assert copy_of(faulty).read_bytes() != worked_on
    fill(copy_of(faulty), "月打分", D4=21)
    check(faulty, "--annotate")
    assert sorted(files_in(kept)) == [FILE, "ZB1/2026-01（2）.xlsx"]


@pytest.mark.parametrize("out", ["数据/检查", "数据", "."])
def test_copies_are_not_written_among_the_forms(faulty, out):
    data = shutil.move(faulty, faulty.parent / "批注" / "数据") if out == "." else faulty
    before = files_in(faulty.parent)
    done = check(data, "--annotate", "--out", faulty.parent / out)
    assert done.exit_code == 2
    assert "批注过的表会与上报的表混在一起。请写数据文件夹以外的文件夹，或不写 --out" in done.output
    assert files_in(faulty.parent) == before


def test_copies_may_be_written_elsewhere(faulty, tmp_path):
    done = check(faulty, "--annotate", "--out", tmp_path / "退回")
    assert done.exit_code == 1
    assert (tmp_path / "退回/批注" / FILE).is_file()
    assert not (faulty / "输出").exists()


@needs_office
def test_a_copy_saved_by_libreoffice_and_put_back_is_clean(faulty, tmp_path):
    check(faulty, "--annotate")
    copy = copy_of(faulty)
    fill(copy, "月打分", D4=20, B5="甲二", K3=None)
    shutil.copy(converted(copy, tmp_path, "xlsx"), faulty / FILE)
    assert check(faulty).stdout.splitlines()[-1] == "共读取 11 个文件，错误 0 条，警告 0 条。"
    fill(faulty / FILE, "月打分", D4="x")
    check(faulty, "--annotate")
    cell = openpyxl.load_workbook(copy)["月打分"]["D4"]
    assert cell.comment.text == TOLD

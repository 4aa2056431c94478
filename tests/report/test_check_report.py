"""检查报告.xlsx as it is opened: how many problems each unit has, each of them with links that lead to the file and cell."""

import json
import posixpath
import shutil
from urllib.parse import unquote

import openpyxl
import pytest
from factories import County
from helpers import invoke

from lianghua_batch.core.periods import parse
from lianghua_batch.core.problems import problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.report import check_report
from lianghua_batch.report.check_report import CheckFindings, link_to
from lianghua_batch.validation.grouping import by_unit

HEADINGS = ["单位", "代码", "性质", "文件", "工作表", "单元格", "列", "填写的值", "问题", "处理办法", "建议值", "处数"]


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """A quarter with faults in four files, one of which has an awkward name, and months that are missing."""
    county = County().only("2026Q1")
    county.form("月打分", 支部编号="ZB1", 期间="2026-01").row(党员编号="002")["姓名"] = "甲贰"
    for form in county.forms:
        if form.file == "ZB1/2026-01.xlsx":
            form.file = "ZB1 第一支部/一月 #1 (100%25) [终].xlsx"
    diary = county.form("日记录", 支部编号="ZB1", 期间="2026-02")
    for day in range(1, 6):
        diary.add(日期=f"2026-02-0{day}", 党员编号="001", 姓名="甲一", 项目编号="X9", 事由="值班")
    county.form("督查打分").headings.insert(4, "序号")
    county.form("考评方案", "指标编号").row(指标编号="B1")["数据来源"] = "支部得分均分"
    for month in ("2026-01", "2026-02", "2026-03"):
        county.drop("月打分", 支部编号="ZB2", 期间=month)
    return county.write(tmp_path_factory.mktemp("县") / "数据 2026")


@pytest.fixture(scope="module")
def report(faulty):
    return faulty / "输出/2026Q1/检查报告.xlsx"


@pytest.fixture(scope="module")
def book(faulty, report):
    assert invoke("check", faulty, "--period", "2026Q1", "--report").exit_code == 1
    return openpyxl.load_workbook(report)


def texts(sheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def below_headings(sheet, first: str) -> list[list[object]]:
    """The rows of the table under its heading row, down to the notes."""
    rows = texts(sheet)
    start = next(at for at, row in enumerate(rows) if row[0] == first) + 1
    return [row for row in rows[start:] if any(cell is not None for cell in row[1:])]


def test_the_overview_counts_by_unit(book):
    assert book.sheetnames == ["总览", "问题清单"]
    assert below_headings(book["总览"], "单位编号") == [
        [None, "花名册、考评方案（请先改，其余问题常由此引起）", 1, 1, 1],
        [None, "县里填报的“督查打分”", 0, 1, 1],
        ["ZB1", "财政第一支部", 6, 2, 3],
        ["ZB2", "财政第二支部", 3, 3, 3],
        [None, "合计", 10, 7, 8],
    ]
    assert book["总览"]["A2"].value == "考评期间：2026Q1　　共读取 11 个文件，错误 10 条，警告 7 条"


def test_the_list_names_everything_and_folds_what_is_alike(book):
    sheet = book["问题清单"]
    assert next(row for row in texts(sheet) if row[0] == "单位") == HEADINGS
    rows = [row for row in below_headings(sheet, "单位") if "没有数据行" not in row[8]]
    file = "ZB1 第一支部/一月 #1 (100%25) [终].xlsx"
    assert ["｜".join("" if cell is None else str(cell) for cell in row) for row in rows] == [
        "花名册、考评方案｜E415｜错误｜考评方案.xlsx｜指标｜P6｜数据来源｜支部得分均分"
        "｜数据来源“支部得分均分”不用于支部指标｜请改用其他数据来源｜｜1",
        "花名册、考评方案｜W405｜警告｜考评方案.xlsx｜｜｜｜｜考评方案有错误，与它的核对没有进行｜请先改正｜｜1",
        "县里填报的“督查打分”｜W101｜警告｜督查/2026Q1.xlsx｜督查打分｜E3｜序号｜序号"
        "｜多出的列“序号”没有读取｜请确认该列不含应上报的内容｜｜1",
        f"财政第一支部（ZB1）｜E302｜错误｜{file}｜月打分｜B5｜姓名｜甲贰"
        "｜002 的姓名是“甲二”，不是“甲贰”｜请核对党员编号和姓名｜｜1",
        "财政第一支部（ZB1）｜E305｜错误｜ZB1/2026-02.xlsx｜日记录｜D4、D5、D6 等 5 处｜项目编号｜X9"
        "｜项目编号“X9”不在考评方案的积分项目中｜请填写考评方案中的项目编号｜｜5",
        "财政第二支部（ZB2）｜E306｜错误｜（缺报）｜｜｜｜"
        "｜财政第二支部（ZB2） 缺 2026-01 至 2026-03 的“月打分”｜请 财政第二支部（ZB2） 补报｜｜3",
    ]


def test_links_lead_to_the_files_and_cells_from_where_the_report_lies(book, report, faulty):
    sheet = book["问题清单"]
    found = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.hyperlink is not None:
                path = report.parent / unquote(cell.hyperlink.target.replace("\\", "/"))
                assert path.resolve().is_file(), cell.hyperlink.target
                key = (path.resolve().relative_to(faulty.resolve()).as_posix(), cell.value)
                found[key] = cell.hyperlink.location
    file = "ZB1 第一支部/一月 #1 (100%25) [终].xlsx"
    assert found[file, file] is None
    assert found[file, "B5"] == "'月打分'!B5"
    assert found["ZB1/2026-02.xlsx", "D4、D5、D6 等 5 处"] == "'日记录'!D4"
    assert found["督查/2026Q1.xlsx", "E3"] == "'督查打分'!E3"
    assert not any("缺报" in text for _, text in found)


def test_names_of_units_lead_to_their_first_problem(book):
    overview, problems = book["总览"], book["问题清单"]
    for row in overview.iter_rows(min_row=4, max_col=2):
        link = row[1].hyperlink
        if link is not None:
            sheet, cell = link.location.split("!")
            target = book[sheet.strip("'")][cell]
            assert target.value.startswith(str(row[1].value).partition("（")[0])
            assert problems.cell(target.row - 1, 1).value != target.value


def test_a_report_elsewhere_has_its_links_from_there(faulty, tmp_path):
    out = tmp_path / "别处" / "三月"
    done = invoke("check", faulty, "--period", "2026Q1", "--out", out)
    assert done.stdout.splitlines()[-1] == f"已写出 {out / '检查报告.xlsx'}"
    sheet = openpyxl.load_workbook(out / "检查报告.xlsx")["问题清单"]
    way = posixpath.relpath(faulty.resolve().as_posix(), out.resolve().as_posix())
    targets = [cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink is not None]
    assert f"{way}/考评方案.xlsx".replace("/", "\\").replace(" ", "%20") in targets
    assert all((out / unquote(t.replace("\\", "/"))).resolve().is_file() for t in targets)


@pytest.mark.parametrize(
    ("prefix", "file", "sheet", "link"),
    [
        ("../..", "花名册.xlsx", None, "external:../../花名册.xlsx"),
        (".", "花名册.xlsx", None, "external:花名册.xlsx"),
        ("../..", "a b#1.xlsx", "党员", "external:../../a%20b%231.xlsx#'党员'!D7"),
        ("..", "50%.xlsx", "O'x", "external:../50%25.xlsx#'O''x'!D7"),
    ],
)
def test_how_a_link_is_written(prefix, file, sheet, link):
    assert link_to(prefix, file, sheet, "D7") == link


def test_it_prints_on_a4_with_its_headings_on_every_page(book):
    for name, orientation, head in (("总览", "portrait", 3), ("问题清单", "landscape", 3)):
        sheet = book[name]
        assert str(sheet.page_setup.paperSize) == sheet.PAPERSIZE_A4
        assert sheet.page_setup.orientation == orientation
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == f"${head}:${head}"
        assert sheet.freeze_panes.endswith(str(head + 1))
    assert book["问题清单"].auto_filter.ref == f"A3:L{3 + len(below_headings(book['问题清单'], '单位'))}"
    assert book["总览"].auto_filter.ref == "A3:E7"


def test_errors_are_red_and_warnings_yellow(book):
    fills = {row[2].value: row[2].fill.fgColor.rgb for row in book["问题清单"].iter_rows(min_row=4)}
    assert (fills["错误"], fills["警告"]) == ("FFFFC7CE", "FFFFEB9C")


def test_where_nothing_is_wrong_it_says_so(tmp_path):
    county = County().only("2026Q1")
    for form in county.forms:
        if form.form == "日记录":
            member, name = ("001", "甲一") if form.labels["支部编号"] == "ZB1" else ("004", "乙一")
            day = f"{form.labels['期间']}-06"
            form.add(日期=day, 党员编号=member, 姓名=name, 项目编号="J01", 事由="缺席", 分值=0)
    done = invoke("check", county.write(tmp_path), "--period", "2026Q1", "--report")
    assert done.exit_code == 0, done.output
    book = openpyxl.load_workbook(tmp_path / "输出/2026Q1/检查报告.xlsx")
    assert [book[name]["A4"].value for name in book.sheetnames] == ["没有问题。", "没有问题。"]


def test_without_a_period_it_lies_in_the_folder_of_outputs(tmp_path):
    (tmp_path / "坏.xlsx").write_bytes("不是工作簿".encode())
    assert invoke("check", tmp_path, "--report").exit_code == 1
    book = openpyxl.load_workbook(tmp_path / "输出/检查报告.xlsx")
    assert book["总览"]["A2"].value == "考评期间：未能判断　　共读取 1 个文件，错误 1 条，警告 0 条"


def test_a_report_that_cannot_be_written_keeps_nobody_from_the_problems(tmp_path):
    county = County().only("2026Q1")
    county.form("督查打分").row(组织编号="ZB1")["得分"] = None
    (tmp_path / "输出/2026Q1/检查报告.xlsx").mkdir(parents=True)
    done = invoke("check", county.write(tmp_path), "--period", "2026Q1", "--report")
    assert isinstance(done.exception, IsADirectoryError)  # which the program itself tells, with exit code 2
    assert done.stdout.startswith("[E201] 督查/2026Q1.xlsx 督查打分 D4：“得分”没有填写。请填写“得分”。\n")


def test_json_on_stdout_is_the_same_with_a_report(faulty):
    plain = invoke("check", faulty, "--period", "2026Q1", "--format", "json")
    done = invoke("check", faulty, "--period", "2026Q1", "--format", "json", "--report")
    assert json.loads(done.stdout) == json.loads(plain.stdout)
    assert done.stderr == f"已写出 {faulty / '输出/2026Q1/检查报告.xlsx'}\n"


def test_equal_problems_make_equal_bytes(faulty, report, book):
    before = report.read_bytes()
    invoke("check", faulty, "--period", "2026Q1", "--report")
    assert report.read_bytes() == before


def test_a_report_among_the_forms_is_not_taken_for_one(faulty, report, book, tmp_path):
    shutil.copytree(faulty, tmp_path / "数据")
    shutil.copy(report, tmp_path / "数据/问题.xlsx")
    again = invoke("check", tmp_path / "数据", "--period", "2026Q1")
    assert "错误 10 条" in again.stdout.splitlines()[-1]


def test_texts_of_cells_are_no_formulas():
    found = [problem("E202", SourceRef("a.xlsx", "表", 4, 0, "得分"), value="=1+1")]
    (_, sheet) = check_report.build(CheckFindings(by_unit(found), parse("2026"), 1))
    assert sheet.rows[0].cells[7].value == "=1+1"

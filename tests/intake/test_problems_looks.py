"""What a person sees at a glance and a program does not: struck-out and raised figures, hidden and white rows, footers, headings."""

import io
import struct
from pathlib import Path

import openpyxl
import pytest
import xlwt
from factories import County, complaints
from fakes.hostile import members, zipped
from fakes.odd_workbooks import ods_file, xlsb_record, xlsb_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill

from lianghua_batch.core import periods
from lianghua_batch.intake import read_files
from lianghua_batch.intake.grid import Flaw
from lianghua_batch.pipeline import process

SHARED_TEXTS = (
    b'<Relationship Id="rId98" Target="sharedStrings.bin" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>'
)
JANUARY, INSPECTION = "ZB1/2026-01.xlsx", "督查/2026Q1.xlsx"


@pytest.fixture
def county():
    return County().only("2026Q1")


def changed(county: County, folder: Path, file: str, change) -> list[str]:
    """What is said once `change` was made to the sheets of one file of the county."""
    county.write(folder)
    book = openpyxl.load_workbook(folder / file)
    change(book)
    book.save(folder / file)
    return complaints(process.process(folder, periods.parse("2026Q1")))


def rich(*parts: str | tuple[str, str]) -> CellRichText:
    """A text of parts, of which (style, text) is struck or raised."""
    fonts = {"struck": InlineFont(strike=True), "raised": InlineFont(vertAlign="superscript")}
    return CellRichText(*(TextBlock(fonts[p[0]], p[1]) if isinstance(p, tuple) else p for p in parts))


def results(folder: Path):
    return process.process(folder, periods.parse("2026Q1")).results


# --- struck out, raised --------------------------------------------------------------------------------------------


def test_an_old_figure_struck_out_beside_the_new_one_is_no_number(county, tmp_path):
    def correct(book):
        book["督查打分"]["D4"] = rich(("struck", "8"), "9")

    assert changed(county, tmp_path, INSPECTION, correct) == [
        "E217 督查/2026Q1.xlsx 督查打分 D4[89]：单元格里有划掉的字，划掉后是“9”。请删去划掉的字，只留下有效的内容。（9？）"
    ]


def test_a_footnote_behind_a_number_is_no_digit_of_it(county, tmp_path):
    def note(book):
        book["督查打分"]["D4"] = rich("9", ("raised", "1"))

    assert changed(county, tmp_path, INSPECTION, note) == [
        "E218 督查/2026Q1.xlsx 督查打分 D4[91]：数字后面有上标，去掉上标是“9”。请删去上标，需要说明的写在说明栏。（9？）"
    ]


def test_words_struck_out_of_a_free_text_are_not_read_and_a_raised_mark_in_words_is(county, tmp_path):
    def strike(book):
        book["督查打分"]["E4"] = rich(("struck", "台账不全"), "记录不及时", ("raised", "①"))

    assert changed(county, tmp_path, INSPECTION, strike) == []
    grids, _ = read_files.read(tmp_path / INSPECTION, tmp_path)
    cell = grids[0].rows[3][4]
    assert isinstance(cell, Flaw)
    assert cell.seen == "记录不及时①"


def test_struck_out_and_raised_figures_in_an_xls(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    struck, raised = xlwt.easyfont("struck_out true"), xlwt.easyfont("escapement superscript")
    sheet.write_rich_text(0, 0, [("98", struck), "8"])
    sheet.write_rich_text(1, 0, ["10", ("2", raised)])
    sheet.write(2, 0, 80, xlwt.easyxf("font: struck_out true"))
    sheet.write(3, 0, 80, xlwt.easyxf("font: colour white"))
    sheet.col(1).hidden = True
    sheet.write(0, 1, 1)
    content = io.BytesIO()
    book.save(content)
    (tmp_path / "表.xls").write_bytes(content.getvalue())
    (grid,), _ = read_files.read(tmp_path / "表.xls", tmp_path)
    assert [(row[0].code, row[0].seen) for row in grid.rows[:2]] == [("E217", "8"), ("E218", "10")]
    assert (grid.struck, grid.white, grid.hidden_columns) == ({(2, 0)}, {(3, 0)}, {1})


def test_struck_out_and_raised_figures_in_an_ods(tmp_path):
    styles = (
        '<style:style style:name="s" style:family="text"><style:text-properties style:text-line-through-style="solid"/></style:style>'
        '<style:style style:name="u" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>'
        '<style:style style:name="c" style:family="table-cell"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    )
    row = "<table:table-row><table:table-cell{0} office:value-type={1}</table:table-cell></table:table-row>"
    table = (
        '<table:table table:name="表"><table:table-column/>'
        + row.format("", '"string"><text:p><text:span text:style-name="s">98</text:span>8</text:p>')
        + row.format("", '"string"><text:p>10<text:span text:style-name="u">2</text:span></text:p>')
        + row.format(' table:style-name="c"', '"float" office:value="80"><text:p>80</text:p>')
        + "</table:table>"
    )
    (tmp_path / "表.ods").write_bytes(ods_file(table, styles))
    (grid,), _ = read_files.read(tmp_path / "表.ods", tmp_path)
    assert [(row[0].code, row[0].seen) for row in grid.rows[:2]] == [("E217", "8"), ("E218", "10")]
    assert grid.struck == {(2, 0)}


def test_struck_out_and_raised_figures_in_an_xlsb(tmp_path):
    """Fonts: 0 plain, 1 struck out, 2 raised; shared texts: «98» struck out before 8, 10 with a raised 2 behind."""
    fonts = [
        xlsb_record(43, struct.pack("<HHHH4x", 220, flags, 400, raised)) for flags, raised in ((0, 0), (8, 0), (0, 1))
    ]
    cell_styles = [xlsb_record(47, struct.pack("<HHHHHBBHBB", 0, 0, font, *[0] * 7)) for font in (0, 1)]
    styles = b"".join((*fonts, xlsb_record(617, struct.pack("<I", 2)), *cell_styles, xlsb_record(618)))
    texts = b"".join(
        xlsb_record(19, struct.pack("<BI6sIHHHH", 1, 3, text.encode("utf-16-le"), 2, 0, first, 2, then))
        for text, first, then in (("988", 1, 0), ("102", 0, 2))
    )
    row = [xlsb_record(0, struct.pack("<I13x", r)) for r in range(3)]
    shared = [xlsb_record(7, struct.pack("<III", 0, 0, number)) for number in range(2)]
    struck = xlsb_record(5, struct.pack("<IId", 0, 1, 80))
    size = xlsb_record(148, struct.pack("<IIII", 0, 2, 0, 0))
    sheet = (xlsb_record(129), size, xlsb_record(145), row[0], shared[0], row[1], shared[1], row[2], struck)
    parts = members(xlsb_workbook({"表": [[1]]}))
    links = parts["xl/_rels/workbook.bin.rels"].replace(b"</Relationships>", SHARED_TEXTS + b"</Relationships>")
    parts |= {
        "xl/_rels/workbook.bin.rels": links,
        "xl/styles.bin": styles,
        "xl/sharedStrings.bin": xlsb_record(159, struct.pack("<II", 2, 2)) + texts + xlsb_record(160),
        "xl/worksheets/sheet1.bin": b"".join((*sheet, xlsb_record(146), xlsb_record(130))),
    }
    (tmp_path / "表.xlsb").write_bytes(zipped(parts))
    (grid,), _ = read_files.read(tmp_path / "表.xlsb", tmp_path)
    assert [(row[0].code, row[0].text, row[0].seen) for row in grid.rows[:2]] == [
        ("E217", "988", "8"),
        ("E218", "102", "10"),
    ]
    assert grid.struck == {(2, 0)}


# --- what is not seen ----------------------------------------------------------------------------------------------


def test_rows_and_columns_that_nobody_sees_are_read_and_said(county, tmp_path):
    def hide(book):
        sheet = book["督查打分"]
        sheet.column_dimensions["D"].hidden = True
        sheet.row_dimensions[4].height = 0.5
        for cell in sheet[5]:
            cell.font = Font(color="FFFFFFFF")

    assert changed(county, tmp_path, INSPECTION, hide) == [
        "W109 督查/2026Q1.xlsx 督查打分：有 1 行是隐藏的（第 4 行），已照常读取。请取消隐藏核对，不应上报的请删去。",
        "W112 督查/2026Q1.xlsx 督查打分：列 D 是隐藏的，已照常读取。请取消隐藏核对，不应上报的请删去。",
        "W114 督查/2026Q1.xlsx 督查打分：有 1 行是白底白字（第 5 行），已照常读取。请改为黑字核对，不应上报的请删去。",
    ]


def test_a_row_in_a_font_that_is_struck_out_is_read_and_said_and_white_letters_on_a_dark_ground_are_seen(
    county, tmp_path
):
    def strike(book):
        sheet = book["督查打分"]
        for cell in sheet[4]:
            cell.font = Font(strike=True)
        for cell in sheet[5]:
            cell.font, cell.fill = Font(color="FFFFFFFF"), PatternFill("solid", fgColor="FF1F4E79")

    assert changed(county, tmp_path, INSPECTION, strike) == [
        "W113 督查/2026Q1.xlsx 督查打分：有 1 行是划掉的（删除线，第 4 行），已照常读取。请删去作废的行，有效的取消删除线。"
    ]


# --- codes and free texts ------------------------------------------------------------------------------------------


def test_a_long_code_stored_as_a_number_has_lost_its_last_digits(county, tmp_path):
    def widen(book):
        book["月打分"]["A4"] = 152104200001010001

    first, *others = changed(county, tmp_path, JANUARY, widen)
    assert first == (
        "E219 ZB1/2026-01.xlsx 月打分 A4[1.5210420000101e+17]：“党员编号”存成了数字，超过 15 位的末尾已经丢失。"
        "请把单元格设为文本格式，重新填写完整的编号。"
    )
    assert all("E302" not in other for other in others)


def test_a_picture_that_became_an_error_value_in_a_free_text_stops_nothing(county, tmp_path):
    def picture(book):
        book["督查打分"]["E4"] = "#NAME?"

    assert changed(county, tmp_path, INSPECTION, picture) == [
        "W202 督查/2026Q1.xlsx 督查打分 E4[#NAME?]：“存在问题”是错误值，没有读取。请删去或改为文字；图片请放在表外。"
    ]


# --- under the table -----------------------------------------------------------------------------------------------

FOOTERS = [
    "以下空白",
    "——以下空白——",
    "（以下无正文）",
    "制表日期：2026年4月1日",
    "填表日期:2026-04-01",
    "第1页，共1页",
    "————",
    "联系电话：0000-0000000",
    "单位（公章）",
    "2026年4月1日",
    "审批：",
    "复核人：某某",
    "※本表由工委留存",
    "无",
    "本季度无记录",
    "汇总",
    "平均值",
    "最高分",
    "均分",
    "累计",
    "ZB1小计",
]


@pytest.mark.parametrize("footer", FOOTERS)
def test_what_stands_under_a_table_for_people_is_no_record(county, tmp_path, footer):
    county.form("督查打分").add(组织编号=footer)
    assert county.complaints(tmp_path, "2026Q1") == []


@pytest.mark.parametrize("word", ["汇总", "平均值", "最低分"])
def test_a_total_where_the_rater_stands_is_no_rater(county, tmp_path, word):
    before = results(county.write(tmp_path / "before"))
    county.form("督查打分").add(组织编号="ZB1", 组织名称="财政第一支部", 检查单位=word, 得分=10)
    after = results(county.write(tmp_path / "after"))
    assert [b.scores.total.value for b in after.branches] == [b.scores.total.value for b in before.branches]


def test_a_sum_dragged_below_the_table_is_no_record_and_numbers_of_nobody_are_one_error(county, tmp_path):
    form = county.form("月打分", 支部编号="ZB1", 期间="2026-01")
    form.add(合计=0)
    form.add(政治合格=60, 合计=240)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E135 ZB1/2026-01.xlsx 月打分 D8：第 8 行只有数字，看不出是谁的。请补上编号和姓名；合计数请写明“合计”或删去。"
    ]


def test_a_day_alone_in_a_diary_is_a_record_that_lacks_the_rest(county, tmp_path):
    county.form("日记录", 支部编号="ZB1", 期间="2026-01").add(日期="2026-01-05")
    codes = [line.split()[0] for line in county.complaints(tmp_path, "2026Q1")]
    assert codes == ["E201"] * 4


def test_a_row_whose_code_nobody_knows_is_one_problem(county, tmp_path):
    county.form("督查打分").add(组织编号="初评得分", 得分=80)
    assert [line.split()[0] for line in county.complaints(tmp_path, "2026Q1")] == ["E322"]


# --- headings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "written"),
    [
        ("政治合格", "政治合格（25分）"),
        ("作用发挥合格", "作用发挥合格①"),
        ("党员编号", "*党员编号"),
        ("姓名", "姓名（必填）"),
        ("合计", "合计（满分100分）"),
    ],
)
def test_hints_and_footnote_marks_at_a_heading_are_no_part_of_it(county, tmp_path, heading, written):
    form = county.form("月打分", 支部编号="ZB1", 期间="2026-01")
    form.headings = [written if h == heading else h for h in form.headings]
    form.rows = [{written if h == heading else h: cell for h, cell in row.items()} for row in form.rows]
    assert county.complaints(tmp_path, "2026Q1") == []


def test_a_bracket_that_may_mean_another_scale_is_asked_about(county, tmp_path):
    form = county.form("督查打分")
    form.headings = ["得分（十分制）" if h == "得分" else h for h in form.headings]
    form.rows = [{"得分（十分制）" if h == "得分" else h: cell for h, cell in row.items()} for row in form.rows]
    assert county.complaints(tmp_path, "2026Q1")[0].startswith("E105 督查/2026Q1.xlsx 督查打分")


def test_a_heading_over_two_rows_is_read(county, tmp_path):
    def group(book):
        sheet = book["月打分"]
        names = [sheet.cell(3, column).value for column in range(1, sheet.max_column + 1)]
        sheet.insert_rows(4)
        for column, name in enumerate(names, start=1):
            if name and name.endswith("合格"):
                sheet.cell(4, column).value = name
                sheet.cell(3, column).value = "各维度得分" if name.startswith("政治") else None

    assert changed(county, tmp_path, JANUARY, group) == []


def test_a_column_that_is_nearly_a_veto_or_a_cap_stops_the_run(county, tmp_path):
    form = county.form("考评方案", "项目编号")
    form.headings = ["一票否X" if h == "一票否决" else h for h in form.headings]
    form.rows = [{"一票否X" if h == "一票否决" else h: cell for h, cell in row.items()} for row in form.rows]
    assert county.complaints(tmp_path, "2026Q1") == [
        "E136 考评方案.xlsx 积分项目 G3[一票否X]：列“一票否X”像是“一票否决”，没有读取。"
        "请改为“一票否决”；确是另一列的，请换一个不相近的列名。（一票否决？）"
    ]


def test_a_veto_that_is_missing_beside_an_unknown_column_with_values_stops_the_run(county, tmp_path):
    form = county.form("考评方案", "项目编号")
    form.headings = ["处分情形" if h == "一票否决" else h for h in form.headings]
    form.rows = [{"处分情形" if h == "一票否决" else h: cell for h, cell in row.items()} for row in form.rows]
    assert (
        "E137 考评方案.xlsx 积分项目 G3：没有“一票否决”列，而列 G 有内容却没有读取。请核对列名；确不需要“一票否决”的，请删去多出的列。"
    ) in county.complaints(tmp_path, "2026Q1")


# --- one mistake, one problem --------------------------------------------------------------------------------------


def test_a_sheet_that_no_program_has_calculated_is_one_problem(county, tmp_path):
    for row in county.form("月打分", 支部编号="ZB1", 期间="2026-01").rows:
        row["合计"] = "=SUM(D4:G4)"
    assert county.complaints(tmp_path, "2026Q1") == [
        "E220 ZB1/2026-01.xlsx 月打分 H4[=SUM(D4:G4)]：公式没有计算，本表共 3 处。请用 Excel 或 WPS 打开并保存一次。"
    ]


def test_a_number_as_text_that_a_sum_leaves_out_is_the_cause_not_the_sum(county, tmp_path):
    row = county.form("月打分", 支部编号="ZB1", 期间="2026-01").rows[0]
    row["政治合格"], row["合计"] = "20", 60
    assert county.complaints(tmp_path, "2026Q1") == [
        "E221 ZB1/2026-01.xlsx 月打分 D4[20]：“政治合格”是文本，合计的公式没有把它算进去。请把单元格改为数字格式后重新填写。"
    ]


def test_a_row_of_a_member_without_months_is_one_problem_whatever_it_lacks(county, tmp_path):
    for month in ("2026-01", "2026-02", "2026-03"):
        row = county.form("月打分", 支部编号="ZB1", 期间=month).rows[0]
        row.update(dict.fromkeys(("政治合格", "执行纪律合格", "品德合格", "作用发挥合格", "合计")), 免评原因="病假")
    summary = county.form("季汇总", 支部编号="ZB1").rows[0]
    summary.update({heading: None for heading in summary if heading not in ("党员编号", "姓名")})
    assert [line.split()[0] for line in county.complaints(tmp_path, "2026Q1")] == ["E318"]


def test_a_day_of_the_old_year_is_asked_about(county, tmp_path):
    county.form("日记录", 支部编号="ZB1", 期间="2026-01").add(
        日期="2025-01-05", 党员编号="001", 姓名="甲一", 项目编号="Z01", 事由="学习"
    )
    assert county.complaints(tmp_path, "2026Q1") == [
        "E304 ZB1/2026-01.xlsx 日记录 A4[2025-01-05]：日期 2025-01-05 不在本表期间 2026-01 之内。"
        "请改正日期，或记入相应月份的表。（2026-01-05？）"
    ]

"""What .xls, .ods and .xlsb say beyond their values: error values, formulas never calculated, percentages, codes, hidden rows."""

import datetime as dt
import io
import struct
import tracemalloc
import zipfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
import xlrd
from defusedxml import EntitiesForbidden
from fakes.odd_workbooks import (
    Error,
    Formula,
    Hidden,
    Shown,
    ods_file,
    ods_workbook,
    percent,
    xls_workbook,
    xlsb_record,
    xlsb_workbook,
)
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook, SheetVisibleEnum
from xlwt.CompoundDoc import XlsDoc

from lianghua_batch.intake import read_files
from lianghua_batch.intake.cell_values import as_shown, squeeze
from lianghua_batch.intake.formats import ods, xls, xlsb
from lianghua_batch.intake.formats.number_formats import displayed_value
from lianghua_batch.intake.formats.sheet_facts import SheetFacts
from lianghua_batch.intake.grid import Block, Flaw

FORMATS = pytest.mark.parametrize(
    ("workbook", "module"),
    [
        pytest.param(xls_workbook, xls, id="xls"),
        pytest.param(ods_workbook, ods, id="ods"),
        pytest.param(xlsb_workbook, xlsb, id="xlsb"),
    ],
)
ERRORS = ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"]


@dataclass(frozen=True)
class Said:
    """Facts as a clerk speaks of them: cells by their address, rows by their number."""

    flaws: dict[str, str]
    formats: dict[str, str]
    hidden_rows: list[int]
    merged: tuple[Block, ...] = ()


NOTHING = Said({}, {}, [])


def said(facts: SheetFacts) -> Said:
    return Said(
        {_address(place): f"{flaw.code} {flaw.text}" for place, flaw in facts.flaws.items()},
        {_address(place): code for place, code in facts.formats.items()},
        sorted(row + 1 for row in facts.hidden_rows),
        facts.merged,
    )


def _address(place: tuple[int, int]) -> str:
    return f"{get_column_letter(place[1] + 1)}{place[0] + 1}"


def said_of(module: ModuleType, content: bytes) -> dict[str, Said]:
    return {sheet: said(facts) for sheet, facts in module.facts(content).items()}


def cells_of(folder: Path, name: str, content: bytes) -> list[list[str]]:
    """The cells of the only sheet as the program sees them."""
    (folder / name).write_bytes(content)
    ((grid,), problems) = read_files.read(folder / name, folder)
    assert problems == []
    return [[f"{c.code} {c}" if isinstance(c, Flaw) else squeeze(as_shown(c)) for c in cells] for cells in grid.rows]


def values(content: bytes, sheet: str) -> list[list[object]]:
    """The cells as the reader of the values gives them."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def measured(module: ModuleType, content: bytes) -> tuple[dict[str, Said], int]:
    """What is said, and how many bytes were in use at most."""
    tracemalloc.start()
    try:
        return said_of(module, content), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def repacked(content: bytes, part: str, data: bytes | None) -> bytes:
    """The workbook with a part replaced, or without it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | {part: data}
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, written in parts.items():
            if written is not None:
                archive.writestr(name, written)
    return changed.getvalue()


def part_of(content: bytes, part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(part)


# --- the same in every format -------------------------------------------------------------------------------------------

MONTH = [
    ["月打分"],
    [],
    [None, "姓名", "编号", "合计", "到会率", "正式", "日期"],
    [None, "甲一", Shown(1, "000000"), 80, percent(0.95), True, dt.date(2026, 3, 1)],
    Hidden([None, "甲二", Shown(2, "000000"), Error("#N/A"), percent(1), False]),
    [None, "甲三", "000003", Formula("=SUM(D4:D5)", Error("#DIV/0!")), Formula("=E4/2", percent(0.475)), "95%"],
    [None, "合计", Formula("=C4", Shown(12, "00000")), Formula("=D4", 80.5), Shown(0.5, "0.00"), Shown(7, "0")],
]


@FORMATS
def test_the_workbooks_of_these_tests_are_ones_that_the_reader_opens(workbook, module):
    content = workbook({"三月": MONTH, "说明": [["填表说明"]]}, hidden_sheets=["说明"])
    found = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = [(sheet.name, sheet.visible) for sheet in found.sheets_metadata]
    assert sheets == [("三月", SheetVisibleEnum.Visible), ("说明", SheetVisibleEnum.Hidden)]
    day = 46082 if workbook is xlsb_workbook else dt.date(2026, 3, 1)  # of .xlsb it gives whole days as their number
    assert values(content, "三月") == [
        ["月打分", "", "", "", "", "", ""],
        ["", "", "", "", "", "", ""],
        ["", "姓名", "编号", "合计", "到会率", "正式", "日期"],
        ["", "甲一", 1, 80, 0.95, True, day],
        ["", "甲二", 2, "", 1, False, ""],
        ["", "甲三", "000003", "", 0.475, "95%", ""],
        ["", "合计", 12, 80.5, 0.5, 7, ""],
    ]


@FORMATS
def test_every_sheet_says_what_its_values_do_not(workbook, module):
    found = said_of(module, workbook({"三月": MONTH, "空表": [], "四月": [[Error("#REF!")]]}, hidden_sheets=["四月"]))
    assert found == {
        "三月": Said(
            flaws={"D5": "E210 #N/A", "D6": "E210 #DIV/0!"},
            formats={
                "C4": "000000",
                "E4": "0%",
                "C5": "000000",
                "E5": "0%",
                "E6": "0%",
                "C7": "00000",
            },
            hidden_rows=[5],
        ),
        "空表": NOTHING,
        "四月": Said({"A1": "E210 #REF!"}, {}, []),
    }


@FORMATS
@pytest.mark.parametrize("error", ERRORS)
def test_an_error_value_is_told_as_it_is_shown_typed_or_calculated(workbook, module, error):
    found = said_of(module, workbook({"表": [["得分"], [Error(error)], [Formula("=A1*2", Error(error))]]}))
    assert found == {"表": Said({"A2": f"E210 {error}", "A3": f"E210 {error}"}, {}, [])}


@FORMATS
def test_results_of_formulas_are_no_flaws(workbook, module):
    results = [12.5, 0, True, False, ""]
    assert said_of(module, workbook({"表": [[Formula("=B1", result) for result in results]]})) == {"表": NOTHING}


@FORMATS
def test_numbers_that_look_as_they_are_stored_have_no_format_to_tell(workbook, module):
    row = [95, 0.95, Shown(0.95, "0.00"), Shown(1, "0"), dt.date(2026, 3, 1), True, "95%", "000001", None]
    assert said_of(module, workbook({"表": [row]})) == {"表": NOTHING}


@FORMATS
def test_with_its_format_a_number_is_seen_as_the_clerk_sees_it(workbook, module):
    content = workbook({"表": [[percent(0.95), Shown(1, "000000"), Formula("=A1", percent(0.005))]]})
    cells, formats = values(content, "表")[0], module.facts(content)["表"].formats
    assert [str(displayed_value(cell, formats[0, column])) for column, cell in enumerate(cells)] == [
        "95%",
        "000001",
        "0.5%",
    ]


@FORMATS
def test_of_hidden_rows_those_that_hold_something_are_told(workbook, module):
    rows = [["姓名"], Hidden([]), Hidden(["甲一"]), ["甲二"], Hidden([None, 5]), Hidden([Formula("=B5", "")])]
    assert said_of(module, workbook({"表": rows})) == {"表": Said({}, {}, [3, 5, 6])}


@FORMATS
def test_what_stands_far_from_the_corner_is_told_at_its_place(workbook, module):
    rows = [[]] * 299 + [[None] * 99 + [Error("#N/A"), percent(0.5)]]
    assert said_of(module, workbook({"表": rows})) == {"表": Said({"CV300": "E210 #N/A"}, {"CW300": "0%"}, [])}
    assert values(workbook({"表": rows}), "表")[299][100] == 0.5


def test_a_workbook_with_the_dates_of_a_mac_says_the_same():
    mac = said_of(xls, xls_workbook({"三月": MONTH}, date1904=True))
    assert mac == said_of(xls, xls_workbook({"三月": MONTH}))


@FORMATS
def test_what_is_no_such_workbook_is_refused(workbook, module):
    content = workbook({"三月": MONTH})
    refusals = (zipfile.BadZipFile, xlrd.XLRDError)
    for damaged in (b"", "姓名,得分".encode(), content[: len(content) // 2], content[:600]):
        with pytest.raises(refusals):
            module.facts(damaged)


# --- .xls ---------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_whatever_is_wrong_with_an_xls_is_one_kind_of_error_and_nothing_is_printed(capfd):
    content = xls_workbook({"三月": MONTH})
    refused = 0
    for place in range(512, len(content), 7):
        try:
            xls.facts(content[:place] + b"\xff\xff" + content[place + 2 :])
        except xlrd.XLRDError:
            refused += 1
    assert refused > 50
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_one_cell_at_the_far_corner_of_an_xls_costs_little():
    rows = [[]] * 65535 + [[None] * 255 + [percent(1)]]
    content = xls_workbook({"表": rows})
    found, peak = measured(xls, content)
    assert found == {"表": Said({}, {"IV65536": "0%"}, [])}
    assert peak < 64e6


# --- .ods ---------------------------------------------------------------------------------------------------------------


def table(*rows: str, name: str = "表", columns: str = "") -> str:
    return f'<table:table table:name="{name}">{columns}{"".join(rows)}</table:table>'


def row(cells: str, attributes: str = "", times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}" {attributes}>{cells}</table:table-row>'


def number(value: float, attributes: str = "", kind: str = "float") -> str:
    return f'<table:table-cell {attributes} office:value-type="{kind}" office:value="{value}"/>'


HALF = number(0.5, kind="percentage")
BLANKS = '<table:table-cell table:number-columns-repeated="16384"/>'
NOT_AVAILABLE = (
    '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value=""'
    ' calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
)
COLLAPSED = 'table:visibility="collapse"'


def test_a_formula_that_was_never_calculated_is_told_as_excel_writes_it():
    cells = [Formula("=SUM(D4:E5)"), Formula('=IF(A1>60,"合格","不合格")'), Formula("=1+1", 2)]
    assert said_of(ods, ods_workbook({"表": [cells]})) == {
        "表": Said({"A1": "E213 =SUM(D4:E5)", "B1": 'E213 =IF(A1>60,"合格","不合格")'}, {}, [])
    }


def test_libreoffice_gives_the_empty_result_of_a_formula_no_type_but_a_paragraph():
    empty = '<table:table-cell table:formula="of:=&quot;&quot;"><text:p/></table:table-cell>'
    assert said_of(ods, ods_file(table(row(empty)))) == {"表": NOTHING}


@pytest.mark.parametrize("error", [*ERRORS, "Err:502"])
def test_writers_that_do_not_mark_errors_show_their_text(error):
    calculated = f'<table:table-cell table:formula="of:=A1" office:value-type="string"><text:p>{error}</text:p></table:table-cell>'
    typed = f'<table:table-cell office:value-type="string"><text:p>{error}</text:p></table:table-cell>'
    found = said_of(ods, ods_file(table(row(calculated + typed))))
    assert found == {"表": Said({"A1": f"E210 {error}"}, {}, [])}


def test_the_text_of_a_comment_is_not_the_text_of_its_cell():
    comment = "<office:annotation><dc:creator>张三</dc:creator><text:p>#N/A</text:p></office:annotation>"
    cell = f'<table:table-cell table:formula="of:=1">{comment}<text:p>1</text:p></table:table-cell>'
    assert said_of(ods, ods_file(table(row(cell)))) == {"表": NOTHING}


def test_rows_and_cells_that_repeat_are_told_everywhere_they_stand():
    repeated = number(0.5, 'table:number-columns-repeated="2"', "percentage")
    content = ods_file(table(row(BLANKS, times=3), row(repeated, COLLAPSED, times=2), row(NOT_AVAILABLE)))
    formats = dict.fromkeys(("A4", "B4", "A5", "B5"), "0%")
    assert said_of(ods, content) == {"表": Said({"A6": "E210 #N/A"}, formats, [4, 5])}
    assert values(content, "表") == [["", ""]] * 3 + [[0.5, 0.5]] * 2 + [["", ""]]


def test_a_cell_under_a_merged_one_has_its_place_but_shows_no_value(tmp_path):
    first = number(80, 'table:number-columns-spanned="2"')
    content = ods_file(table(row(first + HALF.replace("table-cell", "covered-table-cell") + HALF)))
    assert said_of(ods, content) == {"表": Said({}, {"B1": "0%", "C1": "0%"}, [], (Block(0, 0, 0, 1),))}
    assert values(content, "表") == [[80, 0.5, 0.5]]
    assert cells_of(tmp_path, "表.ods", content) == [["80", "", "50%"]]


def test_merged_cells_of_an_ods_are_told(tmp_path):
    first = number(80, 'table:number-columns-spanned="2" table:number-rows-spanned="2"')
    covered = HALF.replace("table-cell", "covered-table-cell")
    content = ods_file(table(row(first + covered), row(covered * 2 + number(3))))
    assert said_of(ods, content)["表"].merged == (Block(0, 0, 1, 1),)
    assert cells_of(tmp_path, "表.ods", content) == [["80", "", ""], ["", "", "3"]]


NUMBER_STYLES = {
    "0%;-0%;-": (
        '<number:percentage-style style:name="P0"><number:number number:min-integer-digits="1"/>'
        "<number:text>%</number:text></number:percentage-style>"
        '<number:number-style style:name="N"><number:text>-</number:text>'
        '<style:map style:condition="value()&gt;0" style:apply-style-name="P0"/>'
        '<style:map style:condition="value()&lt;0" style:apply-style-name="P0"/></number:number-style>'
    ),
    "0.0,": (
        '<number:number-style style:name="N"><number:number number:decimal-places="1" number:min-integer-digits="1"'
        ' number:display-factor="1000"/></number:number-style>'
    ),
    "000-000": (
        '<number:number-style style:name="N"><number:number number:decimal-places="0" number:min-integer-digits="6">'
        '<number:embedded-text number:position="3">-</number:embedded-text></number:number></number:number-style>'
    ),
}


@pytest.mark.parametrize(
    ("style", "stored", "shown"),
    [
        ("0%;-0%;-", 0.65, "65%"),
        ("0%;-0%;-", 0, "0"),
        ("0.0,", 8500, "8.5"),
        ("0.0,", 8550, "E215 8550"),
        ("000-000", 95, "000-095"),
    ],
)
def test_the_number_styles_of_an_ods_show_what_excels_formats_show(tmp_path, style, stored, shown):
    of_cell = '<style:style style:name="c" style:family="table-cell" style:data-style-name="N"/>'
    content = ods_file(table(row(number(stored, 'table:style-name="c"'))), NUMBER_STYLES[style] + of_cell)
    assert cells_of(tmp_path, "表.ods", content) == [[shown]]


def test_rows_in_groups_and_header_rows_are_counted():
    group = f'<table:table-row-group table:display="false">{row(HALF, COLLAPSED)}</table:table-row-group>'
    content = ods_file(table(f"<table:table-header-rows>{row(HALF)}</table:table-header-rows>", group, row(HALF)))
    assert said_of(ods, content) == {"表": Said({}, {"A1": "0%", "A2": "0%", "A3": "0%"}, [2])}


def test_rows_hidden_by_a_filter_are_hidden():
    content = ods_workbook({"表": [["姓名"], Hidden(["甲一"]), ["甲二"]]}, filtered=True)
    assert said_of(ods, content) == {"表": Said({}, {}, [2])}


ZEROS = (
    '<number:number-style style:name="N1"><number:number number:decimal-places="0" number:min-integer-digits="6"/>'
    '</number:number-style><style:style style:name="code" style:family="table-cell" style:data-style-name="N1"/>'
    '<style:style style:name="bold code" style:family="table-cell" style:parent-style-name="code"/>'
)


def test_leading_zeros_come_from_the_style_of_the_cell_of_its_row_or_of_its_column():
    columns = '<table:table-column/><table:table-column table:default-cell-style-name="code"/>'
    own = 'table:style-name="bold code"'
    other = 'table:style-name="Default"'
    content = ods_file(
        table(
            row(number(1, own) + number(2) + number(3)),
            row(number(4) + number(5, other)),
            row(number(6), 'table:default-cell-style-name="code"'),
            columns=columns,
        ),
        ZEROS,
    )
    assert said_of(ods, content) == {"表": Said({}, {"A1": "000000", "B1": "000000", "A3": "000000"}, [])}


def test_libreoffice_keeps_some_number_formats_in_a_part_of_their_own():
    content = ods_file(table(row(number(1, 'table:style-name="code"'))), styles_part=ZEROS)
    assert said_of(ods, content) == {"表": Said({}, {"A1": "000000"}, [])}


@pytest.mark.parametrize("hidden", ["", COLLAPSED], ids=["shown", "hidden"])
def test_a_million_blank_rows_cost_nothing(hidden):
    content = ods_file(table(row(HALF), row(BLANKS, hidden, times=1_048_575)))
    found, peak = measured(ods, content)
    assert found == {"表": Said({}, {"A1": "0%"}, [])}
    assert peak < 4e6


@pytest.mark.parametrize("times", [1_000_001, 10**30])
@pytest.mark.parametrize("cells", [NOT_AVAILABLE, HALF], ids=["errors", "percentages"])
def test_a_few_bytes_that_stand_for_more_cells_than_anyone_fills_are_refused(cells, times):
    with pytest.raises(ods.expat.ExpatError):
        ods.facts(ods_file(table(row(cells, times=times))))
    with pytest.raises(ods.expat.ExpatError):
        ods.facts(ods_file(table(row(cells, times=600_000)) + table(row(cells, times=600_000), name="表2")))


def test_rows_hidden_by_the_million_are_refused_only_if_they_are_filled():
    with pytest.raises(ods.expat.ExpatError):
        ods.facts(ods_file(table(row(number(1), COLLAPSED, times=1_048_576))))


def test_an_ods_with_entities_is_refused():
    laughs = '<!DOCTYPE a [<!ENTITY ha "哈"><!ENTITY haha "&ha;&ha;">]>'
    with pytest.raises(EntitiesForbidden):
        ods.facts(ods_file(table(row(HALF)), before=laughs))


def test_an_ods_without_content_or_with_broken_xml_is_refused():
    with pytest.raises(KeyError):
        ods.facts(repacked(ods_workbook({"表": [[1]]}), "content.xml", None))
    with pytest.raises(SyntaxError):
        ods.facts(repacked(ods_workbook({"表": [[1]]}), "content.xml", b"<office:document-content>"))


# --- .xlsb --------------------------------------------------------------------------------------------------------------

SHEET, STYLES = "xl/worksheets/sheet1.bin", "xl/styles.bin"


def test_long_records_that_say_nothing_here_are_passed_over():
    content = xlsb_workbook({"表": [["长" * 30_000, percent(0.5)], [Error("#N/A")]]})
    assert said_of(xlsb, content) == {"表": Said({"A2": "E210 #N/A"}, {"B1": "0%"}, [])}


def test_an_xlsb_without_styles_says_its_errors():
    content = repacked(xlsb_workbook({"表": [[percent(0.5), Error("#N/A")]]}), STYLES, None)
    assert said_of(xlsb, content) == {"表": Said({"B1": "E210 #N/A"}, {}, [])}


def test_an_error_that_came_after_excel_2003_is_told():
    content = xlsb_workbook({"表": [[Error("#GETTING_DATA")]]})
    assert said_of(xlsb, content) == {"表": Said({"A1": "E210 #GETTING_DATA"}, {}, [])}


def test_an_xlsb_whose_sheet_is_missing_is_refused():
    with pytest.raises(KeyError):
        xlsb.facts(repacked(xlsb_workbook({"表": [[1]]}), SHEET, None))


TOO_SHORT = [b"\x80", b"\x00", b"\x00\xff", b"\x05\x10half", xlsb_record(0, b"\x00"), xlsb_record(5, b"\x00" * 7)]
CLAIMS_256_MB = b"\x3f\xff\xff\xff\x7f"


@pytest.mark.parametrize("record", [*TOO_SHORT, CLAIMS_256_MB])
def test_an_xlsb_that_breaks_off_is_refused_before_anything_is_made_room_for(record):
    content = repacked(xlsb_workbook({"表": [[1]]}), SHEET, record)
    tracemalloc.start()
    try:
        with pytest.raises(struct.error):
            xlsb.facts(content)
        assert tracemalloc.get_traced_memory()[1] < 4e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("row", "column"), [(1_048_576, 0), (0, 16_384), (2**32 - 1, 2**32 - 1)])
def test_a_cell_of_an_xlsb_that_no_sheet_has_room_for_is_refused(row, column):
    cells = xlsb_record(0, struct.pack("<I13x", row)) + xlsb_record(3, struct.pack("<IIB", column, 0, 0x2A))
    with pytest.raises(struct.error):
        xlsb.facts(repacked(xlsb_workbook({"表": [[1]]}), SHEET, cells))


def test_merged_cells_of_an_xlsb_are_told(tmp_path):
    content = xlsb_workbook({"表": [["得分", 80], ["", 90]]})
    end = xlsb_record(146)
    merged = xlsb_record(177, struct.pack("<I", 1)) + xlsb_record(176, struct.pack("<IIII", 0, 1, 1, 1))
    content = repacked(content, SHEET, part_of(content, SHEET).replace(end, end + merged + xlsb_record(178)))
    assert said_of(xlsb, content)["表"].merged == (Block(0, 1, 1, 1),)
    assert cells_of(tmp_path, "表.xlsb", content) == [["得分", "80"], ["", ""]]


def test_a_text_that_the_reader_of_an_xlsb_would_leave_out_is_refused():
    content = xlsb_workbook({"表": [["得分"]]})
    text = xlsb_record(62, struct.pack("<IIBI", 1, 0, 0, 1) + "甲".encode("utf-16-le"))
    end = xlsb_record(146)
    with pytest.raises(struct.error):
        xlsb.facts(repacked(content, SHEET, part_of(content, SHEET).replace(end, text + end)))


def test_what_comes_after_the_sheet_of_an_xlsb_is_not_read():
    content = xlsb_workbook({"表": [[percent(0.5)]]})
    content = repacked(content, SHEET, part_of(content, SHEET) + CLAIMS_256_MB)
    assert said_of(xlsb, content) == {"表": Said({}, {"A1": "0%"}, [])}


# --- Excel 95 ------------------------------------------------------------------------------------------------------


def biff5(text: bytes, code_page: int) -> bytes:
    """A workbook as Excel 95 wrote it: one sheet 表 with a text in A1, in a code page."""

    def record(number: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", number, len(data)) + data

    def beginning(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHH", 0x0500, kind, 0, 0))

    name = "表".encode("gbk")
    pages, end = record(0x0042, struct.pack("<H", code_page)), record(0x000A)
    format_0 = record(0x001E, struct.pack("<HB", 0, 7) + b"General")
    font = record(0x0031, struct.pack("<HHHHHBBBBB", 200, 0, 8, 400, 0, 0, 0, 0, 0, 5) + b"Arial")
    style = record(0x00E0, struct.pack("<HHHBBHHHH", 0, 0, 0, 0, 0, 0, 0, 0, 0))
    sheet = beginning(0x10) + record(0x0204, struct.pack("<HHHH", 0, 0, 0, len(text)) + text) + end
    before = beginning(0x05) + pages + font * 4 + format_0 + style
    start = len(before) + 4 + 7 + len(name) + len(end)
    stream = before + record(0x0085, struct.pack("<IHB", start, 0, len(name)) + name) + end + sheet
    content = io.BytesIO()
    XlsDoc().save(content, stream)
    called, entry = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
    at = content.getvalue().index(called)
    whole = bytearray(content.getvalue())
    whole[at : at + 64] = entry.ljust(64, b"\0")
    whole[at + 64 : at + 66] = struct.pack("<H", len(entry) + 2)
    return bytes(whole)


def test_chinese_in_a_workbook_of_excel_95_is_read_by_its_code_page(tmp_path):
    assert cells_of(tmp_path, "表.xls", biff5("财政局机关党支部".encode("gbk"), 936)) == [["财政局机关党支部"]]

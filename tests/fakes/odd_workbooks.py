"""Workbooks that are no .xlsx: .xls, .ods and .xlsb of the same few sheets.

`sheets` are {name: rows}, a row a list of cells: None, text, numbers, booleans, dates, and the things below that Excel can
hold and Python has no word for. A row in `Hidden` is hidden, a sheet named in `hidden_sheets` too.
"""

import datetime as dt
import io
import re
import struct
import zipfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

import xlwt
from xlwt.Cell import FormulaCell


@dataclass(frozen=True)
class Shown:
    """A number and the number format that it is shown in."""

    number: float
    number_format: str


def percent(number: float) -> Shown:
    """0.95, shown as 95%."""
    return Shown(number, "0%")


@dataclass(frozen=True)
class Error:
    """An error value, like #N/A."""

    text: str


@dataclass(frozen=True)
class Formula:
    """A formula like =SUM(A1:A3) and what it came to; None: never calculated, which only .ods can say."""

    text: str
    result: object = None


class Hidden(list):
    """A row that is hidden, or filtered out."""


Sheets = Mapping[str, list[list[object]]]

_DATE_FORMAT = "yyyy-mm-dd"
_CODES = {
    "#NULL!": 0x00,
    "#DIV/0!": 0x07,
    "#VALUE!": 0x0F,
    "#REF!": 0x17,
    "#NAME?": 0x1D,
    "#NUM!": 0x24,
    "#N/A": 0x2A,
    "#GETTING_DATA": 0x2B,
}


def _plain(cell: object) -> object:
    """What stands in the cell, its number format taken away."""
    return cell.number if isinstance(cell, Shown) else cell


def _number_format(cell: object) -> str:
    result = cell.result if isinstance(cell, Formula) else cell
    if isinstance(result, Shown):
        return result.number_format
    return _DATE_FORMAT if isinstance(result, dt.date) else "General"


def _serial(day: dt.date, date1904: bool) -> int:
    return (day - (dt.date(1904, 1, 1) if date1904 else dt.date(1899, 12, 30))).days


# --- .xls ---------------------------------------------------------------------------------------------------------------


class _CalculatedFormula(FormulaCell):
    """A formula with its result, which xlwt always leaves empty."""

    __slots__ = ("result",)

    def get_biff_data(self) -> bytes:
        record = super().get_biff_data()
        return record[:10] + self.result + record[18:]


def _biff_result(result: object) -> bytes:
    if isinstance(result, bool):
        return struct.pack("<BxBxxxH", 1, result, 0xFFFF)
    if isinstance(result, Error):
        return struct.pack("<BxBxxxH", 2, _CODES[result.text], 0xFFFF)
    if result is None or result == "":
        return struct.pack("<BxxxxxH", 3, 0xFFFF)
    return struct.pack("<d", result)


def xls_workbook(sheets: Sheets, hidden_sheets: Collection[str] = (), date1904: bool = False) -> bytes:
    """A workbook of Excel 97–2003; result of a formula can be a number, a boolean, an error or the empty text."""
    book = xlwt.Workbook()
    book.dates_1904 = date1904
    styles = {"General": xlwt.Style.default_style}
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        sheet.visibility = int(name in hidden_sheets)
        for r, row in enumerate(rows):
            line = sheet.row(r)
            line.hidden = isinstance(row, Hidden)
            for c, cell in enumerate(row):
                code = _number_format(cell)
                style = styles.setdefault(code, xlwt.easyxf(num_format_str=code))
                if isinstance(cell, Error):
                    line.set_cell_error(c, _CODES[cell.text], style)
                elif isinstance(cell, Formula):
                    formula = _CalculatedFormula(r, c, book.add_style(style), xlwt.Formula(cell.text.lstrip("=")))
                    formula.result = _biff_result(_plain(cell.result))
                    line.insert_cell(c, formula)
                elif cell is not None:
                    line.write(c, _plain(cell), style)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


# --- .ods ---------------------------------------------------------------------------------------------------------------

_ODS_NAMESPACES = (
    " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in {
            "office": "office",
            "table": "table",
            "text": "text",
            "style": "style",
            "number": "datastyle",
            "dc": "dc",
        }.items()
    )
    + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"'
)
_ODS_MIME = "application/vnd.oasis.opendocument.spreadsheet"


def ods_workbook(sheets: Sheets, hidden_sheets: Collection[str] = (), filtered: bool = False) -> bytes:
    """An OpenDocument workbook; what is the same in a row is written once, with how often it repeats, as LibreOffice does.

    `filtered`: hidden rows are hidden by a filter.
    """
    codes = {_number_format(cell) for rows in sheets.values() for row in rows for cell in row}
    zeros = sorted(code for code in codes if set(code) == {"0"})
    styles = "".join(
        f'<number:number-style style:name="N{len(code)}"><number:number number:decimal-places="0"'
        f' number:min-integer-digits="{len(code)}"/></number:number-style>'
        f'<style:style style:name="{_ods_style(code)}" style:family="table-cell" style:data-style-name="N{len(code)}"/>'
        for code in zeros
    )
    hiding = "filter" if filtered else "collapse"
    tables = "".join(
        f"<table:table table:name={quoteattr(name)} table:style-name={quoteattr('hidden' if name in hidden_sheets else 'shown')}>"
        f"{_ods_rows(rows, hiding)}</table:table>"
        for name, rows in sheets.items()
    )
    return ods_file(tables, styles)


def ods_file(tables: str, styles: str = "", styles_part: str = "", before: str = "") -> bytes:
    """An OpenDocument workbook of XML that is given: tables, styles, those in a part of their own, what comes first of all."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        f'<office:document-content {_ODS_NAMESPACES} office:version="1.3">'
        '<office:automatic-styles><style:style style:name="shown" style:family="table">'
        '<style:table-properties table:display="true"/></style:style><style:style style:name="hidden" style:family="table">'
        f'<style:table-properties table:display="false"/></style:style>{styles}</office:automatic-styles>'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS_MIME}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    parts = {"mimetype": _ODS_MIME, "content.xml": content, "META-INF/manifest.xml": manifest}
    if styles_part:
        parts["styles.xml"] = (
            f'<office:document-styles {_ODS_NAMESPACES} office:version="1.3">'
            f"<office:styles>{styles_part}</office:styles></office:document-styles>"
        )
    return _zip(parts)


def _ods_rows(sheet: list[list[object]], hiding: str) -> str:
    found = []
    for (kind, _), same in groupby(sheet, key=lambda row: (type(row), repr(row))):
        rows = list(same)
        visibility = f' table:visibility="{hiding}"' if kind is Hidden else ""
        cells = (list(alike) for _, alike in groupby(rows[0], key=repr))
        inner = "".join(_ods_cell(alike[0], _ods_repeated("columns", len(alike))) for alike in cells)
        inner = inner or "<table:table-cell/>"
        found.append(f"<table:table-row{_ods_repeated('rows', len(rows))}{visibility}>{inner}</table:table-row>")
    return "".join(found)


def _ods_repeated(what: str, times: int) -> str:
    return f' table:number-{what}-repeated="{times}"' if times > 1 else ""


def _ods_cell(cell: object, repeated: str) -> str:
    formula = ""
    if isinstance(cell, Formula):
        text = re.sub(r"\b[A-Z]+[0-9]+\b", r".\g<0>", cell.text)
        text = re.sub(r"(?:\.[A-Z]+[0-9]+:?)+", r"[\g<0>]", text)
        formula = f" table:formula={quoteattr('of:' + text)}"
        cell = cell.result
    code = _number_format(cell)
    style = f' table:style-name="{_ods_style(code)}"' if set(code) == {"0"} else ""
    value, text = _ods_value(_plain(cell), "percentage" if "%" in code else "float")
    paragraph = f"<text:p>{escape(text)}</text:p>" if text else ""
    return f"<table:table-cell{repeated}{style}{formula}{value}>{paragraph}</table:table-cell>"


def _ods_style(code: str) -> str:
    return f"zeros{len(code)}"


def _ods_value(value: object, number: str) -> tuple[str, str]:
    """The attributes that tell a cell's value, and the text that it shows."""
    if value is None:
        return "", ""
    if isinstance(value, Error):
        return ' office:value-type="string" office:string-value="" calcext:value-type="error"', value.text
    if isinstance(value, bool):
        return f' office:value-type="boolean" office:boolean-value="{str(value).lower()}"', str(value).upper()
    if isinstance(value, dt.date):
        return f' office:value-type="date" office:date-value="{value}"', str(value)
    if isinstance(value, str):
        return ' office:value-type="string"', value
    return f' office:value-type="{number}" office:value="{value}"', f"{value * 100:g}%" if number != "float" else str(
        value
    )


# --- .xlsb --------------------------------------------------------------------------------------------------------------

_FIRST_OWN_FORMAT = 164
_BUILT_IN = {"General": 0, "0%": 9, "0.00%": 10}
_SOME_FORMULA = struct.pack("<HI3sI", 0, 3, b"\x1e\x01\x00", 0)  # flags and =1: nobody looks


def xlsb_workbook(sheets: Sheets, hidden_sheets: Collection[str] = (), date1904: bool = False) -> bytes:
    """A binary workbook of Excel 2007 and later ([MS-XLSB]), every part as small as can be."""
    codes = sorted({_number_format(cell) for rows in sheets.values() for row in rows for cell in row} - {"General"})
    styles = {code: n for n, code in enumerate(["General", *codes])}
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.bin")}),
        "xl/workbook.bin": _xlsb_book(sheets, hidden_sheets, date1904),
        "xl/_rels/workbook.bin.rels": _relations(
            {f"rId{n}": ("worksheet", f"worksheets/sheet{n}.bin") for n in range(1, len(sheets) + 1)}
            | {"rId99": ("styles", "styles.bin")}
        ),
        "xl/styles.bin": _xlsb_styles(list(styles)),
    }
    for n, rows in enumerate(sheets.values(), start=1):
        parts[f"xl/worksheets/sheet{n}.bin"] = _xlsb_sheet(rows, styles, date1904)
    return _zip(parts)


def xlsb_record(number: int, data: bytes = b"") -> bytes:
    """A record: its number and its length in seven bits a byte, its data."""
    head = bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80, number >> 7])
    length = len(data)
    while length > 0x7F:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + bytes([length]) + data


def _wide(text: str) -> bytes:
    units = text.encode("utf-16-le")
    return struct.pack("<I", len(units) // 2) + units


def _xlsb_book(names: Iterable[str], hidden: Collection[str], date1904: bool) -> bytes:
    bundle = b"".join(
        xlsb_record(156, struct.pack("<II", name in hidden, n) + _wide(f"rId{n}") + _wide(name))
        for n, name in enumerate(names, start=1)
    )
    properties = xlsb_record(153, struct.pack("<II", date1904, 0) + _wide(""))
    return xlsb_record(131) + properties + xlsb_record(143) + bundle + xlsb_record(144) + xlsb_record(132)


def _xlsb_styles(codes: list[str]) -> bytes:
    own = {code: _FIRST_OWN_FORMAT + n for n, code in enumerate(c for c in codes if c not in _BUILT_IN)}
    formats = b"".join(xlsb_record(44, struct.pack("<H", number) + _wide(code)) for code, number in own.items())
    styles = [struct.pack("<HHHHHBBHBB", 0, (_BUILT_IN | own)[code], *[0] * 8) for code in codes]
    of_named_styles = struct.pack("<HHHHHBBHBB", 0xFFFF, *[0] * 9)
    return b"".join(
        (
            xlsb_record(278),
            xlsb_record(615, struct.pack("<I", len(own))) + formats + xlsb_record(616),
            xlsb_record(626, struct.pack("<I", 1)) + xlsb_record(47, of_named_styles) + xlsb_record(627),
            xlsb_record(617, struct.pack("<I", len(codes))),
            *(xlsb_record(47, style) for style in styles),
            xlsb_record(618),
            xlsb_record(279),
        )
    )


def _xlsb_sheet(rows: list[list[object]], styles: Mapping[str, int], date1904: bool) -> bytes:
    last = struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, max(map(len, rows), default=1) - 1)
    records = [xlsb_record(129), xlsb_record(148, last), xlsb_record(145)]
    for r, row in enumerate(rows):
        if row:
            flags = 0x10 if isinstance(row, Hidden) else 0
            records.append(xlsb_record(0, struct.pack("<IIHBBBI", r, 0, 300, 0, flags, 0, 0)))
        for c, cell in enumerate(row):
            if cell is not None:
                place = struct.pack("<II", c, styles[_number_format(cell)])
                number, data = _xlsb_value(cell, date1904)
                records.append(xlsb_record(number, place + data))
    return b"".join((*records, xlsb_record(146), xlsb_record(130)))


def _xlsb_value(cell: object, date1904: bool) -> tuple[int, bytes]:
    """Which kind of cell record, and what it holds after the place."""
    formula = _SOME_FORMULA if isinstance(cell, Formula) else b""
    value = _plain(cell.result if isinstance(cell, Formula) else cell)
    if isinstance(value, dt.date):
        value = _serial(value, date1904)
    if isinstance(value, Error):
        return 11 if formula else 3, bytes([_CODES[value.text]]) + formula
    if isinstance(value, bool):
        return 10 if formula else 4, bytes([value]) + formula
    if value is None or isinstance(value, str):
        return 8 if formula else 6, _wide(value or "") + formula
    if isinstance(value, int) and not formula:
        return 2, struct.pack("<i", value << 2 | 2)
    return 9 if formula else 5, struct.pack("<d", value) + formula


def _content_types(sheets: int) -> str:
    office = "application/vnd.ms-excel"
    kinds = {"/xl/workbook.bin": f"{office}.sheet.binary.macroEnabled.main", "/xl/styles.bin": f"{office}.styles"}
    kinds |= {f"/xl/worksheets/sheet{n}.bin": f"{office}.worksheet" for n in range(1, sheets + 1)}
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in kinds.items())
        + "</Types>"
    )


def _relations(links: Mapping[str, tuple[str, str]]) -> str:
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(f'<Relationship Id="{n}" Type="{kinds}/{kind}" Target="{to}"/>' for n, (kind, to) in links.items())
        + "</Relationships>"
    )


def _zip(parts: Mapping[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()

"""Puts back what openpyxl drops from an .xlsx: computed values, drop-downs of Excel 2010, numbers in date formats that are no dates."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from defusedxml import ElementTree
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from lianghua_batch.intake.formats.xlsx import sheet_parts

_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s/>]")
# A formula as openpyxl saves it, without its value.
_EMPTY = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f[^>]*(?:/>|>[^<]*</f>))<v\s*(?:/>|></v>)</c>')
_RANGE = re.compile(
    rb"""<(?:[\w.-]+:)?(?:mergeCell|hyperlink)\b[^>]*?\bref\s*=\s*["'](\$?[A-Z]+\$?[0-9]+:\$?[A-Z]+\$?[0-9]+)["']"""
)
_X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
_XM = "{http://schemas.microsoft.com/office/excel/2006/main}"
_DRAWN = (b":pic>", b":pic ", b":sp>", b":sp ", b":grpSp>", b":cxnSp>")
_CONTROLS = ("xl/ctrlProps/", "xl/activeX/")


@dataclass(frozen=True)
class Package:
    """An .xlsx: its worksheets' XML by sheet name, and whether it has drawings that openpyxl drops."""

    sheets: Mapping[str, bytes]
    drawn: bool

    def ranged(self) -> int:
        """The number of cells in merged ranges and links, each of which openpyxl holds as an object."""
        return sum(_size(found[1].decode()) for xml in self.sheets.values() for found in _RANGE.finditer(xml))


def opened(content: bytes, most_inflated: int) -> Package | None:
    """Read the needed parts of an .xlsx; None where it inflates to more than `most_inflated` bytes. Raises BadZipFile, KeyError or ParseError for no .xlsx."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > most_inflated:
            return None
        names = set(archive.namelist())
        inside = {name: archive.read(name) for name in names if name.endswith((".xml", ".rels"))}
    sheets = {name: inside[part] for name, part in sheet_parts(inside) if part in inside}
    drawings = [part for name, part in inside.items() if name.startswith("xl/drawings/drawing")]
    drawn = any(mark in part for part in drawings for mark in _DRAWN) or any(n.startswith(_CONTROLS) for n in names)
    return Package(sheets, drawn)


def _size(reference: str) -> int:
    left, top, right, bottom = range_boundaries(reference)
    return (right - left + 1) * (bottom - top + 1)


# --- into the opened workbook --------------------------------------------------------------------------------------


def restore(book: Workbook, package: Package) -> None:
    """Put back what openpyxl has not taken from the package."""
    for page in book.worksheets:
        xml = package.sheets.get(page.title, b"")
        for found in _validations(xml):
            page.data_validations.append(found)
        _numbers_that_are_no_date(page, xml)
        _show_dates(page)


def _validations(xml: bytes) -> Iterator[DataValidation]:
    """Data validations that refer to another sheet, which Excel keeps in an extension."""
    if b"x14:dataValidation " not in xml:
        return
    for rule in ElementTree.fromstring(xml).iter(f"{_X14}dataValidation"):
        options = {name: value for name, value in rule.attrib.items() if "}" not in name}
        formulas = {f"formula{n}": _text(rule.find(f"{_X14}formula{n}/{_XM}f")) for n in (1, 2)}
        where = _text(rule.find(f"{_XM}sqref"))
        if where:
            yield DataValidation(**options, **formulas, sqref=where)


def _text(element: Element | None) -> str | None:
    return None if element is None else element.text


def _numbers_that_are_no_date(page: Worksheet, xml: bytes) -> None:
    """A number in a date's format that is no date (20260305) is an error value to openpyxl, but not to Excel."""
    doubtful = [c for row in page.iter_rows() for c in row if c.data_type == "e" and c.value == "#VALUE!"]
    stored = _stored(xml) if doubtful else {}
    for cell in doubtful:
        kind, value = stored.get(cell.coordinate, ("e", ""))
        if kind in ("", "n"):
            cell.value = float(value)


def _show_dates(page: Worksheet) -> None:
    """A date stored as one (t="d") needs no date's format to be read, but openpyxl saves it as a number."""
    for cell in (c for row in page.iter_rows() for c in row if c.data_type == "d"):
        if isinstance(cell.value, dt.date) and not is_date_format(cell.number_format):
            whole = not isinstance(cell.value, dt.datetime) or cell.value.time() == dt.time()
            cell.number_format = "yyyy-mm-dd" if whole else "yyyy-mm-dd hh:mm:ss"


def _stored(xml: bytes, *, computed: bool = False) -> dict[str, tuple[str, str]]:
    """Type and value of every cell with a stored value (shared strings excepted); with `computed` only those with a formula."""
    found = {}
    for _, element in ElementTree.iterparse(io.BytesIO(xml)):
        name = _name(element)
        if name == "c":
            place, kind = element.get("r"), element.get("t", "")
            inside = {_name(child): child.text or "" for child in element}
            has_value = bool(inside.get("v")) or (kind == "str" and "v" in inside)
            if place and has_value and kind != "s" and (not computed or "f" in inside):
                found[place] = (kind, inside.get("v", ""))
        elif name == "row":
            element.clear()  # a large sheet's elements are not all kept
    return found


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


# --- into the saved workbook ---------------------------------------------------------------------------------------


def with_computed(saved: bytes, package: Package) -> bytes:
    """Return the saved workbook with the formulas' earlier values, so that it can be read without recalculation."""
    known = {name: _stored(xml, computed=True) for name, xml in package.sheets.items() if _FORMULA.search(xml)}
    if not any(known.values()):
        return saved
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        inside = {member.filename: old.read(member) for member in old.infolist()}
        sheet_of = {part: name for name, part in sheet_parts(inside)}
        for member in old.infolist():
            values = known.get(sheet_of.get(member.filename, ""))
            content = inside[member.filename]
            new.writestr(member, _filled(content, values) if values else content)
    return stream.getvalue()


def _filled(xml: bytes, values: Mapping[str, tuple[str, str]]) -> bytes:
    def cell(match: re.Match[bytes]) -> bytes:
        if match[1].decode() not in values:
            return match[0]
        kind, value = values[match[1].decode()]
        typed = f' t="{kind}"'.encode() if kind else b""
        return b'<c r="%b"%b%b>%b<v>%b</v></c>' % (match[1], match[2], typed, match[3], escape(value).encode())

    return _EMPTY.sub(cell, xml)

"""The parts of an .xlsx that openpyxl does not carry over: computed values, drop-downs of Excel 2010, numbers that are no date."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_REFERENCE = re.compile(rb'\br="([A-Z]+[0-9]+)"')
_TYPE = re.compile(rb'\bt="(\w+)"')
_STORED = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
# A formula as openpyxl saves it: what it comes to is left out.
_EMPTY = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f[^>]*(?:/>|>[^<]*</f>))<v\s*(?:/>|></v>)</c>')
_RANGE = re.compile(rb'<(?:\w+:)?(?:mergeCell|hyperlink)\b[^>]*?\bref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
_XM = "{http://schemas.microsoft.com/office/excel/2006/main}"
_DRAWN = (b":pic>", b":pic ", b":sp>", b":sp ", b":grpSp>", b":cxnSp>")
_CONTROLS = ("xl/ctrlProps/", "xl/activeX/")


@dataclass(frozen=True)
class Package:
    """An .xlsx: its worksheets' XML by sheet name, whether something is drawn that openpyxl leaves out."""

    sheets: Mapping[str, bytes]
    drawn: bool

    def ranged(self) -> int:
        """How many cells lie under merged ranges and links, each of which openpyxl holds as an object."""
        return sum(_size(found[1].decode()) for xml in self.sheets.values() for found in _RANGE.finditer(xml))


def opened(content: bytes, most_inflated: int) -> Package | None:
    """Read what is wanted of an .xlsx; None where it inflates to more. Raises BadZipFile, KeyError or ParseError for no .xlsx."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > most_inflated:
            return None
        names = set(archive.namelist())
        sheets = {name: archive.read(part) for name, part in _sheets(archive) if part in names}
        drawings = [archive.read(n) for n in names if n.startswith("xl/drawings/drawing") and n.endswith(".xml")]
    drawn = any(mark in part for part in drawings for mark in _DRAWN) or any(n.startswith(_CONTROLS) for n in names)
    return Package(sheets, drawn)


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The names of a workbook's sheets and the parts that hold them."""
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if sheet.tag.rpartition("}")[2] == "sheet":
            target = targets.get(sheet.get(_RELATION), "")
            yield sheet.get("name", ""), posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


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


def _stored(xml: bytes, *, computed: bool = False) -> dict[str, tuple[str, str]]:
    """Type and value (as XML) of every cell that has its value in itself, or only of those with a formula."""
    found = {}
    for attributes, body in _CELL.findall(xml):
        place, value = _REFERENCE.search(attributes), _STORED.search(body)
        kind = _TYPE.search(attributes)
        if place and value and not (kind and kind[1] == b"s") and (not computed or _FORMULA.search(body)):
            found[place[1].decode()] = (kind[1].decode() if kind else "", value[1].decode())
    return found


# --- into the saved workbook ---------------------------------------------------------------------------------------


def with_computed(saved: bytes, package: Package) -> bytes:
    """Return the saved workbook with what the formulas came to before, so that it can be read without being recalculated."""
    known = {name: _stored(xml, computed=True) for name, xml in package.sheets.items() if _FORMULA.search(xml)}
    if not any(known.values()):
        return saved
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        sheet_of = {part: name for name, part in _sheets(old)}
        for member in old.infolist():
            content = old.read(member)
            values = known.get(sheet_of.get(member.filename, ""))
            new.writestr(member, _filled(content, values) if values else content)
    return stream.getvalue()


def _filled(xml: bytes, values: Mapping[str, tuple[str, str]]) -> bytes:
    def cell(match: re.Match[bytes]) -> bytes:
        kind, value = values.get(match[1].decode(), ("", ""))
        if not value:
            return match[0]
        typed = f' t="{kind}"'.encode() if kind else b""
        return b'<c r="%b"%b%b>%b<v>%b</v></c>' % (match[1], match[2], typed, match[3], value.encode())

    return _EMPTY.sub(cell, xml)

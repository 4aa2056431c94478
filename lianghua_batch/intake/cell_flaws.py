"""Cells of an .xlsx that a reader would give as blank though something stands there: error values, formulas never calculated."""

import html
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from lianghua_batch.grids import Flaw

_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_VALUE = re.compile(rb"<v[^>]*>(.+?)</v>", re.DOTALL)
_FORMULA = re.compile(rb"<f[^>]*>(.*?)</f>", re.DOTALL)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def flaws(content: bytes) -> dict[str, dict[tuple[int, int], Flaw]]:
    """Return by sheet name the flaws at 0-based (row, column); nothing for a file that is no .xlsx."""
    if not content.startswith(b"PK"):
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = set(archive.namelist())
        if "xl/workbook.xml" not in parts:
            return {}
        found = {name: dict(_in_sheet(archive.read(part))) for name, part in _sheets(archive) if part in parts}
    return {name: cells for name, cells in found.items() if cells}


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The workbook's sheet names and the parts that hold them."""
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(_RELATION), "")
        yield sheet.get("name", ""), posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _in_sheet(xml: bytes) -> Iterator[tuple[tuple[int, int], Flaw]]:
    if b't="e"' not in xml and b"<f" not in xml:
        return
    for cell in _CELL.finditer(xml):
        attributes, body = cell[1], cell[2] or b""
        place = _REFERENCE.search(attributes)
        if place is None:
            continue
        value = _VALUE.search(body)
        flaw = None
        if b't="e"' in attributes:
            flaw = Flaw("E210", _text(value))
        elif b"<f" in body and value is None and b't="str"' not in attributes:
            flaw = Flaw("E213", "=" + _text(_FORMULA.search(body)))
        if flaw is not None:
            yield (int(place[2]) - 1, _column(place[1])), flaw


def _text(match: re.Match[bytes] | None) -> str:
    return html.unescape(match[1].decode("utf-8", "replace")) if match else ""


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1

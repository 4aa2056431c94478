"""Facts of an .xlsx or .xlsm that its reader does not pass on, and how far its cells reach."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element
from xml.parsers import expat

from defusedxml import ElementTree

from lianghua_batch.core.codes import Code
from lianghua_batch.intake.formats.number_formats import matters
from lianghua_batch.intake.formats.sheet_facts import Place, Refusal, SheetFacts
from lianghua_batch.intake.grid import Flaw

_BUILT_IN_FORMATS = {9: "0%", 10: "0.00%"}
# Something in a sheet that the reader drops: errors, formulas, hidden rows; comments and CDATA, a second value, cells of which
# one counts. Plain literals, as nearly every program writes them: they are looked for in every sheet of the county.
_SIGNS = (
    b't="e"',
    b"<f>",
    b"<f ",
    b"<f/",
    b'hidden="1"',
    b'hidden="true"',
    b"<!",
    b"<?",
    b"</v><v",
    b"AlternateContent",
)
_UNUSUAL = (b"='", b"= ", b" =")  # XML in which those literals might be written another way
_FAR = re.compile(rb'r="(?:[A-Z]{2}|[A-Z]?\d{6})')  # cells so far out that the range must be measured before it is read
_ROW = re.compile(rb'<row r="(\d+)"')
_REFERENCE = re.compile(r"^([A-Z]{1,3})([1-9]\d{0,6})$")
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_YES = ("1", "true")


@dataclass
class Look:
    """What a close look at one sheet found; `corner` is the last row and the last column (0-based) that hold anything."""

    flaws: dict[Place, Flaw] = field(default_factory=dict)
    formats: dict[Place, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    corner: Place = (-1, -1)

    @property
    def facts(self) -> SheetFacts:
        return SheetFacts(self.flaws, self.formats, frozenset(self.hidden_rows))


def looks(parts: Mapping[str, bytes]) -> dict[str, Look]:
    """Look at every sheet, by name, of a workbook's parts; raises ExpatError, KeyError or ParseError where one is damaged."""
    formats = _formats(parts)
    sheets = list(sheet_parts(parts))
    if len(dict(sheets)) < len(sheets):
        raise expat.ExpatError("two sheets of one name")
    return {name: _look(parts[part], formats, name) for name, part in sheets}


def sheet_parts(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """The workbook's sheet names and the parts that hold them."""
    workbook = workbook_part(parts)
    folder, name = posixpath.split(workbook)
    links = ElementTree.fromstring(parts[f"{folder}/_rels/{name}.rels"])
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for sheet in _named(ElementTree.fromstring(parts[workbook]), "sheet"):
        link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        yield sheet.get("name", ""), posixpath.normpath(posixpath.join("/", folder, targets.get(link, ""))).lstrip("/")


def workbook_part(parts: Mapping[str, bytes]) -> str:
    """The part that lists the sheets, as the package says."""
    for link in ElementTree.fromstring(parts["_rels/.rels"]):
        if link.get("Type", "").endswith("/officeDocument"):
            return link.get("Target", "").lstrip("/")
    raise KeyError("officeDocument")


def category(parts: Mapping[str, bytes]) -> str | None:
    """The document's category, as its properties say."""
    if "docProps/core.xml" not in parts:
        return None
    found = next(_named(ElementTree.fromstring(parts["docProps/core.xml"]), "category"), None)
    return None if found is None else found.text


def _named(tree: Element, name: str) -> Iterator[Element]:
    """Elements by their name, whatever the namespace: Strict workbooks use another one."""
    return (e for e in tree.iter() if isinstance(e.tag, str) and e.tag.rpartition("}")[2] == name)


def _formats(parts: Mapping[str, bytes]) -> dict[str, str]:
    """The number formats that matter, by the cell style's number."""
    part = next((p for name, p in parts.items() if name.endswith("/styles.xml")), None)
    if part is None:
        return {}
    tree = ElementTree.fromstring(part)
    codes = _BUILT_IN_FORMATS | {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in _named(tree, "numFmt")}
    cell_styles = next(_named(tree, "cellXfs"), None)
    styles = [codes.get(int(style.get("numFmtId", "0")), "") for style in (() if cell_styles is None else cell_styles)]
    return {str(n): code for n, code in enumerate(styles) if matters(code)}


def _look(xml: bytes, formats: Mapping[str, str], sheet: str) -> Look:
    if _is_plain(xml, formats):
        if not xml.rstrip().endswith(b"sheet>"):
            raise expat.ExpatError("the sheet breaks off")
        return Look()
    return _Reader(formats, sheet).read(xml)


def _is_plain(xml: bytes, formats: Mapping[str, str]) -> bool:
    """Whether a sheet can hold nothing that a close look, which takes ten times as long, would find."""
    start = max(xml.find(b"?>", 0, 200), 0) + 2 if xml.startswith(b"<?xml") else 0
    if any(xml.find(sign, start) >= 0 for sign in (*_UNUSUAL, *_SIGNS)) or _FAR.search(xml):
        return False
    rows = _ROW.findall(xml)
    if len(set(rows)) < len(rows) or len(rows) < xml.count(b"row ") or b":row" in xml or b"<row>" in xml:
        return False
    return not formats or not re.search(rb' s="(?:%s)"' % "|".join(formats).encode(), xml)


class _Reader:
    """Goes through a sheet's XML once; only the facts are kept."""

    def __init__(self, formats: Mapping[str, str], sheet: str) -> None:
        self.look = Look()
        self._formats, self._sheet = formats, sheet
        self._row, self._column = -1, -1
        self._row_is_given = False
        self._rows: set[int] = set()
        self._columns: set[int] = set()  # of the row
        self._type = self._style = ""
        self._text: list[str] | None = None
        self._value = self._formula = None

    def read(self, xml: bytes) -> Look:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        parser.CommentHandler = parser.ProcessingInstructionHandler = parser.StartCdataSectionHandler = self._aside
        parser.Parse(xml, True)
        return self.look

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if name == "c":
            self._column += 1
            if "r" in attributes:
                row, self._column = self._place(attributes["r"])
                if row != self._row and (self._row_is_given or self._columns):
                    raise expat.ExpatError("a cell stands in another row than it says")
                self._row = row
            self._once()
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "0")
            self._value = self._formula = None
        elif name == "row":
            self._row = self._row + 1 if "r" not in attributes else self._number(attributes["r"]) - 1
            self._column, self._row_is_given, self._columns = -1, "r" in attributes, set()
            if attributes.get("hidden") in _YES:
                self.look.hidden_rows.add(self._row)
        elif name in ("v", "f", "t"):
            self._text = []

    def _once(self) -> None:
        """No cell and no row of cells may stand twice: readers would disagree which one counts."""
        if self._column in self._columns or (not self._columns and self._row in self._rows):
            raise expat.ExpatError("a cell or a row stands twice")
        self._columns.add(self._column)
        self._rows.add(self._row)

    def _aside(self, *_: str) -> None:
        """Comments and the like are passed over, but within a value they mislead the reader of the values."""
        if self._text is not None:
            raise expat.ExpatError("a value is interrupted")

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        if name == "v" and self._value is not None:
            raise expat.ExpatError("a cell has two values")
        if name in ("v", "t"):
            self._value = "".join(self._text or ())
        elif name == "f":
            self._formula = "".join(self._text or ())
        elif name == "c":
            self._cell()
        self._text = None

    def _cell(self) -> None:
        place = (self._row, self._column)
        if self._value is None and self._formula is None and self._type != "e":
            return
        self.look.corner = max(self.look.corner[0], self._row), max(self.look.corner[1], self._column)
        if self._type == "e":
            self.look.flaws[place] = Flaw(Code.ERROR_VALUE, self._value or "")
        elif self._formula is not None and (self._value is None or not (self._value or self._type == "str")):
            self.look.flaws[place] = Flaw(Code.UNCOMPUTED_FORMULA, f"={self._formula}")
        elif self._type == "n" and self._style in self._formats:
            self.look.formats[place] = self._formats[self._style]

    def _place(self, reference: str) -> Place:
        match = _REFERENCE.match(reference)
        if match is None:
            raise Refusal(Code.SHEET_TOO_LARGE, sheet=self._sheet, cell=reference)
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        row = int(match[2])
        if row > _LAST_ROW or column > _LAST_COLUMN:
            raise Refusal(Code.SHEET_TOO_LARGE, sheet=self._sheet, cell=reference)
        return row - 1, column - 1

    def _number(self, row: str) -> int:
        if not row.isdecimal() or not 0 < int(row) <= _LAST_ROW:
            raise Refusal(Code.SHEET_TOO_LARGE, sheet=self._sheet, cell=row)
        return int(row)

"""Facts of an .xlsx or .xlsm that its reader does not pass on, and how far its cells reach."""

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree.ElementTree import Element
from xml.parsers import expat

from defusedxml import ElementTree

from lianghua_batch.core.codes import Code
from lianghua_batch.intake.formats import rich_text
from lianghua_batch.intake.formats.number_formats import matters
from lianghua_batch.intake.formats.rich_text import Run
from lianghua_batch.intake.formats.sheet_facts import LEAST_HEIGHT, LEAST_WIDTH, Place, Refusal, SheetFacts
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
    b"strike",
    b"superscript",
)
_UNUSUAL = (b"='", b"= ", b" =")  # XML in which those literals might be written another way
# Among the cells no sign can be, but for these, where none of the bytes is: that is found at once.
_BYTES_OF_SIGNS = (b"e", b"f", b"h", b"'", b"!", b"?")
_SIGNS_OF_PLAIN_BYTES = (b"= ", b" =", b"</v><v")
_CELLS_BEGIN, _MOST_DIGITS = b"<sheetData>", 5
_FAR = re.compile(rb'r="[A-Z](?:[A-Z]|\d{6})')  # cells so far out that the range must be measured before it is read
_SMALL = re.compile(rb' (?:ht="[0-3]|width="0)[".]')  # a row or column that nobody can read
_ROW = re.compile(rb'<row r="(\d+)"')
_REFERENCE = re.compile(r"^([A-Z]{1,3})([1-9]\d{0,6})$")
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_YES, _NO = ("1", "true"), ("0", "false")
_WHITE_INDICES = ("1", "9")
_MARKS = (b"strike", b"superscript")  # what may be set on a part of a text


def _is_too_small(size: str | None, least: float) -> bool:
    """Whether a row's height in points or a column's width in characters leaves nothing that can be read."""
    return size is not None and float(size) < least


@dataclass
class Look:
    """What a close look at one sheet found; `corner` is the last row and the last column (0-based) that hold anything."""

    flaws: dict[Place, Flaw] = field(default_factory=dict)
    formats: dict[Place, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    struck: set[Place] = field(default_factory=set)
    white: set[Place] = field(default_factory=set)
    corner: Place = (-1, -1)

    @property
    def facts(self) -> SheetFacts:
        return SheetFacts(
            self.flaws,
            self.formats,
            frozenset(self.hidden_rows),
            hidden_columns=frozenset(self.hidden_columns),
            struck=frozenset(self.struck),
            white=frozenset(self.white),
        )


@lru_cache(maxsize=32)
def _tree(part: bytes) -> Element:
    """A small part's tree, not to be changed; one program writes the same styles and links into every workbook."""
    return ElementTree.fromstring(part)


def looks(parts: Mapping[str, bytes]) -> dict[str, Look]:
    """Look at every sheet, by name, of a workbook's parts; raises ExpatError, KeyError or ParseError where one is damaged."""
    styles, texts = _styles(parts), _marked_texts(parts)
    sheets = list(sheet_parts(parts))
    if len(dict(sheets)) < len(sheets):
        raise expat.ExpatError("two sheets of one name")
    return {name: _look(parts[part], styles, texts, name) for name, part in sheets}


def filled_cells(xml: bytes) -> int:
    """How many cells of a sheet hold something, by their tags alone."""
    return (xml.count(b"v>") + xml.count(b"is>")) // 2


def sheet_parts(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """The workbook's sheet names and the parts that hold them."""
    targets = {link: target for link, _, target in _links(parts)}
    for sheet in _named(_tree(parts[workbook_part(parts)]), "sheet"):
        link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        yield sheet.get("name", ""), targets.get(link, "")


def _links(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str, str]]:
    """What the workbook refers to: the link's name, its kind (the last word of its type) and the part."""
    folder, name = posixpath.split(workbook_part(parts))
    for link in _tree(parts[f"{folder}/_rels/{name}.rels"]):
        target = posixpath.normpath(posixpath.join("/", folder, link.get("Target", ""))).lstrip("/")
        yield link.get("Id", ""), link.get("Type", "").rpartition("/")[2], target


def _part(parts: Mapping[str, bytes], kind: str) -> bytes | None:
    """The part of a kind (styles, sharedStrings) that the workbook refers to; its file's name says nothing."""
    return next((parts[target] for _, of_kind, target in _links(parts) if of_kind == kind and target in parts), None)


def workbook_part(parts: Mapping[str, bytes]) -> str:
    """The part that lists the sheets, as the package says."""
    for link in _tree(parts["_rels/.rels"]):
        if link.get("Type", "").endswith("/officeDocument"):
            return link.get("Target", "").lstrip("/")
    raise KeyError("officeDocument")


def category(parts: Mapping[str, bytes]) -> str | None:
    """The document's category, as its properties say."""
    if "docProps/core.xml" not in parts:
        return None
    found = next(_named(_tree(parts["docProps/core.xml"]), "category"), None)
    return None if found is None else found.text


def _named(tree: Element, name: str) -> Iterator[Element]:
    """Elements by their name, whatever the namespace: Strict workbooks use another one."""
    return (e for e in tree.iter() if isinstance(e.tag, str) and e.tag.rpartition("}")[2] == name)


@dataclass(frozen=True)
class _Styles:
    """What cells' styles do to what is seen, by the style's number: number formats that matter, struck out, white on white."""

    formats: Mapping[str, str] = field(default_factory=dict)
    struck: frozenset[str] = frozenset()
    white: frozenset[str] = frozenset()

    @property
    def watched(self) -> frozenset[str]:
        return frozenset(self.formats) | self.struck | self.white


def _styles(parts: Mapping[str, bytes]) -> _Styles:
    part = _part(parts, "styles")
    return _Styles() if part is None else _styles_of(part)


@lru_cache(maxsize=8)
def _styles_of(part: bytes) -> _Styles:
    tree = _tree(part)
    codes = _BUILT_IN_FORMATS | {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in _named(tree, "numFmt")}
    fonts, fills = (list(next(_named(tree, name), ())) for name in ("fonts", "fills"))
    struck = {str(n) for n, font in enumerate(fonts) if _is_on(font, "strike")}
    white = {str(n) for n, font in enumerate(fonts) if _is_white(next(_named(font, "color"), None))}
    filled = {str(n) for n, fill in enumerate(fills) if _is_dark(fill)}
    styles = list(next(_named(tree, "cellXfs"), ()))
    formats = {str(n): codes.get(int(style.get("numFmtId", "0")), "") for n, style in enumerate(styles)}
    return _Styles(
        {n: code for n, code in formats.items() if matters(code)},
        frozenset(str(n) for n, style in enumerate(styles) if style.get("fontId") in struck),
        frozenset(
            str(n)
            for n, style in enumerate(styles)
            if style.get("fontId") in white and style.get("fillId", "0") not in filled
        ),
    )


def _is_on(font: Element, name: str) -> bool:
    """Whether a property of a font is there and not switched off."""
    return any(each.get("val", "1") not in _NO for each in _named(font, name))


def _is_white(colour: Element | None) -> bool:
    return colour is not None and (
        colour.get("rgb", "").upper().endswith("FFFFFF")
        or colour.get("indexed") in _WHITE_INDICES
        or (colour.get("theme") == "0" and float(colour.get("tint", "0")) == 0)
    )


def _is_dark(fill: Element) -> bool:
    """Whether white letters can be seen on a fill."""
    pattern = next(_named(fill, "patternFill"), None)
    if pattern is None:  # a gradient
        return True
    return pattern.get("patternType", "none") != "none" and not _is_white(next(_named(pattern, "fgColor"), None))


def _marked_texts(parts: Mapping[str, bytes]) -> Mapping[str, Flaw]:
    """The shared texts of which a part is struck out or raised, by their number."""
    part = _part(parts, "sharedStrings")
    if part is None or not any(mark in part for mark in _MARKS):
        return {}
    items = (item for item in ElementTree.fromstring(part) if item.tag.rpartition("}")[2] == "si")
    found = {str(n): rich_text.flaw(_runs(item)) for n, item in enumerate(items)}
    return {n: flaw for n, flaw in found.items() if flaw is not None}


def _runs(item: Element) -> Iterator[Run]:
    for run in item:
        name = run.tag.rpartition("}")[2]
        if name == "t":
            yield Run(run.text or "")
        elif name == "r":
            text = "".join(each.text or "" for each in _named(run, "t"))
            raised = any(each.get("val") == "superscript" for each in _named(run, "vertAlign"))
            yield Run(text, struck=_is_on(run, "strike"), raised=raised)


def _look(xml: bytes, styles: _Styles, texts: Mapping[str, Flaw], sheet: str) -> Look:
    if not texts and _is_plain(xml, styles.watched):
        if not xml.rstrip().endswith(b"sheet>"):
            raise expat.ExpatError("the sheet breaks off")
        return Look()
    return _SheetReader(styles, texts, sheet).read(xml)


def _is_plain(xml: bytes, watched: Collection[str]) -> bool:
    """Whether a sheet can hold nothing that a close look, which takes ten times as long, would find."""
    start = max(xml.find(b"?>", 0, 200), 0) + 2 if xml.startswith(b"<?xml") else 0
    cells = max(xml.find(_CELLS_BEGIN) + len(_CELLS_BEGIN), 0), max(xml.rfind(b"</sheetData>"), 0)
    if any(byte in xml[slice(*cells)] for byte in _BYTES_OF_SIGNS):
        if _has_signs(xml[start:]):
            return False
    elif _has_signs(xml[start : cells[0]] + xml[cells[1] :]) or any(sign in xml for sign in _SIGNS_OF_PLAIN_BYTES):
        return False
    rows = _ROW.findall(xml)
    if len(set(rows)) < len(rows) or max(map(len, rows), default=0) > _MOST_DIGITS or _FAR.search(xml):
        return False
    if xml.count(b"row") > 2 * len(rows) and (
        len(rows) < xml.count(b"row ") or b":row" in xml or b"<row>" in xml
    ):  # each has two tags, if no more
        return False
    return not watched or not re.search(rb' s="(?:%s)"' % "|".join(sorted(watched)).encode(), xml)


def _has_signs(xml: bytes) -> bool:
    return any(sign in xml for sign in (*_UNUSUAL, *_SIGNS)) or bool(_SMALL.search(xml))


class _SheetReader:
    """Goes through a sheet's XML once; only what is told here is kept."""

    def __init__(self, styles: _Styles, texts: Mapping[str, Flaw], sheet: str) -> None:
        self.look = Look()
        self._styles, self._texts, self._sheet = styles, texts, sheet
        self._row, self._column = -1, -1
        self._row_is_given = False
        self._rows: set[int] = set()
        self._columns: set[int] = set()  # of the row
        self._type = self._style = ""
        self._text: list[str] | None = None
        self._value = self._formula = None
        self._runs: list[Run] = []  # of a cell whose text stands in the sheet itself
        self._struck = self._raised = False

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
            self._runs = []
        elif name == "row":
            self._row = self._row + 1 if "r" not in attributes else self._number(attributes["r"]) - 1
            self._column, self._row_is_given, self._columns = -1, "r" in attributes, set()
            if attributes.get("hidden") in _YES or _is_too_small(attributes.get("ht"), LEAST_HEIGHT):
                self.look.hidden_rows.add(self._row)
        elif name in ("v", "f", "t"):
            self._text = []
        elif name == "col":
            if attributes.get("hidden") in _YES or _is_too_small(attributes.get("width"), LEAST_WIDTH):
                first, last = (min(int(attributes[end]), _LAST_COLUMN) for end in ("min", "max"))
                self.look.hidden_columns.update(range(first - 1, last))
        elif name == "r":
            self._struck = self._raised = False
        elif name == "strike":
            self._struck = attributes.get("val", "1") not in _NO
        elif name == "vertAlign":
            self._raised = attributes.get("val") == "superscript"

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
        if name == "v":
            self._value = "".join(self._text or ())
        elif name == "t":
            self._runs.append(Run("".join(self._text or ()), self._struck, self._raised))
            self._value = (self._value or "") + self._runs[-1].text
            self._struck = self._raised = False
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
        if self._style in self._styles.struck:
            self.look.struck.add(place)
        if self._style in self._styles.white:
            self.look.white.add(place)
        marked = self._texts.get(self._value or "") if self._type == "s" else rich_text.flaw(self._runs)
        if marked is not None:
            self.look.flaws[place] = marked
        elif self._type == "e":
            self.look.flaws[place] = Flaw(Code.ERROR_VALUE, self._value or "")
        elif self._formula is not None and (self._value is None or not (self._value or self._type == "str")):
            self.look.flaws[place] = Flaw(Code.UNCOMPUTED_FORMULA, f"={self._formula}")
        elif self._type == "n" and self._style in self._styles.formats:
            self.look.formats[place] = self._styles.formats[self._style]

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

"""Facts of an .ods that its reader does not pass on."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.parsers import expat

from defusedxml import ElementTree

from lianghua_batch.core.codes import Code
from lianghua_batch.intake.formats import rich_text
from lianghua_batch.intake.formats.number_formats import matters
from lianghua_batch.intake.formats.rich_text import Run
from lianghua_batch.intake.formats.sheet_facts import Place, SheetFacts
from lianghua_batch.intake.grid import Block, Flaw

STYLE, NUMBER = (f"{{urn:oasis:names:tc:opendocument:xmlns:{n}:1.0}}" for n in ("style", "datastyle"))
KINDS = frozenset(f"{NUMBER}{kind}-style" for kind in ("number", "percentage", "currency"))
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_DIGITS = 30  # that a format asks for at most
_USUAL = ([">=0"], [">0", "<0"])  # which of Excel's sections apply where none has a condition
_THOUSANDS = {"1000": ",", "1000000": ",,", "1000000000": ",,,"}


def number_format(style: Element, known: Mapping[str, str]) -> str:
    """The number format of a style; `known` has those before it by name, to which its conditions point."""
    cases = [
        (
            case.get(f"{STYLE}condition", "").replace("value()", ""),
            known.get(case.get(f"{STYLE}apply-style-name", ""), ""),
        )
        for case in style.iter(f"{STYLE}map")
    ]
    if [condition for condition, _ in cases] in _USUAL:
        cases = [("", section) for _, section in cases]
    sections = (f"[{condition.replace('!=', '<>')}]{section}" if condition else section for condition, section in cases)
    return ";".join((*sections, "".join(_pieces(style))))


def _pieces(style: Element) -> Iterator[str]:
    percent = "%" if style.tag == f"{NUMBER}percentage-style" else "\\%"
    for piece in style:
        if piece.tag == f"{NUMBER}number":
            yield _number(piece)
        elif piece.tag == f"{STYLE}text-properties" and piece.get(f"{_FO}color"):
            yield "[Red]"
        elif piece.tag == f"{NUMBER}scientific-number":
            yield "0E+0"
        elif piece.tag == f"{NUMBER}fraction":
            yield "?/?"
        elif piece.tag in (f"{NUMBER}text", f"{NUMBER}currency-symbol"):
            yield percent.join(_quoted(part) for part in (piece.text or "").split("%"))


def _quoted(text: str) -> str:
    return "".join(f"\\{character}" for character in text)


def _number(number: Element) -> str:
    texts = {int(t.get(f"{NUMBER}position", "0")): t.text or "" for t in number.iter(f"{NUMBER}embedded-text")}
    asked = max((int(number.get(f"{NUMBER}min-integer-digits", "1")), 0, *texts))
    zeros = "0" * min(int(number.get(f"{NUMBER}min-integer-digits", "1")), _DIGITS)
    digits = zeros.rjust(min(max(asked, 1), _DIGITS), "#")
    whole = ""
    for at, digit in enumerate(digits):
        grouped = "," if number.get(f"{NUMBER}grouping") == "true" and 0 < at == len(digits) - 1 else ""
        whole += _quoted(texts.get(len(digits) - at, "")) + grouped + digit
    decimals = "0" * min(int(number.get(f"{NUMBER}decimal-places", "0")), _DIGITS)
    scale = _THOUSANDS.get(number.get(f"{NUMBER}display-factor", ""), "")
    return whole + _quoted(texts.get(0, "")) + (f".{decimals}" if decimals else "") + scale


_OFFICE, _TABLE, _TEXT, _STYLE = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{n}:1.0}}" for n in ("office", "table", "text", "style")
)
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_ERROR = re.compile(r"#[A-Z][A-Z0-9/_]*[!?]?|Err:\d+")
_REFERENCE = re.compile(r"\[\.?|(?<=:)\.|\]")  # what [.D4:.G4] has that D4:G4 has not
_RAISED, _NO_SIZE = re.compile(r"[1-9]\d*%"), re.compile(r"0(\.0\d*)?(in|cm)$|[01](\.\d+)?mm$|[0-3](\.\d+)?pt$")
_ROWS, _COLUMNS = 1_048_576, 16_384
_MOST = 1_000_000  # a few bytes of XML can repeat an error over a whole sheet


def facts(content: bytes) -> dict[str, SheetFacts]:
    """Return the facts of every sheet by its name, of the hidden rows those that hold anything."""
    reader = _OdsReader()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in (*{"styles.xml"}.intersection(archive.namelist()), "content.xml"):
            with archive.open(part) as xml:
                reader.read(xml)
    return reader.found


@dataclass(frozen=True)
class _Letters:
    """How a style shows letters."""

    struck: bool = False
    raised: bool = False
    white: bool = False


_PLAIN = _Letters()


def _letters(style: Element, inherited: _Letters) -> _Letters:
    """What a style says of letters; where it says nothing, what it inherits."""
    struck, raised, white = inherited.struck, inherited.raised, inherited.white
    for texts in style.iter(f"{STYLE}text-properties"):
        line = texts.get(f"{_STYLE}text-line-through-style", texts.get(f"{_STYLE}text-line-through-type"))
        struck = struck if line is None else line != "none"
        position = texts.get(f"{_STYLE}text-position")
        raised = raised if position is None else position.startswith("super") or _RAISED.match(position) is not None
        white = texts.get(f"{_FO}color", "#ffffff" if white else "").lower() == "#ffffff"
    for cells in style.iter(f"{STYLE}table-cell-properties"):
        white = white and cells.get(f"{_FO}background-color", "transparent") in ("transparent", "#ffffff")
    return _Letters(struck, raised, white)


def _is_without_size(style: Element) -> bool:
    sizes = (properties.get(f"{_STYLE}{size}", "") for properties in style for size in ("row-height", "column-width"))
    return any(_NO_SIZE.match(size) for size in sizes)


class _OdsReader:
    """Goes through the XML row by row; what is repeated is expanded only where there is anything to say."""

    def __init__(self) -> None:
        self.found: dict[str, SheetFacts] = {}
        self._number_formats: dict[str, str] = {}  # by the name of the number style
        self._number_styles: dict[str, str] = {}  # by the name of the cell style
        self._letters: dict[str, _Letters] = {}  # by the name of the cell's or the text's style
        self._without_size: set[str] = set()  # styles of rows and columns
        self._places_listed = 0
        self._begin()

    def _begin(self) -> None:
        """Nothing is known of the next sheet."""
        self._row, self._column_styles, self._merged = 0, [], []
        self._flaws, self._formats, self._hidden_rows = {}, {}, set()
        self._hidden_columns, self._struck, self._white = set(), set(), set()

    def read(self, xml: io.BufferedIOBase) -> None:
        takers = {
            **dict.fromkeys(KINDS, self._number_style),
            f"{_STYLE}style": self._cell_style,
            f"{_TABLE}table-column": self._columns,
            f"{_TABLE}table-row": self._rows,
            f"{_TABLE}table": self._sheet,
        }
        for _, element in ElementTree.iterparse(xml):
            if element.tag in takers:
                takers[element.tag](element)
                element.clear()

    def _number_style(self, style: Element) -> None:
        self._number_formats[style.get(f"{_STYLE}name", "")] = number_format(style, self._number_formats)

    def _cell_style(self, style: Element) -> None:
        name, family, parent = (style.get(f"{_STYLE}{key}", "") for key in ("name", "family", "parent-style-name"))
        if family == "table-cell":
            self._number_styles[name] = style.get(f"{_STYLE}data-style-name", self._number_styles.get(parent, ""))
        if family in ("table-cell", "text"):
            self._letters[name] = _letters(style, self._letters.get(parent, _PLAIN))
        elif family in ("table-row", "table-column") and _is_without_size(style):
            self._without_size.add(name)

    def _columns(self, columns: Element) -> None:
        style = columns.get(f"{_TABLE}default-cell-style-name", "")
        stretch = _span(len(self._column_styles), columns, "columns", _COLUMNS)
        self._column_styles += [style] * len(stretch)
        if self._is_hidden(columns):
            self._hidden_columns.update(stretch)

    def _is_hidden(self, line: Element) -> bool:
        """Whether rows or columns are hidden, or have no height or width."""
        hidden = line.get(f"{_TABLE}visibility") in ("collapse", "filter")
        return hidden or line.get(f"{_TABLE}style-name", "") in self._without_size

    def _rows(self, row: Element) -> None:
        rows = _span(self._row, row, "rows", _ROWS)
        self._row, column, filled = rows.stop, 0, False
        for cell in (child for child in row if child.tag.endswith("table-cell")):
            columns = _span(column, cell, "columns", _COLUMNS)
            column = columns.stop
            self._merge(cell, rows, columns)
            if cell.get(f"{_OFFICE}value-type") or cell.get(f"{_TABLE}formula"):
                filled = True
                self._letters_of(cell, self._style(cell, row, columns.start), rows, columns)
                if flaw := _flaw(cell) or rich_text.flaw(self._runs(cell)):
                    self._flaws.update(dict.fromkeys(self._places(rows, columns), flaw))
                elif code := self._format(cell, row, columns.start):
                    self._formats.update(dict.fromkeys(self._places(rows, columns), code))
        if filled and self._is_hidden(row):
            self._hidden_rows.update(r for r, _ in self._places(rows, range(1)))

    def _merge(self, cell: Element, rows: range, columns: range) -> None:
        height, width = (abs(int(cell.get(f"{_TABLE}number-{what}-spanned", "1"))) for what in ("rows", "columns"))
        if height > 1 or width > 1:
            for top, left in self._places(rows, columns):
                self._merged.append(Block(top, left, min(top + height, _ROWS) - 1, min(left + width, _COLUMNS) - 1))

    def _places(self, rows: range, columns: range) -> list[Place]:
        self._places_listed += len(rows) * len(columns)
        if self._places_listed > _MOST:
            raise expat.ExpatError(f"more than {_MOST} cells with facts")
        return [(row, column) for row in rows for column in columns]

    def _format(self, cell: Element, row: Element, column: int) -> str:
        kind = cell.get(f"{_OFFICE}value-type")
        if kind not in ("float", "percentage", "currency"):
            return ""
        code = self._number_formats.get(self._number_styles.get(self._style(cell, row, column), ""), "")
        if matters(code):
            return code
        return "0%" if kind == "percentage" else ""

    def _style(self, cell: Element, row: Element, column: int) -> str:
        """The name of a cell's style: its own, else its row's, else its column's."""
        of_column = "".join(self._column_styles[column : column + 1])
        return cell.get(f"{_TABLE}style-name") or row.get(f"{_TABLE}default-cell-style-name") or of_column

    def _letters_of(self, cell: Element, style: str, rows: range, columns: range) -> None:
        letters = self._letters.get(style, _PLAIN)
        if letters.struck:
            self._struck.update(self._places(rows, columns))
        if letters.white:
            self._white.update(self._places(rows, columns))

    def _runs(self, cell: Element) -> Iterator[Run]:
        for paragraph in cell.findall(f"{_TEXT}p"):
            yield Run(paragraph.text or "")
            for span in paragraph:
                letters = self._letters.get(span.get(f"{_TEXT}style-name", ""), _PLAIN)
                yield Run("".join(span.itertext()), letters.struck, letters.raised)
                yield Run(span.tail or "")

    def _sheet(self, table: Element) -> None:
        self.found[table.get(f"{_TABLE}name", "")] = SheetFacts(
            self._flaws,
            self._formats,
            frozenset(self._hidden_rows),
            tuple(self._merged),
            frozenset(self._hidden_columns),
            frozenset(self._struck),
            frozenset(self._white),
        )
        self._begin()


def _flaw(cell: Element) -> Flaw | None:
    """LibreOffice marks error values, others only show their text; a formula that came to no text has an empty paragraph."""
    formula, paragraphs = cell.get(f"{_TABLE}formula", ""), cell.findall(f"{_TEXT}p")
    text = "".join(part for paragraph in paragraphs for part in paragraph.itertext())
    if cell.get(f"{_CALC}value-type") == "error" or (formula and _ERROR.fullmatch(text)):
        return Flaw(Code.ERROR_VALUE, text)
    if not (cell.get(f"{_OFFICE}value-type") or paragraphs):
        return Flaw(Code.UNCOMPUTED_FORMULA, _REFERENCE.sub("", formula[formula.find("=") :]))
    return None


def _span(start: int, element: Element, what: str, end: int) -> range:
    """Which rows or columns of the sheet an element stands for."""
    return range(start, min(start + abs(int(element.get(f"{_TABLE}number-{what}-repeated", "1"))), end))

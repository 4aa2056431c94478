"""Facts of an .xlsb that its reader does not pass on."""

import io
import posixpath
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

from defusedxml import ElementTree

from lianghua_batch.core.codes import Code
from lianghua_batch.intake.formats import rich_text
from lianghua_batch.intake.formats.number_formats import matters
from lianghua_batch.intake.formats.rich_text import Run
from lianghua_batch.intake.formats.sheet_facts import Refusal, SheetFacts
from lianghua_batch.intake.formats.xls import error_text
from lianghua_batch.intake.grid import Block, Flaw

# Records of [MS-XLSB] 2.3.2.
_ROW, _FORMAT, _STYLE, _END_OF_CELLS, _WORKBOOK, _SHEET, _STYLES, _END_OF_STYLES = 0, 44, 47, 146, 153, 156, 617, 618
_BLANK_CELL, _NUMBER_CELLS, _ERROR_CELLS, _CELLS = 1, (2, 5, 9), (3, 11), range(1, 12)
_RICH_TEXT_CELL, _END_OF_SHEET, _MERGED = 62, 130, 176
_SHARED_TEXT_CELL, _SHARED_TEXT, _FONT = 7, 19, 43
_IN_RUNS, _STRUCK, _SUPERSCRIPT = 0x1, 0x8, 1
_FROM_1904, _HIDDEN_ROW, _ROWS, _COLUMNS = 0x1, 0x10, 1_048_576, 16_384

_BUILT_IN_FORMATS = {9: "0%", 10: "0.00%"}
TextsInRuns = Mapping[int, tuple[str, Sequence[tuple[int, int]]]]  # the text, and where which font begins
_KEPT = 4096  # bytes of a record: more than any of those above has up to what is looked at


def facts(content: bytes) -> dict[str, SheetFacts]:
    """Return the facts of every sheet by its name, of the hidden rows those that hold anything.

    There are no uncomputed formulas among them: with every formula BIFF12 stores a result.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        styles, texts = _Styles({}, [], []), {}
        if "xl/styles.bin" in archive.namelist():
            with archive.open("xl/styles.bin") as part:
                styles = _styles(part)
        if "xl/sharedStrings.bin" in archive.namelist():
            with archive.open("xl/sharedStrings.bin") as part:
                texts = dict(_texts_in_runs(part))
        found = {}
        for name, path in _sheets(archive):
            with archive.open(path) as part:
                found[name] = _in_sheet(part, styles, texts)
        return found


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The workbook's sheet names and the parts that hold them."""
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.bin.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    with archive.open("xl/workbook.bin") as workbook:
        for record, data in _records(workbook):
            if record == _WORKBOOK and data[0] & _FROM_1904:
                raise Refusal(Code.DATES_FROM_1904)  # the reader gives its dates as days since 1900: four years wrong
            if record == _SHEET:
                link, end = _text(data, 8)
                if link:  # without one it is a sheet of macros that stands nowhere
                    yield _text(data, end)[0], posixpath.normpath(posixpath.join("/xl", targets[link])).lstrip("/")


@dataclass(frozen=True)
class _Font:
    """Whether letters are struck out, or raised."""

    struck: bool = False
    raised: bool = False


@dataclass(frozen=True)
class _Styles:
    """The number formats that matter, by the number of the cell style; every font, and the number of each cell style's."""

    formats: Mapping[int, str]
    fonts: Sequence[_Font]
    used: Sequence[int]

    def font(self, number: int) -> _Font:
        return self.fonts[number] if number < len(self.fonts) else _Font()

    def font_of(self, style: int) -> _Font:
        return self.font(self.used[style]) if style < len(self.used) else _Font()


def _styles(part: BinaryIO) -> _Styles:
    codes, used, fonts, fonts_used = dict(_BUILT_IN_FORMATS), [], [], []
    in_cell_styles = False  # the styles of named styles come first, in records of the same kind
    for record, data in _records(part):
        if record == _FORMAT:
            codes[struct.unpack_from("<H", data)[0]] = _text(data, 2)[0]
        elif record == _FONT:
            flags, raised = struct.unpack_from("<2xH2xH", data)
            fonts.append(_Font(bool(flags & _STRUCK), raised == _SUPERSCRIPT))
        elif record in (_STYLES, _END_OF_STYLES):
            in_cell_styles = record == _STYLES
        elif record == _STYLE and in_cell_styles:
            code, font = struct.unpack_from("<2xHH", data)
            used.append(code)
            fonts_used.append(font)
    formats = {n: codes[code] for n, code in enumerate(used) if matters(codes.get(code, ""))}
    return _Styles(formats, fonts, fonts_used)


def _texts_in_runs(part: BinaryIO) -> Iterator[tuple[int, tuple[str, list[tuple[int, int]]]]]:
    """The shared texts of several fonts, by their number; longer ones than are kept are no figures."""
    number = -1
    for record, data in _records(part):
        number += record == _SHARED_TEXT
        if record == _SHARED_TEXT and data[0] & _IN_RUNS and len(data) < _KEPT:
            text, end = _text(data, 1)
            (count,) = struct.unpack_from("<I", data, end)
            yield number, (text, list(struct.iter_unpack("<HH", data[end + 4 : end + 4 + 4 * count])))


def _runs(text: str, starts: Sequence[tuple[int, int]], styles: _Styles, style: int) -> Iterator[Run]:
    """A text's runs; before the first font begins the cell's own holds. Places count UTF-16 units."""
    units = text.encode("utf-16-le")
    fonts = [(0, styles.font_of(style)), *((start, styles.font(n)) for start, n in starts), (len(units) // 2, _Font())]
    for (start, font), (end, _) in pairwise(fonts):
        yield Run(units[2 * start : 2 * end].decode("utf-16-le", "replace"), font.struck, font.raised)


def _flaw(record: int, data: bytes, style: int, styles: _Styles, texts: TextsInRuns) -> Flaw | None:
    """What is wrong with a cell by itself: it holds an error, or a text of which a part is struck out or raised."""
    if record in _ERROR_CELLS:
        return Flaw(Code.ERROR_VALUE, error_text(struct.unpack_from("<8xB", data)[0]))
    written = texts.get(struct.unpack_from("<8xI", data)[0]) if record == _SHARED_TEXT_CELL else None
    return None if written is None else rich_text.flaw(_runs(*written, styles, style))


def _in_sheet(sheet: BinaryIO, styles: _Styles, texts: TextsInRuns) -> SheetFacts:
    flaws, number_formats, hidden_rows, merged, struck = {}, {}, set(), [], set()
    row, hidden, cells = 0, 0, True
    for record, data in _records(sheet):
        if record == _ROW:
            row, hidden = struct.unpack_from("<I7xB", data)
            hidden &= _HIDDEN_ROW
        elif record == _END_OF_CELLS:
            cells = False
        elif record == _END_OF_SHEET:
            break
        elif record == _MERGED:
            top, bottom, left, right = struct.unpack_from("<IIII", data)
            merged.append(Block(top, left, bottom, right))
        elif record == _RICH_TEXT_CELL and cells:
            raise struct.error("a cell's text is formatted in the cell: the reader would leave it blank")
        elif record in _CELLS and record != _BLANK_CELL and cells:
            column, style = struct.unpack_from("<II", data)
            style &= 0xFFFFFF
            if row >= _ROWS or column >= _COLUMNS:
                raise struct.error("a cell stands outside the sheet")
            if hidden:
                hidden_rows.add(row)
            if styles.font_of(style).struck:
                struck.add((row, column))
            if record in _NUMBER_CELLS and style in styles.formats:
                number_formats[row, column] = styles.formats[style]
            flaws[row, column] = _flaw(record, data, style, styles, texts)
    flaws = {place: flaw for place, flaw in flaws.items() if flaw is not None}
    return SheetFacts(flaws, number_formats, frozenset(hidden_rows), tuple(merged), struck=frozenset(struck))


def _records(part: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Number and data of every record; both number and length are written in 7 bits a byte, the lowest first."""
    stream = io.BufferedReader(part)
    while first := stream.read(1):
        record = first[0]
        if record & 0x80:
            record = record & 0x7F | (_byte(stream) & 0x7F) << 7
        length = 0
        for shift in range(0, 28, 7):
            byte = _byte(stream)
            length |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        data = stream.read(min(length, _KEPT))
        if len(data) < min(length, _KEPT):
            raise struct.error("a record breaks off")
        if length > _KEPT:
            stream.seek(length - _KEPT, io.SEEK_CUR)
        yield record, data


def _byte(stream: BinaryIO) -> int:
    return struct.unpack("B", stream.read(1))[0]


def _text(data: bytes, start: int) -> tuple[str, int]:
    """A string and where it ends: its length in UTF-16 units, all ones for none, and the units."""
    (length,) = struct.unpack_from("<I", data, start)
    end = start + 4 + (0 if length == 0xFFFFFFFF else 2 * length)
    return data[start + 4 : end].decode("utf-16-le", "replace"), end

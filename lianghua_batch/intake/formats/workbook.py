"""One file's path → its sheets as grids, or why it cannot be taken. Runs in a worker process, which may die of it."""

import hashlib
import io
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

import xlrd
from defusedxml import DefusedXmlException
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from lianghua_batch.core import resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.source_ref import column_letter
from lianghua_batch.intake.formats import fallback_readers, file_type, ods, xls, xlsb, xlsx, zip_limits
from lianghua_batch.intake.formats.fallback_readers import RawSheet
from lianghua_batch.intake.formats.number_formats import displayed_value
from lianghua_batch.intake.formats.sheet_facts import Place, Reading, Refusal, SheetFacts
from lianghua_batch.intake.formats.zip_limits import Limits
from lianghua_batch.intake.grid import Block, Flaw, Grid, is_blank

# What the parsers raise on damaged files.
_DAMAGED = (
    *file_type.ZIP_ERRORS,
    CalamineError,
    ExpatError,
    ParseError,
    DefusedXmlException,
    LookupError,
    struct.error,
    xlrd.XLRDError,
)


def read(path: Path, file: str, limit: Limits) -> Reading:
    """Read one file, which problems will call `file`; raises OSError where it cannot be opened."""
    size = path.stat().st_size
    if size > limit.file_bytes:
        return _refused(
            "",
            Refusal(Code.FILE_TOO_LARGE, what=zip_limits.megabytes(size), limit=zip_limits.megabytes(limit.file_bytes)),
        )
    with path.open("rb") as stream:
        content = stream.read()
    kind = file_type.kind_of(content)
    if kind not in file_type.WORKBOOKS:
        return _refused(kind, Refusal(_CODES.get(kind, Code.FILE_IS_NO_WORKBOOK), kind=file_type.kind_label(kind)))
    try:
        return Reading(kind, tuple(_grids(content, kind, file, limit)), digest=hashlib.sha256(content).hexdigest())
    except Refusal as refusal:
        return _refused(kind, refusal)
    except _DAMAGED:
        return _refused(kind, Refusal(Code.DAMAGED_FILE))


_LINKED = "'file:"  # how LibreOffice names the copy that it keeps of a sheet in another file
_CODES = {
    file_type.EMPTY: Code.EMPTY_FILE,
    file_type.PASSWORD: Code.PASSWORD_PROTECTED_FILE,
    file_type.DAMAGED: Code.DAMAGED_FILE,
}


def _refused(kind: str, refusal: Refusal) -> Reading:
    return Reading(kind, refusal=refusal)


def _grids(content: bytes, kind: str, file: str, limit: Limits) -> Iterator[Grid]:
    facts = _FACTS[kind](content, limit)
    try:
        # The first reader takes texts of Excel 95 for Western ones, whatever their code page.
        is_of_excel_95 = kind == file_type.XLS and file_type.is_of_excel_95(content)
        sheets = list(fallback_readers.READERS[kind](content) if is_of_excel_95 else _first_reader(content))
    except PasswordError:
        raise Refusal(Code.PASSWORD_PROTECTED_FILE) from None
    except CalamineError as error:
        sheets = _second_reading(content, kind, error)
    if not sheets:
        raise Refusal(Code.WORKBOOK_WITHOUT_SHEETS)
    if all(is_blank(cell) for sheet in sheets for row in sheet.rows for cell in row) and not any(
        known.flaws for known in facts.values()
    ):
        raise Refusal(Code.BLANK_WORKBOOK)
    zip_limits.refuse_too_full(sum(len(row) - row.count("") for sheet in sheets for row in sheet.rows), limit)
    names = {sheet.name for sheet in sheets}
    if len(names) < len(sheets) or not names <= facts.keys():
        raise Refusal(Code.DAMAGED_FILE)  # it is unknown which sheet the facts are of
    for sheet in sheets:
        yield _grid(sheet, file, facts[sheet.name])


def _first_reader(content: bytes) -> Iterator[RawSheet]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for meta in workbook.sheets_metadata:
        if meta.typ != SheetTypeEnum.WorkSheet or meta.name.startswith(_LINKED):
            continue
        sheet = workbook.get_sheet_by_name(meta.name)
        blocks = tuple(Block(*start, *end) for start, end in sheet.merged_cell_ranges or ())
        hidden = meta.visible != SheetVisibleEnum.Visible
        yield RawSheet(meta.name, sheet.to_python(skip_empty_area=False), hidden, blocks)


def _second_reading(content: bytes, kind: str, error: CalamineError) -> list[RawSheet]:
    """What another reader makes of a file that the first one cannot open; if that cannot either, the first one's error."""
    if kind not in fallback_readers.READERS:
        raise error
    try:
        return list(fallback_readers.READERS[kind](content))
    except MemoryError:  # that says nothing of the file
        raise
    except Exception:  # openpyxl and xlrd raise whatever a damaged part leads to; the file is damaged all the same
        raise error from None


def _grid(sheet: RawSheet, file: str, facts: SheetFacts) -> Grid:
    rows = sheet.rows
    for (row, column), number_format in facts.formats.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = displayed_value(rows[row][column], number_format)
    _put(rows, facts.flaws)
    merged = sheet.merged or facts.merged
    for block in merged:
        _uncover(rows, block)
    filled = tuple(b for b in merged if b.top < len(rows) and b.left < len(rows[b.top]))
    return Grid(
        file, sheet.name, rows, sheet.hidden, facts.hidden_rows, filled, facts.hidden_columns, facts.struck, facts.white
    )


def _uncover(rows: list[list[object]], block: Block) -> None:
    """Blank what stands hidden under the first one of merged cells."""
    for row in range(block.top, min(block.bottom + 1, len(rows))):
        cells = rows[row]
        for column in range(block.left + (row == block.top), min(block.right + 1, len(cells))):
            cells[column] = ""


def _put(rows: list[list[object]], flaws: Mapping[Place, Flaw]) -> None:
    """Set cells that may lie outside what the reader took for the used range: to it a cell without a value is blank."""
    if not flaws:
        return
    height = max(row for row, _ in flaws) + 1
    width = max(column for _, column in flaws) + 1
    rows += ([] for _ in range(height - len(rows)))
    width = max(width, *(len(cells) for cells in rows))
    for cells in rows:
        cells += [""] * (width - len(cells))
    for (row, column), flaw in flaws.items():
        rows[row][column] = flaw


def _xlsx(content: bytes, limit: Limits) -> Mapping[str, SheetFacts]:
    parts = zip_limits.parts(content, limit)
    if xlsx.category(parts) == resources.load("reading")["own_category"]:
        raise Refusal(Code.OWN_OUTPUT)
    zip_limits.refuse_too_full(sum(xlsx.filled_cells(parts[part]) for _, part in xlsx.sheet_parts(parts)), limit)
    looks = xlsx.looks(parts)
    cells = 0  # of the whole workbook: it is read as one
    for name, look in looks.items():
        rows, columns = look.corner[0] + 1, look.corner[1] + 1
        cells += rows * columns
        if cells > limit.cells:
            raise Refusal(Code.SHEET_TOO_LARGE, sheet=name, cell=f"{column_letter(columns - 1)}{rows}")
    return {name: look.facts for name, look in looks.items()}


def _zipped(facts: Callable[[bytes], Mapping[str, SheetFacts]]) -> Callable[[bytes, Limits], Mapping[str, SheetFacts]]:
    def checked(content: bytes, limit: Limits) -> Mapping[str, SheetFacts]:
        zip_limits.parts(content, limit)
        return facts(content)

    return checked


_FACTS: Mapping[str, Callable[[bytes, Limits], Mapping[str, SheetFacts]]] = {
    file_type.XLSX: _xlsx,
    file_type.XLSB: _zipped(xlsb.facts),
    file_type.ODS: _zipped(ods.facts),
    file_type.XLS: lambda content, limit: xls.facts(content),
}

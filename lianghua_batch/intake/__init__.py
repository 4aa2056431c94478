"""Bytes → cells: reads workbooks as grids of cells at their true places."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, SheetMetadata, SheetTypeEnum, SheetVisibleEnum

from lianghua_batch.intake.cell_flaws import flaws
from lianghua_batch.grids import Flaw, Grid
from lianghua_batch.problems import Problem, problem
from lianghua_batch.provenance import SourceRef

_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # how Office stores a workbook with an opening password


def read(path: Path, root: Path) -> tuple[list[Grid], list[Problem]]:
    """Read every worksheet of one workbook; the file's bytes, not its name, say which format it is."""
    file = path.relative_to(root).as_posix()
    try:
        content = path.read_bytes()
    except OSError as error:
        return [], [problem("E101", SourceRef(file), reason=error.strerror or "读取失败")]
    if not content:
        return [], [problem("E101", SourceRef(file), reason="文件是空的")]
    if content.startswith(_OLE) and _ENCRYPTED in content:
        return [], [problem("E101", SourceRef(file), reason="文件设有打开密码")]
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        unreadable = flaws(content)
        sheets = [meta for meta in workbook.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
        return [_grid(workbook, meta, file, unreadable.get(meta.name, {})) for meta in sheets], []
    except (
        CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        ElementTree.ParseError,
        EOFError,
        KeyError,
        NotImplementedError,
    ):
        return [], [problem("E101", SourceRef(file), reason="不是 Excel 工作簿，或已损坏")]


def _grid(
    workbook: CalamineWorkbook, meta: SheetMetadata, file: str, unreadable: Mapping[tuple[int, int], Flaw]
) -> Grid:
    rows = workbook.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
    for (row, column), flaw in unreadable.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = flaw
    return Grid(file, meta.name, rows, hidden=meta.visible != SheetVisibleEnum.Visible)

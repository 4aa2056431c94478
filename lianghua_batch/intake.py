"""Bytes → cells: reads workbooks as grids of cells at their true places."""

import io
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from lianghua_batch.grids import Grid
from lianghua_batch.problems import Problem, problem
from lianghua_batch.provenance import SourceRef


def read(path: Path, root: Path) -> tuple[list[Grid], list[Problem]]:
    """Read every worksheet of one workbook; the file's bytes, not its name, say which format it is."""
    file = path.relative_to(root).as_posix()
    try:
        content = path.read_bytes()
    except OSError as error:
        return [], [problem("E101", SourceRef(file), reason=error.strerror or "读取失败")]
    if not content:
        return [], [problem("E101", SourceRef(file), reason="文件是空的")]
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [_grid(workbook, meta, file) for meta in _worksheets(workbook)], []
    except PasswordError:
        return [], [problem("E101", SourceRef(file), reason="文件设有打开密码")]
    except CalamineError:
        return [], [problem("E101", SourceRef(file), reason="不是 Excel 工作簿，或已损坏")]


def _worksheets(workbook: CalamineWorkbook) -> list:
    return [meta for meta in workbook.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]


def _grid(workbook: CalamineWorkbook, meta, file: str) -> Grid:
    rows = workbook.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
    return Grid(file, meta.name, rows, hidden=meta.visible != SheetVisibleEnum.Visible)

"""Checks that a copy reads the same as its original: a copy that is filed instead must hold all that was reported."""

import datetime as dt
import math
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from lianghua_batch.intake import read_files
from lianghua_batch.intake.grid import Block, Flaw, Grid, is_blank
from lianghua_batch.report.annotated import summary_sheet
from lianghua_batch.report.annotated.cell_comments import legible

_CLOSE = 1e-15  # a workbook's numbers have 15 digits


def reads_alike(copy: bytes, grids: Sequence[Grid], titles: Mapping[str, str] | None = None) -> bool:
    """Whether the copy, without the list of problems, reads the same as `grids`; `titles`: its sheet names by the original's."""
    # Through a file and a worker, as it will be read once it is filed: a copy that crashes the reader must not be given out.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.xlsx"
        path.write_bytes(copy)
        read, _ = read_files.read(path, path.parent)
    before, after = ([g for g in found if not summary_sheet.is_ours(g.rows)] for found in (grids, read))
    names = [(titles or {}).get(g.sheet, g.sheet) for g in before]
    return names == [g.sheet for g in after] and all(map(_alike, before, after))


def _alike(before: Grid, after: Grid) -> bool:
    rows = _trimmed(before.rows)
    return (
        _same_rows(rows, _trimmed(after.rows))
        and before.hidden == after.hidden
        and _hidden(before, len(rows)) == _hidden(after, len(rows))
        and _merged(before) == _merged(after)
    )


def _trimmed(rows: Sequence[Sequence[object]]) -> list[list[object]]:
    """The rows without what is blank at their ends and below: readers differ in how far a sheet reaches."""
    found = []
    for row in rows:
        width = max((c for c, value in enumerate(row, start=1) if not _nothing(value)), default=0)
        found.append(list(row[:width]))
    height = max((r for r, row in enumerate(found, start=1) if row), default=0)
    return found[:height]


def _nothing(value: object) -> bool:
    return value is None or value == ""


def _hidden(grid: Grid, height: int) -> set[int]:
    return {row for row in grid.hidden_rows if row < height}


def _merged(grid: Grid) -> set[Block]:
    """The merged cells that hold something; others mean nothing."""
    return {
        b
        for b in grid.merged
        if b.top < len(grid.rows) and b.left < len(grid.rows[b.top]) and not is_blank(grid.rows[b.top][b.left])
    }


def _same_rows(before: Sequence[Sequence[object]], after: Sequence[Sequence[object]]) -> bool:
    return len(before) == len(after) and all(
        len(ours) == len(theirs) and all(map(_same, ours, theirs)) for ours, theirs in zip(before, after, strict=True)
    )


def _same(before: object, after: object) -> bool:
    if _nothing(before) or _nothing(after):
        return _nothing(before) and _nothing(after)
    if isinstance(before, Flaw) and isinstance(after, Flaw):
        return before.code == after.code  # no value that could be lost; readers write formulas in their own ways
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    if isinstance(before, int | float) and isinstance(after, int | float):
        return before == after or math.isclose(before, after, rel_tol=_CLOSE)
    if isinstance(before, str) and isinstance(after, str):
        return legible(before) == legible(after)
    return _to_the_second(before) == _to_the_second(after)


def _to_the_second(value: object) -> object:
    """A time without the fraction that conversions blur; the first moment of a day is that day."""
    if isinstance(value, dt.datetime):
        if value.microsecond >= 500_000 and value < dt.datetime.max - dt.timedelta(seconds=1):
            value += dt.timedelta(seconds=1)
        value = value.replace(microsecond=0)
        return value.date() if value.time() == dt.time() else value
    if isinstance(value, dt.time):
        return value.hour * 3600 + value.minute * 60 + round(value.second + value.microsecond / 1e6)
    return round(value.total_seconds()) if isinstance(value, dt.timedelta) else value

"""Writes a sample county as a folder of filled forms, each file as a branch or the county would send it."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from lianghua_batch.core import atomic_files, form_definitions, resources, signals
from lianghua_batch.forms.sample.model import FilledSheet, SampleCounty
from lianghua_batch.intake import discovery, read_files

Progress = Callable[[int, int], None]
_SCHEME = "scheme"
_PARALLEL_FROM = 300  # files; below, starting processes costs more than it saves


def write(county: SampleCounty, folder: Path, progress: Progress | None = None) -> list[Path]:
    """Write the county's workbooks under `folder` (made if need be) and return their paths, in a stable order.

    The same county gives the same bytes. `progress(done, files)` is called after every file. Raises OSError, nothing
    written; FileExistsError where a file of that name is there.
    """
    books = sorted(_books(county).items())
    with atomic_files.replacement(folder, overwrite=False, durable=False) as staging:
        for done, ((name, _), content) in enumerate(zip(books, _contents(county, books), strict=True), start=1):
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            (staging / name).write_bytes(content)
            if progress is not None:
                progress(done, len(books))
    return [folder / name for name, _ in books]


def place(sheet: FilledSheet) -> str:
    """Where a sheet's workbook stands in the folder."""
    layout = resources.load("sample")["layout"]
    label = form_definitions.definitions()[sheet.form].label
    name = layout.get(sheet.form, layout["other"]).format(period=sheet.period, label=label)
    if sheet.unit is None:
        return name
    return f"{layout['unit'].format(unit=sheet.unit, name=sheet.unit_name)}/{name}"


def _books(county: SampleCounty) -> dict[str, list[FilledSheet]]:
    books: dict[str, list[FilledSheet]] = {}
    for sheet in county.sheets:
        books.setdefault(place(sheet), []).append(sheet)
    return books


def _contents(county: SampleCounty, books: Sequence[tuple[str, list[FilledSheet]]]) -> Iterator[bytes]:
    """The books' bytes, in order; many are made by several processes."""
    jobs = ((county.scheme_name, county.items, sheets) for _, sheets in books)
    if len(books) < _PARALLEL_FROM or (os.cpu_count() or 1) == 1:
        yield from map(_render, jobs)
        return
    with ProcessPoolExecutor(initializer=signals.leave_to_parent) as pool:
        yield from pool.map(_render, jobs, chunksize=4)


def _render(job: tuple[str, Mapping[str, Sequence[str]], Sequence[FilledSheet]]) -> bytes:
    from lianghua_batch.forms import writer

    scheme_name, items, sheets = job
    form_sheets = []
    for sheet in sheets:
        definition = form_definitions.expand(form_definitions.definitions()[sheet.form], items).sheet(sheet.sheet)
        labels = {"period": str(sheet.period), "filled_by": sheet.filled_by, **sheet.counts}
        if sheet.unit is not None:
            labels |= {"unit_id": sheet.unit, "unit_name": sheet.unit_name}
        title = scheme_name if sheet.form == _SCHEME else None
        form_sheets.append(writer.FormSheet(definition, labels, sheet.rows, title=title))
    return writer.render(form_sheets, instructions=False)


def clear(folder: Path) -> bool:
    """Remove an earlier sample county and return True; False, and nothing done, if the folder has other workbooks."""
    if not folder.exists():
        return True
    paths, _ = discovery.find(folder)
    if paths and not _is_sample(folder):
        return False
    for path in paths:
        path.unlink()
    for parent in sorted({path.parent for path in paths} - {folder}, reverse=True):
        if not any(parent.iterdir()):
            parent.rmdir()
    return True


def _is_sample(folder: Path) -> bool:
    """Whether the folder's 花名册 has a sample's addresses and no other."""
    words = resources.load("sample")
    roster, domain = folder / words["layout"]["roster"], words["email"].partition("@")[2]
    if not roster.is_file():
        return False
    grids, _ = read_files.read(roster, folder)
    cells = (str(cell) for grid in grids for row in grid.rows for cell in row)
    domains = {cell.partition("@")[2] for cell in cells if "@" in cell}
    return domains == {domain}

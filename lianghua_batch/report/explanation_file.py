"""Writes the explanation of a score as the workbook 计分明细, only where it can neither be read as a form nor overwrite another file."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException

from lianghua_batch.analysis.explanation import Node
from lianghua_batch.core import atomic_files, resources
from lianghua_batch.intake.formats import file_type, xlsx, zip_limits
from lianghua_batch.intake.formats.sheet_facts import Refusal
from lianghua_batch.report import ranking_workbook
from lianghua_batch.report.sheets import explanation
from lianghua_batch.report.view import View
from lianghua_batch.report.writer import workbook
from lianghua_batch.scoring.results import Results

_SUFFIX = ".xlsx"
_UNREADABLE = (*file_type.ZIP_ERRORS, DefusedXmlException, LookupError, ParseError, Refusal)


class WrongPlace(ValueError):
    """A path that must not be written to; str() gives the reason and what to do."""


def check(book: Path, data: Path) -> None:
    """Raise WrongPlace unless `book` is a new workbook, or an earlier one of this kind, in a folder that is there, outside `data`.

    Inside the data folder it would be read as a form by the next run, or replace what was published.
    """
    if book.suffix.lower() != _SUFFIX:
        raise _wrong_place("suffix", suffix=_SUFFIX, name=book.name)
    place = book.resolve()
    if not place.parent.is_dir():
        raise _wrong_place("no_folder", folder=book.parent)
    if any(os.path.samefile(folder, data) for folder in place.parents):
        raise _wrong_place("in_data", path=book)
    if place.exists() and not _is_explanation(place):
        raise _wrong_place("other_file", path=book)


def write(results: Results, top: Node, book: Path, remarks: Sequence[str] = ()) -> None:
    """Write the explanation tree `top`, with `remarks` in its head, to `book`, replacing an earlier one; raises as atomic_files.replacement does."""
    sheet = explanation.build(View(results, ()), top, remarks)
    properties = replace(ranking_workbook.properties(results), title=str(sheet.title.cells[0].value))
    with atomic_files.replacement(book.parent) as staging:
        workbook.write(staging / book.name, [sheet], properties)


def _wrong_place(reason: str, **facts: object) -> WrongPlace:
    return WrongPlace(resources.load("messages/explain")["book"][reason].format_map(facts))


def _is_explanation(path: Path) -> bool:
    """Whether the file was written by this program and holds the sheet 计分明细 only."""
    limit = zip_limits.limits()
    if path.stat().st_size > limit.file_bytes:
        return False
    try:
        parts = zip_limits.parts(path.read_bytes(), limit)
        if xlsx.category(parts) != resources.load("reading")["own_category"]:
            return False
        sheets = [name for name, _ in xlsx.sheet_parts(parts)]
    except _UNREADABLE:
        return False
    return sheets == [resources.load_parts("report/sheets")["explanation"]["name"]]

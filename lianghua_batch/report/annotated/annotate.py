"""One faulty workbook's bytes → its annotated copy: the workbook itself where openpyxl carries it unharmed, else its values."""

import io
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import PurePath
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from lianghua_batch.core import resources
from lianghua_batch.core.problems import Problem
from lianghua_batch.intake.grid import Grid
from lianghua_batch.report.annotated import cell_comments, fidelity_check, preserve, preserve_values, summary_sheet
from lianghua_batch.validation import grouping

_ZIP = b"PK"
# What openpyxl raises on workbooks that others can read.
_BEYOND_OPENPYXL = (
    AttributeError,
    DefusedXmlException,
    IndexError,
    InvalidFileException,
    KeyError,
    OverflowError,
    ParseError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True)
class Copy:
    """An annotated copy; `converted` where it holds only the original's values and is an .xlsx whatever that was."""

    content: bytes
    converted: bool


class NoCopy(Enum):
    """Why a workbook has no copy: it is too large, or no copy reads the same."""

    TOO_LARGE = auto()
    UNLIKE = auto()


def annotated(content: bytes, name: PurePath, grids: Sequence[Grid], problems: Sequence[Problem]) -> Copy | NoCopy:
    """Return the annotated copy of the workbook at `name` in the data folder, which was read as `grids`; or why there is none."""
    words = resources.load("report/check_report")["annotation"]
    if sum(len(row) for grid in grids for row in grid.rows) > words["most_cells"]:
        return NoCopy.TOO_LARGE
    carried = _carried(content, name, problems)
    # openpyxl drops without a word what it does not know, such as every sheet of a Strict workbook.
    if carried is not None and fidelity_check.reads_alike(carried, grids):
        return Copy(carried, converted=False)
    book, titles = preserve_values.book(grids)
    renamed = [replace(p, place=replace(p.place, sheet=titles.get(p.place.sheet))) for p in problems]
    _annotate(book, name, renamed, "values" if name.suffix.lower() == ".xlsx" else "converted", [])
    made = _saved(book)
    return Copy(made, converted=True) if fidelity_check.reads_alike(made, grids, titles) else NoCopy.UNLIKE


def _carried(content: bytes, name: PurePath, problems: Sequence[Problem]) -> bytes | None:
    """The workbook as kept by openpyxl and completed by `preserve`; None where openpyxl cannot read it or it is too large."""
    words = resources.load("report/check_report")["annotation"]
    if not content.startswith(_ZIP):
        return None
    with suppress(*_BEYOND_OPENPYXL):
        package = preserve.opened(content, words["most_inflated"])
        if package is None or package.ranged() > words["most_ranged"]:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it warns of leaving out is put back by `preserve` where it matters
            macros = name.suffix.lower() == ".xlsm"  # Excel opens no file whose name and content disagree on macros
            book = openpyxl.load_workbook(io.BytesIO(content), rich_text=True, keep_vba=macros)
        book.calculation.fullCalcOnLoad = True
        preserve.restore(book, package)
        _annotate(book, name, problems, "carried", [words["sheet"]["lost"]] if package.drawn else [])
        return preserve.with_computed(_saved(book), package)
    return None


def _annotate(book: Workbook, name: PurePath, problems: Sequence[Problem], back: str, notes: Sequence[str]) -> None:
    """Mark the cells and insert the list as first sheet; `back` selects the text on how to return such a copy."""
    words = resources.load("report/check_report")["annotation"]
    capped = cell_comments.mark(book, problems)
    how = words["sheet"]["back"][back].format(kind=name.suffix.lower(), name=name.name)
    notes = [words["sheet"]["how"], how, *notes]
    if capped:
        notes.append(words["sheet"]["capped"].format(most=words["most_comments"]))
    summary_sheet.put_first(book, name.as_posix(), grouping.problem_lines(problems), notes)


def _saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()

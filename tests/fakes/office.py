"""LibreOffice as a second opinion: what it makes of a workbook's formulas when it computes every one of them anew."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

SOFFICE = shutil.which("soffice")
_INSTALLED = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")

# Recalculate workbooks of others always: without it LibreOffice shows the values that are kept beside the formulas.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""


def needs_office(test: Callable) -> Callable:
    """Mark a test that LibreOffice takes part in: it is slow, and skipped where there is none."""
    return pytest.mark.slow(_INSTALLED(test))


def recalculated(workbook: Path, folder: Path) -> Path:
    """Have LibreOffice open a workbook, compute it anew and save it into `folder`; return what it saved."""
    return converted(workbook, folder, "xlsx")


def converted(workbook: Path, folder: Path, kind: str) -> Path:
    """Have LibreOffice save a workbook as another kind of file."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    command = [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
    out = folder / "out"
    subprocess.run([*command, "--outdir", out, workbook], check=True, capture_output=True, timeout=300)
    return out / f"{workbook.stem}.{kind}"


def formulas(workbook: Path) -> dict[tuple[str, str], str]:
    """Every formula of a workbook by sheet and cell."""
    return {place: v for place, v in _cells(workbook, values=False) if isinstance(v, str) and v.startswith("=")}


def values(workbook: Path) -> dict[tuple[str, str], object]:
    """Every value that is kept in a workbook by sheet and cell, formulas' included."""
    return dict(_cells(workbook, values=True))


def _cells(workbook: Path, *, values: bool) -> Iterator[tuple[tuple[str, str], object]]:
    book = openpyxl.load_workbook(workbook, data_only=values)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    yield (sheet.title, cell.coordinate), cell.value

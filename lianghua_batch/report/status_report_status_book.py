"""Writes 报送状态.xlsx."""

from pathlib import Path

from lianghua_batch.core import atomic_files as replacing
from lianghua_batch.core import resources
from lianghua_batch.report import status_report as status_sheets
from lianghua_batch.report.writer import workbook as workbook_out
from lianghua_batch.validation.filing_status import Status


def write(status: Status, folder: Path) -> Path:
    """Write the workbook into `folder` over the one that may be there, and return its path; raises what `replacing` raises."""
    name = resources.load("status")["book"]["file"]
    with replacing.replacement(folder) as beside:
        workbook_out.write(beside / name, status_sheets.build(status), status_sheets.properties(status))
    return folder / name

"""归档单: what is sealed, on a sheet to print and sign, with the check code of the zip."""

from pathlib import Path

from lianghua_batch import workbook_out
from lianghua_batch.report.model import Cell, Column, Page, Row, SheetTable
from lianghua_batch.seals.shelf import Seal


def write(path: Path, seal: Seal) -> None:
    """Write the sheet of a seal, which is complete and lies where it says; equal seals give equal bytes."""
    workbook_out.write(path, build(seal))


def build(seal: Seal) -> list[SheetTable]:
    """The sheets of the workbook."""
    rows = (Row((Cell(seal.check_code, "cell"),)),)
    page = Page("portrait", "", "")
    return [SheetTable("sheet", "归档单", Row((Cell("归档单", "title"),)), (), (Column("", 40.0),), rows, (), page)]

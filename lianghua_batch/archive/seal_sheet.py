"""归档单: what is sealed, on a sheet to print and sign, with the check code of the zip; and the list of the sealed files."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lianghua_batch.archive import manifests, seal_sheet_amended, seal_sheet_blocks
from lianghua_batch.archive.seal_sheet_blocks import Words
from lianghua_batch.archive.seal_store import Seal
from lianghua_batch.core import resources
from lianghua_batch.report.layout import fitting, paging
from lianghua_batch.report.layout.model import Cell, Page, Properties, Row, SheetColumn, SheetTable
from lianghua_batch.report.writer import workbook


def write(path: Path, seal: Seal) -> None:
    """Write the sheet of a finished seal; equal seals give equal bytes."""
    workbook.write(path, build(seal), properties(seal))


def build(seal: Seal) -> list[SheetTable]:
    """The sheets of the workbook: 归档单 and 文件清单."""
    facts = seal_sheet_blocks.facts(seal)
    return [_form(seal, facts), _files(seal, facts)]


def properties(seal: Seal) -> Properties:
    """The workbook's document properties, which mark it as the program's own, never to be read as a form."""
    words, facts = _words(), seal_sheet_blocks.facts(seal)
    return Properties(
        title=_title(seal, facts),
        subject=facts["period_label"],
        category=resources.load("reading")["own_category"],
        comments=facts["tool"],
        created=seal.manifest.date,
        custom=tuple((name, str(facts[key])) for key, name in words["properties"].items()),
    )


def _words() -> Words:
    return resources.load("report/archive_sheet")


def _title(seal: Seal, facts: Words) -> str:
    return _words()["title"]["amendment" if seal.manifest.amendment else "first"].format_map(facts)


def _form(seal: Seal, facts: Words) -> SheetTable:
    """The page to sign; a long one breaks between its blocks."""
    layout = _words()["sheet"]
    grid = layout["grid"]
    columns = (SheetColumn("", grid["width"]),) * grid["columns"]
    title = _over_all(_title(seal, facts), "title_wrapped", columns)
    amended = seal_sheet_amended.rows(seal.manifest) if seal.manifest.amendment else ()
    blocks = (
        *seal_sheet_blocks.codes(seal.manifest, facts),
        *seal_sheet_blocks.sizes(seal.manifest),
        *amended,
        *seal_sheet_amended.objections(seal.manifest),
        *seal_sheet_blocks.assured(),
        *seal_sheet_blocks.signatures(),
    )
    rows = fitting.rows((*seal_sheet_blocks.period_rows(seal.manifest, facts), *blocks), columns, layout["row"])
    paged = paging.paged(rows, columns, layout["orientation"], title.height or 0, 0)
    return _sheet(layout, facts, title=title, subtitles=(), columns=columns, rows=paged, notes=())


def _files(seal: Seal, facts: Words) -> SheetTable:
    """Every sealed file with its size and check code."""
    words, layout = _words(), _words()["list"]
    rows = []
    for kind, label in words["kinds"].items():
        for entry in getattr(seal.manifest, kind):
            values = {
                "number": len(rows) + 1,
                "kind": label,
                "file": entry.file,
                "size": entry.size,
                "code": entry.sha256,
            }
            rows.append(Row(tuple(Cell(values[c["name"]], c["style"]) for c in layout["columns"])))
    columns = fitting.columns(
        [SheetColumn(c["heading"], c["width"], most=c.get("most")) for c in layout["columns"]], rows
    )
    entries = seal.manifest.entries
    facts = {**facts, "files": len(entries), "bytes": f"{manifests.total_size(entries):,}"}
    return _sheet(
        layout,
        facts,
        title=_over_all(layout["title"].format_map(facts), "title_wrapped", columns),
        subtitles=tuple(_over_all(text.format_map(facts), "subtitle", columns) for text in layout["subtitles"]),
        columns=columns,
        rows=fitting.rows(rows, columns, layout["row"]),
        notes=tuple(_over_all(text, "note", columns) for text in layout["notes"]),
        filtered=len(rows),
        heading_height=fitting.heading_height(columns, resources.load("report/workbook")["heights"]["heading"]),
    )


def _over_all(text: str, style: str, columns: Sequence[SheetColumn]) -> Row:
    heights: Mapping[str, float] = resources.load("report/workbook")["heights"]
    least = heights[style.removesuffix("_wrapped")]
    (row,) = fitting.rows([Row((Cell(text, style, len(columns)),))], columns, least)
    return row


def _sheet(layout: Words, facts: Words, *, columns: Iterable[SheetColumn], **parts: Any) -> SheetTable:
    words = _words()
    page = {name: words[name].format_map({**facts, "sheet": layout["name"]}) for name in ("header", "footer")}
    return SheetTable(
        key=layout["key"],
        name=layout["name"],
        columns=tuple(columns),
        page=Page(layout["orientation"], **page),
        tab=layout["tab"],
        **parts,
    )

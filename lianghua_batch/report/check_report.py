"""检查报告.xlsx as plain tables: how many problems each unit has, and all of them with links to file and cell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lianghua_batch import __version__
from lianghua_batch.core import resources
from lianghua_batch.core.periods import Period
from lianghua_batch.report.layout import fitting
from lianghua_batch.report.layout.model import Cell, Page, Properties, Row, SheetColumn, SheetTable, Value
from lianghua_batch.validation.grouping import ProblemLine, UnitProblems

# Escapes in a link's file name for characters that Excel gives another meaning.
_ESCAPES = {c: f"%{ord(c):02x}" for c in '%#" <>[]^`{}'}


@dataclass(frozen=True)
class CheckFindings:
    """What `check` found: the problems grouped by unit, the period, how many files were read, unit names by code.

    `prefix` is the path from the report's folder to the data folder, such as «../..».
    """

    groups: Sequence[UnitProblems]
    period: Period | None
    files: int
    names: Mapping[str, str] = field(default_factory=dict)
    prefix: str = "."

    @property
    def facts(self) -> dict[str, object]:
        """The values for the placeholders of report/check_report.yaml."""
        return {
            "period": self.period or _words()["no_period"],
            "files": self.files,
            "errors": sum(g.errors for g in self.groups),
            "warnings": sum(g.warnings for g in self.groups),
            "tool": f"lianghua-batch {__version__}",
        }


def _words() -> Mapping[str, Any]:
    return resources.load("report/check_report")["report"]


def build(findings: CheckFindings) -> tuple[SheetTable, ...]:
    """Return the report's sheets: counts by unit, then every line of the list."""
    problems = _sheet(findings, "problems", _problem_rows(findings))
    return _sheet(findings, "overview", _unit_rows(findings, problems)), problems


def properties(findings: CheckFindings) -> Properties:
    """Return the document properties; their category marks the workbook as the program's own, so that it is never read as a form."""
    words = _words()
    return Properties(
        title=words["sheets"]["overview"]["title"],
        subject=str(findings.facts["period"]),
        category=resources.load("reading")["own_category"],
        comments=str(findings.facts["tool"]),
        created=findings.period.last_day if findings.period else words["created"],
    )


def link_to(prefix: str, file: str, sheet: str | None = None, cell: str | None = None) -> str:
    """Return a link from the report's folder to a file of the data folder, or to a cell of it."""
    path = "".join(_ESCAPES.get(c, c) for c in (f"{prefix}/{file}" if prefix != "." else file))
    return f"external:{path}" + (f"#{_anchor(sheet, cell)}" if sheet else "")


def _anchor(sheet: str, cell: str | None) -> str:
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell or 'A1'}"


# --- sheets --------------------------------------------------------------------------------------------------------


def _sheet(findings: CheckFindings, key: str, rows: Iterable[Row]) -> SheetTable:
    """Build one sheet; without problems its only row says so."""
    words, layout = _words(), _words()["sheets"][key]
    heights, columns = words["heights"], layout["columns"]
    listed = tuple(rows)
    lines = len(listed) - ("total" in layout)
    if not findings.groups:
        listed, lines = (Row((Cell(layout["none"], "text", len(columns)),)),), 0
    fitted = fitting.columns([SheetColumn(c["heading"], c["width"], most=c.get("most")) for c in columns], listed)
    text_rows = {
        name: fitting.rows(
            [Row((Cell(text.format_map(findings.facts), style, len(fitted)),)) for text in layout[name]],
            fitted,
            heights[style],
        )
        for name, style in (("subtitles", "subtitle"), ("notes", "note"))
    }
    return SheetTable(
        key=key,
        name=layout["name"],
        title=Row((Cell(layout["title"], "title", len(fitted)),), height=heights["title"]),
        **text_rows,
        columns=fitted,
        rows=fitting.rows(listed, fitted, heights["row"]),
        page=Page(
            orientation=layout["orientation"],
            header=words["header"].format(sheet=layout["name"], **findings.facts),
            footer=words["footer"].format_map(findings.facts),
        ),
        frozen=layout["frozen"],
        filtered=lines,
        heading_height=fitting.heading_height(fitted, heights["heading"]),
        tab=layout["tab"],
    )


def _unit_rows(findings: CheckFindings, problems: SheetTable) -> Iterable[Row]:
    """One row for each unit, linked to its first problem; then the total row."""
    layout = _words()["sheets"]["overview"]
    first_problem_row = 2 + len(problems.subtitles) + 1  # title, subtitles, headings; rows count from 1
    for group in findings.groups:
        values = {
            "unit": group.unit or "",
            "name": findings.names.get(group.unit or "") or group.title(findings.names),
            "errors": group.errors,
            "warnings": group.warnings,
            "files": len(group.files),
        }
        link = f"internal:{_anchor(problems.name, f'A{first_problem_row}')}"
        yield _row(layout, values, {"name": link})
        first_problem_row += len(group.entries)
    total = {"unit": "", "name": layout["total"], "files": len({f for g in findings.groups for f in g.files})}
    counts = {name: findings.facts[name] for name in ("errors", "warnings")}
    styles = {spec["name"]: "total_count" if spec["style"] == "count" else "total_text" for spec in layout["columns"]}
    yield _row(layout, {**total, **counts}, {}, styles)


def _problem_rows(findings: CheckFindings) -> Iterable[Row]:
    """One row for each problem line; the first of each unit has a line above it."""
    layout, most = _words()["sheets"]["problems"], _words()["most_links"]
    number = 0
    for group in findings.groups:
        for at, entry in enumerate(group.entries):
            number += 1
            links = _links(findings, entry) if number <= most else {}
            styles = {"severity": f"severity_{entry.first.severity}"}
            yield _row(layout, _values(findings, group, entry), links, styles, overlay="begins" if at == 0 else None)


def _row(
    layout: Mapping[str, Any],
    values: Mapping[str, Value],
    links: Mapping[str, str],
    styles: Mapping[str, str] | None = None,
    overlay: str | None = None,
) -> Row:
    cells = []
    for spec in layout["columns"]:
        name = spec["name"]
        style = (styles or {}).get(name, spec["style"])
        if name not in links:
            style = spec.get("unlinked", style)
        cells.append(Cell(values[name], style, link=links.get(name)))
    return Row(tuple(cells), overlay)


def _values(findings: CheckFindings, group: UnitProblems, entry: ProblemLine) -> Mapping[str, Value]:
    """The values of one problem line by column; empty where the problem has no file or cell."""
    first = entry.first
    owners = _words()["sheets"]["problems"]["owners"]
    return {
        "owner": owners[group.kind] if group.kind in owners else group.title(findings.names),
        "code": first.code,
        "severity": resources.load("report/check_report")["severities"][first.severity],
        "file": first.place.file or entry.place,
        "sheet": first.place.sheet or "",
        "cell": entry.spot if first.place.file else "",
        "column": first.place.heading or "",
        "value": entry.value or "",
        "message": entry.message,
        "remedy": entry.remedy,
        "suggestion": entry.suggestion or "",
        "count": entry.count,
    }


def _links(findings: CheckFindings, entry: ProblemLine) -> dict[str, str]:
    place = entry.first.place
    if not place.file:
        return {}
    links = {"file": link_to(findings.prefix, place.file)}
    if place.sheet:
        target = place.cell or (f"A{place.row}" if place.row else None)
        links["cell"] = link_to(findings.prefix, place.file, place.sheet, target)
    return links

"""Builds columns, rows and finished sheets from a layout of schemas/report/sheets and the values of its rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lianghua_batch.model.scores import Score, step_label
from lianghua_batch.report.layout import fitting, paging, title_row
from lianghua_batch.report.layout.model import Cell, Page, Row, SheetColumn, SheetTable, Value
from lianghua_batch.report.view import View

_RANKS = ("rank", "rank_county")


@dataclass(frozen=True)
class Item:
    """One value that an `each` column is repeated for; `label` fills the column's heading, `heading` replaces it, `overrides` the rest."""

    value: object
    label: str = ""
    heading: str | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Field:
    """One column of a layout: the name and style of its values, and the item it is repeated for."""

    name: str
    style: str
    column: SheetColumn
    item: object = None


def fields(view: View, columns: Sequence[Mapping[str, Any]], each: Mapping[str, Sequence[Item]]) -> tuple[Field, ...]:
    """The columns of a layout, an `each` one replaced by one column an item."""
    found = []
    for spec in columns:
        if "each" in spec:
            found += (_field(view, {**spec, "name": spec["each"], **i.overrides}, i) for i in each[spec["each"]])
        else:
            found.append(_field(view, spec, None))
    return tuple(found)


def _field(view: View, spec: Mapping[str, Any], item: Item | None) -> Field:
    if item is not None and item.heading is not None:
        heading = item.heading
    else:
        template = spec.get("heading") or step_label(spec["name"])
        heading = view.fill(template, label=item.label if item else "")
    if view.results.draft and spec["name"] in _RANKS:
        heading = view.stamped("rank", heading=heading)
    column = SheetColumn(
        heading,
        spec["width"],
        spec.get("group"),
        spec.get("most"),
        spec.get("heading_style", SheetColumn.style),
        spec.get("level", SheetColumn.level),
    )
    return Field(spec["name"], spec["style"], column, item.value if item else None)


def row(
    view: View, columns: Sequence[Field], value: Callable[[Field], Value | Score | None], overlay: str | None = None
) -> Row:
    """One row, its values by column."""
    return Row(tuple(view.cell(value(f), f.style) for f in columns), overlay)


def band(text: str, columns: int, style: str = "section") -> Row:
    """A row that is one text over all columns."""
    return Row((Cell(text, style, columns),))


def strip(text: str, columns: int) -> Row:
    """A row that is one text running over empty cells: no merged one, so that the rows around it can still be sorted."""
    return Row((Cell(text, "strip"), *(Cell("", "strip") for _ in range(columns - 1))))


def spread(
    view: View, specs: Sequence[Mapping[str, Any]], value: Callable[[str], Value | Score | None]
) -> tuple[Cell, ...]:
    """The cells of a small table on a sheet of many narrow columns: each stretches over its `span`."""
    return tuple(view.cell(value(spec["name"]), spec["style"], spec["span"]) for spec in specs)


def spread_heading(specs: Sequence[Mapping[str, Any]], style: str = "heading") -> tuple[Cell, ...]:
    """The headings over `spread` cells."""
    return tuple(Cell(spec["heading"], style, spec["span"]) for spec in specs)


def side_headings(specs: Sequence[Mapping[str, Any]], names: Iterable[str], named: str = "name") -> tuple[Cell, ...]:
    """The headings of the same columns several times side by side; the column `named` is called differently each time."""
    return tuple(
        Cell(name if s["name"] == named else s["heading"], "heading", s["span"]) for name in names for s in specs
    )


# --- the finished sheet --------------------------------------------------------------------------------------------


def sheet(
    view: View,
    key: str,
    columns: Iterable[SheetColumn],
    rows: Iterable[Row],
    *,
    filtered: int = 0,
    subtitles: Sequence[str] | None = None,
) -> SheetTable:
    """Build a sheet: fill its title and notes, fit columns to their content and rows to their lines, set page breaks."""
    layout = view.layout(key)
    listed = tuple(rows)
    fitted = fitting.columns(tuple(columns), listed)
    heights = view.words["heights"]
    repeated = layout.get("repeated", 0)
    scale, breaks = fitting.scale_and_breaks(fitted, repeated, _scales(layout), view.words["page_pixels"])
    span = breaks[0] if breaks else len(fitted)
    name, orientation = layout["name"], layout.get("orientation", "landscape")
    text_rows = partial(_text_rows, view, fitted, repeated if breaks else 0, span)
    stamp = text_rows([view.stamped("line")], "draft") if view.results.draft else ()
    subtitle_rows = (*stamp, *text_rows(_subtitles(view, layout) if subtitles is None else subtitles, "subtitle"))
    title = title_row.title(view, key, fitted, repeated if breaks else 0)
    sized_rows = fitting.rows(listed, fitted, layout.get("row", heights["row"]))
    head = _head_height(fitted, heights)
    if not scale and not layout.get("one_page"):
        first = head + sum(r.height or 0 for r in (title, *subtitle_rows))
        sized_rows = paging.paged(sized_rows, fitted, orientation, first, first if layout.get("titled_pages") else head)
    return SheetTable(
        key=key,
        name=name,
        title=title,
        subtitles=subtitle_rows,
        columns=fitted,
        rows=sized_rows,
        notes=text_rows([*layout.get("notes", ()), *(layout.get("live_notes", ()) if view.order else ())], "note"),
        page=Page(
            orientation=orientation,
            header=_page_text(view, _page_template(view, layout, "header"), name),
            footer=_page_text(view, _page_template(view, layout, "footer"), name),
            one_page=bool(layout.get("one_page")),
            scale=scale,
            breaks=breaks,
            repeated=repeated,
            margins=layout.get("margins", Page.margins),
            titled=bool(layout.get("titled_pages")),
        ),
        frozen=layout.get("frozen", 0),
        filtered=filtered,
        heading_height=fitting.heading_height(fitted, heights["heading"]),
        tab=layout.get("tab"),
    )


def _scales(layout: Mapping[str, Any]) -> Sequence[int]:
    """The scales that a sheet of several pages side by side may be printed at, the largest first; of one page's width none."""
    scale = layout.get("scale")
    return range(scale, layout.get("least_scale", scale) - 1, -1) if scale else ()


def _head_height(columns: Sequence[SheetColumn], heights: Mapping[str, float]) -> float:
    """What the headings take on every page, in points."""
    grouped = heights["subtitle"] if any(c.group for c in columns) else 0
    return grouped + fitting.heading_height(columns, heights["heading"]) if any(c.heading for c in columns) else 0


def _text_rows(
    view: View, columns: Sequence[SheetColumn], skipped: int, span: int, texts: Sequence[str], style: str
) -> tuple[Row, ...]:
    """Rows of text over the first page's columns; columns repeated on every page, which would cut them off, get a short label."""
    named = iter([view.words["aside"][style]] if skipped and style in view.words["aside"] else [])
    rows = []
    for text in texts:
        left = (Cell(next(named, ""), style, skipped),) if skipped else ()
        rows.append(Row((*left, Cell(view.fill(text), style, span - skipped))))
    return fitting.rows(rows, columns, view.words["heights"][style])


def _subtitles(view: View, layout: Mapping[str, Any]) -> list[str]:
    """The lines with period and scheme; in a quarter also the one that says it is monitoring."""
    line = view.words["subtitles"][layout.get("subtitle", "plain")]
    return [line] if view.is_year else [line, view.words["monitoring"]]


def _page_template(view: View, layout: Mapping[str, Any], name: str) -> str:
    """A sheet's own header or footer, or the common one, which a draft always has."""
    return view.words[name] if view.results.draft else layout.get(name, view.words[name])


def _page_text(view: View, template: str, sheet_name: str) -> str:
    """A filled header or footer: & is escaped, since it begins a code there, and values are cut, since Excel allows 255 characters."""
    most = view.words["header_characters"]
    filled = {name: str(value)[:most].replace("&", "&&") for name, value in view.facts.items()}
    return template.format_map({**filled, "sheet": sheet_name})

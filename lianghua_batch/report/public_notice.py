"""公示, the workbook for public display: names, scores, grades and ranks, and nothing else."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from lianghua_batch.core import resources
from lianghua_batch.model.scores import Score
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Cell, Properties, Row, SheetTable
from lianghua_batch.report.layout.sheet_table import Field
from lianghua_batch.report.sheets.rankings import cohorts, unit_value
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import MemberResult, Results, UnitResult


def build(results: Results, *, mask_names: bool = False) -> tuple[SheetTable, ...]:
    """Return the sheets of 公示; `mask_names` hides all but the first and the last character of a member's name."""
    view = View(results, ())
    return (_committees(view), _branches(view), _members(view, mask_names))


def properties(results: Results) -> Properties:
    """Return the workbook's document properties, which name nobody."""
    view = View(results, ())
    return Properties(
        title=view.fill(view.sheets["public"]["title"]),
        subject=view.fill("{period_label}"),
        category=resources.load("reading")["own_category"],
        comments="",
        created=view.period.last_day,
    )


def _committees(view: View) -> SheetTable:
    key = "public_committees"
    fields = sheet_table.fields(view, view.layout(key)["columns"], {})
    return _sheet(view, key, fields, [*_units(view, fields, view.results.committees), *_closing(view, len(fields))])


def _branches(view: View) -> SheetTable:
    """Committee by committee: the official rank is among its branches."""
    key = "public_branches"
    layout = view.layout(key)
    fields = sheet_table.fields(view, layout["columns"], {})
    rows: list[Row] = []
    for cohort, ranked in cohorts(view.results.branches):
        text = layout["cohort"].format(name=view.cohort_name(cohort), count=len(ranked))
        rows += [sheet_table.band(text, len(fields)), *_units(view, fields, ranked)]
    return _sheet(view, key, fields, [*rows, *_closing(view, len(fields))])


def _units(view: View, fields: Sequence[Field], ranked: Iterable[UnitResult]) -> list[Row]:
    return [sheet_table.row(view, fields, lambda f, r=r: unit_value(view, r, f.name)) for r in ranked]


def _members(view: View, mask_names: bool) -> SheetTable:
    """Branch by branch in rank order, each on pages of its own, which are displayed in that branch."""
    key = "public_members"
    fields = sheet_table.fields(view, view.layout(key)["columns"], {})
    rows: list[Row] = []
    for branch, ranked in groupby(view.results.members, key=lambda r: r.member.branch):
        rows += _branch_pages(view, fields, branch, [_member(view, fields, r, mask_names) for r in ranked])
    columns = (replace(f.column, heading="") for f in fields)  # each page has its own headings, under its title
    sheet = _with_public_footer(sheet_table.sheet(view, key, columns, rows, subtitles=()), view)
    return replace(sheet, title=sheet.rows[0], rows=sheet.rows[1:]) if rows else sheet


def _branch_pages(view: View, fields: Sequence[Field], branch: str, members: Sequence[Row]) -> Iterator[Row]:
    """The pages of one branch, each with title and headings; the last says how to object."""
    layout, width = view.layout("public_members"), len(fields)
    title = view.fill(layout["branch"], name=view.unit(branch).name)
    for first in range(0, len(members), layout["members"]):
        named = layout["continued"].format(title=title) if first else title
        yield replace(sheet_table.band(named, width, "title_wrapped"), new_page=True)
        yield from (sheet_table.band(line, width, "subtitle") for line in _subtitles(view))
        yield Row(tuple(Cell(f.column.heading, "heading") for f in fields), height=layout["heading"])
        yield from members[first : first + layout["members"]]
    yield from _closing(view, width)


def _member(view: View, fields: Sequence[Field], result: MemberResult, mask_names: bool) -> Row:
    return sheet_table.row(view, fields, lambda f: _member_value(view, result, f.name, mask_names))


def _member_value(view: View, result: MemberResult, name: str, mask_names: bool) -> str | Score:
    if name == "name":
        whole = result.member.name
        return masked(whole, view.sheets["public"]["mask"]) if mask_names else whole
    return result.year.total if name == "total" else result.points


def _closing(view: View, width: int) -> Iterator[Row]:
    """The closing lines: when and where to object, and the publisher's signature."""
    words = view.sheets["public"]
    yield Row((Cell("", "blank", width),), height=12)
    yield from (sheet_table.band(line, width, "notice") for line in words["lines"])
    yield from (sheet_table.band(line, width, "signed_by") for line in words["signed"])


def _sheet(view: View, key: str, fields: Sequence[Field], rows: Iterable[Row]) -> SheetTable:
    return _with_public_footer(
        sheet_table.sheet(view, key, (f.column for f in fields), rows, subtitles=_subtitles(view)), view
    )


def _subtitles(view: View) -> Sequence[str]:
    """A quarter's pages say that they are monitoring."""
    return () if view.is_year else (view.words["monitoring"],)


def _with_public_footer(sheet: SheetTable, view: View) -> SheetTable:
    """The sheet with the footer of 公示."""
    return replace(sheet, page=replace(sheet.page, footer=view.sheets["public"]["footer"]))


def masked(name: str, mask: str) -> str:
    """Return a name of which only the first and the last character can be read, of a name of two the first."""
    hidden = name[1:-1] or name[1:]
    return name[:1] + mask * len(hidden) + name[1 + len(hidden) :]

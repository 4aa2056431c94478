"""The sheet 历年走势 of a year: every unit's total, grade and rank year by year, and which years are missing."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from lianghua_batch.core.periods import Period
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Cell, Family, Key, Keys, Row, SheetTable
from lianghua_batch.report.layout.sheet_table import Field, Item
from lianghua_batch.report.sheets.rankings import cohorts, ranking_key
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import UnitResult

_PLACE_FIELDS = {"totals": "total", "grades": "grade", "ranks": "rank"}


def build(view: View) -> SheetTable:
    """The committees, then the branches cohort by cohort, in the order of this year's ranks; a missing year is a gap."""
    layout = view.layout("years")
    items = [Item(period, heading(view, period)) for period in view.years.periods]
    fields = sheet_table.fields(view, layout["columns"], dict.fromkeys(_PLACE_FIELDS, items))
    groups = [(layout["committees"], view.results.committees)]
    groups += [(view.cohort_name(c), ranked) for c, ranked in cohorts(view.results.branches)]
    rows = list(notices(view, len(fields)))
    for name, ranked in groups:
        if ranked:
            rows.append(sheet_table.band(layout["band"].format(name=name, count=len(ranked)), len(fields)))
            rows += [Row(tuple(_cell(view, r, f) for f in fields), level=1) for r in ranked]
    return sheet_table.sheet(view, "years", (f.column for f in fields), rows)


def key(unit_id: str, period: Period) -> Key:
    """The key of the cell with a unit's total of a year."""
    return (Family.YEAR, unit_id, str(period))


def totals(view: View, unit_id: str) -> Keys:
    """The keys of a unit's totals year by year."""
    return Keys(tuple(key(unit_id, period) for period in view.years.periods))


def heading(view: View, period: Period) -> str:
    """The heading of a year's column, which also marks a year without results."""
    words = view.sheets["years"]["headings"]
    kind = "absent" if period in view.years.absent else "there"
    return words["unusable" if period in dict(view.years.unusable) else kind].format(period=period)


def notices(view: View, width: int) -> Iterator[Row]:
    """Lines on the earlier years that are unusable, with the reason, and on those that are missing."""
    words = view.sheets["years"]
    for period, reason in view.years.unusable:
        yield sheet_table.band(words["unusable"].format(period=period, reason=reason), width, "monitoring")
    if view.years.absent:
        text = words["absent"].format(years=view.listed(map(str, view.years.absent)))
        yield sheet_table.band(text, width, "note")


def notice_without_sheet(view: View, width: int) -> Iterator[Row]:
    """Lines for another sheet of a year that has no 历年走势; nothing in a draft."""
    if view.years.looks_back or not view.years.periods:
        return
    words = view.sheets["years"]
    if view.years.unusable:
        yield from notices(view, width)
        yield sheet_table.band(words["none_usable"].format(sheet=words["name"]), width, "note")
    else:
        facts = {"first": view.years.absent[0], "last": view.years.absent[-1], "sheet": words["name"]}
        yield sheet_table.band(words["none"].format(**facts), width, "note")


def _cell(view: View, result: UnitResult, field: Field) -> Cell:
    unit = result.unit
    if field.name == "id":
        return view.cell(unit.id, field.style)
    if field.name == "name":
        return replace(view.cell(view.display_name(unit), field.style), to=ranking_key(unit.id))
    if field.name == "trend":
        return Cell("", field.style, trend=totals(view, unit.id))
    if field.name == "gained":
        return view.cell(_gained(view, unit.id), field.style)
    place = view.years.places.get((unit.id, field.item))
    own = key(unit.id, field.item) if field.name == "totals" else None
    if place is None:
        return Cell("", "gap", key=own)
    return view.cell(getattr(place, _PLACE_FIELDS[field.name]), field.style, key=own)


def _gained(view: View, unit_id: str) -> Fraction | None:
    """The change of a unit's total since its first year with one; None without an earlier total."""
    found = [place.total for place in view.years.unit_places(unit_id) if place is not None and place.total is not None]
    return found[-1] - found[0] if len(found) > 1 else None

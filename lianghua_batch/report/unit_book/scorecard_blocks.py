"""The blocks of 成绩单 below its table: last year, the quarters or months, 加减分 and open matters, the other sheets."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from lianghua_batch.analysis import rectification
from lianghua_batch.analysis.year_history import YearPlace
from lianghua_batch.core import exact
from lianghua_batch.core.periods import Period
from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Cell, Row, SheetTable, Value
from lianghua_batch.report.sheets import branch_class, year_on_year
from lianghua_batch.report.sheets.year_on_year import LastYear
from lianghua_batch.report.unit_book import peer_group
from lianghua_batch.report.unit_book.view import UnitView
from lianghua_batch.scoring.results import BONUSES

_BY_PERIOD = Mapping[Period, Fraction]


def _level(view: UnitView) -> str:
    return "committee" if view.result.unit.level == COMMITTEE else "branch"


def _own_branches(view: UnitView) -> list[str]:
    return [r.unit.id for r in view.results.branches]


# --- last year --------------------------------------------------------------------------------------------------


def last_year(view: UnitView) -> Iterator[Row]:
    """总分, 等次 and ranks of last year and their changes, or the reason why there are none; nothing in a quarter."""
    comparability = year_on_year.comparability(view, view.result.unit.id)
    if comparability is None:
        return
    block, width = view.layout("scorecard")["last_year"], view.layout("scorecard")["grid"]["columns"]
    facts = {"period": view.period.previous, "reason": view.before}
    yield sheet_table.band(block["caption"].format_map(facts), width, "caption")
    last = year_on_year.last_year(view, view.result)
    if last is None:
        yield sheet_table.band(block["sentences"][comparability].format_map(facts), width, "note")
    else:
        listed = block["columns"][_level(view)]
        yield Row(sheet_table.spread_heading(listed))
        yield Row(sheet_table.spread(view, listed, lambda name: _last_year_value(view, block["places"], last, name)))
    sentences = (last and branch_class.sentence(view, view.result.unit.id), _years(view, block["years"]))
    yield from (sheet_table.band(text, width, "note") for text in sentences if text is not None)


def _years(view: UnitView, words: Mapping[str, str]) -> str | None:
    """The unit's totals and grades of the years before; None where there is only last year's, which is given above."""
    periods, places = view.years.periods[:-1], view.years.unit_places(view.result.unit.id)[:-1]
    if all(place is None or period == view.period.previous for period, place in zip(periods, places, strict=True)):
        return None
    years = (_year(view, words, period, place) for period, place in zip(periods, places, strict=True))
    return words["line"].format(years=view.listed(years))


def _year(view: UnitView, words: Mapping[str, str], period: Period, place: YearPlace | None) -> str:
    if place is None or place.total is None:
        return words["missing"].format(period=period, missing=view.words["missing"])
    return words["year"].format(period=period, total=exact.text(place.total), grade=place.grade or "")


def _last_year_value(view: UnitView, words: Mapping[str, str], last: LastYear, name: str) -> Value | None:
    if name == "place" and last.rank is not None and last.cohort != view.result.cohort:
        return words["elsewhere"].format(rank=last.rank, committee=year_on_year.committee_name(view, last))
    if name == "place":
        return _place(words, last.rank, last.places_gained)
    if name == "place_county":
        return _place(words, last.rank_county, last.places_gained_county)
    return getattr(last, name)


def _place(words: Mapping[str, str], rank: int | None, places_gained: int | None) -> str | None:
    """Last year's rank, and by how many places the unit has risen or fallen since."""
    if rank is None or places_gained is None:
        return None
    way = "same" if places_gained == 0 else "up" if places_gained > 0 else "down"
    return words[way].format(rank=rank, places=abs(places_gained))


# --- quarter by quarter, or month by month -----------------------------------------------------------------------------


def course(view: UnitView) -> Iterator[Row]:
    """A table of the year's quarters, or the quarter's months: each one's numbers, the period's, and the change from first to last."""
    block = view.by_kind(view.layout("scorecard")["course"])
    spans, columns = block["spans"], _columns(view)
    width = view.layout("scorecard")["grid"]["columns"]
    yield sheet_table.band(block["caption"], width, "caption")
    heads = [Cell(block["heading"], "heading", spans["item"])]
    heads += (Cell(view.period_name(p), "heading", spans["each"]) for p in columns)
    yield Row(
        (*heads, Cell(block["whole"], "heading", spans["whole"]), Cell(block["change"], "heading", spans["change"]))
    )
    for spec in block["rows"][_level(view)]:
        values, whole = _course(view, spec["name"])
        listed = [values[p] for p in sorted(values, key=lambda p: p.first_day)]
        change = listed[-1] - listed[0] if spec["style"] == "score" and len(listed) > 1 else None
        yield Row(
            (
                Cell(spec["label"], "text", spans["item"]),
                *_by_period(view, spec, columns, values, spans["each"]),
                view.cell(whole, spec["style"], spans["whole"]),
                view.cell(change, "signed", spans["change"]),
            )
        )


def _columns(view: UnitView) -> Sequence[Period]:
    return view.trends.quarters if view.is_year else view.period.months


def _by_period(
    view: UnitView, spec: Mapping[str, Any], columns: Sequence[Period], values: _BY_PERIOD, span: int
) -> Iterator[Cell]:
    """One cell for each period, as wide as the columns that it covers; a dash without a number."""
    at = 0
    while at < len(columns):
        period = next((p for p in values if p.contains(columns[at])), columns[at])
        taken = sum(period.contains(c) for c in columns)
        yield view.cell(values.get(period), spec["style"], span * taken)
        at += taken


def _course(view: UnitView, name: str) -> tuple[_BY_PERIOD, Fraction | None]:
    """A row's numbers by period, and the number of the whole period."""
    scores = view.result.scores
    if name == "months":
        mean = scores.member_mean
        return _months(view), None if mean is None else peer_group.as_published(view, mean)
    if name == "inspections":
        found = {p: peer_group.as_published(view, s) for p, s in scores.inspections.items()}
        return found, peer_group.as_published(view, scores.inspection)
    quarter_results = zip(view.trends.quarters, view.trends.unit_results(view.result.unit.id), strict=True)
    ranked = {q: s for q, s in quarter_results if s is not None}
    if name == "rank":
        return {q: r.rank for q, r in ranked.items()}, view.result.rank
    found = {q: getattr(r.scores, name) for q, r in ranked.items()}
    whole = getattr(scores, name) if name != peer_group.PUBLIC else None
    published = {q: peer_group.as_published(view, s) for q, s in found.items() if s is not None}
    return published, None if whole is None else peer_group.as_published(view, whole)


def _months(view: UnitView) -> _BY_PERIOD:
    """The mean 月积分 of the unit's members month by month."""
    scored = view.results.scored
    by_month: dict[Period, list[Fraction]] = {}
    for branch in _own_branches(view):
        for member_id, month in scored.eligibility.months_in_branch(branch):
            if (score := scored.months.get((member_id, month))) is not None:
                by_month.setdefault(month, []).append(score.value)
    return {m: view.scheme.final(exact.mean(values)) for m, values in by_month.items()}


# --- 加减分, what 督查 found, 整改, 提示 ----------------------------------------------------------------------------------


def matters(view: UnitView) -> Iterator[Row]:
    """加减分 with their number of entries, and what has to be rectified or checked."""
    block = view.by_kind(view.layout("scorecard")["matters"])
    width = view.layout("scorecard")["grid"]["columns"]
    listed = block["columns"]
    span = width // len(listed)
    yield sheet_table.band(block["caption"], width, "caption")
    yield Row(tuple(Cell(c["heading"], "heading", span) for c in listed))
    yield Row(tuple(Cell(_matter(view, c), "text_centred", span) for c in listed))


def _matter(view: UnitView, spec: Mapping[str, str]) -> str:
    name, own, county = spec["name"], view.result.unit.id, view.results.county
    if name in BONUSES:
        filed = sum(row["kind"] == name for row in county.rows_by_unit("bonus").get(own, ()))
        amount = peer_group.as_published(view, getattr(view.result.scores, name))
        return spec["text"].format(amount=_signed(amount), count=filed)
    if name == "warnings":
        return spec["text"].format(count=len(view.warnings))
    if name == "findings":
        units = [f.unit.id for f in rectification.findings(county)]
        return _counted(view, spec, {"count": sum(u == own for u in units), "branches": sum(u != own for u in units)})
    listed = [r for r in rectification.ledger(county) if r.counts]
    done = (rectification.ON_TIME, rectification.LATE)
    return _counted(
        view,
        spec,
        {
            "count": sum(r.unit.id == own for r in listed),
            "done": sum(r.unit.id == own and r.state in done for r in listed),
            "overdue": sum(r.unit.id == own and r.state == rectification.OVERDUE for r in listed),
            "branches": sum(r.unit.id != own for r in listed),
        },
    )


def _counted(view: UnitView, spec: Mapping[str, str], numbers: Mapping[str, int]) -> str:
    """The unit's own counts; a committee's with those of its branches."""
    return spec["with_branches" if _level(view) == "committee" else "text"].format_map(numbers)


def _signed(amount: Fraction) -> str:
    return ("+" if amount > 0 else "") + exact.text(amount)


# --- the other sheets --------------------------------------------------------------------------------------


def contents(view: UnitView, sheets: Sequence[SheetTable]) -> Iterator[Row]:
    """Links to the other sheets, two in a row, each with its purpose."""
    block = view.layout("scorecard")["contents"]
    width, spans = view.layout("scorecard")["grid"]["columns"], block["spans"]
    yield sheet_table.band(block["caption"], width, "caption")
    cells = [_entry(block, sheet) for sheet in sheets]
    blank = (Cell("", "text_small", spans["name"] + spans["holds"]),)
    for at in range(0, len(cells), 2):
        pair = cells[at : at + 2]
        yield Row((*pair[0], *(pair[1] if len(pair) > 1 else blank)))


def _entry(block: Mapping[str, Any], sheet: SheetTable) -> tuple[Cell, Cell]:
    link = f"internal:'{sheet.name}'!A1"
    holds = block["holds"][sheet.key]
    return Cell(sheet.name, "link_small", block["spans"]["name"], link), Cell(
        holds, "text_small", block["spans"]["holds"]
    )

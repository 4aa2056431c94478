"""The sheet 成绩单: the first page of a unit's own workbook, its result on one page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lianghua_batch.core import exact
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.model.scores import Score
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Cell, Formula, Row, SheetColumn, SheetTable
from lianghua_batch.report.unit_book import peer_group, scorecard_blocks, scorecard_chart
from lianghua_batch.report.unit_book.peer_group import PeerFigures, PeerGroup
from lianghua_batch.report.unit_book.view import UnitView

KEY = "scorecard"


@dataclass(frozen=True)
class ScoreComponent:
    """One component of the total beside its group's figures: `spec` is its entry in the layout."""

    spec: Mapping[str, Any]
    score: Score
    share: Fraction | None
    peers: PeerFigures

    @property
    def name(self) -> str:
        return self.spec["name"]


def build(view: UnitView, sheets: Sequence[SheetTable]) -> SheetTable:
    """The page of a unit, with links to the other `sheets` of its workbook."""
    layout = view.layout(KEY)
    width = layout["grid"]["columns"]
    among = peer_group.group(view.whole, view.result)
    components = list(_components(view, layout, among))
    above = [*_head(view, layout, width), *_cards(view, layout, width)]
    chart = scorecard_chart.scorecard_chart(view, components, among, len(above) + 1)
    room = chart.column if chart is not None and chart.column else width
    table = list(_table(view, layout, room, among, components))
    rows = [
        *above,
        sheet_table.band(layout["caption"]["components"], width, "caption"),
        *table,
        *scorecard_chart.room(view, chart),
        *(sheet_table.band(line, width, "note") for line in _remarks(view, layout, among)),
        *scorecard_blocks.last_year(view),
        *scorecard_blocks.course(view),
        *scorecard_blocks.matters(view),
        *scorecard_blocks.contents(view, sheets),
        *_objections(view, layout, width),
    ]
    columns = [SheetColumn("", layout["grid"]["width"])] * width
    sheet = sheet_table.sheet(view, KEY, columns, rows, subtitles=())
    return scorecard_chart.drawn(sheet, chart)


# --- unit, total, grade and rank ---------------------------------------------------------------------------------------------


def _head(view: UnitView, layout: Mapping[str, Any], width: int) -> Iterator[Row]:
    yield sheet_table.band(view.fill(layout["head"]), width, "scorecard_head")
    yield sheet_table.band(view.fill(layout["basis"]), width, "subtitle_centred")
    if not view.is_year:
        yield sheet_table.band(view.words["monitoring"], width, "monitoring")
    yield gap(width)


def gap(width: int) -> Row:
    """An empty row between two blocks."""
    return Row((Cell("", "blank", width),), height=6)


def _cards(view: UnitView, layout: Mapping[str, Any], width: int) -> Iterator[Row]:
    """The total, the grade and the ranks in large type, each with its label below."""
    words, result = layout["cards"], view.result
    near = peer_group.cohort(view.whole, result)
    every = peer_group.level(view.whole, result)
    places = view.scheme.parameters.places
    total = view.cell(result.scores.total, "score")
    cards = [
        (Cell(total.value, f"card_score_{places}"), view.by_kind(words["total"])),
        (view.cell(result.grade, "organisation_grade"), view.by_kind(words["grade"])),
    ]
    if result.unit.level != COMMITTEE:
        label = words["cohort" if result.cohort else "direct"].format(count=len(near))
        cards.append((_place(words, result.rank, [r.rank for r in near]), label))
    label = view.choice("roster", "units", "level", result.unit.level)
    place = _place(words, result.rank_county, [r.rank_county for r in every])
    cards.append((place, words["county"].format(level=label, count=len(every))))
    span = width // len(cards)
    yield Row(tuple(Cell(c.value, c.style, span) for c, _ in cards), "card", height=36)
    yield Row(tuple(Cell(text, "card_label", span) for _, text in cards), height=20)
    yield gap(width)


def _place(words: Mapping[str, str], rank: int, ranks: Sequence[int]) -> Cell:
    """A rank, marked where it is tied."""
    return Cell(words["tied" if ranks.count(rank) > 1 else "place"].format(rank=rank), "card_text")


# --- components of the total ---------------------------------------------------------------------------------------


def _components(view: UnitView, layout: Mapping[str, Any], among: PeerGroup) -> Iterator[ScoreComponent]:
    scores = view.result.scores
    shares = _shares(scores)
    for spec in layout["components"]:
        score = getattr(scores, spec["name"])
        if score is not None:
            share = shares.get(spec["name"])
            yield ScoreComponent(
                spec, score, share, peer_group.peer_figures(view.whole, among, view.result, spec["name"])
            )


def _shares(scores: object) -> Mapping[str, Fraction]:
    """Each score's weight in the score above it, by name, where it is not the whole."""
    above = (getattr(scores, name, None) for name in ("year_end", "annual", "total"))
    shares = {id(p.score): p.share for score in above if score for p in score.parts if p.share not in (None, 1)}
    return {name: shares[id(score)] for name, score in vars(scores).items() if id(score) in shares}


def _table(
    view: UnitView, layout: Mapping[str, Any], width: int, among: PeerGroup, components: Iterable[ScoreComponent]
) -> Iterator[Row]:
    """Own number, weight, the group's mean and highest, and the difference from the mean; without a group only the first two."""
    words = layout["table"]
    listed = words["alone" if among.kind is None else "columns"]
    spans = _spans(listed, width)
    yield Row(tuple(Cell(c["heading"], "heading", s) for c, s in zip(listed, spans, strict=True)), height=30)
    for component in components:
        cells = _cells(view, component)
        yield Row(tuple(_spanned(cells[c["name"]], s) for c, s in zip(listed, spans, strict=True)))


def _spans(columns: Sequence[Mapping[str, Any]], width: int) -> list[int]:
    """The columns' spans, the first one widened to what is left of the width."""
    others = [c["span"] for c in columns[1:]]
    return [width - sum(others), *others]


def _spanned(cell: Cell, span: int) -> Cell:
    return Cell(cell.value, cell.style, span, key=cell.key, formula=cell.formula)


def _cells(view: UnitView, component: ScoreComponent) -> Mapping[str, Cell]:
    """The cells of one row by column."""
    style, peers = component.spec["style"], component.peers
    own = peer_group.as_published(view, component.score)
    difference = None if peers.mean is None else own - peers.mean
    key = {name: scorecard_chart.key(component.name, name) for name in ("item", "own", "mean")}
    weight = "" if component.share is None else f"{exact.short(component.share * 100)}%"
    follows = Formula("ROUND({own}-{mean},2)", {"own": key["own"], "mean": key["mean"]})
    return {
        "item": Cell(component.spec.get("label") or component.score.label, component.spec["head"], key=key["item"]),
        "own": view.cell(own, style, key=key["own"]),
        "weight": Cell(weight, "text_centred"),
        "mean": view.cell(peers.mean, style if style == "signed" else "score", key=key["mean"]),
        "best": view.cell(peers.best, style if style == "signed" else "score"),
        "difference": view.cell(difference, "signed", formula=None if difference is None else follows),
    }


def _remarks(view: UnitView, layout: Mapping[str, Any], among: PeerGroup) -> Iterator[str]:
    """The remarks on the group compared with, and on what is left out for it."""
    words, result = layout["compared"], view.result
    level = view.choice("roster", "units", "level", result.unit.level)
    facts = {"level": level, "cohort_size": among.cohort_size, "count": len(among.ranked)}
    if among.kind is None:
        yield words["alone" if len(among.ranked) == 1 else "two"].format_map(facts)
    elif among.kind == peer_group.COUNTY and result.unit.level != COMMITTEE:
        yield words["instead"].format_map(facts)
    else:
        yield words[among.kind].format_map(facts)
    if view.is_year and result.scores.clients is None:
        yield view.fill(words["without_clients"])


# --- objections ---------------------------------------------------------------------------------------------------


def _objections(view: UnitView, layout: Mapping[str, Any], width: int) -> Iterator[Row]:
    words, result = layout["objections"], view.result
    to = view.cohort_name(result.cohort) if result.cohort else words["county"]
    yield sheet_table.band(words["caption"], width, "caption")
    for line in words["lines"]:
        text = line.format(id=result.unit.id, to=to, form=definitions()["objection"].label)
        yield sheet_table.band(text, width, "subtitle")
    yield gap(width)
    level = "committee" if result.unit.level == COMMITTEE else "branch"
    yield Row((Cell(words["signature"][level], "signature", width),), height=26)

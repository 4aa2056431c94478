"""The sheets 评分明细 and 测评明细: every mark and every vote, with its cell (spec §5.4, §5.6)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lianghua_batch.core import exact, periods
from lianghua_batch.model.scheme import ORGANISATION
from lianghua_batch.model.scores import Contribution, Score
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Cell, Formula, Key, Row, SheetTable, Value
from lianghua_batch.report.layout.sheet_table import Field, Item
from lianghua_batch.report.sheets import formulas
from lianghua_batch.report.sheets.indicator_scores import ordered
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import UnitResult

AUDIENCES = ("masses", "clients")


def mean_of_marks(score: Score) -> Formula:
    """A 督查得分 or 监督员分 as the mean of its marks on 评分明细, each rater's several marks as their mean before."""
    keys = iter([_mark_key(score, n) for n in range(len(_filed(score)))])
    return formulas.marks([[next(keys) for _ in _cells_of(part)] for part in score.parts if _cells_of(part)])


def mean_of_votes(score: Score) -> Formula:
    """A 党员群众分 or 服务对象分 from its votes on 测评明细."""
    grades = range(len(_filed(score)))
    worths = [formulas.worth_key(ORGANISATION, n) for n in grades]
    return formulas.ballots([_votes_key(score, n) for n in grades], worths)


def _filed(score: Score) -> list[Contribution]:
    """The parts of a score that come from cells of forms, those of a rater's mean included."""
    return [cell for part in score.parts for cell in _cells_of(part)]


def _cells_of(part: Contribution) -> Sequence[Contribution]:
    """The cells of forms behind a part: its own, or those of a rater's mean."""
    listed = (part,) if part.score is None else part.score.parts
    return [each for each in listed if each.source is not None]


def _mark_key(score: Score, number: int) -> Key:
    return (score.subject, "marks", score.step, score.period, number)


def _votes_key(score: Score, number: int) -> Key:
    return (score.subject, "votes", score.step, number)


def marks(view: View) -> SheetTable:
    """Every 督查 mark, period by period, and every 监督员 mark of every ranked unit."""
    layout = view.layout("ratings")
    fields = sheet_table.fields(view, layout["columns"], {})
    rows: list[Row] = []
    for result in ordered(view):
        begins = "begins" if rows else None
        for score in _marked(result):
            for number, part in enumerate(_filed(score)):
                values = _mark(view, layout, result, score, part)
                keys = {"mark": _mark_key(score, number)}
                rows.append(Row(_cells(view, fields, values, keys), begins))
                begins = None
    return sheet_table.sheet(view, "ratings", (f.column for f in fields), rows, filtered=len(rows))


def _marked(result: UnitResult) -> Iterator[Score]:
    """The scores of a unit that are means of marks."""
    scores = result.scores
    inspections = getattr(scores, "inspections", {None: scores.inspection})
    yield from (s for s in (*inspections.values(), getattr(scores, "supervisors", None)) if s is not None)


def _mark(
    view: View, layout: Mapping[str, Any], result: UnitResult, score: Score, part: Contribution
) -> Mapping[str, Value | None]:
    return {
        **_unit_and_source(result, part),
        "kind": layout["kinds"][score.step],
        "period": view.period_name(periods.parse(score.period)),
        "rater": part.item,
        "mark": part.held,
    }


def ballots(view: View) -> SheetTable:
    """The votes that each audience cast for each ranked unit, one column a grade."""
    layout = view.layout("ballots")
    grades = list(view.scheme.ballots[ORGANISATION].items())
    items = [Item(n, heading=layout["grade"].format(grade=g, worth=exact.short(w))) for n, (g, w) in enumerate(grades)]
    fields = sheet_table.fields(view, layout["columns"], {"votes": items})
    rows: list[Row] = []
    for result in ordered(view):
        begins = "begins" if rows else None
        for score in filter(None, (getattr(result.scores, name, None) for name in AUDIENCES)):
            votes = _filed(score)
            values = {
                **_unit_and_source(result, votes[0]),
                "kind": score.label,
                "score": score,
                **{f"votes{n}": int(part.held or 0) for n, part in enumerate(votes)},
            }
            keys = {f"votes{n}": _votes_key(score, n) for n in range(len(votes))}
            rows.append(Row(_cells(view, fields, values, keys, {"score": mean_of_votes(score)}), begins))
            begins = None
    return sheet_table.sheet(view, "ballots", (f.column for f in fields), rows, filtered=len(rows))


def _unit_and_source(result: UnitResult, part: Contribution) -> Mapping[str, str]:
    place = part.source
    names = {"unit_id": result.unit.id, "unit_name": result.unit.name}
    return {**names, "file": place.file, "sheet": place.sheet, "cell": place.cell}


def _cells(
    view: View,
    fields: Sequence[Field],
    values: Mapping[str, Value | Score | None],
    keys: Mapping[str, Key],
    live: Mapping[str, Formula] | None = None,
) -> tuple[Cell, ...]:
    names = [f.name if f.item is None else f"{f.name}{f.item}" for f in fields]
    return tuple(
        view.cell(values[name], field.style, key=keys.get(name), formula=(live or {}).get(name))
        for name, field in zip(names, fields, strict=True)
    )

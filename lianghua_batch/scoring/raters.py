"""The marks that raters give (spec §5.4, §5.6): 督查, 监督员, 满意度, with 去极值人数."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from lianghua_batch.core import exact, resources
from lianghua_batch.core.periods import Period
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import BRANCH, ORGANISATION
from lianghua_batch.model.scores import Contribution, Score, averaged, item_label, score, step_clause, unrounded
from lianghua_batch.scoring import formulas
from lianghua_batch.scoring.members import ballot_parts


def unit_marks(county: County, form: str, unit: Unit, period: Period | None = None) -> list[Record]:
    """Return the marks of one unit in a rating form, or only those of one period's forms."""
    rows = county.rows_by_unit(form).get(unit.id, ())
    return [r for r in rows if r["score"] is not None and period in (None, r.origin.period)]


def marks_parts(county: County, unit: Unit, rows: list[Record], rater: str, by: str) -> list[Contribution]:
    """The parts of the raters' mean, each rater's several marks (监督员) as their mean before; from 去极值人数 raters on (and more than
    two) one highest and one lowest count nothing."""
    compare = county.roster.raters[rater]
    by_rater: dict[str, list[Record]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: str(r[rater])):
        by_rater[compare(str(row[rater]))].append(row)
    marks = [_mean(county, unit, listed, str(listed[0][rater]), by) for listed in by_rater.values()]
    shares = formulas.rater_shares([mark.held for mark in marks], county.scheme.parameters)
    return [
        replace(mark, amount=mark.held * share, share=None if mark.score is None else share)
        if share
        else replace(mark, item=dropped_label(mark.item), amount=exact.ZERO, kind="dropped", share=None)
        for mark, share in zip(marks, shares, strict=True)
    ]


def _mean(county: County, unit: Unit, rows: list[Record], rater: str, by: str) -> Contribution:
    """One rater's mark as a whole part: the cell of the only one, or the exact mean of several."""
    marks = [exact.from_hundredths(r["score"]) for r in rows]
    if len(rows) == 1:
        return Contribution(rater, marks[0], by, rows[0].ref("score"), kind="rater", held=marks[0])
    share = Fraction(1, len(rows))
    parts = [
        Contribution(_occasion(r, rater), mark * share, by, r.ref("score"), kind="rater", held=mark)
        for r, mark in zip(rows, marks, strict=True)
    ]
    mean = replace(unrounded(unit.id, "supervisor_mean", county.period, parts), item=rater)
    return Contribution(rater, mean.value, by, score=mean, kind="rater", held=mean.value)


def _occasion(row: Record, rater: str) -> str:
    """On which of several occasions a rater gave a mark: 监督方式 and 日期, where the form has them."""
    day, manner = row.values.get("date"), row.values.get("manner")
    listed = (
        None if manner is None else row.table.sheet.column("manner").choices[manner],
        day and day.date().isoformat(),
    )
    return " ".join([rater, *filter(None, listed)])


def dropped_label(rater: str) -> str:
    """Return the label of a rater whose mark does not count."""
    return resources.load("rules/clauses")["reckoning"]["dropped"].format(rater=rater, label=item_label("dropped"))


def inspection_periods(county: County, unit: Unit) -> list[Period]:
    """Return the periods in which a unit must have a 督查: all quarters, or the 党委督查期次, at whose end it exists."""
    if unit.level == BRANCH:
        due = county.period.quarters
    else:
        first_only = county.scheme.parameters.committee_inspections == "first_half"
        due = [h for h in county.period.halves if h.index == 1 or not first_only]
    return [p for p in due if county.roster.exists(unit.id, p.last_day)]


def inspections(county: County, unit: Unit) -> dict[Period, Score]:
    """Return the unit's 督查得分 of each due period that has marks."""
    by = step_clause("inspection_period")
    found = {}
    for period in inspection_periods(county, unit):
        rows = unit_marks(county, "inspection", unit, period)
        if rows:
            parts = marks_parts(county, unit, rows, "inspector", by)
            found[period] = score(county.scheme, unit.id, "inspection_period", period, parts)
    return found


def inspection_mean(county: County, unit: Unit, periods: Mapping[Period, Score]) -> Score | None:
    """督查均分; None where no period has marks."""
    if not periods:
        return None
    parts = averaged(periods.values(), step_clause("inspection"))
    return score(county.scheme, unit.id, "inspection", county.period, parts)


def supervisors(county: County, unit: Unit) -> Score | None:
    """监督员分; None where nobody marked the unit."""
    rows = unit_marks(county, "supervisor_score", unit)
    if not rows:
        return None
    parts = marks_parts(county, unit, rows, "supervisor", step_clause("supervisors"))
    return score(county.scheme, unit.id, "supervisors", county.period, parts)


def satisfaction(county: County, unit: Unit) -> dict[str, Score]:
    """党员群众分 and 服务对象分 of one unit, by audience; an audience without a vote is absent."""
    found = {}
    for row in county.rows_by_unit("satisfaction").get(unit.id, ()):
        if row["audience"] is not None:
            parts = ballot_parts(row, county.scheme.ballots[ORGANISATION], step_clause(row["audience"]))
            if parts:
                found[row["audience"]] = score(county.scheme, unit.id, row["audience"], county.period, parts)
    return found

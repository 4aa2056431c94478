"""The county's own forms of a year: 花名册, 考评方案, and all that is filed about units."""

from collections.abc import Iterator, Mapping, Sequence

from lianghua_batch.core import resources
from lianghua_batch.core.form_definitions import item_column
from lianghua_batch.core.periods import Period
from lianghua_batch.forms.sample.model import FilledSheet, filled
from lianghua_batch.forms.sample.people import Person, member_rows
from lianghua_batch.forms.sample.random_source import RandomSource
from lianghua_batch.forms.sample.ratings import Ratings
from lianghua_batch.forms.sample.rules import Declared
from lianghua_batch.forms.sample.units import SampleUnit, date_in, unit_rows

Rated = Sequence[tuple[SampleUnit, Ratings]]
Row = dict[str, object]


def base_sheets(
    year: Period, units: Sequence[SampleUnit], people: Sequence[Person], scheme_rows: Mapping[str, Sequence[Row]]
) -> Iterator[FilledSheet]:
    """花名册 and 考评方案."""
    yield _sheet("roster", "units", year, unit_rows(units))
    yield _sheet("roster", "members", year, member_rows(people))
    for sheet, rows in scheme_rows.items():
        yield _sheet("scheme", sheet, year, rows)


def declaration_sheets(
    year: Period, units: Sequence[SampleUnit], declared: Mapping[str, Sequence[Declared]]
) -> Iterator[FilledSheet]:
    """差异化申报 of every unit that declared something, and the county's 差异化审核."""
    for unit in units:
        if unit.id in declared:
            labels = {"filled_by": unit.head, "unit": unit.id, "unit_name": unit.name}
            yield filled("declaration", "declaration", year, [d.declaration for d in declared[unit.id]], **labels)
    yield _sheet(
        "declaration_review", "declaration_review", year, [d.review for listed in declared.values() for d in listed]
    )


def rating_sheets(random: RandomSource, year: Period, rated: Rated, people: Sequence[Person]) -> Iterator[FilledSheet]:
    """Everything that is filed about units; a form without a row is not filed."""
    for period in (*year.quarters, *year.halves):
        yield from _unless_empty("inspection", period, _inspections(rated, period))
    yield from _unless_empty("indicator_value", year, _actuals(random, rated))
    yield from _unless_empty("supervisor_score", year, _supervisors(rated))
    yield from _unless_empty("satisfaction", year, _ballots(random, rated))
    yield from _unless_empty("bonus", year, _bonuses(rated))
    yield from _unless_empty("rectification", year, _rectifications(rated))
    yield from _unless_empty("task", year, _tasks(rated))
    yield from _unless_empty("objection", year, _objections(year, rated, people))
    yield from _unless_empty("suggestion", year, _suggestions(year))


def _sheet(form: str, sheet: str, period: Period, rows: Sequence[Mapping[str, object]]) -> FilledSheet:
    return filled(form, sheet, period, rows, filled_by=resources.load("sample")["filled_by"])


def _unless_empty(form: str, period: Period, rows: Iterator[Row]) -> Iterator[FilledSheet]:
    listed = list(rows)
    if listed:
        yield _sheet(form, form, period, listed)


def _inspections(rated: Rated, period: Period) -> Iterator[Row]:
    for unit, ratings in rated:
        for row in ratings.inspections.get(period, ()):
            yield {
                "unit_id": unit.id,
                "unit_name": unit.name,
                "inspector": row.inspector,
                "score": row.score,
                "findings": row.finding,
                "advice": row.advice,
                "rectify_by": row.rectify_by,
            }


def _actuals(random: RandomSource, rated: Rated) -> Iterator[Row]:
    words = resources.load("sample")
    for unit, ratings in rated:
        for indicator, actual in ratings.actuals.items():
            remark = random.pick(words["indicator_remarks"]) if random.chance(words["remark_share"]) else None
            yield {"unit_id": unit.id, "indicator_id": indicator, "actual": actual, "remark": remark}


def _supervisors(rated: Rated) -> Iterator[Row]:
    for unit, ratings in rated:
        for name, score in ratings.supervisors:
            yield {"unit_id": unit.id, "supervisor": name, "score": score}


def _ballots(random: RandomSource, rated: Rated) -> Iterator[Row]:
    """The votes; now and then one ballot is spoilt, some are not given back, and some people are absent."""
    most = resources.load("sample")["ballots"]["missing"]
    for unit, ratings in rated:
        for audience, counts in ratings.ballots.items():
            cells = {item_column("votes", grade): count for grade, count in counts.items()}
            returned = sum(counts.values()) + random.below(2)
            issued = returned + random.below(most)
            expected = issued + random.below(most)
            row = {"unit_id": unit.id, "audience": audience, **cells}
            yield row | {"expected": expected, "issued": issued, "returned": returned}


def _bonuses(rated: Rated) -> Iterator[Row]:
    for unit, ratings in rated:
        for b in ratings.bonuses:
            yield {
                "unit_id": unit.id,
                "kind": b.kind,
                "points": b.points,
                "date": b.date,
                "event": b.event,
                "basis": b.basis,
                "review": b.review,
            }


def _rectifications(rated: Rated) -> Iterator[Row]:
    origin, reviewer = resources.load("sample")["origin"], rated[0][0].head
    for unit, ratings in rated:
        for r in ratings.rectifications:
            yield {
                "issue_id": r.number,
                "round": r.round,
                "unit_id": unit.id,
                "issue": r.issue,
                "origin": origin,
                "measure": r.measure,
                "owner": unit.head,
                "deadline": r.deadline,
                "completed": r.completed,
                "status": r.status,
                "reviewed": r.reviewed,
                "verdict": r.verdict,
                "reviewer": None if r.verdict is None else reviewer,
            }


def _tasks(rated: Rated) -> Iterator[Row]:
    for unit, ratings in rated:
        for place, task in enumerate(ratings.tasks, start=1):
            yield {
                "unit_id": unit.id,
                "task_id": f"{unit.id}-{place}",
                "task": task.task,
                "owner": unit.head,
                "deadline": task.deadline,
                "completed": task.completed,
                "status": task.status,
            }


def _suggestions(year: Period) -> Iterator[Row]:
    for row in resources.load("sample")["suggestions"]:
        yield {**row, "date": date_in(year.year, [row["date"]], 0)}


def _objections(year: Period, rated: Rated, people: Sequence[Person]) -> Iterator[Row]:
    """One of a unit and one of a member, both looked into."""
    words = resources.load("sample")["objections"]
    subjects = [(rated[-1][0].id, words["of_unit"]), (people[-1].id, words["of_member"])]
    for (subject, text), conclusion in zip(subjects, words["conclusions"], strict=True):
        yield {
            "subject_id": subject,
            "objection": text,
            "raised": date_in(year.year, [words["raised"]], 0),
            "conclusion": conclusion,
            "reviewed": date_in(year.year, [words["reviewed"]], 0),
            "handler": rated[0][0].head,
        }

"""A branch's form of one period in several sheets: parts are one form, but where a member stands in two (spec §2)."""

from collections.abc import Container, Iterator

from lianghua_batch.core import resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.periods import MONTH, QUARTER, Period
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.intake.duplicates import Rivals, same_form_twice
from lianghua_batch.intake.tables import Table
from lianghua_batch.model.roster import Roster


def check(table: Table, roster: Roster, period: Period, apart: Container[int] = ()) -> Iterator[Problem]:
    """One error for every sheet that shares members with another; the origins numbered in `apart` are left alone.

    Where the form lacks another period of the branch, the error stands at 期间, which may be wrong.
    """
    for rivals in same_form_twice(table, apart):
        yield _shared(rivals, roster, table.sheet.form, _missing(table, roster, rivals, period))


def _missing(table: Table, roster: Roster, rivals: Rivals, period: Period) -> list[Period]:
    """The periods at whose end the branch existed and for which it sent no such form."""
    unit, kind = rivals.second.unit, rivals.second.period.kind
    due = {MONTH: period.months, QUARTER: period.quarters}.get(kind, [])
    filed = {origin.period for origin in table.origins if origin.unit == unit}
    return [each for each in due if each not in filed and roster.exists(unit, each.last_day)]


def _shared(rivals: Rivals, roster: Roster, form: str, missing: list[Period]) -> Problem:
    words = resources.load("messages/problem_words")
    second, (code, (first_place, place)) = rivals.second, next(iter(rivals.shared.items()))
    member = roster.members[code][0] if code in roster.members else code
    count = len(rivals.shared)
    unit = roster.named(second.unit) if second.unit in roster.units else None
    listed = words["separator"].join(map(str, missing))
    return problem(
        Code.FORM_SENT_TWICE,
        second.label_place("period") if missing else place,
        value=second.period if missing else code,
        suggestion=str(missing[0]) if len(missing) == 1 else None,
        unit=unit,
        period=second.period,
        branch=unit or second.unit,
        form=definitions()[form].label,
        members=words["members" if count > 1 else "member"].format(member=member, count=count),
        here=place,
        other=first_place,
        question=words["period_missing"].format(periods=listed) if missing else "",
    )

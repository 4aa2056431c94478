"""催报: from the matrix of `status` to what each branch, and 机关工委 itself, has to send or to put right."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from lianghua_batch.core import resources
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.periods import Period
from lianghua_batch.model.roster import Unit
from lianghua_batch.validation.filing_status import FAULTY, MISSING, TWICE, Cohort, Status

CHASED = (MISSING, FAULTY, TWICE)


@dataclass(frozen=True)
class Reminder:
    """One form of a branch: the periods that are missing, faulty or there twice, and the first day by which one was due."""

    unit: Unit
    form: str
    state: str
    periods: tuple[Period, ...]
    due_by: dt.date


@dataclass(frozen=True)
class Gap:
    """One form of 机关工委 of one period: the units whose rows are missing or faulty; `whole` where they are all that are due."""

    form: str
    period: Period
    state: str
    units: tuple[Unit, ...]
    whole: bool
    due_by: dt.date


def reminders(cohort: Cohort) -> list[Reminder]:
    """What a committee's branches have to send or to put right, branch by branch, what is missing first."""
    found = []
    for line in cohort.lines:
        for state in CHASED:
            chased = [e for e in line.entries if e.state == state]
            for form in dict.fromkeys(e.form for e in chased):
                if definitions()[form].by_branch:
                    entries = [e for e in chased if e.form == form]
                    periods = tuple(e.period for e in entries)
                    found.append(Reminder(line.unit, form, state, periods, min(e.due_by for e in entries)))
    return found


def gaps(status: Status) -> list[Gap]:
    """What 机关工委 has to send or to put right, form by form and period by period, what is missing first."""
    units: dict[tuple[str, Period], dict[str, list[Unit]]] = defaultdict(lambda: defaultdict(list))
    deadlines = {}
    for line in status.lines:
        for entry in line.entries:
            units[entry.form, entry.period][entry.state].append(line.unit)
            deadlines[entry.form, entry.period] = entry.due_by
    return [
        Gap(form, period, state, tuple(found[state]), len(found) == 1, deadlines[form, period])
        for form, periods in status.columns.items()
        if not definitions()[form].by_branch
        for period in periods
        for found in [units[form, period]]
        for state in CHASED
        if state in found
    ]


def listed(gap: Gap) -> str:
    """Write a gap's units in one text: all of them, or so many by name."""
    words = resources.load("messages/status")["units"]
    if gap.whole and len(gap.units) > 1:
        return words["everyone"].format(count=len(gap.units))
    names = words["separator"].join(map(str, gap.units[: words["most"]]))
    return names if len(gap.units) <= words["most"] else words["more"].format(names=names, count=len(gap.units))

"""Which form has come from whom, and in what state (spec §9 `status`): pure, from a county, its problems and a day."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from lianghua_batch.core import resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.periods import HALF, MONTH, QUARTER, YEAR, Period
from lianghua_batch.core.problems import Problem, errors
from lianghua_batch.intake.duplicates import same_form_twice
from lianghua_batch.intake.tables import ORIGIN, Table
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import BRANCH, COMMITTEE
from lianghua_batch.scoring import due_forms, findings
from lianghua_batch.scoring.due_forms import DueForm
from lianghua_batch.scoring.eligibility import member_eligibility
from lianghua_batch.scoring.findings import Finding

FAULTY, TWICE, MISSING, PENDING, FILED = "faulty", "twice", "missing", "pending", "filed"
STATES = (FAULTY, TWICE, MISSING, PENDING, FILED)  # worst first
_SENT_TWICE = Code.FORM_SENT_TWICE  # points at the other one; no error in the content of either
_UNPLACED = "E1"  # problems of files and headings: for these a form may not be known as a unit's
_BETWEEN_FORMS = "E3"  # may point at a cell of 考评方案 for what a branch has not sent
_KINDS = (MONTH, QUARTER, HALF, YEAR)

Sheet = tuple[str, str | None]


@dataclass(frozen=True)
class FormState:
    """One form of one period that is due from a unit: its state, and the last day on which it is in time."""

    form: str
    period: Period
    state: str
    due_by: dt.date


@dataclass(frozen=True)
class UnitStates:
    """A unit with all that is due from it or about it, by form and period."""

    unit: Unit
    entries: tuple[FormState, ...]

    def counts(self, form: str | None = None) -> Counter[str]:
        """How many entries, of one form or of all, are in each state."""
        return Counter(e.state for e in self.entries if form in (None, e.form))


@dataclass(frozen=True)
class Cohort:
    """A committee's own line and those of its branches; 机关工委直属 have an empty code and no line of their own."""

    id: str
    name: str
    lines: tuple[UnitStates, ...]

    @property
    def headed(self) -> bool:
        """Whether the first line is the committee's."""
        return self.lines[0].unit.id == self.id


@dataclass(frozen=True)
class Status:
    """The matrix of one period on one day.

    `unplaced` are the problems of files and sheets that could not be taken as any unit's form: they may be what is missing.
    `unregistered` are the findings of the year that 整改台账 does not take up. `base_errors` counts those of 花名册 and 考评方案, on which everything rests.
    """

    period: Period
    as_of: dt.date
    cohorts: tuple[Cohort, ...]
    unplaced: tuple[Problem, ...]
    base_errors: int
    unregistered: tuple[Finding, ...] = ()

    @property
    def lines(self) -> Iterator[UnitStates]:
        return (line for cohort in self.cohorts for line in cohort.lines)

    @cached_property
    def columns(self) -> Mapping[str, Sequence[Period]]:
        """The forms that are due from anyone, in the order of the year's work, with their periods."""
        found = {(e.form, e.period) for line in self.lines for e in line.entries}
        listed = sorted(found, key=lambda key: _order(*key))
        return {form: [period for _, period in group] for form, group in groupby(listed, key=lambda key: key[0])}

    @cached_property
    def counts(self) -> Counter[str]:
        """How many entries are in each state."""
        return sum((line.counts() for line in self.lines), Counter())


def filing_status(
    county: County, problems: Iterable[Problem], as_of: dt.date, base_files: frozenset[str] = frozenset()
) -> Status:
    """Return of every form that is due whether it is there, faulty, there twice, missing or not due yet on the day `as_of`.

    `base_files`: those of 花名册 and 考评方案.
    """
    listed = list(problems)
    wrong = errors(listed)
    placed = _placed(county)
    in_base = [p for p in wrong if p.place.file in base_files]
    unplaced = (p for p in wrong if p.code.startswith(_UNPLACED) and p.place.file not in {"", *base_files})
    return Status(
        period=county.period,
        as_of=as_of,
        cohorts=_cohorts(county, _entries(county, listed, placed, as_of)),
        unplaced=tuple(p for p in unplaced if _sheet(p) not in placed),
        base_errors=sum(not p.code.startswith(_BETWEEN_FORMS) for p in in_base),
        unregistered=tuple(findings.read(county).unregistered()) if county.is_year else (),
    )


def of_units(status: Status, units: Collection[str]) -> Status:
    """Return the status of some units alone."""
    kept = (replace(c, lines=tuple(line for line in c.lines if line.unit.id in units)) for c in status.cohorts)
    return replace(
        status,
        cohorts=tuple(cohort for cohort in kept if cohort.lines),
        unplaced=tuple(p for p in status.unplaced if p.unit in units),
        unregistered=tuple(f for f in status.unregistered if f.unit in units),
    )


# --- states --------------------------------------------------------------------------------------------------------


def _entries(
    county: County, problems: Sequence[Problem], placed: Mapping[Sheet, "_Placed"], as_of: dt.date
) -> dict[DueForm, FormState]:
    """The entry of everything that is due, or was sent by a branch without being due."""
    tables = [table for form, table in county.tables.items() if definitions()[form].by_branch]
    rivals = {DueForm(t.sheet.form, r.second.unit, r.second.period) for t in tables for r in same_form_twice(t)}
    duplicates = {due for p in county.duplicated for due in placed.get((p.file, p.sheet), _NOBODYS).dues}
    faulty = {due for p in errors(problems) for due in _blamed(p, placed.get(_sheet(p), _NOBODYS))}

    def entry(due: DueForm, present: bool) -> FormState:
        due_by = definitions()[due.form].due_by(due.period)
        if due in rivals:  # until it is known which of the two counts, errors in either do not matter
            state = TWICE
        elif due in faulty:
            state = FAULTY
        elif present:
            state = TWICE if due in duplicates else FILED
        else:
            state = MISSING if as_of > due_by else PENDING
        return FormState(due.form, due.period, state, due_by)

    return {due: entry(due, present) for due, present in _presence(county).items()}


def _presence(county: County) -> dict[DueForm, bool]:
    """Everything that is due, and what a branch sent beyond that: whether it is there."""
    sent = [DueForm(*form) for form in county.filed if _is_branch(county, form[1]) and county.period.contains(form[2])]
    found = {due: due in county.filed for due in [*due_forms.by_members(county, member_eligibility(county)), *sent]}
    for unit in _present(county):
        found |= {due: not due_forms.has_missing_rows(county, unit, due) for due in due_forms.by_county(county, unit)}
    return found


def _is_branch(county: County, unit_id: str) -> bool:
    return unit_id in county.roster.units and county.roster.named(unit_id).level == BRANCH


def _present(county: County) -> list[Unit]:
    """The units of the period's last day."""
    day = county.period.last_day
    return [unit for level in (COMMITTEE, BRANCH) for unit in county.roster.units_on(day, level)]


# --- sheets --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Placed:
    """The forms that stand in one sheet: one branch's, or those of the units that a county's form has rows about."""

    dues: frozenset[DueForm]
    head_row: int


_NOBODYS = _Placed(frozenset(), 0)


def _sheet(found: Problem) -> Sheet:
    return found.place.file, found.place.sheet


def _placed(county: County) -> dict[Sheet, _Placed]:
    """Every sheet of a branch that is known, and of 机关工委."""
    return {
        (origin.file, origin.sheet): _Placed(
            frozenset(DueForm(table.sheet.form, unit, origin.period) for unit in _units_in(table, number)),
            origin.head_row,
        )
        for form, table in county.tables.items()
        for number, origin in enumerate(table.origins)
        if not definitions()[form].by_branch or _is_branch(county, origin.unit)
    }


def _units_in(table: Table, number: int) -> Iterable[str]:
    if "unit_id" in table.frame:
        return table.frame.loc[table.frame[ORIGIN] == number, "unit_id"].dropna().unique()
    return (table.origins[number].unit,)


def _blamed(found: Problem, placed: _Placed) -> Iterable[DueForm]:
    """What an error makes faulty: its unit's form or row; where it stands above all rows, everyone's in the sheet."""
    if found.code == _SENT_TWICE:
        return ()
    if found.unit is None and (found.place.row or 0) <= placed.head_row:
        return placed.dues
    return (due for due in placed.dues if due.unit == found.unit)


# --- units ---------------------------------------------------------------------------------------------------------


def _cohorts(county: County, states: Mapping[DueForm, FormState]) -> tuple[Cohort, ...]:
    """The units of the period's last day and those that owed something before, committee by committee, 机关工委直属 last."""
    roster, day = county.roster, county.period.last_day
    entries: dict[str, list[FormState]] = defaultdict(list)
    for due, entry in states.items():
        entries[due.unit].append(entry)
    units = {unit.id: unit for unit in _present(county)}
    units |= {unit_id: roster.known_as(unit_id, day) for unit_id in entries}
    groups: dict[str, list[UnitStates]] = defaultdict(list)
    for unit in sorted(units.values(), key=lambda u: (u.level != COMMITTEE, u.id)):
        listed = sorted(entries[unit.id], key=lambda e: _order(e.form, e.period))
        groups[unit.id if unit.level == COMMITTEE else unit.parent or ""].append(UnitStates(unit, tuple(listed)))
    return tuple(
        Cohort(committee, _name(county, committee), tuple(lines))
        for committee, lines in sorted(groups.items(), key=lambda group: (group[0] == "", group[0]))
    )


def _name(county: County, committee: str) -> str:
    if not committee:
        return resources.load("reading")["direct_cohort"]
    roster = county.roster
    unit = roster.unit(committee, county.period.last_day) or (roster.units.get(committee) or [None])[-1]
    return committee if unit is None else str(unit)


def _order(form: str, period: Period) -> tuple:
    return definitions()[form].order, _KINDS.index(period.kind), period.index

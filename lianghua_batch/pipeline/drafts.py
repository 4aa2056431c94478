"""A draft: the units whose data has errors are left out and named, the others ranked among themselves (`run --partial`)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from lianghua_batch.core import resources
from lianghua_batch.core.periods import Period
from lianghua_batch.core.problems import Problem, errors
from lianghua_batch.intake.cell_values import compared, squeeze
from lianghua_batch.intake.tables import ORIGIN
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Span
from lianghua_batch.model.scheme import COMMITTEE
from lianghua_batch.scoring.members import Members
from lianghua_batch.scoring.results import Draft, LeftOut

_ROSTER_ERRORS = "E5"  # the messages' part for 花名册: who is where concerns more than one unit


class UnknownUnit(ValueError):
    """A unit that is to be left out is not in 花名册."""


class UnitNotInExistence(ValueError):
    """A unit that is to be left out is in 花名册, but does not exist on the period's last day: it is not ranked anyway."""


def named(written: Mapping[str, str], county: County) -> dict[str, str]:
    """Return, by 组织编号, why units given by it or by their exact name are left out; raises UnknownUnit or UnitNotInExistence."""
    codes = {name: unit_id for unit_id in county.roster.units for name in county.roster.names_of(unit_id)}
    found = {}
    for unit, reason in written.items():
        unit_id = county.roster.unit_codes.find(squeeze(unit))
        unit_id = codes.get(compared(unit), unit_id)
        if unit_id not in county.roster.units:
            raise UnknownUnit(unit)
        if not county.roster.exists(unit_id, county.period.last_day):
            raise UnitNotInExistence(str(county.roster.named(unit_id)))
        found[unit_id] = _reason("named", reason=reason)
    return found


def _reason(name: str, **words: object) -> str:
    return resources.load("messages/drafts")["reasons"][name].format(**words)


def forbidding(problems: Iterable[Problem], base_files: frozenset[str]) -> list[Problem]:
    """Return the errors that no single unit can be left out for: with a wrong 花名册 or 考评方案 (`base_files`) there can be no draft either."""
    return [
        p
        for p in errors(problems)
        if p.code.startswith(_ROSTER_ERRORS) or (p.unit is None and p.place.file in base_files)
    ]


def draft(problems: Iterable[Problem], county: County, given: Mapping[str, str]) -> Draft:
    """Return who is to be left out: those that a reason is `given` for, units with errors, and branches of members whose score
    rests on what is faulty in, or left out with, another branch.
    """
    counts, unassigned = _blamed(problems, county)
    reasons = dict(given) | {u: _reason("errors", count=n) for u, n in counts.items() if u not in given}
    for branch, other in _dependent_branches(problems, county, given):
        reasons.setdefault(branch, _reason("members", unit=_called(county, other)))
    day = county.period.last_day
    units = [county.roster.unit(unit_id, day) for unit_id in sorted(reasons)]
    left_out = tuple(LeftOut(unit, reasons[unit.id]) for unit in units if unit is not None)
    ids = {each.unit.id for each in left_out}
    incomplete = [
        committee
        for committee in county.roster.units_on(day, COMMITTEE)
        if committee.id not in ids and any(b.id in ids for b in county.roster.branches_of(committee.id, day))
    ]
    return Draft(left_out, tuple(incomplete), unassigned)


def _called(county: County, unit_id: str) -> str:
    return str(county.roster.named(unit_id)) if unit_id in county.roster.units else unit_id


def _blamed(problems: Iterable[Problem], county: County) -> tuple[dict[str, int], int]:
    """How many errors each unit has, and how many are of no unit that is ranked: of an unknown one, or one that is gone.

    An error of a county form's sheet or heading is one of every unit in the sheet.
    """
    sheets = _units_by_sheet(county)
    counts: dict[str, int] = defaultdict(int)
    unassigned = 0
    for found in errors(problems):
        units = found.units or sheets.get((found.place.file, found.place.sheet, found.place.row), frozenset())
        ranked = [unit for unit in units if county.roster.exists(unit, county.period.last_day)]
        unassigned += not ranked
        for unit in ranked:
            counts[unit] += 1
    return counts, unassigned


def _units_by_sheet(county: County) -> dict[tuple[str, str | None, int | None], frozenset[str]]:
    """The units in each sheet of a county form, for problems of the whole sheet (no row) and of its heading row."""
    found = {}
    for table in county.tables.values():
        if "unit_id" not in table.frame:
            continue
        for number, origin in enumerate(table.origins):
            units = frozenset(table.frame.loc[table.frame[ORIGIN] == number, "unit_id"].dropna())
            found |= {(origin.file, origin.sheet, row): units for row in (None, origin.head_row)}
    return found


def _dependent_branches(
    problems: Iterable[Problem], county: County, given: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Branches with a member whose score rests on a form of another branch that has an error or is left out: (branch, other).

    A month's diary counts wherever the member was on one of its days, and, for 每年上限, the diaries of the year before it.
    """
    faulty = {(unit, p.period) for p in errors(problems) for unit in p.units if p.period}
    faulty |= {(unit, str(part)) for unit in given for part in (*county.months, *_forms_at_end(county))}
    day = county.period.last_day
    months = [m for m in county.months if any(period == str(m) for _, period in faulty)]
    for branch in county.roster.branches_with_members(day):
        for member in county.roster.scored_in(branch, day):
            rows = [r for r in county.roster.members[member.id] if r.branch != branch]
            for row in rows:
                held = [m for m in months if row.overlaps(Span(m.first_day, m.last_day + dt.timedelta(days=1)))]
                held += [part for part in _forms_at_end(county) if row.holds(part.last_day)]
                if any((row.branch, str(part)) in faulty for part in held):
                    yield branch, row.branch
    for review in county.tables["annual_review"].records():
        member = county.roster.scored(review["member_id"], day)
        unit = review.origin.unit
        if member is not None and member.branch != unit and (unit, str(county.period)) in faulty:
            yield member.branch, unit


def _forms_at_end(county: County) -> tuple[Period, ...]:
    """The periods whose forms are of those who are there on the last day."""
    return (*county.period.quarters, county.period)


def lacking(problems: Iterable[Problem], county: County, left_out: frozenset[str]) -> dict[str, str]:
    """Return why committees cannot be ranked that lack a number only because branches of theirs are left out."""
    day = county.period.last_day
    return {
        p.unit: _reason("branches")
        for p in errors(problems)
        if p.unit is not None and any(b.id in left_out for b in county.roster.branches_of(p.unit, day))
    }


def without(county: County, members: Members, left_out: frozenset[str]) -> tuple[County, Members]:
    """Return the county and its members without these units: what is to be ranked."""

    def kept(scores: Mapping) -> dict:
        return {key: score for key, score in scores.items() if score.member.branch not in left_out}

    ranked = replace(members, quarters=kept(members.quarters), years=kept(members.years))
    return replace(county, left_out=left_out), ranked

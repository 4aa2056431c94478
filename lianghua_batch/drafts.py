"""A draft: the units whose data has errors are left out and named, the others ranked among themselves (`run --partial`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lianghua_batch import resources
from lianghua_batch.county import County
from lianghua_batch.periods import Period
from lianghua_batch.problems import Problem, errors
from lianghua_batch.roster import Unit
from lianghua_batch.scheme import BRANCH, COMMITTEE
from lianghua_batch.scoring.members import Members
from lianghua_batch.values import squeeze

_OF_THE_ROSTER = "E5"  # the messages' part for 花名册: who is where concerns more than one unit


@dataclass(frozen=True)
class LeftOut:
    """A unit that a draft leaves out, and why."""

    unit: Unit
    reason: str


@dataclass(frozen=True)
class Draft:
    """What makes results a draft: who is left out, in order of their codes, and the committees that are incomplete for it."""

    left_out: tuple[LeftOut, ...]
    incomplete: tuple[Unit, ...]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(each.unit.id for each in self.left_out)


class UnknownUnit(ValueError):
    """A unit that is to be left out is not in 花名册 on the period's last day."""


def resolved(named: Mapping[str, str], county: County) -> dict[str, str]:
    """Return reasons by 组织编号 for units given by it or by their exact name; raises UnknownUnit."""
    day = county.period.last_day
    units = [u for level in (BRANCH, COMMITTEE) for u in county.roster.units_on(day, level)]
    codes = {squeeze(u.name): u.id for u in units} | {u.id: u.id for u in units}
    for written in named:
        if squeeze(written) not in codes:
            raise UnknownUnit(written)
    return {codes[squeeze(written)]: reason for written, reason in named.items()}


def forbidding(problems: Iterable[Problem], base_files: frozenset[str]) -> list[Problem]:
    """Return the errors that are nobody's alone: with a wrong 花名册 or 考评方案 (`base_files`) there can be no draft either."""
    return [
        p
        for p in errors(problems)
        if p.code.startswith(_OF_THE_ROSTER) or (p.unit is None and p.place.file in base_files)
    ]


def draft(problems: Iterable[Problem], county: County, named: Mapping[str, str]) -> Draft:
    """Say who is to be left out: units with errors, those that `named` gives a reason for, and branches whose members'
    earlier months stand in another branch's faulty forms.
    """
    words = resources.load("drafts")["reasons"]
    reasons: dict[str, str] = {unit: words["named"].format(reason=reason) for unit, reason in named.items()}
    counts: dict[str, int] = {}
    for found in errors(problems):
        for unit in found.units:
            counts[unit] = counts.get(unit, 0) + 1
    reasons |= {u: words["errors"].format(count=n) for u, n in counts.items() if u not in reasons}
    for branch, other in _following(problems, county, named):
        reasons.setdefault(branch, words["members"].format(unit=county.roster.named(other)))
    day = county.period.last_day
    units = [county.roster.unit(unit_id, day) for unit_id in sorted(reasons)]
    left_out = tuple(LeftOut(unit, reasons[unit.id]) for unit in units if unit is not None)
    ids = {each.unit.id for each in left_out}
    incomplete = [
        committee
        for committee in county.roster.units_on(day, COMMITTEE)
        if committee.id not in ids and any(b.id in ids for b in county.roster.branches_of(committee.id, day))
    ]
    return Draft(left_out, tuple(incomplete))


def _following(problems: Iterable[Problem], county: County, named: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Branches with a member whose month or quarter was scored in another branch, whose form of then has an error or is
    left out on purpose: (branch, that other one)."""
    faulty: set[tuple[str, str]] = {(unit, p.period) for p in errors(problems) for unit in p.units if p.period}
    faulty |= {(unit, str(part)) for unit in named for part in _parts(county)}
    day = county.period.last_day
    for branch in county.roster.branches_with_members(day):
        for member in county.roster.scored_in(branch, day):
            for part in _parts(county):
                then = county.roster.scored(member.id, part.last_day)
                if then is not None and then.branch != branch and (then.branch, str(part)) in faulty:
                    yield branch, then.branch
    for row in county.tables["annual_review"].records():
        member = county.roster.scored(row["member_id"], day)
        unit = row.origin.unit
        if member is not None and member.branch != unit and (unit, str(county.period)) in faulty:
            yield member.branch, unit


def _parts(county: County) -> tuple[Period, ...]:
    """The periods whose forms make a member's score."""
    return (*county.period.months, *county.period.quarters, county.period)


def without(county: County, members: Members, left_out: frozenset[str]) -> tuple[County, Members]:
    """Return the county and its members without these units: what is to be ranked."""

    def kept(scores: Mapping) -> dict:
        return {key: its for key, its in scores.items() if its.member.branch not in left_out}

    ranked = replace(members, quarters=kept(members.quarters), years=kept(members.years))
    return replace(county, left_out=left_out), ranked

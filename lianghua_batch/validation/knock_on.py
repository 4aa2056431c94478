"""Knock-on errors: what follows only from the errors of other forms is no error of its own."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lianghua_batch.core.codes import Code
from lianghua_batch.core.periods import Period
from lianghua_batch.core.problems import Problem, errors
from lianghua_batch.intake.duplicates import same_form_twice
from lianghua_batch.intake.tables import ORIGIN, ROW, Table
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Roster, Unit
from lianghua_batch.model.scheme import BRANCH
from lianghua_batch.scoring import due_forms
from lianghua_batch.scoring.eligibility import Eligibility

_NOT_A_ROW = (Code.UNKNOWN_MEMBER, Code.UNKNOWN_UNIT, Code.NO_ELIGIBLE_MONTHS)
_NO_MEMBERS, _NO_METRIC = Code.NO_SCORED_MEMBERS, Code.MISSING_METRIC
_OF_ROSTER, _SIZES = "E5", (Code.BRANCH_WITH_FEW_MEMBERS, Code.BRANCH_WITH_MANY_MEMBERS)


def without_knock_on(problems: Iterable[Problem], county: County, eligibility: Eligibility) -> list[Problem]:
    """Leave out that a unit lacks a number which its forms, or its branches, would give it: those have their own errors."""
    return [p for p in problems if not _is_knock_on(p, county, eligibility)]


def without_blanks_of_strangers(problems: Iterable[Problem]) -> list[Problem]:
    """Leave out what is blank in a row that should not be there, or whose code nobody knows: whatever it is, it is one problem."""
    listed = list(problems)
    strangers = {_row(p) for p in listed if p.code in _NOT_A_ROW}
    return [p for p in listed if p.code != Code.MISSING_VALUE or _row(p) not in strangers]


def without_doubtful_sizes(problems: Iterable[Problem]) -> list[Problem]:
    """Leave out that a branch is too small or too large where 花名册 has an error: its members may be missing for that."""
    listed = list(problems)
    doubtful = any(p.code.startswith(_OF_ROSTER) for p in listed)
    return [p for p in listed if not (doubtful and p.code in _SIZES)]


def _row(found: Problem) -> tuple[str, str | None, int | None]:
    return found.place.file, found.place.sheet, found.place.row


def _is_knock_on(found: Problem, county: County, eligibility: Eligibility) -> bool:
    """Whether the number is missing only because a month, a review or a branch's score is."""
    if found.code not in (_NO_MEMBERS, _NO_METRIC):
        return False
    unit = county.roster.unit(found.unit, county.period.last_day)
    branches = _branches(county, unit)
    if found.code == _NO_METRIC and county.scheme.indicator[found.value].metric == "branch_mean":
        return bool(branches)
    return any(_scored(county, eligibility, branch) for branch in branches)


def _branches(county: County, unit: Unit) -> list[str]:
    return [unit.id] if unit.level == BRANCH else [b.id for b in county.branches_of(unit.id)]


def _scored(county: County, eligibility: Eligibility, branch: str) -> bool:
    """Whether the branch has a member who is to be scored in the period."""
    if county.is_year:
        return bool(due_forms.in_year(county, eligibility, branch))
    return bool(due_forms.in_quarter(county, eligibility, branch, county.period))


Key = tuple[str, Period]


@dataclass(frozen=True)
class DoubtfulMonths:
    """The (member, month) whose 日记录 (`diary`), or what 月积分 comes from (`months`), cannot be relied on."""

    diary: frozenset[Key]
    months: frozenset[Key]


def doubtful_months(county: County, problems: Iterable[Problem]) -> DoubtfulMonths:
    """Return the months that the errors found so far, in rows or in whole sheets, make doubtful."""
    wrong: dict[tuple[str, str | None], set[int | None]] = defaultdict(set)
    for found in errors(problems):
        wrong[found.place.file, found.place.sheet].add(found.place.row)
    entries = {*_doubtful(county.roster, county.tables["daily_record"], wrong), *_of_activities(county, wrong)}
    diary = frozenset(_with_later(county, entries))
    if not due_forms.scores_are_filed(county):
        return DoubtfulMonths(diary, diary)
    return DoubtfulMonths(diary, frozenset(_doubtful(county.roster, county.tables["monthly_score"], wrong)))


def _with_later(county: County, diary: set[Key]) -> set[Key]:
    """With the later months of the year besides, where a 每年上限 carries over into them what stands in a diary."""
    if all(project.yearly_cap is None for project in county.scheme.projects.values()):
        return diary
    return diary | {(m, later) for m, month in diary for later in county.months if later.first_day > month.last_day}


def _of_activities(county: County, wrong: Mapping[tuple[str, str | None], set[int | None]]) -> Iterator[Key]:
    """Everybody in the branch and month of a faulty 活动记录: whoever it should have named."""
    for origin in county.tables["activity_record"].origins:
        if (origin.file, origin.sheet) in wrong and origin.period is not None and origin.unit is not None:
            for member in county.roster.scored_in(origin.unit, origin.period.last_day):
                yield member.id, origin.period


def _doubtful(roster: Roster, table: Table, wrong: dict[tuple[str, str | None], set[int | None]]) -> Iterator[Key]:
    rows = {n: wrong[o.file, o.sheet] for n, o in enumerate(table.origins) if (o.file, o.sheet) in wrong}
    # An error of a sheet or of its headings is one of all its rows; of a form that was sent twice it is unknown which counts.
    whole = {n for n, numbers in rows.items() if numbers & {None, table.origins[n].head_row}}
    twice = {(rivals.second.unit, rivals.second.period) for rivals in same_form_twice(table)}
    whole |= {n for n, o in enumerate(table.origins) if (o.unit, o.period) in twice}
    frame = table.frame[table.frame[ORIGIN].isin(whole | set(rows))]
    columns = (frame[name] for name in (ORIGIN, ROW, "member_id", "member_name"))
    for number, row, code, name in zip(*columns, strict=True):
        origin = table.origins[number]
        if origin.period is None or not (number in whole or row in rows.get(number, ())):
            continue
        if isinstance(code, str) and code not in roster.members:  # the row of the member meant, who lacks it
            given = name if isinstance(name, str) else None
            suggested = {
                roster.suggest_member(code, given, origin.unit, origin.period.last_day),
                roster.suggest_member(code, None, None, None),
            }
            yield from ((member, origin.period) for member in suggested if member is not None)
        elif isinstance(code, str):
            yield code, origin.period

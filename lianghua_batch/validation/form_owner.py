"""The branch that a form is of: its 支部编号 and 支部名称 against 花名册, and against the members in it (spec §2)."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from lianghua_batch.core import resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.look_alikes import code_points
from lianghua_batch.core.periods import YEAR, Period
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.intake.cell_values import compared
from lianghua_batch.intake.sheet_records import Origin
from lianghua_batch.intake.tables import Table
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Span, Unit
from lianghua_batch.model.scheme import BRANCH
from lianghua_batch.validation import form_parts
from lianghua_batch.validation.unit_rows import level_label


@dataclass(frozen=True)
class _HomeBranch:
    """The branch that most members of a form are in, and how many of how many."""

    branch: str
    hits: int
    count: int


def check(county: County) -> tuple[County, list[Problem]]:
    """All problems of the labels of branch forms; and the county with a form of another branch read as that branch's.

    One wrong 支部编号 is one problem: its rows, its branch's and the other's are checked as if it were right. Of a form under
    the code of a 党委 it is checked as the likely branch's, if there is one.
    """
    problems: list[Problem] = []
    tables = dict(county.tables)
    for form, table in county.tables.items():
        if not definitions()[form].by_unit:
            continue
        if not definitions()[form].by_branch:
            problems += (p for origin in table.origins for p in labelled_unit(county, form, origin))
            continue
        homes = _homes(county, table)
        misfiled = {n: home for n, home in homes.items() if _is_misfiled(county, table.origins[n], home)}
        owned: dict[int, str | None] = {n: home.branch for n, home in misfiled.items()}
        for n, origin in enumerate(table.origins):
            if n in misfiled:
                problems.append(_other_branch(county, origin, misfiled[n]))
            else:
                problems += labelled_branch(county, form, origin, homes.get(n))
                if _is_committees(county, origin):
                    owned[n] = _suggest_branch(county, origin, homes.get(n))
        problems += form_parts.check(table, county.roster, county.period, owned)
        if owned:
            right = (replace(o, unit=owned[n]) if n in owned else o for n, o in enumerate(table.origins))
            tables[form] = replace(table, origins=tuple(right))
    return replace(county, tables=tables), problems


def _homes(county: County, table: Table) -> Mapping[int, _HomeBranch]:
    """By origin, the branch that more than half of its members are in, if there are enough of them; who belongs to the labelled
    branch on one of the days that count is nobody else's.
    """
    if "member_id" not in table.frame:
        return {}
    members: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    codes, dates = table.values("member_id"), table.frame.get("date")
    for n, rows in table.sheets:
        period = table.origins[n].period
        for code in dict.fromkeys(codes[rows]) if period is not None else ():
            if code is None:
                continue
            branch = county.roster.branch_throughout(code, period)
            if branch is not None:
                members[n][code] = [branch]
                continue
            own = [at for at, each in enumerate(codes[rows], start=rows.start) if each == code]
            for days in _counting_days(period, None if dates is None else dates.iloc[own]):
                members[n][code] += county.roster.branches_within(code, days)
    found = {n: _home(table.origins[n].unit, list(branches.values())) for n, branches in members.items()}
    return {n: home for n, home in found.items() if home is not None}


def _counting_days(period: Period, dates: pd.Series | None) -> list[Span]:
    """When the member of some rows must be in the form's branch: on each row's own day, where rows have none in a year on any,
    else on the period's last."""
    if dates is None:
        return [Span.of(period) if period.kind == YEAR else Span.of_day(period.last_day)]
    days = [None if pd.isna(date) else date.date() for date in dates.drop_duplicates()]
    return [Span.of_day(day) if day is not None and period.holds(day) else Span.of(period) for day in days]


def _home(unit: str | None, branches: Sequence[list[str]]) -> _HomeBranch | None:
    """The branch of most members, each given by the branches that he or she was in: the last one counts, if none is the form's."""
    counts = Counter(unit if unit in each else each[-1] for each in branches if each)
    branch, hits = max(counts.items(), key=lambda item: item[1], default=(None, 0))
    enough = hits >= resources.load("reading")["other_branch_from"] and 2 * hits > len(branches)
    return _HomeBranch(branch, hits, len(branches)) if enough else None


def _is_misfiled(county: County, origin: Origin, home: _HomeBranch) -> bool:
    known = origin.unit in county.roster.units and county.roster.named(origin.unit).level == BRANCH
    return known and home.branch != origin.unit


def _other_branch(county: County, origin: Origin, home: _HomeBranch) -> Problem:
    return problem(
        Code.MEMBERS_OF_ANOTHER_BRANCH,
        origin.label_place("unit_id"),
        value=origin.unit,
        suggestion=home.branch,
        unit=county.roster.named(home.branch),  # the form is its members'
        other_unit=county.roster.named(origin.unit),
        count=home.count,
        hits=home.hits,
    )


def _is_committees(county: County, origin: Origin) -> bool:
    return origin.unit in county.roster.units and county.roster.named(origin.unit).level != BRANCH


def labelled_branch(county: County, form: str, origin: Origin, home: _HomeBranch | None) -> Iterator[Problem]:
    """A branch form's 支部编号, 支部名称 and 期间 against 花名册."""
    roster, place = county.roster, origin.label_place("unit_id")
    if origin.unit is None:
        return
    if origin.unit not in roster.units:
        yield problem(Code.UNKNOWN_BRANCH, place, value=origin.unit, suggestion=_suggest_branch(county, origin, home))
        return
    unit = roster.named(origin.unit)
    if unit.level != BRANCH:
        suggestion = _suggest_branch(county, origin, home)
        yield problem(
            Code.UNIT_IS_NO_BRANCH, place, value=origin.unit, level=level_label(unit.level), suggestion=suggestion
        )
        return
    yield from _named_and_existing(county, form, origin, unit)


def labelled_unit(county: County, form: str, origin: Origin) -> Iterator[Problem]:
    """组织编号, 组织名称 and 期间 of a form that any unit files for itself, against 花名册."""
    roster = county.roster
    if origin.unit is None:
        return
    if origin.unit in roster.units:
        yield from _named_and_existing(county, form, origin, roster.named(origin.unit))
    else:
        suggestion = roster.suggest_unit(origin.unit, origin.unit_name)
        yield problem(Code.UNKNOWN_UNIT, origin.label_place("unit_id"), value=origin.unit, suggestion=suggestion)


def _named_and_existing(county: County, form: str, origin: Origin, unit: Unit) -> Iterator[Problem]:
    """Whether the name beside a unit's code is one that it has had, and it existed within the form's period."""
    roster, period = county.roster, origin.period
    if origin.unit_name is not None and compared(origin.unit_name) not in roster.names_of(unit.id):
        yield problem(
            Code.BRANCH_NAME_DIFFERS,
            origin.label_place("unit_name"),
            value=origin.unit_name,
            suggestion=roster.suggest_name(origin.unit_name, unit.id),
            name=origin.unit_name,
            unit_id=unit.id,
            expected=unit.name,
            points=code_points(origin.unit_name, unit.name),
        )
    if period is not None and not roster.existed_within(unit.id, period.first_day, period.last_day):
        label, place = definitions()[form].label, origin.label_place("unit_id")
        yield problem(Code.FORM_OF_UNIT_NOT_IN_EXISTENCE, place, value=unit.id, unit=unit, period=period, form=label)


def _suggest_branch(county: County, origin: Origin, home: _HomeBranch | None) -> str | None:
    """The branch whose form it probably is: by its code, its name and its members, if they do not disagree."""
    found = {county.roster.suggest_unit(origin.unit, origin.unit_name, BRANCH), home.branch if home else None} - {None}
    return found.pop() if len(found) == 1 else None

"""考评方案 against 花名册: every unit's weights add up, indicators apply to somebody, units have a 上级 (spec §5.1)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from lianghua_batch.core import exact, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.core.suggestions import suggest
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Member, Unit
from lianghua_batch.model.scheme import BRANCH, COMMITTEE, DIFFERENTIAL, PASSED, PENDING, ROUTINE, Indicator
from lianghua_batch.validation.unit_rows import level_label


def check(county: County) -> list[Problem]:
    """All problems between the scheme and the units of the period's last day."""
    day = county.period.last_day
    units = [*county.roster.units_on(day, COMMITTEE), *county.roster.units_on(day, BRANCH)]
    read_whole = not county.scheme.unread_indicators  # else the sum of their weights is unknown
    problems = [p for unit in units for p in _weights(county, unit)] if read_whole else []
    if not units:
        problems.append(problem(Code.NO_UNITS, SourceRef(""), day=day))
    problems += (p for unit in units for p in _parent(county, unit, day))
    problems += _targets(county)
    if county.is_year:
        problems += _branch_sizes(county)
    return problems + list(_members_of_dissolved(county))


def _weights(county: County, unit: Unit) -> Iterator[Problem]:
    """Σ权重 of 常规化 and in the year of 差异化; in a quarter only a warning."""
    rules = county.scheme.parameters
    indicators = county.scheme.indicators_for(unit.id, unit.level, unit.group)
    expected_weights = {ROUTINE: rules.routine_weight}
    if county.is_year:  # units declare 差异化 indicators in a form of the year
        expected_weights[DIFFERENTIAL] = rules.differential_weight
    for kind, expected in expected_weights.items():
        total = sum((i.weight for i in indicators if i.kind == kind), exact.ZERO)
        if total != expected:
            values = {"value": exact.short(total), "expected": exact.short(expected)}
            label = county.scheme_label("kind", kind)
            place = next((i.source for i in indicators if i.kind == kind), unit.source)
            yield problem(
                Code.WRONG_INDICATOR_WEIGHTS if county.is_year else Code.INDICATOR_WEIGHTS_UNFINISHED,
                place,
                unit=unit,
                kind=label,
                **values,
            )


def _parent(county: County, unit: Unit, day: dt.date) -> Iterator[Problem]:
    parent = unit.parent
    if parent in county.roster.units and not county.roster.exists(parent, day):
        yield problem(Code.PARENT_NOT_IN_EXISTENCE, unit.row.ref("parent_id"), value=parent, unit=unit, day=day)


def _targets(county: County) -> Iterator[Problem]:
    """适用单位 is a unit of the indicator's 层级, or a 考评组; 审核 that keeps a 差异化 indicator waiting, or does nothing to a 常规化
    one, is a warning."""
    for indicator in county.scheme.indicators:
        if indicator.declared:
            yield from _declared_pending(indicator)
            continue
        if indicator.kind == DIFFERENTIAL and indicator.review == PENDING:
            yield problem(
                Code.INDICATOR_PENDING, indicator.row.ref("review"), value=indicator.id, indicator=indicator.id
            )
        elif indicator.counts and indicator.review not in (None, PASSED):
            label = indicator.row.table.sheet.column("review").choices[indicator.review]
            review = indicator.row.ref("review")
            yield problem(Code.REVIEW_WITHOUT_EFFECT, review, value=label, indicator=indicator.id)
        place, target = indicator.row.ref("applies_to"), indicator.applies_to
        if target is None or target in county.roster.groups:
            continue
        unit = county.roster.units.get(target)
        if unit is None:
            yield problem(
                Code.UNKNOWN_TARGET, place, value=target, suggestion=_suggest_target(county, target, indicator.level)
            )
        elif unit[0].level != indicator.level:
            levels = {"actual": level_label(unit[0].level), "level": level_label(indicator.level)}
            yield problem(Code.TARGET_OF_ANOTHER_LEVEL, place, value=target, **levels)


def _declared_pending(indicator: Indicator) -> Iterator[Problem]:
    """A declared indicator whose review is not decided; one without a review has its own warning."""
    reviewed = indicator.row.reviewed
    if reviewed is not None and reviewed["review"] == PENDING:
        yield problem(Code.INDICATOR_PENDING, reviewed.ref("review"), value=indicator.id, indicator=indicator.id)


def _suggest_target(county: County, target: str, level: str) -> str | None:
    """The unit of the 层级, or the 考评组, that was probably meant."""
    found = {county.roster.suggest_unit(target, level=level), suggest(target, county.roster.groups)} - {None}
    return found.pop() if len(found) == 1 else None


def _branch_sizes(county: County) -> Iterator[Problem]:
    """Branches with fewer 正式党员, or more members, than the regulations allow (schemas/reading.yaml)."""
    sizes, day = resources.load("reading")["branch_sizes"], county.period.last_day
    members: dict[str, list[Member]] = defaultdict(list)
    for member in county.roster.members_on(day):
        members[member.branch].append(member)
    for unit in county.roster.units_on(day, BRANCH):
        held = members[unit.id]
        full_members = sum(not member.probationary for member in held)
        if full_members < sizes["full_members"]:
            yield problem(Code.BRANCH_WITH_FEW_MEMBERS, unit.source, value=full_members, unit=unit)
        elif len(held) > sizes["members"]:
            yield problem(Code.BRANCH_WITH_MANY_MEMBERS, unit.source, value=len(held), unit=unit)


def _members_of_dissolved(county: County) -> Iterator[Problem]:
    """Members whose row outlives their branch: from then on they are in no branch."""
    last = county.period.last_day
    for rows in county.roster.members.values():
        for row in rows:
            unit = county.roster.units.get(row.branch)
            if unit is None or not row.managed:
                continue
            end = unit[-1].end
            if end is not None and end <= last and row.holds(end):
                yield problem(
                    Code.BRANCH_DISSOLVED_BEFORE_LEFT,
                    row.row.ref("branch_id"),
                    value=row.id,
                    member=row,
                    unit=unit[-1],
                    day=end,
                )

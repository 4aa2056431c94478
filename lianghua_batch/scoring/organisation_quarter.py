"""季度得分 of branches and committees (spec §6, [P]: the document gives no quarterly formula)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import BRANCH, COMMITTEE
from lianghua_batch.model.scores import Score, score, step_clause, taken, weighted
from lianghua_batch.scoring import formulas, raters
from lianghua_batch.scoring.members import Members
from lianghua_batch.scoring.metrics import UnitFacts, committee_parts, published_mean


@dataclass(frozen=True)
class OrganisationQuarter:
    """One unit's quarter: a committee has neither `member_mean` nor `inspection` of its own."""

    unit: Unit
    member_mean: Score | None
    inspection: Score | None
    total: Score


def organisation_quarters(
    county: County, members: Members
) -> tuple[list[OrganisationQuarter], list[OrganisationQuarter], list[Problem]]:
    """Score the quarter's branches and, by their mean, its committees; a committee without a scored branch has no quarter."""
    facts = UnitFacts(county, members, {})
    branches: list[OrganisationQuarter] = []
    problems: list[Problem] = []
    member_counts: dict[str, int] = {}
    by_branch: dict[str, list[Score]] = defaultdict(list)
    for _, quarter in sorted(members.quarters.items()):
        by_branch[quarter.member.branch].append(quarter.percent)
    for unit in county.units(BRANCH):
        percents = by_branch.get(unit.id, [])
        member_counts[unit.id] = len(percents)
        mean = published_mean(facts, unit, "member_mean", percents) if percents else None
        inspection = raters.inspections(county, unit).get(county.period)
        if inspection is None:
            continue  # the checks report it
        if mean is None and county.scheme.parameters.without_members == "error":
            problems.append(problem(Code.NO_SCORED_MEMBERS, unit.source, value=unit.id, unit=unit))
            continue
        branches.append(OrganisationQuarter(unit, mean, inspection, _branch_total(county, unit, mean, inspection)))
    return branches, _committees(county, facts, {b.unit.id: b.total for b in branches}, member_counts), problems


def _branch_total(county: County, unit: Unit, mean: Score | None, inspection: Score) -> Score:
    by = step_clause("quarter_total")
    if mean is None:
        parts = [taken(inspection, inspection.label, by)]
    else:
        weights = formulas.quarter_weights(True, county.scheme.parameters)
        parts = [weighted(mean, weights["member_mean"], by), weighted(inspection, weights["inspection"], by)]
    return score(county.scheme, unit.id, "quarter_total", county.period, parts, final=True)


def _committees(
    county: County, facts: UnitFacts, totals: Mapping[str, Score], member_counts: Mapping[str, int]
) -> list[OrganisationQuarter]:
    committees = []
    for unit in county.units(COMMITTEE):
        listed = [totals[b] for b in facts.branches(unit) if b in totals]
        if listed:
            parts = committee_parts(facts, listed, member_counts)
            total = score(county.scheme, unit.id, "quarter_total", county.period, parts, final=True)
            committees.append(OrganisationQuarter(unit, None, None, total))
    return committees

"""The year of a branch or a committee (spec §5): the same arithmetic for both."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from lianghua_batch.core import exact, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.periods import Period
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import BRANCH, COMMITTEE, Indicator
from lianghua_batch.model.scores import Contribution, Score, item_label, score, step_clause, taken, unrounded, weighted
from lianghua_batch.scoring import formulas, raters
from lianghua_batch.scoring.bonuses import bonuses
from lianghua_batch.scoring.efficacy import efficacy_score, points
from lianghua_batch.scoring.members import Members
from lianghua_batch.scoring.metrics import METRICS, UnitFacts


@dataclass(frozen=True)
class OrganisationYear:
    """One unit's year; every field is a ▣ score, None where the unit has no such number."""

    unit: Unit
    member_mean: Score | None
    indicators: Mapping[str, Score]
    assessment: Score
    supervisors: Score
    masses: Score
    clients: Score | None
    year_end: Score
    inspections: Mapping[Period, Score]
    inspection: Score
    annual: Score
    individual: Score
    dynamic: Score
    discipline: Score
    total: Score


def organisation_years(
    county: County, members: Members
) -> tuple[list[OrganisationYear], list[OrganisationYear], list[Problem]]:
    """Score the year's branches, then its committees; a unit that lacks a number is left out and a problem returned."""
    actuals = actual_values(county)
    facts = UnitFacts(county, members, {})
    branches, problems = _level(county, BRANCH, facts, actuals)
    facts = UnitFacts(county, members, {b.unit.id: b.total for b in branches})
    committees, found = _level(county, COMMITTEE, facts, actuals)
    return branches, committees, problems + found


def actual_values(county: County) -> dict[tuple[str, str], Record]:
    """The rows of 指标完成 by (unit, indicator)."""
    rows = county.tables["indicator_value"].records()
    return {(r["unit_id"], r["indicator_id"]): r for r in rows if r["actual"] is not None}


def _level(
    county: County, level: str, facts: UnitFacts, actuals: Mapping[tuple[str, str], Record]
) -> tuple[list[OrganisationYear], list[Problem]]:
    years: list[OrganisationYear] = []
    problems: list[Problem] = []
    for unit in county.units(level):
        indicators, found = _indicators(county, unit, facts, actuals)
        problems += found
        year = _organisation(county, unit, facts, indicators)
        if year is not None:
            years.append(year)
    return years, problems


def _organisation(
    county: County, unit: Unit, facts: UnitFacts, indicators: Mapping[str, Score]
) -> OrganisationYear | None:
    """Put one unit's year together; None where a rater or the 督查 is missing, which the checks have reported."""
    scheme = county.scheme
    supervisors = raters.supervisors(county, unit)
    audiences = raters.satisfaction(county, unit)
    inspections = raters.inspections(county, unit)
    inspection = raters.inspection_mean(county, unit, inspections)
    if supervisors is None or "masses" not in audiences or inspection is None:
        return None
    by = step_clause("assessment")
    names = {i.id: i.name for i in scheme.indicators_for(unit.id, unit.level, unit.group)}
    parts = [taken(s, f"{i} {names[i]}", by) for i, s in indicators.items()]
    assessment = unrounded(unit.id, "assessment", county.period, parts)
    masses, clients = audiences["masses"], audiences.get("clients")
    year_end = _year_end(county, unit, assessment, supervisors, masses, clients)
    annual = _annual(county, unit, inspection, year_end)
    extra = bonuses(county, unit)
    by = step_clause("total")
    parts = [taken(s, s.label, by) for s in (annual, *extra.values())]
    return OrganisationYear(
        unit=unit,
        member_mean=METRICS["member_mean"](facts, unit),
        indicators=indicators,
        assessment=assessment,
        supervisors=supervisors,
        masses=masses,
        clients=clients,
        year_end=year_end,
        inspections=inspections,
        inspection=inspection,
        annual=annual,
        individual=extra["individual"],
        dynamic=extra["dynamic"],
        discipline=extra["discipline"],
        total=score(scheme, unit.id, "total", county.period, parts, final=True),
    )


def _year_end(
    county: County, unit: Unit, assessment: Score, supervisors: Score, masses: Score, clients: Score | None
) -> Score:
    """The four raters weighted; without 服务对象 its weight goes to 党员群众 (无服务对象时 = 并入党员群众)."""
    weights, by = formulas.year_end_weights(clients is not None, county.scheme.parameters), step_clause("year_end")
    scores = (assessment, supervisors, masses, clients)
    parts = [weighted(s, weights[s.step], by) for s in scores if s is not None]
    return score(county.scheme, unit.id, "year_end", county.period, parts)


def _annual(county: County, unit: Unit, inspection: Score, year_end: Score) -> Score:
    weights, by = formulas.annual_weights(county.scheme.parameters), step_clause("annual")
    parts = [weighted(s, weights[s.step], by) for s in (inspection, year_end)]
    return score(county.scheme, unit.id, "annual", county.period, parts)


# --- indicators ----------------------------------------------------------------------------------------------------


def _indicators(
    county: County, unit: Unit, facts: UnitFacts, actuals: Mapping[tuple[str, str], Record]
) -> tuple[dict[str, Score], list[Problem]]:
    """指标得分 of every indicator in force for the unit; one that lacks its number is absent."""
    scores: dict[str, Score] = {}
    problems: list[Problem] = []
    for indicator in county.scheme.indicators_for(unit.id, unit.level, unit.group):
        if indicator.metric == "filed":
            row = actuals.get((unit.id, indicator.id))
            if row is None:
                continue  # the checks report it
            x = exact.from_hundredths(row["actual"])
            origin = {"kind": "actual", "source": row.ref("actual"), "held": x}
        else:
            metric = METRICS[indicator.metric](facts, unit)
            if metric is None:
                if indicator.metric == "report_review":
                    continue  # the checks report it
                label = county.scheme_label("metric", indicator.metric)
                place, words = indicator.row.ref("metric"), {"indicator": indicator.id, "metric": label}
                problems.append(problem(Code.MISSING_METRIC, place, value=indicator.id, unit=unit, **words))
                continue
            x, origin = metric.value, {"kind": "metric", "score": metric}
        scored = _indicator(county, unit, indicator, x, origin)
        if scored is None:
            problems.append(_beyond_direct(county, unit, indicator, x, origin))
        else:
            scores[indicator.id] = scored
    return scores, problems


def _beyond_direct(county: County, unit: Unit, indicator: Indicator, x: Fraction, origin: Mapping) -> Problem:
    """直接赋分 takes 0…100 only: a filled number must be corrected, for a computed one another 赋分方法 chosen."""
    context = {"value": exact.short(x), "indicator": indicator.id}
    if "source" in origin:
        return problem(Code.INDICATOR_VALUE_OUT_OF_RANGE, origin["source"], **context)
    label = county.scheme_label("metric", indicator.metric)
    return problem(Code.METRIC_OUT_OF_RANGE, indicator.row.ref("method"), unit=unit, metric=label, **context)


def _indicator(county: County, unit: Unit, indicator: Indicator, x: Fraction, origin: Mapping) -> Score | None:
    """权重·d/100, with 功效系数截断 as a part of its own; None where the method does not take x."""
    d = efficacy_score(indicator.method, x, indicator.standards)
    if d is None:
        return None
    by = step_clause("indicator")
    earned, beyond = points(indicator.method, d, indicator.weight, county.scheme.parameters.clip_efficacy)
    parts = [Contribution(_reckoned(county, indicator, x, d), earned, by, **origin)]
    if beyond:
        parts.append(Contribution(item_label("clip"), beyond, by, kind="clip"))
    return score(county.scheme, unit.id, "indicator", county.period, parts, item=indicator.id)


def _reckoned(county: County, indicator: Indicator, x: Fraction, d: Fraction) -> str:
    """How an indicator's points come about, in words: the number, the method with its standards, the points, the weight."""
    words = resources.load("rules/clauses")["reckoning"]
    sheet = definitions()["scheme"].sheet("indicators")
    needs = resources.load("rules/metrics")["methods"][indicator.method]["needs"]
    standards = (
        words["standard"].format(name=sheet.label_of(name), value=exact.short(value))
        for name, value in zip(needs, indicator.standards, strict=True)
    )
    method = words["method" if needs else "plain_method"].format(
        method=county.scheme_label("method", indicator.method), standards=words["separator"].join(standards)
    )
    what = words["actual"] if indicator.metric == "filed" else county.scheme_label("metric", indicator.metric)
    facts = {"what": what, "value": exact.short(x), "method": method, "points": exact.short(d)}
    return words["points"].format(**facts, weight=exact.short(indicator.weight))

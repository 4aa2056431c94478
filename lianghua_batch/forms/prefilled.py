"""Pure: what a county has so far → the sheets that are still due, filled in as far as they can be (spec §9 templates)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lianghua_batch.core import exact, resources
from lianghua_batch.core.form_definitions import Sheet, definitions, feedback, item_column
from lianghua_batch.core.periods import HALF, QUARTER, Period
from lianghua_batch.forms.prefilled_layout import (
    MONTH_COLUMNS,
    dimension_columns,
    quarter_formulas,
    quarter_points,
    scheme_layout,
)
from lianghua_batch.forms.writer import FormSheet, Reference
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Member, Unit
from lianghua_batch.model.scheme import BRANCH, COMMITTEE, DIFFERENTIAL
from lianghua_batch.model.scores import Score
from lianghua_batch.scoring import diary, due_forms, eligibility, findings, members
from lianghua_batch.scoring.diary import Diary
from lianghua_batch.scoring.eligibility import Eligibility, Key
from lianghua_batch.scoring.findings import Finding
from lianghua_batch.scoring.raters import unit_marks


@dataclass(frozen=True)
class FormFacts:
    """A county with what its filed forms come to."""

    county: County
    eligibility: Eligibility
    diary: Diary
    months: Mapping[Key, Score]


def gather(county: County) -> FormFacts:
    """Compute what pre-filling needs."""
    in_scope = eligibility.member_eligibility(county)
    entries = diary.tally(county, in_scope)
    return FormFacts(county, in_scope, entries, members.month_scores(county, in_scope, entries))


def branches(facts: FormFacts) -> list[str]:
    """The codes of the branches that owe any form of the county's period, filed or not."""
    period, roster = facts.county.period, facts.county.roster
    ends = [p.last_day for p in (*period.months, *period.quarters)] if period.kind != HALF else []
    return sorted({branch for day in ends for branch in roster.branches_with_members(day)})


def branch_sheets(facts: FormFacts, branch: str, form: str | None = None) -> list[FormSheet]:
    """The sheets that a branch has still to file for the county's period, in the order of the year's work."""
    period = facts.county.period
    sheets: list[FormSheet | None] = []
    for month in period.months if period.kind != HALF else []:
        sheets += (_daily_record(facts, branch, month), _activity_record(facts, branch, month, form))
        sheets.append(_monthly_score(facts, branch, month))
        sheets += (_quarterly_summary(facts, branch, q) for q in period.quarters if q.last_day == month.last_day)
    if facts.county.is_year:
        sheets.append(_annual_review(facts, branch))
    sheets += _own_sheets(facts, branch)
    return [s for s in sheets if s is not None and form in (None, s.sheet.form)]


def committee_sheets(facts: FormFacts, committee: str, form: str | None = None) -> list[FormSheet]:
    """The sheets that a committee has still to file for itself, and what was found of it."""
    return [s for s in _own_sheets(facts, committee) if form in (None, s.sheet.form)]


def _own_sheets(facts: FormFacts, unit: str) -> list[FormSheet]:
    """差异化申报 of a unit whose 差异化 指标 do not add up yet, and its 反馈单."""
    return [sheet for sheet in (_declaration(facts, unit), _feedback(facts, unit)) if sheet is not None]


def county_sheets(facts: FormFacts, form: str | None = None) -> list[FormSheet]:
    """The sheets that 机关工委 has still to file for the county's period."""
    sheets: list[FormSheet | None] = [_inspection(facts, period) for period in inspected(facts.county)]
    if facts.county.is_year:
        sheets += (_indicator_value(facts), _supervisor_score(facts), _satisfaction(facts))
        sheets += (_register(facts, "bonus"), _rectification(facts), _declaration_review(facts))
        if form == "task" or any(i.metric == "tasks_done" for i in facts.county.scheme.indicators):
            sheets.append(_register(facts, "task"))
    if form in definitions() and _kept_on_request(facts, form):
        sheets.append(_register(facts, form))
    return [s for s in sheets if s is not None and form in (None, s.sheet.form)]


def _kept_on_request(facts: FormFacts, form: str) -> bool:
    """Whether a form is written only where it is asked for, and there is one of the period."""
    return form in ("objection", "suggestion") and facts.county.period.kind in definitions()[form].periods


# --- what branches file --------------------------------------------------------------------------------------------


def _daily_record(facts: FormFacts, branch: str, month: Period) -> FormSheet | None:
    people = facts.county.roster.scored_in(branch, month.last_day)
    if not people or ("daily_record", branch, month) in facts.county.filed:
        return None
    lists = {
        "projects": list(facts.county.scheme.projects),
        "member_id": [m.id for m in people],
        "member_name": [m.name for m in people],
    }
    return _sheet(facts, "daily_record", month, branch=branch, lists=lists)


def _activity_record(facts: FormFacts, branch: str, month: Period, form: str | None) -> FormSheet | None:
    """活动记录, which nobody owes: in a quarter's workbook, or where it is asked for."""
    people = facts.county.roster.scored_in(branch, month.last_day)
    asked = form == "activity_record" or facts.county.period.kind == QUARTER
    if (
        not asked
        or not people
        or {("daily_record", branch, month), ("activity_record", branch, month)} & facts.county.filed
    ):
        return None
    return _sheet(
        facts, "activity_record", month, branch=branch, lists={"projects": list(facts.county.scheme.projects)}
    )


def _monthly_score(facts: FormFacts, branch: str, month: Period) -> FormSheet | None:
    county = facts.county
    people = county.roster.scored_in(branch, month.last_day)
    if not due_forms.scores_are_filed(county) or not people or ("monthly_score", branch, month) in county.filed:
        return None
    texts = resources.load("templates")["prefilled"]
    note = texts["computed" if ("daily_record", branch, month) in county.filed else "computed_unfiled"]
    rows, notes = [], {}
    for index, member in enumerate(people):
        row = _person(member) | {"party_group": member.party_group}
        for dimension in county.scheme.dimensions:
            value, column = (
                facts.diary.dimension_value(member.id, month, dimension),
                item_column("dimension", dimension.name),
            )
            row[column] = value
            notes[index, column] = note.format(value=exact.short(value))
        row["sum"] = sum((row[c] for c in dimension_columns(county.scheme)), exact.ZERO)
        rows.append(row)
    return _sheet(facts, "monthly_score", month, branch=branch, rows=rows, notes=notes)


def _quarterly_summary(facts: FormFacts, branch: str, quarter: Period) -> FormSheet | None:
    people = due_forms.in_quarter(facts.county, facts.eligibility, branch, quarter)
    if not people or ("quarterly_summary", branch, quarter) in facts.county.filed:
        return None
    rows, formulas = [], {}
    for index, member in enumerate(people):
        needed = len(facts.eligibility.counted_months(member.id, quarter))
        known = [_month_points(facts, member.id, month) for month in quarter.months]
        points = quarter_points(facts.county.scheme, known, needed)
        row = _person(member) | dict(zip(MONTH_COLUMNS, known, strict=True))
        rows.append(row | {"quarter_points": points, "approved": points})
        formulas |= {
            (index, name): f for name, f in quarter_formulas(facts.county.scheme, lambda cell, n=needed: str(n)).items()
        }
    return _sheet(facts, "quarterly_summary", quarter, branch=branch, rows=rows, cell_formulas=formulas)


def _month_points(facts: FormFacts, member_id: str, month: Period) -> Fraction | None:
    """The 月积分 where the form that it comes from is filed."""
    score = facts.months.get((member_id, month))
    if score is None or not facts.eligibility.counts(member_id, month):
        return None
    if not due_forms.scores_are_filed(facts.county):
        branch = facts.eligibility.due[member_id, month].branch
        if ("daily_record", branch, month) not in facts.county.filed:
            return None
    return score.value


def _annual_review(facts: FormFacts, branch: str) -> FormSheet | None:
    county = facts.county
    year = county.period
    reviewed = {r["member_id"] for r in county.tables["annual_review"].records()}
    people = [m for m in due_forms.in_year(county, facts.eligibility, branch) if m.id not in reviewed]
    if not people or ("annual_review", branch, year) in county.filed:
        return None
    people.sort(key=lambda m: (m.probationary, m.id))
    text = resources.load("templates")["prefilled"]["probationary"]
    notes = {(i, "member_id"): text for i, m in enumerate(people) if m.probationary}
    return _sheet(facts, "annual_review", year, branch=branch, rows=[_person(m) for m in people], notes=notes)


def _person(member: Member) -> dict[str, object]:
    return {"member_id": member.id, "member_name": member.name}


# --- what units file for themselves --------------------------------------------------------------------------------


def _declaration(facts: FormFacts, unit_id: str) -> FormSheet | None:
    county = facts.county
    unit = county.roster.unit(unit_id, county.period.last_day) if county.is_year else None
    if unit is None or any(i.declared and i.applies_to == unit_id for i in county.scheme.indicators):
        return None
    given = county.scheme.indicators_for(unit.id, unit.level, unit.group)
    weights = sum((i.weight for i in given if i.kind == DIFFERENTIAL), exact.ZERO)
    if weights >= county.scheme.parameters.differential_weight:
        return None
    return _sheet(facts, "declaration", county.period, branch=unit_id)


def _feedback(facts: FormFacts, unit_id: str) -> FormSheet | None:
    """What was found of a unit in the period and 整改台账 does not take up yet."""
    found = findings.read(facts.county).unregistered(unit_id)
    sheet = feedback().sheets[0]
    return _written(facts, sheet, facts.county.period, unit_id, [_found(f) for f in found]) if found else None


def _found(finding: Finding) -> dict[str, object]:
    finder = resources.load("templates")["prefilled"]["finder"]
    return {
        "issue_id": finding.number,
        "origin": finder.format(form=definitions()[finding.form].label, finder=finding.finder),
        "issue": finding.text,
        "advice": finding.row["advice"],
        "deadline": finding.rectify_by,
    }


# --- what 机关工委 files -------------------------------------------------------------------------------------------


def inspected(county: County) -> list[Period]:
    """The periods of the county's period that have a 督查: its quarters, and the halves of 党委督查期次."""
    period = county.period
    both = county.scheme.parameters.committee_inspections == "both_halves"
    halves = [h for h in period.halves if both or h.index == 1]
    return (period.quarters if period.kind != HALF else []) + halves


def _inspection(facts: FormFacts, period: Period) -> FormSheet | None:
    level = COMMITTEE if period.kind == HALF else BRANCH
    units = facts.county.roster.units_on(period.last_day, level)
    rows = [
        {"unit_id": u.id, "unit_name": u.name} for u in units if not unit_marks(facts.county, "inspection", u, period)
    ]
    return _sheet(facts, "inspection", period, rows=rows) if rows else None


def _units(facts: FormFacts) -> list[Unit]:
    roster, day = facts.county.roster, facts.county.period.last_day
    return [*roster.units_on(day, COMMITTEE), *roster.units_on(day, BRANCH)]


def _indicator_value(facts: FormFacts) -> FormSheet | None:
    county = facts.county
    text = resources.load("templates")["prefilled"]["indicator"]
    rows = []
    for unit in _units(facts):
        rows += (
            {"unit_id": unit.id, "indicator_id": i.id, "remark": text.format(unit=unit.name, indicator=i.name)}
            for i in due_forms.missing_indicators(county, unit)
        )
    lists = {"indicators": [i.id for i in county.scheme.indicators if i.counts and i.metric == "filed"]}
    return _sheet(facts, "indicator_value", county.period, rows=rows, lists=lists) if rows else None


def _supervisor_score(facts: FormFacts) -> FormSheet | None:
    units = [u for u in _units(facts) if not facts.county.rows_by_unit("supervisor_score").get(u.id)]
    rows = [{"unit_id": u.id} for u in units]
    return _sheet(facts, "supervisor_score", facts.county.period, rows=rows, notes=_names(units)) if rows else None


def _satisfaction(facts: FormFacts) -> FormSheet | None:
    rows, units = [], []
    for unit in _units(facts):
        for audience in due_forms.missing_audiences(facts.county, unit):
            rows.append({"unit_id": unit.id, "audience": audience})
            units.append(unit)
    return _sheet(facts, "satisfaction", facts.county.period, rows=rows, notes=_names(units)) if rows else None


def _register(facts: FormFacts, form: str) -> FormSheet | None:
    """A form that is filled as things happen: empty, unless one of the period is there."""
    if any(o.period == facts.county.period for o in facts.county.tables[form].origins):
        return None
    return _sheet(facts, form, facts.county.period)


def _rectification(facts: FormFacts) -> FormSheet | None:
    """整改台账 with the findings that nobody took up; empty where nothing was found, unless one of the period is there."""
    found = findings.read(facts.county).unregistered()
    if not found:
        return _register(facts, "rectification")
    rows = [{"unit_id": f.unit, **{k: v for k, v in _found(f).items() if k != "advice"}} for f in found]
    return _sheet(facts, "rectification", facts.county.period, rows=rows)


def _declaration_review(facts: FormFacts) -> FormSheet | None:
    """差异化审核 with the declared 指标 that nobody reviewed."""
    open_ones = [i for i in facts.county.scheme.indicators if i.declared and i.row.reviewed is None]
    rows = [{"unit_id": i.applies_to, "indicator_id": i.id, "indicator_name": i.name} for i in open_ones]
    return _sheet(facts, "declaration_review", facts.county.period, rows=rows) if rows else None


def _names(units: Sequence[Unit]) -> dict[tuple[int, str], str]:
    return {(index, "unit_id"): unit.name for index, unit in enumerate(units)}


# --- sheets, formulas, reference tables ----------------------------------------------------------------------------


def _sheet(facts: FormFacts, form: str, period: Period, branch: str | None = None, **given: object) -> FormSheet:
    return _written(facts, facts.county.tables[form].sheet, period, branch, **given)


def _written(
    facts: FormFacts,
    sheet: Sheet,
    period: Period,
    branch: str | None,
    rows: Sequence[Mapping[str, object]] = (),
    **given: object,
) -> FormSheet:
    labels: dict[str, object] = {"period": str(period)}
    if branch is not None:
        unit = facts.county.roster.known_as(branch, period.last_day)
        labels |= {"unit_id": unit.id, "unit_name": unit.name}
    words = resources.load("templates")["prefilled"]
    return FormSheet(
        sheet=sheet,
        labels=labels,
        title=words["title"].format(period=period_words(period), title=sheet.title),
        name=words["sheet_name"].format(form=sheet.label, period=period),
        rows=rows,
        spare_rows=words["spare_rows"].get(sheet.form, 0),
        **scheme_layout(sheet, facts.county.scheme),
        **given,
    )


def period_words(period: Period) -> str:
    """A period as it is written in a title: 2026年3月, 2026年第一季度, 2026年上半年, 2026年."""
    words = resources.load("templates")["period_words"]
    ordinals = words["ordinals"].get(period.kind)
    ordinal = ordinals[period.index - 1] if ordinals else period.index
    return words[period.kind].format(year=period.year, ordinal=ordinal)


def unit_table(facts: FormFacts, sheets: Sequence[FormSheet]) -> list[Reference]:
    """The names of the units beside forms that hold codes only."""
    words = resources.load("templates")["unit_table"]
    if not any(s.sheet.form in words["forms"] for s in sheets):
        return []
    levels = definitions()["roster"].sheet("units").column("level").choices
    roster = facts.county.roster
    parents = {u.parent: roster.named(u.parent).name for u in _units(facts) if u.parent in roster.units}
    rows = [(u.id, levels[u.level], u.name, parents.get(u.parent, "")) for u in _units(facts)]
    return [Reference(words["title"], words["headings"], rows)]

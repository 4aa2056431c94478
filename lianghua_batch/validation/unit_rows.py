"""Rows about units: known, rightly named, existing, of the right level (spec §5)."""

from collections.abc import Iterator

from lianghua_batch.core import exact, mail_addresses, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.look_alikes import code_points
from lianghua_batch.core.periods import HALF, Period
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.intake.cell_values import compared
from lianghua_batch.intake.tables import ORIGIN, Record
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import BRANCH, COMMITTEE, PENDING, Indicator, applies
from lianghua_batch.scoring.raters import inspection_periods

# Forms whose rows are of no use for a unit that does not exist at their period's end.
_SCORED = ("inspection", "indicator_value", "supervisor_score", "satisfaction", "bonus")


def check(county: County) -> list[Problem]:
    """All problems of the county's forms' rows, and of 花名册's addresses."""
    problems = [p for rows in county.roster.units.values() for unit in rows for p in _addresses(unit)]
    for name in (*_SCORED, "rectification", "task", "declaration_review"):
        problems += (p for row in county.tables[name].records() for p in _unit_row(county, name, row))
    for name, rule in _ROW_RULES.items():
        problems += (p for row in county.tables[name].records() for p in rule(county, row))
    return problems + _nearly_units(county)


def level_label(level: str) -> str:
    """What a 层级 is called."""
    return definitions()["roster"].sheet("units").column("level").choices[level]


def _addresses(unit: Unit) -> Iterator[Problem]:
    """What stands for a mail address and is none: nothing could be sent there."""
    for written in mail_addresses.split(unit.details["email"]):
        if not mail_addresses.valid(written):
            suggestion = mail_addresses.suggest_address(written)
            yield problem(
                Code.NOT_A_MAIL_ADDRESS, unit.row.ref("email"), value=written, unit=unit, suggestion=suggestion
            )


def _unit_row(county: County, form: str, row: Record) -> Iterator[Problem]:
    unit_id, period = row["unit_id"], row.origin.period or county.period
    if unit_id is None:
        return
    place = row.ref("unit_id")
    if unit_id not in county.roster.units:
        suggestion = county.roster.suggest_unit(unit_id, row.values.get("unit_name"))
        yield problem(Code.UNKNOWN_UNIT, place, value=unit_id, suggestion=suggestion)
    elif not county.roster.existed_within(unit_id, period.first_day, period.last_day):
        yield problem(
            Code.UNIT_NOT_IN_EXISTENCE, place, value=unit_id, unit=county.roster.named(unit_id), period=period
        )
    elif form in _SCORED and not county.roster.exists(unit_id, period.last_day):
        yield problem(
            Code.UNIT_GONE_AT_PERIOD_END, place, value=unit_id, unit=county.roster.named(unit_id), period=period
        )


def _known(county: County, row: Record) -> Unit | None:
    unit_id = row["unit_id"]
    return county.roster.named(unit_id) if unit_id in county.roster.units else None


def _inspection(county: County, row: Record) -> Iterator[Problem]:
    unit = _known(county, row)
    if unit is None:
        return
    names = county.roster.names_of(unit.id)
    if row["unit_name"] is not None and compared(row["unit_name"]) not in names:
        suggestion = county.roster.suggest_name(row["unit_name"], unit.id)
        values = {"value": row["unit_name"], "expected": unit.name, "suggestion": suggestion}
        values["points"] = code_points(row["unit_name"], unit.name)
        yield problem(Code.UNIT_NAME_DIFFERS, row.ref("unit_name"), unit_id=unit.id, **values)
    if row["inspector"] is not None and unit.id in county.roster.unit_codes.called(row["inspector"]):
        yield problem(Code.SELF_INSPECTION, row.ref("inspector"), value=row["inspector"], unit=unit)
    period = row.origin.period
    expected = COMMITTEE if period is not None and period.kind == HALF else BRANCH
    if period is not None and unit.level != expected:
        labels = {"level": level_label(unit.level), "expected": level_label(expected)}
        yield problem(
            Code.INSPECTION_OF_WRONG_LEVEL, row.ref("unit_id"), value=unit.id, unit=unit, period=period, **labels
        )
    elif unit.level == COMMITTEE and county.is_year and _uncounted(county, unit, period):
        yield problem(Code.INSPECTION_NOT_COUNTED, row.ref("unit_id"), value=unit.id, unit=unit, period=period)


def _nearly_units(county: County) -> list[Problem]:
    """检查单位 that are nearly a unit's name, each spelling once a sheet; every row where it is nearly the inspected unit's."""
    problems: list[Problem] = []
    warned: set[tuple[int, str]] = set()
    for row in county.tables["inspection"].records():
        unit, inspector = _known(county, row), row["inspector"]
        if unit is None or inspector is None or county.roster.unit_codes.called(inspector):
            continue
        name = county.roster.nearly_named(inspector, unit.id)
        spelling = (row.values[ORIGIN], inspector)
        if name is not None and (name == unit.name or spelling not in warned):
            warned.add(spelling)
            problems.append(
                problem(Code.NEARLY_A_UNIT, row.ref("inspector"), value=inspector, name=name, suggestion=name)
            )
    return problems


def _uncounted(county: County, unit: Unit, period: Period | None) -> bool:
    """Whether a unit's 督查 of a period is none of the scheme's; where the unit did not exist, that is why."""
    if period is None or not county.roster.exists(unit.id, period.last_day):
        return False
    return period not in inspection_periods(county, unit)


def _indicator_value(county: County, row: Record) -> Iterator[Problem]:
    unit, indicator_id = _known(county, row), row["indicator_id"]
    if unit is None or indicator_id is None:
        return
    place = row.ref("indicator_id")
    indicator = county.scheme.indicator_of(unit.id, indicator_id)
    if indicator is None:
        if indicator_id in county.scheme.unread_indicators:
            return
        yield problem(
            Code.UNKNOWN_INDICATOR, place, value=indicator_id, suggestion=county.scheme.suggest_indicator(indicator_id)
        )
        return
    now = county.roster.unit(unit.id, county.period.last_day)
    if now is None:
        return
    if indicator.level != now.level or not applies(indicator, now.id, now.group):
        yield problem(Code.INDICATOR_NOT_APPLICABLE, place, value=indicator_id, indicator=indicator_id, unit=now)
    elif not indicator.counts:
        yield problem(Code.INDICATOR_NOT_APPROVED, place, value=indicator_id, indicator=indicator_id)
    elif indicator.metric != "filed":
        label = county.scheme_label("metric", indicator.metric)
        yield problem(Code.VALUE_OF_COMPUTED_INDICATOR, place, value=indicator_id, indicator=indicator_id, metric=label)
    else:
        yield from _share(indicator, row)


def _share(indicator: Indicator, row: Record) -> Iterator[Problem]:
    """An 实际值 below 1 beside standard values of tens: a percentage, probably, that is written as a share of one."""
    low = min((abs(v) for v in indicator.standards if v), default=None)
    if row["actual"] is None or low is None:
        return
    value = exact.from_hundredths(row["actual"])
    least = resources.load("reading")["percentages_from"]
    if 0 < value < 1 and low >= least["usual" if all(indicator.standards) else "with_zero"]:
        suggestion = exact.short(value * 100)
        yield problem(
            Code.FRACTION_AS_PERCENTAGE,
            row.ref("actual"),
            value=exact.short(value),
            low=exact.short(low),
            suggestion=suggestion,
        )


def _bonus(county: County, row: Record) -> Iterator[Problem]:
    deduction = -county.scheme.parameters.discipline_deduction
    if row["kind"] == "discipline" and row["points"] is not None:
        points = exact.from_hundredths(row["points"])
        if points != deduction:
            expected = exact.short(deduction)
            yield problem(
                Code.WRONG_DISCIPLINE_POINTS,
                row.ref("points"),
                value=exact.short(points),
                expected=expected,
                suggestion=expected,
            )
    if row["review"] == PENDING:
        yield problem(Code.BONUS_PENDING, row.ref("review"), value=row.table.sheet.column("review").choices[PENDING])


def _objection(county: County, row: Record) -> Iterator[Problem]:
    subject = row["subject_id"]
    if subject is not None and subject not in county.roster.units and subject not in county.roster.members:
        suggestion = county.roster.suggest_subject(subject)
        yield problem(Code.UNKNOWN_SUBJECT, row.ref("subject_id"), value=subject, suggestion=suggestion)


def _suggestion(county: County, row: Record) -> Iterator[Problem]:
    code = row["indicator_id"]
    if code is not None and not any(i.id == code for i in county.scheme.indicators):
        suggestion = county.scheme.suggest_indicator(code)
        yield problem(Code.SUGGESTION_ON_UNKNOWN_INDICATOR, row.ref("indicator_id"), value=code, suggestion=suggestion)


_ROW_RULES = {
    "suggestion": _suggestion,
    "inspection": _inspection,
    "indicator_value": _indicator_value,
    "bonus": _bonus,
    "objection": _objection,
}

"""Rows about units, and the units that forms are labelled with: known, rightly named, existing, of the right level (spec §5)."""

from collections.abc import Iterator

from lianghua_batch import exact
from lianghua_batch.county import County
from lianghua_batch.forms import definitions
from lianghua_batch.periods import HALF
from lianghua_batch.problems import Problem, problem
from lianghua_batch.roster import Unit
from lianghua_batch.scheme import BRANCH, COMMITTEE, PENDING, applies
from lianghua_batch.tables import Origin, Record, Table
from lianghua_batch.values import squeeze

# Forms whose rows are wasted on a unit that does not exist at their period's end.
_SCORED = ("inspection", "indicator_value", "supervisor_score", "satisfaction", "bonus")


def check(county: County) -> list[Problem]:
    """All problems of the county's forms' rows, and of the branches that branch forms name."""
    problems = [
        p
        for name, table in county.tables.items()
        if definitions()[name].by_branch
        for origin in table.origins
        for p in labelled_branch(county, name, origin)
    ]
    for name in (*_SCORED, "rectification"):
        problems += (p for row in county.tables[name].records() for p in _unit_row(county, name, row))
    for name, rule in _ROW_RULES.items():
        problems += (p for row in county.tables[name].records() for p in rule(county, row))
    return problems


def level_label(level: str) -> str:
    """What a 层级 is called."""
    return definitions()["roster"].sheet("units").column("level").choices[level]


def labelled_branch(county: County, form: str, origin: Origin) -> Iterator[Problem]:
    """A branch form's 支部编号, 支部名称 and 期间 against 花名册."""
    roster, place = county.roster, origin.label_place("unit_id")
    if origin.unit is None:
        return
    if origin.unit not in roster.units:
        yield problem("E110", place, value=origin.unit)
        return
    unit = roster.named(origin.unit)
    if unit.level != BRANCH:
        yield problem("E111", place, value=origin.unit, level=level_label(unit.level))
        return
    if origin.unit_name is not None and squeeze(origin.unit_name) not in roster.names_of(unit.id):
        yield problem(
            "E112",
            origin.label_place("unit_name"),
            value=origin.unit_name,
            name=origin.unit_name,
            unit=unit.id,
            expected=unit.name,
        )
    period = origin.period
    if period is not None and not roster.existed_within(unit.id, period.first_day, period.last_day):
        label = definitions()[form].label
        yield problem("E114", place, value=unit.id, unit=unit, period=period, form=label)


def _unit_row(county: County, form: str, row: Record) -> Iterator[Problem]:
    unit_id, period = row["unit_id"], row.origin.period or county.period
    if unit_id is None:
        return
    place = row.ref("unit_id")
    if unit_id not in county.roster.units:
        yield problem("E322", place, value=unit_id)
    elif not county.roster.existed_within(unit_id, period.first_day, period.last_day):
        yield problem("E338", place, value=unit_id, unit=county.roster.named(unit_id), period=period)
    elif form in _SCORED and not county.roster.exists(unit_id, period.last_day):
        yield problem("W308", place, value=unit_id, unit=county.roster.named(unit_id), period=period)


def _known(county: County, row: Record) -> Unit | None:
    unit_id = row["unit_id"]
    return county.roster.named(unit_id) if unit_id in county.roster.units else None


def _inspection(county: County, row: Record) -> Iterator[Problem]:
    unit = _known(county, row)
    if unit is None:
        return
    names = county.roster.names_of(unit.id)
    if row["unit_name"] is not None and squeeze(row["unit_name"]) not in names:
        place = row.ref("unit_name")
        yield problem("E323", place, value=row["unit_name"], unit=unit.id, expected=unit.name)
    if row["inspector"] is not None and squeeze(row["inspector"]) in {unit.id, *names}:
        yield problem("E325", row.ref("inspector"), value=row["inspector"], unit=unit)
    period = row.origin.period
    expected = COMMITTEE if period is not None and period.kind == HALF else BRANCH
    if period is not None and unit.level != expected:
        labels = {"level": level_label(unit.level), "expected": level_label(expected)}
        yield problem("E324", row.ref("unit_id"), value=unit.id, unit=unit, period=period, **labels)


def _indicator_value(county: County, row: Record) -> Iterator[Problem]:
    unit, indicator_id = _known(county, row), row["indicator_id"]
    if unit is None or indicator_id is None:
        return
    place = row.ref("indicator_id")
    indicator = county.scheme.indicator.get(indicator_id)
    if indicator is None:
        yield problem("E328", place, value=indicator_id)
        return
    now = county.roster.unit(unit.id, county.period.last_day)
    if now is None:
        return
    if indicator.level != now.level or not applies(indicator, now.id, now.group):
        yield problem("E329", place, value=indicator_id, indicator=indicator_id, unit=now)
    elif not indicator.counts:
        yield problem("W306", place, value=indicator_id, indicator=indicator_id)
    elif indicator.metric != "filed":
        label = county.scheme_label("metric", indicator.metric)
        yield problem("E340", place, value=indicator_id, indicator=indicator_id, metric=label)


def _satisfaction(county: County, row: Record) -> Iterator[Problem]:
    columns = [c.name for c in row.table.sheet.expanded]
    if columns and not any(row[c] or (row.index, c) in row.table.faulty for c in columns):
        yield problem("E321", row.ref(columns[0]))


def _bonus(county: County, row: Record) -> Iterator[Problem]:
    day = row["date"]
    if day is not None and not county.period.holds(day.date()):
        yield problem("E333", row.ref("date"), value=day.date(), year=county.period.year)
    deduction = -county.scheme.parameters.discipline_deduction
    if row["kind"] == "discipline" and row["points"] is not None:
        points = exact.from_hundredths(row["points"])
        if points != deduction:
            expected = exact.short(deduction)
            yield problem("E334", row.ref("points"), value=exact.short(points), expected=expected, suggestion=expected)
    if row["review"] == PENDING:
        yield problem("W304", row.ref("review"), value=row.table.sheet.column("review").choices[PENDING])


def _rectification(county: County, row: Record) -> Iterator[Problem]:
    if row["status"] == "done" and row["completed"] is None and (row.index, "completed") not in row.table.faulty:
        yield problem("E335", row.ref("completed"))


def _objection(county: County, row: Record) -> Iterator[Problem]:
    subject = row["subject_id"]
    if subject is not None and subject not in county.roster.units and subject not in county.roster.members:
        yield problem("E339", row.ref("subject_id"), value=subject)


_ROW_RULES = {
    "inspection": _inspection,
    "indicator_value": _indicator_value,
    "satisfaction": _satisfaction,
    "bonus": _bonus,
    "rectification": _rectification,
    "objection": _objection,
}


def same_form_twice(table: Table) -> Iterator[tuple[Origin, Origin]]:
    """Pairs of different sheets that are the same branch's same form of the same period."""
    first: dict[tuple, Origin] = {}
    for origin in table.origins:
        key = (origin.unit, origin.period)
        if origin.unit is None or origin.period is None:
            continue
        if key in first:
            yield first[key], origin
        first.setdefault(key, origin)

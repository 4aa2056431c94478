"""Recognised sheets → one County: which period, which sheets belong to it, each form's table, the scheme and the roster."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from lianghua_batch.core import form_definitions, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.periods import Period
from lianghua_batch.core.problems import Problem, errors, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake import duplicates, period_selection
from lianghua_batch.intake.period_selection import BASE
from lianghua_batch.intake.recognition import Recognised
from lianghua_batch.intake.tables import ORIGIN, Table, extract
from lianghua_batch.model import declared_indicators, known_codes, parameter_loader, roster_loader, scheme_loader
from lianghua_batch.model.county import County, CountySheet
from lianghua_batch.model.known_codes import KnownCodes
from lianghua_batch.model.roster import Raters, Roster
from lianghua_batch.model.scheme import BRANCH, COMMITTEE, Scheme
from lianghua_batch.validation import as_generated, dates, form_parts, local_rows, repeated_rows, schema

_HEADING_ERRORS = (Code.MISSING_COLUMN, Code.DUPLICATE_COLUMN)


def county(sources: Iterable[Recognised], period: Period) -> tuple[County | None, list[Problem]]:
    """Type and validate every table of the period; without a whole 花名册 and 考评方案 there is no county, but every problem that can be found."""
    listed = list(sources)
    selected, problems = period_selection.select(listed, period)
    judged, duplicated, found = duplicates.without_duplicates(selected.judged)
    problems += found
    problems += _by_file(Code.UNFILLED_FORM, selected.unfilled)
    problems += _by_file(Code.UNSIGNED_FORM, (s for s in judged if s.unsigned is not None and not s.signed_elsewhere))
    definitions = form_definitions.definitions()
    base: dict[str, dict[str, Table]] = {}
    base_problems: dict[str, list[Problem]] = {}
    for name in BASE:
        base[name], base_problems[name] = _form_tables(judged, definitions[name])
        problems += base_problems[name]
    problems += dates.of_roster(base["roster"], period.year)
    misshapen = _misshapen(base_problems["roster"])
    roster, found = _read_roster(base["roster"], misshapen)
    problems += found
    base["scheme"] = {
        name: known_codes.resolved(table, {"applies_to": roster.unit_codes}) for name, table in base["scheme"].items()
    }
    missing = [p for name in BASE for p in _missing(base[name], definitions[name], period)]
    doubled = _two_schemes(base["scheme"], period)
    problems += missing + doubled
    rules, found = scheme_loader.read(_first_sheets(base["scheme"]) if doubled else base["scheme"], period.year)
    problems += found
    rules_sound = not errors([*base_problems["scheme"], *doubled, *found])
    problems += _unchecked(
        base, [name for name, wrong in (("roster", misshapen), ("scheme", not rules_sound)) if wrong]
    )
    known = _known_codes(roster, rules)
    tables: dict[str, Table] = {}
    for form in sorted(definitions.values(), key=lambda f: f.name != "declaration"):  # the others hold what it declares
        if form.name in BASE:
            continue
        tables[form.name], found = _form_table(judged, form, rules.items, rules_sound, known, roster.raters)
        problems += found
        if form.name == "declaration":
            known = _with_declared(known, tables[form.name])
    if missing or misshapen:  # a table without a column that it must have is as good as none
        for table in (tables[form.name] for form in definitions.values() if form.by_branch):
            problems += form_parts.check(table, roster, period)
        return None, [*problems, *by_themselves(tables)]
    rules, found = _with_declared_indicators(rules, tables, roster, period)
    problems += found
    monthly = form_definitions.expand(definitions["monthly_score"], rules.items).sheets[0]
    earlier, _ = extract(selected.earlier, monthly)
    earlier = known_codes.resolved(earlier, known)
    from_county = [*(t for name in BASE for t in base[name].values()), *tables.values()]
    sheets = tuple(_county_sheets(t for t in from_county if not definitions[t.sheet.form].by_unit))
    loaded = County(period, rules, rules_sound, roster, tables, earlier, duplicated, sheets)
    if changed := _with_numbers_changed(loaded, selected.unfilled, known):
        return county([replace(s, unfilled=False) if id(s) in changed else s for s in listed], period)
    return loaded, problems


def _county_sheets(tables: Iterable[Table]) -> Iterator[CountySheet]:
    """What the tables were read from, in the order of the forms and, within one, of the files."""
    for table in tables:
        rows = table.frame[ORIGIN].value_counts()
        for n, origin in enumerate(table.origins):
            yield CountySheet(table.sheet.form, table.sheet.name, origin.period, origin.place(), int(rows.get(n, 0)))


def by_themselves(tables: Mapping[str, Table]) -> Iterator[Problem]:
    """What is wrong with the tables of a period whatever 花名册 and 考评方案 say."""
    for room in (local_rows, dates, repeated_rows):
        yield from room.check(tables)


def _with_numbers_changed(loaded: County, unfilled: Iterable[Recognised], known: Mapping[str, KnownCodes]) -> set[int]:
    """Which of the forms that hold only what is pre-filled hold other numbers than the program writes, by id()."""
    listed = list(unfilled)
    found: set[int] = set()
    for name in ("monthly_score", "quarterly_summary") if loaded.rules_sound else ():
        sheets = [s for s in listed if s.form.name == name]
        table, _ = extract(sheets, loaded.tables[name].sheet)
        if not table.frame.empty:
            found |= {id(sheets[n]) for n in as_generated.changed(loaded, known_codes.resolved(table, known))}
    return found


def read_roster(sources: Iterable[Recognised], period: Period) -> tuple[Roster, list[Problem]]:
    """花名册 alone, as it is for a period, and what is wrong with it; where a sheet or a column of it is missing it is empty."""
    form = form_definitions.definitions()["roster"]
    selected, _ = period_selection.select((s for s in sources if s.form.name == form.name), period)
    judged, _, duplicated = duplicates.without_duplicates(selected.judged)
    tables, found = _form_tables(judged, form)
    missing = _missing(tables, form, period)
    roster, wrong = _read_roster(tables, bool(missing) or _misshapen(found))
    return roster, [*duplicated, *found, *missing, *wrong]


def scheme_tables(sources: Iterable[Recognised], period: Period) -> dict[str, Table]:
    """The six tables of a sound 考评方案."""
    selected, _ = period_selection.select((s for s in sources if s.form.name == "scheme"), period)
    judged, _, _ = duplicates.without_duplicates(selected.judged)
    return _form_tables(judged, form_definitions.definitions()["scheme"])[0]


def changed_rules(
    scheme_sheets: Iterable[Recognised], period: Period, texts: Mapping[str, str]
) -> tuple[Scheme, list[Problem]]:
    """The scheme of a sound 考评方案 as it were if the 值 of these 参数, by their labels, held other texts, and what is wrong then."""
    tables = scheme_tables(scheme_sheets, period)
    tables["parameters"] = parameter_loader.with_values(tables["parameters"], texts)
    return scheme_loader.read(tables, period.year)


def _with_declared(known: Mapping[str, KnownCodes], declared: Table) -> Mapping[str, KnownCodes]:
    """The known codes with those of declared indicators."""
    own = known_codes.of_columns(declared, "indicator_id", "indicator_name")
    return {**known, "indicator_id": known["indicator_id"].with_others(own)}


def _with_declared_indicators(
    scheme: Scheme, tables: Mapping[str, Table], roster: Roster, period: Period
) -> tuple[Scheme, list[Problem]]:
    units = {u.id: u for level in (COMMITTEE, BRANCH) for u in roster.units_on(period.last_day, level)}
    return declared_indicators.with_declared(scheme, tables, units)


def under(scheme: Scheme, county: County) -> County:
    """The county under other rules, with what its units declared."""
    return replace(county, scheme=_with_declared_indicators(scheme, county.tables, county.roster, county.period)[0])


def _known_codes(roster: Roster, rules: Scheme) -> Mapping[str, KnownCodes]:
    """The codes that stand in forms, by column."""
    projects = {code: () for code in rules.unread_projects if code} | {
        code: (p.name,) for code, p in rules.projects.items()
    }
    indicators = {code: () for code in rules.unread_indicators if code} | {
        code: (i.name,) for code, i in rules.indicator.items()
    }
    return {
        "unit_id": roster.unit_codes,
        "member_id": roster.member_codes,
        "subject_id": roster.unit_codes.with_others(roster.member_codes),
        "project_id": KnownCodes(projects),
        "absent_project": KnownCodes(projects),
        "indicator_id": KnownCodes(indicators),
    }


def _form_tables(
    sources: Sequence[Recognised],
    form: form_definitions.Form,
    known: Mapping[str, KnownCodes] = MappingProxyType({}),
    raters: Raters = MappingProxyType({}),
) -> tuple[dict[str, Table], list[Problem]]:
    """Extract and validate the tables of one form, with the codes that are `known`."""
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for sheet in form.sheets:
        sheets = [s for s in sources if s.form.name == form.name and s.sheet.name == sheet.name]
        tables[sheet.name], found = extract(sheets, sheet)
        problems += found
        tables[sheet.name] = known_codes.resolved(tables[sheet.name], known)
        if form.name == "roster":
            tables[sheet.name], found = duplicates.without_second_rosters(tables[sheet.name])
            problems += found
        problems += schema.check(tables[sheet.name], raters)
    return tables, problems


def _form_table(
    sources: Sequence[Recognised],
    form: form_definitions.Form,
    items: Mapping[str, Sequence[str]],
    sound: bool,
    known: Mapping[str, KnownCodes],
    raters: Raters,
) -> tuple[Table, list[Problem]]:
    """The one table of a form whose expandable columns stand for `items`; where not all are known for `sound`, an
    extra column is no problem."""
    tables, problems = _form_tables(sources, form_definitions.expand(form, items), known, raters)
    expanded = [items[c.expand] for s in form.sheets for c in s.columns if c.expand is not None]
    if not all(expanded) or (expanded and not sound):
        problems = [p for p in problems if p.code != Code.UNREAD_COLUMN or (all(expanded) and p.suggestion is not None)]
    return tables[form.sheets[0].name], problems


def _misshapen(problems: Iterable[Problem]) -> bool:
    """Whether a sheet lacks a column that it must have, or has one twice: every row would be wrong for it."""
    return any(p.code in _HEADING_ERRORS for p in problems)


def _unchecked(base: Mapping[str, Mapping[str, Table]], names: Iterable[str]) -> list[Problem]:
    """That what rests on these base forms was left unchecked, once for each that is there."""
    files = {name: next((o.file for t in base[name].values() for o in t.origins), None) for name in names}
    labels = form_definitions.definitions()
    return [
        problem(Code.CHECKS_NOT_MADE, SourceRef(file), form=labels[name].label)
        for name, file in files.items()
        if file is not None
    ]


def _read_roster(tables: Mapping[str, Table], misshapen: bool) -> tuple[Roster, list[Problem]]:
    """The roster; without a whole sheet of units nothing can be checked of any member's."""
    if misshapen or not tables["units"].origins:
        return Roster({}, {}), []
    return roster_loader.read(tables["units"], tables["members"])


def _by_file(code: Code, sources: Iterable[Recognised]) -> list[Problem]:
    """One problem a file with sheets that lack a name, at the first cell where one belongs."""
    words = resources.load("messages/problem_words")
    by_file: dict[str, list[Recognised]] = defaultdict(list)
    for source in sources:
        by_file[source.grid.file].append(source)
    return [
        replace(
            problem(
                code,
                listed[0].unsigned,
                period=listed[0].period,
                form=words["forms_separator"].join(dict.fromkeys(s.form.label for s in listed)),
            ),
            unit=listed[0].unit,
        )
        for listed in by_file.values()
    ]


def _missing(tables: Mapping[str, Table], form: form_definitions.Form, period: Period) -> list[Problem]:
    absent = [sheet for sheet in form.sheets if not tables[sheet.name].origins]
    if len(absent) == len(form.sheets):
        return [problem(Code.MISSING_COUNTY_FORM, SourceRef(""), form=form.label, period=period.year)]
    file = next(t.origins[0].file for t in tables.values() if t.origins)
    return [problem(Code.MISSING_SHEET, SourceRef(file), form=form.label, sheet=sheet.label) for sheet in absent]


def _two_schemes(tables: Mapping[str, Table], period: Period) -> list[Problem]:
    """A sheet of 考评方案 that is there twice, not as a copy: it is unknown which of the two is in force."""
    return [
        problem(Code.TWO_SCHEMES, second.place(), year=period.year, other=table.origins[0].place())
        for table in tables.values()
        for second in table.origins[1:]
    ]


def _first_sheets(tables: Mapping[str, Table]) -> dict[str, Table]:
    """The tables with the rows of their first sheets only."""
    return {name: table.take(table.frame[ORIGIN] == 0) for name, table in tables.items()}

"""Recognised sheets → one County: which period, which sheets belong to it, each form's table, the scheme and the roster."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lianghua_batch import contracts, forms, roster_reading, scheme_reading
from lianghua_batch.county import County
from lianghua_batch.crosschecks.units import same_form_twice
from lianghua_batch.headings import Recognised
from lianghua_batch.periods import Period
from lianghua_batch.problems import Problem, errors, problem
from lianghua_batch.provenance import SourceRef
from lianghua_batch.roster import Roster
from lianghua_batch.tables import ORIGIN, Table, extract
from lianghua_batch.values import is_blank

BASE = ("roster", "scheme")


def choose_period(sources: Iterable[Recognised]) -> Period | None:
    """The period that a folder is about: the year if it has a 年评议 or 指标完成, else the latest quarter with a 季汇总 (spec §8)."""
    found = [(s.form.name, s.period) for s in sources if s.period is not None]
    years = [p for form, p in found if form in ("annual_review", "indicator_value")]
    if years:
        return max(years, key=lambda p: p.year)
    quarters = [p for form, p in found if form == "quarterly_summary"]
    return max(quarters, key=lambda p: (p.year, p.index), default=None)


@dataclass(frozen=True)
class Selected:
    """The sheets that one period takes: those it judges, and 月打分 of earlier months, of which only 免评 is used."""

    judged: Sequence[Recognised]
    earlier: Sequence[Recognised]


def select(sources: Iterable[Recognised], period: Period) -> tuple[Selected, list[Problem]]:
    """Take the sheets of the period; those of another year are left with a warning, those of the same year's other periods without."""
    judged, earlier, problems = [], [], []
    for source in sources:
        its = source.period
        if its is None:
            if source.form.name in BASE:
                judged.append(source)
        elif its.year != period.year:
            problems.append(problem("W105", source.labels["period"].place, value=its))
        elif (
            source.form.name in BASE
            or period.contains(its)
            or (its.last_day < period.first_day and source.form.name == "daily_record")
        ):
            judged.append(source)
        elif its.last_day < period.first_day and source.form.name == "monthly_score":
            earlier.append(source)
    return Selected(judged, earlier), problems


def _claim(source: Recognised) -> tuple:
    """Which form of whom and when a sheet says it is; only sheets of one claim can be copies of each other."""
    label = source.labels.get("unit_id")
    return (source.sheet.form, source.sheet.name, str(label.value) if label else "", source.period)


def _content(source: Recognised) -> str:
    """A fingerprint of the sheet's table without blank rows and trailing blank cells."""
    digest = hashlib.sha256()
    for row in source.grid.rows[source.head_row :]:
        end = len(row)
        while end and is_blank(row[end - 1]):
            end -= 1
        if end:
            digest.update(repr(row[:end]).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def without_copies(sources: Iterable[Recognised]) -> tuple[list[Recognised], frozenset[SourceRef], list[Problem]]:
    """Drop sheets that say exactly what an earlier one says, each a warning; return those kept, and which of them had copies."""
    firsts: dict[tuple, Recognised] = {}
    kept: list[Recognised] = []
    copied: set[SourceRef] = set()
    problems: list[Problem] = []
    for source in sources:
        key = (*_claim(source), _content(source))
        first = firsts.setdefault(key, source)
        if first is source:
            kept.append(source)
        else:
            copied.add(first.grid.place())
            problems.append(problem("W103", source.grid.place(), other=first.grid.place()))
    return kept, frozenset(copied), problems


def county(sources: Iterable[Recognised], period: Period) -> tuple[County | None, list[Problem]]:
    """Type and validate every table of the period; without a whole 花名册 and 考评方案 there is no county, but all that can be told."""
    selected, problems = select(sources, period)
    judged, copied, found = without_copies(selected.judged)
    problems += found
    unsigned = [s for s in judged if s.form.by_branch and s.unsigned is not None]
    problems += _not_signed(unsigned)
    definitions = forms.definitions()
    base: dict[str, dict[str, Table]] = {}
    base_problems: dict[str, list[Problem]] = {}
    for name in BASE:
        base[name], base_problems[name] = _form_tables(judged, definitions[name])
        problems += base_problems[name]
    missing = [p for name in BASE for p in _missing(base[name], definitions[name], period)]
    doubled = _two_schemes(base["scheme"], period)
    problems += missing + doubled
    rules, found = scheme_reading.read(_firsts(base["scheme"]) if doubled else base["scheme"], period.year)
    problems += found
    rules_sound = not errors([*base_problems["scheme"], *doubled, *found])
    people, found = _people(base["roster"])
    problems += found
    tables: dict[str, Table] = {}
    for form in definitions.values():
        if form.name in BASE:
            continue
        tables[form.name], found = _form_table(judged, form, rules.items)
        problems += found
        if form.by_branch:
            problems += _sent_twice(tables[form.name], form, people)
    if missing:
        return None, problems
    monthly = forms.expand(definitions["monthly_score"], rules.items).sheets[0]
    earlier, _ = extract(selected.earlier, monthly)
    sheets = frozenset(s.grid.place() for s in unsigned)
    return County(period, rules, rules_sound, people, tables, earlier, copied, sheets), problems


def _form_tables(sources: Sequence[Recognised], form: forms.Form) -> tuple[dict[str, Table], list[Problem]]:
    """Extract and validate the tables of one form."""
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for sheet in form.sheets:
        mine = [s for s in sources if s.form.name == form.name and s.sheet.name == sheet.name]
        tables[sheet.name], found = extract(mine, sheet)
        problems += found
        problems += contracts.check(tables[sheet.name])
    return tables, problems


def _form_table(
    sources: Sequence[Recognised], form: forms.Form, items: Mapping[str, Sequence[str]]
) -> tuple[Table, list[Problem]]:
    """The one table of a form whose expandable columns stand for `items`; of unknown items nobody knows which column is extra."""
    tables, problems = _form_tables(sources, forms.expand(form, items))
    if not all(items[c.expand] for s in form.sheets for c in s.columns if c.expand is not None):
        problems = [p for p in problems if p.code != "W101"]
    return tables[form.sheets[0].name], problems


def _people(tables: Mapping[str, Table]) -> tuple[Roster, list[Problem]]:
    """The roster; without a sheet of units nothing can be said of any member's."""
    if not tables["units"].origins:
        return Roster({}, {}), []
    return roster_reading.read(tables["units"], tables["members"])


def _not_signed(sources: Iterable[Recognised]) -> list[Problem]:
    """The files with forms that nobody has signed, each told once, at the first cell where a name belongs."""
    by_file: dict[str, list[Recognised]] = defaultdict(list)
    for source in sources:
        by_file[source.grid.file].append(source)
    return [
        problem("W107", listed[0].unsigned, form="”、“".join(dict.fromkeys(s.form.label for s in listed)))
        for listed in by_file.values()
    ]


def _missing(tables: Mapping[str, Table], form: forms.Form, period: Period) -> list[Problem]:
    absent = [sheet for sheet in form.sheets if not tables[sheet.name].origins]
    if len(absent) == len(form.sheets):
        return [problem("E115", SourceRef(""), form=form.label, period=period.year)]
    file = next(t.origins[0].file for t in tables.values() if t.origins)
    return [problem("E116", SourceRef(file), form=form.label, sheet=sheet.label) for sheet in absent]


def _two_schemes(tables: Mapping[str, Table], period: Period) -> list[Problem]:
    """A sheet of 考评方案 that is there twice, not as a copy: nobody could say which of the two is in force."""
    return [
        problem("E416", second.place(), year=period.year, other=table.origins[0].place())
        for table in tables.values()
        for second in table.origins[1:]
    ]


def _firsts(tables: Mapping[str, Table]) -> dict[str, Table]:
    """The tables with the rows of their first sheets only."""
    return {name: table.take(table.frame[ORIGIN] == 0) for name, table in tables.items()}


def _sent_twice(table: Table, form: forms.Form, people: Roster) -> list[Problem]:
    problems = []
    for first, second in same_form_twice(table):
        unit = people.named(second.unit) if second.unit in people.units else second.unit
        context = {"unit": unit, "form": form.label, "period": second.period, "other": first.place()}
        problems.append(problem("E113", second.place(), value=second.unit, **context))
    return problems

"""考评方案 → Scheme: the six tables read, every rule checked (spec §2, §5)."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import islice, pairwise

from lianghua_batch.core import exact, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import definitions, other_names
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.suggestions import suggest
from lianghua_batch.intake.cell_values import squeeze
from lianghua_batch.intake.tables import Record, Table
from lianghua_batch.model import parameter_loader
from lianghua_batch.model.scheme import MEMBER, Band, Dimension, Indicator, Project, Scheme

# The columns that a project and an indicator must have; the code first.
_PROJECT_COLUMNS = ("project_id", "dimension", "project_name", "points")
_INDICATOR_COLUMNS = ("indicator_id", "level", "kind", "indicator_name", "weight", "method", "metric")


def read(tables: Mapping[str, Table], year: int) -> tuple[Scheme, list[Problem]]:
    """Build the year's scheme from the six tables of 考评方案; where a rule is faulty the default stands in so that checking goes on."""
    rules, parameters, problems = parameter_loader.read(tables["parameters"])
    bands, found = _bands(tables["bands"])
    problems += found
    dimensions, found = _dimensions(tables["dimensions"])
    problems += found
    known = {d.name for d in dimensions} if tables["dimensions"].origins else None
    projects, found = _projects(tables["projects"], known, bands[MEMBER])
    problems += found
    indicators, found = _indicators(tables["indicators"])
    problems += found
    ballots, found = _ballots(tables["ballot_grades"])
    problems += found
    scheme = Scheme(
        _name(tables["parameters"], year),
        parameters,
        rules,
        bands,
        dimensions,
        projects,
        indicators,
        ballots,
        unread_projects=_unread(tables["projects"], *_PROJECT_COLUMNS),
        unread_indicators=_unread(tables["indicators"], *_INDICATOR_COLUMNS),
    )
    return scheme, problems


def _name(parameters: Table, year: int) -> str:
    """The scheme's name: the title of its 参数 sheet, unless that is the form's own."""
    form = definitions()["scheme"]
    title = parameters.origins[0].title if parameters.origins else None
    if title is None or squeeze(title) in (form.label, parameters.sheet.title, parameters.sheet.label):
        return resources.load("reading")["scheme_name"].format(year=year, form=form.label)
    return title


def _number(value: object) -> Fraction | None:
    return None if value is None else exact.from_hundredths(int(value))


def _rows(table: Table, *needed: str) -> Iterable[Record]:
    """The rows whose `needed` cells are filled; the others are already reported."""
    return (r for r in table.records() if all(r[name] is not None for name in needed))


def _unread(table: Table, code: str, *needed: str) -> frozenset[str | None]:
    """The codes of the rows that `_rows` leaves out."""
    return frozenset(r[code] for r in table.records() if any(r[name] is None for name in (code, *needed)))


def _bands(table: Table) -> tuple[dict[str, tuple[Band, ...]], list[Problem]]:
    problems: list[Problem] = []
    result = {}
    sheet = table.sheet
    for scope, scope_label in sheet.column("scope").choices.items():
        rows = [r for r in _rows(table, "scope", "grade") if r["scope"] == scope]
        bands = [
            Band(str(r["grade"]), _number(r["lower"]) or None, r.ref("lower")) for r in rows
        ]  # from 0 is from below
        read_whole = not any((r.index, "lower") in table.faulty for r in rows)  # else a blank may be none
        if not bands:
            if table.origins:
                problems.append(
                    problem(Code.NO_ROWS_OF_SCOPE, table.origins[0].place(), sheet=sheet.label, scope=scope_label)
                )
        elif len(bands) == 1:
            problems.append(problem(Code.TOO_FEW_GRADES, bands[0].source, scope=scope_label))
        elif sum(b.lower is None for b in bands) != 1 and read_whole:
            problems.append(problem(Code.NO_SINGLE_LOWEST_GRADE, _lowest_in_doubt(bands).source, scope=scope_label))
        unordered = (
            problem(Code.UNORDERED_GRADES, low.source, value=exact.short(low.lower), name=high.grade, scope=scope_label)
            for high, low in pairwise(bands)
            if read_whole and low.lower is not None and (high.lower is None or high.lower < low.lower)
        )
        problems += islice(unordered, 1)  # the others follow from it
        bands.sort(key=lambda b: (b.lower is None, -(b.lower or 0)))
        problems += (
            problem(Code.DUPLICATE_GRADE_BOUND, later.source, value=exact.short(later.lower), scope=scope_label)
            for earlier, later in pairwise(bands)
            if later.lower is not None and later.lower == earlier.lower
        )
        result[scope] = tuple(bands)
    return result, problems


def _lowest_in_doubt(bands: list[Band]) -> Band:
    """The second of two grades without a lower bound, or the lowest where every one has a bound."""
    without = [b for b in bands if b.lower is None]
    return without[1] if without else min(bands, key=lambda b: b.lower)


def _dimensions(table: Table) -> tuple[tuple[Dimension, ...], list[Problem]]:
    """The dimensions by name; one whose numbers cannot be read keeps its place, for the forms have its column."""
    rows = list({squeeze(str(r["dimension"])): r for r in reversed(list(_rows(table, "dimension")))}.values())[::-1]
    dimensions = tuple(_dimension(r) for r in rows)
    problems: list[Problem] = []
    if not table.origins or any(r["full_marks"] is None or r["start"] is None for r in rows):
        return dimensions, problems
    problems += (
        problem(Code.START_ABOVE_FULL_MARKS, d.source, value=exact.short(d.start), limit=exact.short(d.full_marks))
        for d in dimensions
        if d.start > d.full_marks
    )
    total = sum((d.full_marks for d in dimensions), exact.ZERO)
    if total != exact.HUNDRED:
        place = dimensions[0].row.ref("full_marks") if dimensions else table.origins[0].place()
        problems.append(problem(Code.FULL_MARKS_NOT_100, place, value=exact.short(total)))
    return dimensions, problems


def _dimension(row: Record) -> Dimension:
    """One dimension; where its 满分 cannot be read, none of its scores is called too high."""
    full_marks = exact.HUNDRED if row["full_marks"] is None else _number(row["full_marks"])
    start = exact.ZERO if row["start"] is None else _number(row["start"])
    return Dimension(squeeze(str(row["dimension"])), full_marks, start, row)


def _projects(
    table: Table, dimensions: set[str] | None, grades: Sequence[Band]
) -> tuple[dict[str, Project], list[Problem]]:
    """The 积分项目 by code; `dimensions` is None where nobody can know them, `grades` the 党员 grades, the best first."""
    problems: list[Problem] = []
    projects: dict[str, Project] = {}
    for r in _rows(table, *_PROJECT_COLUMNS):
        dimension = _dimension_called(squeeze(str(r["dimension"])), dimensions or ())
        if dimensions is not None and dimension not in dimensions:
            meant = suggest(dimension, dimensions)
            problems.append(problem(Code.UNKNOWN_DIMENSION, r.ref("dimension"), value=r["dimension"], suggestion=meant))
        veto, found = _veto(r, [band.grade for band in grades])
        problems += found
        projects[str(r["project_id"])] = Project(
            id=str(r["project_id"]),
            dimension=dimension,
            name=str(r["project_name"]),
            points=int(r["points"]),
            monthly_cap=None if r["monthly_cap"] is None else int(r["monthly_cap"]),
            yearly_cap=None if r["yearly_cap"] is None else int(r["yearly_cap"]),
            veto=veto,
            basis=r["basis"],
            row=r,
        )
    return projects, problems


def _dimension_called(written: str, dimensions: Iterable[str]) -> str:
    """The dimension that a name stands for; the name itself where there is none."""
    return next((d for d in dimensions if written in other_names(d)), written)


def _veto(row: Record, grades: Sequence[str]) -> tuple[str | None, list[Problem]]:
    """The best grade that 一票否决 leaves: the lowest for 是, else the one it names, which is any but the best (spec §4.6)."""
    written = row["veto"]
    # Sealed definitions of version 0.1 have a column of 是 and 否, which reads as these keys.
    answers = {key: [*labels, key] for key, labels in resources.load("reading")["yes_no"].items()}
    if written is None or squeeze(written) in answers["no"] or not grades:
        return None, []
    if squeeze(written) in answers["yes"]:
        return grades[-1], []
    named = {squeeze(grade): grade for grade in grades[1:]}
    if squeeze(written) in named:
        return named[squeeze(written)], []
    allowed = [answers["yes"][0], answers["no"][0], *grades[1:]]
    words = {"allowed": _listed(allowed), "suggestion": suggest(written, allowed)}
    return None, [problem(Code.UNKNOWN_CEILING, row.ref("veto"), value=written, **words)]


def _indicators(table: Table) -> tuple[tuple[Indicator, ...], list[Problem]]:
    catalogue = resources.load("rules/metrics")
    levels = {m["name"]: m["levels"] for m in catalogue["metrics"]}
    sheet = table.sheet
    problems: list[Problem] = []
    indicators = []
    for r in _rows(table, *_INDICATOR_COLUMNS):
        standards, found = standards_of(r)
        problems += found
        if r["level"] not in levels[r["metric"]]:
            labels = sheet.column("metric").choices
            meant = suggest(labels[r["metric"]], [labels[m] for m in labels if r["level"] in levels[m]])
            context = {"level": sheet.column("level").choices[r["level"]], "suggestion": meant}
            problems.append(
                problem(Code.METRIC_OF_ANOTHER_LEVEL, r.ref("metric"), value=labels[r["metric"]], **context)
            )
        indicators.append(
            Indicator(
                id=str(r["indicator_id"]),
                level=str(r["level"]),
                applies_to=r["applies_to"],
                kind=str(r["kind"]),
                aspect=r["aspect"],
                name=str(r["indicator_name"]),
                weight=_number(r["weight"]),
                method=str(r["method"]),
                standards=standards,
                metric=str(r["metric"]),
                review=r["review"],
                basis=r["basis"],
                row=r,
            )
        )
    return tuple(indicators), problems


def standards_of(row: Record) -> tuple[tuple[Fraction | None, ...], list[Problem]]:
    """The standard values that an indicator's method takes, and their problems (spec §5.2)."""
    method = row.table.sheet.column("method").choices[row["method"]]
    kinds = resources.load("rules/metrics")["methods"]
    needs = kinds[row["method"]]["needs"]
    standards = tuple(_number(row[name]) for name in needs)
    every = dict.fromkeys(name for kind in kinds.values() for name in kind["needs"])
    unused = [name for name in every if name not in needs and row[name] is not None]
    problems = [
        *(problem(Code.UNUSED_STANDARD, row.ref(n), value=exact.short(_number(row[n])), method=method) for n in unused),
        *_needed_standards(row, needs, standards, method),
    ]
    return standards, problems


def _needed_standards(
    row: Record, needs: list[str], standards: tuple[Fraction | None, ...], method: str
) -> list[Problem]:
    """What is wrong with the standard values that the method takes."""
    missing = [
        problem(Code.MISSING_STANDARD, row.ref(name), method=method)
        for name, value in zip(needs, standards, strict=True)
        if value is None and (row.index, name) not in row.table.faulty
    ]
    if missing or None in standards:
        return missing
    if row["method"] == "efficacy" and standards[0] == standards[1]:
        return [problem(Code.EQUAL_STANDARDS, row.ref("satisfactory"), value=exact.short(standards[0]))]
    if row["method"] == "five_level":
        steps = [later - earlier for earlier, later in pairwise(standards)]
        if not (all(s > 0 for s in steps) or all(s < 0 for s in steps)):
            return [
                problem(Code.UNORDERED_STANDARDS, row.ref("level_1"), value=_listed(exact.short(v) for v in standards))
            ]
    return []


def _listed(texts: Iterable[str]) -> str:
    return resources.load("messages/problem_words")["separator"].join(texts)


def _ballots(table: Table) -> tuple[dict[str, dict[str, Fraction]], list[Problem]]:
    problems: list[Problem] = []
    result: dict[str, dict[str, Fraction]] = {}
    for scope, scope_label in table.sheet.column("scope").choices.items():
        rows = [r for r in _rows(table, "scope", "grade", "worth") if r["scope"] == scope]
        result[scope] = {squeeze(str(r["grade"])): _number(r["worth"]) for r in rows}
        if not rows and table.origins:
            problems.append(
                problem(Code.NO_ROWS_OF_SCOPE, table.origins[0].place(), sheet=table.sheet.label, scope=scope_label)
            )
    return result, problems

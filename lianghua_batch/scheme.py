"""The rules of one year, read from a 考评方案 (spec §2, §3): every weight, cap, cut-off and grade name comes from here."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction

from lianghua_batch import exact, resources
from lianghua_batch.forms import definitions
from lianghua_batch.problems import Problem, problem
from lianghua_batch.provenance import SourceRef
from lianghua_batch.tables import Record, Table
from lianghua_batch.values import Fault, hundredths, squeeze

ORGANISATION, MEMBER = "organisation", "member"
COMMITTEE, BRANCH = "committee", "branch"
ROUTINE, DIFFERENTIAL = "routine", "differential"
PASSED, PENDING = "passed", "pending"
_FRACTION = re.compile(r"^(\d+)/(\d+)$")


@dataclass(frozen=True)
class Parameters:
    """All 参数; names, defaults, allowed values and clauses stand in schemas/parameters.yaml."""

    routine_weight: Fraction
    differential_weight: Fraction
    individual_cap: Fraction
    dynamic_cap: Fraction
    discipline_deduction: Fraction
    discipline_capped: bool
    committee_inspections: str
    min_quarters: int
    inspection_weight: Fraction
    year_end_weight: Fraction
    assessment_weight: Fraction
    supervisors_weight: Fraction
    masses_weight: Fraction
    clients_weight: Fraction
    without_clients: str
    without_members: str
    clip_efficacy: bool
    month_basis: str
    deviation_tolerance: Fraction
    quarter_basis: str
    adjustment_cap: Fraction
    points_weight: Fraction
    review_weight: Fraction
    top_share: Fraction
    places: int
    tie_ranks: str
    trim_from: int
    rounding: str
    quarter_points_weight: Fraction
    quarter_inspection_weight: Fraction
    committee_mean: str


@dataclass(frozen=True)
class Band:
    """A grade and its inclusive lower bound; the lowest has none."""

    grade: str
    lower: Fraction | None
    source: SourceRef


@dataclass(frozen=True)
class Dimension:
    """A 党员维度 with its 满分 and 起始分."""

    name: str
    full_marks: Fraction
    start: Fraction
    source: SourceRef


@dataclass(frozen=True)
class Project:
    """A 积分项目: what one diary entry is worth, in hundredths, and its caps."""

    id: str
    dimension: str
    name: str
    points: int
    monthly_cap: int | None
    yearly_cap: int | None
    veto: bool
    basis: str | None
    source: SourceRef


@dataclass(frozen=True)
class Indicator:
    """A 指标; `standards` are the values its method needs, in the order of schemas/metrics.yaml."""

    id: str
    level: str
    applies_to: str | None
    kind: str
    aspect: str | None
    name: str
    weight: Fraction
    method: str
    standards: tuple[Fraction, ...]
    metric: str
    review: str | None
    basis: str | None
    source: SourceRef

    @property
    def counts(self) -> bool:
        """Whether it is in force: 差异化 only once 审核 = 通过 (文件二（二）)."""
        return self.kind == ROUTINE or self.review == PASSED


@dataclass(frozen=True)
class Rule:
    """One 参数 as filled, for the 方案 sheet and for explanations."""

    name: str
    label: str
    value: str
    explanation: str
    basis: str
    source: SourceRef


@dataclass(frozen=True)
class Scheme:
    """A county's rules for one year. Bands go from the best grade to the lowest; ballots map grade → 折算分."""

    name: str
    parameters: Parameters
    rules: tuple[Rule, ...]
    bands: Mapping[str, tuple[Band, ...]]
    dimensions: tuple[Dimension, ...]
    projects: Mapping[str, Project]
    indicators: tuple[Indicator, ...]
    ballots: Mapping[str, Mapping[str, Fraction]]

    @property
    def items(self) -> dict[str, list[str]]:
        """What the expandable columns of the forms stand for."""
        return {
            "dimensions": [d.name for d in self.dimensions],
            "member_ballot_grades": list(self.ballots[MEMBER]),
            "organisation_ballot_grades": list(self.ballots[ORGANISATION]),
        }

    def publish(self, value: Fraction) -> Fraction:
        """A ▣ number as the next step uses it: rounded under 逐级, exact under 末级 (spec §3)."""
        return self.final(value) if self.parameters.rounding == "each_step" else value

    def final(self, value: Fraction) -> Fraction:
        """A number that is rounded under either 取舍方式: 审定积分, 年度综合分, 季度得分, 总分."""
        return exact.half_up(value, self.parameters.places)

    def indicators_for(self, unit_id: str, level: str, group: str | None) -> list[Indicator]:
        """The indicators in force for one unit: its 层级, and 适用单位 blank or the unit or its 考评组."""
        return [i for i in self.indicators if i.level == level and i.counts and applies(i, unit_id, group)]


def applies(indicator: Indicator, unit_id: str, group: str | None) -> bool:
    """Whether an indicator's 适用单位 covers a unit of its 层级."""
    target = indicator.applies_to
    return target is None or target == unit_id or (group is not None and target == squeeze(group))


# --- reading -------------------------------------------------------------------------------------------------------


def read(tables: Mapping[str, Table], year: int) -> tuple[Scheme, list[Problem]]:
    """Build the year's scheme from the six tables of 考评方案; where a rule is faulty the default stands in so that checking goes on."""
    rules, parameters, problems = _parameters(tables["parameters"], year)
    bands, found = _bands(tables["bands"])
    problems += found
    dimensions, found = _dimensions(tables["dimensions"])
    problems += found
    projects, found = _projects(tables["projects"], {d.name for d in dimensions})
    problems += found
    indicators, found = _indicators(tables["indicators"])
    problems += found
    ballots, found = _ballots(tables["ballot_grades"])
    problems += found
    origins = tables["parameters"].origins
    name = (origins[0].title if origins else None) or definitions()["scheme"].label
    scheme = Scheme(name, parameters, rules, bands, dimensions, projects, indicators, ballots)
    return scheme, problems


def _number(value: object) -> Fraction | None:
    return None if value is None else exact.from_hundredths(int(value))


def _rows(table: Table, *needed: str) -> Iterable[Record]:
    """The rows whose `needed` cells are filled; the others are already reported."""
    return (r for r in table.records() if all(r[name] is not None for name in needed))


def _parameters(table: Table, year: int) -> tuple[tuple[Rule, ...], Parameters, list[Problem]]:
    catalogue = resources.load("parameters")
    by_label = {squeeze(entry["label"]): entry for entry in catalogue["parameters"]}
    clauses = resources.load("clauses")["clauses"]
    found: dict[str, tuple[object, Record]] = {}
    rules: list[Rule] = []
    problems: list[Problem] = []
    for row in _rows(table, "parameter"):
        entry = by_label.get(squeeze(str(row["parameter"])))
        if entry is None:
            problems.append(problem("E401", row.ref("parameter"), value=row["parameter"]))
            continue
        if entry["name"] in found or row["value"] is None:
            continue  # a doubled or an empty one is a failure of the form's own check
        try:
            value = parameter_value(entry, str(row["value"]))
        except Fault:
            value = default_value(entry)
            problems.append(
                problem(
                    "E403",
                    row.ref("value"),
                    value=row["value"],
                    name=entry["label"],
                    kind=_kind(entry),
                    default=default_text(entry),
                )
            )
        found[entry["name"]] = (value, row)
        rules.append(
            Rule(
                entry["name"],
                entry["label"],
                str(row["value"]),
                str(row["explanation"] or entry["note"]),
                str(row["basis"] or clauses[entry["clause"]]["label"]),
                row.ref("value"),
            )
        )
    here = table.origins[0].place() if table.origins else None
    given = {squeeze(str(r["parameter"])) for r in table.records() if r["parameter"] is not None}
    if here is not None:
        problems += (
            problem("E402", here, name=entry["label"], default=default_text(entry))
            for entry in catalogue["parameters"]
            if squeeze(entry["label"]) not in given
        )
    problems += _hundreds(found, catalogue)
    values = {e["name"]: found[e["name"]][0] if e["name"] in found else default_value(e) for e in by_label.values()}
    assert set(values) == {f.name for f in fields(Parameters)}, "parameters.yaml and Parameters differ"
    return tuple(rules), Parameters(**values), problems


def _hundreds(found: Mapping[str, tuple[object, Record]], catalogue: Mapping) -> list[Problem]:
    labels = {e["name"]: e["label"] for e in catalogue["parameters"]}
    problems = []
    for names in catalogue["hundreds"]:
        if all(name in found for name in names):
            total = sum((found[name][0] for name in names), exact.ZERO)
            if total != exact.HUNDRED:
                terms = " + ".join(labels[name] for name in names)
                place = found[names[0]][1].ref("value")
                problems.append(problem("E404", place, value=exact.short(total), terms=terms))
    return problems


def parameter_value(entry: Mapping, written: str) -> object:
    """Read one 参数's 值 as its type; raises Fault."""
    kind = entry["type"]
    if kind in ("yes_no", "choice"):
        choices = _choices(entry)
        for value, label in choices.items():
            if squeeze(written).casefold() == squeeze(label).casefold():
                return value
        raise Fault("E403")
    if kind == "fraction":
        match = _FRACTION.match(squeeze(written))
        share = Fraction(int(match[1]), int(match[2])) if match and int(match[2]) else Fraction(hundredths(written), 100)
        if not 0 <= share <= 1:
            raise Fault("E403")
        return share
    number = exact.from_hundredths(hundredths(written))
    if number < entry.get("min", 0) or number > entry.get("max", 100 if kind == "percent" else number):
        raise Fault("E403")
    if kind != "count":
        return number
    if number.denominator != 1:
        raise Fault("E403")
    return int(number)


def _choices(entry: Mapping) -> dict[object, str]:
    if entry["type"] == "yes_no":
        labels = resources.load("reading")["yes_no"]
        return {True: labels["yes"][0], False: labels["no"][0]}
    return entry["choices"]


def default_text(entry: Mapping) -> str:
    """A 参数's Linxi value as `init` writes it."""
    if entry["type"] in ("yes_no", "choice"):
        return _choices(entry)[entry["default"]]
    return str(entry["default"])


def default_value(entry: Mapping) -> object:
    """A 参数's Linxi value."""
    return parameter_value(entry, default_text(entry))


def _kind(entry: Mapping) -> str:
    """What may be filled in, in words."""
    if entry["type"] in ("yes_no", "choice"):
        return "、".join(_choices(entry).values()) + " 之一"
    if entry["type"] == "fraction":
        return "0 至 1 之间的分数（文本）"
    if entry["type"] == "count":
        top = f" 至 {entry['max']}" if "max" in entry else " 或更大"
        return f"{entry['min']}{top}的整数"
    return "0 至 100 的数" if entry["type"] == "percent" else "不小于 0 的数"


def _bands(table: Table) -> tuple[dict[str, tuple[Band, ...]], list[Problem]]:
    problems: list[Problem] = []
    result = {}
    sheet = table.sheet
    for scope, scope_label in sheet.column("scope").choices.items():
        rows = [r for r in _rows(table, "scope", "grade") if r["scope"] == scope]
        bands = [Band(str(r["grade"]), _number(r["lower"]), r.ref("lower")) for r in rows]
        if not bands:
            if table.origins:
                problems.append(problem("E417", table.origins[0].place(), sheet=sheet.label, scope=scope_label))
        elif sum(b.lower is None for b in bands) != 1:
            problems.append(problem("E405", bands[-1].source, scope=scope_label))
        bands.sort(key=lambda b: (b.lower is None, -(b.lower or 0)))
        problems += (
            problem("E406", later.source, value=exact.short(later.lower), scope=scope_label)
            for earlier, later in zip(bands, bands[1:], strict=False)
            if later.lower is not None and later.lower == earlier.lower
        )
        result[scope] = tuple(bands)
    return result, problems


def _dimensions(table: Table) -> tuple[tuple[Dimension, ...], list[Problem]]:
    dimensions = tuple(
        Dimension(squeeze(str(r["dimension"])), _number(r["full_marks"]), _number(r["start"]), r.ref("full_marks"))
        for r in _rows(table, "dimension", "full_marks", "start")
    )
    problems = [
        problem("E408", d.source, value=exact.short(d.start), limit=exact.short(d.full_marks))
        for d in dimensions
        if d.start > d.full_marks
    ]
    total = sum((d.full_marks for d in dimensions), exact.ZERO)
    if table.origins and total != exact.HUNDRED:
        place = dimensions[0].source if dimensions else table.origins[0].place()
        problems.append(problem("E407", place, value=exact.short(total)))
    return dimensions, problems


def _projects(table: Table, dimensions: set[str]) -> tuple[dict[str, Project], list[Problem]]:
    problems: list[Problem] = []
    projects: dict[str, Project] = {}
    for r in _rows(table, "project_id", "dimension", "project_name", "points"):
        dimension = squeeze(str(r["dimension"]))
        if dimension not in dimensions:
            problems.append(problem("E409", r.ref("dimension"), value=r["dimension"]))
        projects[str(r["project_id"])] = Project(
            id=str(r["project_id"]),
            dimension=dimension,
            name=str(r["project_name"]),
            points=int(r["points"]),
            monthly_cap=None if r["monthly_cap"] is None else int(r["monthly_cap"]),
            yearly_cap=None if r["yearly_cap"] is None else int(r["yearly_cap"]),
            veto=r["veto"] == "yes",
            basis=r["basis"],
            source=r.ref("points"),
        )
    return projects, problems


def _indicators(table: Table) -> tuple[tuple[Indicator, ...], list[Problem]]:
    catalogue = resources.load("metrics")
    methods = catalogue["methods"]
    levels = {m["name"]: m["levels"] for m in catalogue["metrics"]}
    sheet = table.sheet
    problems: list[Problem] = []
    indicators = []
    for r in _rows(table, "indicator_id", "level", "kind", "indicator_name", "weight", "method", "metric"):
        needs = methods[r["method"]]["needs"]
        standards = tuple(_number(r[name]) for name in needs)
        problems += _standards(r, needs, standards)
        if r["level"] not in levels[r["metric"]]:
            metric = sheet.column("metric").choices[r["metric"]]
            level = sheet.column("level").choices[r["level"]]
            problems.append(problem("E415", r.ref("metric"), value=metric, level=level))
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
                source=r.ref("weight"),
            )
        )
    return tuple(indicators), problems


def _standards(row: Record, needs: list[str], standards: tuple[Fraction | None, ...]) -> list[Problem]:
    """What is wrong with the standard values of one indicator (spec §5.2)."""
    method = row.table.sheet.column("method").choices[row["method"]]
    missing = [
        problem("E411", row.ref(name), method=method)
        for name, value in zip(needs, standards, strict=True)
        if value is None and (row.index, name) not in row.table.faulty
    ]
    if missing or None in standards:
        return missing
    if row["method"] == "efficacy" and standards[0] == standards[1]:
        return [problem("E412", row.ref("satisfactory"), value=exact.short(standards[0]))]
    if row["method"] == "five_level":
        steps = [later - earlier for earlier, later in zip(standards, standards[1:], strict=False)]
        if not (all(s > 0 for s in steps) or all(s < 0 for s in steps)):
            return [problem("E413", row.ref("level_1"), value="、".join(exact.short(v) for v in standards))]
    return []


def _ballots(table: Table) -> tuple[dict[str, dict[str, Fraction]], list[Problem]]:
    problems: list[Problem] = []
    result: dict[str, dict[str, Fraction]] = {}
    for scope, scope_label in table.sheet.column("scope").choices.items():
        rows = [r for r in _rows(table, "scope", "grade", "worth") if r["scope"] == scope]
        result[scope] = {squeeze(str(r["grade"])): _number(r["worth"]) for r in rows}
        if not rows and table.origins:
            problems.append(problem("E417", table.origins[0].place(), sheet=table.sheet.label, scope=scope_label))
    return result, problems

"""Advice on a 考评方案 by the named rules of schemas/rules/scheme_advice.yaml: each an interpreter of one kind of rule, all warnings."""

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from itertools import combinations, pairwise
from typing import Any

from lianghua_batch.core import exact, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake.cell_values import squeeze
from lianghua_batch.model import regulations
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import (
    BRANCH,
    MEMBER,
    ORGANISATION,
    REJECTED,
    ROUTINE,
    Indicator,
    Project,
    Scheme,
    applies,
)
from lianghua_batch.scoring.efficacy import beyond, efficacy_score

_MEASURE = re.compile(r"[(（]([^()（）]+)[)）]$")
_QUOTES = re.compile(r"[“”\"'‘’「」『』《》]")
_FILED, _NAME = "filed", "indicator_name"


def check(county: County) -> list[Problem]:
    """Return the advice on the county's scheme; a row that should go altogether gets no further advice."""
    view = _View(county)
    found, gone = _contents(view)
    sound = [i for i in view.indicators if i.row.ref(_NAME) not in gone]
    checks = (_misplaced, _computable, _legal, _unreachable, _unfillable, _steep)
    found += (p for rule in checks for indicator in sound for p in rule(view, indicator))
    return [*found, *_missing_topics(view), *_doubled(view, sound), *_mild_vetoes(view)]


@dataclass(frozen=True)
class _View:
    """A county's scheme as the rules look at it."""

    county: County

    @property
    def scheme(self) -> Scheme:
        return self.county.scheme

    @cached_property
    def indicators(self) -> list[Indicator]:
        """Those that are in force or may come into force, what units declared too."""
        return [i for i in self.scheme.indicators if i.kind == ROUTINE or i.review != REJECTED]

    @cached_property
    def units(self) -> Mapping[str, Sequence[Unit]]:
        levels = {i.level for i in self.scheme.indicators}
        return {level: self.county.roster.units_on(self.county.period.last_day, level) for level in levels}

    def units_of(self, indicator: Indicator) -> list[Unit]:
        """The units that an indicator applies to."""
        return [u for u in self.units[indicator.level] if applies(indicator, u.id, u.group)]

    def holds(self, since: dt.date) -> bool:
        """Whether a rule is in force for the county's period."""
        return since <= self.county.period.last_day

    @cached_property
    def full_members(self) -> Mapping[str, int]:
        held = self.county.roster.members_on(self.county.period.last_day)
        return Counter(m.branch for m in held if not m.probationary)

    @cached_property
    def branches_with_groups(self) -> frozenset[str]:
        held = self.county.roster.members_on(self.county.period.last_day)
        return frozenset(m.branch for m in held if m.party_group)


# --- names -----------------------------------------------------------------------------------------------------------


def _rules(name: str) -> Any:
    return resources.load("rules/scheme_advice")[name]


@cache
def _plain(name: str) -> str:
    """A name as it is compared: without spaces, capitals and quotation marks."""
    return _QUOTES.sub("", squeeze(unicodedata.normalize("NFKC", name)).casefold())


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _says(entry: Mapping[str, Any], text: str) -> bool:
    """Whether all patterns of an entry occur in a text, and none of those that are excepted."""
    return all(_pattern(p).search(text) for p in entry["all"]) and not any(
        _pattern(p).search(text) for p in entry.get("none", ())
    )


def _measure(name: str) -> str | None:
    """What an indicator counts, at the end of its name: 学时 of （学时/人）."""
    found = _MEASURE.search(_plain(name))
    return found[1].partition("/")[0] if found else None


def _words(rule: Mapping[str, Any]) -> dict[str, object]:
    """What every sentence says of its rule."""
    return {"rule": rule["rule"], "source": regulations.cited(rule["source"]), "since": rule["since"]}


# --- contents --------------------------------------------------------------------------------------------------------


def _contents(view: _View) -> tuple[list[Problem], set[SourceRef]]:
    """What should not be 考核内容, one warning a row, and the rows that should go; what is only to be written otherwise is told once."""
    rows = [("indicators", i, i.row.ref(_NAME)) for i in view.indicators]
    rows += (("projects", p, p.row.ref("project_name")) for p in view.scheme.projects.values())
    problems, gone, told = [], set(), set()
    for sheet, row, place in rows:
        for rule in _rules("contents"):
            quoted = rule.get("quoted", False)
            name = squeeze(row.name) if quoted else _plain(row.name)
            if sheet not in rule.get("of", (sheet,)) or not view.holds(rule["since"]) or not _says(rule, name):
                continue
            if "veto" in rule and (row.veto is None or row.veto != _lowest(view.scheme)):
                continue
            if quoted and rule["rule"] in told:
                continue
            told.add(rule["rule"])
            words = {"finding": rule["finding"], "advice": rule["advice"], **_words(rule)}
            problems.append(problem(Code.UNFIT_CONTENT, place, value=row.name, **words))
            if not quoted:
                gone.add(place)
                break
    return problems, gone


def _lowest(scheme: Scheme) -> str:
    return scheme.bands[MEMBER][-1].grade


# --- single indicators -----------------------------------------------------------------------------------------------


def _misplaced(view: _View, indicator: Indicator) -> Iterator[Problem]:
    """An indicator under a 方面 where none of its words belong."""
    rule = _rules("aspects")
    if indicator.aspect not in rule["names"] or not view.holds(rule["since"]):
        return
    fitting = [kind["in"] for kind in rule["kinds"] if _says(kind, _plain(indicator.name))]
    if fitting and not any(indicator.aspect in names for names in fitting):
        better = next(iter(fitting[0]), None)
        code = Code.MISPLACED_INDICATOR if better else Code.INDICATOR_OF_NO_ASPECT
        words = {"name": indicator.name, "better": better, **_words(rule)}
        yield problem(code, indicator.row.ref("aspect"), value=indicator.aspect, suggestion=better, **words)


def _computable(view: _View, indicator: Indicator) -> Iterator[Problem]:
    """A 填报 indicator that the program computes."""
    rule = _rules("computed")
    if indicator.metric != _FILED or indicator.declared or not view.holds(rule["since"]):
        return
    levels = {m["name"]: m["levels"] for m in resources.load("rules/metrics")["metrics"]}
    for entry in rule["sources"]:
        if indicator.level in levels[entry["metric"]] and _says(entry, _plain(indicator.name)):
            metric = view.county.scheme_label("metric", entry["metric"])
            words = {"name": indicator.name, "metric": metric, **_words(rule)}
            value = view.county.scheme_label("metric", _FILED)
            yield problem(Code.COMPUTABLE_INDICATOR, indicator.row.ref("metric"), value=value, **words)
            return


def _legal(view: _View, indicator: Indicator) -> Iterator[Problem]:
    """Standard values below what the law asks for, or that pay it with a bare pass."""
    rule, measure = _rules("legal"), _measure(indicator.name)
    if not _is_line(indicator.standards) or indicator.standards[0] < indicator.standards[-1]:
        return
    for entry in rule["minima"]:
        if measure not in entry["measures"] or not view.holds(entry["since"]):
            continue
        if not _says(entry, _plain(indicator.name)):
            continue
        least, best = Fraction(entry["least"]), _standard_names(indicator)[0]
        words = {"name": indicator.name, "least": exact.short(least), "measure": measure}
        words |= _words({**entry, "rule": rule["rule"]})
        if indicator.standards[0] < least:
            value = exact.short(indicator.standards[0])
            yield problem(Code.BELOW_LEGAL_MINIMUM, indicator.row.ref(best), value=value, **words)
        elif (points := _score(view.scheme, indicator, least)) <= rule["pass"]:
            value = exact.short(indicator.standards[0])
            place, words = indicator.row.ref(best), words | {"points": exact.short(points)}
            yield problem(Code.LEGAL_MINIMUM_BARELY_PASSES, place, value=value, **words)
        return


def _is_line(standards: Sequence[Fraction | None]) -> bool:
    """Whether there are standard values and they rise or fall; where they don't, they have an error of their own."""
    if not standards or None in standards:
        return False
    steps = [later - earlier for earlier, later in pairwise(standards)]
    return all(s > 0 for s in steps) or all(s < 0 for s in steps)


def _standard_names(indicator: Indicator) -> Sequence[str]:
    return resources.load("rules/metrics")["methods"][indicator.method]["needs"]


def _score(scheme: Scheme, indicator: Indicator, x: Fraction) -> Fraction:
    """d of an actual value, within 0…100 as far as 功效系数截断 says so."""
    d = efficacy_score(indicator.method, x, indicator.standards)
    return d + beyond(indicator.method, d, scheme.parameters.clip_efficacy)


def _unreachable(view: _View, indicator: Indicator) -> Iterator[Problem]:
    """Standard values outside the range of what is measured."""
    rule, name = _rules("reach"), _plain(indicator.name)
    if not view.holds(rule["since"]) or _pattern(rule["unless"]).search(name):
        return
    limits = _limits(indicator) or {}
    least, most = limits.get("least"), limits.get("most")
    for column, value in zip(_standard_names(indicator), indicator.standards, strict=True):
        over = None not in (value, most) and value > most
        if over or (None not in (value, least) and value < least):
            words = {"name": indicator.name, "limit": most if over else least, **_words(rule)}
            code = Code.STANDARD_ABOVE_RANGE if over else Code.STANDARD_BELOW_RANGE
            yield problem(code, indicator.row.ref(column), value=exact.short(value), **words)
            return


def _limits(indicator: Indicator) -> Mapping[str, Any] | None:
    """The range of what an indicator measures; None where nothing says what that is."""
    return next((entry for entry in _rules("reach")["ranges"] if _measured_so(entry, indicator)), None)


def _measured_so(entry: Mapping[str, Any], indicator: Indicator) -> bool:
    name = _plain(indicator.name)
    return (
        _measure(indicator.name) in entry.get("measures", ())
        or indicator.metric in entry.get("metrics", ())
        or ("ends" in entry and _pattern(entry["ends"] + "$").search(_MEASURE.sub("", name)) is not None)
    )


def _unfillable(view: _View, indicator: Indicator) -> Iterator[Problem]:
    """An indicator that some of its units have nothing to fill in for."""
    rule = _rules("unfillable")
    for entry in rule["entries"]:
        if not view.holds(entry["since"]) or not _says(entry, _plain(indicator.name)):
            continue
        units = [u for u in view.units_of(indicator) if _LACKING[entry["lacking"]](view, u)]
        if units:
            words = {"count": len(units), "first": units[0], "why": entry["why"]}
            words |= _words({**entry, "rule": rule["rule"]})
            yield problem(Code.UNFILLABLE_INDICATOR, indicator.row.ref(_NAME), value=indicator.name, **words)
            return


def _no_branch_committee(view: _View, unit: Unit) -> bool:
    fewest = _rules("unfillable")["fewest_for_committee"]
    return unit.level == BRANCH and view.full_members[unit.id] < fewest


# Which units have nothing to fill in, by the names of the rules' data.
_LACKING: Mapping[str, Callable[[_View, Unit], bool]] = {
    "no_window": lambda _, unit: not unit.service_window,
    "no_branches": lambda _, unit: unit.level == BRANCH,
    "no_branch_committee": _no_branch_committee,
    "no_party_groups": lambda view, unit: unit.level == BRANCH and unit.id not in view.branches_with_groups,
}


def _steep(view: _View, indicator: Indicator) -> Iterator[Problem]:
    """An indicator of which one step moves 总分 by much of the narrowest 等次."""
    rule, rules = _rules("steep"), view.scheme.parameters
    bounds = [b.lower for b in view.scheme.bands[ORGANISATION] if b.lower is not None]
    gaps = [high - low for high, low in pairwise(bounds) if high > low]
    if not _is_line(indicator.standards) or not gaps or _limits(indicator) is None or not view.holds(rule["since"]):
        return
    worse = Fraction(rule["step"]) * (1 if indicator.standards[0] < indicator.standards[-1] else -1)
    steps = [(x, x + worse) for x in indicator.standards[:-1]]  # what is worse than the worst is a matter of the method
    drop = max(_score(view.scheme, indicator, x) - _score(view.scheme, indicator, after) for x, after in steps)
    moved = drop * indicator.weight * rules.assessment_weight * rules.year_end_weight / 100**3
    if moved >= Fraction(rule["share"]) * min(gaps):
        words = {"name": indicator.name, "moved": exact.text(moved), "gap": exact.short(min(gaps)), **_words(rule)}
        yield problem(Code.STEEP_INDICATOR, indicator.source, value=exact.short(indicator.weight), **words)


def _missing_topics(view: _View) -> Iterator[Problem]:
    """What the 常规化 indicators of a 层级 do not touch, in one warning; nothing where they touch none of it."""
    rule = _rules("topics")
    listed = [i for i in view.indicators if i.level == rule["level"] and i.kind == ROUTINE]
    names = [_plain(i.name) for i in listed]
    missing = [w["topic"] for w in rule["wanted"] if not any(_pattern(w["words"]).search(name) for name in names)]
    if missing and len(missing) < len(rule["wanted"]) and view.holds(rule["since"]):
        level = view.county.scheme_label("level", rule["level"])
        words = {"level": level, "topics": rule["separator"].join(missing), **_words(rule)}
        yield problem(Code.MISSING_TOPICS, listed[0].row.ref("level"), value=level, **words)


# --- several rows ----------------------------------------------------------------------------------------------------


def _doubled(view: _View, indicators: Sequence[Indicator]) -> Iterator[Problem]:
    """Two indicators of one thing for one unit: told at the later, once."""
    rule, told = _rules("doubled"), set()
    if not view.holds(rule["since"]):
        return
    for first, second in combinations(indicators, 2):
        place = second.row.ref(_NAME)
        if place in told or not _meet(view, first, second) or not _same_thing(rule, first, second):
            continue
        told.add(place)
        words = {"indicator": first.id, "name": first.name, "other": first.row.ref(_NAME), **_words(rule)}
        yield problem(Code.DOUBLED_INDICATOR, place, value=second.name, **words)


def _meet(view: _View, first: Indicator, second: Indicator) -> bool:
    """Whether both may fall on one unit."""
    if first.level != second.level:
        return False
    if not view.units[first.level]:
        return None in (first.applies_to, second.applies_to) or first.applies_to == second.applies_to
    return not {u.id for u in view.units_of(first)}.isdisjoint(u.id for u in view.units_of(second))


def _same_thing(rule: Mapping[str, Any], first: Indicator, second: Indicator) -> bool:
    if first.metric == second.metric != _FILED:
        return True
    names = [_plain(first.name), _plain(second.name)]
    short = [_pattern(rule["plain"]).sub("", name) for name in names]
    if short[0] == short[1] and len(short[0]) > 1:
        return True
    if any((word in names[0]) != (word in names[1]) for word in rule["parting"]):
        return False
    return any(all(_says({"all": patterns}, name) for name in names) for patterns in rule["things"])


def _mild_vetoes(view: _View) -> Iterator[Problem]:
    """An entry whose 一票否决 is milder than that of a lesser one: told once, with the strictest of these."""
    rule = _rules("vetoes")
    grades = [b.grade for b in view.scheme.bands[MEMBER]]
    listed = [p for p in view.scheme.projects.values() if p.points < 0 or p.veto is not None]
    if not view.holds(rule["since"]):
        return
    strict = {p.id: grades.index(p.veto) if p.veto in grades else 0 for p in listed}
    for graver in listed:
        lesser = [p for p in listed if strict[p.id] > strict[graver.id] and _is_lesser(rule, p, graver)]
        if lesser:
            other = max(lesser, key=lambda p: strict[p.id])
            own = rule["some"].format(grade=graver.veto) if graver.veto else rule["none"]
            words = {"name": graver.name, "own": own, "project": other.id, "other_name": other.name}
            words |= {"grade": other.veto, **_words(rule)}
            yield problem(Code.MILD_VETO, graver.row.ref("veto"), value=graver.veto, **words)


def _is_lesser(rule: Mapping[str, Any], one: Project, other: Project) -> bool:
    """Whether one entry is less grave than another: by its kind where both have one, else by its deduction, if any, that is no greater."""
    gravity = [_gravity(rule, project.name) for project in (one, other)]
    if None not in gravity:
        return gravity[0] > gravity[1]
    return other.points <= one.points < 0


def _gravity(rule: Mapping[str, Any], name: str) -> int | None:
    return next((n for n, kind in enumerate(rule["kinds"]) if _pattern(kind).search(_plain(name))), None)


# --- last year -------------------------------------------------------------------------------------------------------


def idle(county: County, before: Iterable[Mapping[str, Any]], rules_before: Mapping[str, Any]) -> list[Problem]:
    """Return the advice on indicators for which all units had full marks in the year before.

    `before`: the units of results.json; `rules_before`: the `indicators` of its 计分依据.
    """
    rule, problems = _rules("idle"), []
    marks: dict[str, list[str]] = {}
    for unit in before:
        for code, points in unit["indicators"].items():
            marks.setdefault(code, []).append(points)
    for indicator in county.scheme.indicators:
        was, given = rules_before.get(indicator.id), marks.get(indicator.id, [])
        if indicator.declared or was is None or _plain(was["name"]) != _plain(indicator.name):
            continue
        full = Fraction(was["weight"])
        if full and len(given) >= rule["units"] and all(Fraction(points) == full for points in given):
            words = {"name": indicator.name, "count": len(given), **_words(rule)}
            place = indicator.source
            problems.append(problem(Code.IDLE_INDICATOR, place, value=exact.short(indicator.weight), **words))
    return problems

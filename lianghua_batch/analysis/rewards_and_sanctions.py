"""结果运用 (spec §7): the rewards and sanctions that follow from a year's final results, each with its reason in words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lianghua_batch.analysis.lookback import Earlier
from lianghua_batch.analysis.published import Published
from lianghua_batch.core import periods, resources
from lianghua_batch.core.periods import YEAR
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import ORGANISATION, Scheme
from lianghua_batch.model.scores import clause
from lianghua_batch.scoring.results import Results, UnitResult


@dataclass(frozen=True)
class Measure:
    """One reward or sanction for one unit; `kind` is its name in schemas/rules/rewards.yaml."""

    unit: Unit
    kind: str
    reason: str
    clause: str


@dataclass(frozen=True)
class MeasureKind:
    """One kind of reward or sanction: its name, its label, the units it is for in words, and the clause."""

    name: str
    label: str
    rule: str
    clause: str


@dataclass(frozen=True)
class Measures:
    """The measures that apply, by kind and then rank, committees first; a unit is listed once a kind.

    `unchecked`: those that may apply, but an earlier year that they depend on has no usable results.
    """

    applying: tuple[Measure, ...] = ()
    unchecked: tuple[Measure, ...] = ()


@dataclass(frozen=True)
class _CommitteePlace:
    """A committee's grade and rank in one year; `ranked`: how many had a rank, `lowest_rank`: the largest of these."""

    grade: str | None
    rank: int
    ranked: int
    lowest_rank: int


_PlacesByCommittee = Mapping[str, _CommitteePlace]


def rewards_and_sanctions(results: Results, earlier: Earlier) -> Measures:
    """Return the measures of a year's results; conditions over several years look into the `earlier` results.

    There are none for a draft or a quarter.
    """
    if results.draft is not None or not results.county.is_year:
        return Measures()
    applying, unchecked = _adjustments(results, earlier)
    return Measures((*_by_grade(results), *applying), tuple(unchecked))


def measure_kinds() -> tuple[MeasureKind, ...]:
    """Return every kind of measure in the order of the sheet."""
    rules = resources.load("rules/rewards")
    by, adjustment = clause(rules["clause"]), rules["adjustment"]
    by_grade = [
        MeasureKind(r["name"], r["label"], rules["grade_rule"].format(grades=rules["or"].join(r["grades"])), by)
        for r in rules["by_grade"]
    ]
    years = {name: condition["years"] for name, condition in adjustment["conditions"].items()}
    return (*by_grade, MeasureKind(adjustment["name"], adjustment["label"], adjustment["rule"].format(**years), by))


def unknown_grades(scheme: Scheme) -> tuple[tuple[str, ...], bool]:
    """Return the grades that measures name and the scheme lacks, and whether it lacks all of them."""
    rules = resources.load("rules/rewards")
    lists = [*(rule["grades"] for rule in rules["by_grade"]), rules["adjustment"]["conditions"]["lowest"]["grades"]]
    named = list(dict.fromkeys(grade for grades in lists for grade in grades))
    known = {band.grade for band in scheme.bands[ORGANISATION]}
    strange = tuple(grade for grade in named if grade not in known)
    return strange, len(strange) == len(named)


def _by_grade(results: Results) -> Iterator[Measure]:
    rules, year = resources.load("rules/rewards"), results.county.period.year
    by = clause(rules["clause"])
    unit_results = [*_in_county(results.committees), *_in_county(results.branches)]
    for rule in rules["by_grade"]:
        for result in unit_results:
            if result.grade in rule["grades"]:
                reason = rules["grade_reason"].format(year=year, grade=result.grade)
                yield Measure(result.unit, rule["name"], reason, by)


def _in_county(unit_results: Sequence[UnitResult]) -> list[UnitResult]:
    return sorted(unit_results, key=lambda s: (s.rank_county, s.unit.id))


# --- 调整机关党委副书记岗位 ------------------------------------------------------------------------------------------


def _adjustments(results: Results, earlier: Earlier) -> tuple[list[Measure], list[Measure]]:
    """The committees for which a condition certainly holds, and those for which one may; each once, with all its reasons."""
    rules = resources.load("rules/rewards")
    name, by = rules["adjustment"]["name"], clause(rules["clause"])
    past = _PastPlaces(results, earlier)
    applying, unchecked = [], []
    for result in _in_county(results.committees):
        found = [past.reason(result.unit.id, condition, holds) for condition, holds in _CONDITIONS.items()]
        certain, doubtful = (
            [r.text for r in found if r is not None and r.certain is is_certain] for is_certain in (True, False)
        )
        if certain or doubtful:
            reason = rules["reasons_separator"].join([*certain, *doubtful])
            (applying if certain else unchecked).append(Measure(result.unit, name, reason, by))
    return applying, unchecked


def _places(rows: Iterable[Mapping[str, Any]]) -> _PlacesByCommittee:
    ranked = [row for row in rows if row.get("rank") is not None]
    lowest = max((row["rank"] for row in ranked), default=0)
    return {row["id"]: _CommitteePlace(row["grade"], row["rank"], len(ranked), lowest) for row in ranked}


@dataclass(frozen=True)
class _ConditionReason:
    """Why a condition holds for a committee, or, where not `certain`, why it may hold."""

    text: str
    certain: bool


class _PastPlaces:
    """The committees' places in this year and in the earlier ones with usable results."""

    def __init__(self, results: Results, earlier: Earlier) -> None:
        self._this_year, self._earlier = results.county.period.year, earlier
        rows = ({"id": s.unit.id, "grade": s.grade, "rank": s.rank_county} for s in results.committees)
        self._years: dict[int, _PlacesByCommittee] = {
            period.year: _places(found.results["committees"])
            for period, found in earlier.items()
            if period.kind == YEAR and isinstance(found, Published)
        }
        self._years[self._this_year] = _places(rows)

    def reason(self, unit_id: str, condition: str, holds: Callable) -> _ConditionReason | None:
        """Why a condition holds or, where years are missing, may hold; None where a known year is against it."""
        rule = resources.load("rules/rewards")["adjustment"]["conditions"][condition]
        span = range(self._this_year - rule["years"] + 1, self._this_year + 1)
        missing = [year for year in span if year not in self._years]
        places = {year: self._years[year].get(unit_id) for year in span if year in self._years}
        if not all(place is not None and holds(place, rule) for place in places.values()):
            return None
        kind = "known" if missing else "each"
        each = resources.load("rules/rewards")["separator"].join(
            rule[kind].format(year=year, rank=place.rank, ranked=place.ranked, grade=place.grade)
            for year, place in places.items()
        )
        if missing:
            facts = {"known": each, "years": rule["years"], "missing": self._missing_text(missing)}
            return _ConditionReason(rule["unchecked"].format_map(facts), certain=False)
        return _ConditionReason(rule["reason"].format(years=rule["years"], each=each), certain=True)

    def _missing_text(self, missing: Iterable[int]) -> str:
        """Which years have no results, and which have unusable ones, in words."""
        rules = resources.load("rules/rewards")
        kinds: dict[str, list[str]] = {}
        for year in missing:
            kind = "unusable" if periods.year(year) in self._earlier else "absent"
            kinds.setdefault(kind, []).append(str(year))
        words = rules["adjustment"]["missing"]
        parts = (words[kind].format(years=rules["separator"].join(years)) for kind, years in kinds.items())
        return rules["clauses_separator"].join(parts)


def _is_last(place: _CommitteePlace, rule: Mapping[str, Any]) -> bool:
    return place.ranked >= rule["ranked"] and place.rank == place.lowest_rank


def _is_lowest(place: _CommitteePlace, rule: Mapping[str, Any]) -> bool:
    return place.grade in rule["grades"]


_CONDITIONS: Mapping[str, Callable[[_CommitteePlace, Mapping[str, Any]], bool]] = {
    "last": _is_last,
    "lowest": _is_lowest,
}

"""结果运用 (spec §7): which uses a year's final results bring to which units, each with its reason in words."""

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
class Use:
    """One use for one unit: its name in schemas/rules/rewards.yaml, why, and by which clause."""

    unit: Unit
    use: str
    reason: str
    clause: str


@dataclass(frozen=True)
class RewardKind:
    """What a use is called, which units it is for, and by which clause."""

    name: str
    label: str
    rule: str
    clause: str


@dataclass(frozen=True)
class Uses:
    """The uses that apply, by use and then rank, committees first; `unchecked` are those that could not be told, for a year
    before is missing. A unit is listed once a use."""

    applying: tuple[Use, ...] = ()
    unchecked: tuple[Use, ...] = ()


@dataclass(frozen=True)
class _Place:
    """Where a committee stood in one year, among how many; the last are those below whom nobody is ranked."""

    grade: str | None
    rank: int
    ranked: int
    lowest_rank: int


_Year = Mapping[str, _Place]


def rewards_and_sanctions(results: Results, earlier: Earlier) -> Uses:
    """Return the uses of a year's results, with the years before as far as they are among the `earlier` results.

    Of a draft or of a quarter there are none.
    """
    if results.draft is not None or not results.county.is_year:
        return Uses()
    applying, unchecked = _adjustments(results, earlier)
    return Uses((*_by_grade(results), *applying), tuple(unchecked))


def kinds() -> tuple[RewardKind, ...]:
    """Return every use that there is, in the order of the list."""
    rules = resources.load("rules/rewards")
    by, adjustment = clause(rules["clause"]), rules["adjustment"]
    by_grade = [
        RewardKind(r["name"], r["label"], rules["grade_rule"].format(grades=rules["or"].join(r["grades"])), by)
        for r in rules["by_grade"]
    ]
    years = {name: condition["years"] for name, condition in adjustment["conditions"].items()}
    return (*by_grade, RewardKind(adjustment["name"], adjustment["label"], adjustment["rule"].format(**years), by))


def strange_grades(scheme: Scheme) -> tuple[tuple[str, ...], bool]:
    """Return the grades that a use rests on and the scheme does not have, and whether these are all that there are."""
    rules = resources.load("rules/rewards")
    lists = [*(rule["grades"] for rule in rules["by_grade"]), rules["adjustment"]["conditions"]["lowest"]["grades"]]
    named = list(dict.fromkeys(grade for grades in lists for grade in grades))
    known = {band.grade for band in scheme.bands[ORGANISATION]}
    strange = tuple(grade for grade in named if grade not in known)
    return strange, len(strange) == len(named)


def _by_grade(results: Results) -> Iterator[Use]:
    rules, year = resources.load("rules/rewards"), results.county.period.year
    by = clause(rules["clause"])
    unit_results = [*_in_county(results.committees), *_in_county(results.branches)]
    for rule in rules["by_grade"]:
        for result in unit_results:
            if result.grade in rule["grades"]:
                reason = rules["grade_reason"].format(year=year, grade=result.grade)
                yield Use(result.unit, rule["name"], reason, by)


def _in_county(unit_results: Sequence[UnitResult]) -> list[UnitResult]:
    return sorted(unit_results, key=lambda s: (s.rank_county, s.unit.id))


# --- 调整机关党委副书记岗位 ------------------------------------------------------------------------------------------


def _adjustments(results: Results, earlier: Earlier) -> tuple[list[Use], list[Use]]:
    """The committees for which a condition holds, and those for which one may hold; each once, with all that is to be said."""
    rules = resources.load("rules/rewards")
    name, by = rules["adjustment"]["name"], clause(rules["clause"])
    past = _Past(results, earlier)
    applying, unchecked = [], []
    for result in _in_county(results.committees):
        told = [past.told(result.unit.id, condition, holds) for condition, holds in _CONDITIONS.items()]
        certain, doubtful = (
            [t.reason for t in told if t is not None and t.certain is is_certain] for is_certain in (True, False)
        )
        if certain or doubtful:
            reason = rules["reasons_separator"].join([*certain, *doubtful])
            (applying if certain else unchecked).append(Use(result.unit, name, reason, by))
    return applying, unchecked


def _places(rows: Iterable[Mapping[str, Any]]) -> _Year:
    ranked = [row for row in rows if row.get("rank") is not None]
    lowest = max((row["rank"] for row in ranked), default=0)
    return {row["id"]: _Place(row["grade"], row["rank"], len(ranked), lowest) for row in ranked}


@dataclass(frozen=True)
class _Told:
    """Why one condition holds for a committee, or, where that is not `certain`, why it may."""

    reason: str
    certain: bool


class _Past:
    """The committees' places in this year and in those before."""

    def __init__(self, results: Results, earlier: Earlier) -> None:
        self._this_year, self._earlier = results.county.period.year, earlier
        rows = ({"id": s.unit.id, "grade": s.grade, "rank": s.rank_county} for s in results.committees)
        self._years: dict[int, _Year] = {
            period.year: _places(found.results["committees"])
            for period, found in earlier.items()
            if period.kind == YEAR and isinstance(found, Published)
        }
        self._years[self._this_year] = _places(rows)

    def told(self, unit_id: str, condition: str, holds: Callable) -> _Told | None:
        """What is to be said of a condition; None where some year tells against it. A year that is missing tells nothing."""
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
            facts = {"known": each, "years": rule["years"], "missing": self._said(missing)}
            return _Told(rule["unchecked"].format_map(facts), certain=False)
        return _Told(rule["reason"].format(years=rule["years"], each=each), certain=True)

    def _said(self, missing: Iterable[int]) -> str:
        """Of which years there are no results, and of which there are some of no use."""
        rules = resources.load("rules/rewards")
        kinds: dict[str, list[str]] = {}
        for year in missing:
            kind = "unusable" if periods.year(year) in self._earlier else "absent"
            kinds.setdefault(kind, []).append(str(year))
        words = rules["adjustment"]["missing"]
        said = (words[kind].format(years=rules["separator"].join(years)) for kind, years in kinds.items())
        return rules["clauses_separator"].join(said)


def _is_last(place: _Place, rule: Mapping[str, Any]) -> bool:
    return place.ranked >= rule["ranked"] and place.rank == place.lowest_rank


def _is_lowest(place: _Place, rule: Mapping[str, Any]) -> bool:
    return place.grade in rule["grades"]


_CONDITIONS: Mapping[str, Callable[[_Place, Mapping[str, Any]], bool]] = {"last": _is_last, "lowest": _is_lowest}

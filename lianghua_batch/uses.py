"""结果运用 (spec §7): which uses a year's final results bring to which units, each with its reason in words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lianghua_batch import resources
from lianghua_batch.contributions import clause
from lianghua_batch.results import Results, UnitStanding
from lianghua_batch.roster import Unit
from lianghua_batch.scheme import ORGANISATION, Scheme

History = Mapping[
    int, Mapping[str, Any] | None
]  # year → what its results.json holds; None or absent where there is none


@dataclass(frozen=True)
class Use:
    """One use for one unit: its name in schemas/uses.yaml, why, and by which clause."""

    unit: Unit
    use: str
    reason: str
    clause: str


@dataclass(frozen=True)
class Kind:
    """What a use is called, which units it is for, and by which clause."""

    name: str
    label: str
    rule: str
    clause: str


@dataclass(frozen=True)
class Uses:
    """The uses that apply, by use and then rank, committees first; `unchecked` are those that could not be told, for a year
    before is missing."""

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


def of(results: Results, history: History) -> Uses:
    """Return the uses of a year's results; of a draft or of a quarter there are none."""
    if results.draft is not None or not results.county.is_year:
        return Uses()
    applying, unchecked = _adjustments(results, history)
    return Uses((*_by_grade(results), *applying), tuple(unchecked))


def kinds() -> tuple[Kind, ...]:
    """Return every use that there is, in the order of the list."""
    rules = resources.load("uses")
    by, adjustment = clause(rules["clause"]), rules["adjustment"]
    by_grade = [
        Kind(r["name"], r["label"], rules["grade_rule"].format(grades=rules["or"].join(r["grades"])), by)
        for r in rules["by_grade"]
    ]
    years = {condition: adjustment[condition]["years"] for condition in _CONDITIONS}
    return (*by_grade, Kind(adjustment["name"], adjustment["label"], adjustment["rule"].format(**years), by))


def strange_grades(scheme: Scheme) -> tuple[tuple[str, ...], bool]:
    """Return the grades that a use rests on and the scheme does not have, and whether these are all that there are."""
    rules = resources.load("uses")
    lists = [*(rule["grades"] for rule in rules["by_grade"]), rules["adjustment"]["lowest"]["grades"]]
    named = list(dict.fromkeys(grade for grades in lists for grade in grades))
    known = {band.grade for band in scheme.bands[ORGANISATION]}
    strange = tuple(grade for grade in named if grade not in known)
    return strange, len(strange) == len(named)


def _by_grade(results: Results) -> Iterator[Use]:
    rules, year = resources.load("uses"), results.county.period.year
    by = clause(rules["clause"])
    standings = [*_in_county(results.committees), *_in_county(results.branches)]
    for rule in rules["by_grade"]:
        for standing in standings:
            if standing.grade in rule["grades"]:
                reason = rules["grade_reason"].format(year=year, grade=standing.grade)
                yield Use(standing.unit, rule["name"], reason, by)


def _in_county(standings: Sequence[UnitStanding]) -> list[UnitStanding]:
    return sorted(standings, key=lambda s: (s.rank_county, s.unit.id))


# --- 调整机关党委副书记岗位 ------------------------------------------------------------------------------------------


def _adjustments(results: Results, history: History) -> tuple[list[Use], list[Use]]:
    """The committees for which one condition holds or the other, and those for which one cannot be told."""
    rules, this_year = resources.load("uses"), results.county.period.year
    name, by = rules["adjustment"]["name"], clause(rules["clause"])
    rows = [{"id": s.unit.id, "grade": s.grade, "rank": s.rank_county} for s in results.committees]
    years: dict[int, _Year | None] = {this_year: _places(rows)}
    applying, unchecked = [], []
    for standing in _in_county(results.committees):
        for condition, holds in _CONDITIONS.items():
            span = range(this_year, this_year - rules["adjustment"][condition]["years"], -1)
            years |= {y: _final(history.get(y)) for y in span if y not in years}
            places = {y: _of(years[y], standing.unit.id) for y in span}
            if not all(_may_hold(years[y], places[y], condition, holds) for y in span):
                continue
            missing = sorted(y for y in span if years[y] is None)
            reason = _reason(condition, places, missing)
            (unchecked if missing else applying).append(Use(standing.unit, name, reason, by))
    return applying, unchecked


def _places(rows: Sequence[Mapping[str, Any]]) -> _Year:
    ranked = [row for row in rows if row.get("rank") is not None]
    lowest = max((row["rank"] for row in ranked), default=0)
    return {row["id"]: _Place(row["grade"], row["rank"], len(ranked), lowest) for row in ranked}


def _final(year: Mapping[str, Any] | None) -> _Year | None:
    """The committees of an earlier year; a draft is as good as none."""
    return None if year is None or "draft" in year else _places(year["committees"])


def _of(year: _Year | None, unit_id: str) -> _Place | None:
    return None if year is None else year.get(unit_id)


def _may_hold(year: _Year | None, place: _Place | None, condition: str, holds: Callable) -> bool:
    """Whether a condition held in one year, or may have held: one whose results are missing tells nothing against it."""
    if year is None:
        return True
    return place is not None and holds(place, resources.load("uses")["adjustment"][condition])


def _is_last(place: _Place, rule: Mapping[str, Any]) -> bool:
    return place.ranked >= rule["ranked"] and place.rank == place.lowest_rank


def _is_lowest(place: _Place, rule: Mapping[str, Any]) -> bool:
    return place.grade in rule["grades"]


_CONDITIONS: Mapping[str, Callable[[_Place, Mapping[str, Any]], bool]] = {"last": _is_last, "lowest": _is_lowest}


def _reason(condition: str, places: Mapping[int, _Place | None], missing: Sequence[int]) -> str:
    rules = resources.load("uses")
    words, separator = rules["adjustment"], rules["separator"]
    rule = words[condition]
    if missing:
        absent = separator.join(map(str, missing))
        return words["unchecked"][condition].format(year=max(places), missing=absent, years=rule["years"])
    each = (
        rule["each"].format(year=year, rank=place.rank, ranked=place.ranked, grade=place.grade)
        for year, place in sorted(places.items())
    )
    return words["reasons"][condition].format(years=rule["years"], each=separator.join(each))

"""Puts the synthetic county together: units, people, scheme, the members' year, the ratings, the tie."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lianghua_batch.core import periods, resources
from lianghua_batch.core.periods import Period
from lianghua_batch.forms.sample import county_forms, member_forms, tie
from lianghua_batch.forms.sample.member_forms import Progress
from lianghua_batch.forms.sample.model import SampleCounty
from lianghua_batch.forms.sample.people import Person, make_people
from lianghua_batch.forms.sample.random_source import RandomSource
from lianghua_batch.forms.sample.ratings import Raters, Ratings, supervisor_pool
from lianghua_batch.forms.sample.rules import declared_indicators, sample_scheme, scheme_rows
from lianghua_batch.forms.sample.tie import Figures
from lianghua_batch.forms.sample.units import SampleUnit, make_units, tie_pair
from lianghua_batch.model.scheme import BRANCH, Scheme

_FIRST_YEAR, _LAST_YEAR = 2000, 2199


def county(
    committees: int, branches: int, members: int, seed: int, year: int = 2026, progress: Progress | None = None
) -> SampleCounty:
    """Return a county of so many 党委, 支部 and 党员, complete for a year; the same arguments give the same county.

    Every 党委 needs a 支部 and every 支部 a 党员: ValueError where there are too few. With four 支部 more than 党委,
    and some 党员 in each, every special situation is in it. `progress(done, members)` is called after every member.
    """
    if not (1 <= committees <= branches <= members and _FIRST_YEAR <= year <= _LAST_YEAR):
        raise ValueError(resources.load("sample")["impossible"])
    random, period = RandomSource(seed), periods.year(year)
    units = make_units(random, committees, branches, year)
    people = make_people(random, units, members, year)
    units = _with_heads(units, people)
    declared = declared_indicators([u for u in units if u.exists(period.last_day)])
    scheme = sample_scheme(units, declared)
    forms = member_forms.fill(random, scheme, period, units, people, progress)
    ratings = _rate(random, scheme, period, units, people)
    ratings, tied = _with_tie(scheme, period, units, forms.figures, ratings)
    rated = [(unit, ratings[unit.id]) for unit in units]
    sheets = (
        *county_forms.base_sheets(period, units, people, scheme_rows(units)),
        *member_forms.sheets(scheme, period, [u for u in units if u.level == BRANCH], forms),
        *county_forms.declaration_sheets(period, units, declared),
        *county_forms.rating_sheets(random, period, rated, people),
    )
    return SampleCounty(year, scheme.name, scheme.items, sheets, _situations(units, people, ratings, tied))


def _with_heads(units: Sequence[SampleUnit], people: Sequence[Person]) -> list[SampleUnit]:
    """A founded branch is headed by one of those who came to it."""
    first = {p.stays[-1].branch: p.name for p in reversed(people) if p.core}
    return [replace(u, head=first[u.id]) if u.founded else u for u in units]


def _rate(
    random: RandomSource, scheme: Scheme, year: Period, units: Sequence[SampleUnit], people: Sequence[Person]
) -> dict[str, Ratings]:
    """Every unit's ratings; the branches of members with a 一票否决 have the 违纪 cases, or else any branch has one."""
    raters = Raters(scheme, year, units, supervisor_pool(random, len(units)))
    ratings = {unit.id: raters.rate(random, unit) for unit in units}
    last = [(p.scored_on(year.last_day), p.vetoed_on) for p in people if p.vetoed_on is not None]
    guilty = {stay.branch: day for stay, day in last if stay is not None}
    if not guilty:
        guilty = {random.pick([u.id for u in units if u.level == BRANCH and u.lasting]): None}
    for unit_id, day in sorted(guilty.items()):
        own = ratings[unit_id]
        ratings[unit_id] = replace(own, bonuses=(*own.bonuses, raters.discipline_case(random, day)))
    return ratings


def _with_tie(
    scheme: Scheme,
    year: Period,
    units: Sequence[SampleUnit],
    figures: Mapping[str, Figures],
    ratings: Mapping[str, Ratings],
) -> tuple[dict[str, Ratings], tuple[str, ...]]:
    """Bring the second of the pair to the first's 总分; where a cap is in the way there is no tie."""
    pair = tie_pair(units)
    if pair is None:
        return dict(ratings), ()
    first, second = pair
    goal = tie.total(scheme, year, first, figures[first.id], ratings[first.id])
    second_figures = figures[second.id]
    adjusted = tie.adjusted_ratings(scheme, year, second, second_figures, ratings[second.id], goal)
    if tie.total(scheme, year, second, second_figures, adjusted) != goal:
        return dict(ratings), ()
    return {**ratings, second.id: adjusted}, (first.id, second.id)


def _situations(
    units: Sequence[SampleUnit], people: Sequence[Person], ratings: Mapping[str, Ratings], tied: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Who is special: codes by situation."""
    branches = [u for u in units if u.level == BRANCH]

    def units_where(holds) -> tuple[str, ...]:
        return tuple(u.id for u in units if holds(u))

    def people_where(holds) -> tuple[str, ...]:
        return tuple(p.id for p in people if holds(p))

    moved = {p.id: {s.branch for s in p.stays} for p in people}
    ended = {u.id for u in branches if not u.lasting}
    return {
        "tie": tied,
        "direct": tuple(u.id for u in branches if u.parent is None),
        "founded": units_where(lambda u: u.founded is not None),
        "dissolved": units_where(lambda u: u.dissolved is not None),
        "without_clients": units_where(lambda u: ratings[u.id].ballots and "clients" not in ratings[u.id].ballots),
        "discipline": units_where(lambda u: any(b.kind == "discipline" for b in ratings[u.id].bonuses)),
        "transfer": people_where(lambda p: len(moved[p.id]) > 1 and not moved[p.id] & ended),
        "probationary": people_where(lambda p: any(s.probationary for s in p.stays)),
        "unmanaged": people_where(lambda p: any(s.unmanaged_reason for s in p.stays)),
        "exempt": people_where(lambda p: bool(p.away)),
        "veto": people_where(lambda p: p.vetoed_on is not None),
    }

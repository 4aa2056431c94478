"""A branch's 总分 by the Linxi rules (spec §5), and the marks with which a second branch comes to exactly the same."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from lianghua_batch.core import exact, resources
from lianghua_batch.core.periods import Period
from lianghua_batch.forms.sample.ratings import Bonus, Ratings
from lianghua_batch.forms.sample.units import SampleUnit
from lianghua_batch.model.scheme import ORGANISATION, PASSED, Indicator, Scheme
from lianghua_batch.scoring.efficacy import beyond, efficacy_score

_HALF = Fraction(1, 2)
_REACH = 40  # half points by which the supervisors' marks together may move


@dataclass(frozen=True)
class Figures:
    """What a branch's members' forms come to at the year's end."""

    points: Sequence[Fraction]
    recorded_months: int
    months: int


def total(scheme: Scheme, year: Period, unit: SampleUnit, figures: Figures, ratings: Ratings) -> Fraction:
    """The branch's 总分; every form of its own is taken to be there."""
    rules = scheme.parameters
    shares = [
        (_assessment(scheme, year, unit, figures, ratings), rules.assessment_weight),
        (_mean(scheme, [mark for _, mark in ratings.supervisors]), rules.supervisors_weight),
    ]
    masses = _ballot(scheme, ratings.ballots["masses"])
    clients = _ballot(scheme, ratings.ballots["clients"]) if "clients" in ratings.ballots else masses
    shares += [(masses, rules.masses_weight), (clients, rules.clients_weight)]
    year_end = _weighted(scheme, shares)
    periods = [_mean(scheme, [row.score for row in rows]) for rows in ratings.inspections.values()]
    inspection = _mean(scheme, periods)
    annual = _weighted(scheme, [(inspection, rules.inspection_weight), (year_end, rules.year_end_weight)])
    return scheme.final(annual + _bonuses(scheme, ratings))


def _weighted(scheme: Scheme, shares: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    return scheme.publish(sum((value * weight / 100 for value, weight in shares), exact.ZERO))


def _mean(scheme: Scheme, values: Sequence[Fraction]) -> Fraction:
    return scheme.publish(exact.mean(values))


def _ballot(scheme: Scheme, counts: Mapping[str, int]) -> Fraction:
    worths = scheme.ballots[ORGANISATION]
    return scheme.publish(sum(worths[g] * n for g, n in counts.items()) / sum(counts.values()))


def _assessment(scheme: Scheme, year: Period, unit: SampleUnit, figures: Figures, ratings: Ratings) -> Fraction:
    metrics = {
        "member_mean": _mean(scheme, figures.points),
        "record_coverage": _rate(scheme, figures.recorded_months, figures.months),
        "filing_rate": exact.HUNDRED,
        "rectified": _rectified(scheme, year, ratings),
        "tasks_done": _rate(scheme, sum(t.status == "done" for t in ratings.tasks), len(ratings.tasks)),
        "report_review": _ballot(scheme, ratings.ballots["report_review"]),
    }
    scores = (
        _indicator(scheme, i, ratings.actuals[i.id] if i.metric == "filed" else metrics[i.metric])
        for i in scheme.indicators_for(unit.id, unit.level, unit.group)
    )
    return scheme.publish(sum(scores, exact.ZERO))


def _indicator(scheme: Scheme, indicator: Indicator, x: Fraction) -> Fraction:
    d = efficacy_score(indicator.method, x, indicator.standards)
    d += beyond(indicator.method, d, scheme.parameters.clip_efficacy)
    return scheme.publish(indicator.weight * d / 100)


def _rate(scheme: Scheme, part: int, whole: int) -> Fraction:
    return scheme.publish(Fraction(100 * part, whole)) if whole else exact.HUNDRED


def _rectified(scheme: Scheme, year: Period, ratings: Ratings) -> Fraction:
    last = {r.number: r for r in ratings.rectifications}  # its last round decides
    due = [r for r in last.values() if year.holds(r.deadline)]
    return _rate(scheme, sum(r.in_time for r in due), len(due))


def _bonuses(scheme: Scheme, ratings: Ratings) -> Fraction:
    rules = scheme.parameters
    passed = [b for b in ratings.bonuses if b.review == PASSED]
    caps = {"individual": rules.individual_cap, "dynamic": rules.dynamic_cap}
    sums = (exact.clip(sum((b.points for b in passed if b.kind == k), exact.ZERO), -c, c) for k, c in caps.items())
    deducted = rules.discipline_deduction if any(b.kind == "discipline" for b in passed) else 0
    return sum(sums, exact.ZERO) - deducted


# --- the tie ---------------------------------------------------------------------------------------------------------


def adjusted_ratings(
    scheme: Scheme, year: Period, unit: SampleUnit, figures: Figures, ratings: Ratings, goal: Fraction
) -> Ratings:
    """Return the unit's ratings changed a little so that its 总分 is `goal`.

    One 个性化 entry in half points comes near it, single marks do the rest; where they don't come out even the entry
    takes the exact difference, as far as its cap lets it.
    """
    plain = replace(ratings, bonuses=tuple(b for b in ratings.bonuses if b.kind != "individual"))
    gap = goal - total(scheme, year, unit, figures, plain)
    coarse = _with_bonus(scheme, year, plain, exact.half_up(gap / _HALF, 0) * _HALF)
    for candidate in _variants(coarse):
        if total(scheme, year, unit, figures, candidate) == goal:
            return candidate
    return _with_bonus(scheme, year, plain, gap)


def _with_bonus(scheme: Scheme, year: Period, ratings: Ratings, points: Fraction) -> Ratings:
    if not points:
        return ratings
    words, cap = resources.load("sample"), scheme.parameters.individual_cap
    points = exact.clip(points, -cap, cap)
    entry = Bonus("individual", points, year.quarters[-1].first_day, words["tie_event"], words["bonus_basis"], PASSED)
    return replace(ratings, bonuses=(*ratings.bonuses, entry))


def _variants(ratings: Ratings) -> Iterator[Ratings]:
    """The ratings with the supervisors' and the last inspectors' marks moved by half points, small moves first."""
    moves = sorted(
        ((s, i) for s in range(-_REACH, _REACH + 1) for i in range(-_REACH // 2, _REACH // 2 + 1)),
        key=lambda move: (abs(move[0]) + abs(move[1]), move),
    )
    last = max(ratings.inspections, key=lambda p: p.index)
    for supervisors, inspectors in moves:
        names = [name for name, _ in ratings.supervisors]
        marks = _moved_marks([mark for _, mark in ratings.supervisors], supervisors)
        rows = ratings.inspections[last]
        scores = _moved_marks([row.score for row in rows], inspectors)
        moved = tuple(replace(row, score=score) for row, score in zip(rows, scores, strict=True))
        yield replace(
            ratings,
            supervisors=tuple(zip(names, marks, strict=True)),
            inspections={**ratings.inspections, last: moved},
        )


def _moved_marks(marks: Sequence[Fraction], halves: int) -> list[Fraction]:
    """Return marks moved by so many half points, one mark after the other, within 0…100."""
    sign, moved = (1 if halves > 0 else -1), list(marks)
    for number in range(abs(halves)):
        place = number % len(moved)
        moved[place] = exact.clip(moved[place] + sign * _HALF, exact.ZERO, exact.HUNDRED)
    return moved

"""评分人分析: how the raters of 督查 and the 监督员 mark, compared with others who marked the same units."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lianghua_batch.analysis.crowding import Crowd, crowds
from lianghua_batch.analysis.statistics import settings, spread
from lianghua_batch.core import exact
from lianghua_batch.core.periods import Period
from lianghua_batch.model.county import County
from lianghua_batch.model.scheme import ORGANISATION
from lianghua_batch.scoring.results import Results

INSPECTION, SUPERVISORS = "inspection", "supervisor_score"
CROWDED = "crowded"  # the verdict of one whose marks, not all the same, crowd just above a grade's bound
_RATER = {INSPECTION: "inspector", SUPERVISORS: "supervisor"}  # the column that says who marked


@dataclass(frozen=True)
class Mark:
    """One mark: its rater, unit and period."""

    rater: str
    unit_id: str
    period: Period | None
    value: Fraction


@dataclass(frozen=True)
class RaterFigures:
    """One rater's marks in one form: their number and statistics.

    `compared`: how many of them have marks of others for the same unit and period; `bias`: the mean of (own mark −
    mean of the others' marks) over these, None where there are none. `verdicts`: names in schemas/rules/analysis.yaml.
    """

    form: str
    rater: str
    marks: int
    mean: Fraction
    lowest: Fraction
    highest: Fraction
    spread: Fraction
    compared: int
    bias: Fraction | None
    crowds: tuple[Crowd, ...]
    verdicts: tuple[str, ...]


def analyse(results: Results, form: str) -> tuple[RaterFigures, ...]:
    """Return the figures of every rater of a form (INSPECTION, SUPERVISORS), those with verdicts first."""
    marks = marks_in(results.county, form)
    biases = _departures(marks)
    own: dict[str, list[Fraction]] = defaultdict(list)
    for mark in marks:
        own[mark.rater].append(mark.value)
    found = [_figures(results, form, rater, values, biases.get(rater, ())) for rater, values in own.items()]
    return tuple(sorted(found, key=_order))


def crowding(results: Results, form: str) -> tuple[Crowd, ...]:
    """Return the crowds at the grade bounds among all marks of a form."""
    values = [mark.value for mark in marks_in(results.county, form)]
    return crowds(values, results.county.scheme.bands[ORGANISATION])


def marks_in(county: County, form: str) -> list[Mark]:
    """Return the marks of a form; a rater written as a unit's code is named by that unit."""
    return list(_marks(county, form))


def _marks(county: County, form: str) -> Iterator[Mark]:
    called: dict[str, str] = {}
    identity = county.roster.raters[_RATER[form]]
    for row in county.tables[form].records():
        unit_id, rater, score = row["unit_id"], row[_RATER[form]], row["score"]
        if None in (unit_id, rater, score) or unit_id not in county.roster.units or unit_id in county.left_out:
            continue
        code = identity(rater)
        name = county.roster.named(code).name if code in county.roster.units else rater
        rater = called.setdefault(code, name)
        yield Mark(rater, unit_id, row.origin.period, exact.from_hundredths(score))


def _departures(marks: Sequence[Mark]) -> Mapping[str, Sequence[Fraction]]:
    """By rater: own mark − mean of the others' marks, for every mark that others can be compared with."""
    together: dict[tuple[str, Period | None], list[Mark]] = defaultdict(list)
    for mark in marks:
        together[mark.unit_id, mark.period].append(mark)
    found: dict[str, list[Fraction]] = defaultdict(list)
    for group in together.values():
        for mark in group:
            others = [m.value for m in group if m.rater != mark.rater]
            if others:
                found[mark.rater].append(mark.value - exact.mean(others))
    return found


def _figures(
    results: Results, form: str, rater: str, values: Sequence[Fraction], departures: Sequence[Fraction]
) -> RaterFigures:
    bias = exact.mean(departures) if departures else None
    around = crowds(values, results.county.scheme.bands[ORGANISATION])
    return RaterFigures(
        form=form,
        rater=rater,
        marks=len(values),
        mean=exact.mean(values),
        lowest=min(values),
        highest=max(values),
        spread=spread(values),
        compared=len(departures),
        bias=bias,
        crowds=around,
        verdicts=_verdicts(values, len(departures), bias, around),
    )


def _verdicts(
    values: Sequence[Fraction], compared: int, bias: Fraction | None, around: Sequence[Crowd]
) -> tuple[str, ...]:
    rules = settings("raters")
    limit = Fraction(rules["bias"])
    comparable = bias is not None and compared >= rules["least_compared"]
    same = len(values) >= rules["least_marks"] and len(set(values)) == 1
    fitting = {
        "strict": comparable and bias <= -limit,
        "lenient": comparable and bias >= limit,
        "same": same,
        CROWDED: not same and any(crowd.striking for crowd in around),
    }
    return tuple(name for name in rules["verdicts"] if fitting[name])


def _order(figures: RaterFigures) -> tuple:
    """Verdicts first, then by bias; biases from too few marks last."""
    rules = settings("raters")
    names = list(rules["verdicts"])
    first = names.index(figures.verdicts[0]) if figures.verdicts else len(names)
    return first, figures.compared < rules["least_compared"], -abs(figures.bias or exact.ZERO), figures.rater

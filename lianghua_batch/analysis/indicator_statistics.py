"""指标分析: the spread of each indicator's marks, and whether they separate strong units from weak ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lianghua_batch.analysis.statistics import correlation, settings, spread
from lianghua_batch.core import exact
from lianghua_batch.model.scheme import BRANCH, COMMITTEE, Indicator, Parameters, applies
from lianghua_batch.model.scores import Score, total
from lianghua_batch.scoring.results import Results, UnitResult


@dataclass(frozen=True)
class IndicatorFigures:
    """One indicator's 得分 as shares of its 权重, over the units that it applied to; None where too few units have one.

    `full`, `zero`: the shares of units at full marks and at none. `discrimination`: the mean of the best units by 总分 less
    that of the lowest. `correlation`: with the 总分 without this indicator's part. `verdict`: a name in schemas/rules/analysis.yaml.
    """

    indicator: Indicator
    units: int
    mean: Fraction | None
    lowest: Fraction | None
    highest: Fraction | None
    spread: Fraction | None
    full: Fraction | None
    zero: Fraction | None
    discrimination: Fraction | None
    correlation: Fraction | None
    verdict: str


def analyse(results: Results) -> tuple[IndicatorFigures, ...]:
    """Return the figures of every indicator that counts, the committees' first, those most in need of attention first within a level."""
    if not results.county.is_year:
        return ()
    levels = {COMMITTEE: results.committees, BRANCH: results.branches}
    found = [
        _figures(results, indicator, level, unit_results)
        for level, unit_results in levels.items()
        for indicator in results.county.scheme.indicators
        if indicator.level == level and indicator.counts and indicator.weight
    ]
    verdicts = list(settings("indicators")["verdicts"])
    return tuple(sorted(found, key=lambda f: _order(f, verdicts)))


def _order(figures: IndicatorFigures, verdicts: Sequence[str]) -> tuple:
    least = figures.discrimination if figures.discrimination is not None else exact.ZERO
    return figures.indicator.level != COMMITTEE, verdicts.index(figures.verdict), least, figures.indicator.id


def _figures(
    results: Results, indicator: Indicator, level: str, unit_results: Sequence[UnitResult]
) -> IndicatorFigures:
    marked = sorted((s for s in unit_results if _is_marked(s, indicator)), key=_best_first)
    if not marked:
        return IndicatorFigures(indicator, 0, *[None] * 8, verdict="unused")
    points = [s.scores.indicators[indicator.id] for s in marked]
    shares = [_unrounded(score) / indicator.weight for score in points]
    rests = [
        s.scores.total.value - _part(score.value, results.county.scheme.parameters)
        for s, score in zip(marked, points, strict=True)
    ]
    enough = len(marked) >= settings("indicators")["least_units"]
    figures = {
        "mean": exact.mean(shares),
        "lowest": min(shares),
        "highest": max(shares),
        "spread": spread(shares),
        "full": Fraction(sum(share >= 1 for share in shares), len(shares)),
        "zero": Fraction(sum(share <= 0 for share in shares), len(shares)),
        "discrimination": _discrimination(shares) if enough else None,
        "correlation": correlation(shares, rests) if enough else None,
    }
    return IndicatorFigures(indicator, len(marked), **figures, verdict=_verdict(enough, **figures))


def _is_marked(result: UnitResult, indicator: Indicator) -> bool:
    """Whether the unit has points for this indicator; another's may have the same code."""
    return indicator.id in result.scores.indicators and applies(indicator, result.unit.id, result.unit.group)


def _best_first(result: UnitResult) -> tuple:
    """As ranked: by 总分, within a tie by 年末考核分, then 组织编号."""
    return -result.scores.total.value, -result.scores.year_end.value, result.unit.id


def _unrounded(score: Score) -> Fraction:
    """The points before rounding: under 小数位 0 the rounded ones may exceed the 权重."""
    return total(part for part in score.parts if part.kind != "rounding")


def _part(score: Fraction, rules: Parameters) -> Fraction:
    """The contribution of an indicator's 得分 to the 总分."""
    return score * rules.assessment_weight / 100 * rules.year_end_weight / 100


def _discrimination(best_first: Sequence[Fraction]) -> Fraction:
    """The mean of the best units less that of the lowest."""
    side = max(int(exact.half_up(Fraction(settings("indicators")["side"]) * len(best_first), 0)), 1)
    return exact.mean(best_first[:side]) - exact.mean(best_first[-side:])


def _verdict(
    enough: bool,
    *,
    full: Fraction,
    zero: Fraction,
    spread: Fraction,
    discrimination: Fraction | None,
    correlation: Fraction | None,
    **_: Fraction,
) -> str:
    """The first verdict that fits; few where there are too few units."""
    if not enough or discrimination is None:
        return "few"
    bounds = {
        name: Fraction(settings("indicators")[name]) for name in ("nearly_all", "alike", "reversed", "low", "good")
    }
    against = correlation is not None and correlation <= bounds["reversed"] and discrimination <= 0
    fitting = {
        "full": full >= bounds["nearly_all"],
        "zero": zero >= bounds["nearly_all"],
        "alike": spread < bounds["alike"],
        "reversed": against,
        "low": discrimination < bounds["low"],
        "fair": discrimination < bounds["good"],
    }
    return next((name for name, fits in fitting.items() if fits), "good")

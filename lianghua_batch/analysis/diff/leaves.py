"""Why scores that come directly from forms changed (marks, votes, 加减分, rates): by the forms or by the rules."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from lianghua_batch.analysis.diff import sentences
from lianghua_batch.analysis.diff.model import DATA, OTHER, ROUNDING, RULE, Reason, merged, total
from lianghua_batch.analysis.diff.sentences import reason_words
from lianghua_batch.analysis.diff.sides import Pair, TrailScore
from lianghua_batch.core import exact
from lianghua_batch.model.scheme import ORGANISATION
from lianghua_batch.model.scores import step_label
from lianghua_batch.scoring import formulas

_RULES = ("places", "rounding")


def rounding_reason(pair: Pair, amount: Fraction) -> Reason:
    """Return the reason for what rounding adds or takes more than before: a rule where its rules changed."""
    changed = pair.changed(*_RULES)
    if changed:
        return Reason(RULE, pair.parameters_text(changed), amount)
    return Reason(ROUNDING, reason_words()["rounding"], amount)


def with_rounding(pair: Pair, reasons: Iterable[Reason], change: Fraction, roundings: int) -> tuple[Reason, ...]:
    """Return the reasons and one for the rest of the change: a rounding where `roundings` a side can make it, else unknown."""
    listed = list(reasons)
    rest = change - total(listed)
    most = roundings * (pair.old.rules.half_unit + pair.new.rules.half_unit)
    return merged(
        [*listed, rounding_reason(pair, rest) if abs(rest) <= most else Reason(OTHER, reason_words()["other"], rest)]
    )


def leaf_reasons(pair: Pair, unit: str, key: str) -> list[Reason] | None:
    """Return why such a score of a unit changed, before its rounding; None for any other score."""
    split = _LEAVES.get(key.partition(":")[0])
    return None if split is None else split(pair, unit, key)


def _score_label(key: str) -> str:
    """A score's name, with its period where there are several."""
    step, _, item = key.partition(":")
    return f"{step_label(step)} {item}".rstrip()


def _split(raws: tuple[Fraction, Fraction], between: Fraction, data: str, rule: str) -> list[Reason]:
    """The change split at `between`, the value of the new forms under the old rules."""
    old, new = raws
    return [Reason(DATA, data, between - old), Reason(RULE, rule, new - between)]


def _both_scores(pair: Pair, unit: str, key: str) -> tuple[TrailScore, TrailScore]:
    return pair.old.score(unit, key), pair.new.score(unit, key)


# --- raters --------------------------------------------------------------------------------------------------------


def _marks(pair: Pair, unit: str, key: str) -> list[Reason]:
    old, new = _both_scores(pair, unit, key)
    was, now = (_by_rater(score) for score in (old, new))
    marks = list(now.values())
    between = formulas.weighed(marks, formulas.rater_shares(marks, pair.old.rules.values))
    data = sentences.score_text(_score_label(key), sentences.changes_text(was, now))
    return _split((old.raw, new.raw), between, data, pair.parameters_text(pair.changed("trim_from")))


def _by_rater(score: TrailScore) -> dict[str, Fraction]:
    return {part.item: part.held for part in score.parts_by_kind("rater", "dropped")}


# --- votes ---------------------------------------------------------------------------------------------------------


def _votes(pair: Pair, unit: str, key: str) -> list[Reason]:
    listed = (
        [part.held or exact.ZERO for part in side.score(unit, key).parts_by_kind("ballots")]
        for side in (pair.old, pair.new)
    )
    return vote_reasons(pair, ORGANISATION, _score_label(key), *listed)


def vote_reasons(pair: Pair, scope: str, what: str, was: Sequence[Fraction], now: Sequence[Fraction]) -> list[Reason]:
    """Return why Σ(票×折算分)/Σ票 changed: the votes by grade, and the 折算分."""
    old, new = (side.rules.worths(scope) for side in (pair.old, pair.new))
    raws = _worth(old, was), _worth(new, now)
    rule = reason_words()["worths"][scope].format(parts=sentences.changes_text(old, new))
    if list(old) != list(new):  # other grades: the votes cannot be weighed by the old rules
        return [Reason(RULE, rule, raws[1] - raws[0])]
    votes = (dict(zip(old, listed, strict=True)) for listed in (was, now))
    return _split(raws, _worth(old, now), sentences.score_text(what, sentences.changes_text(*votes)), rule)


def _worth(worths: Mapping[str, Fraction], votes: Sequence[Fraction]) -> Fraction:
    return formulas.weighed(list(worths.values()), formulas.ballot_shares(votes))


# --- 加减分 --------------------------------------------------------------------------------------------------------


def _entries(score: TrailScore) -> list[tuple[str, Fraction]]:
    return [(part.item, part.held) for part in score.parts_by_kind("bonus")]


def _points(score: TrailScore) -> list[Fraction]:
    return [points for _, points in _entries(score)]


def _bonus(pair: Pair, unit: str, key: str) -> list[Reason]:
    old, new = _both_scores(pair, unit, key)
    between = formulas.capped(_points(new), getattr(pair.old.rules.values, f"{key}_cap"))
    was, now = Counter(_entries(old)), Counter(_entries(new))
    listed = [*_entry_texts("added", now - was), *_entry_texts("removed", was - now)]
    data = sentences.score_text(_score_label(key), reason_words()["separator"].join(listed))
    return _split((old.raw, new.raw), between, data, pair.parameters_text(pair.changed(f"{key}_cap")))


def _entry_texts(word: str, entries: Counter[tuple[str, Fraction]]) -> Iterator[str]:
    """The entries added or removed, equal ones together."""
    words = reason_words()
    for (event, points), count in entries.items():
        sentence = words[word].format(what=event, points=_signed(points))
        yield sentence if count == 1 else words["times"].format(entry=sentence, count=count)


def _signed(points: Fraction) -> str:
    return ("+" if points > 0 else "") + exact.short(points)


def _discipline(pair: Pair, unit: str, key: str) -> list[Reason]:
    old, new = _both_scores(pair, unit, key)
    cases = [len(score.parts_by_kind("case", "further_case")) for score in (old, new)]
    rules, between = pair.old.rules.values, exact.ZERO
    if cases[1]:
        individual = formulas.capped(_points(pair.new.score(unit, "individual")), rules.individual_cap)
        between = formulas.discipline_spared(individual, rules) - rules.discipline_deduction
    words = reason_words()
    data = words["cases"].format(was=cases[0], now=cases[1]) if cases[0] != cases[1] else words["within_cap"]
    changed = pair.changed("discipline_deduction", "discipline_capped", "individual_cap")
    return _split((old.raw, new.raw), between, data, pair.parameters_text(changed))


# --- rates ---------------------------------------------------------------------------------------------------------


def _rate(pair: Pair, unit: str, key: str) -> list[Reason]:
    old, new = _both_scores(pair, unit, key)
    sides = {"was": exact.short(old.value), "now": exact.short(new.value)}
    return [Reason(DATA, reason_words()["moved"].format(what=_score_label(key), **sides), new.raw - old.raw)]


_LEAVES: Mapping[str, Callable[[Pair, str, str], list[Reason]]] = {
    "inspection_period": _marks,
    "supervisors": _marks,
    "masses": _votes,
    "clients": _votes,
    "individual": _bonus,
    "dynamic": _bonus,
    "discipline": _discipline,
    "record_coverage": _rate,
    "filing_rate": _rate,
    "rectified": _rate,
    "tasks_done": _rate,
    "report_review": _votes,
    "branch_class_rises": _rate,
}

"""Scores that come straight from the forms, split into what the forms and what the rules changed: marks, votes, 加减分."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from lianghua_batch.analysis.diff import sentences
from lianghua_batch.analysis.diff.model import DATA, OTHER, ROUNDING, RULE, Reason, merged, total
from lianghua_batch.analysis.diff.sentences import words
from lianghua_batch.analysis.diff.sides import Pair, ScorePart
from lianghua_batch.core import exact
from lianghua_batch.model.scheme import ORGANISATION
from lianghua_batch.model.scores import step_label
from lianghua_batch.scoring import formulas

_RULES = ("places", "rounding")


def rounded(pair: Pair, amount: Fraction) -> Reason:
    """What rounding adds or takes more than before: by its rules, if they are others."""
    changed = pair.changed(*_RULES)
    if changed:
        return Reason(RULE, pair.parameters_text(changed), amount)
    return Reason(ROUNDING, words()["rounding"], amount)


def settled(pair: Pair, reasons: Iterable[Reason], change: Fraction, roundings: int) -> tuple[Reason, ...]:
    """The reasons, and what is left of the change: what so many roundings a side can make, or else nobody knows what."""
    listed = list(reasons)
    rest = change - total(listed)
    most = roundings * (pair.old.rules.half_unit + pair.new.rules.half_unit)
    return merged([*listed, rounded(pair, rest) if abs(rest) <= most else Reason(OTHER, words()["other"], rest)])


def reasons(pair: Pair, unit: str, key: str) -> list[Reason] | None:
    """Why such a score of a unit, before its rounding, changed; None for a score of another sort."""
    split = _LEAVES.get(key.partition(":")[0])
    return None if split is None else split(pair, unit, key)


def _label(key: str) -> str:
    """What a score is called; of several its period too."""
    step, _, item = key.partition(":")
    return f"{step_label(step)} {item}".rstrip()


def _split(raws: tuple[Fraction, Fraction], between: Fraction, data: str, rule: str) -> list[Reason]:
    """The change by way of what the new forms come to under the old rules."""
    old, new = raws
    return [Reason(DATA, data, between - old), Reason(RULE, rule, new - between)]


def _both(pair: Pair, unit: str, key: str) -> tuple[ScorePart, ScorePart]:
    return pair.old.node(unit, key), pair.new.node(unit, key)


# --- raters --------------------------------------------------------------------------------------------------------


def _marks(pair: Pair, unit: str, key: str) -> list[Reason]:
    old, new = _both(pair, unit, key)
    was, now = (_by_rater(node) for node in (old, new))
    marks = list(now.values())
    between = formulas.weighed(marks, formulas.rater_shares(marks, pair.old.rules.values))
    data = sentences.part(_label(key), sentences.moved(was, now))
    return _split((old.raw, new.raw), between, data, pair.parameters_text(pair.changed("trim_from")))


def _by_rater(node: ScorePart) -> dict[str, Fraction]:
    return {part.item: part.held for part in node.parts_of("rater", "dropped")}


# --- votes ---------------------------------------------------------------------------------------------------------


def _votes(pair: Pair, unit: str, key: str) -> list[Reason]:
    listed = (
        [part.held or exact.ZERO for part in side.node(unit, key).parts_of("ballots")] for side in (pair.old, pair.new)
    )
    return by_votes(pair, ORGANISATION, _label(key), *listed)


def by_votes(pair: Pair, scope: str, what: str, was: Sequence[Fraction], now: Sequence[Fraction]) -> list[Reason]:
    """Why Σ(票×折算分)/Σ票 changed: the votes, grade by grade, and what they are worth."""
    old, new = (side.rules.worths(scope) for side in (pair.old, pair.new))
    raws = _worth(old, was), _worth(new, now)
    rule = words()["worths"][scope].format(parts=sentences.moved(old, new))
    if list(old) != list(new):  # other grades: the votes cannot be weighed by the old rules
        return [Reason(RULE, rule, raws[1] - raws[0])]
    votes = (dict(zip(old, listed, strict=True)) for listed in (was, now))
    return _split(raws, _worth(old, now), sentences.part(what, sentences.moved(*votes)), rule)


def _worth(worths: Mapping[str, Fraction], votes: Sequence[Fraction]) -> Fraction:
    return formulas.weighed(list(worths.values()), formulas.ballot_shares(votes))


# --- 加减分 --------------------------------------------------------------------------------------------------------


def _entries(node: ScorePart) -> list[tuple[str, Fraction]]:
    return [(part.item, part.held) for part in node.parts_of("bonus")]


def _points(node: ScorePart) -> list[Fraction]:
    return [points for _, points in _entries(node)]


def _bonus(pair: Pair, unit: str, key: str) -> list[Reason]:
    old, new = _both(pair, unit, key)
    between = formulas.capped(_points(new), getattr(pair.old.rules.values, f"{key}_cap"))
    was, now = Counter(_entries(old)), Counter(_entries(new))
    listed = [*_told("added", now - was), *_told("removed", was - now)]
    data = sentences.part(_label(key), words()["separator"].join(listed))
    return _split((old.raw, new.raw), between, data, pair.parameters_text(pair.changed(f"{key}_cap")))


def _told(word: str, entries: Counter[tuple[str, Fraction]]) -> Iterator[str]:
    """Entries that are new or gone, those of one wording together."""
    told = words()
    for (event, points), count in entries.items():
        sentence = told[word].format(what=event, points=_signed(points))
        yield sentence if count == 1 else told["times"].format(entry=sentence, count=count)


def _signed(points: Fraction) -> str:
    return ("+" if points > 0 else "") + exact.short(points)


def _discipline(pair: Pair, unit: str, key: str) -> list[Reason]:
    old, new = _both(pair, unit, key)
    cases = [len(node.parts_of("case", "further_case")) for node in (old, new)]
    rules, between = pair.old.rules.values, exact.ZERO
    if cases[1]:
        individual = formulas.capped(_points(pair.new.node(unit, "individual")), rules.individual_cap)
        between = formulas.discipline_spared(individual, rules) - rules.discipline_deduction
    told = words()
    data = told["cases"].format(was=cases[0], now=cases[1]) if cases[0] != cases[1] else told["within_cap"]
    changed = pair.changed("discipline_deduction", "discipline_capped", "individual_cap")
    return _split((old.raw, new.raw), between, data, pair.parameters_text(changed))


# --- rates ---------------------------------------------------------------------------------------------------------


def _rate(pair: Pair, unit: str, key: str) -> list[Reason]:
    old, new = _both(pair, unit, key)
    sides = {"was": exact.short(old.value), "now": exact.short(new.value)}
    return [Reason(DATA, words()["moved"].format(what=_label(key), **sides), new.raw - old.raw)]


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
}

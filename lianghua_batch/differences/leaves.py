"""Scores that come straight from the forms, split into what the forms and what the rules changed: marks, votes, 加减分."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from lianghua_batch import exact, resources
from lianghua_batch.contributions import step_label
from lianghua_batch.differences import formulas
from lianghua_batch.differences.model import DATA, RULE, Reason
from lianghua_batch.differences.sides import Node, Pair


def reasons(pair: Pair, unit: str, key: str) -> list[Reason] | None:
    """Why such a score of a unit, before its rounding, changed; None for a score of another sort."""
    split = _LEAVES.get(key.partition(":")[0])
    return None if split is None else split(pair, unit, key)


def words() -> Mapping[str, str]:
    return resources.load("compare")["diff"]["reasons"]


def _label(key: str) -> str:
    """What a score is called; of several its period too."""
    step, _, item = key.partition(":")
    return f"{step_label(step)} {item}".rstrip()


def _split(raws: tuple[Fraction, Fraction], between: Fraction, data: str, rule: str) -> list[Reason]:
    """The change by way of what the new forms come to under the old rules."""
    old, new = raws
    return [Reason(DATA, data, between - old), Reason(RULE, rule, new - between)]


def _both(pair: Pair, unit: str, key: str) -> tuple[Node, Node]:
    return pair.old.node(unit, key), pair.new.node(unit, key)


def plain(value: object) -> str:
    """What 计分依据 says of a rule, for a sentence: a number, several, a word of ours, a text, nothing."""
    told = words()
    if isinstance(value, list):
        return told["and"].join(map(plain, value)) or told["none"]
    if value is None:
        return told["none"]
    if str(value) in told["values"]:
        return told["values"][str(value)]
    try:
        return exact.short(Fraction(str(value)))
    except ValueError:
        return str(value)


# --- raters --------------------------------------------------------------------------------------------------------


def _marks(pair: Pair, unit: str, key: str) -> list[Reason]:
    old, new = _both(pair, unit, key)
    was, now = (_by_rater(node) for node in (old, new))
    between = formulas.rated(list(now.values()), pair.old.rules.values)
    data = words()["part"].format(what=_label(key), parts=_moved(was, now))
    return _split((old.raw, new.raw), between, data, pair.parameters_text(pair.changed("trim_from")))


def _by_rater(node: Node) -> dict[str, Fraction]:
    return {part.item: part.held for part in node.parts_of("rater", "dropped")}


def _moved(was: Mapping[str, Fraction], now: Mapping[str, Fraction]) -> str:
    """What is new, gone or another number, by name."""
    told = words()
    none = told["none"]
    listed = []
    for name in {**was, **now}:
        before, after = was.get(name), now.get(name)
        if before != after:
            sides = {"was": none if before is None else exact.short(before)}
            sides["now"] = none if after is None else exact.short(after)
            listed.append(told["moved"].format(what=name, **sides))
    return told["separator"].join(listed)


# --- votes ---------------------------------------------------------------------------------------------------------


def _votes(pair: Pair, unit: str, key: str) -> list[Reason]:
    old, new = _both(pair, unit, key)
    worths = pair.old.rules.worths("organisation"), pair.new.rules.worths("organisation")
    was, now = _by_grade(old, worths[0]), _by_grade(new, worths[1])
    changed = _moved(worths[0], worths[1])
    data = words()["part"].format(what=_label(key), parts=_moved(was, now))
    rule = words()["worths"].format(parts=changed)
    if list(was) != list(now):  # other grades: the votes cannot be weighed by the old rules
        return [Reason(RULE, rule, new.raw - old.raw)]
    between = formulas.voted(list(now.values()), list(worths[0].values()))
    return _split((old.raw, new.raw), between, data, rule)


def _by_grade(node: Node, worths: Mapping[str, Fraction]) -> dict[str, Fraction]:
    votes = (part.held or exact.ZERO for part in node.parts_of("ballots"))
    return dict(zip(worths, votes, strict=True))


# --- 加减分 --------------------------------------------------------------------------------------------------------


def _entries(node: Node) -> list[tuple[str, Fraction]]:
    return [(part.item, part.held) for part in node.parts_of("bonus")]


def _points(node: Node) -> list[Fraction]:
    return [points for _, points in _entries(node)]


def _bonus(pair: Pair, unit: str, key: str) -> list[Reason]:
    old, new = _both(pair, unit, key)
    between = formulas.capped(_points(new), pair.old.rules.values[f"{key}_cap"])
    was, now = Counter(_entries(old)), Counter(_entries(new))
    told = words()
    listed = [told["added"].format(what=event, points=_signed(points)) for event, points in now - was]
    listed += (told["removed"].format(what=event, points=_signed(points)) for event, points in was - now)
    data = told["part"].format(what=_label(key), parts=told["separator"].join(listed))
    return _split((old.raw, new.raw), between, data, pair.parameters_text(pair.changed(f"{key}_cap")))


def _signed(points: Fraction) -> str:
    return ("+" if points > 0 else "") + exact.short(points)


def _discipline(pair: Pair, unit: str, key: str) -> list[Reason]:
    old, new = _both(pair, unit, key)
    individual = _points(pair.new.node(unit, "individual"))
    cases = [len(node.parts_of("case", "further_case")) for node in (old, new)]
    between = formulas.disciplined(individual, cases[1], pair.old.rules.values)
    told = words()
    data = told["cases"].format(was=cases[0], now=cases[1]) if cases[0] != cases[1] else told["within_cap"]
    changed = pair.changed("discipline_deduction", "discipline_capped", "individual_cap")
    return _split((old.raw, new.raw), between, data, pair.parameters_text(changed))


# --- rates ---------------------------------------------------------------------------------------------------------


def _rate(pair: Pair, unit: str, key: str) -> list[Reason]:
    old, new = _both(pair, unit, key)
    sides = {"was": exact.short(old.value), "now": exact.short(new.value)}
    return [Reason(DATA, words()["moved"].format(what=_label(key), **sides), new.raw - old.raw)]


_LEAVES: Mapping[str, Callable[[Pair, str, str], Sequence[Reason]]] = {
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

"""What two results differ in, as lines for people: units biggest change first, each with its reasons; members branch by branch."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any

from lianghua_batch.analysis.diff.model import Cause, Differences, Reason, RuleChange, UnitChange, total
from lianghua_batch.analysis.rank_changes import BRANCHES, COMMITTEES, KINDS, MEMBERS, RankChange, RankedRow
from lianghua_batch.core import exact, resources


def words() -> Mapping[str, Any]:
    """The sentences of reasons."""
    return resources.load("messages/compare")["diff"]["reasons"]


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
    except (ValueError, ZeroDivisionError):
        return str(value)


def number(value: Fraction | None) -> str:
    """A number for a sentence, or that there is none."""
    return words()["none"] if value is None else exact.short(value)


def moved(was: Mapping[str, Fraction], now: Mapping[str, Fraction]) -> str:
    """What is new, gone or another number, by name."""
    told = words()
    listed = (
        told["moved"].format(what=name, was=number(was.get(name)), now=number(now.get(name)))
        for name in {**was, **now}
        if was.get(name) != now.get(name)
    )
    return told["separator"].join(listed)


def part(what: str, parts: str) -> str:
    """A score, and what of it is another one."""
    return words()["part"].format(what=what, parts=parts)


_UNITS, _DEEPER = 2, 4


@dataclass(frozen=True)
class DiffLine:
    """One line, how far it is set in, and whether it is a heading."""

    text: str
    indent: int = 0
    heading: bool = False


def lines(differences: Differences) -> Iterator[DiffLine]:
    """Everything, but of long lists the first only."""
    words = resources.load("messages/compare")["diff"]["telling"]
    for word, head in (("old", differences.old), ("new", differences.new)):
        yield DiffLine(words[word].format(name=head.name, period=head.period, scheme=head.scheme))
    yield from (DiffLine(words["note"].format(note=note)) for note in differences.notes)
    if differences.none:
        yield DiffLine(words["none"])
        return
    yield from _listed(words["rules"], differences.rules or (), words)
    yield from _listed(words["roster"], differences.roster, words)
    yield from (DiffLine(sentence) for sentence in _counts(differences))
    for kind in (COMMITTEES, BRANCHES):
        listed = [c for c in differences.changes[kind] if _moved(c)]
        if listed:
            yield DiffLine(resources.load("messages/compare")["kinds"][kind]["label"], heading=True)
        for change in listed:
            yield from _change(change, _UNITS, words)
    yield from _members(differences, words)


def _listed(title: str, changes: Iterable[RuleChange], words: Mapping[str, Any]) -> Iterator[DiffLine]:
    """Rules or roster: the first of them, and how many more there are."""
    every = list(changes)
    if every:
        yield DiffLine(title, heading=True)
    for change in every[: words["rules_most"]]:
        word = "added" if change.was is None else "removed" if change.now is None else "moved"
        yield DiffLine(words[word].format(what=change.what, was=change.was, now=change.now), _UNITS)
    if len(every) > words["rules_most"]:
        yield DiffLine(words["more_lines"].format(count=len(every) - words["rules_most"]), _UNITS)


def _counts(differences: Differences) -> Iterator[str]:
    kinds, words = resources.load("messages/compare")["kinds"], resources.load("messages/compare")["diff"]["telling"]
    for kind in KINDS:
        yield words["counts"].format(kind=kinds[kind]["label"], unit=kinds[kind]["unit"], **differences.counts[kind])


def _moved(change: UnitChange) -> bool:
    """Whether more than a name is another one, which stands in the list of the roster."""
    rank_change = change.rank_change
    return (
        not rank_change.on_both_sides
        or rank_change.rescored
        or rank_change.regraded
        or rank_change.reranked
        or bool(change.components)
    )


# --- one unit or member --------------------------------------------------------------------------------------------


def _change(change: UnitChange, indent: int, words: Mapping[str, Any]) -> Iterator[DiffLine]:
    """Where it stands now and stood before, then why."""
    rank_change = change.rank_change
    yield DiffLine(
        words["head"].format(id=rank_change.id, name=rank_change.latest.name, moves=_moves(rank_change, words)), indent
    )
    for cause, word in ((change.grade_cause, "grade_cause"), (change.rank_cause, "rank_cause")):
        if cause is not None and not _goes_without_saying(cause):
            yield DiffLine(words[word].format(cause=cause.sentence), indent + 2)
    if change.reasons:
        yield from _reasons(change.reasons, indent + 2, words)
    elif change.components:
        yield from _components(change, indent + 2, words)


def _goes_without_saying(cause: Cause) -> bool:
    return cause.code == "own"


def standing(rank_change: RankChange) -> str:
    """Total, grade and rank of one unit or member in a line, before and now."""
    return _moves(rank_change, resources.load("messages/compare")["diff"]["telling"])


def _moves(rank_change: RankChange, words: Mapping[str, Any]) -> str:
    if not rank_change.on_both_sides:
        told = words["come" if rank_change.was is None else "gone"]
        return words["gap"].join([told, *_standing(rank_change.latest, words)])
    parts = [_total(rank_change, words)]
    if rank_change.now.grade is not None or rank_change.was.grade is not None:
        parts.append(_sides(rank_change.was.grade, rank_change.now.grade, words["grade"], words))
    parts.append(_rank(rank_change.was.rank, rank_change.now.rank, rank_change.places_gained, words["rank"], words))
    if rank_change.now.rank_county is not None and rank_change.was.rank_county is not None:
        parts.append(
            _rank(
                rank_change.was.rank_county,
                rank_change.now.rank_county,
                rank_change.county_places_gained,
                words["rank_county"],
                words,
            )
        )
    return words["gap"].join(parts)


def _standing(standing: RankedRow, words: Mapping[str, Any]) -> Iterator[str]:
    if standing.total is not None:
        yield exact.text(standing.total)
    if standing.grade is not None:
        yield words["grade"].format(value=standing.grade)
    yield words["rank"].format(value=standing.rank)


def _total(rank_change: RankChange, words: Mapping[str, Any]) -> str:
    if not rank_change.difference:
        return words["nothing"] if rank_change.now.total is None else exact.text(rank_change.now.total)
    sides = {"was": exact.text(rank_change.was.total), "now": exact.text(rank_change.now.total)}
    return words["total"].format(**sides, difference=signed(rank_change.difference))


def _sides(was: object, now: object, word: str, words: Mapping[str, Any]) -> str:
    if was == now:
        return word.format(value=now)
    value = words["sides"].format(
        was=words["nothing"] if was is None else was, now=words["nothing"] if now is None else now
    )
    return word.format(value=value)


def _rank(was: int | None, now: int | None, climbed: int | None, word: str, words: Mapping[str, Any]) -> str:
    told = _sides(was, now, word, words)
    if not climbed:
        return told
    table = resources.load("messages/compare")["table"]
    return f"{told} {table['up' if climbed > 0 else 'down'].format(places=abs(climbed))}"


def _reasons(reasons: tuple[Reason, ...], indent: int, words: Mapping[str, Any]) -> Iterator[DiffLine]:
    """The largest; of the others what they come to together."""
    kinds = resources.load("messages/compare")["diff"]["kinds"]
    shown, others = reasons[: words["reasons_most"]], reasons[words["reasons_most"] :]
    for reason in shown:
        yield DiffLine(
            words["reason"].format(kind=kinds[reason.kind], amount=signed(reason.amount), what=reason.what), indent
        )
    if others:
        yield DiffLine(words["other_reasons"].format(count=len(others), amount=signed(total(others))), indent)


def _components(change: UnitChange, indent: int, words: Mapping[str, Any]) -> Iterator[DiffLine]:
    """Which published numbers are others, where nothing says why."""
    listed = [
        words["moved"].format(what=c.label, was=c.was or words["nothing"], now=c.now or words["nothing"])
        for c in change.components[: words["components_most"]]
    ]
    more = len(change.components) - len(listed)
    listed += [words["more_components"].format(count=more)] if more > 0 else []
    yield DiffLine(words["components"].format(listed=words["separator"].join(listed)), indent)


def signed(value: Fraction) -> str:
    """An amount with its sign: two decimals, up to four where it has more."""
    written = exact.text(value)
    if Fraction(written) != value:
        written = exact.text(value, 4).rstrip("0")
        written += "0" * (2 - len(written.partition(".")[2]))
    return written if value < 0 else f"+{written}"


# --- members -------------------------------------------------------------------------------------------------------


def _members(differences: Differences, words: Mapping[str, Any]) -> Iterator[DiffLine]:
    """A line a branch with how many changed; then those with other points or another grade, the first of them."""
    changes = [c for c in differences.changes[MEMBERS] if _moved(c)]
    if not changes:
        return
    yield DiffLine(resources.load("messages/compare")["kinds"][MEMBERS]["label"], heading=True)
    for branch, grouped in groupby(changes, key=lambda c: c.rank_change.latest.cohort):
        listed = list(grouped)
        counts = {
            "count": len(listed),
            "totals": sum(c.rank_change.rescored for c in listed),
            "grades": sum(c.rank_change.regraded for c in listed),
            "ranks": sum(c.rank_change.reranked for c in listed),
        }
        yield DiffLine(
            words["branch"].format(branch=f"{branch} {differences.branches.get(branch, '')}".rstrip(), **counts), _UNITS
        )
        shown = [
            c for c in listed if c.rank_change.rescored or c.rank_change.regraded or not c.rank_change.on_both_sides
        ]
        for change in shown[: words["members_most"]]:
            yield from _change(change, _DEEPER, words)
        if len(shown) > words["members_most"]:
            yield DiffLine(words["more_members"].format(count=len(shown) - words["members_most"]), _DEEPER)

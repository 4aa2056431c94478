"""The differences of two results as lines for people: units by size of change, each with its reasons; members by branch."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any

from lianghua_batch.analysis.diff.model import Cause, Differences, Reason, RuleChange, UnitChange, total
from lianghua_batch.analysis.rank_changes import BRANCHES, COMMITTEES, KINDS, MEMBERS, RankChange, RankedRow
from lianghua_batch.core import exact, resources


def reason_words() -> Mapping[str, Any]:
    """Return the sentences of reasons."""
    return resources.load("messages/compare")["diff"]["reasons"]


def value_text(value: object) -> str:
    """Write a value of a rule for a sentence: a number, a list, an identifier's label, a text, or nothing."""
    words = reason_words()
    if isinstance(value, list):
        return words["and"].join(map(value_text, value)) or words["none"]
    if value is None:
        return words["none"]
    if str(value) in words["values"]:
        return words["values"][str(value)]
    try:
        return exact.short(Fraction(str(value)))
    except (ValueError, ZeroDivisionError):
        return str(value)


def number_text(value: Fraction | None) -> str:
    """Write a number for a sentence, or the word for none."""
    return reason_words()["none"] if value is None else exact.short(value)


def changes_text(was: Mapping[str, Fraction], now: Mapping[str, Fraction]) -> str:
    """List the named numbers that are new, gone or changed."""
    words = reason_words()
    listed = (
        words["moved"].format(what=name, was=number_text(was.get(name)), now=number_text(now.get(name)))
        for name in {**was, **now}
        if was.get(name) != now.get(name)
    )
    return words["separator"].join(listed)


def score_text(what: str, parts: str) -> str:
    """Write a score's name with its changed parts."""
    return reason_words()["part"].format(what=what, parts=parts)


_UNITS, _DEEPER = 2, 4  # indents


@dataclass(frozen=True)
class DiffLine:
    """One line with its indent in characters, and whether it is a heading."""

    text: str
    indent: int = 0
    heading: bool = False


def lines(differences: Differences) -> Iterator[DiffLine]:
    """Yield all lines; of long lists only the first entries."""
    words = resources.load("messages/compare")["diff"]["lines"]
    for word, head in (("old", differences.old), ("new", differences.new)):
        yield DiffLine(words[word].format(name=head.name, period=head.period, scheme=head.scheme))
    yield from (DiffLine(words["note"].format(note=note)) for note in differences.notes)
    if differences.is_empty:
        yield DiffLine(words["none"])
        return
    yield from _listed(words["rules"], differences.rules or (), words)
    yield from _listed(words["roster"], differences.roster, words)
    yield from (DiffLine(sentence) for sentence in _counts(differences))
    for kind in (COMMITTEES, BRANCHES):
        listed = [c for c in differences.changes[kind] if _is_listed(c)]
        if listed:
            yield DiffLine(resources.load("messages/compare")["kinds"][kind]["label"], heading=True)
        for change in listed:
            yield from _change(change, _UNITS, words)
    yield from _members(differences, words)


def _listed(title: str, changes: Iterable[RuleChange], words: Mapping[str, Any]) -> Iterator[DiffLine]:
    """The first changes of the rules or of 花名册, and how many more there are."""
    every = list(changes)
    if every:
        yield DiffLine(title, heading=True)
    for change in every[: words["rules_most"]]:
        word = "added" if change.was is None else "removed" if change.now is None else "moved"
        yield DiffLine(words[word].format(what=change.what, was=change.was, now=change.now), _UNITS)
    if len(every) > words["rules_most"]:
        yield DiffLine(words["more_lines"].format(count=len(every) - words["rules_most"]), _UNITS)


def _counts(differences: Differences) -> Iterator[str]:
    kinds, words = resources.load("messages/compare")["kinds"], resources.load("messages/compare")["diff"]["lines"]
    for kind in KINDS:
        yield words["counts"].format(kind=kinds[kind]["label"], unit=kinds[kind]["unit"], **differences.counts[kind])


def _is_listed(change: UnitChange) -> bool:
    """Whether more than the name changed; changed names are listed under the roster."""
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
    """Totals, grades and ranks of both sides, then the causes."""
    rank_change = change.rank_change
    yield DiffLine(
        words["head"].format(
            id=rank_change.id, name=rank_change.latest.name, moves=_rank_change_text(rank_change, words)
        ),
        indent,
    )
    for cause, word in ((change.grade_cause, "grade_cause"), (change.rank_cause, "rank_cause")):
        if cause is not None and not _is_obvious(cause):
            yield DiffLine(words[word].format(cause=cause.sentence), indent + 2)
    if change.reasons:
        yield from _reasons(change.reasons, indent + 2, words)
    elif change.components:
        yield from _components(change, indent + 2, words)


def _is_obvious(cause: Cause) -> bool:
    return cause.code == "own"


def rank_change_text(rank_change: RankChange) -> str:
    """Write total, grade and rank of one unit or member, before and now, in one line."""
    return _rank_change_text(rank_change, resources.load("messages/compare")["diff"]["lines"])


def _rank_change_text(rank_change: RankChange, words: Mapping[str, Any]) -> str:
    if not rank_change.on_both_sides:
        state = words["come" if rank_change.was is None else "gone"]
        return words["gap"].join([state, *_ranked_row(rank_change.latest, words)])
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


def _ranked_row(row: RankedRow, words: Mapping[str, Any]) -> Iterator[str]:
    if row.total is not None:
        yield exact.text(row.total)
    if row.grade is not None:
        yield words["grade"].format(value=row.grade)
    yield words["rank"].format(value=row.rank)


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


def _rank(was: int | None, now: int | None, gained: int | None, word: str, words: Mapping[str, Any]) -> str:
    text = _sides(was, now, word, words)
    if not gained:
        return text
    table = resources.load("messages/compare")["table"]
    return f"{text} {table['up' if gained > 0 else 'down'].format(places=abs(gained))}"


def _reasons(reasons: tuple[Reason, ...], indent: int, words: Mapping[str, Any]) -> Iterator[DiffLine]:
    """The largest reasons, then the sum of the others."""
    kinds = resources.load("messages/compare")["diff"]["kinds"]
    largest, others = reasons[: words["reasons_most"]], reasons[words["reasons_most"] :]
    for reason in largest:
        yield DiffLine(
            words["reason"].format(kind=kinds[reason.kind], amount=signed(reason.amount), what=reason.what), indent
        )
    if others:
        yield DiffLine(words["other_reasons"].format(count=len(others), amount=signed(total(others))), indent)


def _components(change: UnitChange, indent: int, words: Mapping[str, Any]) -> Iterator[DiffLine]:
    """The published numbers that changed, where the reasons are unknown."""
    listed = [
        words["moved"].format(what=c.label, was=c.was or words["nothing"], now=c.now or words["nothing"])
        for c in change.components[: words["components_most"]]
    ]
    more = len(change.components) - len(listed)
    listed += [words["more_components"].format(count=more)] if more > 0 else []
    yield DiffLine(words["components"].format(listed=words["separator"].join(listed)), indent)


def signed(value: Fraction) -> str:
    """Write an amount with its sign: two decimals, up to four where it has more."""
    written = exact.text(value)
    if Fraction(written) != value:
        written = exact.text(value, 4).rstrip("0")
        written += "0" * (2 - len(written.partition(".")[2]))
    return written if value < 0 else f"+{written}"


# --- members -------------------------------------------------------------------------------------------------------


def _members(differences: Differences, words: Mapping[str, Any]) -> Iterator[DiffLine]:
    """A line for each branch with the number of changes, then its first members whose points or grade changed."""
    changes = [c for c in differences.changes[MEMBERS] if _is_listed(c)]
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
        listed_members = [
            c for c in listed if c.rank_change.rescored or c.rank_change.regraded or not c.rank_change.on_both_sides
        ]
        for change in listed_members[: words["members_most"]]:
            yield from _change(change, _DEEPER, words)
        if len(listed_members) > words["members_most"]:
            yield DiffLine(words["more_members"].format(count=len(listed_members) - words["members_most"]), _DEEPER)

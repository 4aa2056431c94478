"""Which of the right values was probably meant by a wrong one: 是否为“…”？ It is only ever asked, never taken."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from lianghua_batch.core import resources
from lianghua_batch.core.periods import arabic

Tokens = tuple[str, ...]
_LONGEST = 200  # no right value is so long, and comparing takes time by the letter
_TOKEN = re.compile(r"\d+|[^\W\d_]+")


def suggest(written: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that was probably meant, or None where none or more than one comes near."""
    return Candidates(candidates).suggest(written)


class Candidates:
    """The right values, to be asked many times which of them was meant.

    Given as a mapping, its keys are what may be written and its values what they stand for, which is what is returned: two
    names of one thing do not compete.
    """

    def __init__(self, names: Iterable[str] | Mapping[str, str]) -> None:
        self._meanings = dict(names) if isinstance(names, Mapping) else {n: n for n in names}
        self._answers: dict[str, str | None] = {}

    def same(self, written: str) -> str | None:
        """The one that differs only in case, full width, punctuation and zeros before a number (1 ↔ 001)."""
        return _single(self._by_tokens.get(_tokens(_plain(written)), set()))

    def suggest(self, written: str) -> str | None:
        """The one that is the same, or the same with o for 0 and l for 1, or else clearly the nearest."""
        if len(written) > _LONGEST:
            return None
        if written not in self._answers:
            self._answers[written] = self._suggest(written)
        return self._answers[written]

    def _suggest(self, written: str) -> str | None:
        plain = _plain(written)
        for index, tokens in (
            (self._by_tokens, _tokens(plain)),
            (self._by_looks, _tokens(_without_look_alikes(plain))),
        ):
            if tokens and tokens in index:
                return _single(index[tokens])
        return self._nearest(plain)

    @cached_property
    def _by_tokens(self) -> Mapping[Tokens, set[str]]:
        return _indexed((_tokens(_plain(name)), meaning) for name, meaning in self._meanings.items())

    @cached_property
    def _by_looks(self) -> Mapping[Tokens, set[str]]:
        plain = ((_without_look_alikes(_plain(name)), meaning) for name, meaning in self._meanings.items())
        return _indexed((_tokens(name), meaning) for name, meaning in plain)

    @cached_property
    def _by_fixed(self) -> Mapping[Tokens, list[tuple[str, str]]]:
        found = defaultdict(list)
        for name, meaning in self._meanings.items():
            found[_fixed(_plain(name))].append((_plain(name), meaning))
        return found

    def _nearest(self, plain: str) -> str | None:
        """The one that is alike enough and well ahead of the next."""
        from rapidfuzz import fuzz

        if _numbers(_without_look_alikes(plain)) != _numbers(plain) and _numbers(plain):
            return None  # ZB01O may be ZB010 as well as ZB01
        limits = resources.load("reading")["likeness"]
        scores: dict[str, float] = defaultdict(float)
        for name, meaning in self._by_fixed.get(_fixed(plain), ()):
            scores[meaning] = max(scores[meaning], fuzz.ratio(plain, name))
        best, next_best = ([*sorted(scores.values(), reverse=True), 0, 0])[:2]
        if best < limits["at_least"] or best - next_best < limits["ahead_by"]:
            return None
        return max(scores, key=lambda meaning: scores[meaning])


def _indexed(pairs: Iterable[tuple[Tokens, str]]) -> Mapping[Tokens, set[str]]:
    found: dict[Tokens, set[str]] = defaultdict(set)
    for tokens, meaning in pairs:
        found[tokens].add(meaning)
    return dict(found)


def _single(meanings: set[str]) -> str | None:
    return next(iter(meanings)) if len(meanings) == 1 else None


def _plain(written: str) -> str:
    """Half-width, lower case, numbers in Arabic digits."""
    return arabic(unicodedata.normalize("NFKC", written).casefold())


def _without_look_alikes(plain: str) -> str:
    return plain.translate(str.maketrans(resources.load("reading")["look_alikes"]))


def _tokens(plain: str) -> Tokens:
    """The words and numbers of a text in turn, without spaces and punctuation and without zeros before a number."""
    tokens: list[str] = []
    for part in _TOKEN.findall(plain):
        if part.isdecimal():
            tokens.append(part.lstrip("0") or "0")
        elif tokens and not tokens[-1].isdecimal():
            tokens[-1] += part
        else:
            tokens.append(part)
    return tuple(tokens)


def _fixed(plain: str) -> Tokens:
    """What must not differ between values that are called alike: another number, a 不 more or less is another value."""
    negations = resources.load("reading")["negations"]
    return _numbers(plain) + tuple(c for c in plain if c in negations)


def _numbers(plain: str) -> Tokens:
    return tuple(t for t in _tokens(plain) if t.isdecimal())

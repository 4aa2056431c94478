"""The sample county's committees and branches: who stands where, who comes and goes in the year, how good they are."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lianghua_batch.core import resources
from lianghua_batch.forms.sample.random_source import Dice, quotas
from lianghua_batch.model.scheme import BRANCH, COMMITTEE

_COMMITTEE_CODE, _BRANCH_CODE = "DW", "ZB"
_PAIR = 2


@dataclass(frozen=True)
class SampleUnit:
    """A committee or a branch; `standing` is about what its raters give it, 0…100."""

    id: str
    name: str
    level: str
    parent: str | None
    nature: str
    window: bool
    authority: str
    branch_class: str | None
    group: str
    head: str
    founded: dt.date | None
    dissolved: dt.date | None
    standing: float

    def exists(self, day: dt.date) -> bool:
        return (self.founded or day) <= day < (self.dissolved or dt.date.max)

    @property
    def lasting(self) -> bool:
        """Whether it exists all year."""
        return self.founded is None and self.dissolved is None


@dataclass(frozen=True)
class _Place:
    """One branch before it has a name: its committee's number (None: 直属) and what becomes of it."""

    committee: int | None
    founded: dt.date | None = None
    dissolved: dt.date | None = None


def cast_units(dice: Dice, committees: int, branches: int, year: int) -> list[SampleUnit]:
    """Make the units, committees first; the first two branches of the first committee stand alike."""
    words = resources.load("sample")
    places = _places(dice, committees, branches, year)
    names = _Names(words)
    units = [*_committees(dice, words, names, committees), *_branches(dice, words, names, places)]
    pair = tie_pair(units)
    return units if pair is None else [replace(u, standing=pair[0].standing) if u == pair[1] else u for u in units]


def tie_pair(units: Sequence[SampleUnit]) -> tuple[SampleUnit, SampleUnit] | None:
    """The two lasting branches of one committee that are to share a rank."""
    branches = [u for u in units if u.level == BRANCH and u.lasting and u.parent is not None]
    pair = [u for u in branches if u.parent == branches[0].parent][:_PAIR] if branches else []
    return (pair[0], pair[1]) if len(pair) == _PAIR else None


def _places(dice: Dice, committees: int, branches: int, year: int) -> list[_Place]:
    """Every committee has a lasting branch; the rest go to the tie, 直属, dissolved, founded, then to anybody."""
    words = resources.load("sample")
    lasting = Counter(range(committees))
    spare = branches - committees
    wanted = {name: max(1, branches // one_in) for name, one_in in words["one_in"].items()}
    given = dict.fromkeys(wanted, 0)
    if spare:
        lasting[0] += 1
        spare -= 1
    for name in ("direct", "dissolved", "founded"):
        given[name] = min(wanted[name], spare)
        spare -= given[name]
    lasting.update(dice.below(committees) for _ in range(spare))
    places = [_Place(c) for c in range(committees) for _ in range(lasting[c])]
    roomy = [c for c in range(committees) if lasting[c] > 1] or [0]
    for number in range(given["dissolved"]):
        places.append(_Place(roomy[number % len(roomy)], dissolved=date_in(year, words["dissolved_on"], number)))
    for number in range(given["founded"]):
        committee = committees - 1 - number % committees
        places.append(_Place(committee, founded=date_in(year, words["founded_on"], number)))
    places.sort(key=lambda p: (p.committee, not (p.founded is None and p.dissolved is None)))
    return [*places, *(_Place(None) for _ in range(given["direct"]))]


def date_in(year: int, days: Sequence[str], number: int) -> dt.date:
    """The number-th of some days of the year, written 05-18, round and round."""
    return dt.date.fromisoformat(f"{year:04d}-{days[number % len(days)]}")


class _Names:
    """Gives every unit a name of its own and people theirs."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.again, self.taken = words["again"], Counter()

    def unit(self, name: str) -> str:
        self.taken[name] += 1
        number = self.taken[name]
        return name if number == 1 else name + self.again.format(number=number)


def person_name(dice: Dice) -> str:
    """Make up a person's name."""
    words = resources.load("sample")
    surname = dice.pick(words["surnames"])
    if dice.chance(words["single_share"] / 100):
        return surname + dice.pick(words["given_single"])
    return surname + dice.pick(words["given_first"]) + dice.pick(words["given_second"])


def _tiers(dice: Dice, words: Mapping[str, Any], number: int) -> list[Mapping[str, Any]]:
    """Tiers for so many units, by quota, in random order."""
    tiers = words["tiers"]
    counts = quotas([t["share"] for t in tiers], number)
    return dice.shuffled(tier for tier, count in zip(tiers, counts, strict=True) for _ in range(count))


def _standing(dice: Dice, tier: Mapping[str, Any]) -> float:
    return dice.between(tier["low"], tier["high"])


def _committees(dice: Dice, words: Mapping[str, Any], names: _Names, number: int) -> Iterator[SampleUnit]:
    width = max(2, len(str(number)))
    for index, tier in enumerate(_tiers(dice, words, number)):
        bureau = words["bureaus"][index % len(words["bureaus"])]
        yield SampleUnit(
            id=f"{_COMMITTEE_CODE}{index + 1:0{width}d}",
            name=names.unit(words["committee_name"].format(bureau=bureau["name"])),
            level=COMMITTEE,
            parent=None,
            nature=bureau["nature"],
            window=bureau["window"] == "yes",
            authority=bureau["authority"],
            branch_class=None,
            group=words["committee_group"],
            head=person_name(dice),
            founded=None,
            dissolved=None,
            standing=_standing(dice, tier),
        )


def _branches(dice: Dice, words: Mapping[str, Any], names: _Names, places: Sequence[_Place]) -> Iterator[SampleUnit]:
    width = max(3, len(str(len(places))))
    committees = len({p.committee for p in places} - {None})
    committee_width = max(2, len(str(committees)))
    inside: Counter = Counter()
    for index, (place, tier) in enumerate(zip(places, _branch_tiers(dice, words, places), strict=True)):
        kind, name = _kind(words, place, inside)
        yield SampleUnit(
            id=f"{_BRANCH_CODE}{index + 1:0{width}d}",
            name=names.unit(name),
            level=BRANCH,
            parent=None if place.committee is None else f"{_COMMITTEE_CODE}{place.committee + 1:0{committee_width}d}",
            nature=kind["nature"],
            window=kind["window"] == "yes",
            authority=kind["authority"],
            branch_class=tier["branch_class"],
            group=kind["group"],
            head=person_name(dice),
            founded=place.founded,
            dissolved=place.dissolved,
            standing=_standing(dice, tier),
        )


def _branch_tiers(dice: Dice, words: Mapping[str, Any], places: Sequence[_Place]) -> list[Mapping[str, Any]]:
    """Every branch's tier: the pair for the tie and the dissolved ones middling, the others by quota."""
    middling = words["tiers"][1]
    plain = [p.dissolved is not None or (n < _PAIR and p.committee == 0) for n, p in enumerate(places)]
    others = iter(_tiers(dice, words, plain.count(False)))
    return [middling if is_plain else next(others) for is_plain in plain]


def _kind(words: Mapping[str, Any], place: _Place, inside: Counter) -> tuple[Mapping[str, Any], str]:
    """What kind of branch stands in a place, and its name."""
    number = inside[place.committee]
    inside[place.committee] += 1
    if place.committee is None:
        kind = words["direct"][number % len(words["direct"])]
        return kind, kind["name"]
    bureau = words["bureaus"][place.committee % len(words["bureaus"])]
    part = words["founded_part"] if place.founded else words["parts"][number % len(words["parts"])]
    return {**bureau, **part}, words["branch_name"].format(bureau=bureau["name"], part=part["name"])


def unit_rows(units: Sequence[SampleUnit]) -> list[dict[str, object]]:
    """The 党组织 sheet of 花名册."""
    email = resources.load("sample")["email"]
    return [
        {
            "unit_id": u.id,
            "unit_name": u.name,
            "level": u.level,
            "parent_id": u.parent,
            "nature": u.nature,
            "service_window": "yes" if u.window else "no",
            "authority": u.authority,
            "branch_class": u.branch_class,
            "group": u.group,
            "head": u.head,
            "email": email.format(unit=u.id.lower()),
            "founded": u.founded,
            "dissolved": u.dissolved,
        }
        for u in units
    ]

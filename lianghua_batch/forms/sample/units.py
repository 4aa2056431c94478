"""The sample county's committees and branches: which belong together, are founded or dissolved, and how good they are."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lianghua_batch.core import resources
from lianghua_batch.forms.sample.random_source import RandomSource, quotas
from lianghua_batch.model.scheme import BRANCH, COMMITTEE

_COMMITTEE_CODE, _BRANCH_CODE = "DW", "ZB"
_PAIR = 2


@dataclass(frozen=True)
class SampleUnit:
    """A committee or a branch; `quality` is about the mark that its raters give it, 0…100.

    `risen`: the day from which it has its 支部类别, and the one that it had before.
    """

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
    quality: float
    risen: tuple[dt.date, str] | None = None

    def exists(self, day: dt.date) -> bool:
        return (self.founded or day) <= day < (self.dissolved or dt.date.max)

    @property
    def lasting(self) -> bool:
        """Whether it exists all year."""
        return self.founded is None and self.dissolved is None


@dataclass(frozen=True)
class _BranchPlan:
    """One branch before it has a name: its committee's number (None: 直属) and what becomes of it."""

    committee: int | None
    founded: dt.date | None = None
    dissolved: dt.date | None = None


def make_units(random: RandomSource, committees: int, branches: int, year: int) -> list[SampleUnit]:
    """Make the units, committees first; the first two branches of the first committee are equally good."""
    words = resources.load("sample")
    plans = _branch_plans(random, committees, branches, year)
    names = _UnitNames(words)
    units = [*_committees(random, words, names, committees), *_branches(random, words, names, plans, year)]
    pair = tie_pair(units)
    return units if pair is None else [replace(u, quality=pair[0].quality) if u == pair[1] else u for u in units]


def tie_pair(units: Sequence[SampleUnit]) -> tuple[SampleUnit, SampleUnit] | None:
    """The two lasting branches of one committee that are to share a rank."""
    branches = [u for u in units if u.level == BRANCH and u.lasting and u.parent is not None]
    pair = [u for u in branches if u.parent == branches[0].parent][:_PAIR] if branches else []
    return (pair[0], pair[1]) if len(pair) == _PAIR else None


def _branch_plans(random: RandomSource, committees: int, branches: int, year: int) -> list[_BranchPlan]:
    """A lasting branch for every committee; then one for the tie, 直属, dissolved and founded ones, the rest for any committee."""
    words = resources.load("sample")
    lasting = Counter(range(committees))
    spare = branches - committees
    goals = {name: max(1, branches // one_in) for name, one_in in words["one_in"].items()}
    counts = dict.fromkeys(goals, 0)
    if spare:
        lasting[0] += 1
        spare -= 1
    for name in ("direct", "dissolved", "founded"):
        counts[name] = min(goals[name], spare)
        spare -= counts[name]
    lasting.update(random.below(committees) for _ in range(spare))
    plans = [_BranchPlan(c) for c in range(committees) for _ in range(lasting[c])]
    roomy = [c for c in range(committees) if lasting[c] > 1] or [0]
    for number in range(counts["dissolved"]):
        plans.append(_BranchPlan(roomy[number % len(roomy)], dissolved=date_in(year, words["dissolved_on"], number)))
    for number in range(counts["founded"]):
        committee = committees - 1 - number % committees
        plans.append(_BranchPlan(committee, founded=date_in(year, words["founded_on"], number)))
    plans.sort(key=lambda p: (p.committee, not (p.founded is None and p.dissolved is None)))
    return [*plans, *(_BranchPlan(None) for _ in range(counts["direct"]))]


def date_in(year: int, days: Sequence[str], number: int) -> dt.date:
    """Return one of some days of the year, written 05-18: that of `number`, counted round."""
    return dt.date.fromisoformat(f"{year:04d}-{days[number % len(days)]}")


class _UnitNames:
    """Gives every unit a name that no other has."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.repeated, self.uses = words["repeated_name"], Counter()

    def unit(self, name: str) -> str:
        self.uses[name] += 1
        number = self.uses[name]
        return name if number == 1 else name + self.repeated.format(number=number)


def person_name(random: RandomSource) -> str:
    """Make up a person's name."""
    words = resources.load("sample")
    surname = random.pick(words["surnames"])
    if random.chance(words["single_share"] / 100):
        return surname + random.pick(words["given_single"])
    return surname + random.pick(words["given_first"]) + random.pick(words["given_second"])


def _tiers(random: RandomSource, words: Mapping[str, Any], number: int) -> list[Mapping[str, Any]]:
    """Tiers for so many units, by quota, in random order."""
    tiers = words["tiers"]
    counts = quotas([t["share"] for t in tiers], number)
    return random.shuffled(tier for tier, count in zip(tiers, counts, strict=True) for _ in range(count))


def _quality(random: RandomSource, tier: Mapping[str, Any]) -> float:
    return random.between(tier["low"], tier["high"])


def _committees(random: RandomSource, words: Mapping[str, Any], names: _UnitNames, number: int) -> Iterator[SampleUnit]:
    width = max(2, len(str(number)))
    for index, tier in enumerate(_tiers(random, words, number)):
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
            head=person_name(random),
            founded=None,
            dissolved=None,
            quality=_quality(random, tier),
        )


def _branches(
    random: RandomSource, words: Mapping[str, Any], names: _UnitNames, plans: Sequence[_BranchPlan], year: int
) -> Iterator[SampleUnit]:
    width = max(3, len(str(len(plans))))
    committees = len({p.committee for p in plans} - {None})
    committee_width = max(2, len(str(committees)))
    inside: Counter = Counter()
    for index, (plan, tier) in enumerate(zip(plans, _branch_tiers(random, words, plans), strict=True)):
        kind, name = _kind(words, plan, inside)
        yield SampleUnit(
            id=f"{_BRANCH_CODE}{index + 1:0{width}d}",
            name=names.unit(name),
            level=BRANCH,
            parent=None if plan.committee is None else f"{_COMMITTEE_CODE}{plan.committee + 1:0{committee_width}d}",
            nature=kind["nature"],
            window=kind["window"] == "yes",
            authority=kind["authority"],
            branch_class=tier["branch_class"],
            group=kind["group"],
            head=person_name(random),
            founded=plan.founded,
            dissolved=plan.dissolved,
            quality=_quality(random, tier),
            risen=_rise(words, plan, index, tier["branch_class"], year),
        )


def _rise(
    words: Mapping[str, Any], plan: _BranchPlan, place: int, branch_class: str, year: int
) -> tuple[dt.date, str] | None:
    """When a branch got its 支部类别, for one in some of those that exist all year."""
    habits = words["rises"]
    before = habits["from"].get(branch_class)
    if before is None or place % habits["one_in"] or plan.founded or plan.dissolved:
        return None
    return date_in(year, [habits["day"]], 0), before


def _branch_tiers(
    random: RandomSource, words: Mapping[str, Any], plans: Sequence[_BranchPlan]
) -> list[Mapping[str, Any]]:
    """Every branch's tier: the pair for the tie and the dissolved ones middling, the others by quota."""
    middling = words["tiers"][1]
    plain = [p.dissolved is not None or (n < _PAIR and p.committee == 0) for n, p in enumerate(plans)]
    others = iter(_tiers(random, words, plain.count(False)))
    return [middling if is_plain else next(others) for is_plain in plain]


def _kind(words: Mapping[str, Any], plan: _BranchPlan, inside: Counter) -> tuple[Mapping[str, Any], str]:
    """The kind and the name of a planned branch."""
    number = inside[plan.committee]
    inside[plan.committee] += 1
    if plan.committee is None:
        kind = words["direct"][number % len(words["direct"])]
        return kind, kind["name"]
    bureau = words["bureaus"][plan.committee % len(words["bureaus"])]
    part = words["founded_part"] if plan.founded else words["parts"][number % len(words["parts"])]
    return {**bureau, **part}, words["branch_name"].format(bureau=bureau["name"], part=part["name"])


def unit_rows(units: Sequence[SampleUnit]) -> list[dict[str, object]]:
    """The 党组织 sheet of 花名册; one whose 支部类别 rose in the year has two rows."""
    rows = []
    for u in units:
        if u.risen is not None:
            day, before = u.risen
            rows.append(_unit_row(u) | {"branch_class": before, "dissolved": day})
        rows.append(_unit_row(u) | ({} if u.risen is None else {"founded": u.risen[0]}))
    return rows


def _unit_row(unit: SampleUnit) -> dict[str, object]:
    email = resources.load("sample")["email"]
    return {
        "unit_id": unit.id,
        "unit_name": unit.name,
        "level": unit.level,
        "parent_id": unit.parent,
        "nature": unit.nature,
        "service_window": "yes" if unit.window else "no",
        "authority": unit.authority,
        "branch_class": unit.branch_class,
        "group": unit.group,
        "head": unit.head,
        "email": email.format(unit=unit.id.lower()),
        "founded": unit.founded,
        "dissolved": unit.dissolved,
    }

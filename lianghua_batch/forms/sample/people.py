"""The sample county's members: which branch each belongs to on which day, who is special and how, and the 党员 sheet of 花名册."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lianghua_batch.core import resources
from lianghua_batch.forms.sample.random_source import RandomSource, quotas
from lianghua_batch.forms.sample.units import SampleUnit, date_in, person_name
from lianghua_batch.model.scheme import BRANCH

_CODE = "DY"


@dataclass(frozen=True)
class Stay:
    """A stretch of days in one branch, as one row of 花名册: from `start`, up to the day before `end`."""

    branch: str
    party_group: str
    probationary: bool = False
    unmanaged_reason: str | None = None
    start: dt.date | None = None
    end: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        return (self.start or day) <= day < (self.end or dt.date.max)


@dataclass(frozen=True)
class Person:
    """A member; `away`: month → 免评原因; `core` members keep a branch alive: nothing special ever happens to them.

    `veto`: the diary entry of `vetoed_on`, as schemas/sample.yaml has it.
    """

    id: str
    name: str
    diligence: float
    stays: tuple[Stay, ...]
    core: bool = False
    away: Mapping[int, str] = field(default_factory=dict)
    vetoed_on: dt.date | None = None
    veto: Mapping[str, str] = field(default_factory=dict)

    def on_roll(self, day: dt.date) -> Stay | None:
        """The branch's row that holds the member on a day."""
        return next((s for s in self.stays if s.holds(day)), None)

    def scored_on(self, day: dt.date) -> Stay | None:
        """The branch's row that holds the member on a day, if he or she takes part in 积分管理."""
        stay = self.on_roll(day)
        return stay if stay is not None and stay.unmanaged_reason is None else None


def make_people(random: RandomSource, units: Sequence[SampleUnit], members: int, year: int) -> list[Person]:
    """Make the members and assign the special roles, as far as there is room: every branch keeps a core member."""
    words = resources.load("sample")
    people = _ordinary(random, words, units, members)
    people = _moved_out(people, units)
    people = _moved_in(random, people, units)
    return _assign_roles(random, words, people, units, year)


def _sizes(random: RandomSource, branches: Sequence[SampleUnit], members: int) -> list[int]:
    """How many members each branch begins with: at least `_least`; the dissolved ones are the smallest."""
    weights = [1.2 + random.bell() / 2 for _ in branches]
    smallest, least = min(weights) / 2, _least(len(branches), members)
    weights = [smallest if u.dissolved else w for u, w in zip(branches, weights, strict=True)]
    return [least + more for more in quotas(weights, members - least * len(branches))]


def _least(branches: int, members: int) -> int:
    """How many members of each branch nothing special happens to: enough for a 党支部 where there are that many."""
    wanted = resources.load("sample")["least"]
    return wanted if members >= (wanted + 1) * (branches + 1) else 1


def _ordinary(
    random: RandomSource, words: Mapping[str, Any], units: Sequence[SampleUnit], members: int
) -> list[Person]:
    """All members where the year finds them; a branch that is yet to be founded has none."""
    begun = [u for u in units if u.level == BRANCH and u.founded is None]
    width = max(4, len(str(members)))
    tiers = words["diligence"]
    counts = quotas([t["share"] for t in tiers], members)
    drawn = iter(random.shuffled(t for t, count in zip(tiers, counts, strict=True) for _ in range(count)))
    people: list[Person] = []
    least = _least(len(begun), members)
    for unit, size in zip(begun, _sizes(random, begun, members), strict=True):
        used = {unit.head}
        for place in range(size):
            tier = next(drawn)
            name = unit.head if place == 0 else _new_name(random, used)
            diligence = _adjusted_diligence(random.between(tier["low"], tier["high"]), unit, words)
            stay = Stay(unit.id, _party_group(words, place))
            people.append(Person(f"{_CODE}{len(people) + 1:0{width}d}", name, diligence, (stay,), core=place < least))
    return people


def _new_name(random: RandomSource, used: set[str]) -> str:
    """A name that nobody in the branch has yet, as long as there are such."""
    name = person_name(random)
    for _ in range(20):
        if name not in used:
            break
        name = person_name(random)
    used.add(name)
    return name


def _adjusted_diligence(diligence: float, unit: SampleUnit, words: Mapping[str, Any]) -> float:
    """A member's diligence, a little nearer to the branch's quality."""
    low, high = words["quality_range"]
    level = (unit.quality - low) / (high - low) - 0.5
    return max(0.0, min(1.0, diligence + level * words["branch_pull"] * (1 - diligence)))


def _party_group(words: Mapping[str, Any], place: int) -> str:
    groups = words["party_groups"]
    return groups[min(place // words["party_group_size"], len(groups) - 1)]


def _moved(person: Person, branch: str, day: dt.date) -> Person:
    """The person, transferred to another branch on a day."""
    last = person.stays[-1]
    group = resources.load("sample")["party_groups"][0]
    return replace(
        person,
        stays=(*person.stays[:-1], replace(last, end=day), replace(last, branch=branch, party_group=group, start=day)),
    )


def _moved_out(people: list[Person], units: Sequence[SampleUnit]) -> list[Person]:
    """Everybody of a dissolved branch goes to a lasting one, of the same committee where it has one."""
    lasting = [u for u in units if u.level == BRANCH and u.lasting]
    for unit in units:
        if unit.dissolved is None:
            continue
        home = next((u for u in lasting if u.parent == unit.parent), lasting[0])
        people = [
            replace(_moved(p, home.id, unit.dissolved), core=True) if p.stays[-1].branch == unit.id else p
            for p in people
        ]
    return people


def _moved_in(random: RandomSource, people: list[Person], units: Sequence[SampleUnit]) -> list[Person]:
    """A founded branch gets its members from those that have some to spare."""
    founded = [u for u in units if u.founded is not None]
    if not founded:
        return people
    free = random.shuffled(p for p in people if not p.core)
    begun = sum(u.level == BRANCH and u.founded is None for u in units)
    least = _least(begun, len(people))
    each = max(least, min(len(people) // begun // 2, len(free) // len(founded) // 3))
    goes: dict[str, SampleUnit] = {}
    for unit in founded:
        goes |= {p.id: unit for p in free[:each]}
        free = free[each:]
    return [replace(_moved(p, goes[p.id].id, goes[p.id].founded), core=True) if p.id in goes else p for p in people]


# --- special roles ---------------------------------------------------------------------------------------------------


def _assign_roles(
    random: RandomSource, words: Mapping[str, Any], people: list[Person], units: Sequence[SampleUnit], year: int
) -> list[Person]:
    free = random.shuffled(p for p in people if not p.core)
    assigned: dict[str, Person] = {}
    for role, (count, assign) in zip(words["roles"], _role_counts(words, len(people)), strict=True):
        for number in range(count):
            if not free:
                break
            person = free.pop(0)
            assigned[person.id] = assign(_RoleContext(random, words, units, year, number), person)
        assert role in _ROLES
    return [assigned.get(p.id, p) for p in people]


def _role_counts(words: Mapping[str, Any], members: int) -> Iterator[tuple[int, Any]]:
    """How many members get each role, and the function that gives it to one."""
    for role, share in words["roles"].items():
        yield max(share["at_least"], members * share["per_thousand"] // 1000), _ROLES[role]


@dataclass(frozen=True)
class _RoleContext:
    """What a role needs besides the person; `number` counts those who have it already."""

    random: RandomSource
    words: Mapping[str, Any]
    units: Sequence[SampleUnit]
    year: int
    number: int

    def day(self, name: str) -> dt.date:
        return date_in(self.year, self.words[name], self.number)


def _transfer(context: _RoleContext, person: Person) -> Person:
    """To another lasting branch in the middle of a month, of another committee where there is one."""
    branch = person.stays[-1].branch
    lasting = [u for u in context.units if u.level == BRANCH and u.lasting]
    parents = {u.id: u.parent for u in lasting}
    others = [u for u in lasting if u.parent != parents[branch]] or [u for u in lasting if u.id != branch]
    return _moved(person, context.random.pick(others).id, context.day("transfer_on")) if others else person


def _probationary(context: _RoleContext, person: Person) -> Person:
    return replace(person, stays=(replace(person.stays[-1], probationary=True),))


def _admitted(context: _RoleContext, person: Person) -> Person:
    """预备 until a day, 正式 from then on: one row closed, another opened."""
    day, stay = context.day("admitted_on"), person.stays[-1]
    return replace(person, stays=(replace(stay, probationary=True, end=day), replace(stay, start=day)))


def _unmanaged(context: _RoleContext, person: Person) -> Person:
    reason = context.random.pick(context.words["unmanaged_reasons"])
    return replace(person, stays=(replace(person.stays[-1], unmanaged_reason=reason),))


def _vetoed(context: _RoleContext, person: Person) -> Person:
    vetoes = context.words["vetoes"]
    return replace(person, vetoed_on=context.day("vetoed_on"), veto=vetoes[context.number % len(vetoes)])


def _exempt(context: _RoleContext, person: Person) -> Person:
    spells = context.words["exempt_months"]
    first, months = spells[context.number % len(spells)]
    reason = context.random.pick(context.words["exempt_reasons"])
    return replace(person, away=dict.fromkeys(range(first, first + months), reason))


def _arrival(context: _RoleContext, person: Person) -> Person:
    """From outside the county."""
    return replace(person, stays=(replace(person.stays[-1], start=context.day("arrival_on")),))


def _departure(context: _RoleContext, person: Person) -> Person:
    """Out of the county."""
    return replace(person, stays=(replace(person.stays[-1], end=context.day("departure_on")),))


_ROLES = {
    "transfer": _transfer,
    "probationary": _probationary,
    "admitted": _admitted,
    "unmanaged": _unmanaged,
    "vetoed": _vetoed,
    "exempt": _exempt,
    "arrival": _arrival,
    "departure": _departure,
}


def member_rows(people: Sequence[Person]) -> list[dict[str, object]]:
    """The 党员 sheet of 花名册, by branch: a member's rows stand where he or she was first."""
    by_branch: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        by_branch[person.stays[0].branch].append(person)
    return [_row(p, stay) for branch in sorted(by_branch) for p in by_branch[branch] for stay in p.stays]


def _row(person: Person, stay: Stay) -> dict[str, object]:
    return {
        "member_id": person.id,
        "member_name": person.name,
        "branch_id": stay.branch,
        "party_group": stay.party_group,
        "member_class": "probationary" if stay.probationary else "full",
        "managed": "yes" if stay.unmanaged_reason is None else "no",
        "unmanaged_reason": stay.unmanaged_reason,
        "joined": stay.start,
        "left": stay.end,
    }

"""The chain of seals: each says which came before it, and which it takes the place of, by name and check code."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lianghua_batch.archive import seal_names
from lianghua_batch.archive.findings import Finding, Note, finding, note
from lianghua_batch.archive.manifests import Manifest, SealReference


@dataclass(frozen=True)
class ChainLink:
    """One seal of the chain: the file that it lies in, what it says, its check code now, and whether it is known that
    nothing in it is damaged."""

    file: str
    manifest: Manifest
    sha256: str
    sound: bool

    @property
    def proper_name(self) -> str:
        """What its file was called when it was sealed."""
        return seal_names.file(self.manifest.period, self.manifest.amendment)

    def is_at(self, link: SealReference) -> bool:
        """Whether another seal speaks of this one, as it is now."""
        return (self.proper_name, self.sha256) == (link.file, link.sha256)


def check(rings: Iterable[ChainLink], codes: Mapping[str, str], *, whole: bool = True) -> list[Finding | Note]:
    """Follow the chain; every break is a finding that names both seals.

    `codes` are the check codes of all files called as seals are, those that cannot be read included. Where the rings are not
    the `whole` chain, what is not among them is a note: it could not be checked.
    """
    listed = sorted(rings, key=lambda ring: (ring.manifest.number, ring.file))
    numbered: dict[int, list[ChainLink]] = defaultdict(list)
    for ring in listed:
        numbered[ring.manifest.number].append(ring)
    found: list[Finding | Note] = []
    for number, same in numbered.items():
        found += (finding("number_twice", ring.file, number=number, other=same[0].file) for ring in same[1:])
    for ring in listed:
        found += _before(ring, numbered, codes, whole)
    amendments = {(ring.manifest.period, ring.manifest.amendment): ring for ring in reversed(listed)}
    for ring in listed:
        found += _amended(ring, amendments, codes, whole)
    return found


def _before(
    ring: ChainLink, numbered: Mapping[int, Sequence[ChainLink]], codes: Mapping[str, str], whole: bool
) -> Iterator[Finding | Note]:
    """How a seal's word of the one before it departs from what is there."""
    number, link = ring.manifest.number, ring.manifest.previous
    facts = {"number": number, "before": number - 1}
    if number == 1:
        if link is not None:
            yield finding("first_has_previous", ring.file, other=link.file)
        return
    there = numbered.get(number - 1, ())
    if link is None:
        yield finding("no_previous", ring.file, **facts)
    elif any(other.is_at(link) for other in there):
        return
    elif there:
        yield _not_as_linked(ring, link, there, facts)
    elif codes.get(link.file, link.sha256) != link.sha256:
        yield finding("changed", link.file, by=ring.file, **facts)
    elif link.file not in codes:
        missing = finding if whole else note
        last = max((n for n in numbered if n < number), default=0)
        count = number - last - 1
        kind = "gap" if count == 1 or not whole else "gaps"
        yield missing(kind, ring.file, missing=link.file, first=last + 1, **facts)
    else:
        yield finding("previous_misnumbered", ring.file, named=link.file, **facts)


def _not_as_linked(
    ring: ChainLink, link: SealReference, there: Sequence[ChainLink], facts: Mapping[str, object]
) -> Finding:
    same_name = next((other for other in there if other.proper_name == link.file), None)
    if same_name is None:
        return finding("previous_other", ring.file, named=link.file, other=there[0].file, **facts)
    return finding("replaced" if same_name.sound else "changed", same_name.file, by=ring.file, **facts)


def _amended(
    ring: ChainLink, amendments: Mapping[tuple, ChainLink], codes: Mapping[str, str], whole: bool
) -> Iterator[Finding | Note]:
    """How a seal's word of the one that it takes the place of departs from what is there."""
    its, link = ring.manifest, ring.manifest.amends
    if its.amendment == 0:
        if link is not None:
            yield finding("first_amends", ring.file, other=link.file)
        return
    expected = seal_names.file(its.period, its.amendment - 1)
    facts = {"amendment": its.amendment, "expected": expected}
    before = amendments.get((its.period, its.amendment - 1))
    if link is None or link.file != expected:
        yield finding("amends_other", ring.file, named="—" if link is None else link.file, **facts)
    elif link == its.previous:
        return  # the same link, which is told of above
    elif before is not None and not before.is_at(link):
        yield finding("amended_replaced" if before.sound else "amended_changed", before.file, by=ring.file, **facts)
    elif before is None and expected not in codes:
        yield (finding if whole else note)("amendment_gap", ring.file, **facts)
    elif before is None and codes[expected] != link.sha256:
        yield finding("amended_changed", expected, by=ring.file, **facts)

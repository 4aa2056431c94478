"""The chain of seals: each refers to the one before it, and to the one that it amends, by name and check code."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lianghua_batch.archive import seal_names
from lianghua_batch.archive.findings import Finding, Note, finding, note, verify_messages
from lianghua_batch.archive.manifests import Manifest, SealReference


@dataclass(frozen=True)
class ChainLink:
    """One seal of the chain: its file, its manifest, its check code now, and whether it was examined and is undamaged."""

    file: str
    manifest: Manifest
    sha256: str
    sound: bool

    @property
    def proper_name(self) -> str:
        """Its file's original name."""
        return seal_names.file(self.manifest.period, self.manifest.amendment)

    def matches(self, reference: SealReference) -> bool:
        """Whether a reference is to this seal as it is now."""
        return (self.proper_name, self.sha256) == (reference.file, reference.sha256)


def check(chain: Iterable[ChainLink], codes: Mapping[str, str], *, whole: bool = True) -> list[Finding | Note]:
    """Follow the chain; every break is a finding that names both seals.

    `codes` are the check codes of all files with names of seals, unreadable ones included. Where `chain` is not the `whole`
    chain, a missing seal is only a note: it could not be checked.
    """
    listed = sorted(chain, key=lambda link: (link.manifest.number, link.file))
    numbered: dict[int, list[ChainLink]] = defaultdict(list)
    for link in listed:
        numbered[link.manifest.number].append(link)
    found: list[Finding | Note] = []
    for number, same_number in numbered.items():
        found += (
            finding("number_twice", link.file, number=number, other=same_number[0].file) for link in same_number[1:]
        )
    for link in listed:
        found += _before(link, numbered, codes, whole)
    amendments = {(link.manifest.period, link.manifest.amendment): link for link in reversed(listed)}
    for link in listed:
        found += _amended(link, amendments, codes, whole)
    return found


def _before(
    link: ChainLink, numbered: Mapping[int, Sequence[ChainLink]], codes: Mapping[str, str], whole: bool
) -> Iterator[Finding | Note]:
    """How a seal's reference to the one before it differs from the seals present."""
    number, reference = link.manifest.number, link.manifest.previous
    facts = {"number": number, "before": number - 1}
    if number == 1:
        if reference is not None:
            yield finding("first_has_previous", link.file, other=reference.file)
        return
    before = numbered.get(number - 1, ())
    if reference is None:
        yield finding("no_previous", link.file, **facts)
    elif any(other.matches(reference) for other in before):
        return
    elif before:
        yield _not_as_linked(link, reference, before, facts)
    elif codes.get(reference.file, reference.sha256) != reference.sha256:
        yield finding("changed", reference.file, by=link.file, **facts)
    elif reference.file not in codes:
        missing = finding if whole else note
        last = max((n for n in numbered if n < number), default=0)
        count = number - last - 1
        kind = "gap" if count == 1 or not whole else "gaps"
        yield missing(kind, link.file, missing=reference.file, first=last + 1, **facts)
    else:
        yield finding("previous_misnumbered", link.file, named=reference.file, **facts)


def _not_as_linked(
    link: ChainLink, reference: SealReference, before: Sequence[ChainLink], facts: Mapping[str, object]
) -> Finding:
    same_name = next((other for other in before if other.proper_name == reference.file), None)
    if same_name is None:
        return finding("previous_other", link.file, named=reference.file, other=before[0].file, **facts)
    return finding("replaced" if same_name.sound else "changed", same_name.file, by=link.file, **facts)


def _amended(
    link: ChainLink, amendments: Mapping[tuple, ChainLink], codes: Mapping[str, str], whole: bool
) -> Iterator[Finding | Note]:
    """How a seal's reference to the one that it amends differs from the seals present."""
    manifest, reference = link.manifest, link.manifest.amends
    if manifest.amendment == 0:
        if reference is not None:
            yield finding("first_amends", link.file, other=reference.file)
        return
    expected = seal_names.file(manifest.period, manifest.amendment - 1)
    facts = {"amendment": manifest.amendment, "expected": expected}
    before = amendments.get((manifest.period, manifest.amendment - 1))
    if reference is None or reference.file != expected:
        yield finding(
            "amends_other",
            link.file,
            named=verify_messages()["nothing"] if reference is None else reference.file,
            **facts,
        )
    elif reference == manifest.previous:
        return  # the same reference, which _before reports
    elif before is not None and not before.matches(reference):
        yield finding("amended_replaced" if before.sound else "amended_changed", before.file, by=link.file, **facts)
    elif before is None and expected not in codes:
        yield (finding if whole else note)("amendment_gap", link.file, **facts)
    elif before is None and codes[expected] != reference.sha256:
        yield finding("amended_changed", expected, by=link.file, **facts)

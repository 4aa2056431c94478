"""Verifies seals: every file of each, their companion files, their chain, and their results, which are recomputed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lianghua_batch.archive import seal_names, seal_store, verify_chain, verify_fixity, verify_recompute, verify_scan
from lianghua_batch.archive.findings import PROPERTIES, Finding, Note
from lianghua_batch.archive.verify_chain import ChainLink
from lianghua_batch.archive.verify_fixity import Examined
from lianghua_batch.archive.verify_recompute import Recomputed
from lianghua_batch.archive.verify_scan import Scanned
from lianghua_batch.core.periods import Period

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Verified:
    """One seal, examined and recomputed."""

    examined: Examined
    recomputed: Recomputed


@dataclass(frozen=True)
class Report:
    """The result of verifying; `links` counts the links of the chain that were followed."""

    place: Path
    seals: tuple[Verified, ...]
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    links: int


def verify(path: Path, period: Period | None = None, progress: Progress | None = None) -> Report:
    """Verify the seals of a data folder or of its 归档, of one period if that is given, or one zip.

    Every file of every seal is checked whatever was found before; the whole chain is followed, for a single zip as far as its
    neighbours lie beside it. Nothing is written. Raises seal_store.NothingThere, OSError where the folder cannot be listed.
    """
    return _single(path, progress) if path.is_file() else _folder(seal_store.find_archive(path), period, progress)


def _folder(folder: Path, period: Period | None, progress: Progress | None) -> Report:
    if not folder.is_dir():
        raise seal_store.nothing_there("none", place=folder)
    scanned = verify_scan.scan(folder)
    wanted = [p for proper, p in _seal_files(scanned) if period is None or _period_named(proper) == period]
    remarks = [each for each in scanned.remarks if period is None or _period_named(each.seal) in (period, None)]
    if not wanted and not any(isinstance(each, Finding) for each in remarks):
        raise seal_store.nothing_there("none" if period is None else "none_of_period", place=folder, period=period)
    verified = [_verified(path, number, len(wanted), progress) for number, path in enumerate(wanted, start=1)]
    done = {each.examined.path: each.examined for each in verified}
    chain = [link for p in scanned.in_place.values() for link in _chain_link(done.get(p) or p)]
    codes = {proper: code for proper, p in scanned.in_place.items() for code in _check_code(done.get(p) or p)}
    codes |= {p.name: code for p in scanned.displaced for code in _check_code(done.get(p) or p)}
    remarks += verify_chain.check(chain, codes)
    links = sum(link.manifest.previous is not None for link in chain)
    return _report(folder, verified, remarks, chain, links, single=False)


def _seal_files(scanned: Scanned) -> Iterator[tuple[str, Path]]:
    yield from scanned.in_place.items()
    yield from ((path.name, path) for path in scanned.displaced)


def _period_named(name: str) -> Period | None:
    meaning = seal_names.parse(name)
    return None if meaning is None else meaning[0]


def _verified(path: Path, number: int, whole: int, progress: Progress | None) -> Verified:
    examined = verify_fixity.examine(path)
    found = Verified(examined, verify_recompute.recompute(examined))
    if progress is not None:
        progress(number, whole)
    return found


def _chain_link(seal: Examined | Path) -> Iterator[ChainLink]:
    """A seal as a link of the chain, if its manifest is intact; one that is not examined is not called sound."""
    if isinstance(seal, Examined):
        if seal.identified:
            yield ChainLink(seal.file, seal.manifest, seal.sha256, seal.sound)
    elif (manifest := verify_fixity.identity(seal)) is not None:
        yield from (ChainLink(seal.name, manifest, code, sound=False) for code in _check_code(seal))


def _check_code(seal: Examined | Path) -> Iterator[str]:
    """The check code, unless the file cannot be read."""
    if isinstance(seal, Examined):
        yield from [] if seal.sha256 is None else [seal.sha256]
        return
    try:
        yield verify_fixity.check_code(seal)
    except OSError:
        return


def _report(
    place: Path,
    verified: list[Verified],
    remarks: Iterable[Finding | Note],
    chain: list[ChainLink],
    links: int,
    *,
    single: bool,
) -> Report:
    """All findings and notes, in the order of the seals."""
    listed = [*remarks]
    confirmed = {
        (reference.file, reference.sha256): link.file
        for link in chain
        for reference in (link.manifest.previous, link.manifest.amends)
        if reference is not None
    }
    for each in verified:
        listed += each.examined.findings
        if each.examined.sha256 is not None:
            listed += verify_scan.check_companions(each.examined, confirmed, needed=not single)
        listed += each.recomputed.remarks
    order = {link.file: link.manifest.number for link in chain}
    last = max(order.values(), default=0) + 1
    verified = sorted(verified, key=lambda each: (order.get(each.examined.file, last), each.examined.file))
    listed.sort(key=lambda each: (order.get(each.seal, last), each.seal))
    findings = sorted((f for f in listed if isinstance(f, Finding)), key=lambda f: PROPERTIES.index(f.property))
    notes = (n for n in listed if isinstance(n, Note))
    return Report(place, tuple(verified), tuple(dict.fromkeys(findings)), tuple(dict.fromkeys(notes)), links)


# --- a single zip --------------------------------------------------------------------------------------------------


def _single(path: Path, progress: Progress | None) -> Report:
    verified = _verified(path, 1, 1, progress)
    examined = verified.examined
    remarks = verify_scan.classify([(path, examined.manifest if examined.identified else None)]).remarks
    chain, codes = _neighbours(examined)
    remarks = [*(each for each in remarks if isinstance(each, Finding)), *verify_chain.check(chain, codes, whole=False)]
    links = max(len(chain) - 1, 0)
    return _report(path, [verified], remarks, chain, links, single=True)


def _neighbours(examined: Examined) -> tuple[list[ChainLink], dict[str, str]]:
    """The seal with those before and after it, as far as they lie beside it without a gap."""
    own = list(_chain_link(examined))
    if not own:
        return [], {}
    paths = [
        p for p in examined.path.parent.iterdir() if seal_names.parse(p.name) and p.is_file() and p != examined.path
    ]
    others = {p.name: link for p in paths for link in _chain_link(p)}
    codes = {p.name: code for p in paths if p.name not in others for code in _check_code(p)}
    chain = own
    while (reference := chain[0].manifest.previous) is not None and reference.file in others:
        chain = [others.pop(reference.file), *chain]
    while after := [r for r in others.values() if _follows(r, chain[-1])]:
        chain = [*chain, others.pop(after[0].file)]
    return chain, codes


def _follows(link: ChainLink, before: ChainLink) -> bool:
    reference = link.manifest.previous
    return reference is not None and reference.file == before.proper_name

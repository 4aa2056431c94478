"""Whether one seal is unchanged: its zip, its bag, and every file against the lists."""

import hashlib
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lianghua_batch.archive import bags, manifests, seal_names, sealed_places
from lianghua_batch.archive.bags import Bag, BagFlaw
from lianghua_batch.archive.findings import Finding, finding, verify_messages
from lianghua_batch.archive.manifests import Manifest, SealedFile
from lianghua_batch.core import os_errors, periods, resources
from lianghua_batch.core.periods import Period
from lianghua_batch.intake import discovery
from lianghua_batch.intake.formats import zip_limits

_INFO, _OXUM = "bag-info.txt", "Payload-Oxum:"
_PACKAGES = (".xlsx",)
_HIDDEN = "."
_SUFFIXES = {"outputs": (*_PACKAGES, ".json"), "rules": (".yaml",)}


@dataclass(frozen=True)
class Examined:
    """The result of examining one zip: `sha256` is None where it cannot be read, `manifest` where it has none; `files` and `size`
    are those of the payload that was read."""

    path: Path
    sha256: str | None
    manifest: Manifest | None
    findings: tuple[Finding, ...]
    files: int = 0
    size: int = 0

    @property
    def file(self) -> str:
        return self.path.name

    @property
    def proper_name(self) -> str:
        """Its original name, as far as the manifest can be read."""
        return self.file if self.manifest is None else seal_names.file(self.manifest.period, self.manifest.amendment)

    @property
    def sound(self) -> bool:
        return not self.findings

    @property
    def identified(self) -> bool:
        """Whether its manifest is as sealed."""
        manifest_file = bags.DATA + seal_names.place_in_bag("manifest")
        return self.manifest is not None and not any(finding.file == manifest_file for finding in self.findings)


def check_code(path: Path) -> str:
    """The check code (sha-256) of a whole file, however large."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def identity(path: Path) -> Manifest | None:
    """The manifest of a seal; None where there is none or it is damaged."""
    try:
        with bags.open_bag(path) as bag:
            return manifests.parse(bag.checked_content(bags.DATA + seal_names.place_in_bag("manifest")))
    except (bags.BrokenBag, manifests.MalformedManifest, OSError):
        return None


def examine(path: Path) -> Examined:
    """Compare every byte of a seal with its lists; whatever is wrong is a finding, nothing is raised."""
    try:
        code = check_code(path)
        with bags.open_bag(path) as bag:
            return _examined(path, code, bag)
    except bags.BrokenBag:
        return Examined(path, code, None, (finding("broken", path.name),))
    except OSError as error:
        facts = {"reason": os_errors.reason(error), "remedy": os_errors.remedy(error)}
        return Examined(path, None, None, (finding("refused", path.name, **facts),))


def _examined(path: Path, code: str, bag: Bag) -> Examined:
    flaws = bag.flaws()
    manifest_file = bags.DATA + seal_names.place_in_bag("manifest")
    found = [_flaw_finding(path.name, flaw) for flaw in flaws]
    payload = _measured(bag)
    manifest = None
    if manifest_file in payload:
        try:
            manifest = manifests.parse(bag.content(manifest_file))
        except manifests.MalformedManifest as place:
            found.append(finding("manifest_misshapen", path.name, manifest_file, place=place))
    elif not any(flaw.file == manifest_file for flaw in flaws):
        found.append(finding("manifest_missing", path.name, manifest_file))
    flawed = {flaw.file for flaw in flaws} | {flaw.now for flaw in flaws}
    if manifest is not None:
        found += _against_manifest(path.name, manifest, payload, flawed)
        found += _unopenable(path.name, manifest, bag, payload, flawed)
    if not any((name or "").startswith(bags.DATA) or name == _INFO for name in flawed):
        found += _against_oxum(path.name, bag, payload)
    return Examined(path, code, manifest, tuple(found), len(payload), sum(size for _, size in payload.values()))


def _flaw_finding(seal: str, flaw: BagFlaw) -> Finding:
    kind = "broken_list" if flaw.kind == bags.BROKEN else flaw.kind
    return finding(kind, seal, flaw.file, now=flaw.now)


def _place_findings(seal: str, manifest: Manifest) -> Iterator[Finding]:
    """Files that 归档清单 would put outside of their folder, or two into one place."""
    own = bags.DATA + seal_names.place_in_bag("manifest")
    for name, count in Counter(entry.stored for entry in manifest.entries).items():
        if count > 1:
            yield finding("stored_twice", seal, bags.DATA + name, count=count)
    for kind in manifests.LISTS:
        places = [entry.file for entry in getattr(manifest, kind)]
        for entry in getattr(manifest, kind):
            if not sealed_places.safe(entry.file):
                yield finding("unsafe_place", seal, bags.DATA + entry.stored, place=entry.file)
            elif not belongs(kind, entry, manifest.period):
                yield finding("foreign_place", seal, bags.DATA + entry.stored, place=entry.file)
        for place, other in sealed_places.clashes(places).items():
            yield finding("places_clash", seal, own, place=place, other=other)


def _measured(bag: Bag) -> dict[str, tuple[str, int]]:
    """The check code and the size of every payload file that can be read."""
    found = {}
    for name in bag.files:
        if name.startswith(bags.DATA):
            try:
                content = bag.content(name)
            except bags.BrokenBag:
                continue
            found[name] = hashlib.sha256(content).hexdigest(), len(content)
    return found


def _against_manifest(
    seal: str, manifest: Manifest, payload: dict[str, tuple[str, int]], flawed: set[str | None]
) -> Iterator[Finding]:
    """How 归档清单 differs from the payload, without the files that the bag's own lists report already (`flawed`)."""
    listed = {bags.DATA + entry.stored: entry for entry in manifest.entries}
    own = bags.DATA + seal_names.place_in_bag("manifest")
    yield from _place_findings(seal, manifest)
    for name, entry in listed.items():
        if name in flawed:
            continue
        if name not in payload:
            yield finding("listed_missing", seal, name)
        elif payload[name] != (entry.sha256, entry.size):
            yield finding("listed_other", seal, name)
    for name in payload:
        if name not in listed and name != own and name not in flawed:
            yield finding("unlisted", seal, name)
    results = results_entry(manifest)
    if results is None:
        yield finding("no_results", seal, own)
        return
    name = bags.DATA + results.stored
    if name in payload and payload[name][0] != manifest.results_sha256 and name not in flawed:
        yield finding("results_code", seal, name)


def belongs(kind: str, entry: SealedFile, period: Period) -> bool:
    """Whether a file is one that a seal holds: a form, an output, an earlier result, a rule; no settings, ledgers or seals."""
    words, path = resources.load("reading"), PurePosixPath(entry.file)
    if any(part.startswith(_HIDDEN) for part in path.parts[:-1]):
        return False
    if kind == "inputs":
        return discovery.may_hold_forms(path)
    if kind == "earlier":
        before = periods.parse(path.parts[0])
        names = {words["results_name"], words["basis_name"]}
        return len(path.parts) == 2 and before is not None and before != period and path.name in names
    return not path.name.startswith(_HIDDEN) and path.suffix in _SUFFIXES[kind]


def results_entry(manifest: Manifest) -> SealedFile | None:
    """The sealed results.json."""
    name = resources.load("reading")["results_name"]
    return next((entry for entry in manifest.outputs if entry.file == name), None)


def _unopenable(
    seal: str, manifest: Manifest, bag: Bag, payload: dict[str, tuple[str, int]], flawed: set[str | None]
) -> Iterator[Finding]:
    """Sealed workbooks whose bytes are unchanged, but which do not open."""
    for entry in manifest.outputs:
        name = bags.DATA + entry.stored
        if (
            name in payload
            and name not in flawed
            and name.lower().endswith(_PACKAGES)
            and not _opens(bag.content(name))
        ):
            yield finding("unopenable", seal, name)


def _opens(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            inflated = sum(member.file_size for member in package.infolist())
            return inflated <= zip_limits.limits().inflated_bytes and package.testzip() is None
    except bags.DAMAGE:
        return False


def _against_oxum(seal: str, bag: Bag, payload: dict[str, tuple[str, int]]) -> Iterator[Finding]:
    """How bag-info.txt's Payload-Oxum (total size and number of files) differs from the payload."""
    lines = bag.content(_INFO).decode("utf-8", "replace").splitlines() if _INFO in bag.files else []
    stated = next((line.removeprefix(_OXUM).strip() for line in lines if line.startswith(_OXUM)), None)
    actual = f"{sum(size for _, size in payload.values())}.{len(payload)}"
    if stated != actual:
        yield finding("oxum", seal, _INFO, stated=stated or verify_messages()["nothing"], actual=actual)

"""The seals of a data folder, in the order in which they were made, and which of them is in force for a period."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lianghua_batch.archive import bags, manifests, seal_names
from lianghua_batch.archive.manifests import Manifest, SealedFile
from lianghua_batch.core import os_errors, resources
from lianghua_batch.core.periods import Period


class NothingThere(Exception):
    """There is no such seal; str() says so and what to do."""


def find_archive(path: Path) -> Path:
    """The folder 归档 of a data folder, or the given folder where that is a 归档 already."""
    inside = seal_names.folder(path)
    if inside.is_dir() or not (path.name == inside.name or any(seal_names.parse(each.name) for each in path.iterdir())):
        return inside
    return path


def nothing_there(why: str, **facts: object) -> NothingThere:
    """The exception with its sentence of schemas/messages/archive.yaml."""
    return NothingThere(resources.load("messages/archive")["nothing_there"][why].format_map(facts))


_SUFFIX = ".zip"


@dataclass(frozen=True)
class Seal:
    """A seal as it lies in 归档."""

    path: Path
    manifest: Manifest

    @property
    def file(self) -> str:
        return self.path.name

    @property
    def check_code(self) -> str:
        """The sha-256 of the whole zip, read now."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def content(self, entry: SealedFile) -> bytes:
        """The bytes of one sealed file; raises bags.BrokenBag where they are not as sealed."""
        with bags.open_bag(self.path) as bag:
            content = bag.checked_content(bags.DATA + entry.stored)
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise bags.BrokenBag(entry.stored)
        return content

    def output(self, name: str) -> SealedFile | None:
        """A sealed output file, by its path in the output folder."""
        return next((entry for entry in self.manifest.outputs if entry.file == name), None)


@dataclass(frozen=True)
class Unreadable:
    """A file with the name of a seal that cannot be read as one; `reason` says why and what to do."""

    path: Path
    period: Period | None
    amendment: int
    reason: str

    @property
    def file(self) -> str:
        return self.path.name


def seals(folder: Path) -> list[Seal | Unreadable]:
    """Return the seals in the folder 归档 in the order of their numbers; none where there is no such folder.

    Last come those that cannot be read, missing ones included: a period stays sealed when its file is gone.
    """
    if not folder.is_dir():
        return []
    files = [path for path in sorted(folder.iterdir()) if not path.is_dir()]
    found = [read(path) for path in files if seal_names.parse(path.name) is not None]
    present = {each.file for each in found}
    gone = {file: referrer for file, referrer in _references(found, files) if file not in present}
    return sorted([*found, *(_gone(folder / file, referrer) for file, referrer in gone.items())], key=_order)


def _references(found: Iterable[Seal | Unreadable], files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Names of seals that must have existed, each with the file that proves it: a seal that refers to it, its companion, its renamed copy."""
    for seal in found:
        references = (seal.manifest.previous, seal.manifest.amends) if isinstance(seal, Seal) else ()
        yield from ((link.file, seal.file) for link in references if link is not None)
    for path in files:
        if (companion := seal_names.companion_seal(path.name)) is not None:
            yield companion, path.name
        elif (
            path.suffix.lower() == _SUFFIX
            and seal_names.parse(path.name) is None
            and isinstance(other := read(path), Seal)
        ):
            yield seal_names.file(other.manifest.period, other.manifest.amendment), path.name


def _gone(path: Path, referrer: str) -> Unreadable:
    period, amendment = seal_names.parse(path.name) or (None, 0)
    return Unreadable(
        path, period, amendment, resources.load("messages/archive")["unreadable"]["gone"].format(referrer=referrer)
    )


def _order(found: Seal | Unreadable) -> tuple:
    if isinstance(found, Seal):
        return (0, found.manifest.number, found.file)
    return (1, 0, found.file)


def read(path: Path) -> Seal | Unreadable:
    """Read a seal's manifest; the zip's name must fit it."""
    meaning = seal_names.parse(path.name)
    words = resources.load("messages/archive")["unreadable"]
    period, amendment = meaning if meaning is not None else (None, 0)
    try:
        with bags.open_bag(path) as bag:
            manifest = manifests.parse(bag.checked_content(bags.DATA + seal_names.place_in_bag("manifest")))
    except bags.BrokenBag:
        return Unreadable(path, period, amendment, words["broken"])
    except manifests.MalformedManifest as place:
        return Unreadable(path, period, amendment, words["misshapen"].format(place=place))
    except OSError as error:
        facts = {"reason": os_errors.reason(error), "remedy": os_errors.remedy(error)}
        return Unreadable(path, period, amendment, words["refused"].format_map(facts))
    if meaning is not None and meaning != (manifest.period, manifest.amendment):
        inside = seal_names.file(manifest.period, manifest.amendment)
        return Unreadable(path, period, amendment, words["other_name"].format(inside=inside))
    return Seal(path, manifest)


def in_force(found: Iterable[Seal | Unreadable], period: Period) -> Seal | Unreadable | None:
    """Return the last amendment of a period, or its first seal where there is none; an unreadable one of them is returned instead."""
    candidates = [each for each in found if _period(each) == period]
    broken = next((each for each in candidates if isinstance(each, Unreadable)), None)
    return broken or max(candidates, key=lambda seal: seal.manifest.amendment, default=None)


def _period(found: Seal | Unreadable) -> Period | None:
    return found.manifest.period if isinstance(found, Seal) else found.period

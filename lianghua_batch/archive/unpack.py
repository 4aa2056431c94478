"""Takes sealed files out of their bag."""

import errno
from collections.abc import Iterable
from pathlib import Path

from lianghua_batch.archive import bags, sealed_places
from lianghua_batch.archive.bags import Bag
from lianghua_batch.archive.manifests import SealedFile

_NOT_FOR_THIS_SYSTEM = (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL)


def unpack(bag: Bag, entries: Iterable[SealedFile], folder: Path) -> list[str]:
    """Write sealed files to their old places in a folder, never outside it; return those that cannot be read."""
    listed = list(entries)
    clashing = sealed_places.clashes(entry.file for entry in listed)
    lacking = []
    for entry in listed:
        content = content_of(bag, entry)
        if (
            content is None
            or entry.file in clashing
            or not sealed_places.safe(entry.file)
            or not _written(folder / entry.file, content)
        ):
            lacking.append(entry.file)
    return lacking


def _written(target: Path, content: bytes) -> bool:
    """Whether this system takes a file of that name."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    except OSError as error:
        if error.errno in _NOT_FOR_THIS_SYSTEM:
            return False
        raise
    return True


def content_of(bag: Bag, entry: SealedFile | None) -> bytes | None:
    """The bytes of a sealed file as they are now; None where they cannot be read."""
    try:
        return None if entry is None else bag.content(bags.DATA + entry.stored)
    except bags.BrokenBag:
        return None

"""Takes sealed files out of their bag."""

from collections.abc import Iterable
from pathlib import Path

from lianghua_batch.archive import bags
from lianghua_batch.archive.bags import Bag
from lianghua_batch.archive.manifests import SealedFile


def unpack(bag: Bag, entries: Iterable[SealedFile], folder: Path) -> list[str]:
    """Write sealed files to their old places in a folder, never outside it; return those that cannot be read."""
    lacking = []
    for entry in entries:
        content, target = content_of(bag, entry), folder / entry.file
        if content is None or not bags.safe(bags.DATA + entry.file) or not target.is_relative_to(folder):
            lacking.append(entry.file)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return lacking


def content_of(bag: Bag, entry: SealedFile | None) -> bytes | None:
    """The bytes of a sealed file as they are now; None where they cannot be read."""
    try:
        return None if entry is None else bag.content(bags.DATA + entry.stored)
    except bags.BrokenBag:
        return None

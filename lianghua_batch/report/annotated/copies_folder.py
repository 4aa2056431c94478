"""The folder 批注: finds the copies in it that somebody has changed since they were written, so that no work is lost."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from lianghua_batch.core import resources


def write_manifest(folder: Path) -> None:
    """Write the manifest of the copies in `folder`: the digest of each as written."""
    written = {path.relative_to(folder).as_posix(): _digest(path) for path in _copies(folder)}
    if written:
        (folder / _words()["manifest"]).write_text(
            json.dumps(written, ensure_ascii=False, indent=1), encoding="utf-8", newline="\n"
        )


def changed_and_unfiled(folder: Path, root: Path) -> list[Path]:
    """Return the copies in `folder` that were changed since they were written and are not in the data folder `root` as they are now."""
    written = _manifest(folder)
    found = []
    for path in _copies(folder):
        name, digest = path.relative_to(folder).as_posix(), _digest(path)
        if digest != written.get(name) and not ((root / name).is_file() and _digest(root / name) == digest):
            found.append(path)
    return found


def keep(changed: Iterable[Path], folder: Path, kept: Path, staging: Path) -> list[str]:
    """Put changed copies into the `staging` folder under names that are free in `kept`; return the names of those that are not kept already."""
    names = []
    for path in changed:
        content = path.read_bytes()
        name = _free_name(path.relative_to(folder), content, kept)
        if name is not None:
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            (staging / name).write_bytes(content)
            names.append(name.as_posix())
    return names


def tidy(folder: Path) -> None:
    """Remove empty folders, and a manifest without copies, as far as possible."""
    if not folder.is_dir():
        return
    if not any(True for _ in _copies(folder)):
        with suppress(OSError):
            (folder / _words()["manifest"]).unlink(missing_ok=True)
    for path in sorted((p for p in (folder, *folder.rglob("*")) if p.is_dir()), reverse=True):
        with suppress(OSError):  # not empty
            path.rmdir()


_OWN = "."  # how the program's own list of copies begins


def _words() -> dict:
    return resources.load("report/check_report")["annotation"]


def _copies(folder: Path) -> Iterator[Path]:
    prefixes = (*resources.load("reading")["temporary_prefixes"], _OWN)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(prefixes):
            yield path


def _manifest(folder: Path) -> dict[str, str]:
    path = folder / _words()["manifest"]
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # none, or not ours: then every copy counts as changed
        return {}
    return found if isinstance(found, dict) else {}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _free_name(name: Path, content: bytes, kept: Path) -> Path | None:
    """A free name in `kept`, with a number where needed; None where the same content is kept already."""
    number, wanted, twin = 1, name, _words()["kept_twin"]
    while (kept / wanted).exists():
        if (kept / wanted).read_bytes() == content:
            return None
        number += 1
        wanted = name.with_name(twin.format(stem=name.stem, number=number, suffix=name.suffix))
    return wanted

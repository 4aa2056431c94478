"""What `archive` and `run` print about seals."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from lianghua_batch.archive import seal_names
from lianghua_batch.archive.seal_store import Seal, Unreadable
from lianghua_batch.core import resources

if TYPE_CHECKING:
    from lianghua_batch.archive.guard import KeptOutputs
    from lianghua_batch.archive.manifests import Manifest
    from lianghua_batch.core.periods import Period


def as_json(seal: Seal | Unreadable) -> dict[str, Any]:
    """A seal for a program; one that cannot be read says why."""
    if isinstance(seal, Unreadable):
        return {"file": seal.file, "period": str(seal.period), "amendment": seal.amendment, "unreadable": seal.reason}
    manifest = seal.manifest
    return {
        "file": seal.file,
        "sha256": seal.check_code,
        "period": str(manifest.period),
        "number": manifest.number,
        "amendment": manifest.amendment,
        "reason": manifest.reason,
        "early": manifest.early,
        "date": manifest.date.isoformat(),
        "by": manifest.by,
        "tool": manifest.tool,
        "inputs": len(manifest.inputs),
        "outputs": len(manifest.outputs),
        "objections": [dict(row) for row in manifest.objections],
    }


def sealed_message(seal: Seal) -> str:
    """Say that a period is sealed, what to do with the sheet to sign, and how many objections are still open."""
    from lianghua_batch.analysis.objections import open_ones

    words, unsettled = _words(), open_ones(seal.manifest.objections)
    lines = [words["amended" if seal.manifest.amendment else "made"].format_map(_facts(seal))]
    if unsettled:
        lines.append(words["open_objections"].format(count=unsettled))
    return "\n".join(lines)


def changed_forms(manifest: "Manifest") -> Iterator[str]:
    """Say which forms of an amendment are changed, added or removed."""
    words = _words()
    for kind in ("changed", "added", "removed"):
        listed = manifest.changes[kind]
        if listed:
            yield words["forms"][kind].format(files=words["separator"].join(listed))


def preview_message(manifest: "Manifest") -> str:
    """Say that an amendment was only previewed."""
    return _words()["previewed"].format(number=manifest.amendment)


def published_too(seal: Seal, files: int) -> str:
    """Say that there were no results yet, and how many files were written with the seal."""
    return _words()["published_too"].format(period=seal.manifest.period, files=files)


def also_concerned(periods: Iterable["Period"]) -> str:
    """Say which other sealed periods used the amended forms too."""
    words = _words()
    return words["also"].format(periods=words["separator"].join(map(str, periods)))


def kept_outputs(seal: Seal, kept: "KeptOutputs") -> Iterator[str]:
    """Say that a sealed period\'s outputs were left alone, which were put back, and which are not as they were sealed."""
    words = _words()
    yield words["kept"].format_map(_facts(seal))
    if kept.put_back:
        yield words["put_back"].format(files=words["separator"].join(kept.put_back), **_facts(seal))
    for file in kept.altered:
        yield words["altered"].format(name=file, **_facts(seal))


def _facts(seal: Seal) -> dict[str, Any]:
    manifest = seal.manifest
    return {
        "file": seal.path,
        "sheet": seal_names.sheet_file(seal.file),
        "code": seal.check_code,
        "period": manifest.period,
        "date": manifest.date,
        "number": manifest.number,
        "amendment": manifest.amendment,
        "inputs": len(manifest.inputs),
        "outputs": len(manifest.outputs),
    }


def _words() -> dict[str, Any]:
    return resources.load("messages/archive")["announced"]

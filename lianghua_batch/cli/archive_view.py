"""What `archive` and `run` tell of seals."""

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
    its = seal.manifest
    return {
        "file": seal.file,
        "sha256": seal.check_code,
        "period": str(its.period),
        "number": its.number,
        "amendment": its.amendment,
        "reason": its.reason,
        "date": its.date.isoformat(),
        "by": its.by,
        "tool": its.tool,
        "inputs": len(its.inputs),
        "outputs": len(its.outputs),
        "objections": [dict(row) for row in its.objections],
    }


def made(seal: Seal) -> str:
    """That a seal was made, what is to be done with its sheet, and what is still to be looked into."""
    from lianghua_batch.analysis.objections import open_ones

    words, unsettled = _words(), open_ones(seal.manifest.objections)
    lines = [words["amended" if seal.manifest.amendment else "made"].format_map(_facts(seal))]
    if unsettled:
        lines.append(words["open_objections"].format(count=unsettled))
    return "\n".join(lines)


def changed(manifest: "Manifest") -> Iterator[str]:
    """Which forms an amendment takes that are others than those sealed."""
    words = _words()
    for kind in ("changed", "added", "removed"):
        listed = manifest.changes[kind]
        if listed:
            yield words["forms"][kind].format(files=words["separator"].join(listed))


def previewed(manifest: "Manifest") -> str:
    """That an amendment was looked at and not made."""
    return _words()["previewed"].format(number=manifest.amendment)


def published_too(seal: Seal, files: int) -> str:
    """That there were no results yet, and how many files were written with the seal."""
    return _words()["published_too"].format(period=seal.manifest.period, files=files)


def also_concerned(periods: Iterable["Period"]) -> str:
    """That other sealed periods took the amended forms too."""
    words = _words()
    return words["also"].format(periods=words["separator"].join(map(str, periods)))


def kept(seal: Seal, kept: "KeptOutputs") -> Iterator[str]:
    """That a sealed period's outputs were left alone; what was put back, and what is not as it was sealed."""
    words = _words()
    yield words["kept"].format_map(_facts(seal))
    if kept.put_back:
        yield words["put_back"].format(files=words["separator"].join(kept.put_back), **_facts(seal))
    for file in kept.altered:
        yield words["altered"].format(name=file, **_facts(seal))


def _facts(seal: Seal) -> dict[str, Any]:
    its = seal.manifest
    return {
        "file": seal.path,
        "sheet": seal_names.sheet_file(seal.file),
        "code": seal.check_code,
        "period": its.period,
        "date": its.date,
        "number": its.number,
        "amendment": its.amendment,
        "inputs": len(its.inputs),
        "outputs": len(its.outputs),
    }


def _words() -> dict[str, Any]:
    return resources.load("messages/archive")["announced"]

"""Reads what `run` has published: results.json with its 计分依据.json, from an output folder, from a seal, or by file name."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lianghua_batch.analysis import published_schema
from lianghua_batch.analysis.published import Absent, Published, Unusable, results_fault
from lianghua_batch.archive import bags, seal_store
from lianghua_batch.archive.seal_store import Seal, Unreadable
from lianghua_batch.core import os_errors, resources
from lianghua_batch.core.periods import Period
from lianghua_batch.scoring.audit_trail import AUDIT_TRAIL_FORMAT, audit_trail_check_code

_SEAL = ".zip"


@dataclass(frozen=True)
class _Documents:
    """The bytes of one publication, from whatever place: `path` names results.json, `audit_trail_path` its 计分依据."""

    path: Path
    results: bytes
    audit_trail_path: Path
    audit_trail: bytes | OSError | None


def read(path: Path) -> Published:
    """Return the results in a results.json, in the output folder that holds one, or in a seal; raises Unusable."""
    return _published(_documents(path))


def from_texts(path: Path, results: str, audit_trail: str) -> Published:
    """Return results as they would be read from a file at `path`."""
    return _published(_Documents(path, results.encode("utf-8"), path, audit_trail.encode("utf-8")))


def from_seal(seal: Seal | Unreadable) -> Published | Unusable:
    """Return the final results in a seal: Unusable (not raised) where they cannot be read."""
    try:
        return _published(_sealed_documents(seal))
    except Unusable as reason:
        return reason


def from_outputs(outputs: Path, period: Period) -> Published | Unusable | None:
    """Return the final results of one period in the folder 输出: None where there are none, Unusable (not raised) where they
    cannot be read."""
    try:
        return read(outputs / str(period))
    except Absent:
        return None
    except Unusable as reason:
        return reason


def check_code(results: Path) -> str:
    """Return 结果校验码 of a results.json file; raises OSError."""
    return hashlib.sha256(results.read_bytes()).hexdigest()


def _names() -> Mapping[str, str]:
    return resources.load("reading")


# --- where they lie ------------------------------------------------------------------------------------------------


def _documents(path: Path) -> _Documents:
    """Read the bytes of a file, an output folder or a seal."""
    if path.suffix.lower() == _SEAL and path.is_file():
        return _sealed_documents(seal_store.read(path))
    inside = path / _names()["results_name"] if os.path.isdir(path) else path
    try:
        content = inside.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise _absent("absent" if inside == path else "no_results", path) from None
    except OSError as error:
        reasons = {"reason": os_errors.reason(error), "remedy": os_errors.remedy(error)}
        raise _unusable("refused", inside, **reasons) from None
    beside = inside.with_name(_names()["basis_name"])
    return _Documents(inside, content, beside, _bytes_or_why_not(beside))


def _sealed_documents(seal: Seal | Unreadable) -> _Documents:
    if isinstance(seal, Unreadable):
        raise _unusable("sealed", seal.path, reason=seal.reason)
    found = {}
    for name in (_names()["results_name"], _names()["basis_name"]):
        entry = seal.output(name)
        try:
            found[name] = None if entry is None else seal.content(entry)
        except (bags.BrokenBag, OSError):
            raise _unusable("sealed_damaged", seal.path, file=name) from None
    results, audit_trail = found.values()
    if results is None:
        raise _unusable("sealed_damaged", seal.path, file=_names()["results_name"])
    return _Documents(seal.path, results, seal.path, audit_trail)


def _bytes_or_why_not(path: Path) -> bytes | OSError | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        return error


# --- what they say -------------------------------------------------------------------------------------------------


def _published(documents: _Documents) -> Published:
    results = _parsed(documents.results)
    if results is None:
        raise _unusable("not_json", documents.path)
    if isinstance(results, dict) and "draft" in results:
        raise _unusable("draft", documents.path)
    place = results_fault(results)
    if place is not None:
        raise _unusable("not_results", documents.path, place=place)
    audit_trail, fault = _audit_trail(documents, results)
    return Published(documents.path, results, audit_trail, fault)


def _audit_trail(documents: _Documents, results: Mapping[str, Any]) -> tuple[dict[str, Any] | None, str | None]:
    """The audit trail, if it was written together with the results; else why it is left aside."""
    if documents.audit_trail is None:
        return None, None
    if isinstance(documents.audit_trail, OSError):
        return None, _left_aside("refused", documents, reason=os_errors.reason(documents.audit_trail))
    audit_trail = _parsed(documents.audit_trail)
    if audit_trail is None:
        return None, _left_aside("not_json", documents)
    if not isinstance(audit_trail, dict) or audit_trail.get("format") != AUDIT_TRAIL_FORMAT:
        return None, _left_aside("not_basis", documents)
    if audit_trail.get("results_sha256") != hashlib.sha256(documents.results).hexdigest():
        return None, _left_aside("other", documents)
    if audit_trail.get("sha256") != audit_trail_check_code(audit_trail):
        return None, _left_aside("changed", documents)
    place = published_schema.audit_trail_fault(audit_trail, results)
    return (audit_trail, None) if place is None else (None, _left_aside("misshapen", documents, place=place))


def _parsed(content: bytes) -> Any:
    """The JSON value; None where it cannot be parsed."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _unusable(why: str, path: Path, **words: str) -> Unusable:
    return Unusable(_sentence(why, path, **words))


def _absent(why: str, path: Path) -> Absent:
    return Absent(_sentence(why, path))


def _sentence(why: str, path: Path, **words: str) -> str:
    return resources.load("messages/compare")["unusable"][why].format(path=path, name=_names()["results_name"], **words)


def _left_aside(why: str, documents: _Documents, **words: str) -> str:
    sentence = resources.load("messages/compare")["left_aside"][why]
    return sentence.format(path=documents.audit_trail_path, name=documents.path.name, **words)

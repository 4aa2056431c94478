"""The forms of a data folder by content, and what changed in them since a period was sealed."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lianghua_batch.archive.manifests import Manifest
from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef, file_name
from lianghua_batch.intake import discovery


@dataclass(frozen=True)
class FormFiles:
    """Every file of a data folder that may hold forms, and the sha-256 of each, by the name that reports use."""

    paths: Mapping[str, Path]
    codes: Mapping[str, str]


@dataclass(frozen=True)
class FormChanges:
    """The forms that differ from those sealed; `moved` are those that were only moved or renamed (old name to new)."""

    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: Mapping[str, str] | None = None

    @property
    def any(self) -> bool:
        return bool(self.changed or self.added or self.removed)

    def as_json(self) -> dict[str, Any]:
        """For 归档清单."""
        lists = {name: list(getattr(self, name)) for name in ("changed", "added", "removed")}
        return lists | {"moved": dict(self.moved or {})}


def read(data: Path) -> FormFiles:
    """Read every file that may hold forms; unreadable ones are left out (reading them as forms reports why)."""
    found, _ = discovery.find(data)
    paths = {file_name(path, data): path for path in found}
    codes = {}
    for name, path in paths.items():
        try:
            with path.open("rb") as stream:
                codes[name] = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError:
            continue
    return FormFiles(paths, codes)


def changes(files: FormFiles, taken: Collection[str], sealed: Manifest) -> FormChanges:
    """Compare the forms `taken` for a period now with the sealed ones, by content."""
    sealed_codes = {entry.file: entry.sha256 for entry in sealed.inputs}
    codes, known = files.codes, set(sealed_codes.values())
    gone = {name: code for name, code in sealed_codes.items() if codes.get(name) != code}
    elsewhere = {code: name for name, code in codes.items() if sealed_codes.get(name) != code}
    present = set(codes.values())  # removing one of several copies changes nothing
    changed = {name for name, code in gone.items() if code not in present and name in files.paths}
    return FormChanges(
        changed=tuple(sorted(changed)),
        added=tuple(sorted(name for name in taken if name not in changed and codes.get(name) not in known)),
        removed=tuple(sorted(name for name, code in gone.items() if code not in present and name not in files.paths)),
        moved={name: elsewhere[code] for name, code in gone.items() if code in elsewhere},
    )


def problems(found: FormChanges, sealed: Manifest) -> Iterator[Problem]:
    """The changes as errors: a sealed period may only change by an amendment."""
    for code, names in (
        (Code.SEALED_FILE_CHANGED, found.changed),
        (Code.SEALED_FILE_ADDED, found.added),
        (Code.SEALED_FILE_MISSING, found.removed),
    ):
        for name in names:
            yield problem(code, SourceRef(name), sealed=sealed.period, date=sealed.date)

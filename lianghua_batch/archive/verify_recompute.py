"""Scores a seal's forms again, under the rules sealed with them, and compares to the digit."""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lianghua_batch import __version__
from lianghua_batch.analysis import published
from lianghua_batch.archive import bags, contents, result_differences, unpack, verify_fixity
from lianghua_batch.archive.bags import Bag
from lianghua_batch.archive.findings import Finding, Note, finding, note
from lianghua_batch.archive.manifests import Manifest, SealedFile
from lianghua_batch.archive.recompute_worker import Rescored, rescore
from lianghua_batch.archive.result_differences import ResultDifference
from lianghua_batch.archive.unpack import content_of
from lianghua_batch.archive.verify_fixity import Examined
from lianghua_batch.core import os_errors, resources
from lianghua_batch.core.worker_pool import Task, WorkerPool

INSTALLED, SEALED = "installed", "sealed"
_WORKER = Task("lianghua_batch.archive.recompute_worker", "rescore_under")


@dataclass(frozen=True)
class Recomputed:
    """The result of recomputing: under which rules (INSTALLED, SEALED; None: not done), and how many numbers were compared."""

    under: str | None
    numbers: int = 0
    remarks: tuple[Finding | Note, ...] = ()


@dataclass(frozen=True)
class _UnpackedSeal:
    """A seal whose forms are unpacked into the folder `forms`."""

    file: str
    manifest: Manifest
    results: Mapping[str, Any]
    text: bytes
    audit_trail: bytes | None
    forms: Path
    rules: Path | None

    @property
    def place(self) -> str:
        return bags.DATA + verify_fixity.results_entry(self.manifest).stored


def recompute(examined: Examined) -> Recomputed:
    """Score a seal's forms again and compare with its results; obstacles become remarks, nothing is raised."""
    manifest = examined.manifest
    if manifest is None:
        return Recomputed(None, remarks=(note("not_recomputed", examined.file),))
    try:
        with bags.open_bag(examined.path) as bag, tempfile.TemporaryDirectory() as place:
            return _recomputed(examined, manifest, bag, Path(place))
    except bags.BrokenBag:
        return Recomputed(None, remarks=(note("not_recomputed", examined.file),))
    except OSError as error:
        return Recomputed(None, remarks=(note("not_unpacked", examined.file, reason=os_errors.reason(error)),))


def _recomputed(examined: Examined, manifest: Manifest, bag: Bag, place: Path) -> Recomputed:
    remarks: list[Finding | Note] = [] if examined.sound else [note("despite", examined.file)]
    lacking = unpack.unpack(bag, manifest.inputs, place / "forms")
    if lacking:
        return Recomputed(None, remarks=(note("forms_lacking", examined.file, form=lacking[0], count=len(lacking)),))
    entry = verify_fixity.results_entry(manifest)
    text = content_of(bag, entry)
    results = _parsed(text)
    if results is None:
        remarks = [] if text is None else [finding("results_misshapen", examined.file, bags.DATA + entry.stored)]
        return Recomputed(None, remarks=(*remarks, note("not_recomputed", examined.file)))
    sealed = _UnpackedSeal(
        file=examined.file,
        manifest=manifest,
        results=results,
        text=text,
        audit_trail=content_of(bag, _audit_trail_entry(manifest)),
        forms=place / "forms",
        rules=None,
    )
    if _are_installed(bag, manifest.rules):
        return _result(INSTALLED, sealed, [*remarks, *_compared(sealed, rescore(sealed.forms, str(manifest.period)))])
    unread = unpack.unpack(bag, manifest.rules, place / "rules")
    under_seal = None if unread or not manifest.rules else _rescored_under(place / "rules", sealed)
    now = rescore(sealed.forms, str(manifest.period))
    if under_seal is None:
        remarks += [note("rules_unreadable", examined.file, tool=manifest.tool, now=__version__)]
        return _result(INSTALLED, sealed, [*remarks, *_compared(sealed, now)])
    return _result(
        SEALED, sealed, [*remarks, *_compared(sealed, under_seal), *_otherwise_today(sealed, under_seal, now)]
    )


def _result(under: str, sealed: _UnpackedSeal, remarks: Iterable[Finding | Note]) -> Recomputed:
    return Recomputed(under, result_differences.count_values(sealed.results), tuple(remarks))


def _audit_trail_entry(manifest: Manifest) -> SealedFile | None:
    name = resources.load("reading")["basis_name"]
    return next((entry for entry in manifest.outputs if entry.file == name), None)


def _parsed(text: bytes | None) -> Mapping[str, Any] | None:
    """results.json, where it is one."""
    try:
        results = None if text is None else json.loads(text)
    except (ValueError, RecursionError):
        return None
    return results if results is not None and published.results_fault(results) is None else None


def _are_installed(bag: Bag, rules: Iterable[SealedFile]) -> bool:
    """Whether the sealed rules equal the installed ones."""
    sealed = {entry.file: content_of(bag, entry) for entry in rules}
    return sealed == dict(contents.rules())


def _rescored_under(rules: Path, sealed: _UnpackedSeal) -> Rescored | None:
    """The forms scored under the sealed rules, in a process of its own; None where that fails."""
    pool = WorkerPool(_WORKER)
    try:
        (answer,) = pool.answers([(rules, sealed.forms, str(sealed.manifest.period))])
    finally:
        pool.stop()
    return answer if isinstance(answer, Rescored) else None


# --- comparing -----------------------------------------------------------------------------------------------------


def _compared(sealed: _UnpackedSeal, now: Rescored) -> Iterator[Finding]:
    """How the sealed results differ from the recomputed ones."""
    manifest = sealed.manifest
    same_tool = manifest.tool == __version__
    facts = {"tool": manifest.tool, "now": __version__}
    if now.results is None:
        kind = "errors" if same_tool else "errors_other_tool"
        yield finding(kind, sealed.file, None, first=now.errors[0], errors=len(now.errors), **facts)
        return
    numbers = _differences(sealed, now)
    if numbers:
        yield finding("numbers" if same_tool else "numbers_other_tool", sealed.file, sealed.place, numbers, **facts)
    elif not same_tool:
        return
    elif now.results.encode("utf-8") != sealed.text:
        yield finding("results_other", sealed.file, sealed.place)
    elif sealed.audit_trail is not None and now.audit_trail.encode("utf-8") != sealed.audit_trail:
        yield finding("basis_other", sealed.file, bags.DATA + _audit_trail_entry(manifest).stored)


def _otherwise_today(sealed: _UnpackedSeal, under_seal: Rescored, now: Rescored) -> Iterator[Note]:
    """How results under the installed rules differ from those under the sealed ones."""
    facts = {"tool": sealed.manifest.tool, "now": __version__}
    if under_seal.results is None:
        return
    if now.results is None:
        yield note("errors_today", sealed.file, None, first=now.errors[0], errors=len(now.errors), **facts)
        return
    numbers = result_differences.differences(json.loads(under_seal.results), json.loads(now.results))
    if numbers:
        yield note("method", sealed.file, sealed.place, numbers, **facts)


def _differences(sealed: _UnpackedSeal, now: Rescored) -> list[ResultDifference]:
    return result_differences.differences(sealed.results, json.loads(now.results))

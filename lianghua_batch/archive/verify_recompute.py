"""Scores a seal's forms again, under the rules sealed with them, and compares to the digit."""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lianghua_batch import __version__
from lianghua_batch.analysis import published
from lianghua_batch.archive import bags, contents, rescoring, result_differences, unpack, verify_fixity
from lianghua_batch.archive.bags import Bag
from lianghua_batch.archive.findings import Finding, Note, finding, note, verify_messages
from lianghua_batch.archive.manifests import Manifest, SealedFile
from lianghua_batch.archive.recompute_worker import Rescored
from lianghua_batch.archive.result_differences import ResultDifference
from lianghua_batch.archive.unpack import content_of
from lianghua_batch.archive.verify_fixity import Examined
from lianghua_batch.core import os_errors, resources

INSTALLED, SEALED = "installed", "sealed"


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

    @property
    def place(self) -> str:
        return bags.DATA + verify_fixity.results_entry(self.manifest).stored


def recompute(examined: Examined) -> Recomputed:
    """Score a seal's forms again and compare with its results; obstacles become remarks, nothing is raised."""
    manifest = examined.manifest
    if manifest is None:
        return Recomputed(None, remarks=(finding("not_recomputed", examined.file),))
    try:
        with bags.open_bag(examined.path) as bag, tempfile.TemporaryDirectory() as place:
            return _recomputed(examined, manifest, bag, Path(place))
    except bags.BrokenBag:
        return Recomputed(None, remarks=(finding("not_recomputed", examined.file),))
    except OSError as error:
        return Recomputed(None, remarks=(finding("not_unpacked", examined.file, reason=os_errors.reason(error)),))


def _recomputed(examined: Examined, manifest: Manifest, bag: Bag, place: Path) -> Recomputed:
    remarks: list[Finding | Note] = [] if examined.sound else [note("despite", examined.file)]
    lacking = unpack.unpack(bag, manifest.inputs, place / "forms")
    if lacking:
        return Recomputed(None, remarks=(finding("forms_lacking", examined.file, form=lacking[0], count=len(lacking)),))
    entry = verify_fixity.results_entry(manifest)
    text = content_of(bag, entry)
    results = _parsed(text)
    if results is None:
        remarks = [] if text is None else [finding("results_misshapen", examined.file, bags.DATA + entry.stored)]
        return Recomputed(None, remarks=(*remarks, finding("not_recomputed", examined.file)))
    sealed = _UnpackedSeal(
        file=examined.file,
        manifest=manifest,
        results=results,
        text=text,
        audit_trail=content_of(bag, _audit_trail_entry(manifest)),
        forms=place / "forms",
    )
    rules = {entry.file: content_of(bag, entry) for entry in manifest.rules}
    installed = dict(contents.rules())
    now, seconds = rescoring.under_installed(sealed.forms, manifest.period)
    if now is None:
        return Recomputed(None, remarks=(*remarks, finding("not_rescored", examined.file)))
    if rules == installed:
        return _result(INSTALLED, sealed, [*remarks, *_compared(sealed, now)])
    origin = _origin(manifest.tool, rules)
    if origin == _OTHER:
        remarks.append(_other_rules(examined.file, manifest.tool, rules, installed))
    unread = unpack.unpack(bag, manifest.rules, place / "rules")
    under_seal = (
        None if unread or not rules else rescoring.under_sealed(place / "rules", sealed.forms, manifest.period, seconds)
    )
    if under_seal is None:
        remarks.append(note("rules_unreadable", examined.file, tool=manifest.tool, now=__version__))
        return _result(INSTALLED, sealed, [*remarks, *_compared(sealed, now)])
    remarks += _compared(sealed, under_seal)
    remarks += _otherwise_today(sealed, under_seal, now) if origin == _RELEASED else _unconfirmed(sealed, now, origin)
    return _result(SEALED, sealed, remarks)


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


# Where rules come from that are not the installed ones: a released version; another than the seal names; nobody knows.
_RELEASED, _OTHER, _UNKNOWN = "released", "other", "unknown"


def _origin(tool: str, rules: Mapping[str, bytes | None]) -> str:
    """Whether rules are those of the version that is said to have sealed them."""
    if tool == __version__:
        return _OTHER
    released = verify_messages()["released_rules"].get(tool)
    if released is None:
        return _UNKNOWN
    return _RELEASED if None not in rules.values() and contents.rules_code(rules) in released else _OTHER


def _other_rules(seal: str, tool: str, rules: Mapping[str, bytes | None], installed: Mapping[str, bytes]) -> Finding:
    """The finding that a seal has not the rules of its version."""
    if tool != __version__:
        return finding("rules_not_of_tool", seal, tool=tool)
    differing = sorted(name for name in {*rules, *installed} if rules.get(name) != installed.get(name))
    return finding("rules_other", seal, tool=tool, first=differing[0], files=len(differing))


# --- comparing -----------------------------------------------------------------------------------------------------


def _compared(sealed: _UnpackedSeal, now: Rescored) -> Iterator[Finding | Note]:
    """How the sealed results differ from the recomputed ones; what a later version finds wrong is a note where none does."""
    manifest = sealed.manifest
    same_tool = manifest.tool == __version__
    facts = {"tool": manifest.tool, "now": __version__}
    numbers = None if now.results is None else _differences(sealed, now)
    if now.errors:
        errors = {"first": now.errors[0], "errors": len(now.errors), **facts}
        if same_tool:
            yield finding("errors", sealed.file, None, **errors)
        elif numbers == []:
            yield note("stricter", sealed.file, None, **errors)
        else:
            yield finding("errors_other_tool", sealed.file, None, numbers or (), **errors)
    elif numbers:
        yield finding("numbers" if same_tool else "numbers_other_tool", sealed.file, sealed.place, numbers, **facts)
    elif not same_tool:
        return
    elif now.results.encode("utf-8") != sealed.text:
        yield finding("results_other", sealed.file, sealed.place)
    elif sealed.audit_trail is not None and now.audit_trail.encode("utf-8") != sealed.audit_trail:
        yield finding("basis_other", sealed.file, bags.DATA + _audit_trail_entry(manifest).stored)


def _otherwise_today(sealed: _UnpackedSeal, under_seal: Rescored, now: Rescored) -> Iterator[Note]:
    """How results under the installed rules differ from those under the rules of an earlier version."""
    facts = {"tool": sealed.manifest.tool, "now": __version__}
    if under_seal.errors:
        return
    if now.errors:
        yield note("errors_today", sealed.file, None, first=now.errors[0], errors=len(now.errors), **facts)
        return
    numbers = result_differences.differences(json.loads(under_seal.results), json.loads(now.results))
    if numbers:
        yield note("method", sealed.file, sealed.place, numbers, **facts)


def _unconfirmed(sealed: _UnpackedSeal, now: Rescored, origin: str) -> Iterator[Finding | Note]:
    """What of the results only rules say that nobody can confirm; where the installed ones say the same they do no harm."""
    facts = {"tool": sealed.manifest.tool, "now": __version__}
    numbers = None if now.results is None else _differences(sealed, now)
    errors = {"first": now.errors[0], "errors": len(now.errors)} if now.errors else {}
    if origin == _OTHER:
        return  # reported already
    if numbers == []:
        yield from [note("errors_today", sealed.file, None, **errors, **facts)] if errors else []
    elif numbers is None:
        yield finding("rules_unknown_errors", sealed.file, None, **errors, **facts)
    else:
        yield finding("rules_unknown", sealed.file, sealed.place, numbers, **facts)


def _differences(sealed: _UnpackedSeal, now: Rescored) -> list[ResultDifference]:
    return result_differences.differences(sealed.results, json.loads(now.results))

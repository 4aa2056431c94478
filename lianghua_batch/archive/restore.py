"""Restores a sealed period into a new data folder: its forms, its outputs, and the earlier results it was compared with."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lianghua_batch.archive import bags, manifests, seal_names, seal_store, unpack, verify_fixity, verify_scan
from lianghua_batch.archive.findings import Finding, finding
from lianghua_batch.archive.seal_store import Seal, Unreadable
from lianghua_batch.core import atomic_files, resources
from lianghua_batch.core.periods import Period
from lianghua_batch.intake.formats import zip_limits


class DamagedSeal(Exception):
    """A seal that has changed since it was made: nothing is restored from it."""

    def __init__(self, file: str, findings: Sequence[Finding]) -> None:
        super().__init__(file)
        self.file = file
        self.findings = tuple(findings)


class WrongTarget(Exception):
    """A target that cannot be restored into; str() says why and what to do."""


@dataclass(frozen=True)
class Restored:
    """What was restored, and where."""

    seal: Seal
    target: Path

    @property
    def earlier(self) -> tuple[str, ...]:
        """The earlier periods whose results were restored too."""
        return tuple(dict.fromkeys(entry.file.partition("/")[0] for entry in self.seal.manifest.earlier))


def restore(source: Path, target: Path, period: Period | None = None, amendment: int | None = None) -> Restored:
    """Restore a seal into a folder that is not there or empty, all of it or nothing.

    `source` is a zip, or a data folder or its 归档; of these the seal of `period` in force, or the `amendment` (0: the first).
    Raises seal_store.NothingThere where there is no such seal, DamagedSeal, WrongTarget, or OSError.
    """
    path = _chosen(source, period, amendment)
    examined = verify_fixity.examine(path)
    remarks = [*examined.findings, *_companion_findings(examined)]
    if found := [each for each in remarks if isinstance(each, Finding)]:
        raise DamagedSeal(path.name, found)
    check_target(target)
    _check_room(target, examined)
    manifest, outputs = examined.manifest, Path(resources.load("reading")["output_folder"])
    with atomic_files.replacement(target, overwrite=False) as staging, bags.open_bag(path) as bag:
        lacking = unpack.unpack(bag, manifest.inputs, staging)
        lacking += unpack.unpack(bag, manifest.outputs, staging / outputs / str(manifest.period))
        lacking += unpack.unpack(bag, manifest.earlier, staging / outputs)
        if lacking:
            raise DamagedSeal(path.name, [finding("not_written", path.name, place=place) for place in lacking])
    return Restored(Seal(path, manifest), target)


def _companion_findings(examined: verify_fixity.Examined):
    return () if examined.sha256 is None else verify_scan.check_companions(examined, {}, needed=False)


def check_target(target: Path) -> None:
    """Raise WrongTarget where the folder is not empty, or lies in a data folder that has seals."""
    words = resources.load("messages/archive")["restored"]
    atomic_files.recover(target)  # left by a killed restore
    if target.is_dir() and any(target.iterdir()):
        raise WrongTarget(words["not_empty"].format(target=target))
    data = next((folder for folder in target.resolve().parents if seal_names.folder(folder).is_dir()), None)
    if data is not None:
        raise WrongTarget(words["in_data"].format(target=target, data=data))


def _check_room(target: Path, examined: verify_fixity.Examined) -> None:
    """Raise WrongTarget where the disk cannot hold what would be written, before anything is."""
    place = next(folder for folder in (target, *target.resolve().parents) if folder.is_dir())
    needed, free = manifests.total_size(examined.manifest.entries), shutil.disk_usage(place).free
    if needed > free:
        facts = {"needed": zip_limits.megabytes(needed), "free": zip_limits.megabytes(free)}
        raise WrongTarget(resources.load("messages/archive")["restored"]["no_room"].format(target=target, **facts))


# --- which seal ----------------------------------------------------------------------------------------------------


def _chosen(source: Path, period: Period | None, amendment: int | None) -> Path:
    """The file of the requested seal; raises seal_store.NothingThere."""
    if source.is_file():
        return _named_zip(source, period, amendment)
    folder = seal_store.find_archive(source)
    found = seal_store.seals(folder)
    if not found:
        raise seal_store.nothing_there("none", place=folder)
    there = {str(_period(each)): _period(each) for each in found}
    if period is None and len(there) > 1:
        raise seal_store.nothing_there(
            "several", place=folder, periods=resources.load("messages/archive")["listed"]["separator"].join(there)
        )
    period = period or next(iter(there.values()))
    if period not in there.values():
        raise seal_store.nothing_there("none_of_period", place=folder, period=period)
    if amendment is not None:
        return _amendment(folder, seal_names.file(period, amendment))
    chosen = seal_store.in_force(found, period)
    return chosen.path


def _period(found: Seal | Unreadable) -> Period:
    return found.manifest.period if isinstance(found, Seal) else found.period


def _amendment(folder: Path, file: str) -> Path:
    if not (folder / file).is_file():
        raise seal_store.nothing_there("no_amendment", place=folder, file=file)
    return folder / file


def _named_zip(source: Path, period: Period | None, amendment: int | None) -> Path:
    """The zip given as source, which must be of the given period and amendment."""
    manifest = verify_fixity.identity(source)
    if manifest is not None and (period or manifest.period, manifest.amendment if amendment is None else amendment) != (
        manifest.period,
        manifest.amendment,
    ):
        facts = {"file": source.name, "period": manifest.period, "amendment": manifest.amendment}
        raise seal_store.nothing_there("not_that_one", **facts)
    return source

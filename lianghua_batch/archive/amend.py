"""Amends a sealed period: its outputs and a new numbered seal take their places together; the old seal stays."""

from dataclasses import dataclass, replace
from pathlib import Path

from lianghua_batch.analysis.diff import as_json, compare
from lianghua_batch.analysis.diff.model import Differences
from lianghua_batch.analysis.objections import Objection, linked
from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.archive import (
    guard,
    inputs,
    published_reader,
    result_differences,
    seal_names,
    seal_period,
    seal_store,
)
from lianghua_batch.archive.inputs import FormFiles
from lianghua_batch.archive.manifests import Manifest
from lianghua_batch.archive.seal_period import Signature
from lianghua_batch.archive.seal_store import Seal
from lianghua_batch.report.publishing import Progress
from lianghua_batch.scoring import audit_trail, results
from lianghua_batch.scoring.results import Outcome, Results


@dataclass(frozen=True)
class Amendment:
    """An amendment that is computed but not written: the manifest of its seal, what changed, and the objections with their outcomes."""

    manifest: Manifest
    moved: Differences
    objections: tuple[Objection, ...]


def prepare(
    data: Path,
    outcome: Outcome,
    files: FormFiles,
    before: Seal,
    reason: str,
    signature: Signature,
    *,
    mask_names: bool = False,
) -> Amendment:
    """Compute what amending a sealed period because of `reason` changes; nothing is written.

    公示 that was sealed with masked names keeps them masked. Raises seal_period.Refused where nothing changed since the seal
    `before`, or where that seal cannot be read.
    """
    seals = seal_period.readable_seals(seal_store.seals(seal_names.folder(data)))
    changes = inputs.changes(files, outcome.inputs, before.manifest)
    number = before.manifest.amendment + 1
    earlier = published_reader.from_seal(before)
    if isinstance(earlier, Unusable):
        raise seal_period.Refused(str(earlier))
    moved = _moved(earlier, outcome.results, before.file, seal_names.file(outcome.period, number))
    masked = mask_names or before.manifest.names_masked  # names once masked stay masked without the option
    same_names = masked == before.manifest.names_masked
    same_results = not result_differences.differences(earlier.results, results.as_json(outcome.results))
    if not changes.any and same_names and same_results and not guard.outdated(data, before):
        raise seal_period.refusal("nothing_to_amend", period=outcome.period)
    objections = linked(outcome.county, before.manifest.objections, number, moved)
    manifest = Manifest(
        **seal_period.manifest_facts(outcome, signature, seals),
        amendment=number,
        amends=seal_period.reference(before),
        reason=reason,
        names_masked=masked,
        changes=changes.as_json(),
        differences=as_json.as_json(moved),
        objections=tuple(each.as_json() for each in objections),
    )
    return Amendment(manifest, moved, objections)


def make(
    data: Path, outcome: Outcome, files: FormFiles, amendment: Amendment, progress: Progress | None = None
) -> tuple[Seal, list[Path]]:
    """Publish and seal the amended period, both or neither; return the new seal and the published files."""
    return seal_period.publish(data, outcome, files, amendment.manifest, amendment.objections, progress)


def _moved(sealed: Published, current: Results, old: str, new: str) -> Differences:
    """What changed since the seal; both sides are named by their file names in 归档, without folders."""
    texts = results.as_text(current), audit_trail.as_text(current)
    return compare.compare(replace(sealed, path=Path(old)), published_reader.from_texts(Path(new), *texts))

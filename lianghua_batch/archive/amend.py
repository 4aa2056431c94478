"""Amends a sealed period: its outputs and a new numbered seal take their places together; the old seal stays."""

from dataclasses import dataclass, replace
from pathlib import Path

from lianghua_batch.analysis.diff import compare as differences
from lianghua_batch.analysis.diff import text_data as differences_data
from lianghua_batch.analysis.diff.model import Differences
from lianghua_batch.analysis.objections import Objection, linked
from lianghua_batch.archive import guard as guarding
from lianghua_batch.archive import inputs
from lianghua_batch.archive import published_reader as earlier
from lianghua_batch.archive import result_differences as departures
from lianghua_batch.archive import seal as sealing
from lianghua_batch.archive import seal_names as names
from lianghua_batch.archive import seals as shelf
from lianghua_batch.archive.inputs import Files
from lianghua_batch.archive.manifest import Manifest
from lianghua_batch.archive.published_reader import Published, Unusable
from lianghua_batch.archive.seal import Signature
from lianghua_batch.archive.seals import Seal
from lianghua_batch.pipeline.process import Outcome
from lianghua_batch.report.publish import Progress
from lianghua_batch.scoring import audit_trail as basis
from lianghua_batch.scoring import results
from lianghua_batch.scoring.results import Results


@dataclass(frozen=True)
class Amendment:
    """An amendment that is ready to be made: what its seal will say, what moved, and the objections with what becomes of them."""

    manifest: Manifest
    moved: Differences
    objections: tuple[Objection, ...]


def prepare(
    data: Path,
    outcome: Outcome,
    files: Files,
    before: Seal,
    reason: str,
    signature: Signature,
    *,
    mask_names: bool = False,
) -> Amendment:
    """Work out what an amendment because of `reason` comes to; nothing is written.

    公示 that was sealed with masked names stays so. Raises sealing.Refused where nothing changed since it was sealed `before`,
    or that seal cannot be read any more.
    """
    sealed = sealing.sound(shelf.seals(names.folder(data)))
    changes = inputs.changes(files, outcome.inputs, before.manifest)
    number = before.manifest.amendment + 1
    was = earlier.sealed(before)
    if isinstance(was, Unusable):
        raise sealing.Refused(str(was))
    moved = _moved(was, outcome.results, before.file, names.file(outcome.period, number))
    masked = mask_names or before.manifest.names_masked  # names once withheld are not shown for want of an option
    same_names = masked == before.manifest.names_masked
    same_results = not departures.departures(was.results, results.as_json(outcome.results))
    if not changes.any and same_names and same_results and not guarding.outdated(data, before):
        raise sealing.refused("nothing_to_amend", period=outcome.period)
    objections = linked(outcome.county, before.manifest.objections, number, moved)
    manifest = Manifest(
        **sealing.facts(outcome, signature, sealed),
        amendment=number,
        amends=sealing.link(before),
        reason=reason,
        names_masked=masked,
        changes=changes.as_json(),
        differences=differences_data.as_json(moved),
        objections=tuple(each.as_json() for each in objections),
    )
    return Amendment(manifest, moved, objections)


def make(
    data: Path, outcome: Outcome, files: Files, amendment: Amendment, progress: Progress | None = None
) -> tuple[Seal, list[Path]]:
    """Publish and seal a period anew, both or neither; return the new seal and the published files."""
    return sealing.publish(data, outcome, files, amendment.manifest, amendment.objections, progress)


def _moved(was: Published, now: Results, old: str, new: str) -> Differences:
    """What moved since the seal; both are named by their files in 归档, wherever that lies."""
    texts = results.as_text(now), basis.as_text(now)
    return differences.compare(replace(was, path=Path(old)), earlier.of_texts(Path(new), *texts))

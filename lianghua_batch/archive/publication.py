"""The published results in force for a period of a data folder: 输出, checked against its seal."""

from pathlib import Path

from lianghua_batch.analysis.published import Correction, Publication, Unusable
from lianghua_batch.archive import published_reader, seal_names, seal_store
from lianghua_batch.archive.manifests import Manifest
from lianghua_batch.archive.seal_store import Seal, Unreadable
from lianghua_batch.core import periods, resources
from lianghua_batch.core.periods import QUARTER, YEAR, Period
from lianghua_batch.pipeline import last_run


class NothingPublished(Exception):
    """There are no results in force; str() says why and what to do."""


def latest_period(data: Path) -> Period:
    """Return the latest period that has results in 输出, a year after its quarters; raises NothingPublished."""
    outputs, name = _outputs(data), resources.load("reading")["results_name"]
    there = sorted(outputs.iterdir()) if outputs.is_dir() else []
    named = ((path, periods.parse(path.name)) for path in there)
    found = [p for path, p in named if p and p.quarters and str(p) == path.name and (path / name).is_file()]
    scored = [p for p in found if p.kind in (YEAR, QUARTER)]
    if not scored:
        raise NothingPublished(resources.load("messages/mail")["no_results"].format(folder=outputs))
    return max(scored, key=lambda p: (p.year, p.kind == YEAR, p.index))


def publication(data: Path, period: Period) -> Publication:
    """Return the published results of a period, which must equal its seal if it has one; raises NothingPublished, or OSError."""
    words = resources.load("messages/mail")
    seal = _seal(data, period)
    found = published_reader.from_outputs(_outputs(data), period)
    if found is None:
        raise NothingPublished(words["no_results_of"].format(folder=_outputs(data), period=period))
    if isinstance(found, Unusable):
        raise NothingPublished(str(found))
    if found.results["period"] != str(period):
        facts = {"path": found.path, "found": found.results["period"], "period": period}
        raise NothingPublished(words["other_period"].format_map(facts))
    code = published_reader.check_code(found.path)
    if seal is not None and code != seal.manifest.results_sha256:
        raise NothingPublished(words["results_not_as_sealed"].format(path=found.path, seal=seal.file))
    folder = _outputs(data) / str(period)
    if seal is None:
        recorded = last_run.published(folder)
        of_these = recorded.get(resources.load("reading")["results_name"]) == code
        return Publication(period, folder, found.results, code, False, recorded if of_these else {})
    sealed = {entry.file: entry.sha256 for entry in seal.manifest.outputs}
    return Publication(period, folder, found.results, code, True, sealed, _correction(seal.manifest))


def _correction(manifest: Manifest) -> Correction | None:
    if manifest.reason is None and manifest.differences is None:
        return None
    return Correction(manifest.amendment, manifest.reason, manifest.differences)


def _seal(data: Path, period: Period) -> Seal | None:
    """The seal in force for a period; raises NothingPublished where it cannot be read."""
    seal = seal_store.in_force(seal_store.seals(seal_names.folder(data)), period)
    if isinstance(seal, Unreadable):
        raise NothingPublished(
            resources.load("messages/mail")["seal_unreadable"].format(seal=seal.file, reason=seal.reason)
        )
    return seal


def _outputs(data: Path) -> Path:
    return data / resources.load("reading")["output_folder"]

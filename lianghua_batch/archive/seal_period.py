"""Seals a period: writes its bag, the check code and the sheet to sign into 归档 together, and never replaces them."""

import datetime as dt
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lianghua_batch import __version__
from lianghua_batch.analysis.lookback import Earlier
from lianghua_batch.analysis.objections import Objection, linked
from lianghua_batch.archive import bags, contents, history, manifests, seal_names, seal_sheet, seal_store, sealed_places
from lianghua_batch.archive.contents import Contents
from lianghua_batch.archive.inputs import FormFiles
from lianghua_batch.archive.manifests import Manifest, SealReference
from lianghua_batch.archive.seal_store import Seal, Unreadable
from lianghua_batch.core import atomic_files, resources
from lianghua_batch.core.periods import Period
from lianghua_batch.report import publishing
from lianghua_batch.report.publishing import Progress
from lianghua_batch.scoring import results
from lianghua_batch.scoring.results import Outcome


class Refused(Exception):
    """A period that cannot be sealed; str() says why and what to do."""


@dataclass(frozen=True)
class Signature:
    """Who seals, on which day, and why before the period is over where it is."""

    by: str
    date: dt.date
    early: str | None = None


def in_time(signature: Signature, period: Period, early: str | None) -> Signature:
    """Return the signature with the reason to seal early where its day needs one; raises Refused where it needs one and has none."""
    if signature.date > period.last_day:
        return signature
    if early is None:
        raise refusal("not_over", period=period, last=period.last_day, day=signature.date)
    return replace(signature, early=early)


def seal(
    data: Path, outcome: Outcome, files: FormFiles, signature: Signature, progress: Progress | None = None
) -> tuple[Seal, list[Path]]:
    """Seal the results of a period that was scored without errors from `files`; return the seal and the files published with it.

    What is published already must equal what the forms give now, file by file: what was mailed is what is sealed. What is not
    published yet is published now. Raises Refused.
    """
    sealed = readable_seals(seal_store.seals(seal_names.folder(data)))
    period = outcome.period
    existing = seal_store.in_force(sealed, period)
    if existing is not None:
        raise refusal("already", period=period, file=existing.file, date=existing.manifest.date)
    objections = linked(outcome.county)
    manifest = Manifest(
        **manifest_facts(outcome, signature, sealed),
        amendment=0,
        names_masked=False,
        objections=tuple(each.as_json() for each in objections),
    )
    outputs = data / resources.load("reading")["output_folder"] / str(period)
    if not any(path.is_file() for path in outputs.glob("*")):
        return publish(data, outcome, files, manifest, objections, progress)
    earlier = history.earlier_results(data, period)
    published, masked = _published_files(outcome, earlier, outputs, progress)
    manifest = replace(manifest, names_masked=masked)
    gathered = contents.gather(outcome, files, earlier, {name: outputs / name for name in published})
    with atomic_files.replacement(seal_names.folder(data), overwrite=False) as staging:
        write(staging, manifest, gathered)
    return seal_store.read(seal_names.folder(data) / seal_names.file(period, 0)), []


def publish(
    data: Path,
    outcome: Outcome,
    files: FormFiles,
    manifest: Manifest,
    objections: Sequence[Objection],
    progress: Progress | None = None,
) -> tuple[Seal, list[Path]]:
    """Publish a period and seal it, both or neither; return the seal and the published files."""
    earlier = history.earlier_results(data, outcome.period)
    place = f"{resources.load('reading')['output_folder']}/{outcome.period}"
    gone = [f"{place}/{name}" for name in publishing.stale(outcome.results, data / place)]
    with atomic_files.replacement(data, gone=gone) as staging:
        written = publishing.write(
            outcome.results,
            outcome.problems,
            staging / place,
            earlier,
            objections=objections,
            mask_names=manifest.names_masked,
            progress=progress,
        )
        gathered = contents.gather(outcome, files, earlier, {name: staging / place / name for name in written})
        write(seal_names.folder(staging), manifest, gathered)
    made = seal_store.read(seal_names.folder(data) / seal_names.file(outcome.period, manifest.amendment))
    return made, [data / place / name for name in written]


def readable_seals(found: Iterable[Seal | Unreadable]) -> list[Seal]:
    """The seals; raises Refused where one cannot be read: nothing can be added to a broken chain."""
    listed = list(found)
    broken = [each for each in listed if isinstance(each, Unreadable)]
    if broken:
        raise refusal("broken_archive", file=broken[0].file, reason=broken[0].reason)
    return listed


def manifest_facts(outcome: Outcome, signature: Signature, sealed: list[Seal]) -> dict:
    """The fields of every manifest: its period, its maker, and the seal before it."""
    last = sealed[-1] if sealed else None
    return {
        "period": outcome.period,
        "number": 1 if last is None else last.manifest.number + 1,
        "date": signature.date,
        "by": signature.by,
        "early": signature.early,
        "tool": __version__,
        "scheme": outcome.county.scheme.name,
        "results_sha256": results.check_code(outcome.results),
        "previous": None if last is None else reference(last),
    }


def reference(seal: Seal) -> SealReference:
    """A reference to a seal; raises Refused where its check code differs from the one noted beside it."""
    code, beside = seal.check_code, seal.path.with_name(seal_names.code_file(seal.file))
    try:
        noted = beside.read_text("utf-8").split()
    except (OSError, UnicodeDecodeError):  # archive verify reports that
        noted = []
    if noted and noted[0].lower() != code:
        raise refusal("not_as_noted", file=seal.file, beside=beside.name)
    return SealReference(seal.file, code)


def write(folder: Path, manifest: Manifest, gathered: Contents) -> None:
    """Write a seal, its check code and its sheet into a new folder; raises Refused."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = replace(manifest, **{kind: getattr(gathered, kind) for kind in manifests.LISTS})
    for kind in manifests.LISTS:
        refuse_unsafe_places(entry.file for entry in getattr(manifest, kind))
    file = seal_names.file(manifest.period, manifest.amendment)
    bags.write(folder / file, gathered.payload(manifest), _info(manifest))
    made = Seal(folder / file, manifest)
    (folder / seal_names.code_file(file)).write_text(f"{made.check_code}  {file}\n", encoding="utf-8", newline="\n")
    seal_sheet.write(folder / seal_names.sheet_file(file), made)


def refuse_unsafe_places(places: Iterable[str]) -> None:
    """Raise Refused where a file would not come back everywhere: what cannot be restored is not sealed."""
    listed = list(places)
    bad = [place for place in listed if not sealed_places.safe(place)] or [*sealed_places.clashes(listed)]
    if bad:
        raise refusal("unsafe_place", place=bad[0])


def _info(manifest: Manifest) -> dict[str, str]:
    """The fields of bag-info.txt."""
    return {
        "External-Identifier": seal_names.file(manifest.period, manifest.amendment),
        "External-Description": manifest.scheme,
        "Bagging-Date": manifest.date.isoformat(),
        "Contact-Name": manifest.by,
        "Bag-Software-Agent": f"lianghua-batch {manifest.tool}",
    }


def refusal(why: str, **facts: object) -> Refused:
    """The exception with its sentence of schemas/messages/archive.yaml."""
    return Refused(resources.load("messages/archive")["refused"][why].format_map(facts))


# --- what is published --------------------------------------------------------------------------------------------


def _published_files(
    outcome: Outcome, earlier: Earlier, outputs: Path, progress: Progress | None
) -> tuple[list[str], bool]:
    """The published files, which must be what the forms give now, and whether 公示 masks names; raises Refused."""
    with tempfile.TemporaryDirectory() as place:
        again, masked = Path(place) / "plain", Path(place) / "masked"
        published = publishing.write(outcome.results, outcome.problems, again, earlier, progress=progress)
        other = publishing.write_public(outcome.results, masked, mask_names=True)
        differing = [name for name in published if not _same(outputs / name, again / name)]
        if differing == [other] and _same(outputs / other, masked / other):
            return published, True
    if differing:
        raise refusal("not_as_published", period=outcome.period, files=_listed(differing))
    return published, False


def _same(path: Path, other: Path) -> bool:
    return path.is_file() and path.read_bytes() == other.read_bytes()


def _listed(files: list[str]) -> str:
    """The first few files, with the total count."""
    words = resources.load("messages/archive")["listed"]
    text = words["separator"].join(files[: words["most"]])
    return text if len(files) <= words["most"] else words["more"].format(listed=text, count=len(files))

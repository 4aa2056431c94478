"""Guards sealed periods: their forms and outputs must stay as sealed until they are amended."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lianghua_batch import __version__
from lianghua_batch.analysis.published import Unusable
from lianghua_batch.archive import inputs, published_reader, result_differences, seal_names, seal_store
from lianghua_batch.archive.inputs import FormFiles
from lianghua_batch.archive.seal_store import Seal, Unreadable
from lianghua_batch.core import atomic_files, periods, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.periods import Period
from lianghua_batch.core.problems import Problem, in_order, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.scoring import results
from lianghua_batch.scoring.results import Outcome, Results


@dataclass(frozen=True)
class KeptOutputs:
    """How the outputs of a sealed period compare with the seal: missing files that were put back, files that differ; `outdated`:
    earlier periods that it was compared with and whose results have changed since."""

    put_back: tuple[str, ...]
    altered: tuple[str, ...]
    outdated: tuple[Period, ...] = ()


def seal_in_force(data: Path, period: Period) -> Seal | Unreadable | None:
    """Return the seal in force for a period of a data folder."""
    return seal_store.in_force(seal_store.seals(seal_names.folder(data)), period)


def refuse_departures(outcome: Outcome, files: FormFiles, seal: Seal | Unreadable) -> Outcome:
    """Return the outcome with every difference from its seal as an error; with any there are no results."""
    found = list(_problems(outcome, files, seal))
    return replace(outcome, problems=tuple(in_order([*outcome.problems, *found])), results=None) if found else outcome


def _problems(outcome: Outcome, files: FormFiles, seal: Seal | Unreadable) -> Iterator[Problem]:
    if isinstance(seal, Unreadable):
        yield problem(Code.UNUSABLE_SEAL, SourceRef(_seal_place(seal)), sealed=seal.period, reason=seal.reason)
        return
    changes = inputs.changes(files, outcome.inputs, seal.manifest)
    yield from inputs.problems(changes, seal.manifest)
    if outcome.results is not None and not changes.any:
        yield from _changed_method(outcome.results, seal)


def _changed_method(now: Results, seal: Seal) -> Iterator[Problem]:
    """The same forms give other numbers: this version computes differently from the one that sealed."""
    if results.check_code(now) == seal.manifest.results_sha256:
        return
    sealed = published_reader.from_seal(seal)
    place = SourceRef(_seal_place(seal))
    if isinstance(sealed, Unusable):
        yield problem(Code.UNUSABLE_SEAL, place, sealed=seal.manifest.period, reason=sealed)
        return
    found = result_differences.differences(sealed.results, results.as_json(now))
    if found:
        facts = {"sealed": seal.manifest.period, "date": seal.manifest.date, "old": seal.manifest.tool}
        yield problem(
            Code.SEALED_RESULTS_DIFFER, place, **facts, new=__version__, numbers=result_differences.first_few(found)
        )


def _seal_place(seal: Seal | Unreadable) -> str:
    """A seal's place in its data folder."""
    return f"{seal_names.folder(Path()).name}/{seal.file}"


def also_concerned(data: Path, files: FormFiles, period: Period) -> tuple[Period, ...]:
    """Return the other sealed periods whose forms have changed since they were sealed, or that were compared with results of
    this period which have changed since."""
    seals = seal_store.seals(seal_names.folder(data))
    others = sorted({seal.manifest.period for seal in seals if isinstance(seal, Seal)} - {period})
    last = (seal_store.in_force(seals, other) for other in others)
    return tuple(
        seal.manifest.period
        for seal in last
        if isinstance(seal, Seal)
        and (inputs.changes(files, (), seal.manifest).any or period in _outdated(data, seal, seals))
    )


def outdated(data: Path, seal: Seal) -> tuple[Period, ...]:
    """Return the earlier periods that a sealed one was compared with and whose results have changed since."""
    return _outdated(data, seal, seal_store.seals(seal_names.folder(data)))


def _outdated(data: Path, seal: Seal, seals: Sequence[Seal | Unreadable]) -> tuple[Period, ...]:
    found = set()
    for entry in seal.manifest.earlier:
        folder, _, file = entry.file.partition("/")
        period = periods.parse(folder)
        if period is not None and _code_now(data, period, file, seals) not in (None, entry.sha256):
            found.add(period)
    return tuple(sorted(found))


def _code_now(data: Path, period: Period, file: str, seals: Sequence[Seal | Unreadable]) -> str | None:
    """The check code of a period's result file in force now; None where there is none."""
    seal = seal_store.in_force(seals, period)
    if seal is not None:
        entry = seal.output(file) if isinstance(seal, Seal) else None
        return entry and entry.sha256
    try:
        return hashlib.sha256((_outputs(data) / str(period) / file).read_bytes()).hexdigest()
    except OSError:
        return None


def sealed_period_at(data: Path, out: Path) -> Period | None:
    """Return the sealed period whose output folder is `out` or contains it."""
    for each in seal_store.seals(seal_names.folder(data)):
        period = each.manifest.period if isinstance(each, Seal) else each.period
        if out.resolve().is_relative_to((_outputs(data) / str(period)).resolve()):
            return period
    return None


def _outputs(data: Path) -> Path:
    return data / resources.load("reading")["output_folder"]


def keep_outputs(data: Path, seal: Seal) -> KeptOutputs:
    """Leave the outputs of a sealed period as they are, but restore missing files from the seal.

    Raises bags.BrokenBag where the seal cannot be read.
    """
    out = _outputs(data) / str(seal.manifest.period)
    gone = [entry for entry in seal.manifest.outputs if not (out / entry.file).exists()]
    altered = [
        entry.file
        for entry in seal.manifest.outputs
        if entry not in gone and hashlib.sha256((out / entry.file).read_bytes()).hexdigest() != entry.sha256
    ]
    if gone:
        with atomic_files.replacement(out, overwrite=False) as staging:
            for entry in gone:
                (staging / entry.file).parent.mkdir(parents=True, exist_ok=True)
                (staging / entry.file).write_bytes(seal.content(entry))
    return KeptOutputs(tuple(entry.file for entry in gone), tuple(altered), outdated(data, seal))

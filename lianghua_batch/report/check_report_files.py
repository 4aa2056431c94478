"""Writes the output of `check`, 检查报告.xlsx and the annotated copies, all or nothing (core.atomic_files)."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath

from lianghua_batch.core import atomic_files, resources
from lianghua_batch.core.problems import Problem, errors
from lianghua_batch.core.source_ref import file_name
from lianghua_batch.core.worker_pool import Failed, Task, WorkerDied, WorkerPool
from lianghua_batch.intake import discovery, read_files
from lianghua_batch.intake.formats import zip_limits
from lianghua_batch.report import annotated, check_report
from lianghua_batch.report.annotated import copies_folder
from lianghua_batch.report.writer import workbook
from lianghua_batch.scoring.results import Outcome
from lianghua_batch.validation import grouping


@dataclass(frozen=True)
class WrittenFiles:
    """What `check` wrote: the report, the folder of annotated copies (None without any), and their number.

    `too_large`, `unlike`: files without a copy, because they are too large or because no copy reads the same. `kept`: where
    earlier copies were moved that somebody had changed and not filed.
    """

    report: Path
    folder: Path | None = None
    copies: int = 0
    too_large: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    kept: Path | None = None


def publish(
    outcome: Outcome, root: Path, out: Path, *, annotate: bool, progress: Callable[[int, int], None] | None = None
) -> WrittenFiles:
    """Write the report, and with `annotate` the copies, for the data folder `root` into `out`; earlier copies are removed.

    Raises OSError and locking.Busy as atomic_files.replacement does.
    """
    words = resources.load("report/check_report")
    report, folder = words["report"]["name"], words["annotation"]["folder"]
    with atomic_files.replacement(out, whole=(folder,) if annotate else ()) as staging:
        workbook.write(staging / report, *_report(outcome, root, out))
        if not annotate:
            return WrittenFiles(out / report)
        kept = staging / words["annotation"]["kept"]
        changed = copies_folder.changed_and_unfiled(out / folder, root)
        saved = copies_folder.keep(changed, out / folder, out / kept.name, kept)
        made, without = _write_copies(outcome, root, out, staging / folder, progress)
        copies_folder.write_manifest(staging / folder)
    copies_folder.tidy(out / folder)
    return WrittenFiles(
        report=out / report,
        folder=out / folder if made else None,
        copies=made,
        too_large=tuple(file for file, why in without.items() if why is annotated.NoCopy.TOO_LARGE),
        unlike=tuple(file for file, why in without.items() if why is annotated.NoCopy.UNLIKE),
        kept=out / kept.name if saved else None,
    )


def _report(outcome: Outcome, root: Path, out: Path) -> tuple:
    """The report's sheets and properties."""
    groups = grouping.by_unit(outcome.problems, outcome.base_files)
    findings = check_report.CheckFindings(
        groups, outcome.period, outcome.files, outcome.unit_names, _relative_path(out, root)
    )
    return check_report.build(findings), check_report.properties(findings)


def _relative_path(start: Path, end: Path) -> str:
    """The path from one folder to another, for links: relative, except between drives of Windows."""
    start, end = start.resolve(), end.resolve()
    try:
        return Path(os.path.relpath(end, start)).as_posix()
    except ValueError:
        return end.as_posix()


def _write_copies(
    outcome: Outcome, root: Path, out: Path, target: Path, progress: Callable[[int, int], None] | None
) -> tuple[int, dict[str, annotated.NoCopy]]:
    """Write a copy of every workbook that has an error in one of its sheets; return their number, and the files without a copy with the reason."""
    by_file: dict[str, list[Problem]] = {
        p.place.file: [] for p in errors(outcome.problems) if p.place.sheet is not None
    }
    for p in outcome.problems:
        if p.place.file in by_file:
            by_file[p.place.file].append(p)
    found, _ = discovery.find(root, out)
    paths = [path for path in found if file_name(path, root) in by_file]
    existing = {path.relative_to(root) for path in found}
    made, without = 0, {}
    annotate = _Annotator()
    for done, (path, (grids, _)) in enumerate(zip(paths, read_files.read_all(paths, root), strict=True), start=1):
        name = path.relative_to(root)
        if grids:
            file = file_name(path, root)
            copy = annotate(path.read_bytes(), PurePath(file), grids, [p.for_unit for p in by_file[file]])
            if isinstance(copy, annotated.NoCopy):
                without[file] = copy
            else:
                place = target / (_converted_name(name, existing) if copy.converted else name)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(copy.content)
                made += 1
        if progress is not None:
            progress(done, len(paths))
    annotate.stop()
    return made, without


class _Annotator:
    """Annotates workbooks in a worker, as they were read: one that its writer cannot bear has no copy."""

    def __init__(self) -> None:
        limit = zip_limits.limits()
        self._pool = WorkerPool(
            Task("lianghua_batch.report.annotated.annotate", "annotated", limit.seconds, limit.memory_bytes)
        )

    def __call__(self, *request: object) -> annotated.Copy | annotated.NoCopy:
        (answer,) = self._pool.answers([request])
        if isinstance(answer, OSError):
            raise answer
        if isinstance(answer, WorkerDied | Failed):
            short = isinstance(answer, WorkerDied) or answer.name == MemoryError.__name__
            return annotated.NoCopy.TOO_LARGE if short else annotated.NoCopy.UNLIKE
        return answer

    def stop(self) -> None:
        self._pool.stop()


def _converted_name(name: PurePath, existing: set[PurePath]) -> PurePath:
    """The name of a converted copy: the original's with .xlsx, and with its old suffix too where another file has that name."""
    wanted = name.with_suffix(".xlsx")
    if wanted == name or wanted not in existing:
        return wanted
    twin = resources.load("report/check_report")["annotation"]["converted_twin"]
    return name.with_name(twin.format(stem=name.stem, suffix=name.suffix.lstrip(".").lower()))

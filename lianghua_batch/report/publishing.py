"""Publishes a period: builds all its outputs and writes them, all or nothing (core.atomic_files)."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from lianghua_batch.analysis.lookback import Earlier
from lianghua_batch.analysis.objections import Objection
from lianghua_batch.core import atomic_files, output_paths, resources
from lianghua_batch.core.problems import Problem
from lianghua_batch.report import public_notice, ranking_workbook
from lianghua_batch.report.unit_book.build import books_of
from lianghua_batch.report.unit_book.write import Book, Content, write_books
from lianghua_batch.report.view import View, whole_view
from lianghua_batch.scoring import audit_trail, results
from lianghua_batch.scoring.results import Results

Progress = Callable[[int, int], None]


def publish(
    outcome: Results,
    problems: Sequence[Problem],
    out: Path,
    earlier: Earlier | None = None,
    *,
    objections: tuple[Objection, ...] | None = None,
    mask_names: bool = False,
    progress: Progress | None = None,
) -> list[Path]:
    """Write all outputs of a period into `out` and return their paths; what was there stays until all are complete.

    Workbooks of units that are gone are removed. For the arguments see `write`.
    """
    with atomic_files.replacement(out, gone=stale(outcome, out)) as staging:
        written = write(
            outcome, problems, staging, earlier, objections=objections, mask_names=mask_names, progress=progress
        )
    return [out / name for name in written]


def write(
    outcome: Results,
    problems: Sequence[Problem],
    folder: Path,
    earlier: Earlier | None = None,
    *,
    objections: tuple[Objection, ...] | None = None,
    mask_names: bool = False,
    progress: Progress | None = None,
) -> list[str]:
    """Write all outputs of a period into a new folder and return their paths in it; equal results give equal bytes.

    These are the ranking workbook, results.json and, but for a draft, its 计分依据, 公示 and one workbook a unit in 各单位/.
    `earlier`: the published results that the period looks back on (analysis.lookback). `objections`: the period's, with their
    outcomes; where None those of 异议登记 without amendments. `mask_names`: for 公示.
    """
    view = whole_view(outcome, problems, earlier, objections)
    books = [_ranking(view)]
    if outcome.draft is None:
        books.append(_public(outcome, mask_names))
        books += ((book.path, book.content) for book in books_of(view))
    texts = _texts(outcome)
    folder.mkdir(parents=True, exist_ok=True)
    with _results_frozen():
        write_books(folder, books, progress)
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8", newline="\n")
    (ranking, _), *others = books
    return [ranking, *texts, *(name for name, _ in others)]


def write_public(outcome: Results, folder: Path, *, mask_names: bool) -> str:
    """Write 公示 alone into a new folder and return its name."""
    name, content = _public(outcome, mask_names)
    write_books(folder, [(name, content)])
    return name


def stale(outcome: Results, out: Path) -> list[str]:
    """Return this period's unit workbooks that are already in 各单位/ of an output folder; a draft has none."""
    if outcome.draft is not None:
        return []
    folder, ending = output_paths.folder(), output_paths.suffix(outcome.county.period)
    return [f"{folder}/{path.name}" for path in sorted((out / folder).glob("*")) if path.name.endswith(ending)]


@contextmanager
def _results_frozen() -> Iterator[None]:
    """Keep the scored results out of garbage collection: they live to the end, and scanning them takes a quarter of the time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _ranking(view: View) -> Book:
    words = resources.load("reading")
    name = words["draft_name"] if view.results.draft else words["ranking_name"]

    def content() -> Content:
        return ranking_workbook.sheets(view), ranking_workbook.properties(view.results)

    return name.format(period=view.period), content


def _public(outcome: Results, mask_names: bool) -> Book:
    def content() -> Content:
        return public_notice.build(outcome, mask_names=mask_names), public_notice.properties(outcome)

    return resources.load("reading")["public_name"].format(period=outcome.county.period), content


def _texts(outcome: Results) -> Mapping[str, str]:
    """The machine-readable outputs by file name; a draft has no 计分依据, for nothing is compared with it."""
    words = resources.load("reading")
    texts = {words["results_name"]: results.as_text(outcome)}
    return texts if outcome.draft else texts | {words["basis_name"]: audit_trail.as_text(outcome)}

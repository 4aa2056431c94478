"""Writes a period's outputs, all of them or none (replacing)."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from lianghua_batch import basis, books_out, replacing, report, resources, results
from lianghua_batch.books_out import Book, Content
from lianghua_batch.history import Earlier
from lianghua_batch.problems import Problem
from lianghua_batch.report import public, unit_books
from lianghua_batch.results import Results

Progress = Callable[[int, int], None]


def publish(
    outcome: Results,
    problems: Sequence[Problem],
    out: Path,
    earlier: Earlier | None = None,
    *,
    mask_names: bool = False,
    progress: Progress | None = None,
) -> list[Path]:
    """Write all outputs of a period into `out` and return their paths; what was there stays until all are complete.

    These are the ranking workbook, results.json and, but for a draft, its 计分依据, 公示 and one workbook a unit in 各单位/,
    where the period's workbooks of units that are gone go. `earlier` are the results that the period looks back on (history);
    `mask_names` is 公示's.
    """
    books = [_ranking(outcome, problems, earlier)]
    if outcome.draft is None:
        books.append(_public(outcome, mask_names))
        books += ((book.path, book.content) for book in unit_books.build(outcome, problems, earlier))
    texts = _texts(outcome)
    stale = _unit_books_there(outcome, out) if outcome.draft is None else []
    with _kept_from_collection(), replacing.replacement(out, gone=stale) as workshop:
        books_out.write(workshop, books, progress)
        for file, text in texts.items():
            (workshop / file).write_text(text, encoding="utf-8", newline="\n")
    (ranking, _), *others = books
    return [out / name for name in (ranking, *texts, *(name for name, _ in others))]


@contextmanager
def _kept_from_collection() -> Iterator[None]:
    """Leave what is scored out of garbage collection: it stays to the end, and looking through it takes a quarter of the time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _unit_books_there(outcome: Results, out: Path) -> list[str]:
    """The workbooks of this period that stand in 各单位 already; what else lies there is not ours."""
    folder, ending = unit_books.folder(), unit_books.suffix(outcome.county.period)
    return [f"{folder}/{path.name}" for path in sorted((out / folder).glob("*")) if path.name.endswith(ending)]


def _ranking(outcome: Results, problems: Sequence[Problem], earlier: Earlier | None) -> Book:
    words = resources.load("reading")
    name = words["draft_name"] if outcome.draft else words["ranking_name"]

    def content() -> Content:
        return report.build(outcome, problems, earlier), report.properties(outcome)

    return name.format(period=outcome.county.period), content


def _public(outcome: Results, mask_names: bool) -> Book:
    def content() -> Content:
        return public.build(outcome, mask_names=mask_names), public.properties(outcome)

    return resources.load("reading")["public_name"].format(period=outcome.county.period), content


def _texts(outcome: Results) -> Mapping[str, str]:
    """What is for programs, by file name; a draft is compared with nothing."""
    words = resources.load("reading")
    texts = {words["results_name"]: results.as_text(outcome)}
    return texts if outcome.draft else texts | {words["basis_name"]: basis.as_text(outcome)}

"""Writes a period's outputs, all of them or none (replacing)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from lianghua_batch import basis, books_out, replacing, report, resources, results
from lianghua_batch.books_out import Book, Content
from lianghua_batch.earlier import Published, Unusable
from lianghua_batch.problems import Problem
from lianghua_batch.report import public, unit_books
from lianghua_batch.results import Results


def publish(
    outcome: Results,
    problems: Sequence[Problem],
    out: Path,
    before: Published | Unusable | None = None,
    *,
    mask_names: bool = False,
) -> list[Path]:
    """Write all outputs of a period into `out` and return their paths; what was there stays until all are complete.

    These are the ranking workbook, results.json and, but for a draft, its 计分依据, 公示 and one workbook a unit in 各单位/,
    whose other files go. `before` is the period before, as earlier.published gives it; `mask_names` is 公示's.
    """
    final = outcome.draft is None
    books = [_ranking(outcome, problems, before)]
    if final:
        books += [_public(outcome, mask_names), *((b.path, b.content) for b in unit_books.build(outcome, problems))]
    texts = _texts(outcome)
    with replacing.replacement(out, whole=[unit_folder()] if final else []) as workshop:
        books_out.write(workshop, books)
        for file, text in texts.items():
            (workshop / file).write_text(text, encoding="utf-8", newline="\n")
    (ranking, _), *others = books
    return [out / name for name in (ranking, *texts, *(name for name, _ in others))]


def unit_folder() -> str:
    """The sub-folder with one workbook a unit."""
    return resources.load("reading")["unit_books_folder"]


def _ranking(outcome: Results, problems: Sequence[Problem], before: Published | Unusable | None) -> Book:
    words = resources.load("reading")
    name = words["draft_name"] if outcome.draft else words["ranking_name"]

    def content() -> Content:
        return report.build(outcome, problems, before), report.properties(outcome)

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

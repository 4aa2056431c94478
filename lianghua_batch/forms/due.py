"""The forms that are due and not there, pre-filled, one workbook a unit (spec §9 templates)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lianghua_batch.core import atomic_files, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.periods import Period
from lianghua_batch.core.problems import Problem, errors, in_order, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.forms import live_sums, prefilled, writer
from lianghua_batch.forms.prefilled_layout import references
from lianghua_batch.forms.writer import FormSheet
from lianghua_batch.intake import discovery
from lianghua_batch.intake.recognition import Recognised
from lianghua_batch.model.scheme import BRANCH, COMMITTEE
from lianghua_batch.pipeline import load_county, process
from lianghua_batch.validation import scheme_rules

_BASE = ("roster", "scheme")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')  # in file names on Windows
_LONGEST = 200  # bytes in UTF-8: what is added must fit as well, and Linux takes 255
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class WrittenForms:
    """What `due` did: files written, files that were already there and left alone, and what kept it from working."""

    written: tuple[Path, ...] = ()
    skipped: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()


def due(
    root: Path,
    period: Period,
    form: str | None = None,
    unit: str | None = None,
    progress: Progress | None = None,
) -> WrittenForms:
    """Write the forms of a period that are not yet under `root`, one workbook a unit, pre-filled, all of them or none.

    `form`: an identifier, to write that form only; `unit`: a branch, or a committee with all of its branches. Without a
    sound 花名册 and 考评方案 nothing is written and `problems` says why.
    """
    paths, problems = discovery.find(root)
    sources, found = process.recognise_all(paths, root)
    problems += found
    county, found = load_county.county(sources, period)
    problems += found
    blocking = errors(problems) if county is None else _base_problems(errors(problems), sources)
    if county is not None and unit is not None and unit not in county.roster.units:
        blocking.append(problem(Code.UNKNOWN_BRANCH, SourceRef(""), value=unit))
    if county is not None and not county.roster.units:
        blocking += errors(scheme_rules.check(county))
    if county is None or blocking:
        return WrittenForms(problems=tuple(in_order(blocking)))
    return _write_due(prefilled.gather(county), root, form, unit, progress)


def _base_problems(problems: Iterable[Problem], sources: Iterable[Recognised]) -> list[Problem]:
    """The problems of the sheets of 花名册 and 考评方案, and of these forms as a whole."""
    sheets = {(s.grid.file, s.grid.sheet) for s in sources if s.form.name in _BASE}
    files = {file for file, _ in sheets}
    return [
        p
        for p in problems
        if (p.place.file, p.place.sheet) in sheets or (p.place.sheet is None and p.place.file in files)
    ]


def _write_due(
    facts: prefilled.FormFacts, root: Path, form: str | None, unit: str | None, progress: Progress | None
) -> WrittenForms:
    files = resources.load("templates")["files"]
    folder = root / files["due_folder"] / str(facts.county.period)
    units, committees = _requested_branches(facts, unit), _requested_committees(facts, unit)
    jobs: list[tuple[str, Callable[[], list[FormSheet]]]] = [
        (_file_name(facts, branch, form), lambda branch=branch: prefilled.branch_sheets(facts, branch, form))
        for branch in units
    ]
    jobs += (
        (_file_name(facts, unit_id, form), lambda unit_id=unit_id: prefilled.committee_sheets(facts, unit_id, form))
        for unit_id in committees
    )
    if unit is None:
        stem = _with_form(files["county_book"], form)
        jobs.append((f"{stem}.xlsx", lambda: prefilled.county_sheets(facts, form)))
    written, skipped = [], []
    with atomic_files.replacement(folder, overwrite=False) as staging:
        for done, (name, make) in enumerate(jobs, start=1):
            if (folder / name).exists():
                skipped.append(folder / name)
            elif made := make():
                sheets, workings = live_sums.add(facts, made)
                beside = [*references(facts.county.scheme, sheets), *prefilled.unit_table(facts, sheets)]
                (staging / name).write_bytes(writer.render(sheets, references=beside, workings=workings))
                written.append(folder / name)
            if progress is not None:
                progress(done, len(jobs))
    return WrittenForms(tuple(written), tuple(skipped))


def _requested_branches(facts: prefilled.FormFacts, unit: str | None) -> list[str]:
    """The branches whose forms are asked for."""
    every, roster = prefilled.branches(facts), facts.county.roster
    if unit is None or roster.named(unit).level == BRANCH:
        return [b for b in every if unit in (None, b)]
    return [b for b in every if roster.named(b).parent == unit]


def _requested_committees(facts: prefilled.FormFacts, unit: str | None) -> list[str]:
    """The committees whose own forms are asked for."""
    every = facts.county.roster.units_on(facts.county.period.last_day, COMMITTEE)
    return [committee.id for committee in every if unit in (None, committee.id)]


def _file_name(facts: prefilled.FormFacts, branch: str, form: str | None) -> str:
    unit = facts.county.roster.known_as(branch, facts.county.period.last_day)
    stem = resources.load("templates")["files"]["unit_book"].format(id=unit.id, name=unit.name)
    short = _FORBIDDEN.sub("_", stem).encode()[:_LONGEST].decode(errors="ignore")
    return _with_form(short.rstrip(". "), form) + ".xlsx"


def _with_form(stem: str, form: str | None) -> str:
    """Add the form to the file name of a workbook of one form: a workbook of all forms is not written where its file exists."""
    return stem if form is None else f"{stem}_{definitions()[form].label}"

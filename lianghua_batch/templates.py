"""Writes blank forms, the start of a year, and the pre-filled forms that are due (spec §9 init, templates)."""

import errno
import os
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lianghua_batch import (
    assembly,
    default_scheme,
    discovery,
    form_writer,
    forms,
    periods,
    pipeline,
    prefilled,
    resources,
)
from lianghua_batch.crosschecks import rules
from lianghua_batch.form_sheets import FormSheet
from lianghua_batch.forms import Form
from lianghua_batch.headings import Recognised
from lianghua_batch.periods import Period
from lianghua_batch.problems import Problem, errors, in_order, problem
from lianghua_batch.provenance import SourceRef
from lianghua_batch.scheme import BRANCH

_BASE = ("roster", "scheme")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')  # in file names on Windows
_LONGEST = 100
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Due:
    """What `due` did: files written, files that were already there and left alone, and what kept it from working."""

    written: tuple[Path, ...] = ()
    skipped: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()


# --- blank forms ---------------------------------------------------------------------------------------------------


def blank_names() -> dict[str, str]:
    """The file name of each form's blank workbook."""
    pattern = resources.load("templates")["files"]["blank"]
    return {f.name: pattern.format(order=f.order, label=f.label) for f in forms.definitions().values()}


def blank_workbook(form: Form) -> bytes:
    """Return a form's blank workbook; the one of 考评方案 holds the default scheme."""
    sheets = _scheme_sheets() if form.name == "scheme" else _empty_sheets(form)
    return form_writer.render(sheets, references=prefilled.references(default_scheme.scheme(), sheets))


def blank(folder: Path) -> list[Path]:
    """Write all blank workbooks into `folder`, replacing those that are there."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, file in blank_names().items():
        path = folder / file
        path.write_bytes(blank_workbook(forms.definitions()[name]))
        written.append(path)
    return written


def _empty_sheets(form: Form, period: Period | None = None) -> list[FormSheet]:
    scheme = default_scheme.scheme()
    spare = resources.load("templates")["blank_rows"]
    labels = {} if period is None else {"period": period}
    return [
        FormSheet(
            sheet,
            labels=labels,
            lists={
                "projects": list(scheme.projects),
                "indicators": [i.id for i in scheme.indicators if i.metric == "filed"],
            },
            spare_rows=spare.get(sheet.name, spare["default"]),
            **prefilled.look(sheet, scheme),
        )
        for sheet in forms.expand(form, scheme.items).sheets
    ]


def _scheme_sheets(period: Period | None = None) -> list[FormSheet]:
    rows = default_scheme.rows()
    choices = {(index, "value"): labels for index, labels in default_scheme.parameter_choices().items()}
    dimensions = [str(row["dimension"]) for row in rows["dimensions"]]
    spare = resources.load("templates")["scheme_spare_rows"]
    return [
        FormSheet(
            sheet,
            labels={} if period is None else {"period": period},
            rows=rows[sheet.name],
            title=default_scheme.name() if sheet.name == "parameters" else None,
            lists={"dimension": dimensions} if sheet.name == "projects" else {},
            cell_lists=choices if sheet.name == "parameters" else {},
            spare_rows=spare.get(sheet.name, 0),
        )
        for sheet in forms.definitions()["scheme"].sheets
    ]


# --- the start of a year -------------------------------------------------------------------------------------------


def start_year(folder: Path, year: int) -> list[Path]:
    """Write an empty 花名册 and the default 考评方案 of a year; raises FileExistsError, writing nothing, where one is there."""
    period = periods.year(year)
    pattern = resources.load("templates")["files"]["start"]
    books = {
        folder / pattern.format(label=forms.definitions()[name].label): sheets
        for name, sheets in (
            ("roster", _empty_sheets(forms.definitions()["roster"], period)),
            ("scheme", _scheme_sheets(period)),
        )
    }
    for path in books:
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    folder.mkdir(parents=True, exist_ok=True)
    for path, sheets in books.items():
        _create(path, form_writer.render(sheets))
    return list(books)


def _create(path: Path, content: bytes) -> None:
    """Write a file that must not be there yet."""
    with path.open("xb") as stream:
        stream.write(content)


# --- the forms that are due ----------------------------------------------------------------------------------------


def due(
    root: Path,
    period: Period,
    form: str | None = None,
    unit: str | None = None,
    progress: Progress | None = None,
) -> Due:
    """Write the forms of a period that are not yet under `root`, one workbook a unit, pre-filled.

    `form`: an identifier, to write that form only; `unit`: a branch, or a committee for all of its branches. Without a
    sound 花名册 and 考评方案 nothing is written and `problems` says why.
    """
    paths, problems = discovery.find(root)
    sources, found = pipeline.recognise_all(paths, root)
    problems += found
    county, found = assembly.county(sources, period)
    problems += found
    blocking = errors(problems) if county is None else _of_base(errors(problems), sources)
    if county is not None and unit is not None and unit not in county.roster.units:
        blocking.append(problem("E110", SourceRef(""), value=unit))
    if county is not None and not county.roster.units:
        blocking += errors(rules.check(county))
    if county is None or blocking:
        return Due(problems=tuple(in_order(blocking)))
    return _write_due(prefilled.gather(county), root, form, unit, progress)


def _of_base(problems: Iterable[Problem], sources: Iterable[Recognised]) -> list[Problem]:
    """The problems of the sheets of 花名册 and 考评方案, and of these forms as a whole."""
    sheets = {(s.grid.file, s.grid.sheet) for s in sources if s.form.name in _BASE}
    files = {file for file, _ in sheets}
    return [
        p
        for p in problems
        if (p.place.file, p.place.sheet) in sheets or (p.place.sheet is None and p.place.file in files)
    ]


def _write_due(
    facts: prefilled.Facts, root: Path, form: str | None, unit: str | None, progress: Progress | None
) -> Due:
    files = resources.load("templates")["files"]
    folder = root / files["due_folder"] / str(facts.county.period)
    units = _wanted(facts, unit)
    jobs: list[tuple[Path, Callable[[], list[FormSheet]]]] = [
        (folder / _file_name(facts, branch), lambda branch=branch: prefilled.branch_sheets(facts, branch, form))
        for branch in units
    ]
    if unit is None:
        jobs.append((folder / files["county_book"], lambda: prefilled.county_sheets(facts, form)))
    written, skipped = [], []
    for done, (path, make) in enumerate(jobs, start=1):
        if path.exists():
            skipped.append(path)
        elif sheets := make():
            path.parent.mkdir(parents=True, exist_ok=True)
            references = [*prefilled.references(facts.county.scheme, sheets), *prefilled.unit_table(facts, sheets)]
            _create(path, form_writer.render(sheets, references=references))
            written.append(path)
        if progress is not None:
            progress(done, len(jobs))
    return Due(tuple(written), tuple(skipped))


def _wanted(facts: prefilled.Facts, unit: str | None) -> list[str]:
    """The branches whose forms are asked for."""
    every, roster = prefilled.branches(facts), facts.county.roster
    if unit is None or roster.named(unit).level == BRANCH:
        return [b for b in every if unit in (None, b)]
    return [b for b in every if roster.named(b).parent == unit]


def _file_name(facts: prefilled.Facts, branch: str) -> str:
    roster = facts.county.roster
    unit = roster.unit(branch, facts.county.period.last_day) or roster.named(branch)
    stem = resources.load("templates")["files"]["unit_book"].format(id=unit.id, name=unit.name)
    return _FORBIDDEN.sub("_", stem)[:_LONGEST].rstrip(". ") + ".xlsx"


if __name__ == "__main__":
    for template in blank(Path(sys.argv[1]) if len(sys.argv) > 1 else resources.folder("templates_xlsx")):
        print(template)

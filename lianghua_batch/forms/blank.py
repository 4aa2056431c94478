"""Blank forms, and the two workbooks that start a year (spec §9 init)."""

import errno
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from lianghua_batch.core import atomic_files, form_definitions, periods, resources
from lianghua_batch.core.form_definitions import Form
from lianghua_batch.core.periods import Period
from lianghua_batch.forms import writer
from lianghua_batch.forms.former_year import FormerYear
from lianghua_batch.forms.prefilled_layout import references, scheme_layout
from lianghua_batch.forms.writer import FormSheet
from lianghua_batch.model import default_scheme
from lianghua_batch.model.scheme import MEMBER


def blank_names() -> dict[str, str]:
    """The file name of each form's blank workbook."""
    pattern = resources.load("templates")["files"]["blank"]
    return {f.name: pattern.format(order=f.order, label=f.label) for f in form_definitions.definitions().values()}


def blank_workbook(form: Form) -> bytes:
    """Return a form's blank workbook; the one of 考评方案 holds the default scheme."""
    sheets = _scheme_sheets() if form.name == "scheme" else _empty_sheets(form)
    return writer.render(sheets, references=references(default_scheme.scheme(), sheets))


def blank(folder: Path) -> list[Path]:
    """Write all blank workbooks into `folder`, replacing those that are there."""
    names = blank_names()
    with atomic_files.replacement(folder) as staging:
        for name, file in names.items():
            (staging / file).write_bytes(blank_workbook(form_definitions.definitions()[name]))
    return [folder / file for file in names.values()]


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
            **scheme_layout(sheet, scheme),
        )
        for sheet in form_definitions.expand(form, scheme.items).sheets
    ]


def _scheme_sheets(period: Period | None = None, county: str | None = None) -> list[FormSheet]:
    rows = default_scheme.rows()
    choices = {(index, "value"): labels for index, labels in default_scheme.parameter_choices().items()}
    dimensions = [str(row["dimension"]) for row in rows["dimensions"]]
    grades = [band.grade for band in default_scheme.scheme().bands[MEMBER]]
    spare = resources.load("templates")["scheme_spare_rows"]
    return [
        FormSheet(
            sheet,
            labels={} if period is None else {"period": period},
            rows=rows[sheet.name],
            title=default_scheme.name(county) if sheet.name == "parameters" else None,
            lists=_scheme_lists(dimensions, grades) if sheet.name == "projects" else {},
            cell_lists=choices if sheet.name == "parameters" else {},
            spare_rows=spare.get(sheet.name, 0),
        )
        for sheet in form_definitions.definitions()["scheme"].sheets
    ]


def _scheme_lists(dimensions: Sequence[str], grades: Sequence[str]) -> dict[str, list[str]]:
    """What may be chosen on the sheet of 积分项目: the 维度, and what 一票否决 may say."""
    answers = resources.load("reading")["yes_no"]
    return {"dimension": list(dimensions), "ceilings": [answers["yes"][0], answers["no"][0], *grades[1:]]}


def start_year(folder: Path, year: int, county: str | None = None, before: FormerYear | None = None) -> list[Path]:
    """Write 花名册 and 考评方案 of a year, with `before` those of the year before and its seals, all or none; raises FileExistsError
    where one is there.

    Without `before` 花名册 is empty and 考评方案 the default one, under the name of `county`.
    """
    period = periods.year(year)
    pattern = resources.load("templates")["files"]["start"]
    roster, scheme = form_definitions.definitions()["roster"], form_definitions.definitions()["scheme"]
    if before is None:
        sheets = [_empty_sheets(roster, period), _scheme_sheets(period, county)]
    else:
        sheets = [_carried_over(form, before, period, county) for form in (roster, scheme)]
    books = {pattern.format(label=form.label): listed for form, listed in zip((roster, scheme), sheets, strict=True)}
    for name in books:
        if (folder / name).exists():  # refused before anything is written
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder / name))
    with atomic_files.replacement(folder, overwrite=False) as staging:
        for name, sheets in books.items():
            (staging / name).write_bytes(writer.render(sheets))
        for name, text in starters().items():
            if not (folder / name).exists():
                (staging / name).write_bytes(text.encode("ascii"))
        for path in before.seals if before is not None else ():
            seals = staging / resources.load("reading")["archive_folder"]
            seals.mkdir(exist_ok=True)
            shutil.copyfile(path, seals / path.name)
    return [folder / name for name in books]


def starters() -> dict[str, str]:
    """Return the text of each starter by its file name, with the line ends of Windows."""
    words = resources.load("templates")
    texts = {name: words["starter"].format(command=command) for name, command in words["starters"].items()}
    return {name: text.replace("\n", "\r\n") for name, text in texts.items()}


def _carried_over(form: Form, before: FormerYear, period: Period, county: str | None) -> list[FormSheet]:
    """The sheets of a base form with the rows of the year before."""
    spare = resources.load("templates")["scheme_spare_rows"]
    title = default_scheme.name(county) if county is not None else before.scheme_name
    return [
        FormSheet(
            sheet,
            labels={"period": period},
            rows=before.rows[sheet.name],
            title=title if sheet.name == "parameters" else None,
            lists=_scheme_lists(before.dimensions, before.grades) if sheet.name == "projects" else {},
            spare_rows=spare.get(sheet.name, 10 if form.name == "roster" else 0),
        )
        for sheet in form.sheets
    ]

"""Recognises a form by its content: the labelled cells above the table, then the heading row (spec §2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lianghua_batch import periods, resources
from lianghua_batch.forms import Form, Sheet
from lianghua_batch.grids import Grid
from lianghua_batch.periods import Period
from lianghua_batch.problems import Problem, problem
from lianghua_batch.provenance import SourceRef
from lianghua_batch.values import is_blank, squeeze, tidy

_PERIOD_NAMES = {
    periods.MONTH: ("月份", "2026-03"),
    periods.QUARTER: ("季度", "2026Q1"),
    periods.HALF: ("半年", "2026H1"),
    periods.YEAR: ("年度", "2026"),
}


@dataclass(frozen=True)
class Labelled:
    """A labelled cell's value and its place."""

    value: object
    place: SourceRef


@dataclass(frozen=True)
class Recognised:
    """A grid known to be one sheet of a form, its heading row (0-based) and its labelled cells by identifier."""

    grid: Grid
    form: Form
    sheet: Sheet
    head_row: int
    labels: Mapping[str, Labelled]
    period: Period | None

    @property
    def unsigned(self) -> SourceRef | None:
        """The place of a 填表人 label that nobody has filled: the form may be a template as it was generated."""
        if "filled_by" in self.labels:
            return None
        names = {name for name, identifier in _label_names().items() if identifier == "filled_by"}
        for r, row in enumerate(self.grid.rows[: self.head_row]):
            for c, cell in enumerate(row):
                if isinstance(cell, str) and squeeze(cell).rstrip(":") in names:
                    return self.grid.place(r, c, squeeze(cell).rstrip(":"))
        return None

    @property
    def title(self) -> str | None:
        """The first text above the table that stands alone in its row."""
        for row in self.grid.rows[: self.head_row]:
            filled = [cell for cell in row if not is_blank(cell)]
            if len(filled) == 1 and isinstance(filled[0], str):
                return tidy(filled[0])
        return None


def _label_names() -> dict[str, str]:
    entries = resources.load("reading")["labels"]
    return {
        squeeze(name): identifier
        for identifier, entry in entries.items()
        for name in (entry["label"], *entry["aliases"])
    }


def _labels_in(grid: Grid, rows: Iterable[int]) -> dict[str, Labelled]:
    """Labelled cells: a label and its value in the next filled cell, or both in one cell around a colon."""
    names = _label_names()
    found: dict[str, Labelled] = {}
    for r in rows:
        row = grid.rows[r]
        for c, cell in enumerate(row):
            if not isinstance(cell, str):
                continue
            before, colon, after = squeeze(cell).partition(":")
            identifier = names.get(before)
            if identifier is None or identifier in found:
                continue
            if colon and after:
                found[identifier] = Labelled(after, grid.place(r, c, before))
                continue
            for c2 in range(c + 1, len(row)):
                value = row[c2]
                if is_blank(value):
                    continue
                if not (isinstance(value, str) and squeeze(value).rstrip(":") in names):
                    found[identifier] = Labelled(value, grid.place(r, c2, before))
                break
    return found


def _form_label(grid: Grid) -> Labelled | None:
    """The first 表种 of the sheet; nothing below it is looked at, for a diary has thousands of rows."""
    found = (_labels_in(grid, [r]).get("form") for r in range(len(grid.rows)))
    return next((label for label in found if label is not None), None)


def headings_of(row: list[object]) -> list[str]:
    """Return the row's cells as headings are compared: without spaces and line breaks."""
    return [squeeze(cell) if isinstance(cell, str) else "" for cell in row]


def _fit(sheet: Sheet, written: set[str]) -> tuple[int, int]:
    """How many of the sheet's columns the headings name, and how many that it must have they lack."""
    hits = missing = 0
    for column in sheet.columns:
        if column.expand is not None:
            continue
        if any(squeeze(name) in written for name in (column.label, *column.aliases)):
            hits += 1
        elif column.must_have:
            missing += 1
    return hits, missing


def _best_heading(grid: Grid, sheets: Iterable[Sheet]) -> tuple[int, Sheet, int, int] | None:
    """The row and sheet definition that fit best: (row, sheet, hits, missing); None where nothing fits at all."""
    candidates = list(sheets)
    best: tuple[int, Sheet, int, int] | None = None
    for r, row in enumerate(grid.rows):
        written = set(headings_of(row)) - {""}
        if len(written) < 2:
            continue
        for sheet in candidates:
            hits, missing = _fit(sheet, written)
            if hits >= 2 and (best is None or hits - missing > best[2] - best[3]):
                best = (r, sheet, hits, missing)
        if best is not None and best[3] == 0 and r > best[0]:
            break
    return best


def _alike(grid: Grid, definitions: Mapping[str, Form]) -> Form | None:
    """The form whose whole heading a sheet without 表种 carries, if any."""
    sheets = [s for form in definitions.values() for s in form.sheets]
    best = _best_heading(grid, sheets)
    if best and best[2] >= 3 and best[3] == 0:
        return definitions[best[1].form]
    return None


def recognise(grid: Grid, definitions: Mapping[str, Form]) -> tuple[Recognised | None, list[Problem]]:
    """Find which form a grid is, its heading row, labels and period; problems name what is missing. Sheets for people give neither."""
    label = _form_label(grid)
    if label is None:
        return None, _without_form(grid, definitions)
    wanted = squeeze(str(label.value))
    if wanted in (squeeze(name) for name in resources.load("reading")["not_forms"]):
        return None, []
    form = next((f for f in definitions.values() if squeeze(f.label) == wanted), None)
    if form is None:
        return None, [problem("E102", label.place, value=label.value)]
    best = _best_heading(grid, form.sheets)
    if best is None or best[2] <= best[3]:
        needed = "、".join(c.label for c in form.sheets[0].columns if c.must_have and c.expand is None)
        return None, [problem("E104", grid.place(), form=form.label, headings=needed)]
    head_row, sheet, _, _ = best
    labels = _labels_in(grid, range(head_row))
    period, found = _period(grid, form, labels.get("period"))
    if form.by_branch and "unit_id" not in labels:
        name = resources.load("reading")["labels"]["unit_id"]["label"]
        found.append(problem("E107", grid.place(), label=name))
    return Recognised(grid, form, sheet, head_row, labels, period), found


def _without_form(grid: Grid, definitions: Mapping[str, Form]) -> list[Problem]:
    if grid.hidden or all(is_blank(cell) for row in grid.rows for cell in row):
        return []
    form = _alike(grid, definitions)
    if form is not None:
        return [problem("E103", grid.place(), form=form.label)]
    return [problem("W102", grid.place())]


def _period(grid: Grid, form: Form, label: Labelled | None) -> tuple[Period | None, list[Problem]]:
    """The form's period; 花名册 and 考评方案 may go without one and then serve any year."""
    _, example = _PERIOD_NAMES[form.periods[0]]
    if label is None:
        if form.name in ("roster", "scheme"):
            return None, []
        name = resources.load("reading")["labels"]["period"]["label"]
        return None, [problem("E107", grid.place(), label=name)]
    period = periods.parse(label.value)
    if period is None:
        return None, [problem("E108", label.place, value=label.value, example=example)]
    if period.kind not in form.periods:
        kinds = "或".join(_PERIOD_NAMES[kind][0] for kind in form.periods)
        return None, [problem("E109", label.place, value=period, form=form.label, kinds=kinds, example=example)]
    return period, []

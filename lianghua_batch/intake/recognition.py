"""Recognises a form by its content: the labelled cells above the table, then the heading row (spec §2)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import zip_longest

from lianghua_batch.core import periods, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import Form, Sheet
from lianghua_batch.core.periods import Period
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.core.suggestions import Candidates
from lianghua_batch.intake import labels
from lianghua_batch.intake.cell_values import as_shown, squeeze, tidy
from lianghua_batch.intake.grid import Grid, is_blank
from lianghua_batch.intake.labels import Labelled
from lianghua_batch.intake.sheet_records import SheetRecords

_FOR_OTHER_PERIODS_TOO = ("roster", "scheme", "daily_record", "activity_record")


@dataclass(frozen=True)
class Recognised:
    """A grid known to be one sheet of a form, its heading row (0-based) and its labelled cells by identifier.

    `unsigned`: where 填表人 is blank; `signed_elsewhere`: another sheet of the file has the name; `unfilled`: nobody filled the
    table either.
    `records`: the table, where it is read already, and `content` its fingerprint; the grid ends with the heading then.
    """

    grid: Grid
    form: Form
    sheet: Sheet
    head_row: int
    labels: Mapping[str, Labelled]
    period: Period | None
    several: bool = False  # another table begins below or beside this one
    unsigned: SourceRef | None = None
    signed_elsewhere: bool = False
    unfilled: bool = False
    records: SheetRecords | None = None
    content: str | None = None

    @property
    def unit(self) -> str | None:
        """The 支部编号 of a branch's form, as it is compared."""
        label = self.labels.get("unit_id")
        return squeeze(as_shown(label.value)) if label is not None and self.form.by_unit else None

    @property
    def title(self) -> str | None:
        """The first text above the table that stands alone in its row."""
        for row in self.grid.rows[: self.head_row]:
            filled = [cell for cell in row if not is_blank(cell)]
            if len(filled) == 1 and isinstance(filled[0], str):
                return tidy(filled[0])
        return None


def _form_label(grid: Grid) -> Labelled | None:
    """The first 表种 of the sheet; nothing below it is looked at, for a diary has thousands of rows."""
    found = (labels.find(grid, [r]).get("form") for r in range(len(grid.rows)))
    return next((cells[0] for cells in found if cells), None)


def headings_of(row: list[object]) -> list[str]:
    """Return the row's cells as headings are compared."""
    return [heading(cell) if isinstance(cell, str) else "" for cell in row]


@lru_cache(maxsize=65536)
def heading(written: str) -> str:
    """Return a heading as it is compared: without spaces, line breaks, stars, footnote marks and units or hints in brackets."""
    edges, brackets = _heading_marks()
    plain = edges.sub("", squeeze("".join(c for c in written if unicodedata.category(c) != "No")))
    while match := brackets.search(plain):
        plain = edges.sub("", plain[: match.start()])
    return plain or squeeze(written)


@cache
def _heading_marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = resources.load("reading")["heading_marks"]
    edges = f"^[{re.escape(words['edges'])}]+|[{re.escape(words['edges'])}]+$"
    return re.compile(edges), re.compile(rf"[(\[](?:{'|'.join(words['brackets'])})[)\]]$")


def _fit(sheet: Sheet, written: set[str]) -> tuple[int, int]:
    """How many of the sheet's columns the headings name, and how many that it must have they lack."""
    hits = missing = 0
    for column in sheet.columns:
        if column.expand is not None:
            continue
        if any(heading(name) in written for name in (column.label, *column.aliases)):
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


def _with_one_heading_row(grid: Grid, sheets: Iterable[Sheet]) -> Grid:
    """The grid with a heading over two rows (各维度得分 above 政治合格, 品德合格 …) brought into the lower one, if there is one."""
    candidates = list(sheets)
    best = _best_heading(grid, candidates)
    if best is None or best[0] + 1 >= len(grid.rows):
        return grid
    r, sheet, *_ = best
    names = {heading(name) for column in sheet.columns for name in (column.label, *column.aliases)}
    above, below = headings_of(grid.rows[r]), grid.rows[r + 1]
    filled = [c for c, cell in enumerate(below) if not is_blank(cell)]
    parts_of_a_group = all(isinstance(below[c], str) and (c >= len(above) or above[c] not in names) for c in filled)
    if len(filled) < 2 or not parts_of_a_group:  # a record fills its code, which has a heading
        return grid
    both = [lower if not is_blank(lower) else upper for upper, lower in zip_longest(grid.rows[r], below, fillvalue="")]
    rows = [*grid.rows[:r], [""] * len(both), both, *grid.rows[r + 2 :]]
    return replace(grid, rows=rows)


def fits(form: Form, row: list[object]) -> bool:
    """Whether a row could be the heading of one of the form's sheets."""
    written = set(headings_of(row)) - {""}
    found = (_fit(sheet, written) for sheet in form.sheets) if len(written) > 1 else ()
    return any(hits >= 2 and hits > missing for hits, missing in found)


def _unnamed_form(grid: Grid, definitions: Mapping[str, Form]) -> tuple[Form, int] | None:
    """The form whose whole heading a sheet without 表种 carries, if any, and its heading row."""
    best = _best_heading(grid, _sheets(definitions))
    if best and best[2] >= 3 and best[3] == 0:
        return definitions[best[1].form], best[0]
    return None


def recognise(grid: Grid, definitions: Mapping[str, Form]) -> tuple[Recognised | None, list[Problem]]:
    """Find which form a grid is, its heading row, labels and period; problems name what is missing. Sheets for people give neither.

    The problems carry the sheet's unit and period, as far as its labels give them.
    """
    label = _form_label(grid)
    if label is None:
        return None, _without_form(grid, definitions)
    wanted = squeeze(str(label.value))
    known = {squeeze(f.label): f for f in definitions.values()}
    if wanted in (squeeze(name) for name in resources.load("reading")["not_forms"]):
        return None, _form_after(grid, label, known)
    form = known.get(wanted)
    if form is None:
        suggestion = _suggest_form(wanted, definitions)
        found = [problem(Code.UNKNOWN_FORM, label.place, value=label.value, suggestion=suggestion)]
        return None, _with_owner_without_table(
            found, grid, _best_heading(grid, _sheets(definitions)), label, known.get(suggestion)
        )
    grid = _with_one_heading_row(grid, form.sheets)
    best = _best_heading(grid, form.sheets)
    if best is None or best[2] <= best[3]:
        needed = resources.load("messages/problem_words")["separator"].join(
            c.label for c in form.sheets[0].columns if c.must_have and c.expand is None
        )
        found = [problem(Code.MISSING_HEADING_ROW, grid.place(), form=form.label, headings=needed)]
        return None, _with_owner_without_table(found, grid, best, label, form)
    head_row, sheet, _, _ = best
    above = range(head_row)
    found = labels.find(grid, above)
    filled = {name: cells[0] for name, cells in found.items()}
    branch_labels = ("unit_id", "unit_name") if form.by_unit else ()
    problems = labels.contradictions(found, ("form", "period", *branch_labels))
    period, period_problems = _period(grid, form, head_row, filled.get("period"))
    problems += period_problems
    if form.by_unit and "unit_id" not in filled:
        problems.append(labels.missing(grid, above, "unit_id"))
    problems = _with_owner(problems, found, form.by_unit, period)
    second = _second_form(grid, head_row, known)
    if second is not None:
        problems.append(_two_tables(label, second))
        grid = _first_table(grid, head_row, second)
    return Recognised(grid, form, sheet, head_row, filled, period, second is not None), problems


def foreign_sheets(sources: Iterable[Recognised]) -> Iterator[Problem]:
    """Forms of the county, hidden or not, in a workbook that holds a branch's own form: nobody gives itself marks (spec §2)."""
    listed = list(sources)
    own = next((source for source in listed if source.form.by_unit), None)
    for source in listed if own is not None else ():
        if not source.form.by_unit:
            words = {"branch": own.unit or "", "own": own.form.label, "own_sheet": own.grid.sheet}
            found = problem(Code.COUNTY_FORM_IN_BRANCH_WORKBOOK, source.grid.place(), form=source.form.label, **words)
            yield replace(found, unit=own.unit)


def only_hidden(grids: Iterable[Grid]) -> bool:
    """Whether a workbook holds something, all of it on hidden sheets: whoever opens it takes it for blank."""
    filled = [grid for grid in grids if not all(is_blank(cell) for row in grid.rows for cell in row)]
    return bool(filled) and all(grid.hidden for grid in filled)


def _sheets(definitions: Mapping[str, Form]) -> list[Sheet]:
    return [sheet for form in definitions.values() for sheet in form.sheets]


def _with_owner(
    problems: Iterable[Problem],
    found: Mapping[str, Sequence[Labelled]],
    by_unit: bool,
    period: Period | None,
) -> list[Problem]:
    """Return the problems with the unit and period of the labels above the table, where these do not contradict each other."""
    units = {squeeze(as_shown(cell.value)) for cell in found.get("unit_id", ())} if by_unit else set()
    times = {periods.parse(cell.value) for cell in found.get("period", ())}
    unit = units.pop() if len(units) == 1 else None
    when = str(period) if period is not None and len(times) == 1 else None
    return [replace(p, unit=unit, period=when) for p in problems]


def _with_owner_without_table(
    problems: Iterable[Problem],
    grid: Grid,
    best: tuple[int, Sheet, int, int] | None,
    label: Labelled,
    form: Form | None,
) -> list[Problem]:
    """`_with_owner` for a sheet whose table is not found: its labels are above what comes nearest to a heading, else down to 表种.

    A form that may serve other periods than its own gets none, else a run for one of those would leave its problem out.
    """
    found = labels.find(grid, range(best[0] if best is not None else label.place.row))
    times = found.get("period", ())
    names_period = times and form is not None and form.name not in _FOR_OTHER_PERIODS_TOO
    period = periods.parse(times[0].value) if names_period else None
    if period is not None and period.kind not in form.periods:
        period = None
    return _with_owner(problems, found, form is None or form.by_unit, period)


def _second_form(grid: Grid, head_row: int, known: Mapping[str, Form]) -> Labelled | None:
    """Another 表种 with the name of a form at or below the heading, if there is one."""
    cells = labels.find(grid, labels.rows_with(grid, head_row, "form")).get("form", ())
    return next((cell for cell in cells if squeeze(as_shown(cell.value)) in known), None)


def _form_after(grid: Grid, first: Labelled, known: Mapping[str, Form]) -> list[Problem]:
    """The error of a form with its heading on a sheet whose first 表种 says that it is for people."""
    second = _second_form(grid, first.place.row - 1, known)
    if second is None or _best_heading(grid, known[squeeze(as_shown(second.value))].sheets) is None:
        return []
    return [_two_tables(first, second)]


def _two_tables(first: Labelled, second: Labelled) -> Problem:
    values = {"first": labels.value_and_cell(first), "second": labels.value_and_cell(second)}
    return problem(Code.TWO_TABLES_IN_SHEET, second.place, value=as_shown(second.value), **values)


def _first_table(grid: Grid, head_row: int, second: Labelled) -> Grid:
    """Return the grid without the second table, and its title, where it stands below the first one's headings."""
    width = max(c for c, cell in enumerate(grid.rows[head_row]) if not is_blank(cell))
    end = second.place.row - 1
    if second.place.column > width or end <= head_row:
        return grid
    while end > head_row + 1 and sum(not is_blank(cell) for cell in grid.rows[end - 1]) < 2:
        end -= 1
    return replace(grid, rows=grid.rows[:end])


def _suggest_form(written: str, definitions: Mapping[str, Form]) -> str | None:
    """The 表种 that was probably meant, by its name or by its sheet's title."""
    titles = {sheet.title: form.label for form in definitions.values() for sheet in form.sheets}
    return Candidates(titles | {form.label: form.label for form in definitions.values()}).suggest(written)


def _without_form(grid: Grid, definitions: Mapping[str, Form]) -> list[Problem]:
    if all(is_blank(cell) for row in grid.rows for cell in row):
        return []
    alike = _unnamed_form(grid, definitions)
    if alike is None:
        return [] if grid.hidden else [problem(Code.SHEET_WITHOUT_FORM_NAME, grid.place())]
    form, head_row = alike
    place, written = labels.nearest(grid, range(head_row), "form")
    found = [problem(Code.MISSING_FORM_NAME, place, suggestion=written, form=form.label)]
    return _with_owner(found, labels.find(grid, range(head_row)), form.by_unit, None)


def _period(grid: Grid, form: Form, head_row: int, label: Labelled | None) -> tuple[Period | None, list[Problem]]:
    """The form's period; 花名册 and 考评方案 may go without one and then serve any year."""
    words = resources.load("messages/problem_words")
    example = words["period_examples"][form.periods[0]]
    if label is None:
        if form.name in ("roster", "scheme"):
            return None, []
        return None, [labels.missing(grid, range(head_row), "period")]
    period = periods.parse(label.value)
    if period is None:
        return None, [problem(Code.UNREADABLE_PERIOD, label.place, value=label.value, example=example)]
    if period.kind not in form.periods:
        kinds = words["or"].join(words["period_kinds"][kind] for kind in form.periods)
        return None, [
            problem(Code.WRONG_KIND_OF_PERIOD, label.place, value=period, form=form.label, kinds=kinds, example=example)
        ]
    return period, []

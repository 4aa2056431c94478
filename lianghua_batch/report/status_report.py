"""报送状态.xlsx as plain tables: the matrix, and the list for each committee; words and looks in schemas/messages/status.yaml."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lianghua_batch import __version__
from lianghua_batch.core import atomic_files, resources
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.periods import MONTH, YEAR, Period
from lianghua_batch.core.text_width import display_width
from lianghua_batch.report.layout import fitting
from lianghua_batch.report.layout.model import Cell, Page, Properties, Row, SheetColumn, SheetTable
from lianghua_batch.report.writer import workbook
from lianghua_batch.validation import grouping
from lianghua_batch.validation.filing_status import STATES, Cohort, Status, UnitStates
from lianghua_batch.validation.reminders import CHASED, gaps, listed, reminders

Words = Mapping[str, Any]


def write(status: Status, folder: Path) -> Path:
    """Write the workbook into `folder`, replacing an earlier one, and return its path; raises as atomic_files.replacement does."""
    name = resources.load("messages/status")["book"]["file"]
    with atomic_files.replacement(folder) as staging:
        workbook.write(staging / name, build(status), properties(status))
    return folder / name


def build(status: Status) -> list[SheetTable]:
    """The sheets of the workbook."""
    return [_matrix(status), _chasing(status)]


def properties(status: Status) -> Properties:
    """The workbook's document properties; it is marked as the program's own, so that it is never read as a form."""
    facts, book = _facts(status), _words()["book"]
    subject = book["subject"].format_map(facts)
    own = resources.load("reading")["own_category"]
    return Properties(facts["document"], subject, own, facts["tool"], status.as_of)


def counted(counts: Mapping[str, int], states: Iterable[str] = STATES) -> str:
    """Return the counts of all states that occur, as one text."""
    words = _words()
    parts = (words["count"].format(label=words["states"][s]["label"], count=counts[s]) for s in states if counts[s])
    return words["counts_separator"].join(parts)


def halved(heading: str) -> str:
    """A heading, in two lines where it is too long for a narrow column."""
    middle = (len(heading) + 1) // 2
    return heading if display_width(heading) <= _words()["heading"] else f"{heading[:middle]}\n{heading[middle:]}"


def _words() -> Words:
    return resources.load("messages/status")


def _facts(status: Status) -> dict[str, str]:
    period = status.period
    return {
        "document": resources.load("report/workbook")["document"],
        "period": str(period),
        "period_label": _named(period, _words()["book"]["period_labels"][period.kind]),
        "as_of": status.as_of.isoformat(),
        "tool": f"lianghua-batch {__version__}",
    }


def _named(period: Period, template: str) -> str:
    """A period in words."""
    words = resources.load("report/workbook")
    ordinals, halves = words["ordinals"], words["halves"]
    ordinal = "" if period.kind == MONTH else ordinals[period.index - 1]
    part = halves[(period.index - 1) % len(halves)]
    return template.format(year=period.year, index=period.index, ordinal=ordinal, part=part)


# --- the matrix ----------------------------------------------------------------------------------------------------


def _matrix(status: Status) -> SheetTable:
    layout = _words()["book"]["matrix"]
    look = layout[YEAR if status.period.kind == YEAR else "quarter"]
    states = _words()["states"]
    columns = [SheetColumn(c["heading"], c["width"], most=c["most"]) for c in layout["columns"]]
    for state in STATES:
        heading, sums = states[state]["label"], layout["counts"]
        columns.append(SheetColumn(heading, sums["width"], sums["group"], style=states[state]["style"]))
    for form, periods in status.columns.items():
        columns += _form_columns(form, periods, look)
    rows = [row for cohort in status.cohorts for row in _cohort_rows(status, cohort, look, len(columns))]
    legend = (look["legend"].format_map(states[state]) for state in reversed(STATES))
    facts = {
        **_facts(status),
        "whole": status.counts.total(),
        "counts": counted(status.counts),
        "legend": layout["legend_separator"].join(legend),
    }
    return _sheet(status, "matrix", columns, rows, [text.format_map(facts) for text in layout["subtitles"]])


def _form_columns(form: str, periods: Sequence[Period], look: Words) -> Iterator[SheetColumn]:
    """A column a period under the form's name; a form of one period has one column that says the form only."""
    label = definitions()[form].label
    if len(periods) == 1:
        yield SheetColumn(halved(label), look["single"])
        return
    for period in periods:
        heading = _named(period, look["headings"][period.kind])
        yield SheetColumn(heading, look["widths"][period.kind], label, style="heading_small")


def _cohort_rows(status: Status, cohort: Cohort, look: Words, columns: int) -> Iterator[Row]:
    """The committee's own row, marked as such, or its name alone; then its branches."""
    if not cohort.headed:
        yield _strip(cohort.name, columns)
    for line in cohort.lines:
        yield _unit_row(status, line, look, headed=cohort.headed and line.unit.id == cohort.id)


def _unit_row(status: Status, line: UnitStates, look: Words, headed: bool) -> Row:
    states, counts = _words()["states"], line.counts()
    state_of = {(e.form, e.period): e.state for e in line.entries}
    code, name = ("committee_code", "committee") if headed else ("code", "name")
    cells = [Cell(line.unit.id, code), Cell(line.unit.name, name)]
    cells += (Cell(counts[state] or "", _words()["book"]["matrix"]["counts"]["style"]) for state in STATES)
    for form, periods in status.columns.items():
        for period in periods:
            state = states.get(state_of.get((form, period)))
            cells.append(Cell(state[look["shows"]], state["style"]) if state else Cell("", "undue"))
    return Row(tuple(cells))


def _strip(text: str, columns: int) -> Row:
    """A text over empty cells; none of them merged, so that the columns stay in sight where the sheet is scrolled."""
    return Row((Cell(text, "strip"), *(Cell("", "strip") for _ in range(columns - 1))))


# --- the list ------------------------------------------------------------------------------------------------------


def _chasing(status: Status) -> SheetTable:
    layout = _words()["book"]["chasing"]
    width = len(layout["columns"])
    columns = [SheetColumn(c["heading"], c["width"], most=c.get("most")) for c in layout["columns"]]
    rows = [*_branch_rows(status, layout, width), *_county_rows(status, layout, width)]
    rows = rows or [Row((Cell(layout["nothing"], "note", width),))]
    rows += _unregistered(status, layout, width)
    rows += _unplaced(status, layout, width)
    return _sheet(status, "chasing", columns, rows, [text.format_map(_facts(status)) for text in layout["subtitles"]])


def _branch_rows(status: Status, layout: Words, width: int) -> Iterator[Row]:
    for cohort in status.cohorts:
        due = reminders(cohort)
        if not due:
            continue
        counts = Counter(r.state for r in due for _ in r.periods)
        yield _band(layout["cohort"].format(name=cohort.name, counts=counted(counts, CHASED)), width)
        for reminder in due:
            values = {
                "id": reminder.unit.id,
                "name": reminder.unit.name,
                "head": reminder.unit.details["head"] or "",
                "state": _words()["states"][reminder.state]["label"],
                "form": definitions()[reminder.form].label,
                "periods": grouping.spans(map(str, reminder.periods)),
                "due_by": reminder.due_by,
            }
            yield _row(layout, values, reminder.state)


def _county_rows(status: Status, layout: Words, width: int) -> Iterator[Row]:
    """机关工委's forms: a row for each form and period, with the units whose rows are missing in it."""
    due = gaps(status)
    if not due:
        return
    counts = Counter(gap.state for gap in due for _ in gap.units)
    filed_by = resources.load("templates")["instructions"]["filed_by"]["county"]
    yield _band(layout["county"].format(filed_by=filed_by, counts=counted(counts, CHASED)), width)
    for gap in due:
        values = {
            "state": _words()["states"][gap.state]["label"],
            "form": definitions()[gap.form].label,
            "periods": str(gap.period),
            "due_by": gap.due_by,
        }
        row = _row(layout, values, gap.state)
        who = sum(spec["name"] not in values for spec in layout["columns"])
        yield Row((Cell(listed(gap), "text", who), *row.cells[who:]))


def _row(layout: Words, values: Mapping[str, Any], state: str) -> Row:
    look = _words()["states"][state]["style"]
    return Row(
        tuple(
            Cell(values.get(spec["name"], ""), look if spec["name"] == "state" else spec["style"])
            for spec in layout["columns"]
        )
    )


def _unregistered(status: Status, layout: Words, width: int) -> Iterator[Row]:
    """What was found and nobody took up."""
    if status.unregistered:
        yield _band(layout["unregistered"].format(count=len(status.unregistered)), width)
    for finding in status.unregistered:
        text = layout["finding"].format(number=finding.number, text=finding.text, place=finding.row.ref("findings"))
        yield Row((Cell(text, "text", width),))


def _unplaced(status: Status, layout: Words, width: int) -> Iterator[Row]:
    """The files that could not be assigned and may be the missing forms."""
    if status.unplaced:
        yield _band(layout["unplaced"].format(count=len(status.unplaced)), width)
    for problem in status.unplaced:
        half, text = width // 2, layout["problem"].format(message=problem.message, remedy=problem.remedy)
        yield Row((Cell(str(problem.place), "text", half), Cell(text, "text", width - half)))


def _band(text: str, width: int) -> Row:
    return Row((Cell(text, "section", width),))


# --- the finished sheet --------------------------------------------------------------------------------------------


def _sheet(
    status: Status, key: str, columns: Sequence[SheetColumn], rows: Sequence[Row], subtitles: Sequence[str]
) -> SheetTable:
    """Fit columns to what they hold and rows to their lines; one page wide in print."""
    layout, words, facts = _words()["book"][key], _words()["book"], _facts(status)
    heights = resources.load("report/workbook")["heights"]
    fitted = fitting.columns(columns, rows)

    def over_all(texts: Iterable[str], style: str) -> tuple[Row, ...]:
        rows = [Row((Cell(text, style, len(fitted)),)) for text in texts]
        return fitting.rows(rows, fitted, heights[style])

    page = {k: words[k].format_map({**facts, "sheet": layout["name"]}) for k in ("header", "footer")}
    return SheetTable(
        key=key,
        name=layout["name"],
        title=over_all([layout["title"].format_map(facts)], "title")[0],
        subtitles=over_all(subtitles, "subtitle"),
        columns=fitted,
        rows=fitting.rows(rows, fitted, heights["row"]),
        notes=over_all(layout.get("notes", ()), "note"),
        page=Page(layout["orientation"], **page),
        frozen=layout["frozen"],
        heading_height=fitting.heading_height(fitted, heights["heading"]),
        tab=layout["tab"],
    )

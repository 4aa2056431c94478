"""The matrix of `status` and its list on a terminal: coloured and fitted to its width; plain and unbroken in a file."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from lianghua_batch.cli import terminal
from lianghua_batch.cli.terminal import wrapped
from lianghua_batch.core import resources
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.model.scheme import BRANCH
from lianghua_batch.report.status_report import counted, halved
from lianghua_batch.validation import grouping
from lianghua_batch.validation.filing_status import FAULTY, FILED, MISSING, PENDING, TWICE, Status, UnitStates
from lianghua_batch.validation.reminders import gaps, listed, reminders

_BAD, _GOOD = (FAULTY, TWICE, MISSING), (FILED, PENDING)
_GAP = 2


def show(status: Status, width: int | None = None) -> None:
    """Print the matrix, then what each committee's branches have to send, then the sums.

    `width` is the terminal's; None asks it, and breaks nothing where there is none.
    """
    words = resources.load("messages/status")["terminal"]
    console = terminal.console(width)
    facts = {"period": status.period, "as_of": status.as_of}
    console.print(Text(words["title"].format_map(facts), "bold"))
    console.print(_matrix(status, console.width, words), crop=False)
    console.print()
    for text, indent, style in _reminder_lines(status, words):
        for number, line in enumerate(wrapped(text, console.width - indent - 2)):
            console.print(Text(" " * (indent + (2 if number else 0)) + line, style))
    summary = words["summary"].format(whole=status.counts.total(), counts=counted(status.counts))
    console.print(Text(summary, "bold"))


# --- the matrix ----------------------------------------------------------------------------------------------------


def _matrix(status: Status, width: int, words: Mapping[str, Any]) -> Table:
    """A line a unit and a column a form; where the terminal is narrow, headings and counts stand one under the other.

    No lines are drawn: on a Chinese Windows they would be twice as wide as they are here.
    """
    labels = {form: definitions()[form].label for form in status.columns}
    names = {line.unit.id: f"{line.unit.id} {line.unit.name}" for line in status.lines}
    longest = max(map(cell_len, (words["unit"], *names.values(), *(c.name for c in status.cohorts if not c.headed))))
    broken = {form: halved(label) for form, label in labels.items()}
    for headings, gap, separator in ((labels, _GAP, " "), (broken, _GAP, "\n"), (broken, 1, "\n")):
        left = width - _columns_width(status, headings, gap, separator)
        if left >= longest:
            break
    room = max(min(longest, left), words["least"])
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold")
    table.add_column(words["unit"], width=room)
    for heading in headings.values():
        table.add_column(heading, no_wrap=True)
    for cohort in status.cohorts:
        table.add_row()
        if not cohort.headed:
            table.add_row(Text(cohort.name, "bold"))
        for line in cohort.lines:
            own = line.unit.id == cohort.id
            name = Text(_cut(line, names[line.unit.id], room, words["cut"]), "bold" if own else "")
            table.add_row(name, *(_cell(line, form, separator) for form in headings))
    return table


def _columns_width(status: Status, headings: Mapping[str, str], gap: int, separator: str) -> int:
    """What the forms' columns, and the gaps before them, take of a terminal's width; its last column stays free."""
    taken = 1
    for form, heading in headings.items():
        texts = (heading, *(_cell(line, form, separator).plain for line in status.lines))
        taken += gap + max(cell_len(part) for text in texts for part in text.split("\n"))
    return taken


def _cut(line: UnitStates, name: str, room: int, mark: str) -> str:
    """A unit's code and name in `room`: of a branch the end of the name is kept, in which those of a committee differ."""
    if cell_len(name) <= room:
        return name
    code, rest = f"{line.unit.id} ", line.unit.name
    while rest and cell_len(code + mark + rest) > room:
        rest = rest[1:] if line.unit.level == BRANCH else rest[:-1]
    return code + mark + rest if line.unit.level == BRANCH else code + rest + mark


def _cell(line: UnitStates, form: str, separator: str) -> Text:
    """What is wrong and how often; where nothing is, how many are there and how many not due yet."""
    states, counts = resources.load("messages/status")["states"], line.counts(form)
    count = resources.load("messages/status")["count"]
    listed_states = [s for s in _BAD if counts[s]] or [s for s in _GOOD if counts[s]]
    parts = (Text(count.format(label=states[s]["label"], count=counts[s]), states[s]["colour"]) for s in listed_states)
    return Text(separator).join(parts)


# --- the list ------------------------------------------------------------------------------------------------------


def _reminder_lines(status: Status, words: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    """The lines of the list, each with its indent and its style."""
    lines = [*_branch_reminders(status, words), *_county_gaps(status, words)]
    yield words["chasing"], 0, "bold"
    yield from lines or [(words["nothing"], 2, "")]
    if status.unregistered:
        yield words["unregistered"].format(count=len(status.unregistered)), 0, "bold"
    for finding in status.unregistered:
        yield (
            words["finding"].format(number=finding.number, text=finding.text, place=finding.row.ref("findings")),
            2,
            "",
        )
    if status.unplaced:
        yield words["unplaced"], 0, "bold"
    for problem in status.unplaced:
        facts = {"place": problem.place, "message": problem.message, "remedy": problem.remedy}
        yield words["problem"].format_map(facts), 2, ""


def _branch_reminders(status: Status, words: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    """A line a branch and state, under their committee."""
    states = resources.load("messages/status")["states"]
    for cohort in status.cohorts:
        due = reminders(cohort)
        if due:
            yield cohort.name, 0, ""
        for unit, state in dict.fromkeys((r.unit.id, r.state) for r in due):
            same = [r for r in due if (r.unit.id, r.state) == (unit, state)]
            forms = (
                words["form"].format(form=definitions()[r.form].label, periods=grouping.spans(map(str, r.periods)))
                for r in same
            )
            facts = {"unit": f"{unit} {same[0].unit.name}", "state": states[state]["label"]}
            yield words["branch"].format(**facts, forms=words["separator"].join(forms)), 2, ""


def _county_gaps(status: Status, words: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    due, states = gaps(status), resources.load("messages/status")["states"]
    if due:
        yield words["county"].format(filed_by=resources.load("templates")["instructions"]["filed_by"]["county"]), 0, ""
    for gap in due:
        facts = {"state": states[gap.state]["label"], "form": definitions()[gap.form].label, "period": gap.period}
        yield words["gap"].format(**facts, units=listed(gap)), 2, ""

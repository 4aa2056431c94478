"""A what-if on a terminal: tables of units fitted to its width; plain and unbroken in a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lianghua_batch.analysis import rank_changes
from lianghua_batch.analysis.rank_changes import BRANCHES, COMMITTEES, KINDS, MEMBERS, RankChange
from lianghua_batch.analysis.what_if import Comparison
from lianghua_batch.cli import terminal
from lianghua_batch.cli.terminal import wrapped
from lianghua_batch.core import exact, resources

_UP, _DOWN, _CHANGED, _BOLD = "green", "red", "yellow", "bold"
Columns = Mapping[str, Callable[[RankChange], Text]]


def show(comparison: Comparison, unit_names: Mapping[str, str], width: int | None = None) -> None:
    """Print what is changed, how much moves, and both levels' rankings; `width` is the terminal's, None asks it."""
    words = resources.load("messages/compare")
    console = terminal.console(width)
    console.print(Text(words["whatif"]["title"].format(period=comparison.period), _BOLD))
    for text, indent in _head(comparison, words):
        for number, line in enumerate(wrapped(text, console.width - indent - 2)):
            console.print(" " * (indent + (2 if number else 0)) + line)
    for kind, columns, cohorts in (
        (COMMITTEES, _committee_columns(), {}),
        (BRANCHES, _branch_columns(), unit_names),
    ):
        if comparison.rank_changes[kind]:
            title = words["kinds"][kind]["label"]
            console.print()
            console.print(_ranking(comparison.rank_changes[kind], title, columns, cohorts, console.width))
    _members(console, comparison, unit_names, words)
    console.print()
    console.print(words["whatif"]["nothing_written"])


def _head(comparison: Comparison, words: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """What is changed, and the counts."""
    texts = words["whatif"]
    yield texts["changes"], 0
    for change in comparison.settings:
        sentence = texts["same" if change.was == change.now else "change"]
        yield sentence.format(label=change.label, was=change.was, now=change.now, basis=change.basis), 2
    yield from ((texts["note"].format(note=note), 0) for note in comparison.notes)
    counted = {kind: rank_changes.counts(comparison.rank_changes[kind]) for kind in KINDS}
    if not any(c["totals"] or c["grades"] or c["ranks"] for c in counted.values()):
        yield texts["unchanged"], 0
        return
    for kind, counts in counted.items():
        graded = any(m.latest.grade is not None for m in comparison.rank_changes[kind])
        sentence = texts["summary" if kind != MEMBERS or graded else "summary_quarter_members"]
        yield sentence.format(kind=words["kinds"][kind]["label"], unit=words["kinds"][kind]["unit"], **counts), 0


# --- tables --------------------------------------------------------------------------------------------------------


def _ranking(
    listed: Sequence[RankChange], title: str, columns: Columns, cohort_names: Mapping[str, str], width: int
) -> Table:
    """A line a unit, cohort by cohort, each under its name where `cohort_names` has any."""
    lines: list[tuple[str, RankChange | None]] = []
    cohort = None
    for change in listed:
        if cohort_names and change.latest.cohort != cohort:
            cohort = change.latest.cohort
            direct = resources.load("reading")["direct_cohort"]
            lines.append((cohort_names.get(cohort, cohort) if cohort else direct, None))
        lines.append((f"{change.id} {change.latest.name}", change))
    cells = {name: [cell(m) if m else Text() for _, m in lines] for name, cell in columns.items()}
    return _table(title, [name for name, _ in lines], cells, {i for i, (_, m) in enumerate(lines) if m is None}, width)


def _table(title: str, names: Sequence[str], cells: Mapping[str, Sequence[Text]], heads: set[int], width: int) -> Table:
    """Columns beside names; where the terminal is narrow with small gaps, and the names cut. No lines are drawn: on a Chinese
    Windows they would be twice as wide as they are here.
    """
    words = resources.load("messages/compare")["table"]
    headings = words["columns"]
    taken = [
        max(cell_len(headings[_heading(name)]), *(t.cell_len for t in column), 0) for name, column in cells.items()
    ]
    longest = max(map(cell_len, (title, *names)))
    for gap in (2, 1):
        left = width - 1 - sum(taken) - gap * len(taken)
        if left >= longest:
            break
    room = max(min(longest, left), words["least"])
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style=_BOLD)
    table.add_column(title, width=room)
    for name in cells:
        justify = "left" if name in ("grade", "climbed", "climbed_county") else "right"
        table.add_column(headings[_heading(name)], no_wrap=True, justify=justify)
    for number, name in enumerate(names):
        style = _BOLD if number in heads else ""
        table.add_row(Text(_cut(name, room, words["cut"]), style), *(column[number] for column in cells.values()))
    return table


def _heading(column: str) -> str:
    """The key of a column's heading: several columns share 改后 or 升降."""
    known = resources.load("messages/compare")["table"]["columns"]
    return column if column in known else column.split("_")[0]


def _cut(name: str, room: int, mark: str) -> str:
    """A code and name in `room`: names of one committee differ at their ends, those of committees at their beginnings."""
    if cell_len(name) <= room:
        return name
    half = (room - cell_len(mark)) // 2
    while cell_len(name[:half] + mark + name[-1:]) > room:
        half -= 1
    head, end = name[:half], ""
    for letter in reversed(name[half:]):
        if cell_len(head + mark + letter + end) > room:
            break
        end = letter + end
    return head + mark + end


def _committee_columns() -> Columns:
    return {
        "total": lambda m: Text(_number(m.was.total)),
        "then_total": lambda m: Text(_number(m.now.total)),
        "difference": lambda m: Text(_signed(m), _CHANGED if m.difference else ""),
        "rank": lambda m: Text(str(m.was.rank)),
        "then_rank": lambda m: Text(str(m.now.rank)),
        "climbed": lambda m: _places(m.places_gained),
        "grade": _grade,
    }


def _branch_columns() -> Columns:
    columns = _committee_columns()
    grade = columns.pop("grade")
    return {
        **columns,
        "rank_county": lambda m: Text(str(m.was.rank_county)),
        "then_county": lambda m: Text(str(m.now.rank_county)),
        "climbed_county": lambda m: _places(m.county_places_gained),
        "grade": grade,
    }


def _number(value: Any) -> str:
    return resources.load("messages/compare")["table"]["none"] if value is None else exact.text(value)


def _signed(change: RankChange) -> str:
    difference = change.difference
    if not difference:
        return _number(difference)
    return ("+" if difference > 0 else "") + exact.text(difference)


def _places(gained: int | None) -> Text:
    words = resources.load("messages/compare")["table"]
    if not gained:
        return Text(words["level"])
    return Text(words["up" if gained > 0 else "down"].format(places=abs(gained)), _UP if gained > 0 else _DOWN)


def _grade(change: RankChange) -> Text:
    if not change.regraded:
        return Text(change.now.grade or "")
    changed = resources.load("messages/compare")["table"]["regraded"]
    return Text(changed.format(was=change.was.grade, now=change.now.grade), _CHANGED)


def _members(console: Console, comparison: Comparison, unit_names: Mapping[str, str], words: Mapping[str, Any]) -> None:
    """How many members of each branch have another total, grade or rank."""
    rows = {branch: rank_changes.counts(listed) for branch, listed in comparison.by_branch().items()}
    rows = {b: c for b, c in rows.items() if c["totals"] or c["grades"] or c["ranks"]}
    if not rows:
        return
    names = [f"{branch} {unit_names.get(branch, '')}".rstrip() for branch in rows]
    counted = {"members": "compared", "totals": "totals", "grades": "grades", "ranks": "ranks"}
    cells = {name: [Text(str(c[key])) for c in rows.values()] for name, key in counted.items()}
    console.print()
    console.print(words["table"]["members_title"], style=_BOLD)
    console.print(_table(words["kinds"][BRANCHES]["label"], names, cells, set(), console.width))

"""Sheets that are there twice: identical copies, a second 花名册 of the same people, the parts of a branch's form (spec §2)."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake import record_reader
from lianghua_batch.intake.cell_values import as_shown, squeeze
from lianghua_batch.intake.recognition import Recognised
from lianghua_batch.intake.sheet_records import Origin
from lianghua_batch.intake.tables import ORIGIN, ROW, Table


def _identity(source: Recognised) -> tuple:
    """Form, sheet, unit and period by a sheet's labels; only sheets that agree in these can be copies of each other."""
    label = source.labels.get("unit_id")
    return (
        source.sheet.form,
        source.sheet.name,
        squeeze(as_shown(label.value)).casefold() if label else "",
        source.period,
    )


def _content(source: Recognised) -> str:
    return source.content or record_reader.content(source)


def without_duplicates(sources: Iterable[Recognised]) -> tuple[list[Recognised], frozenset[SourceRef], list[Problem]]:
    """Drop sheets with exactly the content of an earlier one, each a warning; return those kept, and which of them had duplicates."""
    listed = list(sources)
    counts = Counter(_identity(source) for source in listed)
    firsts: dict[tuple, Recognised] = {}
    kept: list[Recognised] = []
    duplicated: set[SourceRef] = set()
    problems: list[Problem] = []
    for source in listed:
        identity = _identity(source)
        key = (*identity, _content(source) if counts[identity] > 1 else "")
        first = firsts.setdefault(key, source)
        if first is source:
            kept.append(source)
        else:
            duplicated.add(first.grid.place())
            problems.append(problem(Code.IDENTICAL_COPY, source.grid.place(), other=first.grid.place()))
    return kept, frozenset(duplicated), problems


def without_second_rosters(table: Table) -> tuple[Table, list[Problem]]:
    """花名册 without the sheets, no identical copies, most of whose rows an earlier one has; each of them one error."""
    marks = table.frame[list(table.sheet.key)].astype(object).where(lambda cells: cells.notna(), None)
    listed = {
        n: set(marks[table.frame[ORIGIN] == n].itertuples(index=False, name=None)) for n in range(len(table.origins))
    }
    again: dict[int, int] = {}
    for n, rows in listed.items():
        for first in range(n):
            common = len(rows & listed[first])
            if first not in again and common > 1 and 2 * common > min(len(rows), len(listed[first])):
                again[n] = first
                break
    problems = [
        problem(Code.TWO_ROSTERS, table.origins[n].place(), sheet=table.sheet.label, other=table.origins[first].place())
        for n, first in again.items()
    ]
    return (table.take(~table.frame[ORIGIN].isin(again)) if again else table), problems


@dataclass(frozen=True)
class Rivals:
    """Two sheets of one branch's form of one period that share members: by member's code, the places of the two rows."""

    first: Origin
    second: Origin
    shared: Mapping[str, tuple[SourceRef, SourceRef]]


def same_form_twice(table: Table, apart: Container[int] = ()) -> Iterator[Rivals]:
    """Sheets that say something else of members of an earlier one; parts without a common member are one form.

    The origins numbered in `apart` are left alone.
    """
    groups: dict[tuple, list[int]] = defaultdict(list)
    for n, origin in enumerate(table.origins):
        if origin.unit is not None and origin.period is not None and n not in apart:
            groups[origin.unit, origin.period].append(n)
    for numbers in groups.values() if "member_id" in table.frame else ():
        if len(numbers) > 1:
            yield from _rivals(table, numbers)


def _rivals(table: Table, numbers: Sequence[int]) -> Iterator[Rivals]:
    """The rivals among the parts of one form, each part with the first that has a member of it."""
    rows = table.frame.loc[table.frame[ORIGIN].isin(numbers), [ORIGIN, ROW, "member_id"]].dropna()
    first_rows = rows.drop_duplicates([ORIGIN, "member_id"])
    members: dict[int, dict[str, int]] = {n: {} for n in numbers}
    for n, row, code in first_rows.itertuples(index=False, name=None):
        members[n][code] = row
    for at, second in enumerate(numbers):
        for first in numbers[:at]:
            common = [code for code in members[second] if code in members[first]]
            if common:
                shared = {
                    code: tuple(table.place(n, members[n][code], "member_id") for n in (first, second))
                    for code in common
                }
                yield Rivals(table.origins[first], table.origins[second], shared)
                break

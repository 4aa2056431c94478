"""Sheets that are there twice: identical copies, a second 花名册 of the same people, a branch's form of one period (spec §2)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.problems import Identified, Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake import record_reader
from lianghua_batch.intake.cell_values import as_shown, squeeze
from lianghua_batch.intake.recognition import Recognised
from lianghua_batch.intake.sheet_records import Origin
from lianghua_batch.intake.tables import ORIGIN, Table


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


def sent_twice(table: Table, units: Mapping[str, Sequence[Identified]]) -> Iterator[Problem]:
    """A branch's form of one period that is there twice, as the sheets are labelled; `units` are the rows of 花名册 by code."""
    form = definitions()[table.sheet.form].label
    for first, second in same_form_twice(table):
        unit = units[second.unit][-1] if second.unit in units else None
        yield problem(
            Code.FORM_SENT_TWICE,
            second.place(),
            value=second.unit,
            unit=unit,
            period=second.period,
            branch=unit or second.unit,
            form=form,
            other=first.place(),
        )


def same_form_twice(table: Table) -> Iterator[tuple[Origin, Origin]]:
    """Pairs of different sheets that are the same branch's same form of the same period."""
    first: dict[tuple, Origin] = {}
    for origin in table.origins:
        key = (origin.unit, origin.period)
        if origin.unit is None or origin.period is None:
            continue
        if key in first:
            yield first[key], origin
        first.setdefault(key, origin)

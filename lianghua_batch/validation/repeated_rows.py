"""The same row twice in a form without a key: in one sheet a warning, in two files an error (spec §2)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import NAME, TEXT, definitions
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.intake.cell_values import compared
from lianghua_batch.intake.tables import ORIGIN, ROW, Table


class _Row(NamedTuple):
    """A row that is there more than once: the number of its sheet, its own in there, and what it is called by."""

    origin: int
    number: int
    value: object


def check(tables: Mapping[str, Table]) -> Iterator[Problem]:
    """All problems of rows that count once more; a branch's form that was sent twice is one problem already."""
    for table in tables.values():
        if table.sheet.key or table.sheet.form == "objection":  # nothing is counted by objections
            continue
        groups = _equal(table)
        for rows in groups:
            yield from _in_one_sheet(table, rows)
        if not definitions()[table.sheet.form].by_branch or "member_id" not in table.frame:
            yield from _in_two(table, groups)


def _equal(table: Table) -> list[list[_Row]]:
    """The rows that say the same; one with a cell that could not be read is like no other."""
    columns = table.sheet.columns
    loose = [c.name for c in columns if c.type in (TEXT, NAME)]
    strict = [c.name for c in columns if c.name not in loose]
    unread = table.frame.index.isin([index for index, _ in table.faulty])
    frame = table.frame[
        table.frame.duplicated(subset=strict, keep=False) & ~unread
    ]  # of hundreds of thousands few are left
    frame = frame[frame.duplicated(subset=strict, keep=False)]
    if frame.empty:
        return []
    frame = frame.assign(**{name: frame[name].map(compared, na_action="ignore") for name in loose})
    frame = frame[frame.duplicated(subset=[*strict, *loose], keep=False)]
    if frame.empty:
        return []
    groups = frame.groupby([*strict, *loose], dropna=False, sort=False).indices.values()
    names = frame[_naming_column(table)]
    listed = list(
        map(_Row, frame[ORIGIN].tolist(), frame[ROW].tolist(), names.astype(object).where(names.notna(), None))
    )
    return [[listed[at] for at in positions] for positions in groups]


def _naming_column(table: Table) -> str:
    """The column that says whom or what a row is about."""
    return next((name for name in ("member_id", "unit_id") if name in table.frame), table.sheet.columns[0].name)


def _in_one_sheet(table: Table, rows: Sequence[_Row]) -> Iterator[Problem]:
    first: dict[int, _Row] = {}
    for row in rows:
        earlier = first.setdefault(row.origin, row)
        if earlier is not row:
            place = table.place(row.origin, row.number, _naming_column(table))
            yield problem(Code.REPEATED_ROW, place, value=row.value, row=earlier.number, sheet=place.sheet)


def _in_two(table: Table, groups: Sequence[Sequence[_Row]]) -> Iterator[Problem]:
    """Two sheets that share rows: one error for the two, at the first of them."""
    shared: dict[tuple[int, int], list[tuple[_Row, _Row]]] = {}
    for rows in groups:
        first: dict[int, _Row] = {}
        for row in rows:
            first.setdefault(row.origin, row)
        one, *others = first.values()
        for other in others:
            shared.setdefault((one.origin, other.origin), []).append((one, other))
    form = definitions()[table.sheet.form].label
    column = table.sheet.columns[0].name
    for pairs in shared.values():
        first_place, place = (table.place(row.origin, row.number, column) for row in pairs[0])
        yield problem(Code.ROWS_IN_TWO_FILES, place, form=form, count=len(pairs), other=first_place)

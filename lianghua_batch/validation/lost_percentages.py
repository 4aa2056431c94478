"""Marks from 0 to 100 that are at most 1: percentages, probably, whose cells have lost their format (0.75 for 75%)."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator

from lianghua_batch.core import exact, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import NUMBER, Column
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.intake.tables import ORIGIN, Record
from lianghua_batch.model.county import County
from lianghua_batch.model.scheme import Scheme

_DIRECT = "direct"
_ONE = exact.HUNDRED.numerator  # in hundredths


def check(county: County) -> Iterator[Problem]:
    """Every such mark, beside the others of its sheet; an 实际值 of 直接赋分, beside those of its indicator."""
    for table in county.tables.values():
        for column in table.sheet.columns:
            if _is_mark(column):
                yield from _lost(((row.values[ORIGIN], row) for row in table.records()), column.name)
    values = county.tables["indicator_value"].records()
    yield from _lost(((row["indicator_id"], row) for row in values if _is_direct(county.scheme, row)), "actual")


def _is_mark(column: Column) -> bool:
    return column.type == NUMBER and column.min == 0 and column.max == exact.HUNDRED


def _is_direct(scheme: Scheme, row: Record) -> bool:
    indicator = scheme.indicator_of(row["unit_id"], row["indicator_id"])
    return indicator is not None and indicator.method == _DIRECT


def _lost(rows: Iterable[tuple[Hashable, Record]], column: str) -> Iterator[Problem]:
    """The marks up to 1 where most of the others of their group are high, or as low."""
    together: dict[Hashable, list[Record]] = defaultdict(list)
    for group, row in rows:
        if row[column] is not None:
            together[group].append(row)
    high = _ONE * resources.load("reading")["marks_above"]
    for group in together.values():
        low = [row for row in group if 0 < row[column] <= _ONE]
        others = len(low) - 1 + sum(row[column] > high for row in group)
        if low and 2 * others >= len(group) - 1:
            yield from (_problem(row, column) for row in low)


def _problem(row: Record, column: str) -> Problem:
    value = exact.from_hundredths(row[column])
    percent = exact.short(value * 100)
    place = row.ref(column)
    return problem(Code.PERCENTAGE_AS_FRACTION, place, value=exact.short(value), percent=percent, suggestion=percent)

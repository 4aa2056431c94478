"""Form definition → Pandera schema, run once a form over all its rows; its failures → Problems."""

from collections.abc import Sequence
from types import MappingProxyType

import pandas as pd
import pandera.pandas as pa

from lianghua_batch.core import exact
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import CODE, COUNT, NAME, NUMBER, TEXT, Column, Sheet, definitions
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.intake.cell_values import compared
from lianghua_batch.intake.tables import ORIGIN, Table
from lianghua_batch.model.roster import Raters

_COMPARED = {TEXT: compared, NAME: compared, CODE: str.casefold}
_REQUIRED, _MIN, _MAX, _ALLOWED = "required", "min", "max", "allowed"


def schema(sheet: Sheet) -> pa.DataFrameSchema:
    """Build the sheet's Pandera schema: types, required cells, ranges (hundredths), allowed values; the key is `doubled_keys`."""
    return pa.DataFrameSchema(
        {column.name: _column_schema(column) for column in sheet.columns}, strict="filter", name=sheet.label
    )


def _column_schema(column: Column) -> pa.Column:
    checks = []
    if column.required:
        checks.append(pa.Check(lambda cells: cells.notna(), error=_REQUIRED, ignore_na=False))
    scale = 100 if column.type == NUMBER else 1
    if column.min is not None and column.type in (NUMBER, COUNT):
        checks.append(pa.Check.ge(column.min * scale, error=_MIN))
    if column.max is not None:
        checks.append(pa.Check.le(column.max * scale, error=_MAX))
    if column.choices:
        checks.append(pa.Check.isin(list(column.choices), error=_ALLOWED))
    dtype = {NUMBER: "Int64", COUNT: "Int64", "date": "datetime64[s]"}.get(column.type, "str")
    return pa.Column(dtype, checks=checks, nullable=True)


def _failures(table: Table) -> pd.DataFrame:
    try:
        if not table.frame.empty:  # over no row Pandera takes as long as over many
            schema(table.sheet).validate(table.frame, lazy=True)
    except pa.errors.SchemaErrors as failure:
        return failure.failure_cases
    return pd.DataFrame(columns=["column", "check", "index", "failure_case"])


def check(table: Table, raters: Raters = MappingProxyType({})) -> list[Problem]:
    """Validate a table against its definition; every failing cell is one problem, cells already reported excepted.

    `raters`: by a column of the key, what is equal for two texts that mean the same.
    """
    problems = []
    for failure in _failures(table).itertuples():
        if (failure.index, failure.column) in table.faulty:
            continue
        column = table.sheet.column(failure.column)
        place = table.ref(failure.index, failure.column)
        value = table.frame.at[failure.index, failure.column]
        if failure.check == _REQUIRED:
            if place.column is not None:  # a missing column has its own problem
                problems.append(problem(Code.MISSING_VALUE, place))
        elif failure.check == _MIN:
            problems.append(problem(Code.BELOW_MINIMUM, place, value=_written(value, column), limit=column.min))
        elif failure.check == _MAX:
            problems.append(problem(Code.ABOVE_MAXIMUM, place, value=_written(value, column), limit=column.max))
        else:
            raise AssertionError(f"{table.sheet.label}.{column.label}: {failure.check} {failure.failure_case}")
    return problems + doubled_keys(table, raters)


def _written(value: object, column: Column) -> str:
    return exact.short(exact.from_hundredths(value)) if column.type == NUMBER else str(value)


def doubled_keys(table: Table, raters: Raters) -> list[Problem]:
    """Rows whose key stands in an earlier row of the same form; where only one sheet may be sent, of the same sheet.

    A branch's form, or a sheet of 考评方案, that is there twice is one problem by itself.
    """
    key = table.sheet.key
    if not key or table.frame.empty:
        return []
    form = definitions()[table.sheet.form]
    single = form.by_branch or form.name == "scheme"
    owners = [str(n) if single else f"{o.unit}|{o.period}" for n, o in enumerate(table.origins)]
    unread = {index for index, name in table.faulty if name in key}
    labels = "、".join(table.sheet.label_of(name) for name in key)
    columns = [_compared_values(table, name, raters) for name in key]
    firsts: dict[tuple, int] = {}
    problems = []
    for index, origin, *marks in zip(table.frame.index, table.values(ORIGIN), *columns, strict=True):
        if marks[0] is None or index in unread:
            continue
        first = firsts.setdefault((owners[origin], *marks), index)
        if first != index:
            written = " ".join(_key_text(table, index, name) for name in key if pd.notna(table.frame.at[index, name]))
            place, other = table.ref(index, key[0]), table.ref(first, key[0])
            words = {"key": f"{labels} {written}", "other": other}
            problems.append(problem(Code.DUPLICATE_KEY, place, value=written, **words))
    return problems


def _compared_values(table: Table, name: str, raters: Raters) -> Sequence[object]:
    """A column's values as they are compared."""
    same = raters.get(name) or _COMPARED.get(table.sheet.column(name).type)
    values = table.values(name)
    return values if same is None else [None if value is None else same(value) for value in values]


def _key_text(table: Table, index: int, name: str) -> str:
    value = table.frame.at[index, name]
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return table.sheet.column(name).choices.get(value, str(value))

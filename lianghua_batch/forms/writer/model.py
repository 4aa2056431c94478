"""The sheets of a workbook of forms as plain data: what forms.writer writes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from lianghua_batch.core import periods
from lianghua_batch.core.form_definitions import Sheet
from lianghua_batch.core.periods import Period

Formula = Callable[[Callable[[str], str]], str]


@dataclass(frozen=True)
class FormSheet:
    """One sheet to write; columns are named by identifier, rows counted from 0.

    `sheet`: the definition, expanded by the scheme. `labels`: values of the labelled cells by identifier (unit_id,
    unit_name, period, filled_by); 表种 is always written. `rows`: column → value (str, int, Fraction, Decimal, date,
    None); choices and yes/no by identifier. `formulas`: column → function from `cell` (column → its address in the row)
    to a formula, the row's value being its cached result; `cell_formulas`: the same for single cells. `notes`: comments
    by (row, column). `lists`: drop-down values by a column's `list` or name; `cell_lists`: of single cells. `minima`,
    `maxima`: limits that the scheme gives. `number_format`: of the numbers, such as 0.00. `spare_rows`: empty bordered
    rows under the rows. `landscape`: by width where None.
    """

    sheet: Sheet
    labels: Mapping[str, object] = field(default_factory=dict)
    rows: Sequence[Mapping[str, object]] = ()
    title: str | None = None
    name: str | None = None
    formulas: Mapping[str, Formula] = field(default_factory=dict)
    cell_formulas: Mapping[tuple[int, str], Formula] = field(default_factory=dict)
    notes: Mapping[tuple[int, str], str] = field(default_factory=dict)
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    cell_lists: Mapping[tuple[int, str], Sequence[str]] = field(default_factory=dict)
    minima: Mapping[str, Fraction | int] = field(default_factory=dict)
    maxima: Mapping[str, Fraction | int] = field(default_factory=dict)
    number_format: str | None = None
    spare_rows: int = 0
    landscape: bool | None = None

    @property
    def period(self) -> Period | None:
        return periods.parse(str(self.labels["period"])) if self.labels.get("period") is not None else None


@dataclass(frozen=True)
class Reference:
    """A table for people on the page of instructions, such as the scheme's 积分项目."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Workings:
    """A sheet that computes what other sheets of the workbook show; reading passes it over. Texts that begin with = are formulas.

    `counted`: how many of the rows, and `shown`: how many of the columns people look at; the others only help.
    """

    name: str
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[object]]
    widths: Sequence[float]
    counted: int
    shown: int

"""Data validations of a form's cells: drop-downs, ranges, hints (xlsxwriter's options; pure)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lianghua_batch.core import exact
from lianghua_batch.core.form_definitions import CHOICE, COUNT, DATE, NUMBER, YES_NO, Column
from lianghua_batch.forms.writer.model import FormSheet

Options = dict[str, Any]
_TITLE_LENGTH, _MESSAGE_LENGTH = 32, 255  # Excel's limits


def number(value: Fraction | Decimal | float) -> int | float:
    """Return a number as a cell holds it: exact to two decimals, rounded half-up."""
    rounded = exact.half_up(Fraction(value), 2)
    return int(rounded) if rounded.denominator == 1 else float(rounded)


def number_range(texts: Mapping[str, str], low: object, high: object) -> str:
    """Say in words which numbers are allowed."""
    limits = {k: exact.short(Fraction(v)) for k, v in (("low", low), ("high", high)) if v is not None}
    kind = {2: "between", 0: "any_number"}.get(len(limits), "at_least" if "low" in limits else "at_most")
    return texts[kind].format(**limits)


@dataclass(frozen=True)
class CellRules:
    """The validations of one sheet; `list_source` says what a drop-down of given values refers to."""

    form_sheet: FormSheet
    layout: Mapping[str, Any]
    list_source: Callable[[Sequence[str]], Sequence[str] | str]

    def cells(self, first: int, last: int) -> Iterator[tuple[int, int, int, Options]]:
        """Yield (first row, last row, column, options) of the rows first…last (0-based), single cells before their column."""
        alone: dict[str, set[int]] = {}
        indices = {c.name: i for i, c in enumerate(self.form_sheet.sheet.columns)}
        for (row, name), values in self.form_sheet.cell_lists.items():
            alone.setdefault(name, set()).add(first + row)
            column = self.form_sheet.sheet.columns[indices[name]]
            yield (
                first + row,
                first + row,
                indices[name],
                self._hint(column) | self._list(values, "choice_error", "stop"),
            )
        for index, column in enumerate(self.form_sheet.sheet.columns):
            options = self.column(column)
            if options is None:
                continue
            for start, end in stretches(first, last, alone.get(column.name, set())):
                yield start, end, index, options

    def column(self, column: Column) -> Options | None:
        """The validation of a column's cells; None where there is nothing to check or to say."""
        hint = self._hint(column)
        if column.name in self.form_sheet.formulas:
            return {"validate": "any"} | hint if hint else None
        rule = self._rule(column)
        return rule | hint if rule["validate"] != "any" or hint else None

    def prompt(self, text: Mapping[str, str]) -> Options:
        """A hint alone."""
        return {"validate": "any", "input_title": text["title"], "input_message": text["message"]}

    def _hint(self, column: Column) -> Options:
        if not column.note:
            return {}
        return {"input_title": column.label[:_TITLE_LENGTH], "input_message": column.note[:_MESSAGE_LENGTH]}

    def _error(self, name: str, kind: str, **words: object) -> Options:
        text = self.layout["texts"][name]
        message = text["message"].format(**words)[:_MESSAGE_LENGTH]
        return {"error_type": kind, "error_title": text["title"][:_TITLE_LENGTH], "error_message": message}

    def _rule(self, column: Column) -> Options:
        lists = self.form_sheet.lists
        if column.type in (CHOICE, YES_NO):
            return self._list(list(column.choices.values()), "choice_error", "stop")
        if values := lists.get(column.list or "") or lists.get(column.name):
            return self._list(values, "list_error", "warning")
        if column.type == COUNT:
            limits = {"criteria": "between", "minimum": 0, "maximum": self.layout["largest_number"]}
            return {"validate": "integer", **limits, **self._error("count_error", "stop")}
        if column.type == NUMBER:
            return self._number(column)
        if column.type == DATE:
            return self._date(column)
        return {"validate": "any"}

    def _list(self, values: Sequence[str], error: str, kind: str) -> Options:
        return {"validate": "list", "source": self.list_source(values), **self._error(error, kind)}

    def _number(self, column: Column) -> Options:
        low = self.form_sheet.minima.get(column.name, column.min)
        high = self.form_sheet.maxima.get(column.name, column.max)
        largest = self.layout["largest_number"]
        limits = {
            "criteria": "between",
            "minimum": -largest if low is None else number(low),
            "maximum": largest if high is None else number(high),
        }
        words = number_range(self.layout["texts"], low, high)
        return {"validate": "decimal", **limits, **self._error("number_error", "stop", range=words)}

    def _date(self, column: Column) -> Options:
        first, last = self.layout["earliest_date"], self.layout["latest_date"]
        period = self.form_sheet.period
        inside = column.name in self.layout["dates_in_period"].get(self.form_sheet.sheet.form, ())
        example = self.layout["example_date"]
        if inside and period is not None:
            first, last, example = period.first_day, period.last_day, period.first_day
        limits = {"criteria": "between", "minimum": first, "maximum": last}
        error = self._error("date_error", "stop", first=first, last=last, example=example)
        return {"validate": "date", **limits, **error}


def stretches(first: int, last: int, leave_out: set[int]) -> list[tuple[int, int]]:
    """Return the stretches of first…last without the rows `leave_out`."""
    found, start = [], first
    for row in sorted(r for r in leave_out if first <= r <= last):
        if row > start:
            found.append((start, row - 1))
        start = row + 1
    return [*found, (start, last)] if start <= last else found

"""The form definitions of schemas/forms/: what each form's sheets and columns are called, hold and allow."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

from lianghua_batch.core import resources
from lianghua_batch.core.periods import Period

CODE, TEXT, NAME, NUMBER, COUNT, DATE, CHOICE, YES_NO, ANY = (
    "code",
    "text",
    "name",
    "number",
    "count",
    "date",
    "choice",
    "yes_no",
    "any",
)


@dataclass(frozen=True)
class Column:
    """One column of a sheet; `item` is the scheme's dimension or ballot grade that an expanded column stands for.

    `prefilled`: `templates` writes it, so that it does not show that somebody filled the form. `decides`: a cap, a veto, votes: it
    must not be missing unnoticed, although its heading may be. `ahead`: a day to come, which may lie in the year after the form's.
    """

    name: str
    label: str
    type: str
    required: bool = False
    required_heading: bool = False
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    choice_aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    min: int | None = None
    max: int | None = None
    width: int = 12
    note: str = ""
    list: str | None = None
    expand: str | None = None
    item: str | None = None
    decides: bool = False
    prefilled: bool = False
    ahead: bool = False

    @property
    def must_have(self) -> bool:
        """Whether a sheet without this heading is faulty."""
        return self.required or self.required_heading


@dataclass(frozen=True)
class Sheet:
    """One table of a form: its columns in template order and the columns that make a row unique."""

    form: str
    name: str
    label: str
    title: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}

    def label_of(self, name: str) -> str:
        return self.column(name).label

    @property
    def expanded(self) -> tuple[Column, ...]:
        """The columns that stand for the scheme's dimensions or ballot grades."""
        return tuple(c for c in self.columns if c.item is not None)

    def __reduce_ex__(self, protocol: int) -> str | tuple:
        """Definitions travel between processes by name."""
        defined = definitions()[self.form].sheet(self.name)
        return (_sheet_named, (self.form, self.name)) if defined is self else super().__reduce_ex__(protocol)


@dataclass(frozen=True)
class Form:
    """One form (表种): who files it (a branch, any unit for itself, the county), for which kinds of period, until when, and its sheets.

    `deadline`: so many months after the period's last one, on which day; None where the period's own last day is meant.
    `counts`: the labelled cells above the table that hold a whole number (schemas/reading.yaml).
    `optional`: it is due from nobody.
    """

    name: str
    label: str
    order: int
    filed_by: str
    periods: tuple[str, ...]
    purpose: str
    due: str
    clause: str
    sheets: tuple[Sheet, ...]
    deadline: Mapping[str, int] | None = None
    counts: tuple[str, ...] = ()
    optional: bool = False

    @property
    def by_branch(self) -> bool:
        return self.filed_by == "branch"

    @property
    def by_unit(self) -> bool:
        """Whether it is a branch's or a committee's own, its code in a labelled cell."""
        return self.filed_by in ("branch", "unit")

    def due_by(self, period: Period) -> dt.date:
        """The last day on which the form of a period is in time."""
        if self.deadline is None:
            return period.last_day
        months = period.last_day.year * 12 + period.last_day.month - 1 + self.deadline["months"]
        return dt.date(months // 12, months % 12 + 1, self.deadline["day"])

    def sheet(self, name: str) -> Sheet:
        return next(s for s in self.sheets if s.name == name)

    def __reduce_ex__(self, protocol: int) -> str | tuple:
        return (_form_named, (self.name,)) if definitions()[self.name] is self else super().__reduce_ex__(protocol)


def _form_named(name: str) -> Form:
    return definitions()[name]


def _sheet_named(form: str, name: str) -> Sheet:
    return definitions()[form].sheet(name)


def item_column(name: str, item: str) -> str:
    """Return the name of the column that stands for one item of the scheme: dimension:政治合格."""
    return f"{name}:{item}"


def _column(raw: Mapping[str, Any]) -> Column:
    values = dict(raw)
    if values.pop("choices_from", None) == "metrics":
        values["choices"] = {m["name"]: m["label"] for m in resources.load("rules/metrics")["metrics"]}
    if values["type"] == YES_NO:
        values["choices"] = {key: labels[0] for key, labels in resources.load("reading")["yes_no"].items()}
    values["aliases"] = tuple(values.get("aliases", ()))
    values["choice_aliases"] = {key: tuple(names) for key, names in values.pop("aliases_of", {}).items()}
    return Column(**values)


def _sheet(form: str, raw: Mapping[str, Any]) -> Sheet:
    return Sheet(
        form=form,
        name=raw["sheet"],
        label=raw["label"],
        title=raw["title"],
        key=tuple(raw["key"]),
        columns=tuple(_column(c) for c in raw["columns"]),
    )


@cache
def definitions() -> dict[str, Form]:
    """Return every form by identifier, in the order of the year's work; expandable columns are not expanded yet."""
    forms = [_form(resources.load(f"forms/{name}")) for name in resources.form_names()]
    return {form.name: form for form in sorted(forms, key=lambda f: f.order)}


@cache
def feedback() -> Form:
    """Return 反馈单, which is written like a form and never read as one."""
    return _form(resources.load("papers/feedback"))


def form_of(sheet: Sheet) -> Form:
    """Return the form of a sheet, or the paper."""
    return definitions().get(sheet.form) or feedback()


def _form(raw: Mapping[str, Any]) -> Form:
    periods = raw["period"] if isinstance(raw["period"], list) else [raw["period"]]
    return Form(
        name=raw["form"],
        label=raw["label"],
        order=raw["order"],
        filed_by=raw["filed_by"],
        periods=tuple(periods),
        purpose=raw["purpose"],
        due=raw["due"],
        clause=raw["clause"],
        deadline=raw.get("deadline"),
        counts=tuple(raw.get("counts", ())),
        optional=raw.get("optional", False),
        sheets=tuple(_sheet(raw["form"], s) for s in raw["sheets"]),
    )


def other_names(item: str) -> tuple[str, ...]:
    """Return what else a dimension is called: the county's words and the regulations' for the same."""
    groups = (group for group in resources.load("reading")["same_names"] if item in group)
    return tuple(name for group in groups for name in group if name != item)


def expand(form: Form, items: Mapping[str, Sequence[str]]) -> Form:
    """Return the form with each expandable column replaced by one column an item (dimension or ballot grade) of the scheme."""

    def columns(sheet: Sheet) -> tuple[Column, ...]:
        result: list[Column] = []
        for column in sheet.columns:
            if column.expand is None:
                result.append(column)
                continue
            result += (
                replace(
                    column,
                    name=item_column(column.name, item),
                    label=column.label.format(item=item),
                    aliases=tuple(column.label.format(item=name) for name in other_names(item)),
                    item=item,
                )
                for item in items[column.expand]
            )
        return tuple(result)

    return replace(form, sheets=tuple(replace(s, columns=columns(s)) for s in form.sheets))

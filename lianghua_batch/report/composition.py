"""The sheets 得分构成: every number of a unit's total in a column of its own, every 指标得分 included."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

from lianghua_batch import exact
from lianghua_batch.contributions import Score
from lianghua_batch.report import tables
from lianghua_batch.report.model import Row, SheetTable, Value
from lianghua_batch.report.rankings import cohorts, unit_value
from lianghua_batch.report.tables import Field, Item
from lianghua_batch.report.view import View
from lianghua_batch.results import UnitStanding
from lianghua_batch.scheme import Indicator


def committees(view: View) -> SheetTable:
    """The committees' 得分构成; in a quarter, the branches whose mean each is."""
    if view.is_year:
        return _year(view, "composition_committees", view.results.committees)
    return _committee_quarters(view)


def branches(view: View) -> SheetTable:
    """The branches' 得分构成, in the order of their committees and ranks."""
    key = "composition_branches"
    ordered = [s for _, standings in cohorts(view.results.branches) for s in standings]
    if view.is_year:
        return _year(view, key, ordered)
    shown = tables.fields(view, view.layout(key)["columns"], {})
    rows = _unit_rows(view, shown, ordered, lambda s, f: unit_value(view, s, f.name))
    return tables.sheet(view, key, (f.column for f in shown), rows, filtered=len(rows))


def _unit_rows(
    view: View,
    shown: Sequence[Field],
    standings: Sequence[UnitStanding],
    value: Callable[[UnitStanding, Field], Value | Score | None],
) -> list[Row]:
    """A row a unit, with a thicker line where another cohort begins."""
    return [
        tables.row(view, shown, partial(value, s), "begins" if i and s.cohort != standings[i - 1].cohort else None)
        for i, s in enumerate(standings)
    ]


# --- the year ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subtotal:
    """The 指标得分 of several indicators together."""

    ids: frozenset[str]


@dataclass(frozen=True)
class Own:
    """The indicator that stands at `index` among those of its kind that a unit has for itself alone."""

    kind: str
    index: int
    shows_id: bool


def _year(view: View, key: str, standings: Sequence[UnitStanding]) -> SheetTable:
    layout = view.layout(key)
    in_force = [i for i in view.scheme.indicators if any(i.id in s.scores.indicators for s in standings)]
    shown = tables.fields(view, layout["columns"], _items(view, layout, in_force, standings))
    by_id = {i.id: i for i in in_force}
    rows = _unit_rows(view, shown, standings, lambda s, f: _value(view, s, by_id, f))
    return tables.sheet(view, key, (f.column for f in shown), rows, filtered=len(rows))


def _value(view: View, standing: UnitStanding, by_id: Mapping[str, Indicator], field: Field) -> Value | Score | None:
    scores, its = standing.scores, field.item
    if isinstance(its, Subtotal):
        own = [s.value for i, s in scores.indicators.items() if i in its.ids]
        return view.scheme.final(sum(own, exact.ZERO)) if own else None
    if isinstance(its, Indicator):
        return scores.indicators.get(its.id)
    if isinstance(its, Own):
        mine = _own(view, [by_id[i] for i in scores.indicators], its.kind)
        if its.index >= len(mine):
            return None
        return mine[its.index].id if its.shows_id else scores.indicators[mine[its.index].id]
    if field.name == "inspections":
        return scores.inspections.get(its)
    return unit_value(view, standing, field.name)


def _own(view: View, indicators: Sequence[Indicator], kind: str) -> list[Indicator]:
    """Those of one kind that are one unit's alone: a column each would be all but empty."""
    units = view.results.county.roster.units
    return [i for i in indicators if i.kind == kind and i.applies_to in units]


def _items(
    view: View, layout: Mapping[str, Any], indicators: Sequence[Indicator], standings: Sequence[UnitStanding]
) -> Mapping[str, Sequence[Item]]:
    kinds = [k for k in _kinds(view) if any(i.kind == k for i in indicators)]
    inspections = sorted({p for s in standings for p in s.scores.inspections})
    by_id = {i.id: i for i in indicators}
    return {
        "kinds": [Item(_subtotal(i for i in indicators if i.kind == k), _kinds(view)[k]) for k in kinds],
        "inspections": [Item(p, view.period_name(p)) for p in inspections],
        "indicators": [i for k in kinds for i in _kind_items(view, layout, k, by_id, standings)],
    }


def _kinds(view: View) -> Mapping[str, str]:
    """The kinds of indicators and their labels, in the order of the form."""
    return view.choices("scheme", "indicators", "kind")


def _subtotal(indicators: Iterable[Indicator]) -> Subtotal:
    return Subtotal(frozenset(i.id for i in indicators))


def _kind_items(
    view: View, layout: Mapping[str, Any], kind: str, by_id: Mapping[str, Indicator], standings: Sequence[UnitStanding]
) -> list[Item]:
    """One kind's columns: 方面 by 方面 a subtotal and its indicators, then those of single units by their position."""
    label = _kinds(view)[kind]
    alone = {i.id for i in _own(view, list(by_id.values()), kind)}
    shared = [i for i in by_id.values() if i.kind == kind and i.id not in alone]
    items: list[Item] = []
    for aspect in dict.fromkeys(i.aspect for i in shared):
        group = layout["aspect"].format(kind=label, aspect=aspect or "").strip()
        members = [i for i in shared if i.aspect == aspect]
        look = {"group": group, "style": "total", "width": 8}
        if (
            aspect is not None
        ):  # else it would be the kind's, or, beside single units' own, a part of it that says nothing
            items.append(Item(_subtotal(members), heading=layout["subtotal"], overrides=look))
        items += (
            Item(i, heading=_heading(layout, i), overrides={"group": group, "heading_style": "heading_small"})
            for i in members
        )
    most = max((len(_own(view, [by_id[i] for i in s.scores.indicators], kind)) for s in standings), default=0)
    group = layout["own"].format(kind=label)
    for index in range(most):
        named = layout["own_id"].format(index=index + 1)
        scored = layout["own_score"].format(index=index + 1)
        look = {"group": group, "width": 8}
        items.append(Item(Own(kind, index, True), heading=named, overrides={**look, "style": "code", "most": 16}))
        items.append(Item(Own(kind, index, False), heading=scored, overrides=look))
    return items


def _heading(layout: Mapping[str, Any], indicator: Indicator) -> str:
    return layout["indicator"].format(id=indicator.id, name=indicator.name, weight=exact.short(indicator.weight))


# --- the quarter ---------------------------------------------------------------------------------------------------


def _committee_quarters(view: View) -> SheetTable:
    """Every committee's branches: the score and the share of each."""
    key = "composition_committees"
    shown = tables.fields(view, view.layout(key)["columns"], {})
    rows: list[Row] = []
    for standing in view.results.committees:
        parts = [p for p in standing.scores.total.parts if p.of is not None]
        for number, part in enumerate(parts):
            values = {
                "branch_id": part.of.subject,
                "branch_name": view.unit(part.of.subject).name,
                "branch_total": part.of,
                "share": _share(part.amount, part.of.value),
            }
            overlay = "begins" if number == 0 and rows else None
            rows.append(
                tables.row(
                    view,
                    shown,
                    lambda f, s=standing, v=values: v[f.name] if f.name in v else unit_value(view, s, f.name),
                    overlay,
                )
            )
    return tables.sheet(view, key, (f.column for f in shown), rows, filtered=len(rows))


def _share(amount: Fraction, value: Fraction) -> str | None:
    """A branch's share as a fraction; a score of zero leaves none to tell."""
    return str(amount / value) if value else None

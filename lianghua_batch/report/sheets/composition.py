"""The sheets 得分构成: every number behind a unit's total in a column of its own, 指标得分 included, each step a formula."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lianghua_batch.core import exact
from lianghua_batch.model.scheme import Indicator
from lianghua_batch.model.scores import Score
from lianghua_batch.report.layout import sheet_table
from lianghua_batch.report.layout.model import Cell, Family, Formula, Key, Row, SheetTable, Value
from lianghua_batch.report.layout.sheet_table import Field, Item
from lianghua_batch.report.sheets import composition_formulas, formulas
from lianghua_batch.report.sheets.rankings import cohorts, unit_value
from lianghua_batch.report.view import View
from lianghua_batch.scoring.results import UnitResult


def committees(view: View) -> SheetTable:
    """The committees' 得分构成, in the order of their ranks."""
    return _sheet(view, "composition_committees", view.results.committees)


def branches(view: View) -> SheetTable:
    """The branches' 得分构成, in the order of their committees and ranks."""
    ordered = [r for _, ranked in cohorts(view.results.branches) for r in ranked]
    return _sheet(view, "composition_branches", ordered)


def _sheet(view: View, key: str, ranked: Sequence[UnitResult]) -> SheetTable:
    """One row for each unit, with a thicker line where the next cohort begins."""
    layout = view.layout(key)
    own = {r.unit.id: _own(view, r) for r in ranked}
    in_force = [i for i in view.scheme.indicators if any(own[r.unit.id].get(i.id) is i for r in ranked)]
    fields = sheet_table.fields(view, layout["columns"], _items(view, layout, in_force, list(own.values()), ranked))
    rows = []
    for number, result in enumerate(ranked):
        begins = number and result.cohort != ranked[number - 1].cohort
        live = composition_formulas.unit_formulas(view, result, ranked)
        cells = (_cell(view, result, own[result.unit.id], field, live) for field in fields)
        rows.append(Row(tuple(cells), "begins" if begins else None))
    return sheet_table.sheet(view, key, (f.column for f in fields), rows, filtered=len(rows))


def _indicators(result: UnitResult) -> Mapping[str, Score]:
    """A unit's 指标得分; in a quarter there are none."""
    return getattr(result.scores, "indicators", {})


def _own(view: View, result: UnitResult) -> Mapping[str, Indicator]:
    """The indicators that a unit has points for, by code: two units' declared ones may have the same."""
    unit, scored = result.unit, _indicators(result)
    return {i.id: i for i in view.scheme.indicators_for(unit.id, unit.level, unit.group) if i.id in scored}


def _cell(
    view: View,
    result: UnitResult,
    by_id: Mapping[str, Indicator],
    field: Field,
    live: Mapping[Key, Formula],
) -> Cell:
    key, item = _key(view, result, by_id, field), field.item
    if isinstance(item, Subtotal):
        added = [(result.unit.id, "indicator", i) for i in _indicators(result) if item.holds(by_id[i])]
        formula = formulas.plain_sum(added)
    else:
        formula = live.get(key)
    cell = view.cell(_value(view, result, by_id, field), field.style, key=key, formula=formula)
    return replace(cell, to=(Family.RANKING, result.unit.id)) if field.name == "name" else cell


def _key(view: View, result: UnitResult, by_id: Mapping[str, Indicator], field: Field) -> Key | None:
    """A cell's key, of its unit and column; None for the subtotal of a 方面 and the code of a single unit's indicator."""
    unit, item = result.unit.id, field.item
    if isinstance(item, Subtotal):
        return (unit, "kind", item.kind) if item.whole_kind else None
    if isinstance(item, Indicator):
        return (unit, "indicator", item.id) if by_id.get(item.id, item) is item else None
    if isinstance(item, OwnIndicator):
        own_indicators = _own_indicators(view, list(by_id.values()), item.kind)
        return (
            (unit, "indicator", own_indicators[item.index].id)
            if item.index < len(own_indicators) and not item.shows_id
            else None
        )
    return (unit, str(item)) if field.name == "inspections" else (unit, field.name)


# --- the columns --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subtotal:
    """The 指标得分 of several indicators of one kind together: all of them, or those of a 方面."""

    kind: str
    ids: frozenset[str]
    whole_kind: bool = False

    def holds(self, indicator: Indicator) -> bool:
        """Whether an indicator's points are in it: of this kind, and where it is not the whole kind's, one of these that units share."""
        return indicator.kind == self.kind and (
            self.whole_kind or (indicator.id in self.ids and not indicator.declared)
        )


@dataclass(frozen=True)
class OwnIndicator:
    """The `index`-th indicator of a kind that applies to one unit alone; `shows_id`: the column has its code, not its score."""

    kind: str
    index: int
    shows_id: bool


def _value(view: View, result: UnitResult, by_id: Mapping[str, Indicator], field: Field) -> Value | Score | None:
    scores, item = result.scores, field.item
    if isinstance(item, Subtotal):
        added = [s.value for i, s in scores.indicators.items() if item.holds(by_id[i])]
        return view.guarded(sum(added, exact.ZERO)) if added else None
    if isinstance(item, Indicator):
        return scores.indicators[item.id] if by_id.get(item.id) is item else None
    if isinstance(item, OwnIndicator):
        own_indicators = _own_indicators(view, list(by_id.values()), item.kind)
        if item.index >= len(own_indicators):
            return None
        return own_indicators[item.index].id if item.shows_id else scores.indicators[own_indicators[item.index].id]
    if field.name == "inspections":
        return scores.inspections.get(item)
    if field.name == "share":
        return _share(view, result)
    return unit_value(view, result, field.name)


def _own_indicators(view: View, indicators: Sequence[Indicator], kind: str) -> list[Indicator]:
    """The indicators of one kind that apply to one unit alone: they share columns, as a column each would be nearly empty."""
    units = view.results.county.roster.units
    return [i for i in indicators if i.kind == kind and i.applies_to in units]


def _items(
    view: View,
    layout: Mapping[str, Any],
    indicators: Sequence[Indicator],
    own: Sequence[Mapping[str, Indicator]],
    ranked: Sequence[UnitResult],
) -> Mapping[str, Sequence[Item]]:
    kinds = [k for k in _kinds(view) if any(i.kind == k for i in indicators)]
    inspections = sorted({p for r in ranked for p in getattr(r.scores, "inspections", ())})
    return {
        "kinds": [Item(_subtotal(k, indicators, whole_kind=True), _kinds(view)[k]) for k in kinds],
        "inspections": [Item(p, view.period_name(p)) for p in inspections],
        "indicators": [i for k in kinds for i in _kind_items(view, layout, k, indicators, own)],
    }


def _kinds(view: View) -> Mapping[str, str]:
    """The kinds of indicators and their labels, in the order of the form."""
    return view.choices("scheme", "indicators", "kind")


def _subtotal(kind: str, indicators: Iterable[Indicator], *, whole_kind: bool = False) -> Subtotal:
    return Subtotal(kind, frozenset(i.id for i in indicators if i.kind == kind), whole_kind)


def _kind_items(
    view: View,
    layout: Mapping[str, Any],
    kind: str,
    indicators: Sequence[Indicator],
    own: Sequence[Mapping[str, Indicator]],
) -> list[Item]:
    """One kind's columns: 方面 by 方面 a subtotal and its indicators, then those of single units by their position."""
    label = _kinds(view)[kind]
    units = view.results.county.roster.units
    shared = [i for i in indicators if i.kind == kind and i.applies_to not in units]
    items: list[Item] = []
    for aspect in dict.fromkeys(i.aspect for i in shared):
        group = layout["aspect"].format(kind=label, aspect=aspect or "").strip()
        members = [i for i in shared if i.aspect == aspect]
        look = {"group": group, "style": "total", "width": 8}
        if (
            aspect is not None
        ):  # else it would be the kind's, or, beside single units' own, a part of it that says nothing
            items.append(Item(_subtotal(kind, members), heading=layout["subtotal"], overrides=look))
        items += (
            Item(
                i, heading=_heading(layout, i), overrides={"group": group, "heading_style": "heading_small", "level": 1}
            )
            for i in members
        )
    most = max((len(_own_indicators(view, list(by_id.values()), kind)) for by_id in own), default=0)
    group = layout["own"].format(kind=label)
    for index in range(most):
        named = layout["own_id"].format(index=index + 1)
        scored = layout["own_score"].format(index=index + 1)
        look = {"group": group, "width": 8, "level": 1}
        items.append(
            Item(OwnIndicator(kind, index, True), heading=named, overrides={**look, "style": "code", "most": 16})
        )
        items.append(Item(OwnIndicator(kind, index, False), heading=scored, overrides=look))
    return items


def _heading(layout: Mapping[str, Any], indicator: Indicator) -> str:
    return layout["indicator"].format(id=indicator.id, name=indicator.name, weight=exact.short(indicator.weight))


def _share(view: View, result: UnitResult) -> str | None:
    """A branch's weight in its committee's 季度得分, as a fraction; None for 机关工委直属."""
    committee = next((r for r in view.results.committees if r.unit.id == result.cohort), None)
    parts = committee.scores.total.parts if committee else ()
    return next((str(p.share) for p in parts if p.score is result.scores.total), None)

"""加减分 (spec §5.8, 文件二（二）): capped sums of 个性化 and 动态化, one deduction for 违纪."""

from fractions import Fraction

from lianghua_batch.core import exact
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import PASSED
from lianghua_batch.model.scores import Contribution, Score, item_label, limited, step_clause, unrounded
from lianghua_batch.scoring import formulas


def bonuses(county: County, unit: Unit) -> dict[str, Score]:
    """Return the unit's individual, dynamic and discipline scores; only 审核 = 通过 counts, the sums are capped, not the entries."""
    rules = county.scheme.parameters
    passed = [r for r in county.rows_by_unit("bonus").get(unit.id, ()) if r["review"] == PASSED]
    caps = {"individual": rules.individual_cap, "dynamic": rules.dynamic_cap}
    found = {}
    for kind, cap in caps.items():
        by, source = step_clause(kind), county.scheme.rule_cell(f"{kind}_cap")
        rows = [r for r in passed if r["kind"] == kind and r["points"] is not None]
        parts = [_entry(r, exact.from_hundredths(r["points"]), by, "bonus") for r in rows]
        found[kind] = unrounded(unit.id, kind, county.period, limited(parts, -cap, cap, "cap", by, source))
    cases = [r for r in passed if r["kind"] == "discipline"]
    parts = _discipline(county, cases, found["individual"].value)
    found["discipline"] = unrounded(unit.id, "discipline", county.period, parts)
    return found


def _entry(row: Record, amount: Fraction, by: str, kind: str) -> Contribution:
    held = None if row["points"] is None else exact.from_hundredths(row["points"])
    return Contribution(str(row["event"]), amount, by, row.ref("points"), kind=kind, held=held)


def _discipline(county: County, cases: list[Record], individual: Fraction) -> list[Contribution]:
    """−违纪扣分 once, however many cases; under 违纪计入上限 only as far as its sum with 个性化 stays within the cap."""
    if not cases:
        return []
    rules, by = county.scheme.parameters, step_clause("discipline")
    parts = [_entry(cases[0], -rules.discipline_deduction, by, "case")]
    parts += (_entry(row, exact.ZERO, by, "further_case") for row in cases[1:])
    spared = formulas.discipline_spared(individual, rules)
    if spared:
        cell, held = county.scheme.rule_cell("individual_cap"), rules.individual_cap
        parts.append(Contribution(item_label("cap"), spared, by, cell, kind="cap", held=held))
    return parts

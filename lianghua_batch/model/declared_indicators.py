"""差异化申报 with 差异化审核 → the 差异化 指标 of the units that declared them (spec §5.3, §2)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lianghua_batch.core import exact, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake.cell_values import compared
from lianghua_batch.intake.tables import Record, Table
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import DIFFERENTIAL, PENDING, Indicator, Scheme, applies
from lianghua_batch.model.scheme_loader import standards_of

FILED = "filed"  # a declared indicator has no other 数据来源
_APPROVED = {
    "weight": "approved_weight",
    "satisfactory": "approved_satisfactory",
    "unacceptable": "approved_unacceptable",
}
_DECLARED = ("indicator_id", "indicator_name", "weight", "method")


@dataclass(frozen=True)
class DeclaredRow(Record):
    """A row of 差异化申报 as it is in force: where its row of 差异化审核, `reviewed`, fills a 核定 value, that one and its cell."""

    reviewed: Record | None = None

    def __getitem__(self, column: str) -> object:
        return self.values[column] if self._approving(column) is None else self.reviewed[_APPROVED[column]]

    def ref(self, column: str | None = None) -> SourceRef:
        if column == "review" and self.reviewed is not None:
            return self.reviewed.ref(column)
        return super().ref(column) if self._approving(column) is None else self.reviewed.ref(_APPROVED[column])

    def _approving(self, column: str | None) -> Record | None:
        """The review, where it fills another value for a column."""
        changed = self.reviewed is not None and self.reviewed[_APPROVED.get(column, "review")] is not None
        return self.reviewed if changed and column in _APPROVED else None


def with_declared(
    scheme: Scheme, tables: Mapping[str, Table], units: Mapping[str, Unit]
) -> tuple[Scheme, list[Problem]]:
    """The scheme with the indicators that units declared, those too that are not passed; `units` are those of the period's end.

    Rows of units that are not among them have their own problem, or none.
    """
    reviews = {(r["unit_id"], _key(r["indicator_id"])): r for r in tables["declaration_review"].records()}
    rows: dict[tuple[str | None, str], DeclaredRow] = {}
    for row in tables["declaration"].records():
        key = (row.origin.unit, _key(row["indicator_id"]))
        rows.setdefault(key, DeclaredRow(row.table, row.index, row.values, reviews.get(key)))
    problems = [p for key, row in reviews.items() if key not in rows for p in _undeclared(row, units)]
    indicators = []
    for (unit_id, _), row in rows.items():
        if unit_id not in units or any(row[name] is None for name in _DECLARED):
            continue
        own = list(_row_problems(scheme, units[unit_id], row))
        standards, found = standards_of(row)
        problems += own + [p for p in found if p.place not in {o.place for o in own}]
        indicators.append(_indicator(units[unit_id], row, standards))
    return replace(scheme, indicators=(*scheme.indicators, *indicators)), problems


def _key(code: object) -> str:
    return str(code or "").casefold()


def _indicator(unit: Unit, row: DeclaredRow, standards: tuple) -> Indicator:
    return Indicator(
        id=str(row["indicator_id"]),
        level=unit.level,
        applies_to=unit.id,
        kind=DIFFERENTIAL,
        aspect=None,
        name=str(row["indicator_name"]),
        weight=exact.from_hundredths(row["weight"]),
        method=str(row["method"]),
        standards=standards,
        metric=FILED,
        review=PENDING if row.reviewed is None else row.reviewed["review"],
        basis=row["remark"],
        row=row,
    )


def _undeclared(row: Record, units: Mapping[str, Unit]) -> Iterator[Problem]:
    """A review of what its unit did not declare."""
    unit = units.get(row["unit_id"])
    if unit is not None and row["indicator_id"] is not None:
        place = row.ref("indicator_id")
        yield problem(Code.REVIEW_WITHOUT_DECLARATION, place, value=row["indicator_id"], unit=unit)


def _row_problems(scheme: Scheme, unit: Unit, row: DeclaredRow) -> Iterator[Problem]:
    code, reviewed = str(row["indicator_id"]), row.reviewed
    taken = next((i for i in scheme.indicators if _key(i.id) == _key(code) and i.level == unit.level), None)
    if taken is not None and applies(taken, unit.id, unit.group):
        place, words = row.ref("indicator_id"), {"unit": unit, "other": taken.row.ref("indicator_id")}
        yield problem(Code.DECLARED_INDICATOR_IN_SCHEME, place, value=code, **words)
    if reviewed is None:
        yield problem(Code.DECLARATION_UNREVIEWED, row.ref("indicator_id"), value=code, unit=unit)
        return
    names = (reviewed["indicator_name"], row["indicator_name"])
    if names[0] is not None and compared(names[0]) != compared(names[1]):
        words = {"unit": unit, "indicator": code, "expected": names[1]}
        yield problem(Code.REVIEWED_NAME_DIFFERS, reviewed.ref("indicator_name"), value=names[0], **words)
    needs = resources.load("rules/metrics")["methods"][row["method"]]["needs"]
    for column, approved in _APPROVED.items():
        if reviewed[approved] is not None and column not in ("weight", *needs):
            method = row.table.sheet.column("method").choices[row["method"]]
            value = exact.short(exact.from_hundredths(reviewed[approved]))
            yield problem(Code.APPROVED_STANDARD_UNUSED, reviewed.ref(approved), value=value, unit=unit, method=method)

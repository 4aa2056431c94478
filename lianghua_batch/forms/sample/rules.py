"""The sample county's 考评方案: the default one, its common 差异化 rows replaced by those of 考评组 and by what units declare."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from lianghua_batch.core import resources
from lianghua_batch.forms.sample.units import SampleUnit
from lianghua_batch.model import default_scheme
from lianghua_batch.model.scheme import BRANCH, COMMITTEE, DIFFERENTIAL, PASSED, REJECTED, ROUTINE, Indicator, Scheme

Row = Mapping[str, object]
_INSTEAD = "declared"
_PREFIX = {COMMITTEE: "CW", BRANCH: "CB"}


@dataclass(frozen=True)
class Declared:
    """An indicator that a unit declared: its rows of 差异化申报 and 差异化审核, and the one that comes of them."""

    declaration: Row
    review: Row
    indicator: Row


def scheme_rows(units: Sequence[SampleUnit]) -> dict[str, list[Row]]:
    """Return the six sheets' rows of the county's 考评方案, values as forms.writer takes them."""
    rows: dict[str, list[Row]] = dict(default_scheme.rows())
    common = [row for row in rows["indicators"] if row["kind"] == ROUTINE]
    return rows | {"indicators": [*common, *_group_rows(units)]}


def sample_scheme(units: Sequence[SampleUnit], declared: Mapping[str, Sequence[Declared]]) -> Scheme:
    """Return the same rules as the scoring sees them, so that the county's forms can be filled by them."""
    scheme = default_scheme.scheme()
    common = [i for i in scheme.indicators if i.kind == ROUTINE]
    rows = [*_group_rows(units), *(d.indicator for listed in declared.values() for d in listed)]
    own = (_indicator(row, template=common[0]) for row in rows)
    return replace(scheme, indicators=(*common, *own))


def _group_rows(units: Sequence[SampleUnit]) -> Iterator[Row]:
    """Yield the 差异化 rows of each 考评组."""
    words = resources.load("sample")["differential"]
    for level in (COMMITTEE, BRANCH):
        used = {u.group for u in units if u.level == level}
        shared = [(group, row) for group, rows in words[level]["groups"].items() if group in used for row in rows]
        for number, (group, row) in enumerate(shared, start=1):
            yield _row(row, f"{_PREFIX[level]}{number:02d}", level, group, PASSED)


def declared_indicators(units: Sequence[SampleUnit]) -> dict[str, list[Declared]]:
    """By unit, what it declared: one indicator of its own each; some declared another that was not passed."""
    words = resources.load("sample")["differential"]
    found: dict[str, list[Declared]] = {}
    for level in (COMMITTEE, BRANCH):
        own, refused = words[level]["own"], words[level][REJECTED]
        for place, unit in enumerate(u for u in units if u.level == level):
            given = [(own[place % len(own)], PASSED)]
            if place % len(own) == 1:
                given.append((refused[0], REJECTED))
            found[unit.id] = [
                _declared(row, f"{unit.id}-{number}", unit, review)
                for number, (row, review) in enumerate(given, start=1)
            ]
    return found


def _declared(given: Mapping, indicator_id: str, unit: SampleUnit, review: str) -> Declared:
    """One indicator; where its words say what was `declared` instead, the review puts the 权重 right."""
    words = resources.load("sample")["declaration_reviews"][review]
    plain = {name: value for name, value in given.items() if name != _INSTEAD}
    instead = given.get(_INSTEAD, {})
    indicator = _row(plain, indicator_id, unit.level, unit.id, review)
    row = _row({**plain, **instead}, indicator_id, unit.level, unit.id, review)
    declaration = {n: v for n, v in row.items() if n in (*plain, "indicator_id")}
    verdict = {"unit_id": unit.id, "indicator_id": indicator_id, "indicator_name": row["indicator_name"]}
    approved = {f"approved_{name}": indicator[name] for name in instead}
    opinion = {"review": review, "opinion": words["changed" if instead else "plain"]}
    return Declared(declaration, verdict | opinion | approved, indicator)


def _row(given: Mapping, indicator_id: str, level: str, applies_to: str, review: str) -> Row:
    texts = ("indicator_name", "method")
    return {name: value if name in texts else Fraction(str(value)) for name, value in given.items()} | {
        "indicator_id": indicator_id,
        "level": level,
        "applies_to": applies_to,
        "kind": DIFFERENTIAL,
        "metric": "filed",
        "review": review,
        "basis": resources.load("sample")["differential_basis"],
    }


def _indicator(row: Row, template: Indicator) -> Indicator:
    needs = resources.load("rules/metrics")["methods"][row["method"]]["needs"]
    return replace(
        template,
        id=row["indicator_id"],
        level=row["level"],
        applies_to=row["applies_to"],
        kind=row["kind"],
        aspect=None,
        name=row["indicator_name"],
        weight=row["weight"],
        method=row["method"],
        standards=tuple(row[name] for name in needs),
        metric=row["metric"],
        review=row["review"],
        basis=row["basis"],
    )

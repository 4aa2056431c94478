"""The sample county's 考评方案: the default one, its common 差异化 rows replaced by those of 考评组 and units."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from lianghua_batch.core import resources
from lianghua_batch.forms.sample.units import SampleUnit
from lianghua_batch.model import default_scheme
from lianghua_batch.model.scheme import BRANCH, COMMITTEE, DIFFERENTIAL, PASSED, ROUTINE, Indicator, Scheme

Row = Mapping[str, object]
_REJECTED = "rejected"
_PREFIX = {COMMITTEE: "CW", BRANCH: "CB"}


def scheme_rows(units: Sequence[SampleUnit]) -> dict[str, list[Row]]:
    """Return the six sheets' rows of the county's 考评方案, values as forms.writer takes them."""
    rows: dict[str, list[Row]] = dict(default_scheme.rows())
    common = [row for row in rows["indicators"] if row["kind"] == ROUTINE]
    return rows | {"indicators": [*common, *differential_rows(units)]}


def sample_scheme(units: Sequence[SampleUnit]) -> Scheme:
    """Return the same rules as the scoring sees them, so that the county's forms can be filled by them."""
    scheme = default_scheme.scheme()
    common = [i for i in scheme.indicators if i.kind == ROUTINE]
    own = (_indicator(row, template=common[0]) for row in differential_rows(units))
    return replace(scheme, indicators=(*common, *own))


def differential_rows(units: Sequence[SampleUnit]) -> Iterator[Row]:
    """Yield the rows of each 考评组, then one of every unit's own; some units proposed another that was not passed."""
    words = resources.load("sample")["differential"]
    for level in (COMMITTEE, BRANCH):
        groups, own, refused = words[level]["groups"], words[level]["own"], words[level][_REJECTED]
        used = {u.group for u in units if u.level == level}
        shared = [(group, row) for group, rows in groups.items() if group in used for row in rows]
        for number, (group, row) in enumerate(shared, start=1):
            yield _row(row, f"{_PREFIX[level]}{number:02d}", level, group, PASSED)
        for place, unit in enumerate(u for u in units if u.level == level):
            yield _row(own[place % len(own)], f"{unit.id}-1", level, unit.id, PASSED)
            if place % len(own) == 1:
                yield _row(refused[0], f"{unit.id}-2", level, unit.id, _REJECTED)


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

"""What branches filled in against what is computed: 打分偏离, 季汇总 figures, 支委会调整 (spec §4.3, §4.4)."""

from collections.abc import Iterator
from fractions import Fraction

from lianghua_batch.core import exact, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import definitions, item_column
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.county import County
from lianghua_batch.model.scores import Score
from lianghua_batch.scoring.members import Members, Quarter, full_marks
from lianghua_batch.validation.knock_on import DoubtfulMonths, Key

_MONTH_COLUMNS = ("month_1", "month_2", "month_3")


def check(county: County, members: Members, doubtful_months: DoubtfulMonths) -> list[Problem]:
    """Every filled figure that disagrees with the computed one; where that would be computed from what is wrong itself, that the
    sheet's figures were left unchecked."""
    problems: list[Problem] = []
    doubtful = set(doubtful_months.months)
    for key, found in _deviations(county, members):
        if key not in doubtful_months.diary:
            problems.append(found)
            doubtful.add(key)
    unchecked: dict[SourceRef, None] = {}
    for (member_id, period), quarter in members.quarters.items():
        if quarter.row is not None:
            sound = not any((member_id, month) in doubtful for month in period.months)
            problems += _quarter(county, quarter, quarter.row, sound)
            if not sound:
                unchecked[quarter.row.origin.place()] = None
    separator = resources.load("messages/problem_words")["separator"]
    causes = separator.join(definitions()[name].label for name in ("monthly_score", "daily_record"))
    return problems + [problem(Code.FIGURES_UNCHECKED, place, form=causes) for place in unchecked]


def _deviations(county: County, members: Members) -> Iterator[tuple[Key, Problem]]:
    """A dimension that departs from its 日记录核算分 by more than 打分偏离容差 needs 说明; with its member and month."""
    rules = county.scheme.parameters
    if rules.month_basis != "group_score":
        return
    columns = [(dimension, item_column("dimension", dimension.name)) for dimension in county.scheme.dimensions]
    tolerance = rules.deviation_tolerance * 100 // 1
    for (member_id, branch, month), row in county.rows_by_member("monthly_score").items():
        if row["remark"] is not None or _unread(row, "remark") or not members.eligibility.counts(member_id, month):
            continue
        if members.eligibility.due[member_id, month].branch != branch:
            continue
        for dimension, column in columns:
            given, computed = row[column], members.diary.dimension_hundredths(member_id, month, dimension)
            if given is not None and abs(given - computed) > tolerance:
                value, expected = (exact.short(exact.from_hundredths(n)) for n in (given, computed))
                words = {"expected": expected, "limit": exact.short(rules.deviation_tolerance)}
                yield (member_id, month), problem(Code.DIFFERS_FROM_DAILY_RECORD, row.ref(column), value=value, **words)


def _quarter(county: County, quarter: Quarter, row: Record, sound: bool) -> Iterator[Problem]:
    """What is wrong with one 季汇总 row; its figures only where the months that they come from are sound."""
    if sound:
        by_month = {s.period: s for s in quarter.months}
        for column, month in zip(_MONTH_COLUMNS, quarter.period.months, strict=True):
            yield from _figure(county, row, column, by_month.get(str(month)))
        yield from _figure(county, row, "quarter_points", quarter.points)
        yield from _approved(county, quarter, row)
    yield from _adjustment(county, row)
    yield from _limits(county, quarter, row)


def _same(county: County, given: Fraction, computed: Fraction) -> bool:
    """Equal; under 末级, where computed numbers are not rounded, equal at 小数位."""
    if county.scheme.parameters.rounding == "final_only":
        return county.scheme.final(given) == county.scheme.final(computed)
    return given == computed


def _unread(row: Record, *columns: str) -> bool:
    """Whether one of the cells could not be read: that has its own error."""
    return any((row.index, column) in row.table.faulty for column in columns)


def _figure(county: County, row: Record, column: str, computed: Score | None) -> Iterator[Problem]:
    if row[column] is None:
        return
    given = exact.from_hundredths(row[column])
    if computed is not None and _same(county, given, computed.value):
        return
    expected = (
        resources.load("messages/problem_words")["no_points"]
        if computed is None
        else exact.short(county.scheme.final(computed.value))
    )
    suggestion = None if computed is None else expected
    yield problem(
        Code.DIFFERS_FROM_COMPUTED, row.ref(column), value=exact.short(given), expected=expected, suggestion=suggestion
    )


def _adjustment(county: County, row: Record) -> Iterator[Problem]:
    if not row["adjustment"]:
        return
    given, cap = exact.from_hundredths(row["adjustment"]), county.scheme.parameters.adjustment_cap
    if abs(given) > cap:
        yield problem(
            Code.ADJUSTMENT_TOO_LARGE, row.ref("adjustment"), value=exact.short(given), limit=exact.short(cap)
        )


def _approved(county: County, quarter: Quarter, row: Record) -> Iterator[Problem]:
    if row["approved"] is None or _unread(row, "adjustment"):
        return
    given, place = exact.from_hundredths(row["approved"]), row.ref("approved")
    adjustment = exact.from_hundredths(row["adjustment"] or 0)
    exactly = quarter.points.value + adjustment
    if given not in (exactly, quarter.approved.value) and not _same(county, given, exactly):
        expected = exact.short(quarter.approved.value)
        values = {
            "points": exact.short(county.scheme.final(quarter.points.value)),
            "adjustment": exact.short(adjustment),
        }
        yield problem(
            Code.APPROVED_POINTS_DIFFER,
            place,
            value=exact.short(given),
            expected=expected,
            suggestion=expected,
            **values,
        )


def _limits(county: County, quarter: Quarter, row: Record) -> Iterator[Problem]:
    if row["approved"] is None:
        return
    given = exact.from_hundredths(row["approved"])
    limit = full_marks(county, len(quarter.months))
    if not 0 <= given <= limit:
        yield problem(
            Code.APPROVED_POINTS_OUT_OF_RANGE, row.ref("approved"), value=exact.short(given), limit=exact.short(limit)
        )

"""Why a grade or a rank changed."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from lianghua_batch.analysis.diff.model import Cause
from lianghua_batch.analysis.diff.sides import Pair
from lianghua_batch.analysis.rank_changes import MEMBERS, RankChange, RankedRow
from lianghua_batch.core import exact, resources
from lianghua_batch.scoring.grades_and_ranks import BAND, FEW_QUARTERS, HELD_BACK

Bands = Mapping[str, Fraction | None]


def _words() -> Mapping[str, Any]:
    return resources.load("messages/compare")["diff"]["grade_and_rank"]


# --- grades --------------------------------------------------------------------------------------------------------


def grade_cause(pair: Pair, kind: str, rank_change: RankChange) -> Cause | None:
    """Return why a grade changed: the total crossed a bound, the bounds changed, or another ground applies; None where it did not."""
    if not rank_change.regraded or rank_change.was.grade is None or rank_change.now.grade is None:
        return None
    scope = "member" if kind == MEMBERS else "organisation"
    bands = [side.rules.bands(scope) for side in (pair.old, pair.new)]
    facts = [side.member if kind == MEMBERS else side.unit for side in (pair.old, pair.new)]
    grounds = [of_code(rank_change.id).get("ground", BAND) for of_code in facts]
    if grounds[0] != grounds[1]:
        return _other_ground(pair, kind, grounds)
    if grounds[0] != BAND:
        return Cause("bounds", _words()["names"])
    return _crossed(rank_change, *bands)


def _crossed(rank_change: RankChange, old: Bands, new: Bands) -> Cause:
    """Whether the total, the bounds or both led to the new grade."""
    words = _words()
    if old == new or _grade(rank_change.now.total, old) == rank_change.now.grade:
        rose = rank_change.now.total > rank_change.was.total
        bound = new.get(rank_change.now.grade) if rose else old.get(rank_change.was.grade)
        facts = {
            "total": exact.text(rank_change.now.total),
            "grade": rank_change.now.grade if rose else rank_change.was.grade,
        }
        bound_text = words["none"] if bound is None else exact.short(bound)
        return Cause("score", words["reached" if rose else "fell_short"].format(**facts, bound=bound_text))
    moved = words["and"].join(
        _bound_moved(grade, old, new) for grade in {**old, **new} if old.get(grade) != new.get(grade)
    )
    if _grade(rank_change.was.total, new) == rank_change.now.grade:
        return Cause("bounds", moved)
    return Cause("both", words["both"].format(bounds=moved))


def _bound_moved(grade: str, old: Bands, new: Bands) -> str:
    words = _words()
    sides = [words["none"] if side.get(grade) is None else exact.short(side[grade]) for side in (old, new)]
    return words["bound"].format(grade=grade, was=sides[0], now=sides[1])


def _grade(value: Fraction, bands: Bands) -> str | None:
    return next((grade for grade, low in bands.items() if low is None or value >= low), None)


def _other_ground(pair: Pair, kind: str, grounds: Sequence[str]) -> Cause:
    """The ground that applies now, or, where the total gives the grade again, the one that applied before."""
    words = _words()
    was, now = grounds
    ground = was if now == BAND else now
    sentence = words["grounds" if now != BAND else "grounds_gone"][ground]
    quota = ("top_share", "top_share_base") if kind == MEMBERS else ("unit_top_share",)
    changed = pair.changed(*{HELD_BACK: quota, FEW_QUARTERS: ("min_quarters",)}.get(ground, ()))
    return Cause(
        ground, words["by_rule"].format(what=sentence, rule=pair.parameters_text(changed)) if changed else sentence
    )


# --- ranks ---------------------------------------------------------------------------------------------------------


def rank_cause(
    pair: Pair | None, kind: str, rank_change: RankChange, cohort: Sequence[RankChange], names: Mapping[str, str]
) -> Cause | None:
    """Return why a rank changed: another cohort, its own total, the rule for ties, or others; None where it did not.

    `cohort`: all that it is ranked among now; `pair`: None where the rules are unknown.
    """
    if not rank_change.reranked:
        return None
    words = _words()
    if rank_change.was.cohort != rank_change.now.cohort:
        sides = [
            names.get(code, code) or resources.load("reading")["direct_cohort"]
            for code in (rank_change.was.cohort, rank_change.now.cohort)
        ]
        return Cause("cohort", words["cohort"].format(was=sides[0], now=sides[1]))
    if rank_change.rescored:
        return Cause("own", words["own"])
    if pair is not None and pair.changed("tie_ranks"):
        return Cause("ties", pair.parameters_text(pair.changed("tie_ranks")))
    return Cause("others", words["others"][kind].format(who=_passing(rank_change, cohort)))


def _passing(rank_change: RankChange, cohort: Sequence[RankChange]) -> str:
    """Those who passed it or fell behind it, the first few by name."""
    words = _words()
    passed = [m for m in cohort if _above(m.was, rank_change.was) != _above(m.now, rank_change.now)]
    if not passed:
        return ""
    names = words["and"].join(m.latest.name for m in passed[: words["names_most"]])
    more = words["and_more"].format(count=len(passed)) if len(passed) > words["names_most"] else ""
    return words["who"].format(names=names + more)


def _above(one: RankedRow | None, other: RankedRow) -> bool:
    return one is not None and one.rank is not None and other.rank is not None and one.rank < other.rank

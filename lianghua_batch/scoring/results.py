"""The results of one period: every score with its grade and rank, and results.json (spec §8)."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lianghua_batch import __version__
from lianghua_batch.core import exact
from lianghua_batch.core.periods import Period
from lianghua_batch.core.problems import Problem
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Member, Unit
from lianghua_batch.model.scheme import ORGANISATION
from lianghua_batch.model.scores import WHOLE, Score
from lianghua_batch.scoring import grades_and_ranks
from lianghua_batch.scoring.grades_and_ranks import Graded
from lianghua_batch.scoring.members import Members, Quarter, Year
from lianghua_batch.scoring.organisation_quarter import OrganisationQuarter
from lianghua_batch.scoring.organisation_year import OrganisationYear


@dataclass(frozen=True)
class MemberResult:
    """A scored member with the quarters of the period; `year` is None in the results of a quarter."""

    member: Member
    quarters: tuple[Quarter, ...]
    year: Year | None
    graded: Graded | None
    rank: int

    @property
    def grade(self) -> str | None:
        return None if self.graded is None else self.graded.grade

    @property
    def held_back(self) -> bool:
        """Whether a quota took the best grade away."""
        return self.graded is not None and self.graded.held_back

    @property
    def points(self) -> Score:
        """年度积分, or in a quarter 审定积分."""
        return self.year.points if self.year else self.quarters[-1].approved


@dataclass(frozen=True)
class UnitResult:
    """A ranked branch or committee; `rank` is within its cohort, `rank_county` among all of its level."""

    scores: OrganisationYear | OrganisationQuarter
    graded: Graded
    rank: int
    rank_county: int

    @property
    def unit(self) -> Unit:
        return self.scores.unit

    @property
    def grade(self) -> str:
        return self.graded.grade

    @property
    def cohort(self) -> str:
        """The committee whose branches are ranked together; empty for 机关工委直属 and for committees."""
        return self.unit.parent or ""


@dataclass(frozen=True)
class LeftOut:
    """A unit that a draft leaves out, and the reason."""

    unit: Unit
    reason: str


@dataclass(frozen=True)
class Draft:
    """What makes results a draft: the units left out, by code, the committees that are incomplete without them, and how many
    errors cannot be assigned to any ranked unit."""

    left_out: tuple[LeftOut, ...]
    incomplete: tuple[Unit, ...]
    unassigned: int = 0

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(each.unit.id for each in self.left_out)

    @property
    def is_final(self) -> bool:
        """Whether nothing is left out and no error remains, so that it is no draft."""
        return not self.left_out and not self.unassigned


@dataclass(frozen=True)
class Results:
    """Everything published for one period, in rank order within each cohort and branch; with a `draft` no rank is final."""

    county: County
    scored: Members
    members: tuple[MemberResult, ...]
    branches: tuple[UnitResult, ...]
    committees: tuple[UnitResult, ...]
    draft: Draft | None = None

    @cached_property
    def text(self) -> str:
        """The text of results.json, kept because its check code goes into every workbook."""
        return json.dumps(as_json(self), ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True)
class Outcome:
    """The outcome of checking and scoring a folder.

    `results` is None where there is any error, `county` where 花名册 or 考评方案 cannot be read. `base_files`: the files of
    these two, whose problems cause others; `inputs`: the files with a form that the period uses.
    """

    period: Period | None
    files: int
    problems: tuple[Problem, ...]
    results: Results | None
    county: County | None = None
    base_files: frozenset[str] = frozenset()
    inputs: frozenset[str] = frozenset()

    @property
    def unit_names(self) -> Mapping[str, str]:
        """The latest names of all units in 花名册, by code."""
        units = self.county.roster.units if self.county is not None else {}
        return {code: rows[-1].name for code, rows in units.items()}


def build(
    county: County,
    members: Members,
    branches: Iterable[OrganisationYear | OrganisationQuarter],
    committees: Iterable[OrganisationYear | OrganisationQuarter],
) -> Results:
    """Return the results of a period: the scored members and units with their grades and ranks."""
    member_results = _member_years(county, members) if county.is_year else _member_quarters(county, members)
    return Results(county, members, tuple(member_results), _units(county, branches), _units(county, committees))


def _units(county: County, scored: Iterable[OrganisationYear | OrganisationQuarter]) -> tuple[UnitResult, ...]:
    """The units graded and ranked; ties are listed by 年末考核分, then 组织编号 (spec §5.11)."""

    def tie_order(scores: OrganisationYear | OrganisationQuarter) -> tuple:
        year_end = scores.year_end.value if isinstance(scores, OrganisationYear) else exact.ZERO
        return (-year_end, scores.unit.id)

    def total(scores: OrganisationYear | OrganisationQuarter) -> Any:
        return scores.total.value

    ordered = sorted(scored, key=tie_order)
    in_county = {s.unit.id: rank for s, rank in grades_and_ranks.ranks(ordered, total, county.scheme)}
    ordered.sort(key=lambda s: s.unit.parent or "")
    bands, rules = county.scheme.bands[ORGANISATION], county.scheme.parameters
    share = rules.unit_top_share if county.is_year else WHOLE  # a quarter's 监测等次 has no quota
    cohorts = {s.unit.id: s.unit.parent or "" for s in ordered}
    graded = grades_and_ranks.unit_grades({s.unit.id: total(s) for s in ordered}, cohorts, bands, share)
    return tuple(
        UnitResult(s, graded[s.unit.id], rank, in_county[s.unit.id])
        for s, rank in grades_and_ranks.ranks_within(ordered, lambda s: s.unit.parent or "", total, county.scheme)
    )


def _member_years(county: County, members: Members) -> list[MemberResult]:
    grades = grades_and_ranks.member_grades(
        members.years, members.diary.vetoes, _full_members(county, members), county.scheme
    )
    ranked = _ranked_in_branch(members.years.values(), lambda y: y.total.value, county)
    return [MemberResult(y.member, y.quarters, y, grades[y.member.id], rank) for y, rank in ranked]


def _full_members(county: County, members: Members) -> Counter[str]:
    """The 正式党员 of each branch that 优秀比例上限 is a share of, by 优秀比例基数: those scored in the year, or all whom 花名册 holds
    on its last day."""
    if county.scheme.parameters.top_share_base == "all":
        held = county.roster.members_on(county.period.last_day)
    else:
        held = [year.member for year in members.years.values()]
    return Counter(member.branch for member in held if not member.probationary)


def _member_quarters(county: County, members: Members) -> list[MemberResult]:
    ranked = _ranked_in_branch(members.quarters.values(), lambda q: q.percent.value, county)
    return [MemberResult(q.member, (q,), None, None, rank) for q, rank in ranked]


def _ranked_in_branch(scored: Iterable, value: Callable, county: County) -> list[tuple[Any, int]]:
    ordered = sorted(scored, key=lambda s: (s.member.branch, s.member.id))
    return grades_and_ranks.ranks_within(ordered, lambda s: s.member.branch, value, county.scheme)


# --- results.json --------------------------------------------------------------------------------------------------


def as_text(results: Results) -> str:
    """Return the whole text of results.json."""
    return results.text


def check_code(results: Results) -> str:
    """Return 结果校验码: the sha-256 of results.json."""
    return hashlib.sha256(as_text(results).encode("utf-8")).hexdigest()


def as_json(results: Results) -> dict[str, Any]:
    """Return the content of results.json: numbers as strings with 2 decimals, null where there is none."""
    whole = _as_json(results)
    return whole if results.draft is None else _as_draft(whole, results.draft)


def _as_json(results: Results) -> dict[str, Any]:
    county = results.county
    by_id = sorted(results.members, key=lambda m: m.member.id)
    return {
        "period": str(county.period),
        "scheme": county.scheme.name,
        "tool": __version__,
        "members": [_member(county, m, results.scored) for m in by_id],
        "branches": [_branch(county, b) for b in sorted(results.branches, key=lambda b: b.unit.id)],
        "committees": [_unit(county, c) for c in sorted(results.committees, key=lambda c: c.unit.id)],
    }


_RANKS = ("rank", "rank_county")


def _as_draft(whole: dict[str, Any], draft: Draft) -> dict[str, Any]:
    """The same for a draft: with the units left out, and its ranks under other keys, so that no reader takes them for final."""
    incomplete = {unit.id for unit in draft.incomplete}
    for row in (*whole["members"], *whole["branches"], *whole["committees"]):
        row |= {f"provisional_{name}": row[name] for name in _RANKS if name in row}
        row |= dict.fromkeys((name for name in _RANKS if name in row), None)
    for row in whole["committees"]:
        row["incomplete"] = row["id"] in incomplete
    return {**whole, "draft": draft_as_json(draft)}


def draft_as_json(draft: Draft) -> dict[str, Any]:
    """Return the units left out of a draft with their reasons, and the committees that are incomplete without them."""
    left_out = [{"id": each.unit.id, "name": each.unit.name, "reason": each.reason} for each in draft.left_out]
    incomplete = sorted(unit.id for unit in draft.incomplete)
    return {"left_out": left_out, "incomplete": incomplete, "unassigned_errors": draft.unassigned}


BONUSES = ("individual", "dynamic", "discipline")


def published_text(county: County, score: Score | None) -> str | None:
    """Return a score as published: rounded to 小数位, with two decimals; 加减分 are never rounded (spec §5.8). None for None."""
    if score is None:
        return None
    return exact.text(score.value if score.step in BONUSES else county.scheme.final(score.value))


def _published_texts(county: County, scores: Mapping[Any, Score]) -> dict[str, str | None]:
    return {str(key): published_text(county, score) for key, score in scores.items()}


def _member(county: County, result: MemberResult, scored: Members) -> dict[str, Any]:
    keys = ((result.member.id, month) for month in county.period.months)
    months = {
        month: scored.months[member_id, month] for member_id, month in keys if (member_id, month) in scored.months
    }
    year = result.year
    return {
        "id": result.member.id,
        "name": result.member.name,
        "branch": result.member.branch,
        "months": _published_texts(county, months),
        "quarters": _published_texts(county, {q.period: q.approved for q in result.quarters}),
        "points": published_text(county, result.points),
        "review": published_text(county, year.review) if year else None,
        "total": published_text(county, year.total) if year else None,
        "grade": result.grade,
        "rank": result.rank,
    }


_YEAR_SCORES = (
    "assessment",
    "supervisors",
    "masses",
    "clients",
    "year_end",
    "inspection",
    "annual",
    *BONUSES,
    "total",
)


def _unit(county: County, result: UnitResult) -> dict[str, Any]:
    scores = result.scores
    row: dict[str, Any] = {
        "id": result.unit.id,
        "name": result.unit.name,
        "member_mean": published_text(county, scores.member_mean),
    }
    if isinstance(scores, OrganisationYear):
        row["indicators"] = _published_texts(county, scores.indicators)
        row["inspections"] = _published_texts(county, scores.inspections)
        row |= {name: published_text(county, getattr(scores, name)) for name in _YEAR_SCORES}
    else:
        row |= {"inspection": published_text(county, scores.inspection), "total": published_text(county, scores.total)}
    return row | {"grade": result.grade, "rank": result.rank}


def _branch(county: County, result: UnitResult) -> dict[str, Any]:
    return _unit(county, result) | {"committee": result.cohort, "rank_county": result.rank_county}

"""The summary over an explanation (spec §9): subject, score, grade with the bound that decided it, rank, and what else counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lianghua_batch.analysis.explanation import find_result, ranking_score
from lianghua_batch.core import exact, resources
from lianghua_batch.core.periods import Period
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.model.scheme import BRANCH, MEMBER, ORGANISATION
from lianghua_batch.model.scores import Score
from lianghua_batch.scoring.grades_and_ranks import VETO
from lianghua_batch.scoring.organisation_year import OrganisationYear
from lianghua_batch.scoring.results import MemberResult, Results, UnitResult, published_text


@dataclass(frozen=True)
class Bound:
    """The lower bound that a grade rests on: it was `reached`, or for the lowest grade missed."""

    limit: Fraction
    source: SourceRef
    reached: bool


@dataclass(frozen=True)
class Rank:
    """A place among `count`; `cohort` is what they are called, None for the whole county."""

    place: int
    count: int
    cohort: str | None = None


@dataclass(frozen=True)
class SummaryNote:
    """A fact besides the sum that counted, such as 一票否决, and the cells it stands in."""

    kind: str
    text: str
    places: tuple[SourceRef, ...] = ()


@dataclass(frozen=True)
class SubjectSummary:
    """One subject's score, grade and rank; `level` is member, branch or committee, `provisional` in a draft."""

    id: str
    name: str
    level: str
    period: Period
    score: Score
    score_text: str
    grade: str | None
    grade_label: str
    bound: Bound | None
    rank: Rank
    rank_county: Rank | None
    notes: tuple[SummaryNote, ...]
    provisional: bool


def summarise(results: Results, subject: str) -> SubjectSummary:
    """Return the summary of a member, branch or committee; raises explanation.Unscored."""
    result = find_result(results, subject)
    return _member_summary(results, result) if isinstance(result, MemberResult) else _unit_summary(results, result)


def as_text(value: Fraction) -> str:
    """Write a number with two decimals, or up to four where it has more."""
    text = exact.text(value, 4)
    return text[:-2] if text.endswith("00") else text.removesuffix("0")


# --- in words ------------------------------------------------------------------------------------------------------


def title(summary: SubjectSummary) -> str:
    """Return who it is and for which period, in words."""
    words = resources.load("messages/explain")
    facts = {"name": summary.name, "id": summary.id, "level": words["levels"][summary.level], "period": summary.period}
    return words["head"]["title"].format_map(facts)


def sentences(summary: SubjectSummary) -> list[str]:
    """Return score, grade and rank on one line, then one line a note."""
    words = resources.load("messages/explain")
    parts = [words["head"]["score"].format(label=summary.score.label, score=summary.score_text)]
    if summary.grade is not None:
        parts.append(
            words["head"]["grade"].format(grade_label=summary.grade_label, grade=summary.grade) + _bound(summary.bound)
        )
    parts.append(_ranked("rank", summary, summary.rank))
    if summary.rank_county is not None:
        parts.append(_ranked("rank_county", summary, summary.rank_county))
    return [words["head"]["separator"].join(parts), *map(_written, summary.notes)]


def _ranked(sentence: str, summary: SubjectSummary, rank: Rank) -> str:
    words = resources.load("messages/explain")["head"]
    label = words["rank_labels"]["draft" if summary.provisional else "final"]
    facts = {"rank": rank.place, "count": rank.count, "cohort": rank.cohort, "unit": words["units"][summary.level]}
    return words[sentence].format(rank_label=label, **facts)


def _bound(bound: Bound | None) -> str:
    if bound is None:
        return ""
    template = resources.load("messages/explain")["head"]["at_least" if bound.reached else "below"]
    return template.format(limit=exact.short(bound.limit), place=bound.source)


def _written(note: SummaryNote) -> str:
    words = resources.load("messages/explain")
    if not note.places:
        return note.text
    return words["note"].format(text=note.text, places=words["places_separator"].join(map(str, note.places)))


# --- members -------------------------------------------------------------------------------------------------------


def _member_summary(results: Results, result: MemberResult) -> SubjectSummary:
    member, score = result.member, ranking_score(result)
    cohort = [m for m in results.members if m.member.branch == member.branch]
    branch = results.county.roster.known_as(member.branch, results.county.period.last_day)
    notes = tuple(_member_notes(results, result))
    graded = not {"probationary", "veto", "few_quarters"} & {note.kind for note in notes}
    return SubjectSummary(
        id=member.id,
        name=member.name,
        level=MEMBER,
        period=results.county.period,
        score=score,
        score_text=published_text(results.county, score),
        grade=result.grade,
        grade_label=_grade_label(MEMBER),
        bound=_grade_bound(results, MEMBER, result.grade) if graded else None,
        rank=Rank(result.rank, len(cohort), branch.name),
        rank_county=None,
        notes=notes,
        provisional=results.draft is not None,
    )


def _member_notes(results: Results, result: MemberResult) -> Iterator[SummaryNote]:
    member, scheme = result.member, results.county.scheme
    if result.year is not None:
        yield from _year_notes(results, result)
    if result.held_back:
        best = scheme.bands[MEMBER][0].grade
        base = scheme.parameters.top_share_base
        facts = {"best": best, "grade": result.grade, "share": scheme.parameters.top_share}
        yield _note(f"held_back_{base}", _cells(scheme.rule_cell("top_share")), **facts)
    for month in results.county.period.months:
        row = results.scored.eligibility.exempt.get((member.id, month))
        if row is not None:
            yield _note("exempt", (row.ref("exempt_reason"),), period=month, reason=row["exempt_reason"])
    for quarter in result.quarters:
        row = quarter.row
        if row is not None and row["adjustment"]:
            amount = exact.short(exact.from_hundredths(row["adjustment"]))
            facts = {"period": quarter.period, "amount": amount, "reason": row["adjustment_reason"] or ""}
            yield _note("adjustment", (row.ref("adjustment_reason"),), **facts)


def _year_notes(results: Results, result: MemberResult) -> Iterator[SummaryNote]:
    """What decides a member's grade instead of the score; only the first that holds counts."""
    member, scheme = result.member, results.county.scheme
    vetoes = results.scored.diary.vetoes.get(member.id, ())
    least = scheme.parameters.min_quarters
    if member.probationary:
        yield _note("probationary", (member.row.ref("member_class"),))
    elif result.graded.ground == VETO and result.grade == scheme.bands[MEMBER][-1].grade:
        yield _note("veto", [veto.place for veto in vetoes], grade=result.grade)
    elif len(result.quarters) < least:
        cells = _cells(scheme.rule_cell("min_quarters"))
        yield _note("few_quarters", cells, count=len(result.quarters), least=least)
    elif vetoes:
        order = [band.grade for band in scheme.bands[MEMBER]]
        ceiling = max((veto.grade for veto in vetoes), key=order.index)
        yield _note("ceiling", [veto.place for veto in vetoes if veto.grade == ceiling], grade=ceiling)
    if result.year.review is None:
        yield _note("no_review")


# --- units ---------------------------------------------------------------------------------------------------------


def _unit_summary(results: Results, result: UnitResult) -> SubjectSummary:
    unit, score = result.unit, ranking_score(result)
    level = results.branches if unit.level == BRANCH else results.committees
    cohort = [s for s in level if s.cohort == result.cohort]
    kind = results.county.period.kind
    return SubjectSummary(
        id=unit.id,
        name=unit.name,
        level=unit.level,
        period=results.county.period,
        score=score,
        score_text=published_text(results.county, score),
        grade=result.grade,
        grade_label=_grade_label(kind),
        bound=_grade_bound(results, ORGANISATION, result.grade),
        rank=Rank(result.rank, len(cohort), _cohort_name(results, result)),
        rank_county=Rank(result.rank_county, len(level)) if unit.level == BRANCH else None,
        notes=tuple(_unit_notes(results, result)),
        provisional=results.draft is not None,
    )


def _unit_notes(results: Results, result: UnitResult) -> Iterator[SummaryNote]:
    scheme, scores = results.county.scheme, result.scores
    if result.graded.held_back:
        best, share = scheme.bands[ORGANISATION][0].grade, scheme.parameters.unit_top_share
        yield _note(
            "unit_held_back", _cells(scheme.rule_cell("unit_top_share")), best=best, grade=result.grade, share=share
        )
    if isinstance(scores, OrganisationYear):
        if scores.clients is None:
            weight = exact.short(scheme.parameters.clients_weight)
            yield _note("no_clients", _cells(scheme.rule_cell("without_clients")), weight=weight)
    elif result.unit.level == BRANCH and scores.member_mean is None:
        yield _note("no_members", _cells(scheme.rule_cell("without_members")))
    if results.draft is not None and result.unit.id in {unit.id for unit in results.draft.incomplete}:
        yield _note("incomplete")


# --- shared --------------------------------------------------------------------------------------------------------


def _note(kind: str, places: Sequence[SourceRef] = (), **facts: object) -> SummaryNote:
    return SummaryNote(kind, resources.load("messages/explain")["notes"][kind].format_map(facts), tuple(places))


def _cells(*found: SourceRef | None) -> tuple[SourceRef, ...]:
    return tuple(cell for cell in found if cell is not None)


def _grade_label(kind: str) -> str:
    words: Mapping[str, Any] = resources.load("messages/explain")["head"]["grade_labels"]
    return words[kind]


def _grade_bound(results: Results, scope: str, grade: str | None) -> Bound | None:
    """The lower bound of the grade's band; of the lowest band that of the one above, which was missed."""
    bands = results.county.scheme.bands[scope]
    for above, band in zip((None, *bands), bands, strict=False):
        if band.grade == grade and band.lower is not None:
            return Bound(band.lower, band.source, reached=True)
        if band.grade == grade and above is not None:
            return Bound(above.lower, above.source, reached=False)
    return None


def _cohort_name(results: Results, result: UnitResult) -> str:
    if result.unit.level != BRANCH:
        return resources.load("messages/explain")["head"]["county"]
    return results.county.roster.cohort_name(result.cohort, results.county.period.last_day)

"""The straight line: discover → read → recognise → assemble → check → score members, branches, committees → grade."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lianghua_batch.core import periods
from lianghua_batch.core.codes import Code
from lianghua_batch.core.periods import Period
from lianghua_batch.core.problems import WARNING, Problem, errors, in_order, problem
from lianghua_batch.core.source_ref import SourceRef, file_name
from lianghua_batch.intake import discovery, period_selection, read_files
from lianghua_batch.intake.kept_forms import KeptForms
from lianghua_batch.intake.recognition import Recognised
from lianghua_batch.intake.record_reader import read_records
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Roster
from lianghua_batch.model.scheme import Scheme
from lianghua_batch.pipeline import drafts, load_county
from lianghua_batch.scoring import diary, eligibility, members, organisation_quarter, organisation_year, results
from lianghua_batch.scoring.members import Members
from lianghua_batch.scoring.results import Outcome, Results
from lianghua_batch.validation import (
    activity_rows,
    agreement,
    attribution,
    ballots,
    completeness,
    form_owner,
    knock_on,
    lost_percentages,
    member_rows,
    offences,
    rectification_rows,
    scheme_advice,
    scheme_rules,
    unit_rows,
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Trial:
    """A folder as it is, and ranked once more under changed rules.

    `then` is None where today has errors, where the rules cannot be so (`refused`), or where they bring about `problems`.
    """

    today: Outcome
    then: Results | None = None
    refused: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Examined:
    """A folder read and checked, not ranked yet: `scored` and `scheme_sheets` are there where `county` is."""

    period: Period | None
    files: int
    problems: list[Problem]
    base_files: frozenset[str]
    inputs: frozenset[str] = frozenset()
    county: County | None = None
    scored: Members | None = None
    scheme_sheets: tuple[Recognised, ...] = ()

    def outcome(self, problems: Iterable[Problem], results: Results | None) -> Outcome:
        listed = tuple(in_order(problems))
        return Outcome(self.period, self.files, listed, results, self.county, self.base_files, self.inputs)


def process(
    root: Path,
    period: Period | None,
    out: Path | None = None,
    progress: Progress | None = None,
    kept: KeptForms | None = None,
) -> Outcome:
    """Check everything under `root` for one period and, if nothing is wrong, score it; nothing is written but what is `kept`."""
    return _final(_examine(root, period, out, progress, kept))


def process_regardless(root: Path, period: Period) -> Outcome:
    """`process` for forms that were ranked before: what can be ranked is, whatever errors are found by now."""
    examined = _examine(root, period, None, None)
    return examined.outcome(*_ranked(examined))


def _final(examined: _Examined) -> Outcome:
    """What was examined, ranked if nothing is wrong."""
    problems, ranked = _ranked(examined)
    return examined.outcome(problems, None if errors(problems) else ranked)


def _ranked(examined: _Examined) -> tuple[list[Problem], Results | None]:
    """All problems, and the ranking, which stands only if none is an error; None where the rules forbid one."""
    county, problems, ranked = examined.county, examined.problems, None
    if county is not None and county.rules_sound and county.period.quarters:  # a month is checked, not ranked
        ranked, found = rank(county, examined.scored)
        if errors(problems):  # these may only follow from them
            found = knock_on.without_knock_on(found, county, examined.scored.eligibility)
        problems = [*problems, *attribution.attributed(found, county)]
    return problems, ranked


def process_draft(
    root: Path,
    period: Period | None,
    named: Mapping[str, str],
    out: Path | None = None,
    progress: Progress | None = None,
    kept: KeptForms | None = None,
) -> Outcome:
    """Check everything under `root` and score the units without errors; those `named` are left out for the reason given.
    Raises drafts.UnknownUnit or drafts.UnitNotInExistence.

    Without any error and with nobody left out the results are final; where nobody remains, or 花名册 or 考评方案 have errors,
    there are none.
    """
    examined = _examine(root, period, out, progress, kept)
    county, problems = examined.county, examined.problems
    if county is None or not county.rules_sound or drafts.forbidding(problems, examined.base_files):
        return examined.outcome(problems, None)
    given = drafts.named(named, county)
    while True:
        draft = drafts.draft(problems, county, given)
        ranked, found = rank(*drafts.without(county, examined.scored, draft.ids))
        found = attribution.attributed(found, county)
        if not errors(found):
            break
        # Ranking the others shows units that cannot be ranked without those left out, or that have an error of their own.
        lacking = drafts.lacking(found, county, draft.ids)
        given |= lacking
        problems = [*problems, *(p for p in found if p.unit not in lacking)]
        if any(p.unit is None for p in errors(found)):
            return examined.outcome(problems, None)
    if not ranked.branches and not ranked.committees:
        return examined.outcome([*problems, problem(Code.NO_UNITS_TO_RANK, SourceRef(""))], None)
    return examined.outcome([*problems, *found], ranked if draft.is_final else replace(ranked, draft=draft))


def process_trial(
    root: Path, period: Period | None, texts: Mapping[str, str], progress: Progress | None = None
) -> Trial:
    """Check and score everything under `root`, and score it again as if the 值 of these 参数, by their labels, held other texts."""
    examined = _examine(root, period, None, progress)
    today = _final(examined)
    if today.results is None:
        return Trial(today)
    scheme, found = load_county.changed_rules(examined.scheme_sheets, examined.period, texts)
    if errors(found):
        return Trial(today, refused=tuple(errors(found)))
    then, found = _ranked_under(scheme, examined.county)
    return Trial(today, problems=tuple(in_order(found))) if found else Trial(today, then)


def _ranked_under(scheme: Scheme, county: County) -> tuple[Results, list[Problem]]:
    """A county without errors ranked under other rules, and the errors of that.

    What was filled in under the rules of the county (季度积分, 违纪's 分值) is not held against the others.
    """
    changed = load_county.under(scheme, county)
    scored = _score_members(changed)
    ranked, found = rank(changed, scored)
    found = [*scheme_rules.check(changed), *completeness.check(changed, scored), *found]
    return ranked, errors(attribution.attributed(found, changed))


def _examine(
    root: Path, period: Period | None, out: Path | None, progress: Progress | None, kept: KeptForms | None = None
) -> _Examined:
    """Read and check everything under `root` for one period."""
    paths, problems = discovery.find(root, out)
    sources, found = recognise_all(paths, root, progress, kept)
    problems += (p for p in found if not _is_own(p, root, out))
    if not paths:
        problems.append(problem(Code.NO_READABLE_FILES, SourceRef("")))
    return _judged(sources, problems, period or period_selection.choose_period(sources), len(paths))


def process_files(
    files: Sequence[Path], base: Path | None, period: Period | None, progress: Progress | None = None
) -> Outcome:
    """Check some files as if they lay in the folder `base`, in the place of its forms of the same unit and period, and return the
    problems of these files alone; without `base` what can be judged without 花名册 and 考评方案. Nothing is written.

    The period is what the files' forms have in common where it is not given; of no form it is None.
    """
    folder = Path(os.path.commonpath([file.resolve().parent for file in files]))
    listed = sorted({file.resolve() for file in files})
    sources, problems = recognise_all(listed, folder, progress)
    period = period or period_selection.common_period(sources)
    own = {file_name(file, folder) for file in listed}
    if base is not None:
        others, listing = discovery.find(base)
        read, found = recognise_all([path for path in others if path.resolve() not in listed], base, progress)
        problems += [*listing, *found]
        sent = list(sources)
        sources += (s for s in read if s.grid.file not in own and not any(_replaces(each, s) for each in sent))
    examined = _judged(sources, problems, period, len(listed))
    return examined.outcome([p for p in examined.problems if p.place.file in own], None)


def _replaces(sent: Recognised, filed: Recognised) -> bool:
    """Whether a sheet takes the place of another: of the same form, unit and period, and of a member in both where they name members."""
    pair = [(s.form.name, s.sheet.name, s.unit, s.period) for s in (sent, filed)]
    if pair[0] != pair[1]:
        return False
    one, other = (
        set((s.records or read_records(s, s.sheet)).cells.get("member_id", ())) - {None} for s in (sent, filed)
    )
    return bool(one & other) or not one or not other


def _judged(sources: list[Recognised], problems: list[Problem], period: Period | None, files: int) -> _Examined:
    """Check everything that was read for one period; where that is unknown, what can be said of 花名册 and 考评方案."""
    base_files = frozenset(s.grid.file for s in sources if s.form.name in period_selection.BASE)
    if period is None:
        return _Examined(None, files, _base_alone(sources, problems), base_files)
    problems = period_selection.problems_of_period(problems, sources, period)
    inputs = period_selection.files(sources, period)
    rules_given = tuple(s for s in sources if s.form.name == "scheme")
    county, found = load_county.county(sources, period)
    del sources  # their records stand in the county's tables
    problems += found
    if county is None:
        return _Examined(period, files, problems, base_files, inputs)
    county, found = form_owner.check(county)
    problems += found
    scored, found = judge(county, problems)
    problems = knock_on.without_doubtful_sizes(knock_on.without_blanks_of_strangers([*problems, *found]))
    problems = attribution.attributed(problems, county)
    problems = [p for p in problems if not _is_settled(p, period)]
    return _Examined(period, files, problems, base_files, inputs, county, scored, rules_given)


def _is_settled(found: Problem, period: Period) -> bool:
    """Whether it is a warning of a form of a time before the period, of which it was told then."""
    labelled = None if found.period is None or found.severity != WARNING else periods.parse(found.period)
    return labelled is not None and labelled.last_day < period.first_day


def _base_alone(sources: Iterable[Recognised], problems: Iterable[Problem]) -> list[Problem]:
    """Without a period: what is wrong with 花名册 and 考评方案 of the latest year that a form says, and that the period is unknown."""
    listed = list(sources)
    base = [s for s in listed if s.form.name in period_selection.BASE]
    year = max((s.period.year for s in listed if s.period is not None), default=None)
    found = list(problems)
    if not errors(found):
        found.append(problem(Code.NO_PERIOD, SourceRef("")))
    if base and year is not None:
        last_quarter = periods.year(year).quarters[-1]  # 差异化 indicators may still be declared and reviewed
        county, wrong = load_county.county(base, last_quarter)
        found += wrong if county is None else [*wrong, *scheme_rules.check(county), *scheme_advice.check(county)]
    return knock_on.without_doubtful_sizes(found)


def _is_own(found: Problem, root: Path, out: Path | None) -> bool:
    """Whether it is the warning of one of the program's own results, and that lies where results are to be written."""
    return (
        found.code == Code.OWN_OUTPUT
        and out is not None
        and (root / found.place.file).resolve().is_relative_to(out.resolve())
    )


def recognise_all(
    paths: Iterable[Path], root: Path, progress: Progress | None = None, kept: KeptForms | None = None
) -> tuple[list[Recognised], list[Problem]]:
    """Read every file that is not `kept` from before, and recognise every sheet in it."""
    listed = list(paths)
    sources: list[Recognised] = []
    problems: list[Problem] = []
    for done, (recognised, found) in enumerate(read_files.recognise_all(listed, root, kept), start=1):
        sources += recognised
        problems += found
        if progress is not None:
            progress(done, len(listed))
    return sources, problems


def roster(root: Path, period: Period, progress: Progress | None = None) -> tuple[Roster, list[Problem]]:
    """Return 花名册 of everything under `root` for one period, and the errors of it; nothing else is checked.

    Where no whole 花名册 is found, the files that could not be read are among the errors: it may be one of them.
    """
    paths, listing = discovery.find(root)
    sources, reading = recognise_all(paths, root, progress)
    found_roster, found = load_county.read_roster(sources, period)
    sheets = {(s.grid.file, s.grid.sheet) for s in sources if s.form.name == "roster"}
    relevant = [p for p in reading if not found_roster.units or (p.place.file, p.place.sheet) in sheets]
    return found_roster, in_order(errors([*listing, *relevant, *found]))


def judge(county: County, so_far: Iterable[Problem] = ()) -> tuple[Members, list[Problem]]:
    """Cross-check one county; its members are scored on the way, for filled figures are checked against computed ones.

    `so_far` are the problems found in reading it: what follows from them is left out.
    """
    problems = [*scheme_rules.check(county), *scheme_advice.check(county)]
    problems += [*member_rows.check(county), *unit_rows.check(county)]
    problems += [*activity_rows.check(county), *ballots.check(county), *rectification_rows.check(county)]
    problems += [*load_county.by_themselves(county.tables), *lost_percentages.check(county)]
    scored = _score_members(county)
    problems += offences.check(county, scored.diary)
    problems += completeness.check(county, scored)
    if county.rules_sound:
        problems += agreement.check(county, scored, knock_on.doubtful_months(county, [*so_far, *problems]))
    return scored, problems


def _score_members(county: County) -> Members:
    """Score everybody's months, quarters and year."""
    in_scope = eligibility.member_eligibility(county)
    entries = diary.tally(county, in_scope)
    months = members.month_scores(county, in_scope, entries)
    quarters = members.quarter_scores(county, in_scope, months)
    scored = Members(in_scope, entries, months, quarters)
    if county.is_year:
        scored = replace(scored, years=members.year_scores(county, scored))
    return scored


def rank(county: County, scored: Members) -> tuple[Results, list[Problem]]:
    """Score branches, then committees, and grade and rank everything; it stands only if no problem is an error."""
    score_units = organisation_year.organisation_years if county.is_year else organisation_quarter.organisation_quarters
    branches, committees, problems = score_units(county, scored)
    return results.build(county, scored, branches, committees), problems

"""The straight line: discover → read → recognise → assemble → check → score members, branches, committees → grade."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lianghua_batch import assembly, attribution, discovery, headings, intake, results
from lianghua_batch.county import County
from lianghua_batch.crosschecks import agreement, completeness, people, rules, units
from lianghua_batch.forms import definitions
from lianghua_batch.headings import Recognised
from lianghua_batch.periods import Period
from lianghua_batch.problems import Problem, errors, in_order, problem
from lianghua_batch.provenance import SourceRef
from lianghua_batch.results import Results
from lianghua_batch.scoring import diary, members, organisations, quarter, scope
from lianghua_batch.scoring.members import Members

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Outcome:
    """What checking and scoring a folder came to.

    `results` is None where there is any error, `county` where 花名册 or 考评方案 cannot be read; `base_files` are those that
    hold either, whose problems cause others.
    """

    period: Period | None
    files: int
    problems: tuple[Problem, ...]
    results: Results | None
    county: County | None = None
    base_files: frozenset[str] = frozenset()

    @property
    def unit_names(self) -> Mapping[str, str]:
        """What the units of 花名册 are called."""
        units = self.county.roster.units if self.county is not None else {}
        return {code: rows[-1].name for code, rows in units.items()}


def process(root: Path, period: Period | None, out: Path | None = None, progress: Progress | None = None) -> Outcome:
    """Check everything under `root` for one period and, if nothing is wrong, score it; nothing is written."""
    paths, problems = discovery.find(root, out)
    sources, found = recognise_all(paths, root, progress)
    base_files = frozenset(s.grid.file for s in sources if s.form.name in assembly.BASE)
    problems += found
    if not paths:
        problems.append(problem("E117", SourceRef("")))
    period = period or assembly.choose_period(sources)
    if period is None:
        if not errors(problems):
            problems.append(problem("E602", SourceRef("")))
        return Outcome(None, len(paths), tuple(in_order(problems)), None, base_files=base_files)
    county, found = assembly.county(sources, period)
    problems += found
    outcome = None
    if county is not None:
        scored, found = judge(county)
        problems += found
        if county.rules_sound:
            outcome, found = rank(county, scored)
            problems += found
        problems = attribution.attributed(problems, county)
    outcome = None if errors(problems) else outcome
    return Outcome(period, len(paths), tuple(in_order(problems)), outcome, county, base_files)


def recognise_all(
    paths: Iterable[Path], root: Path, progress: Progress | None = None
) -> tuple[list[Recognised], list[Problem]]:
    """Read every file and recognise every sheet in it."""
    listed = list(paths)
    sources: list[Recognised] = []
    problems: list[Problem] = []
    for done, (grids, found) in enumerate(intake.read_all(listed, root), start=1):
        problems += found
        for grid in grids:
            source, found = headings.recognise(grid, definitions())
            problems += found
            if source is not None:
                sources.append(source)
                if grid.hidden:
                    problems.append(problem("W108", grid.place()))
        if progress is not None:
            progress(done, len(listed))
    return sources, problems


def judge(county: County) -> tuple[Members, list[Problem]]:
    """Cross-check one county; its members are scored on the way, for filled figures are checked against computed ones."""
    problems = [*rules.check(county), *people.check(county), *units.check(county)]
    in_scope = scope.member_months(county)
    entries = diary.tally(county, in_scope)
    months = members.month_scores(county, in_scope, entries)
    quarters = members.quarter_scores(county, in_scope, months)
    scored = Members(in_scope, entries, months, quarters)
    if county.is_year:
        scored = replace(scored, years=members.year_scores(county, scored))
    problems += completeness.check(county, scored)
    if county.rules_sound:
        problems += agreement.check(county, scored)
    return scored, problems


def rank(county: County, scored: Members) -> tuple[Results, list[Problem]]:
    """Score branches, then committees, and grade and rank everything; it stands only if no problem is an error."""
    score_units = organisations.organisation_years if county.is_year else quarter.organisation_quarters
    branches, committees, problems = score_units(county, scored)
    return results.build(county, scored, branches, committees), problems

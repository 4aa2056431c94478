"""What every sheet is built from: results, warnings, and the texts and layouts of schemas/report/."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction
from functools import cached_property
from typing import Any

from lianghua_batch import __version__
from lianghua_batch.analysis import branch_class_changes, quarter_trends, year_history
from lianghua_batch.analysis.branch_class_changes import BranchClassChanges
from lianghua_batch.analysis.lookback import Earlier
from lianghua_batch.analysis.objections import Objection, linked
from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.analysis.quarter_trends import QuarterTrends
from lianghua_batch.analysis.year_history import YearHistory
from lianghua_batch.core import exact, resources
from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.periods import MONTH, QUARTER, YEAR, Period
from lianghua_batch.core.problems import WARNING, Problem
from lianghua_batch.intake.tables import Record
from lianghua_batch.model import default_scheme
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import COMMITTEE, MEMBER, ORGANISATION, Band, Scheme
from lianghua_batch.model.scores import Score
from lianghua_batch.report.layout.model import Cell, Formula, Key, Value
from lianghua_batch.scoring import organisation_year, results
from lianghua_batch.scoring.results import Results, UnitResult

_BY_PLACES = ("score", "total")  # styles whose number format follows 小数位
_GRADES = {"organisation_grade": ORGANISATION, "member_grade": MEMBER}


@dataclass(frozen=True)
class View:
    """The results and warnings of one period, and how their values become cells.

    `earlier`: the published results before it by period. `objections`: those of 异议登记 with their outcomes.
    """

    results: Results
    warnings: tuple[Problem, ...]
    earlier: Earlier = field(default_factory=dict)
    objections: tuple[Objection, ...] = ()

    @property
    def scheme(self) -> Scheme:
        return self.results.county.scheme

    @property
    def period(self) -> Period:
        return self.results.county.period

    @property
    def is_year(self) -> bool:
        return self.results.county.is_year

    @cached_property
    def words(self) -> Mapping[str, Any]:
        return resources.load("report/workbook")

    @cached_property
    def sheets(self) -> Mapping[str, Any]:
        """The layouts of all sheets, schemas/report/sheets/*.yaml."""
        return resources.load_parts("report/sheets")

    def layout(self, key: str) -> Mapping[str, Any]:
        """A sheet's layout, with its entries for a year or a quarter merged in."""
        shared = self.sheets[key]
        return {**shared, **(shared.get(self._kind) or {})}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The keys of the workbook's sheets in their order."""
        order = self.words["order"]
        keys = [key for key in self.by_kind(order) if self.has(key)]
        if self.results.draft:
            keys.insert(keys.index(order["draft_after"]) + 1, order["draft"])
        return tuple(keys)

    def has(self, key: str) -> bool:
        """Whether there is anything to put on a sheet; an empty optional sheet is left out."""
        return key not in _ONLY_IF or _ONLY_IF[key](self)

    @property
    def before(self) -> Published | Unusable | None:
        """The published results of the previous period: last year's, or last quarter's."""
        return self.earlier.get(self.period.previous)

    @property
    def _kind(self) -> str:
        return YEAR if self.is_year else QUARTER

    def by_kind(self, choices: Mapping[str, Any]) -> Any:
        """The entry for a year or for a quarter."""
        return choices[self._kind]

    # --- words -----------------------------------------------------------------------------------------------------

    def fill(self, template: str, **more: object) -> str:
        """Fill a sentence with the period, the parameters and `more`."""
        return template.format_map({**self.facts, **more})

    def titled(self, key: str) -> str:
        """A sheet's title, with a draft's stamp."""
        title = self.fill(self.layout(key)["title"])
        return self.stamped("title", title=title) if self.results.draft else title

    def stamped(self, sentence: str, **words: object) -> str:
        """One of the texts that mark a draft."""
        stamp, sheet = resources.load("messages/drafts")["stamp"], self.sheets["left_out"]["name"]
        draft = self.results.draft
        counts = {"left_out": len(draft.left_out), "unassigned": draft.unassigned}
        return self.words["draft"][sentence].format(stamp=stamp, sheet=sheet, **counts, **words)

    @cached_property
    def facts(self) -> dict[str, object]:
        """The values for the placeholders of the texts in schemas/report/."""
        facts: dict[str, object] = {rule.name: rule.value for rule in self.scheme.rules}
        for rule in fields(self.scheme.parameters):
            value = getattr(self.scheme.parameters, rule.name)
            if isinstance(value, Fraction):
                facts[rule.name] = exact.short(value)
        facts |= {
            "places": self.scheme.parameters.places,
            "top_share": self.scheme.parameters.top_share,
            "document": self.words["document"],
            "period": str(self.period),
            "period_label": self.words["period_labels"][self._kind].format(**self._period_facts(self.period)),
            "first_day": self.period.first_day.isoformat(),
            "last_day": self.period.last_day.isoformat(),
            "scheme": self.scheme.name,
            "county": default_scheme.county_of(self.scheme.name),
            "tool": f"lianghua-batch {__version__}",
            "warnings": len(self.warnings),
            "source": resources.load("rules/clauses")["source"],
            "organisation_bands": self._bands(self.scheme.bands[ORGANISATION]),
            "member_bands": self._bands(self.scheme.bands[MEMBER]),
        }
        if self.results.draft:
            facts["left_out"] = len(self.results.draft.left_out)
            facts["document"] = self.stamped("document", document=self.words["document"])
        return facts

    def _bands(self, bands: Sequence[Band]) -> str:
        words = self.words["band"]
        parts = []
        for i, band in enumerate(bands):
            kind = "bounded" if band.lower is not None else "lowest" if i else "only"
            below = exact.short(bands[i - 1].lower) if i and band.lower is None else ""
            lower = exact.short(band.lower) if band.lower is not None else ""
            parts.append(words[kind].format(grade=band.grade, lower=lower, below=below))
        return words["separator"].join(parts)

    def _period_facts(self, period: Period) -> dict[str, object]:
        ordinals, halves = self.words["ordinals"], self.words["halves"]
        return {
            "year": period.year,
            "index": period.index,
            "ordinal": ordinals[period.index - 1] if period.kind != MONTH else "",
            "part": halves[(period.index - 1) % len(halves)],
        }

    def period_name(self, period: Period) -> str:
        """A month, quarter or half within its year: 3月, 一季度, 上半年."""
        return self.words["periods"][period.kind].format(**self._period_facts(period))

    def listed(self, texts: Iterable[str]) -> str:
        """Several texts in one cell."""
        return self.words["list_separator"].join(texts)

    def choices(self, form: str, sheet: str, column: str) -> Mapping[str, str]:
        """The labels of the choices of a form's column, by value."""
        return definitions()[form].sheet(sheet).column(column).choices

    def choice(self, form: str, sheet: str, column: str, value: str | None) -> str:
        """The label of one of a column's choices; empty for None."""
        return "" if value is None else self.choices(form, sheet, column)[value]

    # --- cells -----------------------------------------------------------------------------------------------------

    def guarded(self, value: Fraction) -> Fraction:
        """A number rounded to the decimal places that the workbook's formulas keep."""
        return exact.half_up(value, self.step_places + self.words["guard_digits"])

    @property
    def step_places(self) -> int:
        """To how many places the formulas round a ▣ number: 小数位 under 逐级, else as many as binary numbers have."""
        rules = self.scheme.parameters
        return rules.places if rules.rounding == "each_step" else self.words["unrounded_places"]

    def cell(
        self,
        value: Value | Score | None,
        style: str,
        span: int = 1,
        *,
        key: Key | None = None,
        formula: Formula | None = None,
    ) -> Cell:
        """The cell for a value in a style of a layout: a missing number is a dash, a grade has the style of its band.

        Scores have the value that the next step takes: under 取舍方式 = 末级 unrounded, and rounded in display only.
        """
        if isinstance(value, Score):
            value = self.guarded(value.value)
        if value is None:
            return Cell(self.words["missing"], "missing", span, key=key)
        if style in _GRADES:
            style = self.grade_style(str(value), _GRADES[style])
        elif style in _BY_PLACES:
            style = f"{style}_{self.scheme.parameters.places}"
        return Cell(value, style, span, key=key, formula=formula)

    def grade_style(self, grade: str, scope: str) -> str:
        """The style of a grade by its band's position from the best; a status that is no band has one of its own."""
        grades = [band.grade for band in self.scheme.bands[scope]]
        if grade not in grades:
            return "grade_none"
        styles = self.words["grades"]
        steps = max(len(grades) - 1, 1)
        return styles[(grades.index(grade) * (len(styles) - 1) + steps // 2) // steps]

    @property
    def number_format(self) -> str:
        """The number format of scores at 小数位."""
        return f"{0:.{self.scheme.parameters.places}f}"

    # --- who ---------------------------------------------------------------------------------------------------------

    def unit(self, unit_id: str) -> Unit:
        """A unit as on the period's last day, or as last registered before."""
        return self.results.county.roster.known_as(unit_id, self.period.last_day)

    def display_name(self, unit: Unit) -> str:
        """A ranked unit's name; in a draft a committee that lacks a branch says so."""
        draft = self.results.draft
        incomplete = draft is not None and unit.id in {u.id for u in draft.incomplete}
        return self.stamped("incomplete", name=unit.name) if incomplete else unit.name

    def cohort_name(self, committee: str) -> str:
        """A cohort's name: its committee's, or the label for branches without one."""
        return self.results.county.roster.cohort_name(committee, self.period.last_day)

    @cached_property
    def trends(self) -> QuarterTrends:
        """The quarters of a year; a quarter has none."""
        return quarter_trends.quarter_trends(self.results) if self.is_year else QuarterTrends((), {})

    @cached_property
    def years(self) -> YearHistory:
        """This year and the years before it; a quarter has none."""
        return year_history.year_history(self.results, self.earlier)

    @cached_property
    def branch_class_changes(self) -> BranchClassChanges | None:
        """晋位升级; None of a draft, of a quarter, and where the county uses no 支部类别."""
        return branch_class_changes.branch_class_changes(self.results, self.earlier)

    @cached_property
    def check_code(self) -> str:
        """结果校验码."""
        return results.check_code(self.results)

    @cached_property
    def member_counts(self) -> Mapping[str, int]:
        """How many members were scored in each branch."""
        return Counter(m.member.branch for m in self.results.members)

    def members_of(self, unit: Unit) -> list[str]:
        """The codes of a unit's scored members, branch by branch, in the order of their ranks."""
        branches = self.branches_of(unit.id) if unit.level == COMMITTEE else [unit.id]
        return [m for branch in branches for m in self._members_by_branch.get(branch, ())]

    @cached_property
    def _members_by_branch(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for result in self.results.members:
            found[result.member.branch].append(result.member.id)
        return found

    @cached_property
    def branch_results(self) -> Mapping[str, UnitResult]:
        """The ranked branches by code."""
        return {r.unit.id: r for r in self.results.branches}

    @cached_property
    def actual_values(self) -> Mapping[tuple[str, str], Record]:
        """The rows of 指标完成 by unit and indicator."""
        return organisation_year.actual_values(self.results.county)

    def branches_of(self, committee: str) -> list[str]:
        """The codes of a committee's branches that are scored."""
        return [b.id for b in self.results.county.branches_of(committee)]


# Optional sheets, and when a workbook has them.
_ONLY_IF: Mapping[str, Callable[[View], bool]] = {
    "branch_class_changes": lambda view: view.branch_class_changes is not None,
    "declarations": lambda view: any(i.declared for i in view.scheme.indicators),
    "objections": lambda view: bool(view.objections),
    "years": lambda view: view.years.looks_back,
}


def as_date(value: object) -> dt.date | None:
    """A table's date without its time of day."""
    return None if value is None else value.date()


def whole_view(
    results: Results,
    problems: Iterable[Problem],
    earlier: Earlier | None = None,
    filed: tuple[Objection, ...] | None = None,
) -> View:
    """Return the view of a whole county; of `problems` the warnings are listed.

    `earlier`: the published results that the period looks back on (analysis.lookback). `filed`: the period's objections with
    their outcomes; where None those of 异议登记 without amendments.
    """
    warnings = tuple(p for p in problems if p.severity == WARNING)
    return View(results, warnings, earlier or {}, linked(results.county) if filed is None else filed)

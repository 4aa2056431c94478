"""What every sheet is made from: the results, the warnings, and the words and layouts of schemas/report.yaml."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property
from typing import Any

from lianghua_batch import __version__, exact, resources
from lianghua_batch.contributions import Score
from lianghua_batch.forms import definitions
from lianghua_batch.periods import MONTH, QUARTER, YEAR, Period
from lianghua_batch.problems import Problem
from lianghua_batch.report.model import Cell, Value
from lianghua_batch.results import Results, UnitStanding, written
from lianghua_batch.roster import Unit
from lianghua_batch.scheme import MEMBER, ORGANISATION, Band, Scheme

_BY_PLACES = ("score", "total")  # styles whose number format follows 小数位
_GRADES = {"organisation_grade": ORGANISATION, "member_grade": MEMBER}


@dataclass(frozen=True)
class View:
    """The results and warnings of one period, and how their values become cells."""

    results: Results
    warnings: tuple[Problem, ...]

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
        return resources.load("report")

    @cached_property
    def sheets(self) -> Mapping[str, Any]:
        """The layouts of all sheets, schemas/report/*.yaml."""
        return resources.load_parts("report")

    def layout(self, key: str) -> Mapping[str, Any]:
        """A sheet's layout; what stands under year or quarter overrides what both share."""
        shared = self.sheets[key]
        return {**shared, **(shared.get(self._kind) or {})}

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
        """One of the sentences that a draft says of itself."""
        stamp, sheet = resources.load("drafts")["stamp"], self.sheets["left_out"]["name"]
        draft = self.results.draft
        counts = {"left_out": len(draft.left_out), "unassigned": draft.unassigned}
        return self.words["draft"][sentence].format(stamp=stamp, sheet=sheet, **counts, **words)

    @cached_property
    def facts(self) -> dict[str, object]:
        """What the sentences of report.yaml may speak of."""
        facts: dict[str, object] = {rule.name: rule.value for rule in self.scheme.rules}
        for field in fields(self.scheme.parameters):
            value = getattr(self.scheme.parameters, field.name)
            if isinstance(value, Fraction):
                facts[field.name] = exact.short(value)
        facts |= {
            "places": self.scheme.parameters.places,
            "top_share": self.scheme.parameters.top_share,
            "document": self.words["document"],
            "period": str(self.period),
            "period_label": self.words["period_labels"][self._kind].format(**self._period_facts(self.period)),
            "first_day": self.period.first_day.isoformat(),
            "last_day": self.period.last_day.isoformat(),
            "scheme": self.scheme.name,
            "tool": f"lianghua-batch {__version__}",
            "warnings": len(self.warnings),
            "source": resources.load("clauses")["source"],
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
        """What a form calls the choices of one of its columns."""
        return definitions()[form].sheet(sheet).column(column).choices

    def choice(self, form: str, sheet: str, column: str, value: str | None) -> str:
        """What a form calls one of its choices; empty for a blank."""
        return "" if value is None else self.choices(form, sheet, column)[value]

    # --- cells -----------------------------------------------------------------------------------------------------

    def cell(self, value: Value | Score | None, style: str, span: int = 1) -> Cell:
        """A value in a style of a layout: a score as results.json has it, a missing number as a dash, a grade by its band."""
        if isinstance(value, Score):
            value = Fraction(written(self.results.county, value))
        if value is None:
            return Cell(self.words["missing"], "missing", span)
        if style in _GRADES:
            style = self.grade_style(str(value), _GRADES[style])
        elif style in _BY_PLACES:
            style = f"{style}_{self.scheme.parameters.places}"
        return Cell(value, style, span)

    def grade_style(self, grade: str, scope: str) -> str:
        """The style of a grade by its band's position from the best; a status that is no band has one of its own."""
        grades = [band.grade for band in self.scheme.bands[scope]]
        if grade not in grades:
            return "grade_none"
        styles = self.words["grades"]
        steps = max(len(grades) - 1, 1)
        return styles[(grades.index(grade) * (len(styles) - 1) + steps // 2) // steps]

    # --- who ---------------------------------------------------------------------------------------------------------

    def unit(self, unit_id: str) -> Unit:
        """A unit as it is on the period's last day, or was last."""
        roster = self.results.county.roster
        return roster.unit(unit_id, self.period.last_day) or roster.named(unit_id)

    def shown_name(self, unit: Unit) -> str:
        """A ranked unit's name; in a draft a committee that lacks a branch says so."""
        draft = self.results.draft
        incomplete = draft is not None and unit.id in {u.id for u in draft.incomplete}
        return self.stamped("incomplete", name=unit.name) if incomplete else unit.name

    def cohort_name(self, committee: str) -> str:
        """A cohort's name: its committee's, or what those without one are called."""
        return self.unit(committee).name if committee else resources.load("reading")["direct_cohort"]

    @cached_property
    def member_counts(self) -> Mapping[str, int]:
        """How many members were scored in each branch."""
        return Counter(m.member.branch for m in self.results.members)

    @cached_property
    def branch_standings(self) -> Mapping[str, UnitStanding]:
        """The ranked branches by code."""
        return {s.unit.id: s for s in self.results.branches}

    def branches_of(self, committee: str) -> list[str]:
        """The codes of a committee's branches that are scored."""
        return [b.id for b in self.results.county.branches_of(committee)]


def date_of(value: object) -> dt.date | None:
    """A table's date without its time of day."""
    return None if value is None else value.date()

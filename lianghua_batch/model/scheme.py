"""The rules of one year, read from a 考评方案 (spec §2, §3): every weight, cap, cut-off and grade name comes from here."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from lianghua_batch.core import exact
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.core.suggestions import Candidates
from lianghua_batch.intake.cell_values import squeeze
from lianghua_batch.intake.tables import Record

ORGANISATION, MEMBER = "organisation", "member"
COMMITTEE, BRANCH = "committee", "branch"
ROUTINE, DIFFERENTIAL = "routine", "differential"
PASSED, PENDING, REJECTED = "passed", "pending", "rejected"


@dataclass(frozen=True)
class Parameters:
    """All 参数; names, defaults, allowed values and clauses stand in schemas/rules/parameters.yaml."""

    routine_weight: Fraction
    differential_weight: Fraction
    individual_cap: Fraction
    dynamic_cap: Fraction
    discipline_deduction: Fraction
    discipline_capped: bool
    committee_inspections: str
    min_quarters: int
    inspection_weight: Fraction
    year_end_weight: Fraction
    assessment_weight: Fraction
    supervisors_weight: Fraction
    masses_weight: Fraction
    clients_weight: Fraction
    without_clients: str
    without_members: str
    clip_efficacy: bool
    month_basis: str
    deviation_tolerance: Fraction
    quarter_basis: str
    adjustment_cap: Fraction
    points_weight: Fraction
    review_weight: Fraction
    top_share: Fraction
    places: int
    tie_ranks: str
    trim_from: int
    rounding: str
    quarter_points_weight: Fraction
    quarter_inspection_weight: Fraction
    committee_mean: str
    unregistered_findings: str
    offence_without_case: str
    ballot_counts: str
    top_share_base: str
    unit_top_share: Fraction


@dataclass(frozen=True)
class Band:
    """A grade and its inclusive lower bound; the lowest has none."""

    grade: str
    lower: Fraction | None
    source: SourceRef


@dataclass(frozen=True)
class Dimension:
    """A 党员维度 with its 满分 and 起始分."""

    name: str
    full_marks: Fraction
    start: Fraction
    row: Record

    @cached_property
    def hundredths(self) -> tuple[int, int]:
        """起始分 and 满分 as they are compared with what cells hold."""
        return int(self.start * 100), int(self.full_marks * 100)

    @property
    def source(self) -> SourceRef:
        return self.row.ref("start")


@dataclass(frozen=True)
class Project:
    """A 积分项目: what one diary entry is worth, in hundredths, and its caps.

    `veto`: the best grade that 一票否决 leaves a member with such an entry, the lowest one where it says 是; None without one.
    """

    id: str
    dimension: str
    name: str
    points: int
    monthly_cap: int | None
    yearly_cap: int | None
    veto: str | None
    basis: str | None
    row: Record

    @property
    def source(self) -> SourceRef:
        return self.row.ref("points")


@dataclass(frozen=True)
class Indicator:
    """A 指标; `standards` are the values its method needs, in the order of schemas/rules/metrics.yaml.

    `row`: its row in 考评方案, or in the unit's own 差异化申报.
    """

    id: str
    level: str
    applies_to: str | None
    kind: str
    aspect: str | None
    name: str
    weight: Fraction
    method: str
    standards: tuple[Fraction, ...]
    metric: str
    review: str | None
    basis: str | None
    row: Record

    @property
    def source(self) -> SourceRef:
        return self.row.ref("weight")

    @property
    def declared(self) -> bool:
        """Whether a unit declared it for itself."""
        return self.row.table.sheet.form == "declaration"

    @property
    def counts(self) -> bool:
        """Whether it is in force: 差异化 only once 审核 = 通过 (文件二（二）)."""
        return self.kind == ROUTINE or self.review == PASSED


@dataclass(frozen=True)
class Rule:
    """One 参数 as filled, for the 方案 sheet and for explanations."""

    name: str
    label: str
    value: str
    explanation: str
    basis: str
    source: SourceRef


@dataclass(frozen=True)
class Scheme:
    """A county's rules for one year. Bands go from the best grade to the lowest; ballots map grade → 折算分.

    `unread_projects` and `unread_indicators` are the codes of rows that could not be read whole, None where not even the code.
    """

    name: str
    parameters: Parameters
    rules: tuple[Rule, ...]
    bands: Mapping[str, tuple[Band, ...]]
    dimensions: tuple[Dimension, ...]
    projects: Mapping[str, Project]
    indicators: tuple[Indicator, ...]
    ballots: Mapping[str, Mapping[str, Fraction]]
    unread_projects: frozenset[str | None] = frozenset()
    unread_indicators: frozenset[str | None] = frozenset()

    @cached_property
    def indicator(self) -> Mapping[str, Indicator]:
        """The indicators of 考评方案 by code."""
        return {i.id: i for i in reversed(self.indicators) if not i.declared}

    def indicator_of(self, unit_id: str, code: str) -> Indicator | None:
        """The indicator of a code that a unit means by it: its own declared one, else that of 考评方案."""
        return self._declared.get((unit_id, code)) or self.indicator.get(code)

    @cached_property
    def _declared(self) -> Mapping[tuple[str | None, str], Indicator]:
        return {(i.applies_to, i.id): i for i in self.indicators if i.declared}

    def suggest_indicator(self, written: str) -> str | None:
        """The 指标编号 that an unknown one probably stands for."""
        return self._indicator_codes.suggest(written)

    def suggest_project(self, written: str) -> str | None:
        """The 项目编号 that an unknown one probably stands for."""
        return self._project_codes.suggest(written)

    @cached_property
    def _indicator_codes(self) -> Candidates:
        return Candidates(self.indicator.keys())

    @cached_property
    def _project_codes(self) -> Candidates:
        return Candidates(self.projects.keys())

    def rule_cell(self, name: str) -> SourceRef | None:
        """The cell of a 参数's value; None where 考评方案 lacks it."""
        return next((rule.source for rule in self.rules if rule.name == name), None)

    @property
    def items(self) -> dict[str, list[str]]:
        """The items for the expandable columns of the forms."""
        return {
            "dimensions": [d.name for d in self.dimensions],
            "member_ballot_grades": list(self.ballots[MEMBER]),
            "organisation_ballot_grades": list(self.ballots[ORGANISATION]),
        }

    def publish(self, value: Fraction) -> Fraction:
        """A ▣ number as the next step uses it: rounded under 逐级, exact under 末级 (spec §3)."""
        return self.final(value) if self.parameters.rounding == "each_step" else value

    def final(self, value: Fraction) -> Fraction:
        """A number that is rounded under either 取舍方式: 审定积分, 年度综合分, 季度得分, 总分."""
        return exact.half_up(value, self.parameters.places)

    def indicators_for(self, unit_id: str, level: str, group: str | None) -> list[Indicator]:
        """The indicators in force for one unit: its 层级, and 适用单位 blank or the unit or its 考评组."""
        return [i for i in self.indicators if i.level == level and i.counts and applies(i, unit_id, group)]


def applies(indicator: Indicator, unit_id: str, group: str | None) -> bool:
    """Whether an indicator's 适用单位 covers a unit of its 层级."""
    target = indicator.applies_to
    return target is None or target == unit_id or (group is not None and target == squeeze(group))

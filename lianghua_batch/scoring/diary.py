"""日记录核算分 (spec §4.2): 起始分 and diary points per dimension and month, caps and bounds as entries of their own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np
import pandas as pd

from lianghua_batch.core import exact
from lianghua_batch.core.periods import Period
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake.tables import ORIGIN, ROW, Table
from lianghua_batch.model.county import County
from lianghua_batch.model.scheme import Dimension, Project, Scheme
from lianghua_batch.model.scores import Contribution, Score, item_label, score, step_clause, taken, total
from lianghua_batch.scoring import activities
from lianghua_batch.scoring.eligibility import Eligibility, Key

_CAPS = ("monthly_cap", "yearly_cap")
_NO_CAP = 10**15  # hundredths, beyond any sum


@dataclass(frozen=True)
class Veto:
    """One counted 日记录 entry with 一票否决: the best grade that it leaves, the branch whose form holds it, and its place."""

    grade: str
    branch: str | None
    place: SourceRef


@dataclass(frozen=True)
class Diary:
    """The year's diary points up to the period's end.

    `sums`: (member, month) → dimension → hundredths that records and caps add to 起始分; months without records are absent.
    `caps`: (member, month, project) → (what 每月上限 takes, what 每年上限 takes), hundredths, only where something is taken.
    `rows`: the counted rows of the table by (member, month). `vetoes`: member → the 一票否决 entries.
    """

    scheme: Scheme
    table: Table
    sums: Mapping[Key, Mapping[str, int]]
    caps: Mapping[tuple[str, Period, str], tuple[int, int]]
    rows: Mapping[Key, Sequence[int]]
    vetoes: Mapping[str, Sequence[Veto]]

    @cached_property
    def _columns(self) -> tuple[list, list, list, list]:
        """Project, points, origin and row number of every diary row by frame index, read from the frame once."""
        frame = self.table.frame
        return tuple(frame[name].tolist() for name in ("project_id", "points", ORIGIN, ROW))

    def dimension_hundredths(self, member_id: str, month: Period, dimension: Dimension) -> int:
        """The 核算分 of one dimension and month, within 0…满分."""
        added = self.sums.get((member_id, month), {}).get(dimension.name, 0)
        start, full_marks = dimension.hundredths
        return max(0, min(full_marks, start + added))

    def dimension_value(self, member_id: str, month: Period, dimension: Dimension) -> Fraction:
        """`dimension_hundredths` as a number."""
        return exact.from_hundredths(self.dimension_hundredths(member_id, month, dimension))

    def recorded(self, member_id: str, month: Period) -> bool:
        """Whether the member has any counted record in the month."""
        return (member_id, month) in self.rows

    def added(self, member_id: str, month: Period) -> dict[str, int]:
        """By project, the hundredths that a member's records of a month and the caps add to 起始分."""
        projects, points, _, _ = self._columns
        sums: dict[str, int] = defaultdict(int)
        for index in self.rows.get((member_id, month), ()):
            project = self.scheme.projects[projects[index]]
            sums[project.id] += project.points if pd.isna(points[index]) else points[index]
        return {code: raw + sum(self.caps.get((member_id, month, code), (0, 0))) for code, raw in sums.items()}

    def dimension_score(self, member_id: str, month: Period, dimension: Dimension) -> Score:
        """The 核算分 of one dimension and month with its entries: 起始分, records, caps, bounds."""
        by = step_clause("computed_dimension")
        start = dimension.start
        parts = [Contribution(item_label("start"), start, by, dimension.source, kind="start", held=start)]
        capped: dict[str, Project] = {}
        projects, points, origins, numbers = self._columns
        for index in self.rows.get((member_id, month), ()):
            project = self.scheme.projects[projects[index]]
            if project.dimension != dimension.name:
                continue
            capped[project.id] = project
            place = self.table.place(origins[index], numbers[index], "points")
            parts.append(_record(project, points[index], place, by))
        for project in capped.values():
            limits = zip(_CAPS, self.caps.get((member_id, month, project.id), (0, 0)), strict=True)
            parts += (_cap(project, name, hundredths, by) for name, hundredths in limits if hundredths)
        parts += _bounds(dimension, total(parts), by)
        return Score(member_id, "computed_dimension", str(month), total(parts), tuple(parts), dimension.name)

    def month_score(self, member_id: str, month: Period) -> Score:
        """月积分 under 月积分口径 = 日记录核算."""
        dimensions = (self.dimension_score(member_id, month, d) for d in self.scheme.dimensions)
        parts = [taken(s, s.item, step_clause("month_score")) for s in dimensions]
        return score(self.scheme, member_id, "month_score", month, parts)


def _record(project: Project, points: int | None, place: SourceRef, by: str) -> Contribution:
    """One diary row; a blank 分值 takes the project's from 考评方案."""
    item = f"{project.id} {project.name}"
    if pd.isna(points):
        worth = exact.from_hundredths(project.points)
        return Contribution(item, worth, by, project.source, kind="default_record", held=worth, entry=place)
    amount = exact.from_hundredths(points)
    return Contribution(item, amount, by, place, kind="record", held=amount)


def _cap(project: Project, name: str, hundredths: int, by: str) -> Contribution:
    """The amount that one of a project's caps takes away in a month."""
    held = exact.from_hundredths(project.row[name])
    item = f"{item_label(name)} {project.id}"
    return Contribution(item, exact.from_hundredths(hundredths), by, project.row.ref(name), kind=name, held=held)


def _bounds(dimension: Dimension, raw: Fraction, by: str) -> list[Contribution]:
    """The amount above 满分 (which has a cell) or below 0 (which has none)."""
    if raw > dimension.full_marks:
        full, cell = dimension.full_marks, dimension.row.ref("full_marks")
        return [Contribution(item_label("above"), full - raw, by, cell, kind="above", held=full)]
    return [Contribution(item_label("below"), -raw, by, kind="below")] if raw < 0 else []


def tally(county: County, eligibility: Eligibility) -> Diary:
    """Sum the diary rows that count: their member takes part in 积分管理 that day, and the month counts."""
    table, projects = activities.with_entries(county), county.scheme.projects
    counted = _counted(county, table)
    grades = {p.id: p.veto for p in projects.values() if p.veto is not None}
    vetoes: dict[str, list[Veto]] = defaultdict(list)
    for index in counted.index[counted["project"].isin(list(grades))]:
        branch = table.origins[table.frame.at[index, ORIGIN]].unit
        veto = Veto(grades[counted.at[index, "project"]], branch, table.ref(index, "project_id"))
        vetoes[counted.at[index, "member"]].append(veto)
    months = {m.index: m for m in county.months}
    by_month = counted.groupby(["member", "month"], sort=False).indices
    positions = {(member, months[n]): listed for (member, n), listed in by_month.items()}
    positions = {key: listed for key, listed in positions.items() if eligibility.counts(*key)}
    inside = np.sort(np.concatenate([np.empty(0, dtype="int64"), *positions.values()]))
    sums, caps = _capped(counted.iloc[inside], projects, months)
    index = counted.index.to_numpy()
    rows = {key: index[listed] for key, listed in positions.items()}
    return Diary(county.scheme, table, sums, caps, rows, dict(vetoes))


def _counted(county: County, table: Table) -> pd.DataFrame:
    """The rows whose project is known and whose member takes part in 积分管理 on the day, in the year up to the period's end."""
    frame, projects = table.frame, county.scheme.projects
    first, last = county.months[0].first_day, county.period.last_day
    dated = (frame["date"] >= pd.Timestamp(first)) & (frame["date"] <= pd.Timestamp(last))
    managed = county.roster.rows_on(frame["member_id"], frame["date"]).managed
    counted = frame["project_id"].isin(list(projects)) & dated & managed
    frame = frame.loc[counted, ["member_id", "project_id", "date", "points"]]
    worth = frame["project_id"].map({i: p.points for i, p in projects.items()})
    return pd.DataFrame(
        {
            "member": frame["member_id"],
            "project": frame["project_id"],
            "month": frame["date"].dt.month,
            "points": frame["points"].fillna(worth.astype("Int64")).astype("int64"),
        }
    )


def _capped(
    counted: pd.DataFrame, projects: Mapping[str, Project], months: Mapping[int, Period]
) -> tuple[dict[Key, dict[str, int]], dict[tuple[str, Period, str], tuple[int, int]]]:
    """Apply 每月上限 to each project's month and 每年上限 to its running sum: C_m = clip(C_{m−1} + s_m, ±cap)."""
    monthly = counted.groupby(["member", "project", "month"], sort=True)["points"].sum().rename("raw").reset_index()
    caps_of = [monthly["project"].map({i: getattr(p, name) for i, p in projects.items()}) for name in _CAPS]
    most_a_month, most_a_year = (caps.astype("Int64").fillna(_NO_CAP).astype("int64") for caps in caps_of)
    monthly["in_month"] = monthly["raw"].clip(-most_a_month, most_a_month)
    added = monthly["in_month"].to_numpy(copy=True)
    in_a_year = [monthly["member"], monthly["project"]]
    beyond = monthly.groupby(in_a_year, sort=False)["in_month"].cumsum().abs() > most_a_year
    if beyond.any():
        beyond = beyond.groupby(in_a_year, sort=False).transform("any")
        groups = monthly[beyond].groupby(["member", "project"], sort=False)["in_month"]
        added[beyond] = [a for (_, code), part in groups for a in _added(part, projects[code].yearly_cap)]
    monthly["added"] = added
    monthly["dimension"] = monthly["project"].map({i: p.dimension for i, p in projects.items()})
    sums: dict[Key, dict[str, int]] = defaultdict(dict)
    of_dimensions = monthly.groupby(["member", "month", "dimension"], sort=False)["added"].sum()
    for (member_id, number, dimension), added in of_dimensions.items():
        sums[member_id, months[number]][dimension] = added
    taken = monthly[monthly["added"] != monthly["raw"]]
    columns = (taken["member"], taken["month"], taken["project"], taken["in_month"] - taken["raw"])
    caps = {
        (member_id, months[number], project_id): (of_month, of_year)
        for member_id, number, project_id, of_month, of_year in zip(
            *columns, taken["added"] - taken["in_month"], strict=True
        )
    }
    return dict(sums), caps


def _added(in_month: Iterable[int], cap: int) -> list[int]:
    """What each month adds to a running sum that stays within ±cap."""
    sums = list(accumulate(in_month, lambda before, value: _within(before + value, cap), initial=0))
    return [after - before for before, after in pairwise(sums)]


def _within(value: int, cap: int) -> int:
    return max(-cap, min(cap, value))

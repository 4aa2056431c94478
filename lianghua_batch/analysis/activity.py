"""成效统计: what 日记录 and 加减分 say was done, by 积分项目 and quarter, and by unit."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from lianghua_batch.core import exact
from lianghua_batch.core.periods import Period
from lianghua_batch.intake.tables import ORIGIN
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import PASSED, Project
from lianghua_batch.scoring.results import Results


@dataclass(frozen=True)
class ProjectActivity:
    """One 积分项目: how many counted diary rows and how many different members, and the rows by quarter."""

    project: Project
    records: int
    members: int
    by_quarter: Mapping[Period, int]


@dataclass(frozen=True)
class UnitActivity:
    """One ranked unit, a committee with its branches': diary rows, members, rows by 维度, and passed 加减分 with their sum."""

    unit: Unit
    records: int
    members: int
    by_dimension: Mapping[str, int]
    bonuses: int
    bonus_points: Fraction


@dataclass(frozen=True)
class Activity:
    """What was done in the period, in the order of the scheme's 积分项目 and of the ranks."""

    projects: tuple[ProjectActivity, ...]
    units: tuple[UnitActivity, ...]


def activity(results: Results) -> Activity:
    """Count the diary rows of the period that count, and the 加减分 with 审核 = 通过."""
    rows = _counted(results)
    return Activity(tuple(_projects(results, rows)), tuple(_units(results, rows)))


def _counted(results: Results) -> pd.DataFrame:
    """The period's counted diary rows: project, member, quarter, branch of the form."""
    diary, county = results.scored.diary, results.county
    listed = [index for (_, month), index in diary.rows.items() if county.period.contains(month)]
    index = np.sort(np.concatenate([np.empty(0, dtype="int64"), *listed]))
    frame = diary.table.frame.loc[index, ["project_id", "member_id", "date", ORIGIN]]
    units = np.array([*(origin.unit for origin in diary.table.origins), None], dtype=object)
    return pd.DataFrame(
        {
            "project": frame["project_id"],
            "dimension": frame["project_id"].map({p.id: p.dimension for p in county.scheme.projects.values()}),
            "member": frame["member_id"],
            "quarter": frame["date"].dt.quarter,
            "branch": units[frame[ORIGIN]],
        }
    )


def _projects(results: Results, rows: pd.DataFrame) -> list[ProjectActivity]:
    groups = rows.groupby("project", sort=False)
    records, members = groups.size(), groups["member"].nunique()
    by_quarter = rows.groupby(["project", "quarter"], sort=False).size()
    return [
        ProjectActivity(
            project,
            records=int(records.get(project.id, 0)),
            members=int(members.get(project.id, 0)),
            by_quarter={q: int(by_quarter.get((project.id, q.index), 0)) for q in results.county.period.quarters},
        )
        for project in results.county.scheme.projects.values()
    ]


def _units(results: Results, rows: pd.DataFrame) -> list[UnitActivity]:
    county = results.county
    found = []
    for result in (*results.committees, *results.branches):
        branches = {b.id for b in county.branches_of(result.unit.id)} or {result.unit.id}
        own = rows[rows["branch"].isin(branches)]
        dimensions = Counter(own["dimension"])
        passed = [r for r in county.rows_by_unit("bonus").get(result.unit.id, ()) if r["review"] == PASSED]
        points = (exact.from_hundredths(r["points"]) for r in passed if r["points"] is not None)
        found.append(
            UnitActivity(
                result.unit,
                records=len(own),
                members=own["member"].nunique(),
                by_dimension={d.name: dimensions[d.name] for d in county.scheme.dimensions},
                bonuses=len(passed),
                bonus_points=sum(points, exact.ZERO),
            )
        )
    return found

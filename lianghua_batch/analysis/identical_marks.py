"""评分人分析: ballots in which every vote is of one grade, and party groups in which everyone gets the same marks."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lianghua_batch.analysis.statistics import settings
from lianghua_batch.core.form_definitions import item_column
from lianghua_batch.core.periods import Period
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Unit
from lianghua_batch.model.scheme import COMMITTEE, MEMBER, ORGANISATION
from lianghua_batch.scoring.results import Results

SATISFACTION, REVIEW = "satisfaction", "annual_review"
Votes = tuple[int, ...]


@dataclass(frozen=True)
class BallotFigures:
    """One unit's rows of 满意度测评 or 年评议: how many have enough votes, and how many of these are all of one grade.

    `identical`: every row has the very same votes. `verdict`: a name in schemas/rules/analysis.yaml.
    """

    form: str
    unit: Unit
    rows: int
    one_grade: int
    identical: bool
    verdict: str


@dataclass(frozen=True)
class GroupFigures:
    """One 党小组: of its `months` with enough members, in how many all got the `same` marks; `members`: the most in any month."""

    unit: Unit
    party_group: str
    members: int
    months: int
    same: int


def ballots(results: Results) -> tuple[BallotFigures, ...]:
    """Return the units with striking ballots, committees first: 满意度测评, then 年评议 of branches."""
    county = results.county
    found = []
    for unit, rows in _by_unit(county, SATISFACTION, _satisfaction(county)):
        one_grade = sum(_one_grade(votes) for votes in rows)
        if one_grade:
            found.append(BallotFigures(SATISFACTION, unit, len(rows), one_grade, False, "one_grade"))
    for unit, rows in _by_unit(county, REVIEW, _reviews(county)):
        one_grade, identical = sum(_one_grade(votes) for votes in rows), len(set(rows)) == 1
        rules = settings("ballots")
        if len(rows) < rules["least_rows"]:
            continue
        if identical or Fraction(one_grade, len(rows)) >= Fraction(rules["share"]):
            verdict = "identical" if identical else "review_one_grade"
            found.append(BallotFigures(REVIEW, unit, len(rows), one_grade, identical, verdict))
    return tuple(found)


def _one_grade(votes: Votes) -> bool:
    return sum(map(bool, votes)) == 1


def _satisfaction(county: County) -> Mapping[str, list[Votes]]:
    grades = county.scheme.ballots[ORGANISATION]
    return {unit: [_votes(row, grades) for row in rows] for unit, rows in county.rows_by_unit(SATISFACTION).items()}


def _reviews(county: County) -> Mapping[str, list[Votes]]:
    grades = county.scheme.ballots[MEMBER]
    found: dict[str, list[Votes]] = defaultdict(list)
    for row in county.tables[REVIEW].records():
        if row["member_id"] is not None and row.origin.unit is not None:
            found[row.origin.unit].append(_votes(row, grades))
    return found


def _votes(row: Mapping, grades: Mapping[str, Fraction]) -> Votes:
    return tuple(int(row[item_column("votes", grade)] or 0) for grade in grades)


def _by_unit(county: County, form: str, votes: Mapping[str, Sequence[Votes]]) -> list[tuple[Unit, list[Votes]]]:
    """The rows with enough votes of every known unit, committees first, by code."""
    least = settings("ballots")["least_votes"]
    found = []
    for unit_id, rows in votes.items():
        enough = [each for each in rows if sum(each) >= least]
        if enough and unit_id in county.roster.units and unit_id not in county.left_out:
            found.append((county.roster.known_as(unit_id, county.period.last_day), enough))
    return sorted(found, key=lambda pair: (pair[0].level != COMMITTEE, pair[0].id))


# --- 月打分 ---------------------------------------------------------------------------------------------------------


def groups(results: Results) -> tuple[GroupFigures, ...]:
    """Return the 党小组 in which everyone got the same marks in striking many months, those with the largest share first."""
    rules = settings("groups")
    marks, roster, day = _group_marks(results), results.county.roster, results.county.period.last_day
    sizes: dict[tuple[str, str], list[int]] = defaultdict(list)
    same: dict[tuple[str, str], int] = defaultdict(int)
    for (branch, group, _), rows in marks.items():
        if len(rows) >= rules["least_members"]:
            sizes[branch, group].append(len(rows))
            same[branch, group] += len(set(rows)) == 1
    found = [
        GroupFigures(roster.known_as(key[0], day), key[1], max(counts), len(counts), same[key])
        for key, counts in sizes.items()
        if same[key] >= rules["least_months"] and Fraction(same[key], len(counts)) >= Fraction(rules["share"])
    ]
    return tuple(sorted(found, key=lambda g: (Fraction(-g.same, g.months), -g.same, g.unit.id, g.party_group)))


def _group_marks(results: Results) -> Mapping[tuple[str, str, Period], list[tuple]]:
    """The marks of every scored member by branch, 党小组 and month; none where 月积分 is not taken from 月打分."""
    county = results.county
    if county.scheme.parameters.month_basis != "group_score":
        return {}
    columns = [item_column("dimension", d.name) for d in county.scheme.dimensions]
    filed = county.rows_by_member("monthly_score")
    found: dict[tuple[str, str, Period], list[tuple]] = defaultdict(list)
    for (member_id, month), member in results.scored.eligibility.due.items():
        row = filed.get((member_id, member.branch, month))
        counted = (member_id, month) in results.scored.months
        if counted and row is not None and member.branch not in county.left_out:
            found[member.branch, member.party_group, month].append(tuple(row[name] for name in columns))
    return found

"""Which member's month counts, and where (spec §4.1): by the last day of the month, 免评 months excepted."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from lianghua_batch.core.periods import Period
from lianghua_batch.intake.tables import Record
from lianghua_batch.model.county import County
from lianghua_batch.model.roster import Member

Key = tuple[str, Period]


@dataclass(frozen=True)
class Scope:
    """`due`: every (member, month) that a branch holds and scores; `exempt`: those of them with a 免评原因."""

    due: Mapping[Key, Member]
    exempt: Mapping[Key, Record]

    def counts(self, member_id: str, month: Period) -> bool:
        """Whether the month is in scope."""
        return (member_id, month) in self.due and (member_id, month) not in self.exempt

    def in_branch(self, branch: str) -> list[Key]:
        """The (member, month) in scope that a branch holds."""
        return self._by_branch.get(branch, [])

    @cached_property
    def _by_branch(self) -> dict[str, list[Key]]:
        found: dict[str, list[Key]] = defaultdict(list)
        for key, member in self.due.items():
            if key not in self.exempt:
                found[member.branch].append(key)
        return dict(found)

    def months_of(self, member_id: str, period: Period) -> list[Period]:
        """The months of a period that are in scope, in whichever branch."""
        return [m for m in period.months if self.counts(member_id, m)]


def member_months(county: County) -> Scope:
    """Work out the scope of every month from January to the period's end."""
    due = {}
    for month in county.months:
        for branch in county.roster.branches_with_members(month.last_day):
            for member in county.roster.scored_in(branch, month.last_day):
                due[(member.id, month)] = member
    exempt = {}
    for table in (county.tables["monthly_score"], county.earlier):
        excused = table.frame["exempt_reason"].notna()
        for row in table.take(excused).records():
            key = (row["member_id"], row.origin.period)
            if key in due and due[key].branch == row.origin.unit:
                exempt[key] = row
    return Scope(due, exempt)

"""Which months of which members count, and in which branch (spec §4.1): by the month's last day, 免评 months excepted."""

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
class Eligibility:
    """The months that are to be scored: `due` by (member, month), each with the branch's member row; `exempt`: those with a 免评原因."""

    due: Mapping[Key, Member]
    exempt: Mapping[Key, Record]

    def counts(self, member_id: str, month: Period) -> bool:
        """Whether the member's month counts: it is due and not 免评."""
        return (member_id, month) in self.due and (member_id, month) not in self.exempt

    def months_in_branch(self, branch: str) -> list[Key]:
        """The (member, month) pairs of a branch that count."""
        return self._by_branch.get(branch, [])

    @cached_property
    def _by_branch(self) -> dict[str, list[Key]]:
        found: dict[str, list[Key]] = defaultdict(list)
        for key, member in self.due.items():
            if key not in self.exempt:
                found[member.branch].append(key)
        return dict(found)

    def counted_months(self, member_id: str, period: Period) -> list[Period]:
        """The months of a period that count for a member, in whichever branch."""
        return [m for m in period.months if self.counts(member_id, m)]


def member_eligibility(county: County) -> Eligibility:
    """Return the eligibility of every member and month from January to the period's end."""
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
    return Eligibility(due, exempt)

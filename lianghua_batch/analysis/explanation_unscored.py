"""The members and units without a score in a period, and why."""

from lianghua_batch.core import resources
from lianghua_batch.core.periods import Period
from lianghua_batch.model.roster import Member
from lianghua_batch.scoring.results import Results


def members(results: Results) -> list[tuple[Member, str]]:
    """Return the members on the roster in the period who were not scored, by branch and code, each with the reason."""
    scored = {s.member.id for s in results.members}
    found = []
    for member_id, rows in results.county.roster.members.items():
        within = [row for row in rows if _in_period(row, results.county.period)]
        if within and member_id not in scored:
            found.append((within[-1], _why(results, within[-1])))
    return sorted(found, key=lambda pair: (pair[0].branch, pair[0].id))


def reason(results: Results, code: str) -> str:
    """Return why a known member or unit that has no score in the period has none."""
    words, county = resources.load("messages/unscored"), results.county
    if code in county.roster.members:
        reasons = {member.id: why for member, why in members(results)}
        return reasons.get(code, words["members"]["off_roster"])
    if not county.roster.exists(code, county.period.last_day):
        return words["units"]["gone"].format(day=county.period.last_day)
    left_out = results.draft.left_out if results.draft is not None else ()
    for each in left_out:
        if each.unit.id == code:
            return words["units"]["left_out"].format(reason=each.reason)
    return words["units"]["no_branches"]


def _votes(results: Results, member_id: str) -> str:
    """The votes of a member's 年评议, in words; empty where there is none."""
    table = results.county.tables["annual_review"]
    row = next((r for r in table.records() if r["member_id"] == member_id), None)
    listed = ((column.label, row[column.name]) for column in table.sheet.expanded) if row is not None else ()
    return resources.load("messages/unscored")["members"]["votes_separator"].join(
        f"{label} {count}" for label, count in listed if count
    )


def _in_period(row: Member, period: Period) -> bool:
    return (row.start is None or row.start <= period.last_day) and (row.end is None or row.end > period.first_day)


def _why(results: Results, row: Member) -> str:
    words, county = resources.load("messages/unscored")["members"], results.county
    if not row.holds(county.period.last_day):
        return words["left"].format(day=row.end.isoformat())
    if county.roster.member(row.id, county.period.last_day) is None:
        return words["unit_gone"]
    if row.branch in county.left_out:
        return words["left_out"]
    if not row.managed:
        why = words["unmanaged"].format(reason=row.unmanaged_reason)
        return why + (words["reviewed"].format(votes=votes) if (votes := _votes(results, row.id)) else "")
    return words["no_score"][county.period.kind]

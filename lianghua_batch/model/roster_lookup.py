"""Finds members and units by code or full name, and the unit that each belongs to."""

from lianghua_batch.intake.cell_values import compared, squeeze
from lianghua_batch.model.roster import Member, Roster, Unit


def subjects_named(roster: Roster, written: str) -> list[str]:
    """Return the codes for a code or a full name: none, one, or all with that name; never by likeness."""
    plain = squeeze(written)
    for code in (roster.member_codes.find(plain), roster.unit_codes.find(plain)):
        if code in roster.members or code in roster.units:
            return [code]
    members = (code for code, rows in roster.members.items() if any(row.is_called(plain) for row in rows))
    units = (code for code in roster.units if compared(plain) in roster.names_of(code))
    return sorted([*members, *units])


def latest(roster: Roster, code: str) -> Member | Unit:
    """Return a known member or unit as last registered."""
    return roster.members[code][-1] if code in roster.members else roster.named(code)


def home(roster: Roster, code: str) -> Unit | None:
    """Return the unit that a member or unit belongs to, as last registered, if any."""
    row = latest(roster, code)
    above = row.branch if isinstance(row, Member) else row.parent
    return roster.named(above) if above in roster.units else None

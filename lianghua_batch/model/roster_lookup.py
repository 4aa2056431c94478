"""Whom people mean by a code or a full name, and how a member or unit is written beside others of the name."""

from lianghua_batch.intake.cell_values import squeeze
from lianghua_batch.model.roster import Member, Roster, Unit


def subjects_named(roster: Roster, written: str) -> list[str]:
    """The codes that a code or a full name stands for: none, one, or all of the name. Nobody is found by likeness."""
    plain = squeeze(written)
    if plain in roster.members or plain in roster.units:
        return [plain]
    members = (code for code, rows in roster.members.items() if any(squeeze(row.name) == plain for row in rows))
    units = (code for code in roster.units if plain in roster.names_of(code))
    return sorted([*members, *units])


def latest(roster: Roster, code: str) -> Member | Unit:
    """A known member or unit as last registered."""
    return roster.members[code][-1] if code in roster.members else roster.named(code)


def home(roster: Roster, code: str) -> Unit | None:
    """The unit that a member or unit belongs to, as last registered; None where there is none."""
    row = latest(roster, code)
    above = row.branch if isinstance(row, Member) else row.parent
    return roster.named(above) if above in roster.units else None

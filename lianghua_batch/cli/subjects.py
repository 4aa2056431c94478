"""Which units a command is about, as its caller names them."""

from typing import TYPE_CHECKING

from lianghua_batch.cli.messages import WrongUsage, sentence

if TYPE_CHECKING:
    from lianghua_batch.model.county import County


def units_called(county: "County", written: str) -> frozenset[str]:
    """Return the code of the unit of a code or full name, of a committee with those of its branches; WrongUsage where none is called so."""
    from lianghua_batch.model import roster_lookup
    from lianghua_batch.model.scheme import BRANCH

    roster = county.roster
    found = [code for code in roster_lookup.subjects_named(roster, written) if code in roster.units]
    if len(found) != 1:
        likely = roster.suggest_unit(written) or roster.unit_named_in_part(written)
        suggestion = sentence("unit_meant", code=likely) if likely else ""
        raise WrongUsage(sentence("no_unit", written=written, suggestion=suggestion))
    branches = roster.units_on(county.period.last_day, BRANCH)
    return frozenset({found[0], *(branch.id for branch in branches if branch.parent == found[0])})

"""Attributes problems: the unit and period of the form, or of the row, that each stands in, and the county's form."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lianghua_batch.core.form_definitions import definitions
from lianghua_batch.core.problems import Problem
from lianghua_batch.intake.tables import ORIGIN, ROW
from lianghua_batch.model.county import County

Places = dict[tuple[str, str | None, int | None], tuple[str | None, str | None]]


def attributed(problems: Iterable[Problem], county: County) -> list[Problem]:
    """Return the problems with `unit` and `period` filled in from the form, or the row, that they stand in, and `form` where it is
    one of the county's, in a file of its own."""
    owners, offices = _owners(county), _offices(county)
    units = county.roster.unit_codes
    known = (p if p.unit is None else replace(p, unit=units.find(p.unit)) for p in problems)
    return [_attribute(p, owners, offices) for p in known]


def _offices(county: County) -> dict[tuple[str, str | None], str]:
    """The county's form in each sheet, but in files of branches, who answer for what is in them."""
    tables = county.tables.items()
    of_branches = {o.file for name, table in tables if definitions()[name].by_unit for o in table.origins}
    return {
        (origin.file, origin.sheet): name
        for name, table in tables
        for origin in table.origins
        if origin.file not in of_branches
    }


def _attribute(found: Problem, owners: Places, offices: Mapping[tuple[str, str | None], str]) -> Problem:
    place = found.place
    if not place.file:
        return found
    owner = owners.get((place.file, place.sheet, place.row)) or owners.get((place.file, place.sheet, None))
    form = offices.get((place.file, place.sheet))
    return found if owner is None else replace(found, unit=owner[0] or found.unit, period=owner[1], form=form)


def _owners(county: County) -> Places:
    """Unit and period of each sheet of a branch's form, and of each row of a county's form that names a unit."""
    owners: Places = {}
    for table in county.tables.values():
        for origin in table.origins:
            period = None if origin.period is None else str(origin.period)
            owners[origin.file, origin.sheet, None] = (origin.unit, period)
        if "unit_id" not in table.frame:
            continue
        for number, row, unit in zip(table.frame[ORIGIN], table.frame[ROW], table.frame["unit_id"], strict=True):
            origin = table.origins[number]
            named = unit if isinstance(unit, str) else None
            owners[origin.file, origin.sheet, row] = (named, str(origin.period))
    return owners

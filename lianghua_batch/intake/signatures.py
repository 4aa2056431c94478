"""Who filled a form in: sheets with a blank 填表人, and those of them that nobody filled (spec §2)."""

from collections.abc import Iterable
from dataclasses import replace

from lianghua_batch.core.form_definitions import NUMBER
from lianghua_batch.intake import labels
from lianghua_batch.intake.columns import columns_of
from lianghua_batch.intake.grid import is_blank
from lianghua_batch.intake.recognition import Recognised
from lianghua_batch.intake.table_rows import body_rows

EXEMPT = ("roster", "scheme")


def with_signatures(sources: Iterable[Recognised]) -> list[Recognised]:
    """Return the sheets of one file with the place where a name is lacking, and whether one on another sheet is enough for it."""
    listed = list(sources)
    signed = any("filled_by" in source.labels for source in listed)
    return [_unsigned(source, signed) for source in listed]


def _unsigned(source: Recognised, signed: bool) -> Recognised:
    place = labels.empty(source.grid, range(source.head_row), "filled_by")
    if place is None or source.form.name in EXEMPT:
        return source
    return replace(source, unsigned=place, signed_elsewhere=signed, unfilled=not _is_filled(source, signed))


def _is_filled(source: Recognised, signed: bool) -> bool:
    """Whether anything stands in the table that `templates` would not have written there; computed numbers are somebody's where the
    file is `signed`.

    What headings stand for the scheme's dimensions is not known yet: where those are pre-filled, numbers under others are too.
    """
    places, _ = columns_of(source, source.sheet)
    prefilled = [c for c in source.sheet.columns if c.prefilled and not (signed and c.type == NUMBER)]
    by_template = {places[c.name] for c in prefilled if c.name in places}
    unknown_too = any(c.expand is not None for c in prefilled)
    known = set(places.values())
    body = body_rows(source, source.sheet, places)
    return any(
        not is_blank(cell)
        and at not in by_template
        and not (unknown_too and at not in known and isinstance(cell, int | float))
        for r in (*body.filled, *body.numbers)
        for at, cell in enumerate(source.grid.rows[r])
    )

"""Who filled a form in: sheets with a blank 填表人, and those of them that nobody filled (spec §2)."""

from collections.abc import Iterable
from dataclasses import replace

from lianghua_batch.intake import labels
from lianghua_batch.intake.columns import columns_of
from lianghua_batch.intake.grid import is_blank
from lianghua_batch.intake.recognition import Recognised
from lianghua_batch.intake.table_rows import body_rows

EXEMPT = ("roster", "scheme")


def with_signatures(sources: Iterable[Recognised]) -> list[Recognised]:
    """Return the sheets of one file with the place where a name is lacking; one name in the file is enough for all of them."""
    listed = list(sources)
    if any("filled_by" in source.labels for source in listed):
        return listed
    return [_unsigned(source) for source in listed]


def _unsigned(source: Recognised) -> Recognised:
    place = labels.empty(source.grid, range(source.head_row), "filled_by")
    if place is None or source.form.name in EXEMPT:
        return source
    return replace(source, unsigned=place, unfilled=not _is_filled(source))


def _is_filled(source: Recognised) -> bool:
    """Whether anything stands in the table that `templates` would not have written there.

    What headings stand for the scheme's dimensions is not known yet: where those are pre-filled, numbers under others are too.
    """
    places, _ = columns_of(source, source.sheet)
    by_template = {places[c.name] for c in source.sheet.columns if c.prefilled and c.name in places}
    unknown_too = any(c.prefilled and c.expand is not None for c in source.sheet.columns)
    known = set(places.values())
    body = body_rows(source, source.sheet, places)
    return any(
        not is_blank(cell)
        and at not in by_template
        and not (unknown_too and at not in known and isinstance(cell, int | float))
        for r in (*body.filled, *body.numbers)
        for at, cell in enumerate(source.grid.rows[r])
    )

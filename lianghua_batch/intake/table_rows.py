"""Which rows below a heading are records, and which sums, notes, signatures or the heading once more (spec §2)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from lianghua_batch.core import resources
from lianghua_batch.core.form_definitions import CODE, COUNT, NAME, NUMBER, Sheet
from lianghua_batch.intake.cell_values import is_blank, squeeze
from lianghua_batch.intake.grid import Grid
from lianghua_batch.intake.recognition import Recognised

_COLON = ":"


@dataclass(frozen=True)
class BodyRows:
    """The 0-based rows below a heading: `records`, and with them every other filled row that is `no_footer`."""

    records: list[int]
    no_footer: list[int]


@dataclass(frozen=True)
class _Footers:
    """What tells a footer in one sheet: the columns that say who or what a row is about, and those that every record fills."""

    marked: list[int]
    needed: list[int]
    continued: frozenset[int]

    def has(self, r: int, row: list[object]) -> bool:
        """Whether a row is a sum or a note, not a record.

        Told by the cells that would say who or what it is about, at `marked`; where the word stands elsewhere, or may begin a
        record's own words, only if none of the cells that every record has, at `needed`, is filled: a record that lacks its
        code must not pass for a note. A row that a merged code or name covers has both, so it is no note.
        """
        totals = _words()[0]
        first = next((at for at, cell in enumerate(row) if not is_blank(cell)), None)
        for at, cell in enumerate(row):
            if not isinstance(cell, str) or not cell.strip():
                continue
            written = squeeze(cell)
            if written in totals:
                return at in self.marked or all(is_blank(row[n]) for n in self.needed if n != at)
            if at == first and _is_note(written):
                if r in self.continued:
                    return False
                plain = at in self.marked and _has_colon(written)
                return plain or not any(n in self.needed for n in _besides(row))
        return False


@cache
def _words() -> tuple[frozenset[str], tuple[str, ...], tuple[re.Pattern[str], ...]]:
    words = resources.load("reading")
    patterns = tuple(re.compile(pattern) for pattern in words["note_patterns"])
    return frozenset(words["totals"]), tuple(squeeze(w) for w in words["notes"]), patterns


@lru_cache(maxsize=65536)
def _is_note(written: str) -> bool:
    _, notes, patterns = _words()
    return written.startswith(notes) or any(p.search(written) for p in patterns)


def _has_colon(written: str) -> bool:
    """Whether it is one of the words for a note and what is noted behind a colon: no record begins so."""
    return any(written.startswith((word, word + _COLON)) and _COLON in written[: len(word) + 1] for word in _words()[1])


def _besides(row: list[object]) -> Iterator[int]:
    """The filled cells of a row besides its notes (审核人：李四) and what stands after a bare word for one (审核人 | 李四)."""
    of_a_note = False
    for at, cell in enumerate(row):
        if is_blank(cell):
            continue
        written = squeeze(cell) if isinstance(cell, str) else ""
        if not _is_note(written) and not of_a_note:
            yield at
        of_a_note = written.rstrip(_COLON) in _words()[1]


def body_rows(source: Recognised, sheet: Sheet, places: Mapping[str, int]) -> BodyRows:
    """Sort the rows below the heading; `places` says where the sheet's columns stand."""
    grid, rows = source.grid, source.grid.rows
    mapped = list(places.values())
    identity = [c for c in sheet.columns if c.type in (CODE, NAME)] or [sheet.columns[0]]
    marked = [places[c.name] for c in identity if c.name in places]
    needed = [
        places[c.name] for c in sheet.columns if c.required and c.type not in (NUMBER, COUNT) and c.name in places
    ]
    footers = _Footers(marked, needed, _continued(grid, source.head_row, marked, mapped))
    headings = [(at, squeeze(str(rows[source.head_row][at]))) for at in mapped]
    body = BodyRows([], [])
    for r in range(source.head_row + 1, len(rows)):
        row = rows[r]
        if all(map(is_blank, row)) or footers.has(r, row) or _is_heading_again(row, headings):
            continue
        body.no_footer.append(r)
        if not all(is_blank(row[at]) for at in mapped):
            body.records.append(r)
    return body


def _continued(grid: Grid, head_row: int, marked: list[int], mapped: list[int]) -> frozenset[int]:
    """The rows whose code or name stands in a merged cell that begins above them."""
    covered: set[int] = set()
    for block in grid.merged:
        across = [at for at in mapped if block.left <= at <= block.right]
        if block.top <= head_row or len(across) != 1 or across[0] not in marked or block.top >= len(grid.rows):
            continue
        value = grid.rows[block.top][block.left]
        written = squeeze(str(value))
        if not is_blank(value) and written not in _words()[0] and not _is_note(written):
            covered.update(range(block.top + 1, block.bottom + 1))
    return frozenset(covered)


def _is_heading_again(row: list[object], headings: list[tuple[int, str]]) -> bool:
    """Whether a row repeats the headings, as on a page that was copied under another."""
    again = 0
    for at, heading in headings:
        cell = row[at]
        if is_blank(cell):
            continue
        if not isinstance(cell, str) or squeeze(cell) != heading:
            return False
        again += 1
    return again > 1

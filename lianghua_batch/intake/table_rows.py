"""Which rows below a heading are records, and which sums, notes, signatures or the heading once more (spec §2)."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from lianghua_batch.core import resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import ANY, CODE, COUNT, DATE, NAME, NUMBER, TEXT, Column, Sheet
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import column_letter
from lianghua_batch.intake import labels
from lianghua_batch.intake.cell_values import Fault, read, squeeze
from lianghua_batch.intake.grid import Flaw, Grid, is_blank
from lianghua_batch.intake.recognition import Recognised, fits, heading, headings_of

_ROWS_NAMED = 5  # of many rows, how many are named


def rows_named(rows: Iterable[int]) -> str:
    """Write the numbers of 0-based rows, of many the first ones."""
    listed = [r + 1 for r in rows]
    words = resources.load("messages/problem_words")
    named = words["separator"].join(map(str, listed[:_ROWS_NAMED]))
    return words["more_rows"].format(rows=named) if len(listed) > _ROWS_NAMED else named


def above(source: Recognised, sheet: Sheet, places: Mapping[str, int]) -> list[Problem]:
    """Rows above the heading that are another heading of the form or look like records: one error."""
    found = [
        r
        for r in range(source.head_row)
        if fits(source.form, source.grid.rows[r])
        or (labels.none_in(source.grid, r) and _looks_like_record(source.grid.rows[r], sheet, places, source))
    ]
    if not found:
        return []
    row = source.grid.rows[found[0]]
    first = next(c for c, cell in enumerate(row) if not is_blank(cell))
    return [problem(Code.DATA_ABOVE_HEADINGS, source.grid.place(found[0], first), row=rows_named(found))]


def _looks_like_record(row: list[object], sheet: Sheet, places: Mapping[str, int], source: Recognised) -> bool:
    """Whether at least three cells stand under headings, a code or a name among them, and one holds what its column asks for.

    What it holds is a number, date or choice in its column; or everything that a record must have is there.
    """
    filled = [sheet.column(name) for name, at in places.items() if at < len(row) and not is_blank(row[at])]
    if len(filled) < 3 or not any(c.type in (CODE, NAME) or c is sheet.columns[0] for c in filled):
        return False
    needed = [c for c in sheet.columns if c.required]
    return all(c in filled for c in needed) or any(_reads(row[places[c.name]], c, source) for c in filled)


def _reads(cell: object, column: Column, source: Recognised) -> bool:
    if column.type in (CODE, NAME, TEXT, ANY):  # these read anything
        return False
    try:
        read(cell, column, source.period)
    except Fault:
        return False
    return True


def other_headings(source: Recognised, rows: Iterable[int]) -> list[int]:
    """The rows that are another heading of the form; its own heading once more is not among `rows`."""
    names = {heading(name) for sheet in source.form.sheets for c in sheet.columns for name in (c.label, *c.aliases)}
    grid, listed = source.grid, list(rows)
    hits: Counter[int] = Counter()
    for cells in grid.columns:
        words = {cell for cell in set(cells[source.head_row + 1 :]) if cell.__class__ is str and heading(cell) in names}
        if words:
            hits.update(r for r in listed if cells[r] in words)
    return [r for r in listed if hits[r] > 1 and fits(source.form, grid.rows[r])]


def below(source: Recognised, headings: Iterable[int]) -> Iterator[Problem]:
    """The other headings below the heading, as errors."""
    for r in headings:
        first = next(c for c, cell in enumerate(source.grid.rows[r]) if not is_blank(cell))
        yield problem(Code.SECOND_HEADING_ROW, source.grid.place(r, first), row=r + 1)


def unnamed(grid: Grid, head_row: int, rows: Iterable[int], known: set[int]) -> Iterator[Problem]:
    """Columns whose heading is blank or no text, with something under it."""
    listed = list(rows)
    for c, cell in enumerate(grid.rows[head_row]):
        if c in known or isinstance(cell, Flaw) or (isinstance(cell, str) and not is_blank(cell)):
            continue
        if len(grid.blank_in([c], listed)) < len(listed):
            yield problem(Code.COLUMN_WITHOUT_HEADING, grid.place(head_row, c), letter=column_letter(c))


def deciding_columns_unread(
    source: Recognised, sheet: Sheet, places: Mapping[str, int], rows: Sequence[int], known: Collection[int | None]
) -> Iterator[Problem]:
    """One error where a column that decides scores (a cap, a veto, votes) is missing while a column that is not `known` holds
    values: it may be that one."""
    absent = [c.label for c in sheet.columns if c.decides and c.name not in places]
    if not absent:
        return
    written, own = headings_of(source.grid.rows[source.head_row]), resources.load("reading")["own_headings"]
    unread = [
        at
        for at, name in enumerate(written)
        if at not in known and name not in own and len(source.grid.blank_in([at], rows)) < len(rows)
    ]
    if unread:
        words = {"columns": "、".join(absent), "letters": "、".join(map(column_letter, unread))}
        yield problem(Code.RULE_OR_VOTES_UNREAD, source.grid.place(source.head_row, unread[0]), **words)


_COLON = ":"


@dataclass(frozen=True)
class BodyRows:
    """The 0-based rows below a heading: `filled` ones that are no total, note or repeated heading; of these the `records`, and
    those that hold numbers of nobody."""

    records: list[int]
    filled: list[int]
    numbers: list[int]


@dataclass(frozen=True)
class _Words:
    """The words of schemas/reading.yaml by which totals and notes are known."""

    totals: frozenset[str]
    subtotals: re.Pattern[str]
    notes: tuple[str, ...]
    note_patterns: tuple[re.Pattern[str], ...]
    lone_patterns: tuple[re.Pattern[str], ...]


@cache
def _words() -> _Words:
    words = resources.load("reading")
    patterns, lone = (tuple(map(re.compile, words[name])) for name in ("note_patterns", "lone_patterns"))
    notes = tuple(squeeze(word) for word in words["notes"])
    return _Words(frozenset(words["totals"]), re.compile(words["subtotals"]), notes, patterns, lone)


@dataclass(frozen=True)
class _TotalsAndNotes:
    """How totals and notes are known in one sheet: by the columns that name whom or what a row is about, and those that every
    record fills; `days` are its columns of dates."""

    marked: list[int]
    needed: list[int]
    days: list[int]
    continued: frozenset[int]

    def include(self, r: int, row: list[object]) -> bool:
        """Whether a row is a sum or a note, not a record.

        It is known by the cells that would say who or what it is about, at `marked`; where the word stands elsewhere, or may begin a
        record's own words, only if none of the cells that every record has, at `needed`, is filled: a record that lacks its
        code must not pass for a note. A row that a merged code or name covers has both, so it is no note.
        """
        filled = [at for at, cell in enumerate(row) if not is_blank(cell)]
        if r not in self.continued and all(at not in self.days and _is_lone(row[at]) for at in filled):
            return True
        for at in filled:
            cell = row[at]
            if not isinstance(cell, str):
                continue
            written = squeeze(cell)
            if written in _words().totals:
                return at in self.marked or all(is_blank(row[n]) for n in self.needed if n != at)
            if at == filled[0] and at in self.marked and _words().subtotals.search(written):
                return all(is_blank(row[n]) for n in self.needed if n != at)
            if at == filled[0] and _is_note(written):
                if r in self.continued:
                    return False
                plain = at in self.marked and _has_colon(written)
                return plain or not any(n in self.needed for n in _besides(row))
        return False


def _is_lone(cell: object) -> bool:
    """Whether a cell is a line, a day, or says that there is nothing to report."""
    if isinstance(cell, dt.date):
        return True
    return isinstance(cell, str) and any(pattern.search(squeeze(cell)) for pattern in _words().lone_patterns)


@lru_cache(maxsize=65536)
def _is_note(written: str) -> bool:
    return written.startswith(_words().notes) or any(pattern.search(written) for pattern in _words().note_patterns)


def _has_colon(written: str) -> bool:
    """Whether it is one of the words for a note and what is noted behind a colon: no record begins so."""
    return any(
        written.startswith((word, word + _COLON)) and _COLON in written[: len(word) + 1] for word in _words().notes
    )


def _besides(row: list[object]) -> Iterator[int]:
    """The filled cells of a row besides its notes (审核人：李四) and what stands after a bare word for one (审核人 | 李四)."""
    after_note_word = False
    for at, cell in enumerate(row):
        if is_blank(cell):
            continue
        written = squeeze(cell) if isinstance(cell, str) else ""
        if not _is_note(written) and not after_note_word:
            yield at
        after_note_word = written.rstrip(_COLON) in _words().notes


def body_rows(source: Recognised, sheet: Sheet, places: Mapping[str, int]) -> BodyRows:
    """Sort the rows below the heading; `places` says where the sheet's columns stand."""
    grid, rows = source.grid, source.grid.rows
    columns = {c.name: c for c in sheet.columns if c.name in places}
    mapped = list(places.values())
    identity = [c for c in sheet.columns if c.type in (CODE, NAME) or c.name in sheet.key] or [sheet.columns[0]]
    marked = [places[c.name] for c in identity if c.name in places]
    numeric = {places[c.name]: c for c in columns.values() if c.type in (NUMBER, COUNT)}
    needed = [places[c.name] for c in columns.values() if c.required and places[c.name] not in numeric]
    days = [places[c.name] for c in columns.values() if c.type == DATE]
    totals_and_notes = _TotalsAndNotes(marked, needed, days, _continued(grid, source.head_row, marked, mapped))
    headings = {at: squeeze(str(rows[source.head_row][at])) for at in mapped}
    every, all_columns = range(source.head_row + 1, len(rows)), range(len(grid.columns))
    passed = set(grid.blank_in(all_columns, every))
    passed.update(
        r
        for r in _rows_with_words(grid, every, headings, days)
        if totals_and_notes.include(r, rows[r]) or _is_heading_again(rows[r], headings)
    )
    unlabelled = grid.blank_in((at for at in all_columns if at not in numeric), every)
    of_numbers = [r for r in unlabelled if r not in passed and r not in totals_and_notes.continued]
    others = passed.union(of_numbers)
    filled = [r for r in every if r not in others] if others else list(every)
    strays = set(grid.blank_in(mapped, filled))
    return BodyRows(
        records=[r for r in filled if r not in strays] if strays else filled,
        filled=filled,
        numbers=[r for r in of_numbers if _says_something(rows[r], numeric)],
    )


def _says_something(row: Sequence[object], numeric: Mapping[int, Column]) -> bool:
    """Whether numbers that stand alone in a row are more than a sum that was dragged too far."""
    return any(cell != 0 or numeric[at].required for at, cell in enumerate(row) if not is_blank(cell))


def _rows_with_words(grid: Grid, rows: range, headings: Mapping[int, str], days: Collection[int]) -> list[int]:
    """The rows that hold the word for a total or their column's heading, or begin with what may be a note: all others are
    records or blank."""
    found: set[int] = set()
    unbegun: Sequence[int] = rows
    for at, cells in enumerate(grid.columns):
        texts = {cell for cell in set(cells[rows.start :]) if cell.__class__ is str}
        words = {text for text in texts if squeeze(text) in _words().totals or squeeze(text) == headings.get(at)}
        if words:
            found.update(r for r in rows if cells[r] in words)
        if unbegun:
            later = grid.blank_in([at], unbegun)
            begun = [r for r in unbegun if cells[r] not in grid.blanks[at]] if later else unbegun
            notes = {cell for cell in {cells[r] for r in begun} if _may_begin_a_note(cell, is_day=at in days)}
            if notes:
                found.update(r for r in begun if cells[r] in notes)
            unbegun = later
    return sorted(found)


def _may_begin_a_note(cell: object, *, is_day: bool) -> bool:
    if not is_day and _is_lone(cell):
        return True
    return isinstance(cell, str) and (_is_note(squeeze(cell)) or bool(_words().subtotals.search(squeeze(cell))))


def without_record(grid: Grid, rows: Iterable[int]) -> Iterator[Problem]:
    """Rows of numbers that say not whose they are, as errors."""
    for r in rows:
        first = next(c for c, cell in enumerate(grid.rows[r]) if not is_blank(cell))
        yield problem(Code.NUMBERS_WITHOUT_RECORD, grid.place(r, first), row=r + 1)


def _continued(grid: Grid, head_row: int, marked: list[int], mapped: list[int]) -> frozenset[int]:
    """The rows whose code or name stands in a merged cell that begins above them."""
    covered: set[int] = set()
    for block in grid.merged:
        across = [at for at in mapped if block.left <= at <= block.right]
        if block.top <= head_row or len(across) != 1 or across[0] not in marked or block.top >= len(grid.rows):
            continue
        value = grid.rows[block.top][block.left]
        written = squeeze(str(value))
        if not is_blank(value) and written not in _words().totals and not _is_note(written):
            covered.update(range(block.top + 1, block.bottom + 1))
    return frozenset(covered)


def _is_heading_again(row: list[object], headings: Mapping[int, str]) -> bool:
    """Whether a row repeats the headings, as on a page that was copied under another."""
    filled = [at for at in headings if not is_blank(row[at])]
    return len(filled) > 1 and all(isinstance(row[at], str) and squeeze(row[at]) == headings[at] for at in filled)

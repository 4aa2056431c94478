"""The codes of 花名册 and 考评方案, found as people write them: in any case and width, with the name beside the code (spec §2)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from lianghua_batch.core import resources
from lianghua_batch.intake.cell_values import compared, letters, squeeze
from lianghua_batch.intake.tables import Table

Index = Mapping[str, frozenset[str]]


class KnownCodes:
    """The codes of one kind of thing, each with the names that it has had."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        self._names = {code: frozenset(known) for code, known in names.items()}

    def find(self, written: str) -> str:
        """The code that a text where a code stands means, alone or with its own name; the text as it is where there is none."""
        if written in self._names:
            return written
        for index, key in ((self._by_case, squeeze(written).casefold()), (self._with_names, letters(written))):
            if key in index:
                found = index[key]
                return next(iter(found)) if len(found) == 1 else written
        return written

    def called(self, written: str) -> frozenset[str]:
        """The codes that a text may mean where a name stands: by code, name, both together, or a name without what is often left out."""
        if written in self._names:
            return frozenset({written})
        keys = ((self._by_case, squeeze(written).casefold()), (self._by_name, compared(written)))
        loose = ((self._by_letters, letters(written)), (self._by_short_name, _shortened(letters(written))))
        return next((index[key] for index, key in (*keys, *loose) if key in index), frozenset())

    def with_others(self, others: "KnownCodes") -> "KnownCodes":
        """These codes and those of another kind of thing."""
        return KnownCodes({**others._names, **self._names})

    @cached_property
    def _by_case(self) -> Index:
        return _index((squeeze(code).casefold(), code) for code in self._names)

    @cached_property
    def _by_name(self) -> Index:
        return _index((compared(name), code) for code, names in self._names.items() for name in names)

    @cached_property
    def _with_names(self) -> Index:
        return _index(
            (letters(text), code)
            for code, names in self._names.items()
            for name in names
            for text in (code + name, name + code)
        )

    @cached_property
    def _by_letters(self) -> Index:
        alone = ((letters(text), code) for code, names in self._names.items() for text in (code, *names))
        return _index([*alone, *((key, code) for key, codes in self._with_names.items() for code in codes)])

    @cached_property
    def _by_short_name(self) -> Index:
        return _index((_shortened(key), code) for key, codes in self._by_letters.items() for code in codes)


def _shortened(name: str) -> str:
    for word in resources.load("reading")["often_left_out"]:
        name = name.replace(word, "")
    return name


def _index(pairs: Iterable[tuple[str, str]]) -> Index:
    found: dict[str, set[str]] = defaultdict(set)
    for key, code in pairs:
        if key:
            found[key].add(code)
    return {key: frozenset(codes) for key, codes in found.items()}


def of_columns(table: Table, code: str, *names: str) -> KnownCodes:
    """The codes of a table's own column, of those that differ in case alone the first one, with the names in other columns."""
    first: dict[str, str] = {}
    known: dict[str, set[str]] = {}
    frame = table.frame.dropna(subset=[code])
    for row in frame[[code, *names]].itertuples(index=False, name=None):
        own = first.setdefault(squeeze(row[0]).casefold(), row[0])
        known.setdefault(own, set()).update(name for name in row[1:] if isinstance(name, str))
    return KnownCodes(known)


def resolved(table: Table, known: Mapping[str, KnownCodes]) -> Table:
    """The table with the codes in these columns, and its sheets' units, as 花名册 and 考评方案 write them; others stay as they are."""
    frame = table.frame
    for column, codes in known.items():
        if column not in frame:
            continue
        found = {written: codes.find(written) for written in frame[column].dropna().unique()}
        other = {written: code for written, code in found.items() if written != code}
        if other:
            frame = frame.assign(**{column: frame[column].replace(other)})
    units = known.get("unit_id")
    origins = table.origins
    if units is not None:
        origins = tuple(o if o.unit is None else replace(o, unit=units.find(o.unit)) for o in origins)
    return replace(table, frame=frame, origins=origins)

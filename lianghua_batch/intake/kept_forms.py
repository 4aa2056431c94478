"""What was read once is kept in the data folder by the file's content, so that only changed forms are read again.

One JSON document a file and line: nothing in it can run. It is as private as the forms are, and safe to delete.
"""

import base64
import datetime as dt
import hashlib
import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from lianghua_batch.core import installed, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import Form, Sheet, definitions
from lianghua_batch.core.periods import Period
from lianghua_batch.core.problems import Problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.intake.grid import Block, Flaw, Grid, Percent
from lianghua_batch.intake.labels import Labelled
from lianghua_batch.intake.read_forms import FormsRead
from lianghua_batch.intake.recognition import Recognised
from lianghua_batch.intake.sheet_records import Origin, SheetRecords

_NAME = "forms.jsonl"
_KEPT = (FormsRead, Recognised, Grid, Block, Flaw, Percent, Labelled, Origin, SheetRecords, SourceRef, Period, Problem)
_CLASSES = {kept.__name__: kept for kept in _KEPT}
_DAMAGED = (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError)


class KeptForms:
    """The forms of one data folder that were read before, by this installation of the program."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines = {} if resources.standing_in() else _read(folder / installed.OWN_FOLDER / _NAME)
        self._used: dict[str, str] = {}

    def find(self, path: Path, name: str) -> FormsRead | None:
        """The forms of a file, which problems call `name`, if they are kept; a damaged entry is as none."""
        try:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest() if self._lines else ""
            found = _decoded(json.loads(self._lines[_key(name, digest)]))
        except _DAMAGED:
            return None
        return found if isinstance(found, FormsRead) and found.digest == digest else None

    def keep(self, name: str, forms: FormsRead | OSError) -> None:
        """Keep the forms of a file for the next time, if it could be read."""
        if isinstance(forms, FormsRead) and forms.refusal is None and forms.digest is not None:
            key = _key(name, forms.digest)
            self._used[key] = self._lines.get(key) or json.dumps(_encoded(forms), separators=(",", ":"))

    def save(self) -> None:
        """Write what was used since, and nothing else; a folder that takes no file is left as it is."""
        if self._used.keys() == self._lines.keys():
            return
        lines = (f"{key} {line}\n" for key, line in self._used.items())
        installed.keep(self._folder, _NAME, f"{installed.fingerprint()}\n{''.join(lines)}")


def _key(name: str, digest: str) -> str:
    """What a file's forms are kept under: its name in problems, and the hash of its content."""
    return hashlib.sha256(f"{digest} {name}".encode("utf-8", "surrogatepass")).hexdigest()


def _read(file: Path) -> dict[str, str]:
    try:
        installation, *lines = file.read_text(encoding="ascii").splitlines()
        if installation != installed.fingerprint():
            return {}
        return dict(line.split(" ", 1) for line in lines)
    except _DAMAGED:
        return {}


def _encoded(value: object) -> Any:
    """A value as JSON: lists and plain values as they are, everything else as {what it is: what it holds}."""
    if value is None or type(value) in (str, int, float, bool):
        return value
    if isinstance(value, list):
        return [_encoded(each) for each in value]
    for kinds, name, encode in _ENCODERS:
        if isinstance(value, kinds):
            return {name: encode(value)}
    return {type(value).__name__: {f.name: _encoded(getattr(value, f.name)) for f in fields(value)}}


def _columns(cells: Mapping[str, Sequence[object]]) -> dict[str, list[object]]:
    """Columns as their distinct values, and the number of each cell's."""
    found = {}
    for name, values in cells.items():
        distinct = {value: n for n, value in enumerate(dict.fromkeys(values))}
        kind = "B" if len(distinct) <= 0x100 else "H" if len(distinct) <= 0x10000 else "L"
        codes = array(kind, map(distinct.__getitem__, values))
        found[name] = [[_encoded(value) for value in distinct], kind, base64.b64encode(codes.tobytes()).decode()]
    return found


def _cells(columns: Mapping[str, Sequence[Any]]) -> dict[str, list[object]]:
    found = {}
    for name, (distinct, kind, written) in columns.items():
        values, codes = [_decoded(value) for value in distinct], array(kind)
        codes.frombytes(base64.b64decode(written))
        found[name] = [values[code] for code in codes]
    return found


def _records(value: SheetRecords) -> dict[str, object]:
    kept = {f.name: _encoded(getattr(value, f.name)) for f in fields(value) if f.name not in ("cells", "rows")}
    return {**kept, "cells": _columns(value.cells), "rows": list(value.rows)}


def _records_again(kept: Mapping[str, Any]) -> SheetRecords:
    plain = {name: _decoded(value) for name, value in kept.items() if name not in ("cells", "rows")}
    return SheetRecords(**plain, cells=_cells(kept["cells"]), rows=array("l", kept["rows"]))


_ENCODERS = (
    (SheetRecords, "records", _records),
    (Code, "code", str),
    (Form, "form", lambda form: form.name),
    (Sheet, "sheet", lambda sheet: [sheet.form, sheet.name]),
    (dt.datetime, "datetime", dt.datetime.isoformat),
    (dt.date, "date", dt.date.isoformat),
    (dt.time, "time", dt.time.isoformat),
    (dt.timedelta, "seconds", lambda value: [value.days, value.seconds, value.microseconds]),
    (Decimal, "decimal", str),
    (tuple, "tuple", lambda value: [_encoded(each) for each in value]),
    (frozenset, "set", lambda value: [_encoded(each) for each in value]),
    (Mapping, "map", lambda value: [[key, _encoded(each)] for key, each in value.items()]),
)
_DECODERS = {
    "records": _records_again,
    "code": Code,
    "form": lambda name: definitions()[name],
    "sheet": lambda names: definitions()[names[0]].sheet(names[1]),
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "seconds": lambda parts: dt.timedelta(*parts),
    "decimal": Decimal,
    "tuple": lambda listed: tuple(map(_decoded, listed)),
    "set": lambda listed: frozenset(map(_decoded, listed)),
    "map": lambda pairs: {key: _decoded(value) for key, value in pairs},
}


def _decoded(kept: Any) -> object:
    """The value that `_encoded` wrote; raises one of _DAMAGED where it is none."""
    if isinstance(kept, list):
        return [_decoded(each) for each in kept]
    if not isinstance(kept, dict):
        return kept
    ((name, held),) = kept.items()
    if name in _DECODERS:
        return _DECODERS[name](held)
    return _CLASSES[name](**{field: _decoded(value) for field, value in held.items()})

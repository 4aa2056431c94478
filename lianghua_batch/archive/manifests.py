"""归档清单.json: what a seal holds, who made it, when and why, and which seal came before it."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lianghua_batch.core import periods
from lianghua_batch.core.periods import QUARTER, YEAR, Period

FORMAT = 1
_CODE = re.compile(r"[0-9a-f]{64}", re.ASCII)


class MalformedManifest(ValueError):
    """A JSON value that is no 归档清单; str() is the field at fault."""


@dataclass(frozen=True)
class SealedFile:
    """One sealed file: `file` is its original path (forms: in the data folder; results: in the output folder), `stored` its path
    in the bag's data/."""

    file: str
    stored: str
    sha256: str
    size: int


@dataclass(frozen=True)
class SealReference:
    """A reference to another seal: its file name and check code."""

    file: str
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The contents of 归档清单.json.

    `number` counts the seals of a folder from 1, `previous` is the one before; `amendment` counts those of the period from 0,
    `amends` is the one that it takes the place of, `reason` why, `early` why it was sealed before the period was over, `changes` which forms changed, `differences` what moved
    (as `diff --format json`), `objections` the rows of 异议登记 with what became of each. `names_masked`: as 公示 is. The lists of
    files are empty until the bag is written.
    """

    period: Period
    number: int
    amendment: int
    date: dt.date
    by: str
    tool: str
    scheme: str
    results_sha256: str
    names_masked: bool
    inputs: tuple[SealedFile, ...] = ()
    outputs: tuple[SealedFile, ...] = ()
    earlier: tuple[SealedFile, ...] = ()
    rules: tuple[SealedFile, ...] = ()
    previous: SealReference | None = None
    amends: SealReference | None = None
    reason: str | None = None
    early: str | None = None
    changes: Mapping[str, Any] | None = None
    differences: Mapping[str, Any] | None = None
    objections: tuple[Mapping[str, Any], ...] = ()

    @property
    def entries(self) -> tuple[SealedFile, ...]:
        """Every listed file."""
        return (*self.inputs, *self.outputs, *self.earlier, *self.rules)


LISTS = ("inputs", "outputs", "earlier", "rules")
_REFERENCES = ("previous", "amends")
# What is read of the objections and the differences of a seal.
_OF_OBJECTIONS = ("subject", "name", "raised", "objection", "conclusion", "state", "moved")
_UNITS = ("committees", "branches")


def as_text(manifest: Manifest) -> str:
    """Return the text of 归档清单.json; the same manifest always gives the same text."""
    document: dict[str, Any] = {"format": FORMAT}
    document |= {"period": str(manifest.period), "date": manifest.date.isoformat()}
    plain = ("number", "amendment", "reason", "early", "by", "tool", "scheme", "results_sha256", "names_masked")
    document |= {name: getattr(manifest, name) for name in plain}
    for name in _REFERENCES:
        reference = getattr(manifest, name)
        document[name] = None if reference is None else {"file": reference.file, "sha256": reference.sha256}
    document |= {
        "changes": manifest.changes,
        "objections": list(manifest.objections),
        "differences": manifest.differences,
    }
    document |= {name: [_entry_as_json(entry) for entry in getattr(manifest, name)] for name in LISTS}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _entry_as_json(entry: SealedFile) -> dict[str, Any]:
    return {"file": entry.file, "stored": entry.stored, "sha256": entry.sha256, "size": entry.size}


def parse(content: bytes) -> Manifest:
    """Read 归档清单.json; raises MalformedManifest."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise MalformedManifest("{}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise MalformedManifest("format")
    departure = next((name for name, fits in _SHAPE.items() if not fits(document.get(name))), None)
    if departure is not None:
        raise MalformedManifest(departure)
    facts = {name: document.get(name) for name in _SHAPE}  # seals of 0.1 know no `early`
    facts |= {"period": periods.parse(document["period"]), "date": dt.date.fromisoformat(document["date"])}
    facts |= {
        name: tuple(SealedFile(**_picked(e, "file", "stored", "sha256", "size")) for e in document[name])
        for name in LISTS
    }
    facts |= {name: _reference(document[name]) for name in _REFERENCES}
    return Manifest(**{**facts, "objections": tuple(document["objections"])})


def _picked(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _reference(fields: Mapping[str, str] | None) -> SealReference | None:
    return None if fields is None else SealReference(fields["file"], fields["sha256"])


# --- the shape -----------------------------------------------------------------------------------------------------


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _code(value: object) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _count(value: object, least: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _period(value: object) -> bool:
    period = periods.parse(value) if isinstance(value, str) else None
    return period is not None and str(period) == value and period.kind in (QUARTER, YEAR)


def _date(value: object) -> bool:
    try:
        return isinstance(value, str) and dt.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_reference(value: object) -> bool:
    return value is None or (isinstance(value, dict) and _text(value.get("file")) and _code(value.get("sha256")))


def _entries(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(e, dict)
        and _text(e.get("file"))
        and _text(e.get("stored"))
        and _code(e.get("sha256"))
        and _count(e.get("size"))
        for e in value
    )


def _objections(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, dict) and all(row.get(name) is None or isinstance(row[name], str) for name in _OF_OBJECTIONS)
        for row in value
    )


def _object(value: object) -> bool:
    return value is None or isinstance(value, dict)


def _differences(value: object) -> bool:
    return value is None or (
        isinstance(value, dict)
        and all(isinstance(value.get(kind), list) and all(map(_change, value[kind])) for kind in _UNITS)
    )


def _change(value: object) -> bool:
    return isinstance(value, dict) and "id" in value and all(_object(value.get(side, "")) for side in ("was", "now"))


_SHAPE: Mapping[str, Callable[[object], bool]] = {
    "period": _period,
    "number": lambda value: _count(value, least=1),
    "amendment": _count,
    "date": _date,
    "by": _text,
    "tool": _text,
    "scheme": _text,
    "results_sha256": _code,
    "names_masked": lambda value: isinstance(value, bool),
    **dict.fromkeys(LISTS, _entries),
    **dict.fromkeys(_REFERENCES, _is_reference),
    **dict.fromkeys(("reason", "early"), lambda value: value is None or _text(value)),
    "changes": _object,
    "differences": _differences,
    "objections": _objections,
}


def total_size(entries: Iterable[SealedFile]) -> int:
    """The total size of files in bytes."""
    return sum(entry.size for entry in entries)

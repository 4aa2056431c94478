"""Valid workbooks broken at random: bytes, members of the zip, cells. What was done is told, so that a finding can be repeated."""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from fakes.hostile import members, zipped

from lianghua_batch.core.form_definitions import CHOICE, CODE, COUNT, DATE, NUMBER, YES_NO, definitions, expand
from lianghua_batch.intake.cell_values import squeeze

ITEMS = {
    "dimensions": ("政治合格", "执行纪律合格", "品德合格", "作用发挥合格"),
    "member_ballot_grades": ("优秀", "合格", "基本合格", "不合格"),
    "organisation_ballot_grades": ("优秀", "良好", "一般", "较差"),
}
GIVING_CODES = ("花名册", "考评方案")
# By type of column, what cannot stand there.
NONSENSE: dict[str, list[object]] = {
    NUMBER: [
        "九十",
        "八十左右",
        "12.345",
        12.345,
        1e300,
        -1e300,
        True,
        "=1/0",
        "#N/A",
        "80/90",
        "８０．５．１",
        "1e3",
        "−",
    ],
    COUNT: [-1, 1.5, "三", True, "#REF!", "10票", "=A1", 1e15],
    DATE: ["2026-02-30", "昨天", True, "13月1日", "2026", 3.7, "#VALUE!"],
    CODE: ["没有这个编号", True, 1.5, "#N/A", "ＺＢ不存在"],
    CHOICE: ["不知道", 1, True, "#N/A"],
    YES_NO: ["也许", 1, "#N/A"],
}


@dataclass(frozen=True)
class Mutant:
    """One broken file: which, how, and whether it must be named (else it may also mean the same as before).

    A code that nobody has (`a_code`) is told only while 花名册 and 考评方案 can be read, and not where it is given; so is what
    stands under one of the items of 考评方案.
    """

    file: str
    how: str
    content: bytes
    must_be_named: bool
    a_code: bool = False


def mutant(folder: Path, rng: random.Random) -> Mutant:
    """Break one of the workbooks under a folder."""
    path = rng.choice(sorted(folder.rglob("*.xlsx")))
    file = path.relative_to(folder).as_posix()
    return rng.choice(_WAYS)(file, path.read_bytes(), rng)


def _flipped(file: str, content: bytes, rng: random.Random) -> Mutant:
    changed = bytearray(content)
    places = [rng.randrange(len(content)) for _ in range(rng.choice((1, 1, 2, 8, 64)))]
    for at in places:
        changed[at] = rng.randrange(256)
    return Mutant(file, f"bytes at {places[:8]}", bytes(changed), False)


def _cut(file: str, content: bytes, rng: random.Random) -> Mutant:
    at = rng.randrange(len(content))
    return Mutant(file, f"cut at {at}", content[:at], True)


def _hole(file: str, content: bytes, rng: random.Random) -> Mutant:
    at, size = rng.randrange(len(content)), rng.choice((16, 512, 4096))
    filling = bytes(size) if rng.random() < 0.5 else rng.randbytes(size)
    return Mutant(file, f"{size} bytes lost at {at}", content[:at] + filling + content[at + size :], False)


def _member_lost(file: str, content: bytes, rng: random.Random) -> Mutant:
    parts = members(content)
    name = rng.choice(sorted(parts))
    del parts[name]
    return Mutant(file, f"without {name}", zipped(parts), name.startswith("xl/worksheets/") or "haredStrings" in name)


def _member_spoilt(file: str, content: bytes, rng: random.Random) -> Mutant:
    parts = members(content)
    name = rng.choice(sorted(n for n in parts if n.startswith("xl/w")))
    part = parts[name]
    way = rng.choice(("cut", "empty", "garbage", "doubled", "other encoding"))
    spoilt = {
        "cut": part[: rng.randrange(1, len(part) - 1)],
        "empty": b"",
        "garbage": rng.randbytes(200),
        "doubled": part + part,
        "other encoding": part.decode().encode("utf-16"),
    }[way]
    return Mutant(file, f"{name}: {way}", zipped({**parts, name: spoilt}), way in ("cut", "empty", "garbage"))


def _cell(file: str, content: bytes, rng: random.Random) -> Mutant:
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = rng.choice(book.worksheets)
    columns = _columns(sheet)
    filled = [
        (row, column)
        for row in range(4, sheet.max_row + 1)
        for column in columns
        if sheet.cell(row, column).value is not None
    ]
    if not filled:
        return _cut(file, content, rng)
    row, at = rng.choice(filled)
    value = rng.choice(NONSENSE[columns[at]])
    cell = sheet.cell(row, at)
    before, cell.value = cell.value, value
    stream = io.BytesIO()
    book.save(stream)
    must = not (columns[at] == CODE and sheet["B2"].value in GIVING_CODES)
    of_an_item = any(squeeze(str(sheet.cell(3, at).value)) in items for items in ITEMS.values())
    a_code = columns[at] == CODE or of_an_item
    return Mutant(file, f"{sheet.title} {cell.coordinate}: {before!r} → {value!r}", stream.getvalue(), must, a_code)


def _columns(sheet) -> dict[int, str]:
    """The type of each column of a form whose nonsense is told from sense."""
    written = [squeeze(str(cell.value or "")) for cell in sheet[3]]
    best: dict[int, str] = {}
    for form in definitions().values():
        for definition in expand(form, ITEMS).sheets:
            types = {squeeze(c.label): c.type for c in definition.columns}
            if form.label == sheet["B2"].value and sum(w in types for w in written) > len(best):
                best = {at: types[w] for at, w in enumerate(written, start=1) if types.get(w) in NONSENSE}
    return best


_WAYS: tuple[Callable[[str, bytes, random.Random], Mutant], ...] = (
    _flipped,
    _flipped,
    _cut,
    _hole,
    _member_lost,
    _member_spoilt,
    _cell,
    _cell,
    _cell,
)

"""Seals for tests: the small county's first half-year with three of them, and ways to spoil them."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click
import openpyxl
from click.testing import CliRunner, Result
from factories import County

from lianghua_batch.archive import bags, manifests
from lianghua_batch.archive.manifests import Manifest, SealedFile, SealReference
from lianghua_batch.cli import messages
from lianghua_batch.cli.app import root

FIRST, AMENDED, LAST = "2026Q1.zip", "2026Q1_更正1.zip", "2026Q2.zip"
MANIFEST, RESULTS = "归档清单.json", "结果/results.json"


def invoke(*words: object, code: int = 0) -> Result:
    """Run a command; it must end with this exit code."""
    found = CliRunner().invoke(root, [str(word) for word in words], catch_exceptions=False)
    assert found.exit_code == code, found.output
    return found


def refusal(*words: object) -> str:
    """What a command says that ends with exit code 2."""
    found = CliRunner().invoke(root, [str(word) for word in words], standalone_mode=False)
    assert isinstance(found.exception, click.ClickException), found.output
    return messages.usage_message(found.exception)


def sealed_county(folder: Path) -> Path:
    """A county whose first quarter is sealed, amended, and whose second quarter is sealed: three links."""
    county = County().only("2026H1")
    county.set_rule("季度党员积分权重", 60)
    county.set_rule("季度督查权重", 40)
    county.write(folder)
    invoke("run", folder, "--period", "2026Q1")
    invoke("archive", "seal", folder, "--period", "2026Q1", "--by", "经办人甲", "--date", "2026-04-20")
    county.form("季汇总", 支部编号="ZB1", 期间="2026Q1").row(党员编号="001").update(
        支委会调整=3, 调整原因="补记抢险", 审定积分=83
    )
    county.write(folder)
    invoke("run", folder, "--period", "2026Q1", "--amend", "补记抢险", "--by", "经办人乙")
    invoke("run", folder, "--period", "2026Q2")
    invoke("archive", "seal", folder, "--period", "2026Q2", "--by", "经办人甲", "--date", "2026-07-20")
    return folder


def code_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_code(path: Path) -> None:
    """Make the check codes beside a zip anew, as somebody does who wants to hide what was done."""
    path.with_name(f"{path.name}.sha256").write_text(f"{code_of(path)}  {path.name}\n", encoding="utf-8")
    sheet = path.with_name(f"{path.stem}_归档单.xlsx")
    if sheet.exists():
        write_sheet_code(sheet, code_of(path))


def write_sheet_code(sheet: Path, code: str) -> None:
    """Put another check code on a 归档单."""
    book = openpyxl.load_workbook(sheet)
    (row,) = (row for row in book["归档单"].iter_rows() if row[0].value == "归档校验码")
    next(cell for cell in row[1:] if cell.value).value = code
    book.save(sheet)


def flip(path: Path, place: int) -> None:
    """Change one byte."""
    content = bytearray(path.read_bytes())
    content[place] ^= 0x01
    path.write_bytes(content)


def members(path: Path) -> dict[str, bytes]:
    """What is in a zip, in its order."""
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def write_members(path: Path, content: Mapping[str, bytes]) -> None:
    """Write a zip of these members; nothing else is made anew."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name), data)


def manifest(path: Path) -> Manifest:
    return manifests.parse(members(path)[f"{path.stem}/data/{MANIFEST}"])


def payload(path: Path) -> dict[str, bytes]:
    """The files in a bag's data/ by name, 归档清单 left out."""
    head = f"{path.stem}/data/"
    found = {name.removeprefix(head): data for name, data in members(path).items() if name.startswith(head)}
    return {name: data for name, data in found.items() if name != MANIFEST}


def reseal(path: Path, changed: Mapping[str, bytes] | None = None, to: Path | None = None, **facts: object) -> Path:
    """Write a seal anew with files changed, all its lists and its check code made to fit; return where it is."""
    content = payload(path) | dict(changed or {})
    said = manifest(path)

    def fitting(entry: SealedFile) -> SealedFile:
        data = content[entry.stored]
        return replace(entry, sha256=hashlib.sha256(data).hexdigest(), size=len(data))

    lists = {kind: tuple(map(fitting, getattr(said, kind))) for kind in ("inputs", "outputs", "earlier", "rules")}
    code = hashlib.sha256(content[RESULTS]).hexdigest()
    said = replace(said, **{**lists, "results_sha256": code, **facts})
    to = to or path
    content[MANIFEST] = manifests.as_text(said).encode("utf-8")
    bags.write(to, sorted(content.items()), {"External-Identifier": path.name, "Contact-Name": said.by})
    write_code(to)
    return to


def relink(path: Path, before: Path) -> None:
    """Make a seal name the one before it as that is now."""
    its = manifest(path)
    link = SealReference(before.name, code_of(before))
    reseal(
        path, previous=link, amends=link if its.amends is not None and its.amends.file == before.name else its.amends
    )


def with_results(path: Path, kind: str, code: str, **values: object) -> dict[str, bytes]:
    """The sealed results with values of one row changed."""
    found = json.loads(payload(path)[RESULTS])
    next(row for row in found[kind] if row["id"] == code).update(values)
    return {RESULTS: (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode("utf-8")}

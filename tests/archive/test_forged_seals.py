"""What an attacker does to a seal whose lists, check codes and 归档单 he can all make anew (docs/security.md)."""

import io
import json
import shutil
import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from fakes import archive_county as seals
from fakes.archive_county import AMENDED, FIRST, LAST, invoke

from lianghua_batch import __version__
from lianghua_batch.archive import bags, manifests, seal_sheet_reader, sealed_places
from lianghua_batch.cli.app import root

pytestmark = pytest.mark.slow  # every verifying scores the sealed forms anew in a process of its own

OLDER = Path(__file__).parent / "seals_of_0.1"


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    return seals.sealed_county(tmp_path_factory.mktemp("county") / "data")


@pytest.fixture
def shelf(county, tmp_path) -> Path:
    """The folder 归档 of the county, which a test may spoil."""
    return shutil.copytree(county / "归档", tmp_path / "data/归档")


def report(path: Path, *words: str, code: int = 1) -> dict:
    return json.loads(invoke("archive", "verify", path, *words, "--format", "json", code=code).output)


def kinds(path: Path, code: int = 1) -> list[str]:
    return [finding["kind"] for finding in report(path, code=code)["findings"]]


def rewritten(path: Path, added: dict[str, bytes] | None = None, **facts: object) -> Path:
    """A seal with another 归档清单, and all its lists and check codes made to fit."""
    text = manifests.as_text(replace(seals.manifest(path), **facts))
    content = {**seals.payload(path), **(added or {}), seals.MANIFEST: text.encode("utf-8", "surrogatepass")}
    bags.write(path, sorted(content.items()), {})
    seals.write_code(path)
    return path


# --- what is not recomputed ------------------------------------------------------------------------------------------

HOSTILE = {
    "outside": "../../窃取.xlsx",
    "absolute": "/tmp/窃取.xlsx",
    "a drive": "C:/窃取.xlsx",
    "a share": "\\\\server\\窃取.xlsx",
    "a stream of another file": "花名册.xlsx:窃取",
    "a device": "窃取/CON.xlsx",
    "a device with spaces": "窃取/lpt¹ .季度.xlsx",
    "NUL": "窃\0取.xlsx",
    "half a character": "窃\ud800取.xlsx",
    "too long": f"{'长' * 300}.xlsx",
    "too deep": f"{'a/' * 600}窃取.xlsx",
    "nothing": "ZB1//窃取.xlsx",
    "dots": "ZB1/./窃取.xlsx",
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
def test_forged_results_beside_an_input_that_cannot_be_unpacked_do_not_pass(shelf, tmp_path, name):
    seals.reseal(shelf / LAST, seals.with_results(shelf / LAST, "branches", "ZB1", total="99.00"))
    inputs = seals.manifest(shelf / LAST).inputs
    rewritten(shelf / LAST, inputs=(replace(inputs[0], file=name), *inputs[1:]))
    assert set(kinds(shelf / LAST)) == {"unsafe_place", "forms_lacking"}
    assert not list(tmp_path.rglob("窃*"))


@pytest.mark.parametrize(("place", "other"), [("zb1/2026-04.XLSX", "ZB1/2026-04.xlsx"), ("ZB1", "ZB1/2026"), ("ZB1/2026-04.xlsx", "ZB1/2026-04.xlsx"), ("ZB1/2026-04.xlsx. ", "ZB1/2026-04.xlsx")])  # fmt: skip
def test_two_inputs_in_one_place_are_named(shelf, place, other):
    inputs = seals.manifest(shelf / LAST).inputs
    (roster,) = (entry for entry in inputs if entry.file == "花名册.xlsx")
    rewritten(shelf / LAST, inputs=(*(i for i in inputs if i != roster), replace(roster, file=place)))
    found = report(shelf / LAST)["findings"]
    assert {f["kind"] for f in found} == {"places_clash", "forms_lacking"}
    assert any(place in f["message"] and other in f["message"] for f in found)


def test_one_sealed_file_listed_twice_is_named(shelf):
    inputs = seals.manifest(shelf / LAST).inputs
    rewritten(shelf / LAST, inputs=(*inputs, replace(inputs[0], file="再来一次.xlsx")))
    assert "stored_twice" in kinds(shelf / LAST)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("2026Q2/data/上报/zb1/2026-04.xlsx", "clashing"),
        ("2026Q2/data/上报/ZB1/2026-04.xlsx/里面.xlsx", "clashing"),
        (f"2026Q2/data/上报/{'长' * 300}.xlsx", "unsafe"),
        ("C:/2026Q2/data/上报/夹带.xlsx", "unsafe"),
    ],
)
def test_members_that_some_systems_put_elsewhere_are_named(shelf, name, kind):
    seals.write_members(shelf / LAST, {**seals.members(shelf / LAST), name: b"x"})
    seals.write_code(shelf / LAST)
    assert kind in kinds(shelf / LAST)


def test_a_nul_in_the_name_of_a_member_is_named(shelf):
    content = seals.members(shelf / LAST)
    seals.write_members(shelf / LAST, {**content, "2026Q2/data/上报/花名册.xlsx#.exe": b"x"})
    (shelf / LAST).write_bytes(
        (shelf / LAST).read_bytes().replace("花名册.xlsx#.exe".encode(), "花名册.xlsx\0.exe".encode())
    )
    seals.write_code(shelf / LAST)
    assert "unsafe" in kinds(shelf / LAST)


def test_members_that_share_their_bytes_are_named(shelf):
    """As a zip does that unpacks to a thousand times its size."""
    with zipfile.ZipFile(shelf / LAST, "a") as archive:
        twin = archive.getinfo("2026Q2/data/上报/花名册.xlsx")
        other = zipfile.ZipInfo("2026Q2/data/上报/花名册2.xlsx")
        archive.writestr(other, b"x")
        other.header_offset, other.file_size, other.compress_size, other.CRC = (
            twin.header_offset,
            twin.file_size,
            twin.compress_size,
            twin.CRC,
        )
    seals.write_code(shelf / LAST)
    assert "overlapping" in kinds(shelf / LAST)


def test_a_sealed_workbook_that_inflates_without_end_is_not_inflated(shelf):
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package,
        package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(1100):
            part.write(bytes(2**20))
    name = next(n for n in seals.payload(shelf / LAST) if n.startswith("结果/考评排名"))
    seals.reseal(shelf / LAST, {name: bomb.getvalue()})
    assert "unopenable" in kinds(shelf / LAST)


def test_what_cannot_lie_everywhere_is_not_sealed_at_all(county, tmp_path):
    data = shutil.copytree(county, tmp_path / "data", ignore=shutil.ignore_patterns("归档", "输出"))
    shutil.copy(data / "督查/2026Q1.xlsx", data / "督查/x.xlsx")
    (data / "督查/2026Q1.xlsx").rename(data / "督查/反\\斜.xlsx")
    (data / "督查/x.xlsx").unlink()
    invoke("run", data, "--period", "2026Q1")
    assert seals.refusal("archive", "seal", data, "--period", "2026Q1") == (
        "“督查/反\\斜.xlsx”不能归档：在有的系统上写不出，或与另一个文件是同一个位置（只差大小写或末尾的点、空格）。请改名后再归档"
    )


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a", "b/c", "b/d"], {}),
        (["a/b", "A/B"], {"A/B": "a/b"}),
        (["a/b", "a"], {"a": "a/b"}),
        (["a", "A/b"], {"a": "A/b"}),
        (["é", "e\u0301"], {"e\u0301": "é"}),
        (["a.", "a"], {"a": "a."}),
        (["同", "同"], {"同": "同"}),
    ],
)
def test_names_that_are_one_place_on_some_system(names, found):
    assert sealed_places.clashes(names) == found


# --- 归档单 ----------------------------------------------------------------------------------------------------------


def test_a_sheet_with_another_check_code_is_named(shelf):
    seals.write_sheet_code(shelf / "2026Q2_归档单.xlsx", "0" * 64)
    (found,) = report(shelf)["findings"]
    assert (found["file"], found["message"]) == (
        "2026Q2_归档单.xlsx",
        "归档单上的校验码不是压缩包现在的：压缩包或归档单被改动、换掉。请对照签字的归档单",
    )


def test_the_sheet_of_another_seal_is_named(shelf):
    shutil.copy(
        shelf / "2026Q2_归档单.xlsx", shelf / "2026Q1_更正1_归档单.xlsx"
    )  # it has the code of that seal too: as the one before
    assert kinds(shelf) == ["sheet_other"]


@pytest.mark.parametrize("content", [b"", b"PK", b"no workbook"])
def test_a_sheet_that_is_none_is_named(shelf, content):
    (shelf / "2026Q2_归档单.xlsx").write_bytes(content)
    assert kinds(shelf) == ["sheet_unreadable"]


def test_the_code_on_a_sheet_is_read_as_people_read_it(shelf):
    assert seal_sheet_reader.read(shelf / "2026Q2_归档单.xlsx") == seals.code_of(shelf / LAST)


# --- rules -----------------------------------------------------------------------------------------------------------


def with_rules(path: Path, change, **facts: object) -> Path:
    content = {n: c for n, c in seals.payload(path).items() if n.startswith("规则/")}
    return seals.reseal(path, {n: change(n.removeprefix("规则/"), c) for n, c in content.items()}, **facts)


def better_branches(name: str, content: bytes) -> bytes:
    """Grades that begin lower, in the sealed rules alone: what a seal's maker would gain from rules of his own."""
    return content.replace("满分: 25".encode(), "满分: 24".encode()) + (b"# mine\n" if name == "reading.yaml" else b"")


def test_other_rules_in_a_seal_of_this_version_are_named(shelf):
    with_rules(shelf / LAST, better_branches)
    (found,) = report(shelf)["findings"]
    assert found["message"].startswith(f"封存的规则不是程序 {__version__} 的规则：reading.yaml 等 ")


def test_other_rules_in_a_seal_of_an_earlier_version_are_named(tmp_path):
    shelf = shutil.copytree(OLDER / "归档", tmp_path / "归档")
    with_rules(shelf / "2025Q1.zip", better_branches)
    (found,) = (f for f in report(shelf / "2025Q1.zip")["findings"] if f["kind"].startswith("rules"))
    assert found["message"] == "封存的规则不是程序 0.1.0 发布时的规则。结果按封存的规则重算"


@pytest.mark.parametrize("seal", [FIRST, AMENDED])
def test_an_intact_seal_has_no_finding(shelf, seal):
    assert report(shelf / seal, code=0)["findings"] == []


def with_text(path: Path, name: str, old: str, new: str, tool: str = "0.0.9") -> Path:
    """A seal of a version that nobody knows, with one text of its rules exchanged."""
    text = seals.payload(path)[f"规则/{name}"].decode("utf-8")
    assert old in text
    results = json.loads(seals.payload(path)[seals.RESULTS]) | {"tool": tool}
    changed = {seals.RESULTS: (json.dumps(results, ensure_ascii=False, indent=1) + "\n").encode("utf-8")}
    return seals.reseal(path, {f"规则/{name}": text.replace(old, new).encode("utf-8"), **changed}, tool=tool)


UNREADABLE = f"归档时（程序 0.0.9）的规则，现在的程序（{__version__}）读不了，按现在的规则重算"


@pytest.mark.parametrize(
    "sentence",
    [
        "{form.__init__.__globals__}",
        "{year}{form.__class__.__mro__[1].__subclasses__}",
        "{year[0]}",
        "{year!r:{form.label}}",
        "{year:>999999999}",
    ],
)
def test_a_sealed_sentence_that_reaches_into_the_program_is_not_filled(shelf, monkeypatch, sentence):
    monkeypatch.setenv("LIANGHUA_SMTP_PASSWORD", "暗号9183")
    with_text(shelf / LAST, "reading.yaml", "scheme_name: '{year}年{form}'", f"scheme_name: '{sentence}'")
    said = report(shelf / LAST, code=0)
    assert [(n["kind"], n["message"]) for n in said["notes"]] == [("rules_unreadable", UNREADABLE)]
    assert "暗号9183" not in json.dumps(said, ensure_ascii=False)


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$"])
def test_a_sealed_pattern_that_never_ends_is_ended(shelf, pattern):
    """Under the title of every sheet of 花名册 stands a row that it takes an age to say is none."""
    name = next(n for n in seals.payload(shelf / LAST) if n.endswith("花名册.xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(seals.payload(shelf / LAST)[name]))
    for sheet in book:
        sheet.cell(sheet.max_row + 2, 1).value = "a" * 60 + "b"
    kept = io.BytesIO()
    book.save(kept)
    seals.reseal(shelf / LAST, {name: kept.getvalue()})
    with_text(shelf / LAST, "reading.yaml", "  - '^第\\d+页|^共\\d+页'", f"  - '{pattern}'")
    assert "rules_unreadable" in [note["kind"] for note in json.loads(invoke_any(shelf / LAST))["notes"]]


def invoke_any(path: Path) -> str:
    return CliRunner().invoke(root, ["archive", "verify", str(path), "--format", "json"]).output


def test_swapped_weights_in_the_sealed_rules_do_not_pass(shelf):
    """The parameters' labels are exchanged, so that 督查 counts 60 and 党员积分 40 of what 考评方案 says the other way round."""
    name = "rules/parameters.yaml"
    text = seals.payload(shelf / LAST)[f"规则/{name}"].decode("utf-8")
    swapped = (
        text.replace("季度党员积分权重", "\0").replace("季度督查权重", "季度党员积分权重").replace("\0", "季度督查权重")
    )
    assert swapped != text
    forged = seals.with_results(shelf / LAST, "branches", "ZB1", total="86.00")
    seals.reseal(shelf / LAST, {f"规则/{name}": swapped.encode("utf-8"), **forged})
    assert "rules_other" in kinds(shelf / LAST)
    for tool, kind in (("0.1.0", "rules_not_of_tool"), ("0.0.9", "numbers_other_tool")):
        seals.reseal(shelf / LAST, tool=tool)
        assert kind in kinds(shelf / LAST)


# --- stricter reading since ------------------------------------------------------------------------------------------


def unsigned(path: Path) -> dict[str, bytes]:
    """A sealed form without 填表人, which version 0.1 did not ask for."""
    name = next(
        n for n in sorted(seals.payload(path)) if n.startswith("上报/") and "花名册" not in n and "方案" not in n
    )
    book = openpyxl.load_workbook(io.BytesIO(seals.payload(path)[name]))
    for sheet in book:
        for row in sheet.iter_rows(max_row=8):
            for label, cell in pairwise(row):
                if label.value == "填表人":
                    cell.value = None
    kept = io.BytesIO()
    book.save(kept)
    return {name: kept.getvalue()}


@pytest.mark.slow
def test_what_is_read_more_strictly_since_is_a_note_and_a_forgery_beside_it_a_finding(tmp_path):
    shelf = shutil.copytree(OLDER / "归档", tmp_path / "归档")
    path = shelf / "2025.zip"
    seals.reseal(path, unsigned(path))
    said = report(path, code=0)
    assert [note["kind"] for note in said["notes"]] == ["stricter"]
    row = json.loads(seals.payload(path)[seals.RESULTS])["branches"][0]
    seals.reseal(path, seals.with_results(path, "branches", row["id"], total="99.99"))
    assert kinds(path) == ["errors_other_tool"]


# --- restoring -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("inputs", "邮件.toml"),
        ("inputs", "邮件记录.jsonl"),
        ("inputs", "归档/2026Q3.zip"),
        ("inputs", "输出/2026Q2/results.json"),
        ("inputs", ".git/hooks/pre-commit.xlsx"),
        ("outputs", "运行.exe"),
        ("outputs", ".隐藏/考评排名.xlsx"),
        ("earlier", "2026Q2/results.json"),
        ("earlier", "2026Q1/运行.json"),
        ("earlier", "各单位/results.json"),
        ("rules", "运行.py"),
    ],
)
def test_only_forms_rules_and_results_are_restored(shelf, tmp_path, kind, place):
    listed = getattr(seals.manifest(shelf / LAST), kind)
    rewritten(shelf / LAST, **{kind: (replace(listed[0], file=place), *listed[1:])})
    said = json.loads(invoke("archive", "restore", shelf / LAST, tmp_path / "恢复", "--format", "json", code=1).output)
    (found,) = (f for f in said["findings"] if f["kind"] == "foreign_place")
    assert found["message"] == (
        f"归档清单要把它放到“{place}”，那里不放归档的文件（设置、记录、归档、隐藏的文件夹等），没有写出"
    )
    assert not (tmp_path / "恢复").exists()


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_names_are_refused_without_a_traceback(shelf, tmp_path, name):
    outputs = seals.manifest(shelf / LAST).outputs
    (results,) = (entry for entry in outputs if entry.file == "results.json")
    rewritten(shelf / LAST, outputs=(results, replace(outputs[0], file=name)))
    invoke("archive", "restore", shelf / LAST, tmp_path / "恢复", code=1)
    invoke("archive", "list", shelf.parent)
    assert not (tmp_path / "恢复").exists()


def test_a_name_that_this_system_alone_cannot_write_is_said(shelf, tmp_path):
    inputs, long = seals.manifest(shelf / LAST).inputs, f"{'长' * 100}.xlsx"  # 100 characters, 305 bytes
    rewritten(shelf / LAST, inputs=(*inputs[1:], replace(inputs[0], file=long)))
    lines = invoke("archive", "restore", shelf / LAST, tmp_path / "恢复", code=1).output.splitlines()
    assert lines[0] == f"2026Q2.zip：“{long}”在这个系统上写不出（名称过长或不能用）。请换一台电脑取出。"
    assert not (tmp_path / "恢复").exists()


@pytest.mark.parametrize(
    "facts",
    [
        {"objections": ({"state": ["open"], "subject": "ZB1"},)},
        {"objections": ({"state": "amended", "subject": {"a": 1}},)},
        {"differences": {"branches": "ZB1", "committees": []}},
        {"differences": {"branches": [{"id": "ZB1", "was": 1, "now": 2}], "committees": []}},
    ],
)
def test_what_a_seal_says_of_itself_has_its_shape(shelf, facts):
    rewritten(shelf / LAST, **facts)
    assert "manifest_misshapen" in kinds(shelf / LAST)
    invoke("archive", "list", shelf.parent)


def test_an_objection_without_what_its_sentence_names_is_listed(shelf):
    rewritten(shelf / LAST, objections=({"state": "amended"},))
    invoke("archive", "list", shelf.parent)

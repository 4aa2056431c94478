"""`archive verify` (spec §10): whatever is done to a seal is named, file by file, link by link, number by number."""

import hashlib
import json
import os
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import bagit
import pytest
from factories import County
from fakes import archive_county as seals
from fakes.archive_county import AMENDED, FIRST, LAST, invoke
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianghua_batch import __version__
from lianghua_batch.archive import bags, manifests, seal_names, verify, verify_chain
from lianghua_batch.archive.findings import verify_messages
from lianghua_batch.archive.manifests import SealReference
from lianghua_batch.archive.verify_chain import ChainLink
from lianghua_batch.core import periods, resources

pytestmark = pytest.mark.slow  # every verifying scores the sealed forms anew in a process of its own

NOTHING_ELSE = (
    "不在核对之列：电子签名、可信时间戳、病毒查杀、载体检测、异地备份、工作簿中的数字（只核对文件未变；重算的是 "
    "results.json 和计分依据）、最后一个归档连同它的校验码、归档单一起被取走（请对照签字的归档单）。"
)


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    return seals.sealed_county(tmp_path_factory.mktemp("county") / "data")


@pytest.fixture
def shelf(county, tmp_path) -> Path:
    """The folder 归档 of the county, which a test may spoil."""
    shutil.copytree(county / "归档", tmp_path / "data/归档")
    return tmp_path / "data/归档"


def found(path: Path, period: str | None = None) -> list[str]:
    """Every finding as «四性 seal file：message» with its numbers."""
    report = verify.verify(path, periods.parse(period) if period else None)
    return [
        " ".join(filter(None, (verify_messages()["properties"][f.property]["label"], f.seal, f.file)))
        + f"：{f.message}"
        + "".join(f" | {number}" for number in f.numbers)
        for f in report.findings
    ]


def notes(path: Path, period: str | None = None) -> list[str]:
    report = verify.verify(path, periods.parse(period) if period else None)
    return [" ".join(filter(None, (n.seal, n.file))) + f"：{n.message}" for n in report.notes]


def stays_the_same(folder: Path):
    return {p.relative_to(folder).as_posix(): (p.stat().st_mtime_ns, p.stat().st_size) for p in folder.rglob("*")}


# --- nothing is wrong ----------------------------------------------------------------------------------------------


def test_a_clean_archive_says_what_was_checked(shelf):
    sealed = [
        content for seal in shelf.glob("*.zip") for name, content in seals.members(seal).items() if "/data/" in name
    ]
    files, size = len(sealed), sum(map(len, sealed))
    assert invoke("archive", "verify", shelf.parent).output.splitlines() == [
        f"归档核对：{shelf}",
        "真实性（校验码和归档链、归档人和日期、重算的结果）：没有问题",
        "完整性（文件不缺、不多、没有改名，封存的上报表没有错误）：没有问题",
        "可用性（压缩包、清单、工作簿、结果都能打开）：没有问题",
        "安全性（没有会写到文件夹以外的、重名的文件）：没有问题",
        f"核对了：{files} 个文件（{size / 1024**2:.1f} MB），归档链 2 环；3 个归档的结果已重算，逐项比较 231 项。",
        NOTHING_ELSE,
        f"最后一个是第 3 号 {LAST}（校验码 {seals.code_of(shelf / LAST)[:16]}…），请与签字的归档单对照。",
        "共核对 3 个归档，没有问题。",
    ]


def test_for_programs_everything_is_said(shelf):
    said = json.loads(invoke("archive", "verify", shelf, "--format", "json").output)
    assert list(said) == ["seals", "findings", "notes", "checked", "not_covered"]
    assert (said["findings"], said["notes"]) == ([], [])
    assert [(s["file"], s["number"], s["by"], s["recomputed_under"]) for s in said["seals"]] == [
        (FIRST, 1, "经办人甲", "installed"),
        (AMENDED, 2, "经办人乙", "installed"),
        (LAST, 3, "经办人甲", "installed"),
    ]
    assert {name: said["checked"][name] for name in ("seals", "links", "recomputed", "numbers")} == {
        "seals": 3,
        "links": 2,
        "recomputed": 3,
        "numbers": 231,
    }
    assert said["not_covered"][:5] == ["电子签名", "可信时间戳", "病毒查杀", "载体检测", "异地备份"]


def test_verifying_writes_nothing(shelf):
    before = stays_the_same(shelf.parent)
    invoke("archive", "verify", shelf.parent)
    assert stays_the_same(shelf.parent) == before


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nobody keeps root from writing")
def test_a_read_only_archive_is_verified(shelf):
    shelf.chmod(0o555)
    shelf.parent.chmod(0o555)
    try:
        invoke("archive", "verify", shelf.parent)
    finally:
        shelf.parent.chmod(0o755)
        shelf.chmod(0o755)


def test_the_bags_are_bags_for_the_library_of_congress(shelf, tmp_path):
    for seal in sorted(shelf.glob("*.zip")):
        with zipfile.ZipFile(seal) as archive:
            archive.extractall(tmp_path)
        bag = bagit.Bag(str(tmp_path / seal.stem))
        assert bag.validate()
        assert bag.info["External-Identifier"] == seal.name


@pytest.mark.parametrize("content", [None, {}, {".DS_Store": b"", "~$归档单.xlsx": b""}])
def test_nothing_to_verify_is_said(tmp_path, content):
    if content is not None:
        (tmp_path / "归档").mkdir()
        for name, data in content.items():
            (tmp_path / "归档" / name).write_bytes(data)
    said = seals.refusal("archive", "verify", tmp_path)
    assert said == f"{tmp_path / '归档'} 中还没有归档。请先用 archive seal 归档，或检查路径。"


def test_a_period_without_a_seal_is_said(shelf):
    assert seals.refusal("archive", "verify", shelf.parent, "--period", "2026Q4") == (
        f"{shelf} 中没有 2026Q4 的归档。请用 archive list 查看有哪些。"
    )


def test_one_period_is_verified_with_the_whole_chain(shelf):
    report = verify.verify(shelf, periods.parse("2026Q1"))
    assert [each.examined.file for each in report.seals] == [FIRST, AMENDED]
    seals.flip(shelf / LAST, 2000)
    assert found(shelf, "2026Q1") == []
    named = [line.partition("：")[0] for line in found(shelf)]
    assert {line.split()[1] for line in named} == {LAST}


# --- bytes ---------------------------------------------------------------------------------------------------------


def test_a_changed_byte_in_a_form_is_named(shelf):
    content = (shelf / FIRST).read_bytes()
    seals.flip(shelf / FIRST, content.index(b"PK\x03\x04", 10) - 10)  # near the end of the first file
    assert found(shelf) == [
        "真实性 2026Q1.zip：归档链：第 2 号 2026Q1_更正1.zip 记的第 1 号 2026Q1.zip 的校验码与它现在的不同："
        "2026Q1.zip 被改动、损坏或换掉",
        "真实性 2026Q1.zip data/上报/ZB1/2026-01.xlsx：内容不是归档时的",
        "真实性 2026Q1.zip 2026Q1.zip.sha256：所记的校验码（SHA-256）不是压缩包现在的：压缩包被改动或已损坏。请从备份取回",
        "真实性 2026Q1.zip 2026Q1_归档单.xlsx：归档单上的校验码不是压缩包现在的：压缩包或归档单被改动、换掉。请对照签字的归档单",
        "真实性 2026Q1.zip：上报的表有 1 个不能取出（第一个是 ZB1/2026-01.xlsx），结果没有重算，真伪不明",
    ]
    assert notes(shelf) == []


PLACES = {
    "the first header": lambda content: 5,
    "a name": lambda content: content.index("上报".encode()),
    "a form": lambda content: 400,
    "the results": lambda content: content.index(b'"branches"') if b'"branches"' in content else 0,
    "the manifest": lambda content: content.index("经办人".encode()),
    "the list of check codes": lambda content: content.index(b"manifest-sha256.txt") + 30,
    "the central directory": lambda content: content.index(b"PK\x01\x02") + 20,
    "an attribute that changes nothing": lambda content: content.index(b"PK\x01\x02") + 38,
    "the end": lambda content: len(content) - 3,
}


@pytest.mark.parametrize(("seal", "place"), [*zip([FIRST, AMENDED, LAST] * 3, PLACES, strict=True)])
def test_a_changed_byte_is_found_wherever_it_is(shelf, seal, place):
    seals.flip(shelf / seal, PLACES[place]((shelf / seal).read_bytes()))
    said = json.loads(invoke("archive", "verify", shelf / seal, "--format", "json", code=1).output)
    assert {finding["seal"] for finding in said["findings"]} == {seal}


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seal=st.sampled_from([FIRST, AMENDED, LAST]), share=st.floats(0, 1, exclude_max=True), mask=st.integers(1, 255))
def test_any_changed_byte_anywhere_is_found_and_its_seal_named(shelf, seal, share, mask):
    path = shelf / seal
    good = path.read_bytes()
    bad = bytearray(good)
    bad[int(share * len(good))] ^= mask
    path.write_bytes(bad)
    try:
        assert seal in {finding.seal for finding in verify.verify(path).findings}
    finally:
        path.write_bytes(good)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.999])
def test_a_zip_that_was_cut_is_named(shelf, share):
    content = (shelf / LAST).read_bytes()
    (shelf / LAST).write_bytes(content[: int(len(content) * share)])
    assert found(shelf, "2026Q2") == [
        "真实性 2026Q2.zip 2026Q2.zip.sha256：所记的校验码（SHA-256）不是压缩包现在的：压缩包被改动或已损坏。请从备份取回",
        "真实性 2026Q2.zip 2026Q2_归档单.xlsx：归档单上的校验码不是压缩包现在的：压缩包或归档单被改动、换掉。请对照签字的归档单",
        "真实性 2026Q2.zip：读不出归档清单或结果，结果没有重算，真伪不明",
        "可用性 2026Q2.zip：压缩包打不开，或者里面不是一份完整的归档。请从备份取回",
    ]
    assert notes(shelf, "2026Q2") == []


def test_a_cut_zip_in_the_middle_breaks_the_chain_by_name(shelf):
    (shelf / AMENDED).write_bytes(b"PK")
    assert found(shelf)[0] == (
        "真实性 2026Q1_更正1.zip：归档链：第 3 号 2026Q2.zip 记的第 2 号 2026Q1_更正1.zip 的校验码与它现在的不同："
        "2026Q1_更正1.zip 被改动、损坏或换掉"
    )


# --- files in the bag ----------------------------------------------------------------------------------------------


def spoiled(shelf: Path, change) -> list[str]:
    """What is found in the last seal when its members are changed and its check code is made anew."""
    content = seals.members(shelf / LAST)
    seals.write_members(shelf / LAST, change(content))
    seals.write_code(shelf / LAST)
    return found(shelf, "2026Q2")


def test_a_renamed_member_is_named_with_its_new_name(shelf):
    old, new = "2026Q2/data/上报/花名册.xlsx", "2026Q2/data/上报/花名册（旧）.xlsx"
    assert spoiled(shelf, lambda its: {new if n == old else n: c for n, c in its.items()}) == [
        "真实性 2026Q2.zip：上报的表有 1 个不能取出（第一个是 花名册.xlsx），结果没有重算，真伪不明",
        "完整性 2026Q2.zip data/上报/花名册.xlsx：被改名为 data/上报/花名册（旧）.xlsx",
    ]


def test_a_member_that_is_gone_is_named(shelf):
    gone = "2026Q2/data/结果/公示_2026Q2.xlsx"
    assert spoiled(shelf, lambda its: {n: c for n, c in its.items() if n != gone}) == [
        "完整性 2026Q2.zip data/结果/公示_2026Q2.xlsx：不见了"
    ]


@pytest.mark.parametrize("gone", ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_a_list_that_is_gone_is_named(shelf, gone):
    assert f"完整性 2026Q2.zip {gone}：不见了" in spoiled(
        shelf, lambda its: {n: c for n, c in its.items() if n != f"2026Q2/{gone}"}
    )


def test_a_member_that_was_added_is_named(shelf):
    assert spoiled(shelf, lambda its: {**its, "2026Q2/data/上报/补报.xlsx": b"x"}) == [
        "完整性 2026Q2.zip data/上报/补报.xlsx：是归档后添进去的"
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("2026Q2/data/../../../窃取.txt", "data/../../../窃取.txt"),
        ("../窃取.txt", "../窃取.txt"),
        ("/etc/窃取.txt", "/etc/窃取.txt"),
        ("2026Q2/data/上报\\..\\窃取.txt", "data/上报\\..\\窃取.txt"),
    ],
)
def test_a_name_that_leads_outside_is_named_and_not_followed(shelf, tmp_path, name, shown):
    lines = spoiled(shelf, lambda its: {**its, name: b"x"})
    assert f"安全性 2026Q2.zip {shown}：名称不安全（指到文件夹以外、过长，或含有不能作文件名的字符），没有写出" in lines
    assert not list(tmp_path.rglob("窃取*"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_named(shelf):
    with zipfile.ZipFile(shelf / LAST, "a") as archive:
        archive.writestr("2026Q2/data/上报/花名册.xlsx", b"other")
    seals.write_code(shelf / LAST)
    assert "安全性 2026Q2.zip data/上报/花名册.xlsx：有两个同名的文件" in found(shelf, "2026Q2")


def test_a_list_that_is_no_list_is_named(shelf):
    assert "可用性 2026Q2.zip manifest-sha256.txt：不是应有的样子，不能据以核对" in spoiled(
        shelf, lambda its: {**its, "2026Q2/manifest-sha256.txt": b"nothing"}
    )


def test_a_file_that_only_the_bags_lists_know_is_named(shelf):
    seals.reseal(shelf / LAST, {"上报/夹带.xlsx": b"x"})
    assert found(shelf, "2026Q2") == ["完整性 2026Q2.zip data/上报/夹带.xlsx：归档清单没有列这个文件"]


def test_a_manifest_that_lists_what_is_not_there_is_named(shelf):
    its = seals.manifest(shelf / LAST)
    wrong = replace(its.inputs[0], sha256="0" * 64)
    lost = replace(its.inputs[1], stored="上报/丢失.xlsx")
    rewrite_manifest(shelf / LAST, inputs=(wrong, lost, *its.inputs[2:]))
    assert found(shelf, "2026Q2") == [
        f"真实性 2026Q2.zip data/{wrong.stored}：内容与归档清单所记的校验码或大小不符",
        f"真实性 2026Q2.zip：上报的表有 1 个不能取出（第一个是 {lost.file}），结果没有重算，真伪不明",
        "完整性 2026Q2.zip data/上报/丢失.xlsx：归档清单列有，却不见了",
        f"完整性 2026Q2.zip data/{its.inputs[1].stored}：归档清单没有列这个文件",
    ]


def rewrite_manifest(path: Path, **facts: object) -> None:
    """Write 归档清单 anew, and the bag's lists with it."""
    said = manifests.as_text(replace(seals.manifest(path), **facts)).encode("utf-8")
    bags.write(path, sorted({**seals.payload(path), seals.MANIFEST: said}.items()), {})
    seals.write_code(path)


def test_a_manifest_that_would_write_outside_is_named(shelf, tmp_path):
    its = seals.manifest(shelf / LAST)
    rewrite_manifest(shelf / LAST, inputs=(replace(its.inputs[0], file="../../窃取.xlsx"), *its.inputs[1:]))
    assert found(shelf) == [
        "真实性 2026Q2.zip：上报的表有 1 个不能取出（第一个是 ../../窃取.xlsx），结果没有重算，真伪不明",
        f"安全性 2026Q2.zip data/{its.inputs[0].stored}：归档清单要把它放到“../../窃取.xlsx”，那在文件夹以外、过长，"
        "或含有不能作文件名的字符，没有写出",
    ]
    assert not list(tmp_path.rglob("窃取*"))


def test_a_manifest_with_another_code_of_the_results_is_named(shelf):
    rewrite_manifest(shelf / LAST, results_sha256="0" * 64)
    assert found(shelf, "2026Q2") == ["真实性 2026Q2.zip data/结果/results.json：内容与归档清单所记的结果校验码不符"]


def test_a_misshapen_manifest_is_named(shelf):
    bags.write(shelf / LAST, sorted({**seals.payload(shelf / LAST), seals.MANIFEST: b'{"format": 1}'}.items()), {})
    seals.write_code(shelf / LAST)
    assert found(shelf, "2026Q2") == [
        "真实性 2026Q2.zip：读不出归档清单或结果，结果没有重算，真伪不明",
        "可用性 2026Q2.zip data/归档清单.json：归档清单不完整（period）",
    ]


def test_counts_that_do_not_fit_are_named(shelf):
    said = seals.members(shelf / LAST)["2026Q2/bag-info.txt"].decode("utf-8").splitlines()[-1].split()[1]
    size, count = map(int, said.split("."))
    tags = seals.members(shelf / LAST)
    tags["2026Q2/bag-info.txt"] = f"Payload-Oxum: {size}.{count + 1}\n".encode()
    listed = {n: c for n, c in tags.items() if n.count("/") == 1 and not n.endswith("tagmanifest-sha256.txt")}
    codes = sorted((n.removeprefix("2026Q2/"), hashlib.sha256(c).hexdigest()) for n, c in listed.items())
    tags["2026Q2/tagmanifest-sha256.txt"] = "".join(f"{code}  {name}\n" for name, code in codes).encode()
    seals.write_members(shelf / LAST, tags)
    seals.write_code(shelf / LAST)
    assert found(shelf, "2026Q2") == [
        f"完整性 2026Q2.zip bag-info.txt：所记的字节数和文件数是 {size}.{count + 1}，实际是 {size}.{count}"
    ]


# --- files in 归档 -------------------------------------------------------------------------------------------------


def test_a_renamed_zip_is_named_with_its_right_name(shelf):
    (shelf / AMENDED).rename(shelf / "2026年一季度.zip")
    assert found(shelf) == ["完整性 2026年一季度.zip：文件被改过名：里面是 2026Q1_更正1.zip。请改回 2026Q1_更正1.zip"]


def test_a_zip_that_took_the_name_of_another_period_is_named(shelf):
    (shelf / LAST).rename(shelf / "2026Q3.zip")
    assert found(shelf) == ["完整性 2026Q3.zip：文件被改过名：里面是 2026Q2.zip。请改回 2026Q2.zip"]


def test_a_zip_that_is_gone_from_the_middle_is_named_by_the_next(shelf):
    (shelf / AMENDED).unlink()
    assert found(shelf) == [
        "完整性 2026Q2.zip：归档链：缺第 2 号 2026Q1_更正1.zip，它的下一个是第 3 号 2026Q2.zip。请从备份取回",
        "完整性 2026Q1_更正1.zip 2026Q1_更正1.zip.sha256：它还在，归档却不见了。请从备份取回",
        "完整性 2026Q1_更正1.zip 2026Q1_更正1_归档单.xlsx：它还在，归档却不见了。请从备份取回",
    ]


def test_all_before_the_last_gone_without_a_trace_is_named(shelf):
    for path in [*shelf.glob("2026Q1*")]:
        path.unlink()
    assert found(shelf) == [
        "完整性 2026Q2.zip：归档链：缺第 1 至 2 号，其中第 2 号是 2026Q1_更正1.zip，它的下一个是第 3 号 2026Q2.zip。"
        "请从备份取回"
    ]


def test_the_last_zip_gone_is_named_by_what_lay_beside_it(shelf):
    (shelf / LAST).unlink()
    assert found(shelf) == [
        "完整性 2026Q2.zip 2026Q2.zip.sha256：它还在，归档却不见了。请从备份取回",
        "完整性 2026Q2.zip 2026Q2_归档单.xlsx：它还在，归档却不见了。请从备份取回",
    ]


def test_a_check_code_that_is_gone_matters_where_nothing_else_confirms_the_zip(shelf):
    for seal in (FIRST, LAST):
        (shelf / f"{seal}.sha256").unlink()
    assert found(shelf) == [
        "完整性 2026Q2.zip 2026Q2.zip.sha256：不见了，也没有更后的归档可以证实这个压缩包。请从备份取回，或对照签字的归档单"
    ]
    assert notes(shelf) == ["2026Q1.zip 2026Q1.zip.sha256：不见了"]
    assert found(shelf / LAST) == []
    assert notes(shelf / LAST) == ["2026Q2.zip 2026Q2.zip.sha256：不见了"]


@pytest.mark.parametrize(
    ("seal", "text", "message"),
    [
        (FIRST, f"{'0' * 64}  2026Q1.zip\n", "真实性 {code}：所记的不是压缩包的校验码，而 2026Q1_更正1.zip 记的与压缩包相符：被改动的是 2026Q1.zip.sha256。请从备份取回"),
        (LAST, f"{'0' * 64}  2026Q2.zip\n", "真实性 {code}：所记的校验码（SHA-256）不是压缩包现在的：压缩包被改动或已损坏。请从备份取回"),
        (LAST, "校验码\n", "可用性 {code}：里面读不出校验码。请从备份取回"),
        (LAST, "{own}  2026Q1.zip\n", "完整性 {code}：写的是 2026Q1.zip 的校验码"),
    ],
)  # fmt: skip
def test_a_check_code_that_is_another_is_named(shelf, seal, text, message):
    beside = shelf / f"{seal}.sha256"
    beside.write_text(text.format(own=seals.code_of(shelf / seal)), encoding="utf-8")
    assert found(shelf) == [message.format(code=f"{seal} {beside.name}")]


def test_what_is_no_seal_is_only_noted(shelf):
    (shelf / "说明.txt").write_text("已交档案室", encoding="utf-8")
    (shelf / "旧").mkdir()
    shutil.copy(shelf / FIRST, shelf / "2026Q1 - 副本.zip")
    (shelf / "2026Q2_归档单.xlsx").unlink()
    assert found(shelf) == []
    assert notes(shelf) == [
        "2026Q2.zip 2026Q2_归档单.xlsx：不见了，签字的纸质归档单请妥善保管",
        "2026Q1 - 副本.zip：是 2026Q1.zip 的副本，没有另行核对",
        "旧：不是归档的文件，没有核对",
        "说明.txt：不是归档的文件，没有核对",
    ]


def test_another_seal_that_calls_itself_the_same_is_named(shelf):
    shutil.copy(shelf / LAST, shelf / "原件.zip")
    seals.reseal(shelf / LAST, by="经办人丙")
    assert found(shelf) == ["真实性 原件.zip：自称是 2026Q2.zip，内容却与它不同。请查明来历，只留真正的一份"]


# --- the chain -----------------------------------------------------------------------------------------------------


def test_a_seal_replaced_by_another_valid_one_is_named(shelf):
    seals.reseal(shelf / FIRST, by="经办人丙")
    assert found(shelf) == [
        "真实性 2026Q1.zip：归档链：第 2 号 2026Q1_更正1.zip 记的第 1 号 2026Q1.zip 的校验码与它现在的不同，而它自身完好："
        "2026Q1.zip 被换成了另一份归档"
    ]
    invoke("archive", "verify", shelf, code=1)


def test_one_zip_is_verified_with_the_neighbours_that_lie_beside_it(shelf, tmp_path):
    assert (found(shelf / AMENDED), notes(shelf / AMENDED)) == ([], [])
    alone = tmp_path / AMENDED
    shutil.copy(shelf / AMENDED, alone)
    assert found(alone) == []
    assert notes(alone) == [
        "2026Q1_更正1.zip：前一个归档（第 1 号 2026Q1.zip）不在旁边，更前的归档链没有核对",
        "2026Q1_更正1.zip 2026Q1_更正1.zip.sha256：不见了",
        "2026Q1_更正1.zip 2026Q1_更正1_归档单.xlsx：不见了，签字的纸质归档单请妥善保管",
    ]
    seals.reseal(shelf / FIRST, by="经办人丙")
    assert found(shelf / LAST) == [
        "真实性 2026Q1.zip：归档链：第 2 号 2026Q1_更正1.zip 记的第 1 号 2026Q1.zip 的校验码与它现在的不同："
        "2026Q1.zip 被改动、损坏或换掉"
    ]


def ring(number: int, period: str = "2026Q1", amendment: int = 0, **facts: object) -> ChainLink:
    """A link of a chain: each has its number as check code, and is the one after the number before."""
    its = manifests.Manifest(
        period=periods.parse(period),
        number=number,
        amendment=amendment,
        date=None,
        by="经办人甲",
        tool="1",
        scheme="考评方案",
        results_sha256="",
        names_masked=False,
        **facts,
    )
    name = seal_names.file(its.period, amendment)
    return ChainLink(name, its, f"code of {name}", sound=True)


def link(name: str) -> SealReference:
    return SealReference(name, f"code of {name}")


def messages(*rings: ChainLink) -> list[str]:
    return [each.message for each in verify_chain.check(rings, {r.file: r.sha256 for r in rings})]


CHAIN = (
    ring(1),
    ring(2, amendment=1, previous=link(FIRST), amends=link(FIRST)),
    ring(3, "2026Q2", previous=link(AMENDED)),
    ring(4, amendment=2, previous=link(LAST), amends=link(AMENDED)),
)


def test_a_whole_chain_has_no_break():
    assert messages(*CHAIN) == messages(*reversed(CHAIN)) == []


@pytest.mark.parametrize(
    ("number", "facts", "expected"),
    [
        (1, {"previous": link("2025.zip")}, ["归档链：是第 1 号，却说前面还有 2025.zip"]),
        (3, {"previous": None}, ["归档链：是第 3 号，却没有记第 2 号是哪个"]),
        (3, {"previous": link(FIRST)}, ["归档链：第 3 号 2026Q2.zip 记的前一个是 2026Q1.zip，现在的第 2 号是 2026Q1_更正1.zip"]),
        (1, {"amends": link("2026Q2.zip")}, ["归档链：不是更正，却说更正了 2026Q2.zip"]),
        (4, {"amends": None}, ["归档链：第 2 次更正 2026Q1_更正2.zip 应更正 2026Q1_更正1.zip，记的却是 —"]),
        (4, {"amends": link(FIRST)}, ["归档链：第 2 次更正 2026Q1_更正2.zip 应更正 2026Q1_更正1.zip，记的却是 2026Q1.zip"]),
        (4, {"amends": SealReference(AMENDED, "other")}, ["归档链：更正 2026Q1_更正2.zip 记的 2026Q1_更正1.zip 的校验码与它现在的不同，而它自身完好：2026Q1_更正1.zip 被换成了另一份归档"]),
        (3, {"number": 2}, ["归档链：第 2 号有两个，另一个是 2026Q1_更正1.zip", "归档链：第 2 号 2026Q2.zip 记的前一个是 2026Q1_更正1.zip，现在的第 1 号是 2026Q1.zip", "归档链：第 4 号 2026Q1_更正2.zip 记的前一个是 2026Q2.zip，它不是第 3 号"]),
    ],
)  # fmt: skip
def test_each_break_of_the_chain_names_both_links(number, facts, expected):
    rings = [replace(r, manifest=replace(r.manifest, **facts)) if r.manifest.number == number else r for r in CHAIN]
    assert messages(*rings) == expected


# --- the results, computed anew ------------------------------------------------------------------------------------


def test_an_altered_result_with_all_lists_made_anew_is_named_by_its_number(shelf):
    seals.reseal(shelf / LAST, seals.with_results(shelf / LAST, "branches", "ZB1", total="99.00", rank=2))
    assert found(shelf, "2026Q2") == [
        "真实性 2026Q2.zip data/结果/results.json：封存的上报表算不出封存的结果，有 2 处不同"
        " | 支部 ZB1 财政第一支部 总分：归档 99.00，重算 84.00"
        " | 支部 ZB1 财政第一支部 名次：归档 2，重算 1"
    ]


def test_a_result_altered_in_the_middle_is_named_even_if_the_whole_chain_was_made_anew(shelf):
    seals.reseal(shelf / FIRST, seals.with_results(shelf / FIRST, "members", "001", points="81.00"))
    seals.relink(shelf / AMENDED, shelf / FIRST)
    seals.relink(shelf / LAST, shelf / AMENDED)
    assert found(shelf) == [
        "真实性 2026Q1.zip data/结果/results.json：封存的上报表算不出封存的结果，有 1 处不同"
        " | 党员 001 甲一 审定积分：归档 81.00，重算 80.00"
    ]


def test_a_broken_seal_is_recomputed_where_its_forms_can_be_read(shelf):
    seals.reseal(shelf / LAST, seals.with_results(shelf / LAST, "branches", "ZB1", total="99.00"))
    assert spoiled(shelf, lambda its: {n: c for n, c in its.items() if not n.endswith("公示_2026Q2.xlsx")}) == [
        "真实性 2026Q2.zip data/结果/results.json：封存的上报表算不出封存的结果，有 1 处不同"
        " | 支部 ZB1 财政第一支部 总分：归档 99.00，重算 84.00",
        "完整性 2026Q2.zip data/结果/公示_2026Q2.xlsx：不见了",
    ]
    assert notes(shelf, "2026Q2") == ["2026Q2.zip：文件有问题（见上），结果仍按其中的上报表重算"]


def test_only_the_first_numbers_are_shown_and_all_are_there_for_programs(shelf):
    results = json.loads(seals.payload(shelf / LAST)[seals.RESULTS])
    for row in results["members"]:
        row |= {"months": dict.fromkeys(row["months"], "1.00"), "points": "1.00"}
    seals.reseal(shelf / LAST, {seals.RESULTS: (json.dumps(results, ensure_ascii=False) + "\n").encode("utf-8")})
    lines = invoke("archive", "verify", shelf, code=1).output.splitlines()
    assert lines[2] == "  2026Q2.zip data/结果/results.json：封存的上报表算不出封存的结果，有 24 处不同。"
    assert lines[3] == "    党员 001 甲一 月积分 2026-04：归档 1.00，重算 80.00"
    assert lines[23] == "    …… 共 24 处，--format json 列出全部"
    (finding,) = json.loads(invoke("archive", "verify", shelf, "--format", "json", code=1).output)["findings"]
    assert len(finding["numbers"]) == 24
    assert finding["numbers"][0] == {
        "list": "members",
        "id": "001",
        "name": "甲一",
        "what": "月积分 2026-04",
        "sealed": "1.00",
        "recomputed": "80.00",
    }
    assert {name: finding[name] for name in ("seal", "property", "kind", "file")} == {
        "seal": LAST,
        "property": "authenticity",
        "kind": "numbers",
        "file": "data/结果/results.json",
    }


def test_results_with_the_same_numbers_that_the_program_did_not_write_are_named(shelf):
    results = json.loads(seals.payload(shelf / LAST)[seals.RESULTS])
    results["members"].reverse()
    text = (json.dumps(results, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    seals.reseal(shelf / LAST, {seals.RESULTS: text})
    assert found(shelf, "2026Q2") == [
        "真实性 2026Q2.zip data/结果/results.json：数字都与重算的相同，但文件不是程序写出的那一份"
    ]


def test_what_the_results_rest_on_is_computed_anew_too(shelf):
    name = "结果/计分依据.json"
    text = seals.payload(shelf / LAST)[name].replace(b"80", b"81")
    seals.reseal(shelf / LAST, {name: text})
    assert found(shelf, "2026Q2") == ["真实性 2026Q2.zip data/结果/计分依据.json：与重算的不同"]


def test_results_that_are_none_are_named(shelf):
    seals.reseal(shelf / LAST, {seals.RESULTS: b"[]"})
    assert found(shelf, "2026Q2") == [
        "真实性 2026Q2.zip：读不出归档清单或结果，结果没有重算，真伪不明",
        "可用性 2026Q2.zip data/结果/results.json：不是一份完整的 results.json，不能与重算的比较",
    ]


def test_forms_that_have_errors_are_named_with_the_first(shelf):
    form = "上报/ZB1/2026Q2.xlsx"
    seals.reseal(shelf / LAST, {form: seals.payload(shelf / LAST)["上报/ZB2/2026Q2.xlsx"]})
    (line,) = found(shelf, "2026Q2")
    assert line.startswith("完整性 2026Q2.zip：封存的上报表有错误 ")
    assert "算不出结果，其中第一条：" in line


# --- seals of older versions ---------------------------------------------------------------------------------------


# 考评方案 gives both weights by their labels: with the labels exchanged, 60 and 40 are exchanged.
EXCHANGED = {
    "rules/parameters.yaml": [
        ("quarter_points_weight, label: 季度党员积分权重", "quarter_points_weight, label: 季度督查权重*"),
        ("quarter_inspection_weight, label: 季度督查权重", "quarter_inspection_weight, label: 季度党员积分权重"),
        ("季度督查权重*", "季度督查权重"),
    ]
}


def older(path: Path, changes: dict[str, list[tuple[str, str]]], **values: str) -> None:
    """Make a seal one of version 0.0.9 whose rules had other texts, {file: [(now, then)]}, and gave the units other values."""
    content = seals.payload(path)
    changed = {}
    for name, texts in changes.items():
        text = content[f"规则/{name}"].decode("utf-8")
        for now, then in texts:
            assert now in text
            text = text.replace(now, then)
        changed[f"规则/{name}"] = text.encode("utf-8")
    results = json.loads(content[seals.RESULTS]) | {"tool": "0.0.9"}
    for row in (*results["branches"], *results["committees"]):
        row |= values
    changed[seals.RESULTS] = (json.dumps(results, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    seals.reseal(path, changed, tool="0.0.9")


def test_a_seal_under_rules_with_other_words_is_verified_under_them(shelf):
    older(shelf / LAST, {"messages/archive.yaml": [("被改动、损坏或换掉", "不对")]})
    said = json.loads(invoke("archive", "verify", shelf, "--format", "json").output)
    assert (said["findings"], said["notes"]) == ([], [])
    assert [s["recomputed_under"] for s in said["seals"]] == ["installed", "installed", "sealed"]


def test_numbers_that_only_rules_of_an_unknown_version_give_are_named_each(shelf):
    older(shelf / LAST, EXCHANGED, total="86.00", grade="良好")
    report = verify.verify(shelf, periods.parse("2026Q2"))
    assert report.notes == ()
    (note,) = report.findings
    assert note.message == (
        f"归档时的程序 0.0.9 不是现在的程序（{__version__}）认识的版本，封存的规则无从核对；按现在的规则有 6 处不同。"
        "请用程序 0.0.9 核对"
    )
    assert [str(number) for number in note.numbers] == [
        "党委 DW1 财政局机关党委 总分：归档 86.00，重算 84.00",
        "党委 DW1 财政局机关党委 等次：归档 良好，重算 一般",
        "支部 ZB1 财政第一支部 总分：归档 86.00，重算 84.00",
        "支部 ZB1 财政第一支部 等次：归档 良好，重算 一般",
        "支部 ZB2 财政第二支部 总分：归档 86.00，重算 84.00",
        "支部 ZB2 财政第二支部 等次：归档 良好，重算 一般",
    ]
    lines = invoke("archive", "verify", shelf, "--period", "2026Q2", code=1).output.splitlines()
    assert lines[2] == f"  2026Q2.zip data/结果/results.json：{note.message}。"
    assert lines[3] == "    党委 DW1 财政局机关党委 总分：归档 86.00，重算 84.00"


def test_results_that_the_sealed_rules_do_not_give_are_named_with_both_versions(shelf):
    older(shelf / LAST, EXCHANGED)
    assert found(shelf, "2026Q2") == [
        "真实性 2026Q2.zip data/结果/results.json：封存的上报表算不出封存的结果，有 6 处不同。归档时的程序是 0.0.9，"
        f"现在是 {__version__}，两版的计算方法可能不同；也可能结果被改动"
        " | 党委 DW1 财政局机关党委 总分：归档 84.00，重算 86.00"
        " | 党委 DW1 财政局机关党委 等次：归档 一般，重算 良好"
        " | 支部 ZB1 财政第一支部 总分：归档 84.00，重算 86.00"
        " | 支部 ZB1 财政第一支部 等次：归档 一般，重算 良好"
        " | 支部 ZB2 财政第二支部 总分：归档 84.00，重算 86.00"
        " | 支部 ZB2 财政第二支部 等次：归档 一般，重算 良好"
    ]


def test_forms_that_the_installed_rules_find_faulty_are_reported(shelf, tmp_path):
    """A heading was another one then: today's rules miss it."""
    county = County().only("2026Q2")
    for branch in ("ZB1", "ZB2"):
        form = county.form("季汇总", 支部编号=branch)
        form.headings[form.headings.index("审定积分")] = "最终所得"
        for row in form.rows:
            row["最终所得"] = row.pop("审定积分")
    forms = county.write(tmp_path / "then")
    then = {f"上报/{branch}/2026Q2.xlsx": (forms / f"{branch}/2026Q2.xlsx").read_bytes() for branch in ("ZB1", "ZB2")}
    seals.reseal(shelf / LAST, then)
    older(shelf / LAST, {"forms/quarterly_summary.yaml": [("审定积分", "最终所得")]})
    report = verify.verify(shelf, periods.parse("2026Q2"))
    assert report.findings == ()
    assert [note.message for note in report.notes] == [
        f"按归档时的规则（程序 0.0.9）重算，与封存的结果相同；按现在的规则（程序 {__version__}），上报的表有错误 2 条，"
        "其中第一条：ZB1/2026Q2.xlsx 季汇总 缺少必填的列“审定积分”",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"reading.yaml": [("limits:", "limits: [")]},
        {"rules/parameters.yaml": [("parameters:", "parameters: [")]},
    ],
)
def test_rules_that_this_program_cannot_read_are_said(shelf, changes):
    older(shelf / LAST, changes)
    assert found(shelf, "2026Q2") == []
    assert notes(shelf, "2026Q2") == [
        f"2026Q2.zip：归档时（程序 0.0.9）的规则，现在的程序（{__version__}）读不了，按现在的规则重算"
    ]


def test_rules_take_the_place_of_the_installed_ones_only_where_those_were_not_read_yet(tmp_path):
    with pytest.raises(RuntimeError):
        resources.stand_in(tmp_path)

"""`archive restore` and `archive list` (spec §10): a sealed period comes back as it was, and `run` gives it again to the byte."""

import json
import shutil
from pathlib import Path

import pytest
from factories import SAMPLE, County
from fakes import archive_county as seals
from fakes.archive_county import AMENDED, FIRST, LAST, invoke
from helpers import files_in

from lianghua_batch import __version__


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    return seals.sealed_county(tmp_path_factory.mktemp("county") / "data")


@pytest.fixture
def data(county, tmp_path) -> Path:
    """The sealed county, which a test may spoil."""
    return shutil.copytree(county, tmp_path / "data")


# --- restoring -----------------------------------------------------------------------------------------------------


def test_what_is_restored_and_how_to_go_on_is_said(county, tmp_path):
    target = tmp_path / "恢复"
    said = invoke("archive", "restore", county, target, "--period", "2026Q2").output
    assert said.splitlines() == [
        f"已恢复 2026Q2（2026Q2.zip，第 3 号，2026-07-20 归档）到 {target}：",
        "  上报的表 17 个",
        "  输出/2026Q2：7 个文件",
        "  以前各期的结果：2026Q1",
        f"接着可以运行 lianghua-batch run {target} --period 2026Q2，算出的 results.json 应与归档的完全相同。",
    ]


def test_forms_and_outputs_come_back_to_their_places_and_run_gives_the_same_bytes(county, tmp_path):
    target = tmp_path / "恢复"
    invoke("archive", "restore", county / "归档" / LAST, target)
    before, sealed = files_in(target), files_in(county)
    outputs = {name for name in sealed if name.startswith("输出/2026Q2/")}
    earlier = {f"输出/2026Q1/{name}" for name in ("results.json", "计分依据.json")}
    forms = {entry.file for entry in seals.manifest(county / "归档" / LAST).inputs}
    assert before.keys() == outputs | earlier | forms
    assert all(before[name] == sealed[name] for name in before)
    shutil.rmtree(target / "输出/2026Q2")
    invoke("run", target, "--period", "2026Q2")
    assert files_in(target) == before


def test_the_seal_in_force_is_restored_unless_another_is_asked_for(county, tmp_path):
    for amendment, points in ((None, "83.00"), (1, "83.00"), (0, "80.00")):
        target = tmp_path / f"恢复{amendment}"
        words = () if amendment is None else ("--amendment", amendment)
        said = json.loads(
            invoke("archive", "restore", county, target, "--period", "2026Q1", *words, "--format", "json").output
        )
        assert said["amendment"] == (1 if amendment is None else amendment)
        invoke("run", target, "--period", "2026Q1")
        results = json.loads((target / "输出/2026Q1/results.json").read_text("utf-8"))
        assert next(row["points"] for row in results["members"] if row["id"] == "001") == points


def test_an_amendment_says_why_it_was_made(county, tmp_path):
    said = invoke("archive", "restore", county, tmp_path / "恢复", "--period", "2026Q1").output.splitlines()
    assert said[0] == f"已恢复 2026Q1（2026Q1_更正1.zip，第 2 号，{today()} 归档）到 {tmp_path / '恢复'}："
    assert said[3] == "  这是第 1 次更正，原因：补记抢险"


def today() -> str:
    import datetime as dt

    return dt.date.today().isoformat()


def test_names_that_a_bag_cannot_hold_come_back_as_they_were(tmp_path):
    data = County().only("2026Q1").write(tmp_path / "data")
    name = "督查 100%\n合格（甲）.xlsx"
    (data / "督查/2026Q1.xlsx").rename(data / name)
    invoke("run", data, "--period", "2026Q1")
    invoke("archive", "seal", data, "--period", "2026Q1")
    invoke("archive", "restore", data, tmp_path / "恢复")
    assert (tmp_path / "恢复" / name).read_bytes() == (data / name).read_bytes()
    invoke("archive", "verify", data)


def test_masked_names_come_back_masked_and_stay_so(tmp_path):
    data, target = County().only("2026Q1").write(tmp_path / "data"), tmp_path / "恢复"
    invoke("run", data, "--period", "2026Q1", "--mask-names")
    invoke("archive", "seal", data, "--period", "2026Q1")
    last = invoke("archive", "restore", data, target).output.splitlines()[-1]
    command = f"lianghua-batch run {target} --period 2026Q1 --mask-names"
    assert last == f"接着可以运行 {command}，算出的 results.json 应与归档的完全相同。"
    invoke(*command.split()[1:])
    assert files_in(target / "输出") == files_in(data / "输出")


def test_a_seal_of_another_version_says_that_results_may_differ(county, tmp_path):
    seal = shutil.copy(county / "归档" / LAST, tmp_path / LAST)
    seals.reseal(Path(seal), tool="0.0.9")
    target = tmp_path / "恢复"
    assert invoke("archive", "restore", seal, target).output.splitlines()[-1] == (
        f"归档时的程序是 0.0.9，现在是 {__version__}：运行 lianghua-batch run {target} --period 2026Q2 "
        "的结果可能与归档的不同，归档的结果在 输出/2026Q2。"
    )


def test_a_damaged_seal_is_not_restored(data, tmp_path):
    gone = "2026Q2/data/上报/花名册.xlsx"
    members = seals.members(data / "归档" / LAST)
    seals.write_members(data / "归档" / LAST, {n: c for n, c in members.items() if n != gone})
    target = tmp_path / "恢复"
    said = invoke("archive", "restore", data, target, "--period", "2026Q2", code=1).output
    assert said.splitlines() == [
        "2026Q2.zip data/上报/花名册.xlsx：不见了。",
        "2026Q2.zip 2026Q2.zip.sha256：所记的校验码（SHA-256）不是压缩包现在的：压缩包被改动或已损坏。请从备份取回。",
        "2026Q2.zip 2026Q2_归档单.xlsx：归档单上的校验码不是压缩包现在的：压缩包或归档单被改动、换掉。请对照签字的归档单。",
        "归档 2026Q2.zip 有 3 处问题，没有恢复。请从备份取回，再用 archive verify 核对。",
    ]
    assert not target.exists()
    words = ("archive", "restore", data, target, "--period", "2026Q2", "--format", "json")
    assert [f["kind"] for f in json.loads(invoke(*words, code=1).output)["findings"]] == [
        "missing",
        "code_other",
        "sheet_other",
    ]


def test_a_zip_that_is_none_is_not_restored(data, tmp_path):
    (data / "归档" / LAST).write_bytes(b"PK")
    (data / "归档" / f"{LAST}.sha256").unlink()
    assert invoke("archive", "restore", data / "归档" / LAST, tmp_path / "恢复", code=1).output.splitlines()[0] == (
        "2026Q2.zip：压缩包打不开，或者里面不是一份完整的归档。请从备份取回。"
    )


def test_a_name_that_leads_outside_is_not_restored(data, tmp_path):
    members = seals.members(data / "归档" / LAST)
    seals.write_members(data / "归档" / LAST, {**members, "2026Q2/data/../../../窃取.txt": b"x"})
    invoke("archive", "restore", data, tmp_path / "恢复", "--period", "2026Q2", code=1)
    assert not list(tmp_path.rglob("窃取*"))


def test_nothing_is_restored_over_what_is_there(county, tmp_path):
    (tmp_path / "笔记.txt").write_text("要留的", encoding="utf-8")
    assert seals.refusal("archive", "restore", county, tmp_path, "--period", "2026Q2") == (
        f"{tmp_path} 里已有文件。请另选一个新的文件夹。"
    )
    assert files_in(tmp_path) == {"笔记.txt": "要留的".encode()}


def test_an_empty_folder_is_restored_into(county, tmp_path):
    (tmp_path / "恢复").mkdir()
    invoke("archive", "restore", county, tmp_path / "恢复", "--period", "2026Q2")


def test_nothing_is_restored_among_the_forms(data):
    assert seals.refusal("archive", "restore", data, data / "恢复", "--period", "2026Q2") == (
        f"{data / '恢复'} 在数据文件夹 {data} 里面，恢复的表会与现有的表混在一起。请另选一个文件夹。"
    )
    assert not (data / "恢复").exists()


@pytest.mark.parametrize(
    ("source", "words", "sentence"),
    [
        ("", [], "{shelf} 中有几期的归档（2026Q1、2026Q2）。请用 --period 指定一期。"),
        ("", ["--period", "2026Q4"], "{shelf} 中没有 2026Q4 的归档。请用 archive list 查看有哪些。"),
        ("归档", ["--period", "2026Q1", "--amendment", "2"], "{shelf} 中没有 2026Q1_更正2.zip。请用 archive list 查看有哪些。"),
        (f"归档/{LAST}", ["--period", "2026Q1"], "2026Q2.zip 是 2026Q2 的归档（更正 0），与所给的 --period 或 --amendment 不符。请去掉这些选项，或换一个文件。"),
        ("ZB1", [], "{data}/ZB1/归档 中还没有归档。请先用 archive seal 归档，或检查路径。"),
    ],
)  # fmt: skip
def test_a_seal_that_is_not_there_is_not_restored(county, tmp_path, source, words, sentence):
    target = tmp_path / "恢复"
    expected = sentence.format(shelf=county / "归档", data=county)
    assert seals.refusal("archive", "restore", county / source, target, *words).replace("\\", "/") == expected.replace(
        "\\", "/"
    )
    assert not target.exists()


# --- listing -------------------------------------------------------------------------------------------------------


def test_the_seals_are_listed_in_their_order_with_the_reasons(county):
    codes = {name: seals.code_of(county / "归档" / name)[:12] for name in (FIRST, AMENDED, LAST)}
    counts = {name: len(seals.manifest(county / "归档" / name).entries) for name in (FIRST, AMENDED, LAST)}
    assert [line.rstrip() for line in invoke("archive", "list", county).output.splitlines()] == [
        "号  期间    更正  日期        归档人    文件  校验码        归档",
        f" 1  2026Q1        2026-04-20  经办人甲    {counts[FIRST]}  {codes[FIRST]}  2026Q1.zip",
        f" 2  2026Q1     1  {today()}  经办人乙    {counts[AMENDED]}  {codes[AMENDED]}  2026Q1_更正1.zip",
        f" 3  2026Q2        2026-07-20  经办人甲    {counts[LAST]}  {codes[LAST]}  2026Q2.zip",
        "    第 2 号的更正原因：补记抢险",
        "共 3 个归档。",
    ]


def test_what_cannot_be_read_is_listed_with_why(data):
    (data / "归档" / FIRST).write_bytes(b"PK")
    lines = invoke("archive", "list", data / "归档").output.splitlines()
    assert lines[-2] == (
        "2026Q1.zip 不能用：压缩包已损坏，读不出归档清单。请从备份取回这个文件，再用 archive verify 核对。"
    )
    listed = json.loads(invoke("archive", "list", data, "--format", "json").output)["seals"]
    assert [each["file"] for each in listed] == [AMENDED, LAST, FIRST]
    assert "unreadable" in listed[-1]


def test_objections_are_listed_with_what_became_of_them(data):
    rows = [
        {"subject": "ZB1", "name": "财政第一支部", "raised": "2026-07-22", "objection": "得分有误", **state}
        for state in (
            {"state": "open"},
            {"state": "concluded", "conclusion": "原评分有据"},
            {"state": "amended", "amendment": 1, "moved": "总分 84.00→86.00", "conclusion": "属实"},
        )
    ]
    seals.reseal(data / "归档" / LAST, objections=tuple(rows))
    lines = invoke("archive", "list", data).output.splitlines()
    assert lines[-5:] == [
        "异议",
        "    2026Q2 ZB1 财政第一支部（2026-07-22）：得分有误——未复核",
        "    2026Q2 ZB1 财政第一支部（2026-07-22）：得分有误——原评分有据（已复核）",
        "    2026Q2 ZB1 财政第一支部（2026-07-22）：得分有误——属实（第 1 次更正后 总分 84.00→86.00）",
        "共 3 个归档。",
    ]


def test_nothing_to_list_is_said(tmp_path):
    assert seals.refusal("archive", "list", tmp_path) == (
        f"{tmp_path / '归档'} 中还没有归档。请先用 archive seal 归档，或检查路径。"
    )


# --- a whole year --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_four_quarters_and_the_year_are_sealed_verified_restored_and_run_again(tmp_path):
    data = tmp_path / "data"
    shutil.copytree(SAMPLE, data, ignore=shutil.ignore_patterns("输出", "归档", ".*"))
    periods = ("2026Q1", "2026Q2", "2026Q3", "2026Q4", "2026")
    for period in periods:
        if period == "2026":  # the quarters are published with their seals
            invoke("run", data, "--period", period)
        invoke("archive", "seal", data, "--period", period, "--by", "经办人甲", "--early", "演练")
    lines = invoke("archive", "verify", data).output.splitlines()
    assert lines[-1] == "共核对 5 个归档，没有问题。"
    for period in periods:
        target = tmp_path / period
        invoke("archive", "restore", data, target, "--period", period)
        (target / f"输出/{period}/results.json").unlink()
        invoke("run", target, "--period", period)
        sealed = data / f"输出/{period}/results.json"
        assert (target / f"输出/{period}/results.json").read_bytes() == sealed.read_bytes()

"""The quarter's end (spec §10): a period is sealed; afterwards it stands until it is amended, with a reason that is kept."""

import datetime as dt
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from factories import County, FilledForm
from fakes.archive_county import invoke
from fakes.post_office import post_office, settings
from helpers import files_in

from lianghua_batch.archive import contents as gathering
from lianghua_batch.archive import inputs, seal_period
from lianghua_batch.cli.app import dispatch
from lianghua_batch.core import periods, resources
from lianghua_batch.pipeline import process

Q1, DAY = "2026Q1", "2026-04-20"
OUTPUTS = f"输出/{Q1}"
BOOKS = [
    f"{OUTPUTS}/各单位/DW1_财政局机关党委_考评结果_2026Q1.xlsx",
    f"{OUTPUTS}/各单位/ZB1_财政第一支部_考评结果_2026Q1.xlsx",
    f"{OUTPUTS}/各单位/ZB2_财政第二支部_考评结果_2026Q1.xlsx",
]


def call(capsys, monkeypatch, *words: object) -> tuple[int, str, str]:
    """Run a command as a clerk does: exit code, what it says, what it says of problems."""
    monkeypatch.setattr(sys, "argv", ["lianghua-batch", *map(str, words)])
    code = dispatch()
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def command(capsys, monkeypatch):
    def run(*words: object) -> tuple[int, str, str]:
        return call(capsys, monkeypatch, *words)

    return run


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The small county's first quarter, published."""
    folder = County().only(Q1).write(tmp_path_factory.mktemp("published") / "data")
    invoke("run", folder, "--period", Q1)
    return folder


@pytest.fixture(scope="module")
def sealed(published, tmp_path_factory):
    """The same, sealed."""
    folder = shutil.copytree(published, tmp_path_factory.mktemp("sealed") / "data")
    invoke("archive", "seal", folder, "--period", Q1, "--by", "经办人甲", "--date", DAY)
    return folder


@pytest.fixture
def data(sealed, tmp_path):
    """A sealed county that a test may spoil."""
    return shutil.copytree(sealed, tmp_path / "data")


def amended_county() -> County:
    """The county with one member's 支委会调整 corrected: 001 has 83 instead of 80."""
    county = County().only(Q1)
    county.form("季汇总", 支部编号="ZB1").row(党员编号="001").update(支委会调整=3, 调整原因="补记抢险", 审定积分=83)
    return county


def objection(path: Path) -> None:
    """异议登记 with one row that nobody has looked into, as a file of its own."""
    headings = "对象编号 异议内容 提出日期 复核结论 复核日期 经办人"
    county = County()
    county.forms = [FilledForm(path.name, "异议登记", headings, [["001", "漏记 3 分", dt.date(2026, 4, 22)]], 期间=Q1)]
    county.write(path.parent)


def manifest(seal: Path) -> dict:
    with zipfile.ZipFile(seal) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("/归档清单.json"))
        return json.loads(archive.read(name))


def code_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- sealing -------------------------------------------------------------------------------------------------------


def test_a_seal_says_what_was_sealed_and_what_to_sign(published, tmp_path, command):
    data = shutil.copytree(published, tmp_path / "data")
    code, out, _ = command("archive", "seal", data, "--period", Q1, "--by", "经办人甲", "--date", DAY)
    assert code == 0
    seal = data / "归档/2026Q1.zip"
    assert out.splitlines() == [
        "共读取 11 个文件，错误 0 条，警告 6 条。",
        f"已归档 {seal}（第 1 号：上报的表 11 个，结果 7 个）",
        f"归档校验码（SHA-256）{code_of(seal)}",
        "请打印 2026Q1_归档单.xlsx，核对校验码后签字存档。",
    ]
    assert sorted(p.name for p in seal.parent.iterdir()) == [
        "2026Q1.zip",
        "2026Q1.zip.sha256",
        "2026Q1_归档单.xlsx",
    ]
    assert (data / "归档/2026Q1.zip.sha256").read_text("utf-8") == f"{code_of(seal)}  2026Q1.zip\n"


def test_a_seal_holds_the_forms_the_results_and_the_rules(sealed):
    said = manifest(sealed / "归档/2026Q1.zip")
    assert {name: said[name] for name in ("period", "number", "amendment", "previous", "by", "date", "scheme")} == {
        "period": Q1,
        "number": 1,
        "amendment": 0,
        "previous": None,
        "by": "经办人甲",
        "date": DAY,
        "scheme": "2026年考评方案",
    }
    forms = [entry["file"] for entry in said["inputs"]]
    assert forms == sorted(
        [
            "花名册.xlsx",
            "考评方案.xlsx",
            "督查/2026Q1.xlsx",
            *(f"{b}/{p}.xlsx" for b in ("ZB1", "ZB2") for p in ("2026-01", "2026-02", "2026-03", Q1)),
        ]
    )
    assert [entry["file"] for entry in said["outputs"]] == sorted(
        [
            "results.json",
            "计分依据.json",
            "公示_2026Q1.xlsx",
            "考评排名_2026Q1.xlsx",
            *(b.removeprefix(f"{OUTPUTS}/") for b in BOOKS),
        ]
    )
    schemas = resources.folder("schemas")
    assert [entry["file"] for entry in said["rules"]] == sorted(
        p.relative_to(schemas).as_posix() for p in schemas.rglob("*.yaml")
    )
    with zipfile.ZipFile(sealed / "归档/2026Q1.zip") as archive:
        for entry in said["inputs"]:
            assert archive.read(f"2026Q1/data/{entry['stored']}") == (sealed / entry["file"]).read_bytes()
        for entry in said["outputs"]:
            assert archive.read(f"2026Q1/data/{entry['stored']}") == (sealed / OUTPUTS / entry["file"]).read_bytes()


def test_the_same_forms_give_the_same_bytes(sealed, tmp_path):
    """In another folder, written in another order, on another day of the week: only what is sealed counts."""
    other = tmp_path / "另一处"
    county = County().only(Q1)
    county.forms.reverse()
    for name, content in sorted(files_in(sealed).items(), reverse=True):
        if not name.startswith(("输出/", "归档/")):
            (other / name).parent.mkdir(parents=True, exist_ok=True)
            (other / name).write_bytes(content)
    invoke("run", other, "--period", Q1)
    invoke("archive", "seal", other, "--period", Q1, "--by", "经办人甲", "--date", DAY)
    assert files_in(other / "归档") == files_in(sealed / "归档")


def test_names_in_chinese_and_signs_that_a_bags_lists_cannot_hold(published, tmp_path):
    data = shutil.copytree(published, tmp_path / "data")
    (data / "督查/2026Q1.xlsx").rename(data / "督查 100%\n合格（甲）.xlsx")
    invoke("run", data, "--period", Q1)
    invoke("archive", "seal", data, "--period", Q1)
    entry = next(e for e in manifest(data / "归档/2026Q1.zip")["inputs"] if e["file"].startswith("督查"))
    assert entry["file"] == "督查 100%\n合格（甲）.xlsx"
    assert entry["stored"] == "上报/督查 100％␊合格（甲）.xlsx"
    with zipfile.ZipFile(data / "归档/2026Q1.zip") as archive:
        assert archive.read(f"2026Q1/data/{entry['stored']}") == (data / entry["file"]).read_bytes()


def test_two_names_that_are_one_in_a_bag_are_both_kept(published, tmp_path):
    data = shutil.copytree(published, tmp_path / "data")
    (data / "ZB1/2026-01.xlsx").rename(data / "100%.xlsx")
    (data / "ZB1/2026-02.xlsx").rename(data / "100％.xlsx")
    invoke("run", data, "--period", Q1)
    invoke("archive", "seal", data, "--period", Q1)
    stored = {
        e["file"]: e["stored"] for e in manifest(data / "归档/2026Q1.zip")["inputs"] if e["file"].startswith("100")
    }
    assert stored == {"100%.xlsx": "上报/100％.xlsx", "100％.xlsx": "上报/2/100％.xlsx"}
    invoke("archive", "restore", data, tmp_path / "取出", "--period", Q1)
    for name in stored:
        assert (tmp_path / "取出" / name).read_bytes() == (data / name).read_bytes()


def test_a_county_with_errors_is_not_sealed(published, tmp_path, command):
    data = shutil.copytree(published, tmp_path / "data")
    (data / "ZB1/2026Q1.xlsx").unlink()
    code, _, err = command("archive", "seal", data, "--period", Q1)
    assert code == 1
    assert err.splitlines()[-1] == "共读取 10 个文件，错误 1 条，警告 6 条。有错误，不能归档。"
    assert not (data / "归档").exists()


def test_what_was_not_published_yet_is_published_with_the_seal(sealed, tmp_path, command):
    data = County().only(Q1).write(tmp_path / "data")
    code, out, _ = command("archive", "seal", data, "--period", Q1, "--by", "经办人甲", "--date", DAY)
    assert code == 0
    assert out.splitlines()[1] == "输出中还没有 2026Q1 的结果，已一并写出（7 个文件，在 输出/2026Q1）。"
    assert files_in(data) == files_in(sealed)


def test_only_what_was_published_from_these_forms_is_sealed(published, tmp_path, command):
    data = shutil.copytree(published, tmp_path / "data")
    amended_county().write(data)
    code, _, err = command("archive", "seal", data, "--period", Q1)
    assert code == 2
    assert err.startswith(
        "输出/2026Q1 与现在上报的表算出的不同：考评排名_2026Q1.xlsx、results.json、计分依据.json、公示_2026Q1.xlsx、"
    )
    assert err.endswith(" 等 7 个文件。请重新运行 run --period 2026Q1，核对、寄送后再归档\n")
    assert not (data / "归档").exists()


def test_results_that_somebody_took_away_are_not_published_anew_without_a_word(published, tmp_path, command):
    data = shutil.copytree(published, tmp_path / "data")
    (data / OUTPUTS / "results.json").unlink()
    code, _, err = command("archive", "seal", data, "--period", Q1)
    assert (code, err) == (
        2,
        "输出/2026Q1 与现在上报的表算出的不同：results.json。请重新运行 run --period 2026Q1，核对、寄送后再归档\n",
    )


def test_a_form_that_came_while_others_were_read_is_not_sealed(published):
    files = inputs.read(published)
    seen = {name: code for name, code in files.codes.items() if name != "ZB1/2026Q1.xlsx"}
    with pytest.raises(gathering.FormAltered, match=r"ZB1/2026Q1\.xlsx"):
        seal_period.seal(
            published,
            process.process(published, periods.parse(Q1)),
            replace(files, codes=seen, paths={name: files.paths[name] for name in seen}),
            seal_period.Signature("经办人甲", dt.date(2026, 4, 20)),
        )
    assert not (published / "归档").exists()


def test_a_workbook_that_somebody_saved_anew_is_not_sealed(published, tmp_path, command):
    data = shutil.copytree(published, tmp_path / "data")
    (data / BOOKS[1]).write_bytes((data / BOOKS[2]).read_bytes())
    (data / BOOKS[2]).unlink()
    code, _, err = command("archive", "seal", data, "--period", Q1)
    assert (code, err) == (
        2,
        "输出/2026Q1 与现在上报的表算出的不同：各单位/ZB1_财政第一支部_考评结果_2026Q1.xlsx、"
        "各单位/ZB2_财政第二支部_考评结果_2026Q1.xlsx。请重新运行 run --period 2026Q1，核对、寄送后再归档\n",
    )


def test_masked_names_are_sealed_and_stay_masked(published, tmp_path):
    data = shutil.copytree(published, tmp_path / "data")
    invoke("run", data, "--period", Q1, "--mask-names")
    invoke("archive", "seal", data, "--period", Q1)
    masked = (data / OUTPUTS / "公示_2026Q1.xlsx").read_bytes()
    assert manifest(data / "归档/2026Q1.zip")["names_masked"] is True
    county = County().only(Q1)
    county.form("督查打分", 期间=Q1).add()  # a row without content: other bytes, the same numbers
    county.form("季汇总", 支部编号="ZB1").row(党员编号="001")["调整原因"] = "无"
    county.write(data)
    invoke("run", data, "--period", Q1, "--amend", "补充说明")
    assert manifest(data / "归档/2026Q1_更正1.zip")["names_masked"] is True
    assert (data / OUTPUTS / "公示_2026Q1.xlsx").read_bytes() == masked


def test_a_sealed_period_is_not_sealed_again(data, command):
    code, _, err = command("archive", "seal", data, "--period", Q1)
    assert (code, err) == (
        2,
        "2026Q1 已归档（2026Q1.zip，2026-04-20），归档不会被替换。上报的表有变化、确需更正的，请用 run --period 2026Q1 --amend 原因\n",
    )


# --- a sealed period stands ----------------------------------------------------------------------------------------


def test_run_leaves_what_is_sealed_alone(data, command):
    before = files_in(data)
    code, out, _ = command("run", data, "--period", Q1)
    assert code == 0
    assert out.splitlines() == [
        "共读取 11 个文件，错误 0 条，警告 6 条。",
        f"2026Q1 已于 2026-04-20 归档（{data / '归档/2026Q1.zip'}），上报的表和结果都没有变化，输出没有改写。",
    ]
    assert files_in(data) == before


def test_run_puts_back_what_is_gone_and_overwrites_nothing(data, command):
    before = files_in(data)
    (data / OUTPUTS / "results.json").unlink()
    (data / BOOKS[0]).unlink()
    (data / OUTPUTS / "公示_2026Q1.xlsx").write_bytes(b"somebody's")
    code, out, _ = command("run", data, "--period", Q1)
    assert code == 1
    assert out.splitlines()[2:] == [
        "输出/2026Q1 中缺少的文件已从归档取回：results.json、各单位/DW1_财政局机关党委_考评结果_2026Q1.xlsx",
        "输出/2026Q1/公示_2026Q1.xlsx 与归档的不同，没有改写。请把它移走，再运行一次，程序会取回归档的文件。",
    ]
    assert files_in(data) == before | {f"{OUTPUTS}/公示_2026Q1.xlsx": b"somebody's"}


def test_a_form_that_only_moved_is_no_change(data, command):
    (data / "新年度").mkdir()
    (data / "花名册.xlsx").rename(data / "新年度/名册.xlsx")
    assert command("run", data, "--period", Q1)[0] == 0


def test_a_new_form_under_the_name_of_one_that_moved_is_a_change(data, command):
    (data / "ZB1/2026Q1.xlsx").rename(data / "ZB1/季汇总.xlsx")
    objection(data / "ZB1/2026Q1.xlsx")
    code, _, err = command("run", data, "--period", Q1)
    assert code == 1
    assert err.splitlines()[0] == (
        "[E702] ZB1/2026Q1.xlsx：2026Q1 已于 2026-04-20 归档，归档时没有这个文件。"
        "请核对：要补进这一期的（如异议登记），用 run --amend 原因；放错了的移走。"
    )
    assert command("run", data, "--period", Q1, "--amend", "补登异议")[0] == 0
    changes = manifest(data / "归档/2026Q1_更正1.zip")["changes"]
    assert changes == {
        "changed": [],
        "added": ["ZB1/2026Q1.xlsx"],
        "removed": [],
        "moved": {"ZB1/2026Q1.xlsx": "ZB1/季汇总.xlsx"},
    }


def test_a_copy_less_is_no_change(published, tmp_path, command):
    data = shutil.copytree(published, tmp_path / "data")
    shutil.copytree(data / "ZB1", data / "副本")
    invoke("run", data, "--period", Q1)
    invoke("archive", "seal", data, "--period", Q1)
    shutil.rmtree(data / "副本")
    assert command("run", data, "--period", Q1)[0] == 0
    amended_county().write(data)
    command("run", data, "--period", Q1, "--amend", "漏记")
    assert manifest(data / "归档/2026Q1_更正1.zip")["changes"] == {
        "changed": ["ZB1/2026Q1.xlsx"],
        "added": [],
        "removed": ["副本/2026Q1.xlsx"],  # no copy of what was sealed is left
        "moved": {},
    }


def test_a_file_that_the_period_does_not_take_is_no_change(data, command):
    (data / "说明.txt").write_text("给经办人", encoding="utf-8")
    county = County()
    county.forms = [f for f in county.forms if f.labels.get("期间") == "2026-05"]
    county.write(data)
    assert command("run", data, "--period", Q1)[0] == 0


def test_a_draft_is_not_held_up_and_touches_nothing_sealed(data, command):
    (data / "ZB1/2026Q1.xlsx").unlink()
    before = files_in(data / "输出/2026Q1")
    code, _, _ = command("run", data, "--period", Q1, "--partial")
    assert code == 0
    after = files_in(data / "输出/2026Q1")
    assert {name: content for name, content in after.items() if not name.startswith("草稿/")} == before


def test_results_of_another_period_do_not_go_where_sealed_ones_lie(data, command, tmp_path):
    county = County()
    county.only("2026").write(data)
    before = files_in(data / OUTPUTS)
    code, _, err = command("run", data, "--period", "2026", "--out", data / OUTPUTS)
    assert code == 2
    assert (
        err.splitlines()[-1]
        == f"{data / OUTPUTS} 是已归档的 2026Q1 的结果，不能写入。请换一个 --out。请用 --help 查看用法。"
    )
    assert files_in(data / OUTPUTS) == before


@pytest.mark.parametrize("out", [OUTPUTS, f"{OUTPUTS}/各单位"])
def test_nor_do_its_own_but_by_an_amendment(data, command, out):
    before = files_in(data)
    code, _, err = command("run", data, "--period", Q1, "--mask-names", "--out", data / out)
    assert (code, err.splitlines()[-1]) == (
        2,
        f"{data / out} 是已归档的 2026Q1 的结果，不能写入。请换一个 --out。请用 --help 查看用法。",
    )
    assert files_in(data) == before


@pytest.mark.parametrize("more", [[], ["--partial"]])
def test_no_results_go_among_the_seals(data, command, more):
    before = files_in(data)
    code, _, err = command("run", data, "--period", Q1, "--out", data / "归档/副本", *more)
    assert (code, err.splitlines()[-1]) == (
        2,
        f"{data / '归档/副本'} 在归档的文件夹里，不能写入结果。请换一个 --out。请用 --help 查看用法。",
    )
    assert files_in(data) == before


def test_a_damaged_seal_that_cannot_give_a_file_back_says_which(data, command):
    (data / OUTPUTS / "results.json").unlink()
    seal = data / "归档/2026Q1.zip"
    with zipfile.ZipFile(seal) as archive:
        place = archive.getinfo("2026Q1/data/结果/results.json").header_offset + 200
    damaged = bytearray(seal.read_bytes())
    damaged[place] ^= 1
    seal.write_bytes(damaged)
    code, _, err = command("run", data, "--period", Q1)
    assert (code, err.splitlines()[-1]) == (
        2,
        "2026Q1.zip 中的 data/结果/results.json 已损坏，不能取回。请从备份取回这个归档，再用 archive verify 核对",
    )


def test_a_copy_of_sealed_results_may_be_written_elsewhere(data, tmp_path, command):
    code, _, _ = command("run", data, "--period", Q1, "--out", tmp_path / "别处")
    assert code == 0
    assert files_in(tmp_path / "别处") == files_in(data / OUTPUTS)


@pytest.mark.parametrize(
    ("to", "witness"),
    [("归档/2026一季度.zip", "2026一季度.zip"), ("2026Q1.zip", "2026Q1_归档单.xlsx")],
    ids=["renamed", "moved away"],
)
def test_a_seal_that_is_gone_does_not_set_its_period_free(data, command, to, witness):
    amended_county().write(data)
    (data / "归档/2026Q1.zip").rename(data / to)
    before = files_in(data / OUTPUTS)
    reason = f"文件不见了（{witness} 还在），可能被改名、移走或删去。请放回原处，或从备份取回，再用 archive verify 核对"
    code, _, err = command("run", data, "--period", Q1)
    assert code == 1
    assert f"[E705] 归档/2026Q1.zip：2026Q1 已归档，但归档不能用：{reason}。请恢复归档以后再运行。" in err.splitlines()
    assert files_in(data / OUTPUTS) == before
    code, _, err = command("archive", "seal", data, "--period", Q1)
    assert (code, err) == (2, f"归档中的 2026Q1.zip 不能用：{reason}\n")
    code, out, _ = command("archive", "list", data)
    assert (code, out.splitlines()) == (0, [f"2026Q1.zip 不能用：{reason}。", "共 1 个归档。"])


def test_a_seal_that_another_one_names_is_missed_too(data, command):
    amended_county().write(data)
    invoke("run", data, "--period", Q1, "--amend", "001 漏记 3 分", "--by", "经办人乙")
    for path in (data / "归档").glob("2026Q1[._]*"):
        if "更正" not in path.name:
            path.unlink()
    code, _, err = command("run", data, "--period", Q1)
    assert code == 1
    assert err.splitlines()[0].startswith(
        "[E705] 归档/2026Q1.zip：2026Q1 已归档，但归档不能用：文件不见了（2026Q1_更正1.zip 还在），可能被改名、移走或删去。"
    )


def test_a_day_that_has_not_come_yet(published, command):
    code, _, err = command("archive", "seal", published, "--period", Q1, "--date", "2999-01-01")
    assert (code, err) == (2, "归档日期 2999-01-01 还没有到。请用 --help 查看用法。\n")
    code, _, err = command("archive", "seal", published, "--period", Q1, "--date", "2026-04-31")
    assert (code, err) == (
        2,
        "--date 不正确：日期“2026-04-31”看不懂，请写成 2026-04-16 的样子。请用 --help 查看用法。\n",
    )


@pytest.mark.parametrize("day", ["2026-02-10", "2026-03-31"])
def test_a_period_that_is_not_over_is_sealed_with_a_reason_only(published, command, tmp_path, day):
    data = shutil.copytree(published, tmp_path / "data")
    words = ("archive", "seal", data, "--period", Q1, "--by", "经办人甲", "--date", day)
    code, _, err = command(*words)
    assert (code, err) == (
        2,
        f"2026Q1 到 2026-03-31 才结束，归档日期是 {day}。请在结束以后归档；确需提前归档的，请加 --early 原因\n",
    )
    assert not (data / "归档").exists()
    assert command(*words, "--early", " ")[::2] == (2, "--early 后要写提前归档的原因。请用 --help 查看用法。\n")
    assert command(*words, "--early", "单位4月\n撤并")[0] == 0
    assert manifest(data / "归档/2026Q1.zip")["early"] == "单位4月 撤并"
    assert "    第 1 号提前归档的原因：单位4月 撤并" in command("archive", "list", data)[1].splitlines()
    cells = openpyxl.load_workbook(data / "归档/2026Q1_归档单.xlsx")["归档单"].iter_rows(values_only=True)
    assert any(row[0] == "提前归档" and "2026Q1 没有结束就归档，原因：单位4月 撤并" in row for row in cells)


def test_a_reason_to_seal_early_is_not_recorded_once_the_period_is_over(published, command, tmp_path):
    data = shutil.copytree(published, tmp_path / "data")
    words = ("archive", "seal", data, "--period", Q1, "--by", "经办人甲", "--date", "2026-04-01")
    assert command(*words, "--early", "单位4月撤并")[0] == 0
    assert manifest(data / "归档/2026Q1.zip")["early"] is None


def test_which_period_is_sealed_must_be_said(published, command):
    code, _, err = command("archive", "seal", published)
    assert (code, err) == (2, "缺少参数 period。请用 --help 查看用法。\n")


# --- amendments ----------------------------------------------------------------------------------------------------


def test_an_amendment_keeps_the_old_seal_and_tells_what_moved(data, command):
    old = (data / "归档/2026Q1.zip").read_bytes()
    amended_county().write(data)
    code, out, _ = command("run", data, "--period", Q1, "--amend", "001 漏记 3 分", "--by", "经办人乙")
    assert code == 0
    seal = data / "归档/2026Q1_更正1.zip"
    lines = out.splitlines()
    assert lines[:3] == [
        "共读取 11 个文件，错误 0 条，警告 6 条。",
        "旧：2026Q1.zip（2026Q1，2026年考评方案）",
        "新：2026Q1_更正1.zip（2026Q1，2026年考评方案）",
    ]
    assert lines[-3:] == [
        f"已作第 1 次更正，输出/2026Q1 已重新写出，归档在 {seal}（第 2 号），原来的归档保留",
        f"归档校验码（SHA-256）{code_of(seal)}",
        "请打印 2026Q1_更正1_归档单.xlsx，核对校验码后签字存档；公示过、寄送过的，请重新公示，并用 mail --send 寄送更正后的结果。",
    ]
    assert (data / "归档/2026Q1.zip").read_bytes() == old
    said = manifest(seal)
    link = {"file": "2026Q1.zip", "sha256": hashlib.sha256(old).hexdigest()}
    assert {name: said[name] for name in ("number", "amendment", "reason", "by", "previous", "amends", "changes")} == {
        "number": 2,
        "amendment": 1,
        "reason": "001 漏记 3 分",
        "by": "经办人乙",
        "previous": link,
        "amends": link,
        "changes": {"changed": ["ZB1/2026Q1.xlsx"], "added": [], "removed": [], "moved": {}},
    }
    moved = said["differences"]["members"]
    totals = {m["id"]: (m["was"]["total"], m["now"]["total"]) for m in moved}
    assert totals == {"001": ("80.00", "83.00"), "002": ("80.00", "80.00"), "003": ("80.00", "80.00")}  # now second
    results = json.loads((data / OUTPUTS / "results.json").read_text("utf-8"))
    assert next(m for m in results["members"] if m["id"] == "001")["points"] == "83.00"
    assert hashlib.sha256((data / OUTPUTS / "results.json").read_bytes()).hexdigest() == said["results_sha256"]
    assert command("run", data, "--period", Q1)[0] == 0  # the amendment is in force now


def test_what_an_amendment_would_change_is_shown_before_it_is_made(data, command):
    amended_county().write(data)
    before = files_in(data)
    code, out, _ = command("run", data, "--period", Q1, "--amend", "001 漏记 3 分", "--dry-run")
    assert code == 0
    lines = out.splitlines()
    assert lines[1] == "改动的表：ZB1/2026Q1.xlsx"
    assert "    001 甲一　80.00 → 83.00（+3.00）　名次 1" in lines
    assert lines[-1] == "这是第 1 次更正的预览，没有写出任何文件。核对无误后，去掉 --dry-run 再运行。"
    code, out, _ = command("run", data, "--period", Q1, "--amend", "漏记", "--dry-run", "--format", "json")
    assert json.loads(out)["changes"] == {"changed": ["ZB1/2026Q1.xlsx"], "added": [], "removed": [], "moved": {}}
    assert files_in(data) == before


def test_an_amendment_of_an_amendment(data, command):
    amended_county().write(data)
    command("run", data, "--period", Q1, "--amend", "001 漏记 3 分")
    County().only(Q1).write(data)
    assert command("run", data, "--period", Q1, "--amend", "原来的记录是对的")[0] == 0
    assert manifest(data / "归档/2026Q1_更正2.zip")["amends"]["file"] == "2026Q1_更正1.zip"
    assert (data / OUTPUTS / "results.json").read_bytes() == zipfile.ZipFile(data / "归档/2026Q1.zip").read(
        "2026Q1/data/结果/results.json"
    )


def test_an_amendment_names_the_other_sealed_periods_that_took_the_form_or_look_back_on_it(data, command):
    County().write(data)
    for period in ("2026Q2", "2026"):
        invoke("run", data, "--period", period)
        invoke("archive", "seal", data, "--period", period, "--early", "演练")
    county = County()
    county.form("季汇总", 支部编号="ZB1", 期间=Q1).row(党员编号="001").update(
        支委会调整=3, 调整原因="补记抢险", 审定积分=83
    )
    county.write(data)
    code, out, _ = command("run", data, "--period", Q1, "--amend", "漏记")
    assert code == 0
    assert (
        out.splitlines()[-1]
        == "已归档的 2026Q2、2026 用到更正过的表，或与更正过的结果作比较。请核对是否也要更正（run --period 期间 --amend 原因）。"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--amend", " "], "--amend 后要写更正的原因。请用 --help 查看用法。"),
        (["--amend", "漏记", "--out", "别处"], "--amend 更正的是归档和输出，不能同时用 --out。请用 --help 查看用法。"),
        (["--amend", "漏记", "--partial"], "--amend 更正的是正式的结果，不能同时用 --partial。请用 --help 查看用法。"),
        (["--by", "经办人"], "--by 只用于 --amend。请用 --help 查看用法。"),
        (["--dry-run"], "--dry-run 只用于 --amend。请用 --help 查看用法。"),
        (["--amend", "漏记"], "2026Q1 归档以后，上报的表和结果都没有变化，无须更正"),
    ],
)
def test_amendments_that_cannot_be(data, command, words, sentence):
    before = files_in(data)
    code, _, err = command("run", data, "--period", Q1, *words)
    assert (code, err.splitlines()[-1]) == (2, sentence)
    assert files_in(data) == before


def test_what_was_never_sealed_is_not_amended(published, tmp_path, command):
    data = shutil.copytree(published, tmp_path / "data")
    code, _, err = command("run", data, "--period", Q1, "--amend", "漏记")
    assert (code, err.splitlines()[-1]) == (
        2,
        "2026Q1 还没有归档，不用更正，不写 --amend 直接运行即可。请用 --help 查看用法。",
    )


def test_an_amendment_with_errors_changes_nothing(data, command):
    county = amended_county()
    county.form("季汇总", 支部编号="ZB1").row(党员编号="001")["审定积分"] = 99
    county.write(data)
    before = files_in(data)
    code, _, err = command("run", data, "--period", Q1, "--amend", "漏记")
    assert code == 1
    assert err.splitlines()[-1] == "共读取 11 个文件，错误 1 条，警告 6 条。有错误，没有写出任何结果。"
    assert files_in(data) == before


def test_what_looks_back_on_an_amended_period_says_so_and_can_be_amended(data, command):
    County().only(Q1).write(data)
    county = County()
    county.forms = [f for f in county.forms if f.labels.get("期间") not in ("2026-01", "2026-02", "2026-03", Q1)]
    county.only("2026Q2").write(data)
    invoke("run", data, "--period", "2026Q2")
    invoke("archive", "seal", data, "--period", "2026Q2", "--date", "2026-07-20")
    amended = amended_county()
    amended.forms = [f for f in amended.forms if f.labels.get("期间") == Q1 and f.form == "季汇总"]
    amended.write(data)
    code, out, _ = command("run", data, "--period", Q1, "--amend", "漏记")
    assert code == 0, out
    code, out, _ = command("run", data, "--period", "2026Q2")
    assert code == 0
    assert out.splitlines()[1:] == [
        f"2026Q2 已于 2026-07-20 归档（{data / '归档/2026Q2.zip'}），上报的表和结果都没有变化，输出没有改写。",
        "2026Q1 的结果在 2026Q2 归档以后有变化，2026Q2 中与它比较的内容（历年、环比、结果运用）仍是归档时的。"
        "确需更正的，请用 run --period 2026Q2 --amend 原因。",
    ]
    assert command("run", data, "--period", "2026Q2", "--amend", "一季度已更正")[0] == 0
    code, out, _ = command("run", data, "--period", "2026Q2")
    assert (code, len(out.splitlines())) == (0, 2)
    code, _, err = command("run", data, "--period", "2026Q2", "--amend", "再来一次")
    assert (code, err.splitlines()[-1]) == (2, "2026Q2 归档以后，上报的表和结果都没有变化，无须更正")


def test_another_version_of_the_program_alone_is_nothing_to_amend(published, tmp_path, command, monkeypatch):
    data = shutil.copytree(published, tmp_path / "data")
    monkeypatch.setattr("lianghua_batch.scoring.results.__version__", "0.0.9")
    monkeypatch.setattr("lianghua_batch.archive.seal_period.__version__", "0.0.9")
    invoke("run", data, "--period", Q1, "--no-cache")
    invoke("archive", "seal", data, "--period", Q1, "--date", DAY)
    monkeypatch.undo()
    code, _, err = command("run", data, "--period", Q1, "--amend", "新版")
    assert (code, err.splitlines()[-1]) == (2, "2026Q1 归档以后，上报的表和结果都没有变化，无须更正")


def test_nothing_is_added_to_a_seal_that_is_not_as_it_was_noted(data, command):
    seal = data / "归档/2026Q1.zip"
    seal.write_bytes(seal.read_bytes().replace("三级量化".encode(), "四级量化".encode(), 1))
    before = files_in(data / "归档")
    amended_county().write(data)
    code, _, err = command("run", data, "--period", Q1, "--amend", "漏记")
    assert (code, err.splitlines()[-1]) == (
        2,
        "2026Q1.zip 与旁边 2026Q1.zip.sha256 所记的校验码不同，可能被改动或损坏，不能接着归档。请用 archive verify 核对，从备份取回",
    )
    assert files_in(data / "归档") == before


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("第一行\n第二行\t“引号”\x1b[31m红\x07 =1+1", "第一行 第二行 “引号” [31m红 =1+1"),
        ("漏记".encode("gbk").decode("utf-8", "surrogateescape"), "漏记"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere arguments are Unicode")
def test_a_reason_is_kept_on_one_line_without_what_a_terminal_obeys(data, command, given, kept):
    amended_county().write(data)
    assert command("run", data, "--period", Q1, "--amend", given, "--by", given)[0] == 0
    said = manifest(data / "归档/2026Q1_更正1.zip")
    assert (said["reason"], said["by"]) == (kept, kept)


KILLED = """
import os, signal, sys
def exchange(source, target, real=os.replace):
    real(source, target)
    if str(target).endswith({name!r}):
        os.kill(os.getpid(), signal.SIGKILL)
os.replace = exchange
sys.argv = ["lianghua-batch", "run", {data!r}, "--period", "2026Q1", "--amend", "漏记", "--by", "甲"]
from lianghua_batch.cli import main
main()
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no such signal")
def test_an_amendment_that_was_killed_is_whole_or_not_there(data, command):
    amended_county().write(data)
    before = files_in(data)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED.format(name="2026Q1_更正1.zip", data=str(data))], capture_output=True, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    assert (data / "归档/2026Q1_更正1.zip").exists()  # it stands there, but the outputs are still the old ones
    code, _, err = command("run", data, "--period", Q1)
    assert code == 1
    assert err.splitlines()[0].startswith("[E701] ZB1/2026Q1.xlsx：2026Q1 已于 2026-04-20 归档，")
    assert files_in(data) == before


# --- what is sent is what is sealed --------------------------------------------------------------------------------


def give_addresses(county: County) -> None:
    roster = county.form("花名册", "组织编号")
    roster.headings.append("联系邮箱")
    for row in roster.rows:
        row["联系邮箱"] = f"{row['组织编号'].lower()}@example.cn"


@pytest.fixture(scope="module")
def with_addresses(tmp_path_factory):
    """The small county with an address for every unit, sealed."""
    county = County().only(Q1)
    give_addresses(county)
    folder = county.write(tmp_path_factory.mktemp("addresses") / "data")
    invoke("run", folder, "--period", Q1)
    invoke("archive", "seal", folder, "--period", Q1, "--by", "经办人甲", "--date", DAY)
    return folder


def test_a_workbook_that_is_not_as_it_was_sealed_is_not_sent(with_addresses, tmp_path, command):
    data = shutil.copytree(with_addresses, tmp_path / "data")
    assert command("mail", data, "--period", Q1)[0] == 0
    with zipfile.ZipFile(data / BOOKS[1], "a") as book:  # opens as before, and says the same of itself
        book.comment = b"saved again"
    code, out, _ = command("mail", data, "--period", Q1, "--format", "json")
    assert code == 1
    (kept_back,) = json.loads(out)["kept_back"]
    assert (kept_back["unit"], kept_back["reason"], kept_back["remedy"]) == (
        "ZB1",
        "各单位/ZB1_财政第一支部_考评结果_2026Q1.xlsx 与归档的不同",
        "请把它移走，再运行 run，程序会取回归档的文件",
    )


def test_results_that_are_not_those_sealed_are_not_sent(with_addresses, tmp_path, command):
    data = shutil.copytree(with_addresses, tmp_path / "data")
    path = data / OUTPUTS / "results.json"
    path.write_text(path.read_text("utf-8").replace("80.00", "81.00"), encoding="utf-8")
    code, _, err = command("mail", data, "--period", Q1)
    assert (code, err) == (
        2,
        f"{path} 与归档 2026Q1.zip 中的不同，没有发送。请把它移走，再运行 run，程序会取回归档的文件。\n",
    )


def test_nothing_is_sent_where_the_seal_cannot_be_read(with_addresses, tmp_path, command):
    data = shutil.copytree(with_addresses, tmp_path / "data")
    (data / "归档/2026Q1.zip").write_bytes(b"")
    code, _, err = command("mail", data, "--period", Q1)
    assert (code, err) == (
        2,
        "这一期已归档，但 2026Q1.zip 不能用：压缩包已损坏，读不出归档清单。请从备份取回这个文件，再用 archive verify 核对。没有发送。\n",
    )


def test_a_correction_tells_each_unit_what_it_changed_for_it(with_addresses, tmp_path, command):
    data = shutil.copytree(with_addresses, tmp_path / "data")
    county = amended_county()
    give_addresses(county)
    county.write(data)
    with post_office() as office:
        (data / "邮件.toml").write_text(settings(office.port), encoding="utf-8")
        invoke("mail", data, "--period", Q1, "--send")
        invoke("run", data, "--period", Q1, "--amend", "001 漏记 3 分", "--by", "经办人乙")
        invoke("mail", data, "--period", Q1, "--send")
    corrected = {letter.address: told(letter) for letter in office.received[4:]}
    again = "请以本次寄送的为准，以前寄送的作废。"
    assert corrected == {
        "dw1@example.cn": f"这是第 1 次更正。更正前：得分 85.00、良好、第 1 名；更正后：得分 85.25、良好、第 1 名。{again}",
        "zb1@example.cn": f"这是第 1 次更正。更正前：得分 85.00、良好、第 1 名；更正后：得分 85.50、良好、第 1 名。{again}",
        "zb2@example.cn": f"这是第 1 次更正。更正前：得分 85.00、良好、第 1 名；更正后：得分 85.00、良好、第 2 名。{again}",
        "lead@example.cn": f"这是第 1 次更正，原因：001 漏记 3 分。{again}",
    }


def told(letter) -> str:
    """The line of a message that speaks of the correction."""
    return next(line for line in letter.message.get_body(("plain",)).get_content().splitlines() if "作废" in line)

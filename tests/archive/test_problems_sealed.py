"""What departs from a period's seal: forms that were changed, added or taken away, other numbers, a seal that cannot be read."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from factories import County, told

from lianghua_batch.archive import bags, guard, inputs, seal_names
from lianghua_batch.cli.app import root
from lianghua_batch.core import periods
from lianghua_batch.pipeline import process

Q1, SEAL = periods.parse("2026Q1"), "归档/2026Q1.zip"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    folder = County().only("2026Q1").write(tmp_path_factory.mktemp("sealed") / "data")
    for words in (["run"], ["archive", "seal", "--by", "经办人甲", "--date", "2026-04-20"]):
        command, *options = words
        sub = [options.pop(0)] if command == "archive" else []
        found = CliRunner().invoke(root, [command, *sub, str(folder), "--period", "2026Q1", *options])
        assert found.exit_code == 0, found.output
    return folder


@pytest.fixture
def data(sealed, tmp_path):
    return shutil.copytree(sealed, tmp_path / "data")


def errors(data: Path) -> list[str]:
    """What a run says is wrong, warnings aside."""
    files = inputs.read(data)
    outcome = guard.refuse_departures(process.process(data, Q1), files, guard.seal_in_force(data, Q1))
    found = [told(p) for p in outcome.problems if p.severity == "error"]
    assert (outcome.results is None) is bool(found)
    return found


def test_nothing_changed(data):
    assert errors(data) == []


def test_forms_that_were_changed_added_and_taken_away(data):
    county = County().only("2026Q1")
    county.form("督查打分", 期间="2026Q1").add(组织编号="ZB1", 组织名称="财政第一支部", 检查单位="互检二组", 得分=90)
    county.form("月打分", 支部编号="ZB1", 期间="2026-01").file = "补报.xlsx"
    county.form("日记录", 支部编号="ZB1", 期间="2026-01").file = "补报.xlsx"
    (data / "ZB1/2026-01.xlsx").unlink()
    county.form("月打分", 支部编号="ZB1", 期间="2026-01").row(党员编号="001")["说明"] = "补报"
    county.write(data)
    assert errors(data) == [
        "E703 ZB1/2026-01.xlsx：2026Q1 已于 2026-04-20 归档，归档时有这个文件，现在没有了。"
        "请放回原来的文件（可用 archive restore 取出）；确需更正的，请用 run --amend 原因。",
        "E701 督查/2026Q1.xlsx：2026Q1 已于 2026-04-20 归档，这个文件在归档以后改动过。"
        "请核对：归档以后的正常变动（如人员、邮箱）不用再运行，这一期以归档为准；"
        "改错了的请恢复（archive restore 可取出原来的）；确需更正的，请用 run --amend 原因。",
        "E702 补报.xlsx：2026Q1 已于 2026-04-20 归档，归档时没有这个文件。"
        "请核对：要补进这一期的（如异议登记），用 run --amend 原因；放错了的移走。",
    ]


def test_a_change_is_told_beside_what_else_is_wrong(data):
    (data / "ZB1/2026Q1.xlsx").unlink()
    assert [line.split("：")[0] for line in errors(data)] == ["E306 ", "E703 ZB1/2026Q1.xlsx"]


def test_the_same_forms_that_give_other_numbers(data):
    """The seal of another version of the program, under which 001 had 81."""
    resealed(
        data / SEAL, lambda text: text.replace('"points": "80.00"', '"points": "81.00"', 1).replace("0.2.0", "0.0.9")
    )
    assert errors(data) == [
        "E704 归档/2026Q1.zip：2026Q1 已于 2026-04-20 归档（0.0.9 版），上报的表没有变化，现在（0.2.0 版）算出的结果却不同："
        "党员 001 甲一 审定积分：归档 81.00，重算 80.00。"
        "请用 archive verify 查看；确认应以现在的结果为准的，请用 run --amend 原因。"
    ]


def test_another_version_that_gives_the_same_numbers(data):
    resealed(data / SEAL, lambda text: text.replace("0.2.0", "0.0.9"))
    assert errors(data) == []


def resealed(seal: Path, change) -> None:
    """Make a sound seal with another results.json."""
    import hashlib

    with bags.open_bag(seal) as bag:
        stored = {name.removeprefix("data/"): bag.content(name) for name in bag.files if name.startswith("data/")}
    results, said = seal_names.place_in_bag("outputs", "results.json"), seal_names.place_in_bag("manifest")
    stored[results] = change(stored[results].decode("utf-8")).encode("utf-8")
    code = hashlib.sha256(stored[results]).hexdigest()
    manifest = json.loads(change(stored[said].decode("utf-8")))
    manifest["results_sha256"] = code
    next(e for e in manifest["outputs"] if e["file"] == "results.json")["sha256"] = code
    stored[said] = json.dumps(manifest, ensure_ascii=False).encode("utf-8")
    bags.write(seal, sorted(stored.items()), {})


def test_a_seal_that_was_cut(data):
    (data / SEAL).write_bytes((data / SEAL).read_bytes()[:-100])
    assert errors(data) == [
        "E705 归档/2026Q1.zip：2026Q1 已归档，但归档不能用：压缩包已损坏，读不出归档清单。请从备份取回这个文件，再用 archive verify 核对。"
        "请恢复归档以后再运行。"
    ]


def test_a_seal_without_its_list(data):
    with zipfile.ZipFile(data / SEAL, "w") as archive:
        archive.writestr("2026Q1/bagit.txt", "")
    assert errors(data)[0].startswith("E705 归档/2026Q1.zip：2026Q1 已归档，但归档不能用：压缩包已损坏，读不出归档清单")

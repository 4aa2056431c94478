"""What was read once is kept by content: the next check reads only what has changed, and says the same."""

import json
from pathlib import Path

import pytest
from factories import SAMPLE, County
from helpers import invoke

from lianghua_batch.core import periods
from lianghua_batch.intake import parser_pool
from lianghua_batch.intake.formats import zip_limits
from lianghua_batch.intake.kept_forms import KeptForms
from lianghua_batch.pipeline import process

QUARTER = "2026Q1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return County().only(QUARTER).write(tmp_path / "data")


def check(folder: Path, *more: str, code: int = 0) -> dict:
    done = invoke("check", folder, "--period", QUARTER, "--format", "json", *more)
    assert done.exit_code == code
    return json.loads(done.stdout)


def kept_file(folder: Path) -> Path:
    return folder / ".lianghua-batch" / "forms.jsonl"


@pytest.mark.parametrize("file", sorted(p.relative_to(SAMPLE).as_posix() for p in SAMPLE.rglob("*1*.xlsx"))[:12])
def test_a_file_of_the_sample_comes_back_as_it_was_read(tmp_path, file):
    comes_back(SAMPLE / file, tmp_path)


@pytest.mark.parametrize("name", ["struck", "merged", "errors"])
def test_odd_cells_come_back_as_they_were_read(tmp_path, name):
    county = County().only(QUARTER)
    marks = county.form("督查打分")
    marks.rows[0]["得分"] = {"struck": True, "merged": "#N/A", "errors": 80.125}[name]
    county.write(tmp_path / "data")
    for path in sorted((tmp_path / "data").rglob("*.xlsx")):
        comes_back(path, tmp_path)


def comes_back(path: Path, tmp_path: Path) -> None:
    (read,) = parser_pool.read_forms([(path, path.name)], zip_limits.limits())
    kept = KeptForms(tmp_path)
    kept.keep(path.name, read)
    kept.save()
    assert KeptForms(tmp_path).find(path, path.name) == read


def test_what_is_kept_gives_the_same_problems_and_results(folder):
    first = check(folder)
    assert kept_file(folder).exists()
    assert check(folder) == first
    assert check(folder, "--no-cache") == first


def test_a_changed_form_is_read_again(folder):
    check(folder)
    county = County().only(QUARTER)
    county.form("督查打分").rows[0]["得分"] = 200
    county.write(folder)
    assert [p["code"] for p in check(folder, code=1)["problems"] if p["severity"] == "error"] == ["E205"]


def test_unchanged_forms_are_not_read_again(folder, monkeypatch):
    check(folder)
    asked = []
    read = parser_pool.read_forms
    monkeypatch.setattr(parser_pool, "read_forms", lambda files, limit: read(asked.append(files) or files, limit))
    check(folder)
    assert asked == [[]]


@pytest.mark.parametrize("damage", ["gone", "half", "foreign", "other words", "another program"])
def test_a_damaged_file_is_as_none(folder, damage):
    first = check(folder)
    file = kept_file(folder)
    lines = file.read_text().splitlines(keepends=True)
    if damage == "gone":
        file.unlink()
    elif damage == "half":
        file.write_text("".join(lines)[: len("".join(lines)) // 2])
    elif damage == "foreign":
        file.write_bytes(b"\x80\x04\x95 not ours")
    elif damage == "other words":
        file.write_text("".join([lines[0], *(line.split(" ")[0] + ' {"Grid":{"file":[]}}\n' for line in lines[1:])]))
    else:
        file.write_text("".join(["0" * 64 + "\n", *lines[1:]]))
    assert check(folder) == first
    assert check(folder) == first


def test_forms_that_are_gone_are_not_kept(folder):
    check(folder)
    before = len(kept_file(folder).read_text().splitlines())
    min((folder / "ZB1").glob("*.xlsx")).unlink()
    check(folder, code=1)
    assert len(kept_file(folder).read_text().splitlines()) == before - 1


@pytest.mark.parametrize("mode", [0o700, 0o750])
def test_it_is_as_private_as_the_forms(folder, mode):
    folder.chmod(mode)
    check(folder)
    assert kept_file(folder).parent.stat().st_mode & 0o777 == mode
    assert kept_file(folder).stat().st_mode & 0o777 == mode & 0o666


def test_a_period_without_keeping_writes_nothing(folder):
    process.process(folder, periods.parse(QUARTER))
    assert not kept_file(folder).exists()

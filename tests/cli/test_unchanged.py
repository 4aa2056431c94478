"""`run` where nothing has changed since the last one: it says so and computes nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from factories import County
from helpers import files_in, invoke

QUARTER = "2026Q1"
SAME = "2026Q1：自上次运行以来各表、规则和已写出的结果都没有变化，没有重新计算（上次有警告 6 条，可用 check 查看）。\n"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    folder = County().only(QUARTER).write(tmp_path / "data")
    invoke("run", folder, "--period", QUARTER)
    return folder


def run(folder: Path, *more: str) -> str:
    return invoke("run", folder, "--period", QUARTER, *more).output


def test_a_second_run_says_that_nothing_has_changed(published):
    before = files_in(published)
    assert run(published) == SAME
    assert files_in(published) == before


def test_it_imports_nothing_that_scores(published):
    script = (
        "import sys; from lianghua_batch.cli import main\n"
        f"sys.argv = ['lianghua-batch', 'run', {str(published)!r}, '--period', {QUARTER!r}]\n"
        "try: main()\n"
        "except SystemExit as done: print(done.code, 'pandas' in sys.modules, 'openpyxl' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout == f"{SAME}0 False False\n"


def test_on_demand_everything_is_done_anew(published):
    before = files_in(published)
    assert "已排名" in run(published, "--no-cache")
    assert files_in(published) == before


def test_other_words_of_the_command_are_another_run(published):
    assert "已排名" in run(published, "--mask-names")


@pytest.mark.parametrize("change", ["a form", "a form that is gone", "a result", "a result that is gone", "a new file"])
def test_any_change_in_the_folder_is_computed(published, change):
    before = files_in(published)
    forms, results = published / "ZB1", published / "输出" / QUARTER
    form, result = min(forms.glob("*.xlsx")), results / "results.json"
    if change == "a form":
        form.write_bytes(form.read_bytes() + b"\0")
    elif change == "a form that is gone":
        form.rename(published / form.name)
    elif change == "a result":
        result.write_text("{}")
    elif change == "a result that is gone":
        result.unlink()
    else:
        (published / "说明.txt").write_text("新")
    assert "已排名" in run(published)
    assert (results / "results.json").read_bytes() == before[f"输出/{QUARTER}/results.json"]


def test_a_damaged_record_is_as_none(published):
    for record in (published / ".lianghua-batch").iterdir():
        record.write_text("[1]")
    assert "已排名" in run(published)

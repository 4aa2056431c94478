"""The program without a command says what to do next; starters for a double click on Windows."""

from pathlib import Path

import pytest
from factories import County
from helpers import files_in, invoke

from lianghua_batch.core import resources
from lianghua_batch.intake import discovery


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """An empty folder that the commands are given in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_in_an_empty_folder(here):
    result = invoke()
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        f"{here} 里没有上报的表。",
        "开始一年：lianghua-batch init data --county 县名",
        "接着上一年：lianghua-batch init data2027 --from data2026",
        "先看样例：lianghua-batch sample 样例",
        "全部命令：lianghua-batch --help",
    ]


def test_after_init(here):
    invoke("init", "data", "--year", "2026")
    assert invoke().output.splitlines() == [
        "有花名册或考评方案，还没有看得出期间的表。",
        "生成本月应报的表：lianghua-batch templates data",
        "核对花名册、考评方案：lianghua-batch check data",
    ]


def test_with_errors_and_forms_that_are_missing(here):
    county = County().only("2026Q1")
    county.form("月打分", 支部编号="ZB1", 期间="2026-02").row(党员编号="001")["姓名"] = None
    county.drop("月打分", 支部编号="ZB2", 期间="2026-01")
    county.write(here)
    assert invoke().output.splitlines() == [
        "2026Q1：共读取 11 个文件，还没有到期的 0 项。",
        "有错误 1 条。看错在哪里：lianghua-batch check . --period 2026Q1 --annotate",
        "缺 1 项。看谁没有报：lianghua-batch status . --period 2026Q1",
    ]


def test_from_a_sound_folder_to_the_seal(here):
    County().only("2026Q1").write(here / "data")
    last = lambda: invoke().output.splitlines()[1:]  # noqa: E731
    assert last() == ["没有错误，可以计分、排名：lianghua-batch run data --period 2026Q1"]
    invoke("run", "data", "--period", "2026Q1")
    assert last() == [
        "结果已写在 输出/2026Q1。表有改动的，再运行一次：lianghua-batch run data --period 2026Q1",
        "寄给各单位：lianghua-batch mail data --period 2026Q1",
        "归档：lianghua-batch archive seal data --period 2026Q1",
    ]
    invoke("archive", "seal", "data", "--period", "2026Q1")
    assert last() == ["2026Q1 已归档。核对归档：lianghua-batch archive verify data"]


def test_starters_for_windows(here):
    """Commands in ASCII with the line ends of Windows; they are no forms."""
    invoke("init", "data", "--year", "2026")
    written = {name: content for name, content in files_in(here / "data").items() if name.endswith(".cmd")}
    assert written["核对.cmd"] == (
        b'@echo off\r\nchcp 65001 >nul\r\ncd /d "%~dp0"\r\nlianghua-batch check .\r\npause\r\n'
    )
    assert set(written) == set(resources.load("templates")["starters"])
    found, problems = discovery.find(here / "data")
    assert sorted(path.name for path in found) == ["考评方案.xlsx", "花名册.xlsx"]
    assert problems == []

"""Nothing that is written for a data folder is readable by somebody whom the folder keeps out, and no link in it is followed."""

import json
import os
import signal
import stat
import sys
import tempfile
from pathlib import Path

import pytest
from factories import County

from lianghua_batch.cli import main

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has access lists, which folders pass on")


@pytest.fixture
def place():
    """A folder that everybody reaches (pytest's own nobody else does), under the umask of most systems."""
    before = os.umask(0o022)
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
    os.umask(before)


def county(folder: Path, mode: int) -> Path:
    folder.mkdir(parents=True)
    folder.chmod(mode)
    return County().only("2026Q1").write(folder)


@pytest.fixture
def call(monkeypatch, capfd):
    """Runs a command as from the command line; gives its exit code and what it printed."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def called(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["lianghua-batch", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        for number, handler in handlers.items():  # at its end the program ignores them
            signal.signal(number, handler)
        printed = capfd.readouterr()
        return stop.value.code or 0, printed.out + printed.err

    return called


def readable(folder: Path) -> set[int]:
    """What others than the owner may do with the files and folders that stand there, all kinds."""
    return {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (folder, *folder.rglob("*"))}


def test_what_is_written_elsewhere_for_a_folder_of_ones_own(place, call):
    data = county(place / "考评", 0o700)
    for command in (("run", data), ("check", data, "--report", "--annotate")):
        assert call(*command, "--out", place / command[0])[0] == 0
        assert readable(place / command[0]) == {0}


def test_what_is_written_in_the_folder_and_restored_from_its_seal(place, call):
    data = county(place / "考评", 0o700)
    assert call("run", data)[0] == 0
    assert call("mail", data, "--period", "2026Q1")[0] in (0, 1)  # the outbox: nobody has an address
    assert call("archive", "seal", data, "--period", "2026Q1", "--date", "2026-04-20", "--early", "试验")[0] == 0
    assert call("archive", "restore", data / "归档/2026Q1.zip", place / "还原")[0] == 0
    for folder in (data / "输出", data / "归档", place / "还原"):
        assert readable(folder) == {0}


def test_a_folder_in_one_that_keeps_others_out(place, call):
    data = county(place / "我的/考评", 0o755)
    (place / "我的").chmod(0o700)
    assert call("run", data, "--out", place / "结果")[0] == 0
    assert readable(place / "结果") == {0}


def test_a_folder_that_everybody_may_read(place, call):
    data = county(place / "考评", 0o755)
    assert call("run", data)[0] == 0
    assert readable(data / "输出") == {0o044, 0o055}


def test_a_folder_that_others_may_enter_but_not_list(place, call):
    data = county(place / "考评", 0o711)
    assert call("run", data, "--out", place / "结果")[0] == 0
    assert readable(place / "结果") == {0}


def test_after_a_command_others_write_as_before(place, call):
    call("run", county(place / "考评", 0o700))
    assert os.umask(0o022) == 0o022


# --- links and journals that somebody else put there -----------------------------------------------------------------

LINKED = "路径中有快捷方式（链接），程序不经它写文件；或者几个链接互相指向"


@pytest.fixture
def elsewhere(tmp_path) -> Path:
    folder = tmp_path / "别处"
    folder.mkdir()
    (folder / "要紧的.txt").write_text("别人的", encoding="utf-8")
    return folder


@pytest.mark.parametrize("link", ["输出", "输出/2026Q1", "输出/2026Q1/各单位"])
def test_a_link_among_the_outputs_is_not_followed(tmp_path, elsewhere, link, call):
    data = county(tmp_path / "考评", 0o700)
    (data / link).parent.mkdir(parents=True, exist_ok=True)
    (data / link).symlink_to(elsewhere, target_is_directory=True)
    code, told = call("run", data)
    assert code == 2 and LINKED in told and Path(link).name in told
    assert [path.name for path in elsewhere.iterdir()] == ["要紧的.txt"]


def test_marked_copies_behind_a_link_are_not_removed(tmp_path, elsewhere, call):
    data = county(tmp_path / "考评", 0o700)
    (data / "输出/2026Q1").mkdir(parents=True)
    (data / "输出/2026Q1/批注").symlink_to(elsewhere, target_is_directory=True)
    code, told = call("check", data, "--annotate")
    assert code == 2 and LINKED in told
    assert [path.name for path in elsewhere.iterdir()] == ["要紧的.txt"]


def test_a_file_that_is_a_link_is_replaced_itself(tmp_path, elsewhere, call):
    data = county(tmp_path / "考评", 0o700)
    (data / "输出/2026Q1").mkdir(parents=True)
    (data / "输出/2026Q1/results.json").symlink_to(elsewhere / "要紧的.txt")
    assert call("run", data)[0] == 0
    assert (elsewhere / "要紧的.txt").read_text(encoding="utf-8") == "别人的"
    assert not (data / "输出/2026Q1/results.json").is_symlink()


def test_a_data_folder_that_one_reaches_by_a_link(tmp_path, call):
    data = county(tmp_path / "考评", 0o700)
    (tmp_path / "近路").symlink_to(data, target_is_directory=True)
    assert call("run", tmp_path / "近路")[0] == 0
    assert (data / "输出/2026Q1/results.json").is_file()


JOURNALS = {
    "out of the folder": {"added": ["../../花名册.xlsx", "../../../别处/要紧的.txt"]},
    "absolute": {"added": ["{elsewhere}/要紧的.txt"]},
    "behind a link": {"added": ["近路/要紧的.txt"]},
    "NUL": {"added": ["\0"]},
    "no names": {"added": 7, "removed": [3, None]},
    "no journal": ["x"],
}


@pytest.mark.parametrize("kind", JOURNALS)
def test_a_journal_that_somebody_put_there_removes_nothing(tmp_path, elsewhere, kind, call):
    data = county(tmp_path / "考评", 0o700)
    before = {path.relative_to(data) for path in data.rglob("*.xlsx")}
    planted = data / "输出/2026Q1/.0123abcd.writing"
    planted.mkdir(parents=True)
    (data / "输出/2026Q1/近路").symlink_to(elsewhere, target_is_directory=True)
    journal = JOURNALS[kind]
    if isinstance(journal, dict):
        journal = {"folders": [], "added": [], "replaced": [], "removed": []} | journal
    text = json.dumps(journal).replace("{elsewhere}", str(elsewhere))
    (planted / "journal.json").write_text(text, encoding="utf-8")
    assert call("run", data)[0] == 0
    assert before <= {path.relative_to(data) for path in data.rglob("*.xlsx")}
    assert (elsewhere / "要紧的.txt").is_file()
    assert not planted.exists()

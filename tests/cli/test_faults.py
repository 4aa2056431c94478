"""What goes wrong around the data — a full disk, a locked workbook, Ctrl-C, a killed process, two runs at once, a console
without Chinese: what was there stays whole, nothing half-written stands under a final name, and a sentence says so."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from factories import County

from lianghua_batch import forms
from lianghua_batch.cli.app import dispatch
from lianghua_batch.core import atomic_files, locking, os_errors, periods, resources, xlsx_close
from lianghua_batch.forms import sample
from lianghua_batch.pipeline import process
from lianghua_batch.report import publishing

posix = pytest.mark.skipif(os.name == "nt", reason="signals and links as POSIX has them")
WORKBOOK, RESULTS = "考评排名_2026Q1.xlsx", "results.json"
OLD = {WORKBOOK: "上一次的工作簿".encode(), RESULTS: b'{"old": 1}', "批注.txt": "书记的批注".encode()}
UNTOUCHED = "已有的结果没有改动。"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """The small county, in a folder as people name them."""
    return County().only("2026Q1").write(tmp_path_factory.mktemp("三级 量化") / "数据 (2026年)")


@pytest.fixture(scope="module")
def outcome(data):
    return process.process(data, periods.parse("2026Q1"))


@pytest.fixture(scope="module")
def new(outcome, tmp_path_factory):
    """The outputs as they are after a run that nothing disturbs, beside what else is in the folder."""
    out = tmp_path_factory.mktemp("新")
    publish(outcome, out)
    return {**OLD, **contents(out)}


def publish(outcome, out: Path) -> None:
    publishing.publish(outcome.results, outcome.problems, out)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file, hidden ones too, and every empty folder."""
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*")}
    return {
        name: p.read_bytes() if p.is_file() else b"" for name, p in found.items() if p.is_file() or not any(p.iterdir())
    }


def put(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def run(capsys, monkeypatch, *arguments: object) -> tuple[int, str, str]:
    """Run a command in this process: exit code, what it printed, what it said of errors."""
    monkeypatch.setattr(sys, "argv", ["lianghua-batch", *map(str, arguments)])
    code = dispatch()
    return code, *capsys.readouterr()


def program(*arguments: object, **options) -> subprocess.CompletedProcess:
    """Run the program itself."""
    command = [sys.executable, "-m", "lianghua_batch", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, **options)


# --- faults at a chosen step ------------------------------------------------------------------------------------------

TAKING_SPACE = [(os, "mkdir"), (os, "link"), (os, "replace"), (os, "fsync"), (shutil, "copy2")]
WRITING = [(Path, "write_bytes"), (Path, "write_text")]
ANY = [*TAKING_SPACE, *WRITING, (os, "unlink"), (os, "rename")]


@contextmanager
def at_step(number: int, what: Callable, functions=ANY, *, onwards: bool = False) -> Iterator[list[str]]:
    """While the block runs, `what(real, *args)` takes the place of the n-th call of those functions (or of every later one too).

    Yields the list of the calls so far.
    """
    calls: list[str] = []

    def counted(name, real):
        def call(*args, **kwargs):
            calls.append(name)
            due = len(calls) >= number if onwards else len(calls) == number
            return what(real, *args, **kwargs) if due else real(*args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in functions:
            patch.setattr(owner, name, counted(name, getattr(owner, name)))
        yield calls


def failing(number: int) -> Callable:
    """A call that the system refuses; of a file that was to be written, the first half gets there."""

    def refuse(real, *args, **kwargs):
        if real.__name__ in ("write_bytes", "write_text"):
            real(args[0], args[1][: len(args[1]) // 2], *args[2:], **kwargs)
            raise OSError(number, os.strerror(number))
        name = args[-1] if isinstance(args[-1], str | Path) else None
        raise OSError(number, os.strerror(number), str(name) if name else None)

    return refuse


def no_links(*_args, **_options) -> None:
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def every_step(before: Callable[[], object], work: Callable[[], None], what: Callable, **options) -> Iterator[OSError]:
    """Do the work again and again, with a fault one step later each time, until it meets none; yields each failure."""
    for number in range(1, 200):
        before()
        failure = None
        with at_step(number, what, **options) as calls:
            try:
                work()
            except OSError as error:
                failure = error
        if failure is not None:
            yield failure
        elif len(calls) < number:
            assert number > 2, "the work was to have more steps than that"
            return
    raise AssertionError("no end of steps")


# --- the results of a run: all new or all old -----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_disk_that_is_full_at_any_step_leaves_the_old_results(outcome, new, tmp_path):
    out = tmp_path / "输出"
    steps = every_step(
        lambda: anew(out, OLD),
        lambda: publish(outcome, out),
        failing(errno.ENOSPC),
        functions=[*TAKING_SPACE, *WRITING],
    )
    for failure in steps:
        assert contents(out) == OLD
        assert os_errors.reason(failure) == "磁盘已满"
        assert Path(failure.filename) in (out, out / "各单位", *(out / name for name in new))
    assert contents(out) == new


KILLED_AT_EVERY_STEP = """
import os, pathlib, signal, sys
sys.path[:] = {path!r}
from test_faults import OLD, at_step, publish, put
from lianghua_batch.core import periods
from lianghua_batch.pipeline import process
outcome = process.process(pathlib.Path({data!r}), periods.parse("2026Q1"))
for number in range(1, 200):
    out = put(pathlib.Path({place!r}) / str(number), OLD)
    child = os.fork()
    if not child:
        with at_step(number, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)):
            publish(outcome, out)
        os._exit(0)
    if not os.waitpid(child, 0)[1]:
        break
"""


@pytest.mark.slow
@posix
def test_a_process_that_is_killed_at_any_step_leaves_old_or_new_results_never_a_mix(data, outcome, new, tmp_path):
    place = tmp_path / "输出"
    script = KILLED_AT_EVERY_STEP.format(path=sys.path, data=str(data), place=str(place))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    seen, folders = [], sorted(place.iterdir(), key=lambda folder: int(folder.name))
    for out in folders:
        for name in OLD:  # at no moment missing, or less than whole
            assert (out / name).read_bytes() in (OLD[name], new[name])
        if int(out.name) % 6 == 0:
            publish(outcome, shutil.copytree(out, tmp_path / "副本" / out.name))
            assert contents(tmp_path / "副本" / out.name) == new
        atomic_files.recover(out)
        seen.append(contents(out))
    assert all(each in (OLD, new) for each in seen)
    assert OLD in seen and new in seen
    assert len(folders) > 12


KILLED_RUN = """
import os, signal, sys
def exchange(source, target, real=os.replace):
    real(source, target)
    if str(target).endswith({name!r}):
        os.kill(os.getpid(), signal.SIGKILL)
os.replace = exchange
sys.argv = ["lianghua-batch", "run", {data!r}, "--period", "2026Q1", "--out", {out!r}]
from lianghua_batch.cli import main
main()
"""


@pytest.mark.slow
@posix
def test_the_run_after_a_killed_one_needs_no_help(data, new, tmp_path, capsys, monkeypatch):
    out = put(tmp_path / "输出", OLD)
    script = KILLED_RUN.format(name=RESULTS, data=str(data), out=str(out))
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert (out / WORKBOOK).read_bytes() == OLD[WORKBOOK] and (out / RESULTS).read_bytes() == new[RESULTS]
    assert len(list(out.iterdir())) > len(OLD)
    code, *_ = run(capsys, monkeypatch, "run", data, "--period", "2026Q1", "--out", out)
    assert code == 0
    assert contents(out) == new
    assert not (data / locking.NAME).exists()


# --- replacing: any set of files, sub-folders too ---------------------------------------------------------------------------

BEFORE = {"总.xlsx": b"1", "各单位/甲.xlsx": b"2", "各单位/旧.xlsx": b"3", "别的/留着.txt": b"4"}
WRITTEN = {"总.xlsx": b"10", "各单位/甲.xlsx": b"20", "各单位/乙.xlsx": b"30", "附件/深/丙.xlsx": b"40"}
AFTER = {**WRITTEN, "别的/留着.txt": b"4"}


def exchange(out: Path) -> None:
    with atomic_files.replacement(out, whole=["各单位"]) as workshop:
        put(workshop, WRITTEN)


def anew(folder: Path, files: dict[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    put(folder, files)


def test_a_set_of_files_is_exchanged_as_one(tmp_path):
    exchange(put(tmp_path, BEFORE))
    assert contents(tmp_path) == AFTER


@pytest.mark.parametrize("links", [True, False])
def test_a_fault_at_any_step_leaves_the_set_as_it_was(tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    out = tmp_path / "输出"
    for failure in every_step(lambda: anew(out, BEFORE), lambda: exchange(out), failing(errno.EIO)):
        assert not isinstance(failure, atomic_files.NotPutBack)
        assert contents(out) == BEFORE
    assert contents(out) == AFTER


def test_a_disk_that_fails_from_any_step_on_is_made_good_by_the_next_run(tmp_path):
    out = tmp_path / "输出"
    mixed = 0
    for failure in every_step(lambda: anew(out, BEFORE), lambda: exchange(out), failing(errno.EIO), onwards=True):
        now = {name: content for name, content in contents(out).items() if not name.startswith(".")}
        if isinstance(failure, atomic_files.NotPutBack):
            mixed += now != BEFORE
            assert failure.kept.is_dir()
        else:
            assert now == BEFORE
        atomic_files.recover(out)
        assert contents(out) == BEFORE
    assert mixed
    assert contents(out) == AFTER


def test_a_first_attempt_that_fails_leaves_no_folder(tmp_path):
    out = tmp_path / "输出" / "2026Q1"
    functions = [*TAKING_SPACE, *WRITING]
    steps = every_step(lambda: anew(tmp_path, {}), lambda: exchange(out), failing(errno.EDQUOT), functions=functions)
    for _ in steps:
        assert list(tmp_path.iterdir()) == []
    assert contents(out) == WRITTEN


def test_ctrl_c_breaks_off_before_the_exchange_and_waits_while_it_lasts(tmp_path):
    out = tmp_path / "输出"

    def interrupted(real, *args, **options):
        signal.raise_signal(signal.SIGINT)
        return real(*args, **options)

    ends = []
    for number in range(1, 200):
        anew(out, BEFORE)
        with at_step(number, interrupted) as calls:
            try:
                exchange(out)
                ends.append(AFTER)
            except KeyboardInterrupt:
                ends.append(BEFORE)
        assert contents(out) == ends[-1]
        if len(calls) < number:
            break
    assert ends == [BEFORE] * ends.count(BEFORE) + [AFTER] * ends.count(AFTER)
    assert min(ends.count(BEFORE), ends.count(AFTER)) > 5


def test_recovering_can_itself_be_broken_off(tmp_path):
    out = put(tmp_path / "输出", BEFORE)
    with at_step(1, failing(errno.EIO), [(os, "unlink")], onwards=True), pytest.raises(atomic_files.NotPutBack):
        exchange(out)
    for _ in every_step(
        lambda: None, lambda: atomic_files.recover(out), failing(errno.EIO), functions=[(os, "replace")]
    ):
        assert (out / "总.xlsx").read_bytes() in (BEFORE["总.xlsx"], AFTER["总.xlsx"])
    assert contents(out) == BEFORE


@pytest.mark.parametrize("links", [True, False])
def test_nothing_that_is_there_is_overwritten_where_it_must_not_be(tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    put(tmp_path, {"乙.xlsx": b"mine"})
    with pytest.raises(FileExistsError) as told, atomic_files.replacement(tmp_path, overwrite=False) as workshop:
        put(workshop, {"甲.xlsx": b"1", "乙.xlsx": b"2"})
    assert told.value.filename == str(tmp_path / "乙.xlsx")
    assert contents(tmp_path) == {"乙.xlsx": b"mine"}
    with atomic_files.replacement(tmp_path, overwrite=False) as workshop:
        put(workshop, {"甲.xlsx": b"1"})
    assert contents(tmp_path) == {"乙.xlsx": b"mine", "甲.xlsx": b"1"}


@posix
@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_appears_at_the_last_moment_is_not_overwritten(tmp_path, monkeypatch, links):
    """Somebody saves under the same name between the look and the move."""
    make = os.link if links else no_links

    def late(source, target):
        if str(target).endswith("乙.xlsx"):
            Path(target).write_bytes(b"mine")
        make(source, target)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(FileExistsError), atomic_files.replacement(tmp_path, overwrite=False) as workshop:
        put(workshop, {"丙.xlsx": b"1", "乙.xlsx": b"2", "甲.xlsx": b"3"})
    assert contents(tmp_path) == {"乙.xlsx": b"mine"}


def test_an_error_of_ours_changes_nothing_either(tmp_path):
    put(tmp_path, BEFORE)
    with pytest.raises(KeyError, match="甲"), atomic_files.replacement(tmp_path) as workshop:
        put(workshop, {**WRITTEN, "甲.xlsx": {}["甲"]})
    assert contents(tmp_path) == BEFORE


# --- forms: init, templates, sample -----------------------------------------------------------------------------------------


def test_init_leaves_both_files_or_none(tmp_path):
    folder = tmp_path / "数据"
    steps = every_step(
        lambda: shutil.rmtree(folder, ignore_errors=True),
        lambda: forms.start_year(folder, 2026),
        failing(errno.ENOSPC),
        functions=[*TAKING_SPACE, *WRITING],
    )
    for _ in steps:
        assert not folder.exists()
    assert [name for name in sorted(contents(folder)) if not name.endswith(".cmd")] == ["考评方案.xlsx", "花名册.xlsx"]


def test_templates_leaves_all_forms_or_none(data, tmp_path, capsys, monkeypatch):
    folder = tmp_path / "数据"
    for name in ("花名册.xlsx", "考评方案.xlsx"):
        put(folder, {name: (data / name).read_bytes()})
    before = contents(folder)
    with at_step(3, failing(errno.ENOSPC), WRITING):
        code, printed, told = run(capsys, monkeypatch, "templates", folder, "--period", "2026-01")
    assert (code, printed) == (2, "")
    assert told == f"读写失败：{folder / '填报' / '2026-01'}：磁盘已满。请清理磁盘后再试。{UNTOUCHED}\n"
    assert contents(folder) == before
    assert run(capsys, monkeypatch, "templates", folder, "--period", "2026-01")[0] == 0
    assert len(contents(folder)) > len(before)


def test_a_long_name_of_a_unit_is_no_name_of_a_file_that_is_too_long(tmp_path):
    county = County().only("2026-01")
    county.forms = [form for form in county.forms if form.form in ("花名册", "考评方案")]
    for code in ("ZB1", "ZB2"):
        county.form("花名册", "组织名称").row(组织编号=code)["组织名称"] = f"{code}号支部" * 40
    made = forms.due(county.write(tmp_path), periods.parse("2026-01"), form="daily_record")
    assert sorted(path.name[:3] for path in made.written) == ["ZB1", "ZB2"]
    assert all(path.is_file() and path.name.endswith("_日记录.xlsx") for path in made.written)


def test_a_sample_that_was_killed_does_not_keep_its_folder_from_being_used(tmp_path, capsys, monkeypatch):
    left = put(tmp_path / "试用", {".0123abcd.writing/new/花名册.xlsx": b"half", locking.NAME: b""})
    arguments = ("--committees", 1, "--branches", 1, "--members", 10)
    code, *_ = run(capsys, monkeypatch, "sample", left, *arguments)
    assert code == 0
    assert not [name for name in contents(left) if name.startswith(".")]
    before = contents(left)
    code, _, told = run(capsys, monkeypatch, "sample", left, *arguments)
    assert code == 2 and "不是空文件夹" in told
    assert contents(left) == before
    with pytest.raises(FileExistsError):
        sample.write(sample.county(1, 1, 10, 7), left)
    assert contents(left) == before


# --- what is said ------------------------------------------------------------------------------------------------------------


def refusing(target: str, number: int) -> Callable:
    """os.replace as it is, but for one target."""

    def refuse(real, source, name):
        if str(name).endswith(target):
            raise OSError(number, os.strerror(number), str(source), None, str(name))
        return real(source, name)

    return refuse


LOCKED = "文件可能正在 Excel 或 WPS 中打开。请先关闭再试。"
DENIED = "没有权限。请确认文件没有在 Excel 或 WPS 中打开，并且可以在这个文件夹里新建和修改文件。"


@pytest.mark.parametrize(
    ("name", "number", "sentence"),
    [(WORKBOOK, errno.EBUSY, LOCKED), (RESULTS, errno.EACCES, DENIED)],
    ids=["busy", "denied"],
)
def test_a_workbook_that_is_open_is_named(data, new, tmp_path, capsys, monkeypatch, name, number, sentence):
    out = put(tmp_path / "输出", OLD)
    with at_step(1, refusing(name, number), [(os, "replace")], onwards=True):
        code, printed, told = run(capsys, monkeypatch, "run", data, "--period", "2026Q1", "--out", out)
    assert (code, printed) == (2, "")
    assert told == f"读写失败：{out / name}：{sentence}{UNTOUCHED}\n"
    assert contents(out) == OLD
    assert run(capsys, monkeypatch, "run", data, "--period", "2026Q1", "--out", out)[0] == 0
    assert contents(out) == new


def test_results_that_could_not_be_put_back_are_told_of(data, new, tmp_path, capsys, monkeypatch):
    out = put(tmp_path / "输出", OLD)
    # the journal, the files that were not there, the first of those that were, no more
    replaced = 2 + len(new) - len(OLD)
    with at_step(replaced + 1, failing(errno.EIO), [(os, "replace")], onwards=True):
        code, _, told = run(capsys, monkeypatch, "run", data, "--period", "2026Q1", "--out", out)
    (kept,) = out.glob(".*.writing")
    assert code == 2
    assert told.endswith(
        f"磁盘读写出错。结果只更新了一部分，原来的结果保存在 {kept}，请不要删除。"
        "请检查磁盘、U 盘是否完好，接触是否良好，再运行一次，程序会先恢复原来的结果。\n"
    )
    assert run(capsys, monkeypatch, "run", data, "--period", "2026Q1", "--out", out)[0] == 0
    assert contents(out) == new


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "磁盘已满"),
        (errno.EDQUOT, "磁盘配额已用完"),
        (errno.EROFS, "磁盘或文件夹是只读的"),
        (errno.ENOENT, "不存在（可能已被移走或改名）"),
        (errno.ENAMETOOLONG, "名称或路径太长"),
        (errno.ENOTDIR, "路径中应为文件夹的地方是一个文件"),
        (errno.EISDIR, "同名的地方是一个文件夹"),
        (errno.EIO, "磁盘读写出错"),
        (errno.ESTALE, "磁盘或网络盘已断开"),
        (errno.ENETDOWN, "磁盘或网络盘已断开"),
        (errno.EPERM, "没有权限"),
        (errno.ETXTBSY, "文件可能正在 Excel 或 WPS 中打开"),
        (errno.EXDEV, "与数据文件夹不在同一个磁盘上（可能是链接到别处的文件夹）"),
        (errno.EDOM, os.strerror(errno.EDOM)),
    ],
)
def test_reasons_are_in_chinese_and_unknown_ones_in_the_systems_words(number, reason):
    error = OSError(number, os.strerror(number), "某文件")
    assert os_errors.reason(error) == reason
    assert os_errors.remedy(error).startswith("请")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (32, "文件可能正在 Excel 或 WPS 中打开"),
        (33, "文件可能正在 Excel 或 WPS 中打开"),
        (112, "磁盘已满"),
        (64, "磁盘或网络盘已断开"),
    ],
)
def test_windows_own_numbers_go_first(number, reason):
    error = PermissionError(errno.EACCES, "The process cannot access the file")
    error.winerror = number
    assert os_errors.reason(error) == reason


def test_every_reason_is_used_and_every_name_is_known():
    words = resources.load("messages/os_errors")
    assert set(words["errno"].values()) | set(words["windows"].values()) == set(words["reasons"])
    if sys.platform == "linux":
        assert [name for name in words["errno"] if not hasattr(errno, name)] == []
    assert all(entry["remedy"].startswith("请") for entry in words["reasons"].values())


def test_a_file_where_a_folder_should_be(data, tmp_path, capsys, monkeypatch):
    place = tmp_path / "数据"
    shutil.copytree(data, place)
    put(place, {"输出": "不是文件夹".encode()})
    code, _, told = run(capsys, monkeypatch, "run", place, "--period", "2026Q1")
    assert code == 2
    assert told == (
        f"读写失败：{place / '输出' / '2026Q1'}：路径中应为文件夹的地方是一个文件。请检查路径，或先移走这个文件。{UNTOUCHED}\n"
    )
    assert (place / "输出").read_bytes() == "不是文件夹".encode()


def test_a_folder_that_vanishes_while_it_is_written(data, tmp_path, capsys, monkeypatch):
    out = tmp_path / "移动盘"

    def unplugged(real, *args):
        shutil.rmtree(out)
        return real(*args)

    with at_step(1, unplugged, [(os, "fsync")]):
        code, _, told = run(capsys, monkeypatch, "run", data, "--period", "2026Q1", "--out", out)
    assert code == 2
    assert "不存在（可能已被移走或改名）。请确认文件夹和文件都在，再试。" in told and ".writing" not in told
    assert not out.exists()


def test_a_data_folder_that_is_not_there(tmp_path, capsys, monkeypatch):
    code, _, told = run(capsys, monkeypatch, "run", tmp_path / "没有")
    assert (code, told) == (2, "文件夹 不正确：不是已有的文件夹。请用 --help 查看用法。\n")


def test_what_the_writer_of_workbooks_cannot_write_is_an_error_of_the_disk(tmp_path):
    import xlsxwriter

    with pytest.raises(FileNotFoundError) as told:
        xlsx_close.close(xlsxwriter.Workbook(tmp_path / "没有" / "表.xlsx"))
    assert os_errors.reason(told.value) == "不存在（可能已被移走或改名）"


# --- one run at a time ---------------------------------------------------------------------------------------------------------

HOLDER = """
import pathlib, sys
from lianghua_batch.core import locking
with locking.exclusive(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(folder: Path) -> Iterator[subprocess.Popen]:
    """Another process that works in the folder."""
    command = [sys.executable, "-c", HOLDER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        yield other
        other.kill()


@pytest.mark.parametrize("command", ["run", "templates"])
def test_the_second_of_two_says_so(data, tmp_path, capsys, monkeypatch, command):
    place = shutil.copytree(data, tmp_path / "数据")
    where = put(place / "填报" / "2026Q1", {}) if command == "templates" else place
    where.mkdir(parents=True, exist_ok=True)
    before = contents(place)
    with held(where):
        code, printed, told = run(capsys, monkeypatch, command, place, "--period", "2026Q1")
        assert (code, printed) == (2, "")
        assert told == f"另一个 lianghua-batch 正在处理这个文件夹（{where}）。请等它结束后再试。\n"
    assert {name: c for name, c in contents(place).items() if name != "填报/2026Q1"} | before == before | {
        str((where / locking.NAME).relative_to(place)): b""
    }
    # It was killed: its lock file is still there, its lock is not.
    assert run(capsys, monkeypatch, command, place, "--period", "2026Q1")[0] == 0
    assert not [name for name in contents(place) if ".lock" in name]


def test_looking_is_possible_while_another_works(data, capsys, monkeypatch):
    with held(data):
        assert run(capsys, monkeypatch, "check", data, "--period", "2026Q1")[0] == 0
    (data / locking.NAME).unlink()


def test_two_data_folders_do_not_write_into_one_output_folder_at_once(data, tmp_path, capsys, monkeypatch):
    out = put(tmp_path / "输出", OLD)
    with held(out):
        code, _, told = run(capsys, monkeypatch, "run", data, "--period", "2026Q1", "--out", out)
    assert (code, told) == (2, f"另一个 lianghua-batch 正在处理这个文件夹（{out}）。请等它结束后再试。\n")


def refused_in(folder: Path, number: int) -> Callable:
    """os.open as it is, but for what is directly in a folder."""
    real = os.open

    def open_(path, *args, **kwargs):
        if not isinstance(path, int) and Path(os.fsdecode(path)).parent == folder:
            raise OSError(number, os.strerror(number), str(path))
        return real(path, *args, **kwargs)

    return open_


def test_a_read_only_data_folder_is_locked_in_the_output_folder(data, new, tmp_path, capsys, monkeypatch):
    out = put(tmp_path / "输出", OLD)
    monkeypatch.setattr(os, "open", refused_in(data, errno.EROFS))
    with held(out):
        assert run(capsys, monkeypatch, "run", data, "--period", "2026Q1", "--out", out)[0] == 2
    assert run(capsys, monkeypatch, "run", data, "--period", "2026Q1", "--out", out)[0] == 0
    assert contents(out) == new


def test_where_no_lock_can_be_had_data_is_checked_all_the_same(data, tmp_path, capsys, monkeypatch):
    place = shutil.copytree(data, tmp_path / "数据")
    (place / "ZB1" / "2026Q1.xlsx").unlink()
    monkeypatch.setattr(os, "open", refused_in(place, errno.EACCES))
    code, _, told = run(capsys, monkeypatch, "run", place, "--period", "2026Q1")
    assert code == 1 and "[E306]" in told


@pytest.mark.slow
@posix
def test_several_runs_started_together_leave_one_whole_result(data, new, tmp_path):
    out = put(tmp_path / "输出", OLD)
    command = [sys.executable, "-m", "lianghua_batch", "run", str(data), "--period", "2026Q1", "--out", str(out)]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    told = [each.communicate(timeout=60)[1].decode() for each in runs]
    codes = [each.returncode for each in runs]
    assert 0 in codes and set(codes) <= {0, 2}
    assert all("另一个 lianghua-batch" in text for code, text in zip(codes, told, strict=True) if code == 2)
    assert contents(out) == new
    assert not (data / locking.NAME).exists()


# --- Ctrl-C -----------------------------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize(("number", "delay"), [(signal.SIGINT, 0.1), (signal.SIGTERM, 0.4)])
def test_a_run_that_is_broken_off_says_so_and_leaves_nothing(data, tmp_path, number, delay):
    place = shutil.copytree(data, tmp_path / "数据")
    before = contents(place)
    script = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it
import lianghua_batch.cli
print("started", flush=True)
lianghua_batch.cli.main()
"""
    command = [sys.executable, "-c", script, "run", str(place), "--period", "2026Q1"]
    broken = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert broken.stdout.readline() == b"started\n"
    time.sleep(delay)
    broken.send_signal(number)
    printed, told = broken.communicate(timeout=60)
    assert broken.returncode == 2
    assert (printed, told.decode().strip()) == (b"", "已中断，没有改动已有的结果。")
    assert contents(place) == before


@posix
def test_ctrl_c_is_not_lost_in_an_import(tmp_path):
    """There Python may make another error of it (3.11: a cached_property), or print it and go on."""
    put(
        tmp_path,
        {
            "slow.py": b"import functools, os, signal\nclass Sent:\n    def __set_name__(self, *_):\n        os.kill(os.getpid(), signal.SIGINT)\nclass Slow:\n    sent = Sent()\n"
        },
    )
    script = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from lianghua_batch.core import signals
signals.listen()
try:
    import slow
    time.sleep(20)
except KeyboardInterrupt:
    print("heard", hasattr(slow, "Slow"))
class Forgetful:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)
try:
    Forgetful()
    time.sleep(20)
except KeyboardInterrupt:
    print("heard again")
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment, timeout=60
    )
    assert (done.stdout.splitlines(), done.stderr) == (["heard True", "heard again"], "")


def test_ctrl_c_after_the_results_are_out_does_not_deny_them(data, tmp_path, capsys, monkeypatch):
    out = tmp_path / "输出"

    def interrupted(*_args, **_options):
        raise KeyboardInterrupt

    from lianghua_batch.cli import output

    monkeypatch.setattr(output, "summary_line", interrupted)
    code, _, told = run(capsys, monkeypatch, "run", data, "--period", "2026Q1", "--out", out)
    assert code == 2
    assert told.splitlines()[-1] == "已中断。结果在这之前已经写出。"
    assert {RESULTS, WORKBOOK} < set(contents(out))


# --- consoles, pipes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_a_console_that_lacks_a_character_does_not_end_the_program(tmp_path, encoding):
    put(tmp_path, {"花名册\U0001f600.docx": b"?"})
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = program("check", tmp_path, "--period", "2026Q1", env=environment)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert "花名册" in done.stdout.decode("utf-8" if encoding == "ascii" else encoding)
    if encoding == "gbk":
        as_json = program("check", tmp_path, "--period", "2026Q1", "--format", "json", env=environment)
        assert "花名册\U0001f600.docx" in [p["file"] for p in json.loads(as_json.stdout.decode("utf-8"))["problems"]]


@posix
@pytest.mark.parametrize(("arguments", "gone", "code"), [(["--help"], "stdout", 0), (["run"], "stderr", 2)])
def test_a_reader_that_has_gone_changes_neither_work_nor_exit_code(arguments, gone, code):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "lianghua_batch", *arguments]
    other = "stderr" if gone == "stdout" else "stdout"
    done = subprocess.run(command, check=False, timeout=60, **{gone: writing, other: subprocess.PIPE})
    os.close(writing)
    assert done.returncode == code
    assert not (done.stderr or done.stdout)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_output_that_goes_to_a_full_disk():
    command = [sys.executable, "-m", "lianghua_batch", "--help"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)
        told = done.stderr.decode("utf-8")
        assert (done.returncode, told) == (2, f"读写失败：磁盘已满。请清理磁盘后再试。{UNTOUCHED}\n")
        assert subprocess.run(command, stdout=full, stderr=full, check=False, timeout=60).returncode == 2


@posix
def test_no_output_at_all():
    command = f'"{sys.executable}" -m lianghua_batch --help >&- 2>&-'
    assert subprocess.run(command, shell=True, check=False, timeout=60).returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are Unicode")
def test_a_system_without_chinese_file_names_names_the_remedy(tmp_path):
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = program("init", tmp_path / "data", env=environment)
    assert done.returncode == 2
    assert done.stderr.decode("utf-8") == (
        "按现在的设置，系统的文件名不能含有“花名册”（文件名编码为 ascii）。请设置环境变量 PYTHONUTF8=1，再运行。\n"
    )
    assert not (tmp_path / "data").exists()

"""How people see a long list of problems: what causes others first, then by unit, many of one kind in one column as one line."""

import json
import os
import re
import subprocess
import sys

import pytest
from factories import County
from helpers import invoke

from lianghua_batch.cli import terminal
from lianghua_batch.cli.output import entry_line
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.validation import grouping


def cell(row: int, column: int = 3, heading: str = "政治合格", file: str = "ZB1/1月.xlsx") -> SourceRef:
    return SourceRef(file, "月打分", row, column, heading)


def lines(problems: list[Problem]) -> list[str]:
    """The list as `check` prints it where it is not shown on a terminal."""
    return [entry_line(entry) for group in grouping.by_unit(problems) for entry in group.entries]


class Unit:
    """A unit as problems speak of it."""

    id = "ZB2"

    def __str__(self) -> str:
        return "财政第二支部（ZB2）"


def lacking(form: str, *periods: str) -> list[Problem]:
    """One unit's forms that are not there."""
    return [problem("E306", SourceRef(""), unit=Unit(), period=period, form=form) for period in periods]


# --- one line for many ---------------------------------------------------------------------------------------------


def test_three_of_a_kind_stay_three_lines():
    found = [problem("E202", cell(row), value="二十") for row in (4, 5, 6)]
    assert lines(found) == [
        f"[E202] ZB1/1月.xlsx 月打分 D{row}：“二十”：“政治合格”应为数字。请填写阿拉伯数字，不带文字。"
        for row in (4, 5, 6)
    ]


def test_four_of_a_kind_in_one_column_become_one_line_with_the_first_places():
    found = [problem("E202", cell(row), value=value) for row, value in enumerate(("二十", "廿", "二十", "20分"), 4)]
    assert lines(found) == [
        "[E202] ZB1/1月.xlsx 月打分 D4、D5、D6 等 4 处：“二十、廿、20分”：“政治合格”应为数字。请填写阿拉伯数字，不带文字。"
    ]


def test_of_many_values_the_first_are_shown():
    found = [problem("E202", cell(row), value=f"{row}分") for row in range(4, 124)]
    assert lines(found) == [
        "[E202] ZB1/1月.xlsx 月打分 D4、D5、D6 等 120 处：“4分、5分、6分 等”：“政治合格”应为数字。请填写阿拉伯数字，不带文字。"
    ]


def test_where_the_sentences_differ_the_first_is_an_example():
    found = [
        problem("E310", cell(row, 7, "合计"), value=80 + row, expected=80, suggestion=str(70 + row))
        for row in range(4, 8)
    ]
    assert lines(found) == [
        "[E310] ZB1/1月.xlsx 月打分 H4、H5、H6 等 4 处：合计 84 不等于各维度之和 80（以 H4 为例）。请核对各维度得分和合计。"
    ]


def test_a_suggestion_that_fits_all_is_kept():
    found = [problem("E203", cell(row), value="20.001", suggestion="20.00") for row in range(4, 8)]
    assert lines(found) == [
        "[E203] ZB1/1月.xlsx 月打分 D4、D5、D6 等 4 处：“20.001”：“政治合格”最多两位小数。请四舍五入到两位小数（是否为“20.00”？）。"
    ]


def test_other_columns_sheets_files_and_faults_are_not_mixed_in():
    places = [*(cell(row) for row in (4, 5)), cell(6, 4, "品德合格"), cell(7, file="ZB1/2月.xlsx")]
    found = [problem("E202", place, value="二十") for place in places]
    found.append(problem("E203", cell(8), value="1.001"))
    assert len(lines(found)) == 5


def test_rows_without_a_cell_are_told_by_their_number():
    found = [problem("W201", SourceRef("a.xlsx", "日记录", row), row=3, sheet="日记录") for row in range(4, 9)]
    assert lines(found) == [
        "[W201] a.xlsx 日记录 第 4 行、第 5 行、第 6 行 等 5 处：与第 3 行的内容完全相同（日记录），两行都计算在内。如系重复登记，请删去一行。"
    ]


def test_members_that_a_form_lacks_are_told_by_their_codes():
    place = SourceRef("ZB1/1月.xlsx", "月打分")
    found = [problem("E307", place, value=f"00{n}", member=f"甲{n}（00{n}）", period="2026-01") for n in range(1, 6)]
    assert lines(found) == [
        "[E307] ZB1/1月.xlsx 月打分 001、002、003 等 5 处：甲1（001） 缺 2026-01 的月打分（以 001 为例）。请补上该党员的一行；确属免评的填写免评原因。"
    ]
    assert lines(found[:1]) == [
        "[E307] ZB1/1月.xlsx 月打分：甲1（001） 缺 2026-01 的月打分。请补上该党员的一行；确属免评的填写免评原因。"
    ]


def test_a_form_that_is_missing_for_several_periods_is_one_line():
    found = lacking("月打分", "2026-01", "2026-02", "2026-03", "2026-05") + lacking("季汇总", "2026Q1")
    assert lines(found) == [
        "[E306] （缺报）：财政第二支部（ZB2） 缺 2026-01 至 2026-03、2026-05 的“月打分”。请 财政第二支部（ZB2） 补报。",
        "[E306] （缺报）：财政第二支部（ZB2） 缺 2026Q1 的“季汇总”。请 财政第二支部（ZB2） 补报。",
    ]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (["2026-01", "2026-02"], "2026-01、2026-02"),
        (["2026-03", "2026-01", "2026-02"], "2026-01 至 2026-03"),
        (["2026Q1", "2026Q2", "2026Q3", "2026Q4"], "2026Q1 至 2026Q4"),
        (["2025-11", "2025-12", "2026-01"], "2025-11 至 2026-01"),
        (["2026H1", "2026H2"], "2026H1、2026H2"),
    ],
)
def test_periods_in_a_row(written, told):
    assert grouping.spans(written) == told


def test_indicators_that_one_unit_lacks_are_one_line():
    found = [
        problem("E327", SourceRef(""), value=f"B{n}", indicator=f"B{n}", name=f"支部指标{n}", unit=Unit())
        for n in range(1, 6)
    ]
    assert lines(found) == [
        "[E327] （缺报） B1、B2、B3 等 5 处：财政第二支部（ZB2） 缺指标 B1“支部指标1”的实际值（以 B1 为例）。请在指标完成表补上一行。"
    ]
    assert lines(found[:1]) == [
        "[E327] （缺报）：财政第二支部（ZB2） 缺指标 B1“支部指标1”的实际值。请在指标完成表补上一行。"
    ]


# --- in which order ------------------------------------------------------------------------------------------------


def test_what_causes_others_comes_first_then_unit_by_unit(tmp_path):
    county = County().only("2026Q1")
    county.form("季汇总", 支部编号="ZB2").row(党员编号="004")["审定积分"] = "八十"
    county.form("季汇总", 支部编号="ZB1").row(党员编号="001")["审定积分"] = "八十"
    county.form("花名册", "党员编号").row(党员编号="006")["党员类别"] = "群众"
    county.form("督查打分").headings.insert(4, "序号")
    done = invoke("check", county.write(tmp_path), "--period", "2026Q1")
    told = [line.split("：")[0] for line in done.stdout.splitlines() if line.startswith("[E") or "序号" in line]
    assert told == [
        "[E208] 花名册.xlsx 党员 E9",
        "[W101] 督查/2026Q1.xlsx 督查打分 E3",
        "[E202] ZB1/2026Q1.xlsx 季汇总 I4",
        "[E202] ZB2/2026Q1.xlsx 季汇总 I4",
    ]


def test_json_stays_complete(tmp_path):
    county = County().only("2026Q1")
    diary = county.form("日记录", 支部编号="ZB1", 期间="2026-01")
    for day in range(1, 7):
        diary.add(日期=f"2026-01-0{day}", 党员编号="001", 姓名="甲一", 项目编号="X9", 事由="值班")
    county.write(tmp_path)
    done = invoke("check", tmp_path, "--period", "2026Q1")
    assert done.stdout.splitlines()[0] == (
        "[E305] ZB1/2026-01.xlsx 日记录 D4、D5、D6 等 6 处：项目编号“X9”不在考评方案的积分项目中。请填写考评方案中的项目编号。"
    )
    problems = json.loads(invoke("check", tmp_path, "--period", "2026Q1", "--format", "json").stdout)["problems"]
    assert [p["cell"] for p in problems if p["code"] == "E305"] == ["D4", "D5", "D6", "D7", "D8", "D9"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--period", "2026Q1"], "考评期间：2026Q1。"),
        ([], "考评期间：2026Q1（自动判断，要核对别的期间请加 --period）。"),
    ],
)
def test_check_says_which_period_it_checked(tmp_path, arguments, told):
    done = invoke("check", County().only("2026Q1").write(tmp_path), *arguments)
    assert done.stdout.splitlines()[-2:] == [told, "共读取 11 个文件，错误 0 条，警告 6 条。"]


def test_a_folder_without_forms_has_no_period(tmp_path):
    done = invoke("check", tmp_path)
    assert done.stdout.splitlines() == [
        "[E117] （数据文件夹）：文件夹中没有可读的表格文件。请确认文件夹正确，并放入填好的表。",
        "没有判断出考评期间，请用 --period 指定。",
        "共读取 0 个文件，错误 1 条，警告 0 条。",
    ]


# --- on a terminal -------------------------------------------------------------------------------------------------


def test_chinese_is_wrapped_anywhere_but_no_line_begins_with_a_full_stop():
    assert terminal.wrapped("请核对各维度得分和合计。", 22) == ["请核对各维度得分和合", "计。"]
    assert terminal.wrapped("请写成 2026-03-05 的样子", 12) == ["请写成", "2026-03-05", "的样子"]
    assert terminal.wrapped("姓名是“范海莉”，不是“张某”", 14) == ["姓名是“范海", "莉”，不是“张", "某”"]
    assert terminal.wrapped("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]
    assert terminal.wrapped("", 10) == []


def on_a_terminal(width: int, *arguments: object) -> str:
    """What the program shows on a terminal of that width."""
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))
    screen, stdout = pty.openpty()
    fcntl.ioctl(stdout, termios.TIOCSWINSZ, _size(width))
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")} | {"TERM": "xterm-256color"}
    command = [sys.executable, "-m", "lianghua_batch", *map(str, arguments)]
    running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, env=environment)
    os.close(stdout)
    shown = b""
    try:
        while chunk := os.read(screen, 65536):
            shown += chunk
    except OSError:  # the other end has been closed
        pass
    running.wait()
    os.close(screen)
    return shown.decode("utf-8").replace("\r\n", "\n")


def _size(width: int) -> bytes:
    """A terminal's size as the system takes it: rows, columns, pixels."""
    return b"".join(n.to_bytes(2, sys.byteorder) for n in (40, width, 0, 0))


SHOWN = """\
  位置                     填写的值      问题与处理
县里填报的“督查打分”　错误 0 条，警告 1 条
  督查/2026Q1.xlsx         序号          W101 多出的列“序号”没有读取。
    督查打分 E3                          请确认该列不含应上报的内容。

财政第一支部（ZB1）　错误 2 条，警告 0 条
  ZB1/2026Q1.xlsx          80.001        E203 “审定积分”最多两位小数。
    季汇总 I4                            请四舍五入到两位小数（是否为
                                         “80.00”？）。
    季汇总 B5              甲贰          E302 002 的姓名是“甲二”，不是“甲贰”。
                                         请核对党员编号和姓名。

财政第二支部（ZB2）　错误 3 条，警告 3 条
  （缺报）                               E306 财政第二支部（ZB2） 缺 2026-01 至
                                         2026-03 的“月打分”。
                                         请 财政第二支部（ZB2） 补报。
  （缺报）                               W301 财政第二支部（ZB2） 没有报
                                         2026-01 至 2026-03 的日记录（未报），
                                         核算分按起始分计。
                                         请 财政第二支部（ZB2） 补报，或确认当
                                         月没有记录。

考评期间：2026Q1。
共读取 8 个文件，错误 5 条，警告 4 条。
"""


def test_a_terminal_gets_a_table_by_unit(tmp_path):
    county = County().only("2026Q1")
    quarter = county.form("季汇总", 支部编号="ZB1")
    quarter.row(党员编号="001")["审定积分"] = 80.001
    quarter.row(党员编号="002")["姓名"] = "甲贰"
    county.form("督查打分").headings.insert(4, "序号")
    county.forms = [f for f in county.forms if f.form not in ("日记录", "月打分") or f.labels["支部编号"] == "ZB1"]
    for month in ("2026-01", "2026-02", "2026-03"):
        form = county.form("日记录", 支部编号="ZB1", 期间=month)
        form.add(日期=f"{month}-06", 党员编号="001", 姓名="甲一", 项目编号="J01", 事由="缺席", 分值=0)
    shown = on_a_terminal(80, "check", county.write(tmp_path), "--period", "2026Q1")
    assert "\x1b[31mE203 “审定积分”最多两位小数。\x1b[0m" in shown
    assert "\x1b[33mW101 多出的列“序号”没有读取。\x1b[0m" in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert plain == SHOWN


def test_run_shows_the_same_table_where_its_errors_go(tmp_path):
    """`run` tells problems on stderr; a stream that is no terminal gets plain lines."""
    county = County().only("2026Q1")
    county.form("季汇总", 支部编号="ZB1").row(党员编号="001")["审定积分"] = 80.001
    done = invoke("run", county.write(tmp_path), "--period", "2026Q1")
    assert done.stdout == ""
    assert done.stderr.splitlines()[0] == (
        "[E203] ZB1/2026Q1.xlsx 季汇总 I4：“80.001”：“审定积分”最多两位小数。请四舍五入到两位小数（是否为“80.00”？）。"
    )

"""What the commands say of problems: all of them in one go, the exit code, nothing written; and that every code of the catalogue is tested."""

import ast
import datetime as dt
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from factories import County
from helpers import files_in, invoke
from hypothesis import given, settings
from hypothesis import strategies as st

from lianghua_batch.core import resources
from lianghua_batch.core.codes import Code

KEYS = ["code", "severity", "file", "sheet", "cell", "column", "value", "message", "remedy", "suggestion"]


@pytest.fixture
def faulty(county, tmp_path):
    """A quarter with five faults in four files and one form that is missing."""
    county.form("月打分", 支部编号="ZB1", 期间="2026-01").row(党员编号="001")["合计"] = "81"
    county.form("月打分", 支部编号="ZB1", 期间="2026-01").row(党员编号="002")["姓名"] = "甲贰"
    county.form("季汇总", 支部编号="ZB2").row(党员编号="004")["审定积分"] = 80.001
    county.form("督查打分").headings.insert(4, "序号")
    county.form("考评方案", "指标编号").row(指标编号="B1")["数据来源"] = "支部得分均分"
    county.drop("日记录", 支部编号="ZB2", 期间="2026-03")
    county.drop("月打分", 支部编号="ZB2", 期间="2026-03")
    return county.write(tmp_path / "数据")


EXPECTED = [
    "[E415] 考评方案.xlsx 指标 P6：数据来源“支部得分均分”不用于支部指标。请改用其他数据来源。",
    "[W405] 考评方案.xlsx：考评方案有错误，与它的核对没有进行。请先改正。",
    "[W101] 督查/2026Q1.xlsx 督查打分 E3：多出的列“序号”没有读取。请确认该列不含应上报的内容。",
    "[E310] ZB1/2026-01.xlsx 月打分 H4：合计 81 不等于各维度之和 80。请核对各维度得分和合计（是否为“80”？）。",
    "[E302] ZB1/2026-01.xlsx 月打分 B5：002 的姓名是“甲二”，不是“甲贰”。请核对党员编号和姓名。",
    "[E306] （缺报）：财政第二支部（ZB2） 缺 2026-03 的“月打分”。请 财政第二支部（ZB2） 补报。",
    "[E203] ZB2/2026Q1.xlsx 季汇总 I4：“80.001”：“审定积分”最多两位小数。请四舍五入到两位小数（是否为“80.00”？）。",
    "[W301] （缺报）：财政第二支部（ZB2） 没有报 2026-03 的日记录（未报），核算分按起始分计。请 财政第二支部（ZB2） 补报，或确认当月没有记录。",
]


def test_check_lists_all_faults_of_all_files_in_one_go(faulty):
    before = files_in(faulty)
    done = invoke("check", faulty, "--period", "2026Q1")
    *lines, period, summary = done.stdout.splitlines()
    assert [line for line in lines if "没有数据行" not in line] == EXPECTED
    assert period == "考评期间：2026Q1。"
    assert summary == "共读取 10 个文件，错误 5 条，警告 8 条。"
    assert done.exit_code == 1
    assert files_in(faulty) == before


def test_run_publishes_nothing_while_there_are_errors(faulty):
    done = invoke("run", faulty, "--period", "2026Q1")
    assert [line for line in done.stderr.splitlines() if line in EXPECTED] == EXPECTED
    assert done.exit_code == 1
    assert done.stdout == ""
    assert not (faulty / "输出").exists()


def test_run_leaves_what_was_published_before(county, tmp_path):
    assert invoke("run", county.write(tmp_path), "--period", "2026Q1").exit_code == 0
    before = files_in(tmp_path / "输出")
    assert before
    county.form("季汇总", 支部编号="ZB2").row(党员编号="004")["审定积分"] = "八十"
    assert invoke("run", county.write(tmp_path), "--period", "2026Q1").exit_code == 1
    assert files_in(tmp_path / "输出") == before


def test_warnings_alone_forbid_nothing(county, tmp_path):
    county.drop("日记录", 支部编号="ZB2", 期间="2026-03")
    checked = invoke("check", county.write(tmp_path), "--period", "2026Q1")
    assert "[W301]" in checked.stdout
    assert "错误 0 条，警告 6 条" in checked.stdout
    assert checked.exit_code == 0
    assert invoke("run", tmp_path, "--period", "2026Q1").exit_code == 0
    assert (tmp_path / "输出/2026Q1/results.json").is_file()


def test_check_as_json(faulty):
    done = invoke("check", faulty, "--period", "2026Q1", "--format", "json")
    report = json.loads(done.stdout)
    assert done.exit_code == 1
    assert list(report) == ["problems", "summary"]
    assert report["summary"] == {"errors": 5, "warnings": 8, "files": 10}
    assert all(list(p) == KEYS for p in report["problems"])
    assert {p["severity"] for p in report["problems"]} == {"error", "warning"}
    by_code = {p["code"]: p for p in report["problems"]}
    assert by_code["E203"] == {
        "code": "E203",
        "severity": "error",
        "file": "ZB2/2026Q1.xlsx",
        "sheet": "季汇总",
        "cell": "I4",
        "column": "审定积分",
        "value": "80.001",
        "message": "“审定积分”最多两位小数",
        "remedy": "请四舍五入到两位小数",
        "suggestion": "80.00",
    }
    assert by_code["W301"] == {
        "code": "W301",
        "severity": "warning",
        "file": None,
        "sheet": None,
        "cell": None,
        "column": None,
        "value": None,
        "message": "财政第二支部（ZB2） 没有报 2026-03 的日记录（未报），核算分按起始分计",
        "remedy": "请 财政第二支部（ZB2） 补报，或确认当月没有记录",
        "suggestion": None,
    }


@pytest.mark.parametrize(("spoilt", "code"), [(False, 0), (True, 1)])
def test_the_program_itself_prints_json_in_utf_8_and_ends_with_the_exit_code(county, tmp_path, spoilt, code):
    if spoilt:
        county.form("督查打分").row(组织编号="ZB1")["得分"] = None
    county.write(tmp_path)
    command = [sys.executable, "-m", "lianghua_batch", "check", str(tmp_path), "--period", "2026Q1", "--format", "json"]
    done = subprocess.run(command, capture_output=True, check=False)
    report = json.loads(done.stdout.decode("utf-8"))
    assert done.returncode == code
    assert report["summary"]["errors"] == code
    assert [p["message"] for p in report["problems"] if p["severity"] == "error"] == ["“得分”没有填写"] * code


@pytest.mark.parametrize("written", ["2026H1", "去年", "2026Q5"])
def test_a_period_that_is_not_appraised_is_a_wrong_call(tmp_path, written):
    done = invoke("check", tmp_path, "--period", written)
    assert done.exit_code == 2
    assert "2026Q1 或 2026 的样子" in done.output


def test_the_order_of_problems_is_that_of_the_files(county, tmp_path):
    for form in county.forms:
        if form.form == "月打分":
            for row in form.rows:
                row["合计"] = 1
    places = [c.split("[")[0] for c in county.complaints(tmp_path, "2026Q1")]
    months = ("2026-01", "2026-02", "2026-03")
    assert places == [f"E310 ZB{b}/{m}.xlsx 月打分 H{row}" for b in (1, 2) for m in months for row in (4, 5, 6)]


WORDS = "八十 80分 nan 1e5 #REF! 合计 注： =1+1 0 -0.005 上月 是 否 ZB1 ZB9 DW1 001 004 甲一 预备 党委 2026Q1 2025 违纪 待审 已完成 服务对象"
DAYS = (dt.date(2026, 1, 31), dt.datetime(2026, 2, 3, 4, 5), dt.time(3, 4))
JUNK = st.sampled_from([None, "", "　", "字" * 30000, *WORDS.split(), *DAYS, -1, 0, 80.005, 1e12, 1e300, True])


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.data())
def test_whatever_stands_in_the_cells_is_scored_or_told(data):
    county = County().only("2026Q1")
    places = [f for f in county.forms if f.form != "考评方案"]
    for form in data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=8)):
        cells = data.draw(st.sampled_from([*form.rows, form.labels])) if form.rows else form.labels
        cells[data.draw(st.sampled_from(list(cells)))] = data.draw(JUNK)
    with TemporaryDirectory() as folder:
        outcome = county.process(Path(folder), "2026Q1")
    wrong = [p for p in outcome.problems if p.severity == "error"]
    assert (outcome.results is None) == bool(wrong)
    assert all(p.message and p.remedy and "None" not in p.message for p in outcome.problems)


# --- every code has its test ---------------------------------------------------------------------------------------

CATALOGUE = resources.load("messages/problems")


@cache
def asserted_texts() -> list[str]:
    """Every text in an `assert` of the tests of problems, or in their tables of CASES; what an f-string fills in is written «…»."""
    texts = []
    for path in sorted(Path(__file__).parents[1].glob("*/test_problems_*.py")):
        for statement in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(statement, ast.Assert) or _is_table(statement):
                texts += (
                    _text(node) for node in ast.walk(statement) if isinstance(node, (ast.Constant, ast.JoinedStr))
                )
    return texts


def _is_table(statement: ast.AST) -> bool:
    return isinstance(statement, ast.Assign) and [ast.unparse(t) for t in statement.targets] == ["CASES"]


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return str(node.value)


def sentence(template: str) -> str:
    """A sentence of the catalogue as a pattern; that two names differ in what nobody sees ({points}) is said only where they do."""
    return ".+".join(re.escape(part) for part in re.split(r"\{\w+\}", template.removesuffix("{points}")))


def test_every_code_has_a_name_and_every_named_code_a_sentence():
    assert {code.value for code in Code} == set(CATALOGUE)


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_problem_of_the_catalogue_is_asserted_with_its_whole_text(code):
    entry = CATALOGUE[code]
    whole = re.compile(rf"{code} .*：{sentence(entry['message'])}。{sentence(entry['remedy'])}。")
    assert any(whole.match(text) for text in asserted_texts())


def test_every_remedy_asks_for_something():
    assert [
        code for code, entry in CATALOGUE.items() if not entry["remedy"].startswith(("请", "如是", "如属", "如系"))
    ] == []

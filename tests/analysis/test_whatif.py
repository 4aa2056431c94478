"""`whatif`: the ranking under changed 参数 beside today's; the outcome is that of a county whose 考评方案 says so."""

import datetime as dt
import json

import pytest
from click.testing import CliRunner
from factories import ROOT, County
from rich.cells import cell_len

from lianghua_batch.analysis import what_if
from lianghua_batch.cli import whatif_view
from lianghua_batch.cli.app import dispatch, root
from lianghua_batch.core import periods, resources
from lianghua_batch.model import parameters
from lianghua_batch.pipeline import process
from lianghua_batch.scoring import results

MANUAL = (ROOT / "docs" / "使用手册.md").read_text(encoding="utf-8")


def lively() -> County:
    """ZB1 is marked lower than ZB2 in one way and higher in another; its members differ; DW1's W1 is the mean of its branches."""
    county = County()
    county.form("督查打分", 期间="2026Q1").row(组织编号="ZB1")["得分"] = 75
    county.form("指标完成").row(组织编号="ZB1", 指标编号="B2")["实际值"] = 96
    supervisors = county.form("监督员评分")
    for n, mark in enumerate((60, 93), start=2):
        supervisors.add(组织编号="ZB2", 监督员=f"监督员{n}", 得分=mark)
    for kind, points in (("个性化", 7), ("动态化", -8), ("违纪", -3)):
        row = {"日期": dt.date(2026, 6, 1), "事由": kind, "依据": "文件", "审核": "通过"}
        county.form("加减分").add(组织编号="ZB1", 类别=kind, 分值=points, **row)
    for member, votes in (("001", (0, 10)), ("002", (5, 5))):
        row = county.form("年评议", 支部编号="ZB1").row(党员编号=member)
        row.update(优秀票=votes[0], 合格票=votes[1])
    record = {"日期": dt.date(2026, 1, 6), "党员编号": "001", "姓名": "甲一", "事由": "学习", "分值": 3}
    county.form("日记录", 支部编号="ZB1", 期间="2026-01").add(项目编号="Z01", **record)
    county.form("考评方案", "指标编号").row(指标编号="W1")["数据来源"] = "支部得分均分"
    actual = county.form("指标完成")
    actual.rows.remove(actual.row(组织编号="DW1", 指标编号="W1"))
    return county


def shown(call: list[str], folder, monkeypatch, capsys) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the whole program."""
    monkeypatch.setattr("sys.argv", ["lianghua-batch", "whatif", str(folder), *call])
    code = dispatch()
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The lively county, written; every test only reads it."""
    return lively().write(tmp_path_factory.mktemp("whatif"))


@pytest.fixture(scope="module")
def quarter(tmp_path_factory):
    return lively().only("2026Q1").write(tmp_path_factory.mktemp("whatif_quarter"))


# --- the same as if 考评方案 said so -------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "rules",
    [
        {"督查权重": "30", "年末权重": "70"},
        {"考核组权重": "40", "监督员权重": "30", "党员群众权重": "30", "服务对象权重": "0"},
        {"个性化上限": "6", "动态化上限": "2", "违纪计入上限": "是"},
        {"年度积分权重": "60", "民主评议权重": "40", "优秀比例上限": "2/3"},
        {"小数位": "0", "取舍方式": "末级", "并列名次": "连号"},
        {"去极值人数": "3", "功效系数截断": "否", "党委汇总口径": "按党员数"},
    ],
    ids=lambda rules: " ".join(rules),
)
def test_the_outcome_is_that_of_a_county_whose_scheme_says_so(folder, tmp_path, rules):
    trial = process.process_trial(folder, periods.parse("2026"), rules)
    county = lively()
    for name, value in rules.items():
        county.set_rule(name, value)
    assert results.as_json(trial.then) == results.as_json(county.process(tmp_path, "2026").results)
    assert results.as_json(trial.then) != results.as_json(trial.today.results)


def test_the_outcome_of_a_quarter(quarter, tmp_path):
    rules = {"季度党员积分权重": "70", "季度督查权重": "30"}
    trial = process.process_trial(quarter, periods.parse("2026Q1"), rules)
    county = lively().only("2026Q1")
    for name, value in rules.items():
        county.set_rule(name, value)
    assert results.as_json(trial.then) == results.as_json(county.process(tmp_path, "2026Q1").results)


def test_every_parameter_can_be_set(folder):
    catalogue = resources.load("rules/parameters")["parameters"]
    texts = what_if.requested(f"{e['label']}={parameters.default_text(e)}" for e in catalogue)
    assert list(texts) == [e["label"] for e in catalogue]
    trial = process.process_trial(folder, periods.parse("2026"), texts)
    assert results.as_json(trial.then) == results.as_json(trial.today.results)


def test_what_was_filled_in_under_todays_rules_stops_nothing(folder):
    """季汇总 says 80 where 合计 makes it 240, or the diary 81, and the 违纪 row −3."""
    trial = process.process_trial(folder, periods.parse("2026"), {"季度积分口径": "合计", "违纪扣分": "2"})
    told = results.as_json(trial.then)
    assert told["members"][0]["quarters"]["2026Q1"] == "240.00"
    assert told["branches"][0]["discipline"] == "-2.00"
    trial = process.process_trial(folder, periods.parse("2026"), {"月积分口径": "日记录核算"})
    assert results.as_json(trial.then)["members"][0]["quarters"]["2026Q1"] == "81.00"


# --- in words ------------------------------------------------------------------------------------------------------

TABLES = """\
2026 试算：改动参数后的排名和现在的排名
改动的参数
  考核组权重　50 → 80　（文件二（三）四类主体测评）
  监督员权重　40 → 10　（文件二（三）四类主体测评）
  优秀比例上限　1/3　（与现在相同）
  民主评议权重　20 → 80　（方案约定）
  年度积分权重　80 → 20　（方案约定）
党委 1 个：总分变动 1，等次变动 0，名次变动 0。
支部 2 个：总分变动 2，等次变动 1，名次变动 2。
党员 6 名：总分变动 5，等次变动 1，名次变动 0。

党委                 总分   改后     差  名次  改后  升降  等次
DW1 财政局机关党委  90.31  90.54  +0.23     1     1  —     优秀

支部               总分   改后     差  名次  改后  升降  全县  改后  升降  等次
财政局机关党委
ZB2 财政第二支部  87.92  90.08  +2.16     2     1  ▲1       2     1  ▲1    良好→优秀
ZB1 财政第一支部  88.01  88.59  +0.58     1     2  ▼1       1     2  ▼1    良好

党员（只列有变动的支部；逐个党员的见 --format json）
支部              党员  总分变动  等次变动  名次变动
ZB1 财政第一支部     3         2         1         0
ZB2 财政第二支部     3         3         0         0

这是试算，没有写出任何文件。
"""
CHANGES = ["考核组权重=80", "监督员权重=10", "优秀比例上限 = 1/3", "民主评议权重＝80", "年度积分权重=20"]


def test_both_levels_side_by_side(folder, capsys):
    texts = what_if.requested(CHANGES)
    trial = process.process_trial(folder, periods.parse("2026"), texts)
    whatif_view.show(what_if.compare(texts, trial.today.results, trial.then), trial.today.unit_names, 100)
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == TABLES.splitlines()


QUARTER = """\
2026Q1 试算：改动参数后的排名和现在的排名
改动的参数
  季度党员积分权重　50 → 90　（方案约定）
  季度督查权重　50 → 10　（方案约定）
党委 1 个：总分变动 1，等次变动 0，名次变动 0。
支部 2 个：总分变动 2，等次变动 1，名次变动 0。
党员 6 名：积分变动 0，名次变动 0。

党委                 总分   改后     差  名次  改后  升降  等次
DW1 财政局机关党委  81.25  80.25  -1.00     1     1  —     一般

支部              总分  改后    差 名次 改后 升降 全县 改后 升降 等次
财政局机关党委
ZB2 财政第二支部 85.00 81.00 -4.00    1    1 —       1    1 —    良好→一般
ZB1 财政第一支部 77.50 79.50 +2.00    2    2 —       2    2 —    一般

这是试算，没有写出任何文件。
"""


def test_a_narrow_terminal_and_a_quarter(quarter, capsys):
    texts = what_if.requested(["季度党员积分权重=90", "季度督查权重=10"])
    trial = process.process_trial(quarter, None, texts)
    whatif_view.show(what_if.compare(texts, trial.today.results, trial.then), trial.today.unit_names, 76)
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == QUARTER.splitlines()
    assert max(map(cell_len, lines)) < 76
    assert QUARTER in MANUAL


def test_the_command_prints_it_and_writes_nothing(folder, monkeypatch, capsys):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    call = [part for change in CHANGES for part in ("--set", change)]
    code, out, err = shown([*call, "--period", "2026"], folder, monkeypatch, capsys)
    assert (code, err) == (0, "")
    assert [line.rstrip() for line in out.splitlines()] == TABLES.splitlines()
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_change_that_changes_nothing_says_so(quarter, monkeypatch, capsys):
    code, out, _ = shown(["--set", "优秀比例上限=1/4"], quarter, monkeypatch, capsys)
    assert code == 0
    assert out.splitlines()[1:4] == [
        "改动的参数",
        "  优秀比例上限　1/3 → 1/4　（方案约定）",
        "所有单位和党员的总分、等次、名次都不变。",
    ]


CHECKED_ONLY = (
    "{0}只用来核对报表，不进入得分，试算看不出它的影响：已填的报表可能因此有错误，有错误就不能排名。"
    "请在一份数据文件夹的副本里改考评方案，再用 check 核对"
)


@pytest.fixture(scope="module")
def adjusted(tmp_path_factory):
    """A quarter in which 005 has 支委会调整."""
    county = County().only("2026Q1")
    county.form("季汇总", 支部编号="ZB2").row(党员编号="005").update(支委会调整=2, 调整原因="抢险", 审定积分=82)
    return county.write(tmp_path_factory.mktemp("whatif_adjusted"))


def test_a_parameter_that_only_governs_checks_is_told(adjusted, monkeypatch, capsys):
    """With 支委会调整上限 0 the adjustment of 2 would be an error: nothing could be published."""
    call = ["--set", "支委会调整上限=0", "--set", "打分偏离容差=5"]
    code, out, _ = shown(call, adjusted, monkeypatch, capsys)
    assert code == 0
    assert out.splitlines()[1:6] == [
        "改动的参数",
        "  支委会调整上限　5 → 0　（方案约定）",
        "  打分偏离容差　5　（与现在相同）",
        f"注意：{CHECKED_ONLY.format('支委会调整上限')}。",
        "所有单位和党员的总分、等次、名次都不变。",
    ]
    code, out, _ = shown([*call[:3], "打分偏离容差=0", "--format", "json"], adjusted, monkeypatch, capsys)
    assert json.loads(out)["notes"] == [CHECKED_ONLY.format(name) for name in ("打分偏离容差", "支委会调整上限")]


def test_an_adjustment_that_was_filled_for_the_other_basis_is_told(adjusted, quarter):
    trial = process.process_trial(adjusted, None, {"季度积分口径": "合计"})
    told = "1 名党员有支委会调整，是按现在的季度积分口径填的，试算时照原数加上，没有换算"
    assert what_if.compare({"季度积分口径": "合计"}, trial.today.results, trial.then).notes == (told,)
    trial = process.process_trial(quarter, None, {"季度积分口径": "合计"})  # in which nobody has any
    assert what_if.compare({"季度积分口径": "合计"}, trial.today.results, trial.then).notes == ()


def test_a_program_gets_every_unit_and_member(folder, monkeypatch, capsys):
    call = ["--set", "民主评议权重=80", "--set", "年度积分权重=20", "--format", "json"]
    code, out, _ = shown(call, folder, monkeypatch, capsys)
    told = json.loads(out)
    assert code == 0
    assert told["period"] == "2026"
    assert told["changes"][0] == {"parameter": "民主评议权重", "was": "20", "now": "80", "basis": "方案约定"}
    assert told["summary"]["members"] == {"compared": 6, "totals": 5, "grades": 1, "ranks": 0}
    assert {kind: len(told[kind]) for kind in ("committees", "branches", "members")} == {
        "committees": 1,
        "branches": 2,
        "members": 6,
    }
    assert told["members"][0] == {
        "id": "003",
        "name": "甲三",
        "branch": "ZB1",
        "was": {"total": "84.00", "grade": "合格", "rank": 1},
        "now": {"total": "96.00", "grade": "优秀", "rank": 1},
        "difference": "12.00",
        "climbed": 0,
        "regraded": True,
    }
    assert told["branches"][0] == {
        "id": "ZB1",
        "name": "财政第一支部",
        "committee": "DW1",
        "was": {"total": "88.01", "grade": "良好", "rank": 1, "rank_county": 1},
        "now": {"total": "88.01", "grade": "良好", "rank": 1, "rank_county": 1},
        "difference": "0.00",
        "climbed": 0,
        "regraded": False,
    }


# --- what cannot be ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (["督查权重"], "--set 应写成 参数=值，如 --set 督查权重=30，而不是“督查权重”"),
        (["=30"], "--set 应写成 参数=值，如 --set 督查权重=30，而不是“=30”"),
        (["督查权重="], "--set 应写成 参数=值，如 --set 督查权重=30，而不是“督查权重=”"),
        (["督查权重=三十"], "参数“督查权重”应为0 至 100 的数，不是“三十”（是否为“30”？）"),
        (["督查权重=101"], "参数“督查权重”应为0 至 100 的数，不是“101”"),
        (["小数位=3"], "参数“小数位”应为0 至 2 的整数，不是“3”"),
        (["并列名次=连续"], "参数“并列名次”应为跳号、连号 之一，不是“连续”"),
        (["优秀比例上限=4/3"], "参数“优秀比例上限”应为0 至 1 之间的分数（文本），不是“4/3”"),
        (["小数位=1", "小数 位=2"], "参数“小数位”写了两次，请只写一次"),
    ],
    ids=lambda part: part[0] if isinstance(part, list) else "",
)
def test_a_value_that_no_scheme_could_hold(written, told):
    with pytest.raises(what_if.WrongRule) as refused:
        what_if.requested(written)
    assert str(refused.value) == told


def test_an_unknown_parameter_is_told_with_all_there_are(quarter, monkeypatch, capsys):
    code, out, err = shown(["--set", "督查权=30"], quarter, monkeypatch, capsys)
    labels = "、".join(e["label"] for e in resources.load("rules/parameters")["parameters"])
    assert (code, out) == (2, "")
    assert err == f"没有参数“督查权”（是否为“督查权重”？）。参数有：{labels}。请用 --help 查看用法。\n"


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (["督查权重=30"], "督查权重 30 + 年末权重 80 合计应为 100，现为 110。请同时写 --set 年末权重=70"),
        (
            ["考核组权重=40", "监督员权重=30"],
            "考核组权重 40 + 监督员权重 30 + 党员群众权重 5 + 服务对象权重 5 合计应为 100，现为 80。"
            "请同时用 --set 改 党员群众权重、服务对象权重，使它们共为 30",
        ),
        (["督查权重=30", "年末权重=60"], "督查权重 30 + 年末权重 60 合计应为 100，现为 90。请改正"),
        (
            ["考核组权重=70", "监督员权重=31"],
            "考核组权重 70 + 监督员权重 31 + 党员群众权重 5 + 服务对象权重 5 合计应为 100，现为 111。请改正",
        ),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_weights_that_do_not_make_100_say_which_to_set_besides(quarter, monkeypatch, capsys, rules, told):
    call = [part for rule in rules for part in ("--set", rule)]
    assert shown(call, quarter, monkeypatch, capsys) == (2, "", f"{told}。请用 --help 查看用法。\n")


def test_without_a_change_there_is_nothing_to_try(quarter, monkeypatch, capsys):
    told = "没有写要改动的参数。请写 --set 参数=值，如 --set 督查权重=30。请用 --help 查看用法。\n"
    assert shown([], quarter, monkeypatch, capsys) == (2, "", told)


def test_rules_under_which_nothing_can_be_ranked_are_told(folder, monkeypatch, capsys):
    code, out, err = shown(["--set", "无服务对象时=报错", "--period", "2026"], folder, monkeypatch, capsys)
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "[E332] （缺报）：财政局机关党委（DW1） 没有服务对象测评。请补上服务对象的票数。",
        "[E332] （缺报）：财政第一支部（ZB1） 没有服务对象测评。请补上服务对象的票数。",
        "[E332] （缺报）：财政第二支部（ZB2） 没有服务对象测评。请补上服务对象的票数。",
        "改动参数后有以上错误，不能排名。现在的考评方案没有这些错误。",
    ]


def test_the_same_for_a_program(folder, monkeypatch, capsys):
    call = ["--set", "党委督查期次=H1+H2", "--format", "json"]
    code, out, _ = shown(call, folder, monkeypatch, capsys)
    told = json.loads(out)
    assert code == 1
    assert [p["code"] for p in told["problems"]] == ["E326"]
    assert told["summary"]["errors"] == 1


def test_errors_of_today_are_all_listed_first(tmp_path, monkeypatch, capsys):
    county = lively().only("2026Q1")
    county.form("月打分", 支部编号="ZB1", 期间="2026-01").row(党员编号="001")["合计"] = 79
    county.form("督查打分").row(组织编号="ZB2")["得分"] = 101
    code, out, err = shown(["--set", "小数位=1"], county.write(tmp_path), monkeypatch, capsys)
    assert (code, out) == (1, "")
    assert [line[:6] for line in err.splitlines() if line.startswith("[E")] == ["[E205]", "[E310]"]
    assert err.splitlines()[-1] == "共读取 11 个文件，错误 2 条，警告 6 条。有错误，不能试算。"


def test_help_is_chinese_with_an_example():
    told = CliRunner().invoke(root, ["whatif", "--help"], prog_name="lianghua-batch").output
    assert "例：lianghua-batch whatif data --set 督查权重=30 --set 年末权重=70" in told
    assert "required" not in told

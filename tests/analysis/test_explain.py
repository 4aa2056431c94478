"""`explain`: what a score is made of: the leaves sum to it, and each leaf's cell, opened, holds the number that is named."""

import datetime as dt
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from factories import ROOT, SAMPLE, County, sample_outcome

from lianghua_batch.analysis import explanation as explaining
from lianghua_batch.analysis import explanation_summary
from lianghua_batch.analysis.explanation import Node, TreeRow
from lianghua_batch.cli import explain_view
from lianghua_batch.cli.app import dispatch, root
from lianghua_batch.core import periods, resources
from lianghua_batch.pipeline import process
from lianghua_batch.report.sheets import explanation
from lianghua_batch.report.unit_book import build
from lianghua_batch.report.view import View
from lianghua_batch.report.writer import workbook
from lianghua_batch.scoring import results

PERIODS = ("2026", "2026Q3")
OF_A_QUARTER = {"日记录", "月打分", "季汇总", "督查打分", "党员维度", "积分项目", "等次"}
SHEETS = {
    "2026Q3": OF_A_QUARTER,
    "2026": OF_A_QUARTER | {"年评议", "指标完成", "监督员评分", "满意度测评", "加减分", "党组织"},
}


@pytest.fixture
def county():
    return County()


def sample(period: str) -> results.Results:
    return sample_outcome(period).results


def published(of: results.Results) -> dict[str, str]:
    """Every published score by code, as results.json has it; a quarter ranks its members by 百分制积分, which it does not have."""
    rows = results.as_json(of)
    found = {row["id"]: row["total"] for row in (*rows["branches"], *rows["committees"])}
    return found | {row["id"]: row["total"] or row["points"] for row in rows["members"]}


def run(*call):
    return CliRunner().invoke(root, ["explain", *map(str, call)], catch_exceptions=False)


def refused(*call) -> str:
    """What a call says that cannot be answered."""
    found = CliRunner().invoke(root, ["explain", *map(str, call)])
    assert found.exit_code != 0
    assert found.stdout == ""
    return found.stderr.removeprefix("Error: ").rstrip("\n")


def tree(text: str) -> list[str]:
    """The lines of the tree that was printed."""
    lines = text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.lstrip().startswith("计入上级"))
    return lines[start + 1 : lines.index("", start)]


# --- every number of the sample county -----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("period", PERIODS)
def test_the_leaves_sum_to_every_published_score(period):
    scores = published(sample(period))
    assert len(scores) > 40
    for subject, score in scores.items():
        assert explaining.leaves_total(explaining.explain(sample(period), subject)) == Fraction(score), subject


@pytest.mark.parametrize("period", PERIODS)
def test_every_number_is_the_sum_of_what_stands_under_it(period):
    for line in everything(period):
        assert_sums(line.node)


def assert_sums(node: Node) -> None:
    if node.children:
        assert sum(child.amount for child in node.children) == node.value, node.label
    if node.share is not None:
        assert node.amount == node.share * node.value, node.label


@pytest.mark.slow
@pytest.mark.parametrize("period", PERIODS)
def test_every_cell_holds_what_is_named(period):
    named: dict[tuple[str, str], dict[str, Fraction | None]] = {}
    for line in everything(period):
        place = line.node.source
        if place is not None:
            cells = named.setdefault((place.file, place.sheet), {})
            assert cells.setdefault(place.cell, line.node.held) == line.node.held, place
    bands = [explanation_summary.summarise(sample(period), subject).bound for subject in published(sample(period))]
    for bound in filter(None, bands):
        named.setdefault((bound.source.file, bound.source.sheet), {})[bound.source.cell] = bound.limit
    assert {sheet for _, sheet in named} == SHEETS[period]
    for file in sorted({file for file, _ in named}):
        book = openpyxl.load_workbook(SAMPLE / file, data_only=True)
        for sheet, cells in ((s, c) for (f, s), c in named.items() if f == file):
            for cell, held in cells.items():
                found = book[sheet][cell].value
                held_in_cell = (
                    None if found is None or isinstance(found, str) else Fraction(str(found))
                )  # 支部类别 is a word
                assert held_in_cell == held, (file, sheet, cell)
        book.close()


@pytest.mark.parametrize("period", PERIODS)
def test_every_leaf_says_where_it_is_from(period):
    """A cell, another subject, or a rule that has none: roundings, clips and rates; and every number its rule and clause."""
    without_a_cell = set()
    for line in everything(period):
        node = line.node
        assert node.label and node.name and node.rule and node.clause, node
        if not node.children and not node.basis and node.source is None and node.value is None:
            without_a_cell.add(node.name)
    rates = {"比率", "未报的表", "没有日记录的月份", "未按期完成的整改", "未按期完成的任务"}
    assert without_a_cell <= {"四舍五入", "功效系数截断", *rates}


def everything(period: str) -> Iterator[TreeRow]:
    for subject in published(sample(period)):
        yield from explaining.tree_rows(explaining.explain(sample(period), subject))


# --- what is printed -----------------------------------------------------------------------------------------------


def test_a_branchs_year(county, tmp_path):
    found = run(county.write(tmp_path), "财政第一支部", "--period", "2026")
    assert found.exit_code == 0
    assert found.stderr == ""
    assert found.stdout == BRANCH


BRANCH = """\
财政第一支部（ZB1）　支部　2026
总分 90.80　等次 优秀（90 分及以上：考评方案.xlsx 等次 C4）　名次 第 1 名（财政局机关党委，共 2 个）　全县第 1 名（共 2 个）
没有服务对象测评，其权重 5% 并入党员群众（考评方案.xlsx 参数 B18）

计入上级    数值  项目和出处
           90.80  总分
   90.80   90.80  ├─ 年度考核分
   18.00   90.00  │  ├─ 督查均分×20%
   22.50   90.00  │  │  ├─ 督查得分 2026Q1
   90.00   90     │  │  │  └─ 互检一组　← 督查/2026Q1.xlsx 督查打分 D4
   22.50   90.00  │  │  ├─ 督查得分 2026Q2
   90.00   90     │  │  │  └─ 互检一组　← 督查/2026Q2.xlsx 督查打分 D4
   22.50   90.00  │  │  ├─ 督查得分 2026Q3
   90.00   90     │  │  │  └─ 互检一组　← 督查/2026Q3.xlsx 督查打分 D4
   22.50   90.00  │  │  └─ 督查得分 2026Q4
   90.00   90     │  │     └─ 互检一组　← 督查/2026Q4.xlsx 督查打分 D4
   72.80   91.00  │  └─ 年末考核分×80%
   45.00   90.00  │     ├─ 考核组分×50%
   54.00   54.00  │     │  ├─ B1 支部指标1
   54.00   90     │     │  │  └─ 实际值 90，直接赋分得 90，×60%　← 年末/指标完成.xlsx 指标完成 C6
   36.00   36.00  │     │  └─ B2 支部指标2
   36.00   90     │     │     └─ 实际值 90，直接赋分得 90，×40%　← 指标完成 C7
   36.00   90.00  │     ├─ 监督员分×40%
   90.00   90     │     │  └─ 监督员甲　← 年末/监督员.xlsx 监督员评分 C5
   10.00  100.00  │     └─ 党员群众分×10%
  100.00   10     │        ├─ 优秀 10 票×100÷10　← 年末/测评.xlsx 满意度测评 C5
    0.00    0     │        ├─ 良好 0 票×85÷10　← 满意度测评 D5
    0.00    0     │        ├─ 一般 0 票×70÷10　← 满意度测评 E5
    0.00    0     │        └─ 较差 0 票×50÷10　← 满意度测评 F5
    0.00    0.00  ├─ 个性化
    0.00    0.00  ├─ 动态化
    0.00    0.00  └─ 违纪

各项之和 90.80 ＝ 总分 90.80，相符
规则和依据
  总分：年度考核分加个性化、动态化、违纪（文件二（三）年度考核分）
  年度考核分：督查均分、年末考核分加权（文件二（三）年度考核分）
  督查均分：各期督查得分的平均（文件二（三）督查互检）
  督查得分：各检查单位得分的平均（文件二（三）督查互检）
  评分：得分÷评分人数（文件二（三）督查互检）
  年末考核分：考核组、监督员、党员群众、服务对象加权（文件二（三）四类主体测评）
  考核组分：各指标得分之和（文件二（二）常规化、差异化指标）
  指标得分：权重×功效分÷100（文件二（二）功效系数法）
  按实际值得分：指标完成中填的实际值按赋分方法折算，乘以权重（文件二（二）功效系数法）
  监督员分：每名监督员各次评分平均后的平均（文件二（三）四类主体测评）
  评分：得分÷评分人数（文件二（三）四类主体测评）
  党员群众分：Σ(票数×折算分)÷总票数（文件二（三）四类主体测评）
  测评票：票数×折算分÷总票数（文件二（三）四类主体测评）
  个性化：审核通过的个性化分值之和，不超过正负上限（文件二（二）个性化、动态化加减分和违纪扣分）
  动态化：审核通过的动态化分值之和，不超过正负上限（文件二（二）个性化、动态化加减分和违纪扣分）
  违纪：有违纪即扣，不论几起（文件二（二）个性化、动态化加减分和违纪扣分）
"""


def adjusted(county: County) -> County:
    """甲一's first quarter: records in January, four of a project that is worth no more than 3 a month, February exempt, +1.5."""
    diary = county.form("日记录", 期间="2026-01", 支部编号="ZB1")
    row = {"党员编号": "001", "姓名": "甲一", "事由": "学习"}
    for day, points in ((5, None), (6, None), (7, None), (8, 0.5)):
        diary.add(日期=dt.date(2026, 1, day), 项目编号="Z01", 分值=points, **row)
    county.form("月打分", 期间="2026-01", 支部编号="ZB1").row(党员编号="001").update(政治合格=22.5, 合计=82.5)
    exempt = county.form("月打分", 期间="2026-02", 支部编号="ZB1").row(党员编号="001")
    exempt.update(dict.fromkeys(("政治合格", "执行纪律合格", "品德合格", "作用发挥合格", "合计")), 免评原因="长期患病")
    summary = county.form("季汇总", 期间="2026Q1", 支部编号="ZB1").row(党员编号="001")
    summary.update(第一月=82.5, 第二月=None, 季度积分=81.25, 支委会调整=1.5, 调整原因="抢险", 审定积分=82.75)
    return county


def test_a_members_quarter_with_the_diary_beside_the_marks(county, tmp_path):
    found = run(adjusted(county).write(tmp_path), "001", "--period", "2026Q1")
    assert found.exit_code == 0
    assert found.stdout == MEMBER


MEMBER = """\
甲一（001）　党员　2026Q1
百分制积分 82.75　名次 第 1 名（财政第一支部，共 3 名）
2026-02 免评：长期患病（ZB1/2026-02.xlsx 月打分 I4）
2026Q1 支委会调整 1.5：抢险（ZB1/2026Q1.xlsx 季汇总 H4）

计入上级   数值  项目和出处
          82.75  百分制积分
   82.75  82.75  └─ 审定积分
   81.25  81.25     ├─ 季度积分
   41.25  82.50     │  ├─ 月积分 2026-01
   22.50  22.5      │  │  ├─ 政治合格　← ZB1/2026-01.xlsx 月打分 D4
          23.00     │  │  │  └─ 〔依据〕日记录核算分
   20.00  20        │  │  │     ├─ 起始分　← 考评方案.xlsx 党员维度 C4
    1.00   1        │  │  │     ├─ Z01 参加党员大会（ZB1/2026-01.xlsx 日记录 F4）　← 积分项目 D4
    1.00   1        │  │  │     ├─ Z01 参加党员大会（ZB1/2026-01.xlsx 日记录 F5）　← 积分项目 D4
    1.00   1        │  │  │     ├─ Z01 参加党员大会（ZB1/2026-01.xlsx 日记录 F6）　← 积分项目 D4
    0.50   0.5      │  │  │     ├─ Z01 参加党员大会　← ZB1/2026-01.xlsx 日记录 F7
   -0.50   3        │  │  │     └─ 超过每月上限 Z01　← 考评方案.xlsx 积分项目 E4
   20.00  20        │  │  ├─ 执行纪律合格　← ZB1/2026-01.xlsx 月打分 E4
   20.00  20        │  │  ├─ 品德合格　← 月打分 F4
   20.00  20        │  │  └─ 作用发挥合格　← 月打分 G4
   40.00  80.00     │  └─ 月积分 2026-03
   20.00  20        │     ├─ 政治合格　← ZB1/2026-03.xlsx 月打分 D4
   20.00  20        │     ├─ 执行纪律合格　← 月打分 E4
   20.00  20        │     ├─ 品德合格　← 月打分 F4
   20.00  20        │     └─ 作用发挥合格　← 月打分 G4
    1.50   1.5      └─ 支委会调整　← ZB1/2026Q1.xlsx 季汇总 G4

各项之和 82.75 ＝ 百分制积分 82.75，相符
规则和依据
  百分制积分：审定积分（合计口径除以参评月数）（文件二（二）党员日记录、月打分、季汇总、年评议）
  审定积分：季度积分加支委会调整（文件二（二）党员日记录、月打分、季汇总、年评议）
  季度积分：参评各月月积分的平均（或合计）（文件二（二）党员日记录、月打分、季汇总、年评议）
  月积分：各维度得分之和（文件二（二）党员日记录、月打分、季汇总、年评议）
  维度打分：月打分中的得分（文件二（二）党员日记录、月打分、季汇总、年评议）
  日记录核算分：起始分加各记录分值，扣去超过每月、每年上限和满分的部分（文件二（二）党员日记录、月打分、季汇总、年评议）
  起始分：该维度的起始分（文件二（二）党员日记录、月打分、季汇总、年评议）
  日记录（分值空白）：取积分项目的分值（文件二（二）党员日记录、月打分、季汇总、年评议）
  日记录：日记录中的分值（文件二（二）党员日记录、月打分、季汇总、年评议）
  超过每月上限：同一项目一个月的合计不超过正负每月上限（文件二（二）党员日记录、月打分、季汇总、年评议）
  支委会调整：季汇总中的支委会调整（文件二（二）党员日记录、月打分、季汇总、年评议）
"""


def test_a_committee_stops_at_its_branches_which_have_their_own(county, tmp_path):
    found = run(county.write(tmp_path), "DW1", "--period", "2026Q1")
    assert found.stdout.splitlines()[:2] == [
        "财政局机关党委（DW1）　党委　2026Q1",
        "季度得分 85.00　监测等次 良好（85 分及以上：考评方案.xlsx 等次 C5）　名次 第 1 名（全县党委，共 1 个）",
    ]
    assert tree(found.stdout) == [
        "          85.00  季度得分",
        "   42.50  85.00  ├─ ZB1 财政第一支部 1/2　← 构成见 explain ZB1",
        "   42.50  85.00  └─ ZB2 财政第二支部 1/2　← 构成见 explain ZB2",
    ]


def test_less_depth_says_what_is_left_out(county, tmp_path):
    found = run(county.write(tmp_path), "001", "--period", "2026", "--depth", 2)
    assert tree(found.stdout) == [
        "           84.00  年度综合分",
        "   64.00   80.00  ├─ 年度积分×80%",
        "   20.00   80.00  │  ├─ 百分制积分 2026Q1（下有 1 项）",
        "   20.00   80.00  │  ├─ 百分制积分 2026Q2（下有 1 项）",
        "   20.00   80.00  │  ├─ 百分制积分 2026Q3（下有 1 项）",
        "   20.00   80.00  │  └─ 百分制积分 2026Q4（下有 1 项）",
        "   20.00  100.00  └─ 评议得分×20%",
        "  100.00    2        ├─ 优秀 2 票×100÷2　← ZB1/年评议.xlsx 年评议 C4",
        "    0.00    0        ├─ 合格 0 票×80÷2　← 年评议 D4",
        "    0.00    0        ├─ 基本合格 0 票×60÷2　← 年评议 E4",
        "    0.00    0        └─ 不合格 0 票×40÷2　← 年评议 F4",
    ]
    deeper = "只显示到第 2 层，还有更细的：加 --depth 6 可以全部看到；--format json 和 --xlsx 总是完整的。"
    assert deeper in found.stdout.splitlines()
    assert "各项之和 84.00 ＝ 年度综合分 84.00，相符" in found.stdout.splitlines()


def test_on_a_narrow_terminal_texts_go_on_in_the_next_line(county, tmp_path, capsys):
    of = adjusted(county).process(tmp_path, "2026Q1").results
    explain_view.show(of, explaining.explain(of, "001"), 6, width=60)
    shown = tree(capsys.readouterr().out)
    assert shown[4:10] == [
        "   22.50  22.5      │  │  ├─ 政治合格　←",
        "                    │  │  │  │  ZB1/2026-01.xlsx 月打分 D4",
        "          23.00     │  │  │  └─ 〔依据〕日记录核算分",
        "   20.00  20        │  │  │     ├─ 起始分　← 考评方案.xlsx",
        "                    │  │  │     │  党员维度 C4",
        "    1.00   1        │  │  │     ├─ Z01 参加党员大会",
    ]
    explain_view.show(of, explaining.explain(of, "001"), 6, width=20)
    assert tree(capsys.readouterr().out)[4:7] == [
        "   22.50  22.5      │  │  ├─ 政治合格　←",
        "                    │  │  │  │  ZB1/2026-01.xlsx",
        "                    │  │  │  │  月打分 D4",
    ]


# --- caps, roundings, what is dropped ------------------------------------------------------------------------------


def rewarded(county: County, *rows: tuple[str, float, str]) -> County:
    """加减分 of ZB1, approved: 类别, 分值, 事由."""
    for kind, points, event in rows:
        row = {"组织编号": "ZB1", "日期": dt.date(2026, 5, 5), "依据": "文件", "审核": "通过"}
        county.form("加减分").add(**row, 类别=kind, 分值=points, 事由=event)
    return county


def test_a_cap_points_at_the_rule_and_every_case_is_shown(county, tmp_path):
    rewarded(county, ("个性化", 4, "表彰"), ("个性化", 3, "推广"), ("违纪", -3, "案件一"), ("违纪", -3, "案件二"))
    found = run(county.write(tmp_path), "ZB1", "--period", "2026").stdout
    assert tree(found)[-8:] == [
        "    5.00    5.00  ├─ 个性化",
        "    4.00    4     │  ├─ 表彰　← 年末/加减分.xlsx 加减分 C4",
        "    3.00    3     │  ├─ 推广　← 加减分 C5",
        "   -2.00    5     │  └─ 超过上限　← 考评方案.xlsx 参数 B6",
        "    0.00    0.00  ├─ 动态化",
        "   -3.00   -3.00  └─ 违纪",
        "   -3.00   -3        ├─ 案件一　← 年末/加减分.xlsx 加减分 C6",
        "    0.00   -3        └─ 案件二　← 加减分 C7",
    ]
    assert county.form("考评方案", "参数").cell("值", 参数="个性化上限") == "B6"


def test_discipline_within_the_cap_of_individual(county, tmp_path):
    county.set_rule("违纪计入上限", "是")
    rewarded(county, ("个性化", -4, "通报"), ("违纪", -3, "案件"))
    found = run(county.write(tmp_path), "ZB1", "--period", "2026").stdout
    assert tree(found)[-3:] == [
        "   -1.00   -1.00  └─ 违纪",
        "   -3.00   -3        ├─ 案件　← 加减分 C5",
        "    2.00    5        └─ 超过上限　← 考评方案.xlsx 参数 B6",
    ]


def test_marks_that_are_dropped_and_what_rounding_adds(county, tmp_path):
    county.set_rule("去极值人数", 3)
    marks = county.form("督查打分", 期间="2026Q1")
    row = marks.row(组织编号="ZB1")
    row["得分"] = 91
    for inspector, mark in (("互检二组", 80), ("互检三组", 85.5), ("互检四组", 85.25), ("互检五组", 85)):
        marks.add(**{**row, "检查单位": inspector, "得分": mark})
    found = run(county.only("2026Q1").write(tmp_path), "ZB1", "--period", "2026Q1").stdout
    assert tree(found)[5:] == [
        " 42.625   85.25  ├─ 督查得分×50%",
        "  0.00    91     │  ├─ 互检一组（去掉的最高、最低分）　← 督查/2026Q1.xlsx 督查打分 D4",
        " 28.50    85.5   │  ├─ 互检三组　← 督查打分 D7",
        "  0.00    80     │  ├─ 互检二组（去掉的最高、最低分）　← 督查打分 D6",
        " 28.3333  85     │  ├─ 互检五组　← 督查打分 D9",
        " 28.4167  85.25  │  └─ 互检四组　← 督查打分 D8",
        "  0.005          └─ 四舍五入",
    ]
    assert found.splitlines()[tree_end(found)] == "各项之和 82.63 ＝ 季度得分 82.63，相符"


def tree_end(text: str) -> int:
    return text.splitlines().index(tree(text)[-1]) + 2


def test_a_computed_indicator_with_its_members_and_what_the_clip_takes(county, tmp_path):
    indicators = county.form("考评方案", "指标编号")
    indicators.row(指标编号="B1").update(赋分方法="功效系数", 满意值=85, 不允许值=60)
    indicators.row(指标编号="B2").update(数据来源="党员积分均分")
    values = county.form("指标完成")
    values.rows = [row for row in values.rows if row["指标编号"] != "B2"]
    found = run(county.write(tmp_path), "ZB1", "--period", "2026", "--depth", 7).stdout
    assert tree(found)[13:22] == [
        " 60.00     60.00  │     │  ├─ B1 支部指标1",
        " 64.80     90     │     │  │  ├─ 实际值 90，功效系数（满意值 85，不允许值 60）得 108，×60%　← 年末/指标完成.xlsx 指标完成 C6",
        " -4.80            │     │  │  └─ 功效系数截断",
        " 32.00     32.00  │     │  └─ B2 支部指标2",
        " 32.00            │     │     └─ 党员积分均分 80，直接赋分得 80，×40%",
        "           80.00  │     │        └─ 〔依据〕党员积分均分",
        " 26.6667   80.00  │     │           ├─ 001 甲一　← 构成见 explain 001",
        " 26.6667   80.00  │     │           ├─ 002 甲二　← 构成见 explain 002",
        " 26.6667   80.00  │     │           └─ 003 甲三　← 构成见 explain 003",
    ]


def test_no_two_rules_go_by_one_name():
    catalogue = resources.load("rules/clauses")
    names = [entry["label"] for kind in ("steps", "items") for entry in catalogue[kind].values()]
    assert sorted(names) == sorted(set(names))


def rated(county: County, rate: str, of: str = "ZB1") -> County:
    """A unit's second indicator computed."""
    which = "B2" if of == "ZB1" else "W2"
    county.form("考评方案", "指标编号").row(指标编号=which)["数据来源"] = rate
    values = county.form("指标完成")
    values.rows = [row for row in values.rows if row["指标编号"] != which]
    return county


def below_the_rate(text: str) -> list[str]:
    """The rate's line and what was not done, without the lines of the tree."""
    lines = [line.lstrip(" 0123456789.│") for line in tree(text)]
    start = next(n for n, line in enumerate(lines) if "÷" in line and line.endswith("×100"))
    end = next(n for n, line in enumerate(lines) if n > start and "〔依据〕" not in line)
    return [line[3:] for line in lines[start:end]]


def test_a_filing_rate_names_the_forms_that_are_missing(county, tmp_path):
    rated(county, "报送率")
    for month in ("2026-03", "2026-05"):
        county.drop("日记录", 支部编号="ZB1", 期间=month)
    found = run(county.write(tmp_path), "ZB1", "--period", "2026", "--depth", 8).stdout
    assert below_the_rate(found) == ["27÷29×100", "〔依据〕ZB1 财政第一支部　未报日记录：2026-03、2026-05"]
    assert "  比率：按各表逐项计数，没有单独的单元格（方案约定）" in found.splitlines()
    assert "  未报的表：应报而没有报的表（方案约定）" in found.splitlines()


def test_a_record_coverage_names_each_member_s_months_without_a_record(county, tmp_path):
    rated(county, "日记录覆盖率")
    for month in (m for m in periods.year(2026).months if m.index != 2):
        diary = county.form("日记录", 期间=str(month), 支部编号="ZB1")
        for code, name in (("001", "甲一"), ("002", "甲二")):
            diary.add(日期=month.first_day, 党员编号=code, 姓名=name, 项目编号="Z01", 事由="学习")
    found = run(county.write(tmp_path), "ZB1", "--period", "2026", "--depth", 8).stdout
    year = "、".join(str(month) for month in periods.year(2026).months)
    assert below_the_rate(found) == [
        "22÷36×100",
        "〔依据〕001 甲一　没有日记录：2026-02",
        "〔依据〕002 甲二　没有日记录：2026-02",
        f"〔依据〕003 甲三　没有日记录：{year}",
    ]


@pytest.mark.parametrize(("unit", "listed"), [("DW1", 0), ("ZB1", 3)])
def test_a_committee_s_own_workbook_does_not_name_its_branches_members(county, tmp_path, unit, listed):
    of = rated(rated(county, "日记录覆盖率"), "日记录覆盖率", of="DW1").process(tmp_path, "2026").results
    book = next(b for b in build.unit_books(of, ()) if b.result.unit.id == unit)
    sheet = next(s for s in book.content()[0] if s.name == "得分说明")
    labels = [str(row.cells[0].value) for row in sheet.rows]
    assert any("÷" in label and label.endswith("×100") for label in labels)
    assert sum("没有日记录" in label for label in labels) == listed


def test_a_rate_of_rectification_names_what_was_not_done_in_time(county, tmp_path):
    rated(county, "整改完成率", of="DW1")
    issue = {"组织编号": "DW1", "问题": "记录不全", "完成时限": dt.date(2026, 5, 1)}
    county.form("整改台账").add(**issue, 完成日期=dt.date(2026, 5, 1), 状态="已完成")
    county.form("整改台账").add(**issue, 完成日期=dt.date(2026, 6, 1), 状态="已完成")
    county.form("整改台账").add(**issue, 状态="整改中")
    found = run(county.write(tmp_path), "DW1", "--period", "2026", "--depth", 8).stdout
    assert below_the_rate(found) == [
        "1÷3×100",
        "〔依据〕记录不全　时限 2026-05-01，完成日期 2026-06-01（年末/整改.xlsx 整改台账 G5）",
        "〔依据〕记录不全　时限 2026-05-01，完成日期 空白（年末/整改.xlsx 整改台账 G6）",
    ]


def test_sums_and_unrounded_numbers(county, tmp_path):
    """季度积分口径 = 合计, 取舍方式 = 末级."""
    county.set_rule("季度积分口径", "合计")
    county.set_rule("取舍方式", "末级")
    for form in (form for form in county.forms if form.form == "季汇总"):
        for row in form.rows:
            row.update(季度积分=240, 审定积分=240)
    summary = county.form("季汇总", 期间="2026Q1", 支部编号="ZB1").row(党员编号="001")
    summary.update(支委会调整=0.5, 调整原因="抢险", 审定积分=240.5)
    folder = county.only("2026Q1").write(tmp_path)
    found = run(folder, "001", "--period", "2026Q1", "--depth", 3).stdout
    assert tree(found) == [
        "           80.1667  百分制积分",
        " 80.1667  240.50    └─ 审定积分÷3",
        "240.00    240.00       ├─ 季度积分",
        " 80.00     80.00       │  ├─ 月积分 2026-01（下有 4 项）",
        " 80.00     80.00       │  ├─ 月积分 2026-02（下有 4 项）",
        " 80.00     80.00       │  └─ 月积分 2026-03（下有 4 项）",
        "  0.50      0.5        └─ 支委会调整　← ZB1/2026Q1.xlsx 季汇总 G4",
    ]
    found = run(folder, "ZB1", "--period", "2026Q1").stdout
    assert tree(found) == [
        "          85.03    季度得分",
        " 40.0278  80.0556  ├─ 党员积分均分×50%",
        " 26.7222  80.1667  │  ├─ 001 甲一　← 构成见 explain 001",
        " 26.6667  80.00    │  ├─ 002 甲二　← 构成见 explain 002",
        " 26.6667  80.00    │  └─ 003 甲三　← 构成见 explain 003",
        " 45.00    90.00    ├─ 督查得分×50%",
        " 90.00    90       │  └─ 互检一组　← 督查/2026Q1.xlsx 督查打分 D4",
        "  0.0022           └─ 四舍五入",
    ]


def test_months_of_the_diary_alone(county, tmp_path):
    """月积分口径 = 日记录核算: the records themselves are what is summed, with what 满分 and zero take."""
    county.set_rule("月积分口径", "日记录核算")
    diary = county.form("日记录", 期间="2026-01", 支部编号="ZB1")
    row = {"党员编号": "001", "姓名": "甲一", "事由": "事由"}
    diary.add(日期=dt.date(2026, 1, 5), 项目编号="J01", 分值=-30, **row)
    county.form("考评方案", "项目编号").row(项目编号="Z01")["每月上限"] = None
    diary.add(日期=dt.date(2026, 1, 6), 项目编号="Z01", 分值=8, **row)
    summary = county.form("季汇总", 期间="2026Q1", 支部编号="ZB1").row(党员编号="001")
    summary.update(第一月=65, 季度积分=75, 审定积分=75)
    found = run(county.only("2026Q1").write(tmp_path), "001", "--period", "2026Q1").stdout
    assert tree(found)[3:12] == [
        " 21.6667   65.00        ├─ 月积分 2026-01",
        " 25.00     25.00        │  ├─ 政治合格",
        " 20.00     20           │  │  ├─ 起始分　← 考评方案.xlsx 党员维度 C4",
        "  8.00      8           │  │  ├─ Z01 参加党员大会　← ZB1/2026-01.xlsx 日记录 F5",
        " -3.00     25           │  │  └─ 超过满分　← 考评方案.xlsx 党员维度 B4",
        "  0.00      0.00        │  ├─ 执行纪律合格",
        " 20.00     20           │  │  ├─ 起始分　← 党员维度 C5",
        "-30.00    -30           │  │  ├─ J01 无故缺席　← ZB1/2026-01.xlsx 日记录 F4",
        " 10.00                  │  │  └─ 低于零分",
    ]


def test_a_blank_vote_is_named_as_blank(county, tmp_path):
    county.form("满意度测评").row(组织编号="ZB1")["一般票"] = None
    found = run(county.write(tmp_path), "ZB1", "--period", "2026").stdout
    assert [line for line in tree(found) if "一般" in line] == [
        "    0.00    空白  │        ├─ 一般 0 票×70÷10　← 满意度测评 E5"
    ]


# --- grades and what decided them ----------------------------------------------------------------------------------


def head(of: results.Results, subject: str) -> list[str]:
    found = explanation_summary.summarise(of, subject)
    return [explanation_summary.title(found), *explanation_summary.sentences(found)]


def test_a_veto_names_its_records_and_no_bound(county, tmp_path):
    diary = county.form("日记录", 期间="2026-01", 支部编号="ZB1")
    diary.add(日期=dt.date(2026, 1, 5), 党员编号="001", 姓名="甲一", 项目编号="J09", 事由="处分", 分值=-1)
    assert head(county.process(tmp_path, "2026").results, "001") == [
        "甲一（001）　党员　2026",
        "年度综合分 84.00　建议等次 不合格　名次 第 1 名（财政第一支部，共 3 名）",
        "有一票否决的记录，等次为不合格（ZB1/2026-01.xlsx 日记录 D4）",
    ]


def test_no_place_left_among_the_best(county, tmp_path):
    """Three above 90 by the votes of their fellows alone are too many: all tie, none is 优秀."""
    for row in county.form("考评方案", "下限").rows:
        if row["对象"] == "党员" and row["等次"] == "优秀":
            row["下限"] = 84
    assert head(county.process(tmp_path, "2026").results, "001")[1:] == [
        "年度综合分 84.00　建议等次 合格（70 分及以上：考评方案.xlsx 等次 C9）　名次 第 1 名（财政第一支部，共 3 名）",
        "达到优秀，受优秀比例限制（不超过正式党员数的 1/3），改为合格（考评方案.xlsx 参数 B27）",
    ]


def test_a_candidate_without_review(county, tmp_path):
    county.form("花名册", "党小组").row(党员编号="001")["党员类别"] = "预备"
    votes = county.form("年评议", 支部编号="ZB1")
    votes.rows.remove(votes.row(党员编号="001"))
    assert head(county.process(tmp_path, "2026").results, "001")[1:] == [
        "年度综合分 80.00　建议等次 不评定等次　名次 第 3 名（财政第一支部，共 3 名）",
        "预备党员不评定等次（花名册.xlsx 党员 E4）",
        "没有年评议，年度综合分即年度积分",
    ]


def test_the_lowest_grade_names_the_bound_that_was_missed(county, tmp_path):
    for row in county.form("考评方案", "下限").rows:
        if row["对象"] == "组织" and row["等次"] == "一般":
            row["下限"] = 90.81
        if row["对象"] == "组织" and row["等次"] in ("优秀", "良好"):
            row["下限"] = 95 if row["等次"] == "良好" else 99
    assert head(county.process(tmp_path, "2026").results, "ZB1")[1] == (
        "总分 90.80　等次 较差（不足 90.81 分：考评方案.xlsx 等次 C6）　名次 第 1 名（财政局机关党委，共 2 个）　全县第 1 名（共 2 个）"
    )


def test_a_draft_says_so(county, tmp_path):
    county.drop("季汇总", 支部编号="ZB2", 期间="2026Q1")
    of = process.process_draft(county.only("2026Q1").write(tmp_path), periods.parse("2026Q1"), {}).results
    assert head(of, "DW1") == [
        "财政局机关党委（DW1）　党委　2026Q1",
        "季度得分 85.00　监测等次 良好（85 分及以上：考评方案.xlsx 等次 C5）　暂列名次 第 1 名（全县党委，共 1 个）",
        "有支部没有列入，得分不完整",
    ]
    sheet = explanation.build(View(of, ()), explaining.explain(of, "DW1"))
    assert sheet.title.cells[0].value == "财政局机关党委（DW1）　【草稿·不完整】2026年第一季度（监测）计分明细"


# --- as data and as a workbook -------------------------------------------------------------------------------------


def test_the_tree_as_data(county, tmp_path):
    found = run(adjusted(county).write(tmp_path), "001", "--period", "2026Q1", "--format", "json")
    data = json.loads(found.stdout)
    top = data.pop("tree")
    assert data == {
        "id": "001",
        "name": "甲一",
        "level": "member",
        "period": "2026Q1",
        "draft": False,
        "score": "82.75",
        "grade": None,
        "bound": None,
        "rank": 1,
        "ranked": 3,
        "cohort": "财政第一支部",
        "rank_county": None,
        "ranked_county": None,
        "notes": [
            {
                "kind": "exempt",
                "text": "2026-02 免评：长期患病",
                "places": [{"file": "ZB1/2026-02.xlsx", "sheet": "月打分", "cell": "I4"}],
            },
            {
                "kind": "adjustment",
                "text": "2026Q1 支委会调整 1.5：抢险",
                "places": [{"file": "ZB1/2026Q1.xlsx", "sheet": "季汇总", "cell": "H4"}],
            },
        ],
        "sum": "82.75",
        "agrees": True,
        "sealed": None,
    }
    mark = top["children"][0]["children"][0]["children"][0]["children"][0]
    assert mark.pop("basis")[0]["value"] == "23.00"
    assert mark == {
        "label": "政治合格",
        "name": "维度打分",
        "subject": "001",
        "period": "2026-01",
        "value": "22.50",
        "amount": "22.50",
        "in_total": "11.25",
        "share": None,
        "rule": "月打分中的得分",
        "clause": "文件二（二）党员日记录、月打分、季汇总、年评议",
        "file": "ZB1/2026-01.xlsx",
        "sheet": "月打分",
        "cell": "D4",
        "held": "22.50",
        "children": [],
    }


def test_numbers_without_an_end_are_fractions_in_the_data(county, tmp_path):
    found = run(county.only("2026Q1").write(tmp_path), "ZB1", "--period", "2026Q1", "--format", "json")
    data = json.loads(found.stdout)
    assert data["bound"] == {
        "limit": "85.00",
        "reached": True,
        "file": "考评方案.xlsx",
        "sheet": "等次",
        "cell": "C5",
    }
    member = data["tree"]["children"][0]["children"][0]
    assert (member["label"], member["subject"], member["value"]) == ("001 甲一", "001", "80.00")
    assert (member["amount"], member["amount_rounded"]) == ("80/3", "26.6667")
    assert (member["share"], member["share_rounded"]) == ("1/3", "0.3333")
    assert (member["in_total"], member["in_total_rounded"]) == ("40/3", "13.3333")
    assert (member["file"], member["sheet"], member["cell"], member["held"]) == (None, None, None, None)


def test_the_workbook_has_every_line_of_the_tree(county, tmp_path):
    book = tmp_path / "甲一.xlsx"
    found = run(adjusted(county).write(tmp_path / "data"), "001", "--period", "2026Q1", "--depth", 0, "--xlsx", book)
    assert found.stdout.splitlines()[-1] == f"已写出 {book}"
    sheet = openpyxl.load_workbook(book)["计分明细"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [rows[n][0] for n in range(4)] == [
        "甲一（001）　2026年第一季度（监测）计分明细",
        "百分制积分 82.75　名次 第 1 名（财政第一支部，共 3 名）",
        "2026-02 免评：长期患病（ZB1/2026-02.xlsx 月打分 I4）",
        "2026Q1 支委会调整 1.5：抢险（ZB1/2026Q1.xlsx 季汇总 H4）",
    ]
    assert rows[4] == ["项目", "数值", "计入上级", "计入总分", "规则", "依据", "文件", "工作表", "单元格"]
    by = "文件二（二）党员日记录、月打分、季汇总、年评议"
    month, scheme = "ZB1/2026-01.xlsx", "考评方案.xlsx"
    assert rows[8:11] == [
        ["　　　月积分 2026-01", 82.5, 41.25, 41.25, "各维度得分之和", by, None, None, None],
        ["　　　　政治合格", 22.5, 22.5, 11.25, "月打分中的得分", by, month, "月打分", "D4"],
        [
            "　　　　　〔依据〕日记录核算分",
            23,
            "—",
            "—",
            "起始分加各记录分值，扣去超过每月、每年上限和满分的部分",
            by,
            None,
            None,
            None,
        ],
    ]
    limit = next(row for row in rows if str(row[0]).strip("　").startswith("超过每月上限"))
    assert limit[1:4] + limit[6:] == [3, -0.5, "—", scheme, "积分项目", "E4"]
    of = explaining.explain(county.process(tmp_path / "again", "2026Q1").results, "001")
    assert [row[0].strip("　") for row in rows[5:-2]] == [
        ("〔依据〕" if line.is_basis else "") + line.node.label for line in explaining.tree_rows(of)
    ]
    assert [sheet.row_dimensions[n].outlineLevel for n in range(6, 13)] == [0, 1, 2, 3, 4, 5, 6]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_a_deep_tree_folds_as_far_as_excel_can(county, tmp_path):
    of = adjusted(county).process(tmp_path, "2026").results
    top = explaining.explain(of, "001")
    assert max(line.level for line in explaining.tree_rows(top)) == 8
    sheet = explanation.build(View(of, ()), top)
    assert max(row.level for row in sheet.rows) == 7
    workbook.write(tmp_path / "甲一.xlsx", [sheet])


def test_braces_in_a_reason_are_no_placeholders(county, tmp_path):
    adjusted(county).form("季汇总", 期间="2026Q1", 支部编号="ZB1").row(党员编号="001")["调整原因"] = "{抢险}"
    of = county.process(tmp_path, "2026Q1").results
    texts = [row.cells[0].value for row in explanation.build(View(of, ()), explaining.explain(of, "001")).subtitles]
    assert "2026Q1 支委会调整 1.5：{抢险}（ZB1/2026Q1.xlsx 季汇总 H4）" in texts


# --- who is meant --------------------------------------------------------------------------------------------------


def test_a_full_name_will_do(county, tmp_path):
    folder = county.only("2026Q1").write(tmp_path)
    for written in ("乙二", "005", " 乙 二 "):
        assert run(folder, written, "--period", "2026Q1").stdout.startswith("乙二（005）　党员")
    assert run(folder, "财政局机关党委", "--period", "2026Q1").stdout.startswith("财政局机关党委（DW1）　党委")


def test_several_of_one_name_are_listed(county, tmp_path):
    members = county.form("花名册", "党小组")
    members.row(党员编号="004")["姓名"] = "甲一"
    for form in (f for f in county.forms if f.labels.get("支部编号") == "ZB2" and f.form != "日记录"):
        form.row(党员编号="004")["姓名"] = "甲一"
    assert refused(county.only("2026Q1").write(tmp_path), "甲一", "--period", "2026Q1") == (
        "有 2 个“甲一”，请改写编号：\n  001　甲一　财政第一支部（ZB1）\n  004　甲一　财政第二支部（ZB2）"
    )


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("1", "花名册中没有“1”，请写编号或全名（是否为“001”？）。"),
        ("ZB01", "花名册中没有“ZB01”，请写编号或全名（是否为“ZB1”？）。"),
        ("第二支部", "花名册中没有“第二支部”，请写编号或全名（是否为“ZB2”？）。"),
        ("财政第一支郎", "花名册中没有“财政第一支郎”，请写编号或全名。"),
        ("甲", "花名册中没有“甲”，请写编号或全名。"),
        ("009", "花名册中没有“009”，请写编号或全名。"),
    ],
)
def test_nobody_is_guessed_by_likeness(county, tmp_path, written, asked):
    assert refused(county.only("2026Q1").write(tmp_path), written, "--period", "2026Q1") == asked


def test_who_is_known_but_not_scored_is_told_why(county, tmp_path):
    members = county.form("花名册", "党小组")
    members.row(党员编号="001").update(积分管理="否", 不参加原因="离退休")
    members.row(党员编号="004")["转出日期"] = dt.date(2026, 3, 9)
    members.row(党员编号="005")["转出日期"] = dt.date(2025, 3, 9)
    units = county.form("花名册", "上级编号")
    units.add(组织编号="DW2", 组织名称="空的党委", 层级="党委", 窗口单位="否")
    units.add(组织编号="DW3", 组织名称="旧党委", 层级="党委", 窗口单位="否", 撤销日期=dt.date(2026, 1, 9))
    gone = {"001": ("ZB1",), "004": ("2026-03", "2026Q1"), "005": ("ZB2",)}
    for form in (f for f in county.forms if f.form in ("月打分", "季汇总")):
        there = {form.labels["支部编号"], form.labels["期间"]}
        form.rows = [row for row in form.rows if not there & set(gone.get(row["党员编号"], ()))]
    folder = county.only("2026Q1").write(tmp_path)
    assert {code: refused(folder, code, "--period", "2026Q1") for code in ("001", "004", "005", "DW2", "DW3")} == {
        "001": "甲一（001） 在 2026Q1 没有分数：不参加积分管理：离退休。",
        "004": "乙一（004） 在 2026Q1 没有分数：期末不在册（2026-03-09 转出）。",
        "005": "乙二（005） 在 2026Q1 没有分数：本期间不在册。",
        "DW2": "空的党委（DW2） 在 2026Q1 没有分数：没有可以排名的支部，不参加季度排名。",
        "DW3": "旧党委（DW3） 在 2026Q1 没有分数：期末（2026-03-31）不存在。",
    }


def test_the_codes_with_which_it_ends(county, tmp_path, monkeypatch):
    folder = str(county.only("2026Q1").write(tmp_path))
    calls = {("甲一", "--period", "2026Q1"): 0, ("甲", "--period", "2026Q1"): 2, ("甲一", "--xlsx", "甲一.pdf"): 2}
    for call, code in calls.items():
        monkeypatch.setattr("sys.argv", ["lianghua-batch", "explain", folder, *call])
        assert dispatch() == code, call


def test_data_with_errors_is_not_explained(county, tmp_path):
    county.form("月打分", 期间="2026-01", 支部编号="ZB1").row(党员编号="001")["合计"] = 99
    folder = county.only("2026Q1").write(tmp_path)
    found = run(folder, "002", "--period", "2026Q1")
    assert found.exit_code == 1
    assert found.stdout == ""
    assert "[E310] ZB1/2026-01.xlsx 月打分 H4：" in found.stderr
    assert found.stderr.splitlines()[-1].endswith(
        "错误 1 条，警告 7 条。有错误，不能计分，没有可以说明的得分。请先按上面的提示改正；"
        "急需查看没有错误的单位的，加 --partial（草稿，名次不是最终名次）。"
    )
    found = run(folder, "002", "--period", "2026Q1", "--format", "json")
    assert (found.exit_code, json.loads(found.stdout)["summary"]["errors"]) == (1, 1)


def test_a_draft_explains_the_units_without_errors(county, tmp_path):
    county.form("月打分", 期间="2026-01", 支部编号="ZB1").row(党员编号="001")["合计"] = 99
    folder = county.only("2026Q1").write(tmp_path)
    found = run(folder, "乙一", "--period", "2026Q1", "--partial")
    assert found.exit_code == 0
    assert found.stdout.splitlines()[:2] == [
        "乙一（004）　党员　2026Q1",
        "百分制积分 80.00　暂列名次 第 1 名（财政第二支部，共 3 名）",
    ]
    assert json.loads(run(folder, "004", "--format", "json", "--period", "2026Q1", "--partial").stdout)["draft"] is True
    assert refused(folder, "001", "--period", "2026Q1", "--partial") == (
        "甲一（001） 在 2026Q1 没有分数：所在支部未列入本草稿。"
    )
    assert refused(folder, "ZB1", "--period", "2026Q1", "--partial") == (
        "财政第一支部（ZB1） 在 2026Q1 没有分数：未列入本草稿：数据有 1 处错误。"
    )


def test_a_unit_may_be_left_out_of_the_draft(county, tmp_path):
    folder = county.only("2026Q1").write(tmp_path)
    assert refused(folder, "ZB2", "--period", "2026Q1", "--partial", "ZB2=材料未到") == (
        "财政第二支部（ZB2） 在 2026Q1 没有分数：未列入本草稿：暂缺：材料未到。"
    )


def test_where_there_can_be_no_draft_it_says_what_to_do(county, tmp_path):
    county.form("花名册", "党小组").row(党员编号="001")["支部编号"] = "ZB7"
    found = run(county.only("2026Q1").write(tmp_path), "002", "--period", "2026Q1", "--partial")
    assert found.exit_code == 1
    assert found.stderr.splitlines()[-1].endswith(
        "错误在花名册、考评方案中，或没有一个单位可以计分，草稿也出不了，没有可以说明的得分。请先按上面的提示改正。"
    )


# --- where the workbook may be written -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published_county(tmp_path_factory):
    """A quarter of the small county, published; its folder, and one beside it for what is written."""
    folder = County().only("2026Q1").write(tmp_path_factory.mktemp("county") / "data")
    found = CliRunner().invoke(root, ["run", str(folder), "--period", "2026Q1", "--out", str(folder.parent / "结果")])
    assert found.exit_code == 0
    return folder


def test_an_earlier_explanation_may_be_replaced(published_county, tmp_path):
    book = tmp_path / "说明.xlsx"
    for subject in ("001", "ZB1"):
        found = run(published_county, subject, "--period", "2026Q1", "--xlsx", book)
        assert (found.exit_code, found.stdout.splitlines()[-1]) == (0, f"已写出 {book}")
    assert openpyxl.load_workbook(book)["计分明细"]["A1"].value.startswith("财政第一支部（ZB1）")


@pytest.mark.parametrize("file", ["考评排名_2026Q1.xlsx", "各单位/ZB1_财政第一支部_考评结果_2026Q1.xlsx"])
def test_no_published_workbook_is_replaced(published_county, file):
    assert refused_as_it_was(published_county, published_county.parent / "结果" / file) == ALREADY_THERE


ALREADY_THERE = "“{path}”已经有了，而且不是本程序写的说明工作簿，没有改动。请换一个文件名"


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04 damaged"])
def test_no_other_file_is_replaced(published_county, tmp_path, content):
    (tmp_path / "总结.xlsx").write_bytes(content)
    assert refused_as_it_was(published_county, tmp_path / "总结.xlsx") == ALREADY_THERE


def test_no_workbook_of_somebody_else_is_replaced(published_county, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "计分明细"
    book.save(tmp_path / "总结.xlsx")
    assert refused_as_it_was(published_county, tmp_path / "总结.xlsx") == ALREADY_THERE


@pytest.mark.parametrize("file", ["花名册.xlsx", "甲一.xlsx", "ZB1/甲一.xlsx", "输出/甲一.xlsx", "归档/甲一.xlsx"])
def test_nothing_is_written_into_the_data_folder(published_county, file):
    book = published_county / file
    book.parent.mkdir(exist_ok=True)
    assert refused_as_it_was(published_county, book) == (
        "“{path}”在数据文件夹里，说明工作簿不能写在那里（会当作上报的表，或盖掉已有的结果）。请写到数据文件夹以外"
    )


def test_a_way_round_leads_into_the_data_folder_all_the_same(published_county, tmp_path):
    (tmp_path / "link").symlink_to(published_county, target_is_directory=True)
    assert "在数据文件夹里" in refused_as_it_was(published_county, tmp_path / "link" / "花名册.xlsx")


def test_no_folder_is_made(published_county, tmp_path):
    book = tmp_path / "说明" / "甲一.xlsx"
    assert refused_as_it_was(published_county, book) == f"没有文件夹“{book.parent}”。请先建好，或换一个位置"
    assert not book.parent.exists()


def refused_as_it_was(folder: Path, book: Path) -> str:
    """What is said of a file that is not written; it stays as it was, and the call was wrong."""
    before = book.read_bytes() if book.exists() else None
    found = CliRunner().invoke(root, ["explain", str(folder), "001", "--period", "2026Q1", "--xlsx", str(book)])
    assert (found.exit_code, found.stdout) == (2, "")
    assert (book.read_bytes() if book.exists() else None) == before
    return found.stderr.splitlines()[-1].removeprefix("Error: ").replace(f"“{book}”", "“{path}”")


def test_the_manuals_example_is_what_is_printed(county, tmp_path):
    text = (ROOT / "docs" / "使用手册.md").read_text(encoding="utf-8")
    start = text.index("### 得分怎样来的")
    example = text[text.index("```\n甲一（001）", start) + 4 :]
    example = example[: example.index("```")]
    found = run(adjusted(county).write(tmp_path), "001", "--period", "2026Q1", "--depth", 4)
    assert found.stdout.startswith(example)

"""指标分析 and 评分人分析: figures worked out by hand, verdicts in plain words, and no score changed by any of it."""

import datetime as dt
import statistics
from fractions import Fraction

import openpyxl
import pytest
from factories import County
from hypothesis import given
from hypothesis import strategies as st

from lianghua_batch.analysis import crowding, identical_marks, indicator_statistics, rater_statistics
from lianghua_batch.analysis import statistics as figures
from lianghua_batch.core import exact, periods
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.model.scheme import Band
from lianghua_batch.report import ranking_workbook
from lianghua_batch.report.writer import workbook

SHEETS = ("指标分析", "评分人分析")
BRANCHES = {f"ZB{n}": f"财政第{word}支部" for n, word in enumerate("一二三四五六", start=1)}
QUARTERS = ("2026Q1", "2026Q2", "2026Q3", "2026Q4")


def six_branches() -> County:
    """The small county with four more branches, without members; everyone marks 90 as in the first two."""
    county = County()
    for code, name in list(BRANCHES.items())[2:]:
        county.form("花名册", "组织编号").add(组织编号=code, 组织名称=name, 层级="支部", 上级编号="DW1", 窗口单位="否")
        for quarter in QUARTERS:
            form = county.form("督查打分", 期间=quarter)
            form.add(组织编号=code, 组织名称=name, 检查单位="互检一组", 得分=90)
        for indicator in ("B1", "B2"):
            county.form("指标完成").add(组织编号=code, 指标编号=indicator, 实际值=90)
        county.form("监督员评分").add(组织编号=code, 监督员="监督员甲", 得分=90)
        county.form("满意度测评").add(组织编号=code, 测评对象="党员群众", 优秀票=10)
    for branch in ("ZB1", "ZB2"):
        for row in county.form("年评议", 支部编号=branch).rows:
            row["优秀票"] = 10
    return county


def fill(county: County, indicator: str, values: list[int]) -> None:
    """Fill one indicator's 实际值 of ZB1 to ZB6."""
    for code, value in zip(BRANCHES, values, strict=True):
        county.form("指标完成").row(组织编号=code, 指标编号=indicator)["实际值"] = value


def scored(county: County, folder, period: str = "2026"):
    outcome = county.process(folder, period)
    assert outcome.results is not None, [p.as_dict() for p in outcome.problems]
    return outcome.results


def book(results, folder):
    """The workbook with the sheets that are looked at here."""
    sheets = [s for s in ranking_workbook.build(results, ()) if s.name in SHEETS]
    workbook.write(folder / "a.xlsx", sheets)
    return openpyxl.load_workbook(folder / "a.xlsx")


def lines(sheet) -> list[str]:
    """The sheet's rows, their filled cells in one line each."""
    rows = (" | ".join(_shown(v) for v in row if v not in (None, "")) for row in sheet.iter_rows(values_only=True))
    return [row for row in rows if row]


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


# --- 指标分析 -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def falling(tmp_path_factory):
    """B1 (60 points) falls from branch to branch, B2 (40 points) rises, so that 总分 falls; a seventh branch has gone."""
    county = six_branches()
    fill(county, "B1", [100, 90, 80, 70, 60, 50])
    fill(county, "B2", [50, 60, 70, 80, 90, 100])
    county.form("花名册", "组织编号").add(
        组织编号="ZB7",
        组织名称="财政第七支部",
        层级="支部",
        上级编号="DW1",
        窗口单位="否",
        撤销日期=dt.date(2026, 1, 15),
    )
    county.form("考评方案", "数据来源").add(
        指标编号="B7",
        层级="支部",
        适用单位="ZB7",
        类别="差异化",
        指标名称="撤并支部指标",
        权重=40,
        赋分方法="直接赋分",
        数据来源="填报",
        审核="通过",
    )
    return scored(county, tmp_path_factory.mktemp("falling"))


def test_full_marks_are_the_whole_weight_however_scores_are_rounded(tmp_path):
    """小数位 0: 7.5 points of 7.5 are published as 8, which are not 107% of them; 6.75, published as 7, are not full."""
    county = six_branches()
    county.set_rule("小数位", 0)
    scheme = county.form("考评方案", "指标编号")
    scheme.row(指标编号="B1")["权重"] = 7.5
    scheme.add(**{**scheme.row(指标编号="B1"), "指标编号": "B3", "指标名称": "支部指标3", "权重": 52.5})
    for code in BRANCHES:
        county.form("指标完成").add(组织编号=code, 指标编号="B3", 实际值=90)
    fill(county, "B1", [100, 100, 90, 90, 0, 0])
    for form in county.forms:  # filled figures are whole numbers already
        assert form.form != "季汇总" or all(row["审定积分"] == 80 for row in form.rows)
    b1 = next(f for f in indicator_statistics.analyse(scored(county, tmp_path)) if f.indicator.id == "B1")
    assert (b1.lowest, b1.mean, b1.highest) == (0, Fraction(19, 30), 1)
    assert (b1.full, b1.zero) == (Fraction(1, 3), Fraction(1, 3))


def test_figures_of_indicators_by_hand(falling):
    found = {f.indicator.id: f for f in indicator_statistics.analyse(falling)}
    b1 = found["B1"]
    assert (b1.units, b1.mean, b1.lowest, b1.highest) == (6, Fraction(3, 4), Fraction(1, 2), 1)
    # Distances from the mean 25, 15 and 5 on both sides: √((625 + 225 + 25) ÷ 3) = √291.67 = 17.078
    assert exact.text(b1.spread * 100, 3) == "17.078"
    assert (b1.full, b1.zero) == (Fraction(1, 6), 0)
    # 27 % of six units are two: (100 + 90) ÷ 2 − (60 + 50) ÷ 2 = 40
    assert b1.discrimination == Fraction(2, 5)
    assert b1.correlation == -1  # what is left of 总分 is B2, which rises as B1 falls
    assert found["B2"].discrimination == Fraction(-2, 5)


def test_the_sheet_has_what_needs_looking_at_first(falling, tmp_path):
    found = lines(book(falling, tmp_path)["指标分析"])
    assert found[2:-3] == [
        "指标编号 | 指标名称 | 类别 | 权重 | 适用单位数 | 得分占权重 | 单位占比 | 区分度 | 与总分相关 | 判断 | 建议 | 意见建议",
        "平均 | 最低 | 最高 | 标准差 | 满分 | 零分",
        "党委指标 2 项",
        "W1 | 党委指标1 | 常规化 | 60 | 1 | 0.9 | 0.9 | 0.9 | 0 | 0 | 0 | — | — | 单位太少，不作判断",
        "W2 | 党委指标2 | 差异化 | 40 | 1 | 0.9 | 0.9 | 0.9 | 0 | 0 | 0 | — | — | 单位太少，不作判断",
        "支部指标 3 项：与总分反向，请核实 1 项；没有单位适用 1 项",
        "B2 | 支部指标2 | 差异化 | 40 | 6 | 0.75 | 0.5 | 1 | 0.171 | 0.167 | 0 | -0.4 | -1 | 与总分反向，请核实"
        " | 总分高的单位这项得分反而低，请核实实际值和标准值",
        "B7 | 撤并支部指标 | 差异化 | 40 | 0 | — | — | — | — | — | — | — | — | 没有单位适用"
        " | 请核实适用单位；不再使用的，请在下年方案中删去",
        "B1 | 支部指标1 | 常规化 | 60 | 6 | 0.75 | 0.5 | 1 | 0.171 | 0.167 | 0 | 0.4 | -1 | 区分度好",
    ]
    assert found[-3:] == [
        "本表供修订下年方案参考，不影响得分。最需要看的排在前面；单位少于 5 个的不作判断，“—”表示没有这个数。",
        "区分度＝总分最高的 27% 单位的平均得分率－总分最低的 27% 单位的平均得分率，15% 以上为好，5% 以下为低；标准差小于 2% 的为几乎一样。",
        "与总分相关：得分率与总分（去掉本指标的份额）的相关系数；不高于 -0.3、区分度又不大于零的，为与总分反向。满分或零分的单位达到 90% 的，为几乎都满分、几乎都不得分。",
    ]


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([100] * 6, "full"),
        ([0] * 6, "zero"),
        ([90] * 6, "alike"),
        ([90, 90, 80, 80, 88, 88], "low"),  # (90 + 90) ÷ 2 − (88 + 88) ÷ 2 = 2
        ([90, 90, 88, 88, 80, 80], "fair"),  # 10
        ([90, 90, 80, 80, 75, 75], "good"),  # 15
    ],
)
def test_verdicts(values, verdict, tmp_path):
    county = six_branches()
    fill(county, "B1", [100, 95, 80, 70, 50, 45])  # decides the order of 总分
    fill(county, "B2", values)
    found = {f.indicator.id: f.verdict for f in indicator_statistics.analyse(scored(county, tmp_path))}
    assert found["B2"] == verdict


def test_a_quarter_has_no_indicators(tmp_path):
    assert indicator_statistics.analyse(scored(County().only("2026Q1"), tmp_path, "2026Q1")) == ()


# --- 评分人分析: those who mark -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """监督员甲 marks 90 throughout; 监督员乙 the branches 95, 96, 97, 95, 96, 97; 监督员丙 ZB1 alone, 91.

    督查: 互检一组 marks 90 throughout; in the first quarter ZB1 marks ZB2 with 87, once written as a code.
    """
    county = six_branches()
    marks = county.form("监督员评分")
    for code, mark in zip(BRANCHES, (95, 96, 97, 95, 96, 97), strict=True):
        marks.add(组织编号=code, 监督员="监督员乙", 得分=mark)
    marks.add(组织编号="ZB1", 监督员="监督员丙", 得分=91)
    for quarter, inspector in (("2026Q1", "ZB1"), ("2026Q2", "财政第一支部")):
        county.form("督查打分", 期间=quarter).add(组织编号="ZB2", 组织名称="财政第二支部", 检查单位=inspector, 得分=87)
    return scored(county, tmp_path_factory.mktemp("marked"))


def test_bias_is_the_mean_difference_from_the_others_on_common_units(marked):
    found = {r.rater: r for r in rater_statistics.analyse(marked, rater_statistics.SUPERVISORS)}
    strict, lenient, few = found["监督员甲"], found["监督员乙"], found["监督员丙"]
    # ZB1: 90 − (95 + 91) ÷ 2 = −3; ZB2…ZB6: −6, −7, −5, −6, −7; DW1 has nobody else's mark.
    assert (strict.marks, strict.compared, strict.bias) == (7, 6, Fraction(-34, 6))
    # ZB1: 95 − (90 + 91) ÷ 2 = 4.5; then 6, 7, 5, 6, 7
    assert (lenient.marks, lenient.compared, lenient.bias) == (6, 6, Fraction(355, 60))
    assert (few.marks, few.compared, few.bias) == (1, 1, Fraction(-3, 2))
    assert strict.verdicts == ("strict", "same")
    assert lenient.verdicts == ("lenient",)
    assert few.verdicts == ()
    # 95, 96, 97, twice each: √(2 ÷ 3) = 0.816
    assert exact.text(lenient.spread) == "0.82"


def test_a_rater_written_by_code_is_the_unit_of_that_name(marked):
    found = {r.rater: (r.marks, r.mean, r.bias) for r in rater_statistics.analyse(marked, rater_statistics.INSPECTION)}
    assert found["财政第一支部"] == (2, 87, -3)
    assert set(found) == {"互检一组", "财政第一支部"}


def test_the_sheet_of_raters(marked, tmp_path):
    assert lines(book(marked, tmp_path)["评分人分析"])[1:] == [
        "考评期间：2026-01-01 至 2026-12-31　　考评方案：2026年考评方案",
        "本表只提示需要核实的地方，不影响得分，也不说明评分有误；请结合实际情况判断。",
        "督查检查单位",
        "偏差＝本单位打分－其他检查单位对同一单位、同一期的平均打分，取平均；可比 5 次以上、偏差达到 3 分的提示。打分 5 次以上而全部相同的提示。",
        "检查单位 | 打分次数 | 平均 | 最低 | 最高 | 标准差 | 可比次数 | 偏差 | 提示 | 建议",
        "互检一组 | 25 | 90 | 90 | 90 | 0 | 2 | 3 | 打分全部相同 | 请核实是否逐个单位检查、打分",
        "财政第一支部 | 2 | 87 | 87 | 87 | 0 | 2 | -3",
        "监督员",
        "偏差＝本人打分－其他监督员对同一单位的平均打分，取平均；可比 5 次以上、偏差达到 3 分的提示。打分 5 次以上而全部相同的提示。",
        "监督员 | 打分次数 | 平均 | 最低 | 最高 | 标准差 | 可比次数 | 偏差 | 提示 | 建议",
        "监督员甲 | 7 | 90 | 90 | 90 | 0 | 6 | -5.67 | 明显偏严、打分全部相同"
        " | 请对照同一单位其他评分人的打分，核实评分尺度是否一致\n请核实是否逐个单位检查、打分",
        "监督员乙 | 6 | 96 | 95 | 97 | 0.82 | 6 | 5.92 | 明显偏宽 | 请对照同一单位其他评分人的打分，核实评分尺度是否一致",
        "监督员丙 | 1 | 91 | 91 | 91 | 0 | 1 | -1.5",
        "等次线附近的得分",
        "线上＝等次下限起 1 分以内（含下限），线下＝下限以下 1 分以内，再高＝线上再高 1 分以内。线上不少于 5 个，达到线下的 3 倍，又多于再高的，提示。",
        "得分 | 等次下限 | 个数 | 线下 | 线上 | 再高 | 线上占比 | 提示 | 建议",
        "督查打分（全部） | 优秀（90分） | 27 | 0 | 25 | 0 | 0.926 | 集中在等次线上 | 请抽查刚过线的得分，核对打分、测评和加减分的依据",
        "监督员评分（全部） | 优秀（90分） | 14 | 0 | 7 | 1 | 0.5 | 集中在等次线上 | 请抽查刚过线的得分，核对打分、测评和加减分的依据",
        "党委总分 | 优秀（90分） | 1 | 0 | 1 | 0 | 1",
        "测评、评议的票数",
        "一行（一类测评对象，或一名党员）有 5 票以上而全部投在一个等级的，计为一致。满意度测评有一致的即列出；年评议有 3 行以上、一致的达到 80%，或每行票数完全一样的列出。",
        "组织编号 | 组织名称 | 表种 | 行数 | 一致的 | 提示 | 建议",
        "DW1 | 财政局机关党委 | 满意度测评 | 1 | 1 | 票数全在一个等级 | 请核实测评的组织情况，如参加人员、是否当场填写",
        *(
            f"{code} | {name} | 满意度测评 | 1 | 1 | 票数全在一个等级 | 请核实测评的组织情况，如参加人员、是否当场填写"
            for code, name in BRANCHES.items()
        ),
        "ZB1 | 财政第一支部 | 年评议 | 3 | 3 | 每名党员的票数完全一样 | 请核实是否逐人评议、分别计票",
        "ZB2 | 财政第二支部 | 年评议 | 3 | 3 | 每名党员的票数完全一样 | 请核实是否逐人评议、分别计票",
        "党小组月打分",
        "党小组一个月有 4 名以上党员计分、各维度的打分全部相同的，计为相同；相同的有 2 个月以上、达到计分月数的 50% 的列出。",
        "党小组的月打分没有需要提示的。",
    ]


def test_a_quarter_has_no_supervisors_and_no_ballots(tmp_path):
    quarter = book(scored(six_branches().only("2026Q1"), tmp_path / "data", "2026Q1"), tmp_path)
    assert "指标分析" not in quarter.sheetnames
    assert lines(quarter["评分人分析"])[3:] == [
        "本表只提示需要核实的地方，不影响得分，也不说明评分有误；请结合实际情况判断。",
        "督查检查单位",
        "偏差＝本单位打分－其他检查单位对同一单位、同一期的平均打分，取平均；可比 5 次以上、偏差达到 3 分的提示。打分 5 次以上而全部相同的提示。",
        "检查单位 | 打分次数 | 平均 | 最低 | 最高 | 标准差 | 可比次数 | 偏差 | 提示 | 建议",
        "互检一组 | 6 | 90 | 90 | 90 | 0 | 0 | — | 打分全部相同 | 请核实是否逐个单位检查、打分",
        "等次线附近的得分",
        "线上＝等次下限起 1 分以内（含下限），线下＝下限以下 1 分以内，再高＝线上再高 1 分以内。线上不少于 5 个，达到线下的 3 倍，又多于再高的，提示。",
        "得分 | 等次下限 | 个数 | 线下 | 线上 | 再高 | 线上占比 | 提示 | 建议",
        "督查打分（全部） | 优秀（90分） | 6 | 0 | 6 | 0 | 1 | 集中在等次线上 | 请抽查刚过线的得分，核对打分、测评和加减分的依据",
        # The four branches without members have their 督查 alone, 90; the others (80 + 90) ÷ 2 = 85.
        "支部季度得分 | 优秀（90分） | 6 | 0 | 4 | 0 | 0.667",
        "支部季度得分 | 良好（85分） | 6 | 0 | 2 | 0 | 0.333",
        "党小组月打分",
        "党小组一个月有 4 名以上党员计分、各维度的打分全部相同的，计为相同；相同的有 2 个月以上、达到计分月数的 50% 的列出。",
        "党小组的月打分没有需要提示的。",
    ]


# --- around the bounds of grades -----------------------------------------------------------------------------------

BANDS = (Band("优秀", Fraction(90), SourceRef("")), Band("较差", None, SourceRef("")))


def around(*marks: str) -> crowding.Crowd:
    (found,) = crowding.crowds([Fraction(mark) for mark in marks], BANDS)
    return found


def test_marks_just_below_just_above_and_beyond():
    found = around("88.99", "89", "89.99", "90", "90.99", "91", "91.99", "92")
    assert (found.numbers, found.below, found.above, found.beyond) == (8, 2, 2, 2)
    assert found.share == Fraction(1, 4)


@pytest.mark.parametrize(
    ("marks", "striking"),
    [
        (["90"] * 5, True),
        (["90"] * 4, False),  # too few
        (["90"] * 6 + ["89.5"] * 2, True),
        (["90"] * 5 + ["89.5"] * 2, False),  # not three times as many
        (["90"] * 5 + ["91"] * 5, False),  # as many further up: these are simply good
    ],
)
def test_what_is_striking(marks, striking):
    assert around(*marks).striking is striking


def test_a_rater_whose_marks_crowd_just_above_a_bound_is_told_to_be_looked_at(tmp_path):
    county = six_branches()
    for code, mark in zip(BRANCHES, ("90", "90.2", "90.5", "90.5", "90.9", "89"), strict=True):
        county.form("监督员评分").row(组织编号=code)["得分"] = float(mark)
    results = scored(county, tmp_path / "data")
    (rater,) = rater_statistics.analyse(results, rater_statistics.SUPERVISORS)
    assert rater.verdicts == ("crowded",)
    found = lines(book(results, tmp_path)["评分人分析"])
    # DW1's 90 is among the seven, too: six just above, one just below.
    assert (
        "监督员评分：监督员甲 | 优秀（90分） | 7 | 1 | 6 | 0 | 0.857 | 集中在等次线上 | 请抽查刚过线的得分，核对打分、测评和加减分的依据"
        in found
    )


def test_members_are_held_against_the_members_grades(tmp_path):
    county = County()
    for branch in ("ZB1", "ZB2"):
        for row in county.form("年评议", 支部编号=branch).rows:
            row["优秀票"], row["基本合格票"] = 0, 10  # 评议得分 60: 80×80% + 60×20% = 76
    results = scored(county, tmp_path)
    assert crowding.MEMBERS not in crowding.crowds_of_totals(results)
    bands = results.county.scheme.bands["member"]
    near = crowding.crowds([m.year.total.value - 6 for m in results.members], bands)
    assert [(c.grade, c.bound, c.above) for c in near] == [("合格", 70, 6)]


# --- ballots and party groups --------------------------------------------------------------------------------------


def test_ballots_of_several_grades_are_not_listed(tmp_path):
    county = County()
    for row in county.form("满意度测评").rows:
        row["优秀票"], row["良好票"] = 9, 1
    for n, row in enumerate(county.form("年评议", 支部编号="ZB1").rows):
        row["优秀票"], row["合格票"] = 10 - n, n  # one of three rows is all of one grade
    for row in county.form("年评议", 支部编号="ZB2").rows:
        row["优秀票"] = 4  # too few votes to say anything
    assert identical_marks.ballots(scored(county, tmp_path)) == ()


def test_a_branch_most_of_whose_members_have_all_votes_in_one_grade(tmp_path):
    county = County()
    for row in (*county.form("年评议", 支部编号="ZB1").rows, *county.form("年评议", 支部编号="ZB2").rows):
        row["优秀票"] = 10
    county.form("年评议", 支部编号="ZB1").rows[0].update(优秀票=0, 不合格票=10)
    found = [b for b in identical_marks.ballots(scored(county, tmp_path)) if b.form == identical_marks.REVIEW]
    assert [(b.unit.id, b.rows, b.one_grade, b.identical, b.verdict) for b in found] == [
        ("ZB1", 3, 3, False, "review_one_grade"),
        ("ZB2", 3, 3, True, "identical"),
    ]


def four_in_a_group() -> County:
    """A fourth member of ZB1's 第一党小组."""
    county = County()
    county.form("花名册", "党员编号").add(
        党员编号="007", 姓名="甲四", 支部编号="ZB1", 党小组="第一党小组", 党员类别="正式", 积分管理="是"
    )
    for form in county.forms:
        if form.labels.get("支部编号") == "ZB1" and form.form != "日记录":
            form.rows.append({**form.row(党员编号="001"), "党员编号": "007", "姓名": "甲四"})
    return county


def differ(county: County, months: int) -> None:
    """In the first `months` months of ZB1 one member gets a point more in one dimension and one less in another."""
    for month in periods.year(2026).months[:months]:
        county.form("月打分", 支部编号="ZB1", 期间=str(month)).rows[0] |= {"政治合格": 21, "执行纪律合格": 19}


def test_a_party_group_in_which_everyone_gets_the_same(tmp_path):
    county = four_in_a_group()
    differ(county, months=5)
    results = scored(county, tmp_path / "data")
    assert [(g.unit.id, g.party_group, g.members, g.months, g.same) for g in identical_marks.groups(results)] == [
        ("ZB1", "第一党小组", 4, 12, 7)
    ]
    assert lines(book(results, tmp_path)["评分人分析"])[-2:] == [
        "组织编号 | 支部名称 | 党小组 | 人数 | 计分月数 | 相同月数 | 提示 | 建议",
        "ZB1 | 财政第一支部 | 第一党小组 | 4 | 12 | 7 | 全组打分一样 | 请核实是否逐人打分，并对照日记录",
    ]


def test_a_party_group_whose_marks_mostly_differ_is_not_listed(tmp_path):
    county = four_in_a_group()
    differ(county, months=7)
    assert identical_marks.groups(scored(county, tmp_path)) == ()


def test_where_months_are_computed_from_the_diary_no_group_is_listed(tmp_path):
    county = four_in_a_group()
    county.set_rule("月积分口径", "日记录核算")
    assert identical_marks.groups(scored(county, tmp_path)) == ()


# --- the statistics ------------------------------------------------------------------------------------------------

hundredths = st.integers(0, 10_000).map(lambda n: Fraction(n, 100))


@given(st.lists(hundredths, min_size=1, max_size=30))
def test_spread_is_the_population_standard_deviation(values):
    assert float(figures.spread(values)) == pytest.approx(statistics.pstdev(values), abs=1e-9)


@given(st.lists(st.tuples(hundredths, hundredths), min_size=2, max_size=30))
def test_correlation_is_pearson_s_and_none_where_a_side_never_changes(pairs):
    first, second = map(list, zip(*pairs, strict=True))
    found = figures.correlation(first, second)
    if len(set(first)) == 1 or len(set(second)) == 1:
        assert found is None
    else:
        assert -1 <= found <= 1
        assert float(found) == pytest.approx(statistics.correlation(first, second), abs=1e-6)


@given(st.integers(0, 10**6))
def test_the_root_of_a_square_is_exact(n):
    assert figures.root(Fraction(n * n, 10_000)) == Fraction(n, 100)


@given(st.lists(hundredths, max_size=60))
def test_every_mark_around_a_bound_is_counted_once(marks):
    for found in crowding.crowds(marks, BANDS):
        assert found.below + found.above + found.beyond == sum(89 <= mark < 92 for mark in marks)
        assert found.numbers == len(marks)

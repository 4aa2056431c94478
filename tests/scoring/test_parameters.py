"""Every 参数 (spec §3): what its default gives and what another value gives, in a situation where it matters."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from factories import County

from lianghua_batch.core import resources
from lianghua_batch.model import parameters
from lianghua_batch.scoring import results

DIMENSIONS = ("政治合格", "执行纪律合格", "品德合格", "作用发挥合格")
YEAR, Q1 = "2026", "2026Q1"
# As spec §3 lists them.
DEFAULTS = """
常规化权重 60 · 差异化权重 40 · 个性化上限 5 · 动态化上限 5 · 违纪扣分 3 · 违纪计入上限 否 · 督查权重 20 · 年末权重 80 ·
考核组权重 50 · 监督员权重 40 · 党员群众权重 5 · 服务对象权重 5 · 无服务对象时 并入党员群众 · 无参评党员时 只计督查 ·
党委督查期次 H1 · 定等最少季度 2 · 功效系数截断 是 · 月积分口径 党小组打分 · 打分偏离容差 5 · 季度积分口径 平均 ·
支委会调整上限 5 · 年度积分权重 80 · 民主评议权重 20 · 优秀比例上限 1/3 · 小数位 2 · 并列名次 跳号 · 去极值人数 0 ·
取舍方式 逐级 · 季度党员积分权重 50 · 季度督查权重 50 · 党委汇总口径 等权 · 督查问题未登记 计入未完成 ·
处分无违纪 报错 · 测评票数 必填 · 优秀比例基数 全部正式党员 · 组织优秀比例上限 1
"""


def found(county: County, folder: Path, period: str, place: str) -> str | int | None:
    """The figure at «code key» of results.json, or the codes of the errors for which nothing is published."""
    outcome = county.process(folder, period)
    if outcome.results is None:
        return " ".join(sorted({p.code for p in outcome.problems if p.severity == "error"}))
    published, (code, key) = results.as_json(outcome.results), place.split()
    rows = [*published["members"], *published["branches"], *published["committees"]]
    return next(row for row in rows if row["id"] == code)[key]


# --- situations: what is changed of the small county ---------------------------------------------------------------


def as_it_is(county: County) -> None:
    """Members have 80 and 84.00 with 年评议; every rater gives 90 and 党员群众 100."""


def give(county: County, **points: float) -> None:
    """These members of ZB1 (m001=95) have so many points in every month and quarter."""
    for form in county.forms:
        if form.labels.get("支部编号") == "ZB1" and form.form in ("月打分", "季汇总"):
            for member, value in points.items():
                row = form.row(党员编号=member[1:])
                if form.form == "月打分":
                    row.update(dict.fromkeys(DIMENSIONS, value / 4), 合计=value)
                else:
                    row.update(第一月=value, 第二月=value, 第三月=value, 季度积分=value, 审定积分=value)


def january(county: County, mark: float) -> None:
    """001 has `mark` in the first dimension in January, and 60 in the others as always."""
    row = county.form("月打分", 支部编号="ZB1", 期间="2026-01").row(党员编号="001")
    row.update(政治合格=mark, 合计=60 + mark)


def first_quarter(county: County, **figures: object) -> None:
    """These figures in 001's 季汇总 of the first quarter."""
    county.form("季汇总", 支部编号="ZB1", 期间=Q1).row(党员编号="001").update(figures)


def rated(county: County) -> None:
    """ZB1: 考核组 54 + 32 = 86, 监督员 84, 党员群众 85, 服务对象 70; 督查 (70 + 80 + 90 + 92) ÷ 4 = 83; bonuses 5, −5, −3.

    年末考核分 43 + 33.6 + 4.25 + 3.5 = 84.35; 年度考核分 16.6 + 67.48 = 84.08; 总分 84.08 + 5 − 5 − 3 = 81.08.
    """
    county.form("指标完成").row(组织编号="ZB1", 指标编号="B2")["实际值"] = 80
    county.form("监督员评分").row(组织编号="ZB1")["得分"] = 84
    masses = county.form("满意度测评").row(组织编号="ZB1")
    masses.update(优秀票=0, 良好票=10)
    county.form("满意度测评").add(**{**masses, "测评对象": "服务对象", "良好票": 0, "一般票": 10})
    for n, mark in enumerate((70, 80, 90, 92), start=1):
        county.form("督查打分", 期间=f"2026Q{n}").row(组织编号="ZB1")["得分"] = mark
    bonuses(county, 个性化=7, 动态化=-8, 违纪=-3)


def bonuses(county: County, **points: float) -> None:
    for kind, value in points.items():
        row = {"日期": dt.date(2026, 6, 1), "事由": kind, "依据": "文件", "审核": "通过"}
        county.form("加减分").add(组织编号="ZB1", 类别=kind, 分值=value, **row)


def nearly_rounded(county: County) -> None:
    """As `rated`, but B2 is 80.03, worth 32.012: 逐级 32.01, 84.355 → 84.36, 84.088 → 84.09; 末级 84.356, 84.0848."""
    rated(county)
    county.form("指标完成").row(组织编号="ZB1", 指标编号="B2")["实际值"] = 80.03


def weighted_70_30(county: County) -> None:
    for row in county.form("考评方案", "指标编号").rows:
        row["权重"] = 70 if row["类别"] == "常规化" else 30


def two_halves(county: County) -> None:
    """DW1's 督查: 90 in the first half year, 80 in the second."""
    form = county.copy().form("督查打分", 期间="2026H1")
    form.labels["期间"], form.file = "2026H2", "督查/下半年.xlsx"
    form.rows[0]["得分"] = 80
    county.forms.append(form)


def retired(county: County) -> None:
    """Nobody takes part in 积分管理; 督查 is 80 for ZB1, 90 for ZB2."""
    for row in county.form("花名册", "党员编号").rows:
        row.update(积分管理="否", 不参加原因="离退休")
    county.forms = [f for f in county.forms if "支部编号" not in f.labels]
    county.form("督查打分", 期间=Q1).row(组织编号="ZB1")["得分"] = 80


def in_the_last_quarter_only(county: County) -> None:
    """001 joins on 1 October."""
    county.form("花名册", "党员编号").row(党员编号="001")["转入日期"] = dt.date(2026, 10, 1)
    for form in county.forms:
        if form.form in ("月打分", "季汇总") and form.labels["期间"] not in ("2026-10", "2026-11", "2026-12", "2026Q4"):
            form.rows = [r for r in form.rows if r["党员编号"] != "001"]


def by_efficacy(county: County, actual: float) -> None:
    """B1, worth 60, by 功效系数: 满意值 90, 不允许值 60; B2 is worth 36."""
    county.form("考评方案", "指标编号").row(指标编号="B1").update(赋分方法="功效系数", 满意值=90, 不允许值=60)
    county.form("指标完成").row(组织编号="ZB1", 指标编号="B1")["实际值"] = actual


def marked_high(county: County) -> None:
    """001 has 25 in a dimension in January, 5 more than the diary: (85 + 80 + 80) ÷ 3."""
    january(county, 25)
    first_quarter(county, 第一月=85, 季度积分=81.67, 审定积分=81.67)


def marked_low(county: County) -> None:
    """001 has 14 in a dimension in January, 6 less than the diary: (74 + 80 + 80) ÷ 3."""
    january(county, 14)
    first_quarter(county, 第一月=74, 季度积分=78, 审定积分=78)


def adjusted(county: County, amount: float) -> None:
    first_quarter(county, 支委会调整=amount, 调整原因="支委会研究", 审定积分=80 + amount)


def a_record(county: County) -> None:
    """January of 001: 80 given, 83 by the diary."""
    row = {"日期": dt.date(2026, 1, 6), "党员编号": "001", "姓名": "甲一", "事由": "学习", "分值": 3}
    county.form("日记录", 支部编号="ZB1", 期间="2026-01").add(项目编号="Z01", **row)


def a_finding(county: County) -> None:
    """B1, worth 60, is 整改完成率; 督查 found one thing in ZB1, which nobody registered."""
    county.form("考评方案", "指标编号").row(指标编号="B1")["数据来源"] = "整改完成率"
    values = county.form("指标完成")
    values.rows = [r for r in values.rows if r["指标编号"] != "B1"]
    county.form("督查打分", 期间=Q1).row(组织编号="ZB1")["存在问题"] = "会议记录不全"


def an_offence(county: County) -> None:
    """001 is put on probation in January; ZB1 has no 违纪."""
    row = {"日期": dt.date(2026, 1, 6), "党员编号": "001", "姓名": "甲一", "事由": "违纪", "分值": -10}
    county.form("日记录", 支部编号="ZB1", 期间="2026-01").add(项目编号="J09", **row)
    month = county.form("月打分", 支部编号="ZB1", 期间="2026-01").row(党员编号="001")
    month.update(执行纪律合格=10, 合计=70)
    first_quarter(county, 第一月=70, 季度积分=76.67, 审定积分=76.67)


def two_of_three(county: County) -> None:
    """优秀 are two thirds at most; 003 takes no part in 积分管理, 001 and 002 have more than 90."""
    county.set_rule("优秀比例上限", "2/3")
    give(county, m001=95, m002=92)
    county.form("花名册", "党员编号").row(党员编号="003").update(积分管理="否", 不参加原因="离退休")
    for form in county.forms:
        if form.form in ("月打分", "季汇总", "年评议"):
            form.rows = [r for r in form.rows if r["党员编号"] != "003"]


def close_behind(county: County) -> None:
    """ZB2 is 优秀 too, a tenth of a point behind ZB1."""
    county.form("督查打分", 期间=Q1).row(组织编号="ZB2")["得分"] = 88


def averaging_81(county: County) -> None:
    """(83 + 80 + 80) ÷ 3."""
    first_quarter(county, 第一月=83, 季度积分=81, 审定积分=81)


def sums(county: County) -> None:
    """The 季汇总 of a county that adds up its months, with 3 more for 001 by 支委会调整 in the first quarter."""
    for row in (row for form in county.forms if form.form == "季汇总" for row in form.rows):
        row.update(季度积分=240, 审定积分=240)
    first_quarter(county, 支委会调整=3, 调整原因="支委会研究", 审定积分=243)


def supervisors(county: County, *marks: float) -> None:
    form = county.form("监督员评分")
    form.rows = [r for r in form.rows if r["组织编号"] != "ZB1"]
    for n, mark in enumerate(marks, start=1):
        form.add(组织编号="ZB1", 监督员=f"监督员{n}", 得分=mark)


def uneven(county: County) -> None:
    """ZB1 keeps one member of three; its 督查 of the first quarter is 70: a quarter of (80 + 70) ÷ 2 = 75 beside ZB2's 85."""
    for form in county.forms:
        if "党员编号" in form.headings:
            form.rows = [r for r in form.rows if r["党员编号"] not in ("002", "003")]
    county.form("督查打分", 期间=Q1).row(组织编号="ZB1")["得分"] = 70


def uneven_year(county: County) -> None:
    """As `uneven`; DW1's W1 is the mean of its branches: ZB1 17 + 72.8 = 89.8, ZB2 90.8; its W2 is worth 36."""
    uneven(county)
    county.form("考评方案", "指标编号").row(指标编号="W1")["数据来源"] = "支部得分均分"
    actual = county.form("指标完成")
    actual.rows.remove(actual.row(组织编号="DW1", 指标编号="W1"))


# --- the parameters ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """In a situation, a figure as it is by default and as it is under other rules; `then` is what the forms say under these."""

    rules: dict[str, object]
    situation: Callable[[County], None]
    place: str
    default: str | int
    changed: str | int
    period: str = YEAR
    then: Callable[[County], None] = as_it_is

    def __str__(self) -> str:
        return " ".join(f"{name}={value}" for name, value in self.rules.items()) + f" {self.place}"


FOUR_RATERS = {"考核组权重": 60, "监督员权重": 20, "党员群众权重": 15, "服务对象权重": 5}
CASES = [
    Case({"常规化权重": 70, "差异化权重": 30}, as_it_is, "ZB1 total", "90.80", "E410"),  # 指标 are still 60 and 40
    Case(
        {"常规化权重": 70, "差异化权重": 30}, rated, "ZB1 assessment", "86.00", "87.00", then=weighted_70_30
    ),  # 63 + 24
    Case({"个性化上限": 6}, rated, "ZB1 individual", "5.00", "6.00"),
    Case({"个性化上限": 0}, rated, "ZB1 individual", "5.00", "0.00"),
    Case({"动态化上限": 6}, rated, "ZB1 dynamic", "-5.00", "-6.00"),
    Case({"违纪扣分": 2}, rated, "ZB1 discipline", "-3.00", "E334"),  # the row still says −3
    Case(
        {"违纪扣分": 2},
        rated,
        "ZB1 discipline",
        "-3.00",
        "-2.00",
        then=lambda c: c.form("加减分").rows[2].update(分值=-2),
    ),
    Case(
        {"违纪计入上限": "是"}, lambda c: bonuses(c, 个性化=-4, 违纪=-3), "ZB1 discipline", "-3.00", "-1.00"
    ),  # −7 → −5
    Case({"督查权重": 30, "年末权重": 70}, rated, "ZB1 annual", "84.08", "83.95"),  # 24.9 + 59.045
    Case(FOUR_RATERS, rated, "ZB1 year_end", "84.35", "84.65"),  # 51.6 + 16.8 + 12.75 + 3.5
    Case({"无服务对象时": "报错"}, as_it_is, "ZB1 year_end", "91.00", "E332"),  # 45 + 36 + 10
    Case({"无参评党员时": "报错"}, retired, "ZB1 total", "80.00", "E336", Q1),
    Case({"党委督查期次": "H1+H2"}, two_halves, "DW1 inspection", "90.00", "85.00"),
    Case({"党委督查期次": "H1+H2"}, as_it_is, "DW1 inspection", "90.00", "E326"),
    Case({"定等最少季度": 1}, in_the_last_quarter_only, "001 grade", "不定等次", "合格"),
    Case({"功效系数截断": "否"}, lambda c: by_efficacy(c, 96), "ZB1 assessment", "96.00", "100.80"),  # 60×108% + 36
    Case({"功效系数截断": "否"}, lambda c: by_efficacy(c, 0), "ZB1 assessment", "36.00", "24.00"),  # 60×−20% + 36
    Case({"月积分口径": "日记录核算"}, a_record, "001 points", "80.00", "81.00", Q1, then=averaging_81),
    Case({"打分偏离容差": 4}, marked_high, "001 points", "81.67", "E311", Q1),
    Case({"打分偏离容差": 6}, marked_low, "001 points", "E311", "78.00", Q1),
    Case({"季度积分口径": "合计"}, as_it_is, "001 points", "80.00", "243.00", Q1, then=sums),
    Case(
        {"季度积分口径": "合计"}, as_it_is, "ZB1 member_mean", "80.00", "80.33", Q1, then=sums
    ),  # (243÷3 + 80 + 80) ÷ 3
    Case({"季度积分口径": "合计"}, as_it_is, "001 points", "80.00", "80.25", YEAR, then=sums),  # (243÷3 + 3×80) ÷ 4
    Case({"支委会调整上限": 6}, lambda c: adjusted(c, 5.5), "001 points", "E315", "85.50", Q1),
    Case({"支委会调整上限": 6}, lambda c: adjusted(c, -5.5), "001 points", "E315", "74.50", Q1),
    Case({"年度积分权重": 60, "民主评议权重": 40}, as_it_is, "001 total", "84.00", "88.00"),  # 48 + 40
    Case({"优秀比例上限": "2/3"}, lambda c: give(c, m001=95, m002=90), "002 grade", "合格", "优秀"),  # 90×80% + 20 = 92
    Case({"优秀比例上限": "0.67"}, lambda c: give(c, m001=95, m002=90), "002 grade", "合格", "优秀"),
    Case({"小数位": 1}, rated, "ZB1 year_end", "84.35", "84.40"),
    Case({"小数位": 1}, rated, "ZB1 total", "81.08", "81.10"),  # 16.6 + 67.52 = 84.12 → 84.1, − 3
    Case({"小数位": 0}, rated, "ZB1 total", "81.08", "81.00"),  # 84.35 → 84; 16.6 + 67.2 = 83.8 → 84, − 3
    Case(
        {"小数位": 0}, lambda c: bonuses(c, 个性化=0.25), "ZB1 individual", "0.25", "0.25"
    ),  # 加减分 are never rounded
    Case({"并列名次": "连号"}, lambda c: give(c, m001=81, m002=81), "003 rank", 3, 2),
    Case({"去极值人数": 3}, lambda c: supervisors(c, 60, 90, 93), "ZB1 supervisors", "81.00", "90.00"),
    Case({"取舍方式": "末级"}, nearly_rounded, "ZB1 total", "81.09", "81.08"),
    Case({"季度党员积分权重": 70, "季度督查权重": 30}, as_it_is, "ZB1 total", "85.00", "83.00", Q1),  # 56 + 27
    Case({"党委汇总口径": "按党员数"}, uneven, "DW1 total", "80.00", "82.50", Q1),  # (75 + 3×85) ÷ 4
    Case({"党委汇总口径": "按党员数"}, retired, "DW1 total", "85.00", "85.00", Q1),  # 等权 where there are none
    Case({"党委汇总口径": "按党员数"}, uneven_year, "DW1 assessment", "90.18", "90.33"),  # 60×90.3%, 60×90.55%; + 36
    Case({"督查问题未登记": "计入未完成"}, a_finding, "ZB1 assessment", "96.00", "36.00"),  # 60×100%, 60×0%; + 36
    Case({"督查问题未登记": "提示"}, a_finding, "ZB1 assessment", "96.00", "96.00"),
    Case({"督查问题未登记": "报错"}, a_finding, "ZB1 assessment", "96.00", "E344"),
    Case({"处分无违纪": "报错"}, an_offence, "001 grade", "不合格", "E350"),
    Case({"测评票数": "必填"}, as_it_is, "ZB1 masses", "100.00", "E352"),
    Case({"优秀比例基数": "全部正式党员"}, two_of_three, "002 grade", "合格", "优秀"),  # ⌊2×2/3⌋, ⌊3×2/3⌋
    Case({"组织优秀比例上限": "1/2"}, close_behind, "ZB2 grade", "优秀", "良好"),
    Case({"组织优秀比例上限": "1/2"}, as_it_is, "ZB1 grade", "优秀", "良好"),  # ZB1 and ZB2 tie for one place
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_parameter_has_its_effect(tmp_path, case):
    county = County()
    if case.period == Q1:
        county.only(Q1)
    case.situation(county)
    assert found(county, tmp_path / "default", case.period, case.place) == case.default
    for name, value in case.rules.items():
        county.set_rule(name, value)
    case.then(county)
    assert found(county, tmp_path / "changed", case.period, case.place) == case.changed


def test_every_parameter_is_tested():
    labels = {entry["label"] for entry in resources.load("rules/parameters")["parameters"]}
    assert {name for case in CASES for name in case.rules} == labels


def test_every_parameter_starts_as_the_linxi_scheme_has_it():
    catalogue = resources.load("rules/parameters")["parameters"]
    written = [f"{entry['label']} {parameters.default_text(entry)}" for entry in catalogue]
    assert sorted(written) == sorted(" ".join(rule.split()) for rule in DEFAULTS.split("·"))


@pytest.mark.parametrize(
    ("name", "weight"),
    [
        ("常规化权重", 61),
        ("年末权重", 79.5),
        ("考核组权重", 51),
        ("服务对象权重", 0),
        ("民主评议权重", 21),
        ("季度督查权重", 0.5),
    ],
)
def test_weights_that_do_not_make_100_are_an_error(tmp_path, name, weight):
    county = County().only(Q1)
    county.set_rule(name, weight)
    assert found(county, tmp_path, Q1, "ZB1 total") == "E404"


@pytest.mark.parametrize(
    ("individual", "counted"),
    [(-5, "0.00"), (-3, "-2.00"), (0, "-3.00"), (3, "-3.00"), (5, "-3.00"), (7, "-3.00")],
    ids=["at the lower cap", "below", "none", "above", "at the upper cap", "over it"],
)
def test_discipline_within_the_cap_of_individual(tmp_path, individual, counted):
    county = County()  # 违纪 = clip(个性化 − 3, −5, 5) − 个性化
    county.set_rule("违纪计入上限", "是")
    bonuses(county, 个性化=individual, 违纪=-3)
    assert found(county, tmp_path, YEAR, "ZB1 discipline") == counted


@pytest.mark.parametrize(
    ("least", "marks", "mean"),
    [
        (4, (60, 90, 93), "81.00"),  # too few raters
        (2, (60, 93), "76.50"),  # of two, both stay
        (3, (90, 60, 60, 95), "75.00"),  # one lowest, not both
        (3, (90, 90, 90), "90.00"),
    ],
)
def test_whose_marks_are_dropped(tmp_path, least, marks, mean):
    county = County()
    county.set_rule("去极值人数", least)
    supervisors(county, *marks)
    assert found(county, tmp_path, YEAR, "ZB1 supervisors") == mean


def test_marks_of_inspections_are_dropped_too(tmp_path):
    county = County().only(Q1)
    county.set_rule("去极值人数", 3)
    form = county.form("督查打分", 期间=Q1)
    for group, mark in (("互检二组", 60), ("互检三组", 93)):
        form.add(**{**form.row(组织编号="ZB1"), "检查单位": group, "得分": mark})
    assert found(county, tmp_path, Q1, "ZB1 inspection") == "90.00"


def test_rounding_once_at_the_end_of_a_quarter(tmp_path):
    county = County().only(Q1)
    for member in ("001", "002"):  # their 审定积分 is 80.01, 003's 80: the mean is 80.00666…
        row = county.form("季汇总", 支部编号="ZB1").row(党员编号=member)
        row.update(支委会调整=0.01, 调整原因="支委会研究", 审定积分=80.01)
    assert found(county, tmp_path / "each", Q1, "ZB1 total") == "85.01"  # (80.01 + 90) ÷ 2 = 85.005
    county.set_rule("取舍方式", "末级")
    assert found(county, tmp_path / "last", Q1, "ZB1 total") == "85.00"  # 85.00333…
    assert found(county, tmp_path / "last", Q1, "ZB1 member_mean") == "80.01"  # shown rounded


@pytest.mark.parametrize("rounding", ["逐级", "末级"])
def test_approved_points_are_rounded_either_way(tmp_path, rounding):
    county = County()
    county.set_rule("小数位", 0)
    county.set_rule("取舍方式", rounding)
    for n in (1, 2, 3, 4):  # (80 + 80 + 81) ÷ 3 = 80.33…, approved as 80
        row = county.form("月打分", 支部编号="ZB1", 期间=f"2026-{3 * n:02}").row(党员编号="001")
        row.update(政治合格=21, 合计=81)
        county.form("季汇总", 支部编号="ZB1", 期间=f"2026Q{n}").row(党员编号="001")["第三月"] = 81
    county.form("年评议", 支部编号="ZB1").row(党员编号="001").update(优秀票=17, 合格票=3)  # (1700 + 240) ÷ 20 = 97
    assert found(county, tmp_path, YEAR, "001 total") == "83.00"  # 64 + 19.4, not 64.27 + 19.4


@pytest.mark.parametrize("rounding", ["逐级", "末级"])
def test_a_member_is_graded_by_the_published_total(tmp_path, rounding):
    county = County()
    county.set_rule("小数位", 0)
    county.set_rule("取舍方式", rounding)
    give(county, m001=87)  # 69.6 + 20 = 89.6, published 90
    assert found(county, tmp_path, YEAR, "001 grade") == "优秀"


@pytest.mark.parametrize("rounding", ["逐级", "末级"])
def test_filled_figures_are_compared_at_their_decimals(tmp_path, rounding):
    county = County().only(Q1)
    county.set_rule("取舍方式", rounding)
    january(county, 20.01)  # (80.01 + 80 + 80) ÷ 3 = 80.00333…
    first_quarter(county, 第一月=80.01, 季度积分=80, 审定积分=80)
    assert found(county, tmp_path, Q1, "001 points") == "80.00"

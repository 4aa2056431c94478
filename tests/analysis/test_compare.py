"""`diff`: what two results differ in, each change attributed to data, rules or people, to the last digit."""

import copy
import datetime as dt
import functools
import hashlib
import json
import operator
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from factories import ROOT, County
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianghua_batch.analysis import published_schema
from lianghua_batch.analysis.diff import compare, sentences
from lianghua_batch.analysis.diff.model import DATA, OTHER, ROSTER, ROUNDING, RULE, Component, total
from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.archive import published_reader
from lianghua_batch.cli import diff_view
from lianghua_batch.cli.app import dispatch
from lianghua_batch.core import periods
from lianghua_batch.pipeline import process
from lianghua_batch.report import publishing
from lianghua_batch.scoring import audit_trail, results
from lianghua_batch.scoring.audit_trail import audit_trail_check_code

MANUAL = (ROOT / "docs" / "使用手册.md").read_text(encoding="utf-8")
YEAR, Q1, Q2 = "2026", "2026Q1", "2026Q2"
_COMPUTED: dict[str, Published] = {}


# --- situations ----------------------------------------------------------------------------------------------------


def rules(county: County, **values: object) -> None:
    for name, value in values.items():
        county.set_rule(name, value)


def annual_weights(county: County) -> None:
    rules(county, 督查权重=60, 年末权重=40)


def rater_weights(county: County) -> None:
    rules(county, 考核组权重=40, 监督员权重=30, 党员群众权重=20, 服务对象权重=10)


def member_weights(county: County) -> None:
    rules(county, 年度积分权重=60, 民主评议权重=40)


def quarter_weights(county: County) -> None:
    rules(county, 季度党员积分权重=70, 季度督查权重=30)


def rounding_once(county: County) -> None:
    rules(county, 取舍方式="末级", 小数位=1)


def caps(county: County) -> None:
    rules(county, 个性化上限=2, 动态化上限=6, 违纪计入上限="是")


def by_members(county: County) -> None:
    rules(county, 党委汇总口径="按党员数")


def trimming(county: County) -> None:
    rules(county, 去极值人数=3)


def both_halves(county: County) -> None:
    rules(county, 党委督查期次="H1+H2")
    form = county.copy().form("督查打分", 期间="2026H1")
    form.labels["期间"], form.file, form.rows[0]["得分"] = "2026H2", "督查/下半年.xlsx", 80
    county.forms.append(form)


def fifty_fifty(county: County) -> None:
    rules(county, 常规化权重=50, 差异化权重=50)
    for row in county.form("考评方案", "指标编号").rows:
        row["权重"] = 50


def by_efficacy(county: County) -> None:
    county.form("考评方案", "指标编号").row(指标编号="B1").update(赋分方法="功效系数", 满意值=93, 不允许值=60)


def worth_of_good(county: County) -> None:
    county.form("考评方案", "折算分").row(对象="组织", 等级="良好")["折算分"] = 80


def worth_of_members(county: County) -> None:
    county.form("考评方案", "折算分").row(对象="党员", 等级="优秀")["折算分"] = 95


def sums(county: County) -> None:
    rules(county, 季度积分口径="合计")
    for row in (row for form in county.forms if form.form == "季汇总" for row in form.rows):
        months = [row[m] for m in ("第一月", "第二月", "第三月")]
        row.update(季度积分=sum(months), 审定积分=sum(months) + (row["支委会调整"] or 0))


def of_members(county: County) -> None:
    """The branches' B1 is the mean of their members."""
    county.form("考评方案", "指标编号").row(指标编号="B1")["数据来源"] = "党员积分均分"
    actual = county.form("指标完成")
    actual.rows = [r for r in actual.rows if r["指标编号"] != "B1"]


def of_branches(county: County) -> None:
    """DW1's W1 is the mean of its branches."""
    county.form("考评方案", "指标编号").row(指标编号="W1")["数据来源"] = "支部得分均分"
    actual = county.form("指标完成")
    actual.rows = [r for r in actual.rows if r["指标编号"] != "W1"]


def inspected(county: County) -> None:
    county.form("督查打分", 期间=Q1).row(组织编号="ZB1")["得分"] = 70


def better(county: County) -> None:
    county.form("督查打分", 期间=Q1).row(组织编号="ZB1")["得分"] = 94


def three_supervisors(county: County) -> None:
    form = county.form("监督员评分")
    for n, mark in enumerate((60, 93.33), start=2):
        form.add(组织编号="ZB1", 监督员=f"监督员{n}", 得分=mark)


def achieved(county: County) -> None:
    county.form("指标完成").row(组织编号="ZB1", 指标编号="B2")["实际值"] = 80.03


def bonuses(county: County) -> None:
    for kind, points in (("个性化", 3), ("个性化", 4), ("动态化", -8), ("违纪", -3)):
        row = {"日期": dt.date(2026, 6, 1), "事由": f"{kind}{points}", "依据": "文件", "审核": "通过"}
        county.form("加减分").add(组织编号="ZB1", 类别=kind, 分值=points, **row)


def voted(county: County) -> None:
    county.form("满意度测评").row(组织编号="ZB1").update(优秀票=3, 良好票=7, 较差票=1)


def clients_asked(county: County) -> None:
    county.form("满意度测评").add(组织编号="ZB1", 测评对象="服务对象", 优秀票=0, 良好票=9, 一般票=2)


def january_higher(county: County) -> None:
    """001 has 85 in January: a quarter of 81.67."""
    row = county.form("月打分", 支部编号="ZB1", 期间="2026-01").row(党员编号="001")
    row.update(政治合格=25, 合计=85)
    county.form("季汇总", 支部编号="ZB1", 期间=Q1).row(党员编号="001").update(第一月=85, 季度积分=81.67, 审定积分=81.67)


def adjusted(county: County) -> None:
    row = county.form("季汇总", 支部编号="ZB2", 期间=Q1).row(党员编号="005")
    row.update(支委会调整=2.25, 调整原因="抢险", 审定积分=row["季度积分"] + 2.25)


def reviewed_worse(county: County) -> None:
    county.form("年评议", 支部编号="ZB1").row(党员编号="002").update(优秀票=3, 合格票=4)


def without(county: County, *codes: str) -> None:
    """These members are nowhere."""
    for form in county.forms:
        if "党员编号" in form.headings:
            form.rows = [row for row in form.rows if row["党员编号"] not in codes]


def fewer(county: County) -> None:
    without(county, "003")


def probationary(county: County) -> None:
    county.form("花名册", "党员编号").row(党员编号="006")["党员类别"] = "预备"
    form = county.form("年评议", 支部编号="ZB2")
    form.rows = [row for row in form.rows if row["党员编号"] != "006"]


def one_branch_only(county: County) -> None:
    """ZB2 is dissolved with its members."""
    without(county, "004", "005", "006")
    county.forms = [f for f in county.forms if f.labels.get("支部编号") != "ZB2"]
    for form in county.forms:
        form.rows = [row for row in form.rows if row.get("组织编号") != "ZB2"]


OF_RULES = [
    annual_weights,
    rater_weights,
    member_weights,
    rounding_once,
    caps,
    by_members,
    trimming,
    both_halves,
    fifty_fifty,
    by_efficacy,
    worth_of_good,
    worth_of_members,
    of_branches,
    of_members,
]
OF_DATA = [
    inspected,
    three_supervisors,
    achieved,
    bonuses,
    voted,
    clients_asked,
    january_higher,
    adjusted,
    reviewed_worse,
]
OF_PEOPLE = [fewer, probationary, one_branch_only]


# --- helpers -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("compare")


def published(folder: Path, *situations: Callable[[County], None], period: str = YEAR) -> Published:
    """The results of the small county in these situations, as they stand in the files of `run`; computed once each."""
    name = " ".join([period, *(s.__name__ for s in situations)])
    if name not in _COMPUTED:
        county = County() if period == YEAR else County().only(period)
        for situation in situations:
            situation(county)
        outcome = county.process(folder / str(len(_COMPUTED)), period)
        assert outcome.results is not None, county.complaints(folder / "wrong", period)
        made = outcome.results
        _COMPUTED[name] = Published(Path(period), results.as_json(made), json.loads(audit_trail.as_text(made)))
    return _COMPUTED[name]


def told(old: Published, new: Published, capsys) -> list[str]:
    """What `diff` prints, without the two lines that say which files they are."""
    diff_view.show(compare.compare(old, new), 200)
    return [line for line in capsys.readouterr().out.splitlines() if line][2:]


TEXTS = {
    "weights": """\
规则的变动
  督查权重 20 → 60
  年末权重 80 → 40
党委两边都有的 1 个：总分变动 1，等次变动 0，名次变动 0。
支部两边都有的 2 个：总分变动 2，等次变动 1，名次变动 1。
党员两边都有的 6 名：总分变动 0，等次变动 0，名次变动 0。
党委
  DW1 财政局机关党委　90.80 → 90.40（-0.40）　优秀　名次 1
    -0.40　规则　督查权重 20 → 60、年末权重 80 → 40
支部
  ZB1 财政第一支部　90.80 → 83.60（-7.20）　优秀 → 一般　名次 1 → 2 ▼1　全县 1 → 2 ▼1
    等次：总分 83.60，低于“优秀”的下限 90
    +5.00　数据　个性化：增加“个性化3”+3；增加“个性化4”+4
    -5.00　数据　动态化：增加“动态化-8”-8
    -3.00　数据　违纪 0 起 → 1 起
    -1.604　规则　督查权重 20 → 60、年末权重 80 → 40
    -1.5952　数据　指标 B2 支部指标2 90 → 80.03
    -1.00　数据　督查得分 2026Q1：互检一组 90 → 70
    -0.0008　取舍　四舍五入
  ZB2 财政第二支部　90.80 → 90.40（-0.40）　优秀　名次 1　全县 1
    -0.40　规则　督查权重 20 → 60、年末权重 80 → 40
""",
    "people": """\
名单的变动
  去掉 支部 ZB2 财政第二支部
  去掉 党员 003 甲三
  去掉 党员 004 乙一
  去掉 党员 005 乙二
  去掉 党员 006 乙三
党委两边都有的 1 个：总分变动 1，等次变动 0，名次变动 0。
支部两边都有的 1 个：总分变动 1，等次变动 0，名次变动 0。
党员两边都有的 2 名：总分变动 1，等次变动 0，名次变动 1。
党委
  DW1 财政局机关党委　90.42 → 90.43（+0.01）　优秀　名次 1
    +0.0072　名单　所属支部：减少 财政第二支部（ZB2）
    +0.004　数据　ZB1 财政第一支部 88.40 → 88.46
    +0.002　名单　ZB1 财政第一支部 88.40 → 88.46
    -0.0032　取舍　四舍五入
支部
  ZB1 财政第一支部　88.40 → 88.46（+0.06）　良好　名次 1　全县 1
    +0.0333　数据　1 名党员的积分变动
    +0.0168　名单　参评党员：减少 甲三（003）
    +0.0099　取舍　四舍五入
  ZB2 财政第二支部　不再列入　88.40　良好　名次 1
党员
  ZB1 财政第一支部：3 名变动（总分 1，等次 0，名次 1）
    001 甲一　84.00 → 84.34（+0.34）　合格　名次 1
      +0.3333　数据　月积分：2026-01 80 → 85
      +0.0067　取舍　四舍五入
    003 甲三　不再列入　84.00　合格　名次 1
  ZB2 财政第二支部：3 名变动（总分 0，等次 0，名次 0）
    004 乙一　不再列入　84.00　合格　名次 1
    005 乙二　不再列入　84.00　合格　名次 1
    006 乙三　不再列入　84.00　合格　名次 1
""",
    "quarter": """\
规则的变动
  季度党员积分权重 50 → 70
  季度督查权重 50 → 30
党委两边都有的 1 个：总分变动 1，等次变动 1，名次变动 0。
支部两边都有的 2 个：总分变动 2，等次变动 2，名次变动 1。
党员两边都有的 6 名：总分变动 0，等次变动 0，名次变动 0。
党委
  DW1 财政局机关党委　85.00 → 83.60（-1.40）　良好 → 一般　名次 1
    等次：总分 83.60，低于“良好”的下限 85
    -1.40　规则　ZB1 财政第一支部 85.00 → 84.20
    +1.00　数据　ZB1 财政第一支部 85.00 → 84.20
    -1.00　规则　ZB2 财政第二支部 85.00 → 83.00
支部
  ZB2 财政第二支部　85.00 → 83.00（-2.00）　良好 → 一般　名次 1 → 2 ▼1　全县 1 → 2 ▼1
    等次：总分 83.00，低于“良好”的下限 85
    -2.00　规则　季度党员积分权重 50 → 70、季度督查权重 50 → 30
  ZB1 财政第一支部　85.00 → 84.20（-0.80）　良好 → 一般　名次 1　全县 1
    等次：总分 84.20，低于“良好”的下限 85
    -2.80　规则　季度党员积分权重 50 → 70、季度督查权重 50 → 30
    +2.00　数据　督查得分 2026Q1：互检一组 90 → 94
""",
    "periods": """\
注意：两次结果的期间不同（2026Q1 和 2026Q2）：只比较总分、等次、名次，列出规则、名单的变动，不分析原因。
规则的变动
  季度党员积分权重 50 → 70
  季度督查权重 50 → 30
党委两边都有的 1 个：总分变动 1，等次变动 0，名次变动 0。
支部两边都有的 2 个：总分变动 2，等次变动 1，名次变动 1。
党员两边都有的 6 名：总分变动 0，等次变动 0，名次变动 0。
党委
  DW1 财政局机关党委　80.00 → 83.00（+3.00）　一般　名次 1
支部
  ZB1 财政第一支部　75.00 → 83.00（+8.00）　一般　名次 2 → 1 ▲1　全县 2 → 1 ▲1
  ZB2 财政第二支部　85.00 → 83.00（-2.00）　良好 → 一般　名次 1　全县 1
""",
    "no basis": """\
注意：2026 旁边没有 计分依据.json，因此不能说明总分变动的原因。
党委两边都有的 1 个：总分变动 0，等次变动 0，名次变动 0。
支部两边都有的 2 个：总分变动 1，等次变动 1，名次变动 1。
党员两边都有的 6 名：总分变动 1，等次变动 0，名次变动 1。
支部
  ZB1 财政第一支部　90.80 → 89.80（-1.00）　优秀 → 良好　名次 1 → 2 ▼1　全县 1 → 2 ▼1
    变动的分项：督查得分 2026Q1 90.00 → 70.00；督查均分 90.00 → 85.00；年度考核分 90.80 → 89.80
党员
  ZB1 财政第一支部：1 名变动（总分 1，等次 0，名次 1）
    002 甲二　84.00 → 81.71（-2.29）　合格　名次 1 → 3 ▼2
      变动的分项：评议得分 100.00 → 88.57
""",
}


def check_sums(old: Published, new: Published) -> None:
    """Every unit's and member's reasons sum to the change of its total exactly, and nothing is left unexplained."""
    found = compare.compare(old, new)
    for change in (c for kind in found.changes.values() for c in kind):
        if change.rank_change.on_both_sides:
            assert total(change.reasons) == change.rank_change.difference, change.rank_change.id
            assert [r for r in change.reasons if r.kind == OTHER or not r.what] == []
    mirrored = compare.compare(new, old)
    assert found.counts == mirrored.counts


# --- exactly -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(st.sampled_from(OF_RULES + OF_DATA), max_size=6, unique=True),
    after=st.lists(st.sampled_from(OF_RULES + OF_DATA), max_size=8, unique=True),
    people=st.lists(st.sampled_from(OF_PEOPLE), max_size=1),
)
def test_reasons_sum_to_the_change_whatever_changed(folder, before, after, people):
    def in_order(chosen):
        return [s for s in OF_RULES + OF_DATA if s in chosen]

    old, new = published(folder, *in_order(before)), published(folder, *in_order(after), *people)
    check_sums(old, new)
    check_sums(new, old)


def without_effect(county: County) -> None:
    """Other rules, none of which enters anybody's score: of 月积分 under 党小组打分, of checks, of grades and of votes nobody gave."""
    rules(county, 打分偏离容差=6, 支委会调整上限=6, 优秀比例上限="1/2")
    county.form("考评方案", "项目编号").row(项目编号="Z01").update(项目名称="参加学习", 分值=2)
    county.form("考评方案", "起始分").row(维度="政治合格")["起始分"] = 21
    county.form("考评方案", "折算分").row(对象="党员", 等级="不合格")["折算分"] = 30
    county.form("考评方案", "指标编号").row(指标编号="B2")["指标名称"] = "另一个名称"


MIXED = (of_members, of_branches, three_supervisors, bonuses, voted, adjusted)


@pytest.mark.parametrize(
    ("situation", "kind"),
    [*((s, RULE) for s in OF_RULES), *((s, DATA) for s in OF_DATA), *((s, ROSTER) for s in OF_PEOPLE)],
    ids=lambda part: part if isinstance(part, str) else part.__name__,
)
def test_one_change_is_of_one_kind(folder, situation, kind):
    """A change of rules alone is a matter of rules, one of data of data, one of people of people; roundings apart."""
    with_it = [*MIXED, *([] if situation in MIXED else [situation])]
    without_it = [s for s in with_it if s is not situation]
    old, new = published(folder, *without_it), published(folder, *with_it)
    check_sums(old, new)
    changes = (c for its in compare.compare(old, new).changes.values() for c in its)
    assert {r.kind for c in changes for r in c.reasons or ()} <= {kind, ROUNDING}


@pytest.mark.parametrize("situation", OF_DATA, ids=lambda situation: situation.__name__)
def test_a_rule_without_effect_takes_no_part_in_a_change_of_data(folder, situation):
    with_it = [*MIXED, *([] if situation in MIXED else [situation])]
    old = published(folder, *(s for s in with_it if s is not situation))
    new = published(folder, *with_it, without_effect)
    check_sums(old, new)
    found = compare.compare(old, new)
    assert len(found.rules) == 8
    kinds = {r.kind for its in found.changes.values() for c in its for r in c.reasons or ()}
    assert {DATA} <= kinds <= {DATA, ROUNDING}


def members_reasons(old: Published, new: Published, member: str) -> list[tuple[str, str, str]]:
    """Kind, words and amount of every reason of a member's change but the roundings."""
    (change,) = (c for c in compare.compare(old, new).changes["members"] if c.rank_change.id == member)
    assert total(change.reasons) == change.rank_change.difference
    return [(r.kind, r.what, str(r.amount)) for r in change.reasons if r.kind != ROUNDING]


def worse_worths(county: County) -> None:
    county.form("考评方案", "折算分").row(对象="党员", 等级="合格")["折算分"] = 66


def one_vote_moved(county: County) -> None:
    county.form("年评议", 支部编号="ZB1").row(党员编号="001").update(优秀票=1, 合格票=1)


def test_votes_and_their_worth_are_told_apart(folder):
    """001 had ten votes of 优秀: 100; five of them are 合格 now, 80 before and 66 by the new rule; 评议 counts 20%."""
    found = members_reasons(published(folder), published(folder, one_vote_moved, worse_worths), "001")
    assert found == [
        (DATA, "评议得分：优秀 2 → 1；合格 0 → 1", "-2"),
        (RULE, "测评等级的折算分（党员）：合格 80 → 66", "-7/5"),
    ]


def by_diary(county: County) -> None:
    rules(county, 月积分口径="日记录核算")


def studied(county: County) -> None:
    """001 has a record of January: 81 and with it 80.33 in the quarter."""
    record = {"日期": dt.date(2026, 1, 6), "党员编号": "001", "姓名": "甲一", "项目编号": "Z01", "事由": "学习"}
    county.form("日记录", 支部编号="ZB1", 期间="2026-01").add(**record)
    row = county.form("季汇总", 支部编号="ZB1", 期间=Q1).row(党员编号="001")
    row.update(第一月=81, 季度积分=80.33, 审定积分=80.33)


def another_name(county: County) -> None:
    county.form("考评方案", "项目编号").row(项目编号="Z01")["项目名称"] = "参加学习"


def another_worth(county: County) -> None:
    county.form("考评方案", "项目编号").row(项目编号="J01")["分值"] = -3


def test_under_the_diary_s_points_a_project_s_name_is_no_rule_but_its_worth_is(folder):
    old = published(folder, by_diary, period=Q1)
    found = members_reasons(old, published(folder, by_diary, studied, another_name, period=Q1), "001")
    assert found == [(DATA, "月积分：2026-01 80 → 81", "1/3")]
    found = members_reasons(old, published(folder, by_diary, studied, another_worth, period=Q1), "001")
    assert found == [(RULE, "月积分（积分项目；与数据的变动分不开）", "1/3")]


def test_what_no_rounding_can_make_is_not_called_one(folder):
    """005 has an adjustment of 2.25 that 计分依据 knows nothing of."""
    old, new = published(folder), published(folder, adjusted)
    silent = {**new.audit_trail["members"], "005": {**new.audit_trail["members"]["005"], "adjustments": {}}}
    found = members_reasons(old, replace(new, audit_trail={**new.audit_trail, "members": silent}), "005")
    assert [(kind, what) for kind, what, _ in found] == [(OTHER, "程序说不清的部分")]
    found = members_reasons(old, new, "005")
    assert found == [(DATA, "2026Q1 支委会调整 0 → 2.25", "9/20")]


def test_a_quarter_of_sums(folder):
    old = published(folder, january_higher, adjusted, period=Q1)
    new = published(folder, january_higher, adjusted, sums, fewer, inspected, period=Q1)
    check_sums(old, new)
    check_sums(new, old)


# --- in words ------------------------------------------------------------------------------------------------------


def test_a_unit_s_change_with_its_reasons(folder, capsys):
    new = published(folder, annual_weights, inspected, achieved, bonuses)
    assert told(published(folder), new, capsys) == TEXTS["weights"].splitlines()
    assert TEXTS["weights"] in MANUAL.replace("\n\n", "\n")


def test_people_who_left_and_a_branch_that_is_gone(folder, capsys):
    old = published(folder, of_members, of_branches)
    new = published(folder, of_members, of_branches, january_higher, fewer, one_branch_only)
    assert told(old, new, capsys) == TEXTS["people"].splitlines()


def test_a_quarter_and_who_was_passed_by_others(folder, capsys):
    old, new = published(folder, period=Q1), published(folder, better, quarter_weights, period=Q1)
    assert told(old, new, capsys) == TEXTS["quarter"].splitlines()


def test_nothing_differs(folder, capsys):
    assert told(published(folder), published(folder), capsys) == ["没有差别。"]


def rewarded(times: int) -> Callable[[County], None]:
    def entered(county: County) -> None:
        row = {
            "日期": dt.date(2026, 6, 1),
            "类别": "个性化",
            "事由": "受到表彰",
            "依据": "文件",
            "审核": "通过",
            "分值": 1,
        }
        for number in range(times):
            county.form("加减分").add(组织编号="ZB1", **row | {"依据": f"文件{number}"})

    entered.__name__ = f"rewarded_{times}"
    return entered


def test_entries_of_the_same_words_are_counted(folder, capsys):
    old, new = published(folder, rewarded(1)), published(folder, rewarded(3))
    assert [line for line in told(old, new, capsys) if "个性化" in line] == [
        "    +2.00　数据　个性化：增加“受到表彰”+1（2 条）"
    ]
    assert [line for line in told(new, old, capsys) if "个性化" in line] == [
        "    -2.00　数据　个性化：减去“受到表彰”+1（2 条）"
    ]


def test_a_year_is_not_compared_with_a_quarter(folder):
    with pytest.raises(compare.Incomparable) as refused:
        compare.compare(published(folder), published(folder, period=Q1))
    assert str(refused.value) == (
        "2026 和 2026Q1 不能比较：一个是年度，一个是季度，得分不是一回事。请写同一期间的，或两个年度、两个季度的结果"
    )


def test_two_periods_are_compared_but_not_attributed(folder, capsys):
    old, new = published(folder, inspected, period=Q1), published(folder, quarter_weights, period=Q2)
    assert told(old, new, capsys) == TEXTS["periods"].splitlines()
    changes = [c for its in compare.compare(old, new).changes.values() for c in its]
    assert {(c.reasons, c.components) for c in changes} == {(None, ())}


def test_without_what_they_rest_on_the_published_numbers_are_compared(folder, capsys):
    old, new = published(folder), replace(published(folder, inspected, reviewed_worse), audit_trail=None)
    assert told(old, new, capsys) == TEXTS["no basis"].splitlines()
    found = compare.compare(old, new)
    assert found.rules is None
    assert found.changes["branches"][0].components[0] == Component(
        "inspections.2026Q1", "督查得分 2026Q1", "90.00", "70.00"
    )


# --- grades and ranks ----------------------------------------------------------------------------------------------


def causes(old: Published, new: Published, kind: str) -> dict[str, tuple[str | None, str | None]]:
    """The codes of why grade and rank changed, by unit or member."""
    changes = compare.compare(old, new).changes[kind]
    codes = {
        c.rank_change.id: (c.grade_cause and c.grade_cause.code, c.rank_cause and c.rank_cause.code)
        for c in changes
        if c.rank_change.on_both_sides
    }
    return {code: both for code, both in codes.items() if any(both)}


def best_from(bound: float) -> Callable[[County], None]:
    def higher(county: County) -> None:
        county.form("考评方案", "下限").row(对象="组织", 等次="优秀")["下限"] = bound

    higher.__name__ = f"best_from_{bound}"
    return higher


def test_a_grade_changes_with_the_score_or_with_its_bound(folder):
    base, lower = published(folder), published(folder, inspected)  # 90.80; ZB1 89.80
    assert causes(base, lower, "branches") == {"ZB1": ("score", "own")}
    moved = published(folder, best_from(91))
    assert causes(base, moved, "branches") == {"ZB1": ("bounds", None), "ZB2": ("bounds", None)}
    sentence = compare.compare(base, moved).changes["branches"][0].grade_cause.sentence
    assert sentence == "“优秀”的下限 90 → 91"


def test_a_rank_changes_because_of_the_others(folder):
    """ZB2 has what it had; ZB1, equal to it before, has more."""
    base, other = published(folder), published(folder, better)
    assert causes(base, other, "branches") == {"ZB2": (None, "others")}
    cause = compare.compare(base, other).changes["branches"][-1].rank_cause
    assert cause.sentence == "总分没有变，别的单位变动（财政第一支部）"


def all_at_90(county: County) -> None:
    """001 and 002 have 90 in every month: 92 in the year."""
    for form in county.forms:
        for row in form.rows:
            if row.get("党员编号") in ("001", "002") and form.form == "月打分":
                row.update(政治合格=25, 执行纪律合格=25, 合计=90, 说明="表现突出")
            elif row.get("党员编号") in ("001", "002") and form.form == "季汇总":
                row.update(第一月=90, 第二月=90, 第三月=90, 季度积分=90, 审定积分=90)


def two_thirds(county: County) -> None:
    rules(county, 优秀比例上限="2/3")


def punished(county: County) -> None:
    row = {"日期": dt.date(2026, 5, 6), "党员编号": "003", "姓名": "甲三", "项目编号": "J09", "事由": "处分"}
    county.form("日记录", 支部编号="ZB1", 期间="2026-05").add(**row)
    county.form("月打分", 支部编号="ZB1", 期间="2026-05").row(党员编号="003")["说明"] = "支委会研究"


def test_a_member_s_grade_has_other_grounds_than_the_total(folder):
    base = published(folder, all_at_90)
    more = published(folder, all_at_90, two_thirds)
    assert causes(base, more, "members") == {"001": ("held_back", None), "002": ("held_back", None)}
    cause = compare.compare(base, more).changes["members"][0].grade_cause
    assert cause.sentence == "有了名额（优秀比例上限 1/3 → 2/3）"
    assert causes(base, published(folder, all_at_90, punished), "members") == {"003": ("veto", None)}
    assert causes(base, published(folder, all_at_90, probationary), "members")["006"][0] == "probationary"


def two_grades(county: County) -> None:
    """党员 are 优秀 from 80 on and else 合格, and everybody may be."""
    form = county.form("考评方案", "下限")
    form.rows = [row for row in form.rows if row["对象"] != "党员" or row["等次"] in ("优秀", "合格")]
    form.row(对象="党员", 等次="优秀")["下限"] = 80
    form.row(对象="党员", 等次="合格")["下限"] = None
    rules(county, 优秀比例上限="1")


def one_third(county: County) -> None:
    rules(county, 优秀比例上限="1/3")


def test_of_two_grades_the_lower_one_is_not_taken_for_a_veto(folder):
    """All six have 84; of three equals none has the one place."""
    old, new = published(folder, two_grades), published(folder, two_grades, one_third)
    found = {c.grade_cause for c in compare.compare(old, new).changes["members"]}
    assert [(cause.code, cause.sentence) for cause in found] == [
        ("held_back", "达到最高等次，但没有名额（优秀比例上限 1 → 1/3）")
    ]
    grounds = [
        published(folder, two_grades, *more).audit_trail["members"]["003"]["ground"] for more in ((), (punished,))
    ]
    assert grounds == ["band", "veto"]


# --- the command ---------------------------------------------------------------------------------------------------


def run(monkeypatch, capsys, *call: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the whole program."""
    monkeypatch.setattr("sys.argv", ["lianghua-batch", *map(str, call)])
    code = dispatch()
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> tuple[Path, Path]:
    """The output folders of two runs of a quarter: ZB1's 督查 is 70 in the second."""
    outputs = []
    for name, situations in (("old", ()), ("new", (inspected,))):
        county = County().only(Q1)
        for situation in situations:
            situation(county)
        data = county.write(tmp_path_factory.mktemp(name))
        outcome = process.process(data, periods.parse(Q1))
        outputs.append(data / "输出" / Q1)
        publishing.publish(outcome.results, outcome.problems, outputs[-1])
    return tuple(outputs)


def test_two_output_folders(written, monkeypatch, capsys):
    old, new = written
    code, out, err = run(monkeypatch, capsys, "diff", old, new / "results.json")
    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == [
        f"旧：{old}/results.json（2026Q1，2026年考评方案）",
        f"新：{new}/results.json（2026Q1，2026年考评方案）",
    ]
    assert [line for line in out.splitlines() if "督查得分" in line] == [
        "    -10.00　数据　督查得分 2026Q1：互检一组 90 → 70"
    ]
    code, out, _ = run(monkeypatch, capsys, "diff", old, old)
    assert (code, out.splitlines()[-1]) == (0, "没有差别。")


def test_a_program_gets_everything(written, monkeypatch, capsys):
    code, out, _ = run(monkeypatch, capsys, "diff", *written, "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert found["summary"]["branches"] == {"compared": 2, "totals": 1, "grades": 1, "ranks": 1}
    (branch,) = found["branches"]
    assert branch == {
        "id": "ZB1",
        "name": "财政第一支部",
        "committee": "DW1",
        "was": {"total": "85.00", "grade": "良好", "rank": 1, "rank_county": 1},
        "now": {"total": "75.00", "grade": "一般", "rank": 2, "rank_county": 2},
        "difference": "-10.00",
        "climbed": -1,
        "regraded": True,
        "components": [{"name": "inspection", "label": "督查得分", "was": "90.00", "now": "70.00"}],
        "reasons": [
            {
                "kind": "data",
                "what": "督查得分 2026Q1：互检一组 90 → 70",
                "amount": "-10.0000",
                "exact": "-10",
                "whom": [],
            }
        ],
        "grade_cause": {"code": "score", "text": "总分 75.00，低于“良好”的下限 85"},
        "rank_cause": {"code": "own", "text": "本身的总分变动"},
    }
    assert found["committees"][0]["reasons"][0]["whom"] == ["ZB1"]
    assert (found["rules"], found["roster"], found["notes"], found["members"]) == ([], [], [], [])


# --- files that are of no use --------------------------------------------------------------------------------------


def copied(source: Path, target: Path) -> Path:
    target.mkdir()
    for name in ("results.json", "计分依据.json"):
        (target / name).write_bytes((source / name).read_bytes())
    return target


def spoil_json(folder: Path) -> None:
    (folder / "results.json").write_text('{"period": "2026Q1", ', encoding="utf-8")


def spoil_shape(folder: Path) -> None:
    said = json.loads((folder / "results.json").read_text("utf-8"))
    said["branches"][1]["total"] = 85.0
    (folder / "results.json").write_text(json.dumps(said), encoding="utf-8")


def double_code(folder: Path) -> None:
    said = json.loads((folder / "results.json").read_text("utf-8"))
    said["members"][1]["id"] = "001"
    (folder / "results.json").write_text(json.dumps(said), encoding="utf-8")


def make_draft(folder: Path) -> None:
    said = json.loads((folder / "results.json").read_text("utf-8"))
    (folder / "results.json").write_text(json.dumps(said | {"draft": {"left_out": []}}), encoding="utf-8")


def take_away(folder: Path) -> None:
    (folder / "results.json").unlink()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (spoil_json, "{0}/results.json：不是 JSON 文件，或内容不完整。请写 run 写出的 results.json"),
        (
            spoil_shape,
            "{0}/results.json：不是考评结果（branches[1].total 与 run 写出的不同）。请写 run 写出的 results.json",
        ),
        (
            double_code,
            "{0}/results.json：不是考评结果（members[1].id 与 run 写出的不同）。请写 run 写出的 results.json",
        ),
        (
            make_draft,
            "{0}/results.json：是草稿（run --partial 写出的），单位不全，不能拿来比较。请用正式的结果",
        ),
        (take_away, "{0}：文件夹中没有 results.json。请写 run 写出的结果文件夹，如 输出/2026"),
        (shutil.rmtree, "{0}：没有这个文件或文件夹。请核对路径"),
    ],
    ids=lambda part: getattr(part, "__name__", ""),
)
def test_results_that_cannot_be_compared(written, tmp_path, monkeypatch, capsys, spoil, sentence):
    other = copied(written[1], tmp_path / "x")
    spoil(other)
    told = sentence.format(other) + "。请用 --help 查看用法。\n"
    assert run(monkeypatch, capsys, "diff", written[0], other) == (2, "", told)


def of_another_run(folder: Path) -> None:
    (folder / "results.json").write_text((folder / "results.json").read_text("utf-8") + " ", encoding="utf-8")


def rewritten(folder: Path) -> None:
    text = (folder / "计分依据.json").read_text("utf-8")
    (folder / "计分依据.json").write_text(
        text.replace('"季度督查权重": "50"', '"季度督查权重": "60"'), encoding="utf-8"
    )


def cut_off(folder: Path) -> None:
    (folder / "计分依据.json").write_text("{", encoding="utf-8")


def of_another_format(folder: Path) -> None:
    (folder / "计分依据.json").write_text('{"format": 0}', encoding="utf-8")


def gone(folder: Path) -> None:
    (folder / "计分依据.json").unlink()


@pytest.mark.parametrize(
    ("spoil", "note"),
    [
        (of_another_run, "{0}/计分依据.json 与 results.json 不是同一次写出的，没有采用，因此不能说明总分变动的原因"),
        (rewritten, "{0}/计分依据.json 写出以后被改动过，没有采用，因此不能说明总分变动的原因"),
        (cut_off, "{0}/计分依据.json 不是 JSON 文件，或内容不完整，没有采用，因此不能说明总分变动的原因"),
        (of_another_format, "{0}/计分依据.json 不是本程序认得的计分依据，没有采用，因此不能说明总分变动的原因"),
        (gone, "{0}/results.json 旁边没有 计分依据.json，因此不能说明总分变动的原因"),
    ],
    ids=lambda part: getattr(part, "__name__", ""),
)
def test_what_results_rest_on_is_left_aside_where_it_does_not_belong(written, tmp_path, spoil, note):
    other = copied(written[1], tmp_path / "x")
    spoil(other)
    found = compare.compare(published_reader.read(written[0]), published_reader.read(other))
    assert found.notes == (note.format(other),)
    assert found.changes["branches"][0].reasons is None


def test_results_of_an_earlier_period(written, tmp_path):
    outputs = written[0].parent
    assert published_reader.from_outputs(outputs, periods.parse(Q1)).results["period"] == Q1
    assert published_reader.from_outputs(outputs, periods.parse("2025Q4")) is None
    copied(written[0], tmp_path / Q1)
    spoil_json(tmp_path / Q1)
    damaged = published_reader.from_outputs(tmp_path, periods.parse(Q1))
    assert isinstance(damaged, Unusable)
    assert str(damaged).startswith(f"{tmp_path}/{Q1}/results.json：不是 JSON 文件")


def with_right_codes(said: dict) -> str:
    """计分依据 whose check code is that of what it says."""
    return json.dumps(said | {"sha256": audit_trail_check_code(said)}, ensure_ascii=False)


def lacks_members(said: dict) -> None:
    del said["members"]


def a_rule_in_words(said: dict) -> None:
    said["rules"]["parameters"]["小数位"] = "两位"


def an_indicator_without_standards(said: dict) -> None:
    said["rules"]["indicators"]["B1"]["method"] = "efficacy"


def a_unit_less(said: dict) -> None:
    del said["units"]["ZB2"]


def another_step(said: dict) -> None:
    said["units"]["ZB1"]["total"] = "member_mean"


def in_a_circle(said: dict) -> None:
    said["units"]["ZB1"]["scores"]["member_mean"]["parts"][0]["of"] = "quarter_total"


@pytest.mark.parametrize(
    ("spoil", "place"),
    [
        (lacks_members, "members"),
        (a_rule_in_words, "rules.parameters.小数位"),
        (an_indicator_without_standards, "rules.indicators.B1"),
        (a_unit_less, "units.ZB2"),
        (another_step, "units.ZB1.total"),
        (in_a_circle, "units"),
    ],
    ids=lambda part: getattr(part, "__name__", ""),
)
def test_what_results_rest_on_is_left_aside_where_it_is_of_another_shape(written, tmp_path, spoil, place):
    """Its check codes are right: somebody wrote it so, or another version of the program did."""
    other = copied(written[1], tmp_path / "x")
    said = json.loads((other / "计分依据.json").read_text("utf-8"))
    spoil(said)
    (other / "计分依据.json").write_text(with_right_codes(said), encoding="utf-8")
    found = compare.compare(published_reader.read(written[0]), published_reader.read(other))
    sentence = f"{other}/计分依据.json 的内容（{place}）与 run 写出的不同，没有采用，因此不能说明总分变动的原因"
    assert found.notes == (sentence,)


def places_of(said: object, *above: object) -> Iterator[tuple]:
    """The way to every value of a JSON document."""
    within = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for key, value in within:
        yield (*above, key)
        yield from places_of(value, *above, key)


GONE = object()


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), value=st.sampled_from((GONE, None, True, -1, "", "0", "总分", "1/0", [], {}, ["1"], {"a": "1"})))
def test_no_shape_of_it_stops_the_comparison(folder, data, value):
    """Whatever single value is gone or another one: it is left aside, or does no harm."""
    old, new = published(folder, *MIXED), published(folder, *MIXED, rater_weights, by_efficacy, reviewed_worse)
    said = copy.deepcopy(new.audit_trail)
    *above, last = data.draw(st.sampled_from(sorted(places_of(said), key=str)))
    inside = functools.reduce(operator.getitem, above, said)
    if value is GONE:
        del inside[last]
    else:
        inside[last] = value
    kept = None if published_schema.audit_trail_fault(said, new.results) else said
    for pair in ((old, replace(new, audit_trail=kept)), (replace(new, audit_trail=kept), old)):
        assert list(sentences.lines(compare.compare(*pair)))


def test_what_the_program_writes_has_the_right_shape(folder):
    quarter = published(folder, january_higher, adjusted, sums, fewer, inspected, period=Q1)
    for its in (published(folder, *MIXED, probationary, rounding_once), quarter):
        assert published_schema.audit_trail_fault(its.audit_trail, its.results) is None


# --- 计分依据.json -------------------------------------------------------------------------------------------------


def test_what_results_rest_on(written, tmp_path):
    """The same data gives the same bytes, which say to which results.json they belong."""
    again = process.process(County().only(Q1).write(tmp_path), periods.parse(Q1)).results
    text = (written[0] / "计分依据.json").read_text("utf-8")
    assert text == audit_trail.as_text(again)
    said = json.loads(text)
    assert said["results_sha256"] == hashlib.sha256((written[0] / "results.json").read_bytes()).hexdigest()
    assert said["rules"]["parameters"]["优秀比例上限"] == "1/3"
    member = {"branch": "ZB1", "probationary": False, "adjustments": {}}
    assert said["members"]["001"] == {**member, "votes": None, "ground": None}  # a quarter has neither
    unit = said["units"]["ZB1"]
    assert (unit["name"], unit["level"], unit["parent"], unit["group"]) == ("财政第一支部", "branch", "DW1", None)
    assert list(unit["scores"]) == ["quarter_total", "member_mean", "inspection_period:2026Q1"]
    assert unit["scores"]["member_mean"]["parts"][0] == {
        "item": "001",
        "amount": "80/3",
        "of": "001/percent",
        "share": "1/3",
    }

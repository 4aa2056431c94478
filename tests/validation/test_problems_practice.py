"""Findings and their rounds, 违纪 and 处分, ballots, declared indicators, tasks, suggestions: what is said where they do not agree."""

import datetime as dt

import pytest
from factories import County, FilledForm

FOUND = "三会一课记录不全"


@pytest.fixture
def year() -> County:
    """The year; 督查 of the first quarter found one thing in ZB1 (ZB1-2026Q1-1), 整改台账 takes it up and closes it."""
    county = County().only("2026")
    inspection = county.form("督查打分", 期间="2026Q1")
    inspection.headings += ["整改意见", "整改时限"]
    inspection.row(组织编号="ZB1").update(存在问题=FOUND, 整改时限=dt.date(2026, 5, 31))
    ledger = county.form("整改台账")
    ledger.headings = ["问题编号", "轮次", *ledger.headings, "复查日期", "复查结论", "复查人"]
    ledger.add(问题编号="ZB1-2026Q1-1", 轮次=1, 问题=FOUND, 复查日期=dt.date(2026, 6, 2), 复查结论="销号", **ROW)
    return county


ROW = {
    "组织编号": "ZB1",
    "来源": "督查",
    "整改措施": "补记",
    "责任人": "甲一",
    "完成时限": dt.date(2026, 5, 31),
    "完成日期": dt.date(2026, 5, 20),
    "状态": "已完成",
}


def ledger(county: County) -> FilledForm:
    return county.form("整改台账")


def test_findings_that_are_taken_up_and_closed(year, tmp_path):
    for rule in ("计入未完成", "提示", "报错", "不计"):
        year.set_rule("督查问题未登记", rule)
        assert year.complaints(tmp_path / rule, "2026") == []


def test_a_number_is_of_a_finding_of_the_unit(year, tmp_path):
    ledger(year).add(**{**ROW, "组织编号": "ZB2", "问题编号": "zb1-2026q1-1", "问题": FOUND})
    ledger(year).add(**ROW, 问题编号="ZB1-2026Q1-7", 问题="没有查出过")
    ledger(year).add(**ROW, 问题编号="自01", 问题="活动室没有党旗")
    ledger(year).add(**{**ROW, "组织编号": "DW1", "问题编号": "自01", "问题": "班子学习少"})
    ledger(year).add(**ROW, 轮次=2, 问题="又没有编号")
    assert year.complaints(tmp_path, "2026") == [
        "E347 年末/整改.xlsx 整改台账 A5[zb1-2026q1-1]：问题 zb1-2026q1-1 是 财政第一支部（ZB1） 的（督查/2026Q1.xlsx 督查打分 E4）。"
        "请核对组织编号和问题编号。",
        "E346 年末/整改.xlsx 整改台账 A6[ZB1-2026Q1-7]：督查打分和监督员评分中没有问题 ZB1-2026Q1-7。请核对问题编号；单位自查的问题不要用这种编号。",
        "E348 年末/整改.xlsx 整改台账 A8[自01]：问题编号 自01 另一个单位已经用了，见 年末/整改.xlsx 整改台账 A7。请核对组织编号，或另编一个号。",
        "E349 年末/整改.xlsx 整改台账 B9[2]：轮次是 2，而没有问题编号，不知是哪个问题的。请填写问题编号，与前一轮相同。",
    ]


def test_the_words_are_those_of_the_finding(year, tmp_path):
    ledger(year).rows[0]["问题"] = "党费没有按月交"
    assert year.complaints(tmp_path, "2026") == [
        "E345 年末/整改.xlsx 整改台账 D4[党费没有按月交]：ZB1-2026Q1-1 查出的问题是“三会一课记录不全”（督查/2026Q1.xlsx 督查打分 E4），与这里写的不是一回事。"
        "请核对问题编号；督查打分后来增加过行的，编号可能变了。",
    ]


@pytest.mark.parametrize("words", ["三会一课 记录不全", "记录不全", "三会一课记录不全，活动少", "三会一课等问题"])
def test_words_that_say_the_same(year, tmp_path, words):
    ledger(year).rows[0]["问题"] = words
    assert year.complaints(tmp_path, "2026") == []


def test_rounds_follow_each_other(year, tmp_path):
    first = ledger(year).rows[0]
    ledger(year).add(**{**first, "轮次": 2})  # after it was closed
    second = {**first, "问题编号": "自01", "问题": "活动室没有党旗", "复查结论": "退回"}
    ledger(year).add(**second)
    ledger(year).add(**{**second, "轮次": 3})  # the second is left out, and the third sent back
    assert year.complaints(tmp_path, "2026") == [
        "W324 年末/整改.xlsx 整改台账 B5[2]：问题 ZB1-2026Q1-1 已经销号，又有第 2 轮，以最后一轮为准。请核对复查结论和轮次。",
        "W323 年末/整改.xlsx 整改台账 B7[3]：问题 自01 第 1 轮之后就是第 3 轮。请核对轮次，补上缺的一轮。",
        "W322 年末/整改.xlsx 整改台账 L7：“自01”第 3 轮复查退回，没有下一轮，按未完成计。请为这个问题再加一行，轮次加 1。",
    ]


def test_one_round_written_twice(year, tmp_path):
    ledger(year).add(**{**ledger(year).rows[0], "复查结论": "退回"})
    assert year.complaints(tmp_path, "2026") == [
        "E209 年末/整改.xlsx 整改台账 A5[ZB1-2026Q1-1]：ZB1-2026Q1-1 轮次 1 重复，另见 年末/整改.xlsx 整改台账 A4。请删去或更正重复的行。",
    ]


def test_a_deadline_after_the_one_that_was_set(year, tmp_path):
    ledger(year).rows[0]["完成时限"] = dt.date(2026, 6, 30)
    assert year.complaints(tmp_path, "2026") == [
        "W325 年末/整改.xlsx 整改台账 H4[2026-06-30]："
        "完成时限 2026-06-30 晚于查出时定的整改时限 2026-05-31（督查/2026Q1.xlsx 督查打分 G4），按完成时限计。请核对完成时限。",
    ]


def test_completed_before_it_was_found(year, tmp_path):
    year.form("督查打分", 期间="2026Q2").row(组织编号="ZB2")["存在问题"] = FOUND
    ledger(year).add(**ROW | {"组织编号": "ZB2", "完成日期": dt.date(2026, 3, 30)}, 问题=FOUND)
    ledger(year).rows[0]["完成日期"] = dt.date(2025, 5, 30)
    assert year.complaints(tmp_path, "2026") == [
        "W335 年末/整改.xlsx 整改台账 I4[2025-05-30]：完成日期 2025-05-30 在 2026 年以前。请核对完成日期。",
        "W334 年末/整改.xlsx 整改台账 I5[2026-03-30]：完成日期 2026-03-30 早于查出问题的期间（2026Q2）。请核对完成日期和问题编号。",
    ]


def test_findings_that_nobody_took_up(year, tmp_path):
    ledger(year).rows.clear()
    told = {}
    for rule in ("计入未完成", "提示", "报错", "不计"):
        year.set_rule("督查问题未登记", rule)
        told[rule] = year.complaints(tmp_path / rule, "2026")
    assert told == {
        "计入未完成": [
            "W320 督查/2026Q1.xlsx 督查打分 E4[三会一课记录不全]：财政第一支部（ZB1） 被查出的问题没有登记整改（ZB1-2026Q1-1），按未完成计。"
            "请在整改台账登记这个问题，问题编号填 ZB1-2026Q1-1。",
        ],
        "提示": [
            "W321 督查/2026Q1.xlsx 督查打分 E4[三会一课记录不全]：财政第一支部（ZB1） 被查出的问题没有登记整改（ZB1-2026Q1-1）。"
            "请在整改台账登记这个问题，问题编号填 ZB1-2026Q1-1。",
        ],
        "报错": [
            "E344 督查/2026Q1.xlsx 督查打分 E4[三会一课记录不全]：财政第一支部（ZB1） 被查出的问题没有登记整改（ZB1-2026Q1-1）。"
            "请在整改台账登记这个问题，问题编号填 ZB1-2026Q1-1。",
        ],
        "不计": [],
    }


def test_a_veto_without_a_case(year, tmp_path):
    record = {"日期": dt.date(2026, 1, 6), "党员编号": "001", "姓名": "甲一", "事由": "违纪", "分值": -10}
    year.form("日记录", 支部编号="ZB1", 期间="2026-01").add(项目编号="J09", **record)
    year.form("月打分", 支部编号="ZB1", 期间="2026-01").row(党员编号="001").update(执行纪律合格=10, 合计=70)
    quarter = year.form("季汇总", 支部编号="ZB1", 期间="2026Q1").row(党员编号="001")
    quarter.update(第一月=70, 季度积分=76.67, 审定积分=76.67)
    told = {}
    for rule in ("提示", "报错"):
        year.set_rule("处分无违纪", rule)
        told[rule] = year.complaints(tmp_path / rule, "2026")
    assert told == {
        "提示": [
            "W326 ZB1/2026-01.xlsx 日记录 D4[001]：甲一（001） 有一票否决的记录，而 财政第一支部（ZB1） 没有审核通过的违纪扣分。"
            "请核对 财政第一支部（ZB1） 是否应有违纪扣分。",
        ],
        "报错": [
            "E350 ZB1/2026-01.xlsx 日记录 D4[001]：甲一（001） 有一票否决的记录，而 财政第一支部（ZB1） 没有审核通过的违纪扣分。"
            "请在加减分补登 财政第一支部（ZB1） 的违纪，或更正这条记录。",
        ],
    }
    bonus = {"日期": dt.date(2026, 1, 6), "事由": "党员受处分", "依据": "决定", "审核": "通过"}
    year.form("加减分").add(组织编号="ZB1", 类别="违纪", 分值=-3, **bonus)
    assert year.complaints(tmp_path / "with", "2026") == []


def test_votes_against_the_ballots(year, tmp_path):
    ballots = year.form("满意度测评")
    ballots.headings += ["应到", "发出票", "收回票"]
    for row in ballots.rows:
        row.update(应到=12, 发出票=11, 收回票=10)
    ballots.row(组织编号="DW1").update(优秀票=5000)
    ballots.row(组织编号="ZB1").update(发出票=13)
    ballots.row(组织编号="ZB2").update(收回票=12)
    year.form("年评议", 支部编号="ZB1").row(党员编号="002")["优秀票"] = 5000
    year.form("年评议", 支部编号="ZB2").labels.update(应到=3, 发出票=3, 收回票=2)
    year.form("年评议", 支部编号="ZB2").row(党员编号="004")["优秀票"] = 3
    assert year.complaints(tmp_path, "2026") == [
        "E351 ZB2/年评议.xlsx 年评议 C4[3]：测评无效：各等级票数之和 3，多于收回票 2。请核对票数。",
        "E351 年末/测评.xlsx 满意度测评 C4[5000]：测评无效：各等级票数之和 5000，多于收回票 10。请核对票数。",
        "E351 年末/测评.xlsx 满意度测评 I6[12]：测评无效：收回票 12，多于发出票 11。请核对票数。",
        "W328 ZB1/年评议.xlsx 年评议 C5[5000]：票数合计 5000，多于 财政第一支部（ZB1） 年末的正式党员 3 人。请核对票数。",
        "W327 年末/测评.xlsx 满意度测评 H5[13]：发出票 13，多于应到 12。请核对人数和票数。",
    ]


def test_ballots_that_must_be_counted(year, tmp_path):
    year.set_rule("测评票数", "必填")
    ballots = year.form("满意度测评")
    ballots.headings += ["应到", "发出票", "收回票"]
    for row in ballots.rows:
        row.update(应到=12, 发出票=11, 收回票=10)
    del ballots.row(组织编号="ZB1")["收回票"]
    assert year.complaints(tmp_path, "2026") == [
        "E352 年末/测评.xlsx 满意度测评 I5：“收回票”没有填写，测评是否有效无法核对。请填写“收回票”。",
    ]


DECLARED = "指标编号 指标名称 权重 赋分方法 满意值 不允许值 优秀值 良好值 平均值 较低值 较差值 说明"
REVIEWED = "组织编号 指标编号 指标名称 审核 核定权重 核定满意值 核定不允许值 审核意见"


def declare(county: County, *rows: list[object], reviews: list[list[object]]) -> None:
    """ZB1 declares these instead of B2, and its superior reviews them."""
    scheme = county.form("考评方案", "指标编号")
    scheme.row(指标编号="B2")["适用单位"] = "ZB2"
    values = county.form("指标完成")
    values.rows = [r for r in values.rows if (r["组织编号"], r["指标编号"]) != ("ZB1", "B2")]
    values.add(组织编号="ZB1", 指标编号="C1", 实际值=90)
    labels = {"组织编号": "ZB1", "组织名称": "财政第一支部", "期间": "2026"}
    county.forms.append(FilledForm("ZB1/申报.xlsx", "差异化申报", DECLARED, list(rows), **labels))
    county.forms.append(FilledForm("年末/审核.xlsx", "差异化审核", REVIEWED, reviews, 期间="2026"))


def test_a_declared_indicator(year, tmp_path):
    declare(year, ["C1", "办件提速", 40, "直接赋分"], reviews=[["ZB1", "C1", "办件提速", "通过"]])
    assert year.complaints(tmp_path, "2026") == []


def test_declarations_against_their_reviews(year, tmp_path):
    declare(
        year,
        ["C1", "办件提速", 40, "直接赋分"],
        ["C2", "走访群众", 10, "直接赋分"],
        ["B1", "换一个名称", 10, "直接赋分"],
        reviews=[
            ["ZB1", "C1", "提速", "通过", None, 95],
            ["ZB1", "C9", "没有申报", "通过"],
            ["ZB1", "B1", "换一个名称", "不通过"],
        ],
    )
    assert year.complaints(tmp_path, "2026") == [
        "E422 ZB1/申报.xlsx 差异化申报 A6[B1]：指标编号 B1 在考评方案中已用于 财政第一支部（ZB1），见 考评方案.xlsx 指标 A6。请另编一个号。",
        "E423 年末/审核.xlsx 差异化审核 F4[95]：财政第一支部（ZB1） 的这个指标用直接赋分，用不到“核定满意值”。请删去这个数；标准值不对的，请退回单位重报。",
        "E343 年末/审核.xlsx 差异化审核 B5[C9]：财政第一支部（ZB1） 没有申报差异化指标 C9。请核对组织编号和指标编号；申报表还没有收到的，请催报。",
        "W408 ZB1/申报.xlsx 差异化申报 A5[C2]：财政第一支部（ZB1） 申报的差异化指标 C2 没有审核，暂不计分。请在差异化审核中审核。",
        "W409 年末/审核.xlsx 差异化审核 C4[提速]：财政第一支部（ZB1） 申报的指标 C1 名称是“办件提速”，与审核表中的不同。请核对指标编号，看审核的是不是这一项。",
        "W306 年末/指标完成.xlsx 指标完成 B6[B1]：指标 B1 未审核通过，这一行不采用。请确认后删去这一行。",
    ]


def test_a_unit_without_tasks(year, tmp_path):
    year.form("考评方案", "指标编号").row(指标编号="B1")["数据来源"] = "任务完成率"
    values = year.form("指标完成")
    values.rows = [r for r in values.rows if r["指标编号"] != "B1"]
    heads = "组织编号 任务编号 任务 责任人 完成时限 完成日期 状态 佐证"
    task = ["ZB2", "R1", "清理台账", "乙一", dt.date(2026, 9, 30), dt.date(2026, 9, 1), "已完成", None]
    year.forms.append(FilledForm("年末/任务.xlsx", "任务清单", heads, [task], 期间="2026"))
    assert year.complaints(tmp_path, "2026") == [
        "W329 考评方案.xlsx 指标 P6[B1]：任务清单中没有 财政第一支部（ZB1） 的任务，任务完成率按 100 计。请核对任务清单；确实没有任务的不必改。",
    ]


def test_a_suggestion_on_no_indicator(year, tmp_path):
    heads = "提出人类别 指标编号 意见 日期 处理 说明"
    row = ["党务干部", "B7", "满意值偏高", dt.date(2026, 8, 3), "研究中", None]
    year.forms.append(FilledForm("年末/意见.xlsx", "意见建议", heads, [row], 期间="2026"))
    assert year.complaints(tmp_path, "2026") == [
        "W330 年末/意见.xlsx 意见建议 B4[B7]：考评方案中没有指标 B7。请核对指标编号；对整个方案的意见请留空。",
    ]


def test_branches_too_small_and_too_large(year, tmp_path):
    for n in range(48):
        year.form("花名册", "党员编号").add(
            党员编号=f"1{n:02}", 姓名=f"丁{n}", 支部编号="ZB2", 党员类别="正式", 积分管理="否", 不参加原因="离退休"
        )
    for form in year.forms:
        if form.form in ("花名册", "月打分", "季汇总", "年评议"):
            form.rows = [r for r in form.rows if r.get("党员编号") != "003"]
    assert year.complaints(tmp_path, "2026") == [
        "W506 花名册.xlsx 党组织 A5[2]：财政第一支部（ZB1） 年末有正式党员 2 人，不足 3 人。请核对花名册；确实不足的，应与邻近单位联合成立支部（《中国共产党支部工作条例（试行）》第五条）。",
        "W507 花名册.xlsx 党组织 A6[51]：财政第二支部（ZB2） 年末有党员 51 人，超过 50 人。请核对花名册；确实超过的，应报上级同意或分设支部（《中国共产党支部工作条例（试行）》第五条）。",
    ]

"""What is due and not there: forms, rows of members, marks, votes, values; and figures that cannot be computed without them."""

import datetime as dt


def retire(county, branch):
    """Nobody in the branch takes part any more, and it sends no forms."""
    for row in county.form("花名册", "姓名").rows:
        if row["支部编号"] == branch:
            row.update(积分管理="否", 不参加原因="离退休")
    county.forms = [f for f in county.forms if f.labels.get("支部编号") != branch]


def test_forms_that_a_branch_did_not_send(county, tmp_path):
    county.drop("月打分", 支部编号="ZB1", 期间="2026-01")
    county.drop("月打分", 支部编号="ZB1", 期间="2026-03")
    county.drop("季汇总", 支部编号="ZB2")
    county.drop("日记录", 支部编号="ZB2", 期间="2026-02")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E306 ：财政第一支部（ZB1） 缺 2026-01 的“月打分”。请 财政第一支部（ZB1） 补报。",
        "E306 ：财政第一支部（ZB1） 缺 2026-03 的“月打分”。请 财政第一支部（ZB1） 补报。",
        "E306 ：财政第二支部（ZB2） 缺 2026Q1 的“季汇总”。请 财政第二支部（ZB2） 补报。",
        "W301 ：财政第二支部（ZB2） 没有报 2026-02 的日记录（未报），核算分按起始分计。请 财政第二支部（ZB2） 补报，或确认当月没有记录。",
    ]


def test_a_year_without_the_reviews_of_a_branch(year, tmp_path):
    year.drop("年评议", 支部编号="ZB1")
    assert year.complaints(tmp_path, "2026") == [
        "E306 ：财政第一支部（ZB1） 缺 2026 的“年评议”。请 财政第一支部（ZB1） 补报。",
    ]


def test_members_left_out_of_their_branchs_forms(year, tmp_path):
    year.form("月打分", 支部编号="ZB1", 期间="2026-01").rows.pop(0)
    year.form("季汇总", 支部编号="ZB2", 期间="2026Q3").rows.pop(1)
    year.form("年评议", 支部编号="ZB2").rows.pop(2)
    assert year.complaints(tmp_path, "2026") == [
        "E307 ZB1/2026-01.xlsx 月打分[001]：甲一（001） 缺 2026-01 的月打分。请补上该党员的一行；确属免评的填写免评原因。",
        "E317 ZB2/2026Q3.xlsx 季汇总[005]：乙二（005） 缺 2026Q3 的季汇总。请补上该党员的一行。",
        "E319 ZB2/年评议.xlsx 年评议[006]：正式党员 乙三（006） 缺年评议。请补上该党员的票数。",
    ]


def test_a_probationary_member_needs_no_review(year, tmp_path):
    year.form("花名册", "姓名").row(党员编号="006")["党员类别"] = "预备"
    year.form("年评议", 支部编号="ZB2").rows.pop(2)
    assert [c[:4] for c in year.complaints(tmp_path, "2026")] == ["W506"]


def test_a_branch_of_probationary_members_alone_owes_no_review(year, tmp_path):
    for row in year.form("花名册", "姓名").rows:
        if row["支部编号"] == "ZB2":
            row["党员类别"] = "预备"
    year.drop("年评议", 支部编号="ZB2")
    assert [c[:4] for c in year.complaints(tmp_path, "2026")] == ["W506"]


def test_units_without_their_inspections(year, tmp_path):
    year.form("督查打分", 期间="2026Q2").rows.pop(0)
    year.drop("督查打分", 期间="2026Q4")
    year.drop("督查打分", 期间="2026H1")
    assert year.complaints(tmp_path, "2026") == [
        "E326 [DW1]：财政局机关党委（DW1） 缺 2026H1 的督查打分。请补上检查单位和得分。",
        "E326 [ZB1]：财政第一支部（ZB1） 缺 2026Q2 的督查打分。请补上检查单位和得分。",
        "E326 [ZB1]：财政第一支部（ZB1） 缺 2026Q4 的督查打分。请补上检查单位和得分。",
        "E326 [ZB2]：财政第二支部（ZB2） 缺 2026Q4 的督查打分。请补上检查单位和得分。",
    ]


def test_a_second_inspection_of_committees_where_the_scheme_asks_for_two(year, tmp_path):
    year.set_rule("党委督查期次", "H1+H2")
    assert year.complaints(tmp_path, "2026") == [
        "E326 [DW1]：财政局机关党委（DW1） 缺 2026H2 的督查打分。请补上检查单位和得分。",
    ]


def test_a_unit_founded_after_every_inspection_has_none_to_be_judged_by(year, tmp_path):
    year.form("花名册", "层级").add(
        组织编号="DW2", 组织名称="税务局机关党委", 层级="党委", 窗口单位="否", 启用日期=dt.date(2026, 7, 1)
    )
    for n in (1, 2):
        year.form("指标完成").add(组织编号="DW2", 指标编号=f"W{n}", 实际值=90)
    year.form("监督员评分").add(组织编号="DW2", 监督员="监督员甲", 得分=90)
    year.form("满意度测评").add(组织编号="DW2", 测评对象="党员群众", 优秀票=10)
    assert year.complaints(tmp_path, "2026") == [
        "E342 花名册.xlsx 党组织 H7[2026-07-01]：税务局机关党委（DW2） 在 2026 年的督查期次结束时都不存在，没有督查均分。请核对启用日期；确属新建的，请在考评方案的党委督查期次中增加期次。",
    ]


def test_units_that_nobody_rated(year, tmp_path):
    year.form("指标完成").rows.remove(year.form("指标完成").row(组织编号="ZB1", 指标编号="B2"))
    year.form("监督员评分").rows.pop(0)
    year.form("满意度测评").rows.pop(2)
    assert year.complaints(tmp_path, "2026") == [
        "E327 [B2]：财政第一支部（ZB1） 缺指标 B2“支部指标2”的实际值。请在指标完成表补上一行。",
        "E331 [DW1]：财政局机关党委（DW1） 没有监督员评分。请补上监督员评分。",
        "E332 [ZB2]：财政第二支部（ZB2） 没有党员群众测评。请补上党员群众的票数。",
    ]


def test_a_service_window_without_the_votes_of_its_clients(year, tmp_path):
    year.form("花名册", "层级").row(组织编号="ZB1")["窗口单位"] = "是"
    assert year.complaints(tmp_path, "2026") == [
        "E332 [ZB1]：财政第一支部（ZB1） 没有服务对象测评。请补上服务对象的票数。",
    ]


def test_no_unit_may_lack_clients_where_the_scheme_says_so(year, tmp_path):
    year.set_rule("无服务对象时", "报错")
    year.form("满意度测评").add(组织编号="ZB2", 测评对象="服务对象", 优秀票=10)
    assert year.complaints(tmp_path, "2026") == [
        "E332 [DW1]：财政局机关党委（DW1） 没有服务对象测评。请补上服务对象的票数。",
        "E332 [ZB1]：财政第一支部（ZB1） 没有服务对象测评。请补上服务对象的票数。",
    ]


def test_a_branch_without_a_scored_member_has_its_inspection_alone(county, tmp_path):
    retire(county, "ZB2")
    assert county.complaints(tmp_path, "2026Q1") == []


def test_a_branch_without_a_scored_member_where_the_scheme_forbids_it(county, tmp_path):
    county.set_rule("无参评党员时", "报错")
    retire(county, "ZB2")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E336 花名册.xlsx 党组织 A6[ZB2]：财政第二支部（ZB2） 没有参评党员，季度得分无法计算。请核对花名册；或在考评方案的“无参评党员时”中另作规定。",
    ]


def test_a_branch_without_a_scored_member_whose_indicator_needs_one(year, tmp_path):
    year.form("考评方案", "指标编号").row(指标编号="B2")["数据来源"] = "党员积分均分"
    for unit in ("ZB1", "ZB2"):
        year.form("指标完成").rows.remove(year.form("指标完成").row(组织编号=unit, 指标编号="B2"))
    retire(year, "ZB2")
    assert year.complaints(tmp_path, "2026") == [
        "E337 考评方案.xlsx 指标 P7[B2]：财政第二支部（ZB2） 的指标 B2 需要“党员积分均分”，但没有这个数。请在考评方案中为该单位改用其他指标（适用单位、考评组）。",
    ]

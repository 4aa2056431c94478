"""Problems of rows about members: who, where, when, how many points, and figures that do not agree with the computed ones."""

import datetime as dt


def monthly(county, branch="ZB1", period="2026-01"):
    return county.form("月打分", 支部编号=branch, 期间=period)


def summary(county, branch="ZB1"):
    return county.form("季汇总", 支部编号=branch, 期间="2026Q1")


def record(county, day, member, name, branch="ZB1", project="Z01", month="2026-01", **more):
    diary = county.form("日记录", 支部编号=branch, 期间=month)
    diary.add(日期=day, 党员编号=member, 姓名=name, 项目编号=project, 事由="参加党员大会", **more)


def test_members_whom_the_roster_does_not_know(year, tmp_path):
    record(year, dt.date(2026, 1, 6), "0001", "甲一")
    monthly(year).add(党员编号="007", 姓名="丙一", 政治合格=20, 执行纪律合格=20, 品德合格=20, 作用发挥合格=20)
    summary(year, "ZB2").add(党员编号="008", 姓名="丙二", 审定积分=80)
    year.form("年评议", 支部编号="ZB2").add(党员编号="9", 姓名="丙三", 优秀票=3, 合格票=0, 基本合格票=0, 不合格票=0)
    assert year.complaints(tmp_path, "2026") == [
        "E301 ZB1/2026-01.xlsx 日记录 B4[0001]：党员编号“0001”在花名册中没有。请核对编号；新党员请先登记花名册。（001？）",
        "E301 ZB1/2026-01.xlsx 月打分 A7[007]：党员编号“007”在花名册中没有。请核对编号；新党员请先登记花名册。",
        "E301 ZB2/2026Q1.xlsx 季汇总 A7[008]：党员编号“008”在花名册中没有。请核对编号；新党员请先登记花名册。",
        "E301 ZB2/年评议.xlsx 年评议 A7[9]：党员编号“9”在花名册中没有。请核对编号；新党员请先登记花名册。",
    ]


def test_members_by_another_name(year, tmp_path):
    record(year, dt.date(2026, 1, 6), "001", "甲二")
    monthly(year).row(党员编号="001")["姓名"] = "甲 壹"
    summary(year).row(党员编号="002")["姓名"] = "甲贰"
    year.form("年评议", 支部编号="ZB2").row(党员编号="004")["姓名"] = "乙壹"
    assert year.complaints(tmp_path, "2026") == [
        "E302 ZB1/2026-01.xlsx 日记录 C4[甲二]：001 的姓名是“甲一”，不是“甲二”。请核对党员编号和姓名。",
        "E302 ZB1/2026-01.xlsx 月打分 B4[甲壹]：001 的姓名是“甲一”，不是“甲壹”。请核对党员编号和姓名。",
        "E302 ZB1/2026Q1.xlsx 季汇总 B5[甲贰]：002 的姓名是“甲二”，不是“甲贰”。请核对党员编号和姓名。",
        "E302 ZB2/年评议.xlsx 年评议 B4[乙壹]：004 的姓名是“乙一”，不是“乙壹”。请核对党员编号和姓名。",
    ]


def test_members_of_another_branch(county, tmp_path):
    record(county, dt.date(2026, 1, 6), "004", "乙一")
    monthly(county, "ZB2").add(党员编号="001", 姓名="甲一", 政治合格=20, 执行纪律合格=20, 品德合格=20, 作用发挥合格=20)
    summary(county).add(党员编号="005", 姓名="乙二", 审定积分=80)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E303 ZB1/2026-01.xlsx 日记录 B4[004]：乙一（004） 2026-01-06 不在 财政第一支部（ZB1），在财政第二支部（ZB2）。请核对支部编号、日期和花名册的转入、转出日期。",
        "E303 ZB1/2026Q1.xlsx 季汇总 A7[005]：乙二（005） 2026-03-31 不在 财政第一支部（ZB1），在财政第二支部（ZB2）。请核对支部编号、日期和花名册的转入、转出日期。",
        "E303 ZB2/2026-01.xlsx 月打分 A7[001]：甲一（001） 2026-01-31 不在 财政第二支部（ZB2），在财政第一支部（ZB1）。请核对支部编号、日期和花名册的转入、转出日期。",
    ]


def test_a_member_who_had_not_come_yet(county, tmp_path):
    county.form("花名册", "姓名").row(党员编号="003")["转入日期"] = dt.date(2026, 2, 10)
    record(county, dt.date(2026, 2, 9), "003", "甲三", month="2026-02")
    summary(county).row(党员编号="003")["第一月"] = None
    assert county.complaints(tmp_path, "2026Q1") == [
        "E303 ZB1/2026-01.xlsx 月打分 A6[003]：甲三（003） 2026-01-31 不在 财政第一支部（ZB1），在花名册之外。请核对支部编号、日期和花名册的转入、转出日期。",
        "E303 ZB1/2026-02.xlsx 日记录 B4[003]：甲三（003） 2026-02-09 不在 财政第一支部（ZB1），在花名册之外。请核对支部编号、日期和花名册的转入、转出日期。",
    ]


def test_a_record_of_another_month(county, tmp_path):
    record(county, dt.date(2025, 12, 31), "001", "甲一")
    record(county, dt.date(2026, 2, 1), "001", "甲一")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E304 ZB1/2026-01.xlsx 日记录 A4[2025-12-31]：日期 2025-12-31 不在本表期间 2026-01 之内。请改正日期，或记入相应月份的表。",
        "E304 ZB1/2026-01.xlsx 日记录 A5[2026-02-01]：日期 2026-02-01 不在本表期间 2026-01 之内。请改正日期，或记入相应月份的表。",
    ]


def test_a_project_that_the_scheme_does_not_have(county, tmp_path):
    record(county, dt.date(2026, 1, 6), "001", "甲一", project="Z1")
    assert county.complaints(tmp_path, "2026Q1") == [
        "E305 ZB1/2026-01.xlsx 日记录 D4[Z1]：项目编号“Z1”不在考评方案的积分项目中。请填写考评方案中的项目编号。（Z01？）",
    ]


def test_points_whose_sign_is_not_their_projects(county, tmp_path):
    for points in (2, -2, None, 0):
        record(county, dt.date(2026, 1, 6), "001", "甲一", project="J01", 分值=points)
    record(county, dt.date(2026, 1, 6), "002", "甲二", 分值=-0.5)
    assert county.complaints(tmp_path, "2026Q1") == [
        "W310 ZB1/2026-01.xlsx 日记录 F4[2]：分值 2 与积分项目 J01“无故缺席”的分值 -2 一正一负。请核对分值和项目编号。",
        "W310 ZB1/2026-01.xlsx 日记录 F8[-0.5]：分值 -0.5 与积分项目 Z01“参加党员大会”的分值 1 一正一负。请核对分值和项目编号。",
    ]


def test_an_excused_month_with_points(county, tmp_path):
    monthly(county).row(党员编号="001").update(免评原因="长期患病", 执行纪律合格=None, 作用发挥合格=None, 合计=None)
    summary(county).row(党员编号="001")["第一月"] = None
    assert county.complaints(tmp_path, "2026Q1") == [
        "E308 ZB1/2026-01.xlsx 月打分 D4[20]：填写了免评原因，各维度应留空。请清空各维度得分，或删去免评原因。",
    ]


def test_a_dimension_above_its_full_marks(county, tmp_path):
    monthly(county).row(党员编号="001").update(政治合格=25.01, 合计=85.01, 说明="受到表彰")
    summary(county).row(党员编号="001").update(第一月=None, 季度积分=None, 审定积分=81.67)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E309 ZB1/2026-01.xlsx 月打分 D4[25.01]：“政治合格”25.01 超过满分 25。请填写不大于 25 的数。",
    ]


def test_a_sum_that_does_not_add_up(county, tmp_path):
    monthly(county).row(党员编号="001")["合计"] = 79.5
    assert county.complaints(tmp_path, "2026Q1") == [
        "E310 ZB1/2026-01.xlsx 月打分 H4[79.5]：合计 79.5 不等于各维度之和 80。请核对各维度得分和合计。（80？）",
    ]


def test_a_dimension_far_from_its_records(county, tmp_path):
    for day in (6, 13, 20):
        record(county, dt.date(2026, 1, day), "002", "甲二", project="J01")
    monthly(county).row(党员编号="001").update(政治合格=14.99, 合计=74.99)
    monthly(county).row(党员编号="003").update(政治合格=14.99, 合计=74.99, 说明="两次未完成党小组任务")
    for member in ("001", "003"):
        summary(county).row(党员编号=member).update(第一月=74.99, 季度积分=78.33, 审定积分=78.33)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E311 ZB1/2026-01.xlsx 月打分 D4[14.99]：“政治合格”14.99 与日记录核算分 20 相差超过 5。请更正打分，或在“说明”中写明理由。",
        "E311 ZB1/2026-01.xlsx 月打分 E5[20]：“执行纪律合格”20 与日记录核算分 14 相差超过 5。请更正打分，或在“说明”中写明理由。",
    ]


def test_figures_of_the_summary_that_are_not_the_computed_ones(county, tmp_path):
    summary(county).row(党员编号="001").update(第二月=81, 季度积分=80.33)
    monthly(county).row(党员编号="002").update(
        免评原因="借调", **dict.fromkeys(("政治合格", "执行纪律合格", "品德合格", "作用发挥合格", "合计"))
    )
    assert county.complaints(tmp_path, "2026Q1") == [
        "E312 ZB1/2026Q1.xlsx 季汇总 D4[81]：“第二月”81 与计算结果 80 不符。请按月打分（日记录）核对后更正。（80？）",
        "E312 ZB1/2026Q1.xlsx 季汇总 F4[80.33]：“季度积分”80.33 与计算结果 80 不符。请按月打分（日记录）核对后更正。（80？）",
        "E312 ZB1/2026Q1.xlsx 季汇总 C5[80]：“第一月”80 与计算结果 （空：当月不参评） 不符。请按月打分（日记录）核对后更正。",
    ]


def test_approved_points_that_are_not_points_and_adjustment(county, tmp_path):
    summary(county).row(党员编号="001").update(支委会调整=-1.5, 调整原因="群众反映", 审定积分=80)
    summary(county).row(党员编号="002")["审定积分"] = 81
    assert county.complaints(tmp_path, "2026Q1") == [
        "E313 ZB1/2026Q1.xlsx 季汇总 I4[80]：审定积分 80 不等于季度积分 80 加支委会调整 -1.5。请核对；应为 78.5。（78.5？）",
        "E313 ZB1/2026Q1.xlsx 季汇总 I5[81]：审定积分 81 不等于季度积分 80 加支委会调整 0。请核对；应为 80。（80？）",
    ]


def test_approved_points_above_full_marks(county, tmp_path):
    for month in ("2026-01", "2026-02", "2026-03"):
        monthly(county, period=month).row(党员编号="001").update(
            政治合格=25, 执行纪律合格=25, 品德合格=25, 作用发挥合格=25, 合计=100
        )
    summary(county).row(党员编号="001").update(
        第一月=100, 第二月=100, 第三月=100, 季度积分=100, 支委会调整=0.5, 调整原因="表现突出", 审定积分=100.5
    )
    assert county.complaints(tmp_path, "2026Q1") == [
        "E314 ZB1/2026Q1.xlsx 季汇总 I4[100.5]：审定积分 100.5 不在 0 至 100 之间。请核对季度积分和支委会调整。",
    ]


def test_an_adjustment_beyond_its_limit_and_without_reason(county, tmp_path):
    summary(county).row(党员编号="001").update(支委会调整=5.01, 调整原因="表现突出", 审定积分=85.01)
    summary(county).row(党员编号="002").update(支委会调整=-1, 审定积分=79)
    summary(county).row(党员编号="003").update(支委会调整=0)
    summary(county, "ZB2").row(党员编号="004").update(支委会调整=-5.01, 调整原因="群众反映", 审定积分=74.99)
    summary(county, "ZB2").row(党员编号="005").update(支委会调整=-5, 调整原因="群众反映", 审定积分=75)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E315 ZB1/2026Q1.xlsx 季汇总 G4[5.01]：支委会调整 5.01 超过上下 5。请调整到 5 以内。",
        "E316 ZB1/2026Q1.xlsx 季汇总 H5：有支委会调整而没有调整原因。请填写调整原因。",
        "E315 ZB2/2026Q1.xlsx 季汇总 G4[-5.01]：支委会调整 -5.01 超过上下 5。请调整到 5 以内。",
    ]


def test_a_summary_of_someone_whose_every_month_was_excused(county, tmp_path):
    blank = dict.fromkeys(("政治合格", "执行纪律合格", "品德合格", "作用发挥合格", "合计"))
    for month in ("2026-01", "2026-02", "2026-03"):
        monthly(county, period=month).row(党员编号="001").update(免评原因="长期患病", **blank)
    assert county.complaints(tmp_path, "2026Q1") == [
        "E318 ZB1/2026Q1.xlsx 季汇总 A4[001]：甲一（001） 在 2026Q1 没有参评月份，不应列入季汇总。请删去这一行，或更正月打分的免评原因。",
    ]


def test_two_reviews_of_one_member(year, tmp_path):
    year.form("年评议", 支部编号="ZB2").add(党员编号="001", 姓名="甲一", 优秀票=2, 合格票=1, 基本合格票=0, 不合格票=0)
    assert year.complaints(tmp_path, "2026") == [
        "E320 ZB2/年评议.xlsx 年评议 A7[001]：甲一（001） 有两份年评议，另见 ZB1/年评议.xlsx 年评议 A4。请只保留一份。",
    ]


def test_ballots_without_a_vote(year, tmp_path):
    year.form("年评议", 支部编号="ZB1").row(党员编号="001")["优秀票"] = 0
    year.form("满意度测评").row(组织编号="ZB2").update(优秀票=None, 良好票=0, 一般票=None, 较差票=None)
    assert year.complaints(tmp_path, "2026") == [
        "E321 ZB1/年评议.xlsx 年评议 C4：各等级票数合计为 0。请填写实际票数。",
        "E321 年末/测评.xlsx 满意度测评 C6：各等级票数合计为 0。请填写实际票数。",
    ]


def test_rows_of_members_who_take_no_part(county, tmp_path):
    county.form("花名册", "姓名").row(党员编号="001").update(积分管理="否", 不参加原因="离退休")
    record(county, dt.date(2026, 1, 6), "001", "甲一")
    monthly(county, period="2026-02").rows.pop(0)
    monthly(county, period="2026-03").rows.pop(0)
    assert county.complaints(tmp_path, "2026Q1") == [
        "W302 ZB1/2026-01.xlsx 日记录 B4[001]：甲一（001） 当日不参加积分管理，这一行不计分。请核对党员编号，或花名册的积分管理。",
        "W303 ZB1/2026-01.xlsx 月打分 A4[001]：甲一（001） 不参加积分管理，这一行不计分。请核对后删去这一行。",
        "W303 ZB1/2026Q1.xlsx 季汇总 A4[001]：甲一（001） 不参加积分管理，这一行不计分。请核对后删去这一行。",
    ]


def test_a_review_of_someone_without_a_year(year, tmp_path):
    year.form("花名册", "姓名").row(党员编号="001")["转出日期"] = dt.date(2026, 12, 31)
    for form in year.forms:
        if (
            form.form in ("月打分", "季汇总")
            and form.labels["期间"] in ("2026-12", "2026Q4")
            and form.labels["支部编号"] == "ZB1"
        ):
            form.rows.pop(0)
    assert year.complaints(tmp_path, "2026") == [
        "W307 ZB1/年评议.xlsx 年评议 A4[001]：甲一（001） 2026 年没有年度积分，这一行不采用。请核对党员编号。",
        "W506 花名册.xlsx 党组织 A5[2]：财政第一支部（ZB1） 年末有正式党员 2 人，不足 3 人。"
        "请核对花名册；确实不足的，应与邻近单位联合成立支部（《中国共产党支部工作条例（试行）》第五条）。",
    ]

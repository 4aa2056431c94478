"""Problems of who marked and what counts twice: one rater under two spellings, raters that are nobody, rows twice, lost percentages, odd dates."""

import datetime as dt

import pytest
from factories import County, FilledForm

BONUS = "组织编号 类别 分值 日期 事由 依据 审核"
LEDGER = "组织编号 问题 来源 整改措施 责任人 完成时限 完成日期 状态"


@pytest.fixture
def county():
    return County().only("2026Q1")


@pytest.fixture
def year():
    return County().only("2026")


def inspected(county, inspector, unit="ZB1", name="财政第一支部", score=90):
    county.form("督查打分").add(组织编号=unit, 组织名称=name, 检查单位=inspector, 得分=score)


def bonus(day=dt.date(2026, 5, 1), event="获市级表彰", unit="ZB1"):
    return [unit, "个性化", 2, day, event, "市委文件", "通过"]


def rectification(deadline, completed=None, status="整改中", issue="记录不全", unit="ZB1"):
    return [unit, issue, "督查", "补齐", "书记", deadline, completed, status]


def bonuses(county, *rows):
    county.form("加减分").rows += [dict(zip(BONUS.split(), row, strict=True)) for row in rows]


def ledger(county, *rows):
    county.form("整改台账").rows += [dict(zip(LEDGER.split(), row, strict=True)) for row in rows]


def codes(county, folder, period):
    return [c[:4] for c in county.complaints(folder, period)]


# --- rows that count twice -----------------------------------------------------------------------------------------


def test_a_row_pasted_twice_in_one_sheet(year, tmp_path):
    bonuses(year, bonus(), bonus(event="获县级表彰"), bonus(event="获市级 表彰"))
    ledger(year, rectification(dt.date(2026, 6, 30)), rectification("2026年6月30日"))
    assert year.complaints(tmp_path, "2026") == [
        "W201 年末/加减分.xlsx 加减分 A6[ZB1]：与第 4 行的内容完全相同（加减分），两行都计算在内。如系重复登记，请删去一行。",
        "W201 年末/整改.xlsx 整改台账 A5[ZB1]：与第 4 行的内容完全相同（整改台账），两行都计算在内。如系重复登记，请删去一行。",
    ]


def test_two_files_that_share_rows(year, tmp_path):
    bonuses(year, bonus(), bonus(unit="ZB2"))
    again = [bonus(unit="DW1"), bonus(unit="zb2"), bonus()]
    year.forms.append(FilledForm("年末/加减分2.xlsx", "加减分", BONUS, again, 期间="2026"))
    assert year.complaints(tmp_path, "2026") == [
        "E142 年末/加减分2.xlsx 加减分 A6：与 年末/加减分.xlsx 加减分 A4 是同一行（两份“加减分”有 2 行相同），会重复计算。请只保留一处。",
    ]


def test_two_files_without_a_row_in_common(year, tmp_path):
    bonuses(year, bonus())
    year.forms.append(FilledForm("年末/加减分2.xlsx", "加减分", BONUS, [bonus(unit="DW1")], 期间="2026"))
    assert year.complaints(tmp_path, "2026") == []


# --- one rater, two spellings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "again",
    [
        "ZB2",
        "zb2",
        "ＺＢ２",
        "财政第二支部",
        "财政第二党支部",
        "财政·第二支部",
        "财政第二支部（ZB2）",
        "ZB2 财政第二支部",
        "财政第二支部\ufffc",
    ],
)
def test_one_inspector_by_code_and_by_name(county, tmp_path, again):
    county.form("督查打分").row(组织编号="ZB1")["检查单位"] = "财政第二支部" if again != "财政第二支部" else "ZB2"
    inspected(county, again)
    (complaint,) = county.complaints(tmp_path, "2026Q1")
    assert complaint.startswith("E209 督查/2026Q1.xlsx 督查打分 A6[ZB1 ")
    assert complaint.endswith("重复，另见 督查/2026Q1.xlsx 督查打分 A4。请删去或更正重复的行。")


@pytest.mark.parametrize(
    "again",
    ["阿拉坦·其其格", "阿拉坦•其其格", "阿拉坦．其其格", "阿拉坦其其格", "阿拉坦\u200b·其其格", "阿拉坦 ・ 其其格"],
)
def test_one_supervisor_with_other_dots(year, tmp_path, again):
    marks = year.form("监督员评分")
    marks.add(组织编号="ZB1", 监督员="阿拉坦‧其其格", 得分=90)
    marks.add(组织编号="ZB1", 监督员=again, 得分=90)
    assert codes(year, tmp_path, "2026") == ["E209"]


def test_one_supervisor_by_code_and_by_name(year, tmp_path):
    marks = year.form("监督员评分")
    marks.add(组织编号="ZB1", 监督员="甲一", 得分=90)
    marks.add(组织编号="ZB1", 监督员="001 甲一", 得分=90)
    marks.add(组织编号="ZB2", 监督员="甲一", 得分=90)
    assert codes(year, tmp_path, "2026") == ["E209"]


@pytest.mark.parametrize(
    "own",
    ["财政第一支部", "财政第一党支部", "财政.第一.支部", "zb1", "（ZB1）", "ZB1财政第一支部", "财政第一\u2800支部"],
)
def test_a_unit_that_inspects_itself_under_another_spelling(county, tmp_path, own):
    county.form("督查打分").row(组织编号="ZB1")["检查单位"] = own
    (complaint,) = county.complaints(tmp_path, "2026Q1")
    assert complaint.startswith("E325 督查/2026Q1.xlsx 督查打分 C4[")
    assert complaint.endswith("：财政第一支部（ZB1） 不能检查自己。请由其他单位互检打分。")


def test_a_party_branch_whose_name_lacks_the_word(county, tmp_path):
    for form in county.forms:
        for cells in (*form.rows, form.labels):
            cells.update({k: "财政第一党支部" for k, v in cells.items() if v == "财政第一支部"})
    county.form("督查打分").row(组织编号="ZB1")["检查单位"] = "财政第一支部"
    assert codes(county, tmp_path, "2026Q1") == ["E325"]


def test_an_inspector_that_is_nearly_a_unit(county, tmp_path):
    county.form("督查打分").row(组织编号="ZB1")["检查单位"] = "财政第一支部检查组"
    county.form("督查打分").row(组织编号="ZB2")["检查单位"] = "财政第一支布"
    assert county.complaints(tmp_path, "2026Q1") == [
        "W318 督查/2026Q1.xlsx 督查打分 C4[财政第一支部检查组]：检查单位“财政第一支部检查组”与花名册中的“财政第一支部”相近。如是同一个单位，请写花名册中的名称。（财政第一支部？）",
        "W318 督查/2026Q1.xlsx 督查打分 C5[财政第一支布]：检查单位“财政第一支布”与花名册中的“财政第一支部”相近。如是同一个单位，请写花名册中的名称。（财政第一支部？）",
    ]


# --- raters that are nobody ----------------------------------------------------------------------------------------


def test_a_ditto_mark_where_a_rater_stands(year, tmp_path):
    year.form("督查打分", 期间="2026Q1").row(组织编号="ZB2")["检查单位"] = "″"
    year.form("监督员评分").row(组织编号="ZB2")["监督员"] = "同 上"
    assert year.complaints(tmp_path, "2026") == [
        "E225 年末/监督员.xlsx 监督员评分 B6[同 上]：“监督员”填的是“同 上”，看不出是谁。请逐行写明“监督员”，不用“同上”、横线等代替。",
        "E225 督查/2026Q1.xlsx 督查打分 C5[″]：“检查单位”填的是“″”，看不出是谁。请逐行写明“检查单位”，不用“同上”、横线等代替。",
    ]


@pytest.mark.parametrize(
    "written",
    ["〃", '"', "“", "''", "—", "——", "-", "/", "…", "同前", "同…", "同第4行", "仝上", "々", "一", "无", "N/A", "·"],
)
def test_what_names_nobody(county, tmp_path, written):
    inspected(county, written)
    inspected(county, written, score=80)
    assert codes(county, tmp_path, "2026Q1") == ["E225", "E225"]


@pytest.mark.parametrize("written", ["同心社区", "同兴", "一组", "无为县委", "X光科", "仝卫国", "空管站"])
def test_names_that_only_begin_so(county, tmp_path, written):
    inspected(county, written)
    assert county.complaints(tmp_path, "2026Q1") == []


@pytest.mark.parametrize("written", ["汇总", "平均值", "最高分", "最低分", "均分", "计数"])
def test_what_sums_up_is_no_rater(county, tmp_path, written):
    inspected(county, written, score=10)
    results = county.process(tmp_path, "2026Q1").results
    assert [b.scores.total.value for b in results.branches] == [85, 85]


# --- percentages that lost their format ----------------------------------------------------------------------------


def test_a_mark_that_lost_its_percent_sign(year, tmp_path):
    year.form("监督员评分").row(组织编号="ZB1")["得分"] = 0.75
    year.form("督查打分", 期间="2026Q1").row(组织编号="ZB2")["得分"] = 1
    year.form("指标完成").row(组织编号="ZB2", 指标编号="B1")["实际值"] = 0.8
    assert year.complaints(tmp_path, "2026") == [
        "W315 年末/指标完成.xlsx 指标完成 C8[0.8]：“实际值”只有 0.8，可能是丢了百分号的百分数。请核对；如是 80%，请填 80。（80？）",
        "W315 年末/监督员.xlsx 监督员评分 C5[0.75]：“得分”只有 0.75，可能是丢了百分号的百分数。请核对；如是 75%，请填 75。（75？）",
        "W315 督查/2026Q1.xlsx 督查打分 D5[1]：“得分”只有 1，可能是丢了百分号的百分数。请核对；如是 100%，请填 100。（100？）",
    ]


def test_a_low_mark_among_low_ones(county, tmp_path):
    county.form("督查打分").row(组织编号="ZB1")["得分"] = 0.5
    county.form("督查打分").row(组织编号="ZB2")["得分"] = 3
    assert county.complaints(tmp_path, "2026Q1") == []


# --- dates ---------------------------------------------------------------------------------------------------------


def test_deadlines_of_another_year_and_what_was_done_late(year, tmp_path):
    ledger(
        year,
        rectification(dt.date(2026, 6, 30)),
        rectification(dt.date(2062, 6, 30), issue="一"),
        rectification(dt.date(2027, 3, 31), issue="二"),
        rectification(dt.date(2026, 6, 30), dt.date(2026, 7, 1), "已完成", issue="三"),
        rectification(dt.date(2026, 6, 30), dt.date(1926, 6, 1), "已完成", issue="四"),
    )
    assert year.complaints(tmp_path, "2026") == [
        "E226 年末/整改.xlsx 整改台账 F5[2062-06-30]：“完成时限”2062-06-30 离本表的 2026 年太远。请核对年份。（2026-06-30？）",
        "E226 年末/整改.xlsx 整改台账 G8[1926-06-01]：“完成日期”1926-06-01 离本表的 2026 年太远。请核对年份。（2026-06-01？）",
        "W316 年末/整改.xlsx 整改台账 F6[2027-03-31]：完成时限 2027-03-31 不在 2026 年，不计入本年的完成率。请核对完成时限。",
        "W317 年末/整改.xlsx 整改台账 G7[2026-07-01]：完成日期 2026-07-01 晚于完成时限 2026-06-30，按未完成计。请核对这两个日期。",
    ]


def test_a_county_form_whose_dates_are_all_of_another_year(year, tmp_path):
    bonuses(year, bonus(dt.date(2025, 5, 1)), bonus(dt.date(2025, 6, 1)))
    assert year.complaints(tmp_path, "2026") == [
        "E141 年末/加减分.xlsx 加减分 D2[2026]：本表 2 个日期都在 2025 年，期间可能填错。请核对期间；期间无误的，请改正日期。（2025？）",
    ]


def test_a_county_form_of_this_year_under_the_label_of_another(year, tmp_path):
    bonuses(year, bonus(dt.date(2026, 5, 1)), bonus(dt.date(2026, 6, 1)))
    year.form("加减分").labels["期间"] = "2025"
    assert year.complaints(tmp_path, "2026") == [
        "E141 年末/加减分.xlsx 加减分 D2[2025]：本表 2 个日期都在 2026 年，期间可能填错。请核对期间；期间无误的，请改正日期。（2026？）",
    ]


def test_a_county_form_of_another_year_is_left(year, tmp_path):
    last_year = [bonus(dt.date(2025, 5, 1)), bonus(dt.date(2025, 6, 1))]
    year.forms.append(FilledForm("年末/去年.xlsx", "加减分", BONUS, last_year, 期间="2025"))
    assert codes(year, tmp_path, "2026") == ["W105"]


@pytest.mark.parametrize("written", ["2026-05-01 25:00", "2026-05-01 12:60", "2026年13月1日", "2026-05-01 星期八"])
def test_days_and_times_that_do_not_exist(year, tmp_path, written):
    bonuses(year, bonus(written))
    assert codes(year, tmp_path, "2026") == ["E207"]

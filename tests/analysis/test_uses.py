"""结果运用 (spec §7): whom a year's grades and ranks concern, what the years before say, and what cannot be told."""

from pathlib import Path

import openpyxl
import pytest
from factories import County

from lianghua_batch.analysis import rewards_and_sanctions
from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.core import periods
from lianghua_batch.pipeline import process
from lianghua_batch.report import ranking_workbook
from lianghua_batch.report.sheets.rewards_and_sanctions import build
from lianghua_batch.report.view import View
from lianghua_batch.report.writer import workbook

SHEET = "结果运用"
# Every mark of a committee being m and every ballot 优秀: 总分 = 20%·m + 80%·(50%·m + 40%·m + 10%·100) = 0.92·m + 8.
MARKS = {"DW1": 90, "DW2": 85, "DW3": 75, "DW4": 60}  # 90.80 优秀, 86.20 良好, 77.00 一般, 63.20 较差
NAMES = {"DW1": "财政局机关党委", "DW2": "教育局机关党委", "DW3": "卫健委机关党委", "DW4": "民政局机关党委"}


def with_committees(marks: dict[str, int]) -> County:
    """The small county with these committees, each marked alike by everyone; its two branches come to 90.80, 优秀."""
    county = County()
    roster, inspections = county.form("花名册", "组织编号"), county.form("督查打分", 期间="2026H1")
    for form in (inspections, county.form("指标完成"), county.form("监督员评分"), county.form("满意度测评")):
        form.rows = [row for row in form.rows if row["组织编号"] != "DW1"]
    for code, mark in marks.items():
        if code != "DW1":
            roster.add(组织编号=code, 组织名称=NAMES[code], 层级="党委", 窗口单位="否")
        inspections.add(组织编号=code, 组织名称=NAMES[code], 检查单位="互检一组", 得分=mark)
        for indicator in ("W1", "W2"):
            county.form("指标完成").add(组织编号=code, 指标编号=indicator, 实际值=mark)
        county.form("监督员评分").add(组织编号=code, 监督员="监督员甲", 得分=mark)
        county.form("满意度测评").add(组织编号=code, 测评对象="党员群众", 优秀票=10)
    return county


def scored(county: County, folder, period: str = "2026"):
    outcome = county.process(folder, period)
    assert outcome.results is not None, [p.as_dict() for p in outcome.problems]
    return outcome.results


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return scored(with_committees(MARKS), tmp_path_factory.mktemp("four"))


def published(**committees: tuple[int | None, str]) -> Published:
    """An earlier year's results: (rank, grade) by committee."""
    rows = [{"id": code, "total": None, "rank": rank, "grade": grade} for code, (rank, grade) in committees.items()]
    return Published(Path("results.json"), {"committees": rows, "branches": []}, None)


def by_period(history: dict[int, Published | Unusable]) -> dict:
    return {periods.year(year): found for year, found in history.items()}


def told(listed) -> list[str]:
    return [f"{use.kind} {use.unit.id}：{use.reason}" for use in listed]


def adjusted(results, history) -> tuple[list[str], list[str]]:
    """Whom 调整机关党委副书记岗位 concerns, and whom it may."""
    found = rewards_and_sanctions.rewards_and_sanctions(results, by_period(history))
    return told(u for u in found.applying if u.kind == "adjustment"), told(found.unchecked)


# --- by grade ------------------------------------------------------------------------------------------------------


def test_each_grade_brings_its_uses_in_order_of_use_and_rank(results):
    found = rewards_and_sanctions.rewards_and_sanctions(results, {})
    assert told(found.applying) == [
        "reward DW1：2026年度等次为优秀",
        "reward ZB1：2026年度等次为优秀",
        "reward ZB2：2026年度等次为优秀",
        "warning_talk DW3：2026年度等次为一般",
        "warning_talk DW4：2026年度等次为较差",
        "no_promotion DW3：2026年度等次为一般",
        "no_promotion DW4：2026年度等次为较差",
    ]
    assert {use.clause for use in found.applying} == {"文件二（三）结果运用"}


def test_a_quarter_has_no_uses(tmp_path):
    assert (
        rewards_and_sanctions.rewards_and_sanctions(scored(County().only("2026Q1"), tmp_path, "2026Q1"), {})
        == rewards_and_sanctions.Measures()
    )


# --- 调整机关党委副书记岗位 ------------------------------------------------------------------------------------------


def test_last_two_years_running(results):
    history = {2025: published(DW1=(1, "优秀"), DW2=(2, "良好"), DW4=(3, "一般"))}
    assert adjusted(results, history) == (
        ["adjustment DW4：连续 2 年末位：2025年度第 3 名（共 3 个）、2026年度第 4 名（共 4 个）"],
        [],
    )


def test_lowest_grade_three_years_running(results):
    before = published(DW1=(2, "较差"), DW4=(1, "较差"))  # 较差, but not last
    assert adjusted(results, {2025: before, 2024: before}) == (
        ["adjustment DW4：连续 3 年较差：2024年度较差、2025年度较差、2026年度较差"],
        [],
    )


def test_both_conditions_are_named_in_one_row(results):
    before = published(DW1=(1, "较差"), DW4=(2, "较差"))
    assert adjusted(results, {2025: before, 2024: before})[0] == [
        "adjustment DW4：连续 2 年末位：2025年度第 2 名（共 2 个）、2026年度第 4 名（共 4 个）；"
        "连续 3 年较差：2024年度较差、2025年度较差、2026年度较差"
    ]


def test_who_meets_one_condition_is_not_listed_again_for_the_other_that_cannot_be_told(results):
    before = published(DW1=(1, "较差"), DW4=(2, "较差"))
    assert adjusted(results, {2025: before}) == (
        [
            "adjustment DW4：连续 2 年末位：2025年度第 2 名（共 2 个）、2026年度第 4 名（共 4 个）；"
            "2025年度较差、2026年度较差，没有 2024 年度的考评结果，不能核对是否连续 3 年较差，请查阅当年的等次"
        ],
        [],
    )


def test_one_better_year_ends_the_row(results):
    history = {2025: published(DW3=(2, "一般"), DW4=(1, "一般")), 2024: published(DW4=(1, "较差"))}
    assert adjusted(results, history) == ([], [])


def test_where_years_are_missing_the_list_says_which(results):
    assert adjusted(results, {}) == (
        [],
        [
            "adjustment DW4：2026年度末位，没有 2025 年度的考评结果，不能核对是否连续 2 年末位，请查阅当年的排名；"
            "2026年度较差，没有 2024、2025 年度的考评结果，不能核对是否连续 3 年较差，请查阅当年的等次"
        ],
    )


def test_a_year_that_is_there_but_of_no_use_is_told_from_one_that_is_not(results):
    found = adjusted(results, {2025: Unusable("是草稿")})[1]
    assert found == [
        "adjustment DW4：2026年度末位，2025 年度的考评结果不能采用，不能核对是否连续 2 年末位，请查阅当年的排名；"
        "2026年度较差，没有 2024 年度的考评结果，2025 年度的考评结果不能采用，不能核对是否连续 3 年较差，请查阅当年的等次"
    ]


def test_a_known_year_that_rules_it_out_leaves_nothing_to_check(results):
    history = {2024: published(DW1=(1, "优秀"), DW4=(2, "一般"))}
    assert adjusted(results, history)[1] == [
        "adjustment DW4：2026年度末位，没有 2025 年度的考评结果，不能核对是否连续 2 年末位，请查阅当年的排名"
    ]


def test_a_committee_that_was_not_there_the_year_before_was_not_last(results):
    history = {2025: published(DW1=(1, "优秀"), DW2=(2, "较差"))}
    assert adjusted(results, history) == ([], [])


def test_all_who_tie_for_last_are_last(tmp_path):
    results = scored(with_committees({"DW1": 90, "DW2": 75, "DW3": 75}), tmp_path)
    history = {2025: published(DW1=(1, "优秀"), DW2=(2, "一般"), DW3=(2, "一般"))}
    assert [line.partition("：")[0] for line in adjusted(results, history)[0]] == ["adjustment DW2", "adjustment DW3"]


def test_the_only_committee_is_not_last(tmp_path):
    results = scored(with_committees({"DW1": 75}), tmp_path)
    assert adjusted(results, {}) == ([], [])
    assert adjusted(results, {2025: published(DW1=(1, "一般"))}) == ([], [])


def test_branches_are_never_listed_for_it(tmp_path):
    county = with_committees({"DW1": 90})
    for form in (county.form("指标完成"), county.form("监督员评分")):
        for row in form.rows:
            if row["组织编号"] == "ZB2":
                row["实际值" if "实际值" in row else "得分"] = 40
    results = scored(county, tmp_path)
    assert [b.grade for b in results.branches] == ["优秀", "较差"]
    assert adjusted(results, {}) == ([], [])


# --- the sheet -----------------------------------------------------------------------------------------------------


def lines(results, folder) -> list[str]:
    """The rows of the sheet, their filled cells in one line each."""
    workbook.write(folder / "a.xlsx", [s for s in ranking_workbook.build(results, ()) if s.name == SHEET])
    sheet = openpyxl.load_workbook(folder / "a.xlsx")[SHEET]
    shown = (" | ".join(str(v) for v in row if v not in (None, "")) for row in sheet.iter_rows(values_only=True))
    return [line for line in shown if line]


def test_the_sheet_has_a_section_a_use_and_says_where_there_is_nobody(results, tmp_path):
    assert lines(results, tmp_path)[2:] == [
        "组织编号 | 组织名称 | 层级 | 所属党委 | 总分 | 等次 | 名次 | 理由",
        "没有 2024、2025 年度的考评结果，连续几年末位、较差的只能按有结果的年度核对；符合其余条件的党委列在“不能核对的”中。",
        "奖补党费（3 个）　年度等次为优秀　依据：文件二（三）结果运用",
        "DW1 | 财政局机关党委 | 党委 | 90.8 | 优秀 | 1 | 2026年度等次为优秀",
        "ZB1 | 财政第一支部 | 支部 | 财政局机关党委 | 90.8 | 优秀 | 1 | 2026年度等次为优秀",
        "ZB2 | 财政第二支部 | 支部 | 财政局机关党委 | 90.8 | 优秀 | 1 | 2026年度等次为优秀",
        "负责人诫勉谈话（2 个）　年度等次为一般或较差　依据：文件二（三）结果运用",
        "DW3 | 卫健委机关党委 | 党委 | 77 | 一般 | 3 | 2026年度等次为一般",
        "DW4 | 民政局机关党委 | 党委 | 63.2 | 较差 | 4 | 2026年度等次为较差",
        "党务干部取消年度评先晋优资格（2 个）　年度等次为一般或较差　依据：文件二（三）结果运用",
        "DW3 | 卫健委机关党委 | 党委 | 77 | 一般 | 3 | 2026年度等次为一般",
        "DW4 | 民政局机关党委 | 党委 | 63.2 | 较差 | 4 | 2026年度等次为较差",
        "调整机关党委副书记岗位（0 个）　只对党委：连续 2 年末位，或连续 3 年较差　依据：文件二（三）结果运用",
        "没有单位。",
        "调整机关党委副书记岗位：因缺少以前年度的结果，不能核对的（1 个）",
        "DW4 | 民政局机关党委 | 党委 | 63.2 | 较差 | 4 | "
        "2026年度末位，没有 2025 年度的考评结果，不能核对是否连续 2 年末位，请查阅当年的排名；"
        "2026年度较差，没有 2024、2025 年度的考评结果，不能核对是否连续 3 年较差，请查阅当年的等次",
        "本表按等次和名次列出符合条件的单位，供机关工委研究；结果运用由机关工委决定。支部的名次是所属党委内的名次。",
    ]


def test_the_sheet_takes_the_years_before(results):
    before = published(DW1=(1, "优秀"), DW4=(2, "较差"))
    sheet = build(View(results, (), by_period({2025: before, 2024: before})))
    section = next(n for n, row in enumerate(sheet.rows) if str(row.cells[0].value).startswith("调整"))
    assert str(sheet.rows[section].cells[0].value).startswith("调整机关党委副书记岗位（1 个）")
    assert sheet.rows[section + 1].cells[-1].value == (
        "连续 2 年末位：2025年度第 2 名（共 2 个）、2026年度第 4 名（共 4 个）；"
        "连续 3 年较差：2024年度较差、2025年度较差、2026年度较差"
    )


def test_the_sheet_says_why_a_year_before_is_of_no_use(results):
    sheet = build(View(results, (), by_period({2025: Unusable("输出/2025：是草稿")})))
    assert sheet.rows[0].cells[0].value == "2025 年度的考评结果不能采用：输出/2025：是草稿"


def renamed(**grades: str) -> County:
    county = County()
    for row in county.form("考评方案", "下限").rows:
        if row["对象"] == "组织":
            row["等次"] = grades.get(row["等次"], row["等次"])
    return county


def test_a_scheme_with_other_grades_is_told_that_none_of_them_is_the_document_s(tmp_path):
    results = scored(renamed(优秀="甲", 良好="乙", 一般="丙", 较差="丁"), tmp_path)
    assert rewards_and_sanctions.rewards_and_sanctions(results, {}).applying == ()
    expected = "考评方案的组织等次中没有“优秀、一般、较差”，与文件规定的结果运用对应不上，按等次的运用没有列出。请由机关工委研究决定。"
    assert expected in lines(results, tmp_path)


def test_a_scheme_without_one_of_the_grades_is_told_which(tmp_path):
    results = scored(renamed(一般="合格"), tmp_path)
    expected = "考评方案的组织等次中没有“一般”，文件规定与它对应的运用没有列出。请由机关工委研究决定。"
    assert expected in lines(results, tmp_path)
    assert [u.kind for u in rewards_and_sanctions.rewards_and_sanctions(results, {}).applying] == ["reward"] * 3


def test_a_draft_has_no_uses_and_says_so(tmp_path):
    folder = with_committees(MARKS).write(tmp_path / "data")
    results = process.process_draft(folder, periods.parse("2026"), {"ZB2": "材料未到"}).results
    assert rewards_and_sanctions.rewards_and_sanctions(results, {}) == rewards_and_sanctions.Measures()
    assert "草稿没有结果运用：单位齐全、没有错误以后，在正式结果中列出。" in lines(results, tmp_path)

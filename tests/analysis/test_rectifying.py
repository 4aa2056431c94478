"""问题清单 and 整改台账: what 督查 found with its cell, and each 整改's state on the period's last day."""

import datetime as dt

import openpyxl
import pytest
from factories import County

from lianghua_batch.analysis import rectification
from lianghua_batch.core import periods
from lianghua_batch.pipeline import process
from lianghua_batch.report import ranking_workbook
from lianghua_batch.report.writer import workbook
from lianghua_batch.scoring import results

SHEETS = ("问题清单", "整改台账")


def day(written: str) -> dt.date:
    return dt.date.fromisoformat(written)


def find_fault(county: County, period: str, code: str, findings: str) -> str:
    """Fill 存在问题 of a unit's 督查打分; return the cell it stands in."""
    form = county.form("督查打分", 期间=period)
    form.row(组织编号=code)["存在问题"] = findings
    return form.cell("存在问题", 组织编号=code)


# What was to be done by when, and when it was done.
LEDGER = [
    ("ZB1", "按期", "2026-06-30", "2026-06-30", "已完成"),
    ("ZB1", "迟三天", "2026-06-30", "2026-07-03", "已完成"),
    ("ZB1", "没有做", "2026-12-21", None, "未整改"),
    ("ZB1", "期末当天到期", "2026-12-31", None, "整改中"),
    ("ZB1", "明年到期", "2027-01-31", None, "整改中"),
    ("ZB1", "去年到期", "2025-12-31", None, "未整改"),
    ("ZB1", "期末以后才做", "2026-12-20", "2027-01-05", "已完成"),
    ("ZB2", "提前", "2026-03-31", "2026-03-01", "已完成"),
    ("DW1", "明年提前做完", "2027-02-01", "2026-11-11", "已完成"),
]


@pytest.fixture(scope="module")
def county() -> County:
    """The small county with the faults and the ledger above; of the branches' 常规化 60 points 整改完成率 decides."""
    county = County()
    find_fault(county, "2026Q3", "ZB1", "会议记录不全")
    find_fault(county, "2026Q1", "ZB1", "党费台账未公示")
    find_fault(county, "2026Q1", "ZB2", "未过主题党日")
    find_fault(county, "2026H1", "DW1", "学习计划过迟")
    for code, issue, deadline, completed, status in LEDGER:
        county.form("整改台账").add(
            组织编号=code,
            问题=issue,
            来源="督查",
            整改措施="按要求整改",
            责任人="甲一",
            完成时限=day(deadline),
            完成日期=day(completed) if completed else None,
            状态=status,
        )
    county.form("考评方案", "数据来源").row(指标编号="B1")["数据来源"] = "整改完成率"
    values = county.form("指标完成")
    values.rows = [row for row in values.rows if row["指标编号"] != "B1"]
    return county


def scored(county: County, folder, period: str = "2026"):
    outcome = county.process(folder, period)
    assert outcome.results is not None, [p.as_dict() for p in outcome.problems]
    return outcome.results


@pytest.fixture(scope="module")
def year(county, tmp_path_factory):
    return scored(county, tmp_path_factory.mktemp("year"))


def book(outcome, folder):
    """The workbook with the sheets that are looked at here."""
    sheets = [s for s in ranking_workbook.build(outcome, ()) if s.name in SHEETS]
    workbook.write(folder / "a.xlsx", sheets)
    return openpyxl.load_workbook(folder / "a.xlsx")


def lines(sheet) -> list[str]:
    """The rows under the headings, their filled cells in one line each."""
    first = int(sheet.freeze_panes.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    rows = sheet.iter_rows(min_row=first, values_only=True)
    shown = (" | ".join(_shown(v) for v in row if v not in (None, "")) for row in rows)
    return [line for line in shown if line]


def _shown(value: object) -> str:
    return value.date().isoformat() if isinstance(value, dt.datetime) else str(value)


# --- 问题清单 ------------------------------------------------------------------------------------------------------


def test_every_fault_is_listed_by_unit_with_its_cell(year, tmp_path):
    assert lines(book(year, tmp_path)["问题清单"])[:-3] == [
        "DW1 | 财政局机关党委 | DW1-2026H1-1 | 互检一组 | 90 | 学习计划过迟 | — | 没有登记 | 督查/上半年.xlsx | 督查打分 | E4",
        "ZB1 | 财政第一支部 | 财政局机关党委 | ZB1-2026Q1-1 | 互检一组 | 90 | 党费台账未公示 | — | 没有登记 | 督查/2026Q1.xlsx | 督查打分 | E4",
        "ZB1 | 财政第一支部 | 财政局机关党委 | ZB1-2026Q3-1 | 互检一组 | 90 | 会议记录不全 | — | 没有登记 | 督查/2026Q3.xlsx | 督查打分 | E4",
        "ZB2 | 财政第二支部 | 财政局机关党委 | ZB2-2026Q1-1 | 互检一组 | 90 | 未过主题党日 | — | 没有登记 | 督查/2026Q1.xlsx | 督查打分 | E5",
    ]


def test_the_cell_is_the_one_that_was_filled(county, year):
    form = county.form("督查打分", 期间="2026Q1")
    found = {f.finding.number: f.finding.row.ref("findings").cell for f in rectification.findings(year.county)}
    assert found["ZB2-2026Q1-1"] == form.cell("存在问题", 组织编号="ZB2")


def test_a_quarter_has_its_own_faults_and_no_ledger(county, tmp_path):
    quarter = book(scored(county.copy().only("2026Q1"), tmp_path / "data", "2026Q1"), tmp_path)
    assert [line.split(" | ")[0] for line in lines(quarter["问题清单"])[:-3]] == ["ZB1", "ZB2"]
    assert "整改台账" not in quarter.sheetnames


def test_without_faults_and_ledger_the_sheets_say_so(tmp_path):
    empty = book(scored(County(), tmp_path / "data"), tmp_path)
    assert lines(empty["问题清单"])[0] == "本期的督查打分、监督员评分没有登记存在问题。"
    assert lines(empty["整改台账"])[0] == "整改台账没有登记。"


def test_a_draft_lists_nothing_of_who_is_left_out(county, tmp_path):
    folder = county.copy().write(tmp_path)
    draft = process.process_draft(folder, periods.parse("2026"), {"ZB1": "材料未到"}).results
    assert {f.unit.id for f in rectification.findings(draft.county)} == {"DW1", "ZB2"}
    assert {r.unit.id for r in rectification.ledger(draft.county)} == {"DW1", "ZB2"}


# --- 整改台账 ------------------------------------------------------------------------------------------------------


def test_the_state_on_the_last_day_overdue_first(year):
    found = [(r.unit.id, r.row["issue"], r.state, r.days) for r in rectification.ledger(year.county)]
    assert found == [
        ("ZB1", "去年到期", "overdue", 365),
        ("ZB1", "期末以后才做", "overdue", 11),
        ("ZB1", "没有做", "overdue", 10),
        ("ZB1", "期末当天到期", "open", 0),
        ("ZB1", "明年到期", "open", 0),
        ("ZB1", "迟三天", "late", 3),
        ("ZB1", "按期", "on_time", 0),
        ("DW1", "明年提前做完", "on_time", 0),
        ("ZB2", "提前", "on_time", 0),
    ]


def test_the_ledger_s_sheet(year, tmp_path):
    assert lines(book(year, tmp_path)["整改台账"])[:-3] == [
        "合计 3 个单位　应完成 6 条：按期完成 2，逾期完成 1，逾期未完成 2，复查退回 0，未到期 1；其他年度到期 3 条；查出没有登记 4 条",
        "财政第一支部（ZB1）　应完成 5 条：按期完成 1，逾期完成 1，逾期未完成 2，复查退回 0，未到期 1；其他年度到期 2 条；查出没有登记 2 条　整改完成率 20.00",
        "ZB1 | 财政第一支部 | — | 去年到期 | 督查 | 按要求整改 | 甲一 | 2025-12-31 | — | 未整改 | 逾期未完成 | 365",
        "ZB1 | 财政第一支部 | — | 期末以后才做 | 督查 | 按要求整改 | 甲一 | 2026-12-20 | 2027-01-05 | 已完成 | 逾期未完成 | 11",
        "ZB1 | 财政第一支部 | — | 没有做 | 督查 | 按要求整改 | 甲一 | 2026-12-21 | — | 未整改 | 逾期未完成 | 10",
        "ZB1 | 财政第一支部 | — | 期末当天到期 | 督查 | 按要求整改 | 甲一 | 2026-12-31 | — | 整改中 | 未完成未到期 | —",
        "ZB1 | 财政第一支部 | — | 明年到期 | 督查 | 按要求整改 | 甲一 | 2027-01-31 | — | 整改中 | 未完成未到期 | —",
        "ZB1 | 财政第一支部 | — | 迟三天 | 督查 | 按要求整改 | 甲一 | 2026-06-30 | 2026-07-03 | 已完成 | 逾期完成 | 3",
        "ZB1 | 财政第一支部 | — | 按期 | 督查 | 按要求整改 | 甲一 | 2026-06-30 | 2026-06-30 | 已完成 | 按期完成 | —",
        "财政局机关党委（DW1）　应完成 0 条：按期完成 0，逾期完成 0，逾期未完成 0，复查退回 0，未到期 0；其他年度到期 1 条；查出没有登记 1 条　整改完成率 100.00",
        "DW1 | 财政局机关党委 | — | 明年提前做完 | 督查 | 按要求整改 | 甲一 | 2027-02-01 | 2026-11-11 | 已完成 | 按期完成 | —",
        "财政第二支部（ZB2）　应完成 1 条：按期完成 1，逾期完成 0，逾期未完成 0，复查退回 0，未到期 0；其他年度到期 0 条；查出没有登记 1 条　整改完成率 100.00",
        "ZB2 | 财政第二支部 | — | 提前 | 督查 | 按要求整改 | 甲一 | 2026-03-31 | 2026-03-01 | 已完成 | 按期完成 | —",
    ]


def test_the_counts_are_those_of_the_rate_that_is_scored(year):
    listed = rectification.ledger(year.county)
    rates = {row["id"]: row["indicators"]["B1"] for row in results.as_json(year)["branches"]}
    assert rates == {"ZB1": "12.00", "ZB2": "60.00"}  # 60 points at 20 % and at 100 %
    for counts in rectification.counts(year.county, year.scored, listed):
        assert counts.due == counts.on_time + counts.late + counts.overdue + counts.open
        assert counts.rate.value == (100 * counts.on_time / counts.due if counts.due else 100)

"""总览 and 封面: one page that can be put before a leader, and the way into every other sheet."""

import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from factories import SAMPLE, County, sample_outcome
from fakes.crowd import crowd
from fakes.office import converted, needs_office

from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.cli.app import root
from lianghua_batch.core import periods
from lianghua_batch.core.problems import problem
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.pipeline import process
from lianghua_batch.report.sheets import overview
from lianghua_batch.report.view import View
from lianghua_batch.report.writer import workbook
from lianghua_batch.scoring import results

needs_poppler = pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="Poppler (pdfinfo) is not installed")


@pytest.fixture(scope="module")
def year():
    return sample_outcome("2026").results


@pytest.fixture(scope="module")
def quarter():
    return sample_outcome("2026Q2").results


@pytest.fixture(scope="module")
def draft():
    return process.process_draft(SAMPLE, periods.year(2026), {"ZB001": "材料未报"}).results


@pytest.fixture(scope="module")
def year_book(sample_year_book):
    return openpyxl.load_workbook(sample_year_book)


def page(outcome, warnings=(), before=None) -> list[str]:
    """Every text of 总览, and every number as a text, row by row from the left."""
    earlier = {} if before is None else {outcome.county.period.previous: before}
    sheet = overview.build(View(outcome, tuple(warnings), earlier))
    rows = (sheet.title, *sheet.subtitles, *sheet.rows, *sheet.notes)
    return [str(cell.value) for row in rows for cell in row.cells if cell.value != ""]


def published(outcome, **changes) -> Published:
    """The last period as it was published: this one's results with changes to single units."""
    rows = json.loads(results.as_text(outcome))
    for row in (*rows["committees"], *rows["branches"]):
        row |= changes.get(row["id"], {})
    return Published(Path("results.json"), rows, None)


# --- one page ------------------------------------------------------------------------------------------------------


@needs_office
@needs_poppler
@pytest.mark.parametrize("which", ["year", "quarter", "draft", "crowd"])
def test_the_page_is_one_page(which, request, tmp_path):
    outcome = crowd() if which == "crowd" else request.getfixturevalue(which)
    given = [problem("W304", SourceRef("年末/加减分.xlsx", "加减分", 4, 2, "分值"), value="待审")]
    workbook.write(tmp_path / "总览.xlsx", [overview.build(View(outcome, tuple(given)))])
    told = subprocess.run(
        ["pdfinfo", converted(tmp_path / "总览.xlsx", tmp_path, "pdf")], capture_output=True, text=True
    )
    assert "Pages:           1\n" in told.stdout
    assert "(A4)" in told.stdout


def test_the_page_says_what_was_ranked_under_which_rules(year):
    shown = page(year)
    assert shown[:3] == [
        "林西县机关党建“三级量化”考评结果",
        "2026年度（2026-01-01 至 2026-12-31）",
        f"考评方案：{year.county.scheme.name}　　软件版本：lianghua-batch {results.as_json(year)['tool']}",
    ]
    assert any(line.startswith("制表人：") and line.endswith("年　　月　　日") for line in shown)


def test_names_lead_to_the_rankings_and_back(year, year_book):
    shown = {c.value: c.hyperlink.location for row in year_book["总览"].iter_rows() for c in row if c.hyperlink}
    for level, name in (("committees", "党委排名"), ("branches", "支部排名")):
        ranking = year_book[name]
        best = next(u for u in results.as_json(year)[level] if u.get("rank_county", u["rank"]) == 1)
        sheet, _, place = shown[best["name"]].rpartition("!")
        assert sheet.strip("'") == name
        assert ranking[place].value == best["name"]
        assert ranking[place].hyperlink.location.startswith("'得分构成")
        assert ranking["A1"].hyperlink.location == "'总览'!A1"


def test_every_sheet_leads_back_to_the_page(year_book):
    for sheet in year_book:
        if sheet.title not in ("封面", "总览"):
            cells = [c for row in sheet.iter_rows(max_row=2) for c in row if c.hyperlink]
            assert [(c.value, c.hyperlink.location) for c in cells] == [("← 返回总览", "'总览'!A1")], sheet.title


# --- moves ---------------------------------------------------------------------------------------------------------


def test_a_quarter_without_an_earlier_one_says_so(quarter):
    shown = page(quarter)
    assert "没有上一期（2026Q1）的结果，不作比较。" in shown
    assert "支部（上升）" not in shown


def test_a_year_without_an_earlier_one_shows_the_moves_within_it(year):
    shown = page(year)
    assert "名次升降最大的单位（年内四个季度监测，第四季度与第一季度相比）" in shown
    assert "没有上一期（2025）的结果，不作比较；这里是年内的升降，详见“季度走势”。" in shown


def test_the_moves_since_the_last_period(quarter):
    branches = {b["id"]: b for b in results.as_json(quarter)["branches"]}
    first = next(b for b in branches.values() if b["rank_county"] == 1)
    last = max(branches.values(), key=lambda b: b["rank_county"])
    before = published(
        quarter,
        **{
            first["id"]: {"rank_county": 4, "total": "80.00"},
            last["id"]: {"rank_county": 1, "total": "99.50"},
        },
    )
    shown = page(quarter, before=before)
    assert "名次升降最大的单位（与上一期 2026Q1 相比）" in shown
    at = shown.index("得分增减", shown.index("支部（下降）")) + 1
    assert shown[at : at + 3] == [first["name"], "4→1", "3"]
    assert shown[at + 4 : at + 7] == [last["name"], f"1→{last['rank_county']}", str(1 - last["rank_county"])]


def test_where_nobody_moved_it_says_so(quarter):
    assert "各单位的名次没有变化。" in page(quarter, before=published(quarter))


def test_a_unit_that_was_not_there_before_is_not_compared(quarter):
    before = published(quarter)
    before.results["branches"].clear()
    before.results["committees"].clear()
    assert "支部（上升）" not in page(quarter, before=before)


def test_an_earlier_period_that_cannot_be_read_is_told(quarter, year):
    assert "上一期（2026Q1）的结果不能采用（不是 JSON 文件），不作比较。" in page(
        quarter, before=Unusable("不是 JSON 文件")
    )
    told = "上一期（2025）的结果不能采用（不是 JSON 文件），不作比较；这里是年内的升降，详见“季度走势”。"
    assert told in page(year, before=Unusable("不是 JSON 文件"))


def test_a_draft_is_not_compared(draft):
    assert "草稿中的名次不是最终名次，不与上一期比较。" in page(draft, before=published(draft))


# --- what needs attention ------------------------------------------------------------------------------------------


def attention(outcome, warnings=()) -> list[tuple[str, tuple | None]]:
    """What 总览 says of what needs attention, line by line, and to which sheet it leads."""
    rows = overview.build(View(outcome, tuple(warnings))).rows
    first = next(number for number, row in enumerate(rows) if row.cells[0].value == "需要关注") + 1
    return [
        (row.cells[0].value, row.cells[-1].to) for row in takewhile(lambda r: r.cells[0].style != "blank", rows[first:])
    ]


def test_nothing_to_attend_to(quarter):
    assert attention(quarter) == [("没有需要关注的事项。", None)]


def test_what_the_other_sheets_say_is_told_with_a_link_to_each(year):
    assert attention(year) == [
        ("整改逾期未完成 2 条，涉及 1 个单位，请督促整改。", ("rectification",)),
        (
            "结果运用：奖补党费 2 个单位、负责人诫勉谈话 2 个单位、党务干部取消年度评先晋优资格 2 个单位。",
            ("rewards_and_sanctions",),
        ),
        (
            "结果运用中因缺少以前年度的结果而不能核对的：调整机关党委副书记岗位 1 个单位，请查阅以前年度的排名。",
            ("rewards_and_sanctions",),
        ),
        (
            "指标分析中需要看的指标 4 项（“得分几乎一样，没有区分度” 2 项、“没有单位适用” 2 项）。",
            ("indicator_analysis",),
        ),
    ]


def test_striking_marks_are_told(tmp_path):
    county = County()
    for number in range(1, 6):
        for unit in ("ZB1", "ZB2"):
            row = county.form("督查打分", 期间="2026Q1").row(组织编号=unit)
            county.form("督查打分", 期间="2026Q1").rows.append({**row, "检查单位": f"检查组{number}"})
    outcome = county.only("2026Q1").process(tmp_path, "2026Q1")
    assert outcome.results is not None, [p.message for p in outcome.problems]
    told = [text for text, sheet in attention(outcome.results) if sheet == ("rater_analysis",)]
    assert told == ["评分人分析中需要核实的：等次线附近的得分 1 处。"]


def test_warnings_are_counted_by_what_they_are_about(year):
    place = SourceRef("年末/加减分.xlsx", "加减分", 4, 2, "分值")
    given = [problem("W304", place, value="待审"), problem("W101", place), problem("W103", place, other="甲.xlsx")]
    told = "提示 3 条（文件和表头 2 条、表与表之间 1 条），请逐条核实。"
    assert told in page(year, given)


def test_a_draft_names_those_left_out(draft):
    shown = page(draft)
    (name,) = (each.unit.name for each in draft.draft.left_out)
    assert f"未列入 1 个单位：{name}。" in shown
    assert f"因此不完整的党委 1 个：{draft.draft.incomplete[0].name}。" in shown


def test_branches_without_members_are_named(year):
    branch = year.branches[0].unit
    without = replace(year, members=tuple(m for m in year.members if m.member.branch != branch.id))
    assert f"没有参评党员的支部 1 个：{branch.name}。" in page(without)


# --- the check code ------------------------------------------------------------------------------------------------


def test_the_check_code_is_the_hash_of_the_file_that_was_written(tmp_path):
    data = shutil.copytree(SAMPLE, tmp_path / "data", ignore=shutil.ignore_patterns("输出"))
    for period in ("2026Q1", "2026Q2"):
        done = CliRunner().invoke(root, ["run", str(data), "--period", period])
        assert done.exit_code == 0, done.output
    out = data / "输出" / "2026Q2"
    code = hashlib.sha256((out / "results.json").read_bytes()).hexdigest()
    book = openpyxl.load_workbook(out / "考评排名_2026Q2.xlsx")
    properties = {p.name: p.value for p in book.custom_doc_props.props}
    assert properties["结果校验码"] == code
    assert (properties["考评期间"], properties["软件版本"][:14]) == ("2026Q2", "lianghua-batch")
    shown = [str(c.value) for row in book["总览"].iter_rows() for c in row]
    assert any(text.startswith(f"结果校验码：{code[:16]}（") for text in shown)
    assert "名次升降最大的单位（与上一期 2026Q1 相比）" in shown


# --- the cover -----------------------------------------------------------------------------------------------------


def test_the_cover_comes_first_and_the_page_opens(year_book):
    assert year_book.sheetnames[:2] == ["封面", "总览"]
    assert year_book.active.title == "总览"


def test_the_cover_lists_every_sheet_with_what_it_is_for(year_book):
    rows = [row[:3] for row in year_book["封面"].iter_rows() if isinstance(row[0].value, int)]
    names = year_book.sheetnames[1:]
    assert [sheet.value for _, sheet, _ in rows] == names
    assert [sheet.hyperlink.location for _, sheet, _ in rows] == [f"'{n}'!{title_of(year_book[n])}" for n in names]
    assert all(purpose.value for _, _, purpose in rows)


def title_of(sheet) -> str:
    """Where a sheet's title stands: right of the link back, if that is in the first row."""
    return next(c.coordinate for c in sheet[1] if c.value and not str(c.value).startswith("←"))


def test_the_cover_leaves_lines_to_fill_and_has_no_header(year_book):
    sheet = year_book["封面"]
    shown = [str(c.value) for row in sheet.iter_rows() for c in row if c.value]
    assert shown[:2] == ["林西县机关党建“三级量化”考评结果", "2026年度"]
    assert [text[:5] for text in shown[2:4]] == ["编制单位：", "编制日期："]
    assert sheet.oddHeader.center.text is None
    assert sheet.page_margins.top == pytest.approx(37 / 25.4, abs=0.01)

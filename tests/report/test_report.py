"""The ranking workbook, as a clerk opens it: which sheets, which headings, which numbers, and how it prints."""

import ast
import datetime as dt
import json
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction

import openpyxl
import pytest
import xlsxwriter
from factories import ROOT, County, sample_outcome

from lianghua_batch.core import resources
from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.model.scheme import ORGANISATION, Band
from lianghua_batch.report import ranking_workbook
from lianghua_batch.report.layout import fitting
from lianghua_batch.report.layout.model import Cell, Page, Row, SheetColumn, SheetTable
from lianghua_batch.report.sheets import overview
from lianghua_batch.report.view import View
from lianghua_batch.report.writer import workbook
from lianghua_batch.scoring import audit_trail, results
from lianghua_batch.scoring.grades_and_ranks import HELD_BACK

YEAR_SHEETS = ["封面", "总览", "党委排名", "支部排名", "支部排名（按党委）", "晋位升级", "图表", "季度走势", "党员积分"]
YEAR_SHEETS += ["得分构成（党委）", "得分构成（支部）", "指标得分明细", "评分明细", "测评明细", "加减分明细"]
YEAR_SHEETS += [
    "结果运用",
    "整改台账",
    "问题清单",
    "异议处理",
    "成效统计",
    "指标分析",
    "评分人分析",
    "方案",
    "方案（指标）",
    "差异化申报审核",
    "数据来源",
    "提示",
    "图表数据",
]
YEAR_ONLY = [
    "晋位升级",
    "季度走势",
    "指标得分明细",
    "测评明细",
    "加减分明细",
    "结果运用",
    "整改台账",
    "异议处理",
    "指标分析",
    "差异化申报审核",
]
DASH = "—"


@pytest.fixture(scope="module")
def year():
    return sample_outcome("2026")


@pytest.fixture(scope="module")
def quarter():
    return sample_outcome("2026Q1")


@pytest.fixture(scope="module")
def year_book(sample_year_book):
    return opened(sample_year_book)


@pytest.fixture(scope="module")
def quarter_book(quarter, tmp_path_factory):
    return opened(written(quarter.results, quarter.problems, tmp_path_factory.mktemp("quarter")))


def written(outcome, problems, into):
    path = into / "考评排名.xlsx"
    workbook.write(path, ranking_workbook.build(outcome, problems), ranking_workbook.properties(outcome))
    return path


def written_sheet(name, outcome, problems, into):
    """One sheet of the workbook, written alone and opened."""
    sheets = [sheet for sheet in ranking_workbook.build(outcome, problems) if sheet.name == name]
    workbook.write(into / f"{name}.xlsx", sheets, ranking_workbook.properties(outcome))
    return opened(into / f"{name}.xlsx")[name]


def opened(path):
    """The workbook with the numbers that its formulas give."""
    return openpyxl.load_workbook(path, data_only=True)


def heading_row(sheet):
    """The last row above the frozen line."""
    return int(sheet.freeze_panes.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 1


def headings(sheet):
    """The headings; one that stands over two rows is in the upper."""
    row = heading_row(sheet)
    return [sheet.cell(row, c).value or sheet.cell(row - 1, c).value for c in range(1, sheet.max_column + 1)]


def rows(sheet):
    """The rows under the headings that have a value in every one of the first two columns, by heading in one line."""
    names = [str(name).replace("\n", "") for name in headings(sheet)]
    found = []
    for cells in sheet.iter_rows(min_row=heading_row(sheet) + 1):
        if cells[0].value is not None and cells[1].value is not None:
            found.append({name: cell.value for name, cell in zip(names, cells, strict=True)})
    return found


def as_text(value):
    """A number of a cell as results.json writes it."""
    return None if value == DASH else f"{value:.2f}"


def everything(book):
    return [cell for sheet in book for cells in sheet.iter_rows() for cell in cells if cell.value is not None]


def everything_on(sheet):
    return [cell.value for cells in sheet.iter_rows() for cell in cells if cell.value is not None]


# --- what is there -------------------------------------------------------------------------------------------------


def test_the_files_that_every_form_of_the_county_was_read_from_are_named(tmp_path):
    county = County().only("2026Q1")
    outcome = county.process(tmp_path, "2026Q1")
    sheet = written_sheet("数据来源", outcome.results, (), tmp_path)
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = rows.index(["表种", "表名", "期间", "文件", "工作表", "行数"])
    forms = ["花名册", "花名册", *["考评方案"] * 6, "督查打分"]
    assert [row[0] for row in rows[head + 1 : head + 10]] == forms
    assert rows[head + 2] == ["花名册", "党员", "2026年度", "花名册.xlsx", "党员", 6]
    assert rows[head + 9] == ["督查打分", None, "一季度", "督查/2026Q1.xlsx", "督查打分", 2]
    trail = audit_trail.as_json(outcome.results)["county_sheets"]
    assert trail[-1] == {
        "form": "督查打分",
        "period": "2026Q1",
        "file": "督查/2026Q1.xlsx",
        "sheet": "督查打分",
        "rows": 2,
    }
    assert [each["form"] for each in trail] == forms


def test_a_year_has_every_sheet_in_order(year_book):
    assert year_book.sheetnames == YEAR_SHEETS


def test_a_quarter_has_no_sheet_of_the_year_and_says_everywhere_that_it_is_monitoring(quarter_book):
    assert quarter_book.sheetnames == [name for name in YEAR_SHEETS if name not in YEAR_ONLY]
    for name in (
        "总览",
        "党委排名",
        "支部排名",
        "支部排名（按党委）",
        "党员积分",
        "得分构成（党委）",
        "得分构成（支部）",
    ):
        assert any("监测" in str(v) and "不作为年度等次" in str(v) for v in everything_on(quarter_book[name])), name


def test_headings_of_the_rankings(year_book, quarter_book):
    assert headings(year_book["支部排名"])[:7] == [
        "全县名次",
        "支部编号",
        "支部名称",
        "所属党委",
        "党委内\n名次",
        "参评\n党员",
        "党员积分\n均分",
    ]
    assert headings(year_book["党委排名"])[-6:] == ["个性化", "动态化", "违纪", "总分", "等次", "季度走势"]
    assert headings(quarter_book["支部排名"])[-4:] == ["党员积分\n均分", "督查得分", "季度得分", "监测等次"]


def test_a_member_has_twelve_months_and_four_quarters(year_book):
    expected = [f"{n}月" for n in range(1, 13)] + ["一季度", "二季度", "三季度", "四季度"]
    assert headings(year_book["党员积分"])[5:21] == expected


def test_weights_in_headings_and_notes_are_those_of_the_scheme(year, tmp_path):
    rules = replace(
        year.results.county.scheme.parameters, assessment_weight=Fraction(55), supervisors_weight=Fraction(35)
    )
    scheme = replace(year.results.county.scheme, parameters=rules)
    changed = replace(year.results, county=replace(year.results.county, scheme=scheme))
    sheet = written_sheet("得分构成（支部）", changed, (), tmp_path)
    assert "考核组分\n×55%" in headings(sheet)
    assert any("考核组分×55%＋监督员分×35%" in str(v) for v in everything_on(sheet))


# --- numbers -------------------------------------------------------------------------------------------------------


def test_rankings_show_the_numbers_of_results_json(year, year_book):
    published = results.as_json(year.results)
    shown = {row["支部编号"]: row for row in rows(year_book["支部排名"])}
    assert set(shown) == {b["id"] for b in published["branches"]}
    columns = {
        "党员积分均分": "member_mean",
        "年末考核分": "year_end",
        "督查均分": "inspection",
        "年度考核分": "annual",
    }
    columns |= {"个性化": "individual", "动态化": "dynamic", "违纪": "discipline", "总分": "total"}
    for branch in published["branches"]:
        row = shown[branch["id"]]
        assert {h: as_text(row[h]) for h in columns} == {h: branch[key] for h, key in columns.items()}
        found = (row["全县名次"], row["党委内名次"], row["等次"])
        assert found == (branch["rank_county"], branch["rank"], branch["grade"])


def test_every_member_score_is_that_of_results_json(year, year_book):
    published = {m["id"]: m for m in results.as_json(year.results)["members"]}
    shown = {row["党员编号"]: row for row in rows(year_book["党员积分"]) if row["姓名"] and row["年度综合分"]}
    assert set(shown) == set(published)
    for member_id, member in published.items():
        row = shown[member_id]
        months = {f"{m.index}月": member["months"].get(str(m)) for m in year.period.months}
        assert {h: as_text(row[h]) for h in months} == months
        found = [as_text(row[h]) for h in ("年度积分", "评议得分", "年度综合分")]
        assert found == [member["points"], member["review"], member["total"]]
        assert (row["建议等次"], row["支部内名次"]) == (member["grade"], member["rank"])


def test_every_indicator_score_stands_in_the_composition(year, year_book):
    published = results.as_json(year.results)
    for level, name in (("committees", "得分构成（党委）"), ("branches", "得分构成（支部）")):
        sheet = year_book[name]
        names, first = headings(sheet), heading_row(sheet) + 1
        for cells in sheet.iter_rows(min_row=first, max_row=first + len(published[level]) - 1, values_only=True):
            unit = next(u for u in published[level] if u["id"] == cells[1])
            found = {h.split("（")[0]: as_text(v) for h, v in zip(names, cells, strict=True) if "分）\n" in h}
            own = [(cells[i], as_text(cells[i + 1])) for i, h in enumerate(names) if h.endswith("项\n编号")]
            found |= {indicator: score for indicator, score in own if indicator != DASH}
            assert {k: v for k, v in found.items() if v is not None} == unit["indicators"]


def test_the_subtotals_of_the_composition_add_up(year_book):
    for name in ("得分构成（党委）", "得分构成（支部）"):
        sheet = year_book[name]
        for row in rows(sheet):
            assessment = next(v for h, v in row.items() if h.startswith("考核组分"))
            kinds = [v for h, v in row.items() if h.endswith("化小计")]
            if isinstance(assessment, float):  # the notes under the table have none
                assert f"{sum(kinds):.2f}" == f"{assessment:.2f}"


def test_a_quarter_shows_the_numbers_of_results_json(quarter, quarter_book):
    published = {b["id"]: b for b in results.as_json(quarter.results)["branches"]}
    for row in rows(quarter_book["支部排名"]):
        branch = published.pop(row["支部编号"])
        found = [as_text(row[h]) for h in ("党员积分均分", "督查得分", "季度得分")]
        assert found == [branch["member_mean"], branch["inspection"], branch["total"]]
    assert not published


def test_bonus_rows_add_up_to_what_each_unit_got(year, year_book):
    sums = defaultdict(Fraction)
    for row in rows(year_book["加减分明细"]):
        sums[row["组织编号"], row["类别"]] += Fraction(str(row["计入"]))
    published = results.as_json(year.results)
    for unit in [*published["branches"], *published["committees"]]:
        for label, key in (("个性化", "individual"), ("动态化", "dynamic"), ("违纪", "discipline")):
            assert f"{float(sums[unit['id'], label]):.2f}" == unit[key]


def test_every_bonus_row_is_listed_with_its_cell(year, year_book):
    filed = list(year.results.county.tables["bonus"].records())
    listed = [row for row in rows(year_book["加减分明细"]) if row["文件"]]
    assert len(listed) == len(filed)
    assert {row["单元格"] for row in listed} == {r.ref("points").cell for r in filed}
    assert all("不计分" in row["是否计分"] for row in listed if row["审核"] != "通过")


def test_a_missing_number_is_a_dash(year, year_book):
    without = {b.unit.id for b in year.results.branches if b.scores.clients is None}
    names = headings(year_book["得分构成（支部）"])
    column = next(i for i, h in enumerate(names) if h.startswith("服务对象分"))
    found = {c[1]: c[column] for c in year_book["得分构成（支部）"].iter_rows(values_only=True) if c[1]}
    assert without
    assert all(found[unit] == DASH for unit in without)


def test_numbers_follow_the_places_of_the_scheme(year, tmp_path):
    scheme = year.results.county.scheme
    for places, expected in ((0, "0_ "), (1, "0.0_ "), (2, "0.00_ ")):
        rounded = replace(scheme, parameters=replace(scheme.parameters, places=places))
        outcome = replace(year.results, county=replace(year.results.county, scheme=rounded))
        sheet = written_sheet("党委排名", outcome, (), tmp_path)
        cell = sheet.cell(heading_row(sheet) + 1, headings(sheet).index("总分") + 1)
        assert cell.number_format == expected


# --- people --------------------------------------------------------------------------------------------------------


def test_members_who_were_not_scored_are_listed_with_the_reason(year, year_book):
    county = year.results.county
    aside = [
        m for i in county.roster.members if (m := county.roster.member(i, county.period.last_day)) and not m.managed
    ]
    assert aside
    sheet = year_book["党员积分"]
    found = {row[1]: row[5] for row in sheet.iter_rows(values_only=True) if isinstance(row[5], str)}
    for member in aside:
        assert found[member.id] == f"不参加积分管理：{member.unmanaged_reason}"


def test_a_remark_says_who_was_held_back(year, tmp_path):
    best = year.results.members[0]
    outcome = replace(
        year.results, members=(replace(best, graded=replace(best.graded, ground=HELD_BACK)), *year.results.members[1:])
    )
    found = {row["党员编号"]: row["备注"] for row in rows(written_sheet("党员积分", outcome, (), tmp_path))}
    assert "受优秀比例限制" in found[best.member.id]


def test_direct_branches_are_a_cohort_of_their_own(year, year_book):
    bands = [row[0] for row in year_book["支部排名（按党委）"].iter_rows(values_only=True) if row[0] and row[1] is None]
    direct = any(b.cohort == "" for b in year.results.branches)
    assert any(str(text).startswith("机关工委直属") for text in bands) == direct


# --- texts stay texts ----------------------------------------------------------------------------------------------


def test_a_name_that_looks_like_a_formula_stays_text(quarter, tmp_path):
    first, *others = quarter.results.members
    outcome = replace(quarter.results, members=(replace(first, member=replace(first.member, name="=1+1")), *others))
    book = openpyxl.load_workbook(written(outcome, (), tmp_path))
    assert [c.data_type for c in everything(book) if c.value == "=1+1"] == ["s"]


def test_codes_links_and_long_texts_stay_texts(tmp_path):
    texts = ["000123", "http://example.com", "@SUM(A1)", "x" * 40000]
    sheet = one_sheet([Row(tuple(Cell(text, "code") for text in texts))], columns=len(texts))
    workbook.write(tmp_path / "a.xlsx", [sheet])
    cells = next(opened(tmp_path / "a.xlsx").active.iter_rows(min_row=3, max_row=3))
    assert [c.value for c in cells[:3]] == texts[:3]
    assert [c.data_type for c in cells] == ["s"] * 4
    assert not any(c.hyperlink for c in cells)


def test_dates_and_numbers_are_real(tmp_path):
    row = Row((Cell(dt.date(2026, 3, 5), "date"), Cell(Fraction(8847, 100), "score_2"), Cell(7, "count")))
    workbook.write(tmp_path / "a.xlsx", [one_sheet([row], columns=3)])
    sheet = opened(tmp_path / "a.xlsx").active
    assert [sheet.cell(3, c).value for c in (1, 2, 3)] == [dt.datetime(2026, 3, 5), 88.47, 7]


def one_sheet(rows, columns):
    """A small sheet: a title, a heading row, then `rows`."""
    given = tuple(SheetColumn(f"列{i}", 10) for i in range(columns))
    page = Page("landscape", "&L页眉", "&C第 &P 页")
    return SheetTable("x", "表", Row((Cell("题", "title", columns),)), (), given, tuple(rows), (), page)


# --- how it looks --------------------------------------------------------------------------------------------------


def test_grades_have_the_colour_of_their_band(year, year_book):
    styles = resources.load("report/workbook")["styles"]
    best, worst = year.results.county.scheme.bands[ORGANISATION][0], year.results.county.scheme.bands[ORGANISATION][-1]
    expected = {best.grade: styles["grade_best"]["bg_color"], worst.grade: styles["grade_worst"]["bg_color"]}
    cells = [c for c in everything(year_book) if c.value in expected and c.parent.title == "总览"]
    assert {c.value for c in cells} == set(expected)
    for cell in cells:
        if cell.column == 1:  # of the table of both levels; the members' grades may have the same names
            assert cell.fill.fgColor.rgb == "FF" + expected[cell.value].lstrip("#")


@pytest.mark.parametrize(
    ("bands", "expected"),
    [
        (2, ["grade_best", "grade_worst"]),
        (3, ["grade_best", "grade_middle", "grade_worst"]),
        (5, ["grade_best", "grade_good", "grade_middle", "grade_low", "grade_worst"]),
    ],
)
def test_colours_go_by_the_position_of_the_band_not_by_its_name(year, bands, expected):
    made = tuple(Band(f"第{i}档", None, SourceRef("")) for i in range(bands))
    scheme = replace(year.results.county.scheme, bands={**year.results.county.scheme.bands, ORGANISATION: made})
    view = View(replace(year.results, county=replace(year.results.county, scheme=scheme)), ())
    assert [view.grade_style(b.grade, ORGANISATION) for b in made] == expected
    assert view.grade_style("不定等次", ORGANISATION) == "grade_none"


def test_heads_are_frozen_filtered_and_repeated_in_print(year_book):
    for name in ("党委排名", "支部排名", "党员积分", "得分构成（支部）", "方案（指标）"):
        sheet = year_book[name]
        head = heading_row(sheet)
        assert sheet.auto_filter.ref.startswith(f"A{head}:"), name
        assert sheet.print_title_rows.endswith(f"${head}"), name


def test_the_filter_does_not_take_in_the_members_who_were_not_scored(year, year_book):
    sheet = year_book["党员积分"]
    last = int(sheet.auto_filter.ref.rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    branches = len({m.member.branch for m in year.results.members})
    assert last == heading_row(sheet) + len(year.results.members) + branches


def test_every_sheet_prints_on_a4_with_page_numbers(year_book, year):
    for sheet in year_book:
        assert int(sheet.page_setup.paperSize) == 9
        assert sheet.page_setup.orientation == ("portrait" if sheet.title in ("封面", "总览") else "landscape")
        wide = sheet.title.startswith(("得分构成", "图表")) and sheet.title != "图表数据"
        assert bool(sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage) != wide
        if sheet.title != "封面":
            assert sheet.oddFooter.center.text == "第 &P 页 / 共 &N 页"
            assert str(year.period.year) in sheet.oddHeader.right.text
    assert year_book["总览"].page_setup.fitToHeight in (None, 1)  # Excel's default is one page
    assert year_book["党员积分"].page_setup.fitToHeight == 0


def test_wide_compositions_repeat_the_unit_and_name_the_group_on_every_page(year_book):
    sheet = year_book["得分构成（党委）"]
    assert sheet.print_title_cols == "$A:$C"
    head = heading_row(sheet)
    for pause in sheet.col_breaks.brk:
        assert sheet.cell(head - 1, pause.id + 1).value is not None  # a group heading begins there


def test_the_title_of_a_wide_composition_is_whole_on_every_page(year_book):
    sheet = year_book["得分构成（党委）"]
    assert sheet["A1"].value == "2026年度党委得分构成"
    assert "A1:C1" in {str(area) for area in sheet.merged_cells.ranges}
    assert (sheet["A2"].value, str(sheet["D2"].value)[:5]) == ("考评期间和方案（印在第一页）", "考评期间：")


def test_pages_are_filled_and_no_small_group_or_single_column_is_torn_off():
    def columns(*groups):
        return [SheetColumn("名", 10), *(SheetColumn("项", 10, group) for group in groups)]

    width = 75  # pixels of a column of ten characters
    assert fitting.page_breaks(columns(*"甲甲甲乙乙"), 1, 6 * width) == ()
    assert fitting.page_breaks(columns(*"甲甲甲乙乙乙乙"), 1, 6 * width) == (4,)  # four columns stay together
    assert fitting.page_breaks(columns(*"甲甲甲乙乙乙乙乙"), 1, 6 * width) == (6,)  # five are broken
    assert fitting.page_breaks(columns(*"甲甲甲甲乙乙乙乙乙"), 1, 6 * width) == (5,)  # one would be left alone
    assert fitting.page_breaks(columns(*"甲甲甲甲甲甲"), 1, 6 * width) == (5,)
    assert fitting.page_breaks(columns(*"甲甲甲甲甲甲甲甲甲"), 1, 6 * width) == (6,)


def test_columns_fit_chinese_text_and_rows_what_wraps():
    column = SheetColumn("单位", 6, most=20)
    rows = [Row((Cell("林西县教育局", "text"),)), Row((Cell("林西县人力资源和社会保障局机关第一党支部", "text"),))]
    (fitted,) = fitting.columns([column], rows)
    assert fitted.width == 20
    low, high = fitting.rows(rows, [fitted], 18)
    assert low.height == 18
    assert high.height > 30


def test_no_row_is_longer_than_its_sheet(year, quarter):
    for outcome in (year, quarter):
        for sheet in ranking_workbook.build(outcome.results, outcome.problems):
            for row in sheet.rows:
                assert sum(c.span for c in row.cells) <= len(sheet.columns)


# --- the first page, the rules, the warnings -----------------------------------------------------------------------


def test_the_overview_counts_and_lists_nobody_twice(year, year_book):
    shown = everything_on(year_book["总览"])
    cards = [v for v in shown if isinstance(v, int)][:3]
    assert cards == [len(year.results.committees), len(year.results.branches), len(year.results.members)]
    ranked = shown[
        shown.index("支部名次（全县）") : next(i for i, v in enumerate(shown) if str(v).startswith("名次升降"))
    ]
    assert {b.unit.name for b in year.results.branches} == {v for v in ranked if str(v).endswith("党支部")}
    assert all(ranked.count(b.unit.name) == 1 for b in year.results.branches)


def test_the_overview_says_when_a_tie_was_cut(year):
    same = [replace(b, rank_county=1) for b in year.results.branches]
    many = [
        replace(b, scores=replace(b.scores, unit=replace(b.unit, id=f"{b.unit.id}{n}"))) for b in same for n in "abc"
    ]
    sheet = overview.build(View(replace(year.results, branches=tuple(many)), ()))
    beyond = len(many) - 10
    assert any(f"另有 {beyond} 个单位与第 1 名同分" in str(c.value) for row in sheet.rows for c in row.cells)


def test_the_rules_in_force_are_all_there(year, year_book):
    scheme = year.results.county.scheme
    shown = set(map(str, everything_on(year_book["方案"])))
    assert {rule.label for rule in scheme.rules} <= shown
    assert {project.name for project in scheme.projects.values()} <= shown
    assert {row["指标编号"] for row in rows(year_book["方案（指标）"])} == {i.id for i in scheme.indicators}


def test_warnings_are_listed_with_place_and_remedy_and_errors_are_not(year, tmp_path):
    place = SourceRef("年末/加减分.xlsx", "加减分", 4, 2, "分值")
    from lianghua_batch.core.problems import problem

    given = [problem("W304", place, value="待审"), problem("E201", place)]
    (row,) = rows(written_sheet("提示", year.results, given, tmp_path))
    assert (row["代码"], row["文件"], row["单元格"], row["填写值"]) == ("W304", place.file, "C4", "待审")
    assert row["处理办法"].startswith("请")


def test_without_warnings_the_sheet_says_so(year_book):
    assert "没有提示。" in everything_on(year_book["提示"])


# --- the file ------------------------------------------------------------------------------------------------------


def test_equal_results_are_equal_bytes(year, sample_year_book, tmp_path):
    assert written(year.results, year.problems, tmp_path).read_bytes() == sample_year_book.read_bytes()


def test_properties_tell_period_and_scheme(year, year_book):
    properties = year_book.properties
    assert properties.created.date() == year.period.last_day
    assert str(year.period.year) in properties.subject
    assert year.results.county.scheme.name in properties.description


def test_a_scheme_name_with_an_ampersand_does_not_spoil_the_footer(year, tmp_path):
    scheme = replace(year.results.county.scheme, name="A&P方案" + "长" * 300)
    outcome = replace(year.results, county=replace(year.results.county, scheme=scheme))
    sheet = next(s for s in ranking_workbook.build(outcome, ()) if s.name == "总览")
    assert "A&&P方案" in sheet.page.footer
    assert len(sheet.page.footer) < 255
    assert openpyxl.load_workbook(written(outcome, (), tmp_path), read_only=True).sheetnames == YEAR_SHEETS


def test_where_the_file_cannot_be_written_it_is_an_oserror(year, tmp_path):
    (tmp_path / "taken.xlsx").mkdir()
    with pytest.raises(OSError, match="taken"):
        workbook.write(tmp_path / "taken.xlsx", ranking_workbook.build(year.results, ()))


def test_all_words_stand_in_the_schema_none_in_python():
    for path in sorted((ROOT / "lianghua_batch" / "report").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {
            ast.get_docstring(n, clean=False)
            for n in ast.walk(tree)
            if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef)
        }
        texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        assert not [t for t in texts if t not in docs and any("一" <= c <= "鿿" for c in t)], path.name


def test_every_style_is_one_that_xlsxwriter_knows(tmp_path):
    words = resources.load("report/workbook")
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    known = vars(book.add_format())
    for name in words["styles"]:
        for key in workbook.style(name):
            aliases = {
                "align": "text_h_align",
                "valign": "text_v_align",
                "border": "bottom",
                "border_color": "bottom_color",
            }
            assert aliases.get(key, key) in known, (name, key)
    assert json.dumps(words, default=str)
    book.close()

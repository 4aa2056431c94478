"""A year beside several years before it (spec §7): 支部类别 that moved (晋位升级), 历年走势, and what is said of years that are missing."""

import copy
import hashlib
import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from factories import County
from fakes import office

from lianghua_batch.analysis import branch_class_changes, published_schema
from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.archive import history, published_reader
from lianghua_batch.cli.app import root
from lianghua_batch.core import periods
from lianghua_batch.report import ranking_workbook
from lianghua_batch.report.layout.model import Cell, SheetTable
from lianghua_batch.report.unit_book import build
from lianghua_batch.report.writer import workbook
from lianghua_batch.scoring import audit_trail, results
from lianghua_batch.scoring.audit_trail import AUDIT_TRAIL_FORMAT, audit_trail_check_code

CLASSES = {"ZB1": "first", "ZB2": "second"}
YEAR = periods.year(2026)


def county(**classes: str | None) -> County:
    """The small county; its branches have these 支部类别."""
    made = County()
    units = made.form("花名册", "层级")
    units.headings.append("支部类别")
    for code, its in classes.items():
        units.row(组织编号=code)["支部类别"] = its
    return made


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """The year 2026: ZB1 is 一类, ZB2 二类; everybody comes to 90.80, 优秀."""
    return county(ZB1="一类", ZB2="二类").process(tmp_path_factory.mktemp("year"), "2026").results


def classed(outcome, **classes: str | None):
    """The same results with other 支部类别 in 花名册."""

    def with_class(standing):
        details = {**standing.unit.details, "branch_class": classes[standing.unit.id]}
        return replace(standing, scores=replace(standing.scores, unit=replace(standing.unit, details=details)))

    return replace(outcome, branches=tuple(with_class(s) for s in outcome.branches))


def published(outcome, classes: dict[str, str | None] | None = None, **units: dict | None) -> Published:
    """A year before: these results with changes to units (None: it was not there), the branches having had these classes."""
    rows, rests_on = results.as_json(outcome), audit_trail.as_json(outcome)
    for kind in ("committees", "branches"):
        rows[kind] = [row | units.get(row["id"], {}) for row in rows[kind] if units.get(row["id"], {}) is not None]
    for code, its in copy.deepcopy(rests_on["units"]).items():
        if units.get(code, {}) is None:
            del rests_on["units"][code]
        elif code in (classes or {}):
            rests_on["units"][code] = its | {"branch_class": classes[code]}
    return Published(Path("输出/2025/results.json"), rows, rests_on)


def looking_back(outcome, **years: object) -> list[SheetTable]:
    """The ranking workbook's sheets with these years before."""
    before = {periods.year(int(name.removeprefix("of_"))): found for name, found in years.items()}
    return list(ranking_workbook.build(outcome, (), before))


def named(sheets: list[SheetTable], name: str) -> SheetTable | None:
    return next((sheet for sheet in sheets if sheet.name == name), None)


def lines(sheet: SheetTable) -> list[str]:
    """The rows of a sheet, their filled cells in one line each."""
    shown = (" | ".join(_shown(c) for c in row.cells if c.value != "") for row in sheet.rows)
    return [line for line in shown if line]


def _shown(cell: Cell) -> str:
    return str(float(cell.value)) if not isinstance(cell.value, str | int) else str(cell.value)


def card(outcome, unit: str, **years: object) -> list[str]:
    """What the unit's 成绩单 says under 与上年比较."""
    before = {periods.year(int(name.removeprefix("of_"))): found for name, found in years.items()}
    book = next(b for b in build.unit_books(outcome, (), before) if b.result.unit.id == unit)
    told = lines(book.content()[0][0])
    return told[told.index("与上年（2025年度）比较") + 1 : told.index("各季度情况（监测）")]


# --- 支部类别 in 计分依据.json --------------------------------------------------------------------------------------------


def test_the_basis_holds_every_branch_s_class_and_no_committee_s(year):
    units = audit_trail.as_json(year)["units"]
    assert {code: its.get("branch_class", "没有") for code, its in units.items()} == {"DW1": "没有", **CLASSES}


def test_a_basis_of_an_older_version_without_classes_is_still_of_use(year):
    rows, older = results.as_json(year), audit_trail.as_json(year)
    for its in older["units"].values():
        its.pop("branch_class", None)
    assert older["format"] == AUDIT_TRAIL_FORMAT == 2
    assert published_schema.audit_trail_fault(older, rows) is None


def test_a_basis_with_a_class_that_nobody_knows_is_not(year):
    rows, strange = results.as_json(year), audit_trail.as_json(year)
    strange["units"]["ZB1"]["branch_class"] = "fifth"
    assert published_schema.audit_trail_fault(strange, rows) == "units.ZB1.branch_class"


# --- 晋位升级 -------------------------------------------------------------------------------------------------------


def test_the_ranking_of_branches_has_the_classes_beside_last_year_s_numbers(year):
    sheet = named(looking_back(year, of_2025=published(year, {"ZB1": "second", "ZB2": "second"})), "支部排名")
    assert [c.heading for c in sheet.columns[-3:]] == ["升降", "支部类别", "晋退位"]
    assert {c.group for c in sheet.columns[-7:]} == {"上年（2025年度）"}
    told = {row.cells[1].value: [c.value for c in row.cells[-2:]] for row in sheet.rows}
    assert told == {"ZB1": ["二类→一类", "晋位"], "ZB2": ["二类", "不变"]}


def test_the_sheet_counts_the_classes_and_lists_whose_moved(year):
    sheet = named(looking_back(year, of_2025=published(year, {"ZB1": "third", "ZB2": "first"})), "晋位升级")
    assert lines(sheet) == [
        "各类支部的个数",
        "年度 | 一类 | 二类 | 三类 | 四类 | 未填 | 合计",
        "上年（2025年度） | 1 | 0 | 1 | 0 | 0 | 2",
        "本年（2026年度） | 1 | 1 | 0 | 0 | 0 | 2",
        "增减 | 0 | 1 | -1 | 0 | 0 | 0",
        "与上年相比：晋位 1 个，退位 1 个，不变 0 个。",
        "类别变动的支部（2 个）",
        "支部编号 | 支部名称 | 所属党委 | 上年类别 | 本年类别 | 晋退位 | 总分 | 等次 | 全县名次",
        "ZB1 | 财政第一支部 | 财政局机关党委 | 三类 | 一类 | 晋位 | 90.8 | 优秀 | 1",
        "ZB2 | 财政第二支部 | 财政局机关党委 | 一类 | 二类 | 退位 | 90.8 | 优秀 | 1",
    ]


def test_new_branches_and_those_without_a_class_stand_by_themselves(year):
    before = published(year, {"ZB2": None}, ZB1=None)
    before.audit_trail["units"]["ZB9"] = {
        **before.audit_trail["units"]["ZB2"],
        "name": "财政第九支部",
        "branch_class": "fourth",
    }
    sheet = named(looking_back(year, of_2025=before), "晋位升级")
    assert lines(sheet)[5:] == [
        "与上年相比：晋位 0 个，退位 0 个，不变 0 个；另有 2 个支部缺上年或本年的类别，不能比较。",
        "上年有、本年不参加排名的支部 1 个：财政第九支部（ZB9，上年四类）。",
        "类别变动的支部（0 个）",
        "没有支部的类别变动。",
        "缺上年或本年类别的支部（2 个）",
        "支部编号 | 支部名称 | 所属党委 | 上年类别 | 本年类别 | 晋退位 | 总分 | 等次 | 全县名次",
        "ZB1 | 财政第一支部 | 财政局机关党委 | — | 一类 | 上年没有 | 90.8 | 优秀 | 1",
        "ZB2 | 财政第二支部 | 财政局机关党委 | — | 二类 | 上年未填 | 90.8 | 优秀 | 1",
    ]


def without_classes(outcome) -> Published:
    """Last year as an older version of the program wrote it."""
    found = published(outcome)
    for its in found.audit_trail["units"].values():
        its.pop("branch_class", None)
    return found


WHY_NOT = {
    "没有上年": (lambda year: None, "没有上年（2025年度）的考评结果，不能比较支部类别。"),
    "上年不能采用": (
        lambda year: Unusable("输出/2025/results.json：是草稿"),
        "上年（2025年度）的考评结果不能采用（输出/2025/results.json：是草稿），不能比较支部类别。",
    ),
    "没有计分依据": (
        lambda year: replace(published(year), audit_trail=None),
        "上年（2025年度）的结果旁边没有“计分依据.json”，不知道上年的支部类别，不能比较。",
    ),
    "计分依据不能采用": (
        lambda year: replace(
            published(year), audit_trail=None, audit_trail_fault="输出/2025/计分依据.json 写出以后被改动过，没有采用"
        ),
        "不知道上年（2025年度）的支部类别，不能比较：输出/2025/计分依据.json 写出以后被改动过，没有采用。",
    ),
    "较早版本": (without_classes, "上年（2025年度）的结果是较早版本的程序写出的，没有记录支部类别，不能比较。"),
    "上年没有填": (
        lambda year: published(year, {"ZB1": None, "ZB2": None}),
        "上年（2025年度）的花名册没有填支部类别，不能比较。",
    ),
}


@pytest.mark.parametrize(("before", "told"), WHY_NOT.values(), ids=WHY_NOT)
def test_where_last_year_s_classes_are_not_known_the_sheet_says_why(year, before, told):
    found = before(year)
    sheets = looking_back(year, **({} if found is None else {"of_2025": found}))
    assert lines(named(sheets, "晋位升级")) == [
        told,
        "各类支部的个数",
        "年度 | 一类 | 二类 | 三类 | 四类 | 未填 | 合计",
        "本年（2026年度） | 1 | 1 | 0 | 0 | 0 | 2",
    ]
    assert "支部类别" not in [c.heading for c in named(sheets, "支部排名").columns]


def test_who_has_no_class_this_year_is_listed_even_where_nothing_is_compared(year):
    sheet = named(looking_back(classed(year, ZB1="first", ZB2=None)), "晋位升级")
    assert lines(sheet)[-3:] == [
        "本年没有填类别的支部（1 个）",
        "支部编号 | 支部名称 | 所属党委 | 上年类别 | 本年类别 | 晋退位 | 总分 | 等次 | 全县名次",
        "ZB2 | 财政第二支部 | 财政局机关党委 | — | — | — | 90.8 | 优秀 | 1",
    ]


def test_a_county_that_uses_no_classes_has_no_sheet_and_no_columns(year):
    none = {"ZB1": None, "ZB2": None}
    for years in ({}, {"of_2025": published(year, none)}, {"of_2025": Unusable("是草稿")}):
        sheets = looking_back(classed(year, **none), **years)
        assert named(sheets, "晋位升级") is None
        assert "支部类别" not in [c.heading for c in named(sheets, "支部排名").columns]
        assert "晋位升级" not in " ".join(lines(named(sheets, "封面")))


def test_a_county_that_stopped_filling_them_in_is_told(year):
    sheets = looking_back(classed(year, ZB1=None, ZB2=None), of_2025=published(year))
    assert lines(named(sheets, "晋位升级"))[0] == "本年（2026年度）的花名册没有填支部类别，不能比较。"
    assert "支部类别" not in [c.heading for c in named(sheets, "支部排名").columns]


CARDS = {
    "晋位": ("second", "first", "支部类别：上年二类，本年一类，晋位。"),
    "退位": ("first", "fourth", "支部类别：上年一类，本年四类，退位。"),
    "不变": ("third", "third", "支部类别：上年三类，本年三类，不变。"),
    "上年未填": (None, "second", "支部类别：上年未填，本年二类。"),
    "本年未填": ("second", None, "支部类别：上年二类，本年未填。"),
}


@pytest.mark.parametrize(("was", "now", "told"), CARDS.values(), ids=CARDS)
def test_a_branch_s_own_page_tells_its_class(year, was, now, told):
    this = classed(year, ZB1=now, ZB2="second")
    assert card(this, "ZB1", of_2025=published(year, {"ZB1": was}))[2:] == [told]


def test_a_page_says_where_last_year_s_class_is_not_known_and_nothing_where_last_year_is_not_there(year):
    assert card(year, "ZB1", of_2025=without_classes(year))[2:] == ["支部类别：本年一类，上年的类别不详。"]
    assert card(year, "ZB1") == ["没有上年（2025年度）的考评结果，不作比较。"]
    assert card(year, "ZB1", of_2025=published(year, ZB1=None)) == [
        "上年（2025年度）的考评结果中没有本单位，不作比较。"
    ]
    assert len(card(year, "DW1", of_2025=published(year))) == 2


def test_a_class_rises_falls_stays_or_is_lacking_and_the_way_back_is_the_opposite(year):
    every = (*branch_class_changes.classes(), None)
    before = {was: {periods.year(2025): published(year, {"ZB1": was})} for was in every}
    now = {its: classed(year, ZB1=its, ZB2="second") for its in every}
    moves = {
        (a, b): branch_class_changes.branch_class_changes(now[b], before[a]).changes["ZB1"]
        for a, b in product(every, every)
    }
    for (was, its), there in moves.items():
        assert there.steps == -moves[its, was].steps
        assert (there.kind in ("up", "down", "same")) == (was is not None and its is not None)
        assert (there.kind == "same") == (was is not None and was == its)


# --- 历年走势 -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def before(year):
    """2025 missing, 2024 with ZB2 only, 2023 of no use, 2022 with everybody, 2021 missing."""
    return {
        "of_2024": published(year, ZB1=None, DW1={"total": "95.00", "rank": 1}),
        "of_2023": Unusable("输出/2023/results.json：是草稿"),
        "of_2022": published(
            year,
            DW1={"total": "69.90", "grade": "较差"},
            ZB1={"total": "86.20", "grade": "良好", "rank": 1, "rank_county": 2},
        ),
    }


def test_every_unit_s_totals_grades_and_ranks_year_by_year(year, before):
    sheet = named(looking_back(year, **before), "历年走势")
    years = ["2022", "2023\n（不用）", "2024", "2025\n（缺）", "2026"]
    assert [c.heading for c in sheet.columns if c.group == "总分"] == years
    assert [c.heading for c in sheet.columns if c.group == "等次"] == years
    assert [c.heading for c in sheet.columns if c.group == "名次（同层级全县）"] == years
    assert [row[0].value for row in (r.cells for r in sheet.rows[:2])] == [
        "2023 年度的考评结果不能采用：输出/2023/results.json：是草稿",
        "没有 2021、2025 年度的考评结果。",
    ]
    shown = [
        [str(c.value if isinstance(c.value, str | int) else float(c.value)) for c in r.cells] for r in sheet.rows[2:]
    ]
    # 编号、名称；总分五年、走势、增减；等次五年；名次五年
    assert [" ".join(value or "□" for value in row) for row in shown] == [
        "党委　1 个",
        "DW1 财政局机关党委 69.9 □ 95.0 □ 90.8 □ 20.9 较差 □ 优秀 □ 优秀 1 □ 1 □ 1",
        "财政局机关党委　2 个",
        "ZB1 财政第一支部 86.2 □ □ □ 90.8 □ 4.6 良好 □ □ □ 优秀 2 □ □ □ 1",
        "ZB2 财政第二支部 90.8 □ 90.8 □ 90.8 □ 0.0 优秀 □ 优秀 □ 优秀 1 □ 1 □ 1",
    ]


def test_a_branch_s_place_in_its_committee_is_not_taken_for_one_in_the_county(year):
    older = published(year)
    for row in older.results["branches"]:
        row["rank"] = 5
        del row["rank_county"]
    told = [line.split(" | ") for line in lines(named(looking_back(year, of_2025=older), "历年走势"))]
    assert {row[0]: row[-2:] for row in told if len(row) > 1} == {
        "DW1": ["1", "1"],
        "ZB1": ["—", "1"],
        "ZB2": ["—", "1"],
    }


def test_a_new_unit_has_this_year_only(year):
    sheet = named(looking_back(year, of_2025=published(year, ZB1=None)), "历年走势")
    row = next(r.cells for r in sheet.rows if r.cells[0].value == "ZB1")
    assert [c.value for c in row[2:]] == ["", row[3].value, "", "—", "", "优秀", "", 1]


def test_its_lines_are_drawn_with_a_gap_for_a_missing_year(year, before):
    drawn = {chart.title: chart for chart in named(looking_back(year, **before), "图表").charts}
    for title, name, unit in (
        ("党委历年总分", "财政局机关党委", "DW1"),
        ("财政局机关党委：支部历年总分", "财政第一支部", "ZB1"),
    ):
        series = drawn[title].series[0]
        assert series.name == name
        assert [key[1:] for key in series.values.all] == [(unit, str(y)) for y in range(2022, 2027)]
        assert len(series.categories.all) == 5
    assert (drawn["党委历年总分"].least, drawn["党委历年总分"].most) == (65, 100)


def test_without_a_year_before_there_is_no_sheet_and_the_quarters_say_so(year):
    sheets = looking_back(year)
    assert named(sheets, "历年走势") is None
    assert not [c for c in named(sheets, "图表").charts if "历年" in c.title]
    assert lines(named(sheets, "季度走势"))[-1] == "没有以前年度（2021—2025）的考评结果，所以没有“历年走势”。"


def test_where_all_years_before_are_of_no_use_the_quarters_say_why(year):
    sheets = looking_back(year, of_2024=Unusable("是草稿"))
    assert named(sheets, "历年走势") is None
    assert lines(named(sheets, "季度走势"))[-3:] == [
        "2024 年度的考评结果不能采用：是草稿",
        "没有 2021、2022、2023、2025 年度的考评结果。",
        "没有可以采用的以前年度的考评结果，所以没有“历年走势”。",
    ]


def test_where_there_is_a_sheet_the_quarters_say_nothing_of_it(year, before):
    assert "历年走势" not in " ".join(lines(named(looking_back(year, **before), "季度走势")))


def test_the_cover_says_what_the_new_sheets_are_for(year, before):
    told = " ".join(lines(named(looking_back(year, **before), "封面")))
    assert "历年走势 | 各单位历年的总分、等次、名次" in told
    assert "晋位升级 | 支部类别与上年相比：晋位、退位的支部" in told


def test_a_quarter_and_a_draft_look_at_no_years(year, tmp_path):
    made = county(ZB1="一类")
    quarter = made.copy().only("2026Q1").process(tmp_path / "quarter", "2026Q1").results
    draft = replace(year, draft=results.Draft((), (), 0))
    for outcome in (quarter, draft):
        sheets = looking_back(outcome, of_2025=published(year))
        assert named(sheets, "历年走势") is None
        assert named(sheets, "晋位升级") is None


def test_a_unit_s_page_has_its_own_years_in_one_line(year, before):
    assert card(year, "ZB1", **before) == [
        "没有上年（2025年度）的考评结果，不作比较。",
        "历年总分：2022年86.20良好、2023年—、2024年—、2025年—。",
    ]
    assert card(year, "DW1", **before, of_2025=published(year))[-1] == (
        "历年总分：2022年69.90较差、2023年—、2024年95.00优秀、2025年90.80优秀。"
    )
    assert not any("历年总分" in line for line in card(year, "DW1", of_2025=published(year)))


# --- 结果运用 -------------------------------------------------------------------------------------------------------


def test_the_uses_name_the_years_that_are_missing_and_of_no_use_and_only_those_they_look_at(year):
    sheet = named(looking_back(year, of_2025=Unusable("甲"), of_2022=Unusable("乙")), "结果运用")
    assert lines(sheet)[:2] == [
        "2025 年度的考评结果不能采用：甲",
        "没有 2024 年度的考评结果，连续几年末位、较差的只能按有结果的年度核对；符合其余条件的党委列在“不能核对的”中。",
    ]
    complete = named(looking_back(year, of_2025=published(year), of_2024=published(year)), "结果运用")
    assert lines(complete)[0].startswith("奖补党费")


# --- from the folder to the workbook ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def three_years(year, tmp_path_factory):
    """A folder with the results of 2024 and 2025 in 输出, of which those of 2025 say what they rest on; 2026 is run."""
    folder = county(ZB1="一类", ZB2="二类").write(tmp_path_factory.mktemp("years") / "data")
    for before in (2024, 2025):
        found = published(year, {"ZB1": "second"}, DW1={"total": f"8{before % 10}.00", "grade": "一般"})
        rows, rests_on = (
            json.dumps(said, ensure_ascii=False).replace("2026", str(before))
            for said in (found.results, found.audit_trail)
        )
        rests_on = json.loads(rests_on) | {"results_sha256": hashlib.sha256(rows.encode("utf-8")).hexdigest()}
        rests_on["sha256"] = audit_trail_check_code(rests_on)
        place = folder / "输出" / str(before)
        place.mkdir(parents=True)
        (place / "results.json").write_text(rows, encoding="utf-8")
        text = json.dumps(rests_on, ensure_ascii=False) if before == 2025 else "{"
        (place / "计分依据.json").write_text(text, encoding="utf-8")
    ran = CliRunner().invoke(root, ["run", str(folder), "--period", "2026"], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return folder


def test_a_run_reads_the_years_before_and_shows_them(three_years):
    book = openpyxl.load_workbook(three_years / "输出/2026/考评排名_2026.xlsx", data_only=True)
    moved = [row for row in book["晋位升级"].values if row[0] == "ZB1"]
    assert moved == [("ZB1", "财政第一支部", "财政局机关党委", "二类", "一类", "晋位", 90.8, "优秀", 1)]
    row = next(row for row in book["历年走势"].values if row[0] == "DW1")
    assert row[2:5] == (84, 85, 90.8)
    assert row[6:] == (6.8, "一般", "一般", "优秀", 1, 1, 1)


def test_what_the_results_before_rest_on_is_kept_and_why_not_is_told_without_the_folder_s_place(three_years):
    found = history.earlier_results(three_years, YEAR)
    assert found[periods.year(2025)].audit_trail["units"]["ZB1"]["branch_class"] == "second"
    older = found[periods.year(2024)]
    assert (older.audit_trail, older.audit_trail_fault) == (
        None,
        "输出/2024/计分依据.json 不是 JSON 文件，或内容不完整，没有采用",
    )
    assert published_reader.read(three_years / "输出/2026").audit_trail["units"]["ZB1"]["branch_class"] == "first"


@office.needs_office
def test_the_workbook_with_years_before_recalculated_differs_in_no_cell(three_years, tmp_path):
    path = three_years / "输出/2026/考评排名_2026.xlsx"
    kept, computed = office.values(path), office.values(office.recalculated(path, tmp_path))
    assert {place for place in office.formulas(path) if kept.get(place) != computed.get(place)} == set()


def test_equal_years_before_make_an_equal_workbook(year, before, tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        workbook.write(tmp_path / name, looking_back(year, **before))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()

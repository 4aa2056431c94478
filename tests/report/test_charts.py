"""The charts of the ranking workbook, read back from the file: what they are called, what they are drawn from, in which colours."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from factories import sample_outcome
from fakes.crowd import crowd
from fakes.office import needs_office, recalculated

from lianghua_batch.analysis import quarter_trends
from lianghua_batch.core import resources
from lianghua_batch.model.scheme import MEMBER, ORGANISATION
from lianghua_batch.report import ranking_workbook
from lianghua_batch.report.sheets import charts
from lianghua_batch.report.view import View
from lianghua_batch.report.writer import workbook
from lianghua_batch.scoring import results

ROWS_OF_A_PAGE = 32


@dataclass(frozen=True)
class Line:
    """One series as it is drawn: its name, the texts of its categories, its numbers, its colour and those of its points."""

    name: str
    categories: list[str]
    values: list[float | str | None]
    colour: str
    points: list[str]


@dataclass(frozen=True)
class Drawn:
    """One chart of a sheet; `first` and `last` are the rows that it lies on."""

    sheet: str
    kind: str
    title: str
    axes: tuple[str, str]
    lines: list[Line]
    first: int
    last: int


@pytest.fixture(scope="module")
def year():
    return sample_outcome("2026").results


@pytest.fixture(scope="module")
def drawn(sample_year_book):
    return list(charts_of(sample_year_book))


@pytest.fixture(scope="module")
def quarter():
    return sample_outcome("2026Q1").results


@pytest.fixture(scope="module")
def quarter_drawn(quarter, tmp_path_factory):
    return list(charts_of(written(quarter, tmp_path_factory.mktemp("quarter") / "季.xlsx")))


@pytest.fixture(scope="module")
def crowd_book(tmp_path_factory):
    return written(crowd(), tmp_path_factory.mktemp("crowd") / "大县.xlsx")


@pytest.fixture(scope="module")
def crowd_drawn(crowd_book):
    return list(charts_of(crowd_book))


def written(outcome, path):
    workbook.write(path, ranking_workbook.build(outcome, ()), ranking_workbook.properties(outcome))
    return path


def charts_of(path: Path) -> Iterator[Drawn]:
    """The charts of 总览 and 图表."""
    book = openpyxl.load_workbook(path, data_only=True)
    for name in ("总览", "图表"):
        for chart in book[name]._charts:
            kind = getattr(chart, "barDir", None) or chart.tagname
            lines = [line_of(book, series) for series in chart.series]
            axes = (words(chart.x_axis.title), words(chart.y_axis.title))
            anchor = chart.anchor
            yield Drawn(name, kind, words(chart.title), axes, lines, anchor._from.row, anchor.to.row)


def line_of(book, series) -> Line:
    fill = series.graphicalProperties.solidFill or series.graphicalProperties.line.solidFill
    points = [p.spPr.solidFill.srgbClr for p in series.dPt]
    return Line(series.tx.v, cells(book, series.cat.strRef.f), cells(book, series.val.numRef.f), fill.srgbClr, points)


def words(title) -> str:
    return "".join(run.t for paragraph in title.tx.rich.p for run in paragraph.r or ())


def cells(book, area: str) -> list:
    """The values of a chart's range; one that does not exist is an error."""
    sheet, first, last = re.fullmatch(r"'?(.+?)'?!(\$[A-Z]+\$\d+)(?::(\$[A-Z]+\$\d+))?", area).groups()
    found = book[sheet][f"{first}:{last or first}".replace("$", "")]
    return [cell.value for row in found for cell in row]


def titled(drawn, *parts):
    return [c for c in drawn if all(part in c.title for part in parts)]


def numbers(values):
    return [v for v in values if isinstance(v, int | float)]


def colour_of(outcome, grade, scope=ORGANISATION):
    style = View(outcome, ()).grade_style(grade, scope)
    return resources.load("report/workbook")["styles"][style]["bg_color"].lstrip("#")


# --- what every chart has ------------------------------------------------------------------------------------------


def test_the_charts_of_a_year(drawn):
    assert [(c.sheet, c.title) for c in drawn] == [
        ("总览", "党委等次"),
        ("总览", "支部等次"),
        ("总览", "党员建议等次"),
        ("图表", "党委总分"),
        ("图表", "党委四类指标得分（只含考核组的两类指标折合分和加减分）"),
        ("图表", "组织等次分布"),
        ("图表", "党员建议等次"),
        ("图表", "党委季度走势"),
        ("图表", "县教育局机关党委：支部总分"),
        ("图表", "县教育局机关党委：支部四类指标得分（只含考核组的两类指标折合分和加减分）"),
        ("图表", "县卫生健康委机关党委：支部总分"),
        ("图表", "县卫生健康委机关党委：支部四类指标得分（只含考核组的两类指标折合分和加减分）"),
        ("图表", "机关工委直属：支部总分"),
        ("图表", "机关工委直属：支部四类指标得分（只含考核组的两类指标折合分和加减分）"),
        ("图表", "县教育局机关党委：支部季度走势"),
        ("图表", "县卫生健康委机关党委：支部季度走势"),
        ("图表", "机关工委直属：支部季度走势"),
    ]


def test_the_charts_of_a_quarter_know_no_other_quarter_and_no_indicators(quarter_drawn):
    assert [c.title for c in quarter_drawn][:6] == [
        "党委监测等次",
        "支部监测等次",
        "党委季度得分",
        "监测等次分布",
        "县教育局机关党委：支部季度得分",
        "县教育局机关党委：支部季度得分的构成",
    ]
    assert not titled(quarter_drawn, "走势")


def test_every_chart_says_what_its_axes_are(drawn, quarter_drawn):
    for chart in (*drawn, *quarter_drawn):
        assert all(chart.axes), chart.title
        assert any(axis.endswith(("（分）", "（个）", "（人）")) for axis in chart.axes), chart.title


def test_every_range_holds_texts_and_numbers(drawn, quarter_drawn):
    for chart in (*drawn, *quarter_drawn):
        for line in chart.lines:
            assert all(isinstance(c, str) and c for c in line.categories), chart.title
            assert len(line.values) == len(line.categories), chart.title
            assert all(v in (None, "") or isinstance(v, int | float) for v in line.values), chart.title
        assert any(numbers(line.values) for line in chart.lines), chart.title


def test_no_cell_that_charts_are_drawn_from_is_an_error(sample_year_book):
    book = openpyxl.load_workbook(sample_year_book)
    for sheet in ("图表数据", "季度走势", "总览"):
        values = [str(c.value) for row in book[sheet].iter_rows() for c in row]
        assert not [v for v in values if "#" in v or "NA()" in v]


# --- totals by grade -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["committees", "branches"])
def test_a_unit_has_one_bar_in_its_grades_colour(year, drawn, level):
    published = {u["name"]: u for u in results.as_json(year)[level]}
    found = {}
    for chart in titled(drawn, {"committees": "党委总分", "branches": "支部总分"}[level]):
        for line in chart.lines:
            for name, value in zip(line.categories, line.values, strict=True):
                if isinstance(value, float):
                    assert name not in found
                    found[name] = (f"{value:.2f}", line.name)
                    assert line.colour == colour_of(year, line.name)
    assert found == {name: (unit["total"], unit["grade"]) for name, unit in published.items()}


def test_a_quarters_bars_are_its_totals(quarter, quarter_drawn):
    found = {}
    for chart in titled(quarter_drawn, "季度得分"):
        for line in chart.lines:
            if "构成" not in chart.title:
                found |= {
                    n: f"{v:.2f}" for n, v in zip(line.categories, line.values, strict=True) if v not in (None, "")
                }
    published = results.as_json(quarter)
    assert found == {u["name"]: u["total"] for u in (*published["committees"], *published["branches"])}


def test_units_stand_in_the_order_of_their_ranks(year, drawn):
    (chart,) = titled(drawn, "党委总分")
    ranked = sorted(results.as_json(year)["committees"], key=lambda u: u["rank"])
    assert chart.lines[0].categories == [u["name"] for u in ranked]


def test_the_grades_colours_go_from_light_to_dark(year):
    def lightness(colour):
        red, green, blue = (int(colour[i : i + 2], 16) for i in (0, 2, 4))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    for scope in (ORGANISATION, MEMBER):
        shades = [lightness(colour_of(year, band.grade, scope)) for band in year.county.scheme.bands[scope]]
        assert shades == sorted(shades, reverse=True)
    for name in ("part_colours", "level_colours"):
        colours = resources.load_parts("report/sheets")["charts"][name]
        listed = colours.values() if isinstance(colours, dict) else colours
        shades = [lightness(c.lstrip("#")) for c in listed]
        assert shades == sorted(shades, reverse=True)


# --- what totals are made of ---------------------------------------------------------------------------------------


def test_the_four_kinds_are_what_they_give_to_the_total(year, drawn):
    indicators = {i.id: i for i in year.county.scheme.indicators}
    rules = year.county.scheme.parameters
    share = rules.assessment_weight * rules.year_end_weight / 10000
    published = {u["name"]: u for level in ("committees", "branches") for u in results.as_json(year)[level]}
    checked = set()
    for chart in titled(drawn, "四类指标得分"):
        assert [line.name for line in chart.lines] == ["常规化", "差异化", "个性化", "动态化"]
        for number, name in enumerate(chart.lines[0].categories):
            unit = published[name]
            sums = [
                share * sum(Fraction(v) for i, v in unit["indicators"].items() if indicators[i].kind == kind)
                for kind in ("routine", "differential")
            ]
            expected = [*sums, Fraction(unit["individual"]), Fraction(unit["dynamic"])]
            assert [line.values[number] for line in chart.lines] == pytest.approx([float(v) for v in expected])
            checked.add(name)
    assert checked == set(published)


def test_a_quarters_parts_add_up_to_its_total(quarter, quarter_drawn):
    published = {b["name"]: b for b in results.as_json(quarter)["branches"]}
    for chart in titled(quarter_drawn, "支部季度得分的构成"):
        for number, name in enumerate(chart.lines[0].categories):
            both = sum(line.values[number] or 0 for line in chart.lines)
            assert both == pytest.approx(float(published[name]["total"]), abs=0.006)


# --- grades --------------------------------------------------------------------------------------------------------


def test_the_grades_are_counted(year, drawn):
    published = results.as_json(year)
    for title, rows in (("党委等次", "committees"), ("支部等次", "branches"), ("党员建议等次", "members")):
        for chart in [c for c in drawn if c.title == title]:
            (line,) = chart.lines
            grades = [row["grade"] for row in published[rows]]
            assert dict(zip(line.categories, line.values, strict=True)) == {g: grades.count(g) for g in line.categories}
            assert set(grades) <= set(line.categories)
    (both,) = titled(drawn, "组织等次分布")
    assert [line.name for line in both.lines] == ["党委", "支部"]


def test_a_grades_bar_has_its_colour(year, drawn):
    for title, scope in (("支部等次", ORGANISATION), ("党员建议等次", MEMBER)):
        (line,) = next(c for c in drawn if c.title == title).lines
        bands = [band.grade for band in year.county.scheme.bands[scope]]
        assert line.categories[: len(bands)] == bands
        assert line.points[: len(bands)] == [colour_of(year, grade, scope) for grade in bands]


# --- quarters ------------------------------------------------------------------------------------------------------


def test_the_lines_are_the_quarters_totals_and_a_missing_quarter_is_a_gap(year, drawn):
    quarters = [results.as_json(quarter_trends.quarter_results(year, q)) for q in year.county.period.quarters]
    lines = {line.name: line for chart in titled(drawn, "走势") for line in chart.lines}
    assert set(lines) == {u["name"] for level in ("committees", "branches") for u in results.as_json(year)[level]}
    for name, line in lines.items():
        assert line.categories == ["一季度", "二季度", "三季度", "四季度"]
        totals = [
            next((u["total"] for u in (*q["committees"], *q["branches"]) if u["name"] == name), None) for q in quarters
        ]
        assert [v if v is None else f"{v:.2f}" for v in line.values] == totals
    assert any(None in line.values for line in lines.values())


@pytest.mark.slow
def test_of_many_branches_the_mean_the_best_and_the_worst_are_drawn(crowd_drawn):
    of_branches = titled(crowd_drawn, "：支部季度走势")
    few, many = (
        [c for c in of_branches if (len(c.lines) == 3 and c.lines[0].name == "平均") == is_many] for is_many in (0, 1)
    )
    assert all(len(chart.lines) <= 6 for chart in few)
    assert many
    for chart in many:
        mean, best, worst = chart.lines
        assert [line.name for line in chart.lines] == ["平均", "最高", "最低"]
        for low, middle, high in zip(worst.values, mean.values, best.values, strict=True):
            assert low <= middle <= high


# --- many units, and pages -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_hundred_branches_stay_readable(crowd_drawn):
    of_totals = titled(crowd_drawn, "支部总分")
    assert len(of_totals) == 16
    assert sum(len(chart.lines[0].values) for chart in of_totals) == len(crowd().branches)
    assert max(len(chart.lines[0].values) for chart in of_totals) <= 24


@pytest.mark.slow
def test_the_lines_of_many_committees_are_shared_out(crowd_drawn):
    charts_of_lines = titled(crowd_drawn, "党委季度走势")
    assert [c.title for c in charts_of_lines] == [
        "党委季度走势（1—5）",
        "党委季度走势（6—10）",
        "党委季度走势（11—15）",
    ]
    assert sum(len(chart.lines) for chart in charts_of_lines) == 15


def test_the_bars_of_a_committee_with_many_branches_are_shared_out(year):
    copies = [
        replace(s, scores=replace(s.scores, unit=replace(s.unit, id=f"{s.unit.id}{n}")))
        for s in year.branches
        for n in range(20)
    ]
    sheet = charts.build(View(replace(year, branches=tuple(copies)), ()))
    assert [c.title for c in sheet.charts if "县教育局机关党委：支部总分" in c.title] == [
        "县教育局机关党委：支部总分（1—20）",
        "县教育局机关党委：支部总分（21—40）",
    ]


@pytest.mark.slow
def test_pages_do_not_break_through_a_chart(sample_year_book, crowd_book):
    for path in (sample_year_book, crowd_book):
        sheet = openpyxl.load_workbook(path)["图表"]
        breaks = [pause.id for pause in sheet.row_breaks.brk]
        spans = [(c.anchor._from.row, c.anchor.to.row) for c in sheet._charts]
        assert breaks
        assert not [(b, span) for b in breaks for span in spans if span[0] < b <= span[1]]
        edges = [0, *breaks, max(last for _, last in spans) + 1]
        assert all(end - start <= ROWS_OF_A_PAGE for start, end in pairwise(edges))


@pytest.mark.slow
def test_charts_do_not_overlap(crowd_book):
    sheet = openpyxl.load_workbook(crowd_book)["图表"]
    places = [(c.anchor._from.row, c.anchor.to.row, c.anchor._from.col, c.anchor.to.col) for c in sheet._charts]
    for number, (top, bottom, left, right) in enumerate(places):
        for top2, bottom2, left2, right2 in places[number + 1 :]:
            assert bottom < top2 or bottom2 < top or right < left2 or right2 < left


# --- they follow ---------------------------------------------------------------------------------------------------


@needs_office
def test_a_changed_number_moves_the_charts(year, sample_year_book, tmp_path):
    book = openpyxl.load_workbook(sample_year_book)
    branch = year.branches[0]
    composition = book["得分构成（支部）"]
    row = next(cells[0].row for cells in composition.iter_rows() if cells[1].value == branch.unit.id)
    links = book["图表数据"]
    line = next(cells for cells in links.iter_rows() if cells[0].value == branch.unit.id)
    total = next(c.value for c in line if "IF(" in str(c.value))
    column = re.search(r",'得分构成（支部）'!\$([A-Z]+)\$", total)[1]
    composition[f"{column}{row}"] = 12.5
    book.save(tmp_path / "改.xlsx")
    after = openpyxl.load_workbook(recalculated(tmp_path / "改.xlsx", tmp_path), data_only=True)["图表数据"]
    bands = len(year.county.scheme.bands[ORGANISATION])
    values = [after.cell(line[0].row, 3 + index).value for index in range(bands)]
    assert values == [None] * (bands - 1) + [12.5]

"""The ranking workbook computes itself: every formula gives what the program gave, and follows when a cell is changed."""

from fractions import Fraction

import openpyxl
import pytest
from factories import SAMPLE, County
from fakes import office
from hypothesis import given, settings
from hypothesis import strategies as st

from lianghua_batch.core import exact, periods
from lianghua_batch.forms import sample as sampling
from lianghua_batch.pipeline import process
from lianghua_batch.report import ranking_workbook
from lianghua_batch.report.layout import addresses
from lianghua_batch.report.layout.model import Area, Cell, Formula, Keys, Page, Row, SheetTable
from lianghua_batch.report.writer import workbook as workbook_out

ERRORS = ("#", "Err:")


def workbook(folder, period, into):
    """Score a folder and write its ranking workbook."""
    outcome = process.process(folder, periods.parse(period))
    assert outcome.results is not None, [p.as_dict() for p in outcome.problems[:5]]
    path = into / f"考评排名_{period}.xlsx"
    workbook_out.write(
        path, ranking_workbook.build(outcome.results, outcome.problems), ranking_workbook.properties(outcome.results)
    )
    return path


def differences(path, folder, places=None):
    """Every formula cell whose value LibreOffice computes otherwise, or otherwise at so many places: (sheet, cell, formula,
    kept, computed)."""
    kept, computed = office.values(path), office.values(office.recalculated(path, folder))
    if places is not None:
        kept, computed = ({k: _at(v, places) for k, v in values.items()} for values in (kept, computed))
    return [
        (*place, text, kept.get(place), computed.get(place))
        for place, text in office.formulas(path).items()
        if kept.get(place) != computed.get(place) or str(computed.get(place)).startswith(ERRORS)
    ]


def _at(value, places):
    return round(value, places) if isinstance(value, float) else value


# --- recalculated --------------------------------------------------------------------------------------------------


@office.needs_office
def test_the_year_of_the_sample_county_recalculated_differs_in_no_cell(sample_year_book, tmp_path):
    assert differences(sample_year_book, tmp_path) == []


@office.needs_office
def test_a_quarter_of_the_sample_county_recalculated_differs_in_no_cell(tmp_path):
    assert differences(workbook(SAMPLE, "2026Q2", tmp_path), tmp_path) == []


@office.needs_office
def test_a_county_of_a_hundred_branches_recalculated_differs_in_no_cell(tmp_path):
    made = sampling.county(15, 100, 320, 2026, 2026)
    sampling.write(made, tmp_path / "data")
    assert differences(workbook(tmp_path / "data", "2026", tmp_path), tmp_path) == []


OTHER_RULES = {
    "按党员数，支部的编号与名次次序不同": {"党委汇总口径": "按党员数"},
    "末级、连号、去极值": {"取舍方式": "末级", "并列名次": "连号", "去极值人数": 3},
    "合计、一位小数、按党员数": {"季度积分口径": "合计", "小数位": 1, "党委汇总口径": "按党员数"},
    "违纪计入上限、不截断、没有小数": {"违纪计入上限": "是", "功效系数截断": "否", "小数位": 0},
}


def county(rules):
    """The small county under other rules, with marks, votes, 加减分 and methods that make every formula work."""
    made = County()
    for name, value in rules.items():
        made.set_rule(name, value)
    for code, values in {"B1": ("功效系数", 95, 60), "B2": ("五档功效", 95, 90, 80, 70, 60)}.items():
        row = made.form("考评方案", "赋分方法").row(指标编号=code)
        names = ("满意值", "不允许值") if len(values) == 3 else ("优秀值", "良好值", "平均值", "较低值", "较差值")
        row["赋分方法"] = values[0]
        row |= dict(zip(names, values[1:], strict=True))
    values = made.form("指标完成")
    values.row(组织编号="ZB1", 指标编号="B1")["实际值"] = 71.13
    values.row(组织编号="ZB2", 指标编号="B1")["实际值"] = 99.37
    values.row(组织编号="ZB1", 指标编号="B2")["实际值"] = 42
    values.row(组织编号="ZB2", 指标编号="B2")["实际值"] = 83.33
    for code, metric in {"W1": "支部得分均分", "W2": "党员积分均分"}.items():
        made.form("考评方案", "赋分方法").row(指标编号=code)["数据来源"] = metric
        values.rows.remove(values.row(组织编号="DW1", 指标编号=code))
    for quarter in ("2026Q1", "2026Q2", "2026Q3", "2026Q4"):  # the branch whose code comes first ranks behind the other
        made.form("督查打分", 期间=quarter).row(组织编号="ZB1")["得分"] = 71.5
    for supervisor, marks in {
        "监督员乙": (88, 91.5, 79),
        "监督员丙": (93.25, 70, 90),
        "监督员丁": (93.25, 99, 61),
    }.items():
        for unit, mark in zip(("DW1", "ZB1", "ZB2"), marks, strict=True):
            made.form("监督员评分").add(组织编号=unit, 监督员=supervisor, 得分=mark)
    made.form("满意度测评").row(组织编号="ZB2").update({"优秀票": 7, "良好票": 5, "一般票": 1, "较差票": None})
    made.form("满意度测评").add(组织编号="ZB1", 测评对象="服务对象", 优秀票=3, 良好票=4, 一般票=0, 较差票=0)
    for kind, points in (("个性化", 4), ("个性化", 2.5), ("动态化", -1.25), ("违纪", -3), ("违纪", -3)):
        made.form("加减分").add(
            组织编号="ZB1", 类别=kind, 分值=points, 日期="2026-05-06", 事由="事由", 依据="文件", 审核="通过"
        )
    if rules.get("季度积分口径") == "合计":
        for quarter in ("2026Q1", "2026Q2", "2026Q3", "2026Q4"):
            for branch in ("ZB1", "ZB2"):
                for row in made.form("季汇总", 支部编号=branch, 期间=quarter).rows:
                    row |= {"季度积分": 240, "审定积分": 240}
    return made


@office.needs_office
@pytest.mark.parametrize("rules", OTHER_RULES.values(), ids=OTHER_RULES)
@pytest.mark.parametrize("period", ["2026", "2026Q3"])
def test_under_other_rules_the_recalculated_workbook_differs_in_no_cell(rules, period, tmp_path):
    folder = county(rules).write(tmp_path / "data")
    # Under 末级 the steps are whole binary numbers, whose last digits nobody publishes.
    places = 11 if rules.get("取舍方式") == "末级" else None
    assert differences(workbook(folder, period, tmp_path), tmp_path, places) == []


def test_what_is_a_formula(sample_year_book):
    found = office.formulas(sample_year_book)
    sheet = "得分构成（支部）"
    head = {
        str(c.value).split("\n")[0]: c.column_letter
        for c in openpyxl.load_workbook(sample_year_book)[sheet][3]
        if c.value
    }
    head |= {
        str(c.value).split("\n")[0]: c.column_letter
        for c in openpyxl.load_workbook(sample_year_book)[sheet][4]
        if c.value
    }

    def formula(heading, row=5):
        return found[sheet, f"{head[heading]}{row}"]

    own = {
        name: f"${head[name]}$5"
        for name in ("督查均分", "年末考核分", "年度考核分", "个性化", "动态化", "违纪", "总分")
    }
    assert formula("年度考核分") == (
        f"=ROUND(ROUND(({own['督查均分']}*督查权重+{own['年末考核分']}*年末权重)/100,每步位数+8),每步位数)"
    )
    assert formula("总分") == (
        f"=ROUND(ROUND({own['年度考核分']}+{own['个性化']}+{own['动态化']}+{own['违纪']},小数位+8),小数位)"
    )
    assert formula("等次").startswith(f"=IF({own['总分']}>='方案'!$")
    assert formula("党委内") == (  # 名次 stands in the heading's second line
        f'=IF(并列名次="连号",ROUND(SUMPRODUCT(({own["总分"]}:${head["总分"]}$6>{own["总分"]})/'
        f"COUNTIF({own['总分']}:${head['总分']}$6,{own['总分']}:${head['总分']}$6)),0),"
        f'COUNTIF({own["总分"]}:${head["总分"]}$6,">"&{own["总分"]}))+1'
    )


# --- followed ------------------------------------------------------------------------------------------------------


@office.needs_office
def test_a_changed_weight_is_followed_to_what_the_program_computes_under_it(tmp_path):
    changed = {"督查权重": 60, "年末权重": 40, "个性化上限": 2, "考核组权重": 40, "监督员权重": 50}
    book = openpyxl.load_workbook(workbook(county({}).write(tmp_path / "before"), "2026", tmp_path))
    for name, value in changed.items():
        place = book.defined_names[name].attr_text.split("!")[1].replace("$", "")
        book["方案"][place] = value
    book.save(tmp_path / "changed.xlsx")
    computed = office.values(office.recalculated(tmp_path / "changed.xlsx", tmp_path))
    (tmp_path / "after").mkdir()
    folder = county(changed).write(tmp_path / "after" / "data")
    expected = office.values(workbook(folder, "2026", tmp_path / "after"))
    for sheet in ("得分构成（党委）", "得分构成（支部）"):
        of_sheet = {k: v for k, v in expected.items() if k[0] == sheet and k[1][1:].isdigit() and int(k[1][1:]) >= 5}
        numbers = {k: v for k, v in of_sheet.items() if isinstance(v, int | float)}
        assert len(numbers) > 10
        assert {k: computed[k] for k in numbers} == numbers


# --- addresses -----------------------------------------------------------------------------------------------------


def sheet(name, rows):
    page = Page("portrait", "", "")
    title = Row((Cell("标题", "title"),))
    return SheetTable(name, name, title, (), (), tuple(rows), (), page)


def test_cells_side_by_side_and_below_each_other_make_areas():
    grid = [Row(tuple(Cell(1, "plain", key=(r, c)) for c in range(4))) for r in range(4)]
    found = addresses.Addresses([sheet("甲", grid), sheet("乙'", [Row((Cell(1, "plain", key="别处"),))])])
    assert found.area(Keys(((0, 0), (0, 1), (0, 2))), "甲") == "$A$2:$C$2"
    assert found.area(Keys(((0, 1), (1, 1), (3, 1))), "乙'") == "'甲'!$B$2:$B$3,'甲'!$B$5"
    assert found.area(Keys(((0, 0), (0, 1), (1, 1))), "甲") == "$A$2:$B$2,$B$3"
    assert found.formula(Formula("{a}*2", {"a": "别处"}), "甲") == "='乙'''!$A$2*2"
    assert found.link("别处") == "internal:'乙'''!A2"


def test_a_formula_takes_cells_as_they_stand_whatever_the_order_of_their_names():
    rows = [Row((Cell(1, "plain", key=("分", n)), Cell(2, "plain", key=("人", n)))) for n in range(3)]
    found = addresses.Addresses(
        [sheet("甲", [*rows, Row((Cell("", "plain"),)), Row((Cell(3, "plain", key=("分", 9)),))])]
    )
    refs = {"x": Area((("分", 2), ("分", 0), ("分", 1))), "y": Area((("人", 1), ("人", 2), ("人", 0)))}
    assert found.formula(Formula("SUMPRODUCT({x},{y})", refs), "甲") == "=SUMPRODUCT($A$2:$A$4,$B$2:$B$4)"
    apart = (("分", 9), ("分", 0))
    assert found.formula(Formula("SUM({x})", {"x": Keys(apart)}), "甲") == "=SUM($A$2,$A$6)"
    assert found.formula(Formula("COUNTIF({x},1)", {"x": Area(apart)}), "甲") is None


def test_a_formula_that_excel_would_not_take_is_none():
    rows = [Row((Cell(1, "plain", key=(n, 0)), Cell("", "plain"), Cell(1, "plain", key=(n, 2)))) for n in range(300)]
    found = addresses.Addresses([sheet("甲", rows)])
    too_many = Keys(tuple((n, 2 * (n % 2)) for n in range(300)))
    assert found.formula(Formula("SUM({x})", {"x": Keys(too_many.all[:255])}), "甲").count(",") == 254
    assert found.formula(Formula("SUM({x})", {"x": too_many}), "甲") is None
    assert found.formula(Formula("+".join(["{x}"] * 2000), {"x": (0, 0)}), "甲") is None


def test_a_formula_over_a_cell_that_is_not_there_is_none():
    found = addresses.Addresses([sheet("甲", [Row((Cell(1, "plain", key="这里"),))])])
    assert found.formula(Formula("{a}+{b}", {"a": "这里", "b": "没有"}), "甲") is None


def test_one_name_for_two_cells_is_refused():
    with pytest.raises(ValueError, match="同名"):
        addresses.Addresses([sheet("甲", [Row((Cell(1, "plain", key="同名"), Cell(2, "plain", key="同名")))])])


def test_units_may_have_the_codes_that_cells_are_called_by(tmp_path):
    made, codes = county({}), {"DW1": "parameter", "ZB1": "ranking", "ZB2": "total"}
    for form in made.forms:
        form.labels = {name: codes.get(value, value) for name, value in form.labels.items()}
        for row in form.rows:
            row |= {name: codes[value] for name, value in row.items() if value in codes}
    book = openpyxl.load_workbook(workbook(made.write(tmp_path / "data"), "2026", tmp_path))
    assert {"ranking", "total"} <= {cell.value for cell in book["得分构成（支部）"]["B"]}


# --- binary numbers ------------------------------------------------------------------------------------------------


@settings(max_examples=300)
@given(st.lists(st.integers(0, 10000), min_size=4, max_size=4), st.integers(0, 100))
def test_rounding_to_ten_places_first_takes_away_what_binary_numbers_add(marks, weight):
    """The formulas' own arithmetic, in doubles: the exact result, also where it lies just between two published numbers."""
    weights = [weight, 100 - weight, 40, 60]
    product = [m / 100 * w / 100 for m, w in zip(marks, weights, strict=True)]
    exactly = sum((Fraction(m, 100) * w / 100 for m, w in zip(marks, weights, strict=True)), Fraction(0))
    guarded = round(sum(product), 10)
    assert exact.half_up(Fraction(str(guarded)), 2) == exact.half_up(exactly, 2)

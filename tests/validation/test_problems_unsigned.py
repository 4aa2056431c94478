"""Forms without a name in 填表人: nobody's, where they hold only what `templates` writes; else to be signed (spec §2)."""

import openpyxl
import pytest
from factories import BRANCHES, MEMBERS, County, line, told

from lianghua_batch import forms
from lianghua_batch.core import periods
from lianghua_batch.pipeline import process

NOBODYS = "没有人填：填表人空着，表中只有生成时的内容，按未报处理。请填好后写上填表人再报。"
UNSIGNED = "填了内容，没有写填表人。请核对表中的内容，写上填表人；一个文件写一处即可。"


@pytest.fixture
def quarter() -> County:
    return County().only("2026Q1")


def unsigned(county, form, name=None, **labels):
    """A form of the county with a label 填表人 and nothing, or only what nobody sees, beside it."""
    found = county.form(form, **labels)
    found.labels["填表人"] = name
    return found


def in_file(found: list[str], file: str) -> list[str]:
    return [text for text in found if f" {file} " in text]


def test_untouched_marks_are_nobodys_and_missing(quarter, tmp_path):
    unsigned(quarter, "月打分", 支部编号="ZB1", 期间="2026-01")
    assert quarter.complaints(tmp_path, "2026Q1") == [
        "E306 ：财政第一支部（ZB1） 缺 2026-01 的“月打分”。请 财政第一支部（ZB1） 补报。",
        "W107 ZB1/2026-01.xlsx 月打分 J2：“月打分”没有人填：填表人空着，表中只有生成时的内容，按未报处理。请填好后写上填表人再报。",
    ]


def test_a_filled_form_without_a_name_is_to_be_signed(quarter, tmp_path):
    unsigned(quarter, "月打分", 支部编号="ZB1", 期间="2026-01").rows[0]["说明"] = "已核对"
    assert quarter.complaints(tmp_path, "2026Q1") == [
        "E139 ZB1/2026-01.xlsx 月打分 J2：“月打分”填了内容，没有写填表人。请核对表中的内容，写上填表人；一个文件写一处即可。"
    ]


@pytest.mark.parametrize("name", [None, " ", "\u3000", "\u200b", "："])
def test_spaces_and_what_nobody_sees_are_no_name(quarter, tmp_path, name):
    unsigned(quarter, "季汇总", name, 支部编号="ZB1", 期间="2026Q1")
    assert [text[:4] for text in quarter.complaints(tmp_path, "2026Q1")] == ["E306", "W107"]


@pytest.mark.parametrize(
    ("form", "labels", "heading", "value"),
    [
        ("月打分", {"支部编号": "ZB1", "期间": "2026-01"}, "说明", "已核对"),
        ("月打分", {"支部编号": "ZB1", "期间": "2026-01"}, "免评原因", "长期患病"),
        ("月打分", {"支部编号": "ZB1", "期间": "2026-01"}, "政治合格", 19),
        ("季汇总", {"支部编号": "ZB1", "期间": "2026Q1"}, "支委会调整", 0),
        ("季汇总", {"支部编号": "ZB1", "期间": "2026Q1"}, "第二月", 79),
        ("季汇总", {"支部编号": "ZB1", "期间": "2026Q1"}, "审定积分", 79),
        ("督查打分", {"期间": "2026Q1"}, "得分", 90),
    ],
)
def test_one_filled_cell_asks_for_a_name(quarter, tmp_path, form, labels, heading, value):
    found = unsigned(quarter, form, **labels)
    found.rows[0][heading] = value
    (problem,) = [p for p in quarter.process(tmp_path, "2026Q1").problems if p.code in ("E139", "W107")]
    assert line(problem) == f"E139 {found.file} {problem.place.cell}：“{form}”{UNSIGNED}"
    assert found.grid()[1][problem.place.column - 1] == "填表人"


@pytest.mark.parametrize(
    ("form", "headings", "missing"),
    [
        ("督查打分", "检查单位 得分", "E326"),
        ("指标完成", "实际值", "E327"),
        ("监督员评分", "监督员 得分", "E331"),
        ("满意度测评", "优秀票 良好票 一般票 较差票", "E332"),
    ],
)
def test_an_unfilled_form_of_the_county_is_missing_like_any_other(tmp_path, form, headings, missing):
    county = County().only("2026")
    period = {"期间": "2026Q1"} if form == "督查打分" else {}
    found = unsigned(county, form, **period)
    for row in found.rows:
        row |= dict.fromkeys(headings.split())
    problems = county.complaints(tmp_path, "2026")
    assert {text[:4] for text in problems} == {missing, "W107"}
    assert in_file(problems, found.file) == [f"W107 {found.file} {form} {text_cell(problems)}：“{form}”{NOBODYS}"]


def text_cell(problems: list[str]) -> str:
    """The cell of the only W107."""
    (found,) = [text for text in problems if text.startswith("W107")]
    return found.split("：")[0].split(" ")[-1]


def test_a_review_without_votes_is_nobodys(tmp_path):
    county = County().only("2026")
    review = unsigned(county, "年评议", 支部编号="ZB1")
    for row in review.rows:
        row |= dict.fromkeys(("优秀票", "合格票", "基本合格票", "不合格票"))
    assert [text[:4] for text in county.complaints(tmp_path, "2026")] == ["E306", "W107"]


def test_one_name_in_a_file_is_enough_for_all_its_sheets(quarter, tmp_path):
    unsigned(quarter, "月打分", 支部编号="ZB1", 期间="2026-01")
    unsigned(quarter, "日记录", "张三", 支部编号="ZB1", 期间="2026-01")
    assert quarter.complaints(tmp_path, "2026Q1") == []


def test_a_file_is_one_problem_a_kind(quarter, tmp_path):
    unsigned(quarter, "月打分", 支部编号="ZB1", 期间="2026-01")
    unsigned(quarter, "日记录", 支部编号="ZB1", 期间="2026-01")
    assert in_file(quarter.complaints(tmp_path, "2026Q1"), "ZB1/2026-01.xlsx") == [
        f"W107 ZB1/2026-01.xlsx 日记录 J2：“日记录”、“月打分”{NOBODYS}"
    ]


def test_without_the_label_and_in_exempt_forms_nothing_is_asked(quarter, tmp_path):
    unsigned(quarter, "花名册")
    unsigned(quarter, "考评方案")
    assert quarter.complaints(tmp_path, "2026Q1") == []


def test_an_untouched_template_beside_the_filled_form_is_no_second_one(quarter, tmp_path):
    template = County().form("月打分", 支部编号="ZB1", 期间="2026-01")
    template.file, template.labels["填表人"] = "填报/ZB1.xlsx", None
    quarter.forms.append(template)
    filled = quarter.form("月打分", 支部编号="ZB1", 期间="2026-01")
    filled.rows[0] |= {"政治合格": 19, "合计": 79, "说明": "迟到"}
    assert [c[:4] for c in quarter.complaints(tmp_path, "2026Q1")] == ["E312", "E312", "E313", "W107"]


def test_what_templates_wrote_is_nobodys_until_somebody_fills_it(tmp_path):
    county = County().only("2026Q1")
    county.forms = [f for f in county.forms if f.form in ("花名册", "考评方案")]
    forms.due(county.write(tmp_path), periods.parse("2026Q1"))
    outcome = process.process(tmp_path, periods.parse("2026Q1"))
    warned = [told(p) for p in outcome.problems if p.code == "W107"]
    assert len(warned) == len(BRANCHES) + 1
    missing = [p for p in outcome.problems if p.code in ("E306", "W301", "E326")]
    assert len(missing) == len(BRANCHES) * (3 + 3 + 1 + 1) and len(outcome.problems) == len(warned) + len(missing)
    book = next(path for path in (tmp_path / "填报").rglob("ZB1*.xlsx"))
    workbook = openpyxl.load_workbook(book)
    sheet = next(s for s in workbook if s.title.startswith("月打分"))
    row = next(r for r in sheet.iter_rows() if r[0].value == next(iter(MEMBERS["ZB1"])))
    row[-1].value = "已核对"
    workbook.save(book)
    after = process.process(tmp_path, periods.parse("2026Q1")).problems
    assert [p.place.file for p in after if p.code == "E139"] == [book.relative_to(tmp_path).as_posix()]


def test_a_folder_of_templates_is_no_reason_to_take_the_year_for_the_period(tmp_path):
    county = County()
    for branch in MEMBERS:
        for row in unsigned(county, "年评议", 支部编号=branch).rows:
            row |= dict.fromkeys(("优秀票", "合格票", "基本合格票", "不合格票"))
    for row in unsigned(county, "指标完成").rows:
        row["实际值"] = None
    assert str(process.process(county.write(tmp_path), None).period) == "2026Q4"

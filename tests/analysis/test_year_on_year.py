"""A year beside the years before it (spec §7): which results are looked back on, and what every unit is told of last year."""

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from factories import County

from lianghua_batch.analysis import lookback
from lianghua_batch.analysis.published import Published, Unusable
from lianghua_batch.archive import history
from lianghua_batch.cli.app import root
from lianghua_batch.core import periods
from lianghua_batch.core.periods import parse

GROUP = "上年（2025年度）"


def run(folder: Path, period: str = "2026") -> None:
    found = CliRunner().invoke(root, ["run", str(folder), "--period", period], catch_exceptions=False)
    assert found.exit_code == 0, found.output


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The small county's year, published with nothing before it; everybody comes to 90.80, 优秀."""
    folder = County().write(tmp_path_factory.mktemp("alone") / "data")
    run(folder)
    return folder


def year_before(alone: Path, year: int, **units: dict | None) -> str:
    """This year's results.json as if it were an earlier year's, with changes to units; one that is None was not there."""
    rows = json.loads((alone / "输出/2026/results.json").read_text(encoding="utf-8"))
    rows["period"] = str(year)
    for kind in ("committees", "branches"):
        rows[kind] = [row | units.get(row["id"], {}) for row in rows[kind] if units.get(row["id"], {}) is not None]
    return json.dumps(rows, ensure_ascii=False)


def published(folder: Path, **years: str) -> Path:
    """The small county's year, published where 输出 holds these results.json already."""
    County().write(folder)
    for name, text in years.items():
        place = folder / "输出" / name.removeprefix("of_")
        place.mkdir(parents=True)
        (place / "results.json").write_text(text, encoding="utf-8")
    run(folder)
    return folder / "输出" / "2026"


@pytest.fixture(scope="module")
def followed(alone, tmp_path_factory):
    """The year after one in which ZB1 was second with less, ZB2 was in another committee and DW1 had more."""
    text = year_before(
        alone,
        2025,
        ZB1={"total": "86.20", "grade": "良好", "rank": 2, "rank_county": 3},
        ZB2={"total": "91.00", "rank": 1, "rank_county": 1, "committee": ""},
        DW1={"total": "95.00", "rank": 1},
    )
    return published(tmp_path_factory.mktemp("followed") / "data", of_2025=text)


def ranking(out: Path, sheet: str) -> dict[str, list]:
    """What stands in the columns of last year, by unit; as the headings name them under «»."""
    rows = openpyxl.load_workbook(out / "考评排名_2026.xlsx", data_only=True)[sheet].iter_rows(values_only=True)
    listed = [list(row) for row in rows]
    top = next((row for row in listed if GROUP in row), None)
    if top is None:
        return {}
    at = top.index(GROUP)
    headings = listed[listed.index(top) + 1]
    found = {"": headings[at:]}
    return found | {row[1]: row[at:] for row in listed if row[1] in ("DW1", "ZB1", "ZB2")}


def card(out: Path, unit: str) -> list[list]:
    """The rows of 成绩单 that speak of last year."""
    (path,) = (out / "各单位").glob(f"{unit}_*.xlsx")
    rows = [[v for v in row if v is not None] for row in openpyxl.load_workbook(path)["成绩单"].values]
    start = rows.index(["与上年（2025年度）比较"])
    return rows[start + 1 : rows.index(["各季度情况（监测）"])]


def test_the_rankings_have_last_year_s_columns(followed):
    assert ranking(followed, "党委排名") == {
        "": ["总分", "增减", "等次", "名次", "升降"],
        "DW1": [95, -4.2, "优秀", 1, 0],
    }
    assert ranking(followed, "支部排名") == {
        "": ["总分", "增减", "等次", "全县名次", "升降"],
        "ZB1": [86.2, 4.6, "良好", 3, 2],
        "ZB2": [91, -0.2, "优秀", 1, 0],
    }


def test_the_changes_follow_this_year_s_numbers_wherever_their_row_is_sorted_to(followed):
    book = openpyxl.load_workbook(followed / "考评排名_2026.xlsx")
    row = next(cells for cells in book["支部排名"].iter_rows() if cells[1].value == "ZB1")
    rank, total, gained, climbed = (str(row[n].value).removeprefix("=") for n in (0, 13, 17, 20))
    assert (rank, total) == ("'得分构成（支部）'!$Y$5", "'得分构成（支部）'!$W$5")
    assert (gained, climbed) == (f"ROUND({total}-86.2,2)", f"3-{rank}")


def test_every_unit_s_page_has_last_year(followed):
    assert card(followed, "DW1") == [
        ["上年总分", "总分增减", "上年等次", "上年名次"],
        [95, -4.2, "优秀", "第 1 名，今年不变"],
    ]
    assert card(followed, "ZB1") == [
        ["上年总分", "总分增减", "上年等次", "上年党委内名次", "上年全县名次"],
        [86.2, 4.6, "良好", "第 2 名，今年升 1 名", "第 3 名，今年升 2 名"],
    ]
    assert card(followed, "ZB2")[1] == [91, -0.2, "优秀", "第 1 名（当时属机关工委直属）", "第 1 名，今年不变"]


def test_without_last_year_there_are_no_columns_and_the_page_says_so(alone):
    out = alone / "输出/2026"
    assert ranking(out, "党委排名") == ranking(out, "支部排名") == {}
    for unit in ("DW1", "ZB1"):
        assert card(out, unit) == [["没有上年（2025年度）的考评结果，不作比较。"]]


def test_a_unit_that_was_not_there_last_year_is_told_so(alone, tmp_path):
    out = published(tmp_path / "data", of_2025=year_before(alone, 2025, ZB2=None))
    assert card(out, "ZB2") == [["上年（2025年度）的考评结果中没有本单位，不作比较。"]]
    assert ranking(out, "支部排名")["ZB2"] == ["—"] * 5


def test_a_last_year_of_no_use_is_told_with_the_reason(tmp_path):
    out = published(tmp_path / "data", of_2025="{")
    reason = "输出/2025/results.json：不是 JSON 文件，或内容不完整。请写 run 写出的 results.json"
    assert card(out, "ZB1") == [[f"上年（2025年度）的考评结果不能采用（{reason}），不作比较。"]]
    assert ranking(out, "支部排名") == {}
    book = openpyxl.load_workbook(out / "考评排名_2026.xlsx")
    uses = [cell for row in book["结果运用"].values for cell in row if cell]
    assert f"2025 年度的考评结果不能采用：{reason}" in uses


def test_a_quarter_is_not_beside_a_year(alone):
    run(alone, "2026Q1")
    (path,) = (alone / "输出/2026Q1/各单位").glob("ZB1_*.xlsx")
    assert not any("上年" in str(c) for row in openpyxl.load_workbook(path)["成绩单"].values for c in row)


# --- which results are looked back on ------------------------------------------------------------------------------


def test_a_year_looks_back_on_five_years_a_quarter_on_the_one_before():
    assert [str(p) for p in lookback.earlier_periods(periods.year(2026))] == ["2025", "2024", "2023", "2022", "2021"]
    assert [str(p) for p in lookback.consecutive_years(periods.year(2026))] == ["2025", "2024"]
    assert [str(p) for p in lookback.earlier_periods(parse("2026Q1"))] == ["2025Q4"]


def test_what_is_in_the_outputs(alone, tmp_path):
    outputs = tmp_path / "输出"
    for name, text in {"2025": year_before(alone, 2025), "2024": year_before(alone, 2023)}.items():
        (outputs / name).mkdir(parents=True)
        (outputs / name / "results.json").write_text(text, encoding="utf-8")
    found = history.earlier_results(tmp_path, periods.year(2026))
    assert list(found) == [periods.year(2025), periods.year(2024)]
    assert isinstance(found[periods.year(2025)], Published)
    wrong = found[periods.year(2024)]
    assert isinstance(wrong, Unusable)
    assert str(wrong) == "输出/2024/results.json 是 2023 的结果，不是 2024 的。请把它移走，或重新运行 2024"
    assert history.earlier_results(tmp_path, periods.year(2031)) == {}


def test_the_years_before_count_in_the_uses(alone, tmp_path):
    """Three committees, of which DW1 is 较差 and last in all three years."""
    folder = tmp_path / "data"
    county = County()
    for form in (county.form("督查打分", 期间="2026H1"), county.form("监督员评分")):
        form.row(组织编号="DW1")["得分"] = 20
    for row in county.form("指标完成").rows:
        if row["组织编号"] == "DW1":
            row["实际值"] = 20
    county.write(folder)
    for year in (2025, 2024):
        place = folder / "输出" / str(year)
        place.mkdir(parents=True)
        text = year_before(alone, year, DW1={"grade": "较差"})
        (place / "results.json").write_text(text, encoding="utf-8")
    run(folder)
    sheet = openpyxl.load_workbook(folder / "输出/2026/考评排名_2026.xlsx")["结果运用"]
    rows = [[c for c in row if c is not None] for row in sheet.values]
    at = next(n for n, row in enumerate(rows) if row and str(row[0]).startswith("调整机关党委副书记岗位（1 个）"))
    assert rows[at + 1][-1] == "连续 3 年较差：2024年度较差、2025年度较差、2026年度较差"

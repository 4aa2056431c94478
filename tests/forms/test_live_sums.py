"""One workbook a branch and quarter: its sums are formulas, and come to what the program computes."""

import datetime as dt
import random
import shutil
from pathlib import Path

import openpyxl
import pytest
from factories import SAMPLE, County
from fakes import office

from lianghua_batch import forms
from lianghua_batch.core import exact, periods
from lianghua_batch.forms import prefilled
from lianghua_batch.intake import discovery
from lianghua_batch.pipeline import load_county, process

QUARTER = periods.parse("2026Q2")
BRANCH = "ZB002"


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """The sample's people and scheme with the first quarter of one branch, whose caps a year go on; the second is due."""
    data = tmp_path / "数据"
    data.mkdir()
    for name in ("花名册.xlsx", "考评方案.xlsx"):
        shutil.copy(SAMPLE / name, data)
    for path in SAMPLE.glob(f"{BRANCH}_*/2026-0[123].xlsx"):
        shutil.copy(path, data)
    return data


def made(county: Path) -> Path:
    (path,) = forms.due(county, QUARTER, unit=BRANCH).written
    return path


def heading_row(sheet) -> tuple[int, dict[str, int]]:
    """The row of a table's headings, and the columns that they stand over."""
    for row in sheet.iter_rows(max_row=8):
        texts = {cell.value: cell.column for cell in row if cell.value}
        if "项目编号" in texts or "党小组" in texts or "第一月" in texts:
            return row[0].row, texts
    raise AssertionError(sheet.title)


def type_in(sheet, rows: list[dict[str, object]]) -> None:
    """Fill rows under the headings, and sign."""
    top, columns = heading_row(sheet)
    for n, cells in enumerate(rows, start=top + 1):
        for heading, value in cells.items():
            sheet.cell(n, columns[heading]).value = value
    for row in sheet.iter_rows(max_row=top):
        for cell in row:
            if cell.value == "填表人":
                sheet.cell(cell.row, cell.column + 1).value = "甲"


def test_the_sheets_of_a_quarter(county):
    months = [f"{form} 2026-0{m}" for m in (4, 5, 6) for form in ("日记录", "活动记录", "月打分")]
    assert openpyxl.load_workbook(made(county)).sheetnames == [*months, "季汇总 2026Q2", "核算", "填表说明"]


def test_a_month_by_itself_is_as_it_was(county):
    (path,) = forms.due(county, periods.parse("2026-04"), unit=BRANCH).written
    assert openpyxl.load_workbook(path).sheetnames == ["日记录 2026-04", "月打分 2026-04", "填表说明"]


def test_codes_that_a_spreadsheet_takes_for_one_have_values_instead(tmp_path):
    county = County()
    county.forms = [f for f in county.forms if f.form in ("花名册", "考评方案")]
    county.form("花名册", "党员编号").row(党员编号="002")["党员编号"] = "01"
    (path, *_) = forms.due(county.write(tmp_path), QUARTER, unit="ZB1").written
    assert "核算" not in openpyxl.load_workbook(path).sheetnames


def test_an_empty_record_of_activities_needs_no_word(county):
    path = made(county)
    book = openpyxl.load_workbook(path)
    for name in ("日记录 2026-04", "活动记录 2026-04", "月打分 2026-04"):
        type_in(book[name], [])
    book.save(path)
    found = [p.place.sheet for p in process.process(county, QUARTER).problems if p.code == "W104"]
    assert found == ["日记录 2026-04"]


@office.needs_office
def test_sums_in_the_workbook_are_the_programs(county, tmp_path):
    """Diaries and activities at random, over the caps too; LibreOffice computes, and the program reads what it made."""
    path = made(county)
    book, rng = openpyxl.load_workbook(path), random.Random(7)
    roster = {r[0]: r[1] for r in openpyxl.load_workbook(county / "花名册.xlsx")["党员"].iter_rows(5, values_only=True)}
    projects = [
        r[0] for r in openpyxl.load_workbook(county / "考评方案.xlsx")["积分项目"].iter_rows(5, values_only=True)
    ]
    projects = [p for p in projects if p not in (None, "Z07", "J07", "J08", "J09", "P05")]
    for month in QUARTER.months:
        top, columns = heading_row(book[f"月打分 {month}"])
        people = [book[f"月打分 {month}"].cell(n, columns["党员编号"]).value for n in range(top + 1, top + 11)]
        people = [code for code in people if code]
        entries = [entry(rng, month, roster, people, projects) for _ in range(120)]
        type_in(book[f"日记录 {month}"], entries)
        type_in(book[f"活动记录 {month}"], [activity(rng, month, roster, people, projects) for _ in range(12)])
        type_in(book[f"月打分 {month}"], [])
    type_in(book["季汇总 2026Q2"], [])
    book.save(path)
    shutil.copy(office.recalculated(path, tmp_path), path)
    paths, _ = discovery.find(county)
    sources, _ = process.recognise_all(paths, county)
    loaded, _ = load_county.county(sources, QUARTER)
    facts = prefilled.gather(loaded)
    shown = openpyxl.load_workbook(path, data_only=True)
    for month in QUARTER.months:
        sheet = shown[f"月打分 {month}"]
        top, columns = heading_row(sheet)
        for n in range(top + 1, top + 11):
            code = sheet.cell(n, columns["党员编号"]).value
            for dimension in loaded.scheme.dimensions if code else ():
                cell = sheet.cell(n, columns[dimension.name]).value
                assert exact.text(facts.diary.dimension_value(code, month, dimension)) == f"{cell:.2f}", (month, code)
    _, problems = process.judge(loaded)
    assert [
        p for p in problems if p.severity == "error" and p.place.sheet == "季汇总 2026Q2" and p.code != "E201"
    ] == []


def entry(rng: random.Random, month, roster, people: list[str], projects: list[str]) -> dict[str, object]:
    code = rng.choice(people)
    points = rng.choice([None, None, None, 0.5, 1.25])
    day = dt.datetime(2026, month.index, rng.randint(20, 28))  # all are there by then
    what = {"项目编号": rng.choice(projects), "事由": "一件事", "分值": points}
    return {"日期": day, "党员编号": code, "姓名": roster[code], **what}


def activity(rng: random.Random, month, roster, people: list[str], projects: list[str]) -> dict[str, object]:
    """A meeting, of which all but some, or only some, took part; people by code, name or both, parted as clerks do."""
    some = rng.sample(people, rng.randint(1, 4))
    named = rng.choice(["、", "，", ";", " "]).join(rng.choice([c, roster[c]]) for c in some)
    row = {
        "日期": dt.datetime(2026, month.index, rng.randint(20, 28)),
        "项目编号": rng.choice(projects),
        "事由": "开会",
    }
    if rng.random() < 0.5:
        return {**row, "参加": "名单", "人员": named}
    return {**row, "参加": "全体", "缺席": named, "缺席项目": rng.choice([None, "J03"])}

"""异议登记: what became of each objection, in 异议处理, on 总览, in the unit's own workbook, and in the seals."""

import datetime as dt
import json
import shutil
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest
from factories import County, FilledForm
from fakes.archive_county import invoke, manifest

from lianghua_batch.analysis import objections
from lianghua_batch.core import periods
from lianghua_batch.pipeline import process

Q1 = "2026Q1"
OUTPUTS, SEALS = f"输出/{Q1}", "归档"
HEADS = "对象编号 异议内容 提出日期 复核结论 复核日期 经办人"
RAISED, REVIEWED = dt.date(2026, 4, 12), dt.date(2026, 4, 15)
SHEET = "异议处理"
HEADINGS = ("对象编号", "对象", "所属党委/支部", "异议内容", "提出日期", "复核结论", "复核日期", "经办人", "处理结果")


def county_with(*rows: list, points: int = 80) -> County:
    """The first quarter with objections; 001 has as many 审定积分 as `points`."""
    county = County().only(Q1)
    if points != 80:
        row = county.form("季汇总", 支部编号="ZB1").row(党员编号="001")
        row.update(支委会调整=points - 80, 调整原因="补记抢险", 审定积分=points)
    county.forms.append(FilledForm("异议登记.xlsx", "异议登记", HEADS, [list(r) for r in rows], 期间=Q1))
    return county


OF_001 = ["001", "补记的抢险没有计分", RAISED]
OF_ZB1 = ["ZB1", "督查只查了半天", RAISED]
OF_DW1 = ["DW1", "所属支部的得分偏低", RAISED]
OF_004 = ["004", "月积分比邻组低", RAISED, "日记录属实，维持原结果", REVIEWED, "经办人甲"]
FILED = (OF_001, OF_ZB1, OF_004, OF_DW1)
FOUND = ["确有漏记，予以更正", REVIEWED, "经办人甲"]
FIRST_REVIEWED = ([*OF_001, *FOUND], OF_ZB1, OF_004, OF_DW1)
ALL_REVIEWED = (
    [*OF_001, *FOUND],
    [*OF_ZB1, "督查程序合规", REVIEWED, "经办人甲"],
    OF_004,
    [*OF_DW1, "算法无误", REVIEWED],
)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = county_with(*FILED).write(tmp_path_factory.mktemp("objections") / "data")
    invoke("run", folder, "--period", Q1)
    return folder


@pytest.fixture(scope="module")
def sealed(published, tmp_path_factory):
    """The same, sealed; and what was said of it."""
    folder = shutil.copytree(published, tmp_path_factory.mktemp("sealed") / "data")
    said = invoke("archive", "seal", folder, "--period", Q1, "--by", "经办人甲", "--date", "2026-04-20").output
    return folder, said


@pytest.fixture(scope="module")
def amended(sealed, tmp_path_factory):
    """Sealed, then 001's points corrected."""
    folder = shutil.copytree(sealed[0], tmp_path_factory.mktemp("amended") / "data")
    county_with(*FIRST_REVIEWED, points=83).write(folder)
    said = invoke("run", folder, "--period", Q1, "--amend", "001 补记抢险", "--by", "经办人乙").output
    return folder, said


@pytest.fixture(scope="module")
def twice_amended(amended, tmp_path_factory):
    """The rest looked into, without any change of a score."""
    folder = shutil.copytree(amended[0], tmp_path_factory.mktemp("twice") / "data")
    county_with(*ALL_REVIEWED, points=83).write(folder)
    said = invoke("run", folder, "--period", Q1, "--amend", "登记复核结论", "--by", "经办人乙").output
    return folder, said


def opened(path: Path) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(path)


def ranking(folder: Path) -> openpyxl.Workbook:
    return opened(folder / OUTPUTS / f"考评排名_{Q1}.xlsx")


def unit_book(folder: Path, unit: str) -> Path:
    (path,) = (folder / OUTPUTS / "各单位").glob(f"{unit}_*.xlsx")
    return path


def told(book: openpyxl.Workbook) -> list[tuple]:
    """The rows of 异议处理 under its headings, dates as they are read."""
    rows = [row for row in book[SHEET].iter_rows(values_only=True) if row[3] is not None]
    at = rows.index(HEADINGS)
    return [tuple(v.date().isoformat() if isinstance(v, dt.datetime) else v for v in row) for row in rows[at + 1 :]]


def what_became(folder: Path) -> list[tuple]:
    """(对象, 处理结果) of each row."""
    return [(row[0], row[-1]) for row in told(ranking(folder))]


# --- 异议处理 ---------------------------------------------------------------------------------------------------------


def test_every_objection_stands_with_its_conclusion_and_what_became_of_it(published):
    assert told(ranking(published)) == [
        ("001", "甲一", "财政第一支部", "补记的抢险没有计分", "2026-04-12", None, "—", None, "未复核"),
        ("ZB1", "财政第一支部", "财政局机关党委", "督查只查了半天", "2026-04-12", None, "—", None, "未复核"),
        (
            *("004", "乙一", "财政第二支部", "月积分比邻组低", "2026-04-12"),
            *("日记录属实，维持原结果", "2026-04-15", "经办人甲", "已复核"),
        ),
        ("DW1", "财政局机关党委", None, "所属支部的得分偏低", "2026-04-12", None, "—", None, "未复核"),
    ]


def test_the_cover_lists_the_sheet_and_the_overview_leads_to_it(published):
    book = ranking(published)
    assert "对结果的异议和处理" in [c.value for row in book["封面"].iter_rows() for c in row]
    line = next(r for r in book["总览"].iter_rows() if r[0].value == "3 件异议还没有复核结论，请及时复核。")
    assert [c.value for c in line if c.value is not None][1:] == ["→ 异议处理"]


def test_without_objections_of_the_period_there_is_no_such_sheet(tmp_path):
    county = County().only("2026H1")
    county.forms.append(FilledForm("异议登记.xlsx", "异议登记", HEADS, [OF_ZB1], 期间="2026Q2"))
    invoke("run", county.write(tmp_path / "data"), "--period", Q1)
    assert SHEET not in ranking(tmp_path / "data").sheetnames
    for path in (tmp_path / "data" / OUTPUTS / "各单位").iterdir():
        assert SHEET not in opened(path).sheetnames


# --- each unit's own -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("unit", "own"), [("ZB1", [OF_001, OF_ZB1]), ("ZB2", [OF_004]), ("DW1", [OF_DW1])])
def test_a_unit_is_told_of_its_own_and_its_members_objections_only(published, unit, own):
    path = unit_book(published, unit)
    assert [row[3] for row in told(opened(path))] == [text for _, text, *_ in own]
    with zipfile.ZipFile(path) as archive:
        whole = "\n".join(archive.read(name).decode("utf-8") for name in archive.namelist())
    for _, text, *_ in FILED:
        assert (text in whole) == (text in [row[1] for row in own])


def test_the_page_of_a_unit_leads_to_its_objections(published):
    page = opened(unit_book(published, "ZB1"))["成绩单"]
    (cell,) = (c for row in page.iter_rows() for c in row if c.value == SHEET)
    assert cell.hyperlink.location == f"'{SHEET}'!A1"


def test_nobody_else_is_told(published):
    for text in (text for _, text, *_ in FILED):
        with zipfile.ZipFile(published / OUTPUTS / f"公示_{Q1}.xlsx") as archive:
            assert not any(text in archive.read(name).decode("utf-8") for name in archive.namelist())


# --- in the seals --------------------------------------------------------------------------------------------------


def test_sealing_points_out_what_nobody_has_looked_into(sealed):
    folder, said = sealed
    assert said.splitlines()[-1] == ("注意：有 3 件异议还没有复核结论。复核后确需更正的，请用 run --amend 原因。")
    states = [(row["subject"], row["state"]) for row in manifest(folder / SEALS / "2026Q1.zip").objections]
    assert states == [("001", "open"), ("ZB1", "open"), ("004", "concluded"), ("DW1", "open")]


def test_an_amendment_is_linked_to_what_was_concluded_with_it(amended):
    folder, said = amended
    assert "注意：有 2 件异议还没有复核结论。复核后确需更正的，请用 run --amend 原因。" in said.splitlines()
    assert what_became(folder) == [
        ("001", "第 1 次更正：80.00 → 83.00（+3.00）　名次 1"),
        ("ZB1", "未复核"),
        ("004", "已复核"),
        ("DW1", "未复核"),
    ]
    first, *_ = manifest(folder / SEALS / "2026Q1_更正1.zip").objections
    assert first == {
        "subject": "001",
        "name": "甲一",
        "objection": "补记的抢险没有计分",
        "raised": "2026-04-12",
        "conclusion": "确有漏记，予以更正",
        "reviewed": "2026-04-15",
        "handler": "经办人甲",
        "place": "异议登记.xlsx 异议登记 A4",
        "state": "amended",
        "amendment": 1,
        "moved": "80.00 → 83.00（+3.00）　名次 1",
    }


def test_the_branch_reads_of_the_amendment_in_its_own_workbook(amended):
    rows = told(opened(unit_book(amended[0], "ZB1")))
    assert [(row[0], row[-1]) for row in rows] == [
        ("001", "第 1 次更正：80.00 → 83.00（+3.00）　名次 1"),
        ("ZB1", "未复核"),
    ]


def test_what_an_amendment_settled_stays_linked_to_it(twice_amended):
    folder, said = twice_amended
    assert "没有复核结论" not in said
    assert what_became(folder) == [
        ("001", "第 1 次更正：80.00 → 83.00（+3.00）　名次 1"),
        ("ZB1", "已复核"),
        ("004", "已复核"),
        ("DW1", "已复核"),
    ]
    assert "没有复核结论" not in json.dumps([c.value for r in ranking(folder)["总览"].iter_rows() for c in r])


def test_a_copy_elsewhere_says_the_same(amended, tmp_path):
    """`run --out` of a sealed period knows of its amendments."""
    folder, _ = amended
    invoke("run", folder, "--period", Q1, "--out", tmp_path / "副本")
    for path in sorted(p for p in (folder / OUTPUTS).rglob("*") if p.is_file()):
        assert (tmp_path / "副本" / path.relative_to(folder / OUTPUTS)).read_bytes() == path.read_bytes()


def test_a_seal_gives_back_what_it_tells(amended):
    """The rows of 异议登记 with what the seal in force knows of them are its own rows."""
    folder, _ = amended
    rows = manifest(folder / SEALS / "2026Q1_更正1.zip").objections
    county = process.process(folder, periods.parse(Q1)).county
    assert tuple(each.as_json() for each in objections.linked(county, rows)) == rows


# --- rows that are not whole -----------------------------------------------------------------------------------------


def test_a_draft_tells_what_is_filled_of_rows_with_errors(tmp_path):
    """Of an unknown subject, or one who joins later, there is no branch to tell; a row without a subject or a text is not told."""
    rows = (
        ["ZB9", "不知是谁的", RAISED],
        ["007", "下月才来", RAISED],
        [None, "没有对象", RAISED],
        ["ZB1", None, RAISED],
    )
    county = county_with(*rows)
    county.form("花名册", "党员编号").add(
        党员编号="007",
        姓名="丙一",
        支部编号="ZB1",
        党小组="第一党小组",
        党员类别="正式",
        积分管理="是",
        转入日期=dt.date(2026, 5, 1),
    )
    invoke("run", county.write(tmp_path), "--period", Q1, "--partial")
    assert told(opened(tmp_path / OUTPUTS / f"草稿/考评排名_{Q1}_草稿.xlsx")) == [
        ("ZB9", None, None, "不知是谁的", "2026-04-12", None, "—", None, "未复核"),
        ("007", "丙一", None, "下月才来", "2026-04-12", None, "—", None, "未复核"),
    ]

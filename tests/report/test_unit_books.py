"""各单位/: every unit's own workbook; it says what the unit got, and nothing of anybody else's members."""

import json
import re
import shutil
import warnings
import zipfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from factories import County, sample_outcome
from helpers import files_in

from lianghua_batch.cli.app import root
from lianghua_batch.core import file_names, periods, worker_pool
from lianghua_batch.core.worker_pool import Task, WorkerPool
from lianghua_batch.pipeline import process
from lianghua_batch.report import publishing
from lianghua_batch.report.unit_book import build, peer_group, write
from lianghua_batch.report.view import View
from lianghua_batch.report.writer import workbook
from lianghua_batch.scoring import results

PERIODS = ("2026", "2026Q1")


class Published:
    """What `run` leaves for one period of the sample county."""

    def __init__(self, period: str, out: Path) -> None:
        outcome = sample_outcome(period)
        self.results, self.out = outcome.results, out
        self.paths = publishing.publish(outcome.results, outcome.problems, out)
        self.json = results.as_json(outcome.results)
        self.units = {s.unit.id: s for s in (*self.results.committees, *self.results.branches)}

        self._books: dict[str, openpyxl.Workbook] = {}

    def path(self, unit: str) -> Path:
        (path,) = (self.out / "各单位").glob(f"{unit}_*.xlsx")
        return path

    def book(self, unit: str) -> openpyxl.Workbook:
        """A unit's workbook; openpyxl knows no bars behind numbers and says so."""
        if unit not in self._books:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                self._books[unit] = openpyxl.load_workbook(self.path(unit))
        return self._books[unit]

    def xml(self, unit: str, *, without: str | None = None) -> str:
        """All that is in the parts of a unit's workbook; `without` leaves out the texts of one of its sheets."""
        with zipfile.ZipFile(self.path(unit)) as archive:
            whole = "\n".join(archive.read(name).decode("utf-8") for name in archive.namelist())
        for cell in everything(self.book(unit)[without]) if without else ():
            whole = whole.replace(f"<t>{cell}</t>", "")
        return whole

    def row(self, unit: str) -> dict:
        return next(u for kind in ("branches", "committees") for u in self.json[kind] if u["id"] == unit)


@pytest.fixture(scope="module", params=PERIODS)
def published(request, tmp_path_factory):
    return Published(request.param, tmp_path_factory.mktemp(request.param))


def everything(sheet) -> list:
    return [cell.value for cells in sheet.iter_rows() for cell in cells if cell.value is not None]


def after(sheet, text: str) -> list:
    """The filled cells of the row that begins with a text."""
    for cells in sheet.iter_rows(values_only=True):
        filled = [c for c in cells if c is not None]
        if len(filled) > 1 and filled[0] == text and not isinstance(filled[1], str):
            return filled[1:]
    raise AssertionError(f"no row {text}")


# --- who has one, and what it holds --------------------------------------------------------------------------------


def test_every_ranked_unit_has_one_workbook(published):
    period = published.json["period"]
    names = [path.name for path in sorted((published.out / "各单位").iterdir())]
    assert names == sorted(f"{u}_{s.unit.name}_考评结果_{period}.xlsx" for u, s in published.units.items())
    assert set(published.paths) == {p for p in published.out.rglob("*") if p.is_file()}


SHEETS = {
    ("branch", "2026"): ["成绩单", "得分说明", "党员积分", "加减分明细", "整改台账", "问题清单", "提示"],
    ("branch", "2026Q1"): ["成绩单", "得分说明", "党员积分", "问题清单", "提示"],
    ("committee", "2026"): [
        "成绩单",
        "得分说明",
        "支部排名",
        "支部得分构成",
        "加减分明细",
        "整改台账",
        "问题清单",
        "提示",
    ],
    ("committee", "2026Q1"): ["成绩单", "得分说明", "支部排名", "支部得分构成", "问题清单", "提示"],
}
# Of whom, or of whose members, there are objections.
OBJECTED = {"2026": ["ZB001", "ZB006"]}


def test_the_sheets_of_a_branch_and_of_a_committee(published):
    for unit, standing in published.units.items():
        expected = list(SHEETS[standing.unit.level, published.json["period"]])
        if unit in OBJECTED.get(published.json["period"], ()):
            expected.insert(-1, "异议处理")
        assert published.book(unit).sheetnames == expected


def test_the_page_shows_the_numbers_of_results_json(published):
    labels = {"total": "总分", "annual": "年度考核分", "inspection": "督查均分", "year_end": "年末考核分"}
    if published.json["period"] != "2026":
        labels = {"total": "季度得分", "member_mean": "党员积分均分", "inspection": "督查得分"}
    for unit in published.units:
        page, row = published.book(unit)["成绩单"], published.row(unit)
        for name, label in labels.items():
            if row.get(name) is not None:
                assert f"{after(page, label)[0]:.2f}" == row[name]
        texts = everything(page)
        assert row["grade"] in texts
        assert [t for t in texts if re.fullmatch(rf"(并列)?第 {row['rank']} 名", str(t))]


def test_the_page_says_the_place_among_how_many(published):
    branches = defaultdict(list)
    for branch in published.json["branches"]:
        branches[branch["committee"]].append(branch)
    for branch in published.json["branches"]:
        texts = everything(published.book(branch["id"])["成绩单"])
        cohort = len(branches[branch["committee"]])
        label = "党委内名次" if branch["committee"] else "直属支部中名次"
        assert f"{label}（共 {cohort} 个）" in texts
        assert f"全县支部名次（共 {len(published.json['branches'])} 个）" in texts


def test_the_explanation_knows_the_whole_county(published):
    """What it says of the place is of all units, although the book holds one."""
    for branch in published.json["branches"]:
        text = "".join(map(str, everything(published.book(branch["id"])["得分说明"])[:3]))
        assert f"第 {branch['rank_county']} 名（共 {len(published.json['branches'])} 个）" in text


def test_a_branch_lists_its_members_with_their_scores(published):
    for branch in published.json["branches"]:
        sheet = published.book(branch["id"])["党员积分"]
        listed = [row[1] for row in sheet.iter_rows(values_only=True) if row[0] == branch["id"]]
        own = [m["id"] for m in published.json["members"] if m["branch"] == branch["id"]]
        assert set(own) <= set(listed)
        members = published.results.county.roster.members
        assert all(any(r.branch == branch["id"] for r in members[m]) for m in listed)


def test_the_first_page_leads_to_every_other(published):
    for unit in published.units:
        book = published.book(unit)
        links = {c.value: c.hyperlink.location for cells in book["成绩单"] for c in cells if c.hyperlink}
        assert links == {name: f"'{name}'!A1" for name in book.sheetnames[1:]}


def test_the_first_page_is_one_upright_page(published):
    for unit in published.units:
        page = published.book(unit)["成绩单"]
        assert (page.page_setup.orientation, page.page_setup.paperSize) == ("portrait", 9)
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (None, None)  # which is one page each way


# --- what must not be in it ----------------------------------------------------------------------------------------


def test_nobody_elses_members_are_anywhere_in_a_workbook(published):
    """Of a committee not even its own branches' members, but for who is responsible for a 整改."""
    members = published.results.county.roster.members
    for unit, standing in published.units.items():
        year_of_committee = standing.unit.level == "committee" and published.json["period"] == "2026"
        whole = published.xml(unit, without="整改台账" if year_of_committee else None)
        for code, rows in members.items():
            if not any(r.branch == unit for r in rows):
                assert code not in whole
                assert not any(f">{r.name}<" in whole or f">{r.name}（" in whole for r in rows)


def test_no_branch_sees_another_branchs_numbers(published):
    """Other units stand in its workbook as who inspected it, and nowhere else."""
    inspectors = {r["inspector"] for r in published.results.county.tables["inspection"].records()}
    for unit, standing in published.units.items():
        if standing.unit.level == "branch":
            whole = published.xml(unit)
            for other, its in published.units.items():
                if other not in (unit, standing.cohort):
                    assert other not in whole
                    assert its.unit.name not in whole or its.unit.name in inspectors


def test_no_single_supervisors_mark_is_told(published):
    supervisors = {r["supervisor"] for r in published.results.county.tables["supervisor_score"].records()}
    assert supervisors or published.json["period"] != "2026"
    for unit in published.units:
        whole = published.xml(unit)
        assert not [name for name in supervisors if f">{name}<" in whole]


# --- compared with whom --------------------------------------------------------------------------------------------


def test_a_cohort_so_small_that_a_mean_would_tell_is_compared_with_the_county(published):
    if published.json["period"] == "2026":
        texts = everything(published.book("ZB004")["成绩单"])
        assert (
            "本单位同组只有 2 个支部，同组均分会显示别的单位的各项得分，所以与全县 5 个支部比较（含本单位）。" in texts
        )
    texts = everything(published.book("DW01")["成绩单"])
    assert "一起排名的只有 2 个党委，均分会显示另一个单位的各项得分，所以不列均分；各单位的总得分见公示。" in texts
    assert "均分" not in texts


@pytest.mark.parametrize(
    ("units", "kind", "mean", "best"),
    [(1, None, None, None), (2, None, None, True), (3, "cohort", True, True), (4, "cohort", True, True)],
)
def test_from_how_many_units_on_a_total_is_compared(published, units, kind, mean, best):
    among, found = compared(published, units, "total")
    assert among.kind == kind
    assert ((found.mean is not None) or None, (found.best is not None) or None) == (mean, best)


@pytest.mark.parametrize(("units", "mean", "best"), [(3, True, False), (4, True, True)])
def test_the_best_component_needs_one_more_than_the_mean(published, units, mean, best):
    """Of three, the own, the mean and the highest would give away both others."""
    _, found = compared(published, units, "inspection")
    assert (found.mean is not None, found.best is not None) == (mean, best)


def test_committees_are_all_the_countys_committees(published):
    model = published.results.committees[0]
    committees = tuple(
        replace(model, scores=replace(model.scores, unit=replace(model.unit, id=f"DW{n}"))) for n in range(3)
    )
    view = View(replace(published.results, committees=committees), ())
    assert peer_group.group(view, committees[0]).kind == peer_group.COUNTY


def compared(published, units: int, name: str):
    """One branch's number compared in a county of so many branches of one cohort."""
    model = published.results.branches[0]
    branches = tuple(
        replace(model, scores=replace(model.scores, unit=replace(model.unit, id=f"ZB{n}", parent="DW01")))
        for n in range(units)
    )
    view = View(replace(published.results, branches=branches), ())
    among = peer_group.group(view, branches[0])
    return among, peer_group.peer_figures(view, among, branches[0], name)


# --- names of files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("ZB1_财政局/国库科支部", "ZB1_财政局_国库科支部.xlsx"),
        ('ZB1_"先锋"支部?*<>|', "ZB1__先锋_支部_____.xlsx"),
        ("ZB1_支部. .", "ZB1_支部.xlsx"),
        ("con.1_支部", "_con.1_支部.xlsx"),
        ("ZB1_" + "长" * 200, "ZB1_" + "长" * 63 + ".xlsx"),
    ],
)
def test_names_that_windows_takes(stem, name):
    assert file_names.safe(stem, ".xlsx") == name
    assert len(name.encode()) <= 200


def test_two_units_never_share_a_file():
    stems = ["ZB/1_支部", "ZB_1_支部", "zb_1_支部", "ZB2_支部"]
    assert file_names.distinct(stems, "_2026.xlsx") == [
        "ZB_1_支部_2026.xlsx",
        "ZB_1_支部_2_2026.xlsx",
        "zb_1_支部_3_2026.xlsx",
        "ZB2_支部_2026.xlsx",
    ]


# --- publishing ----------------------------------------------------------------------------------------------------


def run(*arguments):
    return CliRunner().invoke(root, ["run", *map(str, arguments)])


def test_the_command_says_how_many_workbooks_and_lists_all_of_them_as_json(tmp_path):
    folder = County().only("2026Q1").write(tmp_path)
    out = tmp_path / "输出/2026Q1"
    assert run(folder).stdout.splitlines()[1:] == [
        "2026Q1：党委 1 个、支部 2 个、党员 6 名已排名。",
        "  党委：良好 1。",
        "  支部：良好 2。",
        f"已写出 {out}/考评排名_2026Q1.xlsx",
        f"已写出 {out}/results.json",
        f"已写出 {out}/计分依据.json",
        f"已写出 {out}/公示_2026Q1.xlsx",
        f"已写出 {out}/各单位：3 个工作簿",
    ]
    files = json.loads(run(folder, "--format", "json").stdout)["files"]
    assert set(files) == {str(p) for p in out.rglob("*") if p.is_file()}


def test_workbooks_of_units_that_are_gone_go(tmp_path):
    county = County().only("2026Q1")
    out = tmp_path / "输出/2026Q1"
    assert run(county.write(tmp_path)).exit_code == 0
    (out / "各单位/ZB9_已撤销支部_考评结果_2026Q1.xlsx").write_bytes(b"old")
    kept = ("书记的批注.txt", "各单位/ZB1_财政第一支部_说明.xlsx", "各单位/ZB1_财政第一支部_考评结果_2025Q4.xlsx")
    for name in kept:
        (out / name).write_bytes(b"kept")
    assert run(tmp_path).exit_code == 0
    written = sorted(p.name for p in (out / "各单位").glob("*_考评结果_2026Q1.xlsx"))
    assert [name.split("_")[0] for name in written] == ["DW1", "ZB1", "ZB2"]
    assert all((out / name).read_bytes() == b"kept" for name in kept)


def test_a_draft_has_none(tmp_path):
    folder = County().only("2026Q1").write(tmp_path)
    assert run(folder, "--partial", "ZB1=换届").exit_code == 0
    written = sorted(p.name for p in (folder / "输出/2026Q1/草稿").rglob("*"))
    assert written == ["results.json", "考评排名_2026Q1_草稿.xlsx"]


def test_results_of_the_program_are_no_forms_wherever_they_lie(published, tmp_path):
    folder = County().only("2026Q1").write(tmp_path)
    for path in published.out.rglob("*.xlsx"):
        shutil.copy(path, folder / path.name)
    outcome = process.process(folder, periods.parse("2026Q1"))
    own = [p for p in outcome.problems if p.code == "W110"]
    assert len(own) == len(list(published.out.rglob("*.xlsx")))
    assert outcome.results is not None


# --- several at a time ---------------------------------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch):
    """So few workbooks that it does not pay are written by workers all the same."""
    monkeypatch.setattr(write, "_FEW", 2)


def books_of(published) -> list:
    contents_of = [b.content() for b in build.unit_books(published.results, ())[:4]]
    return [(f"各单位/{n}.xlsx", lambda c=c: c) for n, c in enumerate(contents_of)]


def test_many_workbooks_are_written_by_workers_with_equal_bytes(published, tmp_path, few, monkeypatch):
    books = books_of(published)
    write.write_books(tmp_path / "together", books)
    monkeypatch.setattr(worker_pool, "cores", lambda: 1)
    write.write_books(tmp_path / "alone", books)
    assert files_in(tmp_path / "together") == files_in(tmp_path / "alone")
    assert len(files_in(tmp_path / "alone")) == 4


def test_a_worker_that_cannot_write_is_told_like_this_process(published, tmp_path, few):
    """A folder stands where a workbook should be."""
    (tmp_path / "各单位/1.xlsx").mkdir(parents=True)
    with pytest.raises((IsADirectoryError, PermissionError)) as failure:
        write.write_books(tmp_path, books_of(published))
    assert failure.value.filename == str(tmp_path / "各单位/1.xlsx")


def test_an_error_of_the_programs_own_is_not_swallowed(tmp_path, few):
    wrong = [(f"{n}.xlsx", lambda: ("no sheets", None)) for n in range(4)]
    with pytest.raises(write.UnitBookFailed, match="Traceback"):
        write.write_books(tmp_path, wrong)


def test_a_workbook_whose_worker_died_is_written_here(published, tmp_path, few, monkeypatch):
    monkeypatch.setattr(write, "_WRITE_TASK", Task("fakes.dying", "write"))
    write.write_books(tmp_path, books_of(published))
    assert len(files_in(tmp_path)) == 4


def test_workers_answer_in_order_and_go_on_after_a_fault():
    workers = WorkerPool(Task("json", "loads"))
    try:
        answers = list(workers.answers([("1",), ("[",), ("2",)]))
    finally:
        workers.stop()
    assert (answers[0], answers[1].name, answers[2]) == (1, "JSONDecodeError", 2)


def test_writing_one_workbook_needs_no_workers(published, tmp_path):
    (unit, *_) = build.unit_books(published.results, ())
    workbook.write(tmp_path / "one.xlsx", *unit.content())
    assert (tmp_path / "one.xlsx").read_bytes() == published.path(unit.result.unit.id).read_bytes()


def test_a_unit_whose_own_numbers_stay_gets_the_same_workbook(tmp_path):
    """Another unit's change neither rewrites nor re-mails it; the check code is that of its own content."""
    county = County()
    before = {p.name: p.read_bytes() for p in books_published(county, tmp_path / "a")}
    county.form("年评议", 支部编号="ZB2").rows[0]["备注"] = None
    inspection = county.form("督查打分", 期间="2026Q4")
    inspection.row(组织编号="ZB2")["存在问题"] = "记录不全"
    after = {p.name: p.read_bytes() for p in books_published(county, tmp_path / "b")}
    same = {name for name in before if before[name] == after[name]}
    assert {name[:3] for name in before.keys() - same} <= {"DW1", "ZB2"}
    assert "ZB1" in {name[:3] for name in same}


def books_published(county, folder):
    found = CliRunner().invoke(root, ["run", str(county.write(folder)), "--period", "2026"])
    assert found.exit_code == 0, found.output
    return (folder / "输出/2026/各单位").iterdir()

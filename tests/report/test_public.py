"""公示: what is hung up for everybody to see, and that nothing else is in the file."""

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from factories import County, sample_outcome

from lianghua_batch.cli.app import root
from lianghua_batch.report import public_notice
from lianghua_batch.report.writer import workbook
from lianghua_batch.scoring import results

MONITORING = "季度排名为监测，用于掌握进度、查找不足，不作为年度等次；年度等次以年度考评为准。"


def members_by_page(book) -> Iterator[tuple[str, str, float]]:
    """Of each member on 党员积分 the title of the page, the name and the score."""
    title = ""
    for name, score in book["党员积分"].iter_rows(values_only=True):
        if isinstance(score, int | float):
            yield title, name, score
        elif str(name).endswith("党员积分公示"):
            title = name


class Announced:
    """公示 of one period of the sample county."""

    def __init__(self, period: str, folder: Path, *, mask_names: bool) -> None:
        self.results = sample_outcome(period).results
        self.json = results.as_json(self.results)
        self.path = folder / "公示.xlsx"
        workbook.write(
            self.path, public_notice.build(self.results, mask_names=mask_names), public_notice.properties(self.results)
        )
        self.book = openpyxl.load_workbook(self.path)

    def rows(self, sheet: str) -> list[list]:
        """The rows that end in a filled cell: those of the table, its headings first."""
        return [list(row) for row in self.book[sheet].iter_rows(values_only=True) if None not in row]

    def xml(self) -> str:
        with zipfile.ZipFile(self.path) as archive:
            return "\n".join(archive.read(name).decode("utf-8") for name in archive.namelist())


@pytest.fixture(scope="module", params=["2026", "2026Q1"])
def announced(request, tmp_path_factory):
    return Announced(request.param, tmp_path_factory.mktemp("公示"), mask_names=False)


@pytest.fixture(scope="module")
def masked(tmp_path_factory):
    return Announced("2026", tmp_path_factory.mktemp("公示"), mask_names=True)


def test_the_headings(announced):
    year = announced.json["period"] == "2026"
    score, grade = ("得分", "等次") if year else ("季度得分", "监测等次")
    assert announced.book.sheetnames == ["党委排名", "支部排名", "党员积分"]
    assert announced.rows("党委排名")[0] == ["名次", "党委", score, grade]
    assert announced.rows("支部排名")[0] == ["名次", "支部", score, grade]
    assert announced.rows("党员积分")[0] == ["姓名", "年度综合分" if year else "审定积分"]


def test_units_with_their_ranks_scores_and_grades(announced):
    for sheet, kind in (("党委排名", "committees"), ("支部排名", "branches")):
        shown = {(rank, name, f"{total:.2f}", grade) for rank, name, total, grade in announced.rows(sheet)[1:]}
        assert shown == {(u["rank"], u["name"], u["total"], u["grade"]) for u in announced.json[kind]}


def test_members_by_branch_and_rank_with_their_scores(announced):
    year = announced.json["period"] == "2026"
    names = {b["id"]: b["name"] for b in announced.json["branches"]}
    ordered = sorted(announced.json["members"], key=lambda m: (m["branch"], m["rank"], m["id"]))
    label = "2026年度" if year else "2026年第一季度（监测）"
    expected = [
        [f"{names[m['branch']]}\n{label}党员积分公示", m["name"], m["total"] if year else m["points"]] for m in ordered
    ]
    assert [[title, name, f"{score:.2f}"] for title, name, score in members_by_page(announced.book)] == expected


def test_every_page_says_until_when_and_where_to_object(announced):
    branches = len({m["branch"] for m in announced.json["members"]})
    for sheet, pages in (("党委排名", 1), ("支部排名", 1), ("党员积分", branches)):
        texts = [c for row in announced.book[sheet].iter_rows(values_only=True) for c in row if isinstance(c, str)]
        for start in ("公示期：", "对公示内容有异议的", "受理单位：", "公示单位（盖章）："):
            assert sum(t.startswith(start) for t in texts) == pages
    assert len(announced.book["党员积分"].row_breaks.brk) == branches - 1


def test_every_page_can_be_put_up_by_itself(announced):
    """Title, headings and a quarter's note stand on each page, and no number of it among others."""
    quarter = announced.json["period"] == "2026Q1"
    for name in ("党委排名", "支部排名"):
        assert announced.book[name].print_title_rows == ("$1:$3" if quarter else "$1:$2")
    sheet = announced.book["党员积分"]
    for first in [1, *(pause.id + 1 for pause in sheet.row_breaks.brk)]:
        assert sheet.cell(first, 1).value.endswith("党员积分公示")
        if quarter:
            assert sheet.cell(first + 1, 1).value == MONITORING
        assert sheet.cell(first + 1 + quarter, 1).value == "姓名"
    assert {sheet.oddFooter.center.text for sheet in announced.book} == {None}


def test_a_large_branch_goes_on_under_its_own_title():
    outcome = sample_outcome("2026").results
    best = outcome.members[0]
    many = replace(outcome, members=(best,) * 50)
    *_, sheet = public_notice.build(many)
    branch = outcome.county.roster.named(best.member.branch).name
    titles = [sheet.title, *(row for row in sheet.rows if row.new_page)]
    title = f"{branch}\n2026年度党员积分公示"
    assert [row.cells[0].value for row in titles] == [title, f"{title}（续）", f"{title}（续）"]
    objections = [row for row in sheet.rows if str(row.cells[0].value).startswith("对公示内容有异议的")]
    assert len(objections) == 1


def test_it_is_for_upright_pages(announced):
    for sheet in announced.book:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("portrait", 9)


def test_nothing_else_is_in_the_file(announced):
    """No code, party group, reason, remark, nobody who was not scored, no head of a unit, no file."""
    whole = announced.xml()
    county = announced.results.county
    for code, rows in county.roster.members.items():
        assert code not in whole
        for row in rows:
            assert row.party_group not in whole
            assert not row.unmanaged_reason or row.unmanaged_reason not in whole
    scored = {m["name"] for m in announced.json["members"]}
    absent = {rows[-1].name for rows in county.roster.members.values()} - scored
    assert absent
    assert not [name for name in absent if f">{name}<" in whole]
    heads = {rows[-1].details.get("head") for rows in county.roster.units.values()} - {None} - scored
    assert not [name for name in heads if f">{name}<" in whole]
    for unit in county.roster.units:
        assert unit not in whole
    for word in ("备注", "党小组", "负责人", ".xlsx", "免评", "一票否决", "受优秀比例限制"):
        assert word not in whole


def test_the_properties_name_nobody(announced):
    properties = announced.book.properties
    label = {"2026": "2026年度", "2026Q1": "2026年第一季度（监测）"}[announced.json["period"]]
    assert properties.title == f"林西县{label}机关党建“三级量化”考评公示"
    assert (properties.creator, properties.description, properties.lastModifiedBy) == (None, None, None)


def test_a_quarter_says_that_it_is_monitoring(tmp_path):
    book = Announced("2026Q1", tmp_path, mask_names=False).book
    for sheet in book:
        assert sheet["A2"].value == MONITORING


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三", "张＊"), ("张小三", "张＊三"), ("欧阳小三", "欧＊＊三"), ("张", "张"), ("阿依·买买提", "阿＊＊＊＊提")],
)
def test_a_masked_name_keeps_its_first_and_last_character(name, shown):
    assert public_notice.masked(name, "＊") == shown


def test_masked_names_are_masked_everywhere(masked, announced):
    names = [m["name"] for m in masked.json["members"]]
    shown = [name for _, name, _ in members_by_page(masked.book)]
    assert sorted(shown) == sorted(public_notice.masked(name, "＊") for name in names)
    whole = masked.xml()
    assert not [name for name in names if f">{name}<" in whole]
    if announced.json["period"] == "2026":
        for sheet in ("党委排名", "支部排名"):
            assert masked.rows(sheet) == announced.rows(sheet)


def test_the_command_masks_names_in_nothing_else(tmp_path):
    folder = County().only("2026Q1").write(tmp_path)
    out = tmp_path / "输出/2026Q1"
    assert CliRunner().invoke(root, ["run", str(folder)]).exit_code == 0
    before = {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    assert CliRunner().invoke(root, ["run", str(folder), "--mask-names"]).exit_code == 0
    changed = [name for name, content in before.items() if (out / name).read_bytes() != content]
    assert [str(name) for name in changed] == ["公示_2026Q1.xlsx"]
    book = openpyxl.load_workbook(out / "公示_2026Q1.xlsx")
    assert [name for _, name, _ in members_by_page(book)] == ["甲＊"] * 3 + ["乙＊"] * 3

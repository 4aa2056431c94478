"""Names that would command a terminal, break an XML file or become a formula, in every output (docs/security.md)."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from factories import County

from lianghua_batch.cli.app import root
from lianghua_batch.core import plain_text

# As they stand in a workbook's XML: _x001B_ is how Excel writes ESC, _x003D_ an = that begins no formula.
KINDS = (
    "_x003D_cmd|'/C calc'!A0",
    "+cmd|'/C calc'!A0",
    "@SUM(1+1)*cmd|'/C calc'!A0",
    "_x001B_[31m红_x001B_]0;title_x0007_",
    "_x009B_31m红_x0085_行",
    "<t>&\"'</t>]]>",
    "_xFFFE__xFFFF_尾",
    "_xD800_半_x0000_",
    "&[File]&P{0.__class__}\u202e反",
)
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\ufffe\uffff]")


def renamed(county: County, names: dict[str, str]) -> County:
    """The county with names of units and people exchanged wherever they stand."""
    for form in county.forms:
        form.labels = {label: names.get(value, value) for label, value in form.labels.items()}
        for row in form.rows:
            row.update({heading: names.get(value, value) for heading, value in row.items()})
    return county


def hostile(turn: int) -> County:
    """A county whose units and people have names of the nine kinds, beginning with one of them."""
    known = ("财政第一支部", "财政第二支部", "财政局机关党委", "甲一", "甲二", "甲三", "乙一", "乙二", "乙三")
    kinds = KINDS[turn:] + KINDS[:turn]
    return renamed(County(), {name: f"{kind}{n}" for n, (name, kind) in enumerate(zip(known, kinds, strict=True))})


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every part of every workbook under a folder, parsed by a parser that lets nothing pass, and every other file."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.suffix == ".zip":
            continue
        if path.suffix != ".xlsx":
            yield path.name, path.read_text("utf-8")
            continue
        with zipfile.ZipFile(path) as book:
            for part in book.namelist():
                if part.endswith((".xml", ".rels", ".vml")):
                    content = book.read(part)
                    ElementTree.fromstring(content)
                    yield f"{path.name} {part}", content.decode("utf-8")


def invoke(*words: object, code: int = 0) -> str:
    found = CliRunner().invoke(root, [str(word) for word in words], catch_exceptions=False)
    assert found.exit_code == code, found.output
    assert not CONTROLS.search(found.output), found.output
    return found.output


@pytest.mark.slow
@pytest.mark.parametrize("turn", [0, 3, 6])
def test_hostile_names_break_no_output(tmp_path, turn):
    data = hostile(turn).write(tmp_path / "data")
    invoke("run", data, "--period", "2026")
    invoke("run", data, "--period", "2026Q1")
    invoke("check", data, "--period", "2026", "--report")
    invoke("status", data, "--period", "2026")
    invoke("explain", data, "ZB1", "--period", "2026")
    invoke("explain", data, "001", "--period", "2026", "--format", "json")
    invoke("archive", "seal", data, "--period", "2026Q1")
    invoke("archive", "verify", data)
    invoke("archive", "list", data)
    invoke("mail", data, "--period", "2026", code=1)
    for name, content in texts(data / "输出"):
        assert not CONTROLS.search(content), name
    sheet = next(data.rglob("*归档单.xlsx"))
    assert not any(CONTROLS.search(content) for name, content in texts(sheet.parent))


@pytest.mark.slow
def test_hostile_values_break_no_marked_copy(tmp_path):
    county = County()
    form = county.form("月打分", 支部编号="ZB1", 期间="2026-01")
    form.rows[0]["政治合格"], form.rows[1]["政治合格"], form.rows[2]["政治合格"] = KINDS[0], KINDS[3], KINDS[7]
    data = county.write(tmp_path / "data")
    invoke("check", data, "--period", "2026Q1", "--annotate", code=1)
    written = dict(texts(data / "输出"))
    assert any("月打分" in content or "2026-01" in name for name, content in written.items())
    for name, content in written.items():
        assert not CONTROLS.search(content), name
        assert "<f>cmd" not in content, name


def test_a_file_name_commands_no_terminal_and_begins_no_line(tmp_path):
    data = County().only("2026Q1").write(tmp_path / "data")
    (data / "督查/2026Q1.xlsx").rename(data / "督查/\x1b[2J\x1b]0;x\x07坏\n共检查 0 个文件：没有错误\u202e.xlsx")
    (data / "督查").rename(data / "督\x9b31m查")
    lines = invoke("check", data, "--period", "2026Q2", code=1).splitlines()
    assert not any(line.startswith("共检查 0 个文件") for line in lines)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m红\x1b[0m", "红"),
        ("\x1b]0;标题\x07文", "文"),
        ("\x1b]8;;http://x\x1b\\链接\x1b]8;;\x1b\\", "链接"),
        ("\x9b2J文\x85", "文"),
        ("\x1b]0;没有结束的文", "]0;没有结束的文"),
        ("甲\x00乙\x7f", "甲乙"),
        ("\u202e反\u2066", "反"),
        ("一\t二\n三", "一\t二\n三"),
        ("半\ud800个\uffff", "半个"),
    ],
)
def test_what_is_left_of_a_text_for_a_terminal(text, shown):
    assert plain_text.plain(text) == shown

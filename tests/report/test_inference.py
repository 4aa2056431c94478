"""What can be worked out of all that one reader sees: no single foreign unit's unpublished number (docs/security.md).

The reader knows the public totals, the rules, and every number in the workbooks that he has: a committee its own and its branches'.
Which numbers follow is a question of linear algebra alone, whatever the numbers are.
"""

import json
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import chain
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from lianghua_batch.cli.app import root

LABELS = {
    "考核组": "assessment",
    "监督员": "supervisors",
    "党员群众": "masses",
    "服务对象": "clients",
    "年末考核分": "year_end",
    "督查均分": "inspection",
    "年度考核分": "annual",
    "个性化": "individual",
    "动态化": "dynamic",
    "违纪": "discipline",
    "总分": "total",
    "党员积分均分": "member_mean",
    "督查得分": "inspection",
    "季度得分": "total",
}
Known = dict[
    tuple[str, str], Fraction
]  # coefficients of numbers, each a unit's score, in something that the reader knows


def county(folder: Path, period: str, committees: int, branches: int) -> tuple[dict, Path]:
    for words in (
        [
            "sample",
            folder,
            "--committees",
            committees,
            "--branches",
            branches,
            "--members",
            max(branches * 3, 10),
            "--seed",
            7,
        ],
        ["run", folder, "--period", period],
    ):
        found = CliRunner().invoke(root, [str(word) for word in words], catch_exceptions=False)
        assert found.exit_code == 0, found.output
    out = folder / "输出" / period
    return json.loads((out / "results.json").read_text("utf-8")), out / "各单位"


def read(book: Path) -> tuple[dict[str, dict[str, object]], str]:
    """The table of 成绩单: {score: {得分, 均分, 最高}}, and the remark on whom it compares with."""
    sheet = openpyxl.load_workbook(book)["成绩单"]
    rows = [[cell.value for cell in row if cell.value is not None] for row in sheet.iter_rows()]
    heads = next(n for n, row in enumerate(rows) if row and row[0] == "项目")
    places = {cell.value: cell.column for cell in list(sheet.iter_rows())[heads] if cell.value}
    found: dict[str, dict[str, object]] = {}
    for row in list(sheet.iter_rows())[heads + 1 :]:
        name = LABELS.get(str(row[0].value).removesuffix("分")) or LABELS.get(str(row[0].value))
        if name is None:
            break
        found[name] = {head: row[column - 1].value for head, column in places.items()}
    text = " ".join(str(cell) for row in rows for cell in row)
    return found, text


def rows_of(results: Mapping) -> dict[str, dict]:
    return {row["id"]: row for row in chain(results["committees"], results["branches"])}


def rules(results: Mapping) -> Iterator[Known]:
    """How the scores of every unit hang together, and the public totals."""
    for code, row in rows_of(results).items():
        yield {(code, "total"): Fraction(1)}
        if "year_end" in row and row["year_end"] is not None:
            served = row["clients"] is not None
            shares = {"assessment": 50, "supervisors": 40, "masses": 5 if served else 10} | (
                {"clients": 5} if served else {}
            )
            yield {(code, "year_end"): Fraction(-100)} | {(code, n): Fraction(s) for n, s in shares.items()}
            yield {
                (code, "annual"): Fraction(-100),
                (code, "year_end"): Fraction(80),
                (code, "inspection"): Fraction(20),
            }
            parts = ("annual", "individual", "dynamic", "discipline")
            yield {(code, "total"): Fraction(-1)} | {(code, n): Fraction(1) for n in parts}
        elif row.get("member_mean") is not None and row.get("inspection") is not None:
            yield {(code, "total"): Fraction(-2), (code, "member_mean"): Fraction(1), (code, "inspection"): Fraction(1)}


def told(results: Mapping, unit: str, book: Path) -> Iterator[Known]:
    """What a workbook says: its unit's own numbers, and sums of those of its group."""
    table, text = read(book)
    is_branch = any(row["id"] == unit for row in results["branches"])
    level = results["branches" if is_branch else "committees"]
    own = next(row for row in level if row["id"] == unit)
    near = is_branch and "均分、最高：同组" in text
    group = [row for row in level if not near or row["committee"] == own["committee"]]
    for name, values in table.items():
        yield {(unit, name): Fraction(1)}
        having = [row for row in group if row.get(name) is not None]
        if values.get("均分") not in (None, "—", ""):
            yield {(row["id"], name): Fraction(1) for row in having}


def follow(known: list[Known]) -> set[tuple[str, str]]:
    """The numbers that follow: those whose own row is left when everything known is brought to its simplest form."""
    reduced: list[tuple[tuple[str, str], Known]] = []
    for row in map(dict, known):
        for pivot, other in reduced:
            row = less(row, other, row.get(pivot, Fraction(0)))
        if row:
            pivot = min(row)
            row = {key: value / row[pivot] for key, value in row.items()}
            reduced = [(p, less(o, row, o.get(pivot, Fraction(0)))) for p, o in reduced] + [(pivot, row)]
    return {pivot for pivot, row in reduced if len(row) == 1}


def less(row: Known, other: Known, times: Fraction) -> Known:
    found = {key: row.get(key, Fraction(0)) - times * other.get(key, Fraction(0)) for key in {*row, *other}}
    return {key: value for key, value in found.items() if value}


COUNTIES = [(1, 2), (1, 3), (2, 3), (2, 4), (3, 3), (3, 5), (2, 6), (3, 6)]


@pytest.mark.slow
@pytest.mark.parametrize(("committees", "branches"), COUNTIES)
@pytest.mark.parametrize("period", ["2026", "2026Q1"])
def test_no_foreign_number_follows_from_all_that_a_reader_sees(tmp_path, period, committees, branches):
    results, folder = county(tmp_path / "data", period, committees, branches)
    books = {path.name.partition("_")[0]: path for path in folder.iterdir()}
    readers = {row["id"]: [row["id"]] for row in results["branches"]}
    readers |= {
        row["id"]: [row["id"], *(b["id"] for b in results["branches"] if b["committee"] == row["id"])]
        for row in results["committees"]
    }
    public = follow(list(rules(results)))
    for reader, seen in readers.items():
        known = [*rules(results), *chain.from_iterable(told(results, unit, books[unit]) for unit in seen)]
        foreign = {(unit, name) for unit, name in follow(known) - public if unit not in seen}
        assert foreign == set(), reader


def test_the_arithmetic_of_this_test_finds_what_follows():
    """Three units' sum and two of them give the third."""
    a, b, c = ("A", "x"), ("B", "x"), ("C", "x")
    one = Fraction(1)
    assert follow([{a: one, b: one, c: one}, {a: one}, {b: one}]) == {a, b, c}
    assert follow([{a: one, b: one, c: one}, {a: one}]) == {a}


@pytest.mark.slow
def test_group_figures_of_additions_are_never_shown(tmp_path):
    _, folder = county(tmp_path / "data", "2026", 3, 6)
    for book in folder.iterdir():
        table, _ = read(book)
        assert {"individual", "dynamic", "discipline"} <= table.keys()
        for name in ("individual", "dynamic", "discipline"):
            compared = [value for head, value in table[name].items() if head.startswith(("均分", "最高", "与均分"))]
            assert not any(re.search(r"\d", str(value)) for value in compared)

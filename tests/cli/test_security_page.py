"""docs/security.md: each claim names a test, and the test is there."""

import ast
import re

from factories import ROOT

PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")


def named() -> set[tuple[str, str]]:
    return set(re.findall(r"`(tests/[\w./]+\.py)::(\w+)`", PAGE))


def test_every_test_that_the_page_names_is_there():
    files = {file for file, _ in named()}
    tests = {
        (file, node.name)
        for file in files
        for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert len(files) > 5
    assert named() - tests == set()


def test_every_claim_of_a_table_names_one():
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not re.match(r"\| (拿什么|想)\w* \|", line)]
    assert [row for row in rows if "::test_" not in row] == []


def test_every_attacker_has_what_is_left_to_people():
    sections = PAGE.split("\n## ")[1:]
    assert [section.splitlines()[0] for section in sections if "**靠人**" not in section] == []

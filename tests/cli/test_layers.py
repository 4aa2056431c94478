"""What imports what, what a command loads before it has work, and that no column's name stands in Python."""

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator

import pytest
from factories import ROOT

from lianghua_batch.core.form_definitions import definitions

PACKAGE = ROOT / "lianghua_batch"
HEAVY = ("pandas", "pandera", "numpy", "openpyxl", "xlsxwriter", "python_calamine")


@pytest.mark.skipif(importlib.util.find_spec("importlinter") is None, reason="import-linter is not installed")
def test_imports_point_one_way():
    call = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    found = subprocess.run([sys.executable, "-c", call, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "0 broken" in found.stdout


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_nothing_heavy_is_loaded_to_answer(option):
    script = f"""
import sys
sys.argv = ["lianghua-batch", {option!r}]
from lianghua_batch.cli import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print("LOADED", *[name for name in {HEAVY} if name in sys.modules])
"""
    found = subprocess.run([sys.executable, "-X", "utf8", "-c", script], capture_output=True, encoding="utf-8")
    assert found.returncode == 0, found.stderr
    *answer, loaded = found.stdout.splitlines()
    assert any("lianghua-batch" in line for line in answer)
    assert loaded == "LOADED"


def test_a_command_with_work_does_load_pandas():
    script = "import sys, lianghua_batch.pipeline.process; print('pandas' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert found.stdout.strip() == "True", found.stderr


# --- no heading in Python ------------------------------------------------------------------------------------------


def headings() -> set[str]:
    """Every column's heading, and the other names it may have; of a repeated one what is around the item."""
    found = set()
    for column in (c for form in definitions().values() for sheet in form.sheets for c in sheet.columns):
        found.update((column.label.replace("{item}", ""), *column.aliases))
    return found - {""}


def docstrings(tree: ast.Module) -> set[int]:
    """The nodes of the docstrings."""
    owners = (n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef))
    bodies = (owner.body[0] for owner in owners if owner.body)
    return {id(b.value) for b in bodies if isinstance(b, ast.Expr) and isinstance(b.value, ast.Constant)}


def literals(source: str) -> Iterator[tuple[int, str]]:
    """Every string of a module with its line, those inside f-strings too, docstrings not."""
    tree = ast.parse(source)
    described = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described:
            yield node.lineno, node.value


def names_a_heading(text: str) -> bool:
    """Whether a string is a heading, or a heading of two characters or more stands in it."""
    return text in headings() or any(len(h) > 1 and h in text for h in headings())


@pytest.mark.parametrize("folder", ["scoring", "validation"])
def test_no_heading_stands_in_python(folder):
    files = sorted((PACKAGE / folder).glob("*.py"))
    assert len(files) > 3
    found = [
        f"{file.name}:{line}: {text}"
        for file in files
        for line, text in literals(file.read_text(encoding="utf-8"))
        if names_a_heading(text)
    ]
    assert found == []

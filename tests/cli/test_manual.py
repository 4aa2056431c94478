"""The manual is true: its tables are those of schemas/, its pictures are there, its examples are what sample_data comes to."""

import importlib.util
import re
from fractions import Fraction
from functools import cache

import pytest
from factories import ROOT, sample_outcome

from lianghua_batch.cli.app import root as commands
from lianghua_batch.core import exact, form_definitions, resources
from lianghua_batch.scoring import results

DOCS = ROOT / "docs"
MANUAL = (DOCS / "使用手册.md").read_text(encoding="utf-8")
KILOBYTE = 1024


def maker(name: str = "make_manual"):
    """A script of docs/, which is no part of the package."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def published(period: str) -> dict:
    return results.as_json(sample_outcome(period).results)


def example(number: str) -> str:
    """The text of one worked example."""
    return re.search(rf"\*\*例{number}：.*?(?=\n### |\n---|\*\*例|\Z)", MANUAL, re.DOTALL)[0]


def of(period: str, kind: str, code: str) -> dict:
    return next(r for r in published(period)[kind] if r["id"] == code)


# --- tables --------------------------------------------------------------------------------------------------------


def test_tables_are_what_schemas_say():
    assert maker().refreshed(MANUAL) == MANUAL, "run: python docs/make_manual.py"


def test_a_stale_table_would_be_seen():
    stale = MANUAL.replace("| 常规化权重 | 60 |", "| 常规化权重 | 50 |")
    assert stale != MANUAL
    assert maker().refreshed(stale) == MANUAL


def test_the_reference_of_commands_is_what_help_prints():
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == maker("make_cli").reference(), (
        "run: python docs/make_cli.py"
    )


def test_the_reference_has_every_command():
    reference = (DOCS / "cli.md").read_text(encoding="utf-8")
    archive = [f"archive {name}" for name in commands.commands["archive"].commands]
    headings = {f"## lianghua-batch {name}" for name in (*commands.commands, *archive)}
    assert {"## lianghua-batch", *headings} == set(re.findall(r"^## .*$", reference, re.MULTILINE))


def test_every_form_parameter_and_code_has_its_place():
    made = re.findall(r"<!-- 生成 (\w+)(?: (\w+))? -->", MANUAL)
    assert made == [
        ("表种", ""),
        *(("表", f.name) for f in sorted(form_definitions.definitions().values(), key=lambda f: f.order)),
        ("邮件样例", ""),
        ("邮件", ""),
        ("情况", ""),
        ("读写", ""),
        ("参数", ""),
        ("代码", ""),
    ]
    assert MANUAL.count("<!-- 完 -->") == len(made)
    cells = {line.split(" | ")[0].removeprefix("| ") for line in MANUAL.splitlines() if line.startswith("| ")}
    assert set(resources.load("messages/problems")) <= cells


def test_every_placeholder_has_its_word():
    assert not re.search(r"\{\w+\}", MANUAL)


def test_codes_and_commands_that_the_text_names_exist():
    assert set(re.findall(r"\b[EW]\d{3}\b", MANUAL)) <= set(resources.load("messages/problems"))
    named = set(re.findall(r"lianghua-batch ([a-z]+)", MANUAL))
    assert named == set(commands.commands)


def test_messages_that_the_text_quotes_are_the_programs():
    """A quotation may leave off the end of a message; … or a value stands for each placeholder."""
    quoted = re.findall(r"`([EW]\d{3}) ([^`]+)`", MANUAL)
    assert len(quoted) > 50
    for code, text in quoted:
        parts = re.split(r"(\{\w+\})", resources.load("messages/problems")[code]["message"])
        pieces = [p for part in parts for p in ([".+"] if part.startswith("{") else map(re.escape, part))]
        assert re.fullmatch("(?:".join(pieces) + ")?" * (len(pieces) - 1), text), (code, text)


def test_options_that_the_text_names_exist():
    every = [c for command in commands.commands.values() for c in (command, *getattr(command, "commands", {}).values())]
    known = {name for command in every for p in command.params for name in p.opts}
    pip = {"--no-index", "--find-links", "--require-hashes", "--no-deps"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", MANUAL)) <= known | pip | {"--help", "--version"}


@pytest.mark.parametrize("file", ["使用手册.md", "cli.md", "../README.md"])
def test_links_lead_somewhere(file):
    text = (DOCS / file).read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w-]", "", h.replace(" ", "-")).lower() for h in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings, target
        else:
            assert ((DOCS / file).parent / target).exists(), target


# --- pictures ------------------------------------------------------------------------------------------------------


def test_pictures_are_small_and_all_used():
    images = sorted((DOCS / "images").glob("*.png"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for image in images:
        assert image.stat().st_size < 150 * KILOBYTE, image.name
        assert f"images/{image.name}" in MANUAL + readme, image.name
    assert sum(i.stat().st_size for i in images) < 1500 * KILOBYTE


# --- worked examples -----------------------------------------------------------------------------------------------


def test_the_members_example_is_what_comes_out():
    text, member = example("一"), of("2026", "members", "DY0014")
    numbers = [
        *member["months"].values(),
        *member["quarters"].values(),
        *(member[k] for k in ("points", "review", "total")),
    ]
    assert [n for n in numbers if n not in text] == []
    assert f"**{member['total']}**" in text
    assert f"**{member['grade']}**" in text
    assert f"第 {member['rank']} 名" in text


def test_the_branchs_example_is_what_comes_out():
    text, branch = example("二"), of("2026", "branches", "ZB002")
    for code, score in branch["indicators"].items():
        row = next(line for line in text.splitlines() if line.startswith(f"| {code} "))
        assert row.removesuffix(" |").endswith(score), row
    for key in ("assessment", "supervisors", "masses", "year_end", "inspection", "annual", "total"):
        assert f"**{branch[key]}**" in text, key
    assert [v for v in branch["inspections"].values() if f"| {v} |" not in text] == []
    assert branch["member_mean"] in text
    assert branch["clients"] is None
    assert f"**{branch['grade']}**" in text


def test_the_quarters_example_is_what_comes_out():
    text, branch = example("三"), of("2026Q1", "branches", "ZB002")
    assert f"**{branch['total']}**" in text
    assert branch["member_mean"] in text
    assert branch["inspection"] in text
    assert branch["grade"] in text


def test_every_sum_that_is_written_out_is_right():
    """All sides of a chain of ＝ agree: exactly, or rounded to two places, or cut off where … follows."""
    section = MANUAL[MANUAL.index("## 五、") : MANUAL.index("## 六、")].replace("**", "")
    chains = [(m[0].strip("＝"), section[m.end()]) for m in re.finditer(r"[\d.×÷＋－/%（）＝]+", section)]
    chains = [(chain.split("＝"), following) for chain, following in chains if "＝" in chain]
    assert len(chains) > 20
    for (first, *others), following in chains:
        value = calculated(first)
        for other in others:
            given = calculated(other)
            cut_off = following == "…" and other == others[-1] and given <= value < given + Fraction(1, 1000)
            assert cut_off or given in (value, exact.half_up(value, 2)), (first, other)


def calculated(written: str) -> Fraction:
    """What a sum in the manual comes to: full-width signs, % of a number."""
    signs = str.maketrans("×÷＋－（）", "*/+-()")
    plain = re.sub(r"([\d.]+)%", r"(\1/100)", written).translate(signs)
    assert re.fullmatch(r"[\d.*/+()-]+", plain), written
    return eval(re.sub(r"[\d.]+", r"Fraction('\g<0>')", plain), {"Fraction": Fraction})

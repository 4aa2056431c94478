"""constraints.txt, from which offices install offline: whole, with hashes, and not older than setup.cfg allows."""

import configparser
import re

import pytest
from factories import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PINNED = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)(?: ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def direct() -> list[Requirement]:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return [Requirement(line) for line in config["options"]["install_requires"].split("\n") if line]


def lines() -> list[str]:
    return (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()


def pinned() -> dict[str, set[str]]:
    """The versions of every distribution; one may have several, for several versions of Python."""
    found: dict[str, set[str]] = {}
    for line in lines():
        if match := PINNED.match(line):
            found.setdefault(match["name"], set()).add(match["version"])
    return found


def test_every_line_is_a_version_or_its_hash():
    assert [line for line in lines() if not (PINNED.match(line) or HASH.match(line))] == []


def test_every_version_has_a_hash():
    below = zip(lines(), [*lines()[1:], ""], strict=True)
    assert [line for line, after in below if PINNED.match(line) and not HASH.match(after)] == []


@pytest.mark.parametrize("requirement", direct(), ids=lambda requirement: requirement.name)
def test_what_the_program_imports_is_in_it_within_the_bounds_of_setup_cfg(requirement):
    versions = pinned().get(canonicalize_name(requirement.name), set())
    assert versions, "make constraints.txt anew, as CONTRIBUTING.md says"
    assert all(requirement.specifier.contains(version) for version in versions)


def test_the_command_that_makes_it_is_documented():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "uv pip compile setup.cfg --universal --python-version 3.11 --generate-hashes" in text

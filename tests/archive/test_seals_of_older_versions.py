"""Seals are kept for years: those that an earlier version made must be verified clean by this one, under their own rules."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from lianghua_batch.cli.app import root

OLDER = sorted(Path(__file__).parent.glob("seals_of_*"), key=lambda folder: folder.name)


def test_the_seals_of_an_older_version_are_there():
    assert [folder.name for folder in OLDER] == ["seals_of_0.1"]


@pytest.mark.slow
@pytest.mark.parametrize("older", OLDER, ids=lambda folder: folder.name)
def test_seals_of_an_older_version_verify_clean_under_the_rules_sealed_with_them(older, tmp_path):
    data = shutil.copytree(older, tmp_path / "data")
    answer = CliRunner().invoke(root, ["archive", "verify", str(data), "--format", "json"], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    report = json.loads(answer.output)
    assert (report["findings"], report["notes"]) == ([], [])
    seals = [(seal["file"], seal["tool"], seal["recomputed_under"]) for seal in report["seals"]]
    assert seals == [(name, "0.1.0", "sealed") for name in ("2025Q1.zip", "2025Q1_更正1.zip", "2025.zip")]
    checked = report["checked"]
    assert (checked["links"], checked["recomputed"], checked["numbers"]) == (2, 3, 545)

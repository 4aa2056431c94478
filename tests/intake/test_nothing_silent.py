"""Cells that could slip through unread: none becomes a blank, a note or another number without a word."""

import os

import pytest
from click.testing import CliRunner
from factories import County

from lianghua_batch.cli.app import root


@pytest.fixture
def county():
    return County()


def errors_of(county: County, folder, period: str) -> list[str]:
    return [line for line in county.problems(folder, period) if line.startswith("E")]


def test_a_record_without_its_code_is_not_taken_for_a_note(county, tmp_path):
    county.form("整改台账").rows.append({"问题": "签字不全", "完成时限": "2026-05-01", "状态": "未整改"})
    assert errors_of(county, tmp_path, "2026") == ["E201 年末/整改.xlsx A4：“组织编号”没有填写。请填写“组织编号”。"]


def test_a_second_sheet_of_rules_is_not_merged(county, tmp_path):
    more = county.form("考评方案", "等次").__class__(
        "考评方案2.xlsx", "考评方案", "对象 等次 下限", [["组织", "卓越", 95]], 期间="2026"
    )
    county.forms.append(more)
    told = errors_of(county, tmp_path, "2026Q1")
    assert "E416 考评方案2.xlsx：2026 年的考评方案有两份，另一份在 考评方案.xlsx 等次。请只保留一份。" in told


@pytest.mark.parametrize("written", ["8 5", "8²", "8,5"])
def test_what_is_no_number_is_not_made_one(county, tmp_path, written):
    county.form("督查打分", 期间="2026Q1").row(组织编号="ZB1")["得分"] = written
    assert errors_of(county, tmp_path, "2026Q1") == [
        "E202 督查/2026Q1.xlsx D4：“得分”应为数字。请填写阿拉伯数字，不带文字。"
    ]


def test_a_heading_that_is_an_error_is_named(county, tmp_path):
    form = county.form("季汇总", 支部编号="ZB1", 期间="2026Q1")
    form.headings[form.headings.index("支委会调整")] = "#N/A"
    assert errors_of(county, tmp_path, "2026Q1") == [
        "E210 ZB1/2026Q1.xlsx G3：单元格是错误值。请改正公式或直接填写数值。"
    ]


def test_outputs_are_replaced_all_or_none(county, tmp_path):
    data, out = county.write(tmp_path / "data"), tmp_path / "out"
    call = ["run", str(data), "--period", "2026Q1", "--out", str(out)]
    assert CliRunner().invoke(root, call).exit_code == 0
    before = (out / "考评排名_2026Q1.xlsx").read_bytes()
    os.remove(out / "results.json")
    (out / "results.json").mkdir()
    (out / "results.json" / "kept.txt").write_text("占用", encoding="utf-8")
    again = CliRunner().invoke(root, call)
    assert isinstance(again.exception, IsADirectoryError)
    assert again.exception.filename == str(out / "results.json")
    assert (out / "考评排名_2026Q1.xlsx").read_bytes() == before
    assert sorted(p.name for p in out.iterdir()) == [
        "results.json",
        "公示_2026Q1.xlsx",
        "各单位",
        "考评排名_2026Q1.xlsx",
        "计分依据.json",
    ]
    assert (out / "results.json" / "kept.txt").read_text(encoding="utf-8") == "占用"

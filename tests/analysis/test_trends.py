"""How units moved within a year: each quarter of it is what a run for that quarter gives, and what is missing is a gap."""

from dataclasses import replace

import pytest
from factories import SAMPLE, County, sample_outcome

from lianghua_batch.analysis import quarter_trends
from lianghua_batch.core import periods
from lianghua_batch.pipeline import process
from lianghua_batch.scoring import results

QUARTERS = periods.year(2026).quarters


@pytest.fixture(scope="module")
def year():
    return sample_outcome("2026").results


@pytest.mark.slow
@pytest.mark.parametrize("quarter", QUARTERS, ids=str)
def test_a_quarter_of_the_year_is_what_a_run_for_the_quarter_gives(year, quarter):
    alone = sample_outcome(str(quarter)).results
    assert results.as_text(quarter_trends.quarter_results(year, quarter)) == results.as_text(alone)


def test_every_unit_has_its_standing_in_each_quarter(year):
    found = quarter_trends.quarter_trends(year)
    assert found.quarters == tuple(QUARTERS)
    first = quarter_trends.quarter_results(year, QUARTERS[0])
    for standing in (*first.committees, *first.branches):
        assert found.unit_results(standing.unit.id)[0] == standing


def test_a_quarter_before_a_branch_existed_is_a_gap(tmp_path):
    county = County()
    founded = county.form("花名册", "层级").row(组织编号="ZB2")
    founded["启用日期"] = "2026-04-01"
    for member in ("004", "005", "006"):
        county.form("花名册", "党员类别").row(党员编号=member)["转入日期"] = "2026-04-01"
    gone = ("2026-01", "2026-02", "2026-03", "2026Q1")
    county.forms = [f for f in county.forms if f.labels.get("支部编号") != "ZB2" or f.labels["期间"] not in gone]
    inspection = county.form("督查打分", 期间="2026Q1")
    inspection.rows.remove(inspection.row(组织编号="ZB2"))
    outcome = county.process(tmp_path, "2026")
    assert outcome.results is not None, [p.message for p in outcome.problems]
    found = quarter_trends.quarter_trends(outcome.results)
    assert [s and str(s.scores.total.value) for s in found.unit_results("ZB2")] == [None, "85", "85", "85"]
    assert found.has("ZB2")
    assert not found.has("ZB9")


def test_in_a_draft_those_left_out_are_in_no_quarter(year, tmp_path):
    outcome = process.process_draft(SAMPLE, periods.year(2026), {"ZB001": "材料未报"})
    found = quarter_trends.quarter_trends(outcome.results)
    assert not found.has("ZB001")
    assert found.has("ZB002")


def test_a_period_and_the_one_before_it():
    pairs = [(periods.parse("2026Q1"), "2025Q4"), (periods.parse("2026Q3"), "2026Q2"), (periods.year(2026), "2025")]
    assert [str(period.previous) for period, _ in pairs] == [before for _, before in pairs]


def test_the_check_code_is_that_of_the_file(year):
    changed = replace(year, members=year.members[1:])
    assert results.check_code(year) != results.check_code(changed)
    assert len(results.check_code(year)) == 64

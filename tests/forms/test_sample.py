"""The synthetic county: sample_data/ is what the generator makes, faultless, with every special situation in it."""

import io
from collections import Counter, defaultdict
from functools import cache

import pytest
from factories import SAMPLE, judged, sample_outcome
from python_calamine import CalamineWorkbook

from lianghua_batch.core import periods
from lianghua_batch.forms import sample as sampling
from lianghua_batch.forms.sample.files import clear
from lianghua_batch.intake import discovery
from lianghua_batch.model.scheme import BRANCH, COMMITTEE, ORGANISATION
from lianghua_batch.pipeline import process
from lianghua_batch.scoring import findings, results

SIZE = {"committees": 2, "branches": 6, "members": 40, "seed": 2026, "year": 2026}
QUARTERS = ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]


@cache
def today() -> sampling.SampleCounty:
    return sampling.county(**SIZE)


@cache
def published(period: str = "2026") -> dict:
    return results.as_json(sample_outcome(period).results)


def unit(unit_id: str, period: str = "2026") -> dict | None:
    rows = [*published(period)["branches"], *published(period)["committees"]]
    return next((row for row in rows if row["id"] == unit_id), None)


def member(member_id: str, period: str = "2026") -> dict | None:
    return next((row for row in published(period)["members"] if row["id"] == member_id), None)


@pytest.fixture
def county():
    """sample_data/ as reading and checking it gives it."""
    return sample_outcome("2026").results.county


def cells(content: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


# --- sample_data/ is today's ------------------------------------------------------------------------------------------


def test_sample_data_is_what_the_generator_makes(tmp_path):
    sampling.write(today(), tmp_path)
    made = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*.xlsx")}
    paths, others = discovery.find(SAMPLE)
    kept = {path.relative_to(SAMPLE).as_posix(): path for path in paths}
    assert not others
    remedy = "run: python -m lianghua_batch.forms.sample sample_data"
    assert sorted(kept) == sorted(made), remedy
    stale = [name for name in made if cells(kept[name].read_bytes()) != cells(made[name].read_bytes())]
    assert not stale, remedy


def test_sample_data_is_small():
    assert sum(path.stat().st_size for path in discovery.find(SAMPLE)[0]) < 2_000_000


@pytest.mark.parametrize("period", [*QUARTERS, "2026"])
def test_sample_data_has_no_problem(period):
    assert sample_outcome(period).problems == ()
    assert sample_outcome(period).results is not None


def test_the_year_is_what_the_folder_is_about():
    assert str(process.process(SAMPLE, None).period) == "2026"


def test_sample_data_has_the_size_asked_for(county):
    levels = Counter(rows[0].level for rows in county.roster.units.values())
    assert levels == {COMMITTEE: SIZE["committees"], BRANCH: SIZE["branches"]}
    assert len(county.roster.members) == SIZE["members"]


def test_every_form_is_filed(county):
    assert [name for name, table in county.tables.items() if table.frame.empty] == []


def test_scores_are_plausible(county):
    totals = [float(row["total"]) for row in published()["members"]]
    assert 55 <= min(totals) < 80 and 90 < max(totals) <= 98
    months = Counter(v for row in published()["members"] for v in row["months"].values())
    assert len(months) > 30
    assert len({row["grade"] for row in published()["branches"]}) >= 3


# --- the special situations -------------------------------------------------------------------------------------------


def stays(county, holds) -> list[str]:
    """The members for whose rows of 花名册, in order of time, something holds."""
    return [member_id for member_id, rows in county.roster.members.items() if holds(rows)]


def test_a_member_changes_branches_in_mid_month(county):
    moved = stays(county, lambda rows: len({r.branch for r in rows}) > 1 and rows[-1].start.day > 1)
    moved = [m for m in moved if m in today().situations["transfer"]]
    assert moved
    rows = county.roster.members[moved[0]]
    day = rows[-1].start
    month, quarter = day.strftime("%Y-%m"), f"{day.year}Q{(day.month + 2) // 3}"
    diaries = {r.origin.unit for r in county.tables["daily_record"].records() if r["member_id"] == moved[0]}
    assert diaries == {rows[0].branch, rows[-1].branch}
    assert len(member(moved[0])["months"]) == len(member(moved[0])["quarters"]) * 3 == 12
    assert month in member(moved[0], quarter)["months"]
    assert member(moved[0])["branch"] == rows[-1].branch


def test_a_probationary_member_is_scored_but_not_graded(county):
    probationary = stays(county, lambda rows: rows[-1].probationary)
    assert probationary
    assert all(member(m)["grade"] == "不评定等次" and member(m)["review"] is None for m in probationary)


def test_a_probationary_member_becomes_a_full_one(county):
    admitted = stays(county, lambda rows: rows[0].probationary and not rows[-1].probationary)
    assert admitted
    assert all(member(m)["review"] is not None for m in admitted)


def test_a_member_who_takes_no_part_has_a_reason_and_no_score(county):
    idle = stays(county, lambda rows: not rows[-1].managed)
    assert idle
    assert all(county.roster.members[m][-1].unmanaged_reason and member(m) is None for m in idle)


def test_a_discipline_case_costs_its_points(county):
    cases = [r for r in county.tables["bonus"].records() if r["kind"] == "discipline"]
    assert cases
    deduction = -county.scheme.parameters.discipline_deduction
    assert all(float(unit(r["unit_id"])["discipline"]) == deduction for r in cases)


def test_a_warning_for_breaking_discipline_bars_the_better_grades(county):
    vetoes = {p.id: p.veto for p in county.scheme.projects.values() if p.veto}
    diary = county.tables["daily_record"].records()
    struck = {r["member_id"]: vetoes[r["project_id"]] for r in diary if r["project_id"] in vetoes}
    assert struck
    assert all(float(member(m)["total"]) >= 70 for m in struck)  # 合格 without it
    assert {m: member(m)["grade"] for m in struck} == dict.fromkeys(struck, "基本合格")


def test_two_branches_of_a_committee_share_a_rank():
    totals = defaultdict(list)
    for row in published()["branches"]:
        totals[row["committee"], row["total"], row["rank"]].append(row["id"])
    tied = [tuple(ids) for (committee, _, _), ids in totals.items() if committee and len(ids) > 1]
    assert tied == [today().situations["tie"]]


def test_an_exempt_month_does_not_count(county):
    exempt = [r for r in county.tables["monthly_score"].records() if r["exempt_reason"] is not None]
    assert exempt
    assert all(str(r.origin.period) not in member(r["member_id"])["months"] for r in exempt)


def test_a_quarter_of_exempt_months_is_no_quarter():
    short = [row for row in published()["members"] if len(row["quarters"]) == 3]
    assert any(row["id"] in today().situations["exempt"] for row in short)


def test_a_branch_stands_directly_under_the_county(county):
    direct = [u for u in county.roster.units_on(county.period.last_day, BRANCH) if u.parent is None]
    assert direct
    assert all(unit(u.id)["committee"] == "" for u in direct)


def test_a_founded_branch_is_ranked_from_its_founding_on(county):
    founded = [rows[0] for rows in county.roster.units.values() if rows[0].start is not None]
    assert founded
    for row in founded:
        assert unit(row.id) is not None
        assert sorted(unit(row.id)["inspections"]) == [q for q in QUARTERS if periods.parse(q).last_day >= row.start]
        assert all((unit(row.id, q) is not None) == (periods.parse(q).last_day >= row.start) for q in QUARTERS)


def test_a_dissolved_branch_leaves_its_members_to_others(county):
    dissolved = [rows[-1] for rows in county.roster.units.values() if rows[-1].end is not None]
    assert dissolved
    for row in dissolved:
        assert unit(row.id) is None and unit(row.id, "2026Q1") is not None
        left = stays(county, lambda stays, branch=row.id: stays[0].branch == branch)
        assert left and all(member(m)["branch"] != row.id for m in left if county.roster.members[m][-1].managed)


def test_a_unit_that_is_no_window_has_no_clients(county):
    without = [row for row in published()["branches"] if row["clients"] is None]
    assert without
    assert not any(county.roster.named(row["id"]).service_window for row in without)


def test_some_figures_are_reasoned(county):
    rows = list(county.tables["quarterly_summary"].records())
    assert any(r["adjustment"] and r["adjustment_reason"] for r in rows)
    assert any(r["remark"] for r in county.tables["monthly_score"].records())
    assert any(r["findings"] for r in county.tables["inspection"].records())


def test_units_have_indicators_of_their_own(county):
    own = {i.applies_to for i in county.scheme.indicators if i.kind == "differential"}
    assert own >= {u.id for level in (COMMITTEE, BRANCH) for u in county.units(level)}


def test_no_project_takes_more_than_a_tenth_of_the_diary(county):
    times = Counter(r["project_id"] for r in county.tables["daily_record"].records())
    assert max(times.values()) <= sum(times.values()) / 10


def test_no_more_vote_on_a_member_than_the_branch_has_full_members(county):
    last = county.period.last_day
    held = Counter(m.branch for m in county.roster.members_on(last) if not m.probationary)
    for row in county.tables["annual_review"].records():
        cast = sum(row[name] for name in county.tables["annual_review"].frame.columns if name.startswith("votes"))
        assert 0 < cast <= held[row.origin.unit]


def test_every_finding_is_taken_up_and_some_are_sent_back(county):
    ledger = findings.read(county)
    assert ledger.findings and not ledger.unregistered()
    assert any(len(issue.rounds) == 2 for issue in ledger.issue_of.values())


def test_a_superior_changes_what_a_unit_declares_and_refuses_some(county):
    reviews = county.tables["declaration_review"].records()
    assert {r["review"] for r in county.tables["declaration_review"].records()} == {"passed", "rejected"}
    assert any(r["approved_weight"] is not None for r in reviews)


def test_the_county_says_who_plays_which_part(county):
    situations = today().situations
    assert all(situations.values())
    known = {*county.roster.units, *county.roster.members}
    assert {code for codes in situations.values() for code in codes} <= known


# --- any county -------------------------------------------------------------------------------------------------------


def small(branches: int, members: int) -> set[str]:
    """What is told of branches of fewer than three 正式党员, where there are not members enough."""
    return {"W506"} if members < 4 * (branches + 1) else set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("committees", "branches", "members", "seed", "year"),
    [
        (1, 1, 1, 1, 2026),
        (1, 3, 10, 2, 2026),
        (1, 5, 5, 3, 2027),
        (2, 6, 40, 7, 2028),
        (3, 12, 70, 11, 2026),
        (6, 6, 24, 5, 2026),
    ],
)
def test_other_sizes_and_seeds_have_no_problem(committees, branches, members, seed, year):
    sample = sampling.county(committees, branches, members, seed, year)
    for period in (f"{year}Q1", f"{year}Q4", f"{year}"):
        scored, problems = judged(sample, period)
        assert {p.code for p in problems} <= small(branches, members)
        assert len(scored.committees) == committees


@pytest.mark.parametrize("seed", range(5))
def test_every_small_county_has_every_situation(seed):
    assert [name for name, codes in sampling.county(2, 6, 40, seed).situations.items() if not codes] == []


@pytest.mark.slow
def test_a_big_county_has_every_grade():
    scored, problems = judged(sampling.county(10, 60, 180, 1), "2026")
    assert {p.code for p in problems} <= small(60, 180)
    bands = [b.grade for b in scored.county.scheme.bands[ORGANISATION]]
    assert {b.grade for b in scored.branches} == set(bands)
    assert len({c.grade for c in scored.committees}) >= 3
    assert all(55 <= m.points.value <= 98 for m in scored.members)


@pytest.mark.parametrize(
    ("committees", "branches", "members", "year"), [(0, 1, 1, 2026), (2, 1, 9, 2026), (1, 3, 2, 2026)]
)
def test_an_impossible_size_is_refused(committees, branches, members, year):
    with pytest.raises(ValueError, match="支部"):
        sampling.county(committees, branches, members, 1, year)


# --- determinism ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_arguments_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        sampling.write(sampling.county(1, 3, 12, 4), tmp_path / name)
    one, two = (
        {p.relative_to(f): p.read_bytes() for p in f.rglob("*.xlsx")} for f in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two


def test_another_seed_gives_another_county():
    assert sampling.county(1, 3, 12, 4) == sampling.county(1, 3, 12, 4)
    assert sampling.county(1, 3, 12, 4) != sampling.county(1, 3, 12, 5)


# --- writing and clearing ---------------------------------------------------------------------------------------------


def test_progress_is_told_and_a_sample_can_be_cleared(tmp_path):
    told = []
    sample = sampling.county(1, 1, 3, 1, progress=lambda *step: told.append(step))
    assert told == [(1, 3), (2, 3), (3, 3)]
    files = sampling.write(sample, tmp_path, progress=lambda *step: told.append(step))
    assert told[-1] == (len(files), len(files))
    output = tmp_path / "输出" / "results.json"
    output.parent.mkdir()
    output.write_text("{}", encoding="utf-8")
    assert clear(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [output]


def test_somebody_elses_folder_is_left_alone(tmp_path):
    theirs = tmp_path / "花名册.xlsx"
    theirs.write_bytes(b"not ours")
    assert not clear(tmp_path)
    assert theirs.exists()

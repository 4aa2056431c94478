"""Grades and ranks (spec §4.6, §5.10–11): bands without gaps, ties, 建议等次 of members and 优秀比例上限."""

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from factories import County, complaints
from hypothesis import given, settings
from hypothesis import strategies as st

from lianghua_batch.core.source_ref import SourceRef
from lianghua_batch.model import default_scheme
from lianghua_batch.model.scheme import MEMBER, ORGANISATION, Band, Scheme
from lianghua_batch.scoring import grades_and_ranks, results

DIMENSIONS = ("政治合格", "执行纪律合格", "品德合格", "作用发挥合格")
HUNDREDTHS = st.integers(-500, 12000).map(lambda n: Fraction(n, 100))


def scheme(tie_ranks: str = "skip") -> Scheme:
    linxi = default_scheme.scheme()
    return replace(linxi, parameters=replace(linxi.parameters, tie_ranks=tie_ranks))


# --- bands ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "grade"),
    [
        ("103.5", "优秀"),
        ("90", "优秀"),
        ("89.99", "良好"),
        ("85", "良好"),
        ("84.99", "一般"),
        ("70", "一般"),
        ("69.99", "较差"),
        ("0", "较差"),
        ("-3", "较差"),
    ],
)
def test_bands_of_organisations(total, grade):
    assert grades_and_ranks.grade(Fraction(total), scheme().bands[ORGANISATION]) == grade


@pytest.mark.parametrize(
    ("total", "grade"),
    [("90", "优秀"), ("89.99", "合格"), ("70", "合格"), ("69.99", "基本合格"), ("60", "基本合格"), ("59.99", "不合格")],
)
def test_bands_of_members(total, grade):
    assert grades_and_ranks.grade(Fraction(total), scheme().bands[MEMBER]) == grade


@settings(deadline=None)
@given(st.lists(HUNDREDTHS, min_size=1, max_size=6, unique=True), HUNDREDTHS)
def test_every_number_has_exactly_one_grade(bounds, value):
    bounds.sort(reverse=True)
    bands = [Band(f"第{n}档", lower, SourceRef("")) for n, lower in enumerate([*bounds, None])]
    upper = [None, *bounds]
    holding = [
        band.grade
        for band, top in zip(bands, upper, strict=True)
        if (band.lower is None or band.lower <= value) and (top is None or value < top)
    ]
    assert holding == [grades_and_ranks.grade(value, bands)]


@settings(deadline=None)
@given(HUNDREDTHS, HUNDREDTHS)
def test_a_higher_number_never_has_a_lower_grade(one, other):
    for bands in scheme().bands.values():
        order = [band.grade for band in bands]
        low, high = sorted((one, other))
        assert order.index(grades_and_ranks.grade(high, bands)) <= order.index(grades_and_ranks.grade(low, bands))


@pytest.mark.parametrize("rounding", ["逐级", "末级"])
def test_the_grade_goes_by_the_published_number(tmp_path, rounding):
    county = County()
    county.set_rule("取舍方式", rounding)
    county.form("监督员评分").row(组织编号="ZB1")["得分"] = 87.5  # 年末考核分 45 + 35 + 10 = 90
    for quarter, mark in zip(("2026Q1", "2026Q2", "2026Q3", "2026Q4"), (90, 90, 90, 89.9), strict=True):
        county.form("督查打分", 期间=quarter).row(组织编号="ZB1")["得分"] = mark
    zb1 = published(county, tmp_path)["ZB1"]
    # 督查均分 89.975, rounded 89.98; 17.995 + 72, rounded 17.996 + 72: published 90.00 either way
    assert (zb1["inspection"], zb1["total"], zb1["grade"]) == ("89.98", "90.00", "优秀")


# --- ranks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tie_ranks", "expected"),
    [("skip", [1, 2, 2, 4, 5, 5, 5, 8]), ("dense", [1, 2, 2, 3, 4, 4, 4, 5])],
)
def test_ties_share_a_rank(tie_ranks, expected):
    totals = [95, 92, 92, 90, 88, 88, 88, 60]
    assert [rank for _, rank in grades_and_ranks.ranks(totals, Fraction, scheme(tie_ranks))] == expected


ENTRIES = st.lists(st.tuples(st.sampled_from("甲乙丙"), st.integers(0, 5)), max_size=12)


@settings(deadline=None)
@given(ENTRIES)
def test_a_skipping_rank_counts_those_above(entries):
    for (_, total), rank in grades_and_ranks.ranks(entries, lambda e: Fraction(e[1]), scheme("skip")):
        assert rank == 1 + sum(other > total for _, other in entries)


@settings(deadline=None)
@given(ENTRIES)
def test_a_dense_rank_counts_the_totals_above(entries):
    for (_, total), rank in grades_and_ranks.ranks(entries, lambda e: Fraction(e[1]), scheme("dense")):
        assert rank == 1 + len({other for _, other in entries if other > total})


@settings(deadline=None)
@given(ENTRIES, st.sampled_from(["skip", "dense"]))
def test_everybody_is_ranked_once_and_ties_keep_their_order(entries, tie_ranks):
    numbered = list(enumerate(total for _, total in entries))
    ranked = grades_and_ranks.ranks(numbered, lambda e: Fraction(e[1]), scheme(tie_ranks))
    assert [item for item, _ in ranked] == sorted(numbered, key=lambda e: (-e[1], e[0]))


@settings(deadline=None)
@given(ENTRIES)
def test_a_cohort_is_ranked_as_if_it_were_alone(entries):
    together = grades_and_ranks.ranks_within(entries, lambda e: e[0], lambda e: Fraction(e[1]), scheme())
    for cohort in "甲乙丙":
        alone = grades_and_ranks.ranks([e for e in entries if e[0] == cohort], lambda e: Fraction(e[1]), scheme())
        assert [(e, rank) for e, rank in together if e[0] == cohort] == alone


# --- 建议等次 ------------------------------------------------------------------------------------------------------


def published(county: County, folder: Path) -> dict[str, dict]:
    """What results.json says of the year, by code: members, branches and committees."""
    outcome = county.process(folder, "2026")
    assert outcome.results is not None, complaints(outcome)
    rows = results.as_json(outcome.results)
    return {row["id"]: row for level in ("members", "branches", "committees") for row in rows[level]}


def give(county: County, **points: float) -> County:
    """The members of ZB1 (m001=95) have so many points in every month; 年度综合分 = points×80% + 20."""
    for form in county.forms:
        if form.labels.get("支部编号") != "ZB1" or form.form not in ("月打分", "季汇总"):
            continue
        for member, value in points.items():
            row = form.row(党员编号=member[1:])
            if form.form == "月打分":
                row.update(dict.fromkeys(DIMENSIONS, value / 4), 合计=value)
            else:
                row.update(第一月=value, 第二月=value, 第三月=value, 季度积分=value, 审定积分=value)
    return county


def grades(county: County, folder: Path) -> list[tuple[str, str, int]]:
    """年度综合分, 建议等次 and 名次 of the members of ZB1."""
    found = published(county, folder)
    return [(found[m]["total"], found[m]["grade"], found[m]["rank"]) for m in ("001", "002", "003")]


def test_excellent_are_at_most_a_third(tmp_path):
    county = give(County(), m001=95, m002=92, m003=90)  # all reach 90, but ⌊3 × 1/3⌋ = 1
    assert grades(county, tmp_path) == [("96.00", "优秀", 1), ("93.60", "合格", 2), ("92.00", "合格", 3)]


def test_who_is_held_back_is_marked(tmp_path):
    outcome = give(County(), m001=95, m002=92, m003=80).process(tmp_path, "2026")
    assert [m.member.id for m in outcome.results.members if m.held_back] == ["002"]


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        ("1/3", ["合格", "合格", "合格"]),  # one place, and two tie for it
        ("2/3", ["优秀", "优秀", "合格"]),
        ("1", ["优秀", "优秀", "优秀"]),
    ],
)
def test_a_tie_at_the_top_has_a_place_or_none(tmp_path, share, expected):
    county = give(County(), m001=95, m002=95, m003=90)
    county.set_rule("优秀比例上限", share)
    assert [grade for _, grade, _ in grades(county, tmp_path)] == expected


def test_a_tie_that_straddles_the_edge_stays_out(tmp_path):
    county = give(County(), m001=95, m002=92, m003=92)
    county.set_rule("优秀比例上限", "2/3")  # two places: one for 001; 002 and 003 tie for the other
    assert grades(county, tmp_path) == [("96.00", "优秀", 1), ("93.60", "合格", 2), ("93.60", "合格", 2)]


def test_only_full_members_make_places(tmp_path):
    county = give(County(), m001=95, m002=92, m003=90)
    county.form("花名册", "党员编号").row(党员编号="003")["党员类别"] = "预备"
    assert [grade for _, grade, _ in grades(county, tmp_path)] == ["合格", "合格", "不评定等次"]  # ⌊2 × 1/3⌋ = 0


def test_those_without_a_grade_take_no_place(tmp_path):
    county = give(veto(County(), "001"), m001=95, m002=92, m003=90)
    assert [grade for _, grade, _ in grades(county, tmp_path)] == ["不合格", "优秀", "合格"]


def veto(county: County, member: str) -> County:
    """受到处分, a project with 一票否决 (worth 0 here, so that the months stay as they are)."""
    row = {"日期": dt.date(2026, 5, 6), "项目编号": "J09", "事由": "受到处分", "分值": 0}
    names = {"001": "甲一", "002": "甲二", "003": "甲三"}
    county.form("日记录", 支部编号="ZB1", 期间="2026-05").add(**row, 党员编号=member, 姓名=names[member])
    return county


def in_the_last_quarter_only(county: County, member: str) -> County:
    """The member joins on 1 October: one quarter."""
    county.form("花名册", "党员编号").row(党员编号=member)["转入日期"] = dt.date(2026, 10, 1)
    for form in county.forms:
        early = form.labels["期间"] < "2026-10" or form.labels["期间"] in ("2026Q1", "2026Q2", "2026Q3")
        if form.form in ("月打分", "季汇总") and early:
            form.rows = [r for r in form.rows if r["党员编号"] != member]
    return county


def test_a_veto_makes_it_the_lowest_grade_and_keeps_the_rank(tmp_path):
    county = give(veto(County(), "001"), m001=95)
    assert grades(county, tmp_path)[0] == ("96.00", "不合格", 1)


@pytest.mark.parametrize(
    ("least", "grade"), [(2, "不定等次"), (1, "优秀"), (0, "优秀")], ids=["two", "one", "no least number"]
)
def test_too_few_quarters_leave_no_grade_but_a_rank(tmp_path, least, grade):
    county = in_the_last_quarter_only(give(County(), m001=95), "001")
    county.set_rule("定等最少季度", least)
    assert grades(county, tmp_path)[0] == ("96.00", grade, 1)


def test_a_veto_comes_before_too_few_quarters(tmp_path):
    county = veto(County(), "001")
    county.form("日记录", 支部编号="ZB1", 期间="2026-05").rows[0]["日期"] = dt.date(2026, 11, 6)
    moved = county.form("日记录", 支部编号="ZB1", 期间="2026-05").rows.pop()
    county.form("日记录", 支部编号="ZB1", 期间="2026-11").add(**moved)
    assert grades(in_the_last_quarter_only(county, "001"), tmp_path)[0][1] == "不合格"


def test_a_probationary_member_has_no_grade_even_with_a_veto(tmp_path):
    county = veto(County(), "001")
    county.form("花名册", "党员编号").row(党员编号="001")["党员类别"] = "预备"
    assert grades(county, tmp_path)[0] == ("84.00", "不评定等次", 1)


@pytest.mark.parametrize(("points", "grade"), [(70, "合格"), (60, "基本合格")])
def test_lower_bands_through_a_county(tmp_path, points, grade):
    county = give(County(), m001=points)
    county.form("年评议", 支部编号="ZB1").row(党员编号="001").update(优秀票=0, 基本合格票=10)
    # 70×80% + 60×20% = 68, 60×80% + 60×20% = 60
    bands = county.form("考评方案", "下限")
    bands.row(对象="党员", 等次="合格")["下限"] = 68  # the county's own bounds, inclusive
    assert grades(county, tmp_path)[0][1] == grade

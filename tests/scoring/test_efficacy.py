"""功效系数法 (spec §5.2): the worked examples, through the functions and through a county, and the bounds of every 赋分方法."""

from fractions import Fraction

import pytest
from factories import BRANCHES, County, complaints
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lianghua_batch.core import exact
from lianghua_batch.scoring import results
from lianghua_batch.scoring.efficacy import beyond, direct, efficacy, efficacy_score, five_level

RISING = ("4.5", "3.4", "2.3", "1.2", "0.5")  # bigger is better: 优秀 4.5 … 较差 0.5
FALLING = ("40.2", "53.4", "60", "70", "80")  # smaller is better: 优秀 40.2 … 较差 80


def numbers(written) -> list[Fraction]:
    return [Fraction(w) for w in written]


def rounded(value: Fraction) -> str:
    return exact.text(value)


@pytest.mark.parametrize(
    ("x", "satisfactory", "unacceptable", "d"),
    [
        ("5.81", 12, 6, "58.73"),  # 60 + 40×(−0.19÷6)
        ("3929", 5733, 3575, "66.56"),  # 60 + 40×(354÷2158)
        ("4404", 5733, 3575, "75.37"),  # 60 + 40×(829÷2158)
        ("3575", 5733, 3575, "60.00"),  # at 不允许值
        ("5733", 5733, 3575, "100.00"),  # at 满意值
        ("9", 12, 6, "80.00"),  # half way
        ("15", 12, 6, "120.00"),  # before 功效系数截断
        ("-6", 12, 6, "-20.00"),
        ("3", 2, 5, "86.67"),  # smaller is better: 60 + 40×(−2÷−3)
        ("5", 2, 5, "60.00"),
        ("2", 2, 5, "100.00"),
        ("8", 2, 5, "20.00"),
    ],
)
def test_classical(x, satisfactory, unacceptable, d):
    assert rounded(efficacy(Fraction(x), Fraction(satisfactory), Fraction(unacceptable))) == d


@pytest.mark.parametrize(
    ("x", "standards", "weight", "earned"),
    [
        ("52", FALLING, 12, "9.85"),  # .8 + .2×(1.4÷13.2) = .82121
        ("2.82", RISING, 10, "6.95"),  # .6 + .2×(0.52÷1.1) = .69455
        ("5.26", ("30", "25", "20", "14.2", "3.5"), 12, "2.79"),  # .2 + .2×(1.76÷10.7) = .23290
        ("109.1", ("112", "109.2", "106.1", "103", "100"), 10, "7.94"),  # .6 + .2×(3÷3.1) = .79355
    ],
)
def test_five_levels_between_two_standard_values(x, standards, weight, earned):
    assert rounded(weight * five_level(Fraction(x), numbers(standards)) / 100) == earned


@pytest.mark.parametrize("standards", [RISING, FALLING], ids=["bigger is better", "smaller is better"])
def test_five_levels_at_and_beyond_the_standard_values(standards):
    at = numbers(standards)
    assert [five_level(x, at) for x in at] == [100, 80, 60, 40, 20]
    better = (at[0] - at[-1]) / abs(at[0] - at[-1])  # one step in the better direction
    assert five_level(at[0] + better, at) == 100
    assert five_level(at[0] + 1000 * better, at) == 100
    assert five_level(at[-1] - better / 100, at) == 0  # from 20 straight to 0
    assert five_level(at[-1] - 1000 * better, at) == 0


@pytest.mark.parametrize(
    ("x", "d"), [("0", 0), ("88.5", Fraction("88.5")), ("100", 100), ("100.01", None), ("-1", None)]
)
def test_direct(x, d):
    assert direct(Fraction(x)) == d


def test_each_method_by_its_name():
    assert efficacy_score("efficacy", Fraction(9), numbers(("12", "6"))) == 80
    assert efficacy_score("five_level", Fraction("3.4"), numbers(RISING)) == 80
    assert efficacy_score("direct", Fraction(88), ()) == 88


@pytest.mark.parametrize(
    ("method", "d", "clipped", "taken"),
    [
        ("efficacy", 120, True, -20),
        ("efficacy", -20, True, 20),
        ("efficacy", 100, True, 0),
        ("efficacy", 0, True, 0),
        ("efficacy", 120, False, 0),
        ("efficacy", -20, False, 0),
        ("five_level", 100, True, 0),
    ],
)
def test_what_clipping_takes(method, d, clipped, taken):
    assert beyond(method, Fraction(d), clipped) == taken


VALUES = st.fractions(min_value=-100, max_value=100, max_denominator=100)


@settings(deadline=None)
@given(VALUES, VALUES, VALUES, VALUES)
def test_better_never_scores_less_by_the_classical_method(one, other, satisfactory, unacceptable):
    assume(satisfactory != unacceptable)
    low, high = sorted((one, other), key=lambda x: x * (1 if satisfactory > unacceptable else -1))
    assert efficacy(low, satisfactory, unacceptable) <= efficacy(high, satisfactory, unacceptable)


@settings(deadline=None)
@given(VALUES, VALUES, st.lists(VALUES, min_size=5, max_size=5, unique=True), st.booleans())
def test_better_never_scores_less_by_five_levels(one, other, standards, bigger_is_better):
    standards.sort(reverse=bigger_is_better)
    low, high = sorted((one, other), reverse=not bigger_is_better)
    assert 0 <= five_level(low, standards) <= five_level(high, standards) <= 100


# --- through a county ----------------------------------------------------------------------------------------------

EXAMPLES = [  # 类别, 权重, 实际值, 标准值 (two: 满意值, 不允许值), 指标得分
    ("常规化", 12, 52, FALLING, "9.85"),
    ("常规化", 10, 2.82, RISING, "6.95"),
    ("常规化", 12, 5.26, (30, 25, 20, 14.2, 3.5), "2.79"),
    ("常规化", 10, 109.1, (112, 109.2, 106.1, 103, 100), "7.94"),
    ("常规化", 16, 5.81, (12, 6), "9.40"),  # 16×58.7333% = 9.3973
    ("差异化", 20, 3929, (5733, 3575), "13.31"),  # 20×66.5616% = 13.3123
    ("差异化", 20, 4404, (5733, 3575), "15.07"),  # 20×75.3661% = 15.0732
]


def with_examples() -> County:
    """Both branches are measured by the worked examples, with the same actual values."""
    county = County()
    indicators, actual = county.form("考评方案", "指标编号"), county.form("指标完成")
    indicators.rows = [r for r in indicators.rows if r["层级"] == "党委"]
    actual.rows = [r for r in actual.rows if r["组织编号"] == "DW1"]
    for n, (kind, weight, x, standards, _) in enumerate(EXAMPLES, start=1):
        two = len(standards) == 2
        names = ("满意值", "不允许值") if two else ("优秀值", "良好值", "平均值", "较低值", "较差值")
        indicators.add(
            指标编号=f"B{n}",
            层级="支部",
            类别=kind,
            指标名称=f"例{n}",
            权重=weight,
            赋分方法="功效系数" if two else "五档功效",
            数据来源="填报",
            审核="通过",
            **dict(zip(names, standards, strict=True)),
        )
        for branch in BRANCHES:
            actual.add(组织编号=branch, 指标编号=f"B{n}", 实际值=x)
    return county


def test_worked_examples_through_a_county(tmp_path):
    outcome = with_examples().process(tmp_path, "2026")
    assert outcome.results is not None, complaints(outcome)
    for branch in results.as_json(outcome.results)["branches"]:
        assert branch["indicators"] == {f"B{n}": earned for n, (*_, earned) in enumerate(EXAMPLES, start=1)}
        assert branch["assessment"] == "65.31"  # 9.85 + 6.95 + 2.79 + 7.94 + 9.40 + 13.31 + 15.07


@pytest.mark.parametrize("actual", [100.01, -1])
def test_direct_outside_0_to_100_is_an_error(tmp_path, actual):
    county = County()
    county.form("指标完成").row(组织编号="ZB1", 指标编号="B1")["实际值"] = actual
    outcome = county.process(tmp_path, "2026")
    assert outcome.results is None
    assert [(p.code, p.place.cell) for p in outcome.problems if p.severity == "error"] == [
        ("E330", county.form("指标完成").cell("实际值", 组织编号="ZB1", 指标编号="B1"))
    ]

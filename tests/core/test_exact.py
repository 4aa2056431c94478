"""Exact numbers (spec §3): 四舍五入 with ties away from zero, and no binary floating point on the way to a grade."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from factories import County, complaints
from hypothesis import given, settings
from hypothesis import strategies as st

from lianghua_batch.core import exact
from lianghua_batch.scoring import results

FRACTIONS = st.fractions(min_value=-1000, max_value=1000)
PLACES = st.integers(0, 2)


@pytest.mark.parametrize(
    ("number", "places", "rounded"),
    [
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("2.675", 2, "2.68"),  # as a binary float it would be 2.67
        ("1.005", 2, "1.01"),
        ("-1.005", 2, "-1.01"),
        ("0.00499", 2, "0.00"),
        ("89.995", 2, "90.00"),
        ("89.9949", 2, "89.99"),
        ("84.35", 1, "84.4"),
        ("84.45", 1, "84.5"),  # half to even would give 84.4
        ("-84.45", 1, "-84.5"),
        ("84.449", 1, "84.4"),
        ("0.5", 0, "1"),
        ("1.5", 0, "2"),
        ("2.5", 0, "3"),
        ("-0.5", 0, "-1"),
        ("-2.5", 0, "-3"),
        ("-2.49", 0, "-2"),
    ],
)
def test_ties_go_away_from_zero(number, places, rounded):
    assert exact.half_up(Fraction(number), places) == Fraction(rounded)
    assert exact.text(Fraction(number), places) == rounded


@pytest.mark.parametrize(
    ("value", "written", "in_a_sentence"),
    [
        (Fraction(177, 2), "88.50", "88.5"),
        (Fraction(20), "20.00", "20"),
        (Fraction(100), "100.00", "100"),
        (Fraction(0), "0.00", "0"),
        (Fraction(-3), "-3.00", "-3"),
        (Fraction(-1, 20), "-0.05", "-0.05"),
        (Fraction(-1, 1000), "0.00", "0"),  # no −0
        (Fraction(2, 3), "0.67", "0.67"),
        (Fraction(12345678, 1), "12345678.00", "12345678"),
    ],
)
def test_numbers_are_written_with_two_decimals_or_short(value, written, in_a_sentence):
    assert exact.text(value) == written
    assert exact.short(value) == in_a_sentence


def test_hundredths_mean_and_clip():
    assert exact.from_hundredths(9230) == Fraction(923, 10)
    assert exact.from_hundredths(-5) == Fraction(-1, 20)
    assert exact.mean([Fraction(80), Fraction(81), Fraction(81)]) == Fraction(242, 3)
    assert [exact.clip(Fraction(x), Fraction(-5), Fraction(5)) for x in (-6, -5, 0, 5, 6)] == [-5, -5, 0, 5, 5]


def test_there_is_no_mean_of_nothing():
    with pytest.raises(ZeroDivisionError):
        exact.mean([])


@settings(deadline=None)
@given(st.integers(-(10**12), 10**12), st.integers(0, 6), PLACES)
def test_rounding_is_that_of_decimal(digits, decimals, places):
    expected = Decimal(digits).scaleb(-decimals).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert exact.half_up(Fraction(digits, 10**decimals), places) == Fraction(expected)


@settings(deadline=None)
@given(FRACTIONS, PLACES)
def test_rounding_moves_at_most_half_a_unit_and_only_once(value, places):
    rounded = exact.half_up(value, places)
    assert abs(rounded - value) <= Fraction(1, 2 * 10**places)
    assert (rounded * 10**places).denominator == 1
    assert exact.half_up(rounded, places) == rounded


@settings(deadline=None)
@given(FRACTIONS, FRACTIONS, PLACES)
def test_rounding_keeps_the_order_and_the_sign(one, other, places):
    low, high = sorted((one, other))
    assert exact.half_up(low, places) <= exact.half_up(high, places)
    assert exact.half_up(-one, places) == -exact.half_up(one, places)


@settings(deadline=None)
@given(FRACTIONS, PLACES)
def test_what_is_written_is_what_is_rounded(value, places):
    written = exact.text(value, places)
    assert Fraction(written) == exact.half_up(value, places)
    assert len(written.partition(".")[2]) == places


def rated_exactly_90() -> County:
    """ZB1 with 考核组 92.3, 监督员 89.9, 党员群众 88.6 and 服务对象 69.2, the exact tie of spec §3; its 督查 is 90."""
    county = County()
    for n in (1, 2):  # 60×92.3% + 40×92.3% = 55.38 + 36.92 = 92.3
        county.form("指标完成").row(组织编号="ZB1", 指标编号=f"B{n}")["实际值"] = 92.3
    county.form("监督员评分").row(组织编号="ZB1")["得分"] = 89.9
    masses = county.form("满意度测评").row(组织编号="ZB1")
    masses.update(优秀票=14, 良好票=7, 一般票=1, 较差票=3)  # (1400 + 595 + 70 + 150) ÷ 25 = 88.6
    clients = {**masses, "测评对象": "服务对象"}
    clients.update(优秀票=0, 良好票=8, 一般票=10, 较差票=7)  # (680 + 700 + 350) ÷ 25 = 69.2
    county.form("满意度测评").rows.append(clients)
    return county


def branch(county: County, folder) -> dict:
    outcome = county.process(folder, "2026")
    assert outcome.results is not None, complaints(outcome)
    return next(b for b in results.as_json(outcome.results)["branches"] if b["id"] == "ZB1")


def test_exactly_90_is_excellent(tmp_path):
    assert 0.5 * 92.3 + 0.4 * 89.9 + 0.05 * 88.6 + 0.05 * 69.2 < 90  # what binary floating point makes of it
    zb1 = branch(rated_exactly_90(), tmp_path)
    raters = {name: zb1[name] for name in ("assessment", "supervisors", "masses", "clients")}
    assert raters == {"assessment": "92.30", "supervisors": "89.90", "masses": "88.60", "clients": "69.20"}
    assert (zb1["year_end"], zb1["total"], zb1["grade"]) == ("90.00", "90.00", "优秀")


def test_a_hundredth_under_90_is_not_excellent(tmp_path):
    county = rated_exactly_90()
    county.form("监督员评分").row(组织编号="ZB1")["得分"] = 89.87  # .03×.4 = .012 less: 89.988 → 89.99
    zb1 = branch(county, tmp_path)
    assert (zb1["year_end"], zb1["total"], zb1["grade"]) == ("89.99", "89.99", "良好")

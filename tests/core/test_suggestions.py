"""A suggestion is one of the right values, clearly the one that was meant, and asks about nobody who is merely alike."""

import datetime as dt

import pytest
from factories import County
from hypothesis import given
from hypothesis import strategies as st

from lianghua_batch.core import periods
from lianghua_batch.core.form_definitions import NUMBER, Column
from lianghua_batch.core.suggestions import Candidates, suggest
from lianghua_batch.intake import cell_values
from lianghua_batch.intake.cell_suggestions import suggest_count, suggest_date, suggest_number

CODES = st.from_regex(r"[A-Z]{0,3}[0-9]{1,4}", fullmatch=True)
WORDS = st.text(alphabet="财政教育局第一二三支部党委机关编号名称期间不未0123OoIl-_ （）", max_size=10)
ANYTHING = st.one_of(CODES, WORDS, st.text(max_size=12))


@given(ANYTHING, st.lists(ANYTHING, max_size=8))
def test_a_suggestion_is_one_of_the_candidates(written, candidates):
    assert suggest(written, candidates) in {None, *candidates}


@given(ANYTHING, st.dictionaries(ANYTHING, WORDS, max_size=8))
def test_of_names_it_is_what_one_of_them_stands_for(written, names):
    assert Candidates(names).suggest(written) in {None, *names.values()}
    assert Candidates(names).same(written) in {None, *names.values()}


@given(ANYTHING, st.lists(ANYTHING, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_changes_nothing(written, candidates, rng):
    shuffled = list(candidates)
    rng.shuffle(shuffled)
    assert suggest(written, shuffled) == suggest(written, candidates)


@given(CODES, st.lists(CODES, max_size=5))
def test_case_width_and_zeros_do_not_matter(code, others):
    full_width = code.translate({ord(c): ord(c) + 0xFEE0 for c in code})
    expected = suggest(code, [code, *others])
    assert suggest(code.lower(), [code, *others]) == expected
    assert suggest(full_width, [code, *others]) == expected


@pytest.mark.parametrize("written", ["1", "01", "0001", "０１", " 1 "])
def test_zeros_before_a_number(written):
    assert suggest(written, ["001", "002", "010"]) == "001"
    assert suggest(written, ["001", "000001"]) is None  # could be either


@pytest.mark.parametrize(
    ("written", "candidates", "meant"),
    [
        ("zb-0O1", ["ZB001", "ZB010"], "ZB001"),
        ("ZBl", ["ZB1", "ZB2"], "ZB1"),
        ("ZB01O", ["ZB001", "ZB002"], None),
        ("ZB3", ["ZB1"], None),
        ("第1支部", ["第一支部", "第二支部"], "第一支部"),
        ("财政第三支部", ["财政第一支部", "教育第一支部"], None),
        ("检察单位", ["检查单位", "存在问题"], "检查单位"),
        ("转人日期", ["转入日期", "转出日期"], None),
        ("转人日期", ["转入日期"], "转入日期"),
        ("完成时间", ["完成时限", "完成日期"], "完成时限"),
        ("未通过", ["通过", "不通过", "待审"], None),
        ("通 过", ["通过", "不通过", "待审"], "通过"),
        ("否", ["是"], None),
        ("", ["是"], None),
        ("（）", ["是"], None),
        ("9" * 5000, ["9"], None),
    ],
)
def test_what_is_near_and_what_is_not(written, candidates, meant):
    assert suggest(written, candidates) == meant


def test_two_names_of_one_thing_do_not_compete():
    assert Candidates({"支部编号": "unit", "党支部编号": "unit", "期间": "period"}).suggest("支部编码") == "unit"


# --- people --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def roster(tmp_path_factory):
    return County().only("2026Q1").process(tmp_path_factory.mktemp("county"), "2026Q1").county.roster


@given(ANYTHING, st.one_of(st.none(), st.text(alphabet="甲乙一二三四壹贰叁", max_size=4)))
def test_nobody_is_suggested_by_likeness(roster, written, name):
    """Only whose code is the same number, or whose name is exactly the one filled in."""
    meant = roster.suggest_member(written, name, "ZB1", dt.date(2026, 1, 31))
    if meant is not None:
        found = roster.members[meant][0]
        assert name == found.name or (name is None and Candidates([meant]).same(written) == meant)


@pytest.mark.parametrize(
    ("written", "name", "branch", "meant"),
    [
        ("1", None, "ZB1", "001"),
        ("1", "甲一", "ZB1", "001"),
        ("1", "甲二", "ZB1", "002"),
        ("1", "甲", "ZB1", None),
        ("9", "甲三", "ZB1", "003"),
        ("9", "甲三", "ZB2", None),
        ("O01", None, "ZB1", None),
        ("0011", None, "ZB1", None),
    ],
)
def test_who_is_meant_by_a_code_and_a_name(roster, written, name, branch, meant):
    assert roster.suggest_member(written, name, branch, dt.date(2026, 1, 31)) == meant


# --- numbers and days ----------------------------------------------------------------------------------------------

DIGITS = "零一二三四五六七八九"


def in_words(number: int) -> str:
    """A number below 100 as Chinese writes it."""
    tens, ones = divmod(number, 10)
    if not tens:
        return DIGITS[ones]
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")


@given(st.integers(0, 99), st.sampled_from(["", "约", "得"]), st.sampled_from(["", "分", "票", "左右"]))
def test_every_number_in_words(number, before, after):
    assert suggest_number(f"{before}{in_words(number)}{after}") == str(number)
    assert suggest_count(f"{before}{in_words(number)}{after}") == str(number)
    assert suggest_number(f"{in_words(number)}点{DIGITS[number % 10]}五") == f"{number}.{number % 10}5"


@given(st.text(max_size=50))
def test_a_suggested_number_is_one_that_can_be_read(written):
    meant = suggest_number(written)
    if meant is not None:
        cell_values.read(meant, Column("x", "得分", NUMBER), None)


@given(
    st.one_of(st.text(max_size=50), st.floats(0, 100000), st.from_regex(r"\d{1,4}[-./年]\d{1,2}[-./月]?\d{0,2}[日号]?"))
)
def test_a_suggested_day_is_one_that_can_be_read(written):
    meant = suggest_date(written, periods.parse("2026-03"))
    if meant is not None:
        cell_values.date(meant)

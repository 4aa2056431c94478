"""What one cell says: periods, numbers, dates, codes, names and choices, in every way that people write them."""

import datetime as dt
import itertools
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianghua_batch.core import form_definitions, periods
from lianghua_batch.core.periods import HALF, MONTH, QUARTER, YEAR, Period
from lianghua_batch.intake import cell_values, grid
from lianghua_batch.intake.cell_values import Fault

FULL_WIDTH = str.maketrans("0123456789-./:+", "０１２３４５６７８９－．／：＋")
CHINESE = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]
COUNTS = {MONTH: 12, QUARTER: 4, HALF: 2, YEAR: 1}

any_period = st.sampled_from(list(COUNTS)).flatmap(
    lambda kind: st.builds(Period, st.integers(1900, 2200), st.just(kind), st.integers(1, COUNTS[kind]))
)
days = st.dates(dt.date(1901, 1, 1), dt.date(2199, 12, 31))
two_decimals = st.integers(-(10**9), 10**9)


def fault(read, *cell) -> str:
    """The code of the problem that reading a cell comes to."""
    with pytest.raises(Fault) as caught:
        read(*cell)
    return caught.value.code


# --- periods -------------------------------------------------------------------------------------------------------

MARCH, OCTOBER = Period(2026, MONTH, 3), Period(2026, MONTH, 10)
FIRST_QUARTER, LAST_QUARTER = Period(2026, QUARTER, 1), Period(2026, QUARTER, 4)
FIRST_HALF, SECOND_HALF, WHOLE_YEAR = Period(2026, HALF, 1), Period(2026, HALF, 2), Period(2026, YEAR, 1)


@pytest.mark.parametrize(
    ("written", "period"),
    [
        *((w, MARCH) for w in ("2026-03", "2026-3", "2026年3月", "2026年03月", "2026年3月份", "2026年三月")),
        *(
            (w, MARCH)
            for w in ("2026.3", "2026/03", "202603", "2026 年 3 月", "２０２６－０３", "2026-03月", " 2026-03\n")
        ),
        *((w, MARCH) for w in (202603, 202603.0, dt.date(2026, 3, 1), dt.datetime(2026, 3, 1))),
        *((w, OCTOBER) for w in ("2026-10", "2026年10月", "2026年十月")),
        *((w, Period(2026, MONTH, 12)) for w in ("2026-12", "2026年12月", "2026年十二月")),
        *((w, FIRST_QUARTER) for w in ("2026Q1", "2026q1", "2026-Q1", "2026年Q1", "２０２６Ｑ１", "2026 Q1")),
        *(
            (w, FIRST_QUARTER)
            for w in ("2026年第一季度", "2026年一季度", "2026年第1季度", "2026年1季度", "2026第一季度")
        ),
        *((w, LAST_QUARTER) for w in ("2026Q4", "2026年第四季度", "2026年度第四季度", "2026年四季度")),
        *((w, FIRST_HALF) for w in ("2026H1", "2026h1", "2026-H1", "2026年上半年", "2026上半年", "2026 年上半年")),
        *((w, SECOND_HALF) for w in ("2026H2", "2026年下半年", "2026年度下半年", "2026Ｈ２")),
        *((w, WHOLE_YEAR) for w in ("2026", "2026年", "2026年度", "２０２６", " 2026 年 ", 2026, 2026.0)),
    ],
)
def test_a_period_is_read_however_it_is_written(written, period):
    assert periods.parse(written) == period


@pytest.mark.parametrize(
    "written",
    [
        *(
            "",
            " ",
            None,
            True,
            "本年",
            "三月",
            "一季度",
            "上半年",
            "26年3月",
            "2026年13月",
            "2026-00",
            "2026-13",
            "202613",
        ),
        *(
            "2026Q0",
            "2026Q5",
            "2026年第五季度",
            "2026H0",
            "2026H3",
            "1899",
            "2201年",
            "2026-03-01",
            "2026年3月5日",
            "2026Q1Q2",
        ),
        *(2026.5, 20260, 3, dt.date(2026, 3, 5), dt.datetime(2026, 3, 5, 8, 0)),
    ],
)
def test_what_is_no_period(written):
    assert periods.parse(written) is None


@pytest.mark.parametrize(("written", "number"), [("2026年一〇月", 10), ("2026年一一月", 11), ("2026年一二月", 12)])
def test_a_month_written_digit_by_digit_is_not_taken_for_another(written, number):
    assert periods.parse(written) in (Period(2026, MONTH, number), None)


@given(any_period)
def test_a_period_is_read_as_it_is_printed(period):
    assert periods.parse(str(period)) == period


def in_chinese(period: Period) -> str:
    number = CHINESE[period.index]
    half = "上半年" if period.index == 1 else "下半年"
    return f"{period.year}年" + {MONTH: f"{number}月", QUARTER: f"第{number}季度", HALF: half, YEAR: ""}[period.kind]


@given(any_period)
def test_a_period_is_read_in_chinese(period):
    assert periods.parse(in_chinese(period)) == period


@given(any_period)
def test_a_period_is_its_months(period):
    months = period.months
    assert months[0].first_day == period.first_day and months[-1].last_day == period.last_day
    assert all(a.last_day + dt.timedelta(days=1) == b.first_day for a, b in itertools.pairwise(months))
    assert all(period.contains(m) for m in months)
    assert len(months) * COUNTS[period.kind] == 12


@given(any_period, any_period)
def test_one_period_contains_another_if_it_has_all_its_months(one, other):
    assert one.contains(other) == (set(other.months) <= set(one.months))


@given(any_period, days)
def test_a_day_lies_in_a_period_between_its_first_and_last(period, day):
    assert period.holds(day) == any((day.year, day.month) == (m.year, m.index) for m in period.months)


# --- numbers -------------------------------------------------------------------------------------------------------


def as_text(number: int) -> str:
    """So many hundredths as Excel shows them with two decimals."""
    return f"{'-' if number < 0 else ''}{abs(number) // 100}.{abs(number) % 100:02d}"


@given(two_decimals)
def test_a_number_with_two_decimals_is_read_exactly(number):
    written = as_text(number)
    assert cell_values.hundredths(float(written)) == number
    assert cell_values.hundredths(written) == number
    assert cell_values.hundredths(f" {written.translate(FULL_WIDTH)}　") == number
    assert cell_values.hundredths(written.replace("-", "−")) == number
    assert cell_values.hundredths(f"{written}分") == number
    assert cell_values.hundredths(f"{Decimal(written):,}") == number


@given(st.integers(-(10**9), 10**9))
def test_a_whole_number_is_read_exactly(number):
    assert (
        cell_values.hundredths(number)
        == cell_values.hundredths(float(number))
        == cell_values.hundredths(str(number))
        == 100 * number
    )


@given(st.lists(st.integers(0, 10000), min_size=1, max_size=8))
def test_the_noise_of_excels_sums_is_not_the_clerks(numbers):
    assert cell_values.hundredths(sum(n / 100 for n in numbers)) == sum(numbers)


@given(st.integers(-(10**8), 10**8).filter(lambda n: n % 10))
def test_a_third_decimal_is_a_problem_with_the_rounded_number_as_suggestion(thousandths):
    written = Decimal(thousandths).scaleb(-3)
    for cell in (float(written), str(written)):
        with pytest.raises(Fault) as caught:
            cell_values.hundredths(cell)
        assert caught.value.code == "E203"
        assert Decimal(caught.value.suggestion) == written.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize(
    "cell", ["八十", "80分钟", "1e2", "nan", "inf", "1_000", "80 左右", "½", "--5", "5-", ".", "8。5", True, False]
)
def test_what_is_no_number(cell):
    assert fault(cell_values.hundredths, cell) == "E202"


@pytest.mark.parametrize("cell", [dt.date(2026, 1, 5), dt.datetime(2026, 1, 5), dt.time(8, 30), dt.timedelta(hours=30)])
def test_a_date_is_no_number(cell):
    assert fault(cell_values.hundredths, cell) == "E202"


@pytest.mark.parametrize("cell", ["8，5", "90,5"])
def test_a_comma_that_parts_no_thousands_is_not_dropped(cell):
    assert fault(cell_values.hundredths, cell) == "E202"


@pytest.mark.parametrize("cell", [10**13, 1e14, -1e300, "9" * 30, "-100000000000"])
def test_a_number_beyond_all_bounds(cell):
    assert fault(cell_values.hundredths, cell) == "E212"


@given(st.integers(0, 10**6))
def test_votes(number):
    assert cell_values.count(number) == cell_values.count(float(number)) == cell_values.count(f"{number}.0") == number


@pytest.mark.parametrize("cell", [-1, 1.5, "一", "3票", "1.005", True])
def test_what_is_no_vote(cell):
    assert fault(cell_values.count, cell) == "E206"


# --- dates ---------------------------------------------------------------------------------------------------------


@given(days)
def test_a_date_is_read_in_every_writing(day):
    y, m, d = day.year, day.month, day.day
    writings = [
        day,
        dt.datetime(y, m, d, 14, 30),
        day.isoformat(),
        f"{y}/{m}/{d}",
        f"{y}.{m}.{d}",
        f"{y}年{m}月{d}日",
        f"{y} 年 {m:02d} 月 {d:02d} 日",
        f"{y}年{m}月{d}号",
        f"{y}{m:02d}{d:02d}",
        int(f"{y}{m:02d}{d:02d}"),
        f"{day.isoformat()} 00:00:00",
        f"{day.isoformat()} 14:30",
        f"{day.isoformat()} 星期{'一二三四五六日'[day.weekday()]}",
        f"{y}-{m}-{d}".translate(FULL_WIDTH),
    ]
    assert [cell_values.date(w) for w in writings] == [day] * len(writings)


@given(st.dates(dt.date(1955, 1, 1), dt.date(2118, 12, 31)))
def test_a_serial_number_of_excel_is_its_date(day):
    serial = (day - dt.date(1899, 12, 30)).days
    assert cell_values.date(serial) == cell_values.date(float(serial)) == cell_values.date(str(serial)) == day


@given(days.filter(lambda d: (d.month, d.day) != (2, 29)))
def test_a_day_without_a_year_is_of_the_forms_year(day):
    month = Period(day.year, MONTH, day.month)
    assert (
        cell_values.date(f"{day.month}月{day.day}日", month)
        == cell_values.date(f"{day.month}月{day.day}", month)
        == day
    )
    assert fault(cell_values.date, f"{day.month}月{day.day}日") == "E207"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("二〇二六年三月十五日", dt.date(2026, 3, 15)),
        ("二零二六年十月一日", dt.date(2026, 10, 1)),
        ("2026年十二月三十一日", dt.date(2026, 12, 31)),
        ("2026年二月二十日", dt.date(2026, 2, 20)),
    ],
)
def test_a_date_in_chinese_digits(written, day):
    assert cell_values.date(written) == day


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "昨天",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-3",
            "26-3-5",
            "3/5",
            "15/03/2026",
            "2026-03-05至06",
            "20261301",
        ),
        *("1900-12-31", "2200-01-01", "99999", 0, 19999, 80000, 46027.25, -5, True, dt.date(1900, 1, 1), dt.time(8, 0)),
    ],
)
def test_what_is_no_date(cell):
    assert fault(cell_values.date, cell, MARCH) == "E207"


# --- codes, names, choices -----------------------------------------------------------------------------------------


@given(st.from_regex(r"[A-Z]{0,3}[0-9]{1,10}", fullmatch=True))
def test_a_code_keeps_its_zeros_and_loses_its_spaces(code):
    assert (
        cell_values.code(code) == cell_values.code(f" {code}\n") == cell_values.code(f"{code[:2]} {code[2:]}") == code
    )
    assert cell_values.code(code.translate(FULL_WIDTH)) == code


@given(st.integers(0, 10**15 - 1))
def test_a_code_that_was_typed_as_a_number_is_its_digits(number):
    assert cell_values.code(number) == cell_values.code(float(number)) == str(number)


@pytest.mark.parametrize("cell", [1.5, True, dt.date(2026, 1, 5), dt.datetime(2026, 1, 5), dt.time(1, 2)])
def test_what_is_no_code(cell):
    assert fault(cell_values.code, cell) == "E211"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("甲 一", "甲一"),
        ("甲　一", "甲一"),
        (" 甲\n一 ", "甲一"),
        ("John  Smith", "John Smith"),
        ("买买提·艾力", "买买提·艾力"),
    ],
)
def test_the_spaces_that_align_names_are_no_part_of_them(written, name):
    assert cell_values.person(written) == name


def test_a_choice_is_read_by_its_label_and_its_other_names():
    level = form_definitions.definitions()["roster"].sheet("units").column("level")
    assert [cell_values.choice(w, level) for w in ("党委", " 党 委 ", "机关党委")] == ["committee"] * 3
    assert [cell_values.choice(w, level) for w in ("支部", "党支部")] == ["branch"] * 2
    with pytest.raises(Fault) as caught:
        cell_values.choice("党总支", level)
    assert (caught.value.code, caught.value.context) == ("E208", {"allowed": "党委、支部"})


@pytest.mark.parametrize("cell", [None, "", " ", "　", "\n", "\t "])
def test_what_nobody_sees_is_blank(cell):
    assert grid.is_blank(cell)


@pytest.mark.parametrize("cell", [0, 0.0, False, "0", "-", "无"])
def test_what_somebody_sees_is_not_blank(cell):
    assert not grid.is_blank(cell)

"""What a cell that cannot be read probably means: 九十五点五 → 95.5, 3月5号上午 → 2026-03-05, a date that was 1/3."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from lianghua_batch.core import resources
from lianghua_batch.core.periods import MONTH, Period, arabic

_DIGITS_AND_LOOK_ALIKES = re.compile(r"^(?=.*\d)[\doOlI]+(\.[\doOlI]+)?$")
_IDEOGRAPHIC_POINT = re.compile(r"(?<=\d)。(?=\d)")
_SEPARATOR = r"[-./\\年月、，,。·]"
_DAY_FIRST_OR_LAST = re.compile(rf"^(\d{{1,2}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}(\d{{4}})$")
_FULL = re.compile(rf"^(\d{{4}}|\d{{2}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}(\d{{1,2}})[日号]?$")
_MONTH_AND_DAY = re.compile(rf"^(\d{{1,2}}){_SEPARATOR}(\d{{1,2}})[日号]?$")
_DAY = re.compile(r"^(\d{1,2})[日号]$")
_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")
_ISO_DATE = re.compile(r"^\d{4}-(\d{2})-(\d{2})$")
_LONGEST = 40  # no number and no date in words is longer


# --- numbers -------------------------------------------------------------------------------------------------------


def suggest_number(written: str) -> str | None:
    """The number that a text with one number in words or digits means; None where there are two, or other words about it."""
    if len(written) > _LONGEST or any(unicodedata.category(c) == "No" for c in written):  # 8² is not 82
        return None
    plain = " ".join(unicodedata.normalize("NFKC", written).replace("−", "-").split())
    plain = _IDEOGRAPHIC_POINT.sub(".", plain)
    if _DIGITS_AND_LOOK_ALIKES.match(plain):
        plain = plain.translate(str.maketrans("oOlI", "0011"))
    numbers = list(_number_pattern().finditer(plain))
    if len(numbers) != 1:
        return None
    before, after = plain[: numbers[0].start()], plain[numbers[0].end() :]
    number = _number(numbers[0][0]) if _says_nothing(before) and _says_nothing(after) else None
    if number is None or number != round(number, 2):
        return None
    return format(number.normalize(), "f")


def suggest_count(written: str) -> str | None:
    """The same for a whole number ≥ 0."""
    number = suggest_number(written)
    return number if number is not None and number.isdecimal() else None


@cache
def _number_pattern() -> re.Pattern[str]:
    words = resources.load("reading")["number_words"]
    digits, units = "".join(words["digits"]), "".join(words["units"])
    return re.compile(
        rf"[-+]?\d+(?:\.\d+)?|{words['minus']}?[{digits}{units}]+(?:{words['point']}[{digits}]+)?|{words['minus']}\d+(?:\.\d+)?"
    )


def _says_nothing(text: str) -> bool:
    """Whether only words like 约 and 分 stand beside the number."""
    besides = "|".join(sorted(map(re.escape, resources.load("reading")["number_words"]["besides"]), key=len)[::-1])
    return re.fullmatch(rf"(?:{besides}|\s|[:~≈])*", text) is not None


def _number(written: str) -> Decimal | None:
    words = resources.load("reading")["number_words"]
    if written.startswith(words["minus"]):
        rest = _number(written[len(words["minus"]) :])
        return None if rest is None else -rest
    whole, point, part = written.partition(words["point"])
    if whole[-1].isdecimal():
        return Decimal(written)
    value = _in_words(whole, words["digits"], words["units"])
    if value is None or not point:
        return None if value is None else Decimal(value)
    return Decimal(f"{value}.{''.join(str(words['digits'][c]) for c in part)}")


def _in_words(written: str, digits: dict[str, int], units: dict[str, int]) -> int | None:
    """九十五 → 95, 一百零五 → 105, 九五 → 95; None for what has no single meaning (一百五)."""
    if not any(c in units for c in written):
        return int("".join(str(digits[c]) for c in written))
    total, digit, least = 0, None, max(units.values()) * 10
    for character in written:
        if character in digits:
            if digit:
                return None
            digit = digits[character]
            continue
        unit = units[character]
        if unit >= least or (digit is None and (total or unit > min(units.values()))):
            return None
        total, digit, least = total + (1 if digit is None else digit) * unit, None, unit
    colloquial = digit and least > min(units.values()) and digits.get(written[-2]) != 0  # 一百五 is 150
    return None if colloquial else total + (digit or 0)


# --- dates ---------------------------------------------------------------------------------------------------------


def suggest_date(raw: object, period: Period | None) -> str | None:
    """The day that a text or number means, where only one does; without its year, or in doubt, one of the form's period."""
    if isinstance(raw, (bool, dt.date, dt.time, dt.timedelta)):
        return None
    written = format(raw, ".15g") if isinstance(raw, float) else str(raw)
    if len(written) > _LONGEST:
        return None
    plain = _day_alone(written)
    days = {day for day in _readings(plain, isinstance(raw, float), period) if day is not None}
    return days.pop().isoformat() if len(days) == 1 else None


def suggest_year(day: dt.date, period: Period) -> str | None:
    """The same day of the period's year, if the period holds it: in January people go on writing the old year."""
    meant = _within(period, _day(period.year, day.month, day.day))
    return None if meant is None else meant.isoformat()


def _day_alone(written: str) -> str:
    """The text without 上午, 14:30, 星期三 and spaces, its numbers in Arabic digits."""
    words = resources.load("reading")
    plain = "".join(_TIME.sub("", unicodedata.normalize("NFKC", written)).split())
    plain = re.sub(rf"[(]?(?:{'|'.join(words['weekdays'])})[一二三四五六日天][)]?", "", plain)
    for word in words["day_words"]:
        plain = plain.replace(word, "")
    return arabic(plain)


def _readings(plain: str, number: bool, period: Period | None) -> Iterator[dt.date | None]:
    if match := _FULL.match(plain):
        year, month, day = map(int, match.groups())
        yield _day(year, month, day) if year > 99 else _within(period, _day(2000 + year, month, day))
    elif match := _DAY_FIRST_OR_LAST.match(plain):
        first, second, year = map(int, match.groups())
        yield from (_within(period, _day(year, *pair)) for pair in ((first, second), (second, first)))
    elif period is not None and (match := _MONTH_AND_DAY.match(plain)):
        month, day = map(int, match.groups())
        yield _within(period, _day(period.year, month, day))
        if number and day < 10:  # Excel stores 3.10 as 3.1
            yield _within(period, _day(period.year, month, 10 * day))
    elif period is not None and period.kind == MONTH and (match := _DAY.match(plain)):
        yield _day(period.year, period.first_month, int(match[1]))


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day) if 1900 < year < 2200 else None
    except ValueError:  # 30 February
        return None


def _within(period: Period | None, day: dt.date | None) -> dt.date | None:
    return day if day is not None and period is not None and period.holds(day) else None


# --- what Excel has made a date ------------------------------------------------------------------------------------


def suggest_code(raw: object) -> str | None:
    """The code that Excel took for a date: 2026-01-02 was typed as 1-2."""
    at_midnight = not isinstance(raw, dt.datetime) or raw.time() == dt.time()
    return f"{raw.month}-{raw.day}" if isinstance(raw, dt.date) and at_midnight else None


def suggest_fraction(written: str) -> str | None:
    """The fraction that Excel took for a date, from how the date is shown: 2026-01-03 was typed as 1/3."""
    match = _ISO_DATE.match(written)
    return f"{int(match[1])}/{int(match[2])}" if match else None

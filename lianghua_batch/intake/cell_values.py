"""One cell → one value: numbers as hundredths, dates, codes, names, choices. What cannot be read raises a Fault, never a guess."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache

from lianghua_batch.core import resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.form_definitions import ANY, CHOICE, CODE, COUNT, DATE, NAME, NUMBER, TEXT, YES_NO, Column
from lianghua_batch.core.periods import Period, arabic, visible
from lianghua_batch.core.suggestions import Candidates
from lianghua_batch.intake.cell_suggestions import suggest_code, suggest_count, suggest_date, suggest_number
from lianghua_batch.intake.grid import Flaw, Percent

_MOST_EXACT = 10**15 - 1  # a cell keeps 15 digits of a number
_LARGEST = 10**13  # hundredths; far beyond any score and well inside int64
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_ERROR_VALUES = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!"}
)
_INTEGER = re.compile(r"^[+-]?\d+$")
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$")
_DATE = re.compile(r"^(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?号?$")
_COMPACT_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_DAY_OF_YEAR = re.compile(r"^(\d{1,2})月(\d{1,2})日?$")
_TIME_OR_WEEKDAY = re.compile(
    r"([T ]?([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?| ?(星期|周)[一二三四五六日天])$"
)  # 25:00 is no time


class Fault(Exception):
    """The cell's value cannot be taken: `code` of the message catalogue and what its sentence needs."""

    def __init__(self, code: Code, suggestion: str | None = None, **context: object) -> None:
        super().__init__(code)
        self.code = code
        self.suggestion = suggestion
        self.context = context


@lru_cache(maxsize=65536)
def tidy(written: str) -> str:
    """Full-width forms made half-width, line breaks and repeated spaces made one space, outer spaces and invisible characters removed."""
    return " ".join(unicodedata.normalize("NFKC", visible(written)).split())


@lru_cache(maxsize=65536)
def squeeze(written: str) -> str:
    """`tidy` without any space: how headings, labels, codes and choices are compared."""
    return tidy(written).replace(" ", "")


@lru_cache(maxsize=65536)
def compared(name: str) -> str:
    """The form in which names of people and units are compared: as people see them, without the dots between their parts (spec §2)."""
    return _dots().sub("", squeeze(name))


@cache
def _dots() -> re.Pattern[str]:
    """The dots of names; 1.5 and 15 are two."""
    return re.compile(
        rf"(?<!\d)[{re.escape(resources.load('reading')['name_dots'])}]|[{re.escape(resources.load('reading')['name_dots'])}](?!\d)"
    )


@lru_cache(maxsize=65536)
def letters(name: str) -> str:
    """The letters and digits of a name or code alone, without regard to case."""
    return "".join(c for c in compared(name).casefold() if c.isalnum())


def as_shown(raw: object) -> str:
    """Write a cell as its clerk sees it, for a problem's value."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return format(raw, ".15g")
    if isinstance(raw, dt.datetime) and raw.time() == dt.time():
        return raw.date().isoformat()
    return str(raw)


def hundredths(raw: object) -> int:
    """Read a number with at most two decimals as whole hundredths; binary noise (83.92000000000002) is not the clerk's."""
    if isinstance(raw, (bool, dt.date, dt.time, dt.timedelta)):
        raise Fault(Code.NOT_A_NUMBER)
    if isinstance(raw, Percent):
        number = raw.points
    elif isinstance(raw, int):
        number = Decimal(raw)
    elif isinstance(raw, float):
        near = round(raw * 100) if abs(raw) * 100 < _LARGEST else 0
        if near / 100 == raw:
            return near
        number = Decimal(format(raw, ".15g"))
    else:
        number = _written_number(str(raw))
    if not number.is_finite():
        raise Fault(Code.NOT_A_NUMBER)
    scaled = number * 100
    if abs(scaled) >= _LARGEST:
        raise Fault(Code.NUMBER_TOO_LARGE)
    if scaled != scaled.to_integral_value():
        raise Fault(Code.TOO_MANY_DECIMALS, suggestion=str(number.quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")))
    return int(scaled)


def _written_number(written: str) -> Decimal:
    plain = tidy(written).replace("−", "-")
    for suffix in (*resources.load("reading")["point_suffixes"], "%"):
        plain = plain.removesuffix(suffix).rstrip()
    if _THOUSANDS.match(plain):
        plain = plain.replace(",", "")
    try:
        odd = any(unicodedata.category(c) == "No" for c in written)  # 1² is not 12
        if (
            odd or " " in plain or "_" in plain or plain.lower() != plain.upper()
        ):  # 1e3, nan, inf: not a clerk's numbers
            raise InvalidOperation
        return Decimal(plain)
    except InvalidOperation:
        raise Fault(Code.NOT_A_NUMBER, suggest_number(written)) from None


def count(raw: object) -> int:
    """Read a whole number ≥ 0, such as votes; a share is none."""
    if isinstance(raw, Percent):
        raise Fault(Code.NOT_A_COUNT)
    try:
        value = hundredths(raw)
    except Fault as fault:
        raise (
            fault if fault.code == Code.NUMBER_TOO_LARGE else Fault(Code.NOT_A_COUNT, suggest_count(str(raw)))
        ) from None
    if value < 0 or value % 100:
        raise Fault(Code.NOT_A_COUNT)
    return value // 100


def date(raw: object, period: Period | None = None) -> dt.date:
    """Read a date: a real one, an Excel serial number, or text such as 2026-03-05, 2026年3月5日, 2026.3.5, 20260305, 3月5日 (in the form's year)."""
    if isinstance(raw, dt.datetime):
        raw = raw.date()
    if isinstance(raw, dt.date):
        return _sensible(raw)
    if isinstance(raw, bool):
        raise Fault(Code.NOT_A_DATE)
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    written = arabic(_TIME_OR_WEEKDAY.sub("", tidy(str(raw))).replace(" ", ""))
    try:
        if match := _DATE.match(written) or _COMPACT_DATE.match(written):
            return _sensible(dt.date(*(int(part) for part in match.groups())))
        if period is not None and (match := _DAY_OF_YEAR.match(written)):
            return dt.date(period.year, int(match[1]), int(match[2]))
        if _INTEGER.match(written) and 20000 <= int(written) < 80000:
            return _EXCEL_EPOCH + dt.timedelta(days=int(written))
    except ValueError:  # 30 February
        raise Fault(Code.NOT_A_DATE, suggest_date(raw, period)) from None
    raise Fault(Code.NOT_A_DATE, suggest_date(raw, period))


def _sensible(day: dt.date) -> dt.date:
    if not 1900 < day.year < 2200:
        raise Fault(Code.NOT_A_DATE)
    return day


def code(raw: object) -> str:
    """Read a code as text, without spaces; a whole number is its digits."""
    if isinstance(raw, (bool, dt.date, dt.time, dt.timedelta, Percent)):
        raise Fault(Code.NOT_AN_ID, suggest_code(raw))
    if isinstance(raw, float):
        if not raw.is_integer():
            raise Fault(Code.NOT_AN_ID)
        raw = int(raw)
    if isinstance(raw, int) and abs(raw) > _MOST_EXACT:
        raise Fault(Code.LOST_DIGITS)
    return squeeze(str(raw))


def text(raw: object) -> str:
    """Read a cell as one line of text, its characters as they were filled in: it is published so."""
    return " ".join(visible(as_shown(raw)).split())


def person(raw: object) -> str:
    """Read a person's name; the spaces that align two characters with three are not part of it."""
    written = tidy(as_shown(raw))
    return written if written.isascii() else written.replace(" ", "")


@cache
def _no_name_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in resources.load("reading")["no_name_patterns"])


def is_no_name(written: str) -> bool:
    """Whether what stands for a name names nobody: a dash, a ditto mark, 同上."""
    plain = squeeze(written)
    return not any(c.isalnum() for c in plain) or any(p.search(plain) for p in _no_name_patterns())


def choice(raw: object, column: Column) -> str:
    """Read one of the column's allowed values and return its identifier."""
    written = squeeze(as_shown(raw))
    for identifier, label in column.choices.items():
        if written == squeeze(label) or written in column.choice_aliases.get(identifier, ()):
            return identifier
    names = {name: label for key, label in column.choices.items() for name in column.choice_aliases.get(key, ())}
    suggestion = Candidates(names | {label: label for label in column.choices.values()}).suggest(written)
    raise Fault(
        Code.NOT_A_CHOICE,
        suggestion,
        allowed=resources.load("messages/problem_words")["separator"].join(column.choices.values()),
    )


def anything(raw: object) -> str:
    """Read a cell whose type its row decides (参数's 值) as text."""
    return squeeze(as_shown(raw))


_SIMPLE = {CODE: code, TEXT: text, NAME: person, NUMBER: hundredths, COUNT: count, ANY: anything}


def read(raw: object, column: Column, period: Period | None) -> object:
    """Read one filled cell as its column's type; raises Fault."""
    if isinstance(raw, str) and raw.strip() in _ERROR_VALUES:
        raw = Flaw(Code.ERROR_VALUE, raw)
    if isinstance(raw, Flaw):
        if column.type != TEXT or column.required:
            raise Fault(raw.code, suggestion=raw.seen or None, **raw.context)
        if raw.code is Code.ERROR_VALUE:
            raise Fault(Code.ERROR_VALUE_IN_FREE_TEXT)
        if raw.seen is None:
            raise Fault(raw.code, **raw.context)
        return text(raw.seen) or None  # words that were struck out are not said
    if column.type == DATE:
        return date(raw, period)
    if column.type in (CHOICE, YES_NO):
        return choice(raw, column)
    if column.expand == "dimensions" and squeeze(as_shown(raw)) in resources.load("reading")["exempt_marks"]:
        raise Fault(Code.EXEMPTION_AS_SCORE)
    if column.type == NAME and column.required and is_no_name(as_shown(raw)):
        raise Fault(Code.NOT_A_NAME)
    return _SIMPLE[column.type](raw)

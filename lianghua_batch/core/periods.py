"""Appraisal periods: a month 2026-03, a quarter 2026Q1, a half year 2026H1, a year 2026, and the ways people write them."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property

from lianghua_batch.core import resources

MONTH, QUARTER, HALF, YEAR = "month", "quarter", "half", "year"
# Characters without a shape: Unicode's Default_Ignorable_Code_Point (variation selectors among them), controls that are no
# space, the blank Braille pattern, GBK's second ideographic space, the place of an object and
# the marks of annotations.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ud800-\udfff\ue5e5\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_LENGTH = {MONTH: 1, QUARTER: 3, HALF: 6, YEAR: 12}


@dataclass(frozen=True, order=True)
class Period:
    """One period: `index` counts its kind within the year from 1 (month 1–12, quarter 1–4, half 1–2, year 1)."""

    year: int
    kind: str
    index: int

    def __str__(self) -> str:
        if self.kind == MONTH:
            return f"{self.year}-{self.index:02d}"
        return f"{self.year}{self.kind[0].upper()}{self.index}" if self.kind != YEAR else str(self.year)

    @cached_property
    def first_month(self) -> int:
        return (self.index - 1) * _LENGTH[self.kind] + 1

    @cached_property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.first_month, 1)

    @cached_property
    def last_day(self) -> dt.date:
        last_month = self.first_month + _LENGTH[self.kind] - 1
        following = dt.date(self.year + last_month // 12, last_month % 12 + 1, 1)
        return following - dt.timedelta(days=1)

    @cached_property
    def months(self) -> list["Period"]:
        return [Period(self.year, MONTH, self.first_month + i) for i in range(_LENGTH[self.kind])]

    @cached_property
    def quarters(self) -> list["Period"]:
        """The quarters that lie wholly in this period: one of a quarter, two of a half, four of a year, none of a month."""
        return [q for q in (Period(self.year, QUARTER, i) for i in range(1, 5)) if self.contains(q)]

    @cached_property
    def halves(self) -> list["Period"]:
        return [h for h in (Period(self.year, HALF, i) for i in (1, 2)) if self.contains(h)]

    @property
    def previous(self) -> "Period":
        """The period of the same kind before it: of 2026Q1 2025Q4, of 2026 2025."""
        if self.index > 1:
            return Period(self.year, self.kind, self.index - 1)
        return Period(self.year - 1, self.kind, 12 // _LENGTH[self.kind])

    def contains(self, other: "Period") -> bool:
        """Whether every day of `other` lies in this period."""
        return self.first_day <= other.first_day and other.last_day <= self.last_day

    def holds(self, day: dt.date) -> bool:
        """Whether `day` lies in this period."""
        return self.first_day <= day <= self.last_day


def year(number: int) -> Period:
    """Return the period of a whole year."""
    return Period(number, YEAR, 1)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    words = resources.load("reading")["periods"]
    number = r"(?P<i>\d{1,2})"
    month, quarter = words["month"], "|".join(words["quarters"])
    suffix = "|".join(sorted(words["year_suffixes"], key=len, reverse=True))
    head = rf"^(?P<y>\d{{4}})(?:{suffix})?"
    return [
        (MONTH, re.compile(rf"{head}[-./]?{number}(?:{month}份?)$")),
        (MONTH, re.compile(r"^(?P<y>\d{4})(?:[-./](?P<i>\d{1,2})|(?P<i6>\d{2}))$")),
        (QUARTER, re.compile(rf"{head}[-./]?Q(?P<i>[1-4])$", re.IGNORECASE)),
        (QUARTER, re.compile(rf"{head}第?{number}(?:{quarter})$")),
        (HALF, re.compile(rf"{head}[-./]?H(?P<i>[12])$", re.IGNORECASE)),
        *((HALF, re.compile(rf"{head}(?P<i>){'|'.join(names)}$")) for names in words["halves"].values()),
        (YEAR, re.compile(rf"{head}(?P<i>)$")),
    ]


def visible(written: str) -> str:
    """Return a text without invisible characters."""
    return _INVISIBLE.sub("", written)


def arabic(written: str) -> str:
    """Write Chinese numerals in a text with Arabic digits: 二〇二六年三月十五日 → 2026年3月15日; above 99 digit by digit."""
    digits = resources.load("reading")["digits"]

    def number(match: re.Match[str]) -> str:
        tens, ten, ones = match[0].partition("十")
        if not ten:
            return "".join(str(digits[c]) for c in tens)
        if len(tens) > 1 or len(ones) > 1:
            return match[0]  # no number of a date
        return str((digits[tens] if tens else 1) * 10 + (digits[ones] if ones else 0))

    return re.sub(f"[{''.join(digits)}]+", number, written)


def parse(raw: object) -> Period | None:
    """Read a period as people write it (2026-03, 2026年3月, 2026Q1, 2026年第一季度, 2026H1, 2026年上半年, 2026, 2026年).

    A date on the first of a month is that month (Excel turns 2026-03 into one). Returns None for what is no period.
    """
    if isinstance(raw, dt.datetime):
        raw = raw.date()
    if isinstance(raw, dt.date):
        return Period(raw.year, MONTH, raw.month) if raw.day == 1 else None
    if isinstance(raw, bool) or raw is None:
        return None
    if isinstance(raw, float):
        if not raw.is_integer():
            return None
        raw = int(raw)
    written = arabic(re.sub(r"\s+", "", unicodedata.normalize("NFKC", visible(str(raw)))))
    halves = resources.load("reading")["periods"]["halves"]
    for kind, pattern in _patterns():
        match = pattern.match(written)
        if not match:
            continue
        index = 1
        if kind == HALF and not match["i"]:
            index = next(i for i, names in halves.items() if any(written.endswith(name) for name in names))
        elif match["i"]:
            index = int(match["i"])
        elif match.groupdict().get("i6"):
            index = int(match["i6"])
        number = int(match["y"])
        if 1 <= index <= 12 // _LENGTH[kind] and 1900 <= number <= 2200:
            return Period(number, kind, index)
    return None

"""What a number looks like in its cell's number format, where that is another number than the stored one."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache

from lianghua_batch.core.codes import Code
from lianghua_batch.intake.grid import Flaw, Percent

# Quoted and escaped text (WPS and Chinese Excel escape by ! too), gaps, brackets, the general format under both of its names.
_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]*"?)|(?P<escaped>[\\!].)|(?P<gap>[_*].)|\[(?P<bracket>[^\]]*)\]"""
    r"""|(?P<general>General|G/通用格式)|(?P<power>E[+-])|(?P<end>;)|(?P<plain>.)""",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_COLOUR = re.compile(
    r"(?:black|blue|cyan|green|magenta|red|white|yellow|color\s*\d+|颜色\s*\d+|[黑蓝青绿洋红白黄]色?)", re.I
)
_ELAPSED = re.compile(r"[hmsHMS]+")
_OF_DATES = frozenset("ymdhsYMDHS")
_TIMES = re.compile(
    "[十百千万亿KkMm]"
)  # a unit that multiplies: 0.0,"千" shows 8000 as 8.0千, which is 8000 to one and 8 to another
_SIGNS = re.compile("[-−－(（负减]")
_CODE = re.compile("[A-Za-z0-9]")
_MINUS = ("-", "−", "－")
_DIGITS = ("0", "#", "?")
_OF_NEGATIVES, _OF_ZERO = 1, 2  # which section is for what, if none has a condition
_COMPARED: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
}


@dataclass(frozen=True)
class _Section:
    """One section of a number format.

    `body` are its digits, literals (after "'"), points and commas in order; `plain` ones show a number as it is stored.
    """

    condition: tuple[str, Decimal] | None
    coloured: bool
    body: tuple[str, ...]
    percents: int
    plain: bool

    @cached_property
    def alters(self) -> bool:
        """Whether the section can show another number than is stored."""
        return not self.plain and bool(self.percents or self._scale or self._is_code or self._point or self._misleading)

    @cached_property
    def bare(self) -> str:
        """Its digits, point and commas."""
        return "".join(piece for piece in self.body if piece[0] != "'")

    @cached_property
    def before(self) -> str:
        """The text before the number."""
        return "".join(piece[1:] for piece in self.body[: self._number.start])

    @cached_property
    def text(self) -> str:
        """All its text."""
        return "".join(piece[1:] for piece in self.body if piece[0] == "'")

    @cached_property
    def _number(self) -> range:
        digits = [n for n, piece in enumerate(self.body) if piece in _DIGITS]
        return range(digits[0], digits[-1] + 1) if digits else range(len(self.body), len(self.body))

    @cached_property
    def _among(self) -> list[int]:
        """Where text stands among the digits; spaces and commas only group them."""
        return [n for n in self._number if self.body[n][0] == "'" and self.body[n][1:].strip(" ,")]

    @cached_property
    def _scale(self) -> int:
        """By how many thousands the number is divided: the commas after the last digit before the point or the end."""
        return sum(len(p) - len(p.rstrip(",")) for p in self.bare.partition(".") if p.strip(","))

    @cached_property
    def _is_code(self) -> bool:
        """Whether its digits are all written out: 000, "ZB"0, 000-000."""
        return set(self.bare) == {"0"} and not self._point and (len(self.bare) > 1 or bool(_CODE.search(self.before)))

    @cached_property
    def _point(self) -> int:
        """Before how many digits a point is written as text (0!.0), where that is all that stands among the digits; else 0."""
        if len(self._among) != 1 or self.body[self._among[0]] != "'." or "." in self.bare:
            return 0
        return sum(piece in _DIGITS for piece in self.body[self._among[0] :])

    @cached_property
    def _misleading(self) -> bool:
        """Whether its text reads as a part of the number, or stands for it."""
        after = "".join(piece[1:] for piece in self.body[self._number.stop :])
        digit = self.before.rstrip(".,")[-1:].isdigit() or after.lstrip(".,")[:1].isdigit()
        return not self.bare or bool(self._among) or digit

    def show(self, number: Decimal) -> object:
        """The altered look of a number; None where that is not exactly one number."""
        if self._is_code:
            return self._written(number)
        if (self._misleading and not self._point) or (self._scale and _TIMES.search(self.text)):
            return None
        if self.percents:
            odd = self.percents > 1 or self._scale or self._point
            return None if odd else Percent((number * 100).normalize())
        seen = number.scaleb(-3 * self._scale)
        decimals = len(self.bare.partition(".")[2].rstrip(","))
        return float(seen.scaleb(-self._point)) if seen == round(seen, decimals) else None

    def _written(self, number: Decimal) -> object:
        """The digits, the leading zeros and the text of a code."""
        if number != number.to_integral_value() or number < 0:
            return float(number)
        room = len(self.bare)
        digits = str(int(number)).zfill(room)
        left, rest = digits[: len(digits) - room + 1], iter(digits[len(digits) - room + 1 :])
        parts = []
        for piece in self.body:
            if piece == "0":
                parts.append(left or next(rest))
                left = ""
            else:
                parts.append(piece[1:])
        return "".join(parts).strip()


_GENERAL = _Section(None, False, (), 0, True)


def matters(number_format: str) -> bool:
    """Whether a number format can show another number than is stored: 0.0%, the leading zeros of 000000, thousands (0,)."""
    sections = _sections(number_format)
    return any(_alters(sections, n) for n in range(min(len(sections), 3)))


def displayed_value(stored: object, number_format: str) -> object:
    """What a number looks like in a format that matters: 0.95 → Percent(95), 1 in 000000 → '000001'; others stay as stored.

    A look that is not exactly one number is a Flaw.
    """
    if isinstance(stored, bool) or not isinstance(stored, int | float):
        return stored
    number = Decimal(format(stored, ".15g"))
    if not number.is_finite():
        return stored
    sections = _sections(number_format)
    looks = {n: _look(sections, n, number, stored) for n in _chosen(sections, number)}
    if None in looks.values() or len({str(look) for look in looks.values()}) > 1:
        return Flaw(Code.DISPLAYED_NUMBER_DIFFERS, format(number, "f"), number_format)
    return next(iter(looks.values()))


def _look(sections: tuple[_Section, ...], n: int, number: Decimal, stored: object) -> object:
    if not _alters(sections, n):
        return stored
    return None if _wrong_sign(sections, n) else sections[n].show(number)


def _alters(sections: tuple[_Section, ...], n: int) -> bool:
    section = sections[n]
    if n == _OF_ZERO and not section.bare and not any(c.isdigit() for c in section.text):
        return False  # a zero shown as a dash or as nothing
    return section.alters or _wrong_sign(sections, n)


def _wrong_sign(sections: tuple[_Section, ...], n: int) -> bool:
    """Whether negative numbers are shown without any sign (0;0) or others with one; red ones are known for what they are."""
    section = sections[n]
    if not section.bare or section.plain or any(other.condition for other in sections):
        return False
    if n == _OF_NEGATIVES:
        return not section.coloured and not _SIGNS.search(section.text)
    return n != _OF_ZERO and section.before.strip() in _MINUS


def _chosen(sections: tuple[_Section, ...], number: Decimal) -> list[int]:
    """Which section applies to a number; two where programs differ."""
    sections = sections[:3]
    conditions = [s.condition for s in sections[:2]]
    if not any(conditions):
        if number < 0 and len(sections) > 1:
            return [1]
        return [2] if number == 0 and len(sections) > 2 else [0]
    for n, condition in enumerate(conditions):
        if condition and _COMPARED[condition[0]](number, condition[1]):
            return [n]
    return [n for n in range(len(sections)) if n == 2 or not sections[n].condition] or [len(sections) - 1]


@lru_cache(maxsize=4096)
def _sections(number_format: str) -> tuple[_Section, ...]:
    """The sections for numbers; the one for text is left out."""
    if not number_format.strip():
        return (_GENERAL,)
    found = [_section(tokens) for tokens in _split(number_format)]
    numbers = [section for section, text in found[:4] if not text]
    return tuple(numbers[:3]) or (_GENERAL,)


def _split(number_format: str) -> Iterator[list[re.Match[str]]]:
    tokens: list[re.Match[str]] = []
    for token in _TOKEN.finditer(number_format):
        if token["end"]:
            yield tokens
            tokens = []
        else:
            tokens.append(token)
    yield tokens


def _section(tokens: list[re.Match[str]]) -> tuple[_Section, bool]:
    """A section, and whether it is the one for text."""
    condition, coloured, percents, plain, text = None, False, 0, False, False
    body: list[str] = []
    for token in tokens:
        if token["quoted"] is not None:
            body.append("'" + token["quoted"].strip('"'))
        elif token["escaped"]:
            body.append("'" + token["escaped"][1])
        elif token["bracket"] is not None:
            inside = token["bracket"]
            if match := _CONDITION.fullmatch(inside.strip()):
                condition = match[1], Decimal(match[2])
            coloured |= bool(_COLOUR.fullmatch(inside.strip()))
            plain |= bool(_ELAPSED.fullmatch(inside))
        elif token["general"]:
            body.append("#")
        elif token["power"]:
            plain = True
        elif (sign := token["plain"]) is not None:
            if sign == "%":
                percents += 1
            elif sign == "@":
                text = True
            elif sign in "0#?.,":
                body.append(sign)
            else:
                plain |= sign == "/" or sign in _OF_DATES
                body.append("'" + sign)
    body = [piece for piece in body if piece != "'"]
    return _Section(condition, coloured, tuple(body), percents, plain and not percents), text

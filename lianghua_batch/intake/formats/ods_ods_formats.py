"""Number styles of an .ods → number formats as Excel writes them, so that there is one place that knows what they show."""

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

STYLE, NUMBER = (f"{{urn:oasis:names:tc:opendocument:xmlns:{n}:1.0}}" for n in ("style", "datastyle"))
KINDS = frozenset(f"{NUMBER}{kind}-style" for kind in ("number", "percentage", "currency"))
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_DIGITS = 30  # that a format asks for at most
_USUAL = ([">=0"], [">0", "<0"])  # which of Excel's sections apply where none has a condition
_THOUSANDS = {"1000": ",", "1000000": ",,", "1000000000": ",,,"}


def number_format(style: Element, known: Mapping[str, str]) -> str:
    """The number format of a style; `known` has those before it by name, to which its conditions point."""
    cases = [
        (
            case.get(f"{STYLE}condition", "").replace("value()", ""),
            known.get(case.get(f"{STYLE}apply-style-name", ""), ""),
        )
        for case in style.iter(f"{STYLE}map")
    ]
    if [condition for condition, _ in cases] in _USUAL:
        cases = [("", section) for _, section in cases]
    sections = (f"[{condition.replace('!=', '<>')}]{section}" if condition else section for condition, section in cases)
    return ";".join((*sections, "".join(_pieces(style))))


def _pieces(style: Element) -> Iterator[str]:
    percent = "%" if style.tag == f"{NUMBER}percentage-style" else "\\%"
    for piece in style:
        if piece.tag == f"{NUMBER}number":
            yield _number(piece)
        elif piece.tag == f"{STYLE}text-properties" and piece.get(f"{_FO}color"):
            yield "[Red]"
        elif piece.tag == f"{NUMBER}scientific-number":
            yield "0E+0"
        elif piece.tag == f"{NUMBER}fraction":
            yield "?/?"
        elif piece.tag in (f"{NUMBER}text", f"{NUMBER}currency-symbol"):
            yield percent.join(_quoted(part) for part in (piece.text or "").split("%"))


def _quoted(text: str) -> str:
    return "".join(f"\\{character}" for character in text)


def _number(number: Element) -> str:
    texts = {int(t.get(f"{NUMBER}position", "0")): t.text or "" for t in number.iter(f"{NUMBER}embedded-text")}
    asked = max((int(number.get(f"{NUMBER}min-integer-digits", "1")), 0, *texts))
    zeros = "0" * min(int(number.get(f"{NUMBER}min-integer-digits", "1")), _DIGITS)
    digits = zeros.rjust(min(max(asked, 1), _DIGITS), "#")
    whole = ""
    for at, digit in enumerate(digits):
        grouped = "," if number.get(f"{NUMBER}grouping") == "true" and 0 < at == len(digits) - 1 else ""
        whole += _quoted(texts.get(len(digits) - at, "")) + grouped + digit
    decimals = "0" * min(int(number.get(f"{NUMBER}decimal-places", "0")), _DIGITS)
    scale = _THOUSANDS.get(number.get(f"{NUMBER}display-factor", ""), "")
    return whole + _quoted(texts.get(0, "")) + (f".{decimals}" if decimals else "") + scale

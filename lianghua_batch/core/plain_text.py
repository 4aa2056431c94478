"""The one place that takes out of a text what no person should be shown: what commands a terminal, or hides and turns letters."""

import re

# Whole sequences first (colours, titles, links), then whatever characters of such are left: C0 without tab and line break, C1,
# marks that turn the direction of writing, what no XML file and no terminal can hold.
_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c\n]{0,256}(?:\x07|\x1b\\|\x9c)"
)
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def plain(text: str) -> str:
    """Return a text without control characters but tabs and line breaks."""
    if text.isascii() and text.isprintable():
        return text
    return _CONTROLS.sub("", _SEQUENCES.sub("", text))


def one_line(text: str) -> str:
    """`plain` in one line: a line break in a name must not begin a line of its own."""
    return " ".join(plain(text.replace("\r", "\n")).split("\n"))


def escaped(text: str) -> str:
    """JSON in which every control character stands as its code: programs get it, terminals do not."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

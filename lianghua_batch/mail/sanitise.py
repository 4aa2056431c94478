"""Makes texts from outside harmless, for names in headers and replies on a screen: only visible characters remain."""

import re
import unicodedata

from lianghua_batch.core import resources

_ENCODED = re.compile(r"=\?")  # begins an encoded word, which mail programs would decode


def harmless(text: str) -> str:
    """Return a text in one line: control characters and line breaks become spaces, direction marks and the like are removed."""
    seen = "".join(_seen(character) for character in text)
    return " ".join(_ENCODED.sub("= ?", seen).split())


def _seen(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "" if category in ("Cf", "Co", "Cs") else character


def name(text: str) -> str:
    """Return a name for a message: harmless, and not too long."""
    return cut(harmless(text), resources.load("messages/mail")["lengths"]["name"])


def reply(code: int, answer: bytes | str, secrets: tuple[str, ...] = ()) -> str:
    """Return a server's answer in one line, without secrets."""
    words = resources.load("messages/mail")
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    for secret in filter(None, secrets):
        text = text.replace(secret, words["hidden"])
    return cut(harmless(f"{code} {text}"), words["lengths"]["reply"])


def cut(text: str, length: int) -> str:
    """Return a text of at most `length` characters."""
    return text if len(text) <= length else text[: length - 1] + resources.load("messages/mail")["cut_mark"]

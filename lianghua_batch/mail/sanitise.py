"""Texts from outside made harmless: of names in headers, of replies on a screen, nothing is left but what is seen."""

import re
import unicodedata

from lianghua_batch.core import resources

_ENCODED = re.compile(r"=\?")  # what begins an encoded word: a header that holds one would be decoded


def harmless(text: str) -> str:
    """Return a text in one line: control characters and line breaks are spaces, marks of direction and the like are gone."""
    seen = "".join(_seen(character) for character in text)
    return " ".join(_ENCODED.sub("= ?", seen).split())


def _seen(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "" if category in ("Cf", "Co", "Cs") else character


def name(text: str) -> str:
    """Return a name as a message has it: harmless, and not too long."""
    return cut(harmless(text), resources.load("messages/mail")["lengths"]["name"])


def reply(code: int, answer: bytes | str, secrets: tuple[str, ...] = ()) -> str:
    """Return what a server answered, in one line, without what must not be seen."""
    words = resources.load("messages/mail")
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    for secret in filter(None, secrets):
        text = text.replace(secret, words["hidden"])
    return cut(harmless(f"{code} {text}"), words["lengths"]["reply"])


def cut(text: str, length: int) -> str:
    """Return a text of at most `length` characters."""
    return text if len(text) <= length else text[: length - 1] + resources.load("messages/mail")["cut_mark"]

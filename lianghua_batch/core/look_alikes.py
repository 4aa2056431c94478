"""Two texts that look alike and are not the same: which characters they differ in, by code point."""

from lianghua_batch.core import resources


def code_points(one: str, other: str) -> str:
    """What to add to a sentence about two names that differ in a rare character: «“𠮷”是 U+20BB7»; else nothing."""
    differing = sorted(set(one) ^ set(other))
    if all(c.isascii() or "一" <= c <= "鿿" for c in differing):
        return ""
    words = resources.load("messages/problem_words")
    named = (words["code_point"].format(character=c, point=f"{ord(c):04X}") for c in differing)
    return words["code_points"].format(characters=words["separator"].join(named))

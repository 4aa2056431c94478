"""Names of files that every system takes, Windows too, from what people call things."""

import re
from collections.abc import Iterable

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)")  # Windows' own names, whatever comes after a dot
_LONGEST = 200  # bytes in UTF-8, its suffix included: Linux takes 255, and on Windows there are folders before it


def distinct(stems: Iterable[str], suffix: str) -> list[str]:
    """Return a file's name for each stem, with the suffix: no two are the same, not even in upper and lower case."""
    taken: set[str] = set()
    names = []
    for stem in stems:
        name, number = safe(stem, suffix), 1
        while name.casefold() in taken:
            number += 1
            name = safe(stem, f"_{number}{suffix}")
        taken.add(name.casefold())
        names.append(name)
    return names


def safe(stem: str, suffix: str) -> str:
    """Return a stem and suffix as the name of a file: without forbidden characters, reserved names and trailing dots, not too long."""
    plain = _RESERVED.sub(r"_\1", _FORBIDDEN.sub("_", stem))
    room = _LONGEST - len(suffix.encode())
    return plain.encode()[:room].decode(errors="ignore").rstrip(". ") + suffix

"""Whether sealed files can lie where they are to be put on every system: each inside its folder, none in the place of another."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

# What no honest path has: what no system can write or that no text can hold, and what Windows takes for a drive, a hidden part of
# another file (both with a colon), or a device, whatever comes after a dot.
_UNWRITABLE = re.compile("[\0\ud800-\udfff:]")
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)")
_LONGEST_PART, _LONGEST_PATH = 255, 1024  # UTF-16 units: what Windows takes for a part, and more than any folder needs


def safe(name: str) -> bool:
    """Whether a file of this name is written inside the target folder, and can be, on every system."""
    parts = name.split("/")
    return (
        bool(PurePosixPath(name).parts)
        and not {"..", ".", ""} & set(parts)
        and "\\" not in name
        and not _UNWRITABLE.search(name)
        and not any(map(_DEVICE.match, parts))
        and _units(name) <= _LONGEST_PATH
        and max(map(_units, parts)) <= _LONGEST_PART
    )


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clashes(names: Iterable[str]) -> dict[str, str]:
    """The names of files of which some system would put two in one place, each with the other: as it is written (case, width of
    marks, dots at the end), or as the folder that the other lies in."""
    found: dict[str, str] = {}
    first: dict[tuple[str, ...], str] = {}
    folders: dict[tuple[str, ...], str] = {}
    for name in names:
        place = _place(name)
        if place in first:
            found[name] = first[place]
        first.setdefault(place, name)
        for depth in range(1, len(place)):
            folders.setdefault(place[:depth], name)
    found |= {name: folders[place] for place, name in first.items() if place in folders}
    return found


def _place(name: str) -> tuple[str, ...]:
    """What a system that tells the fewest names apart makes of one."""
    return tuple(unicodedata.normalize("NFC", part.rstrip(" .")).casefold() for part in name.split("/"))

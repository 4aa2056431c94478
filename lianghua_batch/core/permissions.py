"""Who may read what is written for a data folder: nobody whom the folder, or one above it, keeps out."""

import os
import stat
from pathlib import Path

_GROUP, _OTHERS = stat.S_IRWXG, stat.S_IRWXO


def withheld(folder: Path) -> int:
    """Return the permission bits that nothing written for a data folder may have; 0 where the system has none (Windows)."""
    if os.name == "nt":
        return 0
    here = folder.resolve()
    inherits = here.stat().st_mode & stat.S_ISGID  # what is made in the folder belongs to its group
    group = here.stat().st_gid if inherits else os.getegid()
    facts = [place.stat() for place in (here, *here.parents)]
    of_group = [_bits(each.st_mode, each.st_gid == group) for each in facts]
    of_others = [_bits(each.st_mode, False) for each in facts]
    return (0 if _reach(of_group) else _GROUP) | (0 if _reach(of_others) else _OTHERS)


def _bits(mode: int, by_group: bool) -> int:
    """What a folder grants to a group that is its own, or to all others: three bits."""
    return (mode >> 3 if by_group else mode) & 0o7


def _reach(granted: list[int]) -> bool:
    """Whether who is granted this by a folder and those above it can list it and open what is in it."""
    own, *above = granted
    return own & 0o5 == 0o5 and all(bits & 0o1 for bits in above)

"""Why the system refused to read or write, in Chinese. The words stand in schemas/messages/os_errors.yaml."""

import errno
import os
from functools import cache

from lianghua_batch.core import resources

_LONGEST_ON_WINDOWS = 248  # characters of a path to a folder; beyond, Windows says that it does not exist


def reason(error: OSError) -> str:
    """Return why the system refused, without a full stop; what the table does not know keeps the system's own text."""
    known = _entry(error)
    return known["reason"] if known else error.strerror or str(error) or type(error).__name__


def remedy(error: OSError) -> str:
    """Return what a person can do about it, without a full stop."""
    return (_entry(error) or resources.load("messages/os_errors")["unknown"])["remedy"]


def _entry(error: OSError) -> dict[str, str] | None:
    words = resources.load("messages/os_errors")
    name = words["windows"].get(getattr(error, "winerror", None)) or _by_number().get(error.errno)
    if name == "missing" and os.name == "nt" and len(str(error.filename or "")) >= _LONGEST_ON_WINDOWS:
        name = "too_long"
    return words["reasons"][name] if name else None


@cache
def _by_number() -> dict[int, str]:
    """The table by number: not every system has every name, and two names may be one number."""
    table = resources.load("messages/os_errors")["errno"].items()
    return {getattr(errno, name): which for name, which in table if hasattr(errno, name)}

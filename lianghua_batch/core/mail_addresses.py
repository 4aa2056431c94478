"""Mail addresses as they stand in a cell or a settings file: plain ASCII ones only, nothing around them."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[；;，,、\s]+")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>(?:{_LABEL}\.)+{_LABEL})", re.ASCII)
_ENCODED = "=?"  # in a header it would be read as another address than the one that the message goes to
_LONGEST, _LONGEST_LOCAL = 254, 64  # RFC 5321


def split(cell: str | None) -> list[str]:
    """Return what stands in a cell one after another, separated by ；;，,、 or spaces, each once: upper and lower case are one."""
    found: dict[str, str] = {}
    for piece in filter(None, _SEPARATORS.split(cell or "")):
        found.setdefault(piece.lower(), piece)
    return list(found.values())


def valid(written: str) -> bool:
    """Whether a text is one address and nothing else: no name, no quotes, no comment, no character beyond ASCII."""
    found = _ADDRESS.fullmatch(written)
    if found is None or _ENCODED in written:
        return False
    return len(written) <= _LONGEST and len(found["local"]) <= _LONGEST_LOCAL


def suggest_address(written: str) -> str | None:
    """Return the address that was probably meant by one with full-width characters or 。, or None."""
    corrected = unicodedata.normalize("NFKC", written).replace("。", ".")
    return corrected if corrected != written and valid(corrected) else None

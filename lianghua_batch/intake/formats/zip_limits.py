"""Pre-flight of zipped workbooks: nothing is parsed before it is known how large it is and that its XML is plain."""

import io
import re
import zipfile
from dataclasses import dataclass

from lianghua_batch.core import resources
from lianghua_batch.core.codes import Code
from lianghua_batch.intake.formats.sheet_facts import Refusal, reason

_XML = (".xml", ".rels", ".vml")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)|<\x00!\x00[DE]\x00|\x00<\x00!\x00[DE]")  # the latter two in UTF-16
_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Limits:
    """How large a workbook may be: bytes of the file, members of the zip, bytes inflated, how many times it may grow if it
    is more than `small_bytes`, cells of its sheets' used ranges together and those that hold something; seconds and bytes of
    memory that reading may take."""

    file_bytes: int
    members: int
    inflated_bytes: int
    ratio: int
    small_bytes: int
    cells: int
    filled: int
    seconds: float
    memory_bytes: int


def limits() -> Limits:
    """The limits of schemas/reading.yaml."""
    return Limits(**resources.load("reading")["limits"])


def parts(content: bytes, limit: Limits) -> dict[str, bytes]:
    """Return the members of a zipped workbook by name, inflated and checked; raises Refusal or one of kinds.ZIP_ERRORS."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        inflated = sum(m.file_size for m in members)
        if len(members) > limit.members:
            raise Refusal(
                Code.FILE_TOO_LARGE,
                what=reason("parts", count=len(members)),
                limit=reason("most_parts", count=limit.members),
            )
        if inflated > limit.inflated_bytes:
            raise Refusal(Code.FILE_TOO_LARGE, what=megabytes(inflated), limit=megabytes(limit.inflated_bytes))
        bound = max(limit.ratio * len(content), limit.small_bytes)
        if inflated > bound:
            raise Refusal(Code.FILE_TOO_LARGE, what=megabytes(inflated), limit=megabytes(bound))
        if any(m.flag_bits & _ENCRYPTED for m in members):
            raise Refusal(Code.PASSWORD_PROTECTED_FILE)
        if len({m.filename for m in members}) < len(members):
            raise zipfile.BadZipFile("a member stands twice: readers would disagree which one counts")
        found = {m.filename: archive.read(m) for m in members if m.filename.endswith((*_XML, ".bin"))}
    for name, part in found.items():
        if name.endswith(_XML) and (b"<!" in part or b"\x00" in part) and _DOCTYPE.search(part):
            raise Refusal(Code.DOCTYPE_IN_FILE, part=name)
    return found


def megabytes(size: int) -> str:
    """Write a number of bytes."""
    return f"{size / 2**20:,.0f} MB"


def refuse_too_full(filled: int, limit: Limits) -> None:
    """Raise Refusal where so many cells of a workbook hold something that it can be no form."""
    if filled > limit.filled:
        what, most = reason("filled", count=filled), reason("most_parts", count=limit.filled)
        raise Refusal(Code.FILE_TOO_LARGE, what=what, limit=most)

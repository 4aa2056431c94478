"""The workbooks to attach: each must itself name the expected unit and period, and be the one that was recorded."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import ParseError

import defusedxml.ElementTree
from defusedxml import DefusedXmlException

from lianghua_batch.core import os_errors, resources
from lianghua_batch.mail import sanitise
from lianghua_batch.mail.messages import Attachment, attachment_name

_PART = "docProps/custom.xml"
_LARGEST_PART = 1 << 20  # bytes; the programs' own is a thousandth of it
_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes}lpwstr"
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ParseError,
    DefusedXmlException,
    KeyError,
    NotImplementedError,
    ValueError,
)


@dataclass(frozen=True)
class NotSent:
    """Why a unit gets nothing, and what to do."""

    reason: str
    remedy: str


@dataclass(frozen=True)
class ExpectedWorkbook:
    """What a workbook must be; `unit` None: it is the whole ranking.

    `sha256` is that of the file as it was sealed or, where the period is not sealed, written by the run of these results; None
    where none was.
    """

    unit: str | None
    period: str
    sha256: str | None
    is_sealed: bool


def reason(why: str, **facts: object) -> NotSent:
    """Return a reason with its texts of schemas/messages/mail.yaml."""
    words = resources.load("messages/mail")["not_sent"][why]
    texts = {name: sanitise.harmless(str(fact)) for name, fact in facts.items()}
    return NotSent(words["reason"].format(**texts), words["remedy"].format(**texts))


def fetch(out: Path, path: str, expected: ExpectedWorkbook) -> Attachment | NotSent:
    """Return the workbook at a path of the output folder, or why it must not be sent."""
    try:
        content = (out / path).read_bytes()
    except FileNotFoundError:
        return reason("no_book", path=path)
    except OSError as error:
        return reason("unreadable", path=path, cause=os_errors.reason(error))
    wrong = mismatch(content, path, expected)
    return Attachment(attachment_name(path), content) if wrong is None else wrong


def mismatch(content: bytes, path: str, expected: ExpectedWorkbook) -> NotSent | None:
    """Return why a workbook's bytes are not what is expected, None where they are."""
    try:
        marks = properties(content)
    except _DAMAGED:
        return reason("damaged", path=path)
    names = (
        resources.load("report/workbook")["properties"]
        | resources.load("report/sheets/unit_books")["unit_books"]["properties"]
    )
    unit, period = (marks.get(names[key]) for key in ("unit", "period"))
    if not period or (expected.unit is not None and not unit):
        return reason("unmarked", path=path)
    for why, found, wanted in (("other_unit", unit, expected.unit), ("other_period", period, expected.period)):
        if found != wanted:
            everyone = resources.load("messages/mail")["everyone"]
            return reason(why, path=path, found=found or everyone, expected=wanted or everyone)
    if hashlib.sha256(content).hexdigest() == expected.sha256:
        return None
    return reason("not_as_sealed" if expected.is_sealed else "other_results", path=path)


def properties(content: bytes) -> Mapping[str, str]:
    """Return the custom properties of a workbook's bytes; raises what zipfile and XML parsing raise for damaged ones."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        if book.testzip() is not None:
            raise zipfile.BadZipFile(_PART)
        if _PART not in book.namelist():
            return {}
        if book.getinfo(_PART).file_size > _LARGEST_PART:
            raise zipfile.BadZipFile(_PART)
        root = defusedxml.ElementTree.fromstring(book.read(_PART))
    return {each.get("name"): each.findtext(_TEXT) or "" for each in root}

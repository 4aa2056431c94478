"""What a file is, by its bytes and never by its name."""

import io
import re
import zipfile
import zlib

from lianghua_batch.core import resources

XLSX, XLSB, XLS, ODS = "xlsx", "xlsb", "xls", "ods"
EMPTY, PASSWORD, DAMAGED = "empty", "password", "damaged"
WORKBOOKS = frozenset({XLSX, XLSB, XLS, ODS})

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_START = 65536  # bytes of a text that are looked at
_BOM = b"\xef\xbb\xbf"
_BIFF_BEFORE_OLE = re.compile(rb"\x09[\x00\x02\x04][\x04\x06]\x00")
# What Python's zipfile raises on damaged archives; RuntimeError: a member has a password.
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
# What a compound file is, by the name of a stream in its directory, as Office and WPS write them.
_STREAMS = (
    ("EncryptedPackage", PASSWORD),
    ("Workbook", XLS),
    ("Book", XLS),
    ("WordDocument", "word"),
    ("PowerPoint Document", "powerpoint"),
)
_MAGIC = (
    (b"%PDF", "pdf"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"{\\rtf", "rtf"),
    (b"\xff\xd8\xff", "image"),
    (b"\x89PNG", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
)


def kind_of(content: bytes) -> str:
    """Return what a file's whole content is: one of WORKBOOKS, EMPTY, PASSWORD, DAMAGED, or a key of `kinds` in reading.yaml."""
    if not content.strip(b"\x00 \r\n\t"):
        return EMPTY
    if content.startswith(_ZIP):
        return _zip_kind(content)
    if content.startswith(_OLE):
        return _compound_kind(content)
    for magic, name in _MAGIC:
        if content.startswith(magic):
            return name
    if _BIFF_BEFORE_OLE.match(content):
        return "old_excel"
    return _text_kind(content[:_START])


def kind_label(kind: str) -> str:
    """What people call a file of this kind that is no workbook."""
    names = resources.load("reading")["kinds"]
    return names.get(kind, names["unknown"])


def _zip_kind(content: bytes) -> str:
    """A zip's kind by its members; one whose list of members is gone is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except ZIP_ERRORS:
        return DAMAGED
    folders = {name.partition("/")[0] for name in names}
    if b"opendocument.spreadsheet" in kind:
        return ODS
    if kind:
        return "opendocument"
    if any(name.startswith("xl/") and name.endswith(".bin") and "workbook" in name for name in names):
        return XLSB
    if "xl" in folders:
        return XLSX
    return "word" if "word" in folders else "powerpoint" if "ppt" in folders else "archive"


def _compound_kind(content: bytes) -> str:
    return next((name for stream, name in _STREAMS if _has_stream(content, stream)), "compound")


def _has_stream(content: bytes, name: str) -> bool:
    """Whether a compound file has a stream of a name."""
    return name.encode("utf-16-le") + b"\x00\x00" in content


def is_of_excel_95(content: bytes) -> bool:
    """Whether an .xls holds its cells as Excel 95 and before did (BIFF5), in a code page."""
    return _has_stream(content, "Book") and not _has_stream(content, "Workbook")


def _text_kind(start: bytes) -> str:
    """Web pages, XML and plain text that carry a workbook's name; what is no text at all is unknown."""
    plain = start.removeprefix(_BOM).lstrip().lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in plain:
        return "xml_spreadsheet"
    if plain.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")) or b"<html" in plain[:2000]:
        return "html"
    if plain.startswith(b"mime-version:") or b"multipart/related" in plain[:2000]:
        return "html"
    if plain.startswith((b'{"', b"{\n", b"[{")):
        return "json"
    if plain.startswith(b"<?xml"):
        return "xml"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "csv"
    if b"\x00" in start:
        return "unknown"
    for encoding in ("utf-8", "gb18030"):
        try:
            text = start[: _START - 4 if len(start) == _START else None].decode(encoding)
        except UnicodeDecodeError:
            continue
        return "csv" if "," in text or "\t" in text or "，" in text else "text"
    return "unknown"

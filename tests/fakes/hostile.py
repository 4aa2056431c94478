"""Files that no clerk means to send: broken, bloated, disguised, locked. All of them are made here."""

import io
import struct
import zipfile

import openpyxl

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(rows: list[list[object]] | None = None, title: str = "Sheet1") -> bytes:
    """A good workbook of one sheet."""
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows or [["姓名", "得分"], ["甲一", 80]]:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_parts(content: bytes, **changed: bytes | None) -> bytes:
    """The zipped workbook with parts replaced, added or (None) taken away; __ in a name stands for /, _dot_ for a dot."""
    named = {name.replace("__", "/").replace("_dot_", "."): part for name, part in changed.items()}
    return zipped({**members(content), **named})


def with_sheet(xml: str, content: bytes | None = None) -> bytes:
    """A workbook whose first sheet is this XML."""
    return zipped({**members(content or workbook()), "xl/worksheets/sheet1.xml": xml.encode()})


def sheet_of(cells: str, after: str = "", namespace: str = MAIN) -> str:
    """A sheet's XML around rows and what follows them."""
    return f'<?xml version="1.0"?><worksheet xmlns="{namespace}"><sheetData>{cells}</sheetData>{after}</worksheet>'


def members(content: bytes) -> dict[str, bytes | None]:
    """The parts of a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes | None]) -> bytes:
    """A zip of these parts."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            if part is not None:
                archive.writestr(name, part)
    return content.getvalue()


def bomb() -> bytes:
    """A small file that becomes large: a sheet of 70 MB of blanks."""
    return zipped({**members(workbook()), "xl/worksheets/sheet1.xml": b" " * (70 << 20)})


def many_members() -> bytes:
    """A zip of more members than any workbook has."""
    return zipped({**members(workbook()), **{f"xl/media/{n}.png": b"" for n in range(10001)}})


def doubled_member() -> bytes:
    """A zip in which the sheet stands twice: readers differ on which one counts."""
    content = io.BytesIO(workbook())
    with zipfile.ZipFile(content, "a") as archive, _unwarned():
        archive.writestr("xl/worksheets/sheet1.xml", sheet_of('<row r="1"><c r="A1"><v>1</v></c></row>'))
    return content.getvalue()


def _unwarned():
    import warnings

    return warnings.catch_warnings(action="ignore")


def with_doctype(encoding: str = "utf-8") -> bytes:
    """A sheet that declares an entity."""
    xml = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE worksheet [<!ENTITY a "x">]>'
    xml += sheet_of('<row r="1"><c r="A1" t="str"><v>&a;</v></c></row>').partition("?>")[2]
    return zipped({**members(workbook()), "xl/worksheets/sheet1.xml": xml.encode(encoding)})


def far_cell(reference: str = "XFD1048576") -> bytes:
    """A sheet with one cell at its beginning and one at the world's end."""
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return with_sheet(
        sheet_of(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{reference}"><v>2</v></c></row>')
    )


def protected_workbook() -> bytes:
    """What Excel writes for a workbook with a password: a compound file whose streams are the encryption and the package."""
    return compound_file("EncryptionInfo", "EncryptedPackage")


def compound_file(*streams: str) -> bytes:
    """A compound file (as Word, WPS and old Excel write them) with empty streams of these names."""
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    fields = (0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)
    header = struct.pack("<8s16xHHHHH6xIIIIIIIII", bytes.fromhex("D0CF11E0A1B11AE1"), *fields)
    header += struct.pack("<109I", 0, *[free] * 108)
    allocation = struct.pack("<128I", 0xFFFFFFFD, end, *[free] * 126)
    directory = b""
    for name, kind, child in (("Root Entry", 5, 1), *((name, 2, free) for name in streams)):
        raw = f"{name}\0".encode("utf-16le")
        directory += struct.pack("<64sHBBIII36xIQ", raw, len(raw), kind, 1, free, free, child, end, 0)
    return header + allocation + directory.ljust(512, b"\0")


def half_encrypted_zip() -> bytes:
    """A workbook zip whose members carry the flag of a password."""
    content = bytearray(workbook())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


def without_sheets() -> bytes:
    """A workbook that holds a chart sheet's worth of nothing: no worksheet at all."""
    parts = members(workbook())
    parts["xl/workbook.xml"] = f'<workbook xmlns="{MAIN}"><sheets/></workbook>'.encode()
    return zipped(parts)

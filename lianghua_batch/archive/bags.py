"""BagIt 1.0 bags (RFC 8493) in zips: written so that equal content gives equal bytes anywhere, read without being unpacked."""

import errno
import hashlib
import lzma
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lianghua_batch.archive import sealed_places
from lianghua_batch.archive.sealed_places import safe

DATA = "data/"
_DECLARATION = ("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
_INFO, _PAYLOAD, _TAGS = "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"
_ALWAYS = (1980, 1, 1, 0, 0, 0)  # the time of every member: the earliest that a zip can hold
_UNIX, _PLAIN_FILE = 3, 0o100644 << 16
# Everything that Python's zipfile raises on damaged zips.
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, ValueError)

# Kinds of flaws: a file has other bytes, is missing, is not listed, has another name, would be written outside the bag,
# is there twice, would take the place of another, shares its bytes with another; the zip or one of the bag's own lists cannot be
# used.
DAMAGED, MISSING, ADDED, RENAMED = "damaged", "missing", "added", "renamed"
UNSAFE, TWICE, CLASHING, OVERLAPPING, BROKEN = "unsafe", "twice", "clashing", "overlapping", "broken"


class BrokenBag(Exception):
    """A file that is not a readable zip with one bag in it."""


@dataclass(frozen=True)
class BagFlaw:
    """What is wrong with one file of a bag; `now` is the new name of a renamed one, or the other file that it clashes with."""

    kind: str
    file: str
    now: str | None = None


# --- writing -------------------------------------------------------------------------------------------------------


def write(path: Path, payload: Iterable[tuple[str, bytes]], info: Mapping[str, str]) -> None:
    """Write a bag, called as the zip is, with these files under data/ and this bag-info.txt, to which Payload-Oxum is added."""
    base = path.stem
    sums: dict[str, str] = {}
    size = 0
    with zipfile.ZipFile(path, "w") as archive:

        def add(name: str, content: bytes) -> str:
            archive.writestr(_member(f"{base}/{name}"), content)
            return hashlib.sha256(content).hexdigest()

        for name, content in payload:
            sums[DATA + name] = add(DATA + name, content)
            size += len(content)
        info = {**info, "Payload-Oxum": f"{size}.{len(sums)}"}
        tags = dict((_DECLARATION, (_INFO, _as_info(info)), (_PAYLOAD, _as_list(sums))))
        tag_sums = {name: add(name, text.encode("utf-8")) for name, text in tags.items()}
        add(_TAGS, _as_list(tag_sums).encode("utf-8"))


def _member(name: str) -> zipfile.ZipInfo:
    """A member stored uncompressed: compressed bytes differ from one machine to the next."""
    member = zipfile.ZipInfo(name, _ALWAYS)
    member.create_system, member.external_attr, member.compress_type = _UNIX, _PLAIN_FILE, zipfile.ZIP_STORED
    return member


def _as_list(sums: Mapping[str, str]) -> str:
    return "".join(f"{code}  {name}\n" for name, code in sorted(sums.items()))


def _as_info(info: Mapping[str, str]) -> str:
    return "".join(f"{name}: {' '.join(value.split())}\n" for name, value in info.items())


# --- reading -------------------------------------------------------------------------------------------------------


class Bag:
    """An open bag in its zip; files are named by their path in the bag, such as data/归档清单.json."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._lists: dict[str, dict[str, str]] = {}
        names = [name for name in map(_whole_name, archive.infolist()) if not name.endswith("/")]
        self._base = f"{_folder(names)}/"
        self.outside = tuple(name for name in names if not name.startswith(self._base))
        inside = [name.removeprefix(self._base) for name in names if name not in self.outside]
        self.twice = tuple(name for name, count in Counter(inside).items() if count > 1)
        self.files = tuple(dict.fromkeys(inside))

    def content(self, file: str) -> bytes:
        """The bytes of one of `files`; raises BrokenBag where the zip cannot be read there."""
        try:
            member = self._archive.getinfo(self._base + file)
            if member.compress_type != zipfile.ZIP_STORED:  # not written by this program; it could inflate to any size
                raise BrokenBag(file)
            return self._archive.read(member)
        except (*DAMAGE, KeyError):
            raise BrokenBag(file) from None
        except OSError as error:
            if _is_damage(error):
                raise BrokenBag(file) from None
            raise

    def sums(self, tags: bool = False) -> Mapping[str, str]:
        """The check codes that the bag's list gives its payload, or its own tag files; raises BrokenBag where there is no such list."""
        file = _TAGS if tags else _PAYLOAD
        if file not in self._lists:
            sums = self._lists[file] = {}
            for line in filter(None, self._text(file).split("\n")):
                code, _, name = line.partition(" ")
                if not name.strip() or len(code) != 64:
                    raise BrokenBag(file)
                sums[name.lstrip(" *").rstrip("\r")] = code.lower()
        return self._lists[file]

    def _text(self, file: str) -> str:
        try:
            return self.content(file).decode("utf-8")
        except UnicodeDecodeError:
            raise BrokenBag(file) from None

    def checked_content(self, file: str) -> bytes:
        """The bytes of a payload file if they are those that the bag's list names; raises BrokenBag otherwise."""
        content = self.content(file)
        if self.sums().get(file) != hashlib.sha256(content).hexdigest():
            raise BrokenBag(file)
        return content

    def flaws(self) -> list[BagFlaw]:
        """Every difference between the files and the bag's own lists, in the order of the names."""
        found = [BagFlaw(UNSAFE, name) for name in self.files if not safe(name)]
        found += [BagFlaw(ADDED if safe(name) else UNSAFE, name) for name in self.outside]
        found += [] if safe(self._base + _DECLARATION[0]) else [BagFlaw(UNSAFE, self._base)]
        found += [BagFlaw(TWICE, name) for name in self.twice]
        clashing = sealed_places.clashes(name for name in self.files if safe(name))
        found += [BagFlaw(CLASHING, name, other) for name, other in clashing.items()]
        found += [BagFlaw(OVERLAPPING, name.removeprefix(self._base)) for name in _overlapping(self._archive)]
        try:
            declared = self._text(_DECLARATION[0]) == _DECLARATION[1]
        except BrokenBag:
            declared = True  # its own list reports that
        found += [] if declared else [BagFlaw(BROKEN, _DECLARATION[0])]
        tags = [name for name in self.files if not name.startswith(DATA) and name != _TAGS]
        found += self._list_flaws(tags, tags=True, file=_TAGS)
        found += self._list_flaws([name for name in self.files if name.startswith(DATA)], tags=False, file=_PAYLOAD)
        return sorted(dict.fromkeys(found), key=lambda flaw: (flaw.file, flaw.kind))

    def _list_flaws(self, present: Iterable[str], *, tags: bool, file: str) -> Iterator[BagFlaw]:
        """How the files present differ from their list."""
        try:
            listed = dict(self.sums(tags))
        except BrokenBag:
            yield BagFlaw(BROKEN if file in self.files else MISSING, file)
            return
        now: dict[str, str | None] = {}
        for name in present:
            try:
                now[name] = hashlib.sha256(self.content(name)).hexdigest()
            except BrokenBag:
                now[name] = None
        unlisted = {name: code for name, code in now.items() if name not in listed}
        for name, code in listed.items():
            if name not in now:
                new_name = next((other for other, other_code in unlisted.items() if other_code == code), None)
                unlisted.pop(new_name, None)
                yield BagFlaw(MISSING, name) if new_name is None else BagFlaw(RENAMED, name, new_name)
            elif now[name] != code:
                yield BagFlaw(DAMAGED, name)
        yield from (BagFlaw(ADDED, name) for name in unlisted)


def _folder(names: Iterable[str]) -> str:
    """The bag's folder in the zip: the one with bagit.txt, or without that the only one; raises BrokenBag."""
    listed = list(names)
    declared = {folder for folder, _, name in (n.rpartition("/") for n in listed) if name == _DECLARATION[0] and folder}
    tops = {folder for folder in declared if "/" not in folder} or {name.partition("/")[0] for name in listed}
    if len(tops) != 1 or not any("/" in name for name in listed):
        raise BrokenBag
    return tops.pop()


def _whole_name(member: zipfile.ZipInfo) -> str:
    """A member's name as the zip has it, also what stands behind a NUL."""
    return member.orig_filename if "\0" in member.orig_filename else member.filename


def _overlapping(archive: zipfile.ZipFile) -> Iterator[str]:
    """Members that begin before the one before them ends: a small zip could hold any number of bytes that way."""
    end = 0
    for member in sorted(archive.infolist(), key=lambda m: m.header_offset):
        if member.header_offset < end:
            yield _whole_name(member)
        end = max(end, member.header_offset + zipfile.sizeFileHeader + member.compress_size)


def _is_damage(error: OSError) -> bool:
    """Whether the file is at fault, not the system: an offset before its beginning, or data that is no bzip2 stream."""
    return error.errno in (None, errno.EINVAL)


@contextmanager
def open_bag(path: Path) -> Iterator[Bag]:
    """Open the bag in a zip; raises BrokenBag where there is none, OSError where the file cannot be read."""
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGE:
        raise BrokenBag(path.name) from None
    except OSError as error:
        if _is_damage(error):
            raise BrokenBag(path.name) from None
        raise
    with archive:
        yield Bag(archive)

"""What is in a folder 归档: seals, under their own or other names, their companion files, and foreign files."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lianghua_batch.archive import seal_names, seal_sheet_reader, verify_fixity
from lianghua_batch.archive.findings import Finding, Note, finding, note
from lianghua_batch.archive.manifests import Manifest
from lianghua_batch.archive.verify_fixity import Examined
from lianghua_batch.core import resources

_HIDDEN = "."


@dataclass
class Scanned:
    """The zips of a folder that are, or should be, its seals.

    `in_place` has them by the name that each should have, `displaced` are those under the name of another seal; `remarks` are
    about file names.
    """

    in_place: dict[str, Path] = field(default_factory=dict)
    displaced: list[Path] = field(default_factory=list)
    remarks: list[Finding | Note] = field(default_factory=list)

    @property
    def zips(self) -> list[Path]:
        """Everything that is to be examined."""
        return [*self.in_place.values(), *self.displaced]


def scan(folder: Path) -> Scanned:
    """Look through a folder 归档; only names and manifests are read."""
    files = [path for path in sorted(folder.iterdir()) if not _ignored(path)]
    companions = {path.name: seal_names.companion_seal(path.name) for path in files if not path.is_dir()}
    others = [path for path in files if companions.get(path.name) is None]
    scanned = classify((path, None if path.is_dir() else verify_fixity.identity(path)) for path in others)
    present = {*scanned.in_place, *(path.name for path in scanned.zips)}
    scanned.remarks += (
        finding("gone", seal, name) for name, seal in companions.items() if seal and seal not in present
    )
    return scanned


def _ignored(path: Path) -> bool:
    """Whether the system, an editor or this program left the file there."""
    words = resources.load("reading")
    temporary = (_HIDDEN, *words["temporary_prefixes"])
    return path.name.startswith(temporary) or path.name.lower() in words["ignored_names"]


def classify(found: Iterable[tuple[Path, Manifest | None]]) -> Scanned:
    """Sort files into seals and others by their manifests, None for a file that has none."""
    named = {
        path: None if manifest is None else seal_names.file(manifest.period, manifest.amendment)
        for path, manifest in found
    }
    scanned = Scanned()
    for path, proper in named.items():
        if proper == path.name or (proper is None and seal_names.parse(path.name) is not None):
            scanned.in_place[path.name] = path  # right, or unreadable, which examining it reports
    for path, proper in named.items():
        if proper is None and path not in scanned.zips:
            scanned.remarks.append(note("foreign", path.name))
        elif proper is not None and proper != path.name:
            _place(path, proper, scanned)
    return scanned


def _place(path: Path, proper: str, scanned: Scanned) -> None:
    """A seal under another name: renamed, a copy, or a rival with other content."""
    if proper not in scanned.in_place:
        scanned.in_place[proper] = path
        scanned.remarks.append(finding("renamed_seal", path.name, proper=proper))
    elif seal_names.parse(path.name) is not None:
        scanned.displaced.append(path)
        scanned.remarks.append(finding("renamed_seal", path.name, proper=proper))
    elif _same(path, scanned.in_place[proper]):
        scanned.remarks.append(note("copy", path.name, other=proper))
    else:
        scanned.remarks.append(finding("rival", path.name, other=proper))


def _same(path: Path, other: Path) -> bool:
    try:
        return verify_fixity.check_code(path) == verify_fixity.check_code(other)
    except OSError:
        return False


def check_companions(
    seal: Examined, confirmed: Mapping[tuple[str, str], str], *, needed: bool
) -> Iterator[Finding | Note]:
    """Compare a zip with the file beside it that holds its check code, and with its sheet.

    `confirmed` maps a file and check code to a later seal that refers to them; where none refers to this one, the file with its
    check code is `needed`.
    """
    folder, proper, code = seal.path.parent, seal.proper_name, seal.sha256
    by = confirmed.get((proper, code))
    file = seal_names.code_file(proper)
    try:
        text = (folder / file).read_text("utf-8")
    except FileNotFoundError:
        missing = finding if needed and by is None else note
        yield missing("code_missing", seal.file, file)
    except (OSError, UnicodeDecodeError):
        yield finding("code_unreadable", seal.file, file)
    else:
        yield from _code(seal.file, code, text, file, proper, by)
    sheet = seal_names.sheet_file(proper)
    try:
        stated = seal_sheet_reader.stated_code(folder / sheet)
    except FileNotFoundError:
        yield note("sheet_missing", seal.file, sheet)
    except OSError:
        yield finding("sheet_unreadable", seal.file, sheet)
    else:
        if stated != code:
            yield finding("sheet_unreadable" if stated is None else "sheet_other", seal.file, sheet)


def _code(seal: str, code: str, text: str, file: str, proper: str, by: str | None) -> Iterator[Finding]:
    noted, _, name = text.strip().partition(" ")
    name = name.lstrip(" *")
    if len(noted) != len(code):
        yield finding("code_unreadable", seal, file)
    elif noted.lower() != code:
        yield finding("code_other", seal, file) if by is None else finding("code_changed", seal, file, by=by)
    elif name != proper:
        yield finding("code_of_other", seal, file, named=name)

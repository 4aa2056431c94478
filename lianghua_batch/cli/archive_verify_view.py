"""What `archive verify` prints, by the four properties of DA/T 70: broken to a terminal's width, a line each in a file."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from lianghua_batch.archive.findings import PROPERTIES, Finding, Note, verify_messages
from lianghua_batch.archive.verify import Report, Verified
from lianghua_batch.cli import terminal
from lianghua_batch.cli.messages import sentence
from lianghua_batch.cli.terminal import wrapped

if TYPE_CHECKING:
    from lianghua_batch.archive.result_differences import ResultDifference

_BAD, _GOOD = "red", "green"
_KB = 1024
_CODE = 16  # characters of a check code to compare by eye


def as_json(report: Report) -> dict[str, Any]:
    """The whole report for a program."""
    return {
        "seals": [_seal_as_json(each) for each in report.seals],
        "findings": [finding.as_json() for finding in report.findings],
        "notes": [note.as_json() for note in report.notes],
        "checked": {"seals": len(report.seals), **_checked(report)},
        "not_covered": [*verify_messages()["not_covered"], *verify_messages()["also_not_covered"]],
    }


def _seal_as_json(seal: Verified) -> dict[str, Any]:
    examined, manifest = seal.examined, seal.examined.manifest
    report: dict[str, Any] = {"file": examined.file, "sha256": examined.sha256}
    if manifest is not None:
        report |= {"period": str(manifest.period), "number": manifest.number, "amendment": manifest.amendment}
        report |= {
            "reason": manifest.reason,
            "date": manifest.date.isoformat(),
            "by": manifest.by,
            "tool": manifest.tool,
        }
    return report | {"files": examined.files, "recomputed_under": seal.recomputed.under}


def _checked(report: Report) -> dict[str, int]:
    return {
        "files": sum(seal.examined.files for seal in report.seals),
        "bytes": sum(seal.examined.size for seal in report.seals),
        "links": report.links,
        "recomputed": sum(seal.recomputed.under is not None for seal in report.seals),
        "numbers": sum(seal.recomputed.numbers for seal in report.seals),
    }


def show(report: Report, width: int | None = None) -> None:
    """Print the report; `width` is the terminal's, None asks it."""
    console = terminal.console(width)
    for text, indent, style in _lines(report):
        hanging = 2 if indent else 0
        for number, line in enumerate(wrapped(text, console.width - indent - hanging - 1)):
            console.print(Text(" " * (indent + (hanging if number else 0)) + line, style))


def _lines(report: Report) -> Iterator[tuple[str, int, str]]:
    """Each line with its indent and its style."""
    texts = verify_messages()
    yield texts["title"].format(place=report.place), 0, "bold"
    for name in PROPERTIES:
        yield from _property_lines(name, [f for f in report.findings if f.property == name])
    if report.notes:
        yield texts["notes_title"], 0, "bold"
        yield from (line for note in report.notes for line in _finding_lines(note, ""))
    yield texts["checked"].format_map({**_checked(report), "size": _size(_checked(report)["bytes"])}), 0, ""
    listed = texts["separator"].join((*texts["not_covered"], *texts["also_not_covered"]))
    yield texts["not_covered_line"].format(listed=listed), 0, ""
    last = max(
        (s.examined for s in report.seals if s.examined.identified), key=lambda e: e.manifest.number, default=None
    )
    if last is not None:
        facts = {"number": last.manifest.number, "file": last.file, "code": last.sha256[:_CODE]}
        yield texts["last"].format_map(facts), 0, ""
    facts = {"seals": len(report.seals), "findings": len(report.findings)}
    yield texts["summary" if report.findings else "clean"].format_map(facts), 0, "bold"


def _property_lines(name: str, found: Sequence[Finding]) -> Iterator[tuple[str, int, str]]:
    texts = verify_messages()
    state = texts["count"].format(count=len(found)) if found else texts["fine"]
    yield texts["property"].format(**texts["properties"][name], state=state), 0, _BAD if found else _GOOD
    for finding in found:
        yield from _finding_lines(finding, _BAD)


def _finding_lines(each: Finding | Note, style: str) -> Iterator[tuple[str, int, str]]:
    place = " ".join(filter(None, (each.seal, each.file)))
    yield sentence("finding", place=place, message=each.message), 2, style
    yield from ((text, 4, "") for text in _numbers(each.numbers))


def _numbers(numbers: Sequence["ResultDifference"]) -> Iterator[str]:
    """The first numbers that differ, and how many there are."""
    texts = verify_messages()
    yield from map(str, numbers[: texts["most_numbers"]])
    if len(numbers) > texts["most_numbers"]:
        yield texts["more_numbers"].format(count=len(numbers))


def _size(count: int) -> str:
    """Bytes as people read them."""
    return f"{count / _KB**2:.1f} MB" if count >= _KB**2 else f"{count / _KB:.1f} KB"

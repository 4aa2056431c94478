"""What `archive list` and `archive restore` print: fitted to a terminal's width; plain and unbroken in a file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from lianghua_batch import __version__
from lianghua_batch.analysis.objections import OPEN
from lianghua_batch.archive import seal_store
from lianghua_batch.archive.restore import DamagedSeal, Restored
from lianghua_batch.archive.seal_store import Seal, Unreadable
from lianghua_batch.cli import terminal
from lianghua_batch.cli.messages import sentence
from lianghua_batch.cli.terminal import wrapped
from lianghua_batch.core import resources

_CODE = 12  # characters of a check code that distinguish seals
_INDENT = 4
_RIGHT = ("number", "amendment", "files")


def show(seals: Sequence[Seal | Unreadable], width: int | None = None) -> None:
    """Print a line a seal, in the order of the chain, with the reasons of amendments, then the objections; `width` is the
    terminal's, None asks it."""
    words = resources.load("messages/archive")["listing"]
    console = terminal.console(width)

    def print_wrapped(text: str, indent: int = 0, style: str = "") -> None:
        for number, line in enumerate(wrapped(text, console.width - indent - 3)):
            console.print(Text(" " * (indent + (2 if number else 0)) + line, style))

    sound = [each for each in seals if isinstance(each, Seal)]
    if sound:
        console.print(_table(sound, words["headings"]), crop=False)
    for seal in sound:
        for why in ("early", "reason"):
            if (reason := getattr(seal.manifest, why)) is not None:
                print_wrapped(words[why].format(number=seal.manifest.number, reason=reason), _INDENT)
    for each in seals:
        if isinstance(each, Unreadable):
            print_wrapped(words["unreadable"].format(file=each.file, reason=each.reason), 0, "red")
    listed = list(_objections(sound, words))
    if listed:
        print_wrapped(words["objections"], 0, "bold")
    for text in listed:
        print_wrapped(text, _INDENT)
    print_wrapped(words["summary"].format(count=len(seals)), 0, "bold")


def _table(seals: Sequence[Seal], headings: Mapping[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name, heading in headings.items():
        table.add_column(heading, justify="right" if name in _RIGHT else "left", no_wrap=name != "by", overflow="fold")
    for seal in seals:
        table.add_row(*(_row(seal)[name] for name in headings))
    return table


def _row(seal: Seal) -> dict[str, str]:
    manifest = seal.manifest
    return {
        "number": str(manifest.number),
        "period": str(manifest.period),
        "amendment": str(manifest.amendment or ""),
        "date": manifest.date.isoformat(),
        "by": manifest.by,
        "files": str(len(manifest.entries)),
        "code": seal.check_code[:_CODE],
        "file": seal.file,
    }


def _objections(seals: Sequence[Seal], words: Mapping[str, Any]) -> Iterator[str]:
    """Each objection with its outcome, as the seal in force of its period has it."""
    for period in dict.fromkeys(seal.manifest.period for seal in seals):
        for row in seal_store.in_force(seals, period).manifest.objections:
            facts = {name: row.get(name) or "" for name in ("subject", "name", "raised", "objection")}
            text = words["objection"].format(period=period, **facts)
            yield f"{text}——{_outcome(row, words)}"


def _outcome(row: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    state = words["states"].get(row.get("state"), "").format(amendment=row.get("amendment"), moved=row.get("moved"))
    if row.get("state") == OPEN:
        return state
    return words["concluded"].format(state=state, conclusion=row.get("conclusion"))


# --- restoring -----------------------------------------------------------------------------------------------------


def restored_as_json(restored: Restored) -> dict[str, Any]:
    """What was restored, for a program."""
    manifest = restored.seal.manifest
    seal = {
        "file": restored.seal.file,
        "period": str(manifest.period),
        "amendment": manifest.amendment,
        "tool": manifest.tool,
    }
    counts = {"inputs": len(manifest.inputs), "outputs": len(manifest.outputs), "earlier": list(restored.earlier)}
    return seal | {"target": str(restored.target), **counts}


def damaged_as_json(damaged: DamagedSeal) -> dict[str, Any]:
    """Why nothing was restored, for a program."""
    return {"file": damaged.file, "findings": [finding.as_json() for finding in damaged.findings]}


def damaged_lines(damaged: DamagedSeal) -> Iterator[str]:
    """What is wrong with the seal, and what to do."""
    for finding in damaged.findings:
        place = " ".join(filter(None, (finding.seal, finding.file)))
        yield sentence("finding", place=place, message=finding.message)
    words = resources.load("messages/archive")["restored"]
    yield words["damaged"].format(file=damaged.file, count=len(damaged.findings))


def restored_lines(restored: Restored) -> Iterator[str]:
    """What was restored, and how to go on."""
    words, manifest = resources.load("messages/archive")["restored"], restored.seal.manifest
    separator = resources.load("messages/archive")["listed"]["separator"]
    facts = {"period": manifest.period, "file": restored.seal.file, "number": manifest.number, "date": manifest.date}
    facts |= {"target": restored.target, "tool": manifest.tool, "now": __version__}
    facts["options"] = " --mask-names" if manifest.names_masked else ""
    yield words["done"].format_map(facts)
    yield "  " + words["inputs"].format(count=len(manifest.inputs))
    yield "  " + words["outputs"].format(count=len(manifest.outputs), **facts)
    if restored.earlier:
        yield "  " + words["earlier"].format(periods=separator.join(restored.earlier))
    if manifest.amendment:
        yield "  " + words["reason"].format(amendment=manifest.amendment, reason=manifest.reason)
    yield words["next" if manifest.tool == __version__ else "next_other_tool"].format_map(facts)

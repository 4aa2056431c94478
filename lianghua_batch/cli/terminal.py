"""Problems as a table on a terminal: by unit, coloured, Chinese wrapped where Chinese is wrapped."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from lianghua_batch.cli.messages import sentence
from lianghua_batch.core import plain_text, resources
from lianghua_batch.validation.grouping import ProblemLine, UnitProblems, suggestion_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_GAP = 2
_UNBOUNDED = 100_000  # columns of a file
# What stays in one line: a word of digits and letters, or one character; with what opens it and what closes it.
_PIECE = re.compile(r"[（“《「【]*(?:[!-~]+|.)[，。、；：！？）”》」】]*", re.DOTALL)


def shows_tables(stream: TextIO) -> bool:
    """Whether problems are to be shown there as a table: a terminal that is not too narrow."""
    return (
        stream.isatty() and console(stream=stream).width >= resources.load("report/check_report")["terminal"]["least"]
    )


def print_groups(groups: Sequence[UnitProblems], names: Mapping[str, str], stream: TextIO) -> None:
    """Print every group under its heading: place, value as filled, what is wrong and what to do."""
    out = console(stream=stream)
    table = _ProblemTable(out.width)
    if groups:
        out.print(table.head())
    for group in groups:
        out.print(table.title(group, names))
        for line in table.lines(group):
            out.print(line)
        out.print()


def console(width: int | None = None, stream: TextIO | None = None) -> "Console":
    """A stream, or standard output, to print plain texts to; `width` is the terminal's, None asks it. In a file nothing is broken."""
    from rich.console import Console
    from rich.segment import Segment

    class PlainConsole(Console):
        """A console that commands the terminal itself, for colours, but lets no text do so."""

        def render(self, renderable, options=None):
            for segment in super().render(renderable, options):
                yield segment if segment.control else Segment(plain_text.plain(segment.text), segment.style)

    if width is None and not (stream or sys.stdout).isatty():
        width = _UNBOUNDED
    return PlainConsole(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True, width=width)


class _ProblemTable:
    """The table's columns on a terminal of a width, and its lines."""

    def __init__(self, width: int) -> None:
        self.texts: Mapping[str, Any] = resources.load("report/check_report")
        self.layout = self.texts["terminal"]
        room = width - 1 - self.layout["indent"]  # some terminals break a line that is filled to the last column
        shares = self.layout["widths"]
        self.widths = {name: int(room * share) for name, share in shares.items()}
        self.widths["message"] = room - sum(w + _GAP for w in self.widths.values())

    def head(self) -> "Text":
        style = self.layout["styles"]["heading"]
        return self._line({name: (text, style) for name, text in self.layout["headings"].items()})

    def title(self, group: UnitProblems, names: Mapping[str, str]) -> "Text":
        from rich.text import Text

        counts = self.texts["counts"].format(errors=group.errors, warnings=group.warnings)
        return Text(sentence("unit_problems", unit=group.title(names), counts=counts), self.layout["styles"]["group"])

    def lines(self, group: UnitProblems) -> Iterator["Text"]:
        """The lines of all entries; a file is named where it is another than above."""
        file = None
        for entry in group.entries:
            yield from self._entry(entry, named=entry.first.place.file != file)
            file = entry.first.place.file

    def _entry(self, entry: ProblemLine, named: bool) -> Iterator["Text"]:
        styles, place = self.layout["styles"], entry.first.place
        within = " ".join(part for part in (place.sheet, entry.spot) if part)
        indent = " " * self.layout["indent"] if place.file else ""
        message = sentence("problem_message", code=entry.first.code, message=entry.message)
        remedy = sentence("problem_remedy", remedy=entry.remedy, suggestion=suggestion_text(entry))
        columns = {
            "place": [
                *((line, styles["file"]) for line in wrapped(place.file, self.widths["place"]) if named),
                *((indent + line, "") for line in wrapped(within, self.widths["place"] - len(indent))),
            ]
            if place.file
            else [(line, "") for line in wrapped(entry.place, self.widths["place"])],
            "value": [(line, "") for line in wrapped(entry.value or "", self.widths["value"])],
            "message": [
                *((line, styles[entry.first.severity]) for line in wrapped(message, self.widths["message"])),
                *((line, "") for line in wrapped(remedy, self.widths["message"])),
            ],
        }
        for at in range(max(map(len, columns.values()))):
            yield self._line({name: lines[at] for name, lines in columns.items() if at < len(lines)})

    def _line(self, cells: Mapping[str, tuple[str, str]]) -> "Text":
        """One line of the terminal: each column's text in its style, filled up to the column's width."""
        from rich.cells import cell_len
        from rich.text import Text

        line = Text(" " * self.layout["indent"])
        for name, width in self.widths.items():
            text, style = cells.get(name, ("", ""))
            line.append(text, style)
            line.append(" " * (width + _GAP - cell_len(text)))
        line.rstrip()
        return line


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of `width` half-width characters: anywhere between Chinese characters, but no line begins with 。."""
    from rich.cells import cell_len, chop_cells

    lines = [""]
    for piece in _PIECE.findall(text):
        if cell_len(lines[-1] + piece.rstrip()) <= width:
            lines[-1] += piece
        elif cell_len(piece) <= width:
            lines.append(piece.lstrip())
        else:
            first, *rest = chop_cells(lines[-1] + piece, width)
            lines[-1:] = [first, *rest]
    return [line.rstrip() for line in lines if line.strip()]

"""What two results differ in on a terminal, broken to its width; a line each in a file."""

from rich.text import Text

from lianghua_batch.analysis.diff import sentences
from lianghua_batch.analysis.diff.model import Differences
from lianghua_batch.cli import terminal
from lianghua_batch.cli.terminal import wrapped


def show(differences: Differences, width: int | None = None) -> None:
    """Print every line; `width` is the terminal's, None asks it."""
    console = terminal.console(width)
    for line in sentences.lines(differences):
        if line.heading:
            console.print()
        for number, text in enumerate(wrapped(line.text, console.width - line.indent - 4)):
            console.print(Text(" " * (line.indent + (4 if number else 0)) + text, "bold" if line.heading else ""))

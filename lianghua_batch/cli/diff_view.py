"""What two results differ in on a terminal, broken to its width; a line each in a file."""

import sys

from rich.console import Console
from rich.text import Text

from lianghua_batch.cli.terminal import wrapped
from lianghua_batch.differences import telling
from lianghua_batch.differences.model import Differences

_UNBOUNDED = 100_000  # columns of a file


def show(differences: Differences, width: int | None = None) -> None:
    """Print every line; `width` is the terminal's, None asks it."""
    if width is None and not sys.stdout.isatty():
        width = _UNBOUNDED
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True, width=width)
    for line in telling.lines(differences):
        if line.heading:
            console.print()
        for number, text in enumerate(wrapped(line.text, console.width - line.indent - 4)):
            console.print(Text(" " * (line.indent + (4 if number else 0)) + text, "bold" if line.heading else ""))

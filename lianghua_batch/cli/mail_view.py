"""What `mail` prints: on a terminal three columns fitted to its width, in a file a line a letter, or JSON."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lianghua_batch.cli.messages import say
from lianghua_batch.core import resources
from lianghua_batch.mail import summary

if TYPE_CHECKING:
    from rich.text import Text

    from lianghua_batch.mail.settings import Settings
    from lianghua_batch.mail.summary import MailSummary, SummaryLine


def sample_settings(folder: Path) -> str:
    """The message where the settings are missing: a sample to start from."""
    from lianghua_batch.mail import settings

    title = _words()["sample_title"].format(file=settings.path(folder))
    return f"{title}\n\n{settings.sample()}"


def print_pause(seconds: float) -> None:
    """Say on a terminal that sending goes on after a pause of `seconds`."""
    if sys.stderr.isatty():
        say(_words()["waiting"].format(seconds=round(seconds)), err=True)


def show_before(overview: "MailSummary", settings: "Settings | None", outbox: Path, output_format: str) -> None:
    """Print who would get what."""
    words, counts = _words(), overview.counts
    if output_format == "json":
        _print_json(overview, outbox, None)
        return
    _show(overview, "preview")
    say(words["preview_summary"].format_map(_counts(counts, "due", "sent", "uncertain", "kept_back")))
    _print_uncertain(overview)
    if counts["due"]:
        say(words["written"].format(folder=outbox, count=counts["due"]))
    if settings is None:
        say(words["no_settings"].format(file=resources.load("reading")["mail_settings_name"]))
    elif counts["due"]:
        say(words["next"])
    _print_missing_operators(settings)


def show_after(overview: "MailSummary", settings: "Settings", stopped: str | None, output_format: str) -> None:
    """Print what became of every letter of a round of sending."""
    words, counts = _words(), overview.counts
    if output_format == "json":
        _print_json(overview, None, stopped)
        return
    _show(overview, "sending")
    names = ("sent_now", "sent_before", "refused", "unsent", "uncertain", "kept_back")
    say(words["summary"].format_map(_counts(counts, *names)))
    _print_uncertain(overview)
    if counts["unsent"]:
        say(words["unfinished"])
    _print_missing_operators(settings)


def _counts(counts: Mapping[str, int], *names: str) -> dict[str, int]:
    """The counts that a sentence has placeholders for; what is not counted is 0."""
    return {name: counts[name] for name in names}


def _words() -> Mapping[str, Any]:
    return resources.load("messages/mail")


def _print_json(overview: "MailSummary", outbox: Path | None, stopped: str | None) -> None:
    from lianghua_batch.cli import output

    output.print_json(summary.as_json(overview, outbox, stopped))


def _print_missing_operators(settings: "Settings | None") -> None:
    if settings is not None and not settings.operators:
        say(_words()["no_operators"])


def _print_uncertain(overview: "MailSummary") -> None:
    from lianghua_batch.cli import terminal

    width = terminal.console().width
    for number, sentence in enumerate(summary.uncertain_lines(overview)):
        indent = "  " if number else ""
        for text in terminal.wrapped(sentence, width - len(indent) - 1):
            say(indent + text)


# --- the table -----------------------------------------------------------------------------------------------------


def _show(overview: "MailSummary", title: str) -> None:
    words = _words()
    say(words["title"][title].format(period=overview.period))
    if sys.stdout.isatty():
        _show_table(overview)
        return
    for line in overview.lines:
        template = words["line"] if line.address else words["line_without"]
        say(template.format(unit=line.unit_label, address=line.address, status=line.label))


def _show_table(overview: "MailSummary") -> None:
    from lianghua_batch.cli import terminal

    console = terminal.console()
    widths = _widths(overview, console.width)
    for line in overview.lines:
        for text in _rows(line, widths):
            console.print(text)


def _widths(overview: "MailSummary", width: int) -> dict[str, int]:
    """The columns' widths: as much as they need, at most their share; what is left is the status's."""
    from rich.cells import cell_len

    words = _words()
    gap, shares = words["column_gap"], words["shares"]
    needed = {
        "unit": max((cell_len(line.unit_label) for line in overview.lines), default=0),
        "address": max((cell_len(line.address or "") for line in overview.lines), default=0),
    }
    widths = {name: min(needed[name], width * share // 100) for name, share in shares.items()}
    # One column stays free: some terminals break a line that is filled to the last.
    widths["status"] = width - 1 - sum(widths.values()) - gap * len(widths)
    return widths


def _rows(line: "SummaryLine", widths: Mapping[str, int]) -> Iterator["Text"]:
    """One letter, on as many lines of the terminal as its longest column takes."""
    from rich.cells import cell_len
    from rich.text import Text

    from lianghua_batch.cli.terminal import wrapped

    gap = _words()["column_gap"]
    cells = {"unit": line.unit_label, "address": line.address or "", "status": line.label}
    columns = {name: wrapped(cells[name], width) for name, width in widths.items()}
    for at in range(max(map(len, columns.values()))):
        row = Text()
        for name, width in widths.items():
            text = columns[name][at] if at < len(columns[name]) else ""
            row.append(text, line.style if name == "status" else "")
            row.append(" " * (width + gap - cell_len(text)))
        row.rstrip()
        yield row

"""The command line's own texts (schemas/messages/cli.yaml), and Click's in Chinese: it ships no translation."""

import sys
from collections.abc import Iterable
from typing import Any

import click

from lianghua_batch.core import os_errors, plain_text, resources
from lianghua_batch.core.atomic_files import NotPutBack
from lianghua_batch.core.locking import Busy


def sentence(name: str, **facts: object) -> str:
    """Return a sentence of schemas/messages/cli.yaml with its placeholders filled."""
    return _texts()["sentences"][name].format(**facts)


def say(text: str, *, err: bool = False) -> None:
    """Print a text, whatever names and values it quotes; what rich prints passes terminal.console."""
    click.echo(plain_text.plain(text), err=err)


def listed(names: Iterable[str]) -> str:
    """Return names as a Chinese list."""
    return _texts()["separator"].join(names)


def _texts() -> dict[str, Any]:
    return resources.load("messages/cli")


# --- help ----------------------------------------------------------------------------------------------------------


class _Formatter(click.HelpFormatter):
    """Writes usage lines and section headings in Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or _texts()["usage"]["prefix"])

    def write_heading(self, heading: str) -> None:
        super().write_heading(_texts()["usage"].get(heading.lower(), heading))


class _Context(click.Context):
    formatter_class = _Formatter


class _ChineseHelp(click.Command):
    """A command whose help, and that of its parameters, is what schemas/messages/cli.yaml says under its name."""

    context_class = _Context

    def __init__(self, name: str, **attributes: Any) -> None:
        super().__init__(name, **attributes)
        texts = _texts()["commands"][name]
        self.help, self.epilog = texts["help"], "\b\n" + texts["examples"]
        known = _texts()["shared"] | texts.get("parameters", {})
        for parameter in self.params:
            for attribute, text in known[parameter.opts[0]].items():
                setattr(parameter, attribute, text)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        words = _texts()["usage"]
        pieces = super().collect_usage_pieces(ctx)
        return [
            p.replace("OPTIONS", words["options"]).replace("COMMAND [ARGS]...", words["command_line"]) for p in pieces
        ]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = _texts()["shared"]["--help"]["help"]
        return option


class Command(_ChineseHelp):
    """A single command."""


class CommandGroup(_ChineseHelp, click.Group):
    """A command of several, listed in the order of the year's work."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


# --- wrong calls ---------------------------------------------------------------------------------------------------


class WrongUsage(click.UsageError):
    """A call that cannot work; its message is a whole Chinese sentence."""


def usage_message(error: click.ClickException) -> str:
    """Say in Chinese what is wrong with a call, and what to do."""
    if isinstance(error, click.FileError):
        return sentence("cannot_open", file=error.ui_filename)
    if not isinstance(error, click.UsageError):
        return error.format_message()
    return sentence("see_help", sentence=_wrong(error))


def _wrong(error: click.UsageError) -> str:
    """What is wrong with a call, without the full stop."""
    if isinstance(error, click.NoSuchOption):
        return sentence("no_such_option", option=error.option_name)
    if isinstance(error, click.MissingParameter):
        name = error.param.human_readable_name if error.param is not None else ""
        return sentence("missing_parameter", parameter=name)
    if isinstance(error, click.BadParameter):
        if error.param is None:
            return error.message
        name = error.param.opts[0] if isinstance(error.param, click.Option) else error.param.human_readable_name
        return sentence("bad_parameter", parameter=name, reason=_expected(error.param.type) or error.message)
    if isinstance(error, WrongUsage):
        return error.message.rstrip("。")
    if isinstance(error, click.BadOptionUsage):
        return sentence("bad_option_usage", option=error.option_name)
    commands = error.ctx.command.commands if error.ctx and isinstance(error.ctx.command, click.Group) else ()
    if not commands:
        return sentence("too_much")
    return sentence("unknown_command", commands=listed(commands))


def _expected(kind: click.ParamType) -> str | None:
    """What a parameter of one of Click's own types should be; None for ours, whose own messages say it."""
    if isinstance(kind, click.Path):
        if kind.file_okay and kind.dir_okay:
            return sentence("no_such_path")
        return sentence("no_such_folder" if kind.exists else "no_folder")
    if isinstance(kind, click.Choice):
        return sentence("no_choice", choices=listed(map(str, kind.choices)))
    if isinstance(kind, click.types.IntRange):
        return sentence("no_number_in_range", low=kind.min, high=kind.max)
    return sentence("no_number") if kind is click.INT else None


# --- what goes wrong outside the data ------------------------------------------------------------------------------


def failed(error: OSError) -> str:
    """Say what could not be read or written, why, and what to do."""
    return sentence("failed", reason=_reason(error), remedy=os_errors.remedy(error))


def published_not_shown(error: OSError) -> str:
    """Say that results are written although they could not be printed."""
    return sentence("published_not_shown", reason=_reason(error))


def not_put_back(error: NotPutBack) -> str:
    """Say that old and new results are mixed, where the old ones are, and what to do."""
    return sentence("not_put_back", reason=_reason(error), kept=error.kept, remedy=os_errors.remedy(error))


def busy(error: Busy) -> str:
    """Say that another run works on the folder."""
    return sentence("busy", folder=error.folder)


def unwritable_name(error: UnicodeEncodeError) -> str:
    """Say that this system, as it is set, cannot have Chinese file names."""
    characters = error.object[error.start : error.end]
    return sentence("unwritable_name", characters=characters, encoding=sys.getfilesystemencoding())


def _reason(error: OSError) -> str:
    """The file, if one is known, and why."""
    reason = os_errors.reason(error)
    if isinstance(error.filename, str) and error.filename:
        return sentence("file_reason", file=error.filename, reason=reason)
    return reason

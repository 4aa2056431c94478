"""The command line's own words, and Click's in Chinese: it ships no translation."""

import sys

import click

from lianghua_batch.core import os_errors
from lianghua_batch.core.atomic_files import NotPutBack
from lianghua_batch.core.locking import Busy

PUBLISHED_INTERRUPTED = "已中断。结果在这之前已经写出。"

_HEADINGS = {"Options": "选项", "Commands": "命令"}


class _Formatter(click.HelpFormatter):
    """Writes usage lines and section heads in Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))


class _Context(click.Context):
    formatter_class = _Formatter


class _Chinese(click.Command):
    """A command whose help page is wholly Chinese."""

    context_class = _Context

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        pieces = super().collect_usage_pieces(ctx)
        return [p.replace("OPTIONS", "选项").replace("COMMAND [ARGS]...", "命令 …") for p in pieces]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示本说明。"
        return option


class WrongUsage(click.UsageError):
    """A call that cannot work, said in our own words."""


class Command(_Chinese):
    """A single command."""


class ChineseGroup(_Chinese, click.Group):
    """The group of all commands, listed in the order of the year's work."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def usage_message(error: click.ClickException) -> str:
    """Say in Chinese what is wrong with a call, and what to do."""
    hint = "请用 --help 查看用法。"
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}。{hint}"
    if isinstance(error, click.MissingParameter):
        name = error.param.human_readable_name if error.param is not None else ""
        return f"缺少参数 {name}。{hint}"
    if isinstance(error, click.BadParameter):
        if error.param is None:
            return f"{error.message}。{hint}"
        name = error.param.opts[0] if isinstance(error.param, click.Option) else error.param.human_readable_name
        return f"{name} 不正确：{_expected(error.param.type) or error.message}。{hint}"
    if isinstance(error, click.FileError):
        return f"文件打不开：{error.ui_filename}。"
    if isinstance(error, WrongUsage):
        return f"{error.message.rstrip('。')}。{hint}"
    if isinstance(error, click.BadOptionUsage):
        return f"{error.option_name} 写得不对，后面可能少了内容。{hint}"
    if isinstance(error, click.UsageError):
        context = error.ctx
        known = "、".join(context.command.commands) if context and isinstance(context.command, click.Group) else ""
        return f"命令写错了。可用的命令：{known}。{hint}" if known else f"命令写错了，可能多写了内容。{hint}"
    return error.format_message()


def _expected(kind: click.ParamType) -> str | None:
    """What a parameter of one of Click's own types should be; None for ours, which say it themselves."""
    if isinstance(kind, click.Path):
        return "不是已有的文件夹" if kind.exists else "不是文件夹"
    if isinstance(kind, click.Choice):
        return f"只能是 {'、'.join(map(str, kind.choices))}"
    if isinstance(kind, click.types.IntRange):
        return f"应为 {kind.min} 至 {kind.max} 的整数"
    return "应为整数" if kind is click.INT else None


def failed(error: OSError) -> str:
    """Say what could not be read or written, why, and what to do."""
    return f"读写失败：{_refused(error)}。{os_errors.remedy(error)}。已有的结果没有改动。"


def published_untold(error: OSError) -> str:
    """Say that results are there although they could not be told of."""
    return f"结果已经写出，但是没有显示完：{_refused(error)}。"


def not_put_back(error: NotPutBack) -> str:
    """Say that old and new results are mixed, where the old ones are, and what to do."""
    return (
        f"读写失败：{_refused(error)}。结果只更新了一部分，原来的结果保存在 {error.kept}，请不要删除。"
        f"{os_errors.remedy(error)}，再运行一次，程序会先恢复原来的结果。"
    )


def busy(error: Busy) -> str:
    """Say that two runs meet."""
    return f"另一个 lianghua-batch 正在处理这个文件夹（{error.folder}）。请等它结束后再试。"


def unwritable_name(error: UnicodeEncodeError) -> str:
    """Say that this system, as it is set, cannot have Chinese file names."""
    return (
        f"按现在的设置，系统的文件名不能含有“{error.object[error.start : error.end]}”"
        f"（文件名编码为 {sys.getfilesystemencoding()}）。请设置环境变量 PYTHONUTF8=1，再运行。"
    )


def _refused(error: OSError) -> str:
    """The file, if one is known, and why."""
    place = f"{error.filename}：" if isinstance(error.filename, str) and error.filename else ""
    return f"{place}{os_errors.reason(error)}"

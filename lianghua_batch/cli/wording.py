"""Click's own words in Chinese: it ships no translation."""

import click

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


class Group(_Chinese, click.Group):
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

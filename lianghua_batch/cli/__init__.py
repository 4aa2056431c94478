"""The command line (spec §9): options, one call, print, exit code. Nothing heavy is imported before a command runs."""

import sys

import click

from lianghua_batch.cli.commands import root
from lianghua_batch.cli.wording import usage_message

__all__ = ["main"]

DONE, FAULTY, UNUSABLE = 0, 1, 2


def main() -> None:
    """Run `lianghua-batch`; exit code 0 done, 1 the data has errors, 2 wrong usage or input/output failed."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a GBK console must not crash on a character that it lacks
    try:
        code = root.main(prog_name="lianghua-batch", standalone_mode=False)
    except click.ClickException as error:
        click.echo(usage_message(error), err=True)
        code = UNUSABLE
    except click.Abort:
        click.echo("已中断，没有改动已有的结果。", err=True)
        code = UNUSABLE
    except OSError as error:
        click.echo(
            f"读写失败：{error.filename or ''} {error.strerror or error}。请检查文件夹和文件是否可用。", err=True
        )
        code = UNUSABLE
    sys.exit(code or DONE)

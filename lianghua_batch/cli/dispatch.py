"""Runs the command that was asked for and turns what can go wrong outside the data into a sentence and exit code 2."""

import click

from lianghua_batch.cli import preparing, checking, running, trying  # isort: skip  # in the order of the year's work
from lianghua_batch.cli.options import root
from lianghua_batch.cli.wording import usage_message

__all__ = ["checking", "dispatch", "preparing", "root", "running", "trying"]

_DONE, _UNUSABLE = 0, 2


def dispatch() -> int:
    """Run the command of sys.argv and return its exit code; raises KeyboardInterrupt where a person broke it off."""
    try:
        return root.main(prog_name="lianghua-batch", standalone_mode=False) or _DONE
    except click.ClickException as error:
        click.echo(usage_message(error), err=True)
    except click.Abort:
        raise KeyboardInterrupt from None
    except OSError as error:
        click.echo(
            f"读写失败：{error.filename or ''} {error.strerror or error}。请检查文件夹和文件是否可用。", err=True
        )
    return _UNUSABLE

"""Runs the command that was asked for and turns what can go wrong outside the data into a sentence and exit code 2."""

import sys

import click

from lianghua_batch.cli import messages
from lianghua_batch.cli.options import root
from lianghua_batch.core import atomic_files, locking

# In the order of the year's work, in which the commands are listed.
from lianghua_batch.cli import (  # isort: skip
    init,
    templates,
    check,
    status,
    run,
    explain,
    whatif,
    diff,
    archive,
    mail,
    sample,
)

COMMANDS = (
    init,
    templates,
    check,
    status,
    run,
    explain,
    whatif,
    diff,
    archive,
    mail,
    sample,
)  # importing one registers it

_DONE, _UNUSABLE = 0, 2


def dispatch() -> int:
    """Run the command of sys.argv and return its exit code; raises KeyboardInterrupt where a person broke it off."""
    try:
        return root.main(prog_name="lianghua-batch", standalone_mode=False) or _DONE
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        message = messages.usage_message(error)
    except locking.Busy as error:
        message = messages.busy(error)
    except atomic_files.NotPutBack as error:
        message = messages.not_put_back(error)
    except SystemExit as error:  # Click's own word for a broken pipe
        if _broken_off(error):
            raise KeyboardInterrupt from None
        return _UNUSABLE
    except OSError as error:
        if _broken_off(error):
            raise KeyboardInterrupt from None
        message = messages.failed(error)
    except UnicodeEncodeError as error:
        if sys.getfilesystemencoding() == "utf-8":
            raise
        message = messages.unwritable_name(error)
    messages.say(message, err=True)
    return _UNUSABLE


def _broken_off(error: BaseException) -> bool:
    """Whether an error came up while what a person broke off was being tidied away."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None

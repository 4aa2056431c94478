"""The command line (spec §9): options, one call, print, exit code. Nothing heavy is imported before a command runs."""

import gc
import sys

__all__ = ["main"]

DONE, FAULTY, UNUSABLE = 0, 1, 2


def main() -> None:
    """Run `lianghua-batch`; exit code 0 done, 1 the data has errors, 2 wrong usage or input/output failed."""
    code = UNUSABLE
    try:
        try:
            code = _run()
        except KeyboardInterrupt:
            _break_off()
    except OSError:  # standard error itself cannot be written: there is nowhere left to say so
        pass
    from lianghua_batch.cli import streams

    written = [streams.finish(stream) for stream in (sys.stdout, sys.stderr)]
    sys.exit(code if all(written) else UNUSABLE)


def _run() -> int:
    """Run the command, importing what it needs only now, so that an interruption of that is handled too."""
    from lianghua_batch.core import signals

    signals.listen()
    from lianghua_batch.cli import streams

    streams.prepare()
    gc.set_threshold(
        200_000
    )  # rows and scores live to the end, and looking for garbage among them takes longer than they do
    from lianghua_batch.cli.app import dispatch

    code = dispatch()
    signals.ignore()
    return code


def _break_off() -> None:
    from lianghua_batch.core import signals

    signals.ignore()
    from lianghua_batch.core import resources

    print(resources.load("messages/cli")["sentences"]["interrupted"], file=sys.stderr)

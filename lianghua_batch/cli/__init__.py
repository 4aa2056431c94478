"""The command line (spec §9): options, one call, print, exit code. Nothing heavy is imported before a command runs."""

import sys

__all__ = ["main"]

DONE, FAULTY, UNUSABLE = 0, 1, 2


def main() -> None:
    """Run `lianghua-batch`; exit code 0 done, 1 the data has errors, 2 wrong usage or input/output failed."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a GBK console must not crash on a character that it lacks
    try:
        from lianghua_batch.cli.dispatch import dispatch

        code = dispatch()
    except KeyboardInterrupt:
        print("已中断，没有改动已有的结果。", file=sys.stderr)
        code = UNUSABLE
    sys.exit(code)

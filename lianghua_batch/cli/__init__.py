"""The command line: options, one call, print, exit code."""

from lianghua_batch.cli.main import main

__all__ = ["main"]

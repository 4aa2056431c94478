"""Standard output and error for any console, file or pipe: neither an unknown character nor a closed pipe ends the program."""

import errno
import io
import os
import sys


class _Pipe(io.FileIO):
    """A stream into a pipe or file; once its reader has gone (`| head -1`) the rest is written nowhere, in silence."""

    def write(self, content) -> int | None:
        try:
            return super().write(content)
        except OSError as error:
            gone = error.errno == errno.EPIPE or (os.name == "nt" and error.errno == errno.EINVAL)
            if not gone:
                raise
            _write_nowhere(self.fileno())
            return len(content)


def prepare() -> None:
    """Make both streams replace what their encoding lacks (GBK, ASCII), outlive their reader, and be there at all."""
    sys.stdout, sys.stderr = _prepared(sys.stdout), _prepared(sys.stderr)


def _prepared(stream):
    if stream is None:  # closed by who called, or a window without a console
        return open(os.devnull, "w", encoding="utf-8")
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    stream.reconfigure(errors="replace")
    if stream.isatty():
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(_Pipe(stream.fileno(), "wb", closefd=False)),
        encoding=stream.encoding,
        errors="replace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def finish(stream) -> bool:
    """Write out what still waits in a stream; False where that cannot be written (a full disk)."""
    if stream is None:
        return True
    try:
        stream.flush()
    except OSError:
        _write_nowhere(stream.fileno())  # or Python itself would try again at the very end, and complain
        return False
    return True


def _write_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)

"""What tests do with commands and folders."""

from pathlib import Path

from click.testing import CliRunner, Result

from lianghua_batch.cli.app import root


def invoke(*words: object) -> Result:
    """Run a command in this process, whatever its exit code."""
    return CliRunner().invoke(root, [str(word) for word in words])


def files_in(folder: Path) -> dict[str, bytes]:
    """The content of every file under a folder by its path in it, but for what `run` keeps for itself."""
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and ".lianghua-batch" not in p.parts)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}

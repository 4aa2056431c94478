"""Which files under a data folder are to be read."""

from collections.abc import Iterator
from pathlib import Path

from lianghua_batch import resources
from lianghua_batch.problems import Problem, problem
from lianghua_batch.provenance import SourceRef


def find(root: Path, leave_out: Path | None = None) -> tuple[list[Path], list[Problem]]:
    """Return the workbooks under `root` in a stable order; 输出, 归档, `leave_out` and editors' temporary files are passed over."""
    words = resources.load("reading")
    reserved = {root / words["output_folder"], root / words["archive_folder"]}
    if leave_out is not None:
        reserved.add(leave_out)
    resolved = {folder.resolve() for folder in reserved}
    found: list[Path] = []
    problems: list[Problem] = []
    for path in _files(root, resolved):
        if path.name.startswith(tuple(words["temporary_prefixes"])) or path.name.lower() in words["ignored_names"]:
            continue
        if path.suffix.lower() in words["suffixes"]:
            found.append(path)
        else:
            problems.append(problem("W106", SourceRef(path.relative_to(root).as_posix()), value=path.name))
    return found, problems


def _files(folder: Path, reserved: set[Path]) -> Iterator[Path]:
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.is_dir():
            if path.resolve() not in reserved and not path.name.startswith("."):
                yield from _files(path, reserved)
        elif path.is_file():
            yield path

"""Where seals are looked for: a data folder, its folder 归档, or a single zip."""

from pathlib import Path

from lianghua_batch.archive import seal_names as names
from lianghua_batch.core import resources


class NothingThere(Exception):
    """There is no seal where one is looked for; str() is the sentence that says so and what to do."""


def shelf_of(path: Path) -> Path:
    """The folder that the seals of a data folder lie in, or the folder itself where it is that one."""
    inside = names.folder(path)
    if inside.is_dir() or not (path.name == inside.name or any(names.meaning(each.name) for each in path.iterdir())):
        return inside
    return path


def nothing(why: str, **facts: object) -> NothingThere:
    """The sentence of schemas/archive.yaml that says why."""
    return NothingThere(resources.load("archive")["nothing_there"][why].format_map(facts))

"""Where in a period's output folder each unit's own workbook stands: 各单位/ and the names in it."""

from collections.abc import Iterable

from lianghua_batch.core import file_names, resources
from lianghua_batch.core.periods import Period


def folder() -> str:
    """The sub-folder of the output folder that the workbooks stand in."""
    return resources.load("reading")["unit_books_folder"]


def suffix(period: Period) -> str:
    """How the names of a period's workbooks end: by it they are known from what else may lie in the folder."""
    return _words()["suffix"].format(period=period)


def paths(units: Iterable[tuple[str, str]], period: Period) -> list[str]:
    """Return the path in the output folder of each unit's workbook, by code and name.

    They are to be all the ranked units in their order, committees first, each level by code: where two names are the same
    on disk the later one gets a number.
    """
    stems = (_words()["file"].format(id=code, name=name) for code, name in units)
    return [f"{folder()}/{name}" for name in file_names.distinct(stems, suffix(period))]


def _words() -> dict:
    return resources.load("report/sheets/unit_books")["unit_books"]

"""File names of seals: 2026Q1.zip, and 2026Q1_更正1.zip for its first amendment."""

import re
from pathlib import Path, PurePosixPath

from lianghua_batch.core import periods, resources
from lianghua_batch.core.periods import QUARTER, YEAR, Period


def folder(data: Path) -> Path:
    """The folder of seals (归档) in a data folder."""
    return data / resources.load("reading")["archive_folder"]


def file(period: Period, amendment: int) -> str:
    """The file name of a period's seal: the first one (0), or an amendment."""
    words = _words()
    return words["amendment" if amendment else "first"].format(period=period, number=amendment)


def code_file(seal: str) -> str:
    """The name of the file beside a seal that holds its check code."""
    return _words()["code"].format(file=seal)


def sheet_file(seal: str) -> str:
    """The name of the workbook beside a seal that is printed and signed."""
    return _words()["sheet"].format(stem=PurePosixPath(seal).stem)


def parse(name: str) -> tuple[Period, int] | None:
    """The period and amendment (0: the first seal) in a seal's file name; None for another file."""
    words = _words()
    for kind in ("first", "amendment"):
        pattern = (
            re.escape(words[kind])
            .replace(r"\{period\}", r"(?P<period>\w+?)")
            .replace(r"\{number\}", r"(?P<number>[1-9]\d*)")
        )
        match = re.fullmatch(pattern, name, re.ASCII)
        period = periods.parse(match["period"]) if match else None
        if period is not None and str(period) == match["period"] and period.kind in (QUARTER, YEAR):
            return period, int(match.groupdict().get("number", 0))
    return None


def companion_seal(name: str) -> str | None:
    """The seal that a file belongs to as its check code or its sheet, by name; None for another file."""
    words = _words()
    for kind, slot, rest in (("code", "file", ""), ("sheet", "stem", PurePosixPath(words["first"]).suffix)):
        before, after = words[kind].split(f"{{{slot}}}")
        middle = name.removeprefix(before).removesuffix(after)
        if name == before + middle + after and parse(middle + rest) is not None:
            return middle + rest
    return None


def place_in_bag(kind: str, name: str = "") -> str:
    """The path of a file of one kind (inputs, outputs, earlier, rules, manifest) in a bag's data/."""
    return "/".join(
        filter(None, (_words()[kind], name.translate(str.maketrans(resources.load("messages/archive")["in_bag"]))))
    )


def _words() -> dict[str, str]:
    return resources.load("messages/archive")["names"]

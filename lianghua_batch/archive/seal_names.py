"""How seals are called: 2026Q1.zip, and 2026Q1_更正1.zip for what amends it."""

import re
from pathlib import Path, PurePosixPath

from lianghua_batch.core import periods, resources
from lianghua_batch.core.periods import QUARTER, YEAR, Period


def folder(data: Path) -> Path:
    """The folder of a data folder that its seals lie in."""
    return data / resources.load("reading")["archive_folder"]


def file(period: Period, amendment: int) -> str:
    """What the seal of a period is called: the first one (0), or an amendment."""
    words = _words()
    return words["amendment" if amendment else "first"].format(period=period, number=amendment)


def code_file(seal: str) -> str:
    """The file beside a seal that holds its check code."""
    return _words()["code"].format(file=seal)


def sheet_file(seal: str) -> str:
    """The workbook beside a seal that is printed and signed."""
    return _words()["sheet"].format(stem=PurePosixPath(seal).stem)


def parse(name: str) -> tuple[Period, int] | None:
    """Of which period a file so called is the seal, and which amendment (0: the first); None for another file."""
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
    """Which seal a file so called lies beside as its check code or its sheet; None for another file."""
    words = _words()
    for kind, slot, rest in (("code", "file", ""), ("sheet", "stem", PurePosixPath(words["first"]).suffix)):
        before, after = words[kind].split(f"{{{slot}}}")
        middle = name.removeprefix(before).removesuffix(after)
        if name == before + middle + after and parse(middle + rest) is not None:
            return middle + rest
    return None


def place_in_bag(kind: str, name: str = "") -> str:
    """Where a file of one kind (inputs, outputs, earlier, rules, manifest) stands in a bag's data/."""
    return "/".join(
        filter(None, (_words()[kind], name.translate(str.maketrans(resources.load("messages/archive")["in_bag"]))))
    )


def _words() -> dict[str, str]:
    return resources.load("messages/archive")["names"]

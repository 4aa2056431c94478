"""The catalogue of 参数 (schemas/rules/parameters.yaml): how each one's 值 is read, what it may be, and its Linxi value."""

import re
from collections.abc import Mapping
from fractions import Fraction

from lianghua_batch.core import exact, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.intake.cell_values import Fault, hundredths, squeeze

_FRACTION = re.compile(r"^(\d{1,9})/(\d{1,9})$")


def parameter_value(entry: Mapping, written: str) -> object:
    """Read one 参数's 值 as its type; raises Fault."""
    kind = entry["type"]
    if kind in ("yes_no", "choice"):
        choices = choice_labels(entry)
        for value, label in choices.items():
            if squeeze(written).casefold() == squeeze(label).casefold():
                return value
        raise Fault(Code.WRONG_KIND_OF_PARAMETER)
    if kind == "fraction":
        match = _FRACTION.match(squeeze(written))
        share = (
            Fraction(int(match[1]), int(match[2])) if match and int(match[2]) else Fraction(hundredths(written), 100)
        )
        if not 0 < share <= 1:
            raise Fault(Code.WRONG_KIND_OF_PARAMETER)
        return share
    number = exact.from_hundredths(hundredths(written))
    if number < entry.get("min", 0) or number > entry.get("max", 100 if kind == "percent" else number):
        raise Fault(Code.WRONG_KIND_OF_PARAMETER)
    if kind != "count":
        return number
    if number.denominator != 1:
        raise Fault(Code.WRONG_KIND_OF_PARAMETER)
    return int(number)


def choice_labels(entry: Mapping) -> dict[object, str]:
    """Return the label of each value that a 参数 of type yes_no or choice may have."""
    if entry["type"] == "yes_no":
        labels = resources.load("reading")["yes_no"]
        return {True: labels["yes"][0], False: labels["no"][0]}
    return entry["choices"]


def default_text(entry: Mapping) -> str:
    """Return a 参数's Linxi value as `init` writes it."""
    return _text(entry, "default")


def value_of(entry: Mapping, name: str) -> object:
    """Return the value that the catalogue has for a 参数: `default` the Linxi one, `absent` that of schemes from before it."""
    return parameter_value(entry, _text(entry, name))


def _text(entry: Mapping, name: str) -> str:
    return choice_labels(entry)[entry[name]] if entry["type"] in ("yes_no", "choice") else str(entry[name])


def allowed_values(entry: Mapping) -> str:
    """Return what the 值 of a 参数 may be, in words."""
    words = resources.load("messages/problem_words")
    texts = words["allowed_values"]
    if entry["type"] in ("yes_no", "choice"):
        return texts["choice"].format(choices=words["separator"].join(choice_labels(entry).values()))
    if entry["type"] == "count":
        return texts["count" if "max" in entry else "count_from"].format(least=entry["min"], most=entry.get("max"))
    return texts[entry["type"]]

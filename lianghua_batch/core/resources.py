"""Finds schemas/ and templates_xlsx/, in a checkout and in an installed package, and reads the YAML in them."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

_PACKAGE = Path(__file__).resolve().parent.parent
# What numbers rest on; only this is taken from a seal, words and looks are always those of the program.
_NUMBERS_REST_ON = ("forms/", "rules/", "reading")
# Where version 0.1, whose seals are kept for years, had what is now elsewhere: everything of rules/ stood in schemas/ itself.
_BEFORE = {"rules/rewards": "uses"}
_WIDE = re.compile(r"\d{3}")  # no sentence asks for a value hundreds of characters wide
_stand_ins: dict[str, Path] = {}


def stand_in(schemas: Path) -> None:
    """Have this process go by the rules of another folder schemas from here on; raises RuntimeError where it has read its own already."""
    if load.cache_info().currsize:
        raise RuntimeError("schemas are read already")
    _stand_ins["schemas"] = schemas


def standing_in() -> Path | None:
    """The other folder schemas that this process goes by, if any."""
    return _stand_ins.get("schemas")


def folder(name: str) -> Path:
    """Return the folder `name` (schemas, templates_xlsx): inside the installed package, or beside it in a checkout."""
    for candidate in (_PACKAGE / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"lianghua-batch is installed without its folder {name}/")


@cache
def load(name: str) -> dict[str, Any]:
    """Return the parsed YAML file schemas/<name>.yaml; every caller gets the same object and must not change it."""
    installed = _parsed(folder("schemas") / f"{name}.yaml")
    sealed = _sealed_file(name)
    return installed if sealed is None else completed(_powerless(_parsed(sealed)), installed)


def _sealed_file(name: str) -> Path | None:
    """The file of other rules that takes the place of schemas/<name>.yaml."""
    if "schemas" not in _stand_ins or not name.startswith(_NUMBERS_REST_ON):
        return None
    places = (name, _BEFORE.get(name, name.removeprefix("rules/")))
    files = (_stand_ins["schemas"] / f"{place}.yaml" for place in places)
    return next((file for file in files if file.is_file()), None)


def _parsed(file: Path) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with open(file, encoding="utf-8") as stream:
        return yaml.load(stream, loader)


def _powerless(value: Any) -> Any:
    """Words of another folder as they are, if they only name what they are filled with; raises ValueError where they would reach
    into it, or fill memory."""
    for text in _texts(value, set()):
        try:
            fields = [(name or "", spec or "") for _, name, spec, _ in Formatter().parse(text)]
        except ValueError:  # a pattern, or braces of another kind: nothing is ever filled in there
            continue
        if any(set(".[") & set(name) or "{" in spec or _WIDE.search(spec) for name, spec in fields):
            raise ValueError("a sealed text asks for more than a name")
    return value


def _texts(value: Any, seen: set[int]) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif (
        isinstance(value, Mapping | list) and id(value) not in seen
    ):  # one that stands in many places is looked at once
        seen.add(id(value))
        for part in [*value, *value.values()] if isinstance(value, Mapping) else value:
            yield from _texts(part, seen)


def completed(older: Any, newer: Any) -> Any:
    """Return older rules, completed from newer ones by the keys, and the entries of lists of named ones, that they lack."""
    if isinstance(older, Mapping) and isinstance(newer, Mapping):
        return {
            **newer,
            **{key: completed(value, newer[key]) if key in newer else value for key, value in older.items()},
        }
    name = _named_by(older)
    if name is None or name != _named_by(newer):
        return older
    newer_by_name = {each[name]: each for each in newer}
    found = {each[name]: completed(each, newer_by_name.get(each[name], each)) for each in older}
    return [*found.values(), *(each for key, each in newer_by_name.items() if key not in found)]


def _named_by(value: Any) -> str | None:
    """The key that names the entries of a list; None where it is no list of such entries."""
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        return None
    return next((key for key in ("name", "sheet") if value and all(key in each for each in value)), None)


@cache
def load_parts(name: str) -> dict[str, Any]:
    """Return the entries of all YAML files in schemas/<name>/ as one mapping; raises ValueError where two have the same key."""
    whole: dict[str, Any] = {}
    for path in sorted((folder("schemas") / name).glob("*.yaml")):
        part = load(f"{name}/{path.stem}")
        if doubled := whole.keys() & part.keys():
            raise ValueError(f"schemas/{name}/ has {sorted(doubled)} twice")
        whole |= part
    return whole


def form_names() -> list[str]:
    """Return the identifiers of all forms, one YAML file each under schemas/forms/, in alphabetical order."""
    return sorted(path.stem for path in (folder("schemas") / "forms").glob("*.yaml"))

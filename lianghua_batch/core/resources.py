"""Finds schemas/ and templates_xlsx/, in a checkout and in an installed package, and reads the YAML in them."""

from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent.parent
_stand_ins: dict[str, Path] = {}


def stand_in(schemas: Path) -> None:
    """Have this process go by another folder schemas from here on; raises RuntimeError where it has read its own already."""
    if load.cache_info().currsize:
        raise RuntimeError("schemas are read already")
    _stand_ins["schemas"] = schemas


def folder(name: str) -> Path:
    """Return the folder `name` (schemas, templates_xlsx): inside the installed package, or beside it in a checkout."""
    if name in _stand_ins:
        return _stand_ins[name]
    for candidate in (_PACKAGE / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"lianghua-batch is installed without its folder {name}/")


@cache
def load(name: str) -> dict[str, Any]:
    """Return the parsed YAML file schemas/<name>.yaml; every caller gets the same object and must not change it."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with open(folder("schemas") / f"{name}.yaml", encoding="utf-8") as stream:
        return yaml.load(stream, loader)


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

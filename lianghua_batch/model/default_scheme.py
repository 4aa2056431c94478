"""The Linxi scheme of schemas/rules/default_scheme.yaml and rules/parameters.yaml: as rows of 考评方案, and as a Scheme."""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from lianghua_batch.core import resources
from lianghua_batch.core.form_definitions import CODE, TEXT, YES_NO, Column, Sheet, definitions
from lianghua_batch.intake import recognition, tables
from lianghua_batch.intake.grid import Grid
from lianghua_batch.model import regulations, scheme_loader
from lianghua_batch.model.parameters import choice_labels, default_text
from lianghua_batch.model.scheme import Scheme

_NUMERIC = ("percent", "points", "count")


def name(county: str | None = None) -> str:
    """Return the name of the default scheme, of the county that it comes from where none is given."""
    stored = resources.load("rules/default_scheme")
    return stored["name"].format(county=county or stored["county"])


def county_of(scheme_name: str) -> str:
    """Return the county in the name of a scheme that is called as the default one is; empty where it is called otherwise."""
    rest = resources.load("rules/default_scheme")["name"].removeprefix("{county}")
    return scheme_name.removesuffix(rest) if scheme_name.endswith(rest) else ""


def rows() -> dict[str, list[dict[str, object]]]:
    """Return the rows of the six sheets of 考评方案 by sheet; numbers exact, choices and yes/no by identifier."""
    stored = resources.load("rules/default_scheme")
    found: dict[str, list[dict[str, object]]] = {}
    for sheet in definitions()["scheme"].sheets:
        if sheet.name == "parameters":
            found[sheet.name] = [_parameter(entry) for entry in _parameters()]
        else:
            form = stored["basis_forms"].get(sheet.name)
            listed = ({**row, **_basis(row, form)} for row in stored[sheet.name])
            found[sheet.name] = [
                {c.name: _cell(row[c.name], c) for c in sheet.columns if c.name in row} for row in listed
            ]
    return found


def _basis(row: Mapping[str, Any], form: str | None) -> dict[str, str]:
    """A row's 依据 with the regulations by their titles; nothing for the sheets without."""
    return {} if form is None else {"basis": form.format(basis=regulations.cited(row["basis"]))}


def parameter_choices() -> dict[int, list[str]]:
    """Return what may be chosen as a 参数's 值, by its row in `rows`; those that take a number are absent."""
    return {
        index: list(choice_labels(entry).values())
        for index, entry in enumerate(_parameters())
        if entry["type"] in ("yes_no", "choice")
    }


@cache
def scheme() -> Scheme:
    """Return the default scheme as reading a 考评方案 would."""
    found = {}
    for sheet in definitions()["scheme"].sheets:
        source, _ = recognition.recognise(_grid(sheet, rows()[sheet.name]), definitions())
        assert source is not None, sheet.label
        found[sheet.name], problems = tables.extract([source], sheet)
        assert not problems, problems
    read, problems = scheme_loader.read(found, year=0)
    assert not problems, problems
    return read


def _parameters() -> list[Mapping[str, Any]]:
    return resources.load("rules/parameters")["parameters"]


def _parameter(entry: Mapping[str, Any]) -> dict[str, object]:
    clause = resources.load("rules/clauses")["clauses"][entry["clause"]]
    basis = resources.load("templates")["texts"]["basis"][clause["kind"]]
    text = default_text(entry)
    return {
        "parameter": entry["label"],
        "value": Fraction(text) if entry["type"] in _NUMERIC else text,
        "explanation": entry["note"],
        "basis": basis.format(clause=clause["label"]),
    }


def _cell(value: object, column: Column) -> object:
    """One value of the YAML as forms/writer takes it."""
    if column.type == YES_NO:
        return "yes" if value else "no"
    if column.type in (CODE, TEXT) or column.choices:
        return str(value)
    return Fraction(str(value))


def _grid(sheet: Sheet, values: list[dict[str, object]]) -> Grid:
    """The sheet as a workbook would hold it."""
    cells: list[list[object]] = [
        [name()],
        [resources.load("reading")["labels"]["form"]["label"], definitions()["scheme"].label],
        [c.label for c in sheet.columns],
        *([_written(row.get(c.name), c) for c in sheet.columns] for row in values),
    ]
    return Grid("", sheet.label, [row + [""] * (len(sheet.columns) - len(row)) for row in cells])


def _written(value: object, column: Column) -> object:
    if value is None:
        return ""
    if column.choices:
        return column.choices[value]
    return float(value) if isinstance(value, Fraction) else value

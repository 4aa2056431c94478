"""The 参数 sheet of 考评方案 → Parameters: every value read; unknown and missing ones and weights that do not sum to 100 are problems (spec §3)."""

from collections.abc import Mapping
from dataclasses import fields, replace

import pandas as pd

from lianghua_batch.core import exact, resources
from lianghua_batch.core.codes import Code
from lianghua_batch.core.problems import Problem, problem
from lianghua_batch.core.suggestions import Candidates, suggest
from lianghua_batch.intake.cell_suggestions import suggest_fraction, suggest_number
from lianghua_batch.intake.cell_values import Fault, squeeze
from lianghua_batch.intake.tables import ORIGIN, ROW, Record, Table
from lianghua_batch.model.parameters import allowed_values, choice_labels, default_text, parameter_value, value_of
from lianghua_batch.model.scheme import Parameters, Rule


def read(table: Table) -> tuple[tuple[Rule, ...], Parameters, list[Problem]]:
    """Return the rows as filled, and the value of every 参数: its Linxi value where it is missing or wrong."""
    catalogue = resources.load("rules/parameters")
    by_label = {squeeze(entry["label"]): entry for entry in catalogue["parameters"]}
    clauses = resources.load("rules/clauses")["clauses"]
    found: dict[str, tuple[object, Record]] = {}
    rules: list[Rule] = []
    problems: list[Problem] = []
    rows = [r for r in table.records() if r["parameter"] is not None]
    given = {squeeze(str(r["parameter"])) for r in rows}
    not_given = Candidates([entry["label"] for name, entry in by_label.items() if name not in given])
    for row in rows:
        entry = by_label.get(squeeze(str(row["parameter"])))
        if entry is None:
            meant = not_given.suggest(str(row["parameter"]))
            problems.append(
                problem(Code.UNKNOWN_PARAMETER, row.ref("parameter"), value=row["parameter"], suggestion=meant)
            )
            continue
        if entry["name"] in found or row["value"] is None:
            continue  # a doubled or an empty one is a failure of the form's own check
        try:
            value = parameter_value(entry, str(row["value"]))
        except Fault:
            value = value_of(entry, "default")
            problems.append(
                problem(
                    Code.WRONG_KIND_OF_PARAMETER,
                    row.ref("value"),
                    value=row["value"],
                    name=entry["label"],
                    suggestion=suggest_value(entry, str(row["value"])),
                    kind=allowed_values(entry),
                    default=default_text(entry),
                )
            )
        found[entry["name"]] = (value, row)
        rules.append(
            Rule(
                entry["name"],
                entry["label"],
                str(row["value"]),
                str(row["explanation"] or entry["note"]),
                str(row["basis"] or clauses[entry["clause"]]["label"]),
                row.ref("value"),
            )
        )
    sheet_place = table.origins[0].place() if table.origins else None
    if sheet_place is not None:
        problems += (
            problem(Code.MISSING_PARAMETER, sheet_place, name=entry["label"], default=default_text(entry))
            for entry in catalogue["parameters"]
            if squeeze(entry["label"]) not in given and "absent" not in entry
        )
    problems += _hundreds(found, catalogue)
    values = {
        e["name"]: found[e["name"]][0] if e["name"] in found else value_of(e, "absent" if "absent" in e else "default")
        for e in by_label.values()
    }
    assert set(values) == {f.name for f in fields(Parameters)}, "rules/parameters.yaml and Parameters differ"
    return tuple(rules), Parameters(**values), problems


def with_values(table: Table, texts: Mapping[str, str]) -> Table:
    """Return the 参数 table with other texts in the 值 cells of these 参数, by label; one that it lacks is a row more."""
    wanted = {squeeze(label): text for label, text in texts.items()}
    frame = table.frame.copy()
    there = frame["parameter"].map(lambda label: squeeze(str(label)), na_action="ignore")
    for index, label in there.dropna().items():
        if label in wanted:
            frame.at[index, "value"] = wanted[label]
    lacking = {label: text for label, text in texts.items() if squeeze(label) not in set(there.dropna())}
    if lacking and table.origins:
        more = pd.DataFrame({"parameter": list(lacking), "value": list(lacking.values())})
        more[ORIGIN], more[ROW] = 0, 0
        frame = pd.concat([frame, more.reindex(columns=frame.columns).astype(frame.dtypes)], ignore_index=True)
    return replace(table, frame=frame)


def suggest_value(entry: Mapping, written: str) -> str | None:
    """Return what a wrong 值 was probably meant to be: a choice, a number in words, a fraction that became a date."""
    if entry["type"] in ("yes_no", "choice"):
        return suggest(written, choice_labels(entry).values())
    meant = suggest_fraction(written) if entry["type"] == "fraction" else None
    meant = meant or suggest_number(written)
    try:
        return meant if meant is not None and parameter_value(entry, meant) is not None else None
    except Fault:
        return None


def _hundreds(found: Mapping[str, tuple[object, Record]], catalogue: Mapping) -> list[Problem]:
    labels = {e["name"]: e["label"] for e in catalogue["parameters"]}
    problems = []
    for names in catalogue["hundreds"]:
        if all(name in found for name in names):
            total = sum((found[name][0] for name in names), exact.ZERO)
            if total != exact.HUNDRED:
                terms = " + ".join(labels[name] for name in names)
                place = found[names[0]][1].ref("value")
                problems.append(problem(Code.WEIGHTS_NOT_100, place, value=exact.short(total), terms=terms))
    return problems
